"""Subscriptions: every event once and in order while writes go on, whichever process writes, under one's rights."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from ledger.core.commands import RecordContribution
from ledger.core.values import SECOND, identity
from ledger.service.access import Scope, key_id_of
from ledger.service.links import SignedIn, session_token
from ledger.service.writer import Writer
from ledger.settings import Settings
from ledger.store.directory import revoke_key
from ledger.store.engine import Database
from schema.app import create_app
from schema.graphql import following
from schema.graphql.endpoint import Endpoint
from schema.graphql.schema import SCHEMA
from schema.graphql.sockets import Socket
from schema.graphql.view import View
from tests import rulebooks
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import EVERY, event, id_of, live, number_of

JOURNAL = """subscription ($from: Position, $take: Int, $slug: String = "garden") {
  journal(community: $slug, fromPosition: $from, take: $take) { position key type hash } }"""
CHANGES = """subscription ($member: ID, $from: Position, $take: Int) {
  memberChanged(memberId: $member, fromPosition: $from, take: $take) {
    position member { displayName balance { total } } entry { delta balanceAfter reason { code } }
    tier { code } } }"""


class Following:
    """Subscriptions as somebody who calls."""

    def __init__(self, api: Api, bearer: str | None) -> None:
        self.api = api
        self.bearer = bearer

    async def _view(self) -> View:
        state = self.api.app.inner.state
        authorization = f"Bearer {self.bearer}" if self.bearer else None
        known = await state.gate.caller(authorization) if authorization else None
        return View(state.ledger, state.gate, state.heads, known, authorization, "en", "http://ledger.test")

    @asynccontextmanager
    async def results(self, query: str, **variables: object) -> AsyncIterator[AsyncIterator[Any]]:
        """Follow, until the caller leaves."""
        stream: Any = await SCHEMA.subscribe(query, variables, {"view": await self._view()})
        async with aclosing(stream) as following:
            yield following

    async def all(self, query: str, **variables: object) -> list[Any]:
        """Follow to the end, and return what came, each without its name."""
        async with self.results(query, **variables) as stream:
            results = [result async for result in stream]
        assert [error for result in results for error in result.errors or []] == []
        return [value for result in results for value in result.data.values()]

    async def code(self, query: str, **variables: object) -> str:
        """Follow what one may not, and return why it ends at once."""
        async with self.results(query, **variables) as stream:
            results = [result async for result in stream]
        [error] = results[-1].errors
        assert not results[-1].data
        return str(error.extensions["code"])


@pytest.fixture
async def operator(api: Api) -> Following:
    """Somebody with every scope."""
    return Following(api, await api.key(EVERY))


async def test_the_journal_from_its_beginning_ends_after_take(api: Api, operator: Following) -> None:
    await live(api)
    whole = await operator.all(JOURNAL, **{"from": 0, "take": 20})
    assert [one["position"] for one in whole] == list(range(1, 21))
    assert await operator.all(JOURNAL, **{"from": 10, "take": 10}) == whole[10:]
    assert await operator.all(JOURNAL, **{"from": -5, "take": 1}) == whole[:1]
    assert len({one["hash"] for one in whole}) == 20


async def test_pages_are_joined_without_a_seam(
    api: Api, operator: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(api)
    monkeypatch.setattr(following, "PAGE", 3)
    whole = await operator.all(JOURNAL, **{"from": 0, "take": 30})
    assert [one["position"] for one in whole] == list(range(1, 31))


async def test_from_now_on_only_what_comes_later(api: Api, operator: Following) -> None:
    await live(api)
    async with operator.results(JOURNAL) as stream:
        result = await _after_writing(api, stream, type="hand.waved")
    assert result.data["journal"]["key"].startswith("later-")


async def test_every_event_once_and_in_order_while_two_processes_write(
    api: Api, operator: Following, other: Database, clock: Clock
) -> None:
    """Some follow from the beginning, some from the middle, some come late; all see the same."""
    second, total = Writer(other, clock=clock), 200

    async def write(writer: Writer, name: str) -> None:
        for number in range(total // 4):
            command = RecordContribution(
                source="chat:room", key=f"{name}-{number}", type="hand.waved", actor=identity("ana", source="chat")
            )
            await writer.submit(api.community, [command])

    writers = [
        write(writer, f"{place}-{name}")
        for place, writer in enumerate((api.ledger.writer, second))
        for name in "ab"
    ]
    followers = [operator.all(JOURNAL, **{"from": start, "take": total + 2 - start}) for start in (0, 1, 50, 120)]
    followed, _ = await asyncio.wait_for(asyncio.gather(asyncio.gather(*followers), asyncio.gather(*writers)), 60)
    await second.drain()
    for start, seen in zip((0, 1, 50, 120), followed, strict=True):
        assert [one["position"] for one in seen] == list(range(start + 1, total + 3))
    assert len({one["key"] for one in followed[0]}) == total + 2


async def test_a_member_is_told_of_everything_once_while_others_write_too(
    api: Api, operator: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOOK_EVERY", 0.001)
    await live(api, [event("w", "hand.waved", "ana")])
    after, total = await id_of(api, "ana"), 60
    follower = asyncio.ensure_future(operator.all(CHANGES, member=after, **{"from": 3, "take": total}))
    for number in range(total):
        await live(api, [event(f"a-{number}", "member.helped", "bo", people={"helper": "ana"}, amount=1)])
        if number % 3:
            await live(api, [event(f"b-{number}", "hand.waved", "bo")])
    seen = await asyncio.wait_for(follower, 20)
    assert [one["entry"]["balanceAfter"] for one in seen] == [5 + min(number, 30) for number in range(1, total + 1)]
    positions = [one["position"] for one in seen]
    assert positions == sorted(set(positions))


async def test_a_member_is_told_of_their_own_lines_and_tiers(api: Api, operator: Following) -> None:
    await live(api, [event("t1", "thread.opened", "ana", subject="thread-1"), event("w", "hand.waved", "bo")])
    ana = Following(
        api, session_token(SignedIn(api.community, await number_of(api, "ana")), at=api.ledger.clock()).text
    )
    await live(api, [event("l1", "thread.liked", "bo", subject="thread-1"), event("in", "checked.in", "bo")])
    seen = await ana.all(CHANGES, **{"from": 0, "take": 3})
    assert [(one["position"], one["entry"]["reason"]["code"], one["entry"]["delta"]) for one in seen] == [
        (3, "start", 5),
        (3, "opened", 10),
        (5, "liked", 3),
    ]
    assert [one["tier"] for one in seen] == [None, {"code": "regular"}, None]
    assert seen[0]["member"] == {"displayName": "ana", "balance": {"total": 18}}, "the member as they are now"
    assert await ana.all(CHANGES, **{"from": 3, "take": 1}) == seen[2:]
    by_operator = await operator.all(CHANGES, member=await id_of(api, "ana"), **{"from": 0, "take": 3})
    assert by_operator == seen


async def test_a_member_who_waits_is_told_of_what_comes(api: Api, operator: Following) -> None:
    await live(api, [event("w", "hand.waved", "ana")])
    async with operator.results(CHANGES, member=await id_of(api, "ana")) as stream:
        await live(api, [event("x", "hand.waved", "bo")])
        result = await _after_writing(api, stream, type="member.helped", people={"helper": "ana"}, amount=1)
    assert result.data["memberChanged"]["entry"]["reason"] == {"code": "helped"}


async def _after_writing(api: Api, stream: AsyncIterator[Any], *, type: str, **data: Any) -> Any:
    """Return what a follower is told first while somebody writes; when it began to follow is its own affair."""
    waiting = asyncio.ensure_future(anext(stream))
    for number in range(100):
        await live(api, [event(f"later-{number}", type, "bo", **data)])
        await asyncio.wait([waiting], timeout=0.1)
        if waiting.done():
            break
    return await asyncio.wait_for(waiting, 5)


async def test_who_may_not_follow_is_told_why(api: Api, database: Database, writer: Writer) -> None:
    await live(api, [event("w", "hand.waved", "ana"), event("v", "hand.waved", "bo")])
    orchard = await rulebooks.begin(database, writer, "orchard")
    stranger = Following(api, await api.key(EVERY, community=orchard))
    reader = Following(api, await api.key({Scope.MEMBERS_READ}))
    auditor = Following(api, await api.key({Scope.LEDGER_READ}))
    bo = Following(
        api, session_token(SignedIn(api.community, await number_of(api, "bo")), at=api.ledger.clock()).text
    )
    ana = await id_of(api, "ana")
    nobody = Following(api, None)
    assert await nobody.code(JOURNAL) == await nobody.code(CHANGES, member=ana) == "UNAUTHORIZED"
    assert await reader.code(JOURNAL) == await bo.code(JOURNAL) == "MISSING_SCOPE"
    assert await stranger.code(JOURNAL) == await stranger.code(JOURNAL, slug="nowhere") == "COMMUNITY_UNKNOWN"
    for blind in (stranger, auditor, bo):
        assert await blind.code(CHANGES, member=ana) == "MEMBER_UNKNOWN"
    assert await reader.code(CHANGES) == await reader.code(CHANGES, member="bm9ib2R5") == "MEMBER_UNKNOWN"
    assert [one["position"] for one in await bo.all(CHANGES, **{"from": 0, "take": 1})] == [4]


@pytest.mark.parametrize("take", [0, -1, -(2**31)])
async def test_to_take_nothing_is_refused(api: Api, operator: Following, take: int) -> None:
    assert await operator.code(JOURNAL, take=take) == "BAD_PAGE_SIZE"


async def test_a_subscription_ends_with_its_key(api: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "STILL_EVERY", 0.05)
    key = await api.key(EVERY)
    async with Following(api, key).results(JOURNAL) as stream:
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.1)
        await revoke_key(api.ledger.database, api.community.id, key_id_of(key) or "", at=clock.at)
        clock.advance(2 * SECOND)
        result = await asyncio.wait_for(waiting, 5)
    assert [error.extensions["code"] for error in result.errors] == ["UNAUTHORIZED"]


async def test_many_who_wait_cost_one_look(api: Api, operator: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    heads = api.app.inner.state.heads
    look = heads._read

    async def counted(community: Any) -> Any:
        nonlocal looks
        looks += 1
        return await look(community)

    monkeypatch.setattr(heads, "_read", counted)
    started = asyncio.get_running_loop().time()
    end = await look(api.community.id)
    waiting = [asyncio.ensure_future(operator.all(JOURNAL, **{"from": end, "take": 1})) for _ in range(50)]
    await asyncio.sleep(4 * following.LOOK_EVERY)
    await live(api, [event("w", "hand.waved")])
    seen = await asyncio.wait_for(asyncio.gather(*waiting), 60)
    assert seen == [seen[0]] * 50
    waited = asyncio.get_running_loop().time() - started
    assert looks <= waited / following.LOOK_EVERY + 3


async def test_a_subscription_comes_over_server_sent_events(api: Api, operator: Following) -> None:
    await live(api)
    body = {"query": 'subscription { journal(community: "garden", fromPosition: 0, take: 2) { position } }'}
    headers = {"authorization": f"Bearer {operator.bearer}", "accept": "text/event-stream"}
    answer = await api.client.post("/graphql", json=body, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    assert lines == [{"data": {"journal": {"position": 1}}}, {"data": {"journal": {"position": 2}}}]


PROTOCOL = "graphql-transport-ws"
SUBSCRIBE = {
    "id": "1",
    "type": "subscribe",
    "payload": {"query": 'subscription { journal(community: "garden", fromPosition: 0, take: 2) { position } }'},
}


async def _in_a_server(url: str, conversation: Any) -> Any:
    """Run a conversation against a server of its own, on a loop of its own."""

    def run() -> Any:
        with TestClient(create_app(Settings(database_url=url))) as client:
            return conversation(client)

    return await asyncio.to_thread(run)


async def test_a_socket_takes_its_key_from_the_first_message(
    api: Api, operator: Following, database_url: str
) -> None:
    await live(api)

    def talk(client: TestClient) -> list[Any]:
        with client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
            payload = {"Authorization": f"Bearer {operator.bearer}"}
            socket.send_json({"type": "connection_init", "payload": payload})
            said = [socket.receive_json()]
            socket.send_json(SUBSCRIBE)
            said += [socket.receive_json() for _ in range(3)]
            socket.send_json({"id": "2", "type": "subscribe", "payload": {"query": "{ viewer { role } }"}})
            return [*said, socket.receive_json(), socket.receive_json()]

    said = await _in_a_server(database_url, talk)
    assert [one["type"] for one in said] == ["connection_ack", "next", "next", "complete", "next", "complete"]
    assert said[2]["payload"]["data"] == {"journal": {"position": 2}}
    assert said[4]["payload"]["data"] == {"viewer": {"role": "OPERATOR"}}


async def test_a_socket_without_a_key_is_nobodys_and_one_with_a_bad_key_is_closed(
    api: Api, database_url: str
) -> None:
    def talk(client: TestClient) -> list[Any]:
        said: list[Any] = []
        with client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
            socket.send_json({"type": "connection_init"})
            said.append(socket.receive_json())
            socket.send_json(SUBSCRIBE)
            said.append(socket.receive_json()["payload"][0]["extensions"])
        for payload, headers in (
            ({"authorization": "Bearer lgr_0_0_0"}, {}),
            ({"authorization": 7}, {}),
            ({}, {"authorization": "Bearer nonsense"}),
        ):
            with client.websocket_connect("/graphql", subprotocols=[PROTOCOL], headers=headers) as socket:
                socket.send_json({"type": "connection_init", "payload": payload})
                with pytest.raises(WebSocketDisconnect) as closed:
                    socket.receive_json()
                said.append(closed.value.code)
        return said

    assert await _in_a_server(database_url, talk) == [
        {"type": "connection_ack"},
        {"code": "UNAUTHORIZED"},
        4403,
        4403,
        4403,
    ]


ODD = [
    "[]",
    "7",
    "{}",
    '{"type": "subscribe", "id": 7, "payload": {"query": "{ __typename }"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
    '{"type": "subscribe", "id": "1", "payload": "x"}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
    '{"type": "complete", "id": ["x"]}',
    "[" * 5_000,
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ ' + "é" * 500 + '"}}',
]


async def test_what_is_no_message_closes_the_socket_and_nothing_else(api: Api, database_url: str) -> None:
    def talk(client: TestClient) -> list[int]:
        codes: list[int] = []
        for odd in ODD:
            with client.websocket_connect("/graphql", subprotocols=[PROTOCOL]) as socket:
                socket.send_json({"type": "connection_init"})
                socket.receive_json()
                socket.send_text(odd)
                with pytest.raises(WebSocketDisconnect) as closed:
                    socket.receive_json()
                codes.append(closed.value.code)
        assert client.get("/healthz").status_code == 200
        return codes

    assert await _in_a_server(database_url, talk) == [4400] * len(ODD)


async def test_an_operation_that_goes_on_sends_nothing_on_a_socket_that_was_closed() -> None:
    sent: list[str] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message["type"])

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    plain = WebSocket({"type": "websocket", "path": "/graphql", "headers": []}, receive, send)
    endpoint: Any = Endpoint()
    socket = Socket(endpoint, plain, plain)
    await plain.accept()
    await socket.send_json({"type": "next"})
    await socket.close(4409, "there is such an operation")
    await socket.send_json({"type": "next"})
    assert sent == ["websocket.accept", "websocket.send", "websocket.close"]


async def test_a_page_of_another_site_opens_no_socket(api: Api, database_url: str) -> None:
    def talk(client: TestClient) -> list[str]:
        opened = []
        for origin in ("http://evil.example", "null", "http://testserver:81", "http://testserver"):
            try:
                with client.websocket_connect("/graphql", subprotocols=[PROTOCOL], headers={"origin": origin}):
                    opened.append(origin)
            except WebSocketDisconnect:
                continue
        return opened

    assert await _in_a_server(database_url, talk) == ["http://testserver"]
