"""The event as rules see it: people resolved to members, time settled, its rulebook found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.core.books.shelf import OBJECT
from ledger.core.books.view import Books
from ledger.core.calendar import period_label, start_of_next_period
from ledger.core.rulebook.versions import Version
from ledger.core.values import MemberId, Micros, Position


@dataclass(frozen=True, slots=True)
class Case:
    """One event before the rules: what happened, to whom, under which version."""

    position: Position
    type: str
    source: str
    key: str
    subject: str | None
    occurred_at: Micros
    recorded_at: Micros
    actor: MemberId | None
    people: dict[str, MemberId]
    data: dict[str, Any]
    undoes: str | None
    version: Version

    def period(self, per: str) -> str:
        """Return the label of the community's period that holds the event; `object` is its subject."""
        if per == "object":
            return self.subject or ""
        part = self.version.rulebook.community
        return period_label(self.occurred_at, per=per, zone=part.tz, first_weekday=part.first_weekday)

    def next_period(self, per: str) -> Micros | None:
        """Return when the next such period begins."""
        part = self.version.rulebook.community
        return start_of_next_period(self.occurred_at, per=per, zone=part.tz, first_weekday=part.first_weekday)


def person(case: Case, books: Books, role: str) -> MemberId | None:
    """Return who plays a role, or None.

    `actor` did it; `role` is `people.role`; `thing.author` made the object that `data.thing` names, or,
    where the data names none, the event's subject: by `people.author`, else as remembered.
    """
    if role == "actor":
        return case.actor
    thing, dot, what = role.rpartition(".")
    if not dot or what != "author":
        return case.people.get(role)
    named = case.data.get(thing)
    if isinstance(named, str):
        return _author(books, named)
    return case.people.get("author") or _author(books, case.subject)


def _author(books: Books, subject: str | None) -> MemberId | None:
    if subject is None:
        return None
    return books.read(OBJECT, (subject,)).author or None


def reference(case: Case, name: str) -> str | None:
    """Return what `name` refers to: `object` is the subject, else `data.name`.

    A kind of object that the data does not name is the subject; anything else is then absent.
    """
    if name == "object":
        return case.subject
    named = case.data.get(name)
    if isinstance(named, str | int):
        return str(named)
    return case.subject if name in case.version.rulebook.creates.values() else None


def key_of(case: Case, parts: tuple[str, ...], receiver: MemberId | None) -> str | None:
    """Return the key that `parts` spell for this event, or None where one of them is absent."""
    spelled = []
    for part in parts:
        match part:
            case "member" | "to":
                value = receiver
            case "actor":
                value = case.actor
            case _:
                value = reference(case, part)  # type: ignore[assignment]  # both spell a key
        if value is None:
            return None
        spelled.append(str(value))
    return ",".join(spelled)
