"""Who may do what: one row an operation, for every operation that the OpenAPI document and the SDL have.

A new operation without a row fails. Whoever asks for another community's is answered to the byte as for
what does not exist.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

import httpx2
import pytest

from ledger.core.values import Micros
from ledger.service.access import Scope
from ledger.service.communities import new_id
from ledger.service.writer import Writer
from ledger.store.engine import Database, address
from schema.graphql.ids import write_id
from schema.graphql.schema import SCHEMA
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import Databases, only_sqlite
from tests.schema.answers import gave
from tests.schema.api import STRUCTURED, Api, served
from tests.schema.rights import ANYONE, GRAPHQL, OTHER_ROUTES, REST
from tests.schema.story import event
from tests.schema.worlds import World, headers_of, told_world


class Built(NamedTuple):
    """A database in which a world was told, that nobody has open, and when that was."""

    url: str
    world: World
    at: Micros


@pytest.fixture(scope="session")
async def worlds(databases: Databases) -> AsyncIterator[Callable[[str], Awaitable[Built]]]:
    """Worlds by kind of database, each told once, to be copied."""
    told: dict[str, Built] = {}
    async with AsyncExitStack() as stack:

        async def of(kind: str) -> Built:
            if kind not in told:
                url, clock = await stack.enter_async_context(databases.fresh(kind)), Clock()
                async with _opened(url, clock) as (database, writer):
                    community = await rulebooks.begin(database, writer)
                    async with served(database, writer, clock, community) as api:
                        world = await told_world(api, database, writer, clock)
                told[kind] = Built(url, world, clock())
            return told[kind]

        yield of


@asynccontextmanager
async def _opened(url: str, clock: Clock) -> AsyncIterator[tuple[Database, Writer]]:
    database = Database(address(url))
    writer = Writer(database, clock=clock)
    yield database, writer
    await writer.drain()
    await database.close()


@pytest.fixture
async def world(worlds: Callable[[str], Awaitable[Built]], databases: Databases, kind: str) -> AsyncIterator[World]:
    """The garden, and every role."""
    built = await worlds(kind)
    clock = Clock(built.at)
    async with (
        databases.copy(kind, built.url) as url,
        _opened(url, clock) as (database, writer),
        served(database, writer, clock, built.world.api.community) as api,
    ):
        yield built.world._replace(api=api)


def _request(operation: str, *, fresh: str, member: str = "chat:ana", id_: str = "t1") -> dict[str, Any]:
    """Return a minimal request that whoever may is answered 200."""
    method, path = operation.split(" ")
    more: dict[str, Any] = {}
    match operation:
        case "POST /v1/events":
            more = {
                "content": json.dumps(event(fresh, "hand.waved")).encode(),
                "headers": {"content-type": STRUCTURED},
            }
        case "POST /v1/adjustments":
            body = {"member": member, "points": 1, "reason": "thanks"}
            more = {"json": body, "headers": {"idempotency-key": fresh}}
        case "POST /v1/redemptions":
            more = {"json": {"perk": "wave", "member": member}, "headers": {"idempotency-key": fresh}}
        case "POST /v1/member-links":
            more = {"json": {"member": member}}
        case "GET /v1/explanations":
            more = {"params": {"id": id_, "source": "chat:room"}}
    return {"method": method, "url": path.replace("{identity}", member), **more}


async def _rest(api: Api, operation: str, bearer: str | None, **parts: str) -> httpx2.Response:
    request = _request(operation, **parts)
    return await api.client.request(**{**request, "headers": {**request.get("headers", {}), **headers_of(bearer)}})


def _operations(document: dict[str, Any]) -> set[str]:
    return {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}


async def test_every_operation_of_the_openapi_document_has_a_row(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    assert _operations(document) == REST.keys()
    routes = {str(getattr(route, "path", "")) for route in _routes(api.app.inner.router.routes)}
    assert routes - {operation.split(" ")[1] for operation in REST} <= OTHER_ROUTES


def _routes(routes: Iterable[Any]) -> Iterable[Any]:
    """Yield routes, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        elif hasattr(route, "path"):
            yield route


def test_every_field_of_the_graphql_roots_has_a_row() -> None:
    schema = SCHEMA._schema
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    assert {f"{root.name}.{field}" for root in roots if root is not None for field in root.fields} == GRAPHQL.keys()


async def test_every_role_may_by_rest_what_the_table_says_and_no_more(world: World) -> None:
    wrong = []
    for operation, rule in REST.items():
        for number, role in enumerate(world.roles):
            answer = await _rest(world.api, operation, role.bearer, fresh=f"rest-{number}")
            expected = 200 if ANYONE in rule or rule & role.tags else role.status
            # Readiness says 503 of a server that could lose writes, as the tests' PostgreSQL may.
            if answer.status_code != expected and (operation, answer.status_code) != ("GET /readyz", 503):
                wrong.append((operation, role.name, answer.status_code, expected))
            if answer.status_code in (401, 403):
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["content-type"] == "application/problem+json"
    assert wrong == []


