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
other key is a field of its data, and `data: {…}` holds fields that are named like one of those. In an event
that comes several times `{n}` stands for 1, 2, 3 …: `subject: 't{n}'`. Besides events there are

    - {review: one}                     somebody approves what waits of the event with `id: one`
    - {review: one, approved: false}    or declines it
    - {lock: ann, level: core}          somebody keeps a member on a level; `level: none` lets go; `ladder` is
                                        the first where it is left out
    - {after: 2h}                       time passes, and what is due is done

The clock starts on Monday 2026-01-05 at noon in the community's zone, and each comes a second after the one
before it, or `after: 2h`, or `at: 2026-01-06 09:00`; a time that has passed makes a late event. `outcomes`
are what the rules said of the last event or review.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from ledger.core.calendar import micros
from ledger.core.commands import RecordContribution
from ledger.core.lines import amount
from ledger.core.outcomes import Outcome
from ledger.core.rulebook.faults import nearest
from ledger.core.rulebook.grammar import Ladder, Rulebook
from ledger.core.rulebook.reading_parts import unknown
from ledger.core.rulebook.reading_rules import RuleReading
from ledger.core.rulebook.tree import Items, Mapped, Node, Text
from ledger.core.values import SECOND, Micros, identity
from ledger.service.rulebooks import RulebookFaulty, parse, read_tree
from ledger.service.stage import (
    NONE,
    NUMBER,
    SOURCE,
    Difference,
    Example,
    Expectation,
    Given,
    Lock,
    Review,
    run,
)

MOST_EVENTS = 20_000
"""How many events all examples of a rulebook may have together."""

TIME_KEYS = ("at", "after")
EVENT_KEYS = ("event", "member", "people", "subject", "id", "undoes", "times", *TIME_KEYS, "data")


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


class ExampleReading(RuleReading):
    """Reads examples, knowing the rulebook they are about."""

    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__()
        self.rulebook = rulebook
        self.unit_codes = {unit.code: unit for unit in rulebook.units}
        self.rules_read = {rule.id: rule for rule in rulebook.rules}
        self.ladders: dict[str, Ladder] = {ladder.code: ladder for ladder in rulebook.ladders}
        self.members: set[str] = set()
        self.ids: set[str] = set()
        self.events = 0

    def example(self, node: Node, path: str) -> Example | None:
        """Read one example."""
        part = self.mapping(node, path, keys=["name", "given", "then", "outcomes"]).items
        name = self.required(part, "name", node, path)
        text = name.text if isinstance(name, Text) else ""
        if name is not None and not text:
            self.fault("WRONG_TYPE", name, f"{path}.name", "expected a sentence")
        self.members, self.ids = set(), set()
        given = self.each(self.required(part, "given", node, path), f"{path}.given", self.given, least=1)
        if "then" not in part and "outcomes" not in part:
            self.fault("MISSING", node, f"{path}.then", "expected then or outcomes")
        then = [
            *self.then(part.get("then"), f"{path}.then"),
            *self.outcomes(part.get("outcomes"), f"{path}.outcomes"),
        ]
        return Example(name=text, line=node.line, given=given, then=tuple(then))

    def given(self, node: Node, path: str) -> Given | None:
        """Read what happens: an event, a review, a lock, or nothing but time."""
        named = self.named(node, path)
        part = named.items
        after = (self.length(part["after"], f"{path}.after") if "after" in part else None) or SECOND
        at = self.instant(part["at"], f"{path}.at") if "at" in part else None
        if part and set(part) <= set(TIME_KEYS):
            return Given(happens=None, at=at, after=after)
        if "event" not in part and "review" in part:
            return Given(happens=self.review(node, path), at=at, after=after)
        if "event" not in part and "lock" in part:
            return Given(happens=self.lock(node, path), at=at, after=after)
        times = (self.whole(part["times"], f"{path}.times", least=1) or 1) if "times" in part else 1
        self.events += times
        command = self.told(node, path, times)
        return Given(happens=command, times=times, at=at, after=after) if command is not None else None

    def told(self, node: Node, path: str, times: int) -> RecordContribution | None:
        """Read one event."""
        named = node if isinstance(node, Mapped) else Mapped(node.line, {}, {})
        part = named.items
        event = self.required_word(part, "event", node, path)
        actor, subject, key, undoes = (
            self.word(part[name], f"{path}.{name}") if name in part else None
            for name in ("member", "subject", "id", "undoes")
        )
        people = self.people(part.get("people"), f"{path}.people")
        for who in filter(None, [actor, *people.values()]):
            numbers = range(1, min(times, MOST_EVENTS) + 1) if NUMBER in who else (1,)
            self.members.update(who.replace(NUMBER, str(number)) for number in numbers)
        if key is not None and times > 1:
            self.fault("WRONG_VALUE", part["times"], f"{path}.times", "expected one event where an id is given")
        if key is not None:
            self.ids.add(key)
        data = self.data(named, path)
        if event is None:
            return None
        return RecordContribution(
            source=SOURCE,
            key=key or "",
            type=event,
            subject=subject,
            actor=identity(actor, source=SOURCE) if actor else None,
            people={role: identity(who, source=SOURCE) for role, who in people.items()},
            undoes=undoes,
            data=data,
        )

    def review(self, node: Node, path: str) -> Review:
        """Read that somebody looks at an event that was given before, by its id."""
        part = self.mapping(node, path, keys=["review", "approved", *TIME_KEYS]).items
        of = self.word(part["review"], f"{path}.review") or ""
        if of not in self.ids:
            known = ", ".join(sorted(self.ids)) or "none has one"
            expected = f"expected the id of an event before it ({known})"
            self.fault("WRONG_VALUE", part["review"], f"{path}.review", expected, known=self.ids)
        return Review(of=of, approved=self.flagged(part, "approved", path, otherwise=True))

    def lock(self, node: Node, path: str) -> Lock:
        """Read that somebody keeps a member on a level, or lets go of them."""
        part = self.mapping(node, path, keys=["lock", "ladder", "level", *TIME_KEYS]).items
        member = self.word(part["lock"], f"{path}.lock") or ""
        if member not in self.members:
            unknown(self, "member", member, part["lock"], f"{path}.lock", self.members)
        codes = list(self.ladders)
        code = self.choice(part["ladder"], f"{path}.ladder", codes) if "ladder" in part else next(iter(codes), None)
        level = self.required(part, "level", node, path)
        if level is None or code is None:
            return Lock(member=member)
        chosen = self.choice(level, f"{path}.level", [*(one.code for one in self.ladders[code].levels), NONE])
        return Lock(member=member, ladder=code, level=None if chosen == NONE else chosen)

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
