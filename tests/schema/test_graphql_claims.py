"""Claims over GraphQL: a member says what they did, an operator finds it among what waits, and approves it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api, served
from tests.schema.asker import event, live, member, operator
from tests.schema.circle import RULEBOOK
from tests.service.sayings import assert_whole

CLAIM = """mutation ($type: String!, $subject: String, $note: String, $at: DateTime, $key: String!) {
  submitClaim(input: {community: "garden", type: $type, subject: $subject, note: $note, occurredAt: $at,
    idempotencyKey: $key}) {
    contribution { id kind excerpt platform review } position replayed entries { delta }
    decisions { outcome desired granted rule { code } }
    userErrors { code path message } } }"""
WAITING = """{ community(slug: "garden") { contributionsToReview { totalCount edges { node {
  id kind excerpt review } } } } }"""
REVIEW = """mutation ($id: ID!, $approve: Boolean!) { reviewContribution(contributionId: $id, approve: $approve) {
  contribution { review } entries { delta } userErrors { code } } }"""
BALANCE = "{ me { balance { total pending } } }"


@pytest.fixture
async def circle(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a circle where ana and bo have shared something."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        await live(api, [event(f"s-{name}", "share.posted", name, subject=f"s-{name}") for name in ("ana", "bo")])
        yield api


async def test_a_claim_from_saying_to_paying(circle: Api) -> None:
    boss, ana = await operator(circle), await member(circle, "ana")
    at = "2026-11-22T10:00:00Z"
    told = (await ana.ask(CLAIM, type="share.posted", note="At the library", at=at, key="k"))["submitClaim"]
    claim = told["contribution"]
    assert claim | {"id": ""} == {
        "id": "",
        "kind": "share.posted",
        "excerpt": "At the library",
        "platform": "ledger",
        "review": "AWAITING",
    }
    assert told["decisions"] == [{"outcome": "PENDING", "desired": 8, "granted": 0, "rule": {"code": "share"}}]
    assert (told["replayed"], told["userErrors"]) == (False, [])
    again = (await ana.ask(CLAIM, type="share.posted", note="At the library", at=at, key="k"))["submitClaim"]
    assert again == told | {"replayed": True}
    waiting = (await boss.ask(WAITING))["community"]["contributionsToReview"]
    assert [edge["node"]["id"] for edge in waiting["edges"]] == [claim["id"]]
    before = (await ana.ask(BALANCE))["me"]["balance"]
    reviewed = (await boss.ask(REVIEW, id=claim["id"], approve=True))["reviewContribution"]
    assert reviewed["contribution"] == {"review": "APPROVED"}
    after = (await ana.ask(BALANCE))["me"]["balance"]
    assert (after["total"] - before["total"], before["pending"], after["pending"]) == (8, 8, 0)
    await assert_whole(circle.ledger.database, circle.community.id)


async def test_what_a_member_has_to_mend(circle: Api) -> None:
    ana, bo, boss = await member(circle, "ana"), await member(circle, "bo"), await operator(circle)
    assert await ana.refused(CLAIM, type="", note="\x00", subject="\n", key="") == [
        ("TEXT_INVALID", ["input", "type"]),
        ("TEXT_INVALID", ["input", "subject"]),
        ("TEXT_INVALID", ["input", "idempotencyKey"]),
        ("TEXT_INVALID", ["input", "note"]),
    ]
    assert await ana.refused(CLAIM, type="payment.settled", key="k") == [("CLAIM_PAYS_NOTHING", ["input", "type"])]
    future = "2026-12-23T10:00:00Z"
    assert await ana.refused(CLAIM, type="share.posted", at=future, key="k") == [
        ("TIME_IN_FUTURE", ["input", "occurredAt"])
    ]
    for asker in (ana, bo):
        told = (await asker.ask(CLAIM, type="share.posted", subject="x", key="same"))["submitClaim"]
        assert told["userErrors"] == []
    assert await ana.refused(CLAIM, type="share.posted", subject="y", key="same") == [
        ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    ]
    assert await boss.codes(CLAIM, type="share.posted", key="k") == ["MEMBERS_ONLY"]


UNDO = """mutation ($key: String!) { undoContribution(community: "garden", source: "ledger:claims", key: $key,
  reason: "It was not so", idempotencyKey: "u") { entries { delta } userErrors { code } } }"""


async def test_an_approved_claim_is_taken_back_by_an_operator(circle: Api) -> None:
    boss, ana = await operator(circle), await member(circle, "ana")
    claim = (await ana.ask(CLAIM, type="share.posted", key="k"))["submitClaim"]["contribution"]
    before = (await ana.ask(BALANCE))["me"]["balance"]["total"]
    await boss.ask(REVIEW, id=claim["id"], approve=True)
    assert (await ana.ask(BALANCE))["me"]["balance"]["total"] == before + 8
    told = (await boss.ask(UNDO, key="1/k"))["undoContribution"]
    assert told == {"entries": [{"delta": -8}], "userErrors": []}
    assert (await ana.ask(BALANCE))["me"]["balance"]["total"] == before
    await assert_whole(circle.ledger.database, circle.community.id)
