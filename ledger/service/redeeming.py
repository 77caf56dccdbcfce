"""Redeems perks, gives them, moves redemptions on; seals codes and vouchers coming in, opens them for readers.

A refused redemption is in the log too: the answer to its key is read from there, so it stays the first answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from ledger.core.books.perks import codes_trail, redemption_trail
from ledger.core.commands import AddPerkCodes, MoveRedemption, PerkCode, RedeemPerk
from ledger.core.events import PerkCodesAdded, RedemptionMade, RedemptionRefused
from ledger.core.perks.blocks import Block
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId, Position
from ledger.service.ledger import Ledger
from ledger.service.sealing import Seals, code_digest, seals_of
from ledger.service.writer import Receipt
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.journal import Stored, by_positions, private_part
from ledger.store.reads.redemptions import Redemption, trails


class Redeemed(NamedTuple):
    """A redemption was made: the receipt has its event, also of a repeat."""

    receipt: Receipt
    made: RedemptionMade


class Blocked(NamedTuple):
    """A redemption was refused, for ever under its key."""

    receipt: Receipt
    member: MemberId
    block: Block


async def redeem(ledger: Ledger, community: Community, command: RedeemPerk) -> Redeemed | Blocked | Refusal:
    """Redeem a perk, or give one where the command says so, and return what became of it."""
    [answer] = await ledger.writer.submit(community, [command])
    if isinstance(answer, Refusal):
        return answer
    if answer.event is None:
        stored = (await by_positions(ledger.database, community.id, [answer.position]))[answer.position]
        answer = replace(answer, event=stored.event, hash=stored.hash)
    assert answer.event is not None
    match answer.event.fact:
        case RedemptionRefused(member=member, code=code):
            return Blocked(answer, member, Block(code))
        case RedemptionMade() as made:
            return Redeemed(answer, made)
    raise AssertionError("a key of a redemption names one")


async def move(ledger: Ledger, community: Community, moves: Sequence[MoveRedemption]) -> list[Receipt | Refusal]:
    """Move redemptions on, each by itself; vouchers are sealed here."""
    sealed = [
        replace(one, voucher=seals_of(ledger.settings).seal(one.voucher)) if one.voucher else one for one in moves
    ]
    return await ledger.writer.submit(community, sealed)


async def add_codes(
    ledger: Ledger, community: Community, perk: str, codes: Sequence[str], *, by: str
) -> Receipt | Refusal:
    """Add codes to hand out. Those that are there already, for any perk, are left out."""
    seals = seals_of(ledger.settings)
    sealed = tuple(PerkCode(digest=code_digest(community.secret, code), sealed=seals.seal(code)) for code in codes)
    [answer] = await ledger.writer.submit(community, [AddPerkCodes(perk=perk, codes=sealed, by=by)])
    return answer


async def vouchers(ledger: Ledger, community: UUID, redemptions: Sequence[Redemption]) -> dict[Position, str]:
    """Return what members get to see of their redemptions: the code handed out, or what was sent by hand.

    Whoever asks has to look first whether the reader may see them.
    """
    sealed = {**await _by_hand(ledger.database, community, [one for one in redemptions if not one.handed])}
    sealed |= await _codes(ledger.database, community, [one for one in redemptions if one.handed])
    seals: Seals | None = seals_of(ledger.settings) if sealed else None
    opened = {position: seals.open(text) for position, text in sealed.items()} if seals is not None else {}
    return {position: text for position, text in opened.items() if text is not None}


async def _codes(database: Database, community: UUID, redemptions: Sequence[Redemption]) -> dict[Position, str]:
    found: dict[Position, str] = {}
    for perk, stored in (await _along(database, community, {codes_trail(one.perk) for one in redemptions})).items():
        batches = [(one.event.fact, private_part(one).get("codes")) for one in stored]
        for one in redemptions:
            for fact, codes in batches if codes_trail(one.perk) == perk else ():
                assert isinstance(fact, PerkCodesAdded)
                at = one.handed - fact.first
                if 0 <= at < fact.count and isinstance(codes, list):
                    found[one.position] = codes[at]
    return found


async def _by_hand(database: Database, community: UUID, redemptions: Sequence[Redemption]) -> dict[Position, str]:
    found: dict[Position, str] = {}
    along = await _along(database, community, {redemption_trail(one.position) for one in redemptions})
    for redemption in redemptions:
        for one in along.get(redemption_trail(redemption.position), ()):
            texts = private_part(one).get("texts")
            if isinstance(texts, dict) and "voucher" in texts:
                found[redemption.position] = texts["voucher"]
    return found


async def _along(database: Database, community: UUID, keys: set[str]) -> dict[str, list[Stored]]:
    """Return the events that trails lead to, by the trails' keys."""
    leads = await trails(database, community, sorted(keys)) if keys else {}
    positions = sorted({position for found in leads.values() for position in found})
    stored = await by_positions(database, community, positions) if positions else {}
    return {key: [stored[position] for position in found] for key, found in leads.items()}
