"""Everything that is held about one member, as one document: theirs to take away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import asdict
from sqlalchemy import select

from ledger.core.calendar import moment
from ledger.core.events import ContributionRecorded, decisions
from ledger.core.naming import named
from ledger.core.values import MemberId, Micros
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.erasures import BESIDE
from ledger.store.reads.journal import Stored, events, private_part
from ledger.store.reads.members import united
from ledger.store.tables import TABLES

BOOKS = (
    *("member", "identity", "profile", *BESIDE),
    *("account", "tier", "lot", "waiting", "streak", "group_wish", "buddy"),
    *("redemption", "violation", "rsvp", "thanks"),
)
"""The tables that hold something of a member, by their number."""


async def held_about(database: Database, community: Community, member: MemberId) -> dict[str, Any]:
    """Return what is held about a member and those for whom they act: rows, and the events that concern them."""
    members = [member, *(await united(database, community.id, [member])).get(member, ())]
    found: dict[str, Any] = {"community": community.slug, "members": members}
    for name in BOOKS:
        found[name] = await _rows(database, community.id, name, members)
    found["events"] = [
        shown
        async for one in events(database, community.id)
        if (shown := _event(one, frozenset(members))) is not None
    ]
    return found


def written(document: dict[str, Any]) -> bytes:
    """Return a document as a file to be read by people, too."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


async def _rows(database: Database, community: UUID, name: str, members: list[MemberId]) -> list[dict[str, Any]]:
    columns = TABLES[name].c
    chosen = [column for column in columns if column.name != "community_id"]
    statement = select(*chosen).where(columns.community_id == community, columns.member.in_(members))
    return [dict(row._mapping) for row in await database.read(statement.order_by(*chosen))]


def _event(one: Stored, members: frozenset[MemberId]) -> dict[str, Any] | None:
    """Return an event as far as it concerns a member: others' names and texts are others'."""
    event, fact = one.event, one.event.fact
    mine = [made for made in decisions(event) if made.member in members or made.via in members]
    if not mine and not named(fact) & members:
        return None
    private = private_part(one)
    shown: dict[str, Any] = {
        "position": event.position,
        "type": event.type,
        "source": event.source,
        "key": event.key,
        "subject": event.subject,
        "occurred_at": _time(event.occurred_at),
        "recorded_at": _time(event.recorded_at),
        "decisions": [asdict(made) for made in mine],
    }
    if not isinstance(fact, ContributionRecorded):
        if getattr(fact, "member", None) in members or getattr(fact, "whose", None) in members:
            shown["texts"] = private.get("texts", {})
        return shown
    people = private.get("people")
    roles = [role for role, who in fact.people.items() if who in members]
    shown["roles"] = {role: people.get(role) if isinstance(people, dict) else None for role in roles}
    if fact.actor in members:
        shown |= {"by": private.get("member"), "data": fact.data, "texts": private.get("texts", {})}
    return shown


def _time(at: Micros) -> str:
    return moment(at).isoformat()
