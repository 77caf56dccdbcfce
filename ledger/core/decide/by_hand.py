"""Decides what people say: reviews of what waits, levels given and locked, places in groups held and reported."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import EVENT, STORY, TIER, WAITING, WISH
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import ByHand, HoldGroup, LockTier, ReportGroup, ReviewContribution
from ledger.core.conduct import is_removed
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.due import released
from ledger.core.decide.making import Made, finish
from ledger.core.decide.moving import report_role
from ledger.core.decide.own import own_event, why, write_plainly
from ledger.core.decide.people import is_gone, nobody
from ledger.core.decide.undoing import case_of
from ledger.core.events import (
    ContributionRecorded,
    ContributionReviewed,
    Event,
    Fact,
    GroupHeld,
    GroupReported,
    TierLocked,
    decisions,
)
from ledger.core.outcomes import Decision, GroupWish, Measure, TierChange
from ledger.core.refusals import (
    GroupUnknown,
    LadderNotLockable,
    LevelUnknown,
    NothingToReview,
)
from ledger.core.reversal import withdrawal
from ledger.core.rhythm.stories import SUBMITTED, StoryState
from ledger.core.rulebook.versions import Version
from ledger.core.rules.measures import counted
from ledger.core.rules.streaks import advanced
from ledger.core.tiers.moving import groups_in, groups_of
from ledger.core.undo import corrected_trail
from ledger.core.values import Micros, Position

REVIEWED = "contribution.reviewed"
LOCKED = "tier.locked"
HELD = "group.held"
REPORTED = "group.reported"
LONGEST_GROUP = 128


def decide_by_hand(books: Books, command: ByHand, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Decide what a person or a bot says."""
    version = books.versions.at(recorded_at)
    if not isinstance(command, ReviewContribution):
        command = replace(command, member=kept(books, command.member))
    match command:
        case ReviewContribution():
            return _review(books, command, mac, version, recorded_at)
        case LockTier():
            return _lock(books, command, mac, version, recorded_at)
        case HoldGroup():
            return _hold(books, command, mac, version, recorded_at)
        case ReportGroup():
            return _report(books, command, mac, version, recorded_at)


def _event(books: Books, type_: str, fact: Fact, mac: bytes, version: Version, recorded_at: Micros) -> Event:
    return own_event(books, type_, "", fact, number=version.number, recorded_at=recorded_at, mac=mac)


def _review(books: Books, command: ReviewContribution, mac: bytes, version: Version, recorded_at: Micros) -> Answer:
    original = books.read(EVENT, (command.position,)).event
    waiting = list(_waiting(books, command.position))
    story = _submitted_story(books, original)
    if not (waiting or story):
        return NothingToReview(position=command.position)
    done = original.fact if original is not None else None
    whose = done.people.get("author") or done.actor if isinstance(done, ContributionRecorded) else None
    fact = ContributionReviewed(
        of=command.position, approved=command.approved, by=command.by, story=story, whose=whose
    )
    if command.approved and original is not None:
        fact = replace(fact, measures=_counted(books, original))
    event = _event(books, REVIEWED, fact, mac, version, recorded_at)
    evolve_arrival(books, event)
    made = Made(books, event, version)
    for place, ordinal, decision in waiting:
        if command.approved:
            assert decision.origin is not None
            made.take(released(made, decision.origin, place.position, ordinal))
        else:
            made.take(withdrawal(books, place, ordinal, decision))
    if command.approved and original is not None and _is_claim(original):
        for move, reward in advanced(books, case_of(books, original), [decision for _, _, decision in waiting]):
            made.advance(move)
            if reward is not None:
                made.take(made.in_a_lot(replace(reward, dated=original.occurred_at)))
    finish(made, why(command.reason))
    return Accepted(position=event.position)


def _counted(books: Books, original: Event) -> tuple[Measure, ...]:
    """Return the steps that a claim makes in metrics now that it is approved; other events made theirs at once."""
    return counted(books, case_of(books, original))[0] if _is_claim(original) else ()


