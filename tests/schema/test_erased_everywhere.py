"""An erased member leaves sums, hashes and boards consistent over all there is, and returns as nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.rhythm.activities import Answer, AnswerActivity
from ledger.core.rhythm.rounds import CloseRound
from ledger.service.rebuild import rebuild
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.engine import Database
from ledger.store.tables import SHARED, TABLES
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api, served
from tests.schema.asker import Asker, event, id_of, live, member, operator
from tests.schema.everywhere import RULEBOOK, SECRET, SEED, Everywhere, everywhere
from tests.service.sayings import rows_of
from tests.stall import Stall

ERASE = "mutation ($id: ID!) { eraseMember(memberId: $id) { userErrors { code } } }"
SEEN = """{ community(slug: "garden") {
  memberCount members { edges { node { displayName } } }
  perks { code stock { available reserved } codesLeft }
  redemptions(status: [REQUESTED, APPROVED]) { totalCount }
  stories { totalCount } contributionsToReview { totalCount }
  wantedGroups { edges { node { wanted handles { externalId } member { id } } } }
  leaderboard(period: ALL_TIME) { participants top { member { displayName } } }
  violations { edges { node { evidence note appeal member { displayName } } } }
  journal { type data } } }"""
ME = """{ me { id displayName balance { total } redemptions { totalCount } standing { state }
  violations { totalCount } milestones { code } impact { thanksReceived storiesFeatured }
  handles { externalId } offers { blocks } community { stories { totalCount } } } }"""


@pytest.fixture
async def garden(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community that does everything."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        yield api


async def everything(api: Api) -> str:
    """Return all that is stored of the community, as one text: the log, the books, and what is beside them."""
    names = sorted(set(TABLES) - SHARED)
    return str([await rows_of(api.ledger.database, api.community.id, name) for name in names])


async def whole(api: Api) -> None:
    """Check that everything is as the log says, also after a rebuild, and that units sum to what was given."""
    found = await verify(api.ledger.database, api.community.id)
    assert [str(one) for one in found.differences] == []
    await rebuild(api.ledger.database, api.community.id)
    assert await verify(api.ledger.database, api.community.id) == found


async def balances(api: Api) -> Counter[int]:
    rows = await rows_of(api.ledger.database, api.community.id, "account", "member", "balance")
    return Counter(dict(rows))


async def seen(asker: Asker) -> dict[str, Any]:
    return dict((await asker.ask(SEEN))["community"])


async def gone(api: Api) -> Everywhere:
    """Let everything happen, and ana erase herself."""
    done = await everywhere(api)
    ana = await member(api, "ana")
    assert (await ana.ask(ERASE, id=await id_of(api, "ana")))["eraseMember"]["userErrors"] == []
    return done


async def test_sums_and_hashes_stay_and_no_word_about_them_is_left(garden: Api) -> None:
    done = await everywhere(garden)
    await whole(garden)
    assert (await everything(garden)).count(SECRET) > 10
    before, sums = await verify(garden.ledger.database, garden.community.id), await balances(garden)
    ana = await member(garden, "ana")
    assert (await ana.ask(ERASE, id=await id_of(garden, "ana")))["eraseMember"]["userErrors"] == []
    stored = await everything(garden)
    assert SECRET not in stored
    assert SECRET not in str(await seen(await operator(garden)))
    assert await balances(garden) == sums, "what was held is theirs again, who are nobody"
    hashes: dict[int, bytes] = dict(
        await rows_of(garden.ledger.database, garden.community.id, "event", "position", "hash")
    )
    assert hashes[before.events] == before.head
    held = await rows_of(garden.ledger.database, garden.community.id, "account", "member", "held", "pending")
    assert [row[1:] for row in held if row[0] == done.ana] == [(0, 0)]
    await whole(garden)


async def test_what_they_had_asked_for_and_where_they_had_a_place_is_there_for_others(garden: Api) -> None:
    done = await gone(garden)
    boss = await operator(garden)
    found = await seen(boss)
    stock = {one["code"]: (one["stock"]["available"], one["stock"]["reserved"]) for one in found["perks"]}
    assert stock["mug"] == (1, 0), "the one that she got is gone"
    assert found["redemptions"]["totalCount"] == 0
    assert {one["code"]: one["codesLeft"] for one in found["perks"]}["key"] == 1
    stall = Stall(garden.ledger, garden.community)
    await stall.do(AnswerActivity(activity=done.activity, member=done.bo, answer=Answer.GOING))
    await stall.do(CloseRound(key="r", code="chain", seed=SEED, by="cli", draw=1))
    query = '{ community(slug: "garden") { rounds { entrants winners { number } } } }'
    [drawn] = (await boss.ask(query))["community"]["rounds"]
    assert drawn == {"entrants": [done.bo], "winners": [{"number": done.bo}]}
    activity = "query ($id: ID!) { node(id: $id) { ... on Activity { goingCount joinUrl host { id } } } }"
    walk = (await boss.ask(activity, id=write_id("Activity", garden.community.id, done.activity)))["node"]
    assert walk == {"goingCount": 1, "joinUrl": None, "host": None}
    await whole(garden)


async def test_they_are_in_no_list_and_on_no_board(garden: Api) -> None:
    done = await gone(garden)
    boss = await operator(garden)
    found = await seen(boss)
    assert found["memberCount"] == 2
    assert [one["node"]["displayName"] for one in found["members"]["edges"]] == ["Bo", "Cai"]
    assert {row["member"]["displayName"] for row in found["leaderboard"]["top"]} <= {"Bo", "Cai"}
    assert (found["stories"]["totalCount"], found["contributionsToReview"]["totalCount"]) == (0, 0)
    theirs = write_id("Member", garden.community.id, done.ana)
    wishes = [one["node"] for one in found["wantedGroups"]["edges"] if one["node"]["member"]["id"] == theirs]
    assert wishes
    assert all(not one["wanted"] and one["handles"] == [] for one in wishes)
    [report] = [one["node"] for one in found["violations"]["edges"]]
    assert report == {"evidence": None, "note": None, "appeal": None, "member": {"displayName": "former member"}}
    story = write_id("Story", garden.community.id, done.told)
    assert (await boss.ask("query ($id: ID!) { node(id: $id) { id } }", id=story))["node"] is None
    former = "query ($id: ID!) { member(id: $id) { displayName handles { externalId } milestones { title } } }"
    told = (await boss.ask(former, id=theirs))["member"]
    assert (told["displayName"], told["handles"]) == ("former member", [])
    feature = """mutation ($id: ID!) {
        featureStory(storyId: $id, featured: true) { userErrors { code path message } } }"""
    assert await boss.refused(feature, id=story) == [("STORY_UNKNOWN", ["storyId"])]


async def test_who_comes_back_is_nobody_that_was_here(garden: Api) -> None:
    done = await gone(garden)
    await live(garden, [event("back", "member.hello", "ana", n=3, display_name="Ana again")])
    ana = await member(garden, "ana")
    me = (await ana.ask(ME))["me"]
    assert me["id"] != write_id("Member", garden.community.id, done.ana)
    assert me | {"id": ""} == {
        "id": "",
        "displayName": "Ana again",
        "balance": {"total": 3},
        "redemptions": {"totalCount": 0},
        "standing": {"state": "GOOD"},
        "violations": {"totalCount": 0},
        "milestones": [{"code": "first_contribution"}],
        "impact": {"thanksReceived": 0, "storiesFeatured": 0},
        "handles": [{"externalId": "ana"}],
        "offers": [{"blocks": ["NO_VALUE_YET"]}],
        "community": {"stories": {"totalCount": 0}},
    }
    late = [
        event("late", "reaction.removed", "cai", subject="answer", title=f"again {SECRET}"),
        event("later", "message.quoted", "cai", subject="answer", excerpt=SECRET),
    ]
    await live(garden, late)
    assert SECRET not in await everything(garden), "what comes later about her things says nothing of her either"
    await whole(garden)
