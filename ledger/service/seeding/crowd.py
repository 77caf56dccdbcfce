"""Who is there at a time, and who of them does something."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.core.values import Micros
from ledger.service.seeding.agenda import Agenda
from ledger.service.seeding.cast import Happening, Person

LOVE = 3
"""How many times as often somebody does what they love."""


class Crowd:
    """Those who have joined; what they do is told to the agenda."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda
        self.joined: list[Person] = []
        self._done: set[tuple[str, str]] = set()

    def join(self, person: Person, at: Micros) -> None:
        """Let somebody join."""
        self.joined.append(person)
        self.does(person, "member.joined", at, texts={"display_name": person.name})

    def does(
        self,
        person: Person,
        event: str,
        at: Micros,
        *,
        subject: str | None = None,
        people: Mapping[str, str] = {},
        data: Mapping[str, object] = {},
        texts: Mapping[str, str] = {},
    ) -> None:
        """Tell what somebody does now."""
        happens = Happening(
            event=event,
            member=person.who,
            subject=subject,
            people=dict(people),
            data=dict(data),
            texts=dict(texts),
        )
        self.agenda.tell(at, happens)

    def somebody(self, at: Micros, *, loving: str = "", but: str = "") -> Person | None:
        """Return somebody who is there, rather a lively one or one who loves it."""
        there = [one for one in self.joined if one.who != but and self._is_heard(one, at)]
        if not there:
            return None
        return self.agenda.pick(there, [one.weight * (LOVE if loving in one.loves else 1) for one in there])

    def is_first(self, person: Person, what: str) -> bool:
        """Say whether somebody does something for the first time; from now on they have done it."""
        done = (person.who, what)
        if done in self._done:
            return False
        self._done.add(done)
        return True

    def _is_heard(self, person: Person, at: Micros) -> bool:
        ends = [day for day in (person.quiet, person.leaves) if day is not None]
        return not ends or at < self.agenda.moment(min(ends), "0:00")
