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

from ledger.core.books.offers import PLAYBOOK, write_tasks
from ledger.core.commands import Command, PutOffer, SetCommunity
from ledger.core.commands_members import MergeMembers
from ledger.core.rhythm.activities import ActivityTerms, ScheduleActivity
from ledger.core.rhythm.rounds import OpenRound, commitment
from ledger.core.rulebook.grammar import OfferTerms, Task
from ledger.core.rulebook.grammar.catalogue import Stage
from ledger.core.values import HOUR, SECOND, MemberId, Micros
from ledger.service.access import Scope, key_id_of
from ledger.service.communities import new_id
from ledger.service.links import SignedIn, session_token
from ledger.service.rounds import seed_of
from ledger.service.rulebooks import publication
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import revoke_key
from ledger.store.engine import Database
from schema.graphql.ids import write_id
from schema.graphql.schema import SCHEMA
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import only_sqlite
from tests.schema.accused import reports_of
from tests.schema.answers import gave
from tests.schema.api import STRUCTURED, Api
from tests.schema.asker import number_of
from tests.schema.rights import ANYONE, GRAPHQL, HAS_KEY, MEMBER, OTHER_ROUTES, REST, VARIABLES
from tests.schema.story import event
from tests.stall import Stall

WALK = "FREQ=DAILY;COUNT=1;BYHOUR=20;BYMINUTE=0;BYSECOND=0"
RULEBOOK = rulebooks.SMALL.replace(
    "quotas:", "  - {id: told, event: story.told, amount: 2, pending: review}\nquotas:"
).replace(
    "tiers:",
    "tiers:\n  circle: {every: day@04:00, lockable: true,\n"
    "    levels: [{id: new}, {id: core, enter: {all: [{metric: member_for, gte: 1d}]}, grants: ['group:core']}]}",
)
RULEBOOK += "violations: {spam: {appeal: 7d, steps: [{warn: true}]}}\n"
"""The small rulebook, and something to review, to rise to, to lock, to hold and to break."""


OFFERED: list[Command] = [
    PutOffer(terms=OfferTerms(code="launch"), by="tests"),
    SetCommunity(name=PLAYBOOK, value=write_tasks((Task(id="hi", stage=Stage.DAILY),)), by="tests"),
]


class Role(NamedTuple):
    """A caller: what the table calls them, and what they send. `status` is what REST refuses them with."""

    name: str
    tags: frozenset[str]
    bearer: str | None
    status: int = 403


class World(NamedTuple):
    """A garden with ana in it, bo, who is cyd too, stories of both, an open round, and everybody who may call."""

    api: Api
    roles: list[Role]
    foreign: str
    ana: str
    bo: str
    merge: str
    key_id: str
    told: str
    story: str
    tale: str
    offer: str
    task: str
    round: str
    perk: str
    stocked: str
    redemption: str
    activity: str
    reports: tuple[str, str, str]
    """Reports of violations: one nobody decided, a strike, and one that was appealed against."""
    slug: str = "garden"

    def variables(self, fresh: str) -> dict[str, str]:
        """Return the variables of a GraphQL operation."""
        ids = {
            "member": self.ana,
            "other": self.bo,
            "merge": self.merge,
            "key": self.key_id,
            "contribution": self.told,
        }
        reports = dict(zip(("report", "strike", "appeal"), self.reports, strict=True))
        told = {"story": self.story, "tale": self.tale, "offer": self.offer, "task": self.task}
        told |= {"round": self.round, "perk": self.perk, "stocked": self.stocked, "redemption": self.redemption}
        told |= {"activity": self.activity}
        return {**ids, **reports, **told, "slug": self.slug, "fresh": fresh}

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
    reports = await reports_of(writer, api.community)
    stall = Stall(api.ledger, api.community)
    await stall.put("wave")
    await stall.put("few", stock=1)
    asked = await stall.redeem("ana", "wave")
    bo, merged = await _merged(api, writer)
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
    contribution = write_id("Contribution", api.community.id, told["position"])
    story, tale = [write_id("Story", api.community.id, await _told(api, name)) for name in ("ana", "bo")]
    await writer.submit(api.community, OFFERED)
    opening = OpenRound(code="chain", title="t", commitment=commitment(seed_of(api.community, "chain")), by="tests")
    walk = ActivityTerms(code="walk", kind="walk", starts_at=Micros(NOON), length=HOUR, rule=WALK, once=True)
    await writer.submit(api.community, [opening, ScheduleActivity(terms=walk, by="tests")])
    return World(
        api,
        roles,
        foreign,
        ana,
        bo,
        merged,
        write_id("ApiKey", api.community.id, spare or ""),
        contribution,
        story,
        tale,
        write_id("Offer", api.community.id, "launch"),
        write_id("PlaybookTask", api.community.id, "hi"),
        write_id("Round", api.community.id, "chain"),
        write_id("Perk", api.community.id, "wave"),
        write_id("Perk", api.community.id, "few"),
        write_id("Redemption", api.community.id, asked),
        write_id("Activity", api.community.id, "walk/2026-11-23T12:00:00Z"),
        reports,
    )


async def _merged(api: Api, writer: Writer) -> tuple[str, str]:
    """Make bo and cyd one person; return bo, and the merge."""
    for key, name in (("t2", "bo"), ("t3", "cyd")):
        await api.record(event(key, "hand.waved", name))
    bo, cyd = await number_of(api, "bo"), await number_of(api, "cyd")
    [receipt] = await writer.submit(api.community, [MergeMembers(into=bo, gone=cyd, by="key:k", reason="r")])
    assert isinstance(receipt, Receipt)
    return write_id("Member", api.community.id, bo), write_id("Merge", api.community.id, receipt.position)


async def _told(api: Api, name: str) -> int:
    """Let somebody tell a story that everybody sees; return where it was submitted."""
    told = await api.record(event(f"story-{name}", "story.submitted", name, subject=f"story-{name}"))
    await api.record(event(f"featured-{name}", "story.featured", subject=f"story-{name}"))
    return int(told["position"])


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
