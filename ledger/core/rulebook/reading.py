"""Reads a rulebook's tree section by section, naming every fault; then checks what sections say of each other."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from ledger.core.rulebook.faults import Fault
from ledger.core.rulebook.grammar import (
    Board,
    CapGroup,
    Claw,
    CommunityPart,
    Ladder,
    Level,
    Quota,
    Rulebook,
    StartOn,
    Undo,
    Unit,
)
from ledger.core.rulebook.reading_rules import START, RuleReading, unknown
from ledger.core.rulebook.tree import Items, Mapped, Node, Text

SECTIONS = [
    "preset",
    "community",
    "units",
    "creates",
    "undo",
    "cap_groups",
    "rules",
    "quotas",
    "tiers",
    "leaderboards",
    "examples",
]
LATER_SECTIONS = [
    "defaults",
    "accruals",
    "activities",
    "stacking",
    "streaks",
    "ladders",
    "violations",
    "perks",
    "offers",
    "welcome",
    "playbook",
    "budgets",
    "metrics",
]
PERIODS = ("day", "week", "month", "year", "ever")
WINDOW = re.compile(r"([1-9][0-9]{0,3}(d|mo|y)|all)\Z")
MOST_DECIMALS = 6
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_rulebook(root: Node) -> Rulebook | list[Fault]:
    """Read a document. `examples` are left to whoever runs them.

    Returns the rulebook, or every fault in the order of their lines.
    """
    reader = RulebookReading()
    book = reader.rulebook(root)
    return sorted(reader.faults, key=lambda fault: fault.line) if reader.faults else book


class RulebookReading(RuleReading):
    """Reads every section but the rules, which `RuleReading` reads."""

    def rulebook(self, root: Node) -> Rulebook:
        """Read the whole; what is faulty is left out of the result."""
        top = self.mapping(root, "", keys=SECTIONS, later=LATER_SECTIONS)
        get = top.items.get
        name = self.word(get("preset", Text(top.line, "unnamed")), "preset") or "unnamed"
        community = self.community(get("community"))
        units = self.units(get("units"), top)
        self.unit_codes = {unit.code: unit for unit in units}
        creates = self.creates(get("creates"))
        rules = self.each(get("rules"), "rules", self.rule)
        self.rules_read = {rule.id: rule for rule in rules}
        for section in ("rules", "quotas", "leaderboards"):
            self.twice(get(section), section, "id")
        return Rulebook(
            name=name,
            community=community,
            units=units,
            creates=creates,
            undo=self.each(get("undo"), "undo", self.undo),
            cap_groups=self.cap_groups(get("cap_groups")),
            rules=rules,
            quotas=self.each(get("quotas"), "quotas", self.quota),
            ladders=self.ladders(get("tiers")),
            boards=self.each(get("leaderboards"), "leaderboards", self.board),
        )

    def community(self, node: Node | None) -> CommunityPart:
        """Read the calendar and how late live events may come."""
        if node is None:
            return CommunityPart()
        part = self.mapping(node, "community", keys=["tz", "week_start", "accept_late"]).items
        tz, week, late = CommunityPart().tz, "mon", CommunityPart().accept_late
        if (zone := part.get("tz")) is not None:
            tz = self.choice_of_many(zone, "community.tz", available_timezones(), "an IANA time zone") or tz
        if (start := part.get("week_start")) is not None:
            week = self.choice(start, "community.week_start", WEEKDAYS) or week
        if (accept := part.get("accept_late")) is not None:
            forever = isinstance(accept, Text) and accept.text == "forever"
            late = None if forever else self.length(accept, "community.accept_late")
        return CommunityPart(tz=tz, first_weekday=WEEKDAYS.index(week), accept_late=late)

    def units(self, node: Node | None, top: Mapped) -> tuple[Unit, ...]:
        """Read the currencies; at least one."""
        if node is None and "rules" not in top.items:
            return (Unit(code="points"),)
        if node is None or (isinstance(node, Mapped) and not node.items):
            self.fault("MISSING", node or top, "units", "expected at least one unit, such as units: {points: {}}")
            return ()
        named = self.codes(node, "units")
        return tuple(self.unit(code, item, f"units.{code}") for code, item in named.items.items())

    def unit(self, code: str, node: Node, path: str) -> Unit:
        """Read one currency."""
        keys = ["scale", "start", "floor", "claw", "spendable"]
        part = self.mapping(node, path, keys=keys, later=["expire"]).items
        scale, floor, claw, spendable = 0, None, Claw.DEBT, True
        if (item := part.get("scale")) is not None:
            scale = self.whole(item, f"{path}.scale", least=0, most=MOST_DECIMALS) or 0
        if (item := part.get("floor")) is not None:
            floor = self.points(item, f"{path}.floor", scale=scale)
        if (item := part.get("claw")) is not None:
            claw = Claw(self.choice(item, f"{path}.claw", list(Claw)) or claw)
        if (item := part.get("spendable")) is not None:
            spendable = self.flag(item, f"{path}.spendable") is not False
        start, start_on = self.start(part.get("start"), f"{path}.start", scale)
        return Unit(
            code=code,
            scale=scale,
            start=start,
            start_on=start_on,
            floor=floor,
            claw=claw,
            spendable=spendable,
        )

    def start(self, node: Node | None, path: str, scale: int) -> tuple[int, StartOn]:
        """Read `start: 5` or `start: {amount: 5, on: joined}`."""
        if not isinstance(node, Mapped):
            amount = self.points(node, path, scale=scale, least=0) if node is not None else 0
            return amount or 0, StartOn.FIRST_SIGHT
        part = self.mapping(node, path, keys=["amount", "on"]).items
        start, start_on = 0, StartOn.FIRST_SIGHT
        if (item := self.required(part, "amount", node, path)) is not None:
            start = self.points(item, f"{path}.amount", scale=scale, least=0) or 0
        if (item := part.get("on")) is not None:
            start_on = StartOn(self.choice(item, f"{path}.on", list(StartOn)) or start_on)
        return start, start_on

    def creates(self, node: Node | None) -> dict[str, str]:
        """Read which event types make their subject an object of a kind."""
        if node is None:
            return {}
        items = self.named(node, "creates").items
        return {event: self.word(kind, f"creates.{event}") or "" for event, kind in items.items()}

    def undo(self, node: Node, path: str) -> Undo | None:
        """Read one top-level undo."""
        part = self.mapping(node, path, keys=["event", "of", "rules", "unless"]).items
        event = self.required_word(part, "event", node, path)
        of, rules = "subject", None
        if (item := part.get("of")) is not None:
            of = self.choice(item, f"{path}.of", ["subject", "undoes"]) or of
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
        part = self.mapping(node, path, keys=["unit", "points", "per", "counts", "partial", "rules"]).items
        unit = self.unit_of(part.get("unit"), f"{path}.unit")
        per, counts, partial, points = "day", "gross", True, None
        if (item := self.required(part, "points", node, path)) is not None:
            points = self.points(item, f"{path}.points", scale=unit.scale, least=1)
        if (item := self.required(part, "per", node, path)) is not None:
            per = self.choice(item, f"{path}.per", PERIODS) or per
        if (item := part.get("counts")) is not None:
            counts = self.choice(item, f"{path}.counts", ["net", "gross"]) or counts
        if (item := part.get("partial")) is not None:
            partial = self.flag(item, f"{path}.partial") is not False
        listed = self.required(part, "rules", node, path)
        rules = self.rule_references(listed, f"{path}.rules", unit=unit) if listed is not None else ()
        if points is None:
            return None
        return CapGroup(
            code=code,
            unit=unit.code,
            points=points,
            per=per,
            rules=rules,
            net=counts == "net",
            partial=partial,
        )

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
        per = "day"
        if (item := part.get("per")) is not None:
            per = self.choice(item, f"{path}.per", PERIODS) or per
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

    def ladders(self, node: Node | None) -> tuple[Ladder, ...]:
        """Read the ladders of levels."""
        named = self.codes(node, "tiers").items if node is not None else {}
        ladders = [self.ladder(code, item, f"tiers.{code}") for code, item in named.items()]
        return tuple(ladder for ladder in ladders if ladder)

    def ladder(self, code: str, node: Node, path: str) -> Ladder | None:
        """Read one ladder of thresholds judged at the event."""
        part = self.mapping(node, path, keys=["every", "measure", "stay", "levels"], later=["lockable"]).items
        every, listed = self.required(part, "every", node, path), self.required(part, "levels", node, path)
        daily = isinstance(every, Text) and every.text.startswith("day@")
        if every is not None and daily:
            self.fault("NOT_YET", every, f"{path}.every", "the daily tier run is not yet supported")
        elif every is not None:
            self.choice(every, f"{path}.every", ["event"])
        if isinstance(listed, Items):
            self.fault("NOT_YET", listed, f"{path}.levels", "levels by requirements are not yet supported")
        if daily or isinstance(listed, Items):
            return None
        measure = self.required(part, "measure", node, path)
        unit, what = (
            self.measure(measure, f"{path}.measure", ["balance", "earned"]) if measure else (Unit(code=""), "")
        )
        stay = "while"
        if (item := part.get("stay")) is not None:
            stay = self.choice(item, f"{path}.stay", ["while", "forever"]) or stay
        levels = self.levels(listed, f"{path}.levels", unit) if listed is not None else ()
        return Ladder(code=code, unit=unit.code, measure=what, stay=stay, levels=levels)

    def levels(self, node: Node, path: str, unit: Unit) -> tuple[Level, ...]:
        """Read levels and their thresholds; the result begins with the lowest."""
        thresholds: dict[int, str] = {}
        for code, item in self.codes(node, path).items.items():
            points = self.points(item, f"{path}.{code}", scale=unit.scale)
            if points in thresholds:
                expected = f"expected another threshold than that of {thresholds[points]}"
                self.fault("TWICE", item, f"{path}.{code}", expected)
            elif points is not None:
                thresholds[points] = code
        return tuple(Level(code=code, threshold=points) for points, code in sorted(thresholds.items()))

    def board(self, node: Node, path: str) -> Board | None:
        """Read one leaderboard."""
        keys = ["id", "measure", "windows", "rank", "exclude_rules"]
        part = self.mapping(node, path, keys=keys, later=["exclude_groups"]).items
        name = self.required_name(part, node, path)
        measure = self.required(part, "measure", node, path)
        unit, what = self.measure(measure, f"{path}.measure", ["net", "earned"]) if measure else (Unit(code=""), "")
        rank = "competition"
        if (item := part.get("rank")) is not None:
            rank = self.choice(item, f"{path}.rank", ["ordinal", "competition", "dense"]) or rank
        excluded = part.get("exclude_rules")
        exclude = (
            self.rule_references(excluded, f"{path}.exclude_rules", also=START) if excluded is not None else ()
        )
        windows = self.windows(part.get("windows"), f"{path}.windows")
        if name is None:
            return None
        return Board(id=name, unit=unit.code, measure=what, windows=windows, rank=rank, exclude_rules=exclude)

    def windows(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Read the spans a leaderboard is kept for."""
        windows = self.words(node, path, least=1)
        for number, item in enumerate(node.items if isinstance(node, Items) else [node] if node else []):
            if isinstance(item, Text) and not WINDOW.match(item.text):
                here = f"{path}[{number}]" if isinstance(node, Items) else path
                self.fault("WRONG_VALUE", item, here, "expected a window such as 7d, 1mo, 1y or all")
        return windows or ("all",)

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

    def rule_references(
        self, node: Node, path: str, *, unit: Unit | None = None, also: str = ""
    ) -> tuple[str, ...]:
        """Read ids of rules that the rulebook has, where `unit` is given of rules that pay in it."""
        ids = self.words(node, path, least=1)
        known = {*self.rules_read, also} - {""}
        for number, item in enumerate(node.items if isinstance(node, Items) else [node]):
            here = f"{path}[{number}]" if isinstance(node, Items) else path
            if not isinstance(item, Text):
                continue
            rule = self.rules_read.get(item.text)
            if item.text not in known:
                unknown(self, "rule", item.text, item, here, known)
            elif unit is not None and rule is not None and rule.unit != unit.code:
                self.fault("WRONG_VALUE", item, here, f"expected a rule that pays in {unit.code}")
        return ids