async def test_whoever_may_not_learns_nothing_of_what_exists(world: World) -> None:
    """The same refusal, whether it is about somebody or nobody, and before the request is looked at."""
    for operation in REST:
        for role in world.roles:
            there, nowhere = [
                await _rest(world.api, operation, role.bearer, fresh="same", member=member, id_=id_)
                for member, id_ in (("chat:ana", "t1"), ("chat:xyz", "t9"))
            ]
            if there.status_code in (401, 403):
                assert _whole(there) == _whole(nowhere), (operation, role.name)


async def test_what_is_anothers_and_what_is_nowhere_are_answered_alike_by_rest(world: World) -> None:
    for operation in ("GET /v1/members/{identity}", "POST /v1/member-links", "GET /v1/explanations"):
        theirs = await _rest(world.api, operation, world.foreign, fresh="f")
        nowhere = await _rest(world.api, operation, world.foreign, fresh="f", member="chat:xyz", id_="t9")
        assert theirs.status_code == nowhere.status_code == 404
        assert _whole(theirs) == _whole(nowhere)


async def test_who_writes_with_anothers_keys_and_names_writes_to_their_own_community(world: World) -> None:
    """The keys of events and of adjustments are each community's own, and so are the people."""
    before = await _standing(world)
    event_ = await world.api.post(event("t1", "hand.waved", "xyz"), key=world.foreign)
    assert (event_.status_code, event_.json()["position"]) == (200, 3)
    adjusted = await _rest(world.api, "POST /v1/adjustments", world.foreign, fresh="same")
    assert (adjusted.status_code, adjusted.json()["entries"][-1]["balance"]) == (200, 6)
    journal = (await _rest(world.api, "GET /v1/journal", world.foreign, fresh="")).json()
    assert journal["head"] == 4
    assert await _standing(world) == before


async def _standing(world: World) -> Any:
    reader = await world.api.key({Scope.CONSOLE})
    return [
        (await _rest(world.api, operation, reader, fresh="")).json()
        for operation in ("GET /v1/journal", "GET /v1/members/{identity}")
    ]


def _whole(answer: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.headers.items())


@pytest.mark.parametrize("field", GRAPHQL)
@only_sqlite
async def test_every_role_may_by_graphql_what_the_table_says_and_no_more(world: World, field: str) -> None:
    query, rule = GRAPHQL[field]
    wrong = []
    for number, role in enumerate(world.roles):
        answer = await world.graphql(field, query, role.bearer, f"fresh-{number}")
        expected = 401 if "bad" in role.tags else 200
        if answer.status_code != expected or gave(answer) != bool(rule & role.tags):
            wrong.append((role.name, answer.status_code, answer.text))
    assert wrong == []


@pytest.mark.parametrize("field", sorted(GRAPHQL.keys() - {"Query.viewer", "Query.me", "Query.communities"}))
@only_sqlite
async def test_what_is_anothers_and_what_is_nowhere_are_answered_alike_by_graphql(world: World, field: str) -> None:
    """A foreign community's key with every scope, and nobody at all."""
    query, _ = GRAPHQL[field]
    if field == "Mutation.createCommunity":
        return  # it names nothing that another has but a slug, which is one name for all communities
    member = write_id("Member", new_id(Micros(NOON + 7)), 1)
    key = write_id("ApiKey", new_id(Micros(NOON + 7)), "0" * 12)
    story = write_id("Contribution", new_id(Micros(NOON + 7)), 5)
    report = str(write_id("Violation", new_id(Micros(NOON + 7)), 5))
    reports = (report, report, report)
    names = ("Offer", "PlaybookTask", "Round", "Activity")
    offer, task, game, activity = (write_id(type_, new_id(Micros(NOON + 7)), "x") for type_ in names)
    told, story = story, write_id("Story", new_id(Micros(NOON + 7)), 1)
    perk, few, asked = (
        write_id(type_, new_id(Micros(NOON + 7)), name)
        for type_, name in (("Perk", "wave"), ("Perk", "few"), ("Redemption", 5))
    )
    elsewhere = world._replace(
        ana=member,
        bo=member,
        merge=write_id("Merge", new_id(Micros(NOON + 7)), 6),
        key_id=key,
        told=told,
        story=story,
        tale=story,
        reports=reports,
        offer=offer,
        task=task,
        round=game,
        perk=perk,
        stocked=few,
        redemption=asked,
        activity=activity,
        slug="nowhere",
    )
    before = await _standing(world)
    for bearer in (world.foreign, None):
        theirs = await world.graphql(field, query, bearer, "g")
        nowhere = await elsewhere.graphql(field, query, bearer, "g")
        assert not gave(theirs), theirs.text
        assert _whole(theirs) == _whole(nowhere)
    assert await _standing(world) == before
