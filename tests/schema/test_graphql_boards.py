"""Boards over calendar periods, and the versions of a rulebook."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.calendar import moment
from ledger.core.commands import PublishRulebook
from ledger.core.values import DAY, HOUR, Micros
from ledger.service.rulebooks import read
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import Clock
from tests.rulebooks import SMALL
from tests.schema.api import Api
from tests.schema.asker import EVERY, Asker, event, live, member
from tests.schema.gardens import Gardens

BOARD = """query ($period: Period!, $on: Date, $board: String, $unit: String, $first: Int) {
  viewer { communities { leaderboard(period: $period, on: $on, board: $board, unit: $unit, first: $first) {
    period scope startsOn endsOn participants iAmListed
    top { rank points isMe member { displayName } } nearMe { rank points isMe member { displayName } } } } } }"""

RULES = """\
preset: boards
community: {tz: Asia/Shanghai, week_start: sun, accept_late: forever}
units: {points: {start: 1}, coins: {}}
rules:
  - {id: earn, event: earn, amount: {from: data.n}, undo_on: [unearn]}
  - {id: lose, event: lose, amount: {from: data.n, negate: true}}
  - {id: coin, event: coin, unit: coins, amount: 1}
leaderboards:
  - {id: earned, measure: points.earned, windows: [all], rank: competition}
  - {id: net, measure: points.net, windows: [all], rank: dense, exclude_rules: [start]}
  - {id: rows, measure: points.net, windows: [all], rank: ordinal, exclude_rules: [start]}
