"""Members as mutations name and answer them."""

from __future__ import annotations

from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from schema.graphql.described import described, field
from schema.graphql.ids import read_id
from schema.graphql.types.errors import UserError
from schema.graphql.types.member import Member, shown
from schema.graphql.view import View


@described
class MemberPayload:
    """A member after a change."""

    member: Member | None = field("The member as they are now.")
    user_errors: list[UserError] = field("Why nothing was changed.")


async def named_member(view: View, text: str) -> tuple[Place, MemberId] | None:
    """Return a member of the caller's community by global id; whoever may change one may know there is one."""
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Member" else None
    if named is None or place is None or named.number is None:
        return None
    number = MemberId(named.number)
    return (place, number) if await view.loaders.profiles.load((place.id, number)) is not None else None


async def shown_member(view: View, place: Place, number: MemberId) -> Member | None:
    """Return a member as whoever changed them sees them."""
    profile = await view.loaders.profiles.load((place.id, number))
    return shown(place, number, profile) if profile is not None else None
