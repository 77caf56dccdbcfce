"""Who is a member, and who no longer is: leaving, erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.core.books.evolve import LEFT
from ledger.core.calendar import moment
from ledger.core.commands import MEMBERS_SOURCE, RecordContribution
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.erasing import erase
from ledger.service.links import export_token
from ledger.store.directory import Community as Place
from schema.access import Known
from schema.graphql.described import arg, changing, described, field
from schema.graphql.members import MemberPayload, member_payload, named_member
from schema.graphql.signed import signed_in
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.view import Info, View, view_of

NAMING: Places = {"/member": ["memberId"]}


@described
class DataExportPayload:
    """A link to a file for its member, and for nobody else."""

    url: str | None = field("Where it leads.")
    expires_at: datetime | None = field("Until when it works.")
    user_errors: list[UserError] = field("Why there is none.")


@described
class MembershipMutation:
    """Leaving and erasure."""

    @changing("Everything the ledger holds about a member, as a file behind a link that works for 15 minutes.")
    async def request_data_export(
        self,
        info: Info,
        member_id: Annotated[
            strawberry.ID | None, arg("Whose; the signed-in member's own where left out.")
        ] = UNSET,
    ) -> DataExportPayload:
        """Make a link to an export."""
        view = view_of(info)
        if not member_id:
            number, place = signed_in(view), view.own
            found = (place, number) if place is not None else None
        else:
            found = await named_member(view, member_id)
            of_own_or(view, Scope.CONSOLE, found)
        if found is None:
            unknown = user_error("MEMBER_UNKNOWN", view.locale, ["memberId"])
            return DataExportPayload(url=None, expires_at=None, user_errors=[unknown])
        token = export_token(*found, at=view.ledger.clock())
        url = f"{view.base}/export/{token.text}"
        return DataExportPayload(url=url, expires_at=moment(token.expires_at), user_errors=[])

    @changing("The signed-in member leaves. Points stay, and whoever joins again has them; again is no change.")
    async def leave_community(
        self, info: Info, community: Annotated[str, arg("The slug of the community to leave.")]
    ) -> MemberPayload:
        """Let the caller leave."""
        view = view_of(info)
        number = signed_in(view)
        place = view.community(community)
        if place is None:
            return MemberPayload(
                member=None, user_errors=[user_error("COMMUNITY_UNKNOWN", view.locale, ["community"])]
            )
        profile = await view.loaders.profiles.load((place.id, number))
        if profile is not None and profile.left_at is None:
            key = f"left/{number}/{view.ledger.clock()}"
            left = RecordContribution(source=MEMBERS_SOURCE, key=key, type=LEFT, member=number, own=True)
            await view.ledger.writer.submit(place, [left])
        return await member_payload(view, place, number)

    @changing(
        "Makes a member nobody: names, identities and texts are destroyed, sums stay, and whoever comes back by"
        " the same identity is somebody new. For operators, and for the member themselves. There is no way back."
    )
    async def erase_member(
        self, info: Info, member_id: Annotated[strawberry.ID, arg("Who is to be erased.")]
    ) -> MemberPayload:
        """Erase a member."""
        view = view_of(info)
        found = await named_member(view, member_id)
        known = of_own_or(view, Scope.CONSOLE, found)
        if found is None:
            return MemberPayload(member=None, user_errors=[user_error("MEMBER_UNKNOWN", view.locale, ["memberId"])])
        place, number = found
        ledger = view.ledger
        refusal = await erase(ledger.database, ledger.writer, place, number, by=known.caller.name)
        if refusal is not None:
            return MemberPayload(member=None, user_errors=[refused(refusal, view.locale, NAMING)])
        return await member_payload(view, place, number)


def of_own_or(view: View, scope: Scope, found: tuple[Place, MemberId] | None) -> Known:
    """Return the caller, who is the member in question or has a scope.

    Raises:
        Fault: they are neither.
    """
    if found is not None and view.known is not None and view.is_of(found[0]) and view.member == found[1]:
        return view.known
    return view.require(scope)
