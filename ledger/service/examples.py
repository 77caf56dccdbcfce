"""Examples in a rulebook: what is given, and what members then have. Read by line and path, run in memory.

    examples:
    - name: A vote is worth ten, and an author's own vote is worth nothing
      given:
      - {event: answer.posted, member: ann, subject: a1}
      - {event: answer.upvoted, member: bob, subject: a1, times: 2}
      - {event: answer.upvoted, member: ann, subject: a1}
      then: {ann: {points: 20, points.earned: 20, rank: regular}, bob: {rank: none}}
      outcomes: {upvoted: NOT_ELIGIBLE}

An event says `event`, and where it matters `member`, `people`, `subject`, `id`, `undoes` and `times`; every
other key is a field of its data, and `data: {…}` holds fields that are named like one of those. The clock
starts on Monday 2026-01-05 at noon in the community's zone, and each event comes a second after the one
before it, or `after: 2h`, or `at: 2026-01-06 09:00`; a time that has passed makes a late event. `outcomes`
are what the rules said of the last event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from ledger.core.books.blank import blank_books
from ledger.core.books.shelf import ACCOUNT, IDENTITY
from ledger.core.books.view import Books
from ledger.core.calendar import micros
from ledger.core.commands import PublishRulebook, RecordContribution, Stamped
from ledger.core.events import Event, decisions
from ledger.core.explain import amount
from ledger.core.outcomes import EntryKind, Outcome
from ledger.core.plan import plan
from ledger.core.refusals import Refusal
from ledger.core.replay import settle_all
from ledger.core.rulebook.faults import nearest
from ledger.core.rulebook.grammar import Ladder, Rulebook
from ledger.core.rulebook.reading_parts import unknown
from ledger.core.rulebook.reading_rules import RuleReading
from ledger.core.rulebook.tree import Items, Mapped, Node, Text
from ledger.core.rules.levels import level_of
from ledger.core.values import SECOND, MemberId, Micros, Value, identity
from ledger.service.rulebooks import RulebookFaulty, parse, read_tree
from ledger.service.schedule import last_begun

MOST_EVENTS = 20_000
"""How many events all examples of a rulebook may have together."""

EVENT_KEYS = ("event", "member", "people", "subject", "id", "undoes", "times", "at", "after", "data")
SOURCE = "example:bot"
NONE = "none"
"""The level of somebody who is below the lowest."""


class Given(Value):
    """An event, or `times` of them, `after` apart; `at` None is one `after` later than the event before."""

    command: RecordContribution
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


class Difference(Value):
    """Something that an example expects and that is otherwise."""

    example: str
    line: int
    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.example!r}: {self.place}: expected {self.expected}, found {self.found}"


def check(text: str) -> list[Difference]:
    """Run the examples of a rulebook's text and return what came out otherwise.

    Raises:
        RulebookFaulty: the rulebook or its examples cannot be read.
    """
    tree = parse(text)
    rulebook = read_tree(tree)
    return run(rulebook, read_examples(tree, rulebook))


def read_examples(tree: Node, rulebook: Rulebook) -> tuple[Example, ...]:
    """Read the examples of a rulebook that has no faults.

    Raises:
        RulebookFaulty: with every fault of the examples.
    """
    reading = ExampleReading(rulebook)
    section = tree.items.get("examples") if isinstance(tree, Mapped) else None
    examples = reading.each(section, "examples", reading.example)
    reading.twice(section, "examples", "name")
    if section is not None and reading.events > MOST_EVENTS:
        reading.fault("WRONG_VALUE", section, "examples", f"expected at most {MOST_EVENTS} events in all")
    if reading.faults:
        raise RulebookFaulty(sorted(reading.faults, key=lambda fault: fault.line))
    return examples


def run(rulebook: Rulebook, examples: tuple[Example, ...]) -> list[Difference]:
    """Run examples, each in a community of its own, and return what came out otherwise."""
    return [difference for example in examples for difference in _Stage(rulebook).play(example)]


class ExampleReading(RuleReading):
    """Reads examples, knowing the rulebook they are about."""

    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__()
        self.rulebook = rulebook
        self.unit_codes = {unit.code: unit for unit in rulebook.units}
        self.rules_read = {rule.id: rule for rule in rulebook.rules}
        self.ladders: dict[str, Ladder] = {ladder.code: ladder for ladder in rulebook.ladders}
        self.members: set[str] = set()
        self.events = 0

    def example(self, node: Node, path: str) -> Example | None:
        """Read one example."""
        part = self.mapping(node, path, keys=["name", "given", "then", "outcomes"]).items
        name = self.required(part, "name", node, path)
        text = name.text if isinstance(name, Text) else ""
        if name is not None and not text:
            self.fault("WRONG_TYPE", name, f"{path}.name", "expected a sentence")
        self.members = set()
        given = self.each(self.required(part, "given", node, path), f"{path}.given", self.given, least=1)
        if "then" not in part and "outcomes" not in part:
            self.fault("MISSING", node, f"{path}.then", "expected then or outcomes")
        then = [
            *self.then(part.get("then"), f"{path}.then"),
            *self.outcomes(part.get("outcomes"), f"{path}.outcomes"),
        ]
        return Example(name=text, line=node.line, given=given, then=tuple(then))

    def given(self, node: Node, path: str) -> Given | None:
        """Read one event."""
        named = self.named(node, path)
        part = named.items
        event = self.required_word(part, "event", node, path)
        actor, subject, key, undoes = (
            self.word(part[name], f"{path}.{name}") if name in part else None
            for name in ("member", "subject", "id", "undoes")
        )
        people = self.people(part.get("people"), f"{path}.people")
        self.members.update(filter(None, [actor, *people.values()]))
        times = (self.whole(part["times"], f"{path}.times", least=1) or 1) if "times" in part else 1
        if key is not None and times > 1:
            self.fault("WRONG_VALUE", part["times"], f"{path}.times", "expected one event where an id is given")
        self.events += times
        after = (self.length(part["after"], f"{path}.after") if "after" in part else None) or SECOND
        at = self.instant(part["at"], f"{path}.at") if "at" in part else None
        data = self.data(named, path)
        if event is None:
            return None
        command = RecordContribution(
            source=SOURCE,
            key=key or "",
            type=event,
            subject=subject,
            actor=identity(actor, source=SOURCE) if actor else None,
            people={role: identity(who, source=SOURCE) for role, who in people.items()},
            undoes=undoes,
            data=data,
        )
        return Given(command=command, times=times, at=at, after=after)

    def people(self, node: Node | None, path: str) -> dict[str, str]:
        """Read who else took part, by role."""
        named = self.named(node, path).items if node is not None else {}
        return {role: who for role, item in named.items() if (who := self.word(item, f"{path}.{role}"))}

    def data(self, named: Mapped, path: str) -> dict[str, object]:
        """Read the event's data: what `data` holds, and every key that is not the event's own."""
        inline = {key: item for key, item in named.items.items() if key not in EVENT_KEYS}
        for key in inline:
            if meant := nearest(key, EVENT_KEYS, cutoff=0.8):
                at = Text(named.lines[key], key)
                self.fault(
                    "UNKNOWN_KEY", at, f"{path}.{key}", "expected fields of this name under data", known=[meant]
                )
        below = named.items.get("data")
        fields = self.named(below, f"{path}.data").items if below is not None else {}
        read = {key: self.value(item, f"{path}.{key}") for key, item in inline.items()}
        return read | {key: self.value(item, f"{path}.data.{key}") for key, item in fields.items()}

    def value(self, node: Node, path: str) -> object:
        """Read a value as JSON would carry it."""
        match node:
            case Items():
                return [self.value(item, f"{path}[{number}]") for number, item in enumerate(node.items)]
            case Mapped():
                return {key: self.value(item, f"{path}.{key}") for key, item in node.items.items()}
            case Text():
                plain = self.plain(node, path)
                return float(plain) if isinstance(plain, Fraction) else plain

    def instant(self, node: Node, path: str) -> Micros | None:
        """Read a time; without an offset it is local to the community."""
        try:
            when = datetime.fromisoformat(self.word(node, path) or "")
        except ValueError:
            self.fault("WRONG_TYPE", node, path, "expected a time such as 2026-01-06 09:00")
            return None
        zone = ZoneInfo(self.rulebook.community.tz)
        return micros(when if when.tzinfo else when.replace(tzinfo=zone))

    def then(self, node: Node | None, path: str) -> Iterator[Expectation]:
        """Read what members have in the end."""
        named = self.named(node, path) if node is not None else Mapped(0, {}, {})
        for member, item in named.items.items():
            if member not in self.members:
                unknown(self, "member", member, Text(named.lines[member], member), f"{path}.{member}", self.members)
            for what, value in self.named(item, f"{path}.{member}").items.items():
                expectation = self.expectation(member, what, value, f"{path}.{member}.{what}")
                if expectation is not None:
                    yield expectation

    def expectation(self, member: str, what: str, node: Node, path: str) -> Expectation | None:
        """Read one thing that a member has: points of a unit, points earned, or a level."""
        place, code = f"{member}.{what}", what.removesuffix(".earned")
        if (unit := self.unit_codes.get(code)) is not None:
            points = self.points(node, path, scale=unit.scale)
            said = amount(points or 0, unit.scale)
            return Expectation(
                line=node.line, place=place, expected=said, member=member, unit=code, earned=code != what
            )
        if (ladder := self.ladders.get(what)) is not None:
            level = self.choice(node, path, [*(level.code for level in ladder.levels), NONE])
            return Expectation(line=node.line, place=place, expected=level or "", member=member, ladder=what)
        earned = [f"{code}.earned" for code in self.unit_codes]
        unknown(self, "measure", what, Text(node.line, what), path, [*self.unit_codes, *earned, *self.ladders])
        return None

    def outcomes(self, node: Node | None, path: str) -> Iterator[Expectation]:
        """Read what rules said of the last event."""
        named = self.named(node, path) if node is not None else Mapped(0, {}, {})
        for rule, item in named.items.items():
            if rule not in self.rules_read:
                unknown(self, "rule", rule, Text(named.lines[rule], rule), f"{path}.{rule}", self.rules_read)
            outcome = self.choice(item, f"{path}.{rule}", list(Outcome))
            yield Expectation(line=item.line, place=f"outcomes.{rule}", expected=outcome or "", rule=rule)


class _Stage:
    """A community in memory, where one example is played."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def play(self, example: Example) -> Iterator[Difference]:
        """Send what is given, then yield what is not as expected."""
        books = blank_books()
        first = PublishRulebook(yaml="", rulebook=self.rulebook, number=1, last_begun=last_begun)
        plan(books, [Stamped(first, b"")], at=Micros(self._start() - SECOND))
        last, now = books.events[-1].event, self._start()
        for number, (given, at, occurred_at) in enumerate(self._events(example)):
            command = _numbered(given.command, number, occurred_at)
            (answer,) = plan(books, [Stamped(command, b"")], at=at)
            if isinstance(answer, Refusal):
                place = f"given: {command.type}"
                yield Difference(
                    example=example.name, line=example.line, place=place, expected="an event", found=answer.code
                )
                return
            last, now = books.events[-1].event, at
        settle_all(books, now)
        for expectation in example.then:
            found = self._found(books, last, expectation)
            if found != expectation.expected:
                yield Difference(
                    example=example.name,
                    line=expectation.line,
                    place=expectation.place,
                    expected=expectation.expected,
                    found=found,
                )

    def _events(self, example: Example) -> Iterator[tuple[Given, Micros, Micros]]:
        """Yield each event with the time it comes at and the time it happened at."""
        clock = self._start()
        for given in example.given:
            first = Micros(clock + given.after) if given.at is None else given.at
            for repetition in range(given.times):
                occurred_at = Micros(first + repetition * given.after)
                clock = max(clock, occurred_at)
                yield given, clock, occurred_at

    def _start(self) -> Micros:
        """Return when an example begins."""
        return micros(datetime(2026, 1, 5, 12, tzinfo=ZoneInfo(self.rulebook.community.tz)))

    def _found(self, books: Books, last: Event, expectation: Expectation) -> str:
        if expectation.rule:
            own = (EntryKind.AWARD, EntryKind.BONUS)
            said = [d.outcome for d in decisions(last) if d.rule == expectation.rule and d.kind in own]
            return said[0].value if said else "nothing"
        member = _member(books, expectation.member)
        if expectation.ladder:
            version = books.versions.latest
            return level_of(books, version, expectation.ladder, member) or NONE
        account = books.read(ACCOUNT, (member, expectation.unit))
        scales = {unit.code: unit.scale for unit in self.rulebook.units}
        return amount(account.earned if expectation.earned else account.balance, scales[expectation.unit])


def _numbered(command: RecordContribution, number: int, occurred_at: Micros) -> RecordContribution:
    return RecordContribution(
        source=command.source,
        key=command.key or f"#{number}",
        type=command.type,
        subject=command.subject,
        occurred_at=occurred_at,
        actor=command.actor,
        people=command.people,
        undoes=command.undoes,
        data=command.data,
    )


def _member(books: Books, name: str) -> MemberId:
    who = identity(name, source=SOURCE)
    return books.read(IDENTITY, (who.platform, who.external_id)).member
