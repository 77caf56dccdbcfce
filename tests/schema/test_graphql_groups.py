"""Tiers locked by hand, and places in groups: wanted, held, and reported done; followed as they change."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.values import DAY, HOUR
from ledger.service.access import Scope
from ledger.service.verify import verify
from tests.clock import Clock
from tests.guard import TenantGuard
from tests.schema.api import Api
from tests.schema.asker import EVERY, Asker, event, id_of, live, member, operator
from tests.schema.circle import settle, share_daily
from tests.schema.test_graphql_following import Following

WANTED = """query ($since: Position, $first: Int = 100, $after: String) { community(slug: "garden") {
  wantedGroups(changedSince: $since, first: $first, after: $after) { totalCount edges { cursor node {
    id group wanted since held doneAt member { displayName } handles { platform externalId } } }
  pageInfo { hasNextPage endCursor } } } }"""
LOCK = """mutation ($id: ID!, $tier: String, $reason: String = "She knows the ropes") {
  lockTier(memberId: $id, tier: $tier, reason: $reason) {
    member { tier { code } progress { keepsUntil } } userErrors { code message path params } } }"""
HOLD = """mutation ($id: ID!, $group: String!, $hold: Boolean!, $reason: String = "On leave") {
  holdGroup(memberId: $id, group: $group, hold: $hold, reason: $reason) {
    member { displayName } userErrors { code message path params } } }"""
DONE = """mutation ($id: ID!, $group: String!, $in: Boolean!) {
  markGroupDone(memberId: $id, group: $group, inGroup: $in) {
    member { displayName } userErrors { code message path params } } }"""
CHANGES = """subscription ($member: ID, $from: Position, $take: Int) {
  memberChanged(memberId: $member, fromPosition: $from, take: $take) {
    entry { kind delta balanceAfter } tier { code } } }"""


@pytest.fixture
async def somebody(circle: Api) -> Asker:
    """An operator of the circle."""
    return await operator(circle)


async def wanted(asker: Asker, **asked: Any) -> list[dict[str, Any]]:
    """Return the wanted places in groups."""
    found = (await asker.ask(WANTED, **asked))["community"]["wantedGroups"]
    return [edge["node"] for edge in found["edges"]]


async def test_a_bot_makes_wanted_groups_so_and_says_done(circle: Api, somebody: Asker, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 5)
    assert await wanted(somebody) == []
    await live(circle, [event("pay", "payment.settled", "ana", amount=9900)])
    bot = Asker(circle, await circle.key({Scope.MEMBERS_READ, Scope.EVENTS_WRITE}))
    [wish] = await wanted(bot)
    assert wish["since"].startswith("2026-11-28T13:00:00")
    assert {**wish, "id": "", "since": ""} == {
        "id": "",
        "group": "core",
        "wanted": True,
        "since": "",
        "held": False,
        "doneAt": None,
        "member": {"displayName": "ana"},
        "handles": [{"platform": "chat", "externalId": "ana"}],
    }
    ana = await id_of(circle, "ana")
    clock.advance(HOUR)
    assert await bot.refused(DONE, id=ana, group="core", **{"in": True}) == []
    [done] = await wanted(bot)
    assert done["doneAt"].startswith("2026-11-28T14:00:00")
    node = "query ($id: ID!) { node(id: $id) { ... on GroupWish { group wanted } } }"
    assert (await bot.ask(node, id=wish["id"]))["node"] == {"group": "core", "wanted": True}
    head = (await somebody.ask('{ community(slug: "garden") { journal { position } } }'))["community"]["journal"]
    since = head[-1]["position"]
    assert await wanted(bot, since=since) == [], "a report changes no wish"
    clock.advance(42 * DAY)
    await settle(circle)
    bot = Asker(circle, await circle.key({Scope.MEMBERS_READ, Scope.EVENTS_WRITE}))
    [left] = await wanted(bot, since=since)
    assert (left["wanted"], left["doneAt"]) == (False, None), "she has fallen, and is still inside"
    await bot.refused(DONE, id=ana, group="core", **{"in": False})
    assert (await wanted(bot))[0]["doneAt"] is not None
    assert (await verify(circle.ledger.database, circle.community.id)).differences == []


async def test_a_locked_tier_stays_until_it_is_unlocked(circle: Api, somebody: Asker, clock: Clock) -> None:
    await live(circle, [event("h", "hello", "ana")])
    ana = await id_of(circle, "ana")
    told = (await somebody.ask(LOCK, id=ana, tier="core"))["lockTier"]
    assert told == {"member": {"tier": {"code": "core"}, "progress": {"keepsUntil": None}}, "userErrors": []}
    assert [(one["group"], one["wanted"]) for one in await wanted(somebody)] == [("core", True)]
    clock.advance(60 * DAY)
    await settle(circle)
    somebody = await operator(circle)
    tier = "query ($id: ID!) { member(id: $id) { tier { code } } }"
    assert (await somebody.ask(tier, id=ana))["member"]["tier"]["code"] == "core"
    told = (await somebody.ask(LOCK, id=ana, tier=None))["lockTier"]
    assert (told["member"]["tier"], told["userErrors"]) == ({"code": "core"}, [])
    clock.advance(16 * DAY)
    await settle(circle)
    somebody = await operator(circle)
    assert (await somebody.ask(tier, id=ana))["member"]["tier"]["code"] == "ordinary", "grace was fourteen runs"
    assert [(one["group"], one["wanted"]) for one in await wanted(somebody)] == [("core", False)]


async def test_a_held_place_stays_as_it_is(circle: Api, somebody: Asker) -> None:
    await live(circle, [event("h", "hello", "ana")])
    ana = await id_of(circle, "ana")
    assert await somebody.refused(LOCK, id=ana, tier="core") == []
    assert await somebody.refused(HOLD, id=ana, group="core", hold=True) == []
    assert await somebody.refused(LOCK, id=ana, tier="newcomer") == []
    [wish] = await wanted(somebody)
    assert (wish["held"], wish["wanted"]) == (True, True)
    assert await somebody.refused(HOLD, id=ana, group="core", hold=False) == []
    [wish] = await wanted(somebody)
    assert (wish["held"], wish["wanted"]) == (False, False)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_cannot_be_locked_held_or_reported_says_why(circle: Api, somebody: Asker, language: str) -> None:
    await live(circle, [event("h", "hello", "ana")])
    ana, asker = await id_of(circle, "ana"), somebody.speaking(language)
    here, there = {"hold": True}, {"in": True}
    assert await asker.refused(LOCK, id="x", tier="core") == [("MEMBER_UNKNOWN", ["memberId"])]
    assert await asker.refused(LOCK, id=ana, tier="king") == [("LEVEL_UNKNOWN", ["tier"])]
    assert await asker.refused(LOCK, id=ana, tier="core", reason="") == [("TEXT_INVALID", ["reason"])]
    assert await asker.refused(HOLD, id="x", group="core", **here) == [("MEMBER_UNKNOWN", ["memberId"])]
    assert await asker.refused(HOLD, id=ana, group="lobby", **here) == [("GROUP_UNKNOWN", ["group"])]
    assert await asker.refused(HOLD, id=ana, group="core", reason="\u0000", **here) == [
        ("TEXT_INVALID", ["reason"])
    ]
    assert await asker.refused(DONE, id="x", group="core", **there) == [("MEMBER_UNKNOWN", ["memberId"])]
    assert await asker.refused(DONE, id=ana, group="", **there) == [("TEXT_INVALID", ["group"])]
    assert await asker.refused(DONE, id=ana, group="g" * 129, **there) == [("GROUP_UNKNOWN", ["group"])]
    assert await wanted(asker) == []


async def test_a_ladder_that_cannot_be_locked_is_not(api: Api) -> None:
    await live(api, [event("h", "hello", "ana")])
    asked = {"id": await id_of(api, "ana"), "tier": "pillar"}
    assert await (await operator(api)).refused(LOCK, **asked) == [("LADDER_NOT_LOCKABLE", ["tier"])]


async def test_wanted_groups_are_read_a_page_at_a_time(circle: Api, somebody: Asker) -> None:
    for number in range(5):
        await live(circle, [event(f"h{number}", "hello", f"m{number}")])
        await somebody.refused(LOCK, id=await id_of(circle, f"m{number}"), tier="core")
    page = (await somebody.ask(WANTED, first=3))["community"]["wantedGroups"]
    assert [edge["node"]["member"]["displayName"] for edge in page["edges"]] == ["m0", "m1", "m2"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, True)
    rest = await wanted(somebody, after=page["pageInfo"]["endCursor"])
    assert [one["member"]["displayName"] for one in rest] == ["m3", "m4"]
    for cursor in ("x", "é", "MQ", "MS4y", "MS4yLg"):
        assert await somebody.codes(WANTED, after=cursor) == ["BAD_CURSOR"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_wishes_cost_as_many_statements_whatever_their_number(
    circle: Api, somebody: Asker, guard: TenantGuard
) -> None:
    for number in range(6):
        await live(circle, [event(f"h{number}", "hello", f"m{number}")])
        await somebody.refused(LOCK, id=await id_of(circle, f"m{number}"), tier="core")
    counts = []
    await wanted(somebody, first=1)
    for size in (1, 6):
        before = guard.seen
        assert len(await wanted(somebody, first=size)) == size
        counts.append(guard.seen - before)
    assert counts[0] == counts[1], counts


async def test_releases_expiries_and_falls_are_followed(circle: Api, clock: Clock) -> None:
    await live(circle, [event("l", "later.posted", "ana")])
    clock.advance(3 * HOUR)
    await settle(circle)
    await share_daily(circle, clock, "ana", 3)
    await (await operator(circle)).refused(LOCK, id=await id_of(circle, "ana"), tier="core")
    await (await operator(circle)).refused(LOCK, id=await id_of(circle, "ana"), tier=None)
    clock.advance(70 * DAY)
    await settle(circle)
    following = Following(circle, await circle.key(EVERY))
    told = await following.all(CHANGES, member=await id_of(circle, "ana"), take=10, **{"from": 0})
    entries = [one["entry"] and (one["entry"]["kind"], one["entry"]["delta"]) for one in told]
    tiers = [one["tier"] and one["tier"]["code"] for one in told]
    assert list(zip(entries, tiers, strict=True)) == [
        (("AWARD", 0), "newcomer"),
        (("AWARD", 6), None),
        (("AWARD", 8), None),
        (("AWARD", 8), None),
        (("AWARD", 8), "ordinary"),
        (None, "core"),
        (None, "ordinary"),
        (("EXPIRY", -14), None),
        (("EXPIRY", -8), None),
        (("EXPIRY", -8), None),
    ], "what waits, its release, three shares, a lock, a fall after its grace, and what ends day by day"
    me = (await (await member(circle, "ana")).ask("{ me { tier { code } balance { total } } }"))["me"]
    assert me == {"tier": {"code": "ordinary"}, "balance": {"total": 0}}
