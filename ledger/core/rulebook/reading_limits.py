"""Reads what limits rules from outside: caps that they share, budgets, quotas, and undos of many rules."""

from __future__ import annotations

from ledger.core.rulebook.grammar import Budget, CapGroup, Quota, Undo
from ledger.core.rulebook.reading_parts import PERIODS, PartReading
from ledger.core.rulebook.tree import Mapped, Node, Text


class LimitReading(PartReading):
    """Reads limits, knowing the rules."""

    def undo(self, node: Node, path: str) -> Undo | None:
        """Read one top-level undo."""
        part = self.mapping(node, path, keys=["event", "of", "rules", "unless"]).items
        event = self.required_word(part, "event", node, path)
        of, rules = self.chosen(part, "of", path, ["subject", "undoes"], "subject"), None
        if (item := part.get("rules")) is not None and not (isinstance(item, Text) and item.text == "all"):
            rules = self.rule_references(item, f"{path}.rules")
        unless = self.conditions(part.get("unless"), f"{path}.unless")
        return Undo(event=event, of=of, rules=rules, unless=unless) if event else None

    def cap_groups(self, node: Node | None) -> tuple[CapGroup, ...]:
        """Read the caps that rules share."""
        named = self.codes(node, "cap_groups").items if node is not None else {}
        groups = [self.cap_group(code, item, f"cap_groups.{code}") for code, item in named.items()]
        return tuple(group for group in groups if group)

    def cap_group(self, code: str, node: Node, path: str) -> CapGroup | None:
        """Read one shared cap."""
        keys = ["unit", "points", "per", "counts", "partial", "rules", "tiers"]
        part = self.mapping(node, path, keys=keys).items
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        points = None
        if (item := self.required(part, "points", node, path)) is not None:
            points = self.points(item, f"{path}.points", scale=unit.scale, least=1)
        self.required(part, "per", node, path)
        per = self.chosen(part, "per", path, PERIODS, "day")
        net = self.chosen(part, "counts", path, ["net", "gross"], "gross") == "net"
        partial = self.flagged(part, "partial", path, otherwise=True)
        listed = self.required(part, "rules", node, path)
        rules = self.rule_references(listed, f"{path}.rules", unit=unit)
        levels = self.levels_of(part.get("tiers"), f"{path}.tiers")
        if points is None:
            return None
        return CapGroup(
            code=code,
            unit=unit.code,
            points=points,
            per=per,
            rules=rules,
            net=net,
            partial=partial,
            levels=levels,
        )

    def budgets(self, node: Node | None) -> tuple[Budget, ...]:
        """Read what rules may pay in all."""
        named = self.codes(node, "budgets").items if node is not None else {}
        budgets = [self.budget(code, item, f"budgets.{code}") for code, item in named.items()]
        return tuple(budget for budget in budgets if budget)

    def budget(self, code: str, node: Node, path: str) -> Budget | None:
        """Read one budget."""
        part = self.mapping(node, path, keys=["unit", "points", "per", "partial"]).items
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        points = None
        if (item := self.required(part, "points", node, path)) is not None:
            points = self.points(item, f"{path}.points", scale=unit.scale, least=1)
        per = self.chosen(part, "per", path, PERIODS, "ever")
        partial = self.flagged(part, "partial", path, otherwise=True)
        if points is None:
            return None
        return Budget(code=code, unit=unit.code, points=points, per=per, partial=partial)

    def quota(self, node: Node, path: str) -> Quota | None:
        """Read one quota: so many per period, or so many open at once."""
        keys = ["id", "event", "by", "count", "per", "open_at_once", "of", "closed_by"]
        part = self.mapping(node, path, keys=keys).items
        name = self.required_name(part, node, path)
        listed = self.required(part, "event", node, path)
        events = self.words(listed, f"{path}.event", least=1) if listed is not None else ()
        by = self.quota_parties(part.get("by"), f"{path}.by")
        count = open_at_once = None
        if (item := part.get("count")) is not None:
            count = self.whole(item, f"{path}.count", least=1)
        if (item := part.get("open_at_once")) is not None:
            open_at_once = self.whole(item, f"{path}.open_at_once", least=1)
        if isinstance(node, Mapped) and "count" not in part and "open_at_once" not in part:
            self.fault("MISSING", node, path, "expected count or open_at_once")
        for key, with_ in (("per", "count"), ("of", "open_at_once"), ("closed_by", "open_at_once")):
            if key in part and with_ not in part:
                self.fault("WRONG_VALUE", part[key], f"{path}.{key}", f"expected only beside {with_}")
        per = self.chosen(part, "per", path, PERIODS, "day")
        of, closed_by = "object", self.words(part.get("closed_by"), f"{path}.closed_by")
        if (item := part.get("of")) is not None:
            of = (self.fields(item, f"{path}.of") or (of,))[0]
        if open_at_once and not closed_by:
            self.fault("MISSING", node, f"{path}.closed_by", "expected the event types that close one")
        if name is None:
            return None
        return Quota(
            id=name,
            events=events,
            by=by,
            count=count,
            per=per,
            open_at_once=open_at_once,
            of=of,
            closed_by=closed_by,
        )

    def quota_parties(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read who is counted: the actor, or what fields of the data name. Nobody has received yet."""
        by = self.fields(node, path) or ("actor",)
        if node is not None and (early := {"to", "member"}.intersection(by)):
            expected = "expected actor or a field of the data"
            self.fault("WRONG_VALUE", Text(node.line, min(early)), path, expected)
        return by
