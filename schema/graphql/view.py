"""A caller's view of the ledger: what resolvers may ask, under the caller's own rights.

Operators have the scope CONSOLE; keys with MEMBERS_READ see members' own data; a member sees their own, and
of others what is public. A community that is not the caller's is as one that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from strawberry.types import Info as AnyInfo

from ledger.core.rulebook.grammar import Rulebook
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.ledger import Ledger
from ledger.store.directory import Community
from schema.access import Gate, Known
from schema.graphql.faults import Fault
from schema.graphql.following import Heads
from schema.graphql.loaders import Loaders

Info = AnyInfo[Any, Any]


@dataclass
class View:
    """Who asks, and of what. `known` None is somebody without a key."""

    ledger: Ledger
    gate: Gate
    heads: Heads
    known: Known | None
    authorization: str | None
    locale: str
    base: str
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget what was loaded: what is asked next is read anew."""
        self.loaders = Loaders(self.ledger, self.ledger.clock())

    def fresh(self) -> View:
        """Return the same view with nothing loaded."""
        return replace(self)

    @property
    def own(self) -> Community | None:
        """The community the caller's key opens."""
        return self.known.community if self.known is not None else None

    @property
    def member(self) -> MemberId | None:
        """The member who is signed in, in their community."""
        return self.known.caller.member if self.known is not None else None

    def community(self, slug: str) -> Community | None:
        """Return a community the caller may see."""
        return self.own if self.own is not None and self.own.slug == slug else None

    def place(self, community: UUID) -> Community | None:
        """Return a community the caller may see, by its id."""
        return self.own if self.own is not None and self.own.id == community else None

    def may(self, place: Community, scope: Scope) -> bool:
        """Say whether the caller's key has a scope in a community."""
        return self.known is not None and self.known.community.id == place.id and self.known.caller.may(scope)

    def is_of(self, place: Community) -> bool:
        """Say whether the caller is a signed-in member of a community."""
        return self.member is not None and self.own is not None and self.own.id == place.id

    def sees_members(self, place: Community) -> bool:
        """Say whether the caller may see who a community's members are."""
        return self.is_of(place) or self.may(place, Scope.MEMBERS_READ)

    @property
    def person(self) -> tuple[MemberId, ...]:
        """The signed-in member, and those who are one person with them."""
        if self.known is None or self.member is None:
            return ()
        return (self.member, *self.known.caller.united)

    def is_me(self, place: Community, member: MemberId) -> bool:
        """Say whether a member is who is signed in, by whichever of their names."""
        return self.is_of(place) and member in self.person

    def sees_own(self, place: Community, member: MemberId) -> bool:
        """Say whether the caller may see what is a member's own."""
        return self.may(place, Scope.MEMBERS_READ) or self.is_me(place, member)

    def operates(self, place: Community) -> bool:
        """Say whether the caller may see what only operators do."""
        return self.may(place, Scope.CONSOLE)

    async def rulebook(self, place: Community) -> Rulebook:
        """Return the rulebook that is in force now."""
        published = await self.loaders.published.load(place.id)
        return published.versions.at(self.ledger.clock()).rulebook

    def require(self, scope: Scope) -> Known:
        """Return the caller, who has a scope.

        Raises:
            Fault: nobody is signed in, or they lack the scope.
        """
        if self.known is None:
            raise Fault("UNAUTHORIZED", "send your API key as `Authorization: Bearer lgr_…`")
        if not self.known.caller.may(scope):
            raise Fault("MISSING_SCOPE", f"this needs the scope {scope.value}", scope=scope.value)
        return self.known

    def require_member(self) -> Known:
        """Return the caller, who is a signed-in member.

        Raises:
            Fault: nobody is signed in, or it is a key.
        """
        if self.known is None:
            raise Fault("UNAUTHORIZED", "send a member's session as `Authorization: Bearer …`")
        if self.member is None:
            raise Fault("MEMBERS_ONLY", "only a signed-in member does this, for themselves")
        return self.known

    async def still(self) -> None:
        """Look again whether the caller may call: a subscription outlives keys and sessions.

        Raises:
            Refused: no longer.
        """
        if self.authorization is not None:
            self.known = await self.gate.caller(self.authorization)


def view_of(info: Info) -> View:
    """Return the view of the operation that is being answered."""
    view = info.context["view"]
    assert isinstance(view, View)
    return view
