"""Leaving, and being erased: what is destroyed, what stays, and who comes back."""

from __future__ import annotations

import pytest

from ledger.core.members.commands import EraseMember
from ledger.service import erasing
from ledger.service.rebuild import rebuild
from ledger.service.sweeper import sweep
from ledger.service.verify import verify
from ledger.store import erasures
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, member, number_of, operator
from tests.service.sayings import rows_of
from tests.tampering import tampered

ERASE = (
    "mutation ($id: ID!) { eraseMember(memberId: $id) { member { displayName } userErrors { code path message } } }"
)
LEAVE = """mutation ($slug: String!) { leaveCommunity(community: $slug)
    { member { displayName } userErrors { code path message } } }"""
BOARD = """{ community(slug: "garden") { memberCount leaderboard(period: ALL_TIME) {
    participants top { rank points member { displayName } } } } }"""


async def _whole(api: Api) -> int:
    """Check that everything is as the log says, also after a rebuild; return how many private parts are gone."""
    found = await verify(api.ledger.database, api.community.id)
    assert found.differences == []
    await rebuild(api.ledger.database, api.community.id)
    assert await verify(api.ledger.database, api.community.id) == found
    return found.destroyed


async def _texts(api: Api) -> str:
    """Return everything that is stored outside the log's hashed bodies, as one text."""
    names = ("event_private", "identity", "profile", *erasures.BESIDE)
    return str([await rows_of(api.ledger.database, api.community.id, name) for name in names])


async def test_an_erased_member_leaves_sums_hashes_and_boards_and_returns_as_nobody(api: Api) -> None:
    await live(api)
    asker, ana = await operator(api), await id_of(api, "ana")
    before = await verify(api.ledger.database, api.community.id)
    sums = await rows_of(api.ledger.database, api.community.id, "account")
    assert "Ana 安" in await _texts(api)
    assert (await asker.ask(ERASE, id=ana))["eraseMember"] == {
        "member": {"displayName": "former member"},
        "userErrors": [],
    }
    texts = await _texts(api)
    assert "Ana" not in texts
    assert '"ana"' not in texts
    assert await rows_of(api.ledger.database, api.community.id, "account") == sums
    hashes = await rows_of(api.ledger.database, api.community.id, "event", "position", "hash")
    assert hashes[before.events - 1][1] == before.head
    assert await rows_of(api.ledger.database, api.community.id, "erasure") == []
    assert await _whole(api) > 10
    board = (await asker.ask(BOARD))["community"]["leaderboard"]["top"]
    assert "Ana 安" not in str(board)
    await live(api, [event("back", "thread.opened", "ana", subject="thread-9", display_name="Ana again")])
    again = await id_of(api, "ana")
    assert again != ana
    query = "query ($id: ID!) { member(id: $id) { displayName balance { total } } }"
    assert (await asker.ask(query, id=again))["member"] == {"displayName": "Ana again", "balance": {"total": 15}}
    assert (await asker.ask(query, id=ana))["member"]["displayName"] == "former member"
    assert (await asker.speaking("zh").ask(query, id=ana))["member"]["displayName"] == "前成员"
    assert await _whole(api) > 10
    assert '"ana"' not in await _texts(api) or "Ana again" in await _texts(api)


async def test_the_explanation_of_what_a_former_member_did_names_nobody(api: Api) -> None:
    await live(api)
    ana = await id_of(api, "ana")
    await (await operator(api)).ask(ERASE, id=ana)
    query = """query ($id: ID!) { member(id: $id) { decisions { edges { node { explanation } } } } }"""
    for language, name in (("en", "former member"), ("zh", "前成员")):
        told = str(await (await operator(api)).speaking(language).ask(query, id=ana))
        assert told.count(name) > 5
        assert "ana" not in told.replace("explanation", "").lower()


