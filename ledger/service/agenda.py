"""The agenda: what happens when, of the rulebook's activities and of those that were scheduled by command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.core.calendar import local_date, micros, moment
from ledger.core.rhythm.activities import ActivityTerms, as_activity
from ledger.core.rulebook.grammar import Activity, Rulebook
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.rules.gatherings import YEARS
from ledger.core.values import DAY, Micros
from ledger.service.recurrence import series, wrong
from ledger.service.schedule import first_day

LONGEST_SPAN = 100 * DAY
"""How much of the agenda is looked at at once."""

LONGEST_RULE = 200
_AT = ("BYHOUR", "BYMINUTE", "BYSECOND")
_SPARE = timedelta(days=3)
"""Clocks that skip hours, or as in Samoa a whole day, move a start away from its wall time."""


class Planned(NamedTuple):
    """An occurrence, with what the community calls its series."""

    occurrence: Occurrence
    kind: str
    names: dict[str, str]
    terms: ActivityTerms | None


def agenda(rulebook: Rulebook, scheduled: Iterable[ActivityTerms], since: Micros, until: Micros) -> list[Planned]:
    """Return what happens at some time from `since` on and before `until`, in order of time."""
    zone = rulebook.community.tz
    found = [
        Planned(one, activity.id, activity.names, None)
        for activity in rulebook.activities
        for one in _between(activity, zone, since, until)
    ]
    for terms in scheduled:
        if terms.once and not (terms.starts_at < until and terms.starts_at + terms.length > since):
            continue  # most that ever was is long over, and needs no calendar
        for one in _between(as_activity(terms, zone), zone, since, until):
            whole = Occurrence(activity=terms.kind, start=one.start, end=one.end, series=terms.code)
            found.append(Planned(whole, terms.kind, terms.names, terms))
    return sorted(found, key=lambda one: (one.occurrence.start, one.occurrence.id))


def _between(activity: Activity, zone: str, since: Micros, until: Micros) -> Iterator[Occurrence]:
    known, clock = series(activity.rule, first_day(activity.starts)), ZoneInfo(zone)
    first = known.up_to(local_date(Micros(since - activity.length), zone) - _SPARE)
    for number in range(first, known.up_to(local_date(until, zone) + _SPARE)):
        start = micros(known.start(number).replace(tzinfo=clock))
        if start < until and start + activity.length > since:
            yield Occurrence(activity=activity.id, start=start, end=Micros(start + activity.length))


def whole_rule(rule: str, starts_at: Micros, zone: str) -> str:
    """Return an RRULE with the time of day of its first start, unless it says one; an empty one is once."""
    when = moment(starts_at).astimezone(ZoneInfo(zone))
    text = rule or "FREQ=DAILY;COUNT=1"
    if any(f"{name}=" in text for name in _AT):
        return text
    return f"{text};BYHOUR={when.hour};BYMINUTE={when.minute};BYSECOND={when.second}"


def wrong_rule(rule: str, starts_at: Micros, zone: str) -> str:
    """Say what is expected instead of a whole rule, or nothing: its first start must be the one that is given."""
    if len(rule) > LONGEST_RULE:
        return f"expected at most {LONGEST_RULE} characters"
    if expected := wrong(rule):
        return expected
    day = local_date(starts_at, zone)
    known = series(rule, day)
    if not known.up_to(day + timedelta(days=1)):
        return "expected a rule by which it happens on its first day"
    first = micros(known.start(0).replace(tzinfo=ZoneInfo(zone)))
    return "" if first == starts_at else "expected a rule by which the first start is the one that is given"


__all__ = ["LONGEST_SPAN", "YEARS", "Planned", "agenda", "whole_rule", "wrong_rule"]
