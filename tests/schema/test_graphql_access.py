"""Links, communities and keys made by GraphQL: each shown once, to whoever may have it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ledger.core.values import DAY, MINUTE, SECOND
from ledger.service.access import Scope
from ledger.service.links import Purpose, signed_in
from ledger.store import directory
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import Asker, event, id_of, live, operator

LINK = """mutation ($id: ID!, $minutes: Int) { createMemberLink(memberId: $id, minutes: $minutes) {
  url expiresAt userErrors { code message path params } } }"""
CREATE = """mutation ($input: CommunityInput!) { createCommunity(input: $input) {
  community { id slug name memberCount units { code } apiKeys { id } } operatorKey
  userErrors { code message path params } } }"""
KEY = """mutation ($input: ApiKeyInput!) { createApiKey(input: $input) {
  apiKey { id name prefix scopes sourcePrefixes createdAt expiresAt revokedAt } secret
  userErrors { code message path params } } }"""
REVOKE = """mutation ($id: ID!) { revokeApiKey(id: $id) {
  apiKey { id revokedAt } userErrors { code message path params } } }"""


@pytest.fixture
async def somebody(api: Api) -> Asker:
    """An operator."""
    return await operator(api)


async def test_a_link_signs_its_member_in(api: Api, clock: Clock) -> None:
    await live(api, [event("w", "hand.waved", "ana")])
    bot = Asker(api, await api.key({Scope.MEMBERS_LINK}))
    ana = await id_of(api, "ana")
    told = (await bot.ask(LINK, id=ana, minutes=5))["createMemberLink"]
    base, _, token = told["url"].rpartition("/")
    assert (base, told["expiresAt"]) == ("http://ledger.test/link", "2026-11-23T12:05:00.000Z")
    signed = await signed_in(api.ledger.database, token, Purpose.LINK, at=clock.at)
    assert signed is not None
    assert (signed.community.slug, signed.member) == ("garden", 1)
    assert (await bot.ask(LINK, id=ana))["createMemberLink"]["expiresAt"] == "2026-11-23T12:15:00.000Z"
    for minutes in (0, -1, 1441, 2**31 - 1):
        assert await bot.refused(LINK, id=ana, minutes=minutes) == [("MINUTES_OUT_OF_RANGE", ["minutes"])]
    assert await bot.refused(LINK, id="bm9ib2R5") == [("MEMBER_UNKNOWN", ["memberId"])]
    clock.advance(5 * MINUTE)
    assert await signed_in(api.ledger.database, token, Purpose.LINK, at=clock.at) is None


async def test_a_new_community_has_a_key_for_its_operator(api: Api, somebody: Asker) -> None:
    told = await somebody.ask(CREATE, input={"slug": "orchard", "name": "果园", "preset": "stack_exchange_2016"})
    made = told["createCommunity"]
    assert made["community"] == {
        "id": made["community"]["id"],
        "slug": "orchard",
        "name": "果园",
        "memberCount": 0,
        "units": [{"code": "rep"}],
        "apiKeys": None,
    }
    theirs = Asker(api, made["operatorKey"])
    viewer = (await theirs.ask("{ viewer { role scopes communities { slug apiKeys { name } } } }"))["viewer"]
    assert viewer["role"] == "OPERATOR"
    assert viewer["scopes"] == [scope.value for scope in Scope]
    assert viewer["communities"] == [{"slug": "orchard", "apiKeys": [{"name": "operator"}]}]
    record = """mutation { recordContribution(input: {community: "orchard", source: "chat:room", key: "j",
        type: "member.joined", data: {member: "ana"}}) { entries { delta } userErrors { code } } }"""
    joined = (await theirs.ask(record))["recordContribution"]
    assert joined == {"entries": [{"delta": 1}], "userErrors": []}
    assert (await somebody.ask('{ community(slug: "orchard") { slug } }')) == {"community": None}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"slug": "garden"}, [("COMMUNITY_EXISTS", ["input", "slug"])]),
        ({"slug": ""}, [("SLUG_INVALID", ["input", "slug"])]),
        ({"slug": "No Good"}, [("SLUG_INVALID", ["input", "slug"])]),
        ({"slug": "x" * 65}, [("SLUG_INVALID", ["input", "slug"])]),
        ({"slug": "new", "preset": "nonsense"}, [("PRESET_UNKNOWN", ["input", "preset"])]),
        ({"slug": "new", "name": "a\u0000"}, [("TEXT_INVALID", ["input", "name"])]),
        (
            {"slug": "-", "name": "x" * 201, "preset": "x"},
            [
                ("SLUG_INVALID", ["input", "slug"]),
                ("TEXT_INVALID", ["input", "name"]),
                ("PRESET_UNKNOWN", ["input", "preset"]),
            ],
        ),
    ],
)
async def test_a_community_that_cannot_begin_says_everything_that_is_wrong(
    somebody: Asker, given: dict[str, str], expected: list[tuple[str, list[str]]]
) -> None:
    assert await somebody.refused(CREATE, input=given) == expected


async def test_a_slug_taken_meanwhile_gives_no_key_to_who_was_slower(
    somebody: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look before was too early; what counts is whether the community could be added."""

    async def nothing_yet(*_: object) -> None:
        return None

    monkeypatch.setattr(directory, "find", nothing_yet)
    told = (await somebody.ask(CREATE, input={"slug": "garden"}))["createCommunity"]
    assert (told["operatorKey"], told["userErrors"][0]["code"]) == (None, "COMMUNITY_EXISTS")


