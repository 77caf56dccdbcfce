"""Claims: a member says what they did; an operator approves it, then it pays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ledger.core.calendar import micros
from ledger.core.refusals import Refusal
from ledger.core.rhythm.claims import SubmitClaim
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.sending import ContributionPayload, recorded, refusal
from schema.graphql.signed import own_key, signed_in
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, fits, fits_lines
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.view import Info, View, view_of
from schema.intake.cloudevents import LONGEST

CLAIMING: Places = {
    "/id": ["input", "idempotencyKey"],
    "/type": ["input", "type"],
    "/time": ["input", "occurredAt"],
    "/member": [],
}


@given
class ClaimInput:
    """What a member says they did."""

    community: str = field("The community's slug.")
    type: str = field("What was done, as rules name it.")
    subject: str | None = optional("What it concerns.")
    note: str | None = optional("More about it, for whoever approves it.")
    occurred_at: datetime | None = optional("When it happened; now where it is left out.")
    idempotency_key: str = field("Your name for this request: the same key is the same request.")


@described
class ClaimMutation:
    """Claims."""

    @changing("The signed-in member says what they did; it pays once somebody approves it.")
    async def submit_claim(
        self, info: Info, input: Annotated[ClaimInput, arg("What was done.")]
    ) -> ContributionPayload:
        """Submit a claim."""
        view = view_of(info)
        member, place = signed_in(view), view.community(input.community)
        if place is None:
            return refusal([user_error("COMMUNITY_UNKNOWN", view.locale, ["input", "community"])])
        if errors := _faults(view, input):
            return refusal(errors)
        command = SubmitClaim(
            key=own_key(member, input.idempotency_key),
            member=member,
            type=input.type,
            subject=input.subject or None,
            occurred_at=micros(input.occurred_at) if input.occurred_at else None,
            note=input.note or "",
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return refusal([refused(answer, view.locale, CLAIMING)])
        return await recorded(view, place, answer.position, replayed=answer.replayed)


def _faults(view: View, given: ClaimInput) -> list[UserError]:
    wrong = [
        (name, most)
        for name, text, most in (
            ("type", given.type, LONGEST["type"]),
            ("subject", given.subject or "-", LONGEST["subject"]),
            ("idempotencyKey", given.idempotency_key, LONGEST_KEY),
        )
        if not fits(text, most=most)
    ]
    if given.note and not fits_lines(given.note, most=LONGEST_TEXT):
        wrong.append(("note", LONGEST_TEXT))
    return [user_error("TEXT_INVALID", view.locale, ["input", name], most=most) for name, most in wrong]
