"""Another name of a member, and who looks after them."""

from __future__ import annotations

from ledger.service.rebuild import rebuild
from ledger.service.verify import verify
from tests.schema.api import Api
from tests.schema.asker import event, id_of, live, member, operator

LINK = """mutation ($id: ID!, $platform: String = "mail", $name: String = "ana@example.org") {
    linkHandle(memberId: $id, platform: $platform, externalId: $name) {
    member { handles { platform externalId } } userErrors { code path message } } }"""
BUDDY = """mutation ($id: ID!, $buddy: ID) { setBuddy(memberId: $id, buddyId: $buddy) {
    member { buddy { id } } userErrors { code path message } } }"""


async def _whole(api: Api) -> None:
    found = await verify(api.ledger.database, api.community.id)
    assert found.differences == []
    await rebuild(api.ledger.database, api.community.id)
    assert await verify(api.ledger.database, api.community.id) == found


async def test_what_is_done_by_a_linked_name_is_the_members(api: Api) -> None:
    await live(api)
    asker, ana = await operator(api), await id_of(api, "ana")
    for _ in range(2):
        linked = (await asker.ask(LINK, id=ana))["linkHandle"]
        assert linked["userErrors"] == []
        assert [one["externalId"] for one in linked["member"]["handles"]] == ["ana", "ana@example.org"]
    await live(api, [event("t9", "hand.waved", "ana@example.org", source="mail:list")])
    found = '{ memberByHandle(community: "garden", platform: "mail", externalId: "ana@example.org") { id } }'
    assert (await asker.ask(found))["memberByHandle"] == {"id": ana}
    await _whole(api)
    assert await asker.refused(LINK, id=await id_of(api, "bo")) == [("HANDLE_TAKEN", ["externalId"])]
    assert await asker.refused(LINK, id=ana, platform="a:b") == [("TEXT_INVALID", ["platform"])]
    assert await asker.refused(LINK, id="eA") == [("MEMBER_UNKNOWN", ["memberId"])]


async def test_a_linked_name_goes_with_an_erasure(api: Api) -> None:
    await live(api)
    asker, ana = await operator(api), await id_of(api, "ana")
    await asker.ask(LINK, id=ana)
    await asker.ask("mutation ($id: ID!) { eraseMember(memberId: $id) { userErrors { code } } }", id=ana)
    found = '{ memberByHandle(community: "garden", platform: "mail", externalId: "ana@example.org") { id } }'
    assert (await asker.ask(found))["memberByHandle"] is None
    await _whole(api)


async def test_a_buddy_is_seen_by_everybody_until_there_is_none(api: Api) -> None:
    await live(api)
    asker, ana, bo = await operator(api), await id_of(api, "ana"), await id_of(api, "bo")
    assert (await asker.ask(BUDDY, id=bo, buddy=ana))["setBuddy"]["member"] == {"buddy": {"id": ana}}
    seen = "query ($id: ID!) { member(id: $id) { buddy { displayName } } }"
    assert (await (await member(api, "ana")).ask(seen, id=bo))["member"] == {"buddy": {"displayName": "Ana 安"}}
    assert await asker.refused(BUDDY, id=bo, buddy=bo) == [("OWN_BUDDY", ["buddyId"])]
    assert await asker.refused(BUDDY, id=bo, buddy="eA") == [("MEMBER_UNKNOWN", ["buddyId"])]
    await _whole(api)
    assert (await asker.ask(BUDDY, id=bo))["setBuddy"]["member"] == {"buddy": None}
    await asker.ask(BUDDY, id=bo, buddy=ana)
    await asker.ask("mutation ($id: ID!) { eraseMember(memberId: $id) { userErrors { code } } }", id=ana)
    assert (await asker.ask(seen, id=bo))["member"] == {"buddy": None}, "a former member looks after nobody"
    await _whole(api)
