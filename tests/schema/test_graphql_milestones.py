"""What members reached and what their deeds were to others: celebrated once, with whom it is welcome."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.values import DAY
from ledger.service.writer import Writer
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import Clock
from tests.guard import TenantGuard
from tests.schema.api import Api, served
from tests.schema.asker import Asker, event, id_of, live, member, operator
from tests.schema.contract import document
from tests.service.sayings import assert_whole

RULEBOOK = """\
community: {tz: Asia/Shanghai, accept_late: 30d}
units: {points: {floor: 0, claw: debt}}
creates: {share.posted: share, answer.posted: answer, story.submitted: story}
rules:
  - {id: share, event: share.posted, amount: 5, undo_on: [share.removed]}
  - {id: answer, event: answer.posted, amount: 3}
  - {id: helped, event: answer.accepted, to: answer.author, amount: 10, when: {not_self: actor},
     caps: [{count: 1, per: day}], undo_on: [answer.unaccepted]}
  - {id: thanked, event: reaction.added, to: object.author, amount: 2, when: {not_self: actor},
     undo_on: [{event: reaction.removed, match: [actor]}]}
  - {id: story, event: story.submitted, amount: 5, pending: review}
  - {id: featured, event: story.featured, to: story.author, amount: 30}
streaks:
  - {id: weeks, per: week, from: [share], reward: {2: 7}}
  - {id: days, per: day, from: [share], reward: {1: 1}}
