"""A model of the ledger: what SEMANTICS says, in plain dicts. It calls no ledger code.

What happened is kept, and of what follows from it only balances and authors: whatever else a rule asks is counted
anew from the first event. No value in a collection is ever changed, so a shallow copy of each is a save.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.model import reading
from tests.model.reading import DAY, LATE, MINUTE, TOKYO, Decided, Event


class Model:
    """What a ledger with one rulebook must answer and hold; `last` is the time recorded last."""

    def __init__(self, rulebook: str, last: int) -> None:
        self.book, self.last = reading.read(rulebook), last
        self.keys: dict[tuple[str, str], str] = {}
        self.members: dict[str, int] = {}
        self.balance: Counter[tuple[int, str]] = Counter()
        self.earned: Counter[tuple[int, str]] = Counter()
        self.authors: dict[str, int] = {}
        self.events: list[Event] = []
        self.grants: list[Event] = []
        self.back: dict[int, int] = {}  # what was taken back of a grant, by number: once, however much it was

    def save(self) -> dict[str, Any]:
        return {name: value if isinstance(value, int) else value.copy() for name, value in vars(self).items()}

    def restore(self, saved: dict[str, Any]) -> None:
        vars(self).update(saved)

    def adjust(self, asked: Event, now: int) -> str | list[Decided]:
        key, unit, delta = ("adjustments", asked["key"]), asked["unit"] or "points", asked["delta"]
        if key in self.keys:
            return "replayed" if self.keys[key] == repr(asked) else "IDEMPOTENCY_CONFLICT"
        if unit not in self.book["units"]:
            return "UNIT_UNKNOWN"
        if not delta:
            return "NOTHING_TO_ADJUST"
        saved, made = self.save(), self._arrive([asked["member"]])
        who = self.members[asked["member"]]
        if self._floored(who, unit, delta) != delta:
            self.restore(saved)
            return "BELOW_FLOOR"
        self._move(who, unit, delta, earned=0)
        self.keys[key], self.last = repr(asked), max(now, self.last + 1)
        return [*made, ("adjustment", who, unit, "GRANTED", delta)]

    def record(self, event: Event, now: int) -> str | list[Decided]:
        key, content, names = (event["source"], event["key"]), reading.content_of(event), reading.names_of(event)
        if key in self.keys:
            return "replayed" if self.keys[key] == content else "IDEMPOTENCY_CONFLICT"
        if key[0].startswith("ledger:"):
            return "RESERVED_SOURCE"
        if event["time"] is not None and event["time"] > now + 10 * MINUTE:
            return "TIME_IN_FUTURE"
        self.keys[key], self.last = content, max(now, self.last + 1)
        made, at = self._arrive(list(names.values())), self.last if event["time"] is None else event["time"]
        who = {role: self.members[name] for role, name in names.items()}
        one = {**event, "who": who, "actor": who.get("actor"), "at": at, "day": (at + TOKYO) // DAY}
        one["full"] = reading.is_over_quota(self.book, one, self.events)
        if one["type"] in self.book["creates"] and one["subject"] is not None and who.keys() & {"author", "actor"}:
            self.authors.setdefault(one["subject"], who.get("author") or who["actor"])
        made += [self._undo(number) for number in self._targets(one)]
        for rule in self.book["rules"]:
            made += self._grade(one, rule) if rule["event"] == one["type"] else []
        self.events.append(one)
        return made

    def _arrive(self, names: list[str]) -> list[Decided]:
        before = len(self.members)
        for name in names:
            self.members.setdefault(name, len(self.members) + 1)
        starts = [(code, unit["start"]) for code, unit in self.book["units"].items() if "start" in unit]
        new = [(who, *start) for start in starts for who in range(before + 1, len(self.members) + 1)]
        for who, unit, points in new:
            self._move(who, unit, points, earned=0)
        return [("start", who, unit, "GRANTED", points) for who, unit, points in new]

    def _move(self, who: int, unit: str, points: int, *, earned: int) -> None:
        if points:
            self.balance[who, unit] += points
            self.earned[who, unit] += earned

    def _floored(self, who: int, unit: str, points: int) -> int:
        floor: int = self.book["units"][unit].get("floor", -(10**18))
        return max(points, min(0, floor - self.balance[who, unit]))

    def _targets(self, one: Event) -> list[int]:
        ways = {rule["id"]: reading.ways_of(self.book, rule, one) for rule in self.book["rules"]}
        meant = [grant["number"] for grant in self.grants if reading.is_meant(grant, one, ways[grant["rule"]])]
        return [number for number in meant if number not in self.back]

    def _undo(self, number: int) -> Decided:
        grant = self.grants[number]
        who, unit, wanted = grant["member"], grant["unit"], -grant["granted"]
        claws = {"debt": wanted, "clip": self._floored(who, unit, wanted), "pending_only": 0}
        self.back[number] = taken = wanted if wanted > 0 else claws[self.book["units"][unit]["claw"]]
        self._move(who, unit, taken, earned=min(0, taken))
        return (grant["rule"], who, unit, "GRANTED" if taken else "FLOORED", taken)

    def _grade(self, one: Event, rule: Event) -> list[Decided]:
        who = reading.receiver_of(rule, one, self.authors)
        claims = {kind: reading.claim_of(rule, kind, one, who) for kind in ("once_per", "slot")}
        early = [undo for undo in self.events if (undo["source"], undo["undoes"]) == (one["source"], one["key"])]
        reasons = {
            "NO_RECIPIENT": who is None,
            "TOO_LATE": not one["imported"] and self.last - one["at"] > LATE,
            "REVERSED": any(reading.ways_of(self.book, rule, undo) for undo in early),
            "QUOTA": one["full"],
            "NOT_MATCHED": not reading.holds(rule["when"], one["data"]),
            "NOT_ELIGIBLE": one["who"].get(rule["not_self"]) == who,
            "ONCE_ONLY": bool(self._holders(claims["once_per"])),
        }
        for outcome in (outcome for outcome, stops in reasons.items() if stops):
            return [(rule["id"], who, rule["unit"], outcome, 0)]
        saved, holders = self.save(), self._holders(claims["slot"])
        freed = [self._undo(number) for number in holders if number not in self.back]
        paid = self._pay(one, rule, who, [claim for claim in claims.values() if claim])
        if freed and not paid[4]:
            self.restore(saved)
        return [*freed, paid] if paid[4] else [paid]

    def _holders(self, claim: Any) -> list[int]:
        held = [number for number, grant in enumerate(self.grants) if claim in grant["claims"]]
        return [number for number in held if self.back.get(number) != -self.grants[number]["granted"]]

    def _pay(self, one: Event, rule: Event, who: Any, claims: list[Any]) -> Decided:
        decided, mine = (rule["id"], who, rule["unit"]), [grant for grant in self.grants if grant["member"] == who]
        if any(abs(one["at"] - grant["at"]) < rule["cooldown"] for grant in mine if grant["rule"] == rule["id"]):
            return (*decided, "COOLDOWN", 0)
        wanted = granted = reading.amount_of(rule, one["data"])
        if wanted is None or granted is None:
            return (*decided, "NOT_MATCHED", 0)
        for limit in reading.limits_of(self.book, rule, one):
            same = [grant for grant in mine if limit.covers(grant, one)]
            used = sum(limit.counted(grant["granted"], self.back.get(grant["number"], 0)) for grant in same)
            granted = limit.allowed(granted, used)
        floored = self._floored(who, rule["unit"], granted)
        if floored:
            grant = {"number": len(self.grants), "rule": rule["id"], "member": who, "unit": rule["unit"]}
            self.grants.append({**one, **grant, "granted": floored, "claims": claims})
            self._move(who, rule["unit"], floored, earned=max(0, floored))
        stopped = "CAPPED" if granted == 0 or wanted > 0 else "FLOORED"
        return (*decided, "GRANTED" if floored or not wanted else stopped, floored)
