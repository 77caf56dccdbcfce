"""Finds things again by their global ids, under the caller's rights: what is not theirs to see is not there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ledger.core.values import MemberId, Position
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.graphql import asking
from schema.graphql.asking import Subject
from schema.graphql.ids import GlobalId, read_id, write_id
from schema.graphql.pages import MOST
from schema.graphql.types.activity import find_activity
from schema.graphql.types.community import community_of
from schema.graphql.types.contribution import contribution, sees
from schema.graphql.types.decision import decision
from schema.graphql.types.entry import entry_at
from schema.graphql.types.key import api_key
from schema.graphql.types.member import member_of
from schema.graphql.types.merge import merge_of
from schema.graphql.types.milestone import milestone_by_id
from schema.graphql.types.node import Node
from schema.graphql.types.offer import offers_of
from schema.graphql.types.perk import perk_of
from schema.graphql.types.playbook import playbook_of
from schema.graphql.types.redemption import redemption_at
from schema.graphql.types.round import find_round
from schema.graphql.types.rulebook import rule_by_id, rulebook
from schema.graphql.types.story import find_story
from schema.graphql.types.violation import seen_violation
from schema.graphql.types.wish import wish_by_id
from schema.graphql.view import View


async def node(view: View, text: str) -> Node | None:
    """Return what an id names, or None."""
    named = read_id(text)
    place = view.place(named.community) if named is not None else None
    find = FOUND_BY.get(named.type) if named is not None else None
    if named is None or place is None or find is None:
        return None
    return await find(view, place, named)


async def _community(_view: View, place: Place, named: GlobalId) -> Node | None:
    return community_of(place) if not named.key else None


async def _member(view: View, place: Place, named: GlobalId) -> Node | None:
    return await member_of(view, place, MemberId(named.number)) if named.number is not None else None


async def _entry(view: View, place: Place, named: GlobalId) -> Node | None:
    found = await entry_at(view, place, named.place)
    return found if found is not None and view.sees_own(place, found.row.member) else None


async def _decision(view: View, place: Place, named: GlobalId) -> Node | None:
    position, ordinal = named.place or (0, 0)
    stored = await view.loaders.events.load((place.id, Position(position)))
    found = decision(place, stored, ordinal) if stored is not None else None
    return found if found is not None and view.sees_own(place, found.concerns) else None


async def _contribution(view: View, place: Place, named: GlobalId) -> Node | None:
    number = named.number
    stored = await view.loaders.events.load((place.id, Position(number))) if number is not None else None
    return contribution(place, stored) if stored is not None and sees(view, place, stored.event) else None


async def _api_key(view: View, place: Place, named: GlobalId) -> Node | None:
    if not view.operates(place):
        return None
    keys = await view.loaders.keys.load(place.id)
    return next((api_key(row) for row in keys if row.id == named.key), None)


async def _rulebook(view: View, place: Place, named: GlobalId) -> Node | None:
    return await rulebook(view, place, named.number or 0) if view.operates(place) else None


async def _perk(view: View, place: Place, named: GlobalId) -> Node | None:
    found = await perk_of(view, place, named.key)
    return found if found is not None and (not found.retired or view.operates(place)) else None


async def _redemption(view: View, place: Place, named: GlobalId) -> Node | None:
    found = await redemption_at(view, place, Position(named.number)) if named.number is not None else None
    return found if found is not None and view.sees_own(place, found.row.member) else None


async def _rule(view: View, place: Place, named: GlobalId) -> Node | None:
    return await rule_by_id(view, place, named) if view.operates(place) else None


async def _violation(view: View, place: Place, named: GlobalId) -> Node | None:
    return await seen_violation(view, place, named.number)


async def _suggestion(view: View, place: Place, named: GlobalId) -> Node | None:
    number, _, code = named.key.partition(".")
    member = named._replace(key=number).number
    if member is None or await view.loaders.profiles.load((place.id, MemberId(member))) is None:
        return None
    found = await asking.suggestions(Subject(view, place, MemberId(member)), MOST)
    return next((one for one in found or () if one.code == code), None)


async def _milestone(view: View, place: Place, named: GlobalId) -> Node | None:
    return await milestone_by_id(view, place, named)


async def _merge(view: View, place: Place, named: GlobalId) -> Node | None:
    if not view.operates(place) or named.number is None:
        return None
    return await merge_of(view, place, Position(named.number))


async def _offer(view: View, place: Place, named: GlobalId) -> Node | None:
    if view.member is None and not view.operates(place):
        return None
    found = await offers_of(view, place, view.member)
    return next((one for one in found if one.code == named.key), None)


async def _task(view: View, place: Place, named: GlobalId) -> Node | None:
    found = await playbook_of(view, place) if view.operates(place) else []
    return next((one for one in found if one.code == named.key), None)


async def _group_wish(view: View, place: Place, named: GlobalId) -> Node | None:
    return await wish_by_id(view, place, named) if view.may(place, Scope.MEMBERS_READ) else None


async def _story(view: View, _place: Place, named: GlobalId) -> Node | None:
    return await find_story(view, write_id(*named))


async def _round(view: View, _place: Place, named: GlobalId) -> Node | None:
    return await find_round(view, write_id(*named))


async def _activity(view: View, _place: Place, named: GlobalId) -> Node | None:
    return await find_activity(view, write_id(*named))


FOUND_BY: dict[str, Callable[[View, Place, GlobalId], Awaitable[Node | None]]] = {
    "Community": _community,
    "Member": _member,
    "Entry": _entry,
    "Decision": _decision,
    "Contribution": _contribution,
    "ApiKey": _api_key,
    "Merge": _merge,
    "Milestone": _milestone,
    "Rulebook": _rulebook,
    "Perk": _perk,
    "Redemption": _redemption,
    "Rule": _rule,
    "Violation": _violation,
    "Suggestion": _suggestion,
    "GroupWish": _group_wish,
    "Story": _story,
    "Offer": _offer,
    "PlaybookTask": _task,
    "Round": _round,
    "Activity": _activity,
}
