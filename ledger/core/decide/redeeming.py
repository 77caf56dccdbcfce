"""Decides a redemption: a member asks for a perk, or is given one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.perks import terms_of
from ledger.core.books.shelf import CLAIM, EVENT, IDENTITY, MEMBER, PERK, REDEMPTION, SETTING
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.commands import LEDGER_SOURCE, REDEMPTIONS_SOURCE, RedeemPerk
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import next_instant, own_event, write_plainly
from ledger.core.events import Event, Fact, RedemptionMade, RedemptionMoved, RedemptionRefused, RedemptionStatus
from ledger.core.outcomes import ClaimKey, CounterMove, GroupWish
from ledger.core.perks.blocks import ALSO_OF_GIFTS, Bid, Block, bid, blocks, codes_left, limit_move
from ledger.core.perks.paying import asked
from ledger.core.refusals import MemberUnknown, PerkUnknown
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import MemberId, Micros

REDEEMED = "perk.redeemed"
GRANTED = "perk.granted"
REFUSED = "redemption.refused"
WELCOME = "welcome"
"""The setting that names the perk every new member is given."""


def decide_redemption(books: Books, command: RedeemPerk, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Redeem a perk, or record that it was refused, so that the answer to the key stays the same."""
    version = books.versions.at(recorded_at)
    member = kept(books, _member(books, command))
    if not books.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    asked_for = bid(books, version, member, command.perk, recorded_at, command.expected_cost)
    if asked_for is None:
        return PerkUnknown(perk=command.perk)
    if command.replayed is None and (block := _refused(books, asked_for, given=command.given)) is not None:
        fact = RedemptionRefused(perk=command.perk, member=member, code=block, by=command.by)
        event = _event(books, REFUSED, fact, asked_for, command.key, recorded_at)
        return write_plainly(books, replace(event, mac=mac))
    event = _event(
        books, GRANTED if command.given else REDEEMED, _ask(asked_for, command), asked_for, command.key, recorded_at
    )
    make(books, replace(event, mac=mac), asked_for, {"texts": {"note": command.note}} if command.note else {})
    return Accepted(position=event.position)


def _member(books: Books, command: RedeemPerk) -> MemberId:
    who = command.member
    return who if isinstance(who, int) else books.read(IDENTITY, (who.platform, who.external_id)).member


def _refused(books: Books, asked_for: Bid, *, given: bool) -> Block | None:
    return next((one for one in blocks(books, asked_for) if not given or one in ALSO_OF_GIFTS), None)


def _event(books: Books, type_: str, fact: Fact, asked_for: Bid, key: str, recorded_at: Micros) -> Event:
    code, number = asked_for.terms.code, asked_for.version.number
    source = REDEMPTIONS_SOURCE
    return own_event(books, type_, key, fact, number=number, recorded_at=recorded_at, subject=code, source=source)


def _ask(asked_for: Bid, command: RedeemPerk) -> RedemptionMade:
    """Return the redemption that a command asks for; one told again costs what it cost."""
    told = command.replayed
    return RedemptionMade(
        perk=asked_for.terms.code,
        member=asked_for.member,
        by=command.by,
        status=RedemptionStatus.REQUESTED,
        unit=told.unit if told is not None else asked_for.terms.unit,
        cost=told.cost if told is not None else 0 if command.given else asked_for.terms.cost,
        given=command.given,
    )


def make(books: Books, event: Event, asked_for: Bid, private: dict[str, Any]) -> None:
    """Make a redemption: had at once where that can be, else asked for, its price held."""
    ask, terms = event.fact, asked_for.terms
    assert isinstance(ask, RedemptionMade)
    status, handed = RedemptionStatus.REQUESTED, 0
    if terms.fulfilment is not Fulfilment.MANUAL and not terms.approve:
        status = RedemptionStatus.APPROVED
        if terms.fulfilment is Fulfilment.CODE and codes_left(asked_for.perk):
            status, handed = RedemptionStatus.FULFILLED, asked_for.perk.handed + 1
    paid = status is RedemptionStatus.FULFILLED
    hold_until = None if paid or terms.reserve_for is None else Micros(event.recorded_at + terms.reserve_for)
    event = replace(event, fact=replace(ask, status=status, handed=handed, hold_until=hold_until))
    evolve_arrival(books, event)
    made = Made(books, event, asked_for.version)
    counters: tuple[CounterMove, ...] = (limit_move(asked_for),) if terms.limit is not None else ()
    decision = asked(books, ask.member, terms.code, ask.unit, ask.cost, paid=paid, counters=counters)
    groups: tuple[GroupWish, ...] = ()
    if status is RedemptionStatus.APPROVED and terms.fulfilment is Fulfilment.PLATFORM_ROLE:
        decision = replace(decision, claims=(role_claim(terms.target, ask.member),))
        groups = (GroupWish(member=ask.member, group=terms.target, wanted=True),)
    made.take(decision)
    finish(made, private, places=groups)


def role_claim(group: str, member: MemberId) -> ClaimKey:
    """Return the claim by which a bot's report of a place in a group finds the redemption that waits for it."""
    return ClaimKey(kind="perk_role", key=f"{group}/{member}")


def is_bought(books: Books, group: str, member: MemberId) -> bool:
    """Say whether somebody who is one person with a member has a place in a group for points."""
    claims = (role_claim(group, one) for one in everybody(books, member))
    return any(books.read(CLAIM, (one.kind, one.key)).position for one in claims)


def kept_place_trail(member: MemberId) -> str:
    """Return the trail under which places are found that were approved for a member who might have none then."""
    return f"kept_place:{member}"


def kept_places(books: Books, member: MemberId) -> Iterator[str]:
    """Yield the groups in which a place was approved for a member who might have none then."""
    for one in everybody(books, member):
        for position in books.trail(kept_place_trail(one)):
            event = books.read(EVENT, (position,)).event
            if event is not None and isinstance(event.fact, RedemptionMoved):
                redemption = books.read(REDEMPTION, (event.fact.of,))
                group = terms_of(books.read(PERK, (redemption.perk,))).target
                if redemption.status == RedemptionStatus.APPROVED and is_bought(books, group, member):
                    yield group


def welcome(books: Books, members: tuple[MemberId, ...], at: Micros) -> None:
    """Give new members the perk they are welcomed with, if there is one and there is enough of it."""
    code = books.read(SETTING, (WELCOME,)).value if members else ""
    for member in members if code else ():
        recorded_at = next_instant(books, at)
        asked_for = bid(books, books.versions.at(recorded_at), member, code, recorded_at)
        if asked_for is None or _refused(books, asked_for, given=True) is not None:
            continue
        ask = RedemptionMade(
            perk=code,
            member=member,
            by=LEDGER_SOURCE,
            status=RedemptionStatus.REQUESTED,
            unit=asked_for.terms.unit,
            given=True,
        )
        make(books, _event(books, GRANTED, ask, asked_for, f"{WELCOME}/{member}", recorded_at), asked_for, {})
