"""The event as rules see it: people resolved to members, time settled, its rulebook found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from ledger.core.books.shelf import OBJECT
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.calendar import local_date, period_label, start_of_next_period
from ledger.core.rulebook.schedule import Occurrence
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
    running: tuple[Occurrence, ...] | None = None
    """The activities that it belongs to; None is those of the rulebook."""

    @property
    def day(self) -> int:
        """The community's local day of the event, as an ordinal."""
        return local_date(self.occurred_at, self.version.rulebook.community.tz).toordinal()

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


def activities(case: Case) -> tuple[Occurrence, ...]:
    """Return the activities that the event belongs to: the one that `data.activity` names, else all that run."""
    if case.running is not None:
        return case.running
    known = case.version.activities
    if not known:
        return ()
    named = _named(case, "activity")
    if named is not None:
        found = known.get(named.partition("/")[0])
        begun = [_last_begun(case, found.id)] if found is not None else []
        return tuple(one for one in begun if one is not None)
    begun = [_last_begun(case, name) for name in known]
    return tuple(one for one in begun if one is not None and case.occurred_at < one.end)


def _last_begun(case: Case, name: str) -> Occurrence | None:
    zone = case.version.rulebook.community.tz
    return case.version.last_begun(case.version.activities[name], zone, case.occurred_at)


def _activity_id(case: Case) -> str | None:
    """Return which activity an event belongs to: as it names one, with its start where it is one that recurs."""
    named = _named(case, "activity")
    if named is not None and "/" in named:
        return named
    return next((one.id for one in activities(case)), named)


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
    if name == "activity":
        return _activity_id(case)
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


def keys_of(books: Books, case: Case, parts: tuple[str, ...], receiver: MemberId | None) -> list[str]:
    """Return the keys that `parts` spell for all who are one person with the event's parties; its own is first."""
    own = key_of(case, parts, receiver)
    if own is None:
        return []
    receivers = (
        everybody(books, receiver) if receiver is not None and {"member", "to"} & set(parts) else (receiver,)
    )
    actors = everybody(books, case.actor) if case.actor is not None and "actor" in parts else (case.actor,)
    if len(receivers) == len(actors) == 1:
        return [own]
    found = (key_of(replace(case, actor=actor), parts, one) for actor in actors for one in receivers)
    return list(dict.fromkeys((own, *(key for key in found if key is not None))))


def _spelled(value: int | str) -> str:
    """Spell a part so that two lists of parts are never the same key."""
    return str(value).replace("\\", "\\\\").replace(",", "\\,") if isinstance(value, str) else str(value)


def short(key: str) -> str:
    """Return a key that fits a database's index: one with long parts is named by its digest."""
    return key if len(key) <= LONGEST_KEY else f"sha256:{sha256(key.encode()).hexdigest()}"
