"""Another name of a member, and who looks after them."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.core.commands import Command
from ledger.core.members.commands import LinkIdentity, SetBuddy
from ledger.core.refusals import Refusal
from ledger.core.values import Identity, MemberId
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads.names import member_by_identity
from schema.graphql.described import arg, changing, described
from schema.graphql.members import MemberPayload, member_payload, named_member
from schema.graphql.texts import LONGEST_NAME, fits
from schema.graphql.types.errors import Path, Places, refused, user_error
from schema.graphql.view import Info, View, view_of

LINKING: Places = {"/member": ["memberId"], "/handle": ["externalId"], "/buddy": ["buddyId"]}


@described
class LinkingMutation:
    """Handles and buddies."""

    @changing("Lets a member go by one more name on some platform; again is no change.")
    async def link_handle(
        self,
        info: Info,
        member_id: Annotated[strawberry.ID, arg("Whose name it is.")],
        platform: Annotated[str, arg("The platform.")],
        external_id: Annotated[str, arg("Their id there.")],
    ) -> MemberPayload:
        """Link a handle."""
        view = view_of(info)
        known = view.require(Scope.MEMBERS_LINK)
        found = await named_member(view, member_id)
        if found is None:
            return _refused(view, "MEMBER_UNKNOWN", ["memberId"])
        for name, text in (("platform", platform), ("externalId", external_id)):
            if not fits(text, most=LONGEST_NAME) or (name == "platform" and ":" in text):
                return _refused(view, "TEXT_INVALID", [name], most=LONGEST_NAME)
        place, number = found
        if await member_by_identity(view.ledger.database, place.id, platform, external_id) == number:
            return await member_payload(view, place, number)
        who = Identity(platform=platform, external_id=external_id, received=f"{platform}:{external_id}")
        command = LinkIdentity(member=number, identity=who, by=known.caller.name)
        return await _done(view, place, number, command)

    @changing("Lets somebody look after a member; nobody where no buddy is named.")
    async def set_buddy(
        self,
        info: Info,
        member_id: Annotated[strawberry.ID, arg("Who is looked after.")],
        buddy_id: Annotated[strawberry.ID | None, arg("Who looks after them.")] = UNSET,
    ) -> MemberPayload:
        """Set a buddy."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        found = await named_member(view, member_id)
        buddy = await named_member(view, buddy_id) if buddy_id else None
        if found is None or (buddy_id and buddy is None):
            return _refused(view, "MEMBER_UNKNOWN", ["memberId"] if found is None else ["buddyId"])
        place, number = found
        command = SetBuddy(member=number, buddy=buddy[1] if buddy else None, by=known.caller.name)
        return await _done(view, place, number, command)


async def _done(view: View, place: Place, number: MemberId, command: Command) -> MemberPayload:
    [answer] = await view.ledger.writer.submit(place, [command])
    if isinstance(answer, Refusal):
        return MemberPayload(member=None, user_errors=[refused(answer, view.locale, LINKING)])
    return await member_payload(view, place, number)


def _refused(view: View, code: str, path: Path, **parameters: object) -> MemberPayload:
    return MemberPayload(member=None, user_errors=[user_error(code, view.locale, path, **parameters)])
