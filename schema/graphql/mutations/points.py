"""Points given and taken by hand, and links that sign members in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from ledger.core.calendar import moment
from ledger.core.commands import AdjustPoints
from ledger.core.refusals import Refusal
from ledger.service.access import Scope
from ledger.service.links import MOST_MINUTES, link_token
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.members import MemberPayload, member_payload, named_member
from schema.graphql.scalars import Points
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, fits
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.view import Info, View, view_of

ADJUSTING: Places = {
    "/id": ["input", "idempotencyKey"],
    "/unit": ["input", "unit"],
    "/points": ["input", "delta"],
    "/member": ["input", "memberId"],
}


@given
class AdjustInput:
    """Points to give or take by hand."""

    member_id: strawberry.ID = field("Whose points.")
    unit: str | None = optional("A unit's code; the rulebook's first where it is left out.")
    delta: Points = field("How many, in minor units; negative takes.")
    reason: str = field("Why, for the member to read.")
    idempotency_key: str = field("Your name for this request: the same key is the same request.")


@described
class MemberLinkPayload:
    """A link to send to its member, and to nobody else."""

    url: str | None = field("Where it leads.")
    expires_at: datetime | None = field("Until when it works.")
    user_errors: list[UserError] = field("Why there is none.")


@described
class PointsMutation:
    """Members."""

    @changing("Gives or takes points by hand, never below the unit's floor.")
    async def adjust_points(
        self, info: Info, input: Annotated[AdjustInput, arg("Whose, how many and why.")]
    ) -> MemberPayload:
        """Adjust a balance."""
        view = view_of(info)
        known = view.require(Scope.LEDGER_ADJUST)
        errors = _faults(view, input)
        found = await named_member(view, input.member_id) if not errors else None
        if found is None:
            unknown = user_error("MEMBER_UNKNOWN", view.locale, ["input", "memberId"])
            return MemberPayload(member=None, user_errors=errors or [unknown])
        place, number = found
        command = AdjustPoints(
            key=input.idempotency_key,
            member=number,
            delta=input.delta,
            reason=input.reason,
            by=known.caller.name,
            unit=input.unit or None,
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return MemberPayload(member=None, user_errors=[refused(answer, view.locale, ADJUSTING)])
        return await member_payload(view, place, number)

    @changing("A signed, short-lived link that signs one member in: a bot sends it to the member.")
    async def create_member_link(
        self,
        info: Info,
        member_id: Annotated[strawberry.ID, arg("Who is to be signed in.")],
        minutes: Annotated[int | None, arg("For how many minutes the link works, 1 to 1440.")] = 15,
    ) -> MemberLinkPayload:
        """Make a link."""
        view = view_of(info)
        view.require(Scope.MEMBERS_LINK)
        found, minutes = await named_member(view, member_id), 15 if minutes is None else minutes
        if found is None:
            return _no_link(user_error("MEMBER_UNKNOWN", view.locale, ["memberId"]))
        if not 1 <= minutes <= MOST_MINUTES:
            return _no_link(user_error("MINUTES_OUT_OF_RANGE", view.locale, ["minutes"], most=MOST_MINUTES))
        token = link_token(*found, minutes=minutes, at=view.ledger.clock())
        return MemberLinkPayload(
            url=f"{view.base}/link/{token.text}", expires_at=moment(token.expires_at), user_errors=[]
        )


def _faults(view: View, given: AdjustInput) -> list[UserError]:
    texts = (
        ("reason", given.reason, LONGEST_TEXT),
        ("idempotencyKey", given.idempotency_key, LONGEST_KEY),
        ("unit", given.unit or "-", LONGEST_KEY),
    )
    return [
        user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
        for name, text, most in texts
        if not fits(text, most=most)
    ]


def _no_link(error: UserError) -> MemberLinkPayload:
    return MemberLinkPayload(url=None, expires_at=None, user_errors=[error])
