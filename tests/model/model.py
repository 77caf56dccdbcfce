"""A model of the ledger: what SEMANTICS says, in plain dicts, of the rulebook beside it. It calls no ledger code.

Whatever it knows stands in dicts, lists and sets of values that are never changed, so a shallow copy is a save.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import yaml

MINUTE = 60_000_000
DAY = 1_440 * MINUTE
TOKYO = 540 * MINUTE
LATE = 3 * DAY
Event = dict[str, Any]
Decided = tuple[str, int | None, str, str, int]
"""Rule, member, unit, outcome, granted."""


class Model:
    """What a ledger with one rulebook must answer and hold; `last` is the time recorded last."""

    def __init__(self, rulebook: str, last: int) -> None:
        self.book, self.last = yaml.safe_load(rulebook), last
        self.rules = {rule["id"]: rule for rule in self.book["rules"]}
        self.keys: dict[Any, Any] = {}
        self.members: dict[str, int] = {}
        self.balance: dict[tuple[int, str], int] = {}
        self.earned: dict[tuple[int, str], int] = {}
        self.used: dict[Any, int] = {}
        self.held: dict[Any, int] = {}
        self.times: dict[Any, tuple[int, ...]] = {}
        self.authors: dict[str, int] = {}
        self.opened: dict[str, int] = {}
        self.waiting: dict[Any, tuple[Event, ...]] = {}
        self.grants: list[Event] = []
        self.found: dict[Any, tuple[int, ...]] = {}
        self.undone: set[int] = set()

    def save(self) -> dict[str, Any]:
        return {name: value if isinstance(value, int) else value.copy() for name, value in vars(self).items()}

    def restore(self, saved: dict[str, Any]) -> None:
        vars(self).update(saved)

    def adjust(self, asked: Event, now: int) -> str | list[Decided]:
        key, unit, delta = ("adjustments", asked["key"]), asked["unit"] or "points", asked["delta"]
        content = (asked["member"], asked["unit"], delta, asked["reason"])
        if key in self.keys:
            return "replayed" if self.keys[key] == content else "IDEMPOTENCY_CONFLICT"
        if unit not in self.book["units"]:
            return "UNIT_UNKNOWN"
        if not delta:
            return "NOTHING_TO_ADJUST"
        saved = self.save()
        who = self._member(asked["member"], "")
        made = self._starts(saved["members"])
        floor = self.book["units"][unit].get("floor")
        if delta < 0 and floor is not None and self.balance.get((who, unit), 0) + delta < floor:
            self.restore(saved)
            return "BELOW_FLOOR"
        self._move(who, unit, delta, 0)
        self.keys[key], self.last = content, max(now, self.last + 1)
        return [*made, ("adjustment", who, unit, "GRANTED", delta)]

    def record(self, event: Event, now: int) -> str | list[Decided]:
        key = event["source"], event["key"]
        content = repr([event[name] for name in ("type", "subject", "time", "undoes", "data")])
        content += repr([event["actor"] is None, sorted(event["people"])])
        if key in self.keys:
            return "replayed" if self.keys[key] == content else "IDEMPOTENCY_CONFLICT"
        if event["source"].partition(":")[0] == "ledger":
            return "RESERVED_SOURCE"
        if event["time"] is not None and event["time"] > now + 10 * MINUTE:
            return "TIME_IN_FUTURE"
        self.last, known = max(now, self.last + 1), self.members.copy()
        roles = {"actor": event["actor"], **dict(sorted(event["people"].items()))}
        who = {role: self._member(name, key[0]) for role, name in roles.items() if name is not None}
        at = self.last if event["time"] is None else event["time"]
        day, late = (at + TOKYO) // DAY, not event["imported"] and self.last - at > LATE
        one = {**event, "who": who, "at": at, "day": day, "late": late}
        full = self._over_quota(one)
        undoes, early = (key[0], one["undoes"]), self.waiting.get((key[0], one["undoes"]), ())
        if one["undoes"] and undoes not in self.keys and undoes != key and self._is_undo(one) and len(early) < 8:
            self.waiting[undoes] = (*early, one)
        author = who.get("author") or who.get("actor")
        if one["type"] in self.book["creates"] and one["subject"] is not None and author is not None:
            self.authors.setdefault(one["subject"], author)
        self.keys[key] = content
        made = self._starts(known)
        made += [self._undo(number) for number in list(self._targets(one))]
        for rule in self.book["rules"]:
            if rule["event"] == one["type"]:
                made += self._grade(one, rule, full)
        return made

    def _member(self, name: str, source: str) -> int:
        whole = name if ":" in name else f"{source.partition(':')[0]}:{name}"
        return self.members.setdefault(whole, len(self.members) + 1)

    def _starts(self, known: dict[str, int]) -> list[Decided]:
        units = [(code, unit["start"]) for code, unit in self.book["units"].items() if unit.get("start")]
        made = [("start", who, unit, "GRANTED", start) for unit, start in units for who in self._since(known)]
        for _, who, unit, _, start in made:
            self._move(who, unit, start, 0)
        return list(made)

    def _since(self, known: dict[str, int]) -> list[int]:
        return [number for name, number in self.members.items() if name not in known]

    def _move(self, who: int, unit: str, points: int, earned: int) -> None:
        if points:
            self.balance[who, unit] = self.balance.get((who, unit), 0) + points
            self.earned[who, unit] = self.earned.get((who, unit), 0) + earned

    def _over_quota(self, one: Event) -> bool:
        actor, subject, counted = one["who"].get("actor"), one["subject"], []
        opens = subject is not None and subject not in self.opened
        for quota in self.book["quotas"]:
            name = (quota["id"], actor, one["day"] if "count" in quota else None)
            if one["type"] in quota["event"] and actor is not None and ("count" in quota or opens):
                if self.used.get(name, 0) >= quota.get("count", quota.get("open_at_once")):
                    return True
                counted.append(name)
                if "count" not in quota:
                    self.opened[subject] = actor
            if one["type"] in quota.get("closed_by", ()) and subject in self.opened:
                self.used[quota["id"], self.opened.pop(subject), None] -= 1
        self.used.update({name: self.used.get(name, 0) + 1 for name in counted})
        return False

    def _ways(self, one: Event, rule: Event) -> Iterator[list[str]]:
        """Yield what must be equal for an event to take back a rule's grants; None of it where it points at one."""
        pointed = one["undoes"] is not None
        if one["type"] == "contribution.undone" and pointed:
            yield []
        for undo in self.book["undo"]:
            wanted = undo.get("rules", "all") == "all" or rule["id"] in undo["rules"]
            if undo["event"] == one["type"] and wanted and (pointed or undo["of"] == "subject"):
                yield from [] if "unless" in undo and _hold(undo["unless"], one) else [[]]
        for on in (on if isinstance(on, dict) else {"event": on} for on in rule.get("undo_on", ())):
            if on["event"] == one["type"]:
                yield on.get("match", [])

    def _is_undo(self, one: Event) -> bool:
        return any(True for rule in self.rules.values() for _ in self._ways({**one, "data": {}}, rule))

    def _targets(self, one: Event) -> Iterator[int]:
        subject, actor = one["subject"], one["who"].get("actor")
        if one["undoes"] is not None:
            numbers = set(self.found.get(("key", one["source"], one["undoes"]), ()))
        else:
            numbers = set(self.found.get(("subject", subject), ())) | set(self.found.get(("member", actor), ()))
        for number in sorted(numbers - self.undone):
            grant = self.grants[number]
            for match in self._ways(one, self.rules[grant["rule"]]):
                pairs = [(grant["who"], actor) if name == "member" else (grant[name], actor) for name in match[:1]]
                pairs += [(grant["data"].get(name), one["data"].get(name)) for name in match[1:]]
                pairs += [] if "member" in match else [(grant["subject"], subject)]
                if one["undoes"] is not None or all(a is not None and a == b for a, b in pairs):
                    yield number
                    break

    def _undo(self, number: int) -> Decided:
        grant = self.grants[number]
        who, unit, wanted = grant["who"], grant["unit"], -grant["granted"]
        policy = self.book["units"][unit]
        clipped = max(wanted, min(0, policy.get("floor", 0) - self.balance.get((who, unit), 0)))
        taken = wanted if wanted > 0 or policy["claw"] == "debt" else clipped if policy["claw"] == "clip" else 0
        self.undone.add(number)
        for name, kind in grant["caps"]:
            self.used[name] += taken if kind == "net" else -1 if kind == "count" and taken == wanted else 0
        for claim in grant["claims"]:
            if taken == wanted and self.held.get(claim) == number:
                del self.held[claim]
        self._move(who, unit, taken, min(0, taken))
        return (grant["rule"], who, unit, "GRANTED" if taken else "FLOORED", taken)

    def _grade(self, one: Event, rule: Event, full: bool) -> list[Decided]:
        role, unit, when = rule.get("to", "actor"), rule.get("unit", "points"), dict(rule.get("when", {}))
        who = one["who"].get(role.removeprefix("object."))
        if role == "object.author" and who is None:
            who = self.authors.get(one["subject"])
        other = one["who"].get(when.pop("not_self", ""))
        early = self.waiting.get((one["source"], one["key"]), ())
        data = {"member": who, "object": one["subject"], "question": one["subject"], **one["data"]}
        keys = {kind: tuple(data.get(name) for name in rule.get(kind, ())) for kind in ("once_per", "slot")}
        claims = {kind: (rule["id"], key) for kind, key in keys.items() if key and None not in key}
        for stops, outcome in (
            (who is None, "NO_RECIPIENT"),
            (one["late"], "TOO_LATE"),
            (any(True for undo in early for _ in self._ways(undo, rule)), "REVERSED"),
            (full, "QUOTA"),
            (not _hold(when, one), "NOT_MATCHED"),
            (other is not None and other == who, "NOT_ELIGIBLE"),
            (claims.get("once_per") in self.held, "ONCE_ONLY"),
        ):
            if stops:
                return [(rule["id"], who, unit, outcome, 0)]
        holder = self.held.get(claims.get("slot"), -1)
        if holder < 0 or holder in self.undone:
            return [self._pay(one, rule, who, unit, claims)]
        saved = self.save()
        made = [self._undo(holder), self._pay(one, rule, who, unit, claims)]
        if not made[1][4]:
            self.restore(saved)
        return made if made[1][4] else made[1:]

    def _pay(self, one: Event, rule: Event, who: Any, unit: str, claims: dict[str, Any]) -> Decided:
        cooldown = int(rule.get("cooldown", "0s")[:-1]) * MINUTE // 60
        if any(abs(one["at"] - at) < cooldown for at in self.times.get((rule["id"], who), ())):
            return (rule["id"], who, unit, "COOLDOWN", 0)
        wanted = amount = rule["amount"]
        if isinstance(amount, dict):
            value = one["data"].get(amount["from"].removeprefix("data."))
            if type(value) is not int:
                return (rule["id"], who, unit, "NOT_MATCHED", 0)
            wanted = int(Fraction(value * amount.get("percent", 100), 100)) * (-1 if amount.get("negate") else 1)
        granted, moves = wanted, []
        for cap, name, kind in self._caps(one, rule, who):
            room = int(cap.get("count") or cap["points"]) - self.used.get(name, 0)
            if kind == "count":
                granted = granted if room > 0 else 0
            elif granted > room:
                granted = max(0, room) if cap.get("partial", True) and granted > 0 else min(granted, 0)
            moves.append((name, kind))
        capped, floor = granted, self.book["units"][unit].get("floor")
        if granted < 0 and floor is not None:
            granted = max(granted, min(0, floor - self.balance.get((who, unit), 0)))
        if granted:
            self._grant(one, rule, {"who": who, "unit": unit, "granted": granted, "caps": moves}, claims)
        stopped = "CAPPED" if capped == 0 or wanted > 0 else "FLOORED"
        return (rule["id"], who, unit, "GRANTED" if granted or not wanted else stopped, granted)

    def _caps(self, one: Event, rule: Event, who: int) -> Iterator[tuple[Event, Any, str]]:
        for cap in rule.get("caps", ()):
            kind = "count" if "count" in cap else cap.get("counts", "gross")
            period = one["subject"] if cap["per"] == "object" else one["day"]
            if period is not None:
                yield cap, (rule["id"], kind, who, period), kind
        for code, group in self.book["cap_groups"].items():
            if rule["id"] in group["rules"]:
                yield group, (code, who, one["day"]), group["counts"]

    def _grant(self, one: Event, rule: Event, grant: Event, claims: dict[str, Any]) -> None:
        number, who, granted = len(self.grants), grant["who"], grant["granted"]
        for name, kind in grant["caps"]:
            step = {"count": 1, "net": granted, "gross": max(0, granted)}[kind]
            self.used[name] = self.used.get(name, 0) + step
        self.held.update(dict.fromkeys(claims.values(), number))
        if "cooldown" in rule:
            self.times[rule["id"], who] = (*self.times.get((rule["id"], who), ()), one["at"])
        self._move(who, grant["unit"], granted, max(0, granted))
        places = {("key", one["source"], one["key"]), ("subject", one["subject"]), ("member", who)}
        for place in places - {("subject", None), *([] if "once_per" in rule else [("member", who)])}:
            self.found[place] = (*self.found.get(place, ()), number)
        origin = {"actor": one["who"].get("actor"), "subject": one["subject"], "data": one["data"]}
        self.grants.append({**grant, **origin, "rule": rule["id"], "claims": list(claims.values())})


def _hold(conditions: dict[str, Any], one: Event) -> bool:
    for name, wanted in conditions.items():
        value = one["data"].get(name)
        if not isinstance(wanted, dict):
            if bool(value) != wanted:
                return False
        elif type(value) is not int or value < wanted["gte"]:
            return False
    return True
