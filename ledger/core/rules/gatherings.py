"""Which activities an event belongs to: the rulebook's and scheduled ones, without what was cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ledger.core.books.activities import agenda, terms_of_series
from ledger.core.books.shelf import GATHERING, SERIES
from ledger.core.books.view import Books
from ledger.core.calendar import micros
from ledger.core.rhythm.activities import ActivityTerms, as_activity
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.rulebook.versions import Version
from ledger.core.rules.case import Case, activities
from ledger.core.values import Micros

YEARS = range(2000, 2200)
"""When occurrences can be: beyond, no calendar needs to be played."""


class Meeting(NamedTuple):
    """An occurrence, with the terms of its series where that was scheduled by command."""

    occurrence: Occurrence
    terms: ActivityTerms | None


def running(books: Books, case: Case) -> tuple[Occurrence, ...]:
    """Return the activities that an event belongs to: the one that `data.activity` names, else all that run."""
    found = (*activities(case), *_scheduled(books, case))
    return tuple(one for one in found if not is_cancelled(books, one))


def is_cancelled(books: Books, occurrence: Occurrence) -> bool:
    """Say whether an occurrence was cancelled by itself."""
    return books.read(GATHERING, (occurrence.id,)).cancelled > 0


def _scheduled(books: Books, case: Case) -> tuple[Occurrence, ...]:
    """Return what was scheduled by command and is of a kind that the rulebook knows."""
    named = case.data.get("activity")
    if isinstance(named, str):
        series = named.partition("/")[0]
        begun = [_begun(books, case, series)] if series not in case.version.activities else []
    else:
        begun = [_begun(books, case, code) for code in agenda(books)]
        begun = [one for one in begun if one is not None and case.occurred_at < one.end]
    return tuple(one for one in begun if one is not None and one.activity in case.version.activities)


def _begun(books: Books, case: Case, code: str) -> Occurrence | None:
    """Return the last occurrence of a series that had begun when an event happened."""
    terms = series_terms(books, code)
    return None if terms is None else _last(terms, case.version, case.occurred_at)


def series_terms(books: Books, code: str) -> ActivityTerms | None:
    """Return the terms of a series that was scheduled by command and stands."""
    series = books.read(SERIES, (code,))
    return terms_of_series(series) if series.terms and not series.cancelled else None


def _last(terms: ActivityTerms, version: Version, at: Micros) -> Occurrence | None:
    zone = version.rulebook.community.tz
    found = version.last_begun(as_activity(terms, zone), zone, at)
    if found is None:
        return None
    return Occurrence(activity=terms.kind, start=found.start, end=found.end, series=terms.code)


def meeting(books: Books, name: str) -> Meeting | None:
    """Return the occurrence of a name, cancelled or not; None where its series has no such start."""
    code, _, spelled = name.partition("/")
    try:
        when = datetime.fromisoformat(spelled)
    except ValueError:
        return None
    if when.tzinfo is None or when.year not in YEARS:
        return None
    start = micros(when)
    version = books.versions.at(start)
    zone = version.rulebook.community.tz
    terms = None
    if (known := version.activities.get(code)) is not None:
        found = version.last_begun(known, zone, start)
    else:
        series = books.read(SERIES, (code,))
        terms = terms_of_series(series) if series.terms else None
        found = _last(terms, version, start) if terms is not None else None
    return Meeting(found, terms) if found is not None and found.id == name else None
