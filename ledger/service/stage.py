"""Examples of a rulebook as values, and the stage they are played on: a community in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ledger.core.books.blank import blank_books
from ledger.core.books.shelf import ACCOUNT, IDENTITY
from ledger.core.books.view import Books
from ledger.core.calendar import micros
from ledger.core.commands import (
    Command,
    LockTier,
    PublishRulebook,
    RecordContribution,
    ReviewContribution,
    Stamped,
)
from ledger.core.events import Event, decisions
from ledger.core.lines import amount
from ledger.core.outcomes import EntryKind
from ledger.core.plan import plan
from ledger.core.refusals import Refusal
from ledger.core.replay import settle_all
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rules.levels import level_of
from ledger.core.values import DAY, SECOND, Identity, MemberId, Micros, Position, Value, identity
from ledger.service.schedule import last_begun

SOURCE = "example:bot"
BY = "example"
NONE = "none"
"""The level of somebody who is below the lowest."""

NUMBER = "{n}"
"""Stands for 1, 2, 3 … in the words of an event that comes several times."""

LONGEST_EXAMPLE = 1_100 * DAY
"""Three years: every daily run until its end is done."""


class Review(Value):
    """Somebody looks at the event with an id, and approves or declines it."""

    of: str
    approved: bool = True


class Lock(Value):
    """Somebody puts a member on a level and keeps them there; `level` None lets the ladder judge them again."""

    member: str
    ladder: str | None = None
    level: str | None = None


class Given(Value):
    """What happens, or happens `times` times, `after` apart; where nothing happens, time passes.

    `at` None is one `after` later than what came before.
    """

    happens: RecordContribution | Review | Lock | None
    times: int = 1
    at: Micros | None = None
    after: int = SECOND


class Expectation(Value):
    """One thing that must then be so: a balance, points earned or a level of a member, or a rule's outcome."""

    line: int
    place: str
    expected: str
    member: str = ""
    unit: str = ""
    earned: bool = False
    ladder: str = ""
    rule: str = ""


class Example(Value):
    """A story with its end."""

    name: str
    line: int
    given: tuple[Given, ...]
    then: tuple[Expectation, ...]

    @property
    def types(self) -> set[str]:
        """The types of all events that it tells."""
        return {one.happens.type for one in self.given if isinstance(one.happens, RecordContribution)}


class Difference(Value):
    """Something that an example expects and that is otherwise."""

    example: str
    line: int
    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.example!r}: {self.place}: expected {self.expected}, found {self.found}"


def run(rulebook: Rulebook, examples: tuple[Example, ...]) -> list[Difference]:
    """Run examples, each in a community of its own, and return what came out otherwise."""
    return [difference for example in examples for difference in _Stage(rulebook).play(example)]


class _Moment(NamedTuple):
    """When something comes to the ledger, and when it happened; `number` counts its repetitions from 1."""

    given: Given
    number: int
    at: Micros
    occurred_at: Micros


def _too_long(example: Example, given: Given) -> Difference:
    return Difference(
        example=example.name,
        line=example.line,
        place=f"given: {_called(given)}",
        expected=f"an end within {LONGEST_EXAMPLE // DAY} days",
        found="a longer story",
    )


class _Stage:
    """A community in memory, where one example is played."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.books = blank_books()
        self.positions: dict[str, Position] = {}
        first = PublishRulebook(yaml="", rulebook=rulebook, number=1, last_begun=last_begun)
        plan(self.books, [Stamped(first, b"")], at=Micros(self._start() - SECOND))

    def play(self, example: Example) -> Iterator[Difference]:
        """Let happen what is given, then yield what is not as expected."""
        last, now = self.books.events[-1].event, self._start()
        for count, moment in enumerate(self._moments(example)):
            now = moment.at
            if now - self._start() > LONGEST_EXAMPLE:
                yield _too_long(example, moment.given)
                return
            command = self._command(moment, count)
            if command is None:
                settle_all(self.books, now)
                continue
            (answer,) = plan(self.books, [Stamped(command, b"")], at=now)
            if isinstance(answer, Refusal):
                place = f"given: {_called(moment.given)}"
                yield Difference(
                    example=example.name, line=example.line, place=place, expected="an event", found=answer.code
                )
                return
            last = self.books.events[-1].event
            if isinstance(command, RecordContribution):
                self.positions[command.key] = last.position
        settle_all(self.books, now)
        for expectation in example.then:
            found = self._found(last, expectation)
            if found != expectation.expected:
                yield Difference(
                    example=example.name,
                    line=expectation.line,
                    place=expectation.place,
                    expected=expectation.expected,
                    found=found,
                )

    def _moments(self, example: Example) -> Iterator[_Moment]:
        clock = self._start()
        for given in example.given:
            first = Micros(clock + given.after) if given.at is None else given.at
            for repetition in range(given.times):
                occurred_at = Micros(first + repetition * given.after)
                clock = max(clock, occurred_at)
                yield _Moment(given, repetition + 1, clock, occurred_at)

    def _start(self) -> Micros:
        """Return when an example begins."""
        return micros(datetime(2026, 1, 5, 12, tzinfo=ZoneInfo(self.rulebook.community.tz)))

    def _command(self, moment: _Moment, count: int) -> Command | None:
        match moment.given.happens:
            case RecordContribution() as command:
                told = numbered(command, moment.number)
                return replace(told, key=told.key or f"#{count}", occurred_at=moment.occurred_at)
            case Review(of=of, approved=approved):
                return ReviewContribution(position=self.positions[of], approved=approved, by=BY)
            case Lock(member=name, ladder=ladder, level=level):
                member = _member(self.books, name)
                return LockTier(member=member, ladder=ladder, level=level, by=BY, reason="")
            case None:
                return None

    def _found(self, last: Event, expectation: Expectation) -> str:
        if expectation.rule:
            own = (EntryKind.AWARD, EntryKind.BONUS)
            said = [d.outcome for d in decisions(last) if d.rule == expectation.rule and d.kind in own]
            return said[0].value if said else "nothing"
        member = _member(self.books, expectation.member)
        if expectation.ladder:
            version = self.books.versions.latest
            return level_of(self.books, version, expectation.ladder, member) or NONE
        account = self.books.read(ACCOUNT, (member, expectation.unit))
        scales = {unit.code: unit.scale for unit in self.rulebook.units}
        return amount(account.earned if expectation.earned else account.balance, scales[expectation.unit])


def numbered(command: RecordContribution, number: int) -> RecordContribution:
    """Return an event with its number in place of every `{n}`."""
    people = {role: _numbered_identity(who, number) for role, who in command.people.items()}
    data = {
        key: value.replace(NUMBER, str(number)) if isinstance(value, str) else value
        for key, value in command.data.items()
    }
    return replace(
        command,
        subject=command.subject and command.subject.replace(NUMBER, str(number)),
        actor=command.actor and _numbered_identity(command.actor, number),
        people=people,
        data=data,
    )


def _numbered_identity(who: Identity, number: int) -> Identity:
    return identity(who.received.replace(NUMBER, str(number)), source=SOURCE)


def _called(given: Given) -> str:
    match given.happens:
        case RecordContribution(type=type_):
            return type_
        case Review(of=of):
            return f"review {of}"
        case Lock(member=member):
            return f"lock {member}"
        case None:
            return "time"


def _member(books: Books, name: str) -> MemberId:
    who = identity(name, source=SOURCE)
    return books.read(IDENTITY, (who.platform, who.external_id)).member
