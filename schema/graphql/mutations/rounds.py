"""Rounds: opened with a committed seed, closed once with winners named or drawn."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.core.refusals import Refusal
from ledger.core.rhythm.rounds import MOST_WINNERS, CloseRound, OpenRound, Prize, commitment
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.rounds import seed_of
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.ids import read_id
from schema.graphql.scalars import Points
from schema.graphql.texts import LONGEST_KEY, LONGEST_NAME, fits, listed
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.types.round import Round, find_round, round_by_code
from schema.graphql.view import Info, View, view_of

LONGEST_CODE = 64
OPENING: Places = {"/code": ["input", "code"], "/perk": ["input", "prizes"], "/activityId": ["input", "activityId"]}
CLOSING: Places = {
    "/id": ["idempotencyKey"],
    "/roundId": ["roundId"],
    "/winners": ["winners"],
    "/member": ["winners"],
    "/draw": ["draw"],
}


@given
class PrizeInput:
    """What a place wins, beside what rules pay."""

    place: int = field("The place, 1 first.")
    points: Points | None = optional("Points, for rules to read as `data.points` of `game.won`.")
    perk_id: strawberry.ID | None = optional("A perk that is given to the winner.")


@given
class RoundInput:
    """A round to open."""

    code: str = field("Its name, for ever; 1 to 64 characters.")
    title: str = field("What people call it.")
    activity_id: strawberry.ID | None = optional("The activity it is a part of.")
    prizes: list[PrizeInput] = field("What places win; none is allowed.")


@described
class RoundPayload:
    """A round after a change."""

    round: Round | None = field("The round as it is now.")
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class RoundMutation:
    """Rounds of games."""

    @changing(
        "Opens a round, and commits to the seed of its draw. The same again is the same round. For operators."
    )
    async def open_round(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        input: Annotated[RoundInput, arg("The round.")],
    ) -> RoundPayload:
        """Open a round."""
        view = view_of(info)
        known, place = view.require(Scope.CONSOLE), view.community(community)
        if place is None:
            return _no(user_error("COMMUNITY_UNKNOWN", view.locale, ["community"]))
        if errors := _faults(view, input):
            return _no(*errors)
        prizes = _prizes(place, input)
        activity = _named(place, "Activity", input.activity_id)
        if prizes is None:
            return _no(user_error("PERK_UNKNOWN", view.locale, ["input", "prizes"], perk=""))
        if activity is None:
            return _no(user_error("ACTIVITY_UNKNOWN", view.locale, ["input", "activityId"]))
        command = OpenRound(
            code=input.code,
            title=input.title,
            commitment=commitment(seed_of(place, input.code)),
            by=known.caller.name,
            activity=activity,
            prizes=prizes,
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return _no(refused(answer, view.locale, OPENING))
        return await _shown(view, place, input.code)

    @changing(
        "Closes a round, for good: with winners named in order of place, or so many drawn from those who entered."
        " Each wins by a `game.won` that rules look at. For operators."
    )
    async def close_round(
        self,
        info: Info,
        round_id: Annotated[strawberry.ID, arg("The round's global id.")],
        idempotency_key: Annotated[str, arg("Your name for this request: the same key is the same request.")],
        winners: Annotated[list[strawberry.ID] | None, arg("Members' global ids, the first place first.")] = UNSET,
        draw: Annotated[int | None, arg("How many winners to draw, instead.")] = UNSET,
    ) -> RoundPayload:
        """Close a round."""
        view = view_of(info)
        known, found = view.require(Scope.CONSOLE), await find_round(view, round_id)
        if not fits(idempotency_key, most=LONGEST_KEY):
            return _no(user_error("TEXT_INVALID", view.locale, ["idempotencyKey"], most=LONGEST_KEY))
        if found is None:
            return _no(user_error("ROUND_UNKNOWN", view.locale, ["roundId"]))
        place, members = found.place, [_member(found.place, one) for one in listed(winners) or ()]
        numbers = tuple(one for one in members if one is not None)
        if len(numbers) < len(members):
            return _no(user_error("MEMBER_UNKNOWN", view.locale, ["winners"]))
        command = CloseRound(
            key=idempotency_key,
            code=found.code,
            seed=seed_of(place, found.code),
            by=known.caller.name,
            winners=numbers,
            draw=draw if isinstance(draw, int) else None,
        )
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return _no(refused(answer, view.locale, CLOSING))
        return await _shown(view, place, found.code)


def _faults(view: View, given: RoundInput) -> list[UserError]:
    wrong = [
        user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
        for name, text, most in (("code", given.code, LONGEST_CODE), ("title", given.title, LONGEST_NAME))
        if not fits(text, most=most)
    ]
    places = [one.place for one in listed(given.prizes) or ()]
    if len(set(places)) < len(places) or not all(1 <= one <= MOST_WINNERS for one in places):
        wrong.append(user_error("PLACES_WRONG", view.locale, ["input", "prizes"], most=MOST_WINNERS))
    return wrong


def _prizes(place: Place, given: RoundInput) -> tuple[Prize, ...] | None:
    """Return the prizes; None where one names a perk that is none of the community's."""
    prizes: list[Prize] = []
    for one in given.prizes:
        perk = _named(place, "Perk", one.perk_id)
        if perk is None:
            return None
        prizes.append(Prize(place=one.place, points=one.points if isinstance(one.points, int) else None, perk=perk))
    return tuple(prizes)


def _named(place: Place, type_: str, text: str | None) -> str | None:
    """Return the key in a global id of the community's: empty where none is given, None where it is wrong."""
    if not text:
        return ""
    named = read_id(text)
    return named.key if named is not None and (named.type, named.community) == (type_, place.id) else None


def _member(place: Place, text: str) -> MemberId | None:
    named = read_id(text)
    if named is None or (named.type, named.community) != ("Member", place.id) or named.number is None:
        return None
    return MemberId(named.number)


def _no(*errors: UserError) -> RoundPayload:
    return RoundPayload(round=None, user_errors=list(errors))


async def _shown(view: View, place: Place, code: str) -> RoundPayload:
    view.forget()
    return RoundPayload(round=await round_by_code(view, place, code), user_errors=[])
