"""What brings a member on: the nearest ways to the next tier, what expires next, and what was ever spent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.core.calendar import micros
from ledger.core.commands import Command, MoveRedemption, PutPerk, RedeemPerk
from ledger.core.events import RedemptionStatus
from ledger.core.rhythm.activities import CancelActivity
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import DAY, MemberId, Position
from ledger.service.writer import Receipt
from tests.clock import NOON, Clock
from tests.guard import TenantGuard
from tests.schema.api import Api
from tests.schema.asker import event, live, member, operator
from tests.schema.circle import settle, share_daily

SUGGESTED = """query ($first: Int = 3) { me { suggestions(first: $first) {
  id code title because points unlocks } progress { summary } } }"""
BALANCE = """query ($at: BalancePoint!) { me { balance { available lifetimeSpent expiring { points on } }
  balanceAt(at: $at) { lifetimeSpent expiring { points } } } }"""


async def suggested(api: Api, name: str, language: str = "en", **asked: Any) -> list[dict[str, Any]]:
    """Return what somebody is told to do, without ids."""
    asker = (await member(api, name)).speaking(language)
    return [{**one, "id": ""} for one in (await asker.ask(SUGGESTED, **asked))["me"]["suggestions"]]


async def test_a_newcomer_is_told_to_come_again(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 2)
    again, stay = await suggested(circle, "ana")
    assert again == {
        "id": "",
        "code": "active_days",
        "title": "Contribute on 1 more days",
        "because": "active days in 14 days: 1 more days to Regular",
        "points": None,
        "unlocks": "Regular",
    }
    assert (stay["code"], stay["title"]) == ("member_for", "Stay with us for 12 more days")
    chinese = await suggested(circle, "ana", "zh")
    assert (chinese[0]["title"], chinese[0]["because"]) == (
        "再有 1 天作出贡献",
        "距 常客：14 天内活跃天数还差 1 天",
    )


async def test_points_are_suggested_by_the_rules_that_need_fewest_times(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 3)
    ways = await suggested(circle, "ana")
    assert [(one["code"], one["title"], one["points"], one["because"]) for one in ways] == [
        ("share", "Sharing, once", 8, "Points earned in 90 days: 8 Points more to Core"),
        ("later", "Later, 2 times", 12, "Points earned in 90 days: 8 Points more to Core"),
        ("payment", "payment: 99.00 Yuan more", None, "Yuan earned in 365 days: 99.00 Yuan more to Core"),
    ], "she has 32 of 40, and the deed that pays serves the count of shares too"
    assert [one["code"] for one in await suggested(circle, "ana", first=1)] == ["share"]
    assert await suggested(circle, "ana", first=0) == []
    chinese = await suggested(circle, "ana", "zh")
    assert [one["title"] for one in chinese] == ["分享 1 次", "延迟 2 次", "payment：还差 99.00 元"]
    await share_daily(circle, clock, "ana", 1)
    assert [one["code"] for one in await suggested(circle, "ana")] == ["payment"], "no points are missing now"


async def test_where_a_tier_is_given_by_hand_nothing_is_suggested(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 5)
    await live(circle, [event("pay", "payment.settled", "ana", amount=9900)])
    assert await suggested(circle, "ana") == []


async def test_a_ladder_of_points_says_how_often(api: Api) -> None:
    await live(api, [event("t1", "thread.opened", "ana", subject="thread-1")])
    ways = await suggested(api, "ana")
    assert [(one["code"], one["title"], one["points"], one["unlocks"]) for one in ways] == [
        ("opened", "opened, 2 times", 20, "pillar"),
        ("linked", "linked, 8 times", 16, "pillar"),
    ]
    assert ways[0]["because"] == "points held: 15 points more to pillar"


OPENED = """query { me { suggestions {
  code activity { kind title startsAt endsAt } perk { code } } } }"""


async def test_a_suggestion_says_when_it_pays_more_and_which_perk_it_opens(circle: Api, clock: Clock) -> None:
    async def put(**terms: Any) -> None:
        [receipt] = await circle.ledger.writer.submit(
            circle.community, [PutPerk(terms=PerkTerms(**terms), by="key:k")]
        )
        assert isinstance(receipt, Receipt)

    await put(code="tea", cost=5)
    await put(code="seat", cost=80, tiers=("core",))
    await put(code="late", cost=1, tiers=("core",), starts_at=NOON + 99 * DAY)
    await put(code="talk", cost=9, tiers=("ordinary", "core"))
    await share_daily(circle, clock, "ana", 3)

    async def told() -> list[tuple[str, Any, Any]]:
        found = (await (await member(circle, "ana")).ask(OPENED))["me"]["suggestions"]
        return [(one["code"], one["activity"], one["perk"]) for one in found]

    seat = {"code": "seat"}
    wednesday = {"startsAt": "2026-12-02T12:00:00.000Z", "endsAt": "2026-12-02T14:00:00.000Z"}
    day = {"kind": "share_day", "title": "Sharing day", **wednesday}
    assert await told() == [("share", day, seat), ("later", None, seat), ("payment", None, seat)]
    clock.set(micros(datetime(2026, 12, 2, 13, 59, tzinfo=UTC)))
    assert (await told())[0] == ("share", day, seat), "it is on"
    await circle.ledger.writer.submit(
        circle.community, [CancelActivity(activity="share_day/2026-12-02T12:00:00Z", by="key:k")]
    )
    [_, activity, _] = (await told())[0]
    assert activity["startsAt"] == "2026-12-09T12:00:00.000Z", "that time was called off"
    await live(circle, [event("b", "hello", "bo")])
    bo = (await (await member(circle, "bo")).ask(OPENED))["me"]["suggestions"]
    assert [(one["code"], one["activity"], one["perk"]) for one in bo] == [
        ("active_days", None, None),
        ("member_for", None, None),
    ]


async def test_a_suggestion_is_found_again_by_its_id(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 2)
    await live(circle, [event("h", "hello", "bo")])
    ana, bo = await member(circle, "ana"), await member(circle, "bo")
    [first, *_] = (await ana.ask(SUGGESTED))["me"]["suggestions"]
    node = "query ($id: ID!) { node(id: $id) { ... on Suggestion { id title } } }"
    assert (await ana.ask(node, id=first["id"]))["node"] == {"id": first["id"], "title": first["title"]}
    assert (await bo.ask(node, id=first["id"]))["node"] is None


async def test_what_expires_next_is_told_with_its_last_day(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 3)
    asked = {"at": {"position": 3}}
    balance = (await (await member(circle, "ana")).ask(BALANCE, **asked))["me"]["balance"]
    assert balance == {"available": 32, "lifetimeSpent": 0, "expiring": {"points": 8, "on": "2027-01-22"}}
    clock.advance(59 * DAY)
    balance = (await (await member(circle, "ana")).ask(BALANCE, **asked))["me"]["balance"]
    assert balance["expiring"] == {"points": 16, "on": "2027-01-24"}, "what has ended is gone, swept or not"
    await settle(circle)
    clock.advance(2 * DAY)
    balance = (await (await member(circle, "ana")).ask(BALANCE, **asked))["me"]["balance"]
    assert balance == {"available": 0, "lifetimeSpent": 0, "expiring": None}


async def test_what_was_spent_is_told_less_what_came_back(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 3)

    async def do(command: Command) -> Position:
        clock.advance(1_000_000)
        [answer] = await circle.ledger.writer.submit(circle.community, [command])
        assert isinstance(answer, Receipt), answer
        return answer.position

    await do(PutPerk(terms=PerkTerms(code="tea", unit="points", cost=5, refund_within=DAY), by="cli"))  # type: ignore[arg-type]
    bought = [await do(RedeemPerk(key=f"r{n}", perk="tea", member=MemberId(1), by="cli")) for n in range(2)]
    ana = await member(circle, "ana")
    asked = {"at": {"position": bought[1]}}
    assert (await ana.ask(BALANCE, **asked))["me"]["balance"]["lifetimeSpent"] == 0, "held is not yet spent"
    for position in bought:
        await do(MoveRedemption(position=position, status=RedemptionStatus.FULFILLED, by="cli"))
    me = (await ana.ask(BALANCE, at={"position": bought[1] + 1}))["me"]
    assert (me["balance"]["lifetimeSpent"], me["balanceAt"]["lifetimeSpent"]) == (10, 5)
    assert (me["balance"]["expiring"], me["balanceAt"]["expiring"]) == ({"points": 6, "on": "2027-01-23"}, None)
    await do(MoveRedemption(position=bought[0], status=RedemptionStatus.REFUNDED, by="cli"))
    assert (await ana.ask(BALANCE, **asked))["me"]["balance"]["lifetimeSpent"] == 5


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_many_members_cost_as_many_statements_as_one(circle: Api, guard: TenantGuard) -> None:
    names = [f"m{number}" for number in range(9)]
    await live(circle, [event(f"s-{name}", "share.posted", name, subject=name) for name in names])
    query = """query ($n: Int!) { community(slug: "garden") { members(first: $n) { edges { node {
      suggestions { title } balance { lifetimeSpent expiring { points } } lastContributionAt quietDays } } } } }"""
    somebody, counts = await operator(circle), []
    await somebody.ask(query, n=1)
    for size in (1, 9):
        before = guard.seen
        assert len((await somebody.ask(query, n=size))["community"]["members"]["edges"]) == size
        counts.append(guard.seen - before)
    assert counts[0] == counts[1] <= 20, counts
