"""The daily run of a ladder: opened with the community's marks of the day, then member by member, in chunks.

A member who cannot wait for their turn is judged alone, so that what is decided next finds the level they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ledger.core.books.evolve import TIERS_DUE, evolve_arrival
from ledger.core.books.shelf import DUE, EVENT, MEMBER, RUN, TIER, Run
from ledger.core.books.view import Books
from ledger.core.decide.due import points_due, settle_points
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import next_instant, own_event, write_plainly
from ledger.core.events import TierRunOpened, TiersJudged
from ledger.core.outcomes import TierChange, Watch
from ledger.core.rulebook.grammar import Ladder, Requirement
from ledger.core.rulebook.versions import Version, leaves
from ledger.core.tiers.daily import change, day_before, judged, last_run_day, next_run, run_at
from ledger.core.tiers.terms import Judge, community_value, mark_key
from ledger.core.values import MemberId, Micros

OPENED = "tiers.opened"
JUDGED = "tiers.judged"
CHUNK = 500
"""How many members one event of a run looks at."""

NOBODY = MemberId(0)


def tiers_due(books: Books, ladder: str, at: Micros) -> bool:
    """Say whether a ladder's daily run is due, or open and not at its end."""
    due_at = books.read(DUE, (f"{TIERS_DUE}{ladder}", 0)).at
    return due_at is not None and due_at <= at


def open_runs(books: Books, at: Micros) -> list[str]:
    """Open every daily run that is due, and return the ladders that have one open.

    A run that is still open when the next is due is brought to its end first.
    """
    found = []
    for code in _ladders(books):
        while tiers_due(books, code, at) and not books.missing:
            run = books.read(RUN, (code,))
            ladder, version = _ladder(books, code, run)
            if ladder is None or run.due_at is None:
                break
            if not run.opened:
                _open(books, version, ladder, run.due_at, at)
                continue
            if reaches(books, code, run, at):
                found.append(code)
                break
            judge_next(books, code, at)
    return found


def reaches(books: Books, code: str, run: Run, at: Micros) -> bool:
    """Say whether an open run goes to the last day that was due at an instant."""
    ladder, version = _ladder(books, code, run)
    return ladder is None or run_at(ladder, version.rulebook.community.tz, run.last_day + 1) > at


def _ladders(books: Books) -> list[str]:
    return list(dict.fromkeys(ladder for version in books.versions.published for ladder in version.ladders))


def _ladder(books: Books, code: str, run: Run) -> tuple[Ladder | None, Version]:
    """Return a ladder as the version says that was in force when its run was due."""
    version = books.versions.at(run.due_at or Micros(0))
    ladder = version.ladders.get(code) or books.versions.latest.ladders.get(code)
    return (ladder if ladder is not None and ladder.daily_at is not None else None), version


def _open(books: Books, version: Version, ladder: Ladder, due_at: Micros, at: Micros) -> None:
    zone = version.rulebook.community.tz
    first, last = last_run_day(ladder, zone, due_at), last_run_day(ladder, zone, at)
    fact = TierRunOpened(
        ladder=ladder.code,
        first_day=first,
        last_day=last,
        members=books.head.members,
        marks=_marks(books, version, ladder, range(first, last + 1)),
    )
    key, recorded_at = f"{OPENED}/{ladder.code}/{first}", next_instant(books, at)
    event = own_event(books, OPENED, key, fact, number=version.number, recorded_at=recorded_at, due_at=due_at)
    write_plainly(books, event)


def _marks(books: Books, version: Version, ladder: Ladder, days: range) -> dict[str, tuple[int, ...]]:
    """Return the community's metrics that marks are a share of, for each day of a run."""
    shares: dict[str, Requirement] = {}
    for level in ladder.levels:
        for one in leaves(level.enter) if level.enter is not None else ():
            if one.share is not None:
                shares[mark_key(one)] = one
    judges = [Judge(books, version, NOBODY, day_before(day), Micros(0)) for day in days]
    return {key: tuple(community_value(judge, one) for judge in judges) for key, one in shares.items()}


def judge_next(books: Books, code: str, at: Micros) -> None:
    """Judge the next chunk of an open run's members; with the last of them the run ends.

    A member whose points have acts due within the run's days is judged alone, so that each comes in its time.
    """
    run = books.read(RUN, (code,))
    members = range(run.done_to + 1, min(run.done_to + CHUNK, run.members) + 1)
    ladder, version = _ladder(books, code, run)
    if ladder is None:
        return
    until = run_at(ladder, version.rulebook.community.tz, run.last_day)
    for member in members:
        if awaits(books, code, run, MemberId(member)) and points_due(books, MemberId(member), until) is not None:
            settle_member(books, MemberId(member), until, at)
    _judge(books, code, members, run.last_day, at, alone=False)


def end_run(books: Books, code: str, at: Micros) -> None:
    """Bring a ladder's open run to its end."""
    while books.read(RUN, (code,)).opened and not books.missing:
        judge_next(books, code, at)


def settle_member(books: Books, member: MemberId, until: Micros, at: Micros) -> None:
    """Do all that was due of a member until an instant: points, and open runs of all ladders, in order of time.

    Of what was due at one instant points come first.
    """
    while (due_at := points_due(books, member, until)) is not None:
        _judge_alone(books, member, Micros(due_at - 1), at)
        settle_points(books, member, due_at, at)
        if books.missing:
            return
    _judge_alone(books, member, until, at)


