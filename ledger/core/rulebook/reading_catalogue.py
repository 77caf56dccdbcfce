"""Reads the seeds of the catalogue: perks, offers, the welcome, and the playbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.core.rulebook.grammar import Mark, OfferCap, OfferTerms, PerkLimit, PerkTerms, Task, Unit
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkKind, Stage
from ledger.core.rulebook.reading_parts import PERIODS, unknown
from ledger.core.rulebook.reading_tiers import TierReading
from ledger.core.rulebook.tree import Mapped, Node, Text
from ledger.core.values import Micros

PERK_KEYS = (
    "cost",
    "stock",
    "per_member",
    "tiers",
    "reserve_for",
    "deliver",
    "target",
    "approve",
    "refund",
    "kind",
    "names",
    "descriptions",
)
OFFER_KEYS = ("audience", "after_value", "at_most", "silent_if", "perk", "url", "names")
TASK_KEYS = ("stage", "id", "due", "every", "after", "done_by", "names")
MOST_OFFER_DAYS = 400
HEALTH = ("lively", "steady", "cooling", "quiet")


@dataclass(slots=True)
class CatalogueReading(TierReading):
    """Reads what a community puts up, knowing units, levels and metrics."""

    perk_codes: set[str] = field(default_factory=set)

    def perks(self, node: Node | None) -> tuple[PerkTerms, ...]:
        """Read the perks."""
        named = self.codes(node, "perks").items if node is not None else {}
        return tuple(self.perk(code, item, f"perks.{code}") for code, item in named.items())

    def perk(self, code: str, node: Node, path: str) -> PerkTerms:
        """Read one perk."""
        part = self.mapping(node, path, keys=PERK_KEYS).items
        unit, cost = self.cost(part.get("cost"), f"{path}.cost")
        reserve = (
            self.length(part["reserve_for"], f"{path}.reserve_for", least=1) if "reserve_for" in part else None
        )
        fulfilment = Fulfilment(self.chosen(part, "deliver", path, list(Fulfilment), Fulfilment.MANUAL))
        target = (self.sentence(part["target"], f"{path}.target") or "") if "target" in part else ""
        if fulfilment in (Fulfilment.PLATFORM_ROLE, Fulfilment.WEBHOOK):
            self.required(part, "target", node, path)
        return PerkTerms(
            code=code,
            names=self.names(part.get("names"), f"{path}.names"),
            descriptions=self.names(part.get("descriptions"), f"{path}.descriptions"),
            kind=PerkKind(self.chosen(part, "kind", path, list(PerkKind), PerkKind.DIGITAL)),
            unit=unit.code,
            cost=cost,
            tiers=self.first_ladder_levels(part.get("tiers"), f"{path}.tiers"),
            stock=self.whole(part["stock"], f"{path}.stock", least=0) if "stock" in part else None,
            limit=self.limit(part.get("per_member"), f"{path}.per_member"),
            fulfilment=fulfilment,
            target=target,
            approve=self.flagged(part, "approve", path, otherwise=False),
            reserve_for=None if reserve is None else Micros(reserve),
            refund_within=self.refund(part.get("refund"), f"{path}.refund"),
        )

    def cost(self, node: Node | None, path: str) -> tuple[Unit, int]:
        """Read `{points: 80}`, or a number of the first unit that is spent."""
        spendable = {code: unit for code, unit in self.unit_codes.items() if unit.spendable}
        first = next(iter(spendable.values()), Unit(code=""))
        if node is None:
            return first, 0
        if not isinstance(node, Mapped):
            return first, self.points(node, path, scale=first.scale, least=0) or 0
        if len(node.items) != 1:
            self.fault("WRONG_VALUE", node, path, "expected one unit and how much of it, such as {points: 80}")
            return first, 0
        [(code, item)] = node.items.items()
        if code not in spendable:
            unknown(self, "unit", code, node, path, spendable)
        unit = spendable.get(code, first)
        return unit, self.points(item, f"{path}.{code}", scale=unit.scale, least=0) or 0

    def first_ladder_levels(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read levels of the first ladder."""
        return self.references(node, path, "level", self.first_levels) if node is not None else ()

    def limit(self, node: Node | None, path: str) -> PerkLimit | None:
        """Read `{count: 1, per: month}`."""
        if node is None:
            return None
        part = self.mapping(node, path, keys=["count", "per"]).items
        counted = self.required(part, "count", node, path)
        count = self.whole(counted, f"{path}.count", least=1) if counted is not None else 1
        return PerkLimit(count=count or 1, per=self.chosen(part, "per", path, PERIODS, "ever"))

    def refund(self, node: Node | None, path: str) -> Micros | None:
        """Read `{within: 7d}`."""
        if node is None:
            return None
        part = self.mapping(node, path, keys=["within"]).items
        within = self.required(part, "within", node, path)
        length = self.length(within, f"{path}.within", least=1) if within is not None else None
        return None if length is None else Micros(length)

    def welcome(self, node: Node | None) -> str:
        """Read `{perk: hello}`: what every new member is given."""
        if node is None:
            return ""
        part = self.mapping(node, "welcome", keys=["perk"]).items
        code = self.required_word(part, "perk", node, "welcome") or ""
        if code and code not in self.perk_codes:
            unknown(self, "perk", code, part["perk"], "welcome.perk", self.perk_codes)
        return code

    def offers(self, node: Node | None) -> tuple[OfferTerms, ...]:
        """Read the offers."""
        named = self.codes(node, "offers").items if node is not None else {}
        return tuple(self.offer(code, item, f"offers.{code}") for code, item in named.items())

    def offer(self, code: str, node: Node, path: str) -> OfferTerms:
        """Read one offer."""
        part = self.mapping(node, path, keys=OFFER_KEYS).items
        perk = (self.word(part["perk"], f"{path}.perk") or "") if "perk" in part else ""
        if perk and perk not in self.perk_codes:
            unknown(self, "perk", perk, part["perk"], f"{path}.perk", self.perk_codes)
        after: Mapping[str, Node] = {}
        if (value := part.get("after_value")) is not None:
            after = self.mapping(value, f"{path}.after_value", keys=["all", "any"]).items
        return OfferTerms(
            code=code,
            names=self.names(part.get("names"), f"{path}.names"),
            perk=perk,
            url=(self.sentence(part["url"], f"{path}.url") or "") if "url" in part else "",
            audience=self.first_ladder_levels(part.get("audience"), f"{path}.audience"),
            after_all=self.marks(after.get("all"), f"{path}.after_value.all"),
            after_any=self.marks(after.get("any"), f"{path}.after_value.any"),
            at_most=self.each(part.get("at_most"), f"{path}.at_most", self.offer_cap),
            silent_if=self.marks(part.get("silent_if"), f"{path}.silent_if"),
        )

    def marks(self, node: Node | None, path: str) -> tuple[Mark, ...]:
        """Read marks on metrics, none of them a share of the community's."""
        return self.each(node, path, self.mark)

    def mark(self, node: Node, path: str) -> Mark | None:
        """Read one mark."""
        one = self.requirement(node, path)
        if one is None:
            return None
        if one.share is not None:
            self.fault("WRONG_VALUE", node, path, "expected a number, not a share of the community's")
        return Mark(
            metric=one.metric,
            bound=one.bound,
            target=one.target,
            days=one.days,
            months=one.months,
            distinct=one.distinct,
        )

    def offer_cap(self, node: Node, path: str) -> OfferCap | None:
        """Read `{count: 1, per: 14d, by: [member]}`."""
        part = self.mapping(node, path, keys=["count", "per", "by"]).items
        counted, per = self.required(part, "count", node, path), self.required(part, "per", node, path)
        count = self.whole(counted, f"{path}.count", least=1) if counted is not None else None
        days = self.days(per, f"{path}.per", most=MOST_OFFER_DAYS) if per is not None else None
        whose = self.words(part.get("by"), f"{path}.by") or ("member",)
        if whose not in (("member",), ("community",)):
            self.fault("WRONG_VALUE", part["by"], f"{path}.by", "expected [member] or [community]")
        return OfferCap(count=count, days=days, by_community=whose == ("community",)) if count and days else None

    def task(self, node: Node, path: str) -> Task | None:
        """Read one task of the playbook."""
        part = self.mapping(node, path, keys=TASK_KEYS).items
        name = self.required_name(part, node, path)
        self.required(part, "stage", node, path)
        stage = Stage(self.chosen(part, "stage", path, list(Stage), Stage.FOUNDING))
        lengths = {key: self.length(part[key], f"{path}.{key}") for key in ("due", "every") if key in part}
        due, every = lengths.get("due"), lengths.get("every")
        if len([key for key in ("due", "every", "after") if key in part]) > 1:
            self.fault("WRONG_VALUE", node, path, "expected only one of due, every and after")
        members, health = self.after(part.get("after"), f"{path}.after")
        if name is None:
            return None
        return Task(
            id=name,
            stage=stage,
            done_by=(self.word(part["done_by"], f"{path}.done_by") or "") if "done_by" in part else "",
            due=None if due is None else Micros(due),
            every=None if every is None else Micros(every),
            after_members=members,
            after_health=health,
            names=self.names(part.get("names"), f"{path}.names"),
        )

    def after(self, node: Node | None, path: str) -> tuple[int, tuple[str, ...]]:
        """Read `{members: {gte: 30}}` or `{health: [steady, lively]}`."""
        if node is None:
            return 0, ()
        part = self.mapping(node, path, keys=["members", "health"]).items
        members, health = 0, self.words(part.get("health"), f"{path}.health")
        if (item := part.get("members")) is not None:
            inner = self.mapping(item, f"{path}.members", keys=["gte"]).items
            least = self.required(inner, "gte", item, f"{path}.members")
            members = (self.whole(least, f"{path}.members.gte", least=1) or 0) if least is not None else 0
        for number, word in enumerate(health):
            if word not in HEALTH:
                at, here = Text(part["health"].line, word), f"{path}.health[{number}]"
                self.fault("WRONG_VALUE", at, here, f"expected one of {', '.join(HEALTH)}")
        return members, health
