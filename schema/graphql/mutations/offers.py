"""Offers put up, shown and taken; tasks of the playbook ticked by hand."""

from __future__ import annotations

from typing import Annotated

import strawberry
from msgspec.structs import replace

from ledger.core.books.offers import offer_terms
from ledger.core.commands import PutOffer, RetireOffer, ShowOffer, TakeOffer, TickTask
from ledger.core.offers.usual import usual
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.drafts import LocalizedTextInput
from schema.graphql.ids import GlobalId, read_id
from schema.graphql.mutations.communities import CommunityPayload
from schema.graphql.signed import own_key, signed_in
from schema.graphql.texts import LONGEST_KEY, LONGEST_NAME, fits
from schema.graphql.types.community import community_of
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.types.offer import Offer, offers_of
from schema.graphql.view import Info, View, view_of

PUTTING: Places = {"/id": ["idempotencyKey"], "/offer": ["offerId"], "/member": ["memberId"], "/taskId": ["taskId"]}
LONGEST_URL = 2_000
LONGEST_LOCALE = 35
"""As long as a language tag may be, by BCP 47."""

OfferId = Annotated[strawberry.ID, arg("The offer's global id.")]
Key = Annotated[str, arg("Your name for this request: the same key is the same request.")]


@given
class OfferInput:
    """An offer to put up, or to change: what it waits for stays as it is."""

    code: str = field("Its code: one of the community's is changed, another is new.")
    title: list[LocalizedTextInput] = field("What it is called, by language.")
    perk_id: strawberry.ID | None = optional("The perk it is about.")
    url: str | None = optional("Where it leads.")


