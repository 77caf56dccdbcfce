"""Activities: what happens when, who comes, and what it pays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from fractions import Fraction

import strawberry

from ledger.core.calendar import micros, moment
from ledger.core.decide.activities import reaches_level
from ledger.core.rulebook.grammar import FixedAmount, RankAmount, Rulebook
from ledger.core.values import Micros
from ledger.service.access import Scope
from ledger.service.agenda import LONGEST_SPAN, YEARS, Planned, agenda
from ledger.store.directory import Community as Place
from ledger.store.reads.activities import Scheduled
from ledger.words.progress import Speech
from schema.graphql.described import described, enumeration, field, resolved, value
from schema.graphql.faults import Fault
from schema.graphql.ids import read_id, write_id
from schema.graphql.scalars import Points
from schema.graphql.types.contribution import text_of
from schema.graphql.types.member import Member, acting_member
from schema.graphql.types.node import Node
from schema.graphql.view import Info, View, view_of

MOST_LISTED = 500


@enumeration
class Rsvp(Enum):
    """What a member says to an invitation."""

    GOING = value("GOING", "They come, and have a place.")
    MAYBE = value("MAYBE", "They may come; no place is kept.")
    DECLINED = value("DECLINED", "They do not come.")


@described
class Activity(Node):
    """One time that an activity happens: of the rulebook's, or of a series that was scheduled."""

    place: strawberry.Private[Place]
    planned: strawberry.Private[Planned]

    kind: str = field("The rulebook's activity that rules take it for.")
    description: str | None = field("More about it; null where nothing is said.")
    starts_at: datetime = field("When it begins.")
    ends_at: datetime = field("When it is over.")
    min_tier: str | None = field("The lowest level of the main ladder that may come; null is everybody.")
    capacity: int | None = field("How many may come; null is without end.")
    priority_signup_until: datetime | None = field("Until when only the core group may come; null is never.")
    series: str | None = field("The code of its series.")

    @resolved("What it is called, in the caller's language.")
    async def title(self, info: Info) -> str:
        """Return the title."""
        view = view_of(info)
        return Speech(await view.rulebook(self.place), view.locale).called(self.planned.names, self.series or "")

    @resolved("Who hosts it; null where nobody was named, or they were erased.")
    async def host(self, info: Info) -> Member | None:
        """Return the host."""
        host = self.planned.terms.host if self.planned.terms is not None else None
        profile = await view_of(info).loaders.profiles.load((self.place.id, host)) if host is not None else None
        if host is None or profile is None or profile.erased:
            return None
        return await acting_member(view_of(info), self.place, host)

    @resolved("The least that a rule pays which it opens or raises; null where it changes no fixed amount.")
    async def points_min(self, info: Info) -> Points | None:
        """Return the least."""
        found = worth(await view_of(info).rulebook(self.place), self.kind)
        return Points(min(found)) if found else None

    @resolved("The most that a rule pays which it opens or raises; null where it changes no fixed amount.")
    async def points_max(self, info: Info) -> Points | None:
        """Return the most."""
        found = worth(await view_of(info).rulebook(self.place), self.kind)
        return Points(max(found)) if found else None

    @resolved("Where to join; null for whom it is not, and where nothing is said.")
    async def join_url(self, info: Info) -> str | None:
        """Return where to join."""
        view, terms = view_of(info), self.planned.terms
        if terms is None or not await self._is_for(view, terms.min_tier):
            return None
        scheduled = {one.terms.code: one for one in await view.loaders.scheduled.load(self.place.id)}
        stored = await view.loaders.events.load((self.place.id, scheduled[terms.code].position))
        return text_of(stored, "url") if stored is not None else None

    async def _is_for(self, view: View, level: str) -> bool:
        if view.operates(self.place) or not level:
            return True
        if view.member is None:
            return False
        standings = await view.loaders.standings.load((self.place.id, view.member))
        return reaches_level(await view.rulebook(self.place), standings, level)

    @resolved("Where its recap is; null where a bot has not said.")
    async def recap_url(self, info: Info) -> str | None:
        """Return where the recap is."""
        view = view_of(info)
        gathering = await view.loaders.gatherings.load((self.place.id, self.planned.occurrence.id))
        if not gathering.recapped:
            return None
        stored = await view.loaders.events.load((self.place.id, gathering.recapped))
        return text_of(stored, "url") if stored is not None else None

    @resolved("How many say that they come.")
    async def going_count(self, info: Info) -> int:
        """Return how many come."""
        name = self.planned.occurrence.id
        return (await view_of(info).loaders.gatherings.load((self.place.id, name))).going

    @resolved("What the signed-in member said; null where they said nothing.")
    async def my_rsvp(self, info: Info) -> Rsvp | None:
        """Return the caller's answer."""
        view = view_of(info)
        if view.member is None or not view.is_of(self.place):
            return None
        said = await view.loaders.answers.load((self.place.id, (self.planned.occurrence.id, view.member)))
        return Rsvp(said) if said else None


