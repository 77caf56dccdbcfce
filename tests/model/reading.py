"""What a rulebook says of one event, read plainly from its YAML: nothing here knows what happened before."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import yaml

from tests.model import days

Event = dict[str, Any]
Decided = tuple[str, int | None, str, str, int]
"""Rule, member, unit, outcome, granted, or what waits."""


class Limit(NamedTuple):
    """At most so much of grants by these rules, to one member or to all, in one period or on one subject."""

    most: int
    counts: str
    per: str
    rules: list[str]
    partial: bool
    levels: list[str] | None = None
    stops: str = "CAPPED"

    def covers(self, grant: Event, one: Event, who: int) -> bool:
        """Say whether a grant counts. What only some levels have room for counts only what they were on."""
        same = self.stops == "BUDGET_SPENT" or grant["member"] == who
        on_level = self.levels is None or grant["level"] in self.levels
        return same and on_level and grant["rule"] in self.rules and grant[self.per] == one[self.per]

    def counted(self, granted: int, back: int, *, whole: bool) -> int:
        """Return what a grant, of which so much was taken back since, uses up."""
        return {"count": int(not whole), "net": granted + back, "gross": max(0, granted)}[self.counts]

    def allowed(self, wanted: int, used: int) -> int:
        room = self.most - used
        if self.counts == "count":
            return wanted if room > 0 else 0
        return wanted if wanted <= room else max(0, room) if self.partial and wanted > 0 else min(wanted, 0)


def read(rulebook: str) -> Event:
    """Return a rulebook with what it leaves unsaid."""
    book: Event = {"undo": [], "cap_groups": {}, "budgets": {}, "quotas": [], "activities": [], "tiers": {}}
    book |= yaml.safe_load(rulebook)
    book["late"] = days.length_of(book["community"]["accept_late"])
    book["levels"] = next((ladder["levels"] for ladder in book["tiers"].values()), {})
    for rule in book["rules"]:
        rule["undo_on"] = [on if isinstance(on, dict) else {"event": on} for on in rule.get("undo_on", ())]
        rule.update(when=dict(rule.get("when", {})), unit=rule.get("unit", "points"), to=rule.get("to", "actor"))
        rule.update(not_self=rule["when"].pop("not_self", ""), cooldown=days.length_of(rule.get("cooldown", "0s")))
    return book


def content_of(event: Event) -> str:
    """Return what must be the same under the same key: whoever it was, since people may be spelled differently."""
    said = [event[name] for name in ("type", "subject", "time", "undoes", "data")]
    return repr([*said, event["actor"] is None, sorted(event["people"])])


def names_of(event: Event) -> dict[str, str]:
    """Return who took part, by role, the actor first; a bare name is one of the source's platform."""
    platform, roles = (
        event["source"].partition(":")[0],
        {"actor": event["actor"]} | dict(sorted(event["people"].items())),
    )
    return {role: name if ":" in name else f"{platform}:{name}" for role, name in roles.items() if name is not None}


def holds(conditions: dict[str, Any], data: dict[str, Any]) -> bool:
    """Say whether all conditions hold; an absent flag is false, an absent number is less than any."""
    for name, wanted in conditions.items():
        value = data.get(name)
        is_number = type(value) is int
        if not (is_number and value >= wanted["gte"] if isinstance(wanted, dict) else bool(value) == wanted):
            return False
    return True


def amount_of(rule: Event, data: dict[str, Any]) -> int | None:
    """Return what a rule gives, rounded toward zero once; None where the event does not say how much."""
    amount = rule["amount"]
    if not isinstance(amount, dict):
        return int(amount)
    value = data.get(amount["from"].removeprefix("data."))
    if type(value) is not int:
        return None
    return int(Fraction(value * amount.get("percent", 100), 100)) * (-1 if amount.get("negate") else 1)


def times(book: Event, rule: Event, one: Event, amount: int, level: str) -> int:
    """Return an amount times the giver's weight and what runs, of which the gains are added; rounded once."""
    said = {activity["id"]: activity.get("multiply", {}).get(rule["id"]) for activity in book["activities"]}
    said |= rule.get("multiply", {})
    gains = [Fraction(str(said[name])) - 1 for name in one["running"] if said[name] is not None]
    weight = Fraction(str(rule.get("giver_weight", {}).get(level, 1)))
    return int(amount * weight * (1 + sum(gains)))