"""


async def board(asker: Asker, **asked: object) -> dict[str, Any]:
    """Return a board."""
    found = (await asker.ask(BOARD, **{"period": "ALL_TIME", **asked}))["viewer"]["communities"][0]["leaderboard"]
    return dict(found)


def rows(found: dict[str, Any], where: str = "top") -> list[tuple[int, str, int]]:
    """Return ranks, names and points."""
    return [(row["rank"], row["member"]["displayName"], row["points"]) for row in found[where]]


@pytest.fixture
async def community(database: Database, writer: Writer) -> Community:
    """A community with boards of every kind."""
    return await rulebooks.begin(database, writer, rulebook=RULES)


async def _earned(api: Api) -> Asker:
    given = {"ana": 30, "bo": 20, "cai": 20, "dan": 10, "eva": 5, "fay": 3}
    await live(api, [event(f"e-{name}", "earn", name, n=n, subject=name) for name, n in given.items()])
    await live(api, [event("l", "lose", "ana", n=8), event("left", "member.left", "eva")])
    return Asker(api, await api.key(EVERY))


@pytest.fixture
async def asker(api: Api) -> Asker:
    """An operator, after a few people earned and lost."""
    return await _earned(api)


@pytest.fixture
async def reader(gardens: Gardens, kind: str) -> Asker:
    """The same, for those who only read."""
    return await gardens.after(kind, _earned, rulebook=RULES)


async def test_ties_rank_as_the_rulebook_says(reader: Asker) -> None:
    assert rows(await board(reader, board="earned")) == [
        (1, "ana", 30),
        (2, "bo", 20),
        (2, "cai", 20),
        (4, "dan", 10),
        (5, "fay", 3),
    ]
    assert rows(await board(reader, board="net")) == [
        (1, "ana", 22),
        (2, "bo", 20),
        (2, "cai", 20),
        (3, "dan", 10),
        (4, "fay", 3),
    ]
    assert [rank for rank, _, _ in rows(await board(reader, board="rows"))] == [1, 2, 3, 4, 5]


async def test_a_board_has_its_top_and_how_many_take_part(reader: Asker) -> None:
    found = await board(reader, first=2)
    assert (len(found["top"]), found["participants"], found["nearMe"], found["iAmListed"]) == (2, 5, [], False)
    assert (await board(reader, first=0))["participants"] == 5
    assert await reader.codes(BOARD, period="DAY", first=101) in (["BAD_PAGE_SIZE"], ["TOO_COMPLEX"])
    assert await reader.codes(BOARD, period="DAY", first=-1) == ["BAD_PAGE_SIZE"]


async def test_a_member_sees_the_rows_around_theirs(api: Api, asker: Asker) -> None:
    dan = await board(await member(api, "dan"), first=1)
    assert rows(dan) == [(1, "ana", 30)]
    assert rows(dan, "nearMe") == [(2, "bo", 20), (2, "cai", 20), (4, "dan", 10), (5, "fay", 3)]
    assert [row["isMe"] for row in dan["nearMe"]] == [False, False, True, False]
    assert dan["iAmListed"]
    ana = await board(await member(api, "ana"), first=1)
    assert [row["isMe"] for row in (*ana["top"], *ana["nearMe"])] == [True, True, False, False]
    eva = await board(await member(api, "eva"))
    assert (eva["nearMe"], eva["iAmListed"]) == ([], False)
    assert asker.bearer


async def test_points_taken_back_count_at_their_awards_day(api: Api, asker: Asker, clock: Clock) -> None:
    clock.advance(DAY)
    await live(api, [event("u", "unearn", "cai", undoes="e-bo")])
    today, before = {"period": "DAY", "on": "2026-11-24"}, {"period": "DAY", "on": "2026-11-23"}
    assert rows(await board(asker, board="earned", **today)) == []
    assert (2, "cai", 20) in rows(await board(asker, board="earned", **before))
    assert "bo" not in [name for _, name, _ in rows(await board(asker, board="earned", **before))]
    assert rows(await board(asker, board="net", **today)) == [(1, "bo", -20)]


PERIODS = {
    "DAY": ("2026-11-23", "2026-11-23"),
    "WEEK": ("2026-11-22", "2026-11-28"),
    "MONTH": ("2026-11-01", "2026-11-30"),
    "QUARTER": ("2026-10-01", "2026-12-31"),
    "YEAR": ("2026-01-01", "2026-12-31"),
    "ALL_TIME": (None, None),
}


@pytest.mark.parametrize("period", PERIODS)
async def test_a_period_is_the_communitys_own(api: Api, asker: Asker, period: str) -> None:
    found = await board(asker, period=period)
    assert (found["startsOn"], found["endsOn"], found["scope"]) == (*PERIODS[period], "EVERYONE")
    start, end = PERIODS[period]
    if start is None or end is None:
        return
    inside = [event("first", "earn", "zoe", n=1, time=f"{start}T00:00:00+08:00"), event("x", "coin", "zoe")]
    outside = [
        event(
            "late", "earn", "yan", n=1, time="2026-09-01T00:00:00Z" if period != "YEAR" else "2025-12-31T15:59:59Z"
        )
    ]
    await live(api, [*inside, *outside])
    names = [name for _, name, _ in rows(await board(asker, period=period, board="rows"))]
    assert "zoe" in names
    assert "yan" not in names
    assert (await board(asker, period=period, on=end))["startsOn"] == start


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "1970-01-01"])
@pytest.mark.parametrize("period", PERIODS)
async def test_the_ends_of_time_have_empty_boards(reader: Asker, period: str, on: str) -> None:
    found = await board(reader, period=period, on=on)
    assert found["participants"] == (5 if period == "ALL_TIME" else 0)


async def test_a_board_is_found_by_name_or_unit(reader: Asker) -> None:
    assert (await board(reader, unit="coins"))["participants"] == 0
    assert rows(await board(reader, unit="points")) == rows(await board(reader, board="earned"))
    for asked, code in (({"board": "nope"}, "BOARD_UNKNOWN"), ({"unit": "gold"}, "UNIT_UNKNOWN")):
        assert await reader.codes(BOARD, period="DAY", **asked) == [code]
    assert await reader.codes(BOARD, period="DAY", board="net", unit="coins") == ["BOARD_UNKNOWN"]


VERSION = """query ($version: Int) { viewer { communities { rulebook(version: $version) {
    version state yaml hash note effectiveFrom publishedAt } units { code } } } }"""


async def test_versions_of_a_rulebook_by_number_and_state(api: Api, asker: Asker, clock: Clock) -> None:
    async def version(number: int | None = None) -> Any:
        return (await asker.ask(VERSION, version=number))["viewer"]["communities"][0]

    first = (await version())["rulebook"]
    assert (first["version"], first["state"], first["effectiveFrom"], first["yaml"]) == (1, "ACTIVE", None, RULES)
    later = Micros(clock.at + HOUR)
    more = PublishRulebook(yaml=SMALL, rulebook=read(SMALL), effective_from=later, note="smaller")
    [receipt] = await api.ledger.writer.submit(api.community, [more])
    assert receipt
    assert (await version())["rulebook"] == first
    second = (await version(2))["rulebook"]
    assert (second["state"], second["note"], second["hash"] == first["hash"]) == ("SCHEDULED", "smaller", False)
    assert second["effectiveFrom"] == f"{moment(later):%Y-%m-%dT%H:%M:%S}.000Z"
    assert [unit["code"] for unit in (await version())["units"]] == ["points", "coins"]
    clock.advance(HOUR)
    assert (await version())["rulebook"] == {**second, "state": "ACTIVE"}
    assert (await version(1))["rulebook"] == {**first, "state": "RETIRED"}
    assert [unit["code"] for unit in (await version())["units"]] == ["points"]
    for number in (0, -1, 3, 2**31 - 1):
        assert (await version(number))["rulebook"] is None
