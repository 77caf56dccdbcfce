"""Activities: series that are scheduled by command beside those of the rulebook, who comes, and who came.

What rules look at is the activity of the rulebook that a series is a `kind` of. An occurrence is named by its
series and its start, as `share_day/2026-11-25T12:00:00Z`.
"""

from __future__ import annotations

from enum import StrEnum

from ledger.core.calendar import local_date
from ledger.core.rulebook.grammar import Activity
from ledger.core.values import MemberId, Micros, Value

ACTIVITIES_SOURCE = "ledger:activities"
"""The source of what the ledger records about activities for people."""

SCHEDULED = "activity.scheduled"
CANCELLED = "activity.cancelled"
ANSWERED = "activity.answered"
HOSTED = "activity.hosted"
ATTENDED = "activity.attended"
RECAPPED = "activity.recapped"
"""The type by which bots say where a recap is: `url` of the occurrence that is the event's subject."""

AGENDA = "agenda"
"""The setting that lists the series that may be running: every event asks for it."""


class Answer(StrEnum):
    """What a member says to an invitation."""

    GOING = "GOING"
    MAYBE = "MAYBE"
    DECLINED = "DECLINED"


class ActivityTerms(Value):
    """A series: `rule` is an RRULE in local wall time from the day of `starts_at` on, COUNT=1 where it is `once`.

    `kind` is the rulebook's activity that rules take it for. Until `priority_until` only the core may come.
    """

    code: str
    kind: str
    starts_at: Micros
    length: int
    rule: str
    once: bool = False
    names: dict[str, str] = {}
    host: MemberId | None = None
    capacity: int | None = None
    priority_until: Micros | None = None
    min_tier: str = ""


def as_activity(terms: ActivityTerms, zone: str) -> Activity:
    """Return when a series happens, as the rulebook says it of its own."""
    first = local_date(terms.starts_at, zone).toordinal()
    return Activity(id=terms.code, rule=terms.rule, length=terms.length, starts=first, names=terms.names)


class ActivityScheduled(Value, tag="activity.scheduled"):
    """A series was scheduled. Where to join it is in the event's private part."""

    terms: ActivityTerms
    by: str


class ActivityCancelled(Value, tag="activity.cancelled"):
    """A series, or one occurrence of it, does not happen."""

    activity: str
    by: str


class ActivityAnswered(Value, tag="activity.answered"):
    """A member said whether they come to an occurrence.

    It counts in place of what those answered who are one person with them since a merge.
    """

    activity: str
    member: MemberId
    answer: Answer
    instead_of: tuple[MemberId, ...] = ()


class ScheduleActivity(Value):
    """Schedule a series. Its code is its name for ever; the same again is no change."""

    terms: ActivityTerms
    by: str
    join_url: str = ""


class CancelActivity(Value):
    """Cancel an occurrence, or a series that was scheduled by command."""

    activity: str
    by: str
    reason: str = ""


class AnswerActivity(Value):
    """Say as a member whether one comes. `replayed` is one that was said before and is told again: it stands."""

    activity: str
    member: MemberId
    answer: Answer
    replayed: bool = False


class RecordAttendance(Value):
    """Say who came to an occurrence; more may be said later, and nobody came twice."""

    activity: str
    members: tuple[MemberId, ...]
    by: str


OfActivities = ScheduleActivity | CancelActivity | AnswerActivity | RecordAttendance
"""What people ask about activities."""
