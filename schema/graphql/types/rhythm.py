"""A member's rhythm: week by week, without counting what was missed against anybody."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.core.calendar import local_date, start_of_week
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from schema.graphql.described import described, field
from schema.graphql.scalars import Points
from schema.graphql.types.balance import is_asked
from schema.graphql.types.earned import days
from schema.graphql.view import View

MOST_WEEKS = 53


@described
class RhythmWeek:
    """One week of the community."""

    starts_on: date = field("Its first local day.")
    points: Points = field("What was earned in it, in the first spendable unit, less what was taken back.")
    contributions: int = field("How many contributions brought something that stands.")


@described
class Rhythm:
    """The last weeks, this one included."""

    active_weeks: int = field("In how many of them something was earned.")
    of_weeks: int = field("How many weeks are looked at.")
    weeks: list[RhythmWeek] = field("The weeks, oldest first.")


async def rhythm(view: View, place: Place, member: MemberId, weeks: int) -> Rhythm:
    """Return a member's last weeks, 1 to 53 of them."""
    rulebook = await view.rulebook(place)
    zone, first_weekday = rulebook.community.tz, rulebook.community.first_weekday
    number = max(1, min(weeks, MOST_WEEKS))
    this = start_of_week(local_date(view.ledger.clock(), zone), first_weekday)
    starts = [this - timedelta(weeks=before) for before in range(number - 1, -1, -1)]
    points, events = dict.fromkeys(starts, 0), {start: set[int]() for start in starts}
    unit = next((one for one in rulebook.units if is_asked(one, None)), None)
    if unit is not None:
        asked = days(starts[0], this + timedelta(days=6), zone, unit.code)
        for award in await view.loaders.awards.load((place.id, (member, asked))):
            start = start_of_week(local_date(award.at, zone), first_weekday)
            points[start] += award.points
            events[start].add(award.position)
    return Rhythm(
        active_weeks=sum(1 for start in starts if points[start] > 0),
        of_weeks=number,
        weeks=[
            RhythmWeek(starts_on=start, points=Points(points[start]), contributions=len(events[start]))
            for start in starts
        ],
    )
