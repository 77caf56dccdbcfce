"""Two members become one person in what everybody sees, and two again."""

from __future__ import annotations

from typing import Any

from ledger.service.rebuild import rebuild
from ledger.service.verify import verify
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, member, operator

MERGE = """mutation ($into: ID!, $from: ID!, $reason: String = "the same phone") {
    mergeMembers(into: $into, from: $from, reason: $reason) {
    merge { id reason at undoneAt into { displayName } from { displayName } }
    userErrors { code path message } } }"""
UNMERGE = """mutation ($id: ID!) { unmergeMembers(mergeId: $id, reason: "two people") {
    merge { id undoneAt } userErrors { code path message } } }"""
SEEN = """query ($id: ID!) { member(id: $id) { id displayName balance { total lifetimeEarned } tier { code }
    handles { externalId } entries(kinds: [TRANSFER]) { edges { node { delta reason { label } } } } } }"""
BOARD = """{ community(slug: "garden") { memberCount members { edges { node { id } } }
    leaderboard(period: ALL_TIME) { participants top { points member { id } } } } }"""

DAY = [
    event("t1", "thread.opened", "ana", subject="thread-1"),
    event("t2", "thread.opened", "bo", subject="thread-2"),
    event("l1", "thread.liked", "cai", subject="thread-2"),
]
"""ana 15, bo 18, cai 5: everybody starts with 5."""


async def _whole(api: Api) -> None:
    found = await verify(api.ledger.database, api.community.id)
    assert found.differences == []
    await rebuild(api.ledger.database, api.community.id)
    assert await verify(api.ledger.database, api.community.id) == found


async def _seen(asker: Asker, id_: str) -> dict[str, Any]:
    return dict((await asker.ask(SEEN, id=id_))["member"])


async def _board(asker: Asker) -> dict[str, int]:
    board = (await asker.ask(BOARD))["community"]["leaderboard"]
    assert board["participants"] == len(board["top"])
    return {row["member"]["id"]: row["points"] for row in board["top"]}


async def test_a_merge_is_seen_everywhere_and_an_unmerge_after_spending_is_exact(api: Api) -> None:
    await live(api, DAY)
    asker = await operator(api)
    ana, bo, cai = [await id_of(api, name) for name in ("ana", "bo", "cai")]
    session = await member(api, "bo")
    assert await _board(asker) == {bo: 18, ana: 15, cai: 5}
    payload = (await asker.ask(MERGE, **{"into": ana, "from": bo}))["mergeMembers"]
    assert payload["userErrors"] == []
    merge = payload["merge"]
    assert (merge["reason"], merge["undoneAt"]) == ("the same phone", None)
    assert await id_of(api, "bo") == ana
    seen = await _seen(asker, bo)
    assert (seen["id"], seen["balance"]) == (ana, {"total": 33, "lifetimeEarned": 23})
    assert seen["tier"] == {"code": "pillar"}
    assert sorted(one["externalId"] for one in seen["handles"]) == ["ana", "bo"]
    [moved] = seen["entries"]["edges"]
    assert moved["node"] == {"delta": 18, "reason": {"label": "Moved by a merge"}}
    assert (await session.ask("{ me { id } }"))["me"] == {"id": ana}, "who was signed in as one is the other"
    assert await _board(asker) == {ana: 33, cai: 5}
    community = (await asker.ask(BOARD))["community"]
    assert (community["memberCount"], len(community["members"]["edges"])) == (2, 2)
    await _whole(api)

    await live(api, [event("s1", "member.scolded", "cai", people={"member": "ana"}, by="bot")])
    adjust = """mutation ($id: ID!) { adjustPoints(input: {memberId: $id, delta: -20, reason: "a book",
        idempotencyKey: "book"}) { member { id } userErrors { code message path } } }"""
    assert (await asker.ask(adjust, id=ana))["adjustPoints"]["userErrors"] == []
    await live(api, [event("t3", "thread.opened", "bo", subject="thread-3")])
    assert (await _seen(asker, ana))["balance"]["total"] == 33 - 4 - 20 + 5, (
        "25 a day for both, of which 20 were had"
    )
    undone = (await asker.ask(UNMERGE, id=merge["id"]))["unmergeMembers"]
    assert undone["userErrors"] == []
    assert undone["merge"]["undoneAt"] is not None
    assert (await _seen(asker, ana))["balance"] == {"total": 15 - 4 - 20, "lifetimeEarned": 10}
    assert (await _seen(asker, bo))["balance"] == {"total": 23, "lifetimeEarned": 18}
    assert (await _seen(asker, bo))["handles"] == [{"externalId": "bo"}]
    assert await id_of(api, "bo") == bo
    await _whole(api)


async def test_a_merge_that_cannot_be_says_why_in_both_languages(api: Api) -> None:
    await live(api, DAY)
    asker = await operator(api)
    ana, bo = await id_of(api, "ana"), await id_of(api, "bo")
    assert await asker.refused(MERGE, **{"into": ana, "from": ana}) == [("NOTHING_TO_MERGE", ["from"])]
    assert await asker.refused(MERGE, **{"into": "eA", "from": bo}) == [("MEMBER_UNKNOWN", ["into"])]
    assert await asker.refused(MERGE, **{"into": ana, "from": "eA"}) == [("MEMBER_UNKNOWN", ["from"])]
    assert await asker.refused(MERGE, **{"into": ana, "from": bo, "reason": ""}) == [("TEXT_INVALID", ["reason"])]
    assert await asker.refused(UNMERGE, id="eA") == [("MERGE_UNKNOWN", ["mergeId"])]
    chinese = await asker.speaking("zh").ask(MERGE, **{"into": ana, "from": ana})
    assert chinese["mergeMembers"]["userErrors"][0]["message"] == "他们已经是同一个人。"
    merge = (await asker.ask(MERGE, **{"into": ana, "from": bo}))["mergeMembers"]["merge"]["id"]
    assert (await asker.ask(UNMERGE, id=merge))["unmergeMembers"]["userErrors"] == []
    assert await asker.refused(UNMERGE, id=merge) == [("MERGE_UNKNOWN", ["mergeId"])]
    await _whole(api)


async def test_erasing_one_erases_the_person(api: Api) -> None:
    await live(api, DAY)
    asker = await operator(api)
    ana, bo = await id_of(api, "ana"), await id_of(api, "bo")
    await asker.ask(MERGE, **{"into": ana, "from": bo})
    erase = "mutation ($id: ID!) { eraseMember(memberId: $id) { member { displayName } userErrors { code } } }"
    assert (await asker.ask(erase, id=bo))["eraseMember"]["member"] == {"displayName": "former member"}
    query = '{ memberByHandle(community: "garden", platform: "chat", externalId: "%s") { id } }'
    for name in ("ana", "bo"):
        assert (await asker.ask(query % name))["memberByHandle"] is None
    await _whole(api)
