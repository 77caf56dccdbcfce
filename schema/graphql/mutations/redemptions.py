"""Perks redeemed and given; redemptions cancelled, approved, fulfilled, declined and given back."""

from __future__ import annotations

from asyncio import gather
from typing import Annotated

import strawberry

from ledger.core.commands import MoveRedemption, RedeemPerk
from ledger.core.events import RedemptionStatus
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId, Position
from ledger.service.access import Scope
from ledger.service.redeeming import Blocked, move, redeem
from ledger.store.directory import Community as Place
from ledger.words.blocking import blocked, missing
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.faults import Fault
from schema.graphql.ids import read_id
from schema.graphql.scalars import Points
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, MOST_LISTED, fits
from schema.graphql.types.enums import FulfilAction
from schema.graphql.types.errors import Places, UserError, path_of, refused, user_error
from schema.graphql.types.member import Member, shown
from schema.graphql.types.perk import Perk, named_perk
from schema.graphql.types.redemption import Redemption, may_cancel, redemption_at
from schema.graphql.view import Info, View, view_of
from schema.problems import BLOCKS

REDEEMING: Places = {
    "/id": ["input", "idempotencyKey"],
    "/perk": ["input", "perkId"],
    "/expected_cost": ["input", "expectedCost"],
    "/member": [],
}
GIVING: Places = {"/id": ["idempotencyKey"], "/perk": ["perkId"], "/member": ["memberId"]}
MOVING: Places = {"/redemptionId": ["redemptionId"]}
ACTIONS = {
    FulfilAction.APPROVE: RedemptionStatus.APPROVED,
    FulfilAction.FULFIL: RedemptionStatus.FULFILLED,
    FulfilAction.DECLINE: RedemptionStatus.DECLINED,
}


@given
class RedeemInput:
    """A perk to redeem, by the signed-in member."""

    perk_id: strawberry.ID = field("Which perk.")
    idempotency_key: str = field("Your name for this request: the same key is the same request.")
    expected_cost: Points = field("What you were told it costs: any other price is refused.")
    note: str | None = optional("What you would like to add, for whoever fulfils it.")


@given
class FulfilInput:
    """What is to be done with a redemption."""

    redemption_id: strawberry.ID = field("Which redemption.")
    action: FulfilAction = field("What to do with it.")
    voucher: str | None = optional("What the member gets to see: a link or a code of your own. Kept encrypted.")
    note: str | None = optional("Why, for the member to read.")


@described
class RedeemPayload:
    """A redemption after a change, and its member."""

    redemption: Redemption | None = field("The redemption as it is now.")
    member: Member | None = field("Its member as they are now.")
    user_errors: list[UserError] = field("Why nothing was changed, with what is missing.")


@described
class RedemptionsPayload:
    """Redemptions after changes, those that were changed."""

    redemptions: list[Redemption] = field("The redemptions as they are now.")
    user_errors: list[UserError] = field("Why others were not changed.")


RedemptionId = Annotated[strawberry.ID, arg("The redemption's global id.")]