def _judge_alone(books: Books, member: MemberId, until: Micros, at: Micros) -> None:
    """Judge a member in every open run before their turn, for the days whose runs were due until an instant."""
    for code in _ladders(books):
        run = books.read(RUN, (code,))
        ladder, version = _ladder(books, code, run)
        if ladder is None or not awaits(books, code, run, member):
            continue
        day = min(run.last_day, last_run_day(ladder, version.rulebook.community.tz, until))
        if day >= run.first_day and books.read(TIER, (code, member)).judged_on < day:
            _judge(books, code, range(member, member + 1), day, at, alone=True)


def awaits(books: Books, code: str, run: Run, member: MemberId) -> bool:
    """Say whether a member still is to be judged in an open run."""
    if not run.opened or not run.done_to < member <= run.members:
        return False
    return books.read(TIER, (code, member)).judged_on < run.last_day


def _judge(books: Books, code: str, members: range, last_day: int, at: Micros, *, alone: bool) -> None:
    run = books.read(RUN, (code,))
    ladder, version = _ladder(books, code, run)
    opening = books.read(EVENT, (run.opened,)).event
    if ladder is None or opening is None or not isinstance(opening.fact, TierRunOpened):
        return
    zone = version.rulebook.community.tz
    due_at = run_at(ladder, zone, last_day)
    ends = not alone and members.stop > run.members
    first, last = MemberId(members.start), MemberId(members.stop - 1)
    fact = TiersJudged(
        ladder=code,
        first=first,
        last=last,
        alone=alone,
        next_at=next_run(ladder, zone, due_at) if ends else None,
    )
    key = f"{JUDGED}/{code}/{last_day}/{first}" + ("/alone" if alone else "")
    recorded_at = next_instant(books, at)
    event = own_event(books, JUDGED, key, fact, number=version.number, recorded_at=recorded_at, due_at=due_at)
    evolve_arrival(books, event)
    moved: list[TierChange] = []
    watched: list[Watch] = []
    for member in members:
        if not alone and not awaits(books, code, run, MemberId(member)):
            continue
        look = Look(books.fork(), version, ladder, MemberId(member), alone)
        for step in _days(look, opening.fact, last_day):
            if isinstance(step, TierChange):
                moved.append(step)
            else:
                watched.append(step)
    finish(Made(books, event, version), {}, now=due_at, tiers=tuple(moved), watches=tuple(watched))


class Look(NamedTuple):
    """A member in a daily run, on books that are thrown away."""

    trial: Books
    version: Version
    ladder: Ladder
    member: MemberId
    alone: bool


def _days(look: Look, opening: TierRunOpened, last_day: int) -> Iterator[TierChange | Watch]:
    """Yield what each day of a run does to a member."""
    trial, ladder, key = look.trial, look.ladder, (look.ladder.code, look.member)
    zone = look.version.rulebook.community.tz
    standing = trial.read(TIER, key)
    noted = False
    known = trial.read(MEMBER, (look.member,))
    is_there = known.seen_position and known.erased_at is None and known.kept is None
    free = is_there and not standing.locked
    for number, day in enumerate(range(opening.first_day, last_day + 1)):
        if day <= standing.judged_on or not free:
            continue
        now = run_at(ladder, zone, day)
        marks = {name: values[number] for name, values in opening.marks.items()}
        judge = Judge(trial, look.version, look.member, day_before(day), now, marks)
        found = judged(judge, ladder, day)
        current = trial.read(TIER, key)
        if (step := change(ladder, judge, found.level, now)) is not None:
            yield step
            current = replace(current, level=step.after or "", since_at=now)
        elif found.warned:
            yield Watch(ladder=ladder.code, member=look.member, below=found.below, warned=True)
        noted = noted or found.below != current.below
        trial.write(TIER, key, replace(current, below=found.below))
    if look.alone or noted:
        below = trial.read(TIER, key).below
        judged_on = last_day if look.alone else 0
        yield Watch(ladder=ladder.code, member=look.member, below=below, judged_on=judged_on)


def sweep(books: Books, code: str, at: Micros) -> None:
    """Do one chunk of a ladder's daily run, opening it where it is due."""
    if code in open_runs(books, at):
        judge_next(books, code, at)


def dry_run(
    books: Books, version: Version, ladder: Ladder, members: Iterable[MemberId], day: int
) -> Iterator[TierChange]:
    """Yield what the run of a local day would move, by the books as they are. Nothing is written."""
    now = run_at(ladder, version.rulebook.community.tz, day)
    for member in members:
        judge = Judge(books, version, member, day_before(day), now)
        if books.read(TIER, (ladder.code, member)).locked:
            continue
        step = change(ladder, judge, judged(judge, ladder, day).level, now)
        if step is not None:
            yield step


def first_runs(version: Version, after: Micros) -> dict[str, Micros]:
    """Return when each ladder's daily run is first due after an instant."""
    zone = version.rulebook.community.tz
    daily = (ladder for ladder in version.rulebook.ladders if ladder.daily_at is not None)
    return {ladder.code: next_run(ladder, zone, after) for ladder in daily}
