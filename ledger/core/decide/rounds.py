"""Decides rounds: opened with a committed seed; closed once, each winner by a contribution that rules look at."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.shelf import EVENT, MEMBER, PERK, ROUND
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.commands import LEDGER_SOURCE, RecordContribution, RedeemPerk
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.decide.contribution import decide_contribution
from ledger.core.decide.own import next_instant, own_event, write_plainly
from ledger.core.decide.people import nobody
from ledger.core.decide.redeeming import decide_redemption
from ledger.core.events import ContributionRecorded
from ledger.core.refusals import PerkUnknown, Refusal
from ledger.core.rhythm.refusals import (
    ActivityUnknown,
    RoundDone,
    RoundExists,
    RoundUnknown,
    SeedWrong,
    TooFewEntrants,
    WinnersOrDraw,
)
from ledger.core.rhythm.rounds import (
    CLOSED,
    MOST_WINNERS,
    OPENED,
    ROUNDS_SOURCE,
    WON,
    CloseRound,
    OfRounds,
    OpenRound,
    RoundClosed,
    RoundOpened,
    Winner,
    attended_trail,
    close_key,
    commitment,
    drawn,
    round_trail,
)
from ledger.core.rules.gatherings import meeting
from ledger.core.values import MemberId, Micros, Position


def decide_round(books: Books, command: OfRounds, mac: bytes, *, at: Micros, recorded_at: Micros) -> Answer:
    """Decide what is asked about a round."""
    if isinstance(command, OpenRound):
        return _open(books, command, mac, recorded_at)
    opening = opened(books, command.code)
    if opening is None:
        return RoundUnknown()
    if books.read(ROUND, (command.code,)).closed:
        return RoundDone()
    if commitment(command.seed) != opening.commitment:
        return SeedWrong()
    entrants: tuple[MemberId, ...] = ()
    winners = command.winners
    if command.replayed is None:
        winners = tuple(kept(books, one) for one in winners)
    if command.replayed is None and command.draw is not None and not winners:
        entrants = _entrants(books, opening)
        if len(entrants) < command.draw:
            return TooFewEntrants(entrants=len(entrants))
        winners = drawn(command.seed, entrants, command.draw)
    if (refusal := _refused(books, command, winners)) is not None:
        return refusal
    closing = RoundClosed(
        code=command.code,
        seed=command.seed,
        winners=(),
        by=command.by,
        drawn=command.draw is not None,
        entrants=entrants,
    )
    if (told := command.replayed) is not None:
        closing = replace(closing, drawn=told.drawn, entrants=told.entrants)
    return _close(books, command, opening, closing, winners, mac, at)


def opened(books: Books, code: str) -> RoundOpened | None:
    """Return what a round is, if there is one of this code."""
    position = books.read(ROUND, (code,)).opened
    event = books.read(EVENT, (position,)).event if position else None
    return event.fact if event is not None and isinstance(event.fact, RoundOpened) else None


def _open(books: Books, command: OpenRound, mac: bytes, recorded_at: Micros) -> Answer:
    fact = RoundOpened(
        code=command.code,
        title=command.title,
        activity=command.activity,
        prizes=command.prizes,
        commitment=command.commitment,
        by=command.by,
    )
    before = opened(books, command.code)
    if before is not None and replace(before, by=command.by) == fact:
        return Repeated(position=books.read(ROUND, (command.code,)).opened)
    if books.read(ROUND, (command.code,)).opened:
        return RoundExists(round=command.code)
    if command.activity and meeting(books, command.activity) is None:
        return ActivityUnknown()
    for prize in command.prizes:
        if prize.perk and not books.read(PERK, (prize.perk,)).terms:
            return PerkUnknown(perk=prize.perk)
    number = books.versions.at(recorded_at).number
    key = f"{OPENED}/{command.code}"
    event = own_event(
        books,
        OPENED,
        key,
        fact,
        number=number,
        recorded_at=recorded_at,
        mac=mac,
        subject=round_trail(command.code),
        source=ROUNDS_SOURCE,
    )
    return write_plainly(books, event)


def _entrants(books: Books, opening: RoundOpened) -> tuple[MemberId, ...]:
    """Return who entered a round since it was opened, or came to its activity, and did not leave; by number."""
    since = books.read(ROUND, (opening.code,)).opened
    positions = {one for one in books.trail(round_trail(opening.code)) if one > since}
    if opening.activity:
        positions.update(books.trail(attended_trail(opening.activity)))
    found: set[MemberId] = set()
    for position in positions:
        event = books.read(EVENT, (position,)).event
        if event is not None and isinstance(event.fact, ContributionRecorded) and event.fact.actor is not None:
            found.add(kept(books, event.fact.actor))
    return tuple(sorted(one for one in found if books.read(MEMBER, (one,)).left_at is None))


def _refused(books: Books, command: CloseRound, winners: tuple[MemberId, ...]) -> Refusal | None:
    if command.replayed is None and command.draw is not None and (command.winners or command.draw < 1):
        return WinnersOrDraw(most=MOST_WINNERS)
    if len(set(winners)) < len(winners) or len(winners) > MOST_WINNERS:
        return WinnersOrDraw(most=MOST_WINNERS)
    return next((why for why in (nobody(books, one) for one in winners) if why is not None), None)


def _close(
    books: Books,
    command: CloseRound,
    opening: RoundOpened,
    closing: RoundClosed,
    members: tuple[MemberId, ...],
    mac: bytes,
    at: Micros,
) -> Answer:
    """Record each win, give the perks won, and close the round with all of it."""
    winners: list[Winner] = []
    for place, member in enumerate(members, 1):
        won = _win(books, opening, place, member, at)
        winners.append(Winner(place=place, member=member, won=won))
    recorded_at = next_instant(books, at)
    key, number = close_key(command.key), books.versions.at(recorded_at).number
    fact = replace(closing, winners=tuple(winners))
    event = own_event(
        books,
        CLOSED,
        key,
        fact,
        number=number,
        recorded_at=recorded_at,
        mac=mac,
        subject=round_trail(closing.code),
        source=ROUNDS_SOURCE,
    )
    return write_plainly(books, event)


def _win(books: Books, opening: RoundOpened, place: int, member: MemberId, at: Micros) -> Position:
    """Record that a member won a place, and give them the perk that it wins; return where the win stands."""
    prize = next((one for one in opening.prizes if one.place == place), None)
    data: dict[str, object] = {"round": opening.code, "rank": place}
    if opening.activity:
        data["activity"] = opening.activity
    if prize is not None and prize.points is not None:
        data["points"] = prize.points
    win = RecordContribution(
        source=ROUNDS_SOURCE,
        key=f"{WON}/{opening.code}/{place}",
        type=WON,
        subject=round_trail(opening.code),
        member=member,
        data=data,
        own=True,
    )
    answer = decide_contribution(books, win, b"", at=at, recorded_at=next_instant(books, at))
    assert isinstance(answer, Accepted)  # its source is our own, and it happens now
    if prize is not None and prize.perk:
        given = RedeemPerk(
            key=f"{ROUNDS_SOURCE}/{opening.code}/{place}",
            perk=prize.perk,
            member=member,
            by=LEDGER_SOURCE,
            given=True,
        )
        decide_redemption(books, given, b"", recorded_at=next_instant(books, at))
    return answer.position