@described
class OfferPayload:
    """An offer after a change."""

    offer: Offer | None = field("The offer as it is now.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class OfferMutation:
    """Offers and the playbook."""

    @changing("Puts up an offer, or changes one. It waits for value and is shown rarely. For operators.")
    async def create_offer(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        input: Annotated[OfferInput, arg("The offer.")],
    ) -> OfferPayload:
        """Put up an offer."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        place = view.community(community)
        if place is None:
            return _failed(user_error("COMMUNITY_UNKNOWN", view.locale, ["community"]))
        perk = read_id(input.perk_id) if input.perk_id else None
        if (fault := _fault(view, input, place, perk)) is not None:
            return _failed(fault)
        before = (await view.loaders.offers.load(place.id)).get(input.code)
        terms = offer_terms(before) if before is not None else usual(input.code, await view.rulebook(place))
        names = {one.locale: one.text for one in input.title}
        terms = replace(terms, names=names, url=input.url or "", perk=perk.key if perk is not None else "")
        [answer] = await view.ledger.writer.submit(place, [PutOffer(terms=terms, by=known.caller.name)])
        if isinstance(answer, Refusal):
            return _failed(refused(answer, view.locale, PUTTING))
        return await _shown(view, place, input.code, None)

    @changing("Lets an offer be shown no more. For operators.")
    async def retire_offer(self, info: Info, offer_id: OfferId) -> OfferPayload:
        """Retire an offer."""
        view = view_of(info)
        by = view.require(Scope.CONSOLE).caller.name
        found = _found(view, offer_id)
        if found is None:
            return _failed(_unknown(view))
        place, code = found
        [answer] = await view.ledger.writer.submit(place, [RetireOffer(offer=code, by=by)])
        if isinstance(answer, Refusal):
            return _failed(refused(answer, view.locale, PUTTING))
        return await _shown(view, place, code, None)

    @changing("Records that an offer is shown to a member, if it may be: to the caller, or by a bot to another.")
    async def show_offer(
        self,
        info: Info,
        offer_id: OfferId,
        idempotency_key: Key,
        member_id: Annotated[
            strawberry.ID | None, arg("To whom; to the caller where left out.")
        ] = strawberry.UNSET,
    ) -> OfferPayload:
        """Show an offer."""
        view = view_of(info)
        if member_id:
            by, other = view.require(Scope.EVENTS_WRITE).caller.name, read_id(member_id)
            number = other.number if other is not None and other.type == "Member" else None
            member, key = MemberId(number or 0), idempotency_key
        else:
            member = signed_in(view)
            by, key = f"member:{member}", own_key(member, idempotency_key)
        found = _found(view, offer_id)
        if (fault := _misnamed(view, found, idempotency_key)) is not None:
            return _failed(fault)
        assert found is not None
        place, code = found
        [answer] = await view.ledger.writer.submit(place, [ShowOffer(key=key, offer=code, member=member, by=by)])
        if isinstance(answer, Refusal):
            return _failed(refused(answer, view.locale, PUTTING))
        return await _shown(view, place, code, member)

    @changing("Records that the signed-in member takes an offer up.")
    async def take_offer(self, info: Info, offer_id: OfferId, idempotency_key: Key) -> OfferPayload:
        """Take an offer."""
        view = view_of(info)
        member, found = signed_in(view), _found(view, offer_id)
        if (fault := _misnamed(view, found, idempotency_key)) is not None:
            return _failed(fault)
        assert found is not None
        place, code = found
        key = own_key(member, idempotency_key)
        command = TakeOffer(key=key, offer=code, member=member, by=f"member:{member}")
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return _failed(refused(answer, view.locale, PUTTING))
        return await _shown(view, place, code, member)

    @changing("Ticks a task of the playbook by hand, or takes that back. For operators.")
    async def tick_playbook(
        self,
        info: Info,
        task_id: Annotated[strawberry.ID, arg("The task's global id.")],
        done: Annotated[bool, arg("Whether it is done.")],
    ) -> CommunityPayload:
        """Tick a task."""
        view = view_of(info)
        by = view.require(Scope.CONSOLE).caller.name
        named = read_id(task_id)
        place = view.place(named.community) if named is not None and named.type == "PlaybookTask" else None
        if named is None or place is None:
            error = user_error("TASK_UNKNOWN", view.locale, ["taskId"], task="")
            return CommunityPayload(community=None, operator_key=None, user_errors=[error])
        [answer] = await view.ledger.writer.submit(place, [TickTask(task=named.key, done=done, by=by)])
        view.forget()
        errors = [refused(answer, view.locale, PUTTING)] if isinstance(answer, Refusal) else []
        shown = community_of(place) if not errors else None
        return CommunityPayload(community=shown, operator_key=None, user_errors=errors)


def _found(view: View, text: str) -> tuple[Place, str] | None:
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Offer" else None
    return (place, named.key) if named is not None and place is not None else None


def _fault(view: View, given: OfferInput, place: Place, perk: GlobalId | None) -> UserError | None:
    """Return what is wrong with an offer's texts, or with the perk it names."""
    for name, text, most in (("code", given.code, LONGEST_NAME), ("url", given.url or "", LONGEST_URL)):
        if (text or name == "code") and not fits(text, most=most):
            return user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
    for one in given.title:
        if not (fits(one.locale, most=LONGEST_LOCALE) and fits(one.text, most=LONGEST_NAME)):
            return user_error("TEXT_INVALID", view.locale, ["input", "title"], most=LONGEST_NAME)
    is_perk = perk is not None and (perk.type, perk.community) == ("Perk", place.id)
    if given.perk_id and not is_perk:
        return user_error("PERK_UNKNOWN", view.locale, ["input", "perkId"], perk=given.perk_id)
    return None


def _misnamed(view: View, found: tuple[Place, str] | None, key: str) -> UserError | None:
    """Return what is wrong with a key, or with the id of an offer."""
    if not fits(key, most=LONGEST_KEY):
        return user_error("TEXT_INVALID", view.locale, ["idempotencyKey"], most=LONGEST_KEY)
    return _unknown(view) if found is None else None


def _unknown(view: View) -> UserError:
    return user_error("OFFER_UNKNOWN", view.locale, ["offerId"], offer="")


def _failed(error: UserError) -> OfferPayload:
    return OfferPayload(offer=None, user_errors=[error])


async def _shown(view: View, place: Place, code: str, member: MemberId | None) -> OfferPayload:
    """Return an offer after a change, whatever was loaded before."""
    view.forget()
    found = [one for one in await offers_of(view, place, member) if one.code == code]
    return OfferPayload(offer=found[0] if found else None, user_errors=[])
