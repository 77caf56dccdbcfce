"""The preset for a group that does not fall silent: its examples hold, and hold every number in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from ledger.core.rulebook.grammar import (
    Activity,
    Amount,
    Cap,
    DataAmount,
    FixedAmount,
    Ladder,
    Level,
    Pending,
    RankAmount,
    Requirement,
    Rule,
    Rulebook,
    Stay,
    Terms,
    When,
)
from ledger.core.values import DAY, MINUTE
from ledger.service.communities import DEFAULT_PRESET
from ledger.service.examples import check, read_examples
from ledger.service.rulebooks import parse, presets, read_tree
from ledger.service.stage import run

HALF_AN_HOUR = 30 * MINUTE
NAME = "seed_circle"
TEXT = presets()[NAME]
TREE = parse(TEXT)
RULEBOOK = read_tree(TREE)
EXAMPLES = read_examples(TREE, RULEBOOK)


def test_its_examples_hold() -> None:
    assert check(TEXT) == []
    assert len(EXAMPLES) > 20


def test_it_is_what_a_community_begins_with_unless_it_asks_for_another() -> None:
    assert DEFAULT_PRESET == NAME == RULEBOOK.name


def test_it_explains_itself_in_both_languages_before_every_rule() -> None:
    lines = TEXT.splitlines()
    start, end = lines.index("rules:"), lines.index("activities:")
    for block in "\n".join(lines[start + 1 : end]).strip().split("\n\n"):
        comments = [line for line in block.splitlines() if line.strip().startswith("#")]
        assert any(line.isascii() for line in comments), block
        assert any(not line.isascii() for line in comments), block


def _other_amount(amount: Amount) -> Amount:
    match amount:
        case FixedAmount():
            return FixedAmount(points=amount.points + 1)
        case RankAmount():
            return RankAmount(points=(*amount.points[:-1], amount.points[-1] + 1))
        case DataAmount():
            return replace(amount, percent=amount.percent / 2)


def _other_caps(caps: tuple[Cap, ...]) -> Iterator[tuple[str, tuple[Cap, ...]]]:
    for number, cap in enumerate(caps):
        before, after = caps[:number], caps[number + 1 :]
        yield f"no cap {number}", (*before, *after)
        more = replace(cap, points=cap.points + 1) if cap.points else replace(cap, count=(cap.count or 0) + 1)
        yield f"more of cap {number}", (*before, more, *after)


def _other_rules(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Yield the rule with one thing changed, for everything that it says."""
    yield "another amount", replace(rule, amount=_other_amount(rule.amount))
    for name, nothing in (("once_per", ()), ("slot", ()), ("cooldown", 0)):
        if getattr(rule, name):
            yield f"no {name}", replace(rule, **{name: nothing})
    for number, condition in enumerate(rule.when.conditions):
        rest = (*rule.when.conditions[:number], *rule.when.conditions[number + 1 :])
        yield f"no {condition.field}", replace(rule, when=When(conditions=rest, not_self=rule.when.not_self))
    if rule.when.not_self:
        yield "no not_self", replace(rule, when=When(conditions=rule.when.conditions))
    for on in rule.undo_on:
        yield f"no {on.event}", replace(rule, undo_on=tuple(one for one in rule.undo_on if one != on))
        if on.match:
            anybody = tuple(replace(one, match=()) for one in rule.undo_on)
            yield "undone by anybody", replace(rule, undo_on=anybody)
    for what, caps in _other_caps(rule.caps):
        yield what, replace(rule, caps=caps)


def _other_rulebooks() -> Iterator[tuple[str, Rulebook]]:
    for number, rule in enumerate(RULEBOOK.rules):
        for what, other in _other_rules(rule):
            rules = (*RULEBOOK.rules[:number], other, *RULEBOOK.rules[number + 1 :])
            yield f"{rule.id}: {what}", replace(RULEBOOK, rules=rules)
    (group,) = RULEBOOK.cap_groups
    for code in group.rules:
        without = replace(group, rules=tuple(one for one in group.rules if one != code))
        yield f"daily: without {code}", replace(RULEBOOK, cap_groups=(without,))
    for name, changed in (("partial", False), ("net", True), ("points", 61)):
        yield f"daily: another {name}", replace(RULEBOOK, cap_groups=(replace(group, **{name: changed}),))


