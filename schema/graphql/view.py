"""A caller's view of the ledger: what resolvers may ask, under the caller's own rights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from strawberry.types import Info as AnyInfo

from ledger.core.rulebook.grammar import Rulebook
from ledger.service.access import Scope
from ledger.service.ledger import Ledger
from ledger.service.rulebooks import versions_of
from ledger.store.directory import Community
from ledger.store.engine import Connection
from ledger.store.journal import read_rulebooks
from schema.access import Known

Info = AnyInfo[Any, Any]


@dataclass
class View:
    """Who asks, and of what. `known` None is somebody without a key."""

    ledger: Ledger
    known: Known | None
    locale: str

    def may_read(self, community: Community) -> bool:
        """Say whether the caller may see a community's members."""
        return (
            self.known is not None
            and self.known.community.id == community.id
            and self.known.caller.may(Scope.MEMBERS_READ)
        )

    @cached_property
    def own(self) -> Community | None:
        """The community the caller's key opens."""
        return self.known.community if self.known is not None else None

    async def community(self, slug: str) -> Community | None:
        """Return a community the caller may see."""
        return self.own if self.own is not None and self.own.slug == slug else None

    async def rulebook(self, community: Community) -> Rulebook:
        """Return the rulebook published last."""

        async def work(connection: Connection) -> Rulebook:
            return versions_of(await read_rulebooks(connection, community.id)).latest.rulebook

        return await self.ledger.database.write(work)


def view_of(info: Info) -> View:
    """Return the view of the request that is being answered."""
    view = info.context["view"]
    assert isinstance(view, View)
    return view
