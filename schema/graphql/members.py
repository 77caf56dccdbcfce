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
    profile = await view.loaders.profiles.load((place.id, MemberId(named.number)))
    return None if profile is None else (place, profile.kept or MemberId(named.number))


async def member_payload(view: View, place: Place, number: MemberId) -> MemberPayload:
    """Return a member as they are after a change."""
    view.forget()
    profile = await view.loaders.profiles.load((place.id, number))
    return MemberPayload(member=shown(place, number, profile) if profile is not None else None, user_errors=[])
