"""Reads rules: who gets how much for which event, under which conditions and caps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.core.rulebook.grammar import (
    Amount,
    Cap,
    Condition,
    DataAmount,
    FixedAmount,
    RankAmount,
    Rule,
    UndoOn,
    Unit,
    When,
)
from ledger.core.rulebook.tree import Items, Mapped, Node, Reading, Text
from ledger.core.values import DAY, HOUR, MINUTE, SECOND

RULE_KEYS = ("id", "event", "to", "unit", "amount", "when", "once_per", "slot", "cooldown", "caps", "undo_on")
LATER_RULE_KEYS = ("pending", "giver_weight", "only_in", "multiply", "budget", "enabled", "names")
CAP_PERIODS = ("day", "week", "month", "year", "ever", "object")
PARTIES = ("actor", "to")
BOUNDS = ("gte", "gt", "lte", "lt", "step", "in", "not_in")
LATER_CONDITIONS = ("tier", "member_for", "standing")
START = "start"
LONGEST = 36_500 * DAY


def unknown(reading: Reading, what: str, name: str, node: Node, path: str, known: Iterable[str]) -> None:
    """Note a name that the rulebook does not have."""
    names = sorted(known)
    reading.fault(
        f"UNKNOWN_{what.upper()}",
        Text(node.line, name),
        path,
        f"expected a {what} of this rulebook ({', '.join(names) or 'it has none'})",
        known=names,
    )


@dataclass(slots=True)
class RuleReading(Reading):
    """Reads one rule at a time, knowing the units."""

    unit_codes: dict[str, Unit] = field(default_factory=dict)
    rules_read: dict[str, Rule] = field(default_factory=dict)

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

    def choice_of_many(self, node: Node, path: str, options: Iterable[str], what: str) -> str | None:
        """Read one of too many words to list."""
        known = set(options)
        if isinstance(node, Text) and node.text in known:
            return node.text
        self.fault("WRONG_VALUE", node, path, f"expected {what}", known=known)
        return None

    def unit_of(self, node: Node | None, path: str) -> Unit:
        """Read a unit's code; absent is the first unit."""
        first = next(iter(self.unit_codes.values()), Unit(code=""))
        if node is None:
            return first
        code = self.word(node, path) or ""
        if code not in self.unit_codes:
            unknown(self, "unit", code, node, path, self.unit_codes)
        return self.unit_codes.get(code, first)

    def rule(self, node: Node, path: str) -> Rule | None:
        """Read one rule."""
        part = self.mapping(node, path, keys=RULE_KEYS, later=LATER_RULE_KEYS).items
        name = self.required_name(part, node, path)
        if name == START:
            self.fault("WRONG_VALUE", part["id"], f"{path}.id", f"expected another id: {START} is a unit's start")
        event = self.required_word(part, "event", node, path)
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        paid = self.required(part, "amount", node, path)
        amount = self.amount(paid, f"{path}.amount", unit.scale) if paid is not None else None
        to, cooldown = "actor", 0
        if (item := part.get("to")) is not None:
            to = self.party(item, f"{path}.to") or to
        if (item := part.get("cooldown")) is not None:
            cooldown = self.length(item, f"{path}.cooldown") or 0
        caps = self.caps(part.get("caps"), f"{path}.caps", unit.scale)
        undo_on = self.each(part.get("undo_on"), f"{path}.undo_on", self.undo_on)
        when = self.when(part.get("when"), f"{path}.when")
        once_per = self.fields(part.get("once_per"), f"{path}.once_per")
        slot = self.fields(part.get("slot"), f"{path}.slot")
        if name is None or event is None or amount is None:
            return None
        return Rule(
            id=name,
            event=event,
            unit=unit.code,
            amount=amount,
            to=to,
            when=when,
            once_per=once_per,
            slot=slot,
            cooldown=cooldown,
            caps=caps,
            undo_on=undo_on,
        )

    def length(self, node: Node, path: str) -> int | None:
        """Read `60s`, `10m`, `2h` or `7d` as microseconds."""
        units = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
        if (
            isinstance(node, Text)
            and len(node.text) <= 12
            and node.text[:-1].isdecimal()
            and node.text[-1] in units
        ):
            length = int(node.text[:-1]) * units[node.text[-1]]
            if length <= LONGEST:
                return length
            self.fault("WRONG_VALUE", node, path, f"expected at most {LONGEST // DAY}d")
            return None
        self.fault("WRONG_TYPE", node, path, "expected a length of time such as 30s, 10m, 2h or 7d")
        return None

    def amount(self, node: Node, path: str, scale: int) -> Amount | None:
        """Read a number, `{by_rank: […]}` or `{from: data.field, percent: P, negate: true}`."""
        if isinstance(node, Text):
            points = self.points(node, path, scale=scale)
            return FixedAmount(points=points) if points is not None else None
        if not isinstance(node, Mapped) or not node.items:
            expected = "expected a number, {by_rank: [10, 5]} or {from: data.amount}"
            self.fault("WRONG_TYPE", node, path, expected)
            return None
        if "by_rank" in node.items:
            part = self.mapping(node, path, keys=["by_rank"]).items
            ranks = self.each(
                part["by_rank"], f"{path}.by_rank", lambda at, here: self.points(at, here, scale=scale), least=1
            )
            return RankAmount(points=ranks)
        part = self.mapping(node, path, keys=["from", "percent", "negate"], later=["per"]).items
        source = self.required_word(part, "from", node, path)
        percent: int | Fraction | None = 100
        if "percent" in part:
            percent = self.number(part["percent"], f"{path}.percent")
            if percent is not None and not 0 < percent <= 10_000:
                self.fault("WRONG_VALUE", part["percent"], f"{path}.percent", "expected more than 0, at most 10000")
        negate = "negate" in part and bool(self.flag(part["negate"], f"{path}.negate"))
        field_ = (source or "").removeprefix("data.")
        if source is not None and (field_ == source or not field_ or "." in field_):
            self.fault("WRONG_VALUE", part["from"], f"{path}.from", "expected a field such as data.amount")
        if source is None or percent is None:
            return None
        return DataAmount(field=field_, percent=Fraction(percent), negate=negate)

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
        words = self.words(node, path, least=1)
        items = node.items if isinstance(node, Items) else [node] if node is not None else []
        for number, item in enumerate(items):
            here = f"{path}[{number}]" if isinstance(node, Items) else path
            if isinstance(item, Text):
                self.field_name(item, here)
        return words

    def field_name(self, node: Text, path: str) -> None:
        """Note a name that cannot be a field of the data."""
        if "." in node.text:
            plain = node.text.removeprefix("data.").removesuffix(".author").removesuffix(".id")
            self.fault("WRONG_VALUE", node, path, "expected a name without dots", known=[plain])

    def caps(self, node: Node | None, path: str, scale: int) -> tuple[Cap, ...]:
        """Read a rule's caps; two of the same kind would move the same counter twice."""
        caps = self.each(node, path, lambda at, here: self.cap(at, here, scale))
        kinds = [(cap.count is None, cap.per, cap.by, cap.net) for cap in caps]
        if node is not None and len(set(kinds)) < len(kinds):
            self.fault("TWICE", node, path, "expected one cap of points and one of counts per period and party")
        return caps

    def cap(self, node: Node, path: str, scale: int) -> Cap | None:
        """Read one cap: points or a count, per period, by party."""
        part = self.mapping(node, path, keys=["points", "count", "per", "by", "counts", "partial"]).items
        points = count = None
        if isinstance(node, Mapped) and ("points" in part) == ("count" in part):
            self.fault("MISSING", node, path, "expected either points or count")
        if (item := part.get("points")) is not None:
            points = self.points(item, f"{path}.points", scale=scale, least=1)
        if (item := part.get("count")) is not None:
            count = self.whole(item, f"{path}.count", least=1)
        per, net, partial = "ever", False, True
        if (item := self.required(part, "per", node, path)) is not None:
            per = self.choice(item, f"{path}.per", CAP_PERIODS) or per
        if (item := part.get("counts")) is not None:
            net = self.choice(item, f"{path}.counts", ["net", "gross"]) == "net"
        if (item := part.get("partial")) is not None:
            partial = self.flag(item, f"{path}.partial") is not False
        by: tuple[str, ...] = ("to",)
        if (item := part.get("by")) is not None:
            parties = item if isinstance(item, Items) else Items(item.line, (item,))
            listed = self.each(parties, f"{path}.by", lambda at, here: self.choice(at, here, PARTIES), least=1)
            by = tuple(party for party in PARTIES if party in listed) or by
        return Cap(points=points, count=count, per=per, by=by, net=net, partial=partial)

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

    def when(self, node: Node | None, path: str) -> When:
        """Read what must hold for the rule to pay."""
        if node is None:
            return When()
        named = self.named(node, path)
        listed = named.items.get("not_self")
        if isinstance(listed, Items):
            not_self = self.each(listed, f"{path}.not_self", self.party, least=1)
        else:
            not_self = tuple(filter(None, [self.party(listed, f"{path}.not_self")] if listed else []))
        rest = {key: item for key, item in named.items.items() if key != "not_self"}
        return When(conditions=self.conditions(Mapped(node.line, rest, named.lines), path), not_self=not_self)

    def conditions(self, node: Node | None, path: str) -> tuple[Condition, ...]:
        """Read conditions on fields of the event's data."""
        if node is None:
            return ()
        named = self.named(node, path)
        read = []
        for name, item in named.items.items():
            if name in LATER_CONDITIONS:
                at = Text(named.lines[name], name)
                self.fault("NOT_YET", at, f"{path}.{name}", "not yet supported by this version of the ledger")
            elif name == "not_self":
                at = Text(named.lines[name], name)
                self.fault("WRONG_VALUE", at, f"{path}.{name}", "expected a field of the data")
            else:
                self.field_name(Text(named.lines[name], name), f"{path}.{name}")
                read.append(self.condition(name, item, f"{path}.{name}"))
        return tuple(read)

    def condition(self, name: str, node: Node, path: str) -> Condition:
        """Read one field's condition: a plain value it must equal, or bounds."""
        if isinstance(node, Text):
            return Condition(field=name, equals=self.plain(node, path))
        part = self.mapping(node, path, keys=BOUNDS).items
        if isinstance(node, Mapped) and not node.items:
            self.fault("MISSING", node, path, f"expected at least one of {', '.join(BOUNDS)}")
        bounds = {key: self.number(part[key], f"{path}.{key}") for key in ("gte", "gt", "lte", "lt") if key in part}
        step = self.whole(part["step"], f"{path}.step", least=1) if "step" in part else None
        one_of, none_of = (self.scalars(part.get(key), f"{path}.{key}") for key in ("in", "not_in"))
        return Condition(field=name, **bounds, step=step, one_of=one_of, none_of=none_of)

    def scalars(self, node: Node | None, path: str) -> tuple[bool | int | Fraction | str, ...] | None:
        """Read a list of plain values."""
        if node is None:
            return None
        return self.each(node, path, self.plain, least=1)
