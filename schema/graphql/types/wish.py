"""Wanted groups: where members should be on their platforms, for bots to make it so."""

from __future__ import annotations

from datetime import datetime

import strawberry

from ledger.core.calendar import moment
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from ledger.store.reads import wishes
from ledger.store.reads.spans import Span
from ledger.store.reads.wishes import Wanted
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import GlobalId, write_id
from schema.graphql.pages import connection
from schema.graphql.types.member import Handle, Member, handles_of, shown
from schema.graphql.types.node import Connection, Node
from schema.graphql.view import Info, View, view_of


@described
class GroupWish(Node):
    """The platform group a member should be in, or no longer: bots make it so and report done."""

    place: strawberry.Private[Place]
    number: strawberry.Private[MemberId]

    group: str = field("The group's code in the rulebook.")
    wanted: bool = field("Whether the member should be in it.")
    since: datetime = field("Since when.")
    held: bool = field("Whether somebody keeps their place as it is, whatever tiers say.")
    done_at: datetime | None = field("When a bot last said that it is so; null where it is not, or nobody said.")

    @resolved("The member.")
    async def member(self, info: Info) -> Member:
        """Return the member."""
        profile = await view_of(info).loaders.profiles.load((self.place.id, self.number))
        assert profile is not None  # members stand in the log for ever
        return shown(self.place, self.number, profile)

    @resolved("What the member is called on their platforms.")
    async def handles(self, info: Info) -> list[Handle]:
        """Return the member's handles."""
        return await handles_of(view_of(info), self.place, self.number)


async def wanted_groups(view: View, place: Place, since: int, at: Span) -> Connection[GroupWish]:
    """Return a page of the wishes that changed after a position."""
    database = view.ledger.database

    async def count() -> int:
        return await wishes.count(database, place.id, after=since)

    rows = await wishes.page(database, place.id, at, after=since)
    return connection(rows, at, key=lambda one: one.key, node=lambda one: group_wish(place, one), count=count)


async def wish_by_id(view: View, place: Place, named: GlobalId) -> GroupWish | None:
    """Return a wish by its global id."""
    number, _, group = named.key.partition(".")
    member = named._replace(key=number).number
    if member is None:
        return None
    key = (MemberId(member), group)
    found = (await wishes.named(view.ledger.database, place.id, [key])).get(key)
    return group_wish(place, found) if found is not None else None


def group_wish(place: Place, row: Wanted) -> GroupWish:
    """Return a wish as clients see it."""
    done_at = row.reported_at if row.inside is row.wanted else None
    return GroupWish(
        id=write_id("GroupWish", place.id, f"{row.member}.{row.group_code}"),
        place=place,
        number=row.member,
        group=row.group_code,
        wanted=row.wanted,
        since=moment(row.since_at),
        held=row.held,
        done_at=None if done_at is None else moment(done_at),
    )
