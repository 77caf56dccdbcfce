"""Levels by terms: what each asks, how far a member is, until when it is kept, and the nearest way to the next."""

from __future__ import annotations

import pytest

from ledger.core.values import DAY
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import event, live, member, operator
from tests.schema.circle import settle, share_daily

REQUIREMENT = "metric label target unit windowDays window distinct hard"
MARK = "metric label current target unit fraction met windowEndsOn hint"
TIERS = f"""{{ community(slug: "garden") {{ tiers {{
  code name rank description benefits matchMode memberCount requirements {{ {REQUIREMENT} }} }} }} }}"""
PROGRESS = f"""{{ me {{ tier {{ code name }} tierSince tiers {{ code }} progress {{
  current {{ code }} next {{ code name enter {{ met }} }} matchMode fraction summary keepsUntil
  requirements {{ {MARK} }}
  enter {{ mode met requirements {{ metric }} groups {{
    mode met requirements {{ metric met }} groups {{ mode }} }} }}
}} }} }}"""


async def test_a_tier_says_what_it_asks_in_ones_language(circle: Api) -> None:
    asker = await operator(circle)
    newcomer, ordinary, core, elder = (await asker.ask(TIERS))["community"]["tiers"]
    assert (newcomer["name"], newcomer["requirements"], newcomer["description"]) == ("Newcomer", [], "")
    assert (ordinary["matchMode"], core["matchMode"]) == ("ANY", "ALL")
    assert core["requirements"] == [
        {
            "metric": "points.earned",
            "label": "Points earned in 90 days",
            "target": 40,
            "unit": "points",
            "windowDays": 90,
            "window": "90d",
            "distinct": None,
            "hard": False,
        },
        {
            "metric": "shares",
            "label": "Times shared in 30 days",
            "target": 4,
            "unit": "count",
            "windowDays": 30,
            "window": "30d",
            "distinct": None,
            "hard": False,
        },
        {
            "metric": "paid.earned",
            "label": "Yuan earned in 365 days",
            "target": 9900,
            "unit": "paid",
            "windowDays": 365,
            "window": "365d",
            "distinct": None,
            "hard": False,
        },
        {
            "metric": "violations",
            "label": "violations in 180 days",
            "target": 1,
            "unit": "count",
            "windowDays": 180,
            "window": "180d",
            "distinct": None,
            "hard": False,
        },
    ]
    assert core["benefits"] == elder["benefits"] == ["a place in the group core"]
    assert ordinary["description"] == "one of: active days in 14 days ≥ 3 or days as a member ≥ 14"
    assert elder["description"] == "given by hand"
    chinese = (await asker.speaking("zh").ask(TIERS))["community"]["tiers"]
    assert [one["name"] for one in chinese] == ["新朋友", "常客", "核心伙伴", "elder"]
    assert chinese[1]["requirements"][0]["label"] == "14 天内活跃天数"
    assert chinese[2]["requirements"][1]["label"] == "30 天内分享次数"


async def test_everybody_begins_on_the_base_level(circle: Api) -> None:
    await live(circle, [event("s1", "share.posted", "ana", subject="s1"), event("h", "hello", "bo")])
    for name in ("ana", "bo"):
        me = (await (await member(circle, name)).ask(PROGRESS))["me"]
        assert (me["tier"], me["tiers"]) == ({"code": "newcomer", "name": "Newcomer"}, [{"code": "newcomer"}])
        assert me["tierSince"].startswith("2026-11-23T12:00:00")
    tiers = (await (await operator(circle)).ask(TIERS))["community"]["tiers"]
    assert [one["memberCount"] for one in tiers] == [2, 0, 0, 0]


