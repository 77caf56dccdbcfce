"""What members choose: their language, and whether others see them on boards."""

from __future__ import annotations

import asyncio
from typing import Any

from ledger.core.values import MemberId
from ledger.service.erasing import erase
from ledger.service.verify import verify
from ledger.store.preferences import Preferences, note_seen, prefer
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, member, operator
from tests.service.sayings import rows_of

UPDATE = """mutation ($input: PreferencesInput!) { updatePreferences(input: $input) {
    member { locale preferences { locale listedOnLeaderboard celebrate notifyVia } }
    userErrors { code message path } } }"""
BOARD = """query ($first: Int = 10) { community(slug: "garden") { leaderboard(period: ALL_TIME, first: $first) {
    participants iAmListed top { rank points isMe member { displayName } }
    nearMe { rank isMe member { displayName } } } } }"""
DAY = [
    event("t1", "thread.opened", "ana", subject="thread-1"),
    event("t2", "thread.opened", "bo", subject="thread-2"),
    event("l1", "thread.liked", "cai", subject="thread-2"),
    event("w1", "checked.in", "dan"),
]
"""bo 18, ana 15, dan 6, cai 5."""


async def _board(asker: Asker, first: int = 10) -> dict[str, Any]:
    return dict((await asker.ask(BOARD, first=first))["community"]["leaderboard"])


def _names(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["rank"], row["member"]["displayName"]) for row in rows]


async def test_whoever_is_not_listed_has_a_rank_that_only_they_see(api: Api) -> None:
    await live(api, DAY)
    ana, bo = await member(api, "ana"), await member(api, "bo")
    changed = await ana.ask(UPDATE, input={"listedOnLeaderboard": False})
    assert changed["updatePreferences"]["member"]["preferences"]["listedOnLeaderboard"] is False
    theirs = await _board(bo)
    assert _names(theirs["top"]) == [(1, "bo"), (3, "dan"), (4, "cai")]
    assert _names(theirs["nearMe"]) == [(1, "bo"), (3, "dan")]
    assert (theirs["participants"], theirs["iAmListed"]) == (4, True)
    assert _names((await _board(bo, first=2))["top"]) == [(1, "bo"), (3, "dan")], "a page is as long as asked"
    own = await _board(ana)
    assert (2, "ana") in _names(own["nearMe"])
    assert (own["iAmListed"], "ana" in str(own["top"])) == (False, False)
    assert _names((await _board(await operator(api)))["top"]) == _names(theirs["top"])
    await ana.ask(UPDATE, input={"listedOnLeaderboard": True})
    assert _names((await _board(bo))["top"]) == [(1, "bo"), (2, "ana"), (3, "dan"), (4, "cai")]


async def test_texts_come_in_the_language_that_was_chosen(api: Api) -> None:
    await live(api, DAY)
    ana = await member(api, "ana")
    assert (await ana.ask("{ me { locale } }"))["me"] == {"locale": "en"}
    changed = await ana.ask(UPDATE, input={"locale": "zh-CN", "notifyVia": "telegram", "celebrate": False})
    assert changed["updatePreferences"]["member"] == {
        "locale": "zh-CN",
        "preferences": {
            "locale": "zh-CN",
            "listedOnLeaderboard": True,
            "celebrate": False,
            "notifyVia": "telegram",
        },
    }
    answer = await ana.answer("{ me { entries { edges { node { reason { label } } } } } }")
    assert answer.headers["content-language"] == "zh-CN"
    assert "起始积分" in str(answer.json())
    await ana.ask(UPDATE, input={"locale": None})
    assert (await ana.answer("{ me { id } }")).headers["content-language"] == "en"
    assert (await verify(api.ledger.database, api.community.id)).differences == []


async def test_preferences_that_cannot_be_are_refused_and_they_are_for_members(api: Api) -> None:
    await live(api, DAY)
    ana = await member(api, "ana")
    assert await ana.refused(UPDATE, input={"locale": "fr"}) == [("LOCALE_UNKNOWN", ["input", "locale"])]
    assert await ana.refused(UPDATE, input={"notifyVia": "x" * 300}) == [("TEXT_INVALID", ["input", "notifyVia"])]
    assert await (await operator(api)).codes(UPDATE, input={}) == ["MEMBERS_ONLY"]


async def test_an_erasure_takes_preferences_with_it(api: Api) -> None:
    await live(api, DAY)
    ana = await member(api, "ana")
    await ana.ask(UPDATE, input={"locale": "zh-CN"})
    erase = "mutation ($id: ID!) { eraseMember(memberId: $id) { userErrors { code } } }"
    await ana.ask(erase, id=await id_of(api, "ana"))
    assert await rows_of(api.ledger.database, api.community.id, "preference") == []
    assert (await verify(api.ledger.database, api.community.id)).differences == []


async def test_what_comes_after_an_erasure_is_not_written(api: Api) -> None:
    await live(api, DAY)
    database, place, ana = api.ledger.database, api.community.id, MemberId(1)
    assert await erase(database, api.ledger.writer, api.community, ana, by="tests") is None
    await prefer(database, place, ana, lambda _: Preferences(notify_via="telegram"))
    await note_seen(database, place, ana, ["first_contribution"], at=api.ledger.clock())
    assert (await verify(database, place)).differences == []


async def test_of_two_changes_at_once_none_is_lost(api: Api) -> None:
    await live(api, DAY)
    ana = await member(api, "ana")
    changes = ({"locale": "zh-CN"}, {"celebrate": False}, {"notifyVia": "telegram"})
    await asyncio.gather(*(ana.ask(UPDATE, input=one) for one in changes))
    [(_, *chosen)] = await rows_of(api.ledger.database, api.community.id, "preference")
    assert chosen == ["zh-CN", 1, 0, "telegram"]
