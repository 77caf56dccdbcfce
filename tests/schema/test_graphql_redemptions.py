"""Redemptions over GraphQL: asked for, cancelled, fulfilled, given back; by the contract's own documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.commands import MoveRedemption
from ledger.core.events import RedemptionStatus
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import DAY, HOUR, MINUTE, Micros, Position
from ledger.service.access import Scope
from ledger.service.redeeming import add_codes
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import Clock
from tests.databases import only_sqlite
from tests.guard import TenantGuard
from tests.schema.api import Api, served
from tests.schema.asker import Asker, id_of, member, operator
from tests.schema.contract import document
from tests.schema.test_graphql_following import Following
from tests.stall import RULEBOOK, Stall

CODE = "canary-code-1"
REDEEM = """mutation ($input: RedeemInput!) { redeemPerk(input: $input) {
  redemption { id code status statusLabel cost note canCancel voucher holdUntil }
  member { balance { available held } } userErrors { code message path params } } }"""
CANCEL = """mutation ($id: ID!) { cancelRedemption(redemptionId: $id) {
  redemption { status canCancel timeline { status label at actor { kind displayName } reason } }
  member { balance { available held } } userErrors { code message path params } } }"""
FULFIL = """mutation ($inputs: [FulfilInput!]!) { fulfilRedemptions(inputs: $inputs) {
  redemptions { id status voucher timeline { status reason } } userErrors { code message path params } } }"""
REFUND = """mutation ($id: ID!, $reason: String! = "torn") { refundRedemption(redemptionId: $id, reason: $reason) {
  redemption { status } member { balance { available } } userErrors { code message path params } } }"""
GRANT = """mutation ($perk: ID!, $member: ID!, $key: String! = "g1", $reason: String! = "A prize") {
  grantPerk(perkId: $perk, memberId: $member, reason: $reason, idempotencyKey: $key) {
  redemption { status cost note perk { code } } member { displayName } userErrors { code message path } } }"""
MINE = """{ me { redemptions { totalCount edges { cursor node { id code status cost voucher waitingHours
  perk { code } member { displayName } } } } } }"""
ENTRIES = """{ me { entries(first: 5) { edges { node { kind delta reason { code label } rule { code }
  redemption { code status } actor { kind displayName } decision { rule { code } outcome explanation } } } } } }"""


@pytest.fixture
async def api(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """The server of a community with a stall."""
    community = await rulebooks.begin(database, writer, rulebook=RULEBOOK)
    async with served(database, writer, clock, community) as api:
        yield api


@pytest.fixture
async def stall(api: Api) -> Stall:
    """The stall with a seat for 80 points; ana and bo have 100 each."""
    stall = Stall(api.ledger, api.community)
    await stall.earn("ana", "bo")
    await stall.put(
        cost=80,
        stock=2,
        reserve_for=Micros(DAY),
        refund_within=Micros(7 * DAY),
        names={"en": "Seat", "zh-CN": "名额"},
    )
    return stall


def _perk(api: Api, code: str = "seat") -> str:
    return write_id("Perk", api.community.id, code)


def _redemption(api: Api, position: Position) -> str:
    return write_id("Redemption", api.community.id, position)


def _asked(api: Api, key: str = "r1", **more: Any) -> dict[str, Any]:
    return {"perkId": _perk(api), "expectedCost": 80, "idempotencyKey": key, **more}


async def test_a_member_redeems_and_cancels_and_has_the_points_again(api: Api, stall: Stall) -> None:
    ana = await member(api, "ana")
    told = (await ana.ask(REDEEM, input=_asked(api, note="By the window")))["redeemPerk"]
    assert told["userErrors"] == []
    made = told["redemption"]
    assert (made["status"], made["statusLabel"], made["cost"]) == ("REQUESTED", "asked for", 80)
    assert (made["note"], made["canCancel"], made["voucher"]) == ("By the window", True, None)
    assert made["code"] == f"R-{(await _positions(api))[-1]}"
    assert told["member"]["balance"] == {"available": 20, "held": 80}
    assert (await ana.ask(REDEEM, input=_asked(api, note="By the window")))["redeemPerk"] == told
    cancelled = (await ana.speaking("zh").ask(CANCEL, id=made["id"]))["cancelRedemption"]
    assert cancelled["member"]["balance"] == {"available": 100, "held": 0}
    assert (cancelled["redemption"]["status"], cancelled["redemption"]["canCancel"]) == ("CANCELLED", False)
    assert [(step["status"], step["label"]) for step in cancelled["redemption"]["timeline"]] == [
        ("REQUESTED", "待处理"),
        ("CANCELLED", "已取消，积分已退回"),
    ]
    assert cancelled["redemption"]["timeline"][1]["actor"] == {"kind": "MEMBER", "displayName": "ana"}
    assert await ana.refused(CANCEL, id=made["id"]) == [("REDEMPTION_DONE", ["redemptionId"])]
    assert (await verify(api.ledger.database, api.community.id)).differences == []


async def _positions(api: Api) -> list[int]:
    found = await (await operator(api)).ask('{ community(slug: "garden") { journal { position } } }')
    return [one["position"] for one in found["community"]["journal"]]


async def test_a_refusal_stays_and_says_what_is_missing_in_both_languages(api: Api, stall: Stall) -> None:
    await stall.put(cost=130)
    ana = await member(api, "ana")
    asked = _asked(api, expectedCost=130)
    [error] = (await ana.ask(REDEEM, input=asked))["redeemPerk"]["userErrors"]
    assert error == {
        "code": "NOT_ENOUGH_POINTS",
        "message": "30 Points are missing.",
        "path": ["input", "perkId"],
        "params": {"missing": "30", "unit": "Points"},
    }
    [error] = (await ana.speaking("zh").ask(REDEEM, input=asked))["redeemPerk"]["userErrors"]
    assert error["message"] == "还差 30 积分。"
    await stall.earn("ana")
    [error] = (await ana.ask(REDEEM, input=asked))["redeemPerk"]["userErrors"]
    assert (error["code"], error["message"]) == (
        "NOT_ENOUGH_POINTS",
        "There were too few points then; by now there are enough. Ask again.",
    )
    assert (await ana.ask(REDEEM, input={**asked, "idempotencyKey": "r2"}))["redeemPerk"]["userErrors"] == []
    assert await ana.refused(REDEEM, input={**asked, "expectedCost": 80, "idempotencyKey": "r3"}) == [
        ("PRICE_CHANGED", ["input", "expectedCost"])
    ]


async def test_members_keys_are_their_own(api: Api, stall: Stall) -> None:
    ana, bo = await member(api, "ana"), await member(api, "bo")
    first = (await ana.ask(REDEEM, input=_asked(api)))["redeemPerk"]
    second = (await bo.ask(REDEEM, input=_asked(api)))["redeemPerk"]
    assert first["redemption"]["id"] != second["redemption"]["id"]
    assert second["userErrors"] == []


async def test_a_code_is_seen_by_its_member_and_operators_and_by_nobody_else(api: Api, stall: Stall) -> None:
    await stall.put("gift", cost=10, fulfilment=Fulfilment.CODE)
    await add_codes(api.ledger, api.community, "gift", [CODE], by="cli")
    ana, bo, keeper = await member(api, "ana"), await member(api, "bo"), await operator(api)
    told = (await ana.ask(REDEEM, input=_asked(api, perkId=_perk(api, "gift"), expectedCost=10)))["redeemPerk"]
    assert (told["redemption"]["status"], told["redemption"]["voucher"]) == ("FULFILLED", CODE)
    node = "query ($id: ID!) { node(id: $id) { ... on Redemption { status voucher } } }"
    readers = {scope.value: Asker(api, await api.key({scope})) for scope in Scope}
    askers: dict[str, Asker] = {"ana": ana, "bo": bo, "keeper": keeper, **readers}
    for name, asker in askers.items():
        found = (await asker.ask(node, id=told["redemption"]["id"]))["node"]
        if name in ("ana", "keeper", Scope.CONSOLE):
            assert found == {"status": "FULFILLED", "voucher": CODE}, name
        elif name == Scope.MEMBERS_READ:
            assert found == {"status": "FULFILLED", "voucher": None}
        else:
            assert found is None, name
    everything = await keeper.ask('{ community(slug: "garden") { journal { data } } }')
    assert CODE not in str(everything)


async def test_an_operator_fulfils_what_can_be_and_is_told_what_cannot(api: Api, stall: Stall) -> None:
    first, second = await stall.redeem("ana"), await stall.redeem("bo")
    keeper = await operator(api)
    inputs = [
        {"redemptionId": _redemption(api, first), "action": "FULFIL", "voucher": CODE, "note": "at the door"},
        {"redemptionId": "nonsense", "action": "FULFIL"},
        {"redemptionId": _redemption(api, second), "action": "DECLINE", "note": "full after all"},
        {"redemptionId": _redemption(api, second), "action": "APPROVE"},
        {"redemptionId": _redemption(api, second), "action": "APPROVE", "voucher": "a\u0000"},
    ]
    told = (await keeper.ask(FULFIL, inputs=inputs))["fulfilRedemptions"]
    assert [(one["status"], one["voucher"]) for one in told["redemptions"]] == [
        ("FULFILLED", CODE),
        ("DECLINED", None),
    ]
    assert told["redemptions"][1]["timeline"][1] == {"status": "DECLINED", "reason": "full after all"}
    assert sorted((one["code"], one["path"]) for one in told["userErrors"]) == [
        ("REDEMPTION_DONE", ["inputs", "3", "redemptionId"]),
        ("REDEMPTION_UNKNOWN", ["inputs", "1", "redemptionId"]),
        ("TEXT_INVALID", ["inputs", "4", "voucher"]),
    ]
    assert (await verify(api.ledger.database, api.community.id)).differences == []


async def test_what_was_paid_comes_back_within_its_window(api: Api, stall: Stall, clock: Clock) -> None:
    place = await stall.redeem("ana")
    await stall.do(MoveRedemption(position=place, status=RedemptionStatus.FULFILLED, by="cli"))
    keeper = await operator(api)
    told = (await keeper.ask(REFUND, id=_redemption(api, place)))["refundRedemption"]
    assert (told["redemption"]["status"], told["member"]["balance"]) == ("REFUNDED", {"available": 100})
    again = await stall.redeem("ana")
    await stall.do(MoveRedemption(position=again, status=RedemptionStatus.FULFILLED, by="cli"))
    clock.advance(8 * DAY)
    assert await keeper.refused(REFUND, id=_redemption(api, again)) == [("REFUND_TOO_LATE", ["redemptionId"])]


async def test_a_perk_is_given_once_a_key(api: Api, stall: Stall) -> None:
    keeper, ana = await operator(api), await id_of(api, "ana")
    for _ in range(2):
        told = (await keeper.ask(GRANT, perk=_perk(api), member=ana))["grantPerk"]
        assert told["userErrors"] == []
        assert told["redemption"] == {
            "status": "REQUESTED",
            "cost": 0,
            "note": "A prize",
            "perk": {"code": "seat"},
        }
    assert (await (await member(api, "ana")).ask(MINE))["me"]["redemptions"]["totalCount"] == 1
    await stall.put(stock=1)
    assert await keeper.refused(GRANT, perk=_perk(api), member=ana, key="g2") == [("SOLD_OUT", ["perkId"])]
    nobody = write_id("Member", api.community.id, 99)
    assert await keeper.refused(GRANT, perk=_perk(api), member=nobody, key="g3") == [
        ("MEMBER_UNKNOWN", ["memberId"])
    ]
    assert await keeper.refused(GRANT, perk="x", member="y", reason="") == [
        ("TEXT_INVALID", ["reason"]),
        ("PERK_UNKNOWN", ["perkId"]),
        ("MEMBER_UNKNOWN", ["memberId"]),
    ]


async def test_nobody_cancels_for_another_but_a_bot_may(api: Api, stall: Stall) -> None:
    first, second = await stall.redeem("ana"), await stall.redeem("bo")
    bo = await member(api, "bo")
    assert await bo.refused(CANCEL, id=_redemption(api, first)) == [("REDEMPTION_UNKNOWN", ["redemptionId"])]
    bot = Asker(api, await api.key({Scope.REDEMPTIONS_WRITE}))
    assert await bot.refused(CANCEL, id=_redemption(api, second)) == []
    assert await Asker(api, await api.key({Scope.MEMBERS_READ})).codes(CANCEL, id=_redemption(api, first)) == [
        "MISSING_SCOPE"
    ]
    assert await bot.codes(REDEEM, input=_asked(api)) == ["MEMBERS_ONLY"]
    assert await Asker(api, None).codes(REDEEM, input=_asked(api)) == ["UNAUTHORIZED"]


async def test_an_entry_leads_to_its_redemption_by_the_perks_name(api: Api, stall: Stall) -> None:
    place = await stall.redeem("ana")
    await stall.do(MoveRedemption(position=place, status=RedemptionStatus.FULFILLED, by="cli"))
    ana = await member(api, "ana")
    paid, held, earned = [edge["node"] for edge in (await ana.ask(ENTRIES))["me"]["entries"]["edges"]]
    assert (paid["kind"], paid["delta"], held["delta"]) == ("REDEMPTION", -80, 0)
    assert paid["reason"] == {"code": "perk:seat", "label": "Redeemed: Seat"}
    assert paid["redemption"] == held["redemption"] == {"code": f"R-{place}", "status": "FULFILLED"}
    assert (paid["rule"], paid["actor"]) == (None, {"kind": "SENDER", "displayName": "cli"})
    assert paid["decision"]["outcome"] == "GRANTED"
    assert held["decision"]["outcome"] == "HELD"
    assert earned["redemption"] is None


async def test_what_waits_says_how_long_and_what_is_over_says_so(api: Api, stall: Stall, clock: Clock) -> None:
    place = await stall.redeem("ana")
    ana = await member(api, "ana")
    clock.advance(5 * HOUR + 59 * MINUTE)
    [edge] = (await ana.ask(MINE))["me"]["redemptions"]["edges"]
    assert (edge["node"]["waitingHours"], edge["node"]["status"]) == (5, "REQUESTED")
    clock.advance(DAY)
    ana = await member(api, "ana")
    [edge] = (await ana.ask(MINE))["me"]["redemptions"]["edges"]
    assert (edge["node"]["waitingHours"], edge["node"]["status"]) == (24, "EXPIRED")
    node = "query ($id: ID!) { node(id: $id) { ... on Redemption { timeline { status } holdUntil } } }"
    found = (await ana.ask(node, id=_redemption(api, place)))["node"]
    assert found == {"timeline": [{"status": "REQUESTED"}, {"status": "EXPIRED"}], "holdUntil": None}


async def test_a_member_follows_their_redemptions(api: Api, stall: Stall) -> None:
    await stall.put("hello", fulfilment=Fulfilment.PLATFORM_ROLE, target="vip")
    before = (await _positions(api))[-1]
    free = await stall.redeem("bo", "hello")
    place = await stall.redeem("bo")
    await stall.redeem("ana")
    await stall.do(MoveRedemption(position=place, status=RedemptionStatus.DECLINED, by="cli"))
    query = """subscription ($from: Position) { memberChanged(fromPosition: $from, take: 3) {
        position entry { kind } redemption { code perk { code } } } }"""
    bo = Following(api, (await member(api, "bo")).bearer)
    async with bo.results(query, **{"from": before}) as results:
        seen = [one.data["memberChanged"] async for one in results]
    assert seen[0] == {
        "position": free,
        "entry": None,
        "redemption": {"code": f"R-{free}", "perk": {"code": "hello"}},
    }
    assert [one["redemption"]["code"] for one in seen[1:]] == [f"R-{place}"] * 2


QUEUE = """query ($n: Int!) { community(slug: "garden") { redemptions(first: $n, status: [FULFILLED, REQUESTED]) {
  totalCount edges { node { code voucher note waitingHours canCancel statusLabel
  timeline { label actor { displayName } reason } perk { title stock { available } }
  member { displayName handles { platform } tier { code } } } } } } }"""


@only_sqlite
async def test_the_queue_costs_as_many_statements_whatever_its_size(
    api: Api, stall: Stall, guard: TenantGuard
) -> None:
    await stall.put("gift", fulfilment=Fulfilment.CODE)
    await add_codes(api.ledger, api.community, "gift", [f"code-{number}" for number in range(30)], by="cli")
    for number in range(30):
        await stall.earn(f"m{number}")
        await stall.redeem(f"m{number}", "gift")
    keeper, counts = await operator(api), []
    for size in (2, 30):
        before = guard.seen
        found = (await keeper.ask(QUEUE, n=size))["community"]["redemptions"]
        assert (found["totalCount"], len(found["edges"])) == (30, size)
        assert found["edges"][-1]["node"]["voucher"] == f"code-{size - 1}"
        counts.append(guard.seen - before)
    assert counts[1] <= counts[0] <= 18, counts


@only_sqlite
async def test_the_documents_of_frontends_are_answered(api: Api, stall: Stall) -> None:
    ana, keeper = await member(api, "ana"), await operator(api)
    shelf = (await ana.ask(document("05-perks.graphql", "Perks")))["me"]
    assert shelf["community"]["perks"][0]["forMe"]["canRedeem"] is True
    redeem = document("05-perks.graphql", "RedeemPerk")
    made = (await ana.ask(redeem, input=_asked(api)))["redeemPerk"]["redemption"]
    mine = (await ana.ask(document("06-my-redemptions.graphql", "MyRedemptions")))["me"]["redemptions"]
    assert [edge["node"]["id"] for edge in mine["edges"]] == [made["id"]]
    queue = document("16-fulfilment.graphql", "FulfilmentQueue")
    waiting = (await keeper.ask(queue, community="garden"))["community"]
    assert waiting["redemptions"]["edges"][0]["node"]["member"]["displayName"] == "ana"
    assert waiting["perks"][0]["stock"] == {
        "unlimited": False,
        "total": 2,
        "available": 1,
        "reserved": 1,
        "low": True,
        "lowWater": 1,
    }
    stock = {"perkId": _perk(api), "delta": 3, "reason": "found more", "idempotencyKey": "s"}
    stocked = (await keeper.ask(document("16-fulfilment.graphql", "AdjustStock"), input=stock))["adjustStock"]
    assert stocked["perk"]["stock"]["total"] == 5
    fulfil = document("16-fulfilment.graphql", "FulfilRedemptions")
    inputs = [{"redemptionId": made["id"], "action": "FULFIL", "voucher": "row 3"}]
    done = (await keeper.ask(fulfil, inputs=inputs))["fulfilRedemptions"]["redemptions"]
    assert [(one["status"], one["voucher"]) for one in done] == [("FULFILLED", "row 3")]
    cancel = document("06-my-redemptions.graphql", "CancelRedemption")
    refused = (await ana.ask(cancel, id=made["id"]))["cancelRedemption"]
    assert [one["code"] for one in refused["userErrors"]] == ["REDEMPTION_DONE"]
