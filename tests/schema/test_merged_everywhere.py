"""Two members who did everything are one person, signed in by either name, and two again after spending."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.events import RedemptionStatus
from ledger.service.writer import Writer
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api, served
from tests.schema.asker import Asker, id_of, member, operator
from tests.schema.everywhere import RULEBOOK, SECRET, everywhere
from tests.schema.test_erased_everywhere import whole

MERGE = """mutation ($into: ID!, $from: ID!) { mergeMembers(into: $into, from: $from, reason: "one phone") {
  merge { id } userErrors { code message } } }"""
UNMERGE = """mutation ($id: ID!) { unmergeMembers(mergeId: $id, reason: "two") { userErrors { code message } } }"""
DECLINE = """mutation ($inputs: [FulfilInput!]!) { fulfilRedemptions(inputs: $inputs) { userErrors { code } } }"""
ME = """query ($activity: ID!, $story: ID!) { me { id balance { total lifetimeSpent }
  redemptions { totalCount edges { node { status voucher note member { id } perk { code } } } }
  standing { state warnings } violations { totalCount edges { node { evidence appealable member { id } } } }
  offers { blocks } milestones { code } impact { peopleHelped answersAccepted storiesFeatured thanksReceived }
  rhythm(weeks: 1) { weeks { contributions } }
  community { perks { code forMe { blocks redeemedCount } }
    stories { edges { node { title state author { id } } } } } }
  activity: node(id: $activity) { ... on Activity { myRsvp goingCount host { id } } }
  story: node(id: $story) { ... on Story { iThanked state author { id } } } }"""


@pytest.fixture
async def garden(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community that does everything."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        yield api


async def _waiting(boss: Asker) -> list[str]:
    query = '{ community(slug: "garden") { redemptions(status: [REQUESTED, APPROVED]) { edges { node { id } } } } }'
    found = (await boss.ask(query))["community"]["redemptions"]["edges"]
    return [one["node"]["id"] for one in found]


async def test_whoever_acts_for_another_has_what_came_by_their_name_until_they_are_parted(garden: Api) -> None:
    done = await everywhere(garden)
    boss, place = await operator(garden), garden.community.id
    ana, bo = await id_of(garden, "ana"), await id_of(garden, "bo")
    things = {
        "activity": write_id("Activity", place, done.activity),
        "story": write_id("Story", place, done.told),
    }
    alone = await (await member(garden, "ana")).ask(ME, **things)
    refused = (await boss.ask(MERGE, **{"into": bo, "from": ana}))["mergeMembers"]["userErrors"]
    assert [one["code"] for one in refused] == ["POINTS_HELD"]
    declined = [{"redemptionId": one, "action": "DECLINE"} for one in await _waiting(boss)]
    assert len(declined) == 2
    await boss.ask(DECLINE, inputs=declined)
    merge = (await boss.ask(MERGE, **{"into": bo, "from": ana}))["mergeMembers"]["merge"]["id"]
    await whole(garden)

    for name in ("ana", "bo"):
        told = await (await member(garden, name)).ask(ME, **things)
        me = told["me"]
        assert me["id"] == bo
        mine = [one["node"] for one in me["redemptions"]["edges"]]
        assert (me["redemptions"]["totalCount"], len(mine)) == (3, 3)
        assert {one["member"]["id"] for one in mine} == {bo}
        [mug] = [one for one in mine if one["status"] == RedemptionStatus.FULFILLED]
        assert (mug["voucher"], mug["note"]) == (SECRET, f"for {SECRET}")
        assert me["balance"]["lifetimeSpent"] == 10
        assert (me["standing"], me["violations"]["totalCount"]) == ({"state": "WARNED", "warnings": 1}, 1)
        assert me["violations"]["edges"][0]["node"]["member"] == {"id": bo}
        assert me["offers"] == [{"blocks": ["SHOWN_RECENTLY"]}]
        assert {"first_contribution", "first_help", "first_featured"} <= {one["code"] for one in me["milestones"]}
        assert me["impact"] == {
            "peopleHelped": 1,
            "answersAccepted": 0,
            "storiesFeatured": 1,
            "thanksReceived": 1,
        }, "bo's own thanks for ana's story are for a story of his own now"
        assert me["rhythm"]["weeks"][0]["contributions"] > alone["me"]["rhythm"]["weeks"][0]["contributions"]
        stories = [one["node"] for one in me["community"]["stories"]["edges"]]
        assert {one["state"] for one in stories} == {"FEATURED", "SUBMITTED"}
        assert {one["author"]["id"] for one in stories} == {bo}
        assert told["activity"] == {"myRsvp": "GOING", "goingCount": 1, "host": {"id": bo}}
        assert told["story"] == {"iThanked": True, "state": "FEATURED", "author": {"id": bo}}

    redeem = """mutation ($id: ID!, $key: String!) { redeemPerk(input: {perkId: $id, expectedCost: 10,
        idempotencyKey: $key}) { redemption { id member { id } } userErrors { code } } }"""
    cup = write_id("Perk", place, "mug")
    made = (await (await member(garden, "ana")).ask(redeem, id=cup, key="more"))["redeemPerk"]
    assert made["redemption"]["member"] == {"id": bo}
    await boss.ask(DECLINE, inputs=[{"redemptionId": made["redemption"]["id"], "action": "FULFIL"}])
    before = await _balances(boss)
    undone = (await boss.ask(UNMERGE, id=merge))["unmergeMembers"]
    assert undone["userErrors"] == []
    await whole(garden)
    parted = await _balances(boss)
    assert parted[bo] + parted[ana] == before[bo]
    me = (await (await member(garden, "ana")).ask(ME, **things))["me"]
    assert (me["id"], me["redemptions"]["totalCount"], me["balance"]["lifetimeSpent"]) == (ana, 3, 10)
    me = (await (await member(garden, "bo")).ask(ME, **things))["me"]
    assert (me["redemptions"]["totalCount"], me["violations"]["totalCount"]) == (1, 0)
    assert me["standing"]["state"] == "GOOD"


async def _balances(boss: Asker) -> dict[str, Any]:
    query = '{ community(slug: "garden") { members { edges { node { id balance { total } } } } } }'
    found = (await boss.ask(query))["community"]["members"]["edges"]
    return {one["node"]["id"]: one["node"]["balance"]["total"] for one in found}


async def test_a_merged_person_who_is_erased_is_nobody_by_either_name(garden: Api) -> None:
    await everywhere(garden)
    boss = await operator(garden)
    ana, bo = await id_of(garden, "ana"), await id_of(garden, "bo")
    await boss.ask(DECLINE, inputs=[{"redemptionId": one, "action": "DECLINE"} for one in await _waiting(boss)])
    await boss.ask(MERGE, **{"into": bo, "from": ana})
    await boss.ask("mutation ($id: ID!) { eraseMember(memberId: $id) { userErrors { code } } }", id=bo)
    handle = '{ memberByHandle(community: "garden", platform: "chat", externalId: "%s") { id } }'
    for name in ("ana", "bo"):
        assert (await boss.ask(handle % name))["memberByHandle"] is None
    seen = await boss.ask('{ community(slug: "garden") { memberCount stories { totalCount } } }')
    assert seen["community"] == {"memberCount": 1, "stories": {"totalCount": 0}}
    await whole(garden)
