"""Stories over GraphQL: told by members, judged by operators, seen by everybody, as frontends ask."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ledger.service.access import Scope
from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api, served
from tests.schema.asker import Asker, event, live, member, operator
from tests.schema.contract import document
from tests.service.sayings import assert_whole

RULEBOOK = """\
community: {tz: Asia/Shanghai}
creates: {story.submitted: story}
units: {points: {floor: 0, claw: debt}}
rules:
  - {id: hello, event: member.hello, amount: 1}
  - {id: story, event: story.submitted, amount: 5, pending: review, undo_on: [story.withdrawn]}
  - {id: featured, event: story.featured, to: story.author, amount: 30, once_per: [story],
     undo_on: [story.unfeatured, story.withdrawn]}
  - {id: thanked, event: reaction.added, to: object.author, amount: 2, when: {not_self: actor},
     undo_on: [{event: reaction.removed, match: [actor]}]}
"""
SUBMIT = """mutation ($title: String!, $body: String!, $key: String!) {
  submitStory(input: {community: "garden", title: $title, body: $body, idempotencyKey: $key}) {
    story { id state title excerpt body author { displayName } thanks iThanked publishedAt featuredAt }
    userErrors { code path message } } }"""
REVIEW = """mutation ($id: ID!, $publish: Boolean!, $reason: String) {
  reviewStory(storyId: $id, publish: $publish, reason: $reason) {
    story { state publishedAt } userErrors { code path message } } }"""
FEATURE = """mutation ($id: ID!, $featured: Boolean!) { featureStory(storyId: $id, featured: $featured) {
  story { state featuredAt } userErrors { code path message } } }"""
WITHDRAW = """mutation ($id: ID!) { withdrawStory(storyId: $id) {
  story { state body } userErrors { code path message } } }"""
THANK = """mutation ($id: ID!, $thanked: Boolean!) { thankStory(storyId: $id, thanked: $thanked) {
  story { id thanks iThanked } userErrors { code path message } } }"""
STORIES = """query ($states: [StoryState!], $featured: Boolean) { community(slug: "garden") {
  stories(states: $states, featured: $featured) { totalCount edges { node { id title state } } } } }"""
BALANCE = "{ me { balance { total pending } } }"


@pytest.fixture
async def tellers(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community where ana, bo and cai have said hello."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        await live(api, [event(f"hello-{name}", "member.hello", name) for name in ("ana", "bo", "cai")])
        yield api


async def told(teller: Asker, title: str, body: str = "It rained.", key: str = "") -> str:
    """Submit a story; return its id."""
    data = await teller.ask(SUBMIT, title=title, body=body, key=key or title)
    assert data["submitStory"]["userErrors"] == []
    return str(data["submitStory"]["story"]["id"])


async def titles(asker: Asker, **variables: object) -> list[str]:
    """Return the titles of the stories that somebody sees, in order."""
    found = (await asker.ask(STORIES, **variables))["community"]["stories"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["title"] for edge in found["edges"]]


async def test_a_story_from_telling_to_withdrawing(tellers: Api, clock: Clock) -> None:
    ana, bo, boss = await member(tellers, "ana"), await member(tellers, "bo"), await operator(tellers)
    body = "It rained.\n\nThen " + "the sun came out again " * 8
    data = (await ana.ask(SUBMIT, title="Rain", body=body, key="k"))["submitStory"]["story"]
    story = data["id"]
    assert data["excerpt"].startswith("It rained. Then the sun")
    assert data["excerpt"].endswith("…")
    assert len(data["excerpt"]) <= 141
    assert data | {"id": "", "excerpt": ""} == {
        "id": "",
        "state": "SUBMITTED",
        "title": "Rain",
        "excerpt": "",
        "body": body,
        "author": {"displayName": "ana"},
        "thanks": 0,
        "iThanked": False,
        "publishedAt": None,
        "featuredAt": None,
    }
    assert (await ana.ask(BALANCE))["me"]["balance"] == {"total": 1, "pending": 5}
    reviewed = (await boss.ask(REVIEW, id=story, publish=True, reason="lovely"))["reviewStory"]["story"]
    assert reviewed["state"] == "PUBLISHED"
    assert reviewed["publishedAt"].startswith("2026-11-23T")
    assert (await ana.ask(BALANCE))["me"]["balance"] == {"total": 6, "pending": 0}
    assert (await boss.ask(FEATURE, id=story, featured=True))["featureStory"]["story"]["state"] == "FEATURED"
    thanked = await bo.ask(document("08-stories.graphql", "ThankStory"), id=story, thanked=True)
    assert thanked["thankStory"] == {"story": {"id": story, "thanks": 1, "iThanked": True}, "userErrors": []}
    assert (await ana.ask(BALANCE))["me"]["balance"]["total"] == 38
    asked = document("08-stories.graphql", "Stories")
    [edge] = (await bo.ask(asked))["me"]["community"]["stories"]["edges"]
    assert (edge["node"]["title"], edge["node"]["thanks"], edge["node"]["iThanked"]) == ("Rain", 1, True)
    assert edge["node"]["author"]["displayName"] == "ana"
    assert (await ana.ask(WITHDRAW, id=story))["withdrawStory"]["story"] == {"state": "WITHDRAWN", "body": body}
    assert (await ana.ask(BALANCE))["me"]["balance"]["total"] == 1 + 2
    await assert_whole(tellers.ledger.database, tellers.community.id)


async def test_who_sees_which_stories(tellers: Api) -> None:
    ana, bo, boss = await member(tellers, "ana"), await member(tellers, "bo"), await operator(tellers)
    ids = {title: await told(ana, title) for title in ("waits", "public", "best", "no", "gone")}
    for title in ("public", "best"):
        await boss.ask(REVIEW, id=ids[title], publish=True)
    await boss.ask(FEATURE, id=ids["best"], featured=True)
    await boss.ask(REVIEW, id=ids["no"], publish=False)
    await ana.ask(WITHDRAW, id=ids["gone"])
    reader = Asker(tellers, await tellers.key({Scope.MEMBERS_READ}))
    every = ["gone", "no", "best", "public", "waits"]
    assert await titles(boss) == await titles(ana) == every
    assert await titles(bo) == await titles(reader) == ["best", "public"]
    assert await titles(bo, states=["SUBMITTED", "FEATURED"]) == ["best"]
    assert await titles(boss, states=["SUBMITTED"]) == await titles(ana, states=["SUBMITTED"]) == ["waits"]
    assert await titles(ana, featured=False) == ["gone", "no", "public", "waits"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Story { title } } }"
    for asker, seen in ((boss, set(ids)), (ana, set(ids)), (bo, {"best", "public"}), (reader, {"best", "public"})):
        found = (await asker.ask(query, ids=list(ids.values())))["nodes"]
        assert {one["title"] for one in found if one} == seen
    blind = Asker(tellers, await tellers.key({Scope.EVENTS_WRITE}))
    assert await blind.codes(STORIES) == ["MISSING_SCOPE"]


async def test_the_latest_featured_comes_first(tellers: Api, clock: Clock) -> None:
    ana, boss = await member(tellers, "ana"), await operator(tellers)
    ids = {title: await told(ana, title) for title in ("one", "two", "three")}
    for title in ("two", "three", "one"):
        clock.advance(1_000_000)
        await boss.ask(REVIEW, id=ids[title], publish=True)
        await boss.ask(FEATURE, id=ids[title], featured=True)
    assert await titles(ana, featured=True) == ["one", "three", "two"]
    page = """query ($after: String) { community(slug: "garden") {
        stories(featured: true, first: 2, after: $after) {
            edges { node { title } } pageInfo { hasNextPage endCursor } } } }"""
    first = (await ana.ask(page))["community"]["stories"]
    assert [edge["node"]["title"] for edge in first["edges"]] == ["one", "three"]
    rest = (await ana.ask(page, after=first["pageInfo"]["endCursor"]))["community"]["stories"]
    assert [edge["node"]["title"] for edge in rest["edges"]] == ["two"]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_what_a_person_has_to_mend(tellers: Api) -> None:
    ana, bo, boss = await member(tellers, "ana"), await member(tellers, "bo"), await operator(tellers)
    assert await ana.refused(SUBMIT, title="", body=" \n", key="") == [
        ("TEXT_INVALID", ["input", "title"]),
        ("TEXT_INVALID", ["input", "body"]),
        ("TEXT_INVALID", ["input", "idempotencyKey"]),
    ]
    assert await ana.refused(SUBMIT.replace("garden", "nowhere"), title="t", body="b", key="k") == [
        ("COMMUNITY_UNKNOWN", ["input", "community"])
    ]
    story = await told(ana, "Rain", key="k")
    assert await told(ana, "Rain", key="k") == story
    assert await told(bo, "Rain", key="k") != story
    assert await ana.refused(SUBMIT, title="Snow", body="b", key="k") == [
        ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])
    ]
    assert await bo.refused(THANK, id=story, thanked=True) == [("STORY_UNKNOWN", ["storyId"])]
    assert await bo.refused(WITHDRAW, id=story) == [("STORY_UNKNOWN", ["storyId"])]
    assert await boss.refused(FEATURE, id=story, featured=True) == [("STORY_DONE", ["storyId"])]
    assert await boss.refused(REVIEW, id=story, publish=True, reason="\x00") == [("TEXT_INVALID", ["reason"])]
    await boss.ask(REVIEW, id=story, publish=True)
    assert await bo.refused(WITHDRAW, id=story) == [("STORY_NOT_YOURS", ["storyId"])]
    assert await ana.refused(THANK, id=story, thanked=True) == [("OWN_STORY", ["storyId"])]
    chinese = await bo.speaking("zh").ask(WITHDRAW, id=story)
    assert chinese["withdrawStory"]["userErrors"][0]["message"] == "只有作者和管理员能撤回故事。"


async def test_stories_are_told_by_members_not_by_keys(tellers: Api) -> None:
    boss, nobody = await operator(tellers), Asker(tellers, None)
    for query, more in ((SUBMIT, {"title": "t", "body": "b", "key": "k"}), (THANK, {"id": "x", "thanked": True})):
        assert await boss.codes(query, **more) == ["MEMBERS_ONLY"]
        assert await nobody.codes(query, **more) == ["UNAUTHORIZED"]
    assert await nobody.codes(WITHDRAW, id="x") == ["UNAUTHORIZED"]
