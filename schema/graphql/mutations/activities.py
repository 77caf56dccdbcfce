"""Activities: scheduled and cancelled by operators, answered by members, attended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from ledger.core.calendar import micros
from ledger.core.refusals import Refusal
from ledger.core.rhythm.activities import (
    ActivityTerms,
    Answer,
    AnswerActivity,
    CancelActivity,
    OfActivities,
    RecordAttendance,
    ScheduleActivity,
)
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.values import MINUTE, MemberId
from ledger.service.access import Scope
from ledger.service.agenda import YEARS, whole_rule, wrong_rule
from ledger.store.directory import Community as Place
from schema.graphql.described import arg, changing, described, field, given, optional
from schema.graphql.drafts import LocalizedTextInput
from schema.graphql.faults import Fault
from schema.graphql.ids import read_id
from schema.graphql.signed import signed_in
from schema.graphql.texts import LONGEST_NAME, LONGEST_TEXT, fits
from schema.graphql.types.activity import Activity, Rsvp, activity_by_name, find_activity
from schema.graphql.types.errors import Places, UserError, refused, user_error
from schema.graphql.view import Info, View, view_of

LONGEST_CODE = 64
LONGEST_MINUTES = 7 * 24 * 60
MOST_CAME = 500
SCHEDULING: Places = {"/code": ["input", "code"], "/member": ["input", "hostId"], "/tier": ["input", "minTier"]}
MOVING: Places = {"/activityId": ["activityId"], "/answer": ["answer"], "/member": ["memberIds"]}
ActivityId = Annotated[strawberry.ID, arg("The activity's global id.")]


@given
class ActivityInput:
    """An activity to schedule: once, or by a rule of recurrence."""

    code: str = field("Its series' name, for ever: 1 to 64 characters without `/`.")
    kind: str = field("The rulebook's activity that rules take it for; any other word changes no rule.")
    title: list[LocalizedTextInput] = field("What it is called, by language.")
    capacity: int | None = optional("How many may come to each; without end where it is left out.")
    priority_signup_until: datetime | None = optional("Until when only the core group may come.")
    starts_at: datetime = field("When it begins, or the first of it.")
    minutes: int = field("How long it takes, up to a week.")
    rrule: str | None = optional("RFC 5545, in the community's local time; the time of day is the first start's.")
    host_id: strawberry.ID | None = optional("Who hosts it: `activity.hosted` is recorded with attendance.")
    join_url: str | None = optional("Where to join; kept outside the log.")
    min_tier: str | None = optional("The lowest level of the main ladder that may come.")


@described
class ActivityPayload:
    """An activity after a change."""

    activity: Activity | None = field(
        "The activity as it is now; of a new series the first, of a cancelled one none."
    )
    user_errors: list[UserError] = field("Why nothing was changed.")


@described
class ActivityMutation:
    """Activities."""

    @changing(
        "Schedules a series of an activity, or a single one. The same again is the same series. For operators."
    )
    async def schedule_activity(
        self,
        info: Info,
        community: Annotated[str, arg("The community's slug.")],
        input: Annotated[ActivityInput, arg("What happens when.")],
    ) -> ActivityPayload:
        """Schedule an activity."""
        view = view_of(info)
        known, place = view.require(Scope.CONSOLE), view.community(community)
        if place is None:
            return _no(user_error("COMMUNITY_UNKNOWN", view.locale, ["community"]))
        terms = await _terms(view, place, input)
        if isinstance(terms, list):
            return _no(*terms)
        command = ScheduleActivity(terms=terms, by=known.caller.name, join_url=input.join_url or "")
        [answer] = await view.ledger.writer.submit(place, [command])
        if isinstance(answer, Refusal):
            return _no(refused(answer, view.locale, SCHEDULING))
        first = Occurrence(activity=terms.kind, start=terms.starts_at, end=terms.starts_at, series=terms.code)
        return await _shown(view, place, first.id)

    @changing("Cancels one time that an activity happens, or a whole series. Again is no change. For operators.")
    async def cancel_activity(
        self,
        info: Info,
        activity_id: Annotated[
            strawberry.ID,
            arg("The activity's global id: the others stay. Or a series, as `Activity.series` names it."),
        ],
        reason: Annotated[str | None, arg("Why, for people to read.")] = UNSET,
    ) -> ActivityPayload:
        """Cancel an occurrence, or a series that was scheduled."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        if reason and not fits(reason, most=LONGEST_TEXT):
            return _no(user_error("TEXT_INVALID", view.locale, ["reason"], most=LONGEST_TEXT))
        found = await find_activity(view, activity_id)
        if (
            found is None
            and read_id(activity_id) is None
            and fits(activity_id.replace("/", "\n"), most=LONGEST_CODE)
        ):
            command = CancelActivity(activity=activity_id, by=known.caller.name, reason=reason or "")
            [answer] = await view.ledger.writer.submit(known.community, [command])
            return _no(refused(answer, view.locale, MOVING)) if isinstance(answer, Refusal) else _no()
        name = found.planned.occurrence.id if found is not None else ""
        return await _moved(view, found, CancelActivity(activity=name, by=known.caller.name, reason=reason or ""))

    @changing("Says who came to an activity, and that its host hosted it; more may be said later. For operators.")
    async def record_attendance(
        self,
        info: Info,
        activity_id: ActivityId,
        member_ids: Annotated[list[strawberry.ID], arg("Who came; 500 at the most.")],
    ) -> ActivityPayload:
        """Record who came."""
        view = view_of(info)
        known = view.require(Scope.CONSOLE)
        if len(member_ids) > MOST_CAME:
            raise Fault("TOO_MANY", f"expected at most {MOST_CAME} ids")
        found = await find_activity(view, activity_id)
        if found is None:
            return await _moved(view, None, None)
        members = [_member(found.place, one) for one in member_ids]
        numbers = tuple(one for one in members if one is not None)
        if len(numbers) < len(members):
            return _no(user_error("MEMBER_UNKNOWN", view.locale, ["memberIds"]))
        name = found.planned.occurrence.id
        return await _moved(view, found, RecordAttendance(activity=name, members=numbers, by=known.caller.name))

    @changing("The signed-in member says whether they come. Again is no change.")
    async def rsvp(
        self, info: Info, activity_id: ActivityId, answer: Annotated[Rsvp, arg("What they say.")]
    ) -> ActivityPayload:
        """Answer an invitation."""
        view = view_of(info)
        member, found = signed_in(view), await find_activity(view, activity_id)
        name = found.planned.occurrence.id if found is not None else ""
        return await _moved(view, found, AnswerActivity(activity=name, member=member, answer=Answer(answer.value)))