def _is_claim(event: Event) -> bool:
    return isinstance(event.fact, ContributionRecorded) and event.fact.claimed


def _waiting(books: Books, position: Position) -> Iterator[tuple[Event, int, Decision]]:
    """Yield what waits for a review of the event at a position, be it since a violation was lifted."""
    late = books.trail(corrected_trail(position)) if books.versions.ordered else ()
    for place in (position, *late):
        event = books.read(EVENT, (place,)).event
        for ordinal, decision in enumerate(decisions(event) if event is not None else ()):
            about = decision.restores.position if decision.restores is not None else place
            if event is None or decision.origin is None or about != position:
                continue
            if decision.pending <= 0 or decision.release_at is not None:
                continue
            if books.read(WAITING, (decision.origin, place, ordinal)).open:
                yield event, ordinal, decision


def _submitted_story(books: Books, original: Event | None) -> str:
    """Return the subject of the story that an event submitted, while it waits for its review; else nothing.

    A story is reviewed also where no points wait for it.
    """
    if original is None or original.type != SUBMITTED or original.subject is None:
        return ""
    story = books.read(STORY, (original.subject,))
    waits = story.position == original.position and story.state == StoryState.SUBMITTED
    waits = waits and not is_gone(books, story.author)
    return original.subject if waits else ""


def _lock(books: Books, command: LockTier, mac: bytes, version: Version, recorded_at: Micros) -> Answer:
    if (unknown := nobody(books, command.member)) is not None:
        return unknown
    ladder = version.ladders.get(command.ladder) if command.ladder else version.main_ladder
    if ladder is None or not ladder.lockable:
        return LadderNotLockable()
    if command.level is not None and command.level not in [one.code for one in ladder.levels]:
        return LevelUnknown(level=command.level)
    before = books.read(TIER, (ladder.code, command.member)).level or None
    locked = command.level is not None
    fact = TierLocked(ladder=ladder.code, member=command.member, level=command.level, by=command.by)
    event = _event(books, LOCKED, fact, mac, version, recorded_at)
    evolve_arrival(books, event)
    moved: tuple[TierChange, ...] = ()
    if locked and before != command.level:
        moved = (TierChange(ladder=ladder.code, member=command.member, before=before, after=command.level),)
    finish(Made(books, event, version), why(command.reason), tiers=moved)
    return Accepted(position=event.position)


def _hold(books: Books, command: HoldGroup, mac: bytes, version: Version, recorded_at: Micros) -> Answer:
    if (unknown := nobody(books, command.member)) is not None:
        return unknown
    if command.group not in groups_in(version):
        return GroupUnknown(group=command.group)
    wish = books.read(WISH, (command.member, command.group))
    removed = is_removed(books, command.member)
    wanted = not removed and command.group in groups_of(books, version, command.member)
    follows: tuple[GroupWish, ...] = ()
    if not command.held and bool(wish.wanted) != wanted:
        follows = (GroupWish(member=command.member, group=command.group, wanted=wanted),)
    fact = GroupHeld(member=command.member, group=command.group, held=command.held, by=command.by, groups=follows)
    event = _event(books, HELD, fact, mac, version, recorded_at)
    return write_plainly(books, event, why(command.reason))


def _report(books: Books, command: ReportGroup, mac: bytes, version: Version, recorded_at: Micros) -> Answer:
    if (unknown := nobody(books, command.member)) is not None:
        return unknown
    if not command.group or len(command.group) > LONGEST_GROUP:
        return GroupUnknown(group=command.group[:LONGEST_GROUP])
    fact = GroupReported(member=command.member, group=command.group, inside=command.inside, by=command.by)
    answer = write_plainly(books, _event(books, REPORTED, fact, mac, version, recorded_at))
    if command.inside:
        report_role(books, command.member, command.group, recorded_at)
    return answer
