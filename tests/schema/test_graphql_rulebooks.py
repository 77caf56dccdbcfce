"""Rulebooks by GraphQL: whole and by version, tried on the real past, and published."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.core.calendar import start_of_day
from ledger.core.values import DAY, HOUR
from ledger.service.simulate import simulate
from ledger.service.verify import verify
from tests.clock import Clock
from tests.guard import TenantGuard
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, operator
from tests.schema.circle import RULEBOOK, share_daily
from tests.schema.drafting import BOOK, SHOW, VERSIONS, preview, publish


@pytest.fixture
async def somebody(circle: Api) -> Asker:
    """An operator of the circle."""
    return await operator(circle)


async def test_a_rulebook_is_shown_whole(circle: Api, somebody: Asker, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 3)
    await live(circle, [event("g", "gift.given", "ana", people={"friend": "bo"})])
    community = (await somebody.ask(SHOW))["community"]
    book = community["rulebook"]
    assert (book["version"], book["state"], book["effectiveFrom"], book["publishedBy"]) == (1, "ACTIVE", None, None)
    assert (book["yaml"], book["changes"], book["houseRules"], community["houseRules"]) == (RULEBOOK, [], [], [])
    rules = {rule["code"]: rule for rule in book["rules"]}
    share = {**rules["share"], "id": ""}
    assert share == {
        "id": "",
        "code": "share",
        "name": "Sharing",
        "names": {"zh-CN": "分享", "en": "Sharing"},
        "contributionKind": "share.posted",
        "points": 8,
        "amount": "8 points",
        "caps": [
            {"points": 40, "count": None, "per": "day", "by": ["to"]},
            {"points": 100, "count": None, "per": "week", "by": ["to"]},
            {"points": None, "count": 9, "per": "day", "by": ["to"]},
        ],
        "dailyCap": 40,
        "weeklyCap": 100,
        "cooldownMinutes": None,
        "cooldownSeconds": None,
        "needsReview": False,
        "enabled": True,
        "issuedLast30d": 32,
    }
    story = rules["story"]
    assert (story["needsReview"], story["cooldownMinutes"], story["cooldownSeconds"]) == (True, 2, 90)
    assert (rules["later"]["needsReview"], rules["off"]["enabled"]) == (False, False)
    assert (rules["payment"]["points"], rules["payment"]["amount"]) == (None, "as many paid as the event's amount")
    assert [(tier["code"], tier["name"], tier["memberCount"]) for tier in book["tiers"]] == [
        ("newcomer", "Newcomer", 1),
        ("ordinary", "Regular", 1),
        ("core", "Core", 0),
        ("elder", "elder", 0),
    ]
    assert community["budgets"] == [
        {"code": "gifts", "unit": {"code": "points"}, "limit": 100, "spent": 20, "per": "month"}
    ]
    clock.advance(10 * DAY)
    assert (await somebody.ask(SHOW))["community"]["budgets"][0]["spent"] == 0, "it is December"
    clock.advance(21 * DAY)
    lately = (await somebody.ask(SHOW))["community"]["rulebook"]["rules"][0]["issuedLast30d"]
    assert lately == 0, "30 local days later"
    node = "query ($id: ID!) { node(id: $id) { id ... on Rule { code points } ... on Rulebook { version } } }"
    found = (await somebody.ask(node, id=rules["gift"]["id"]))["node"]
    assert found == {"id": rules["gift"]["id"], "code": "gift", "points": 20}
    assert (await somebody.ask(node, id=book["id"]))["node"] == {"id": book["id"], "version": 1}
    assert (await somebody.ask(SHOW, version=2))["community"]["rulebook"] is None
    assert (await somebody.speaking("zh").ask(SHOW))["community"]["rulebook"]["rules"][0]["name"] == "分享"


EDITS = {
    "basedOn": 1,
    "rules": [{"code": "share", "points": 10, "dailyCap": 50, "weeklyCap": None}],
    "note": "Sharing is worth more",
}


async def test_a_preview_is_what_simulate_says_and_writes_nothing(
    circle: Api, somebody: Asker, clock: Clock
) -> None:
    await share_daily(circle, clock, "ana", 3)
    await share_daily(circle, clock, "bo", 1)
    before = (await somebody.ask('{ community(slug: "garden") { journal { position } } }'))["community"]["journal"]
    told = await preview(somebody, draft=EDITS)
    after = (await somebody.ask('{ community(slug: "garden") { journal { position } } }'))["community"]["journal"]
    assert after == before
    assert (told["windowFrom"], told["windowTo"], told["eventsReplayed"]) == ("2026-10-29", "2026-11-27", 4)
    assert (told["pointsIssuedBefore"], told["pointsIssuedAfter"]) == (40, 50)
    assert told["byKind"] == [{"kind": "share.posted", "label": "Sharing", "before": 40, "after": 50}]
    assert (told["moved"], told["userErrors"]) == ([], [])
    assert [one["code"] for one in told["warnings"]] == ["EXAMPLE_FAILS"]
    assert [(one["tier"]["code"], one["before"], one["after"]) for one in told["byTier"]] == [
        ("newcomer", 1, 1),
        ("ordinary", 1, 1),
        ("core", 0, 0),
        ("elder", 0, 0),
    ]
    draft = RULEBOOK.replace("amount: 8", "amount: 10").replace("points: 40", "points: 50")
    draft = draft.replace("{points: 100, per: week}, ", "")
    database, place = circle.ledger.database, circle.community.id
    by_hand = await simulate(database, place, draft, at=clock.at)
    assert [(one.before, one.after) for one in by_hand.members] == [(32, 40), (8, 10)]
    assert sum(one.after - one.before for one in by_hand.members) == 10
    whole = await preview(somebody, draft={"basedOn": 1, "yaml": draft})
    assert whole == told, "a whole text is as good as changes"


async def test_a_preview_looks_at_the_last_days_only(circle: Api, somebody: Asker, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 3)
    told = await preview(somebody, draft=EDITS, days=3)
    assert (told["windowFrom"], told["windowTo"]) == ("2026-11-24", "2026-11-26")
    assert (told["pointsIssuedBefore"], told["pointsIssuedAfter"]) == (24, 30)
    simulated = await simulate(
        circle.ledger.database,
        circle.community.id,
        RULEBOOK.replace("amount: 8", "amount: 10"),
        since=start_of_day(date.fromisoformat(told["windowFrom"]), "Asia/Shanghai"),
        at=clock.at,
    )
    assert [(one.before, one.after) for one in simulated.members] == [(32, 38)]


async def test_the_same_rulebook_makes_no_difference(circle: Api, somebody: Asker, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 4)
    for draft in ({"basedOn": 1}, {"basedOn": 1, "yaml": RULEBOOK}):
        told = await preview(somebody, draft=draft)
        assert (told["pointsIssuedBefore"], told["pointsIssuedAfter"], told["moved"]) == (40, 40, [])


async def test_a_preview_says_who_would_move_and_why(circle: Api, somebody: Asker, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 4)
    harder = {
        "basedOn": 1,
        "tiers": [
            {
                "code": "ordinary",
                "requirements": [{"metric": "active_days", "target": 9}, {"metric": "member_for", "target": 30}],
            }
        ],
    }
    told = await preview(somebody, draft=harder)
    move = {"member": {"displayName": "ana"}, "from": {"code": "ordinary"}}
    assert told["moved"] == [
        {**move, "to": {"code": "newcomer", "name": "Newcomer"}, "because": "the draft asks something else"}
    ]
    assert [(one["before"], one["after"]) for one in told["byTier"]] == [(0, 1), (1, 0), (0, 0), (0, 0)]
    off = await preview(somebody, draft={"basedOn": 1, "rules": [{"code": "share", "enabled": False}]})
    assert [one["because"] for one in off["moved"]] == ["Points: 40 becomes 0"]
    assert [one["code"] for one in off["warnings"]] == ["EXAMPLE_FAILS", "BALANCES_FALL"]
    assert off["warnings"][0]["params"]["example"] == "A share brings eight"
    chinese = await preview(
        somebody.speaking("zh"), draft={"basedOn": 1, "rules": [{"code": "share", "points": 0}]}
    )
    assert chinese["moved"][0]["because"] == "积分：40 变为 0"
    assert chinese["warnings"][-1]["message"] == "有 1 位成员的余额会减少。"
    assert chinese["byKind"][0]["label"] == "分享"


async def test_a_published_draft_takes_effect_and_keeps_the_rest_of_the_text(
    circle: Api, somebody: Asker, clock: Clock
) -> None:
    await share_daily(circle, clock, "ana", 1)
    text = RULEBOOK.replace("then: {ann: {points: 8}}", "then: {ann: {points: 10}}  # ten")
    await publish(somebody, draft={"basedOn": 1, "yaml": text.replace("amount: 8", "amount: 10")})
    book = await publish(
        somebody,
        draft={
            "basedOn": 2,
            "rules": [
                {"code": "liked", "points": 3, "cooldownMinutes": 5},
                {"code": "story", "needsReview": False, "names": [{"locale": "en", "text": "A story, told"}]},
                {"code": "off", "dailyCap": 6},
                {"code": "later", "enabled": False},
            ],
            "tiers": [
                {
                    "code": "core",
                    "matchMode": "ALL",
                    "requirements": [
                        {"metric": "violations", "target": 2},
                        {"metric": "paid.earned", "target": 19900},
                        {"metric": "shares", "target": 5, "windowDays": 20},
                        {"metric": "points.earned", "target": 60},
                    ],
                }
            ],
            "note": "Livelier",
        },
    )
    assert (book["version"], book["state"], book["note"]) == (3, "ACTIVE", "Livelier")
    assert book["publishedBy"] == {"kind": "KEY", "displayName": "test"}
    assert "# ten" in book["yaml"], "comments stay"
    assert {one["path"]: (one["before"], one["after"]) for one in book["changes"]} == {
        "rules.liked.amount": ("2", "3"),
        "rules.liked.cooldown": (None, "5m"),
        "rules.story.pending": ("review", None),
        "rules.story.names.en": (None, "A story, told"),
        "rules.later.enabled": (None, "false"),
        "rules.off.caps[0].points": (None, "6"),
        "rules.off.caps[0].per": (None, "day"),
        "tiers.circle.levels.core.enter.all.points.earned.gte": ("40", "60"),
        "tiers.circle.levels.core.enter.all.shares.in": ("30d", "20d"),
        "tiers.circle.levels.core.enter.all.shares.gte": ("4", "5"),
        "tiers.circle.levels.core.enter.all.paid.earned.gte": ("99", "199.00"),
        "tiers.circle.levels.core.enter.none.violations.gte": ("1", "2"),
    }
    core = next(tier for tier in book["tiers"] if tier["code"] == "core")
    assert [one["target"] for one in core["requirements"]] == [60, 5, 19900, 2]
    await live(circle, [event("s9", "share.posted", "ana", subject="s9")])
    balance = "query ($id: ID!) { member(id: $id) { balance { total } } }"
    ana = await id_of(circle, "ana")
    assert (await somebody.ask(balance, id=ana))["member"]["balance"]["total"] == 8 + 10
    assert (await verify(circle.ledger.database, circle.community.id)).differences == []


async def test_versions_stand_latest_first_with_what_each_changed(
    circle: Api, somebody: Asker, clock: Clock
) -> None:
    cheaper = RULEBOOK.replace("amount: 2,", "amount: 3,")
    await publish(somebody, draft={"basedOn": 1, "yaml": cheaper, "note": "likes"})
    clock.advance(HOUR)
    later = await publish(
        somebody,
        draft={"basedOn": 2, "rules": [{"code": "gift", "points": 5}]},
        **{"from": "2026-12-01T00:00:00+08:00"},
    )
    assert (later["state"], later["effectiveFrom"]) == ("SCHEDULED", "2026-11-30T16:00:00.000Z")
    versions = (await somebody.ask(VERSIONS))["community"]["rulebookVersions"]
    nodes = [edge["node"] for edge in versions["edges"]]
    assert [(one["version"], one["state"]) for one in nodes] == [(3, "SCHEDULED"), (2, "ACTIVE"), (1, "RETIRED")]
    assert nodes[1]["changes"] == [
        {"path": "rules.liked.amount", "before": "2", "after": "3", "summary": "liked: amount: 2 becomes 3"}
    ]
    assert (nodes[0]["publishedBy"], nodes[2]["publishedBy"]) == ({"displayName": "test"}, None)
    chinese = (await somebody.speaking("zh").ask(VERSIONS))["community"]["rulebookVersions"]["edges"][1]["node"]
    assert chinese["changes"][0]["summary"] == "liked: amount：2 改为 3"
    first = (await somebody.ask(VERSIONS, first=1))["community"]["rulebookVersions"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    rest = (await somebody.ask(VERSIONS, after=first["pageInfo"]["endCursor"]))["community"]["rulebookVersions"]
    assert [edge["node"]["version"] for edge in rest["edges"]] == [2, 1]
    end = (await somebody.ask(VERSIONS, last=2))["community"]["rulebookVersions"]
    assert [edge["node"]["version"] for edge in end["edges"]] == [2, 1]
    assert end["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "endCursor": end["edges"][-1]["cursor"],
    }
    clock.advance(10 * DAY)
    shown = (await somebody.ask(SHOW))["community"]["rulebook"]
    assert (shown["version"], shown["state"]) == (3, "ACTIVE")


async def test_published_for_the_past_posts_what_differs(circle: Api, somebody: Asker, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 3)
    text = RULEBOOK.replace("amount: 8", "amount: 10").replace("points: 8", "points: 10")
    await publish(somebody, draft={"basedOn": 1, "yaml": text}, **{"from": "2026-11-24T00:00:00+08:00"})
    lines = """query ($id: ID!) { member(id: $id) { balance { total lifetimeEarned }
      entries(kinds: [ADJUSTMENT]) { edges { node { delta reason { code } } } } } }"""
    ana = (await somebody.ask(lines, id=await id_of(circle, "ana")))["member"]
    assert ana["balance"]["total"] == 32 + 6
    assert [edge["node"] for edge in ana["entries"]["edges"]] == [
        {"delta": delta, "reason": {"code": "share"}} for delta in (4, 2)
    ], "the share of Wednesday was within the sharing day"
    assert (await verify(circle.ledger.database, circle.community.id)).differences == []


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_versions_cost_as_many_statements_whatever_their_number(
    circle: Api, somebody: Asker, guard: TenantGuard
) -> None:
    counts = []
    query = f"""query ($n: Int!) {{ community(slug: "garden") {{ rulebookVersions(first: $n) {{
      edges {{ node {{ {BOOK} }} }} }} }} }}"""
    for version in range(1, 5):
        await publish(somebody, draft={"basedOn": version, "rules": [{"code": "liked", "points": version + 2}]})
    for size in (1, 5):
        before = guard.seen
        edges = (await somebody.ask(query, n=size))["community"]["rulebookVersions"]["edges"]
        assert len(edges) == size
        counts.append(guard.seen - before)
    assert counts[0] == counts[1] <= 6, counts
