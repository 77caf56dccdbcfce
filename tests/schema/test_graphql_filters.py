"""The lists of members that an operator looks at: newcomers, who goes quiet, who is near, and the core."""

from __future__ import annotations

from typing import Any

from ledger.core.values import DAY
from ledger.service.access import Scope
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, event, live, member, operator
from tests.schema.circle import share_daily

LIST = """query ($filter: MemberFilter, $search: String, $first: Int = 20, $after: String) {
  community(slug: "garden") { members(filter: $filter, search: $search, first: $first, after: $after) { totalCount
    edges { node { displayName quietDays lastContributionAt } } pageInfo { hasNextPage endCursor } } } }"""


async def listed(asker: Asker, which: str, **asked: Any) -> list[str]:
    """Return the names in a list, whose number is right."""
    found = (await asker.ask(LIST, filter=which, **asked))["community"]["members"]
    names = [edge["node"]["displayName"] for edge in found["edges"]]
    assert found["totalCount"] == len(names)
    return names


async def test_each_list_has_whom_it_says(circle: Api, clock: Clock) -> None:
    await live(circle, [event("h", "hello", "old")])
    clock.advance(40 * DAY)
    await share_daily(circle, clock, "ana", 5)
    await live(circle, [event("pay", "payment.settled", "ana", amount=9900)])
    await share_daily(circle, clock, "bo", 2)
    somebody = await operator(circle)
    assert await listed(somebody, "ALL") == ["old", "ana", "bo"]
    assert await listed(somebody, "NEWCOMERS") == ["ana", "bo"]
    assert await listed(somebody, "CORE") == ["ana"]
    assert await listed(somebody, "GOING_QUIET") == await listed(somebody, "WARNED") == []
    assert await listed(somebody, "NEAR_PROMOTION") == [], "bo has two of three days"
    clock.advance(10 * DAY)
    somebody = await operator(circle)
    assert await listed(somebody, "NEAR_PROMOTION") == ["bo"], "twelve days of fourteen"
    clock.advance(2 * DAY)
    somebody = await operator(circle)
    assert await listed(somebody, "GOING_QUIET") == ["ana"], "old never did anything that pays"
    assert await listed(somebody, "GOING_QUIET", search="bo") == []
    assert await listed(somebody, "ALL", search="O") == ["old", "bo"]
    clock.advance(DAY)
    assert await listed(await operator(circle), "GOING_QUIET") == ["ana", "bo"]
    await live(circle, [event("s", "share.posted", "bo", subject="s")])
    somebody = await operator(circle)
    assert await listed(somebody, "GOING_QUIET") == ["ana"]
    clock.advance(60 * DAY)
    somebody = await operator(circle)
    assert await listed(somebody, "GOING_QUIET") == [], "who is gone for two months is not going any more"
    assert await listed(somebody, "NEWCOMERS") == []


async def test_quiet_days_are_local_days_since_the_last_deed(circle: Api, clock: Clock) -> None:
    await live(
        circle, [event("s", "share.posted", "ana", subject="s"), event("l", "share.liked", "bo", subject="s")]
    )
    clock.advance(4 * DAY + DAY // 2)
    somebody = await operator(circle)
    found = (await somebody.ask(LIST))["community"]["members"]["edges"]
    ana, bo = (edge["node"] for edge in found)
    assert ana["lastContributionAt"].startswith("2026-11-23T12:00:00")
    assert (ana["quietDays"], bo["quietDays"]) == (5, 5), "it is the morning of the 28th in Shanghai"
    assert bo["lastContributionAt"] is None, "what pays another is not looked at by a rule for oneself"


async def test_what_is_quiet_is_for_operators(circle: Api) -> None:
    await live(circle, [event("s", "share.posted", "ana", subject="s")])
    query = "{ me { quietDays lastContributionAt } }"
    assert (await (await member(circle, "ana")).ask(query))["me"] == {"quietDays": None, "lastContributionAt": None}
    reader = Asker(circle, await circle.key({Scope.MEMBERS_READ}))
    [edge] = (await reader.ask(LIST))["community"]["members"]["edges"]
    assert edge["node"] == {"displayName": "ana", "quietDays": None, "lastContributionAt": None}


async def test_a_list_of_the_near_is_read_a_page_at_a_time(api: Api) -> None:
    for number in range(5):
        await live(api, [event(f"t{number}", "member.helped", "z", people={"helper": f"m{number}"}, amount=20)])
    somebody = await operator(api)
    page = (await somebody.ask(LIST, filter="NEAR_PROMOTION", first=3))["community"]["members"]
    assert [edge["node"]["displayName"] for edge in page["edges"]] == ["m0", "m1", "m2"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, True)
    rest = (await somebody.ask(LIST, filter="NEAR_PROMOTION", after=page["pageInfo"]["endCursor"]))["community"]
    assert [edge["node"]["displayName"] for edge in rest["members"]["edges"]] == ["m3", "m4"]
