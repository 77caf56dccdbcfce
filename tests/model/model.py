"""A model of the ledger: what SEMANTICS says, in plain dicts. It calls no ledger code.

What happened is kept, and of what follows from it only what members hold (`purse`), what waits and who made what:
whatever else a rule asks is counted anew from the first event. What is due is done before anything else, for
everybody. No value in a collection is ever changed, so a shallow copy of each is a save.
"""

from __future__ import annotations

from typing import Any

from tests.model import days, reading
from tests.model.days import MINUTE
from tests.model.grants import Grants
from tests.model.reading import Decided, Event


class Model(Grants):
    """What a ledger with one rulebook must answer and hold."""

    def __init__(self, rulebook: str, last: int) -> None:
        super().__init__(rulebook, last)
        self.keys: dict[tuple[str, str], str] = {}
        self.members: dict[str, int] = {}
        self.authors: dict[str, int] = {}
        self.events: list[Event] = []

    def adjust(self, asked: Event, now: int) -> str | list[Decided]:
        key, unit, delta = ("adjustments", asked["key"]), asked["unit"] or "points", asked["delta"]
        self.settle(now)
        if key in self.keys:
            return "replayed" if self.keys[key] == repr(asked) else "IDEMPOTENCY_CONFLICT"
        if unit not in self.book["units"]:
            return "UNIT_UNKNOWN"
        if not delta:
            return "NOTHING_TO_ADJUST"
        saved = self.save()
        self.last = max(now, self.last + 1)
        made, who = self._arrive([asked["member"]], self.last), self.members[asked["member"]]
        if self.floored(who, unit, delta) != delta:
            self.restore(saved)
            return "BELOW_FLOOR"
        self.keys[key] = repr(asked)
        self.change(who, unit, delta, dated=self.last, place=self.next_place())
        return [*made, ("adjustment", who, unit, "GRANTED", delta)]

    def record(self, event: Event, now: int) -> str | list[Decided]:
        key, content, names = (event["source"], event["key"]), reading.content_of(event), reading.names_of(event)
        self.settle(now)
        if key in self.keys:
            return "replayed" if self.keys[key] == content else "IDEMPOTENCY_CONFLICT"
        if key[0].startswith("ledger:"):
            return "RESERVED_SOURCE"
        if event["time"] is not None and event["time"] > now + 10 * MINUTE:
            return "TIME_IN_FUTURE"
        self.keys[key], self.last = content, max(now, self.last + 1)
        at = self.last if event["time"] is None else event["time"]
        levels = {who: self.level(who) for who in self.members.values()}  # what it moves counts for the next
        made = self._arrive(list(names.values()), at)
        who, day = {role: self.members[name] for role, name in names.items()}, days.day_of(at)
        one = {**event, "who": who, "actor": who.get("actor"), "at": at, "day": day, "week": days.week_of(day)}
        one["levels"] = levels
        one["running"] = days.running(self.book["activities"], one["data"].get("activity"), at)
        one["full"] = reading.is_over_quota(self.book, one, self.events)
        if one["type"] in self.book["creates"] and one["subject"] is not None and who.keys() & {"author", "actor"}:
            self.authors.setdefault(one["subject"], who.get("author") or who["actor"])
        made += [self.undo(number) for number in self._targets(one)]
        for rule in self.book["rules"]:
            made += self._grade(one, rule) if rule["event"] == one["type"] else []
        self.events.append(one)
        return made

    def _arrive(self, names: list[str], at: int) -> list[Decided]:
        before = len(self.members)
        for name in names:
            self.members.setdefault(name, len(self.members) + 1)
        starts = [(code, unit["start"]) for code, unit in self.book["units"].items() if "start" in unit]
        new = [(who, *start) for start in starts for who in range(before + 1, len(self.members) + 1)]
        for who, unit, points in new:
            self.change(who, unit, points, dated=at, place=self.next_place())
        return [("start", who, unit, "GRANTED", points) for who, unit, points in new]

    def _targets(self, one: Event) -> list[int]:
        ways = {rule["id"]: reading.ways_of(self.book, rule, one) for rule in self.book["rules"]}
        left = (grant for grant in self.grants if grant["number"] not in self.back and ways[grant["rule"]])
        return [grant["number"] for grant in left if reading.is_meant(grant, one, ways[grant["rule"]])]

    def _grade(self, one: Event, rule: Event) -> list[Decided]:
        who = reading.receiver_of(rule, one, self.authors)
        claims = {kind: reading.claim_of(self.book, rule, kind, one, who) for kind in ("once_per", "slot")}
        early = [undo for undo in self.events if (undo["source"], undo["undoes"]) == (one["source"], one["key"])]
        reasons = {
            "NO_RECIPIENT": who is None,
            "TOO_LATE": not one["imported"] and self.last - one["at"] > self.book["late"],
            "REVERSED": any(reading.ways_of(self.book, rule, undo) for undo in early),
            "QUOTA": one["full"],
            "NOT_MATCHED": not reading.holds(rule["when"], one["data"]),
            "OUTSIDE_ACTIVITY": "only_in" in rule and not one["running"].keys() & set(rule["only_in"]),
            "NOT_ELIGIBLE": one["who"].get(rule["not_self"]) == who,
            "ONCE_ONLY": bool(self._holders(claims["once_per"])),
        }
        for outcome in (outcome for outcome, stops in reasons.items() if stops):
            return [(rule["id"], who, rule["unit"], outcome, 0)]
        saved, holders = self.save(), self._holders(claims["slot"])
        freed = [self.undo(number) for number in holders if number not in self.back]
        paid = self._pay(one, rule, who, [claim for claim in claims.values() if claim])
        if freed and not paid[4]:
            self.restore(saved)
        return [*freed, paid] if paid[4] else [paid]

    def _holders(self, claim: Any) -> list[int]:
        return [n for n, grant in enumerate(self.grants) if claim in grant["claims"] and n not in self.whole]

    def _pay(self, one: Event, rule: Event, who: Any, claims: list[Any]) -> Decided:
        unit, level = rule["unit"], one["levels"].get(who, "")
        decided, mine = (rule["id"], who, unit), [grant for grant in self.grants if grant["member"] == who]
        if any(abs(one["at"] - grant["at"]) < rule["cooldown"] for grant in mine if grant["rule"] == rule["id"]):
            return (*decided, "COOLDOWN", 0)
        amount, stopped = reading.amount_of(rule, one["data"]), ""
        if amount is None:
            return (*decided, "NOT_MATCHED", 0)
        wanted = granted = reading.times(self.book, rule, one, amount, one["levels"].get(one["actor"], ""))
        if amount and not wanted:
            return (*decided, "NOT_ELIGIBLE", 0)
        for limit in reading.limits_of(self.book, rule, one, level):
            room = limit.allowed(granted, sum(self._uses(limit, grant, one, who) for grant in self.grants))
            stopped, granted = limit.stops if granted and not room else stopped, room
        passed = self.floored(who, unit, granted)
        if not passed:
            return (*decided, stopped or ("FLOORED" if wanted < 0 else "CAPPED") if wanted else "GRANTED", 0)
        number, place = len(self.grants), self.next_place()
        grant = {"number": number, "rule": rule["id"], "member": who, "unit": unit, "level": level}
        waits = passed > 0 and "pending" in rule
        earned = max(0, passed)
        moves = () if waits else self.change(who, unit, passed, dated=one["at"], place=place, earned=earned)
        self.grants.append({**one, **grant, "granted": passed, "claims": claims, "place": place, "moves": moves})
        if waits:
            by_hand = rule["pending"] == "review"
            self.waiting[number] = None if by_hand else self.last + days.length_of(rule["pending"])
        return (*decided, "PENDING" if waits else "GRANTED", passed)

    def _uses(self, limit: reading.Limit, grant: Event, one: Event, who: int) -> int:
        number = grant["number"]
        counted = limit.counted(grant["granted"], self.back.get(number, 0), whole=number in self.whole)
        return counted if limit.covers(grant, one, who) else 0
