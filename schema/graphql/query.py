"""What can be asked."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.store.reads.journal import by_key
from ledger.store.reads.names import member_by_identity
from schema.graphql.described import arg, described, resolved
from schema.graphql.faults import Fault
from schema.graphql.ids import read_id
from schema.graphql.nodes import node
from schema.graphql.pages import MOST, After, Before, First, Last, connection, span
from schema.graphql.texts import can_match
from schema.graphql.types.community import Community, community_of
from schema.graphql.types.contribution import Contribution, contribution, sees
from schema.graphql.types.member import Member, member_of
from schema.graphql.types.node import Connection, Node
from schema.graphql.types.viewer import Viewer, me, viewer
from schema.graphql.view import Info, view_of
from schema.graphql.whatif import WhatIfQuery

Slug = Annotated[str, arg("The community's slug.")]


@described
class Query(WhatIfQuery):
    """What can be asked. Without a key there is little to see: `viewer` is null, and so is the rest."""

    @resolved("What an id names; null where that is nothing for you to see.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, arg("A global id.")]) -> Node | None:
        """Return something by its global id."""
        return await node(view_of(info), id)

    @resolved("The same for several ids, in their order.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], arg("Global ids; 100 at the most.")]
    ) -> list[Node | None]:
        """Return several things by their global ids."""
        if len(ids) > MOST:
            raise Fault("TOO_MANY", f"expected at most {MOST} ids")
        return list(await asyncio.gather(*(node(view_of(info), one) for one in ids)))

    @resolved("Who you are; null without a key.")
    async def viewer(self, info: Info) -> Viewer | None:
        """Return who calls."""
        view = view_of(info)
        return await viewer(view, view.known) if view.known is not None else None

    @resolved("The signed-in member; null for keys and operators who are no member.")
    async def me(self, info: Info) -> Member | None:
        """Return the member who calls."""
        return await me(view_of(info))

    @resolved("The communities you may see.")
    async def communities(
        self, info: Info, first: First = 20, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> Connection[Community]:
        """Return a page of the communities."""
        view, at = view_of(info), span(first, after, last, before)
        own = [view.own] if view.own is not None else []
        shown = [one for one in own if (at.after or (0,)) < (1,) < (at.before or (2,))]

        async def count() -> int:
            return len(own)

        return connection(shown, at, key=lambda _: (1,), node=community_of, count=count)

    @resolved("Null where it does not exist or is not yours to see.")
    async def community(self, info: Info, slug: Slug) -> Community | None:
        """Return a community by its slug."""
        place = view_of(info).community(slug)
        return None if place is None else community_of(place)

    @resolved("A member by global id; null where there is none for you to see.")
    async def member(
        self, info: Info, id: Annotated[strawberry.ID, arg("The member's global id.")]
    ) -> Member | None:
        """Return a member by global id."""
        named = read_id(id)
        found = await node(view_of(info), id) if named is not None and named.type == "Member" else None
        return found if isinstance(found, Member) else None

    @resolved("A member by their name on a platform. For keys with MEMBERS_READ; a member finds themselves.")
    async def member_by_handle(
        self,
        info: Info,
        community: Slug,
        platform: Annotated[str, arg("The platform.")],
        external_id: Annotated[str, arg("Their id there.")],
    ) -> Member | None:
        """Return a member by identity."""
        view = view_of(info)
        place = view.community(community)
        if place is None or not view.sees_members(place) or not (can_match(platform) and can_match(external_id)):
            return None
        number = await member_by_identity(view.ledger.database, place.id, platform, external_id)
        return await member_of(view, place, number) if number and view.sees_own(place, number) else None

    @resolved("An event by its sender's name for it; null where there is none for you to see.")
    async def contribution(
        self,
        info: Info,
        community: Slug,
        source: Annotated[str, arg("Who sent it.")],
        key: Annotated[str, arg("Its id there.")],
    ) -> Contribution | None:
        """Return a contribution by source and key."""
        view = view_of(info)
        place = view.community(community)
        if place is None or not (can_match(source) and can_match(key)):
            return None
        found = await by_key(view.ledger.database, place.id, key, source)
        seen = [one for one in found if sees(view, place, one.event)]
        return contribution(place, seen[0]) if seen else None
