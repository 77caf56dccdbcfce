"""Perks put up, changed, retired, stocked and given codes: what operators do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from ledger.core.commands import Command, PutPerk, RetirePerk, StockPerk
from ledger.core.refusals import Refusal
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.service.access import Scope
from ledger.service.redeeming import add_codes
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.drafts import LocalizedTextInput
from schema.graphql.mutations.terms import MOST, faults_of, terms_from
from schema.graphql.scalars import Points
from schema.graphql.texts import LONGEST_KEY, LONGEST_TEXT, fits
from schema.graphql.types.enums import FulfilmentKind, Period, PerkKind
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.types.perk import Perk, named_perk, perk_of
from schema.graphql.view import Info, View, view_of

MOST_CODES = 500
LONGEST_CODE = 500
STOCKING: Places = {"/id": ["input", "idempotencyKey"], "/delta": ["input", "delta"], "/perk": ["input", "perkId"]}
PUTTING: Places = {
    "/code": ["input", "code"],
    "/unit": ["input", "unit"],
    "/tiers": ["input", "tiers"],
    "/target": ["input", "target"],
    "/stock": ["input", "stock"],
}


@given
class PerkInput:
    """A perk. Of one that is changed, what is left out stays as it is."""

    code: str = field("Its code: 1 to 64 letters, digits, hyphens and underscores; for ever.")
    title: list[LocalizedTextInput] = field("What it is called, by language.")
    description: list[LocalizedTextInput] | None = optional("What it is, by language.")
    cost: Points = field("What it costs, in minor units; 0 is free.")
    unit: str | None = optional("A spendable unit's code; the first where it is left out.")
    kind: PerkKind = field("What sort of thing it is.")
    fulfilment: FulfilmentKind = field("How it reaches the member.")
    target: str | None = optional("The group of a platform role, or the address of a webhook.")
    tiers: list[str] | None = optional("Which tiers of the main ladder may have it; none is everybody.")
    stock: int | None = optional("How many there are in all, with those that were had; null is without end.")
    hold_minutes: int | None = optional("How long points are held before it expires; null is as long as it takes.")
    limit_per_member: int | None = optional("How many one member may have in a period; null is no limit.")
    limit_per: Period | None = optional("Which period; ALL_TIME where it is left out.")
    starts_at: datetime | None = optional("From when it can be redeemed.")
    ends_at: datetime | None = optional("Until when it can be redeemed.")
    approve: bool | None = optional("Whether somebody has to approve each.")
    refund_days: int | None = optional("For how many days it can be given back; null is never.")


@given
class StockInput:
    """A change of a perk's stock."""

    perk_id: strawberry.ID = field("Which perk.")
    delta: int = field("How many more, or fewer.")
    reason: str = field("Why.")
    idempotency_key: str = field("Your name for this request: the same key is the same request.")


@described
class PerkPayload:
    """A perk after a change."""

    perk: Perk | None = field("The perk as it is now.")
    user_errors: list[UserError] = field("Why nothing was changed.")


PerkId = Annotated[strawberry.ID, arg("The perk's global id.")]


