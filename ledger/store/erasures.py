"""Erasures: what is destroyed with the event that says so, and what is still to be destroyed after it.

The private parts of a long log cannot be gone through while a community's writers wait. So a row says how far
each erasure is; whoever comes by, the caller or the sweeper of any server, goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from ledger.core.events import Event, decode_fact
from ledger.core.members.facts import MemberErased
from ledger.core.naming import names
from ledger.core.values import MemberId, Position
from ledger.store.engine import Connection, Database
from ledger.store.tables import TABLES

PAGE = 2_000
BESIDE = ("preference", "milestone_seen")
"""The tables beside the log that hold what members said of themselves, by member."""

NAMED = (
    "SELECT e.position, e.body, o.author, s.author FROM event_private AS p"
    " JOIN event AS e ON e.community_id = $1 AND e.position = p.position"
    " LEFT JOIN object AS o ON o.community_id = $1 AND o.subject = e.subject"
    " LEFT JOIN story AS s ON s.community_id = $1 AND s.subject = e.subject"
    " WHERE p.community_id = $1 AND p.position > $2 AND p.position <= $3 ORDER BY p.position LIMIT $4"
)
ERASURE = TABLES["erasure"].c


class Erasure(NamedTuple):
    """An erasure that is not at its end."""

    member: MemberId
    position: Position
    done_to: Position


async def begin_erasures(connection: Connection, community: UUID, events: Sequence[Event]) -> None:
    """Destroy what is kept of erased members beside the log, and note that private parts are to follow."""
    facts = [(one.fact, one.position) for one in events if isinstance(one.fact, MemberErased)]
    erased = [(member, position, 0) for fact, position in facts for member in fact.everybody]
    for member, *_ in erased:
        for table in BESIDE:
            statement = f"DELETE FROM {table} WHERE community_id = $1 AND member = $2"  # noqa: S608  # our own names
            await connection.execute(statement, community, member)
    if erased:
        await connection.upsert(TABLES["erasure"], erased, community)


async def open_erasures(database: Database, community: UUID) -> list[Erasure]:
    """Return the erasures that are not at their end."""
    rows = await database.read(select(TABLES["erasure"]).where(ERASURE.community_id == community))
    return [Erasure(MemberId(row.member), Position(row.position), Position(row.done_to)) for row in rows]


async def destroy_page(connection: Connection, community: UUID, one: Erasure) -> Erasure | None:
    """Destroy the next page of private parts that name an erased member, or are about a thing of theirs.

    None is returned when that was the last.
    """
    await connection.begin()
    rows = await connection.fetch(NAMED, community, one.done_to, one.position, PAGE)
    for position, body, *authors in rows:
        if one.member in authors or names(decode_fact(body), one.member):
            await connection.execute(
                "DELETE FROM event_private WHERE community_id = $1 AND position = $2", community, position
            )
    if len(rows) < PAGE:
        await connection.execute(
            "DELETE FROM erasure WHERE community_id = $1 AND member = $2", community, one.member
        )
        await connection.commit()
        return None
    done = one._replace(done_to=Position(rows[-1][0]))
    await connection.upsert(TABLES["erasure"], [tuple(done)], community)
    await connection.commit()
    return done
