"""A town of which the points can be counted without the ledger, in whatever order its events come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ledger.core.calendar import moment
from ledger.core.values import DAY, MINUTE, Micros
from ledger.service.access import Scope, create_key
from ledger.service.clock import now
from ledger.service.communities import begin
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database, address

CAP = 25
GREETING = 3
RULEBOOK = f"""\
preset: town
community: {{tz: UTC, accept_late: forever}}
units:
  points: {{floor: 0, claw: clip}}
undo:
  - {{event: post.removed, of: undoes, rules: [made]}}
rules:
  - {{id: made, event: post.made, amount: 10}}
  - {{id: greeted, event: hello.said, amount: {GREETING}, caps: [{{points: {CAP}, per: day, partial: true}}]}}
  - {{id: thanked, event: thanks.given, to: helper, amount: 2}}
"""
SOURCE = "chat:town"
FIRST_DAY = Micros(now() // DAY * DAY - 3_000 * DAY)
DAYS = 2_990
NUMBERS_A_DAY = 20


class Town(NamedTuple):
    """A community in a database, with a key that may do everything."""

    url: str
    community: Community
    key: str


async def found_town(url: str, slug: str = "town", *, preset: str | None = None, rulebook: str = RULEBOOK) -> Town:
    """Begin a town, or a community with a preset."""
    database = Database(address(url))
    try:
        yaml = rulebook if preset is None else None
        community = await begin(database, Writer(database), slug, yaml=yaml, preset=preset or "seed_circle")
        key = await create_key(database, community.id, name="harness", scopes=frozenset(Scope), at=now())
    finally:
        await database.close()
    return Town(url, community, key)


def said(client: int, number: int) -> dict[str, Any]:
    """Return a client's event by number. Every tenth takes back the post nine before, which is acknowledged."""
    member, key = f"m{(client * 7 + number * 3) % 12}", f"c{client}-{number}"
    day = FIRST_DAY + number // NUMBERS_A_DAY % DAYS * DAY
    match number % 10:
        case 0:
            return happened(key, "post.made", member, at=day, subject=f"post-{key}")
        case 9:
            undone = f"c{client}-{number - 9}"
            return happened(key, "post.removed", member, at=day, undoes=undone, subject=f"post-{undone}")
        case 1 | 2 | 3 | 4:
            return happened(key, "hello.said", f"m{(client + number) % 5}", at=day)
        case _:
            helper = f"m{(client + number * 5) % 12}"
            return happened(key, "thanks.given", member, at=day, people={"helper": helper})


def happened(
    key: str, type_: str, member: str, *, at: int = FIRST_DAY, subject: str | None = None, **data: Any
) -> dict[str, Any]:
    """Return a CloudEvent."""
    event = {"specversion": "1.0", "id": key, "source": SOURCE, "type": type_, "data": {"member": member, **data}}
    event["time"] = moment(Micros(at + MINUTE)).isoformat()
    return event if subject is None else {**event, "subject": subject}


def plain_count(events: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return every member's points, counted from the events alone."""
    by_key = {event["id"]: event for event in events}
    removed = {event["data"]["undoes"] for event in by_key.values() if event["type"] == "post.removed"}
    points: Counter[str] = Counter()
    greeted: Counter[tuple[str, str]] = Counter()
    for event in by_key.values():
        member = event["data"]["member"]
        match event["type"]:
            case "post.made":
                points[member] += 0 if event["id"] in removed else 10
            case "hello.said":
                greeted[member, event["time"][:10]] += GREETING
            case "thanks.given":
                points[event["data"]["people"]["helper"]] += 2
    for (member, _), wanted in greeted.items():
        points[member] += min(wanted, CAP)
    return {member: count for member, count in points.items() if count}
