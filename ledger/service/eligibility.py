"""Says what a member could redeem now: by the very checks that would refuse it, on books that are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from ledger.core.books.shelf import ACCOUNT, PERK_HOLDS
from ledger.core.books.view import Books
from ledger.core.decide.settling import is_settled, settle
from ledger.core.perks.blocks import Block, bid, blocks, redeemed
from ledger.core.rulebook.versions import Versions
from ledger.core.values import MemberId, Micros
from ledger.service.reading import look
from ledger.store.engine import Database


class Chance(NamedTuple):
    """What stands between a member and a perk, first what refuses; what points lack; how many they had."""

    blocks: tuple[Block, ...]
    shortfall: int
    redeemed: int


NONE = Chance((), 0, 0)


async def chances(
    database: Database, community: UUID, versions: Versions, member: MemberId, perks: Sequence[str], *, at: Micros
) -> dict[str, Chance]:
    """Return a member's chances of some perks, with all done that was due by `at`."""

    def ask(books: Books) -> dict[str, Chance]:
        holds = [one for perk in perks for one in books.read(PERK_HOLDS, (perk,)).open if one.hold_until <= at]
        members = list(dict.fromkeys([member, *(one.member for one in holds)]))
        if not is_settled(books, members, at):
            settle(books, members, at)
        return {perk: _chance(books, versions, member, perk, at) for perk in perks}

    return await look(database, community, versions, ask)


def _chance(books: Books, versions: Versions, member: MemberId, perk: str, at: Micros) -> Chance:
    offered = bid(books, versions.at(at), member, perk, at)
    if offered is None:
        return NONE
    available = books.read(ACCOUNT, (member, offered.terms.unit)).available
    return Chance(
        tuple(blocks(books, offered)), max(0, offered.terms.cost - max(0, available)), redeemed(books, offered)
    )
