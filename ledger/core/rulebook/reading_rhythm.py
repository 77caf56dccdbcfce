"""Reads what pays by rhythm: activities, streaks, and sums of a day."""

from __future__ import annotations

from datetime import date

from ledger.core.rulebook.grammar import Accrual, Activity, Freezes, Streak
from ledger.core.rulebook.reading_parts import PartReading
from ledger.core.rulebook.tree import Mapped, Node, Text, scalar
from ledger.core.values import DAY, LARGEST_POINTS

LONGEST_ACTIVITY = 31 * DAY
LONGEST_STREAK = 10_000
MOST_FREEZES = 100
RECURS = "FREQ="
YEARS = range(1970, 2200)
"""In which an activity may begin to happen."""


class RhythmReading(PartReading):
    """Reads what comes again and again, knowing the rules."""

    def activity(self, node: Node, path: str) -> Activity | None:
        """Read one activity. Whether its rule of recurrence is one is for a library to say."""
        keys = ["id", "at", "for", "multiply", "unlock", "starts", "names"]
        part = self.mapping(node, path, keys=keys).items
        name = self.required_name(part, node, path)
        recurs = self.required_word(part, "at", node, path)
        if recurs is not None and not recurs.startswith(RECURS):
            expected = "expected a rule of recurrence such as 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=20'"
            self.fault("WRONG_VALUE", part["at"], f"{path}.at", expected)
        lasts, length = self.required(part, "for", node, path), None
        if lasts is not None:
            length = self.length(lasts, f"{path}.for", least=1, most=LONGEST_ACTIVITY)
        multiply = self.factors(part.get("multiply"), f"{path}.multiply", "rule", self.rule_ids)
        said = {rule: factors[name] for rule, factors in self.factors_read.items() if name in factors}
        for rule in said.keys() & multiply.keys():
            expected = "expected this factor here or at the rule, not at both"
            self.fault("TWICE", part["multiply"], f"{path}.multiply.{rule}", expected)
        unlock = self.rule_references(part.get("unlock"), f"{path}.unlock")
        starts = self.day(part["starts"], f"{path}.starts") if "starts" in part else None
        names = self.names(part.get("names"), f"{path}.names")
        if name is None or recurs is None or length is None:
            return None
        return Activity(
            id=name,
            rule=recurs,
            length=length,
            starts=starts or 0,
            multiply={**multiply, **said},
            unlock=unlock,
            names=names,
        )

    def day(self, node: Node, path: str) -> int | None:
        """Read a date as its ordinal."""
        text = node.text if isinstance(node, Text) else ""
        try:
            day = date.fromisoformat(text if len(text) == 10 else "")
        except ValueError:
            self.fault("WRONG_TYPE", node, path, "expected a date such as 2026-01-05")
            return None
        if day.year in YEARS:
            return day.toordinal()
        self.fault("WRONG_VALUE", node, path, f"expected a year from {YEARS[0]} to {YEARS[-1]}")
        return None

    def streak(self, node: Node, path: str) -> Streak | None:
        """Read one streak."""
        part = self.mapping(
            node, path, keys=["id", "per", "tz", "from", "unit", "reward", "freezes", "names"]
        ).items
        name = self.paying_name(part, node, path)
        self.required(part, "per", node, path)
        per = self.chosen(part, "per", path, ["day", "week"], "week")
        self.chosen(part, "tz", path, ["member", "community"], "community")
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        rules = self.rule_references(self.required(part, "from", node, path), f"{path}.from")
        paid = self.required(part, "reward", node, path)
        rewards = self.rewards(paid, f"{path}.reward", unit.scale) if paid is not None else {}
        freezes = self.freezes(part.get("freezes"), f"{path}.freezes")
        names = self.names(part.get("names"), f"{path}.names")
        if name is None:
            return None
        return Streak(id=name, unit=unit.code, per=per, rules=rules, rewards=rewards, freezes=freezes, names=names)

    def rewards(self, node: Node, path: str, scale: int) -> dict[int, int]:
        """Read what each length of a run pays, shortest first."""
        named, read = self.named(node, path), {}
        if isinstance(node, Mapped) and not node.items:
            self.fault("MISSING", node, path, "expected at least one length and its reward, such as 4: 10")
        for length, item in named.items.items():
            at, here = Text(named.lines[length], length), f"{path}.{length}"
            periods = self.whole(at, here, least=1, most=LONGEST_STREAK)
            points = self.points(item, here, scale=scale, least=1)
            if periods in read:
                self.fault("TWICE", at, here, "expected each length once")
            if periods is not None and points is not None:
                read[periods] = points
        return dict(sorted(read.items()))

    def freezes(self, node: Node | None, path: str) -> Freezes | None:
        """Read how many missed periods a run survives."""
        if node is None:
            return None
        part = self.mapping(node, path, keys=["every", "hold"]).items
        every, hold = self.required(part, "every", node, path), self.required(part, "hold", node, path)
        earned = self.whole(every, f"{path}.every", least=1, most=LONGEST_STREAK) if every is not None else None
        kept = self.whole(hold, f"{path}.hold", least=1, most=MOST_FREEZES) if hold is not None else None
        return Freezes(every=earned, hold=kept) if earned and kept else None

    def accrual(self, node: Node, path: str) -> Accrual | None:
        """Read one sum of a day and what it is worth."""
        keys = ["id", "unit", "event", "per", "sum", "gte", "amount", "when", "names"]
        part = self.mapping(node, path, keys=keys).items
        name = self.paying_name(part, node, path)
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        events = self.words(part["event"], f"{path}.event", least=1) if "event" in part else ()
        self.chosen(part, "per", path, ["day"], "day")
        summed = self.field_word(self.required(part, "sum", node, path), f"{path}.sum")
        least = self.whole(part["gte"], f"{path}.gte", least=1) if "gte" in part else 1
        paid, worth = self.required(part, "amount", node, path), None
        if paid is not None:
            worth = self.worth(paid, f"{path}.amount", unit.scale)
        conditions = self.conditions(part.get("when"), f"{path}.when")
        names = self.names(part.get("names"), f"{path}.names")
        if name is None or worth is None:
            return None
        return Accrual(
            id=name,
            unit=unit.code,
            field=summed,
            points=worth[0],
            per=worth[1],
            least=least or 1,
            events=events,
            conditions=conditions,
            names=names,
        )

    def worth(self, node: Node, path: str, scale: int) -> tuple[int, int] | None:
        """Read a number, or `{from: sum, per: 100}`: one whole unit for every hundred; points and `per`."""
        if isinstance(node, Text) and not isinstance(scalar(node), str):
            points = self.points(node, path, scale=scale, least=1)
            return (points, 0) if points is not None else None
        if not isinstance(node, Mapped) or not node.items:
            self.fault("WRONG_TYPE", node, path, "expected a number or {from: sum, per: 100}")
            return None
        part = self.mapping(node, path, keys=["from", "per"]).items
        self.required(part, "from", node, path)
        self.chosen(part, "from", path, ["sum"], "sum")
        per = self.whole(part["per"], f"{path}.per", least=1, most=LARGEST_POINTS) if "per" in part else 1
        return 10**scale, per or 1
