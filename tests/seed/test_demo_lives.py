"""The demo lives the whole essay: what members asked for and operators decided is there, done and still open."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ledger.core.rhythm.rounds import RoundClosed, RoundOpened, commitment, drawn
from ledger.service.rulebooks import current
from ledger.service.seeding.cast import cast
from ledger.store.reads.journal import by_key, events
from ledger.store.reads.names import member_by_identity
from ledger.words.render import LOCALES
from schema.explaining import Called, explanation, lines_of, sentences
from tests.seed.conftest import Made
from tests.service.sayings import Rows, rows_of


async def _rows(made: Made, table: str, *names: str) -> Rows:
    return await rows_of(made.ledger.database, made.demo.community.id, table, *names)


async def _member(made: Made, who: str) -> int:
    platform, _, external_id = who.partition(":")
    found = await member_by_identity(made.ledger.database, made.demo.community.id, platform, external_id)
    assert found is not None
    return found


async def test_perks_are_had_waited_for_declined_and_given(made: Made) -> None:
    redemptions = await _rows(made, "redemption", "perk", "status", "given")
    counted = Counter(redemptions)
    assert counted[("apron", "FULFILLED", 0)] == 1
    assert counted[("apron", "REQUESTED", 0)] == 1
    assert counted[("bake_along", "DECLINED", 0)] == 1
    assert counted[("apron", "FULFILLED", 1)] == 1, "the raffle's prize"
    assert (counted[("hello", "FULFILLED", 1)], counted[("hello", "REQUESTED", 1)]) == (38, 2), "the welcome"


async def test_an_offer_was_shown_and_taken_up(made: Made) -> None:
    told = [one.event.type async for one in events(made.ledger.database, made.demo.community.id)]
    assert (told.count("offer.shown"), told.count("offer.taken")) == (1, 1)


async def test_stories_are_in_every_state_and_were_thanked_for(made: Made) -> None:
    stories = await _rows(made, "story", "state", "thanks")
    assert {state for state, _ in stories} == {"SUBMITTED", "PUBLISHED", "FEATURED", "DECLINED", "WITHDRAWN"}
    assert sum(thanks for _, thanks in stories) >= 3


async def test_rounds_were_closed_by_name_and_by_a_draw_that_comes_out_the_same_again(made: Made) -> None:
    facts = [one.event.fact async for one in events(made.ledger.database, made.demo.community.id)]
    opened = {one.code: one for one in facts if isinstance(one, RoundOpened)}
    closed = {one.code: one for one in facts if isinstance(one, RoundClosed)}
    assert opened.keys() == closed.keys() == {"chain-1", "raffle-1"}
    assert len(closed["chain-1"].winners) == 3
    draw = closed["raffle-1"]
    assert commitment(draw.seed) == opened["raffle-1"].commitment
    assert len(draw.entrants) == 5
    assert drawn(draw.seed, draw.entrants, 2) == tuple(one.member for one in draw.winners)


async def test_a_series_was_attended_and_the_next_one_is_answered(made: Made) -> None:
    gatherings = await _rows(made, "gathering", "activity", "going", "attended")
    assert [(going, came) for name, going, came in gatherings if name.startswith("bread_lab/")] == [(2, 3), (2, 0)]
    assert len(await _rows(made, "series", "code")) == 1


@pytest.mark.parametrize(
    ("who", "state"),
    [("wechat:fang-ye", ("advert", 0)), ("discord:jonas", ("rumour", 1))],
    ids=["warned", "appeals"],
)
async def test_rules_were_broken(made: Made, who: str, state: tuple[str, int]) -> None:
    found = await _rows(made, "violation", "member", "rule", "action", "open")
    member = await _member(made, who)
    assert [(rule, is_open) for one, rule, _, is_open in found if one == member] == [state]
    assert {action for _, _, action, _ in found} == {"WARNING"}


async def test_somebody_of_the_core_is_in_the_group_and_others_should_be(made: Made) -> None:
    wishes = await _rows(made, "group_wish", "group_code", "wanted", "inside")
    assert set(wishes) >= {("core", 1, 1), ("core", 1, 0), ("core", 0, 0)}


async def test_claims_were_approved_and_wait(made: Made) -> None:
    log = [one.event async for one in events(made.ledger.database, made.demo.community.id)]
    claims = {one.key: one.position for one in log if one.source == "ledger:claims"}
    assert claims.keys() == {"claim-library", "claim-oven"}
    open_at = {position for position, is_open in await _rows(made, "waiting", "position", "open") if is_open}
    assert [key for key, position in claims.items() if position in open_at] == ["claim-oven"]


async def test_two_are_one_person_and_newcomers_are_looked_after(made: Made) -> None:
    assert await _member(made, "discord:alex") == await _member(made, "wechat:guo-guo")
    buddies = await _rows(made, "buddy", "member", "buddy")
    assert (await _member(made, "wechat:lao-mian"), await _member(made, "telegram:anna")) in buddies
    assert len(buddies) == 2


async def test_members_chose_for_themselves(made: Made) -> None:
    chosen = await _rows(made, "preference", "locale", "listed", "celebrate", "notify_via")
    assert len(chosen) == sum(one.prefers is not None for one in cast().people) == 3
    assert {listed for _, listed, _, _ in chosen} == {0, 1}


async def test_the_group_has_said_what_it_is_for(made: Made) -> None:
    settings: dict[str, str] = dict(await _rows(made, "setting", "name", "value"))
    assert settings["positioning"].startswith("一起把面包慢慢烤好")


@pytest.mark.parametrize("locale", LOCALES)
async def test_every_position_of_the_log_is_explained(made: Made, locale: str) -> None:
    rulebook = await current(made.ledger.database, made.demo.community.id)
    async for one in events(made.ledger.database, made.demo.community.id):
        _header, *told = sentences(one, lines_of(one, rulebook), Called(locale))
        assert told, one.event.type
        assert [line for line in told if not line.strip() or "{" in line or "None" in line] == []


NOT_OF_THE_RULEBOOK = ("event.set", "event.undoes", "event.inside", "event.outside", "event.held", "event.let_go")
"""Lines that name settings, senders' keys, and platforms' groups."""


async def test_nothing_that_the_rulebook_names_is_told_by_its_id(made: Made) -> None:
    book = await current(made.ledger.database, made.demo.community.id)
    named = {one.code for one in book.units} | {one.code for one in book.house_rules}
    named |= (
        {one.id for one in book.rules} | {one.id for one in book.activities} | {one.id for one in book.playbook}
    )
    named |= {level.code for ladder in book.ladders for level in ladder.levels}
    ids = re.compile(rf"(?<![\w-])({'|'.join(named)})(?![\w-])")
    async for one in events(made.ledger.database, made.demo.community.id):
        lines = [line for line in lines_of(one, book) if line.code not in NOT_OF_THE_RULEBOOK]
        _header, *told = sentences(one, lines, Called("zh-CN", rulebook=book))
        assert [line for line in told if ids.search(line)] == [], one.event.type


async def test_people_and_perks_are_called_by_name(made: Made) -> None:
    database, community = made.ledger.database, made.demo.community
    [asked] = await by_key(database, community.id, "apron-1", "ledger:redemptions")
    english = await explanation(made.ledger, community, asked, "en", operates=True)
    assert english[1] == "林夏 redeems A linen apron."
    assert any(line.startswith("A linen apron: 40 Points of 林夏's are held for it") for line in english)
    assert (await explanation(made.ledger, community, asked, "zh-CN", operates=True))[1] == "林夏 兑换 亚麻围裙。"
    log = [one async for one in events(database, community.id)]
    [declined] = [one for one in log if one.event.type == "redemption.declined"]
    told = (await explanation(made.ledger, community, declined, "en", operates=True))[1]
    assert "of Baking with 何知夏 by Anna Keller" in told
    assert told.endswith("declined, points back, by 何知夏.")
