"""Reads a rulebook's tree section by section, naming every fault; then checks what sections say of each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from ledger.core.rulebook.faults import Fault
from ledger.core.rulebook.grammar import Activity, Board, Rule, Rulebook, Unit
from ledger.core.rulebook.grammar.whole import ADD, COMPOUND, HIGHEST
from ledger.core.rulebook.reading_catalogue import CatalogueReading
from ledger.core.rulebook.reading_limits import LimitReading
from ledger.core.rulebook.reading_order import OrderReading
from ledger.core.rulebook.reading_parts import START, each_of
from ledger.core.rulebook.reading_rhythm import RhythmReading
from ledger.core.rulebook.reading_rules import RuleReading, with_defaults
from ledger.core.rulebook.reading_units import UnitReading
from ledger.core.rulebook.tree import Items, Mapped, Node, Text

SECTIONS = [
    "preset",
    "community",
    "units",
    "creates",
    "parameters",
    "defaults",
    "undo",
    "cap_groups",
    "budgets",
    "rules",
    "quotas",
    "activities",
    "stacking",
    "streaks",
    "accruals",
    "metrics",
    "tiers",
    "ladders",
    "violations",
    "leaderboards",
    "perks",
    "offers",
    "welcome",
    "playbook",
    "examples",
]
LISTS = ("rules", "quotas", "activities", "streaks", "accruals", "leaderboards", "playbook")
PAYING = ("rules", "streaks", "accruals")
"""What names entries, so that no two may have one id."""
WINDOW = re.compile(r"([1-9][0-9]{0,3}(d|mo|y)|all)\Z")


def read_rulebook(root: Node) -> Rulebook | list[Fault]:
    """Read a document. `examples` are left to whoever runs them.

    Returns the rulebook, or every fault in the order of their lines.
    """
    reader = RulebookReading()
    book = reader.rulebook(root)
    return sorted(reader.faults, key=lambda fault: fault.line) if reader.faults else book


class RulebookReading(UnitReading, LimitReading, RhythmReading, CatalogueReading, OrderReading, RuleReading):
    """Reads every section, in an order in which each knows what it speaks of."""

    def rulebook(self, root: Node) -> Rulebook:
        """Read the whole; what is faulty is left out of the result."""
        top = self.mapping(root, "", keys=SECTIONS)
        get = top.items.get
        name = self.word(get("preset", Text(top.line, "unnamed")), "preset") or "unnamed"
        self.parameters = self.values(get("parameters"))
        community = self.community(get("community"))
        units = self.units(get("units"), top)
        self.unit_codes = {unit.code: unit for unit in units}
        self.know(top)
        creates = self.creates(get("creates"))
        budgets = self.budgets(get("budgets"))
        self.budgets_read = {budget.code: budget for budget in budgets}
        rules = self.rules(get("rules"), get("defaults"))
        self.rules_read = {rule.id: rule for rule in rules}
        activities = self.each(get("activities"), "activities", self.activity)
        metrics = self.metrics(get("metrics"))
        self.metrics_read = {metric.code: metric for metric in metrics}
        offers = self.offers(get("offers"))
        self.strike_ladders(get("ladders"))
        house_rules = self.house_rules(get("violations"))
        for section in LISTS:
            self.twice(get(section), section, "id")
        self.ids_apart(top)
        book = Rulebook(
            name=name,
            community=community,
            units=units,
            creates=creates,
            undo=self.each(get("undo"), "undo", self.undo),
            cap_groups=self.cap_groups(get("cap_groups")),
            rules=tuple(opened(rule, activities) for rule in rules),
            quotas=self.each(get("quotas"), "quotas", self.quota),
            ladders=self.ladders(get("tiers")),
            boards=self.each(get("leaderboards"), "leaderboards", self.board),
            budgets=budgets,
            activities=activities,
            stacking=self.stacking(get("stacking")),
            streaks=self.each(get("streaks"), "streaks", self.streak),
            accruals=self.each(get("accruals"), "accruals", self.accrual),
            perks=self.perks(get("perks")),
            offers=offers,
            welcome=self.welcome(get("welcome")),
            playbook=self.each(get("playbook"), "playbook", self.task),
            metrics=self.named_metrics(metrics),
            strike_ladders=tuple(self.strike_ladders_read.values()),
            house_rules=house_rules,
        )
        self.unused(get("parameters"))
        return book

    def know(self, top: Mapped) -> None:
        """Note what the rulebook calls its things, before any is read."""
        get = top.items.get
        self.rule_ids = set(ids(get("rules")))
        self.activity_ids = set(ids(get("activities")))
        self.budget_codes = set(ids(get("budgets")))
        self.metric_codes = set(ids(get("metrics")))
        self.perk_codes = set(ids(get("perks")))
        tiers = get("tiers")
        ladders = tiers.items.items() if isinstance(tiers, Mapped) else ()
        self.level_codes = {
            code: tuple(ids(item.items.get("levels"))) for code, item in ladders if isinstance(item, Mapped)
        }

    def rules(self, node: Node | None, defaults: Node | None) -> tuple[Rule, ...]:
        """Read the rules, each with what all rules say."""
        common = self.defaults(defaults)
        return self.each(node, "rules", lambda at, path: self.rule(with_defaults(at, common), path))

    def stacking(self, node: Node | None) -> str:
        """Read how factors of activities that run at once join."""
        return (self.choice(node, "stacking", [HIGHEST, ADD, COMPOUND]) or HIGHEST) if node is not None else HIGHEST

    def ids_apart(self, top: Mapped) -> None:
        """Note ids given to two things that pay, of different sections."""
        seen: dict[str, str] = {}
        for section in PAYING:
            node = top.items.get(section)
            for number, item in enumerate(node.items if isinstance(node, Items) else ()):
                name = item.items.get("id") if isinstance(item, Mapped) else None
                if isinstance(name, Text) and seen.setdefault(name.text, section) != section:
                    expected = f"expected an id that none of {seen[name.text]} has"
                    self.fault("TWICE", name, f"{section}[{number}].id", expected)

    def board(self, node: Node, path: str) -> Board | None:
        """Read one leaderboard."""
        keys = ["id", "measure", "windows", "rank", "exclude_rules", "exclude_groups"]
        part = self.mapping(node, path, keys=keys).items
        name = self.required_name(part, node, path)
        measure = self.required(part, "measure", node, path)
        unit, what = self.measure(measure, f"{path}.measure", ["net", "earned"]) if measure else (Unit(code=""), "")
        rank = self.chosen(part, "rank", path, ["ordinal", "competition", "dense"], "competition")
        rules = self.rule_references(part.get("exclude_rules"), f"{path}.exclude_rules", also=START)
        groups = self.groups(part.get("exclude_groups"), f"{path}.exclude_groups")
        windows = self.windows(part.get("windows"), f"{path}.windows")
        if name is None:
            return None
        return Board(
            id=name,
            unit=unit.code,
            measure=what,
            windows=windows,
            rank=rank,
            exclude_rules=rules,
            exclude_groups=groups,
        )

    def groups(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read names of groups, written without `group:`."""
        if node is not None:
            self.words(node, path, least=1)
        named = (
            [self.name(item, here) for item, here in each_of(node, path) if isinstance(item, Text)] if node else []
        )
        return tuple(name for name in named if name is not None)

    def windows(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read the spans a leaderboard is kept for."""
        windows = self.words(node, path, least=1)
        for item, here in each_of(node, path) if node is not None else ():
            if isinstance(item, Text) and not WINDOW.match(item.text):
                self.fault("WRONG_VALUE", item, here, "expected a window such as 7d, 1mo, 1y or all")
        return windows or ("all",)


def ids(node: Node | None) -> list[str]:
    """Return what things of a section are called: keys of a mapping, or every `id` of a list."""
    if isinstance(node, Mapped):
        return list(node.items)
    named = (
        [item.items.get("id") for item in node.items if isinstance(item, Mapped)] if isinstance(node, Items) else []
    )
    return [name.text for name in named if isinstance(name, Text)]


def opened(rule: Rule, activities: Iterable[Activity]) -> Rule:
    """Return a rule that pays only inside the activities that unlock it, where some do, or that it names."""
    unlocking = [activity.id for activity in activities if rule.id in activity.unlock]
    return replace(rule, only_in=tuple(dict.fromkeys((*rule.only_in, *unlocking)))) if unlocking else rule