async def test_how_far_one_is_by_terms(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 2)
    me = (await (await member(circle, "ana")).ask(PROGRESS))["me"]
    progress = me["progress"]
    assert (progress["current"], progress["next"]["code"], progress["matchMode"]) == (
        {"code": "newcomer"},
        "ordinary",
        "ANY",
    )
    assert progress["fraction"] == pytest.approx(2 / 3)
    assert progress["summary"] == "active days in 14 days: 1 more days to Regular"
    assert progress["requirements"] == [
        {
            "metric": "active_days",
            "label": "active days in 14 days",
            "current": 2,
            "target": 3,
            "unit": "day",
            "fraction": pytest.approx(2 / 3),
            "met": False,
            "windowEndsOn": "2026-12-06",
            "hint": "1 more days",
        },
        {
            "metric": "member_for",
            "label": "days as a member",
            "current": 2,
            "target": 14,
            "unit": "day",
            "fraction": pytest.approx(1 / 7),
            "met": False,
            "windowEndsOn": None,
            "hint": "12 more days",
        },
    ]
    chinese = (await (await member(circle, "ana")).speaking("zh").ask(PROGRESS))["me"]["progress"]
    assert chinese["summary"] == "距 常客：14 天内活跃天数还差 1 天"


async def test_the_core_asks_activity_and_payment(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 5)
    progress = (await (await member(circle, "ana")).ask(PROGRESS))["me"]["progress"]
    assert (progress["current"], progress["next"]["code"]) == ({"code": "ordinary"}, "core")
    assert [(one["metric"], one["met"], one["hint"]) for one in progress["requirements"]] == [
        ("points.earned", True, None),
        ("shares", True, None),
        ("paid.earned", False, "99.00 Yuan more"),
        ("violations", True, None),
    ]
    assert progress["enter"] == {
        "mode": "ALL",
        "met": False,
        "requirements": [{"metric": "points.earned"}, {"metric": "shares"}, {"metric": "paid.earned"}],
        "groups": [
            {"mode": "NONE", "met": True, "requirements": [{"metric": "violations", "met": True}], "groups": []}
        ],
    }
    assert progress["summary"] == "Yuan earned in 365 days: 99.00 Yuan more to Core"
    await live(circle, [event("pay", "payment.settled", "ana", amount=9900)])
    me = (await (await member(circle, "ana")).ask(PROGRESS))["me"]
    assert (me["tier"]["code"], me["progress"]["next"]["code"]) == ("core", "elder")
    assert (me["progress"]["enter"], me["progress"]["requirements"]) == (None, [])
    assert me["progress"]["summary"] == "elder is given by hand"
    tiers = (await (await operator(circle)).ask(TIERS))["community"]["tiers"]
    assert [one["memberCount"] for one in tiers] == [0, 0, 1, 0]


async def test_a_tier_says_until_when_it_is_kept_and_then_it_falls(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 5)
    await live(circle, [event("pay", "payment.settled", "ana", amount=9900)])
    ana = await member(circle, "ana")
    until = (await ana.ask(PROGRESS))["me"]["progress"]["keepsUntil"]
    assert until == "2027-01-08", "the second share leaves the window with the run of 25 December; 14 days of grace"
    clock.advance(40 * DAY)
    await settle(circle)
    ana = await member(circle, "ana")
    me = (await ana.ask(PROGRESS))["me"]
    assert (me["tier"]["code"], me["progress"]["keepsUntil"]) == ("core", until)
    clock.advance(DAY)
    await settle(circle)
    me = (await (await member(circle, "ana")).ask(PROGRESS))["me"]
    assert me["tier"]["code"] == "ordinary"


async def test_progress_of_many_is_read_at_once(circle: Api) -> None:
    names = [f"m{number}" for number in range(12)]
    await live(circle, [event(f"s-{name}", "share.posted", name, subject=name) for name in names])
    query = """{ community(slug: "garden") { members(first: 50) { edges { node {
      progress { fraction summary keepsUntil } tier { code } } } } } }"""
    edges = (await (await operator(circle)).ask(query))["community"]["members"]["edges"]
    assert {edge["node"]["tier"]["code"] for edge in edges} == {"newcomer"}
    assert len(edges) == 12
