"""What members bring from elsewhere."""

from __future__ import annotations

from typing import Annotated

from ledger.core.commands import AdjustPoints
from ledger.core.refusals import Refusal
from ledger.core.values import Identity
from ledger.service.access import Scope
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.faults import Fault
from schema.graphql.mutations.communities import CommunityPayload
from schema.graphql.scalars import Points
from schema.graphql.texts import LONGEST_KEY, LONGEST_NAME, fits
from schema.graphql.types.community import community_of
from schema.graphql.types.errors import UserError, refused, user_error
from schema.graphql.view import Info, View, view_of

MOST_ROWS = 1_000


@given
class OpeningInput:
    """What one member begins with."""

    handle: str = field("The member, as platform:id; whoever was never seen joins with it.")
    unit: str | None = optional("A unit's code; the rulebook's first where it is left out.")
    points: Points = field("How many, in minor units.")


@described
class OpeningMutation:
    """Opening balances."""

    @changing(
        "Gives members what they bring from elsewhere: not earned, and once per row of the key. Rows that cannot be"
        " are named in userErrors; the others are taken."
    )
    async def import_opening_balances(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        rows: Annotated[list[OpeningInput], arg("Who begins with what; 1,000 at the most.")],
        idempotency_key: Annotated[
            str, arg("Your name for this table: the same key and row are the same request.")
        ],
    ) -> CommunityPayload:
        """Import opening balances."""
        view = view_of(info)
        known = view.require(Scope.LEDGER_ADJUST)
        place = view.community(community)
        if len(rows) > MOST_ROWS:
            raise Fault("TOO_MANY", f"expected at most {MOST_ROWS} rows")
        if place is None:
            return _refused([user_error("COMMUNITY_UNKNOWN", view.locale, ["community"])])
        if not fits(idempotency_key, most=LONGEST_KEY - len("/1000")):
            return _refused(
                [user_error("TEXT_INVALID", view.locale, ["idempotencyKey"], most=LONGEST_KEY - len("/1000"))]
            )
        read = [_read(view, row, number) for number, row in enumerate(rows)]
        commands = {
            number: AdjustPoints(
                key=f"{idempotency_key}/{number}",
                member=one,
                delta=rows[number].points,
                reason="",
                by=known.caller.name,
                unit=rows[number].unit or None,
                opening=True,
            )
            for number, one in enumerate(read)
            if isinstance(one, Identity)
        }
        errors = [one for one in read if isinstance(one, UserError)]
        answers = await view.ledger.writer.submit(place, list(commands.values()))
        for number, answer in zip(commands, answers, strict=True):
            if isinstance(answer, Refusal):
                errors.append(refused(answer, view.locale, {"": ["rows", str(number)]}))
        view.forget()
        return CommunityPayload(community=community_of(place), operator_key=None, user_errors=errors)


def _read(view: View, row: OpeningInput, number: int) -> Identity | UserError:
    platform, _, external_id = row.handle.partition(":")
    if not fits(row.handle, most=LONGEST_NAME) or not platform or not external_id:
        return user_error("HANDLE_INVALID", view.locale, ["rows", str(number), "handle"])
    if row.unit and not fits(row.unit, most=LONGEST_NAME):
        return user_error("TEXT_INVALID", view.locale, ["rows", str(number), "unit"], most=LONGEST_NAME)
    return Identity(platform=platform, external_id=external_id, received=row.handle)


def _refused(errors: list[UserError]) -> CommunityPayload:
    return CommunityPayload(community=None, operator_key=None, user_errors=errors)