activities:
  - {id: share_day, at: 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=20', for: 2h, names: {zh-CN: 分享日, en: Sharing day}}
tiers:
  circle:
    every: day@04:00
    levels:
      - {id: newcomer}
      - {id: regular, enter: {all: [{metric: points.earned, gte: 10}]}, stay: forever,
         names: {zh-CN: 常客, en: Regular}}
"""
MILESTONES = """query ($unseen: Boolean, $first: Int) { me {
  milestones(unseenOnly: $unseen, first: $first) {
    id code title body occurredAt seen tier { code } story { title } } } }"""
IMPACT = """query ($id: ID!) { member(id: $id) {
  impact { peopleHelped answersAccepted storiesFeatured thanksReceived } milestones { code } } }"""
SEEN = """mutation ($ids: [ID!]!) { acknowledgeMilestones(ids: $ids) {
  member { milestones(unseenOnly: true) { code } } userErrors { code path message } } }"""


@pytest.fixture
async def circle(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community with something to reach, on Monday evening in Shanghai, on its sharing day."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        yield api


async def _codes(asker: Asker, **variables: Any) -> list[str]:
    found = (await asker.ask(MILESTONES, **variables))["me"]["milestones"]
    return [one["code"] for one in found]


async def _first_week(api: Api, clock: Clock) -> None:
    await live(api, [event("s1", "share.posted", "ana", subject="s1", title="Seeds")])
    clock.advance(DAY)
    await live(api, [event("r1", "reaction.added", "bo", subject="s1")])
    clock.advance(6 * DAY)
    await live(api, [event("s2", "share.posted", "ana", subject="s2")])


async def test_milestones_come_with_what_happens_and_each_is_celebrated_once(circle: Api, clock: Clock) -> None:
    await live(circle, [event("hello", "hello", "ana")])
    ana = await member(circle, "ana")
    assert await _codes(ana, unseen=True) == []
    await _first_week(circle, clock)
    ana = await member(circle, "ana")
    found = (await ana.ask(MILESTONES, unseen=True))["me"]["milestones"]
    assert [one["code"] for one in found] == ["level_reached", "weeks_together", "first_help", "first_contribution"]
    level, weeks, *_ = found
    assert (level["title"], level["tier"], level["seen"]) == ("You are Regular now", {"code": "regular"}, False)
    assert weeks["title"] == "2 weeks together"
    chinese = (await ana.speaking("zh").ask(MILESTONES))["me"]["milestones"]
    assert [one["title"] for one in chinese[:2]] == ["你现在是常客了", "一起走过 2 周"]
    assert all(one["body"] for one in (*found, *chinese))
    assert await _codes(ana, unseen=True, first=1) == ["level_reached"]

    payload = (await ana.ask(SEEN, ids=[level["id"], weeks["id"]]))["acknowledgeMilestones"]
    assert payload == {
        "member": {"milestones": [{"code": "first_help"}, {"code": "first_contribution"}]},
        "userErrors": [],
    }
    assert await _codes(ana, unseen=True) == ["first_help", "first_contribution"]
    assert [one["seen"] for one in (await ana.ask(MILESTONES))["me"]["milestones"]] == [True, True, False, False]
    await ana.ask(SEEN, ids=[level["id"]])
    assert (await ana.ask("query ($id: ID!) { node(id: $id) { id } }", id=level["id"]))["node"] == {
        "id": level["id"]
    }
    await assert_whole(circle.ledger.database, circle.community.id)


async def test_with_who_wishes_for_no_celebrations_none_are_held(circle: Api, clock: Clock) -> None:
    await live(circle, [event("hello", "hello", "ana")])
    await _first_week(circle, clock)
    ana = await member(circle, "ana")
    await ana.ask("mutation { updatePreferences(input: {celebrate: false}) { member { id } } }")
    assert await _codes(ana, unseen=True) == []
    assert "level_reached" in await _codes(ana), "what they reached they still see"


async def test_a_featured_story_is_one_and_what_was_taken_back_is_none(circle: Api, clock: Clock) -> None:
    await live(circle, [event("s1", "share.posted", "ana", subject="s1")])
    ana = await member(circle, "ana")
    assert await _codes(ana) == ["first_contribution"]
    clock.advance(DAY)
    await live(circle, [event("u1", "share.removed", subject="s1")])
    ana = await member(circle, "ana")
    assert await _codes(ana) == []
    await live(
        circle,
        [
            event("st", "story.submitted", "ana", subject="st", title="Rain", body="It rained."),
            event("f", "story.featured", subject="st"),
        ],
    )
    [featured] = [one for one in (await ana.ask(MILESTONES))["me"]["milestones"] if one["story"]]
    assert (featured["code"], featured["story"]) == ("first_featured", {"title": "Rain"})


async def test_impact_counts_others_and_what_stands(circle: Api, clock: Clock) -> None:
    await live(
        circle,
        [
            event("a1", "answer.posted", "ana", subject="a1"),
            event("a2", "answer.posted", "ana", subject="a2"),
            event("ok1", "answer.accepted", "bo", subject="a1"),
            event("ok2", "answer.accepted", "cai", subject="a2"),
            event("own", "reaction.added", "ana", subject="a1"),
            event("t1", "reaction.added", "bo", subject="a1"),
            event("t2", "reaction.added", "dan", subject="a1"),
            event("t3", "reaction.added", "dan", subject="a1"),
            event("t4", "reaction.added", "eva", subject="a2"),
            event("t5", "reaction.removed", "eva", subject="a2"),
            event("st", "story.submitted", "ana", subject="st", title="Rain"),
            event("f", "story.featured", subject="st"),
        ],
    )
    id_, bo = await id_of(circle, "ana"), await member(circle, "bo")
    expected = {"peopleHelped": 3, "answersAccepted": 2, "storiesFeatured": 1, "thanksReceived": 2}
    seen = (await bo.ask(IMPACT, id=id_))["member"]
    assert seen == {"impact": expected, "milestones": None}, "milestones are a member's own"
    await live(circle, [event("no", "answer.unaccepted", "bo", subject="a1")])
    assert (await bo.ask(IMPACT, id=id_))["member"]["impact"]["answersAccepted"] == 1
    merge = """mutation ($into: ID!, $from: ID!) {
        mergeMembers(into: $into, from: $from, reason: "r") { userErrors { code } } }"""
    asker = await operator(circle)
    await asker.ask(merge, **{"into": await id_of(circle, "dan"), "from": await id_of(circle, "cai")})
    assert (await bo.ask(IMPACT, id=id_))["member"]["impact"]["peopleHelped"] == 2, "dan and cai are one"
    await asker.ask(merge, **{"into": await id_of(circle, "ana"), "from": await id_of(circle, "dan")})
    mine = (await bo.ask(IMPACT, id=id_))["member"]["impact"]
    assert mine == {"peopleHelped": 1, "answersAccepted": 0, "storiesFeatured": 1, "thanksReceived": 1}


async def test_a_contribution_tells_its_thanks_and_its_activity(circle: Api, clock: Clock) -> None:
    query = """query ($key: String!) { contribution(community: "garden", source: "chat:room", key: $key) {
        thanks activity { id title startsAt } } }"""
    asker = await operator(circle)
    await live(
        circle,
        [
            event("s1", "share.posted", "ana", subject="s1"),
            event("r1", "reaction.added", "bo", subject="s1"),
            event("r2", "reaction.added", "cai", subject="s1"),
        ],
    )
    told = (await asker.ask(query, key="s1"))["contribution"]
    assert told["thanks"] == 2
    assert (told["activity"]["title"], told["activity"]["startsAt"]) == ("Sharing day", "2026-11-23T12:00:00.000Z")
    assert (await asker.ask(query, key="r1"))["contribution"]["thanks"] == 0, "it made nothing"
    clock.advance(DAY)
    await live(circle, [event("s2", "share.posted", "ana", subject="s2")])
    assert (await asker.ask(query, key="s2"))["contribution"] == {"thanks": 0, "activity": None}
    named = {"activity": "share_day/2026-11-23T12:00:00Z"}
    await live(circle, [event("s3", "share.posted", "ana", subject="s3", **named)])
    assert (await asker.ask(query, key="s3"))["contribution"]["activity"]["startsAt"] == "2026-11-23T12:00:00.000Z"


async def test_only_ones_own_milestones_are_seen(circle: Api, clock: Clock) -> None:
    await live(
        circle,
        [event("s1", "share.posted", "ana", subject="s1"), event("s2", "share.posted", "bo", subject="s2")],
    )
    ana, bo = await member(circle, "ana"), await member(circle, "bo")
    [mine] = (await ana.ask(MILESTONES))["me"]["milestones"]
    unknown = [("MILESTONE_UNKNOWN", ["ids"])]
    assert await bo.refused(SEEN, ids=[mine["id"]]) == unknown
    assert await bo.refused(SEEN, ids=["eA"]) == unknown
    never = write_id("Milestone", circle.community.id, "2.first_featured")
    assert await bo.refused(SEEN, ids=[never]) == unknown
    assert (await bo.ask("query ($id: ID!) { node(id: $id) { id } }", id=mine["id"]))["node"] is None
    assert await _codes(ana, unseen=True) == ["first_contribution"]
    assert await (await operator(circle)).codes(SEEN, ids=[mine["id"]]) == ["MEMBERS_ONLY"]
    assert await Asker(circle, None).codes(SEEN, ids=[mine["id"]]) == ["UNAUTHORIZED"]
    assert await ana.codes(SEEN, ids=[mine["id"]] * 101) == ["TOO_MANY"]


async def test_real_frontends_acknowledge(circle: Api, clock: Clock) -> None:
    await live(circle, [event("s1", "share.posted", "ana", subject="s1")])
    ana = await member(circle, "ana")
    [mine] = (await ana.ask(MILESTONES))["me"]["milestones"]
    told = await ana.ask(document("10-preferences.graphql", "AcknowledgeMilestones"), ids=[mine["id"]])
    assert told["acknowledgeMilestones"]["member"]["milestones"] == []
    assert (await ana.ask(document("10-preferences.graphql", "MyPreferences")))["me"]["preferences"]["celebrate"]


async def test_a_page_of_members_is_read_in_so_many_statements(circle: Api, guard: TenantGuard) -> None:
    for number in range(2):
        await live(circle, [event(f"{number}-s", "share.posted", f"m{number}", subject=f"s{number}")])
    asker = await operator(circle)
    query = """{ community(slug: "garden") { members { edges { node {
        impact { thanksReceived } milestones { code title } } } } } }"""
    await asker.ask(query)
    before = guard.seen
    await asker.ask(query)
    few = guard.seen - before
    for number in range(2, 9):
        await live(circle, [event(f"{number}-s", "share.posted", f"m{number}", subject=f"s{number}")])
    before = guard.seen
    await asker.ask(query)
    assert guard.seen - before == few


async def test_a_line_in_detail_as_a_frontend_asks_for_it(circle: Api) -> None:
    await live(
        circle,
        [
            event("s1", "share.posted", "ana", subject="s1", title="Seeds"),
            event("r1", "reaction.added", "bo", subject="s1"),
        ],
    )
    ana = await member(circle, "ana")
    lines = (await ana.ask("{ me { entries { edges { node { id reason { code } } } } } }"))["me"]["entries"][
        "edges"
    ]
    [line] = [one["node"]["id"] for one in lines if one["node"]["reason"]["code"] == "share"]
    told = await ana.ask(document("03-entry-detail.graphql", "EntryDetail"), id=line)
    done = told["me"]["entry"]["contribution"]
    assert (done["title"], done["thanks"], done["activity"]["title"]) == ("Seeds", 1, "Sharing day")
