"""The event as rules see it: people resolved to members, time settled, its rulebook found."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.core.books.shelf import OBJECT
from ledger.core.books.view import Books
from ledger.core.calendar import period_label, start_of_next_period
from ledger.core.rulebook.versions import Version
from ledger.core.values import MemberId, Micros, Position

LONGEST_KEY = 400


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
    where the data names none, the event's subject: by `people.author`, else as remembered, unless it is
    remembered as something else: an answer has no `question.author`.
    """
    if role == "actor":
        return case.actor
    thing, dot, what = role.rpartition(".")
    if not dot or what != "author":
        return case.people.get(role)
    if (named := _named(case, thing)) is not None:
        return books.read(OBJECT, (named,)).author or None
    if (author := case.people.get("author")) is not None or case.subject is None:
        return author
    known = books.read(OBJECT, (case.subject,))
    return (known.author or None) if thing in ("object", known.kind) else None


def _named(case: Case, thing: str) -> str | None:
    """Return the object that `data.thing` names, if it names one."""
    named = case.data.get(thing)
    return str(named) if isinstance(named, str | int) and not isinstance(named, bool) else None


def reference(case: Case, name: str) -> str | None:
    """Return what `name` refers to: `object` is the subject, else `data.name`.

    A kind of object that the data does not name is the subject; anything else is then absent.
    """
    if name == "object":
        return case.subject
    if (named := _named(case, name)) is not None:
        return named
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
        spelled.append(_spelled(value))
    return short(",".join(spelled))


def _spelled(value: int | str) -> str:
    """Spell a part so that two lists of parts are never the same key."""
    return str(value).replace("\\", "\\\\").replace(",", "\\,") if isinstance(value, str) else str(value)


def short(key: str) -> str:
    """Return a key that fits a database's index: one with long parts is named by its digest."""
    return key if len(key) <= LONGEST_KEY else f"sha256:{sha256(key.encode()).hexdigest()}"
