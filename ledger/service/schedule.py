"""When activities happen: their last start at or before an instant, by the community's clocks.

A rule speaks of local wall time. A start that the clocks skip happens by so much later; one that they show twice
happens the first time. Its end is its length later in real time.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger.core.calendar import local_date, micros
from ledger.core.rulebook.faults import Fault
from ledger.core.rulebook.grammar import Activity
from ledger.core.rulebook.reading_rhythm import RECURS, YEARS
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.rulebook.tree import LONGEST_WORD, Items, Mapped, Node, Text
from ledger.core.values import Micros
from ledger.service.recurrence import DEFAULT_START, series, wrong

MOST_NEVER = 3
"""After so many rules that never come the others are not asked: it takes half a second each to be sure."""
_ONE_DAY = timedelta(days=1)


def last_begun(activity: Activity, zone: str, at: Micros) -> Occurrence | None:
    """Return an activity's last occurrence that began at or before `at`, or None before its first."""
    starts = _starts(activity.rule, activity.starts, zone, local_date(at, zone))
    before = bisect_right(starts, at)
    if not before:
        return None
    start = starts[before - 1]
    return Occurrence(activity=activity.id, start=start, end=Micros(start + activity.length))


@lru_cache(maxsize=16_384)
def _starts(rule: str, first: int, zone: str, day: date) -> tuple[Micros, ...]:
    """Return the starts that can be the last one for instants of a local day, in real order.

    They are those of the day, and of the last two days with any before it: clocks that skip hours, or as in Samoa
    a whole day, move a start past later ones.
    """
    known = series(rule, first_day(first))
    end = known.up_to(day)
    begin = known.up_to(day - _ONE_DAY)
    if begin:
        begin = known.up_to(known.start(begin - 1).date() - 2 * _ONE_DAY)
    clock = ZoneInfo(zone)
    return tuple(sorted(micros(known.start(number).replace(tzinfo=clock)) for number in range(begin, end)))


def first_day(ordinal: int) -> date:
    """Return the first local day that an activity can happen on; 0 is not said."""
    return date.fromordinal(ordinal) if ordinal else DEFAULT_START


def schedule_faults(tree: Node) -> list[Fault]:
    """Return what is wrong with the rules of recurrence in a rulebook's tree."""
    section = tree.items.get("activities") if isinstance(tree, Mapped) else None
    faults: list[Fault] = []
    never = 0
    for number, item in enumerate(section.items if isinstance(section, Items) else ()):
        rule = item.items.get("at") if isinstance(item, Mapped) else None
        if not isinstance(item, Mapped) or not isinstance(rule, Text) or not rule.text.startswith(RECURS):
            continue
        if len(rule.text) > LONGEST_WORD:
            continue
        expected = wrong(rule.text)
        if not expected and never < MOST_NEVER and not series(rule.text, _first_day(item)).comes():
            never += 1
            expected = "expected a rule by which it happens at least once"
        if expected:
            path = f"activities[{number}].at"
            faults.append(Fault(code="WRONG_VALUE", line=rule.line, path=path, expected=expected, found=rule.text))
    return faults


def _first_day(item: Mapped) -> date:
    spelled = item.items.get("starts")
    try:
        first = date.fromisoformat(spelled.text) if isinstance(spelled, Text) else DEFAULT_START
    except ValueError:
        return DEFAULT_START
    return first if first.year in YEARS else DEFAULT_START
