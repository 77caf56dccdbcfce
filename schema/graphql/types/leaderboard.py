"""Leaderboards: the top of a board, and the rows around the member who looks at it."""

from __future__ import annotations

from datetime import date

from ledger.core.calendar import local_date
from ledger.core.periods import period_of
from ledger.core.rulebook import grammar
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads import board
from schema.graphql.described import described, field
from schema.graphql.faults import Fault
from schema.graphql.pages import bounded
from schema.graphql.scalars import Points
from schema.graphql.types.earned import window, within
from schema.graphql.types.enums import LeaderboardScope, Period
from schema.graphql.types.member import Member, shown
from schema.graphql.view import View


@described
class LeaderboardRow:
    """A member's place on a board."""

    rank: int = field("From 1; the rulebook says how equal points rank.")
    points: Points = field("What the board measures.")
    member: Member = field("Whose place it is.")
    is_me: bool = field("Whether it is the signed-in member's.")


@described
class Leaderboard:
    """A board over one period."""

    period: Period = field("Over what it is kept.")
    scope: LeaderboardScope = field("Who stands on it.")
    starts_on: date | None = field("The period's first local day; null for all time.")
    ends_on: date | None = field("The period's last local day; null for all time.")
    top: list[LeaderboardRow] = field("The first rows.")
    near_me: list[LeaderboardRow] = field("The signed-in member's row and the two before and after it.")
    participants: int = field("How many members have points on it.")
    i_am_listed: bool = field("Whether the signed-in member stands on it for others to see.")


async def leaderboard(
    view: View,
    place: Place,
    *,
    name: str | None,
    period: Period,
    on: date | None,
    unit: str | None,
    scope: LeaderboardScope,
    first: int,
) -> Leaderboard:
    """Return a board.

    Raises:
        Fault: the caller may not see members, or the rulebook has no such board or unit.
    """
    if not view.sees_members(place):
        view.require(Scope.MEMBERS_READ)
    rulebook = await view.rulebook(place)
    chosen = _board(rulebook, name, unit)
    start, end = _days(view, rulebook, period, on)
    since, until = window(start, end, rulebook.community.tz)
    asked = board.Asked(
        chosen.unit, chosen.measure, chosen.rank, since, until, chosen.exclude_rules, chosen.exclude_groups
    )
    me = view.member if view.is_of(place) else None
    found = await board.board(view.ledger.database, place.id, asked, first=bounded(first), around=me)
    return Leaderboard(
        period=period,
        scope=scope,
        starts_on=start,
        ends_on=end,
        top=await _rows(view, place, found.top, me),
        near_me=await _rows(view, place, found.near, me),
        participants=found.participants,
        i_am_listed=any(row.listed for row in found.near if row.member == me),
    )


def _board(rulebook: Rulebook, name: str | None, unit: str | None) -> grammar.Board:
    """Return the board that is asked for: by name, or the first in a unit, or else one of all points applied."""
    for one in rulebook.boards:
        if (not name or one.id == name) and (not unit or one.unit == unit):
            return one
    if name:
        raise Fault("BOARD_UNKNOWN", "the rulebook has no such board in this unit")
    for known in rulebook.units:
        if not unit or known.code == unit:
            return grammar.Board(id="all", unit=known.code, measure="net", windows=("all",))
    raise Fault("UNIT_UNKNOWN", "the rulebook has no such unit")


def _days(view: View, rulebook: Rulebook, period: Period, on: date | None) -> tuple[date | None, date | None]:
    if period is Period.ALL_TIME:
        return None, None
    part = rulebook.community
    day = within(on) if on else local_date(view.ledger.clock(), part.tz)
    return period_of(day, per=period.value.lower(), first_weekday=part.first_weekday)


async def _rows(view: View, place: Place, rows: list[board.Row], me: MemberId | None) -> list[LeaderboardRow]:
    profiles = await view.loaders.profiles.load_many([(place.id, row.member) for row in rows])
    return [
        LeaderboardRow(
            rank=row.rank,
            points=Points(row.points),
            member=shown(place, row.member, profile),
            is_me=row.member == me,
        )
        for row, profile in zip(rows, profiles, strict=True)
        if profile is not None
    ]