async def test_of_many_who_begin_one_community_one_gets_its_key(somebody: Asker) -> None:
    told = await asyncio.gather(*(somebody.ask(CREATE, input={"slug": "orchard"}) for _ in range(8)))
    answers = [one["createCommunity"] for one in told]
    assert len([one for one in answers if one["operatorKey"]]) == 1
    assert [one["userErrors"][0]["code"] for one in answers if not one["operatorKey"]] == ["COMMUNITY_EXISTS"] * 7


async def test_a_key_is_made_shown_once_and_revoked(api: Api, somebody: Asker, clock: Clock) -> None:
    given = {
        "community": "garden",
        "name": "bot",
        "scopes": ["EVENTS_WRITE", "MEMBERS_READ"],
        "sourcePrefixes": ["telegram:"],
        "expiresAt": "2026-11-24T12:00:00Z",
    }
    told = (await somebody.ask(KEY, input=given))["createApiKey"]
    made = told["apiKey"]
    assert told["secret"].startswith(f"{made['prefix']}_")
    assert made == {
        "id": made["id"],
        "name": "bot",
        "prefix": made["prefix"],
        "scopes": ["EVENTS_WRITE", "MEMBERS_READ"],
        "sourcePrefixes": ["telegram:"],
        "createdAt": "2026-11-23T12:00:00.000Z",
        "expiresAt": "2026-11-24T12:00:00.000Z",
        "revokedAt": None,
    }
    bot = Asker(api, told["secret"])
    assert (await bot.ask("{ viewer { scopes } }"))["viewer"]["scopes"] == ["EVENTS_WRITE", "MEMBERS_READ"]
    gone = (await somebody.ask(REVOKE, id=made["id"]))["revokeApiKey"]
    assert gone == {"apiKey": {"id": made["id"], "revokedAt": "2026-11-23T12:00:00.000Z"}, "userErrors": []}
    clock.advance(2 * SECOND)
    assert (await somebody.ask(REVOKE, id=made["id"]))["revokeApiKey"] == gone, "once is for ever"
    assert (await bot.answer("{ viewer { role } }")).status_code == 401
    listed = (await somebody.ask('{ community(slug: "garden") { apiKeys { id revokedAt } } }'))["community"][
        "apiKeys"
    ]
    assert gone["apiKey"] in listed


async def test_a_key_expires(api: Api, somebody: Asker, clock: Clock) -> None:
    given = {"community": "garden", "name": "b", "scopes": ["MEMBERS_READ"], "expiresAt": "2026-11-24T00:00:00Z"}
    bot = Asker(api, (await somebody.ask(KEY, input=given))["createApiKey"]["secret"])
    assert (await bot.answer("{ viewer { role } }")).status_code == 200
    clock.advance(DAY)
    assert (await bot.answer("{ viewer { role } }")).status_code == 401


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": ""}, [("TEXT_INVALID", ["input", "name"])]),
        ({"scopes": []}, [("SCOPES_MISSING", ["input", "scopes"])]),
        ({"sourcePrefixes": ["a b"]}, [("PREFIX_INVALID", ["input", "sourcePrefixes"])]),
        ({"sourcePrefixes": [""]}, [("PREFIX_INVALID", ["input", "sourcePrefixes"])]),
        ({"sourcePrefixes": ["x"] * 51}, [("PREFIX_INVALID", ["input", "sourcePrefixes"])]),
        ({"expiresAt": "2026-11-23T12:00:00Z"}, [("EXPIRED_ALREADY", ["input", "expiresAt"])]),
        ({"community": "nowhere"}, [("COMMUNITY_UNKNOWN", ["input", "community"])]),
    ],
)
async def test_a_key_that_cannot_be_made_says_why(
    somebody: Asker, given: dict[str, Any], expected: list[tuple[str, list[str]]]
) -> None:
    asked = {"community": "garden", "name": "bot", "scopes": ["CONSOLE"], **given}
    assert await somebody.refused(KEY, input=asked) == expected
    assert await somebody.codes(KEY, input={**asked, "scopes": ["EVERYTHING"]}) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("id_", ["", "nonsense", "QXBpS2V5Ojo"])
async def test_a_key_that_is_none_cannot_be_revoked(api: Api, somebody: Asker, id_: str) -> None:
    assert await somebody.refused(REVOKE, id=id_) == [("KEY_UNKNOWN", ["id"])]
    assert await somebody.refused(REVOKE, id=await _member_id(api)) == [("KEY_UNKNOWN", ["id"])]


async def _member_id(api: Api) -> str:
    await live(api, [event("w", "hand.waved", "ana")])
    return await id_of(api, "ana")


@pytest.mark.parametrize(
    ("bearer", "said"),
    [("nope", "neither an API key, which begins with lgr_"), ("a.b.c", "ask the bot for a new link")],
)
async def test_what_is_no_key_and_what_is_no_session_are_told_apart(api: Api, bearer: str, said: str) -> None:
    answer = await api.client.get("/v1/members/chat:ana", headers={"authorization": f"Bearer {bearer}"})
    assert answer.status_code == 401
    assert said in answer.json()["detail"]
