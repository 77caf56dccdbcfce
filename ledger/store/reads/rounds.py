"""Rounds as they are read: where each was opened and closed; the rest stands in the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from ledger.core.books.goods import Perk
from ledger.core.books.perks import terms_of
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import Position
from ledger.store.engine import Database
from ledger.store.tables import TABLES

ROUND, PERK = TABLES["game_round"].c, TABLES["perk"].c


class Round(NamedTuple):
    """A round as it is stored; `closed` 0 is still open."""

    code: str
    opened: Position
    closed: Position


COLUMNS = [ROUND[name] for name in Round._fields]


async def latest(database: Database, community: UUID, *, open_: bool | None = None, most: int) -> list[Round]:
    """Return rounds, the latest first: those that are open, or closed, or all."""
    statement = select(*COLUMNS).where(ROUND.community_id == community, ROUND.opened > 0)
    if open_ is not None:
        statement = statement.where(ROUND.closed == 0 if open_ else ROUND.closed > 0)
    rows = await database.read(statement.order_by(ROUND.opened.desc()).limit(most))
    return [Round(*row) for row in rows]


async def by_codes(database: Database, community: UUID, codes: Sequence[str]) -> dict[str, Round]:
    """Return single rounds by their codes."""
    statement = select(*COLUMNS).where(ROUND.community_id == community, ROUND.code.in_(codes), ROUND.opened > 0)
    return {row.code: Round(*row) for row in await database.read(statement)}


async def terms(database: Database, community: UUID, codes: Sequence[str]) -> dict[str, PerkTerms]:
    """Return the terms of perks that are won."""
    statement = select(PERK.code, PERK.terms).where(PERK.community_id == community, PERK.code.in_(codes))
    return {code: terms_of(Perk(terms=text)) for code, text in await database.read(statement) if text}