@described
class PerkMutation:
    """Perks."""

    @changing("Puts up a perk.")
    async def create_perk(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        input: Annotated[PerkInput, arg("Its terms.")],
    ) -> PerkPayload:
        """Put up a perk."""
        view = view_of(info)
        view.require(Scope.CONSOLE)
        place = view.community(community)
        if place is None:
            return _refusal([user_error("COMMUNITY_UNKNOWN", view.locale, ["community"])])
        return await _put(view, place, input, PerkTerms(code=input.code), new=True)

    @changing("Changes the terms of a perk, or puts one up again that was retired. What was redeemed stays so.")
    async def update_perk(
        self, info: Info, perk_id: PerkId, input: Annotated[PerkInput, arg("Its terms; its code stays.")]
    ) -> PerkPayload:
        """Change a perk."""
        view = view_of(info)
        view.require(Scope.CONSOLE)
        found = await named_perk(view, perk_id)
        if found is None:
            return _refusal([_unknown(view, ["perkId"])])
        if found.code != input.code:
            return _refusal([user_error("PERK_CODE_INVALID", view.locale, ["input", "code"])])
        return await _put(view, found.place, input, found.terms, new=False)

    @changing("Takes a perk down: nobody can redeem it any more; what was asked for goes on.")
    async def retire_perk(self, info: Info, perk_id: PerkId) -> PerkPayload:
        """Retire a perk."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        found = await named_perk(view, perk_id)
        if found is None:
            return _refusal([_unknown(view, ["perkId"])])
        return await _done(view, found.place, found.code, RetirePerk(perk=found.code, by=known.caller.name), {})

    @changing("Adds to a perk's stock, or takes from it.")
    async def adjust_stock(
        self, info: Info, input: Annotated[StockInput, arg("Which perk, how many and why.")]
    ) -> PerkPayload:
        """Change a stock."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        found = await named_perk(view, input.perk_id)
        if found is None:
            return _refusal([_unknown(view, ["input", "perkId"])])
        texts = (("reason", input.reason, LONGEST_TEXT), ("idempotencyKey", input.idempotency_key, LONGEST_KEY))
        errors = [
            user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
            for name, text, most in texts
            if not fits(text, most=most)
        ]
        if abs(input.delta) > MOST:
            errors.append(user_error("NUMBER_INVALID", view.locale, ["input", "delta"], least=-MOST, most=MOST))
        if errors:
            return _refusal(errors)
        command = StockPerk(
            key=input.idempotency_key,
            perk=found.code,
            delta=input.delta,
            by=known.caller.name,
            reason=input.reason,
        )
        return await _done(view, found.place, found.code, command, STOCKING)

    @changing("Adds codes to hand out, encrypted from here on. Those that are there already are left out.")
    async def add_perk_codes(
        self, info: Info, perk_id: PerkId, codes: Annotated[list[str], arg("The codes; 500 at the most.")]
    ) -> PerkPayload:
        """Add codes."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        found = await named_perk(view, perk_id)
        if found is None:
            return _refusal([_unknown(view, ["perkId"])])
        if not 0 < len(codes) <= MOST_CODES:
            return _refusal([user_error("TOO_MANY", view.locale, ["codes"], most=MOST_CODES)])
        errors = [
            user_error("TEXT_INVALID", view.locale, ["codes", str(number)], most=LONGEST_CODE)
            for number, code in enumerate(codes)
            if not fits(code, most=LONGEST_CODE)
        ]
        if errors:
            return _refusal(errors)
        answer = await add_codes(view.ledger, found.place, found.code, codes, by=known.caller.name)
        return await _answered(view, found.place, found.code, answer if isinstance(answer, Refusal) else None, {})


async def _put(view: View, place: Place, input: PerkInput, before: PerkTerms, *, new: bool) -> PerkPayload:
    known = view.require(Scope.CONSOLE)
    errors = faults_of(input, view.locale)
    if errors:
        return _refusal(errors)
    keeps = not new and input.stock is strawberry.UNSET
    terms = terms_from(input, before)
    command = PutPerk(terms=terms, by=known.caller.name, new=new, keeps_stock=keeps)
    return await _done(view, place, input.code, command, PUTTING)


async def _done(view: View, place: Place, code: str, command: Command, places: Places) -> PerkPayload:
    [answer] = await view.ledger.writer.submit(place, [command])
    return await _answered(view, place, code, answer if isinstance(answer, Refusal) else None, places)


async def _answered(view: View, place: Place, code: str, refusal: Refusal | None, places: Places) -> PerkPayload:
    if refusal is not None:
        at = {**places, "": ["input", getattr(refusal, "field", "")]} if hasattr(refusal, "field") else places
        return _refusal([refused(refusal, view.locale, at)])
    view.forget()
    return PerkPayload(perk=await perk_of(view, place, code), user_errors=[])


def _unknown(view: View, path: list[str]) -> UserError:
    return user_error("PERK_UNKNOWN", view.locale, path, perk="")


def _refusal(errors: list[UserError]) -> PerkPayload:
    return PerkPayload(perk=None, user_errors=errors)
