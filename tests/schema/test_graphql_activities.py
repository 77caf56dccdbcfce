"""Activities over GraphQL: the agenda, what is put on it, who comes and who came, as frontends ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.values import HOUR, MINUTE
from ledger.service.access import Scope
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
community: {tz: Asia/Shanghai}
units: {points: {floor: 0, claw: debt}}
rules:
  - {id: hello, event: member.hello, amount: {from: data.n}}
  - {id: topic, event: topic.joined, amount: 2}
  - {id: game, event: game.won, amount: {by_rank: [10, 6, 3]}, only_in: [game_night]}
  - {id: came, event: activity.attended, amount: 1}
  - {id: host, event: activity.hosted, amount: 15}
activities:
  - {id: game_night, at: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=20', for: 1h, unlock: [game],
     names: {zh-CN: 游戏夜, en: Game night}}
  - {id: share_day, at: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=20', for: 2h, multiply: {topic: 2}}
tiers:
  circle: {every: event, measure: points.balance, stay: while, levels: {ordinary: 2, core: 50}}
"""
WHOLE = """id kind title description startsAt endsAt host { displayName } pointsMin pointsMax minTier joinUrl
  recapUrl capacity prioritySignupUntil series goingCount myRsvp"""
AGENDA = f"""query ($from: DateTime!, $to: DateTime!) {{ community(slug: "garden") {{
  activities(from: $from, to: $to) {{ {WHOLE} }} }} }}"""
SCHEDULE = f"""mutation ($input: ActivityInput!) {{ scheduleActivity(community: "garden", input: $input) {{
  activity {{ {WHOLE} }} userErrors {{ code path message }} }} }}"""
CANCEL = """mutation ($id: ID!, $reason: String) { cancelActivity(activityId: $id, reason: $reason) {
  activity { id } userErrors { code path message } } }"""
ATTEND = """mutation ($id: ID!, $ids: [ID!]!) { recordAttendance(activityId: $id, memberIds: $ids) {
  activity { id } userErrors { code path message } } }"""
RSVP = """mutation ($id: ID!, $answer: Rsvp!) { rsvp(activityId: $id, answer: $answer) {
  activity { goingCount myRsvp } userErrors { code path message } } }"""
WEEK = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-30T00:00:00Z"}


