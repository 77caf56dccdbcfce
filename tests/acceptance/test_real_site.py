"""A real site's two years give the published answer for every single member, on both databases."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import pytest

from tests.acceptance.history import History, Later, play
from tests.acceptance.shared import expected, needs_data
from tests.databases import KINDS, Databases
from tests.schema.cli import Cli, Ran

LEVELS = {
    "vote_up": 15,
    "comment": 50,
    "vote_down": 125,
    "bounty": 200,
    "review": 500,
    "see_votes": 1000,
    "edit_freely": 2000,
    "trusted": 5000,
}
EVENTS_T1, EVENTS_T2 = 23_806, 1_674
MEMBERS_T1, MEMBERS_T2, LEFT = 3_657, 3_947, 24

pytestmark = needs_data


Player = Callable[[str, bool], Awaitable[History]]


@pytest.fixture(scope="module")
async def played(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Player:
    """Plays a history once for all tests that ask for it."""
    known: dict[tuple[str, bool], History] = {}

    async def player(kind: str, whole: bool) -> History:
        if (kind, whole) not in known:
            async with databases.fresh(kind) as url:
                folder = tmp_path_factory.mktemp("history")
                known[kind, whole] = await asyncio.to_thread(play, Cli(url), folder, whole=whole)
        return known[kind, whole]

    return player


@pytest.fixture(scope="module", params=[pytest.param(kind, marks=pytest.mark.acceptance) for kind in KINDS])
async def history(request: pytest.FixtureRequest, played: Player) -> History:
    """What was said from the first event to the last, with everything played again, on each database."""
    return await played(request.param, True)


@pytest.fixture(scope="module")
def later(history: History) -> Later:
    """What was said after the delta."""
    assert history.later is not None
    return history.later


def _balances(ran: Ran) -> dict[str, int]:
    return {row["member"]: int(row["balance"]) for row in ran.rows}


def _active() -> set[str]:
    return {row["member"] for row in expected("balances_t1.csv.gz") if row["active"] == "1"}


def test_every_event_is_recorded(history: History) -> None:
    assert history.imported.said.splitlines()[1:] == [f"{EVENTS_T1} recorded, 0 were recorded before, 0 refused"]


def test_every_members_balance_is_the_published_one(history: History) -> None:
    wanted = {row["member"]: int(row["balance"]) for row in expected("balances_t1.csv.gz")}
    assert len(wanted) == MEMBERS_T1
    assert _balances(history.balances) == wanted


def test_every_posting_is_an_entry_in_the_same_order(history: History) -> None:
    columns = ("event_id", "member", "wanted", "applied", "balance_after")
    wanted = [tuple(row[name] for name in columns) for row in expected("postings_t1.csv.gz")]
    found = [tuple(row[name] for name in columns) for row in history.entries.rows]
    assert len(found) == len(wanted)
    assert [pair for pair in zip(found, wanted, strict=True) if pair[0] != pair[1]] == []


def test_every_monthly_board_is_the_published_one(history: History) -> None:
    wanted: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in expected("leaderboard_monthly_top20_t1.csv"):
        wanted[row["month"]].append((row["rank"], row["member"], row["points"]))
    assert len(history.boards) >= 4
    for month, ran in history.boards.items():
        assert [(row["rank"], row["member"], row["points"]) for row in ran.rows] == wanted[month], month


def test_every_first_crossing_of_a_level_is_the_published_one(history: History) -> None:
    active = _active()
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for row in history.levels.rows:
        assert row["ladder"] == "privileges"
        for threshold in LEVELS.values():
            if row["member"] in active and threshold <= LEVELS.get(row["after"], 0):
                found.setdefault((row["member"], threshold), (row["occurred_at"], row["event_id"]))
    wanted = {
        (row["member"], int(row["threshold"])): (row["occurred_at"], row["event_id"])
        for row in expected("tier_first_reached_t1.csv.gz")
    }
    assert found == wanted


def test_balances_as_of_three_days_are_the_published_ones(history: History) -> None:
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    for row in expected("as_of_t1.csv.gz"):
        wanted[row["end_of_day_utc"]][row["member"]] = int(row["balance"])
    active = _active()
    assert len(history.as_of) == 3
    for day, ran in history.as_of.items():
        found = {member: balance for member, balance in _balances(ran).items() if member in active}
        assert found == wanted[day], day


def test_the_ledger_is_whole(history: History) -> None:
    assert f"qa-a: {EVENTS_T1 + 2} events, whole" in history.verified.text


async def test_the_first_two_years_are_exact(played: Player) -> None:
    """What `make test` looks at: t1 on SQLite, as one test, so that it is played once however tests are spread."""
    history = await played("sqlite", False)
    for exact in (
        test_every_event_is_recorded,
        test_every_members_balance_is_the_published_one,
        test_every_posting_is_an_entry_in_the_same_order,
        test_every_monthly_board_is_the_published_one,
        test_every_first_crossing_of_a_level_is_the_published_one,
        test_balances_as_of_three_days_are_the_published_ones,
        test_the_ledger_is_whole,
    ):
        exact(history)


def test_importing_again_is_no_change_and_an_export_the_same_bytes(history: History) -> None:
    assert history.again is not None
    assert history.again.said == f"0 recorded, {EVENTS_T1} were recorded before, 0 refused\n"
    assert history.exports[0] == history.exports[1]


def test_every_event_of_the_delta_is_recorded(later: Later) -> None:
    assert later.imported.said == f"{EVENTS_T2} recorded, 0 were recorded before, 0 refused\n"
    assert later.again.said == f"0 recorded, {EVENTS_T2} were recorded before, 0 refused\n"
    assert later.exports[0] == later.exports[1]


def test_every_members_balance_after_the_delta_is_the_published_one(later: Later) -> None:
    wanted = {row["member"]: int(row["balance"]) for row in expected("balances_t2.csv.gz")}
    assert len(wanted) == MEMBERS_T2
    assert _balances(later.balances) == wanted


def test_those_who_left_are_the_rest(later: Later) -> None:
    rest = _balances(later.with_left).keys() - _balances(later.balances).keys()
    assert len(rest) == LEFT
    assert rest <= {row["member"] for row in expected("balances_t1.csv.gz")}


def test_the_ledger_is_whole_after_the_delta_and_after_a_rebuild(later: Later) -> None:
    assert f"qa-a: {EVENTS_T1 + EVENTS_T2 + 2} events, whole" in later.verified.text
    assert later.rebuilt.text == f"qa-a: rebuilt from {EVENTS_T1 + EVENTS_T2 + 2} events\n"
    assert later.verified_again.output == later.verified.output
