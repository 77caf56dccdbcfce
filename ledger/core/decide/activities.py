"""Decides activities: scheduled and cancelled by operators, answered by members, attended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ledger.core.books.activities import answers_trail, spelled_terms
from ledger.core.books.goods import Rsvp
from ledger.core.books.shelf import EVENT, GATHERING, KEY, MEMBER, RSVP, SERIES, TIER, Seen, Standing
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.commands import RecordContribution
from ledger.core.conduct import is_removed
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.decide.contribution import decide_contribution
from ledger.core.decide.own import next_instant, own_event, write_plainly
from ledger.core.decide.people import nobody
from ledger.core.events import ActivityFact
from ledger.core.refusals import LevelUnknown, Refusal
from ledger.core.rhythm.activities import (
    ACTIVITIES_SOURCE,
    ANSWERED,
    ATTENDED,
    CANCELLED,
    HOSTED,
    SCHEDULED,
    ActivityAnswered,
    ActivityCancelled,
    ActivityScheduled,
    AnswerActivity,
    CancelActivity,
    OfActivities,
    RecordAttendance,
    ScheduleActivity,
)
from ledger.core.rhythm.activities import Answer as Said
from ledger.core.rhythm.refusals import (
    ActivityExists,
    ActivityFarOff,
    ActivityFull,
    ActivityNotBegun,
    ActivityOver,
    ActivityUnknown,
    LevelTooLow,
    NotAmongUs,
    PrioritySignup,
)
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.versions import Version
from ledger.core.rules.gatherings import Meeting, is_cancelled, meeting
from ledger.core.rules.levels import level_on
from ledger.core.tiers.moving import groups_of
from ledger.core.values import DAY, MemberId, Micros, Position

MOST_AHEAD = 366 * DAY
"""How far ahead an invitation is answered: what a member answered is looked at when they are erased or merged."""


def decide_activity(books: Books, command: OfActivities, mac: bytes, *, at: Micros, recorded_at: Micros) -> Answer:
    """Decide what is asked about an activity. What is so already is no change."""
    match command:
        case ScheduleActivity():
            return _schedule(books, command, mac, recorded_at)
        case CancelActivity() if "/" not in command.activity:
            return _cancel_series(books, command, mac, recorded_at)
    found = meeting(books, command.activity)
    if found is None:
        return ActivityUnknown()
    match command:
        case CancelActivity():
            before = books.read(GATHERING, (command.activity,)).cancelled
            if before:
                return Repeated(position=before)
            return _cancel(books, command, mac, recorded_at)
        case AnswerActivity():
            return _answer(books, found, command, mac, recorded_at)
        case RecordAttendance():
            return _attend(books, found, command, mac, at)


def _write(
    books: Books, type_: str, subject: str, fact: ActivityFact, mac: bytes, at: Micros, texts: dict[str, str]
) -> Accepted:
    number = books.versions.at(at).number
    key = f"{type_}/{books.head.position + 1}"
    event = own_event(books, type_, key, fact, number=number, recorded_at=at, mac=mac)
    told = {name: text for name, text in texts.items() if text}
    return write_plainly(books, replace(event, subject=subject), {"texts": told} if told else {})


def _schedule(books: Books, command: ScheduleActivity, mac: bytes, at: Micros) -> Answer:
    terms, version = command.terms, books.versions.at(at)
    fact = ActivityScheduled(terms=terms, by=command.by)
    before = books.read(SERIES, (terms.code,))
    if before.scheduled:
        same = before.terms == spelled_terms(terms) and not before.cancelled
        return Repeated(position=before.scheduled) if same else ActivityExists(activity=terms.code)
    if terms.code in version.activities:
        return ActivityExists(activity=terms.code)
    if terms.host is not None and (refusal := nobody(books, terms.host)) is not None:
        return refusal
    ladder = version.main_ladder
    if terms.min_tier and (ladder is None or terms.min_tier not in [one.code for one in ladder.levels]):
        return LevelUnknown(level=terms.min_tier)
    return _write(books, SCHEDULED, terms.code, fact, mac, at, {"url": command.join_url})


def _cancel_series(books: Books, command: CancelActivity, mac: bytes, at: Micros) -> Answer:
    series = books.read(SERIES, (command.activity,))
    if not series.scheduled:
        return ActivityUnknown()
    if series.cancelled:
        return Repeated(position=series.cancelled)
    return _cancel(books, command, mac, at)


def _cancel(books: Books, command: CancelActivity, mac: bytes, at: Micros) -> Answer:
    fact = ActivityCancelled(activity=command.activity, by=command.by)
    return _write(books, CANCELLED, command.activity, fact, mac, at, {"reason": command.reason})


def _is_off(books: Books, found: Meeting) -> bool:
    series = books.read(SERIES, (found.terms.code,)) if found.terms is not None else None
    return is_cancelled(books, found.occurrence) or (series is not None and series.cancelled > 0)


def _answer(books: Books, found: Meeting, command: AnswerActivity, mac: bytes, at: Micros) -> Answer:
    if (refusal := nobody(books, command.member)) is not None:
        return refusal
    said = {one: books.read(RSVP, (command.activity, one)) for one in everybody(books, command.member)}
    before = max(said.values(), key=lambda one: one.answered)
    if before.answer == command.answer:
        return Repeated(position=before.answered)
    if not command.replayed and (refusal := _kept_out(books, found, command, at)) is not None:
        return refusal
    others = tuple(one for one, rsvp in said.items() if rsvp.answer and one != command.member)
    fact = ActivityAnswered(
        activity=command.activity, member=command.member, answer=command.answer, instead_of=others
    )
    return _write(books, ANSWERED, command.activity, fact, mac, at, {})


def still_to_come(books: Books, member: MemberId, at: Micros) -> Iterator[tuple[str, Rsvp]]:
    """Yield what a member answered to activities that are not over, by their names."""
    events = (books.read(EVENT, (position,)).event for position in books.trail(answers_trail(member)))
    facts = (event.fact for event in events if event is not None)
    for name in dict.fromkeys(fact.activity for fact in facts if isinstance(fact, ActivityAnswered)):
        said, found = books.read(RSVP, (name, member)), meeting(books, name)
        if said.answer and (found is None or at < found.occurrence.end):
            yield name, said


def _kept_out(books: Books, found: Meeting, command: AnswerActivity, at: Micros) -> Refusal | None:
    """Return why a member cannot answer so.

    It is off, over or far off; they are not here any more; it is too high for them, not open yet, or full.
    """
    if _is_off(books, found) or at >= found.occurrence.end:
        return ActivityOver()
    if found.occurrence.start - at > MOST_AHEAD:
        return ActivityFarOff()
    if command.answer is not Said.GOING:
        return None
    if books.read(MEMBER, (command.member,)).left_at is not None or is_removed(books, command.member):
        return NotAmongUs()
    terms, version = found.terms, books.versions.at(at)
    if terms is None:
        return None
    if terms.min_tier and not reaches(books, version, command.member, terms.min_tier):
        return LevelTooLow(level=terms.min_tier)
    priority = terms.priority_until
    if priority is not None and at < priority and not is_core(books, version, command.member):
        return PrioritySignup(until=priority)
    if terms.capacity is not None and books.read(GATHERING, (command.activity,)).going >= terms.capacity:
        return ActivityFull(capacity=terms.capacity)
    return None


def reaches(books: Books, version: Version, member: MemberId, level: str) -> bool:
    """Say whether a member is on a level of the main ladder or above it; one that is gone keeps nobody out."""
    ladder = version.main_ladder
    if ladder is None:
        return True
    return reaches_level(version.rulebook, {ladder.code: books.read(TIER, (ladder.code, member))}, level)


def reaches_level(rulebook: Rulebook, standings: Mapping[str, Standing], level: str) -> bool:
    """Say the same of somebody with these standings, by ladder."""
    ladder = next(iter(rulebook.ladders), None)
    codes = [one.code for one in ladder.levels] if ladder is not None else []
    if ladder is None or level not in codes:
        return True
    mine = level_on(ladder, standings.get(ladder.code, Standing()).level)
    return mine in codes and codes.index(mine) >= codes.index(level)


def is_core(books: Books, version: Version, member: MemberId) -> bool:
    """Say whether a member is of the core: on a level with a place in a group, or where none has one, the top."""
    if any(level.grants for ladder in version.rulebook.ladders for level in ladder.levels):
        return bool(groups_of(books, version, member))
    ladder = version.main_ladder
    return ladder is None or books.read(TIER, (ladder.code, member)).level == ladder.levels[-1].code


def _attend(books: Books, found: Meeting, command: RecordAttendance, mac: bytes, at: Micros) -> Answer:
    """Record a contribution for everybody who came and was not said to have come before, and one for the host."""
    if _is_off(books, found):
        return ActivityOver()
    if at < found.occurrence.start:
        return ActivityNotBegun()
    refused = (nobody(books, one) for one in command.members)
    if (refusal := next((one for one in refused if one is not None), None)) is not None:
        return refusal
    told = [(ATTENDED, member) for member in dict.fromkeys(kept(books, one) for one in command.members)]
    host = found.terms.host if found.terms is not None else None
    if host is not None and nobody(books, host) is None:
        told.append((HOSTED, kept(books, host)))
    known = [_said_before(books, type_, command.activity, member) for type_, member in told]
    new = [one for one, seen in zip(told, known, strict=True) if not seen.position]
    if not new:
        last = max((seen.position for seen in known), default=Position(0))
        return Repeated(position=last) if last else ActivityUnknown()
    for type_, member in new:
        came = RecordContribution(
            source=ACTIVITIES_SOURCE,
            key=_key(type_, command.activity, member),
            type=type_,
            subject=command.activity,
            occurred_at=found.occurrence.start,
            member=member,
            data={"activity": command.activity, "by": command.by},
            own=True,
        )
        answer = decide_contribution(books, came, mac, at=at, recorded_at=next_instant(books, at))
        if not isinstance(answer, Accepted):
            return answer
    return answer


def _said_before(books: Books, type_: str, activity: str, member: MemberId) -> Seen:
    """Return where it was said of a member, or of somebody who is one person with them."""
    seen = [books.read(KEY, (ACTIVITIES_SOURCE, _key(type_, activity, one))) for one in everybody(books, member)]
    return max(seen, key=lambda one: one.position)


def _key(type_: str, activity: str, member: MemberId) -> str:
    return f"{type_}/{activity}/{member}"
