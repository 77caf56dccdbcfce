"""Who may do what: one row an operation, for every operation that the OpenAPI document and the SDL have.

A new operation without a row fails. Whoever asks for another community's is answered to the byte as for
what does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import httpx2
import pytest

from ledger.core.commands_members import MergeMembers
from ledger.core.values import SECOND, MemberId, Micros
from ledger.service.access import Scope, key_id_of
from ledger.service.communities import new_id
from ledger.service.links import SignedIn, session_token
from ledger.service.rulebooks import publication
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import revoke_key
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from schema.graphql.schema import SCHEMA
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import only_sqlite
from tests.schema.api import STRUCTURED, Api
from tests.schema.rights import ANYONE, GRAPHQL, HAS_KEY, MEMBER, OTHER_ROUTES, REST, VARIABLES
from tests.schema.story import event

RULEBOOK = rulebooks.SMALL.replace(
    "quotas:", "  - {id: told, event: story.told, amount: 2, pending: review}\nquotas:"
).replace(
    "tiers:",
    "tiers:\n  circle: {every: day@04:00, lockable: true,\n"
    "    levels: [{id: new}, {id: core, enter: {all: [{metric: member_for, gte: 1d}]}, grants: ['group:core']}]}",
)
"""The small rulebook, and something to review, to rise to, to lock and to hold."""


class Role(NamedTuple):
    """A caller: what the table calls them, and what they send. `status` is what REST refuses them with."""

    name: str
    tags: frozenset[str]
    bearer: str | None
    status: int = 403


class World(NamedTuple):
    """A garden with ana in it, bo, who is cyd too, and everybody who may call."""

    api: Api
    roles: list[Role]
    foreign: str
    ana: str
    bo: str
    merge: str
    key_id: str
    story: str
    slug: str = "garden"

    def variables(self, fresh: str) -> dict[str, str]:
        """Return the variables of a GraphQL operation."""
        return {
            "member": self.ana,
            "other": self.bo,
            "merge": self.merge,
            "key": self.key_id,
            "contribution": self.story,
            "slug": self.slug,
            "fresh": fresh,
        }

    async def graphql(self, field: str, query: str, bearer: str | None, fresh: str) -> httpx2.Response:
        """Ask one field over HTTP; a subscription by server-sent events."""
        root = field.partition(".")[0].lower()
        used = {name: type_ for name, type_ in VARIABLES.items() if f"${name}" in query}
        spelled = ", ".join(f"${name}: {type_}" for name, type_ in used.items())
        text = f"{root} ({spelled}) {query}" if spelled else f"{root} {query}"
        variables = {name: value for name, value in self.variables(fresh).items() if name in used}
        headers = {"accept": "text/event-stream" if root == "subscription" else "application/json"}
        return await self.api.client.post(
            "/graphql", json={"query": text, "variables": variables}, headers=_headers(bearer) | headers
        )


def _headers(bearer: str | None) -> dict[str, str]:
    return {} if bearer is None else {"authorization": f"Bearer {bearer}"}


@pytest.fixture
async def world(api: Api, database: Database, writer: Writer, clock: Clock) -> World:
    """The garden, and every role."""
    await api.record(event("t1", "thread.opened", "ana", subject="thread-1"))
    await writer.submit(api.community, [publication(RULEBOOK)])
    clock.advance(SECOND)
    told = await api.record(event("s1", "story.told", "ana"))
    await api.record(event("t2", "hand.waved", "bo"))
    await api.record(event("t3", "hand.waved", "cyd"))
    merging = MergeMembers(into=MemberId(2), gone=MemberId(3), by="key:k", reason="r")
    [merged] = await writer.submit(api.community, [merging])
    assert isinstance(merged, Receipt)
    orchard = await rulebooks.begin(database, writer, "orchard")
    foreign = await api.key(Scope, community=orchard)
    revoked, expired = await api.key(Scope), await api.key(Scope, expires_at=Micros(NOON + SECOND))
    await revoke_key(database, api.community.id, key_id_of(revoked) or "", at=clock())
    clock.advance(2 * SECOND)
    session = session_token(SignedIn(api.community, MemberId(1)), at=clock()).text
    roles = [
        Role("nobody", frozenset(), None, 401),
        Role("a bad key", frozenset({"bad"}), "lgr_0_0_0", 401),
        Role("a revoked key", frozenset({"bad"}), revoked, 401),
        Role("an expired key", frozenset({"bad"}), expired, 401),
        Role("a member", frozenset({MEMBER}), session),
    ]
    roles += [Role(scope.value, frozenset({scope.value, HAS_KEY}), await api.key({scope})) for scope in Scope]
    ana, spare = write_id("Member", api.community.id, 1), key_id_of(await api.key())
    bo, merge = write_id("Member", api.community.id, 2), write_id("Merge", api.community.id, merged.position)
    key, story = (
        write_id("ApiKey", api.community.id, spare or ""),
        write_id("Contribution", api.community.id, told["position"]),
    )
    return World(api, roles, foreign, ana, bo, merge, key, story)


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
        case "POST /v1/member-links":
            more = {"json": {"member": member}}
        case "GET /v1/explanations":
            more = {"params": {"id": id_, "source": "chat:room"}}
    return {"method": method, "url": path.replace("{identity}", member), **more}


async def _rest(api: Api, operation: str, bearer: str | None, **parts: str) -> httpx2.Response:
    request = _request(operation, **parts)
    return await api.client.request(**{**request, "headers": {**request.get("headers", {}), **_headers(bearer)}})


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


def _gave(answer: httpx2.Response) -> bool:
    """Say whether a GraphQL answer holds what was asked for."""
    if answer.status_code != 200:
        return False
    if answer.headers["content-type"].startswith("text/event-stream"):
        texts = [
            line.removeprefix("data:").strip() for line in answer.text.splitlines() if line.startswith("data:")
        ]
        told: dict[str, Any] = next((json.loads(text) for text in texts if text), {})
    else:
        told = answer.json()
    told = told.get("payload", told)
    return "errors" not in told and not _is_empty((told.get("data") or {}).get("it"))


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(item) for name, item in value.items() if name != "userErrors")
    return value is None or (isinstance(value, list) and all(_is_empty(item) for item in value))


@pytest.mark.parametrize("field", GRAPHQL)
@only_sqlite
async def test_every_role_may_by_graphql_what_the_table_says_and_no_more(world: World, field: str) -> None:
    query, rule = GRAPHQL[field]
    wrong = []
    for number, role in enumerate(world.roles):
        answer = await world.graphql(field, query, role.bearer, f"fresh-{number}")
        expected = 401 if "bad" in role.tags else 200
        if answer.status_code != expected or _gave(answer) != bool(rule & role.tags):
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
    merge = write_id("Merge", new_id(Micros(NOON + 7)), 6)
    elsewhere = world._replace(ana=member, bo=member, merge=merge, key_id=key, story=story, slug="nowhere")
    before = await _standing(world)
    for bearer in (world.foreign, None):
        theirs = await world.graphql(field, query, bearer, "g")
        nowhere = await elsewhere.graphql(field, query, bearer, "g")
        assert not _gave(theirs), theirs.text
        assert _whole(theirs) == _whole(nowhere)
    assert await _standing(world) == before
