"""GraphQL: a caller sees their own community and nothing of any other."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ledger.service.access import Scope
from ledger.service.writer import Writer
from ledger.store.engine import Database
from tests import rulebooks
from tests.schema.api import Api
from tests.schema.story import event

MEMBER = """
query ($slug: String!, $platform: String!, $name: String!) {
  memberByHandle(community: $slug, platform: $platform, externalId: $name) {
    id displayName balance { total available held unit { code scale } } community { slug }
  }
}
"""
COMMUNITY = "query ($slug: String!) { community(slug: $slug) { id slug timezone memberCount units { code } } }"
BY_ID = "query ($id: ID!) { member(id: $id) { displayName community { slug } } }"
READER = (Scope.MEMBERS_READ,)


async def _ana(api: Api, key: str | None, slug: str = "garden", name: str = "ana") -> dict[str, Any] | None:
    told = await api.graphql(MEMBER, key=key, slug=slug, platform="chat", name=name)
    assert "errors" not in told, told
    found: dict[str, Any] | None = told["data"]["memberByHandle"]
    return found


@pytest.fixture
async def key(api: Api) -> str:
    """A key that may read members, after ana opened a thread."""
    await api.record(event("t1", "thread.opened", "ana", subject="thread-1"))
    return await api.key(READER)


async def test_a_member_is_found_by_handle_with_a_balance(api: Api, key: str) -> None:
    ana = await _ana(api, key)
    assert ana is not None
    assert (ana["displayName"], ana["community"]) == ("ana", {"slug": "garden"})
    assert ana["balance"] == {"total": 15, "available": 15, "held": 0, "unit": {"code": "points", "scale": 0}}
    assert await _ana(api, key, name="bo") is None


async def test_a_member_is_found_by_the_id_it_was_told_with(api: Api, key: str) -> None:
    ana = await _ana(api, key)
    assert ana is not None
    told = await api.graphql(BY_ID, key=key, id=ana["id"])
    assert told["data"]["member"] == {"displayName": "ana", "community": {"slug": "garden"}}


async def test_a_community_tells_its_zone_its_units_and_how_many_were_seen(api: Api, key: str) -> None:
    told = await api.graphql(COMMUNITY, key=key, slug="garden")
    garden = told["data"]["community"]
    assert {**garden, "id": ""} == {
        "id": "",
        "slug": "garden",
        "timezone": "Asia/Shanghai",
        "memberCount": 1,
        "units": [{"code": "points"}],
    }


async def test_a_key_of_another_community_sees_nothing(
    api: Api, key: str, database: Database, writer: Writer
) -> None:
    """What is another's and what is nowhere look the same."""
    orchard = await rulebooks.begin(database, writer, "orchard")
    stranger = await api.key(Scope, community=orchard)
    ana = await _ana(api, key)
    assert ana is not None
    assert await _ana(api, stranger) is None
    assert await _ana(api, stranger, slug="orchard") is None
    seen, nowhere = [await api.graphql(COMMUNITY, key=stranger, slug=slug) for slug in ("garden", "nowhere")]
    assert seen == nowhere
    assert seen["data"] == {"community": None}
    assert (await api.graphql(BY_ID, key=stranger, id=ana["id"]))["data"] == {"member": None}


async def test_a_key_of_two_communities_with_members_of_one_name_sees_its_own(
    api: Api, key: str, database: Database, writer: Writer
) -> None:
    orchard = await rulebooks.begin(database, writer, "orchard")
    theirs = await api.key(Scope, community=orchard)
    await api.post(event("w1", "hand.waved", "ana"), key=theirs)
    ana = await _ana(api, theirs, slug="orchard")
    assert ana is not None
    assert (ana["community"], ana["balance"]["total"]) == ({"slug": "orchard"}, 5)


async def test_nobody_and_a_key_without_the_scope_see_no_member(api: Api, key: str) -> None:
    assert await _ana(api, None) is None
    assert await _ana(api, await api.key({Scope.EVENTS_WRITE})) is None
    ana = await _ana(api, key)
    assert ana is not None
    for blind in (None, await api.key({Scope.EVENTS_WRITE})):
        assert (await api.graphql(BY_ID, key=blind, id=ana["id"]))["data"] == {"member": None}


async def test_a_key_that_opens_nothing_is_401_and_is_not_nobody(api: Api) -> None:
    answer = await api.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"authorization": "Bearer lgr_0_0_0"}
    )
    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHORIZED"


def _spelled(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


async def test_what_is_no_id_names_nobody(api: Api, key: str) -> None:
    for odd in ("", "nonsense", "\u0000", "é", "====", _spelled("Member"), _spelled("Member:x:1")):
        assert await api.graphql(BY_ID, key=key, id=odd) == {"data": {"member": None}}, odd


async def test_a_number_nobody_has_names_nobody(api: Api, key: str) -> None:
    for number in ("", "0", "-1", "99", str(2**63 - 1), str(2**63), "9" * 30, "9" * 5000, "1\u0000", "²"):
        told = await api.graphql(BY_ID, key=key, id=_spelled(f"Member:{api.community.id.hex}:{number}"))
        assert told == {"data": {"member": None}}, number[:30]


async def test_an_id_of_another_type_names_no_member(api: Api, key: str) -> None:
    told = await api.graphql(BY_ID, key=key, id=_spelled(f"Community:{api.community.id.hex}:1"))
    assert told == {"data": {"member": None}}


async def test_odd_words_find_nobody_and_tell_nothing_of_the_database(api: Api, key: str) -> None:
    for odd in ("\u0000", "a\u0000b", "' OR 1=1 --", "%", "\\", "x" * 100_000, "雪"):
        for slug, platform, name in ((odd, "chat", "ana"), ("garden", odd, "ana"), ("garden", "chat", odd)):
            told = await api.graphql(MEMBER, key=key, slug=slug, platform=platform, name=name)
            assert told == {"data": {"memberByHandle": None}}, odd[:30]


@pytest.mark.parametrize(
    "query",
    [
        "{ nonsense }",
        "{",
        "mutation { nonsense }",
        "{ " + " ".join(f"a{number}: __typename" for number in range(100)) + " }",
        "{ " + "__typename " * 2_000 + "}",
        "{ __schema { types " + "{ fields { type { ofType " * 6 + "{ name } " + "} } } " * 6 + "} }",
    ],
)
async def test_what_cannot_be_answered_is_an_error_without_data(api: Api, key: str, query: str) -> None:
    answer = await api.client.post("/graphql", json={"query": query}, headers={"authorization": f"Bearer {key}"})
    told = answer.json()
    assert answer.status_code in (200, 400)
    assert told["errors"]
    assert not told.get("data")
    assert [word for word in ("Traceback", "sqlalchemy", "SELECT", "site-packages") if word in answer.text] == []


async def test_a_body_over_its_limit_is_413(api: Api, key: str) -> None:
    answer = await api.client.post(
        "/graphql", json={"query": "{ __typename }" + " " * 5_000_000}, headers={"authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 413


async def test_every_type_and_field_says_what_it_is(api: Api) -> None:
    told = await api.graphql("{ __schema { types { name description fields { name description } } } }")
    types = [one for one in told["data"]["__schema"]["types"] if not one["name"].startswith("__")]
    lacking = [one["name"] for one in types if not one["description"]]
    lacking += [
        f"{one['name']}.{part['name']}" for one in types for part in one["fields"] or [] if not part["description"]
    ]
    assert lacking == []