async def _terms(view: View, place: Place, given: ActivityInput) -> ActivityTerms | list[UserError]:
    """Return a series as it is asked for, or what is wrong with it."""
    zone, starts_at = (await view.rulebook(place)).community.tz, micros(given.starts_at)
    names = {one.locale: one.text for one in given.title}
    errors = [
        user_error("TEXT_INVALID", view.locale, ["input", name], most=most)
        for name, text, most in (
            ("code", given.code.replace("/", "\n"), LONGEST_CODE),
            ("kind", given.kind, LONGEST_CODE),
            ("title", " ".join((*names, *names.values())), LONGEST_NAME),
            ("joinUrl", given.join_url or "-", LONGEST_TEXT),
        )
        if not fits(text, most=most)
    ]
    if not 1 <= given.minutes <= LONGEST_MINUTES:
        errors.append(user_error("LENGTH_OUT_OF_RANGE", view.locale, ["input", "minutes"], most=LONGEST_MINUTES))
    if isinstance(given.capacity, int) and given.capacity < 0:
        errors.append(user_error("LENGTH_OUT_OF_RANGE", view.locale, ["input", "capacity"], most=2**31 - 1))
    if given.starts_at.year not in YEARS:
        return [*errors, user_error("RRULE_WRONG", view.locale, ["input", "startsAt"], expected="a year of ours")]
    rule = whole_rule(given.rrule or "", starts_at, zone)
    if expected := wrong_rule(rule, starts_at, zone):
        errors.append(user_error("RRULE_WRONG", view.locale, ["input", "rrule"], expected=expected))
    host = _member(place, given.host_id) if given.host_id else None
    if given.host_id and host is None:
        errors.append(user_error("MEMBER_UNKNOWN", view.locale, ["input", "hostId"]))
    return errors or ActivityTerms(
        code=given.code,
        kind=given.kind,
        starts_at=starts_at,
        length=given.minutes * MINUTE,
        rule=rule,
        once=not given.rrule,
        names=names,
        host=host,
        capacity=given.capacity if isinstance(given.capacity, int) else None,
        priority_until=micros(given.priority_signup_until) if given.priority_signup_until else None,
        min_tier=given.min_tier or "",
    )


def _member(place: Place, text: str) -> MemberId | None:
    named = read_id(text)
    if named is None or (named.type, named.community) != ("Member", place.id) or named.number is None:
        return None
    return MemberId(named.number)


async def _moved(view: View, found: Activity | None, command: OfActivities | None) -> ActivityPayload:
    """Tell a command about an occurrence that the caller may see."""
    if found is None or command is None:
        return _no(user_error("ACTIVITY_UNKNOWN", view.locale, ["activityId"]))
    [answer] = await view.ledger.writer.submit(found.place, [command])
    if isinstance(answer, Refusal):
        return _no(refused(answer, view.locale, MOVING))
    return await _shown(view, found.place, found.planned.occurrence.id)


async def _shown(view: View, place: Place, name: str) -> ActivityPayload:
    view.forget()
    return ActivityPayload(activity=await activity_by_name(view, place, name), user_errors=[])


def _no(*errors: UserError) -> ActivityPayload:
    return ActivityPayload(activity=None, user_errors=list(errors))
