"""Perks over GraphQL: put up and changed by operators, and whether a member can have one, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.commands import MoveRedemption
from ledger.core.events import RedemptionStatus
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkLimit
from ledger.core.values import DAY, MINUTE, Micros
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import only_sqlite
from tests.guard import TenantGuard
from tests.schema.api import Api, served
from tests.schema.asker import Asker, member, operator
from tests.stall import RULEBOOK, Stall

PERKS = """query ($only: Boolean = false) { community(slug: "garden") { pointsName perks(availableOnly: $only) {
  code title description cost kind fulfilment tiers minTier coreExclusive limitPerMember limitPer retired codesLeft
  unit { code name } startsAt endsAt stock { unlimited total available reserved low lowWater }
  forMe { canRedeem blocks explanation shortfall redeemedCount } } } }"""
FOR_ME = """{ community(slug: "garden") { perks {
  code forMe { canRedeem blocks explanation shortfall redeemedCount } } } }"""
PUT = """mutation ($input: PerkInput!) { createPerk(community: "garden", input: $input) {
  perk { id code title description cost stock { total available } limitPerMember limitPer tiers startsAt }
  userErrors { code message path params } } }"""
CHANGE = """mutation ($id: ID!, $input: PerkInput!) { updatePerk(perkId: $id, input: $input) {
  perk { code title description cost retired stock { unlimited total available } limitPerMember endsAt }
  userErrors { code message path params } } }"""
RETIRE = "mutation ($id: ID!) { retirePerk(perkId: $id) { perk { retired } userErrors { code message path } } }"
STOCK = """mutation ($input: StockInput!) { adjustStock(input: $input) {
  perk { stock { total available } } userErrors { code message path params } } }"""
CODES = """mutation ($id: ID!, $codes: [String!]!) { addPerkCodes(perkId: $id, codes: $codes) {
  perk { codesLeft stock { low } } userErrors { code message path } } }"""
SEAT: dict[str, Any] = {
    "code": "seat",
    "title": [{"locale": "en", "text": "An early seat"}, {"locale": "zh-CN", "text": "早鸟名额"}],
    "description": [{"locale": "en", "text": "Before the others"}],
    "cost": 80,
    "kind": "SESSION",
    "fulfilment": "MANUAL",
    "stock": 20,
    "limitPerMember": 1,
    "limitPer": "MONTH",
}


@pytest.fixture
async def api(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """The server of a community with a stall."""
    community = await rulebooks.begin(database, writer, rulebook=RULEBOOK)
    async with served(database, writer, clock, community) as api:
        yield api


@pytest.fixture
async def stall(api: Api) -> Stall:
    """The stall; ana has 100 points."""
    stall = Stall(api.ledger, api.community)
    await stall.earn("ana")
    return stall


def _id(api: Api, code: str = "seat") -> str:
    return write_id("Perk", api.community.id, code)


async def test_an_operator_puts_up_a_perk_and_members_see_it(api: Api, stall: Stall) -> None:
    keeper, ana = await operator(api), await member(api, "ana")
    put = (await keeper.ask(PUT, input=SEAT))["createPerk"]
    assert put["userErrors"] == []
    assert put["perk"]["id"] == _id(api)
    found = (await ana.speaking("zh").ask(PERKS))["community"]
    assert found["pointsName"] == "积分"
    assert found["perks"] == [
        {
            "code": "seat",
            "title": "早鸟名额",
            "description": "Before the others",
            "cost": 80,
            "kind": "SESSION",
            "fulfilment": "MANUAL",
            "tiers": [],
            "minTier": None,
            "coreExclusive": False,
            "limitPerMember": 1,
            "limitPer": "MONTH",
            "retired": False,
            "codesLeft": None,
            "unit": {"code": "points", "name": "积分"},
            "startsAt": None,
            "endsAt": None,
            "stock": {
                "unlimited": False,
                "total": 20,
                "available": 20,
                "reserved": 0,
                "low": False,
                "lowWater": 2,
            },
            "forMe": {"canRedeem": True, "blocks": [], "explanation": None, "shortfall": 0, "redeemedCount": 0},
        }
    ]
    assert await keeper.refused(PUT, input=SEAT) == [("PERK_EXISTS", ["input", "code"])]


async def test_what_is_left_out_of_a_change_stays_and_null_clears(api: Api, stall: Stall) -> None:
    keeper = await operator(api)
    await keeper.ask(PUT, input={**SEAT, "endsAt": "2027-01-01T00:00:00Z"})
    await stall.redeem("ana")
    plain = {name: SEAT[name] for name in ("code", "title", "kind", "fulfilment")}
    await keeper.ask(STOCK, input={"perkId": _id(api), "delta": 5, "reason": "more", "idempotencyKey": "s"})
    changed = (await keeper.ask(CHANGE, id=_id(api), input={**plain, "cost": 90}))["updatePerk"]["perk"]
    assert (changed["cost"], changed["description"], changed["limitPerMember"]) == (90, "Before the others", 1)
    assert changed["stock"] == {"unlimited": False, "total": 25, "available": 24}
    assert changed["endsAt"] == "2027-01-01T00:00:00.000Z"
    cleared = {"cost": 90, "stock": None, "limitPerMember": None, "endsAt": None, "description": None}
    changed = (await keeper.ask(CHANGE, id=_id(api), input={**plain, **cleared}))["updatePerk"]["perk"]
    assert (changed["description"], changed["limitPerMember"], changed["endsAt"]) == ("", None, None)
    assert changed["stock"] == {"unlimited": True, "total": None, "available": None}
    assert await keeper.refused(CHANGE, id=_id(api), input={**SEAT, "code": "other"}) == [
        ("PERK_CODE_INVALID", ["input", "code"])
    ]
    assert (await verify(api.ledger.database, api.community.id)).differences == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"code": "a b"}, ("PERK_CODE_INVALID", ["input", "code"])),
        ({"title": []}, ("TEXT_INVALID", ["input", "title"])),
        ({"title": [{"locale": "en", "text": ""}]}, ("TEXT_INVALID", ["input", "title", "0", "text"])),
        ({"title": [{"locale": "EN!", "text": "x"}]}, ("LANGUAGE_INVALID", ["input", "title", "0", "locale"])),
        ({"cost": -1}, ("NUMBER_INVALID", ["input", "cost"])),
        ({"stock": -1}, ("NUMBER_INVALID", ["input", "stock"])),
        ({"holdMinutes": 0}, ("NUMBER_INVALID", ["input", "holdMinutes"])),
        ({"limitPer": "QUARTER"}, ("PERIOD_INVALID", ["input", "limitPer"])),
        ({"limitPerMember": None}, ("PERIOD_INVALID", ["input", "limitPer"])),
        ({"unit": "gold"}, ("PERK_TERMS_WRONG", ["input", "unit"])),
        ({"tiers": ["king"]}, ("PERK_TERMS_WRONG", ["input", "tiers"])),
        ({"fulfilment": "WEBHOOK"}, ("PERK_TERMS_WRONG", ["input", "target"])),
    ],
)
@only_sqlite
async def test_terms_that_cannot_be_say_where(
    api: Api, stall: Stall, given: dict[str, Any], expected: tuple[str, list[str]]
) -> None:
    for language in ("en", "zh"):
        keeper = (await operator(api)).speaking(language)
        assert await keeper.refused(PUT, input={**SEAT, **given}) == [expected]


async def test_what_is_retired_is_seen_by_operators_alone_and_can_come_back(api: Api, stall: Stall) -> None:
    keeper, ana = await operator(api), await member(api, "ana")
    await keeper.ask(PUT, input=SEAT)
    assert (await keeper.ask(RETIRE, id=_id(api)))["retirePerk"]["perk"] == {"retired": True}
    assert (await ana.ask(PERKS))["community"]["perks"] == []
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert [(await one.ask(node, id=_id(api)))["node"] is None for one in (ana, keeper)] == [True, False]
    assert [one["code"] for one in (await keeper.ask(PERKS))["community"]["perks"]] == ["seat"]
    assert (await keeper.ask(PERKS, only=True))["community"]["perks"] == []
    await keeper.ask(CHANGE, id=_id(api), input=SEAT)
    assert len((await ana.ask(PERKS))["community"]["perks"]) == 1


async def test_codes_are_counted_for_operators_and_stock_changes_once_a_key(api: Api, stall: Stall) -> None:
    keeper, ana = await operator(api), await member(api, "ana")
    await stall.put("gift", fulfilment=Fulfilment.CODE, stock=5)
    added = await keeper.ask(CODES, id=_id(api, "gift"), codes=["canary-1", "canary-2", "canary-1"])
    assert added["addPerkCodes"] == {"perk": {"codesLeft": 2, "stock": {"low": False}}, "userErrors": []}
    await stall.redeem("ana", "gift")
    assert (await keeper.ask(CODES, id=_id(api, "gift"), codes=["canary-2"]))["addPerkCodes"]["perk"] == {
        "codesLeft": 1,
        "stock": {"low": True},
    }
    assert (await ana.ask(PERKS))["community"]["perks"][0]["codesLeft"] is None
    assert await keeper.refused(CODES, id=_id(api, "gift"), codes=["a", ""]) == [("TEXT_INVALID", ["codes", "1"])]
    assert await keeper.refused(CODES, id=_id(api, "gift"), codes=[]) == [("TOO_MANY", ["codes"])]
    asked = {"perkId": _id(api, "gift"), "delta": 2, "reason": "more", "idempotencyKey": "s1"}
    for _ in range(2):
        told = (await keeper.ask(STOCK, input=asked))["adjustStock"]
        assert told == {"perk": {"stock": {"total": 7, "available": 6}}, "userErrors": []}
    assert await keeper.refused(STOCK, input={**asked, "delta": 3}) == [
        ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    ]
    assert await keeper.refused(STOCK, input={**asked, "delta": -7, "idempotencyKey": "s2"}) == [
        ("STOCK_TOO_LOW", ["input", "delta"])
    ]
    assert await keeper.refused(STOCK, input={**asked, "delta": 2**31 - 1, "idempotencyKey": "s3"}) == [
        ("NUMBER_INVALID", ["input", "delta"])
    ]
    fewer = {**SEAT, "code": "gift", "fulfilment": "CODE", "stock": 0}
    assert await keeper.refused(CHANGE, id=_id(api, "gift"), input=fewer) == [
        ("STOCK_BELOW_TAKEN", ["input", "stock"])
    ]


BLOCKED: list[tuple[dict[str, Any], list[str], str, str]] = [
    (
        {"starts_at": Micros(NOON + DAY)},
        ["NOT_STARTED"],
        "It opens on 2026-11-24 20:00.",
        "2026-11-24 20:00 开放。",
    ),
    ({"ends_at": NOON}, ["ENDED"], "It ended on 2026-11-23 20:00.", "已于 2026-11-23 20:00 结束。"),
    ({"tiers": ("core",)}, ["TIER_TOO_LOW"], "It is for: core.", "仅限：core。"),
    ({"stock": 0}, ["SOLD_OUT"], "It is sold out.", "已兑完。"),
    ({"cost": 130}, ["NOT_ENOUGH_POINTS"], "30 Points are missing.", "还差 30 积分。"),
    (
        {"tiers": ("core",), "stock": 0, "cost": 130},
        ["TIER_TOO_LOW", "SOLD_OUT", "NOT_ENOUGH_POINTS"],
        "It is for: core. It is sold out. 30 Points are missing.",
        "仅限：core。已兑完。还差 30 积分。",
    ),
]


@pytest.mark.parametrize(("terms", "blocks", "english", "chinese"), BLOCKED)
@only_sqlite
async def test_what_is_missing_is_said_in_both_languages(
    api: Api, stall: Stall, terms: dict[str, Any], blocks: list[str], english: str, chinese: str
) -> None:
    await stall.put(**terms)
    ana = await member(api, "ana")
    for language, said in (("en", english), ("zh-CN", chinese)):
        [perk] = (await ana.speaking(language).ask(FOR_ME))["community"]["perks"]
        assert (perk["forMe"]["blocks"], perk["forMe"]["explanation"]) == (blocks, said)
        assert not perk["forMe"]["canRedeem"]
        assert perk["forMe"]["shortfall"] == (30 if "cost" in terms else 0)


async def test_a_limit_counts_what_one_has_had_and_frees_what_came_back(
    api: Api, stall: Stall, clock: Clock
) -> None:
    await stall.put(cost=60, limit=PerkLimit(count=1, per="month"), reserve_for=Micros(15 * MINUTE))
    ana = await member(api, "ana")
    await stall.redeem("ana")
    [perk] = (await ana.ask(FOR_ME))["community"]["perks"]
    assert perk["forMe"] == {
        "canRedeem": False,
        "blocks": ["LIMIT_REACHED", "NOT_ENOUGH_POINTS"],
        "explanation": "At most 1 a month, and that is reached. 20 Points are missing.",
        "shortfall": 20,
        "redeemedCount": 1,
    }
    clock.advance(16 * MINUTE)  # nobody swept: its time is over all the same
    [perk] = (await ana.ask(FOR_ME))["community"]["perks"]
    assert (perk["forMe"]["canRedeem"], perk["forMe"]["redeemedCount"]) == (True, 0)
    balance = (await ana.ask("{ me { balance { available held lifetimeSpent } } }"))["me"]["balance"]
    assert balance == {"available": 100, "held": 0, "lifetimeSpent": 0}


async def test_who_is_no_member_has_no_chance_and_nothing_in_the_way(api: Api, stall: Stall) -> None:
    await stall.put(cost=5)
    [perk] = (await (await operator(api)).ask(FOR_ME))["community"]["perks"]
    assert perk["forMe"] == {
        "canRedeem": False,
        "blocks": [],
        "explanation": None,
        "shortfall": 0,
        "redeemedCount": 0,
    }


async def test_what_was_spent_is_what_was_paid_less_what_came_back(api: Api, stall: Stall) -> None:
    await stall.put(cost=30, refund_within=Micros(DAY))
    places = [await stall.redeem("ana") for _ in range(2)]
    for place in places:
        await stall.do(MoveRedemption(position=place, status=RedemptionStatus.FULFILLED, by="cli"))
    ana = await member(api, "ana")
    query = "{ me { balance { total lifetimeEarned lifetimeSpent } } }"
    assert (await ana.ask(query))["me"]["balance"] == {"total": 40, "lifetimeEarned": 100, "lifetimeSpent": 60}
    [receipt] = await stall.do(MoveRedemption(position=places[0], status=RedemptionStatus.REFUNDED, by="cli"))
    assert (await ana.ask(query))["me"]["balance"] == {"total": 70, "lifetimeEarned": 100, "lifetimeSpent": 30}
    before = "query ($at: Position!) { me { balanceAt(at: {position: $at}) { total lifetimeSpent } } }"
    asked = await ana.ask(before, at=receipt.position - 1)
    assert asked["me"]["balanceAt"] == {"total": 40, "lifetimeSpent": 60}


@only_sqlite
async def test_a_shelf_costs_as_many_statements_whatever_its_size(
    api: Api, stall: Stall, guard: TenantGuard
) -> None:
    ana: Asker = await member(api, "ana")
    counts = []
    for size in (2, 30):
        for number in range(size):
            await stall.put(f"perk-{number}", cost=number, limit=PerkLimit(count=1), stock=5)
        await ana.ask(PERKS)
        before = guard.seen
        assert len((await ana.ask(PERKS))["community"]["perks"]) == size
        counts.append(guard.seen - before)
    assert counts[1] <= counts[0] <= 16, counts
