"""Lists a page at a time, both ways and while writes go on; and a page of any size costs as many statements."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.service.access import Scope
from tests.guard import TenantGuard
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, member, operator, present
from tests.schema.gardens import Gardens

ENTRIES = """query ($first: Int, $after: String, $last: Int, $before: String) {
  me { list: entries(first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
DECISIONS = ENTRIES.replace("list: entries", "list: decisions")
MEMBERS = """query ($first: Int, $after: String, $last: Int, $before: String) {
  community(slug: "garden") { list: members(first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
COMMUNITIES = """query ($first: Int, $after: String, $last: Int, $before: String) {
  list: communities(first: $first, after: $after, last: $last, before: $before) {
    totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
LISTS = {"entries": ENTRIES, "decisions": DECISIONS, "members": MEMBERS, "communities": COMMUNITIES}


class Lists:
    """The lists of one community, each asked by somebody who sees it."""

    def __init__(self, ana: Asker, somebody: Asker) -> None:
        self.askers = {"entries": ana, "decisions": ana, "members": somebody, "communities": somebody}

    async def page(self, name: str, **asked: object) -> dict[str, Any]:
        """Return a page of a list."""
        data = await self.askers[name].ask(LISTS[name], **asked)
        found: dict[str, Any] = (data.get("me") or data.get("community") or data)["list"]
        return found

    async def ids(self, name: str, size: int, *, backward: bool = False) -> list[str]:
        """Walk through a list and return its ids in its order."""
        walked: list[str] = []
        cursor: dict[str, object] = {}
        for _ in range(200):
            page = await self.page(name, **{"last" if backward else "first": size}, **cursor)
            ids = [edge["node"]["id"] for edge in page["edges"]]
            info = page["pageInfo"]
            assert [info["startCursor"], info["endCursor"]] == [page["edges"][at]["cursor"] for at in (0, -1)]
            walked = [*ids, *walked] if backward else [*walked, *ids]
            if not info["hasPreviousPage" if backward else "hasNextPage"]:
                return walked
            assert len(ids) == size, "a page that others follow is full"
            cursor = {"before": info["startCursor"]} if backward else {"after": info["endCursor"]}
        raise AssertionError("a walk ends")


async def _lived(api: Api) -> Lists:
    await live(api)
    return Lists(await member(api, "ana"), await operator(api))


@pytest.fixture
async def lists(gardens: Gardens, kind: str) -> Lists:
    """The lists after the story was lived, for those who only read them."""
    return await gardens.after(kind, _lived)


@pytest.fixture
async def growing(api: Api) -> Lists:
    """The same lists, on a server of one's own that others write to."""
    return await _lived(api)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [1, 2, 5, 100])
async def test_a_walk_forwards_and_one_backwards_see_everything_once(lists: Lists, name: str, size: int) -> None:
    forwards, backwards = await lists.ids(name, size), await lists.ids(name, size, backward=True)
    assert forwards == backwards
    assert len(set(forwards)) == len(forwards) == (await lists.page(name))["totalCount"]


@pytest.mark.parametrize("backward", [False, True])
async def test_a_walk_while_writes_go_on_sees_what_was_there_once(api: Api, growing: Lists, backward: bool) -> None:
    before = await growing.ids("entries", 100)
    walked: list[str] = []
    cursor: dict[str, object] = {}
    for number in range(len(before)):
        page = await growing.page("entries", **{"last" if backward else "first": 1}, **cursor)
        walked += [edge["node"]["id"] for edge in page["edges"]]
        await live(api, [event(f"h-{number}", "member.helped", "bo", people={"helper": "ana"}, amount=1)])
        info = page["pageInfo"]
        cursor = {"before": info["startCursor"]} if backward else {"after": info["endCursor"]}
    assert walked == (before[::-1] if backward else before)


async def test_new_members_stand_at_the_end_and_shift_no_page(api: Api, growing: Lists) -> None:
    first = await growing.page("members", first=2)
    await live(api, [event("w", "hand.waved", "zoe")])
    rest = await growing.page("members", first=100, after=first["pageInfo"]["endCursor"])
    seen = [edge["node"]["id"] for page in (first, rest) for edge in page["edges"]]
    assert seen == await growing.ids("members", 100)


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_knows_what_is_around_it(lists: Lists, name: str) -> None:
    empty = await lists.page(name, first=0)
    assert (empty["edges"], empty["pageInfo"]["startCursor"], empty["pageInfo"]["endCursor"]) == ([], None, None)
    assert empty["pageInfo"]["hasNextPage"]
    whole = await lists.page(name, first=100)
    assert not whole["pageInfo"]["hasNextPage"]
    assert not whole["pageInfo"]["hasPreviousPage"]
    beyond = await lists.page(name, first=5, after=whole["pageInfo"]["endCursor"])
    assert (beyond["edges"], beyond["pageInfo"]["hasPreviousPage"]) == ([], True)
    between = await lists.page(
        name, first=100, after=whole["edges"][0]["cursor"], before=whole["edges"][-1]["cursor"]
    )
    assert [edge["node"] for edge in between["edges"]] == [edge["node"] for edge in whole["edges"][1:-1]]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [{"first": -1}, {"first": 101}, {"last": -1}, {"last": 2_147_483_647}])
async def test_a_size_out_of_bounds_is_refused(lists: Lists, name: str, size: dict[str, int]) -> None:
    codes = await lists.askers[name].codes(LISTS[name], **size)
    assert codes in (["BAD_PAGE_SIZE"], ["TOO_COMPLEX"])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "cursor", ["", "x", "not-a-cursor", "é", "\u0000", "MQ==", "MDE", "LTE", "OTk5" * 40, "Lg"]
)
async def test_a_cursor_that_is_none_is_refused(lists: Lists, name: str, cursor: str) -> None:
    for side in ("after", "before"):
        assert await lists.askers[name].codes(LISTS[name], **{side: cursor}) == ["BAD_CURSOR"]


async def test_a_search_finds_names_and_handles_in_any_case(api: Api, growing: Lists) -> None:
    await live(api, [event("w", "hand.waved", "Zoe_100%"), event("v", "hand.waved", "telegram:zoe")])
    query = """query ($search: String) { community(slug: "garden") {
        members(search: $search, filter: ALL) { totalCount edges { node { displayName } } } } }"""

    async def found(search: str | None) -> list[str]:
        members = (await growing.askers["members"].ask(query, search=search))["community"]["members"]
        assert members["totalCount"] == len(members["edges"])
        return [edge["node"]["displayName"] for edge in members["edges"]]

    everybody = await found(None)
    assert everybody == await found("") == ["Ana 安", "bo", "Zoe_100%", "telegram:zoe"], "cai has left"
    assert await found("zoe") == ["Zoe_100%", "telegram:zoe"]
    assert await found("安") == await found("chat:ANA") == ["Ana 安"]
    assert await found("TELEGRAM:Z") == ["telegram:zoe"]
    assert await found("100%") == await found("e_1") == ["Zoe_100%"]
    for odd in ("%", "_", "\\", "nobody", "\u0000", "x" * 500):
        assert len(await found(odd)) == (1 if odd in "%_" else 0)


WIDE = """query ($n: Int!) { community(slug: "garden") { members(first: $n) { totalCount edges { node {
    id displayName joinedAt tier { code memberCount } tiers { code } balance { total } balances { total }
    progress { fraction next { code } } handles { externalId }
    earned(from: "2026-01-01", to: "2026-12-31") { total } balanceAt(at: {position: 5}) { total }
    entries(first: 3) { totalCount edges { node { delta reason { label explanation } rule { formula }
      contribution { kind title } actor { displayName } decision { steps { label } } reversedBy { delta } } } }
} } } } }"""


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_list_costs_as_many_statements_whatever_its_size(api: Api, guard: TenantGuard) -> None:
    await live(api, [event(f"t{n}", "thread.opened", f"member-{n}", subject=f"thread-{n}") for n in range(30)])
    await live(api, [event(f"l{n}", "thread.liked", "liker", subject=f"thread-{n}") for n in range(5)])
    somebody = await operator(api)
    await somebody.ask(WIDE, n=1)
    counts: dict[int, int] = {}
    for size in (2, 30):
        before = guard.seen
        found = (await somebody.ask(WIDE, n=size))["community"]["members"]["edges"]
        assert len(found) == size
        counts[size] = guard.seen - before
    assert counts[30] <= counts[2] <= 25, counts  # what members have, for whom they act, and how far they are


async def test_lists_of_several_members_are_each_their_own(api: Api) -> None:
    """Pages of several members come in one statement; each is what one alone would get."""
    await live(api)
    query = """query ($first: Int, $last: Int) { community(slug: "garden") { members { edges { node { id
        entries(first: $first, last: $last) { totalCount edges { cursor node { id delta } } } } } } } }"""
    alone = """query ($id: ID!, $first: Int, $last: Int) { member(id: $id) {
        entries(first: $first, last: $last) { totalCount edges { cursor node { id delta } } } } }"""
    somebody = await operator(api)
    for asked in ({"first": 2}, {"last": 2}, {"first": 50}):
        members = (await somebody.ask(query, **asked))["community"]["members"]["edges"]
        assert len(members) == 2
        for one in (edge["node"] for edge in members):
            assert (await somebody.ask(alone, id=one["id"], **asked))["member"]["entries"] == one["entries"]


async def test_the_journal_is_explained_to_who_may_know_the_members(api: Api) -> None:
    await live(api)
    query = '{ community(slug: "garden") { journal(first: 3) { explanation } } }'
    told = (await (await operator(api)).ask(query))["community"]["journal"]
    assert [one["explanation"][1] for one in told[:2]] == [
        "The community garden begins.",
        "Version 1 of the rulebook is published.",
    ]
    assert any("Ana" in line for line in told[2]["explanation"])
    by_hand = {"memberId": await id_of(api, "ana"), "delta": 7, "reason": "For the meetup", "idempotencyKey": "a1"}
    adjust = "mutation ($input: AdjustInput!) { adjustPoints(input: $input) { userErrors { code } } }"
    await (await operator(api)).ask(adjust, input=by_hand)
    whole = '{ community(slug: "garden") { journal(first: 100) { type explanation } } }'
    log = (await (await operator(api)).ask(whole))["community"]["journal"]
    [adjusted] = [one["explanation"] for one in log if one["type"] == "points.adjusted"]
    assert "adjusted by test" in adjusted, "a key is called by its name"
    blind = Asker(api, await api.key({Scope.LEDGER_READ}))
    assert [one["explanation"] for one in (await blind.ask(query))["community"]["journal"]] == [None] * 3


async def test_the_journal_is_read_in_parts(api: Api) -> None:
    await live(api, present())
    query = """query ($after: Position, $first: Int) { community(slug: "garden") {
        journal(after: $after, first: $first) { position type source key hash occurredAt recordedAt data } } }"""
    somebody = await operator(api)
    whole = (await somebody.ask(query))["community"]["journal"]
    assert [one["position"] for one in whole] == list(range(1, len(whole) + 1))
    assert (whole[0]["type"], whole[1]["type"]) == ("community.created", "rulebook.published")
    part = (await somebody.ask(query, after=3, first=2))["community"]["journal"]
    assert part == whole[3:5]
    assert (await somebody.ask(query, after=10**9))["community"]["journal"] == []
    assert await somebody.codes(query, first=101) == ["BAD_PAGE_SIZE"]
    assert "Ana" not in str(whole), "what people can read is not in the log"