def worth(rulebook: Rulebook, kind: str) -> list[int]:
    """Return what rules pay in the main unit that an activity opens or raises, each at its least and most."""
    activity = next((one for one in rulebook.activities if one.id == kind), None)
    if activity is None:
        return []
    found: list[int] = []
    for rule in rulebook.rules:
        factor = activity.multiply.get(rule.id, Fraction(1))
        if not rule.enabled or rule.unit != rulebook.units[0].code:
            continue
        if rule.id not in activity.multiply and kind not in rule.only_in:
            continue
        match rule.amount:
            case FixedAmount():
                found.append(int(rule.amount.points * factor))
            case RankAmount():
                found += [int(points * factor) for points in rule.amount.points]
    return found


async def activities_of(view: View, place: Place, since: datetime, until: datetime) -> list[Activity]:
    """Return what happens in a time, in order, without what was cancelled.

    Raises:
        Fault: the caller may not see members, or the time is too long or too far.
    """
    if not view.sees_members(place):
        view.require(Scope.MEMBERS_READ)
    if since.year not in YEARS or until.year not in YEARS or micros(until) - micros(since) > LONGEST_SPAN:
        raise Fault("BAD_TIME", "expected at most 100 days")
    found = await _planned(view, place, micros(since), micros(until))
    kept: list[Planned] = []
    for first in range(0, len(found), MOST_LISTED):
        part = found[first : first + MOST_LISTED]
        gatherings = await view.loaders.gatherings.load_many([(place.id, one.occurrence.id) for one in part])
        kept += [one for one, known in zip(part, gatherings, strict=True) if not known.cancelled]
        if len(kept) >= MOST_LISTED:
            break
    return [activity_of(place, one) for one in kept[:MOST_LISTED]]


async def _planned(
    view: View, place: Place, since: Micros, until: Micros, *, series: str | None = None
) -> list[Planned]:
    """Return what happens in a time, without series that were cancelled; or of one series, cancelled or not."""
    scheduled: list[Scheduled] = await view.loaders.scheduled.load(place.id)
    terms = [one.terms for one in scheduled if (one.terms.code == series if series else not one.cancelled)]
    return agenda(await view.rulebook(place), terms, since, until)


async def next_of(view: View, place: Place, kinds: Collection[str]) -> Activity | None:
    """Return the first of some kinds that is on or to come, within the agenda's span; none where none is named."""
    if not kinds:
        return None
    now = view.ledger.clock()
    found = await _planned(view, place, now, Micros(now + LONGEST_SPAN))
    for one in found:
        if one.kind not in kinds:
            continue
        if not (await view.loaders.gatherings.load((place.id, one.occurrence.id))).cancelled:
            return activity_of(place, one)
    return None


async def find_activity(view: View, text: str) -> Activity | None:
    """Return an occurrence by its global id, cancelled or not, if the caller may see it."""
    named = read_id(text)
    place = view.place(named.community) if named is not None and named.type == "Activity" else None
    if named is None or place is None or not view.sees_members(place):
        return None
    return await activity_by_name(view, place, named.key)


async def activity_by_name(view: View, place: Place, name: str) -> Activity | None:
    """Return an occurrence by its series and start."""
    series, _, spelled = name.partition("/")
    try:
        start = datetime.fromisoformat(spelled)
    except ValueError:
        return None
    if start.tzinfo is None or start.year not in YEARS:
        return None
    at = micros(start)
    for one in await _planned(view, place, at, Micros(at + 1), series=series):
        if one.occurrence.id == name:
            return activity_of(place, one)
    return None


def activity_of(place: Place, planned: Planned) -> Activity:
    """Return an occurrence as clients see it."""
    occurrence, terms = planned.occurrence, planned.terms
    priority = terms.priority_until if terms is not None else None
    return Activity(
        id=write_id("Activity", place.id, occurrence.id),
        place=place,
        planned=planned,
        kind=planned.kind,
        description=None,
        starts_at=moment(occurrence.start),
        ends_at=moment(occurrence.end),
        min_tier=(terms.min_tier or None) if terms is not None else None,
        capacity=terms.capacity if terms is not None else None,
        priority_signup_until=moment(priority) if priority is not None else None,
        series=occurrence.series or occurrence.activity,
    )