def limits_of(book: Event, rule: Event, one: Event, level: str) -> list[Limit]:
    """Return the caps on what a rule gives for an event, in the order in which they are applied."""
    caps = [(cap, [rule["id"]]) for cap in rule.get("caps", ())]
    caps += [(group, group["rules"]) for group in book["cap_groups"].values() if rule["id"] in group["rules"]]
    limits = []
    for cap, rules in caps:
        counts = "count" if "count" in cap else cap.get("counts", "gross")
        per = "subject" if cap["per"] == "object" else cap["per"]
        most, partial, levels = cap.get("count") or cap["points"], cap.get("partial", True), cap.get("tiers")
        limits.append(Limit(most, counts, per, rules, partial, levels))
    if (budget := book["budgets"].get(rule.get("budget"))) is not None:
        rules = [other["id"] for other in book["rules"] if other.get("budget") == rule["budget"]]
        limits.append(Limit(budget["points"], "net", budget["per"], rules, partial=True, stops="BUDGET_SPENT"))
    return [limit for limit in limits if one[limit.per] is not None and level in (limit.levels or [level])]


def receiver_of(rule: Event, one: Event, authors: dict[str, int]) -> int | None:
    """Return whom a rule pays: who has a role in the event, else who made the object."""
    who: int | None = one["who"].get(rule["to"].removeprefix("object."))
    return authors.get(one["subject"]) if who is None and rule["to"].startswith("object.") else who


def claim_of(book: Event, rule: Event, kind: str, one: Event, who: int | None) -> tuple[Any, ...] | None:
    """Return what only one grant may hold; None where the rule says nothing, or the event not enough."""
    activity = next(iter(one["running"].items()), one["data"].get("activity"))
    subject = dict.fromkeys(["object", *book["creates"].values()], one["subject"])
    given = {**subject, "member": who, **one["data"], "activity": activity}
    claim = (rule["id"], *(given.get(name) for name in rule.get(kind, ())))
    return None if len(claim) == 1 or None in claim else claim


def ways_of(book: Event, rule: Event, one: Event) -> list[list[str]]:
    """Return each way in which an event may take back a rule's grants: what must be equal, beside the subject."""
    pointed = one["undoes"] is not None
    ways = [on.get("match", []) for on in rule["undo_on"] if on["event"] == one["type"]]
    for undo in book["undo"]:
        named = undo["event"] == one["type"] and (undo["rules"] == "all" or rule["id"] in undo["rules"])
        if named and (pointed or undo["of"] == "subject"):
            ways += [] if "unless" in undo and holds(undo["unless"], one["data"]) else [[]]
    return [*ways, []] if pointed and one["type"] == "contribution.undone" else ways


def is_meant(grant: Event, one: Event, ways: list[list[str]]) -> bool:
    """Say whether an event means a grant: one of the event it points at, else one with equal subject or matches."""
    if one["undoes"] is not None:
        return bool(ways) and (grant["source"], grant["key"]) == (one["source"], one["undoes"])
    mine = {**grant["data"], **{name: grant[name] for name in ("actor", "member", "subject")}}
    its = {**one["data"], "actor": one["actor"], "member": one["actor"], "subject": one["subject"]}
    whole = [way if "member" in way else [*way, "subject"] for way in ways]
    return any(all(its.get(name) is not None and mine.get(name) == its[name] for name in way) for way in whole)


def is_over_quota(book: Event, one: Event, before: list[Event]) -> bool:
    """Say whether a quota of the actor was used up, by what was done that day or by what still is open."""
    for quota in book["quotas"]:
        opened: dict[str | None, int] = {None: 0}
        done = 0
        for event in before if one["type"] in quota["event"] and one["actor"] is not None else ():
            if event["subject"] is not None and event["type"] in quota.get("closed_by", ()):
                opened.pop(event["subject"], None)
            if event["type"] in quota["event"] and event["actor"] is not None and not event["full"]:
                opened.setdefault(event["subject"], event["actor"])
                done += (event["actor"], event["day"]) == (one["actor"], one["day"])
        held = list(opened.values()).count(one["actor"])
        is_used_up = held >= quota["open_at_once"] if "count" not in quota else done >= quota["count"]
        if is_used_up and ("count" in quota or one["subject"] not in opened):
            return True
    return False
