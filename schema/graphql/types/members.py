"""Lists of members: everybody, or those an operator should look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from ledger.core.calendar import local_date, start_of_day
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.suggest import acting_rules
from ledger.core.tiers.moving import granted
from ledger.core.values import MemberId, Micros
from ledger.store.directory import Community as Place
from ledger.store.reads import people
from ledger.store.reads.people import Among
from ledger.store.reads.spans import Span
from schema.graphql.pages import chosen, connection
from schema.graphql.texts import LONGEST_NAME, fits
from schema.graphql.types.enums import MemberFilter
from schema.graphql.types.member import Member, shown
from schema.graphql.types.node import Connection
from schema.graphql.view import View

NEW_DAYS = 30
QUIET_DAYS = 14
KNOWN_DAYS = 60
NEAR = Fraction(4, 5)
CORE_GROUP = "core"
NOBODY: Sequence[MemberId] = ()


async def members(view: View, place: Place, which: MemberFilter, search: str, at: Span) -> Connection[Member]:
    """Return a page of a list of members."""
    database, sought = view.ledger.database, not search or fits(search, most=LONGEST_NAME)
    if which is MemberFilter.WARNED or not sought:
        return await _listed(view, place, NOBODY, at)
    among = (await _among(view, place, which))._replace(search=search)
    if which is MemberFilter.NEAR_PROMOTION:
        return await _listed(view, place, await _near(view, place, among), at)
    numbers = await people.page(database, place.id, at, among=among)

    async def count() -> int:
        return await people.count(database, place.id, among=among)

    return connection(
        await _shown(view, place, numbers), at, key=lambda one: (one.number,), node=lambda one: one, count=count
    )


async def _listed(view: View, place: Place, numbers: Sequence[MemberId], at: Span) -> Connection[Member]:
    """Return a page of a list that is at hand."""

    async def count() -> int:
        return len(numbers)

    part = chosen(numbers, at, key=lambda number: (number,))
    return connection(
        await _shown(view, place, part), at, key=lambda one: (one.number,), node=lambda one: one, count=count
    )


async def _shown(view: View, place: Place, numbers: Sequence[MemberId]) -> list[Member]:
    profiles = await view.loaders.profiles.load_many([(place.id, number) for number in numbers])
    return [
        shown(place, number, profile)
        for number, profile in zip(numbers, profiles, strict=True)
        if profile is not None
    ]


async def _among(view: View, place: Place, which: MemberFilter) -> Among:
    rulebook = await view.rulebook(place)
    match which:
        case MemberFilter.NEWCOMERS:
            return Among(joined_since=_days_ago(view, rulebook, NEW_DAYS - 1))
        case MemberFilter.GOING_QUIET:
            versions = (await view.loaders.published.load(place.id)).versions
            acted = (_days_ago(view, rulebook, KNOWN_DAYS - 1), _days_ago(view, rulebook, QUIET_DAYS - 1))
            return Among(acted=acted, rules=acting_rules(versions))
        case MemberFilter.CORE:
            return Among(levels=tuple(_core(rulebook)))
    return Among()


def _days_ago(view: View, rulebook: Rulebook, days: int) -> Micros:
    """Return when the local day so many days before today began."""
    zone = rulebook.community.tz
    return start_of_day(local_date(view.ledger.clock(), zone) - timedelta(days=days), zone)


def _core(rulebook: Rulebook) -> list[tuple[str, str]]:
    return [
        (ladder.code, level.code)
        for ladder in rulebook.ladders
        for level in ladder.levels
        if CORE_GROUP in granted(ladder, level.code)
    ]


async def _near(view: View, place: Place, among: Among) -> list[MemberId]:
    """Return who is near the next level of the main ladder: everybody is judged, as the engine judges."""
    rulebook = await view.rulebook(place)
    if not rulebook.ladders:
        return []
    code = rulebook.ladders[0].code
    numbers = await people.numbers(view.ledger.database, place.id, among=among)
    found = await view.loaders.progresses.load_many([(place.id, number) for number in numbers])
    return [
        number
        for number, by_ladder in zip(numbers, found, strict=True)
        if by_ladder[code].next is not None and by_ladder[code].fraction >= NEAR
    ]