@described
class RedemptionMutation:
    """Redemptions."""

    @changing("Redeems a perk for the signed-in member. A refusal stays the answer to its key.")
    async def redeem_perk(
        self, info: Info, input: Annotated[RedeemInput, arg("Which perk, at which price.")]
    ) -> RedeemPayload:
        """Redeem a perk."""
        view = view_of(info)
        known = view.require_member()
        errors = _faults(
            view, ("idempotencyKey", input.idempotency_key, LONGEST_KEY), ("note", input.note or "-", LONGEST_TEXT)
        )
        found = await named_perk(view, input.perk_id)
        if found is None or errors:
            unknown = user_error("PERK_UNKNOWN", view.locale, ["input", "perkId"], perk="")
            return _refusal(errors or [unknown])
        number = known.caller.member
        assert number is not None
        command = RedeemPerk(
            key=f"member:{number}/{input.idempotency_key}",  # one member's keys are not another's
            perk=found.code,
            member=number,
            by=known.caller.name,
            expected_cost=input.expected_cost,
            note=input.note or "",
        )
        return await _redeem(view, found, number, command, REDEEMING)

    @changing("Gives a perk for nothing: the first welfare, a prize, a bespoke one.")
    async def grant_perk(
        self,
        info: Info,
        perk_id: Annotated[strawberry.ID, arg("Which perk.")],
        member_id: Annotated[strawberry.ID, arg("To whom.")],
        reason: Annotated[str, arg("Why, for the member to read.")],
        idempotency_key: Annotated[str, arg("Your name for this request: the same key is the same request.")],
    ) -> RedeemPayload:
        """Give a perk."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        errors = [
            user_error("TEXT_INVALID", view.locale, [name], most=most)
            for name, text, most in (
                ("reason", reason, LONGEST_TEXT),
                ("idempotencyKey", idempotency_key, LONGEST_KEY),
            )
            if not fits(text, most=most)
        ]
        found, number = await named_perk(view, perk_id), _member_named(view, member_id)
        if found is None:
            errors.append(user_error("PERK_UNKNOWN", view.locale, ["perkId"], perk=""))
        if number is None:
            errors.append(user_error("MEMBER_UNKNOWN", view.locale, ["memberId"]))
        if errors or found is None or number is None:
            return _refusal(errors)
        command = RedeemPerk(
            key=idempotency_key,
            perk=found.code,
            member=number,
            by=known.caller.name,
            given=True,
            note=reason,
        )
        return await _redeem(view, found, number, command, GIVING)

    @changing("Takes back what was asked for and is not approved yet: the points come back.")
    async def cancel_redemption(self, info: Info, redemption_id: RedemptionId) -> RedeemPayload:
        """Cancel a redemption."""
        view = view_of(info)
        if view.member is None:
            view.require(Scope.REDEMPTIONS_WRITE)
        found = await _named(view, redemption_id)
        if found is None or not may_cancel(view, found.place, found.row):
            return _refusal([user_error("REDEMPTION_UNKNOWN", view.locale, ["redemptionId"])])
        return await _move_one(view, found, RedemptionStatus.CANCELLED, "")

    @changing("Gives a perk back within its refund window: the points come back.")
    async def refund_redemption(
        self, info: Info, redemption_id: RedemptionId, reason: Annotated[str, arg("Why, for the member to read.")]
    ) -> RedeemPayload:
        """Refund a redemption."""
        view = view_of(info)
        view.require(Scope.CONSOLE)
        if not fits(reason, most=LONGEST_TEXT):
            return _refusal([user_error("TEXT_INVALID", view.locale, ["reason"], most=LONGEST_TEXT)])
        found = await _named(view, redemption_id)
        if found is None:
            return _refusal([user_error("REDEMPTION_UNKNOWN", view.locale, ["redemptionId"])])
        return await _move_one(view, found, RedemptionStatus.REFUNDED, reason)

    @changing(
        "Approves, fulfils and declines, each redemption by itself: what cannot be done does not stop the rest."
    )
    async def fulfil_redemptions(
        self, info: Info, inputs: Annotated[list[FulfilInput], arg("What to do with which; 50 at the most.")]
    ) -> RedemptionsPayload:
        """Move redemptions on."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        if len(inputs) > MOST_LISTED:
            raise Fault("TOO_MANY", f"expected at most {MOST_LISTED}")
        errors: list[UserError] = []
        moves: dict[int, MoveRedemption] = {}
        named = await gather(*(_named(view, one.redemption_id) for one in inputs))
        for number, (one, found) in enumerate(zip(inputs, named, strict=True)):
            path = ["inputs", str(number)]
            wrong = [
                user_error("TEXT_INVALID", view.locale, [*path, name], most=LONGEST_TEXT)
                for name, text in (("voucher", one.voucher), ("note", one.note))
                if text and not fits(text, most=LONGEST_TEXT)
            ]
            if found is None:
                wrong.append(user_error("REDEMPTION_UNKNOWN", view.locale, [*path, "redemptionId"]))
            errors += wrong
            if found is not None and not wrong:
                moves[number] = MoveRedemption(
                    position=found.row.position,
                    status=ACTIONS[one.action],
                    by=known.caller.name,
                    reason=one.note or "",
                    voucher=one.voucher or "",
                )
        return await _move_all(view, known.community, moves, errors)


