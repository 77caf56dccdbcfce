"""Who the caller is to the ledger."""

from __future__ import annotations

from ledger.service.access import Scope
from schema.access import Known
from schema.graphql.described import described, field
from schema.graphql.types.community import Community, community_of
from schema.graphql.types.enums import ApiScope, Role
from schema.graphql.types.member import Member, member_of
from schema.graphql.view import View


@described
class Viewer:
    """The caller: what they are, and what they may do."""

    role: Role = field("What they are.")
    member: Member | None = field("The member who is signed in; null for keys.")
    communities: list[Community] = field("The communities they may see.")
    scopes: list[ApiScope] = field("What their key may do; none for members, who see and do their own.")


async def viewer(view: View, known: Known) -> Viewer:
    """Return who a caller is."""
    caller = known.caller
    return Viewer(
        role=role(known),
        member=await me(view),
        communities=[community_of(known.community)],
        scopes=[scope for scope in ApiScope if Scope(scope.value) in caller.scopes],
    )


async def me(view: View) -> Member | None:
    """Return the member who is signed in."""
    if view.own is None or view.member is None:
        return None
    return await member_of(view, view.own, view.member)


def role(known: Known) -> Role:
    """Return what a caller is."""
    if known.caller.member is not None:
        return Role.MEMBER
    return Role.OPERATOR if Scope.CONSOLE in known.caller.scopes else Role.SERVICE
