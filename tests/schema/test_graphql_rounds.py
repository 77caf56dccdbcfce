"""Rounds over GraphQL: a seed committed to, entries by bots, winners named or drawn, and a draw made again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ledger.core.commands import PutPerk
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.service.access import Scope
from ledger.service.writer import Writer
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api, served
from tests.schema.asker import Asker, event, id_of, live, member, operator
from tests.service.sayings import assert_whole

RULEBOOK = """\
community: {tz: Asia/Shanghai}
units: {points: {floor: 0, claw: debt}}
rules:
  - {id: hello, event: member.hello, amount: 1}
  - {id: game, event: game.won, amount: {by_rank: [10, 6, 3]}, once_per: [member, round]}
"""
NAMES = ("ana", "bo", "cai", "dan", "eve")
WHOLE = """id code title state seed commitment entrants
  winners { place number member { id displayName } prize points }"""
OPEN = f"""mutation ($input: RoundInput!, $slug: String = "garden") {{ openRound(community: $slug, input: $input) {{
  round {{ {WHOLE} }} userErrors {{ code path message }} }} }}"""
CLOSE = f"""mutation ($id: ID!, $winners: [ID!], $draw: Int, $key: String = "k") {{
  closeRound(roundId: $id, winners: $winners, draw: $draw, idempotencyKey: $key) {{
  round {{ {WHOLE} }} userErrors {{ code path message }} }} }}"""
ROUNDS = f"""query ($open: Boolean) {{ community(slug: "garden") {{ rounds(open: $open) {{ {WHOLE} }} }} }}"""


@pytest.fixture
async def games(database: Database, writer: Writer, clock: Clock) -> AsyncIterator[Api]:
    """A server of a community of five who have said hello."""
    place = await rulebooks.begin(database, writer, "garden", rulebook=RULEBOOK)
    async with served(database, writer, clock, place) as api:
        await live(api, [event(f"hello-{name}", "member.hello", name) for name in NAMES])
        yield api


def terms(code: str = "chain", **more: Any) -> dict[str, Any]:
    """Return a round to open."""
    return {"code": code, "title": "Idiom chain", "prizes": [], **more}


async def opened(boss: Asker, code: str = "chain", **more: Any) -> dict[str, Any]:
    """Open a round; return it."""
    data = (await boss.ask(OPEN, input=terms(code, **more)))["openRound"]
    assert data["userErrors"] == []
    return dict(data["round"])


async def test_a_draw_is_committed_to_published_and_made_again(games: Api) -> None:
    boss, ana = await operator(games), await member(games, "ana")
    opening = await opened(boss)
    assert opening | {"id": "", "commitment": ""} == {
        "id": "",
        "code": "chain",
        "title": "Idiom chain",
        "state": "OPEN",
        "seed": None,
        "commitment": "",
        "entrants": [],
        "winners": [],
    }
    assert await opened(boss) == opening
    journal = '{ community(slug: "garden") { journal { data } } }'
    await live(games, [event(f"in-{name}", "round.entered", name, subject="chain") for name in NAMES[:4]])
    before = str(await boss.ask(journal))
    closed = (await boss.ask(CLOSE, id=opening["id"], draw=2))["closeRound"]["round"]
    seed = bytes.fromhex(closed["seed"])
    assert closed["seed"] not in before
    assert closed["commitment"] == opening["commitment"] == hashlib.sha256(seed).hexdigest()
    assert (closed["state"], closed["entrants"]) == ("CLOSED", [1, 2, 3, 4])
    tickets = sorted((hmac.new(seed, str(one).encode(), "sha256").digest(), one) for one in closed["entrants"])
    assert [one["number"] for one in closed["winners"]] == [number for _, number in tickets[:2]]
    assert [(one["place"], one["points"], one["prize"]) for one in closed["winners"]] == [
        (1, 10, ""),
        (2, 6, ""),
    ]
    assert [one["member"]["displayName"] for one in closed["winners"]] == [
        NAMES[one["number"] - 1] for one in closed["winners"]
    ]
    assert (await ana.ask(ROUNDS, open=False))["community"]["rounds"] == [closed]
    assert (await boss.ask(CLOSE, id=opening["id"], draw=2))["closeRound"]["round"] == closed
    assert await boss.refused(CLOSE, id=opening["id"], draw=2, key="again") == [("ROUND_DONE", ["roundId"])]
    await assert_whole(games.ledger.database, games.community.id)


async def test_winners_are_named_and_win_perks(games: Api) -> None:
    boss = await operator(games)
    names = {"en": "Tea", "zh-CN": "茶"}
    await games.ledger.writer.submit(games.community, [PutPerk(terms=PerkTerms(code="tea", names=names), by="t")])
    perk = write_id("Perk", games.community.id, "tea")
    opening = await opened(boss, prizes=[{"place": 1, "perkId": perk}, {"place": 2, "points": 5}])
    ids = [await id_of(games, name) for name in ("cai", "ana")]
    closed = (await boss.speaking("zh").ask(CLOSE, id=opening["id"], winners=ids))["closeRound"]["round"]
    assert [(one["member"]["id"], one["prize"], one["points"]) for one in closed["winners"]] == [
        (ids[0], "茶", 10),
        (ids[1], "", 6),
    ]
    assert closed["entrants"] == []


async def test_what_an_operator_has_to_mend(games: Api) -> None:
    boss = await operator(games)
    wrong = terms("", title="\n", prizes=[{"place": 1}, {"place": 1}])
    assert await boss.refused(OPEN, input=wrong) == [
        ("TEXT_INVALID", ["input", "code"]),
        ("TEXT_INVALID", ["input", "title"]),
        ("PLACES_WRONG", ["input", "prizes"]),
    ]
    assert await boss.refused(OPEN, input=terms(), slug="nowhere") == [("COMMUNITY_UNKNOWN", ["community"])]
    assert await boss.refused(OPEN, input=terms(activityId="x")) == [("ACTIVITY_UNKNOWN", ["input", "activityId"])]
    for perk in ("x", write_id("Perk", games.community.id, "tea")):
        prizes = [{"place": 1, "perkId": perk}]
        assert await boss.refused(OPEN, input=terms(prizes=prizes)) == [("PERK_UNKNOWN", ["input", "prizes"])]
    opening = await opened(boss)
    assert await boss.refused(OPEN, input=terms(title="Another")) == [("ROUND_EXISTS", ["input", "code"])]
    ana = await id_of(games, "ana")
    for given, error in (
        ({"draw": 1}, ("TOO_FEW_ENTRANTS", ["draw"])),
        ({"draw": 1, "winners": [ana]}, ("WINNERS_OR_DRAW", ["winners"])),
        ({"winners": [ana, ana]}, ("WINNERS_OR_DRAW", ["winners"])),
        ({"winners": ["x"]}, ("MEMBER_UNKNOWN", ["winners"])),
        ({"winners": [write_id("Member", games.community.id, 99)]}, ("MEMBER_UNKNOWN", ["winners"])),
        ({"winners": [ana], "key": ""}, ("TEXT_INVALID", ["idempotencyKey"])),
    ):
        assert await boss.refused(CLOSE, id=opening["id"], **given) == [error]
    assert await boss.refused(CLOSE, id="x", winners=[ana]) == [("ROUND_UNKNOWN", ["roundId"])]


async def test_members_and_readers_see_rounds(games: Api) -> None:
    boss, ana = await operator(games), await member(games, "ana")
    opening = await opened(boss)
    reader, blind = [Asker(games, await games.key({one})) for one in (Scope.MEMBERS_READ, Scope.EVENTS_WRITE)]
    query = "query ($id: ID!) { node(id: $id) { ... on Round { code } } }"
    for asker in (boss, ana, reader):
        assert (await asker.ask(ROUNDS, open=True))["community"]["rounds"] == [opening]
        assert (await asker.ask(ROUNDS, open=False))["community"]["rounds"] == []
        assert (await asker.ask(query, id=opening["id"]))["node"] == {"code": "chain"}
    assert await blind.codes(ROUNDS) == ["MISSING_SCOPE"]
    assert (await blind.ask(query, id=opening["id"]))["node"] is None


UNDO = """mutation ($key: String!, $again: String!) { undoContribution(community: "garden", source: "ledger:rounds",
  key: $key, reason: "The wrong one", idempotencyKey: $again) {
    entries { delta } userErrors { code message path } } }"""


async def test_a_win_that_was_recorded_wrongly_is_taken_back_by_an_operator(games: Api) -> None:
    boss = await operator(games)
    round_ = await opened(boss)
    winners = [await id_of(games, "ana"), await id_of(games, "bo")]
    await boss.ask(CLOSE, id=round_["id"], winners=winners)
    told = (await boss.ask(UNDO, key="game.won/chain/1", again="u"))["undoContribution"]
    assert told == {"entries": [{"delta": -10}], "userErrors": []}
    assert (await boss.ask(UNDO, key="game.won/chain/1", again="u"))["undoContribution"] == told
    for other in (f"round.opened/{round_['code']}", "round.closed/k", "nothing"):
        refused = await boss.refused(UNDO, key=other, again="v")
        assert refused == [("CONTRIBUTION_UNKNOWN", ["key"])]
    bot = Asker(games, await games.key({Scope.EVENTS_WRITE}))
    assert await bot.refused(UNDO, key="game.won/chain/2", again="w") == [("RESERVED_SOURCE", ["source"])]
    await assert_whole(games.ledger.database, games.community.id)
