"""Reads rules: who gets how much for which event, under which conditions and caps."""

from __future__ import annotations

from fractions import Fraction

from ledger.core.rulebook.grammar import (
    Amount,
    Cap,
    Condition,
    DataAmount,
    FixedAmount,
    Pending,
    RankAmount,
    Rule,
    Unit,
    When,
)
from ledger.core.rulebook.reading_parts import ABOUT_PEOPLE, BOUNDS, PERIODS, PartReading, each_of, unknown
from ledger.core.rulebook.tree import Items, Mapped, Node, Text

OWN_KEYS = ("id", "event", "names")
"""What only a rule itself can say."""
DEFAULT_KEYS = (
    "to",
    "unit",
    "amount",
    "when",
    "once_per",
    "slot",
    "cooldown",
    "caps",
    "undo_on",
    "pending",
    "giver_weight",
    "only_in",
    "multiply",
    "budget",
    "enabled",
)
CAP_PERIODS = (*PERIODS, "object")
PARTIES = ("actor", "to")
STANDINGS = ("good", "warned", "removed")
LARGEST_PERCENT = 10_000


class RuleReading(PartReading):
    """Reads one rule at a time, and what all rules have in common."""

    def defaults(self, node: Node | None) -> Mapped:
        """Read what every rule says that does not say otherwise; what is faulty is left out."""
        if node is None:
            return Mapped(0, {}, {})
        part = self.mapping(node, "defaults", keys=DEFAULT_KEYS)
        said = {key: item for key, item in part.items.items() if key in DEFAULT_KEYS}
        stand_in = {key: Text(part.line, key) for key in ("id", "event")} | {"amount": Text(part.line, "0")}
        before = len(self.faults)
        self.rule(Mapped(part.line, stand_in | said, part.lines), "defaults")
        self.factors_read.clear()
        wrong = {fault.path.split(".")[1].partition("[")[0] for fault in self.faults[before:]}
        return Mapped(part.line, {key: item for key, item in said.items() if key not in wrong}, part.lines)

    def rule(self, node: Node, path: str) -> Rule | None:
        """Read one rule."""
        part = self.mapping(node, path, keys=("id", "event", *DEFAULT_KEYS, "names")).items
        get = part.get
        name = self.paying_name(part, node, path)
        event = self.required_word(part, "event", node, path)
        unit = self.unit_of(get("unit"), f"{path}.unit")
        paid = self.required(part, "amount", node, path)
        amount = self.amount(paid, f"{path}.amount", unit.scale) if paid is not None else None
        to = self.party(part["to"], f"{path}.to") if "to" in part else None
        cooldown = self.length(part["cooldown"], f"{path}.cooldown") if "cooldown" in part else None
        caps = self.caps(get("caps"), f"{path}.caps", unit.scale)
        undo_on = self.each(get("undo_on"), f"{path}.undo_on", self.undo_on)
        when = self.when(get("when"), f"{path}.when")
        once_per = self.fields(get("once_per"), f"{path}.once_per")
        slot = self.fields(get("slot"), f"{path}.slot")
        pending = self.pending(get("pending"), f"{path}.pending")
        giver_weight = self.factors(get("giver_weight"), f"{path}.giver_weight", "level", self.first_levels)
        only_in = self.references(get("only_in"), f"{path}.only_in", "activity", self.activity_ids)
        multiply = self.factors(get("multiply"), f"{path}.multiply", "activity", self.activity_ids)
        budget = self.budget_of(get("budget"), f"{path}.budget", unit)
        enabled = self.flagged(part, "enabled", path, otherwise=True)
        names = self.names(get("names"), f"{path}.names")
        if name is None or event is None or amount is None:
            return None
        self.factors_read[name] = multiply
        return Rule(
            id=name,
            event=event,
            unit=unit.code,
            amount=amount,
            to=to or "actor",
            when=when,
            once_per=once_per,
            slot=slot,
            cooldown=cooldown or 0,
            caps=caps,
            undo_on=undo_on,
            pending=pending,
            giver_weight=giver_weight,
            only_in=only_in,
            budget=budget,
            enabled=enabled,
            names=names,
        )

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
        return self.amount_from_data(node, path)

    def amount_from_data(self, node: Mapped, path: str) -> DataAmount | None:
        """Read `{from: data.field, percent: P, negate: true}`."""
        part = self.mapping(node, path, keys=["from", "percent", "negate"]).items
        source = self.required_word(part, "from", node, path)
        percent: int | Fraction | None = 100
        if "percent" in part:
            percent = self.number(part["percent"], f"{path}.percent")
            if percent is not None and not 0 < percent <= LARGEST_PERCENT:
                expected = f"expected more than 0, at most {LARGEST_PERCENT}"
                self.fault("WRONG_VALUE", part["percent"], f"{path}.percent", expected)
        negate = self.flagged(part, "negate", path, otherwise=False)
        field = (source or "").removeprefix("data.")
        if source is not None and (field == source or not field or "." in field):
            self.fault("WRONG_VALUE", part["from"], f"{path}.from", "expected a field such as data.amount")
        if source is None or percent is None:
            return None
        return DataAmount(field=field, percent=Fraction(percent), negate=negate)

    def pending(self, node: Node | None, path: str) -> Pending | None:
        """Read how long a grant waits, or that it waits for a review."""
        if node is None:
            return None
        if isinstance(node, Text) and node.text == "review":
            return Pending()
        if isinstance(node, Text) and node.text[:1].isdecimal():
            delay = self.length(node, path, least=1)
            return Pending(delay=delay) if delay else None
        expected = "expected review, or a length of time such as 2h"
        self.fault("WRONG_TYPE", node, path, expected, known=["review"])
        return None

    def budget_of(self, node: Node | None, path: str, unit: Unit) -> str:
        """Read the budget that a rule draws on; both are in one unit."""
        code = self.word(node, path) if node is not None else None
        if node is None or code is None:
            return ""
        if code not in self.budget_codes:
            unknown(self, "budget", code, node, path, self.budget_codes)
        elif (budget := self.budgets_read.get(code)) is not None and budget.unit != unit.code:
            self.fault("WRONG_VALUE", node, path, f"expected a budget of {unit.code}")
        return code

    def caps(self, node: Node | None, path: str, scale: int) -> tuple[Cap, ...]:
        """Read a rule's caps; two of the same kind would move the same counter twice."""
        caps = self.each(node, path, lambda at, here: self.cap(at, here, scale))
        kinds = [(cap.count is None, cap.per, cap.by, cap.net, cap.levels) for cap in caps]
        if node is not None and len(set(kinds)) < len(kinds):
            self.fault("TWICE", node, path, "expected one cap of points and one of counts per period and party")
        return caps

    def cap(self, node: Node, path: str, scale: int) -> Cap | None:
        """Read one cap: points or a count, per period, by party, perhaps on some levels only."""
        keys = ["points", "count", "per", "by", "counts", "partial", "tiers"]
        part = self.mapping(node, path, keys=keys).items
        points = count = None
        if isinstance(node, Mapped) and ("points" in part) == ("count" in part):
            self.fault("MISSING", node, path, "expected either points or count")
        if (item := part.get("points")) is not None:
            points = self.points(item, f"{path}.points", scale=scale, least=1)
        if (item := part.get("count")) is not None:
            count = self.whole(item, f"{path}.count", least=1)
        self.required(part, "per", node, path)
        per = self.chosen(part, "per", path, CAP_PERIODS, "ever")
        net = self.chosen(part, "counts", path, ["net", "gross"], "gross") == "net"
        partial = self.flagged(part, "partial", path, otherwise=True)
        by: tuple[str, ...] = ("to",)
        if (item := part.get("by")) is not None:
            parties = item if isinstance(item, Items) else Items(item.line, (item,))
            listed = self.each(parties, f"{path}.by", lambda at, here: self.choice(at, here, PARTIES), least=1)
            by = tuple(party for party in PARTIES if party in listed) or by
        levels = self.levels_of(part.get("tiers"), f"{path}.tiers")
        return Cap(points=points, count=count, per=per, by=by, net=net, partial=partial, levels=levels)

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
        levels = self.levels_of(named.items.get("tier"), f"{path}.tier")
        member_for = self.member_for(named.items.get("member_for"), f"{path}.member_for")
        standing = self.standings(named.items.get("standing"), f"{path}.standing")
        rest = {key: item for key, item in named.items.items() if key not in ABOUT_PEOPLE}
        conditions = self.conditions(Mapped(node.line, rest, named.lines), path)
        return When(
            conditions=conditions, not_self=not_self, levels=levels, member_for=member_for, standing=standing
        )

    def standings(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read where the receiver may stand with the house rules."""
        if node is None:
            return ()
        words = self.words(node, path, least=1)
        for item, here in each_of(node, path):
            if isinstance(item, Text) and item.text in words:
                self.choice(item, here, STANDINGS)
        return words

    def member_for(self, node: Node | None, path: str) -> Condition | None:
        """Read since how long the receiver must be a member: bounds that are lengths of time."""
        if node is None:
            return None
        part = self.mapping(node, path, keys=BOUNDS).items
        if isinstance(node, Mapped) and not node.items:
            self.fault("MISSING", node, path, f"expected at least one of {', '.join(BOUNDS)}")
        gte, gt, lte, lt = (self.length(part[key], f"{path}.{key}") if key in part else None for key in BOUNDS)
        return Condition(field="member_for", gte=gte, gt=gt, lte=lte, lt=lt)


def with_defaults(node: Node, defaults: Mapped) -> Node:
    """Return a rule that says what it says itself, and what all rules say; in `when` field by field."""
    if not isinstance(node, Mapped):
        return node
    items = {**defaults.items, **node.items}
    common, own = defaults.items.get("when"), node.items.get("when")
    if isinstance(common, Mapped) and isinstance(own, Mapped):
        items["when"] = Mapped(own.line, {**common.items, **own.items}, {**common.lines, **own.lines})
    return Mapped(node.line, items, {**defaults.lines, **node.lines})
