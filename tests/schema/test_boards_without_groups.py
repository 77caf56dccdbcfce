"""Boards that leave out members of a group: by a bot's report, or by the level that gives a place in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.core.commands import HoldGroup, ReportGroup
from ledger.core.values import MemberId
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads.names import member_by_identity
from tests import rulebooks
from tests.schema.api import Api
from tests.schema.asker import EVERY, Asker, event, live, member
from tests.schema.cli import Cli
from tests.schema.story import event as line
from tests.schema.story import written
from tests.schema.test_graphql_boards import board, rows

RULES = """\
preset: boards
units: {points: {}}
rules:
  - {id: earn, event: earn, amount: {from: data.n}, undo_on: [unearn]}
tiers:
  ranks:
    every: day@04:00
    levels:
    - {id: one}
    - {id: two, enter: {all: [{metric: points.earned, gte: 25}]}, stay: while, grants: ['group:staff']}
leaderboards:
  - {id: public, measure: points.earned, windows: [all], rank: competition, exclude_groups: [staff, mods]}
  - {id: everybody, measure: points.earned, windows: [all], rank: competition}
"""
EARNED = {"ana": 30, "bo": 20, "cai": 20, "dan": 10}


@pytest.fixture
async def community(database: Database, writer: Writer) -> Community:
    """A community with a board for those who are not staff."""
    return await rulebooks.begin(database, writer, rulebook=RULES)


@pytest.fixture
async def asker(api: Api) -> Asker:
    """An operator, after a few people earned."""
    await live(api, [event(f"e-{name}", "earn", name, n=n, subject=name) for name, n in EARNED.items()])
    return Asker(api, await api.key(EVERY))


async def number(api: Api, name: str) -> MemberId:
    """Return a member by name."""
    found = await member_by_identity(api.ledger.database, api.community.id, "chat", name)
    assert found is not None
    return found


async def reported(api: Api, name: str, group: str, *, inside: bool) -> None:
    """Say that a member is in a group, or no longer."""
    command = ReportGroup(member=await number(api, name), group=group, inside=inside, by="key:bot")
    await api.ledger.writer.submit(api.community, [command])


async def test_whose_level_gives_them_the_group_is_not_on_the_board_until_they_fall(api: Api, asker: Asker) -> None:
    assert rows(await board(asker, board="public")) == [(1, "bo", 20), (1, "cai", 20), (3, "dan", 10)]
    assert rows(await board(asker, board="everybody"))[0] == (1, "ana", 30)
    assert (await board(asker, board="public"))["participants"] == 3
    ana = await board(await member(api, "ana"), board="public")
    assert (ana["iAmListed"], ana["nearMe"]) == (False, [])
    await live(api, [event("sub", "unearn", "ana", undoes="e-ana"), event("little", "earn", "ana", n=22)])
    assert rows(await board(asker, board="public"))[0] == (1, "ana", 22)


async def test_who_is_in_the_group_by_a_report_is_not_on_the_board_until_the_next(api: Api, asker: Asker) -> None:
    await reported(api, "bo", "mods", inside=True)
    await reported(api, "dan", "guests", inside=True)
    assert rows(await board(asker, board="public")) == [(1, "cai", 20), (2, "dan", 10)]
    assert len(rows(await board(asker, board="everybody"))) == 4
    await reported(api, "bo", "mods", inside=False)
    assert rows(await board(asker, board="public")) == [(1, "bo", 20), (1, "cai", 20), (3, "dan", 10)]


async def test_a_hold_alone_keeps_nobody_off_the_board(api: Api, asker: Asker) -> None:
    dan = await number(api, "dan")
    await api.ledger.writer.submit(
        api.community, [HoldGroup(member=dan, group="staff", held=True, by="key:o", reason="away")]
    )
    assert (3, "dan", 10) in rows(await board(asker, board="public"))


async def test_groups_of_one_community_are_nothing_to_another(
    api: Api, asker: Asker, database: Database, writer: Writer
) -> None:
    other = await rulebooks.begin(database, writer, "another", rulebook=RULES)
    told = [ReportGroup(member=MemberId(one), group="mods", inside=True, by="key:bot") for one in range(1, 5)]
    await writer.submit(other, told)
    assert len(rows(await board(asker, board="public"))) == 3


def test_the_command_line_leaves_them_out_too(ledger: Cli, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    told = [line(f"e-{name}", "earn", name, n=n) for name, n in EARNED.items()]
    file = written(tmp_path, told)
    ledger("import", file, "-c", "garden", "--rulebook", tmp_path / "rules.yaml").ok()
    public = ledger("leaderboard", "-c", "garden")
    everybody = ledger("leaderboard", "-c", "garden", "--board", "everybody")
    assert [row["member"] for row in public.ok().rows] == ["bo", "cai", "dan"]
    assert [row["member"] for row in everybody.ok().rows] == ["ana", "bo", "cai", "dan"]