async def test_a_member_may_erase_themselves_and_is_signed_out_with_it(api: Api) -> None:
    await live(api)
    ana, id_ = await member(api, "ana"), await id_of(api, "ana")
    bo = await id_of(api, "bo")
    assert await ana.codes(ERASE, id=bo) == ["MISSING_SCOPE"]
    assert (await ana.ask(ERASE, id=id_))["eraseMember"]["userErrors"] == []
    answer = await ana.answer("{ me { displayName } }")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


async def test_only_operators_and_oneself_may_erase(api: Api) -> None:
    await live(api)
    id_ = await id_of(api, "ana")
    assert await Asker(api, None).codes(ERASE, id=id_) == ["UNAUTHORIZED"]
    assert await Asker(api, api.bearer).codes(ERASE, id=id_) == ["MISSING_SCOPE"]
    assert await (await operator(api)).refused(ERASE, id="bm9uZQ") == [("MEMBER_UNKNOWN", ["memberId"])]


async def test_an_erasure_that_was_cut_off_is_finished_by_whoever_comes_by(
    api: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event and all names go at once; the private parts of a long log follow page by page."""
    await live(api)
    monkeypatch.setattr(erasures, "PAGE", 5)
    number = await number_of(api, "ana")
    database, place = api.ledger.database, api.community.id
    await api.ledger.writer.submit(api.community, [EraseMember(member=number, by="key:k")])
    assert await erasing.destroy(database, api.community, most=2) == 2
    [(_, position, done_to)] = await rows_of(database, place, "erasure")
    assert 0 < done_to < position
    assert "Ana" not in str(await rows_of(database, place, "profile"))
    assert (await verify(database, place)).differences == [], "what is still to be destroyed is no difference"
    await live(api, [event("back", "thread.opened", "ana", subject="thread-9")])
    assert (await verify(database, place)).differences == [], "nor is who came back meanwhile"
    assert await erasing.erase(database, api.ledger.writer, api.community, number, by="key:k") is None
    assert await rows_of(database, place, "erasure") == []
    await sweep(database, api.ledger.writer, api.community, clock)
    await _whole(api)


async def test_verify_finds_what_an_erasure_should_have_destroyed(api: Api, database_url: str) -> None:
    await live(api)
    number, place = await number_of(api, "ana"), api.community.id
    database = api.ledger.database
    [kept] = [row for row in await rows_of(database, place, "event_private") if row[0] == 4]
    await erasing.erase(database, api.ledger.writer, api.community, number, by="key:k")
    await tampered(database_url, "INSERT INTO event_private SELECT community_id, 4, $1, $2 FROM head", *kept[1:])
    await tampered(database_url, f"INSERT INTO profile SELECT community_id, {number}, 'Ana' FROM head")
    found = {str(one) for one in (await verify(database, place)).differences}
    assert {"NOT_ERASED at event_private 4", f"NOT_ERASED at profile of member {number}"} <= found


async def test_whoever_leaves_is_on_no_board_and_comes_back_with_their_points(api: Api) -> None:
    await live(api)
    ana = await member(api, "ana")
    before = (await ana.ask("{ me { balance { total } } }"))["me"]
    assert await ana.refused(LEAVE, slug="nowhere") == [("COMMUNITY_UNKNOWN", ["community"])]
    for _ in range(2):
        assert (await ana.ask(LEAVE, slug="garden"))["leaveCommunity"]["userErrors"] == []
    left = await rows_of(api.ledger.database, api.community.id, "event", "type", "source")
    assert left.count(("member.left", "ledger:members")) == 1
    board = (await ana.ask(BOARD))["community"]
    assert "Ana 安" not in str(board)
    await live(api, [event("again", "member.joined", "ana")])
    assert (await ana.ask("{ me { balance { total } } }"))["me"] == before
    assert "Ana 安" in str((await ana.ask(BOARD))["community"])
    await _whole(api)


async def test_leaving_is_for_signed_in_members(api: Api) -> None:
    await live(api)
    assert await (await operator(api)).codes(LEAVE, slug="garden") == ["MEMBERS_ONLY"]
    assert await Asker(api, None).codes(LEAVE, slug="garden") == ["UNAUTHORIZED"]
