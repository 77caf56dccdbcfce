"""Reads the community's calendar, its units, and who made what."""

from __future__ import annotations

from zoneinfo import available_timezones

from ledger.core.rulebook.grammar import Claw, CommunityPart, Expiry, StartOn, Unit
from ledger.core.rulebook.reading_parts import LONGEST, PartReading
from ledger.core.rulebook.tree import Mapped, Node, Text
from ledger.core.values import DAY

MOST_DECIMALS = 6
MOST_NOTICE = 365
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENDS = {"month_end": "month", "year_end": "year"}


class UnitReading(PartReading):
    """Reads the sections that stand at a rulebook's top."""

    def community(self, node: Node | None) -> CommunityPart:
        """Read the calendar and how late live events may come."""
        if node is None:
            return CommunityPart()
        part = self.mapping(node, "community", keys=["tz", "week_start", "accept_late"]).items
        tz, late = CommunityPart().tz, CommunityPart().accept_late
        if (zone := part.get("tz")) is not None:
            tz = self.choice_of_many(zone, "community.tz", available_timezones(), "an IANA time zone") or tz
        week = self.chosen(part, "week_start", "community", WEEKDAYS, "mon")
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
        keys = ["scale", "start", "floor", "claw", "spendable", "expire", "names"]
        part = self.mapping(node, path, keys=keys).items
        scale, floor = 0, None
        if (item := part.get("scale")) is not None:
            scale = self.whole(item, f"{path}.scale", least=0, most=MOST_DECIMALS) or 0
        if (item := part.get("floor")) is not None:
            floor = self.points(item, f"{path}.floor", scale=scale)
        claw = Claw(self.chosen(part, "claw", path, list(Claw), Claw.DEBT))
        spendable = self.flagged(part, "spendable", path, otherwise=True)
        start, start_on = self.start(part.get("start"), f"{path}.start", scale)
        return Unit(
            code=code,
            scale=scale,
            start=start,
            start_on=start_on,
            floor=floor,
            claw=claw,
            spendable=spendable,
            expiry=self.expiry(part.get("expire"), f"{path}.expire"),
            names=self.names(part.get("names"), f"{path}.names"),
        )

    def start(self, node: Node | None, path: str, scale: int) -> tuple[int, StartOn]:
        """Read `start: 5` or `start: {amount: 5, on: joined}`."""
        if not isinstance(node, Mapped):
            amount = self.points(node, path, scale=scale, least=0) if node is not None else 0
            return amount or 0, StartOn.FIRST_SIGHT
        part = self.mapping(node, path, keys=["amount", "on"]).items
        start = 0
        if (item := self.required(part, "amount", node, path)) is not None:
            start = self.points(item, f"{path}.amount", scale=scale, least=0) or 0
        return start, StartOn(self.chosen(part, "on", path, list(StartOn), StartOn.FIRST_SIGHT))

    def expiry(self, node: Node | None, path: str) -> Expiry | None:
        """Read `{after: 365d}` or `{at: month_end}`, and how long before somebody is told."""
        if node is None:
            return None
        part = self.mapping(node, path, keys=["after", "at", "spend", "notice"]).items
        if isinstance(node, Mapped) and ("after" in part) == ("at" in part):
            self.fault("MISSING", node, path, "expected either after or at")
        after = self.days(part["after"], f"{path}.after", most=LONGEST // DAY) if "after" in part else None
        end_of = ENDS.get(self.chosen(part, "at", path, ENDS, ""), "")
        self.chosen(part, "spend", path, ["soonest_expiry"], "soonest_expiry")
        notice = 0
        if (item := part.get("notice")) is not None:
            most = min(after or MOST_NOTICE, MOST_NOTICE)
            notice = self.days(item, f"{path}.notice", most=most) or 0
        return Expiry(days=after or 0, end_of=end_of, notice=notice)

    def creates(self, node: Node | None) -> dict[str, str]:
        """Read which event types make their subject an object of a kind."""
        if node is None:
            return {}
        items = self.named(node, "creates").items
        return {event: self.word(kind, f"creates.{event}") or "" for event, kind in items.items()}

    def values(self, node: Node | None) -> dict[str, Node]:
        """Read what conditions mean by `$name`: a plain value, or a list of them."""
        if node is None:
            return {}
        sound = {}
        for name, item in self.codes(node, "parameters").items.items():
            before = len(self.faults)
            if isinstance(item, Text):
                self.plain(item, f"parameters.{name}")
            else:
                self.scalars(item, f"parameters.{name}")
            if len(self.faults) == before:
                sound[name] = item
        return sound

    def unused(self, node: Node | None) -> None:
        """Note values that no condition asks for."""
        for name, line in node.lines.items() if isinstance(node, Mapped) else ():
            if name not in self.parameters_used:
                at = Text(line, name)
                expected = f"expected a condition that names ${name}"
                self.fault("UNKNOWN_PARAMETER", at, f"parameters.{name}", expected, known=self.parameters_used)
