"""Reads metrics, and marks on them: what must be reached, in which window."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.core.rulebook.grammar import Metric, Requirement, Share, Terms, Unit
from ledger.core.rulebook.reading_parts import BOUNDS, PartReading, unknown
from ledger.core.rulebook.standard import COMMUNITY, STANDARD
from ledger.core.rulebook.tree import Mapped, Node, Text

ACTIVE_DAYS = "active_days"
MEMBER_FOR = "member_for"
BUILT_IN = (ACTIVE_DAYS, MEMBER_FOR)
OF_UNITS = ("earned", "balance")
WINDOW = re.compile(r"([1-9][0-9]{0,2})(d|mo)\Z")
MOST_DAYS = 400
MOST_MONTHS = 13
PARTIES = {"giver": "actor", "flagger": "actor"}
"""What the one who did it may be called where different ones are counted."""
JUNCTIONS = ("all", "any", "none")


@dataclass(slots=True)
class MetricReading(PartReading):
    """Reads metrics and requirements, knowing the units."""

    metrics_read: dict[str, Metric] = field(default_factory=dict)
    metric_codes: set[str] = field(default_factory=set)
    metrics_named: set[str] = field(default_factory=set)

    def metrics(self, node: Node | None) -> tuple[Metric, ...]:
        """Read the rulebook's own metrics."""
        if node is None:
            return ()
        named = self.codes(node, "metrics")
        for code in BUILT_IN:
            if code in named.items:
                at = Text(named.lines[code], code)
                self.fault("WRONG_VALUE", at, f"metrics.{code}", f"expected another name: the ledger keeps {code}")
        read = [self.metric(code, item, f"metrics.{code}") for code, item in named.items.items()]
        return tuple(metric for metric in read if metric)

    def metric(self, code: str, node: Node, path: str) -> Metric | None:
        """Read one metric."""
        keys = ["event", "by", "sum", "distinct", "per", "when", "undo_on", "names"]
        part = self.mapping(node, path, keys=keys).items
        listed = self.required(part, "event", node, path)
        events = self.words(listed, f"{path}.event", least=1) if listed is not None else ()
        by = self.party(part["by"], f"{path}.by") if "by" in part else None
        summed = self.field_word(part.get("sum"), f"{path}.sum")
        distinct = self.distinct(part.get("distinct"), f"{path}.distinct")
        if "sum" in part and "distinct" in part:
            self.fault("WRONG_VALUE", part["distinct"], f"{path}.distinct", "expected either sum or distinct")
        per = self.whole(part["per"], f"{path}.per", least=1) if "per" in part else 1
        conditions = self.conditions(part.get("when"), f"{path}.when")
        undo_on = self.each(part.get("undo_on"), f"{path}.undo_on", self.undo_on)
        names = self.names(part.get("names"), f"{path}.names")
        if not events:
            return None
        return Metric(
            code=code,
            events=events,
            by=by or "actor",
            sum=summed,
            distinct=distinct,
            per=per or 1,
            conditions=conditions,
            undo_on=undo_on,
            names=names,
        )

    def distinct(self, node: Node | None, path: str) -> str:
        """Read what different ones are counted of: people, objects, days, or values of a field."""
        word = self.field_word(node, path)
        return PARTIES.get(word, word)

    def named_metrics(self, own: Iterable[Metric]) -> tuple[Metric, ...]:
        """Return the rulebook's own metrics, then the standard ones that it names."""
        listed = tuple(own)
        rest = self.metrics_named - {metric.code for metric in listed}
        return (*listed, *(metric for code, metric in STANDARD.items() if code in rest))

    def metric_of(self, code: str, node: Node, path: str, known: Iterable[str]) -> Metric | None:
        """Return a metric by its name, the rulebook's own or a standard one."""
        metric = self.metrics_read.get(code) or (None if code in self.metric_codes else STANDARD.get(code))
        if metric is not None:
            self.metrics_named.add(code)
        elif code not in self.metric_codes:
            unknown(self, "metric", code, node, path, known)
        return metric

    def terms(self, node: Node, path: str) -> Terms | None:
        """Read `{all: […], any: […], none: […]}`, nested or not."""
        part = self.mapping(node, path, keys=JUNCTIONS).items
        if isinstance(node, Mapped) and not node.items:
            self.fault("MISSING", node, path, f"expected at least one of {', '.join(JUNCTIONS)}")
        read: list[tuple[Requirement | Terms, ...]] = [
            self.each(part.get(key), f"{path}.{key}", self.term, least=1) for key in JUNCTIONS
        ]
        return Terms(all=read[0], any=read[1], none=read[2])

    def term(self, node: Node, path: str) -> Requirement | Terms | None:
        """Read one mark, or terms within terms."""
        if isinstance(node, Mapped) and any(key in node.items for key in JUNCTIONS):
            return self.terms(node, path)
        return self.requirement(node, path)

    def requirement(self, node: Node, path: str) -> Requirement | None:
        """Read one mark on one metric: exactly one bound, perhaps in a window."""
        part = self.mapping(node, path, keys=["metric", "in", *BOUNDS, "hard", "distinct"]).items
        code = self.required_word(part, "metric", node, path)
        given = [key for key in BOUNDS if key in part]
        if isinstance(node, Mapped) and len(given) != 1:
            self.fault("MISSING", node, path, f"expected exactly one of {', '.join(BOUNDS)}")
        days, months = self.window(part.get("in"), f"{path}.in")
        distinct = self.distinct(part.get("distinct"), f"{path}.distinct")
        hard = self.flagged(part, "hard", path, otherwise=False)
        if code is None:
            return None
        unit, what = self.measured(code)
        if unit is None and code not in BUILT_IN:
            self.member_metric(code, part["metric"], f"{path}.metric")
        elif "distinct" in part:
            self.fault("WRONG_VALUE", part["distinct"], f"{path}.distinct", "expected only of a metric of events")
        if "in" in part and (what == "balance" or code == MEMBER_FOR):
            self.fault("WRONG_VALUE", part["in"], f"{path}.in", f"expected no window: {code} is what it is now")
        bound = given[0] if len(given) == 1 else "gte"
        target, share = self.target(code, unit, bound, part, f"{path}.{bound}")
        return Requirement(
            metric=code,
            bound=bound,
            target=target,
            share=share,
            days=days,
            months=months,
            distinct=distinct,
            hard=hard,
        )

    def measured(self, code: str) -> tuple[Unit | None, str]:
        """Return the unit of `unit.earned` or `unit.balance`, and which of them it is."""
        name, _, what = code.rpartition(".")
        return (self.unit_codes.get(name) if what in OF_UNITS else None), what

    def member_metric(self, code: str, node: Node, path: str) -> None:
        """Check that a metric is one of members."""
        of_units = [f"{unit}.{what}" for unit in self.unit_codes for what in OF_UNITS]
        of_members = [metric for metric, at in {**STANDARD, **self.metrics_read}.items() if at.by != COMMUNITY]
        metric = self.metric_of(code, node, path, [*of_units, *BUILT_IN, *of_members])
        if metric is not None and metric.by == COMMUNITY:
            self.fault("WRONG_VALUE", node, path, "expected a metric of members, not of the community")

    def target(
        self, code: str, unit: Unit | None, bound: str, part: Mapping[str, Node], path: str
    ) -> tuple[int, Share | None]:
        """Read a mark in what its metric counts, or a share of the community's."""
        node = part.get(bound)
        if node is None:
            return 0, None
        if unit is not None:
            return self.points(node, path, scale=unit.scale) or 0, None
        if code == MEMBER_FOR:
            return self.length(node, path) or 0, None
        if isinstance(node, Mapped) and bound == "gte" and code != ACTIVE_DAYS:
            return 0, self.share(node, path)
        return self.whole(node, path, least=0) or 0, None

    def share(self, node: Mapped, path: str) -> Share | None:
        """Read `{percent: 25, of: community.topics, at_most: 500}`."""
        part = self.mapping(node, path, keys=["percent", "of", "at_most"]).items
        share, of = self.required(part, "percent", node, path), self.required_word(part, "of", node, path)
        percent = self.number(share, f"{path}.percent") if share is not None else None
        if share is not None and percent is not None and not 0 < percent <= 100:
            self.fault("WRONG_VALUE", share, f"{path}.percent", "expected more than 0, at most 100")
        at_most = self.whole(part["at_most"], f"{path}.at_most", least=1) if "at_most" in part else None
        whose, _, code = (of or "").rpartition(".")
        known = {**STANDARD, **self.metrics_read}
        whole = [f"{COMMUNITY}.{name}" for name, metric in known.items() if metric.by == COMMUNITY]
        if of is not None and whose != COMMUNITY:
            self.fault("WRONG_VALUE", part["of"], f"{path}.of", f"expected one of {', '.join(whole)}", known=whole)
        elif of is not None:
            metric = self.metric_of(code, part["of"], f"{path}.of", [one.rpartition(".")[2] for one in whole])
            if metric is not None and metric.by != COMMUNITY:
                self.fault("WRONG_VALUE", part["of"], f"{path}.of", "expected a metric of the community")
        return Share(percent=Fraction(percent), of=code, at_most=at_most) if percent is not None and of else None

    def window(self, node: Node | None, path: str) -> tuple[int, int]:
        """Read how many days or months back a metric is counted."""
        if node is None:
            return 0, 0
        found = WINDOW.match(node.text) if isinstance(node, Text) else None
        if found is None:
            self.fault("WRONG_TYPE", node, path, "expected a window such as 90d or 6mo")
            return 0, 0
        number, most = int(found[1]), MOST_DAYS if found[2] == "d" else MOST_MONTHS
        if number > most:
            self.fault("WRONG_VALUE", node, path, f"expected at most {most}{found[2]}")
        return (number, 0) if found[2] == "d" else (0, number)
