"""Folds activities: series that were scheduled, occurrences that something is known of, and who said they come."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from ledger.core.books.goods import Rsvp, Series, Setting
from ledger.core.books.shelf import GATHERING, RSVP, SERIES, SETTING
from ledger.core.books.view import Books
from ledger.core.events import Event
from ledger.core.rhythm.activities import (
    AGENDA,
    ATTENDED,
    RECAPPED,
    ActivityAnswered,
    ActivityCancelled,
    ActivityScheduled,
    ActivityTerms,
    Answer,
)
from ledger.core.values import DAY, MemberId, Micros

REMEMBERED = 31 * DAY
"""How long after its end a series that happens once stays on the agenda: events about it may come late."""

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(ActivityTerms).decode
_codes = msgspec.json.Decoder(list[str]).decode


def answers_trail(member: MemberId) -> str:
    """Return the trail that leads along a member's answers to invitations."""
    return f"answers:{member}"


def terms_of_series(series: Series) -> ActivityTerms:
    """Return a series' terms."""
    return _decode(series.terms)


def spelled_terms(terms: ActivityTerms) -> str:
    """Return a series' terms as the book holds them."""
    return _encode(terms).decode()


def agenda(books: Books) -> list[str]:
    """Return the codes of the series that may be running."""
    listed = books.read(SETTING, (AGENDA,)).value
    return _codes(listed) if listed else []


def evolve_activity(
    books: Books, event: Event, fact: ActivityScheduled | ActivityCancelled | ActivityAnswered
) -> None:
    """Fold what was said about an activity."""
    match fact:
        case ActivityScheduled():
            code, terms = fact.terms.code, spelled_terms(fact.terms)
            books.write(SERIES, (code,), Series(terms=terms, scheduled=event.position))
            _list(books, event, [*agenda(books), code])
        case ActivityCancelled() if "/" not in fact.activity:
            series = books.read(SERIES, (fact.activity,))
            books.write(SERIES, (fact.activity,), replace(series, cancelled=event.position))
            _list(books, event, [code for code in agenda(books) if code != fact.activity])
        case ActivityCancelled():
            gathering = books.read(GATHERING, (fact.activity,))
            books.write(GATHERING, (fact.activity,), replace(gathering, cancelled=event.position))
        case ActivityAnswered():
            _answer(books, event, fact)


def _list(books: Books, event: Event, codes: list[str]) -> None:
    """Write the agenda, without what happened once and is long over."""
    kept = [code for code in dict.fromkeys(codes) if not _is_over(books, code, event.occurred_at)]
    books.write(SETTING, (AGENDA,), Setting(value=msgspec.json.encode(kept).decode(), position=event.position))


def _is_over(books: Books, code: str, at: Micros) -> bool:
    series = books.read(SERIES, (code,))
    terms = terms_of_series(series) if series.terms else None
    return terms is not None and terms.once and terms.starts_at + terms.length + REMEMBERED < at


def _answer(books: Books, event: Event, fact: ActivityAnswered) -> None:
    key = (fact.activity, fact.member)
    before = books.read(RSVP, key).answer
    books.write(RSVP, key, Rsvp(answer=fact.answer, answered=event.position))
    books.add_to_trail(answers_trail(fact.member), event.position)
    _go(books, fact.activity, int(fact.answer is Answer.GOING) - int(before == Answer.GOING))
    withdraw_answers(books, [(fact.activity, one) for one in fact.instead_of])


def _go(books: Books, activity: str, more: int) -> None:
    gathering = books.read(GATHERING, (activity,))
    books.write(GATHERING, (activity,), replace(gathering, going=gathering.going + more))


def withdraw_answers(books: Books, keys: Iterable[tuple[str, MemberId]]) -> None:
    """Fold that answers of members to activities count no more, and that places which they had are free."""
    for key in keys:
        _go(books, key[0], -int(books.read(RSVP, key).answer == Answer.GOING))
        books.write(RSVP, key, RSVP.blank)


def evolve_attendance(books: Books, event: Event) -> None:
    """Fold that somebody came to the occurrence that is a contribution's subject, or where its recap is."""
    if event.subject is None or event.type not in (ATTENDED, RECAPPED):
        return
    gathering = books.read(GATHERING, (event.subject,))
    if event.type == ATTENDED:
        gathering = replace(gathering, attended=gathering.attended + 1)
    else:
        gathering = replace(gathering, recapped=event.position)
    books.write(GATHERING, (event.subject,), gathering)
