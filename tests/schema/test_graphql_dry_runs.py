"""Dry runs: what one event would do it then does, and whom the next daily run would move it moves."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.values import DAY, HOUR
from ledger.service.access import Scope
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, member, operator
from tests.schema.circle import settle, share_daily
from tests.schema.story import STORY, Document

MADE = """position replayed contribution { kind }
  entries { kind delta balanceAfter unit capped capNote reason { code label explanation } rule { code }
    decision { outcome } reverses { delta } actor { kind displayName } }
  decisions { outcome desired granted possibleAgainAt rule { code rulebookVersion formula }
    member { displayName } steps { code label before after } explanation }
  userErrors { code message path params }"""
TRY = f"query ($input: ContributionInput!) {{ dryRunContribution(input: $input) {{ {MADE} }} }}"
RECORD = f"mutation ($input: ContributionInput!) {{ recordContribution(input: $input) {{ {MADE} }} }}"
RUN = """query ($on: Date, $community: String = "garden") { previewTierRun(community: $community, on: $on) {
  member { displayName } from { code name } to { code name } because } }"""
HEAD = '{ community(slug: "garden") { journal(first: 100) { position } members { totalCount } } }'


def as_input(document: Document) -> dict[str, Any]:
    """Return a CloudEvent as GraphQL takes it."""
    given: dict[str, Any] = {
        name: document[name] for name in ("source", "type", "subject", "data") if name in document
    }
    return {"data": {}, **given, "community": "garden", "key": document["id"]}


async def tried(asker: Asker, given: dict[str, Any]) -> dict[str, Any]:
    """Return what an event would do."""
    return dict((await asker.ask(TRY, input=given))["dryRunContribution"])


async def recorded(asker: Asker, given: dict[str, Any]) -> dict[str, Any]:
    """Return what an event does."""
    return dict((await asker.ask(RECORD, input=given))["recordContribution"])


async def test_what_an_event_would_do_is_what_it_then_does(api: Api) -> None:
    """The whole story, event by event: newcomers, limits, undos, refusals and all."""
    somebody = await operator(api)
    outcomes = set()
    for document in STORY:
        given = as_input(document)
        before = await somebody.ask(HEAD)
        trial = await tried(somebody, given)
        assert await somebody.ask(HEAD) == before, "nothing is written"
        made = await recorded(somebody, given)
        if not made["replayed"]:
            assert (trial["position"], trial["contribution"], trial["replayed"]) == (None, None, False)
        for part in ("entries", "decisions", "userErrors"):
            assert trial[part] == made[part], document["id"]
        outcomes |= {one["outcome"] for one in made["decisions"]}
    assert {"GRANTED", "CAPPED", "ONCE_ONLY", "NOT_ELIGIBLE", "COOLDOWN", "QUOTA", "NO_RECIPIENT"} <= outcomes


async def test_a_known_key_is_told_as_it_was_recorded(api: Api) -> None:
    somebody = await operator(api)
    given = as_input(event("t1", "thread.opened", "ana", subject="thread-1"))
    first = await recorded(somebody, given)
    assert await tried(somebody, given) == {**first, "replayed": True}
    other = await tried(somebody, {**given, "type": "hand.waved"})
    assert [(one["code"], one["path"]) for one in other["userErrors"]] == [
        ("IDEMPOTENCY_CONFLICT", ["input", "key"])
    ]


async def test_what_is_due_comes_first_and_is_not_written_either(circle: Api, clock: Clock) -> None:
    await live(circle, [event("l1", "later.posted", "ana")])
    clock.advance(3 * HOUR)
    somebody = await operator(circle)
    before = await somebody.ask(HEAD)
    trial = await tried(somebody, as_input(event("s1", "share.posted", "ana", subject="s1")))
    assert [(one["delta"], one["balanceAfter"]) for one in trial["entries"]] == [(8, 14)]
    assert await somebody.ask(HEAD) == before
    chinese = await tried(somebody.speaking("zh"), as_input(event("s1", "share.posted", "ana", subject="s1")))
    assert chinese["decisions"][0]["explanation"] == "分享：ana 获得 8 积分，余额 14。"


async def test_ids_of_what_is_only_tried_name_nothing(api: Api) -> None:
    somebody = await operator(api)
    query = """query ($input: ContributionInput!) { dryRunContribution(input: $input) {
      entries { id } decisions { id member { id } } } }"""
    given = as_input(event("t1", "thread.opened", "ana", subject="thread-1"))
    told = (await somebody.ask(query, input=given))["dryRunContribution"]
    await recorded(somebody, given)
    ids = [one["id"] for one in (*told["entries"], *told["decisions"])]
    assert len(ids) == 4
    found = await somebody.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert found["nodes"] == [None] * 4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"key": ""}, [("NOT_A_CLOUDEVENT", ["input", "key"])]),
        ({"source": "ledger"}, [("RESERVED_SOURCE", ["input", "source"])]),
        ({"time": "2026-11-23T12:10:01Z"}, [("TIME_IN_FUTURE", ["input", "time"])]),
        ({"community": "nowhere"}, [("COMMUNITY_UNKNOWN", ["input", "community"])]),
    ],
)
async def test_an_event_that_would_be_refused_says_so(
    api: Api, given: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    asked = {**as_input(event("t1", "thread.opened", "ana")), **given}
    assert await (await operator(api)).refused(TRY, input=asked) == expected


async def test_a_key_tries_only_what_it_may_send(api: Api) -> None:
    bot = Asker(api, await api.key({Scope.EVENTS_WRITE}, sources=("telegram:",)))
    given = as_input(event("t1", "thread.opened", "ana"))
    assert await bot.refused(TRY, input=given) == [("SOURCE_NOT_ALLOWED", ["input", "source"])]
    assert await bot.refused(TRY, input={**given, "source": "telegram:1"}) == []
    reader = Asker(api, await api.key({Scope.MEMBERS_READ}))
    assert await reader.codes(TRY, input=given) == ["MISSING_SCOPE"]


async def test_the_next_daily_run_moves_whom_its_dry_run_names(circle: Api, clock: Clock) -> None:
    await share_daily(circle, clock, "ana", 5)
    await live(circle, [event("pay", "payment.settled", "ana", amount=9900), event("h", "hello", "bo")])
    somebody = await operator(circle)
    assert (await somebody.ask(RUN))["previewTierRun"] == []
    falls = {
        "member": {"displayName": "ana"},
        "from": {"code": "core", "name": "Core"},
        "to": {"code": "ordinary", "name": "Regular"},
        "because": "what Core asks is no longer there",
    }
    rises = {
        "member": {"displayName": "bo"},
        "from": {"code": "newcomer", "name": "Newcomer"},
        "to": {"code": "ordinary", "name": "Regular"},
        "because": "what Regular asks is reached",
    }
    assert (await somebody.ask(RUN, on="2026-12-13"))["previewTierRun"] == [rises]
    chinese = (await somebody.speaking("zh").ask(RUN, on="2026-12-13"))["previewTierRun"]
    assert chinese[0]["because"] == "已达到 常客 的要求"
    clock.advance(39 * DAY)
    await settle(circle)
    clock.advance(DAY)
    before = await somebody.ask(HEAD)
    somebody = await operator(circle)
    assert (await somebody.ask(RUN, on="2027-01-08"))["previewTierRun"] == [falls]
    assert await somebody.ask(HEAD) == before
    clock.advance(DAY)
    await settle(circle)
    me = (await (await member(circle, "ana")).ask("{ me { tier { code } } }"))["me"]
    assert me["tier"] == {"code": "ordinary"}


async def test_a_day_too_far_away_is_not_tried(circle: Api) -> None:
    somebody = await operator(circle)
    for day in ("0001-01-01", "2025-11-21", "2027-11-25", "9999-12-31"):
        assert await somebody.codes(RUN, on=day) == ["DAY_OUT_OF_RANGE"]
    assert (await somebody.ask(RUN, on="2027-11-24"))["previewTierRun"] == []
    assert await somebody.codes(RUN, community="nowhere") == ["COMMUNITY_UNKNOWN"]
    await live(circle, [event("h", "hello", "bo")])
    assert await id_of(circle, "bo")
