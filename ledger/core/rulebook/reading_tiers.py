"""Reads ladders of levels: by thresholds of one measure, judged at the event, or by terms, judged daily."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from ledger.core.rulebook.grammar import Ladder, Level, Stay, Terms, Unit
from ledger.core.rulebook.grammar.tiers import FOREVER, KEPT, WHILE
from ledger.core.rulebook.reading_metrics import MetricReading
from ledger.core.rulebook.tree import Items, Mapped, Node, Text

LADDER_KEYS = ("every", "measure", "stay", "levels", "lockable")
DAILY = re.compile(r"day@([01][0-9]|2[0-3]):([0-5][0-9])\Z")
GROUP = re.compile(r"group:[\w-]{1,64}\Z")
MOST_DAYS = 3_650


class TierReading(MetricReading):
    """Reads ladders, knowing units and metrics."""

    def ladders(self, node: Node | None) -> tuple[Ladder, ...]:
        """Read the ladders of levels."""
        named = self.codes(node, "tiers").items if node is not None else {}
        ladders = [self.ladder(code, item, f"tiers.{code}") for code, item in named.items()]
        return tuple(ladder for ladder in ladders if ladder)

    def ladder(self, code: str, node: Node, path: str) -> Ladder | None:
        """Read one ladder."""
        part = self.mapping(node, path, keys=LADDER_KEYS).items
        every, listed = self.required(part, "every", node, path), self.required(part, "levels", node, path)
        daily = self.daily(every, f"{path}.every") if every is not None else None
        if isinstance(listed, Items):
            return self.ladder_by_terms(code, part, path, daily, listed)
        if daily is not None and listed is not None:
            self.fault("WRONG_TYPE", listed, f"{path}.levels", "expected a list of levels with their terms")
            return None
        if "lockable" in part:
            self.fault("WRONG_VALUE", part["lockable"], f"{path}.lockable", "expected only beside every: day@04:00")
        measure = self.required(part, "measure", node, path)
        unit, what = Unit(code=""), ""
        if measure is not None:
            unit, what = self.measure(measure, f"{path}.measure", ["balance", "earned"])
        stay = self.chosen(part, "stay", path, [WHILE, FOREVER], WHILE)
        levels = self.levels(listed, f"{path}.levels", unit) if listed is not None else ()
        return Ladder(code=code, unit=unit.code, measure=what, stay=stay, levels=levels)

    def daily(self, node: Node, path: str) -> int | None:
        """Read `day@04:00` as the minute of the day; `event` is None."""
        found = DAILY.match(node.text) if isinstance(node, Text) else None
        if found is not None:
            return int(found[1]) * 60 + int(found[2])
        if not isinstance(node, Text) or node.text != "event":
            self.fault("WRONG_VALUE", node, path, "expected event, or a time of day as day@04:00", known=["event"])
        return None

    def levels(self, node: Node, path: str, unit: Unit) -> tuple[Level, ...]:
        """Read levels and their thresholds; the result begins with the lowest."""
        thresholds: dict[int, str] = {}
        for code, item in self.codes(node, path).items.items():
            points = self.points(item, f"{path}.{code}", scale=unit.scale)
            if points in thresholds:
                self.fault(
                    "TWICE", item, f"{path}.{code}", f"expected a threshold other than {thresholds[points]}'s"
                )
            elif points is not None:
                thresholds[points] = code
        return tuple(Level(code=code, threshold=points) for points, code in sorted(thresholds.items()))

    def measure(self, node: Node, path: str, options: list[str]) -> tuple[Unit, str]:
        """Read `unit.what`, such as `rep.balance`."""
        text = self.word(node, path) or ""
        code, _, what = text.rpartition(".")
        unit = self.unit_codes.get(code)
        if unit is None or what not in options:
            known = [f"{code}.{option}" for code in self.unit_codes for option in options]
            self.fault("WRONG_VALUE", node, path, f"expected one of {', '.join(known)}", known=known)
            return Unit(code=code), what
        return unit, what

    def ladder_by_terms(
        self, code: str, part: Mapping[str, Node], path: str, daily: int | None, listed: Items
    ) -> Ladder:
        """Read a ladder whose levels are a list, lowest first, each with its own terms."""
        every = part.get("every")
        if daily is None and isinstance(every, Text) and every.text == "event":
            self.fault("WRONG_VALUE", every, f"{path}.every", "expected a time of day as day@04:00")
        for key in ("measure", "stay"):
            if key in part:
                self.fault("WRONG_VALUE", part[key], f"{path}.{key}", "expected only beside levels by thresholds")
        levels = self.each(listed, f"{path}.levels", self.level, least=1)
        self.twice(listed, f"{path}.levels", "id")
        for number, item in enumerate(listed.items):
            if number and isinstance(item, Mapped):
                self.required(item.items, "enter", item, f"{path}.levels[{number}]")
        lockable = self.flagged(part, "lockable", path, otherwise=False)
        return Ladder(code=code, levels=levels, daily_at=daily, lockable=lockable)

    def level(self, node: Node, path: str) -> Level | None:
        """Read one level by terms."""
        part = self.mapping(node, path, keys=["id", "enter", "stay", "grants", "names"]).items
        name = self.required_name(part, node, path)
        enter, manual = self.enter(part.get("enter"), f"{path}.enter")
        stay = self.stay(part.get("stay"), f"{path}.stay")
        grants = self.words(part.get("grants"), f"{path}.grants", least=1)
        for number, group in enumerate(grants):
            if not GROUP.match(group):
                at = Text(part["grants"].line, group)
                self.fault("WRONG_VALUE", at, f"{path}.grants[{number}]", "expected a group such as group:core")
        names = self.names(part.get("names"), f"{path}.names")
        if name is None:
            return None
        return Level(code=name, enter=enter, manual=manual, stay=stay, grants=grants, names=names)

    def enter(self, node: Node | None, path: str) -> tuple[Terms | None, bool]:
        """Read what must hold to reach a level, or that it is given by hand."""
        if node is None:
            return None, False
        if not isinstance(node, Text):
            return self.terms(node, path), False
        if node.text != "manual":
            self.fault("WRONG_VALUE", node, path, "expected manual, or {all: [{metric: …}]}", known=["manual"])
        return None, True

    def stay(self, node: Node | None, path: str) -> Stay:
        """Read how a level is kept."""
        if node is None:
            return Stay()
        if isinstance(node, Text):
            return Stay(mode=self.choice(node, path, [FOREVER, WHILE]) or WHILE)
        part = self.mapping(node, path, keys=["low_water", "grace", "min_stay", "warn_before"]).items
        if isinstance(node, Mapped) and not node.items:
            self.fault("MISSING", node, path, "expected at least one of low_water, grace, min_stay, warn_before")
        water: int | Fraction | None = 1
        if (item := part.get("low_water")) is not None:
            water = self.number(item, f"{path}.low_water")
            if water is not None and not 0 < water <= 1:
                self.fault("WRONG_VALUE", item, f"{path}.low_water", "expected more than 0, at most 1")
        grace, least = (self.span(part.get(key), f"{path}.{key}", MOST_DAYS) for key in ("grace", "min_stay"))
        warned = part.get("warn_before")
        if warned is not None and not grace:
            if "grace" not in part:
                self.fault("WRONG_VALUE", warned, f"{path}.warn_before", "expected only beside grace")
            warned = None
        notice = self.span(warned, f"{path}.warn_before", grace)
        return Stay(mode=KEPT, low_water=Fraction(water or 1), grace=grace, min_stay=least, warn_before=notice)

    def span(self, node: Node | None, path: str, most: int) -> int:
        """Read a number of days; absent is none."""
        return (self.days(node, path, most=most) or 0) if node is not None else 0
