"""What a member's page asks: how many points, why, why not, how far to the next tier, and how it once was."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from ledger.core.calendar import micros
from ledger.core.values import DAY
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, member, operator, present
from tests.schema.story import STORY

ENTRY = """
id kind delta balanceAfter unit capped capNote occurredAt
reason { code label explanation } rule { code name rulebookVersion formula }
contribution { id kind title platform position } actor { kind displayName }
decision { outcome desired granted possibleAgainAt steps { code label before after } }
reverses { delta reversedBy { delta } } reversedBy { delta reason { label } }
"""
ENTRIES = f"{{ me {{ entries(first: 100) {{ totalCount edges {{ node {{ {ENTRY} }} }} }} }} }}"
HOME = """
{ me {
    displayName joinedAt tierSince
    community { slug name timezone }
    tier { code rank ladder memberCount matchMode requirements { metric label target unit hard windowDays } }
    tiers { code }
    balance { total available held pending lifetimeEarned asOf unit { code name scale spendable } }
    balances { unit { code } total }
    progress {
      current { code } next { code enter { met requirements { current } } } matchMode fraction summary keepsUntil
      enter { mode met groups { met } requirements { met } }
      requirements { metric label current target unit fraction met hint windowEndsOn }
    }
    handles { platform externalId displayName }
} }
"""


@pytest.fixture
async def ana(api: Api) -> Asker:
    """Ana, signed in, after the story was lived."""
    await live(api)
    return await member(api, "ana")


async def test_the_first_screen_in_one_question(ana: Asker) -> None:
    me = (await ana.ask(HOME))["me"]
    assert (me["displayName"], me["community"]) == (
        "Ana 安",
        {"slug": "garden", "name": "Garden", "timezone": "Asia/Shanghai"},
    )
    balance = me["balance"]
    assert balance["total"] == balance["available"] + balance["held"]
    assert (balance["unit"]["code"], me["balances"][0]["total"]) == ("points", balance["total"])
    assert me["handles"] == [{"platform": "chat", "externalId": "ana", "displayName": "ana"}]


async def test_a_tier_and_what_the_next_one_asks(api: Api) -> None:
    await live(api, [event("t1", "thread.opened", "ana", subject="thread-1")])
    me = (await (await member(api, "ana")).ask(HOME))["me"]
    assert (me["tier"]["code"], me["tier"]["rank"], me["tier"]["memberCount"]) == ("regular", 1, 1)
    assert me["tier"]["requirements"] == [
        {
            "metric": "points.balance",
            "label": "points held",
            "target": 15,
            "unit": "points",
            "hard": False,
            "windowDays": None,
        }
    ]
    progress = me["progress"]
    assert (progress["current"], progress["fraction"]) == ({"code": "regular"}, 0.5)
    assert progress["next"] == {"code": "pillar", "enter": {"met": False, "requirements": [{"current": 15}]}}
    assert progress["summary"] == "15 points to pillar"
    assert progress["requirements"] == [
        {
            "metric": "points.balance",
            "label": "points held",
            "current": 15,
            "target": 30,
            "unit": "points",
            "fraction": 0.5,
            "met": False,
            "hint": "15 points more",
            "windowEndsOn": None,
        }
    ]
    assert me["tierSince"].startswith("2026-11-23T12:00:00")


async def test_below_the_lowest_tier_there_is_no_tier_but_a_way_to_one(api: Api) -> None:
    await live(api, [event("w", "hand.waved", "bo")])
    me = (await (await member(api, "bo")).ask(HOME))["me"]
    assert (me["tier"], me["tierSince"], me["tiers"]) == (None, None, [])
    assert (me["progress"]["current"], me["progress"]["next"]["code"]) == (None, "regular")
    assert me["progress"]["summary"] == "10 points to regular"


async def test_at_the_top_nothing_is_left_to_ask(api: Api) -> None:
    await live(api, [event("h", "member.helped", "bo", people={"helper": "ana"}, amount=30)])
    me = (await (await member(api, "ana")).ask(HOME))["me"]
    assert me["tier"]["code"] == "pillar"
    assert me["progress"] == {
        "current": {"code": "pillar"},
        "next": None,
        "matchMode": "ALL",
        "fraction": 1.0,
        "summary": "The highest level is reached",
        "keepsUntil": None,
        "enter": None,
        "requirements": [],
    }


async def test_every_line_adds_up_to_the_balance(ana: Asker) -> None:
    entries = [edge["node"] for edge in (await ana.ask(ENTRIES))["me"]["entries"]["edges"]]
    balance = (await ana.ask(HOME))["me"]["balance"]["total"]
    assert sum(entry["delta"] for entry in entries) == balance
    assert entries[0]["balanceAfter"] == balance
    for newer, older in pairwise(entries):
        assert newer["balanceAfter"] - newer["delta"] == older["balanceAfter"]


async def test_a_line_says_which_rule_paid_for_what_and_who_did_it(ana: Asker) -> None:
    entries = {
        edge["node"]["reason"]["code"]: edge["node"] for edge in (await ana.ask(ENTRIES))["me"]["entries"]["edges"]
    }
    liked = entries["liked"]
    assert (liked["delta"], liked["kind"]) in [(3, "AWARD"), (-3, "REVERSAL")]
    assert liked["rule"] == {
        "code": "liked",
        "name": "liked",
        "rulebookVersion": 1,
        "formula": "3 points; to thread.author; not if it is actor; once per actor, object;"
        " at most 30 points a day together with others of social",
    }
    opening = entries["start"]
    assert (opening["kind"], opening["delta"], opening["rule"]) == ("OPENING", 5, None)
    assert opening["reason"]["label"] == "Starting points"
    assert opening["reason"]["explanation"] == "Ana 安 starts with 5 points; the balance is 5."


async def test_what_was_taken_back_points_at_what_took_it(ana: Asker) -> None:
    entries = [edge["node"] for edge in (await ana.ask(ENTRIES))["me"]["entries"]["edges"]]
    back = next(one for one in entries if one["kind"] == "REVERSAL" and one["reason"]["code"] == "opened")
    assert (back["delta"], back["reverses"]) == (-10, {"delta": 10, "reversedBy": {"delta": -10}})
    assert back["reason"]["label"] == "opened, taken back"
    taken = next(one for one in entries if one["reversedBy"] and one["reason"]["code"] == "opened")
    assert taken["reversedBy"] == {"delta": -10, "reason": {"label": "opened, taken back"}}
    assert back["rule"]["formula"] == taken["rule"]["formula"]


async def test_a_limit_that_took_something_says_so(ana: Asker) -> None:
    capped = [
        edge["node"]
        for edge in (await ana.ask(ENTRIES))["me"]["entries"]["edges"]
        if edge["node"]["capped"] and edge["node"]["reason"]["code"] == "opened"
    ]
    partly, nothing = capped[-1], capped[0]
    assert (partly["delta"], partly["capNote"]) == (5, "the rule's limit let 5 of 10 pass")
    assert partly["decision"]["steps"] == [
        {"code": "cap", "label": "the rule's limit let 5 of 10 pass", "before": 10, "after": 5}
    ]
    assert (nothing["delta"], nothing["decision"]["outcome"]) == (0, "CAPPED")
    assert nothing["decision"]["possibleAgainAt"] == "2026-11-23T16:00:00.000Z", "the next day in Shanghai"


async def test_decisions_say_why_not(ana: Asker) -> None:
    query = """{ me { decisions(first: 100) { totalCount edges { node {
        outcome desired granted explanation member { displayName } rule { code } contribution { kind } } } } } }"""
    decisions = [edge["node"] for edge in (await ana.ask(query))["me"]["decisions"]["edges"]]
    by_outcome = {one["outcome"]: one for one in decisions}
    assert {"GRANTED", "CAPPED", "NOT_ELIGIBLE", "QUOTA", "ONCE_ONLY"} <= set(by_outcome)
    own_like = by_outcome["NOT_ELIGIBLE"]
    assert own_like == {
        "outcome": "NOT_ELIGIBLE",
        "desired": 0,
        "granted": 0,
        "explanation": "liked: nothing for Ana 安, it does not pay for one's own.",
        "member": {"displayName": "Ana 安"},
        "rule": {"code": "liked"},
        "contribution": {"kind": "thread.liked"},
    }


async def test_in_chinese_everything_people_read_is_chinese(ana: Asker) -> None:
    me = (await ana.speaking("zh-CN,zh;q=0.9,en;q=0.8").ask(HOME))["me"]
    assert me["progress"]["summary"].startswith(("距", "已"))
    assert me["tier"]["requirements"][0]["label"] == "持有 points"
    entries = (await ana.speaking("zh").ask(ENTRIES))["me"]["entries"]["edges"]
    opening = entries[-1]["node"]["reason"]
    assert opening == {"code": "start", "label": "起始积分", "explanation": "Ana 安 的起始值为 5 points，余额 5。"}
    answer = await ana.speaking("fr;q=1, zh-TW;q=0.5, en;q=0.1").answer("{ __typename }")
    assert answer.headers["content-language"] == "zh-CN"


FILTERED = """query ($kinds: [EntryKind!], $types: [String!], $unit: String, $from: Date, $to: Date) {
  me { entries(first: 100, kinds: $kinds, contributionKinds: $types, unit: $unit, from: $from, to: $to) {
    totalCount edges { node { kind delta contribution { kind } } } } } }"""


async def test_lines_can_be_asked_by_kind_type_unit_and_day(ana: Asker) -> None:
    async def found(**asked: object) -> list[dict[str, object]]:
        entries = (await ana.ask(FILTERED, **asked))["me"]["entries"]
        assert entries["totalCount"] == len(entries["edges"])
        return [edge["node"] for edge in entries["edges"]]

    whole = await found()
    assert {one["kind"] for one in await found(kinds=["REVERSAL"])} == {"REVERSAL"}
    assert await found(kinds=["REDEMPTION"]) == []
    assert {one["contribution"]["kind"] for one in await found(types=["thread.opened"])} == {"thread.opened"}  # type: ignore[index]
    assert await found(kinds=[]) == await found(types=["nothing.like.it"]) == await found(unit="gold") == []
    assert await found(unit="points") == whole
    assert await found(**{"from": "2026-11-23", "to": "2026-11-23"}) == whole
    assert await found(**{"from": "2026-11-24"}) == await found(to="2026-11-22") == []
    assert await found(**{"from": "0001-01-01", "to": "9999-12-31"}) == whole


async def test_odd_filters_find_nothing_and_break_nothing(ana: Asker) -> None:
    for odd in ("\u0000", "a\u0000b", "%", "x" * 10_000, ""):
        entries = (await ana.ask(FILTERED, types=[odd]))["me"]["entries"]
        assert entries == {"totalCount": 0, "edges": []}
    assert await ana.codes(FILTERED, types=["x"] * 51) == ["TOO_MANY"]


EARNED = """query ($from: Date!, $to: Date!, $unit: String) { me { earned(from: $from, to: $to, unit: $unit) {
  total byReason { reason { code label } contributionKind points count } } } }"""


async def test_what_was_earned_is_told_by_reason(ana: Asker) -> None:
    day = {"from": "2026-11-23", "to": "2026-11-23"}
    earned = (await ana.ask(EARNED, **day))["me"]["earned"]
    lifetime = (await ana.ask(HOME))["me"]["balance"]["lifetimeEarned"]
    assert earned["total"] == lifetime == sum(one["points"] for one in earned["byReason"])
    opened = next(one for one in earned["byReason"] if one["reason"]["code"] == "opened")
    assert opened == {
        "reason": {"code": "opened", "label": "opened"},
        "contributionKind": "thread.opened",
        "points": 15,
        "count": 2,
    }
    assert (await ana.ask(EARNED, **{"from": "2026-11-24", "to": "2026-11-30"}))["me"]["earned"]["total"] == 0
    assert (await ana.ask(EARNED, **day, unit="gold"))["me"]["earned"] is None


AT = """query ($at: BalancePoint!, $unit: String) {
  me { balanceAt(at: $at, unit: $unit) { total available lifetimeEarned asOf } } }"""


async def test_a_balance_as_it_was_is_the_sum_up_to_there(ana: Asker) -> None:
    lines = [edge["node"] for edge in (await ana.ask(ENTRIES))["me"]["entries"]["edges"]]
    for line in lines:
        position = line["contribution"]["position"]
        last = next(one for one in lines if one["contribution"]["position"] == position)
        point = (await ana.ask(AT, at={"position": position}))["me"]["balanceAt"]
        assert point["total"] == point["available"] == last["balanceAfter"]
    now = (await ana.ask(HOME))["me"]["balance"]
    later = (await ana.ask(AT, at={"at": "2030-01-01T00:00:00+08:00"}))["me"]["balanceAt"]
    assert (later["total"], later["lifetimeEarned"]) == (now["total"], now["lifetimeEarned"])
    assert later["asOf"] == "2029-12-31T16:00:00.000Z"
    assert (await ana.ask(AT, at={"at": "2026-11-01T00:00:00Z"}))["me"]["balanceAt"]["total"] == 0


@pytest.mark.parametrize("position", [0, -1, 10_000, 2**53 - 1])
async def test_a_point_the_log_does_not_have_has_no_balance(ana: Asker, position: int) -> None:
    assert (await ana.ask(AT, at={"position": position}))["me"]["balanceAt"] is None
    assert (await ana.ask(AT, at={"position": 3}, unit="gold"))["me"]["balanceAt"] is None


@pytest.mark.parametrize("at", [{}, {"position": 3, "at": "2026-11-23T00:00:00Z"}, {"position": None}])
async def test_a_point_is_given_in_exactly_one_way(ana: Asker, at: dict[str, object]) -> None:
    assert await ana.codes(AT, at=at) == ["BAD_USER_INPUT"]


async def test_late_and_undone_events_count_at_their_own_day(api: Api, clock: Clock) -> None:
    """What happened three days ago counts there, and what was taken back of it counts there too."""
    ago = datetime(2026, 11, 20, 8, tzinfo=UTC)
    await live(
        api, [event("h", "member.helped", "bo", people={"helper": "ana"}, amount=20, time="2026-11-20T08:00:00Z")]
    )
    clock.advance(DAY)
    await live(api, [event("u", "member.unhelped", "bo", undoes="h")])
    assert clock.at > micros(ago)
    ana = await member(api, "ana")
    window = {"from": "2026-11-20", "to": "2026-11-20"}
    assert (await ana.ask(EARNED, **window))["me"]["earned"] == {
        "total": 0,
        "byReason": [
            {
                "reason": {"code": "helped", "label": "helped"},
                "contributionKind": "member.helped",
                "points": 0,
                "count": 0,
            }
        ],
    }
    then = (await ana.ask(AT, at={"at": "2026-11-20T09:00:00Z"}))["me"]["balanceAt"]
    assert then["total"] == 25, "amounts as recorded: the start and the award, which were not yet taken back"


async def test_one_entry_by_its_id_is_ones_own(api: Api, ana: Asker) -> None:
    query = "query ($id: ID!) { me { entry(id: $id) { id delta } } node(id: $id) { id } }"
    entries = (await ana.ask(ENTRIES))["me"]["entries"]["edges"]
    first = entries[0]["node"]
    assert (await ana.ask(query, id=first["id"]))["me"]["entry"] == {"id": first["id"], "delta": first["delta"]}
    bo = await member(api, "bo")
    assert await bo.ask(query, id=first["id"]) == {"me": {"entry": None}, "node": None}
    assert await ana.ask(query, id=await id_of(api, "ana")) == {
        "me": {"entry": None},
        "node": {"id": await id_of(api, "ana")},
    }


async def test_a_contribution_is_found_by_its_senders_name(api: Api) -> None:
    await live(api, present(STORY[:2]))
    query = """query ($source: String!, $key: String!) {
        contribution(community: "garden", source: $source, key: $key) {
          id kind title excerpt platform sourceUrl occurredAt recordedAt position } }"""
    found = (await (await operator(api)).ask(query, source="chat:room", key="t1"))["contribution"]
    assert (found["kind"], found["title"], found["platform"], found["position"]) == (
        "thread.opened",
        "Hello",
        "chat",
        4,
    )
    assert (found["excerpt"], found["sourceUrl"]) == (None, None)
    for source, key in (
        ("chat:other", "t1"),
        ("chat:room", "t9"),
        ("\u0000", "t1"),
        ("ledger", "community.created"),
    ):
        assert (await (await operator(api)).ask(query, source=source, key=key)) == {"contribution": None}
