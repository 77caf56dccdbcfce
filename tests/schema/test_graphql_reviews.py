"""Reviews: what waits for a person pays when it is approved, and never when it is declined."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.commands import RecordViolation, ResolveViolation
from ledger.core.values import HOUR, MemberId
from ledger.core.violations import Action
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.guard import TenantGuard
from tests.schema.api import Api, served
from tests.schema.asker import Asker, event, live, member, operator
from tests.schema.circle import settle

QUEUE = """query ($first: Int = 20, $after: String) { community(slug: "garden") {
  contributionsToReview(first: $first, after: $after) { totalCount
    edges { node { id kind title review position occurredAt } } pageInfo { hasNextPage endCursor } } } }"""
REVIEW = """mutation ($id: ID!, $approve: Boolean!, $reason: String) {
  reviewContribution(contributionId: $id, approve: $approve, reason: $reason) {
    contribution { id kind review } position replayed
    entries { kind delta balanceAfter occurredAt contribution { id } actor { kind displayName } }
    decisions { outcome granted explanation rule { code } contribution { id } }
    userErrors { code message path params } } }"""
STORY = "query ($id: ID!) { node(id: $id) { ... on Contribution { review } } }"
MINE = "{ me { balance { total pending lifetimeEarned } entries { edges { node { delta capped } } } } }"


@pytest.fixture
async def somebody(circle: Api) -> Asker:
    """An operator of the circle."""
    return await operator(circle)


async def tell(api: Api, key: str, name: str = "ana") -> None:
    """Let somebody submit a story; a rule pays 5 for it after a review, and 90 seconds apart."""
    await live(api, [event(key, "story.submitted", name, subject=key, title=f"Story {key}")])


async def waiting(asker: Asker, **asked: Any) -> list[dict[str, Any]]:
    """Return what waits for a review."""
    found = (await asker.ask(QUEUE, **asked))["community"]["contributionsToReview"]
    return [edge["node"] for edge in found["edges"]]


async def test_an_approved_contribution_pays(circle: Api, somebody: Asker, clock: Clock) -> None:
    await tell(circle, "s1")
    ana = await member(circle, "ana")
    assert (await ana.ask(MINE))["me"]["balance"] == {"total": 0, "pending": 5, "lifetimeEarned": 0}
    [story] = await waiting(somebody)
    assert (story["kind"], story["title"], story["review"]) == ("story.submitted", "Story s1", "AWAITING")
    clock.advance(HOUR)
    told = (await somebody.ask(REVIEW, id=story["id"], approve=True, reason="Well told"))["reviewContribution"]
    assert (told["userErrors"], told["replayed"]) == ([], False)
    assert told["contribution"] == {"id": story["id"], "kind": "story.submitted", "review": "APPROVED"}
    assert told["position"] == story["position"] + 1
    assert told["entries"] == [
        {
            "kind": "AWARD",
            "delta": 5,
            "balanceAfter": 5,
            "occurredAt": story["occurredAt"],
            "contribution": {"id": story["id"]},
            "actor": {"kind": "KEY", "displayName": "test"},
        }
    ], "it counts when it was told, not when it was read"
    [decision] = told["decisions"]
    assert (decision["outcome"], decision["granted"], decision["contribution"]) == (
        "GRANTED",
        5,
        {"id": story["id"]},
    )
    assert (await ana.ask(MINE))["me"]["balance"] == {"total": 5, "pending": 0, "lifetimeEarned": 5}
    assert await waiting(somebody) == []
    assert (await ana.ask(STORY, id=story["id"]))["node"] == {"review": "APPROVED"}
    again = (await somebody.ask(REVIEW, id=story["id"], approve=False))["reviewContribution"]
    assert [(one["code"], one["path"]) for one in again["userErrors"]] == [
        ("NOTHING_TO_REVIEW", ["contributionId"])
    ]
    assert (await verify(circle.ledger.database, circle.community.id)).differences == []


async def test_a_declined_contribution_never_pays(circle: Api, somebody: Asker, clock: Clock) -> None:
    await tell(circle, "s1")
    [story] = await waiting(somebody)
    told = (await somebody.ask(REVIEW, id=story["id"], approve=False))["reviewContribution"]
    assert (told["contribution"]["review"], told["entries"]) == ("DECLINED", [])
    assert told["decisions"][0]["outcome"] == "REVERSED"
    clock.advance(240 * HOUR)
    await settle(circle)
    ana = await member(circle, "ana")
    assert (await ana.ask(MINE))["me"] == {
        "balance": {"total": 0, "pending": 0, "lifetimeEarned": 0},
        "entries": {"edges": [{"node": {"delta": 0, "capped": False}}]},
    }
    chinese = somebody.speaking("zh")
    [error] = (await chinese.ask(REVIEW, id=story["id"], approve=True))["reviewContribution"]["userErrors"]
    assert error["message"] == "序号 3 没有等待审核的内容。"


async def test_what_was_taken_back_before_anybody_looked_waits_no_more(circle: Api, somebody: Asker) -> None:
    await tell(circle, "s1")
    [story] = await waiting(somebody)
    await live(circle, [event("w1", "story.withdrawn", "ana", subject="s1")])
    assert await waiting(somebody) == []
    assert (await somebody.ask(STORY, id=story["id"]))["node"] == {"review": None}
    assert await somebody.refused(REVIEW, id=story["id"], approve=True) == [
        ("NOTHING_TO_REVIEW", ["contributionId"])
    ]


async def test_what_needs_no_review_has_none(circle: Api, somebody: Asker) -> None:
    await live(circle, [event("l1", "later.posted", "ana"), event("x1", "share.posted", "ana", subject="x1")])
    assert await waiting(somebody) == [], "a delay is no review"
    query = '{ contribution(community: "garden", source: "chat:room", key: "l1") { id review } }'
    found = (await somebody.ask(query))["contribution"]
    assert found["review"] is None
    assert await somebody.refused(REVIEW, id=found["id"], approve=True) == [
        ("NOTHING_TO_REVIEW", ["contributionId"])
    ]


async def test_a_review_that_cannot_be_says_why(circle: Api, somebody: Asker) -> None:
    await tell(circle, "s1")
    [story] = await waiting(somebody)
    unknown = [("CONTRIBUTION_UNKNOWN", ["contributionId"])]
    assert await somebody.refused(REVIEW, id="nonsense", approve=True) == unknown
    me = (await somebody.ask('{ community(slug: "garden") { id } }'))["community"]["id"]
    assert await somebody.refused(REVIEW, id=me, approve=True) == unknown
    assert await somebody.refused(REVIEW, id=story["id"], approve=True, reason="a\u0000") == [
        ("TEXT_INVALID", ["reason"])
    ]
    assert len(await waiting(somebody)) == 1


async def test_the_queue_is_read_a_page_at_a_time(circle: Api, somebody: Asker) -> None:
    for number in range(5):
        await tell(circle, f"s{number}", f"m{number}")
    page = (await somebody.ask(QUEUE, first=3))["community"]["contributionsToReview"]
    assert (page["totalCount"], len(page["edges"]), page["pageInfo"]["hasNextPage"]) == (5, 3, True)
    rest = await waiting(somebody, after=page["pageInfo"]["endCursor"])
    assert [one["title"] for one in rest] == ["Story s3", "Story s4"], "oldest first"


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_queue_of_any_length_costs_as_many_statements(
    circle: Api, somebody: Asker, guard: TenantGuard
) -> None:
    for number in range(8):
        await tell(circle, f"s{number}", f"m{number}")
    counts = []
    await waiting(somebody)
    for size in (1, 8):
        before = guard.seen
        assert len(await waiting(somebody, first=size)) == size
        counts.append(guard.seen - before)
    assert counts[0] == counts[1], counts


STRICT = """\
units: {points: {}}
rules: [{id: story, event: story.submitted, amount: 5, pending: review}]
violations: {advert: {steps: [{remove: true}]}}
"""


async def test_what_a_lifting_gave_waits_in_the_same_queue(
    database: Database, writer: Writer, clock: Clock
) -> None:
    place = await rulebooks.begin(database, writer, "garden", rulebook=STRICT)
    async with served(database, writer, clock, place) as api:
        keeper = await operator(api)
        await live(api, [event("hi", "hello", "ana")])
        report = RecordViolation(key="v", member=MemberId(1), rule="advert", by="key:k")
        [told] = await writer.submit(place, [report])
        assert isinstance(told, Receipt)
        await writer.submit(place, [ResolveViolation(position=told.position, action=None, by="key:k")])
        for key in ("s1", "s2"):
            await tell(api, key)
        assert await waiting(keeper) == []
        await writer.submit(place, [ResolveViolation(position=told.position, action=Action.LIFTED, by="key:k")])
        await tell(api, "s3")
        assert [one["title"] for one in await waiting(keeper)] == ["Story s1", "Story s2", "Story s3"]
        page = (await keeper.ask(QUEUE, first=1))["community"]["contributionsToReview"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
        rest = await waiting(keeper, after=page["pageInfo"]["endCursor"])
        assert [one["title"] for one in rest] == ["Story s2", "Story s3"]
        await keeper.ask(REVIEW, id=page["edges"][0]["node"]["id"], approve=True)
        assert [one["title"] for one in await waiting(keeper)] == ["Story s2", "Story s3"]
        ana = await member(api, "ana")
        assert (await ana.ask(MINE))["me"]["balance"] == {"total": 5, "pending": 10, "lifetimeEarned": 5}
