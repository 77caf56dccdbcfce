"""What can be changed by GraphQL: the same facts as by HTTP; what a person can mend has a code and a path."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ledger.service.access import Scope
from ledger.service.verify import verify
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, operator

RECORD = """mutation ($input: ContributionInput!) { recordContribution(input: $input) {
  position replayed contribution { kind title position }
  entries { delta balanceAfter unit reason { code } }
  decisions { outcome desired granted rule { code } member { displayName } explanation }
  userErrors { code message path params } } }"""
UNDO = """mutation (
  $source: String!, $key: String!, $reason: String!, $idempotencyKey: String!, $slug: String = "garden"
) {
  undoContribution(community: $slug, source: $source, key: $key, reason: $reason, idempotencyKey: $idempotencyKey) {
    position replayed contribution { kind } entries { kind delta reverses { delta } }
    userErrors { code message path params } } }"""
ADJUST = """mutation ($input: AdjustInput!) { adjustPoints(input: $input) {
  member { balance { total } entries(first: 1) { totalCount edges { node {
    kind delta rule { code } contribution { id }
    reason { code label explanation } actor { kind displayName } decision { rule { code name formula } } } } } }
  userErrors { code message path params } } }"""


def contribution(**more: Any) -> dict[str, Any]:
    """Return an event as GraphQL takes it."""
    return {
        "community": "garden",
        "source": "chat:room",
        "key": "t1",
        "type": "thread.opened",
        "subject": "thread-1",
        "data": {"member": "ana", "title": "Hello"},
        **more,
    }


@pytest.fixture
async def somebody(api: Api) -> Asker:
    """An operator."""
    return await operator(api)


async def test_an_event_by_graphql_is_the_event_by_http(api: Api, somebody: Asker) -> None:
    told = (await somebody.ask(RECORD, input=contribution()))["recordContribution"]
    assert (told["position"], told["replayed"], told["userErrors"]) == (3, False, [])
    assert told["contribution"] == {"kind": "thread.opened", "title": "Hello", "position": 3}
    assert told["entries"] == [
        {"delta": 5, "balanceAfter": 5, "unit": "points", "reason": {"code": "start"}},
        {"delta": 10, "balanceAfter": 15, "unit": "points", "reason": {"code": "opened"}},
    ]
    assert told["decisions"][1] == {
        "outcome": "GRANTED",
        "desired": 10,
        "granted": 10,
        "rule": {"code": "opened"},
        "member": {"displayName": "ana"},
        "explanation": "opened: ana gets 10 points; the balance is 15.",
    }
    again = (await somebody.ask(RECORD, input=contribution()))["recordContribution"]
    assert again == {**told, "replayed": True}
    by_http = await api.record(event("t1", "thread.opened", "ana", subject="thread-1", title="Hello"))
    assert (by_http["status"], by_http["position"]) == ("replayed", 3)


async def test_fifty_at_once_record_one_event(somebody: Asker) -> None:
    told = await asyncio.gather(*(somebody.ask(RECORD, input=contribution()) for _ in range(50)))
    answers = [one["recordContribution"] for one in told]
    assert sorted(one["replayed"] for one in answers) == [False] + [True] * 49
    assert {str({**one, "replayed": None}) for one in answers} == {str({**answers[0], "replayed": None})}


async def test_what_nobody_is_paid_for_is_a_decision_about_who_did_it(somebody: Asker) -> None:
    told = await somebody.ask(RECORD, input=contribution(type="member.helped", data={"member": "ana", "amount": 5}))
    decision = told["recordContribution"]["decisions"][-1]
    assert (decision["outcome"], decision["member"]) == ("NO_RECIPIENT", {"displayName": "ana"})
    nobody = contribution(key="k2", type="member.helped", data={"amount": 5})
    assert (await somebody.ask(RECORD, input=nobody))["recordContribution"]["decisions"] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"key": ""}, [("NOT_A_CLOUDEVENT", ["input", "key"])]),
        ({"source": ""}, [("NOT_A_CLOUDEVENT", ["input", "source"])]),
        ({"type": "a\u0000b"}, [("NOT_A_CLOUDEVENT", ["input", "type"])]),
        ({"key": "x" * 257}, [("INVALID_EVENT", ["input", "key"])]),
        ({"subject": "x" * 513}, [("INVALID_EVENT", ["input", "subject"])]),
        ({"data": "text"}, [("INVALID_EVENT", ["input", "data"])]),
        ({"data": [1]}, [("INVALID_EVENT", ["input", "data"])]),
        ({"data": {"member": 7}}, [("INVALID_EVENT", ["input", "data", "member"])]),
        ({"data": {"people": {"a/b": ""}}}, [("INVALID_EVENT", ["input", "data", "people", "a/b"])]),
        ({"data": {"note": "a\u0000b"}}, [("INVALID_EVENT", ["input", "data", "note"])]),
        (
            {"data": {"member": "", "undoes": 3}},
            [("INVALID_EVENT", ["input", "data", "member"]), ("INVALID_EVENT", ["input", "data", "undoes"])],
        ),
        ({"source": "ledger"}, [("RESERVED_SOURCE", ["input", "source"])]),
        ({"time": "2026-11-23T12:10:01Z"}, [("TIME_IN_FUTURE", ["input", "time"])]),
        ({"community": "nowhere"}, [("COMMUNITY_UNKNOWN", ["input", "community"])]),
    ],
)
async def test_an_event_that_cannot_be_taken_says_where_and_writes_nothing(
    api: Api, somebody: Asker, given: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    assert await somebody.refused(RECORD, input=contribution(**given)) == expected
    assert (await somebody.speaking("zh").refused(RECORD, input=contribution(**given))) == expected
    assert (await api.record(event("after", "hand.waved")))["position"] == 3


async def test_other_content_under_the_same_key_is_a_conflict(somebody: Asker) -> None:
    await somebody.ask(RECORD, input=contribution())
    told = (await somebody.ask(RECORD, input=contribution(type="hand.waved")))["recordContribution"]
    assert (told["position"], told["contribution"], told["entries"]) == (None, None, [])
    [error] = told["userErrors"]
    assert (error["code"], error["path"], error["params"]) == (
        "IDEMPOTENCY_CONFLICT",
        ["input", "key"],
        {"position": 3},
    )
    assert "position 3" in error["message"]


async def test_a_key_sends_only_its_sources_and_no_amounts_unless_it_may(api: Api) -> None:
    bot = Asker(api, await api.key({Scope.EVENTS_WRITE}, sources=("telegram:", "chat:")))
    assert await bot.refused(RECORD, input=contribution(source="discord:1")) == [
        ("SOURCE_NOT_ALLOWED", ["input", "source"])
    ]
    helped = contribution(type="member.helped", data={"people": {"helper": "ana"}, "amount": 5})
    assert await bot.refused(RECORD, input=helped) == [("AMOUNTS_NOT_ALLOWED", ["input", "data"])]
    assert await bot.refused(RECORD, input=contribution()) == []
    told = (await bot.ask(RECORD, input=contribution()))["recordContribution"]
    assert told["entries"][1]["balanceAfter"] == 15, "a sender reads what became of what it sent"


async def test_times_and_subjects_may_be_left_out_or_null(somebody: Asker) -> None:
    bare = {name: contribution()[name] for name in ("community", "source", "key", "type")}
    assert await somebody.refused(RECORD, input={**bare, "data": {}}) == []
    assert await somebody.refused(RECORD, input={**bare, "data": {}, "subject": None, "time": None}) == []
    assert await somebody.codes(RECORD, input=bare) == ["BAD_USER_INPUT"]
    assert await somebody.codes(RECORD, input=contribution(time="yesterday")) == ["BAD_USER_INPUT"]


async def test_undoing_takes_back_once_what_was_given(api: Api, somebody: Asker) -> None:
    await somebody.ask(RECORD, input=contribution())
    asked = {"source": "chat:room", "key": "t1", "reason": "It was a copy", "idempotencyKey": "u1"}
    told = (await somebody.ask(UNDO, **asked))["undoContribution"]
    assert told["contribution"] == {"kind": "contribution.undone"}
    assert told["entries"] == [{"kind": "REVERSAL", "delta": -10, "reverses": {"delta": 10}}]
    again = (await somebody.ask(UNDO, **asked))["undoContribution"]
    assert again == {**told, "replayed": True}
    other = (await somebody.ask(UNDO, **{**asked, "idempotencyKey": "u2"}))["undoContribution"]
    assert (other["entries"], other["userErrors"]) == ([], [])
    assert await somebody.refused(UNDO, **{**asked, "key": "t2"}) == [("IDEMPOTENCY_CONFLICT", ["idempotencyKey"])]
    assert (await verify(api.ledger.database, api.community.id)).differences == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"reason": ""}, ("TEXT_INVALID", ["reason"])),
        ({"reason": "x" * 1001}, ("TEXT_INVALID", ["reason"])),
        ({"idempotencyKey": ""}, ("TEXT_INVALID", ["idempotencyKey"])),
        ({"idempotencyKey": "x" * 252}, ("TEXT_INVALID", ["idempotencyKey"])),
        ({"idempotencyKey": "a\nb"}, ("TEXT_INVALID", ["idempotencyKey"])),
        ({"key": ""}, ("INVALID_EVENT", ["key"])),
        ({"source": ""}, ("NOT_A_CLOUDEVENT", ["source"])),
        ({"source": "ledger:x"}, ("CONTRIBUTION_UNKNOWN", ["key"])),
        ({"slug": "nowhere"}, ("COMMUNITY_UNKNOWN", ["community"])),
    ],
)
async def test_an_undo_that_cannot_be_taken_says_where(
    somebody: Asker, given: dict[str, str], expected: tuple[str, list[str]]
) -> None:
    asked = {"source": "chat:room", "key": "t1", "reason": "why", "idempotencyKey": "u1", **given}
    assert await somebody.refused(UNDO, **asked) == [expected]


async def test_points_given_by_hand_stand_in_the_book_with_their_reason(api: Api, somebody: Asker) -> None:
    await live(api, [event("w", "hand.waved", "ana")])
    asked = {"memberId": await id_of(api, "ana"), "delta": 7, "reason": "For the meetup", "idempotencyKey": "a1"}
    told = (await somebody.ask(ADJUST, input=asked))["adjustPoints"]
    assert told["member"]["balance"] == {"total": 12}
    [line] = [edge["node"] for edge in told["member"]["entries"]["edges"]]
    assert (line["kind"], line["delta"], line["rule"], line["contribution"]) == ("ADJUSTMENT", 7, None, None)
    assert line["reason"] == {"code": "adjustment", "label": "Adjusted by hand", "explanation": "For the meetup"}
    assert line["actor"] == {"kind": "KEY", "displayName": "test"}
    assert line["decision"]["rule"] == {
        "code": "adjustment",
        "name": "Adjusted by hand",
        "formula": "as many as were given or taken by hand",
    }
    assert (await somebody.ask(ADJUST, input=asked))["adjustPoints"] == told, "the same again is the same"
    over_http = await api.client.post(
        "/v1/adjustments",
        json={"member": "chat:ana", "points": 7, "reason": "For the meetup"},
        headers={"authorization": f"Bearer {somebody.bearer}", "idempotency-key": "a2"},
    )
    assert over_http.status_code == 200


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"delta": 0}, ("NOTHING_TO_ADJUST", ["input", "delta"])),
        ({"delta": -6}, ("BELOW_FLOOR", ["input", "delta"])),
        ({"delta": 2**53 - 1}, ("TOO_MANY_POINTS", ["input", "delta"])),
        ({"unit": "gold"}, ("UNIT_UNKNOWN", ["input", "unit"])),
        ({"unit": "\u0000"}, ("TEXT_INVALID", ["input", "unit"])),
        ({"reason": ""}, ("TEXT_INVALID", ["input", "reason"])),
        ({"reason": "a\u0000"}, ("TEXT_INVALID", ["input", "reason"])),
        ({"idempotencyKey": ""}, ("TEXT_INVALID", ["input", "idempotencyKey"])),
        ({"memberId": "nonsense"}, ("MEMBER_UNKNOWN", ["input", "memberId"])),
    ],
)
async def test_an_adjustment_that_cannot_be_made_says_where(
    api: Api, somebody: Asker, given: dict[str, Any], expected: tuple[str, list[str]]
) -> None:
    await live(api, [event("w", "hand.waved", "ana")])
    asked = {"memberId": await id_of(api, "ana"), "delta": 5, "reason": "why", "idempotencyKey": "a1", **given}
    for language in ("en", "zh"):
        assert await somebody.speaking(language).refused(ADJUST, input=asked) == [expected]


async def test_an_adjustments_key_names_one_adjustment(api: Api, somebody: Asker) -> None:
    await live(api, [event("w", "hand.waved", "ana")])
    asked = {"memberId": await id_of(api, "ana"), "delta": 5, "reason": "why", "idempotencyKey": "a1"}
    await somebody.ask(ADJUST, input=asked)
    assert await somebody.refused(ADJUST, input={**asked, "delta": 6}) == [
        ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    ]
    told = (await somebody.ask(ADJUST, input={**asked, "delta": 1, "idempotencyKey": "a2"}))["adjustPoints"]
    assert told["member"]["balance"] == {"total": 11}


async def test_points_of_64_bits_arrive_whole(api: Api, somebody: Asker) -> None:
    await live(api, [event("w", "hand.waved", "ana")])
    most = 2**53 - 1 - 5
    asked = {"memberId": await id_of(api, "ana"), "delta": most, "reason": "much", "idempotencyKey": "a1"}
    told = (await somebody.ask(ADJUST, input=asked))["adjustPoints"]
    assert told["member"]["balance"] == {"total": 2**53 - 1}
    assert told["member"]["entries"]["edges"][0]["node"]["delta"] == most
    query = '{ community(slug: "garden") { leaderboard(period: ALL_TIME) { top { points } } } }'
    assert (await somebody.ask(query))["community"]["leaderboard"]["top"] == [{"points": 2**53 - 1}]
    for delta in (2**53, -(2**53), 1.5, "7", True, None):
        assert await somebody.codes(ADJUST, input={**asked, "delta": delta}) == ["BAD_USER_INPUT"]
