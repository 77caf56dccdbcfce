"""What a member earned in a window of local days, by reason."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from ledger.core.calendar import start_of_day
from ledger.core.outcomes import EntryKind
from ledger.core.values import Micros
from ledger.store.reads.earnings import Earned, Window
from ledger.words.progress import Speech
from schema.graphql.described import described, field
from schema.graphql.scalars import Points
from schema.graphql.types.entry import Reason
from schema.graphql.words import reason_label

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9998, 12, 31)


@described
class ReasonTotal:
    """What one reason brought."""

    reason: Reason = field("Why points were given.")
    contribution_kind: str | None = field("The type of the contributions.")
    points: Points = field("How much, less what was taken back.")
    count: int = field("How often, less what was taken back.")


@described
class EarnedSummary:
    """What was earned in a window: awards, less what was taken back of them at the award's date."""

    total: Points = field("All together.")
    by_reason: list[ReasonTotal] = field("By reason and kind of contribution, most first.")


def window(since: date | None, until: date | None, zone: str) -> tuple[Micros | None, Micros | None]:
    """Return the instants that local days begin and end with, both included; None is unbounded."""
    start = start_of_day(within(since), zone) if since else None
    end = start_of_day(within(until) + timedelta(days=1), zone) if until else None
    return start, end


def days(since: date, until: date, zone: str, unit: str) -> Window:
    """Return a window of local days, both included."""
    start, end = window(since, until, zone)
    assert start is not None
    assert end is not None
    return Window(start, end, unit)


async def _label(rule: str, speech: Speech) -> str:
    return reason_label(EntryKind.AWARD, speech.rule(rule), speech.locale)


async def _nothing() -> None:
    """Explain nothing: a sum has many decisions behind it."""


def within(day: date) -> date:
    """Return a day whose periods all lie within the calendar."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def summary(found: list[Earned], speech: Speech) -> EarnedSummary:
    """Return sums as clients see them."""
    return EarnedSummary(
        total=Points(sum(one.points for one in found)),
        by_reason=[
            ReasonTotal(
                reason=Reason(code=one.rule, labelled=partial(_label, one.rule, speech), explained=_nothing),
                contribution_kind=one.type,
                points=Points(one.points),
                count=one.grants,
            )
            for one in found
        ],
    )
