"""Order by GraphQL: reports, strikes, appeals, standing, house rules; who sees them; both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.values import DAY, HOUR
from ledger.service.access import Scope
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.core.strikes import ORDER
from tests.schema.api import Api, served
from tests.schema.asker import Answer, Asker, event, id_of, live, member, operator

RULEBOOK = """\
preset: orderly
community: {tz: Asia/Shanghai}
units: {points: {floor: 0, names: {zh-CN: 积分, en: Points}}}
creates: {share.posted: share}
rules:
  - {id: share, event: share.posted, amount: 8, undo_on: [share.removed]}
"""
SEEN = """id ruleCode ruleText occurredAt evidence action count willBe consequence points noEarningUntil appealable
  appealedAt appeal note resolvedAt reportedBy { kind displayName }
  member { displayName standing { state warnings warningsAllowed clearsOn noEarningUntil summary } }"""
ERRORS = "userErrors { code message path params }"
RECORD = f"""mutation ($input: ViolationInput!) {{ recordViolation(input: $input) {{
  violation {{ {SEEN} }} {ERRORS} }} }}"""
RESOLVE = f"""mutation ($id: ID!, $action: ViolationAction!, $note: String) {{
  resolveViolation(violationId: $id, action: $action, note: $note) {{ violation {{ {SEEN} }} {ERRORS} }} }}"""
APPEAL = f"""mutation ($id: ID!, $text: String!) {{ appealViolation(violationId: $id, text: $text) {{
  violation {{ {SEEN} }} {ERRORS} }} }}"""
DECIDE = f"""mutation ($id: ID!, $lift: Boolean!, $note: String) {{
  decideAppeal(violationId: $id, lift: $lift, note: $note) {{ violation {{ {SEEN} }} {ERRORS} }} }}"""
QUEUE = f"""query ($openOnly: Boolean, $first: Int = 20, $after: String) {{ community(slug: "garden") {{
  violations(openOnly: $openOnly, first: $first, after: $after) {{ totalCount edges {{ cursor node {{ {SEEN} }} }}
    pageInfo {{ hasNextPage endCursor }} }} }} }}"""
MINE = f"{{ me {{ standing {{ state summary }} violations {{ totalCount edges {{ node {{ {SEEN} }} }} }} }} }}"


@pytest.fixture
async def garden(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community with house rules, with ana and bo in it, at noon of Monday 23 November 2026."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK + ORDER)
    async with served(database, writer, clock, place) as api:
        await live(api, [event("s-ana", "share.posted", "ana", subject="s1"), event("w", "waved", "bo")])
        yield api
        assert (await verify(database, place.id)).differences == []


class Order:
    """Somebody who keeps order: reports, confirms, lifts."""

    def __init__(self, api: Api, asker: Asker) -> None:
        self.api = api
        self.asker = asker
        self.sent = 0

    async def report(self, name: str, rule: str = "advert", **more: str) -> Answer:
        """Report a violation and return it."""
        self.sent += 1
        given = {"memberId": await id_of(self.api, name), "ruleCode": rule, "idempotencyKey": f"i{self.sent}"}
        told = (await self.asker.ask(RECORD, input=given | more))["recordViolation"]
        assert told["userErrors"] == []
        return dict(told["violation"])

    async def resolve(self, one: Answer, action: str, **more: str) -> Answer:
        """Decide about a report and return it."""
        told = (await self.asker.ask(RESOLVE, id=one["id"], action=action, **more))["resolveViolation"]
        assert told["userErrors"] == [], told
        return dict(told["violation"])

    async def strike(self, name: str, rule: str = "advert") -> Answer:
        """Report a violation and confirm it as what it is."""
        one = await self.report(name, rule)
        return await self.resolve(one, one["willBe"])


@pytest.fixture
async def order(garden: Api) -> Order:
    return Order(garden, await operator(garden))


async def test_a_first_violation_warns_and_a_second_removes(order: Order, clock: Clock) -> None:
    first = await order.report("ana", evidence="a link to a shop", note="third time I see it")
    assert (first["count"], first["willBe"], first["action"]) == (1, "WARNING", None)
    assert (first["ruleText"], first["evidence"], first["note"]) == (
        "No adverts",
        "a link to a shop",
        "third time I see it",
    )
    assert first["consequence"] == "Confirmed, it is number 1: a warning. The next one: removal."
    assert first["member"]["standing"]["state"] == "GOOD"
    warned = await order.resolve(first, "WARNING", note="please do not")
    assert (warned["action"], warned["willBe"], warned["note"], warned["appealable"]) == (
        "WARNING",
        "WARNING",
        "please do not",
        True,
    )
    assert warned["member"]["standing"] == {
        "state": "WARNED",
        "warnings": 1,
        "warningsAllowed": 1,
        "clearsOn": "2027-05-22",
        "noEarningUntil": None,
        "summary": "Warned: 1 of 1. The next violation: removal. Forgotten on 2027-05-22.",
    }
    second = await order.report("ana", "rumour")
    assert (second["count"], second["willBe"]) == (2, "REMOVAL")
    removed = await order.resolve(second, "REMOVAL")
    assert removed["member"]["standing"]["state"] == "REMOVED"
    assert removed["consequence"] == "It was strike number 2, which brings removal."


async def test_spam_takes_five_and_a_day_and_lifting_gives_both_back(
    order: Order, garden: Api, clock: Clock
) -> None:
    await order.strike("ana", "spam")
    offered = await order.report("ana", "spam")
    assert (offered["willBe"], offered["points"], offered["count"]) == ("PENALTY", -5, 2)
    taken = await order.resolve(offered, "PENALTY")
    assert (taken["points"], taken["noEarningUntil"]) == (-5, "2026-11-24T12:00:00.000007Z")
    assert taken["member"]["standing"]["noEarningUntil"] == taken["noEarningUntil"]
    clock.advance(HOUR)
    await live(garden, [event("s2", "share.posted", "ana", subject="s2")])
    query = """{ me { balance { total } entries(first: 3) { edges { node {
      kind delta reason { code label explanation } actor { kind } contribution { kind }
      decision { outcome explanation steps { code before after label } possibleAgainAt } } } } } }"""
    ana = await member(garden, "ana")
    mine = (await ana.ask(query))["me"]
    assert mine["balance"]["total"] == 3
    withheld, penalty, _ = [edge["node"] for edge in mine["entries"]["edges"]]
    assert withheld["decision"] == {
        "outcome": "NOT_EARNING",
        "explanation": "share: nothing for ana for now, who earns nothing because of a violation. of 8 all were "
        "withheld, because of a violation Possible again from 2026-11-24T12:00:00.000007Z.",
        "steps": [
            {
                "code": "standing",
                "before": 8,
                "after": 0,
                "label": "of 8 all were withheld, because of a violation",
            }
        ],
        "possibleAgainAt": "2026-11-24T12:00:00.000007Z",
    }
    assert (penalty["kind"], penalty["delta"], penalty["reason"]) == (
        "PENALTY",
        -5,
        {
            "code": "penalty",
            "label": "Penalty for a violation",
            "explanation": "5 Points are taken from ana for a violation; the balance is 3.",
        },
    )
    lifted = await order.resolve(taken, "LIFTED")
    assert (lifted["action"], lifted["consequence"]) == ("LIFTED", "Lifted: what it took was given back.")
    mine = (await ana.ask(query))["me"]
    back, restored = [edge["node"] for edge in mine["entries"]["edges"]][1::-1]
    assert mine["balance"]["total"] == 16
    assert (back["kind"], back["delta"], restored["kind"], restored["delta"]) == ("REVERSAL", 5, "AWARD", 8)
    assert restored["contribution"] == {"kind": "share.posted"}
    assert back["reason"]["explanation"] == ("5 Points that a violation took come back to ana; the balance is 8.")
    assert restored["reason"]["explanation"] == "share: ana gets 8 Points that were withheld; the balance is 16."


async def test_a_member_appeals_and_an_operator_decides(order: Order, garden: Api, clock: Clock) -> None:
    ana = await member(garden, "ana")
    await order.strike("ana")
    struck = await order.strike("ana")
    told = (await ana.ask(APPEAL, id=struck["id"], text="It was a joke"))["appealViolation"]
    assert (told["userErrors"], told["violation"]["appeal"]) == ([], "It was a joke")
    assert told["violation"]["appealable"] is False
    queue = (await order.asker.ask(QUEUE, openOnly=True))["community"]["violations"]
    assert [edge["node"]["appeal"] for edge in queue["edges"]] == ["It was a joke"]
    assert await ana.refused(APPEAL, id=struck["id"], text="again") == [("NOTHING_TO_APPEAL", ["violationId"])]
    decided = (await order.asker.ask(DECIDE, id=struck["id"], lift=True, note="fair"))["decideAppeal"]
    assert (decided["violation"]["action"], decided["violation"]["note"]) == ("LIFTED", "fair")
    assert decided["violation"]["member"]["standing"]["state"] == "WARNED"
    assert await order.asker.refused(DECIDE, id=struck["id"], lift=False) == [("NO_APPEAL", ["violationId"])]


async def test_an_appeal_after_its_time_is_refused(order: Order, garden: Api, clock: Clock) -> None:
    struck = await order.strike("ana")
    clock.advance(8 * DAY)
    ana = await member(garden, "ana")
    told = (await ana.ask(APPEAL, id=struck["id"], text="late"))["appealViolation"]["userErrors"]
    assert [(one["code"], one["params"]) for one in told] == [
        ("APPEAL_TOO_LATE", {"until": "2026-11-30T12:00:00.000005Z"})
    ]
    assert (await ana.ask(MINE))["me"]["violations"]["edges"][0]["node"]["appealable"] is False


async def test_what_cannot_be_is_refused_with_its_place(order: Order, garden: Api) -> None:
    ana, asker = await id_of(garden, "ana"), order.asker
    given: dict[str, Any] = {"memberId": ana, "ruleCode": "advert", "idempotencyKey": "k"}
    for change, error in (
        ({"ruleCode": "noise"}, ("HOUSE_RULE_UNKNOWN", ["input", "ruleCode"])),
        ({"memberId": "x"}, ("MEMBER_UNKNOWN", ["input", "memberId"])),
        ({"evidence": "x" * 1_001}, ("TEXT_INVALID", ["input", "evidence"])),
        ({"idempotencyKey": ""}, ("TEXT_INVALID", ["input", "idempotencyKey"])),
    ):
        assert await asker.refused(RECORD, input=given | change) == [error]
    one = await order.report("ana")
    assert await asker.refused(RESOLVE, id=one["id"], action="REMOVAL") == [("OTHER_STEP_NEXT", ["action"])]
    assert await asker.refused(RESOLVE, id=one["id"], action="LIFTED") == [("NOTHING_TO_LIFT", ["violationId"])]
    await order.resolve(one, "DISMISSED")
    assert await asker.refused(RESOLVE, id=one["id"], action="WARNING") == [("VIOLATION_RESOLVED", ["violationId"])]
    assert await asker.refused(RESOLVE, id=ana, action="WARNING") == [("VIOLATION_UNKNOWN", ["violationId"])]


async def test_a_report_sent_twice_is_one(order: Order, garden: Api) -> None:
    given = {"memberId": await id_of(garden, "ana"), "ruleCode": "advert", "idempotencyKey": "same"}
    first, second = [(await order.asker.ask(RECORD, input=given))["recordViolation"] for _ in range(2)]
    assert first == second
    assert await order.asker.refused(RECORD, input=given | {"note": "other"}) == [
        ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    ]
    assert (await order.asker.ask(QUEUE))["community"]["violations"]["totalCount"] == 1


async def test_the_queue_is_newest_first_by_pages_and_leaves_out_what_is_decided(order: Order) -> None:
    one, two, three = [await order.report(name) for name in ("ana", "bo", "ana")]
    await order.resolve(two, "DISMISSED")
    page = (await order.asker.ask(QUEUE, first=1, openOnly=True))["community"]["violations"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    assert page["edges"][0]["node"]["id"] == three["id"]
    rest = (await order.asker.ask(QUEUE, openOnly=True, after=page["pageInfo"]["endCursor"]))["community"]
    assert [edge["node"]["id"] for edge in rest["violations"]["edges"]] == [one["id"]]
    everything = (await order.asker.ask(QUEUE))["community"]["violations"]
    assert [edge["node"]["id"] for edge in everything["edges"]] == [three["id"], two["id"], one["id"]]


async def test_members_see_their_own_and_not_who_reported_it(order: Order, garden: Api) -> None:
    one = await order.report("ana", evidence="seen", note="for us alone")
    asked = f"query ($id: ID!) {{ node(id: $id) {{ ... on Violation {{ {SEEN} }} }} }}"
    seen = (await order.asker.ask(asked, id=one["id"]))["node"]
    assert (seen["reportedBy"]["kind"], seen["note"]) == ("KEY", "for us alone")
    own = (await (await member(garden, "ana")).ask(asked, id=one["id"]))["node"]
    assert (own["reportedBy"], own["note"], own["evidence"]) == (
        {"kind": "KEY", "displayName": "somebody"},
        None,
        "seen",
    )
    bo, reader = await member(garden, "bo"), Asker(garden, await garden.key({Scope.MEMBERS_READ}))
    for other in (bo, reader, Asker(garden, None)):
        assert (await other.ask(asked, id=one["id"]))["node"] is None
    assert await bo.refused(APPEAL, id=one["id"], text="x") == [("VIOLATION_UNKNOWN", ["violationId"])]
    ana = await id_of(garden, "ana")
    query = "query ($id: ID!) { member(id: $id) { violations { totalCount } standing { state } } }"
    assert (await reader.ask(query, id=ana))["member"] == {"violations": None, "standing": {"state": "GOOD"}}
    assert (await bo.ask(query, id=ana))["member"] == {"violations": None, "standing": None}


async def test_only_a_member_appeals(order: Order) -> None:
    struck = await order.strike("ana")
    assert await order.asker.codes(APPEAL, id=struck["id"], text="x") == ["MEMBERS_ONLY"]


async def test_house_rules_are_for_everybody_in_their_language(garden: Api, order: Order) -> None:
    query = """{ community(slug: "garden") { houseRules { code text consequence } } }"""
    bo = await member(garden, "bo")
    rules = (await bo.ask(query))["community"]["houseRules"]
    assert rules == [
        {
            "code": "advert",
            "text": "No adverts",
            "consequence": "1. a warning; 2. removal; forgotten after 180 days; appeal within 7 days",
        },
        {
            "code": "rumour",
            "text": "rumour",
            "consequence": "1. a warning; 2. removal; forgotten after 180 days; appeal within 7 days",
        },
        {
            "code": "spam",
            "text": "spam",
            "consequence": "1. a warning; 2. a warning, 5 Points less, no earning for 24 hours; 3. removal; "
            "forgotten after 30 days",
        },
    ]
    said = (await bo.speaking("zh-CN").ask(query))["community"]["houseRules"]
    assert [(one["text"], one["consequence"]) for one in said][::2] == [
        ("不发广告", "第 1 次：警告；第 2 次：移出；180 天后不再计入；7 天内可申诉"),
        ("spam", "第 1 次：警告；第 2 次：警告，扣 5 积分，24 小时内不得积分；第 3 次：移出；30 天后不再计入"),
    ]
    inside = '{ community(slug: "garden") { rulebook { houseRules { code text consequence } } } }'
    assert (await order.asker.ask(inside))["community"]["rulebook"]["houseRules"] == rules


async def test_standing_is_said_in_both_languages(garden: Api, order: Order) -> None:
    ana = await member(garden, "ana")
    assert (await ana.ask(MINE))["me"]["standing"]["summary"] == "In good standing."
    await order.strike("ana", "spam")
    await order.strike("ana", "spam")
    mine = (await ana.ask(MINE))["me"]
    assert mine["standing"]["summary"] == (
        "Warned: 2 of 2. The next violation: removal. Earns nothing until 2026-11-24T20:00+08:00. "
        "Forgotten on 2026-12-23."
    )
    mine = (await ana.speaking("zh-CN").ask(MINE))["me"]
    assert mine["standing"]["summary"] == (
        "已警告 2 次，最多 2 次。再次违规：移出。 2026-11-24T20:00+08:00 之前不得积分。 2026-12-23 起不再计入。"
    )
    assert [edge["node"]["consequence"] for edge in mine["violations"]["edges"]] == [
        "这是第 2 次：警告，扣 5 积分，24 小时内不得积分。 再有一次：移出。",
        "这是第 1 次：警告。 再有一次：警告，扣 5 积分，24 小时内不得积分。",
    ]
    await order.strike("ana", "spam")
    for language, said in (("en", "Removed: no points"), ("zh-CN", "已移出")):
        assert (await ana.speaking(language).ask(MINE))["me"]["standing"]["summary"].startswith(said)


async def test_a_key_that_only_reads_members_is_not_told_of_reports_by_their_place(garden: Api) -> None:
    await Order(garden, await operator(garden)).report("ana")
    told = {}
    for scope in (Scope.MEMBERS_READ, Scope.CONSOLE):
        headers = {"authorization": f"Bearer {await garden.key({scope})}"}
        at = [await garden.client.get(f"/v1/explanations?position={place}", headers=headers) for place in (3, 5)]
        told[scope] = [one.status_code for one in at]
    assert told == {Scope.MEMBERS_READ: [200, 404], Scope.CONSOLE: [200, 200]}
