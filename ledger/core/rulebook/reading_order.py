"""Reads strike ladders and house rules: `ladders` and `violations`."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.core.rulebook.grammar.order import HouseRule, StrikeLadder, StrikeStep
from ledger.core.rulebook.reading_parts import PartReading, unknown
from ledger.core.rulebook.tree import Items, Mapped, Node, Text

LADDER_KEYS = ("forget_after", "appeal", "steps")
STEP_KEYS = ("warn", "points", "unit", "no_earning", "remove")


class OrderReading(PartReading):
    """Reads what is not done and what follows, knowing the units."""

    def strike_ladders(self, node: Node | None) -> None:
        """Read the ladders that house rules may share."""
        for code, item in self.codes(node, "ladders").items.items() if node is not None else ():
            path = f"ladders.{code}"
            part = self.mapping(item, path, keys=LADDER_KEYS).items
            self.strike_ladders_read[code] = self.strike_ladder(code, part, item, path)

    def strike_ladder(self, code: str, part: Mapping[str, Node], node: Node, path: str) -> StrikeLadder:
        """Read one ladder's steps, when a violation is forgotten, and how long one may appeal."""
        forget, appeal = part.get("forget_after"), part.get("appeal")
        return StrikeLadder(
            code=code,
            steps=self.strike_steps(self.required(part, "steps", node, path), f"{path}.steps"),
            forget_after=self.length(forget, f"{path}.forget_after", least=1) if forget is not None else None,
            appeal=(self.length(appeal, f"{path}.appeal", least=1) or 0) if appeal is not None else 0,
        )

    def strike_steps(self, node: Node | None, path: str) -> tuple[StrikeStep, ...]:
        """Read what each violation brings, the first one's first; after removal nothing is left to bring."""
        steps = self.each(node, path, self.strike_step, least=1)
        for number, item in enumerate(node.items if isinstance(node, Items) else ()):
            if number and number <= len(steps) and steps[number - 1].remove:
                self.fault("WRONG_VALUE", item, f"{path}[{number}]", "expected no step after removal")
        return steps

    def strike_step(self, node: Node, path: str) -> StrikeStep:
        """Read one step: at least one of its keys but the unit."""
        part = self.mapping(node, path, keys=STEP_KEYS).items
        brings = [key for key in STEP_KEYS if key != "unit"]
        if isinstance(node, Mapped) and not any(key in part for key in brings):
            self.fault("MISSING", node, path, f"expected at least one of {', '.join(brings)}")
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        points, pause = part.get("points"), part.get("no_earning")
        taken = self.points(points, f"{path}.points", scale=unit.scale) if points is not None else None
        if points is not None and taken is not None and taken >= 0:
            self.fault("WRONG_VALUE", points, f"{path}.points", "expected points to take, such as -5")
        if "unit" in part and points is None:
            self.fault("MISSING", part["unit"], f"{path}.points", "expected points to take in this unit")
        return StrikeStep(
            warn=self.must_be_true(part.get("warn"), f"{path}.warn"),
            points=taken or 0,
            unit=unit.code if taken else "",
            no_earning=(self.length(pause, f"{path}.no_earning", least=1) or 0) if pause is not None else 0,
            remove=self.must_be_true(part.get("remove"), f"{path}.remove"),
        )

    def must_be_true(self, node: Node | None, path: str) -> bool:
        """Read a flag that is left out where it does not hold."""
        if node is None:
            return False
        if self.flag(node, path) is False:
            self.fault("WRONG_VALUE", node, path, "expected true, or to leave it out")
        return True

    def house_rules(self, node: Node | None) -> tuple[HouseRule, ...]:
        """Read what is not done; each on a shared ladder, or on one of its own, which has its name."""
        if node is None:
            return ()
        named = self.codes(node, "violations")
        return tuple(
            self.house_rule(code, item, Text(named.lines[code], code), f"violations.{code}")
            for code, item in named.items.items()
        )

    def house_rule(self, code: str, node: Node, at: Text, path: str) -> HouseRule:
        """Read one house rule."""
        part = self.mapping(node, path, keys=["ladder", *LADDER_KEYS, "names"]).items
        names = self.names(part.get("names"), f"{path}.names")
        own = [key for key in LADDER_KEYS if key in part]
        if "ladder" in part:
            ladder = self.word(part["ladder"], f"{path}.ladder") or ""
            if ladder not in self.strike_ladders_read:
                unknown(self, "ladder", ladder, part["ladder"], f"{path}.ladder", self.strike_ladders_read)
            for key in own:
                self.fault("WRONG_VALUE", part[key], f"{path}.{key}", "expected this at the ladder, not here")
            return HouseRule(code=code, ladder=ladder, names=names)
        if isinstance(node, Mapped) and "steps" not in part:
            self.fault("MISSING", node, path, "expected either ladder or steps")
        elif code in self.strike_ladders_read:
            self.fault("TWICE", at, path, f"expected a name that none of ladders has, or ladder: {code}")
        else:
            self.strike_ladders_read[code] = self.strike_ladder(code, part, node, path)
        return HouseRule(code=code, ladder=code, names=names)