@pytest.fixture
async def club(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community where ana has 60 points, bo 10 and cai 1, on Monday evening in Shanghai."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        told = {"ana": 60, "bo": 10, "cai": 1}
        await live(api, [event(f"hello-{name}", "member.hello", name, n=n) for name, n in told.items()])
        yield api


def walk(**more: Any) -> dict[str, Any]:
    """Return an activity to schedule: a walk on Tuesday evening."""
    names = [{"locale": "en", "text": "A walk"}, {"locale": "zh-CN", "text": "散步"}]
    given = {"code": "walk", "kind": "walk", "title": names, "startsAt": "2026-11-24T12:00:00Z", "minutes": 90}
    return {**given, **more}


async def scheduled(boss: Asker, **more: Any) -> dict[str, Any]:
    """Schedule a walk; return its first occurrence."""
    data = (await boss.ask(SCHEDULE, input=walk(**more)))["scheduleActivity"]
    assert data["userErrors"] == []
    return dict(data["activity"])


async def agenda(asker: Asker, **span: str) -> list[dict[str, Any]]:
    """Return what somebody sees of a week."""
    return list((await asker.ask(AGENDA, **(span or WEEK)))["community"]["activities"])


async def test_the_rulebooks_activities_are_on_the_agenda(club: Api) -> None:
    ana = await member(club, "ana")
    sharing, game = await agenda(ana.speaking("zh"))
    assert game | {"id": ""} == {
        "id": "",
        "kind": "game_night",
        "title": "游戏夜",
        "description": None,
        "startsAt": "2026-11-28T12:00:00.000Z",
        "endsAt": "2026-11-28T13:00:00.000Z",
        "host": None,
        "pointsMin": 3,
        "pointsMax": 10,
        "minTier": None,
        "joinUrl": None,
        "recapUrl": None,
        "capacity": None,
        "prioritySignupUntil": None,
        "series": "game_night",
        "goingCount": 0,
        "myRsvp": None,
    }
    assert (sharing["startsAt"], sharing["pointsMin"], sharing["pointsMax"]) == ("2026-11-25T12:00:00.000Z", 4, 4)
    later = {"from": "2026-11-25T13:59:59Z", "to": "2026-11-28T12:00:00Z"}
    assert [one["series"] for one in await agenda(ana, **later)] == ["share_day"]
    assert await agenda(ana, **{**later, "from": "2026-11-25T14:00:00Z"}) == []
    far = {"from": "2026-11-25T00:00:00Z", "to": "2028-01-01T00:00:00Z"}
    assert await ana.codes(AGENDA, **far) == ["BAD_TIME"]


async def test_a_walk_from_invitation_to_recap(club: Api, clock: Clock) -> None:
    boss, ana, bo = await operator(club), await member(club, "ana"), await member(club, "bo")
    wanted = {"hostId": await id_of(club, "ana"), "joinUrl": "https://meet.example/walk", "capacity": 5}
    first = await scheduled(boss, **wanted)
    assert (first["title"], first["host"], first["joinUrl"]) == (
        "A walk",
        {"displayName": "ana"},
        "https://meet.example/walk",
    )
    assert first == await scheduled(
        boss, hostId=await id_of(club, "ana"), joinUrl="https://meet.example/walk", capacity=5
    )
    assert [one["title"] for one in await agenda(bo.speaking("zh"))] == ["散步", "share_day", "游戏夜"]
    assert (await bo.ask(document("09-calendar.graphql", "AnswerActivity"), id=first["id"], answer="GOING"))[
        "rsvp"
    ] == {
        "activity": {"id": first["id"], "myRsvp": "GOING", "goingCount": 1},
        "userErrors": [],
    }
    asked = document("09-calendar.graphql", "Calendar")
    shown = (await ana.ask(asked, **WEEK))["me"]["community"]["activities"][0]
    assert (shown["goingCount"], shown["myRsvp"], shown["joinUrl"]) == (1, None, "https://meet.example/walk")
    both = [await id_of(club, name) for name in ("bo", "cai")]
    assert await boss.refused(ATTEND, id=first["id"], ids=both) == [("ACTIVITY_NOT_BEGUN", ["activityId"])]
    clock.advance(26 * HOUR)
    ana, bo = await member(club, "ana"), await member(club, "bo")
    assert (await boss.ask(ATTEND, id=first["id"], ids=both))["recordAttendance"]["activity"] == {"id": first["id"]}
    await boss.ask(ATTEND, id=first["id"], ids=both)
    totals = [(await asker.ask("{ me { balance { total } } }"))["me"]["balance"]["total"] for asker in (ana, bo)]
    assert totals == [75, 11]
    recap = event(
        "recap", "activity.recapped", subject="walk/2026-11-24T12:00:00Z", url="https://blog.example/walk"
    )
    await live(club, [recap])
    [again, *_] = await agenda(bo)
    assert (again["recapUrl"], again["myRsvp"]) == ("https://blog.example/walk", "GOING")
    await assert_whole(club.ledger.database, club.community.id)


async def test_a_series_goes_on_without_what_was_cancelled(club: Api) -> None:
    boss, bo = await operator(club), await member(club, "bo")
    first = await scheduled(boss, rrule="FREQ=DAILY")
    days = [one for one in await agenda(bo) if one["series"] == "walk"]
    assert [one["startsAt"][8:13] for one in days] == [f"{day}T12" for day in range(24, 30)]
    assert days[0]["id"] == first["id"]
    assert (await boss.ask(CANCEL, id=days[2]["id"], reason="Rain"))["cancelActivity"]["userErrors"] == []
    assert days[2]["id"] not in [one["id"] for one in await agenda(bo)]
    assert await bo.refused(RSVP, id=days[2]["id"], answer="GOING") == [("ACTIVITY_OVER", ["activityId"])]
    game = next(one for one in await agenda(bo) if one["series"] == "game_night")
    await boss.ask(CANCEL, id=game["id"])
    assert "game_night" not in [one["series"] for one in await agenda(bo)]


async def test_a_series_is_cancelled_whole_by_its_name(club: Api) -> None:
    boss, bo = await operator(club), await member(club, "bo")
    first = await scheduled(boss, rrule="FREQ=DAILY")
    day = next(one for one in await agenda(bo) if one["id"] == first["id"])
    told = (await boss.ask(CANCEL, id=day["series"], reason="No host left"))["cancelActivity"]
    assert told == {"activity": None, "userErrors": []}
    assert day["series"] not in [one["series"] for one in await agenda(bo)]
    assert (await boss.ask(CANCEL, id=day["series"]))["cancelActivity"] == told
    assert await bo.refused(RSVP, id=day["id"], answer="GOING") == [("ACTIVITY_OVER", ["activityId"])]
    for of_the_rulebook in ("game_night", "nonsense", "x" * 500, "a\x00b", ""):
        assert await boss.refused(CANCEL, id=of_the_rulebook) == [("ACTIVITY_UNKNOWN", ["activityId"])]
    await assert_whole(club.ledger.database, club.community.id)


async def test_places_levels_and_priority(club: Api, clock: Clock) -> None:
    boss = await operator(club)
    ana, bo, cai = [await member(club, name) for name in ("ana", "bo", "cai")]
    until = "2026-11-24T11:00:00Z"
    first = await scheduled(
        boss, capacity=1, minTier="ordinary", prioritySignupUntil=until, joinUrl="https://x.example"
    )
    assert await cai.refused(RSVP, id=first["id"], answer="GOING") == [("LEVEL_TOO_LOW", ["answer"])]
    told = await bo.speaking("zh").ask(RSVP, id=first["id"], answer="GOING")
    assert told["rsvp"]["userErrors"][0]["message"] == "在 2026-11-24T11:00:00.000Z 之前，名额优先留给核心群成员。"
    assert (await ana.ask(RSVP, id=first["id"], answer="GOING"))["rsvp"]["activity"]["goingCount"] == 1
    clock.advance(23 * HOUR + MINUTE)
    ana, bo, cai = [await member(club, name) for name in ("ana", "bo", "cai")]
    assert await bo.refused(RSVP, id=first["id"], answer="GOING") == [("ACTIVITY_FULL", ["answer"])]
    await ana.ask(RSVP, id=first["id"], answer="DECLINED")
    assert (await bo.ask(RSVP, id=first["id"], answer="GOING"))["rsvp"]["activity"]["myRsvp"] == "GOING"
    assert [(await agenda(asker))[0]["joinUrl"] for asker in (bo, cai)] == ["https://x.example", None]


async def test_what_an_operator_has_to_mend(club: Api) -> None:
    boss = await operator(club)
    wrong = walk(code="a/b", kind="", title=[], minutes=0, rrule="FREQ=HOURLY", hostId="x")
    assert await boss.refused(SCHEDULE, input=wrong) == [
        ("TEXT_INVALID", ["input", "code"]),
        ("TEXT_INVALID", ["input", "kind"]),
        ("TEXT_INVALID", ["input", "title"]),
        ("LENGTH_OUT_OF_RANGE", ["input", "minutes"]),
        ("RRULE_WRONG", ["input", "rrule"]),
        ("MEMBER_UNKNOWN", ["input", "hostId"]),
    ]
    never = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"
    for rrule in ("FREQ=WEEKLY;BYDAY=SU", "FREQ=DAILY;BYHOUR=9", never, "COUNT=3", "BYDAY=1MO"):
        assert await boss.refused(SCHEDULE, input=walk(rrule=rrule)) == [("RRULE_WRONG", ["input", "rrule"])]
    assert await boss.refused(SCHEDULE, input=walk(startsAt="9999-01-01T00:00:00Z")) == [
        ("RRULE_WRONG", ["input", "startsAt"])
    ]
    assert await boss.refused(SCHEDULE, input=walk(minTier="king")) == [("LEVEL_UNKNOWN", ["input", "minTier"])]
    assert await boss.refused(SCHEDULE, input=walk(code="share_day")) == [("ACTIVITY_EXISTS", ["input", "code"])]
    first = await scheduled(boss)
    assert await boss.refused(SCHEDULE, input=walk(capacity=3)) == [("ACTIVITY_EXISTS", ["input", "code"])]
    other = write_id("Activity", club.community.id, "walk/2026-11-25T12:00:00Z")
    for id_ in ("x", other):
        assert await boss.refused(CANCEL, id=id_) == [("ACTIVITY_UNKNOWN", ["activityId"])]
    assert await boss.refused(ATTEND, id=first["id"], ids=["x"]) == [("MEMBER_UNKNOWN", ["memberIds"])]


async def test_who_sees_the_agenda(club: Api) -> None:
    boss, nobody = await operator(club), Asker(club, None)
    first = await scheduled(boss)
    reader, blind = [Asker(club, await club.key({one})) for one in (Scope.MEMBERS_READ, Scope.EVENTS_WRITE)]
    query = "query ($id: ID!) { node(id: $id) { ... on Activity { series } } }"
    assert len(await agenda(reader)) == 3
    assert (await reader.ask(query, id=first["id"]))["node"] == {"series": "walk"}
    assert await blind.codes(AGENDA, **WEEK) == ["MISSING_SCOPE"]
    assert (await blind.ask(query, id=first["id"]))["node"] is None
    assert await boss.codes(RSVP, id=first["id"], answer="GOING") == ["MEMBERS_ONLY"]
    assert await nobody.codes(RSVP, id=first["id"], answer="GOING") == ["UNAUTHORIZED"]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_an_agenda_costs_as_many_statements_whatever_its_length(club: Api, guard: TenantGuard) -> None:
    boss = await operator(club)
    host = await id_of(club, "ana")
    await scheduled(boss, rrule="FREQ=DAILY", hostId=host, joinUrl="https://x.example")
    counts = {}
    for until in ("2026-11-26T00:00:00Z", "2027-01-20T00:00:00Z"):
        before = guard.seen
        found = await agenda(boss, **{**WEEK, "to": until})
        counts[len(found)] = guard.seen - before
    few, many = sorted(counts)
    assert many > 50
    assert counts[many] <= counts[few], counts


async def test_an_agenda_of_very_much_is_read_up_to_its_end(club: Api) -> None:
    boss = await operator(club)
    hours = ",".join(map(str, range(24)))
    for number in range(14):
        rule = f"FREQ=DAILY;BYHOUR={hours}"
        await scheduled(boss, code=f"hourly-{number}", startsAt="2026-11-23T16:00:00Z", rrule=rule)
    first = (await agenda(boss, **{"from": "2026-11-24T00:00:00Z", "to": "2027-03-03T00:00:00Z"}))[0]
    await boss.ask(CANCEL, id=first["id"])
    found = await agenda(boss, **{"from": "2026-11-24T00:00:00Z", "to": "2027-03-03T00:00:00Z"})
    assert (len(found), first["id"] in [one["id"] for one in found]) == (500, False)