def _in_time() -> Iterator[tuple[str, Rulebook]]:
    """Yield the rulebook with one thing changed of what happens in time."""
    book = RULEBOOK
    points, paid = book.units
    assert points.expiry is not None
    for days in (364, 366):
        yield (
            f"points live {days} days",
            replace(book, units=(replace(points, expiry=replace(points.expiry, days=days)), paid)),
        )
    for number, rule in enumerate(book.rules):
        changed = []
        if rule.pending:
            changed += [("waits not", replace(rule, pending=None))]
            longer = Pending(delay=(rule.pending.delay or 0) + HALF_AN_HOUR)
            changed += [("waits otherwise", replace(rule, pending=longer))]
        for level, weight in rule.giver_weight.items():
            more = {**rule.giver_weight, level: weight + 1}
            changed += [(f"of {level}", replace(rule, giver_weight=more))]
        if rule.only_in:
            changed += [("anywhere", replace(rule, only_in=()))]
        for what, other in changed:
            yield f"{rule.id} {what}", replace(book, rules=(*book.rules[:number], other, *book.rules[number + 1 :]))
    for number, activity in enumerate(book.activities):
        for what, moved in _other_activities(activity):
            activities = (*book.activities[:number], moved, *book.activities[number + 1 :])
            yield f"{activity.id} {what}", replace(book, activities=activities)
    (streak,) = book.streaks
    for length in streak.rewards:
        rewards = {**streak.rewards, length: streak.rewards[length] + 1}
        yield f"{length} weeks pay more", replace(book, streaks=(replace(streak, rewards=rewards),))
    for rule_id in streak.rules:
        fewer = tuple(one for one in streak.rules if one != rule_id)
        yield f"{rule_id} keeps no run", replace(book, streaks=(replace(streak, rules=fewer),))
    yield "days in a row", replace(book, streaks=(replace(streak, per="day"),))
    for what, ladder in _other_ladders(book.ladders[0]):
        yield f"circle {what}", replace(book, ladders=(ladder,))


def _other_activities(activity: Activity) -> Iterator[tuple[str, Activity]]:
    for rule, factor in activity.multiply.items():
        yield f"more for {rule}", replace(activity, multiply={**activity.multiply, rule: factor + 1})
    yield "ends later", replace(activity, length=activity.length + MINUTE)
    yield "begins later", replace(activity, rule=f"{activity.rule};BYMINUTE=1")


def _other_ladders(ladder: Ladder) -> Iterator[tuple[str, Ladder]]:
    newcomer, ordinary, core = ladder.levels
    assert ordinary.enter is not None
    assert core.enter is not None
    yield "without ordinary members", replace(ladder, levels=(newcomer, core))
    for number, _ in enumerate(ordinary.enter.any):
        yield (
            f"ordinary any {number}",
            replace(
                ladder,
                levels=(newcomer, replace(ordinary, enter=Terms(any=_moved(ordinary.enter.any, number))), core),
            ),
        )
    for number, _ in enumerate(core.enter.all):
        if number:  # between 300 and 330 points no example ends
            enter = replace(core.enter, all=_moved(core.enter.all, number))
            yield f"core all {number}", _with_core(ladder, replace(core, enter=enter))
    yield "core after anything", _with_core(ladder, replace(core, enter=replace(core.enter, none=())))
    yield "core stays while", _with_core(ladder, replace(core, stay=Stay()))
    for name, value in (("grace", 13), ("grace", 15), ("mode", "forever")):
        yield (
            f"core stays by {name} {value}",
            _with_core(ladder, replace(core, stay=replace(core.stay, **{name: value}))),
        )


def _with_core(ladder: Ladder, core: Level) -> Ladder:
    return replace(ladder, levels=(*ladder.levels[:2], core))


def _moved(terms: tuple[Requirement | Terms, ...], number: int) -> tuple[Requirement | Terms, ...]:
    """Return terms with one mark a little higher."""
    one = terms[number]
    assert isinstance(one, Requirement)
    higher = replace(one, target=one.target + (DAY if one.metric == "member_for" else 1))
    return (*terms[:number], higher, *terms[number + 1 :])


OTHERS = dict(_other_rulebooks()) | dict(_in_time())


@pytest.mark.parametrize("what", OTHERS)
def test_whoever_changes_one_thing_is_told_by_an_example(what: str) -> None:
    assert any(run(OTHERS[what], (example,)) for example in EXAMPLES)