async def _move_all(
    view: View, place: Place, moves: dict[int, MoveRedemption], errors: list[UserError]
) -> RedemptionsPayload:
    answers = await move(view.ledger, place, list(moves.values()))
    for number, answer in zip(moves, answers, strict=True):
        if isinstance(answer, Refusal):
            places = {"/redemptionId": ["inputs", str(number), "redemptionId"]}
            errors.append(refused(answer, view.locale, places))
    view.forget()
    done = [
        one.position for one, answer in zip(moves.values(), answers, strict=True) if not isinstance(answer, Refusal)
    ]
    found = await gather(*(redemption_at(view, place, position) for position in dict.fromkeys(done)))
    return RedemptionsPayload(redemptions=[one for one in found if one is not None], user_errors=errors)


async def _redeem(view: View, perk: Perk, number: MemberId, command: RedeemPerk, places: Places) -> RedeemPayload:
    place = perk.place
    answer = await redeem(view.ledger, place, command)
    view.forget()
    if isinstance(answer, Refusal):
        return _refusal([refused(answer, view.locale, places)])
    if isinstance(answer, Blocked):
        return _refusal([await _blocked(view, perk, number, answer, places)], await _shown(view, place, number))
    made = await redemption_at(view, place, answer.receipt.position)
    return RedeemPayload(redemption=made, member=await _shown(view, place, number), user_errors=[])


async def _blocked(view: View, perk: Perk, number: MemberId, answer: Blocked, places: Places) -> UserError:
    """Return why a redemption was refused, with what is missing now."""
    chance = await view.loaders.chances.load((perk.place.id, (perk.code, number)))
    said = (answer.block, perk.terms, chance.shortfall, perk.book, view.locale)
    return UserError(
        code=answer.block.value,
        message=blocked(*said),
        path=path_of(BLOCKS[answer.block][0], places) or None,
        params=strawberry.scalars.JSON(missing(*said)) if missing(*said) else None,
    )


async def _move_one(view: View, found: Redemption, status: RedemptionStatus, reason: str) -> RedeemPayload:
    known = view.known
    assert known is not None  # who is nobody was refused before
    command = MoveRedemption(position=found.row.position, status=status, by=known.caller.name, reason=reason)
    [answer] = await move(view.ledger, found.place, [command])
    view.forget()
    now = await redemption_at(view, found.place, found.row.position)
    member = await _shown(view, found.place, found.row.member)
    if isinstance(answer, Refusal):
        return RedeemPayload(redemption=now, member=member, user_errors=[refused(answer, view.locale, MOVING)])
    return RedeemPayload(redemption=now, member=member, user_errors=[])


async def _named(view: View, text: str) -> Redemption | None:
    """Return a redemption of the caller's community by global id."""
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Redemption" else None
    if named is None or place is None or named.number is None:
        return None
    return await redemption_at(view, place, Position(named.number))


def _member_named(view: View, text: str) -> MemberId | None:
    named = read_id(text)
    is_here = named is not None and named.type == "Member" and view.place(named.community) is not None
    return MemberId(named.number) if named is not None and is_here and named.number is not None else None


async def _shown(view: View, place: Place, number: MemberId) -> Member | None:
    profile = await view.loaders.profiles.load((place.id, number))
    return shown(place, number, profile) if profile is not None else None


def _faults(view: View, *texts: tuple[str, str, int]) -> list[UserError]:
    return [
        user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
        for name, text, most in texts
        if not fits(text, most=most)
    ]


def _refusal(errors: list[UserError], member: Member | None = None) -> RedeemPayload:
    return RedeemPayload(redemption=None, member=member, user_errors=errors)
