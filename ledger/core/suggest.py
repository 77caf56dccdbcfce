"""The nearest ways to the next level: which open mark has least left, and what a member can do about it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.books.shelf import CLAIM, TIER
from ledger.core.books.view import Books
from ledger.core.conduct import is_removed, standing_of
from ledger.core.progress import Mark, Progress, progress
from ledger.core.rulebook.grammar import DataAmount, FixedAmount, Ladder, Rule, Rulebook
from ledger.core.rulebook.versions import ACTIVE_DAYS, EARNED, Version, Versions
from ledger.core.rules.levels import level_on
from ledger.core.tiers.terms import BALANCE, MEMBER_FOR
from ledger.core.values import MemberId, Micros, Value

ACTOR = "actor"
RULES_A_MARK = 2
"""How many rules are named for one mark: those that need fewest times."""


class Way(Value):
    """Something to do for a mark: by a rule so many times, or, with no rule, whatever the mark counts.

    `times` 0 is not known beforehand, as where the amount comes from the event; `points` are what it brings then.
    """

    code: str
    mark: Mark
    rule: Rule | None = None
    times: int = 0
    points: int | None = None

    @property
    def by_points(self) -> bool:
        """Whether its mark is of points or of payments: what perks are open for."""
        return self.mark.asked.metric.endswith((EARNED, BALANCE))


class Ways(Value):
    """How far a member is on a ladder, and what brings them on, the nearest first."""

    progress: Progress
    ways: tuple[Way, ...] = ()


def ways(books: Books, version: Version, ladder: Ladder, member: MemberId, now: Micros) -> Ways:
    """Return what brings a member nearer to the next level."""
    found = progress(books, version, ladder, member, now)
    if is_removed(books, member):
        return Ways(progress=found)  # nothing pays them, and no place is theirs
    made: dict[str, Way] = {}
    for mark in found.nearest:
        if mark.wants_more:
            for way in _for(books, version, member, mark, now):
                made.setdefault(way.code, way)  # one deed can serve several marks
    return Ways(progress=found, ways=tuple(made.values()))


def _for(books: Books, version: Version, member: MemberId, mark: Mark, now: Micros) -> Iterator[Way]:
    metric = mark.asked.metric
    if metric.endswith((EARNED, BALANCE)):
        yield from _by_points(books, version, member, mark, now)
    elif metric in (ACTIVE_DAYS, MEMBER_FOR):
        yield Way(code=metric, mark=mark, times=mark.missing)
    else:
        yield _by_count(version, mark)


def _by_points(books: Books, version: Version, member: MemberId, mark: Mark, now: Micros) -> Iterator[Way]:
    """Yield rules that pay the member for what they do themselves, those that need fewest times first."""
    unit = mark.asked.metric.rpartition(".")[0]
    found: list[Way] = []
    for rule in version.rulebook.rules:
        if rule.unit != unit or not rule.enabled or rule.to != ACTOR:
            continue
        if not _open_to(books, version, rule, member, now):
            continue
        match rule.amount:
            case FixedAmount() if rule.amount.points > 0:
                needed = -(-mark.missing // rule.amount.points)
                times = 1 if _is_once(rule) else needed
                found.append(
                    Way(code=rule.id, mark=mark, rule=rule, times=times, points=times * rule.amount.points)
                )
            case DataAmount() if not rule.amount.negate:
                found.append(Way(code=rule.id, mark=mark, rule=rule))
    enough = sorted(found, key=lambda way: (not _suffices(way), way.times or mark.missing))
    yield from enough[:RULES_A_MARK]


def _suffices(way: Way) -> bool:
    return way.points is None or way.points >= way.mark.missing


def _is_once(rule: Rule) -> bool:
    return bool(rule.once_per) and set(rule.once_per) <= {"member", "to", ACTOR}


def _open_to(books: Books, version: Version, rule: Rule, member: MemberId, now: Micros) -> bool:
    """Say whether a rule can pay a member: on their level, in their standing, not once for ever already."""
    if not standing_of(books, member, now).suits(rule):
        return False
    levels = rule.when.levels
    if levels is not None:
        known = version.ladders[levels.ladder]
        if level_on(known, books.read(TIER, (levels.ladder, member)).level) not in levels.codes:
            return False
    key = ",".join(str(member) for _ in rule.once_per)
    return not (_is_once(rule) and books.read(CLAIM, (f"once:{rule.id}", key)).position)


def pays_in(rulebook: Rulebook, rule: Rule) -> tuple[str, ...]:
    """Return the activities in which alone a rule pays, or else those in which it pays more; none is any time."""
    raising = (one.id for one in rulebook.activities if one.multiply.get(rule.id, 1) > 1)
    return rule.only_in or tuple(raising)


def _by_count(version: Version, mark: Mark) -> Way:
    """Return the way of a metric that counts events: by the rule that pays for them, where there is one."""
    metric = next(one for one in version.rulebook.metrics if one.code == mark.asked.metric)
    rules = (rule for event in metric.events for rule in version.rules_for.get(event, ()))
    counts = metric.by == ACTOR and not metric.sum
    rule = next((rule for rule in rules if rule.to == ACTOR), None) if counts else None
    if rule is None or not isinstance(rule.amount, FixedAmount) or rule.amount.points <= 0:
        return Way(code=metric.code, mark=mark)
    times = mark.missing * metric.per
    return Way(code=rule.id, mark=mark, rule=rule, times=times, points=times * rule.amount.points)


def acting_rules(versions: Versions) -> tuple[str, ...]:
    """Return the rules of every version that pay those who do something, sums of a day too."""
    books = [version.rulebook for version in versions.published]
    rules = [rule.id for book in books for rule in book.rules if rule.to == ACTOR]
    return tuple(dict.fromkeys((*rules, *(one.id for book in books for one in book.accruals))))
