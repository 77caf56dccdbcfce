"""Levels locked by hand, and places in platforms' groups: held by operators, reported by bots."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.core.commands import ByHand, HoldGroup, LockTier, ReportGroup
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described
from schema.graphql.members import MemberPayload, member_payload, named_member
from schema.graphql.texts import LONGEST_TEXT, fits
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.view import Info, View, view_of

HERE: Places = {"/member": ["memberId"], "/tier": ["tier"], "/group": ["group"]}
MemberIdArgument = Annotated[strawberry.ID, arg("The member's global id.")]
ReasonArgument = Annotated[str, arg("Why, for people to read.")]


@described
class TierMutation:
    """Tiers and groups."""

    @changing("Puts a member on a tier and keeps them there, or, without a tier, lets the ladder judge them again.")
    async def lock_tier(
        self,
        info: Info,
        member_id: MemberIdArgument,
        reason: ReasonArgument,
        tier: Annotated[str | None, arg("The tier's code; null unlocks.")] = UNSET,
    ) -> MemberPayload:
        """Lock a member's tier."""
        view = view_of(info)
        by, found = view.require(Scope.CONSOLE).caller.name, await named_member(view, member_id)
        if found is None or not fits(reason, most=LONGEST_TEXT):
            return _misgiven(view, known=found is not None)
        place, number = found
        ladder = await _ladder(view, place, number, tier or None)
        command = LockTier(member=number, ladder=ladder, level=tier or None, by=by, reason=reason)
        return await _said(view, place, number, command)

    @changing("Keeps a member's place in a group as it is, whatever tiers say, or lets go of it.")
    async def hold_group(
        self,
        info: Info,
        member_id: MemberIdArgument,
        group: Annotated[str, arg("The group's code in the rulebook.")],
        hold: Annotated[bool, arg("Whether to hold.")],
        reason: ReasonArgument,
    ) -> MemberPayload:
        """Hold a member's place."""
        view = view_of(info)
        by, found = view.require(Scope.CONSOLE).caller.name, await named_member(view, member_id)
        if found is None or not fits(reason, most=LONGEST_TEXT):
            return _misgiven(view, known=found is not None)
        command = HoldGroup(member=found[1], group=group, held=hold, by=by, reason=reason)
        return await _said(view, *found, command)

    @changing("Says whether a member is in a platform's group now: for bots that make wanted groups so.")
    async def mark_group_done(
        self,
        info: Info,
        member_id: MemberIdArgument,
        group: Annotated[str, arg("The group's code in the rulebook.")],
        in_group: Annotated[bool, arg("Whether they are in it.")],
    ) -> MemberPayload:
        """Report a member's place."""
        view = view_of(info)
        by, found = view.require(Scope.EVENTS_WRITE).caller.name, await named_member(view, member_id)
        if found is None:
            return _misgiven(view, known=False)
        if not fits(group, most=LONGEST_TEXT):
            return _refusal([user_error("TEXT_INVALID", view.locale, ["group"], most=LONGEST_TEXT)])
        command = ReportGroup(member=found[1], group=group, inside=in_group, by=by)
        return await _said(view, *found, command)


async def _ladder(view: View, place: Place, number: MemberId, tier: str | None) -> str | None:
    """Return the ladder that has a tier; without one, that on which the member is locked. None is the main one."""
    ladders = (await view.rulebook(place)).ladders
    if tier is not None:
        return next((one.code for one in ladders if tier in [level.code for level in one.levels]), None)
    standings = await view.loaders.standings.load((place.id, number))
    locked = (one.code for one in ladders if one.code in standings and standings[one.code].locked)
    return next(locked, None)


async def _said(view: View, place: Place, number: MemberId, command: ByHand) -> MemberPayload:
    [answer] = await view.ledger.writer.submit(place, [command])
    if isinstance(answer, Refusal):
        return _refusal([refused(answer, view.locale, HERE)])
    view.forget()
    return await member_payload(view, place, number)


def _misgiven(view: View, *, known: bool) -> MemberPayload:
    if known:
        return _refusal([user_error("TEXT_INVALID", view.locale, ["reason"], most=LONGEST_TEXT)])
    return _refusal([user_error("MEMBER_UNKNOWN", view.locale, ["memberId"])])


def _refusal(errors: list[UserError]) -> MemberPayload:
    return MemberPayload(member=None, user_errors=errors)
