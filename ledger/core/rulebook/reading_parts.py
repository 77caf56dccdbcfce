"""Reads what sections have in common: ids and references, lengths of time, conditions, names in many languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as moved
from fractions import Fraction

from ledger.core.rulebook.grammar import Budget, Condition, Levels, Rule, Scalar, StrikeLadder, UndoOn, Unit
from ledger.core.rulebook.tree import Items, Mapped, Node, Reading, Text
from ledger.core.values import DAY, HOUR, MINUTE, SECOND
from ledger.core.violations import PENALTY

PERIODS = ("day", "week", "month", "year", "ever")
BOUNDS = ("gte", "gt", "lte", "lt")
CONDITION_KEYS = (*BOUNDS, "step", "in", "not_in")
ABOUT_PEOPLE = ("not_self", "tier", "member_for", "standing")
START = "start"
TAKEN = {START: "a unit's start", PENALTY: "what violations take"}
"""Ids that name entries of the ledger's own."""

LONGEST = 36_500 * DAY
LONGEST_TEXT = 200
LARGEST_FACTOR = 100
_DAYS = re.compile(r"[0-9]{1,6}d\Z")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
_PARAMETER = re.compile(r"\$[\w-]{1,64}\Z")


def unknown(reading: Reading, what: str, name: str, node: Node, path: str, known: Iterable[str]) -> None:
    """Note a name that the rulebook does not have."""
    names = sorted(known)
    article = "an" if what[0] in "aeio" else "a"
    reading.fault(
        f"UNKNOWN_{what.upper()}",
        Text(node.line, name),
        path,
        f"expected {article} {what} of this rulebook ({', '.join(names) or 'it has none'})",
        known=names,
    )


def each_of(node: Node, path: str) -> list[tuple[Node, str]]:
    """Return the items of a list with their paths; a single word is a list of one."""
    if isinstance(node, Items):
        return [(item, f"{path}[{number}]") for number, item in enumerate(node.items)]
    return [(node, path)]


@dataclass(slots=True)
class PartReading(Reading):
    """Reads parts of sections, knowing what the rulebook calls its things."""

    unit_codes: dict[str, Unit] = field(default_factory=dict)
    rules_read: dict[str, Rule] = field(default_factory=dict)
    rule_ids: set[str] = field(default_factory=set)
    level_codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The levels of every ladder, in the file's order."""
    activity_ids: set[str] = field(default_factory=set)
    budgets_read: dict[str, Budget] = field(default_factory=dict)
    budget_codes: set[str] = field(default_factory=set)
    factors_read: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    """What rules say themselves about activities: by rule, then by activity."""
    strike_ladders_read: dict[str, StrikeLadder] = field(default_factory=dict)
    parameters: dict[str, Node] = field(default_factory=dict)
    parameters_used: set[str] = field(default_factory=set)

    def required(self, part: Mapping[str, Node], key: str, node: Node, path: str) -> Node | None:
        """Return a key's node, noting its absence from a mapping."""
        if key not in part and isinstance(node, Mapped):
            self.fault("MISSING", node, f"{path}.{key}", f"expected {key}")
        return part.get(key)

    def required_word(self, part: Mapping[str, Node], key: str, node: Node, path: str) -> str | None:
        """Return a key's word, noting its absence."""
        item = self.required(part, key, node, path)
        return self.word(item, f"{path}.{key}") if item is not None else None

    def required_name(self, part: Mapping[str, Node], node: Node, path: str) -> str | None:
        """Return the thing's id, noting its absence."""
        item = self.required(part, "id", node, path)
        return self.name(item, f"{path}.id") if item is not None else None

    def paying_name(self, part: Mapping[str, Node], node: Node, path: str) -> str | None:
        """Return the id of something that pays; some are the ledger's own."""
        name = self.required_name(part, node, path)
        if name in TAKEN:
            self.fault("WRONG_VALUE", part["id"], f"{path}.id", f"expected another id: {name} is {TAKEN[name]}")
        return name

    def choice_of_many(self, node: Node, path: str, options: Iterable[str], what: str) -> str | None:
        """Read one of too many words to list."""
        known = set(options)
        if isinstance(node, Text) and node.text in known:
            return node.text
        self.fault("WRONG_VALUE", node, path, f"expected {what}", known=known)
        return None

    def flagged(self, part: Mapping[str, Node], key: str, path: str, *, otherwise: bool) -> bool:
        """Read a key's flag, or what holds where it is absent."""
        read = self.flag(part[key], f"{path}.{key}") if key in part else None
        return otherwise if read is None else read

    def chosen(self, part: Mapping[str, Node], key: str, path: str, options: Iterable[str], otherwise: str) -> str:
        """Read a key's word among a few, or what holds where it is absent."""
        return (self.choice(part[key], f"{path}.{key}", options) or otherwise) if key in part else otherwise

    def unit_of(self, node: Node | None, path: str) -> Unit:
        """Read a unit's code; absent is the first unit."""
        first = next(iter(self.unit_codes.values()), Unit(code=""))
        if node is None:
            return first
        code = self.word(node, path) or ""
        if code not in self.unit_codes:
            unknown(self, "unit", code, node, path, self.unit_codes)
        return self.unit_codes.get(code, first)

    def references(self, node: Node | None, path: str, what: str, known: Iterable[str]) -> tuple[str, ...]:
        """Read names of things that the rulebook has."""
        if node is None:
            return ()
        names, things = self.words(node, path, least=1), set(known)
        for item, here in each_of(node, path):
            if isinstance(item, Text) and item.text not in things:
                unknown(self, what, item.text, item, here, things)
        return names

    def rule_references(
        self, node: Node | None, path: str, *, unit: Unit | None = None, also: str = ""
    ) -> tuple[str, ...]:
        """Read ids of rules that the rulebook has, where `unit` is given of rules that pay in it."""
        ids = self.references(node, path, "rule", {*self.rule_ids, also} - {""})
        for item, here in each_of(node, path) if node is not None and unit is not None else ():
            rule = self.rules_read.get(item.text) if isinstance(item, Text) else None
            if unit is not None and rule is not None and rule.unit != unit.code:
                self.fault("WRONG_VALUE", item, here, f"expected a rule that pays in {unit.code}")
        return ids

    def factors(self, node: Node | None, path: str, what: str, known: Iterable[str]) -> dict[str, Fraction]:
        """Read exact factors from 0 to 100 by names of things that the rulebook has."""
        if node is None:
            return {}
        named, things, read = self.named(node, path), set(known), {}
        for name, item in named.items.items():
            if name not in things:
                unknown(self, what, name, Text(named.lines[name], name), f"{path}.{name}", things)
            factor = self.number(item, f"{path}.{name}")
            if factor is not None and not 0 <= factor <= LARGEST_FACTOR:
                self.fault("WRONG_VALUE", item, f"{path}.{name}", f"expected a factor from 0 to {LARGEST_FACTOR}")
            elif factor is not None:
                read[name] = Fraction(factor)
        return read

    @property
    def first_levels(self) -> tuple[str, ...]:
        """The levels of the first ladder."""
        return next(iter(self.level_codes.values()), ())

    def levels_of(self, node: Node | None, path: str) -> Levels | None:
        """Read some levels of one ladder: of the first by their codes, of any as `ladder.level`."""
        if node is None:
            return None
        first = next(iter(self.level_codes), "")
        known = [
            *self.first_levels,
            *(f"{ladder}.{code}" for ladder, of in self.level_codes.items() for code in of),
        ]
        spelled = [word.rpartition(".") for word in self.references(node, path, "level", known)]
        ladders = {ladder or first for ladder, _, _ in spelled}
        if len(ladders) > 1:
            self.fault("WRONG_VALUE", node, path, "expected levels of one ladder")
        return Levels(ladder=min(ladders, default=first), codes=tuple(code for _, _, code in spelled))

    def length(self, node: Node, path: str, *, least: int = 0, most: int = LONGEST) -> int | None:
        """Read `60s`, `10m`, `2h` or `7d` as microseconds."""
        units = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
        text = node.text if isinstance(node, Text) else ""
        if not 2 <= len(text) <= 12 or not text[:-1].isdecimal() or text[-1] not in units:
            self.fault("WRONG_TYPE", node, path, "expected a length of time such as 30s, 10m, 2h or 7d")
            return None
        length = int(text[:-1]) * units[text[-1]]
        if least <= length <= most:
            return length
        wrong = f"at most {most // DAY}d" if length > most else "more than 0"
        self.fault("WRONG_VALUE", node, path, f"expected {wrong}")
        return None

    def days(self, node: Node, path: str, *, least: int = 1, most: int) -> int | None:
        """Read `14d` as a number of days."""
        if not (isinstance(node, Text) and _DAYS.match(node.text)):
            self.fault("WRONG_TYPE", node, path, "expected a number of days such as 14d")
            return None
        days = int(node.text[:-1])
        if least <= days <= most:
            return days
        self.fault("WRONG_VALUE", node, path, f"expected {least}d to {most}d")
        return None

    def names(self, node: Node | None, path: str) -> dict[str, str]:
        """Read what a thing is called, by language."""
        if node is None:
            return {}
        named, read = self.named(node, path), {}
        for locale, item in named.items.items():
            here = f"{path}.{locale}"
            if not _LOCALE.match(locale):
                at = Text(named.lines[locale], locale)
                self.fault("WRONG_VALUE", at, here, "expected a language such as en or zh-CN")
            if (text := self.sentence(item, here)) is not None:
                read[locale] = text
        return read

    def sentence(self, node: Node, path: str) -> str | None:
        """Read a text for people."""
        if not isinstance(node, Text) or not (node.text.strip() and (node.quoted or node.text != "~")):
            self.fault("WRONG_TYPE", node, path, "expected a text")
            return None
        if len(node.text) > LONGEST_TEXT:
            self.fault("WRONG_VALUE", node, path, f"expected at most {LONGEST_TEXT} characters")
            return None
        return node.text

    def party(self, node: Node, path: str) -> str | None:
        """Read who: `actor`, a role in `people`, or the author of a thing."""
        text = self.word(node, path)
        if text is None or "." not in text:
            return text
        thing, _, what = text.rpartition(".")
        if what == "author" and thing and "." not in thing:
            return text
        expected = "expected actor, a role in people, or the author of a thing, such as object.author"
        self.fault("WRONG_VALUE", node, path, expected, known=[f"{thing}.author"])
        return None

    def fields(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read names of parties, things and fields of the data, which are written without `data.`."""
        if node is None:
            return ()
        words = self.words(node, path, least=1)
        for item, here in each_of(node, path):
            if isinstance(item, Text):
                self.field_name(item, here)
        return words

    def field_word(self, node: Node | None, path: str) -> str:
        """Read one such name."""
        word = self.word(node, path) if node is not None else None
        if word and isinstance(node, Text):
            self.field_name(node, path)
        return word or ""

    def field_name(self, node: Text, path: str) -> None:
        """Note a name that cannot be a field of the data."""
        if "." in node.text:
            plain = node.text.removeprefix("data.").removesuffix(".author").removesuffix(".id")
            self.fault("WRONG_VALUE", node, path, "expected a name without dots", known=[plain])

    def undo_on(self, node: Node, path: str) -> UndoOn | None:
        """Read an event type, or `{event, match, unless}`."""
        if isinstance(node, Text):
            event = self.word(node, path)
            return UndoOn(event=event) if event else None
        part = self.mapping(node, path, keys=["event", "match", "unless"]).items
        event = self.required_word(part, "event", node, path)
        match = self.fields(part.get("match"), f"{path}.match")
        unless = self.conditions(part.get("unless"), f"{path}.unless")
        return UndoOn(event=event, match=match, unless=unless) if event else None

    def conditions(self, node: Node | None, path: str) -> tuple[Condition, ...]:
        """Read conditions on fields of the event's data."""
        if node is None:
            return ()
        named = self.named(node, path)
        read = []
        for name, item in named.items.items():
            at, here = Text(named.lines[name], name), f"{path}.{name}"
            if name in ABOUT_PEOPLE:
                self.fault("WRONG_VALUE", at, here, "expected a field of the data")
            else:
                self.field_name(at, here)
                read.append(self.condition(name, item, here))
        return tuple(condition for condition in read if condition is not None)

    def condition(self, name: str, node: Node, path: str) -> Condition | None:
        """Read one field's condition: a plain value it must equal, or bounds.

        Returns None where its parameter has no value.
        """
        if isinstance(node, Text):
            wanted = self.meant(node, path)
            return Condition(field=name, equals=self.plain(wanted, path)) if wanted is not None else None
        part = self.mapping(node, path, keys=CONDITION_KEYS).items
        if isinstance(node, Mapped) and not node.items:
            self.fault("MISSING", node, path, f"expected at least one of {', '.join(CONDITION_KEYS)}")
        found = {key: self.meant(item, f"{path}.{key}") for key, item in part.items()}
        given = {key: item for key, item in found.items() if item is not None}
        if part and not given:
            return None
        bounds = {key: self.number(given[key], f"{path}.{key}") for key in BOUNDS if key in given}
        step = self.whole(given["step"], f"{path}.step", least=1) if "step" in given else None
        one_of, none_of = (self.scalars(given.get(key), f"{path}.{key}") for key in ("in", "not_in"))
        return Condition(field=name, **bounds, step=step, one_of=one_of, none_of=none_of)

    def scalars(self, node: Node | None, path: str) -> tuple[Scalar, ...] | None:
        """Read a list of plain values."""
        if node is None:
            return None
        for item, here in each_of(node, path):
            if isinstance(item, Text) and not item.quoted and item.text.startswith("$"):
                self.fault("WRONG_VALUE", item, here, "expected a parameter to stand for the whole list")
        return self.each(node, path, self.plain, least=1)

    def meant(self, node: Node, path: str) -> Node | None:
        """Return what stands for `$name`, at its place; None where that parameter has no value."""
        if not isinstance(node, Text) or node.quoted or not node.text.startswith("$"):
            return node
        if not _PARAMETER.match(node.text):
            self.fault("WRONG_VALUE", node, path, "expected the name of a parameter after $")
            return None
        self.parameters_used.add(node.text[1:])
        match self.parameters.get(node.text[1:]):
            case Text() as value:
                return moved(value, line=node.line)
            case Items(items=items):
                return Items(node.line, tuple(moved(item, line=node.line) for item in items))
        return None
