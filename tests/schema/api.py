"""The HTTP contract on a real database, spoken to through ASGI."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx2

from ledger.core.values import Micros
from ledger.service.access import Scope, create_key
from ledger.service.ledger import Ledger
from ledger.service.writer import Writer
from ledger.settings import Settings
from ledger.store.directory import Community
from ledger.store.engine import Database
from schema.app import App, create_app
from tests.clock import Clock

EVENTS = "/v1/events"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
SENDER = frozenset({Scope.EVENTS_WRITE, Scope.AMOUNTS_WRITE})


class Streamed(NamedTuple):
    """What a bare ASGI call sent: a status, and its body in the pieces it came in."""

    status: int
    pieces: list[bytes]

    @property
    def results(self) -> list[dict[str, Any]]:
        """The body as NDJSON."""
        return [json.loads(line) for line in b"".join(self.pieces).splitlines()]


class Api:
    """A server for one community, and a key that may send anything."""

    def __init__(self, app: App, client: httpx2.AsyncClient, ledger: Ledger, community: Community) -> None:
        self.app = app
        self.client = client
        self.ledger = ledger
        self.community = community
        self.bearer = ""

    async def key(
        self,
        scopes: Iterable[Scope] = SENDER,
        *,
        sources: tuple[str, ...] = (),
        expires_at: Micros | None = None,
        community: Community | None = None,
    ) -> str:
        """Make a key and return it."""
        return await create_key(
            self.ledger.database,
            (community or self.community).id,
            name="test",
            scopes=frozenset(scopes),
            source_prefixes=sources,
            expires_at=expires_at,
            at=self.ledger.clock(),
        )

    async def post(
        self, body: object, media_type: str = STRUCTURED, *, query: str = "", key: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Send a body: bytes as they are, anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": media_type, "authorization": f"Bearer {key or self.bearer}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(EVENTS + query, content=content, headers=given)

    async def record(self, document: object) -> dict[str, Any]:
        """Send one event that is recorded, and return its answer."""
        answer = await self.post(document)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def graphql(self, query: str, *, key: str | None = None, **variables: object) -> dict[str, Any]:
        """Ask GraphQL as a key, or as nobody."""
        headers = {"authorization": f"Bearer {key}"} if key is not None else {}
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def stream(
        self, chunks: Iterable[bytes], *, query: str = "", zipped: bool = False, disconnects: bool = False
    ) -> Streamed:
        """Send NDJSON in pieces over bare ASGI, as a server would hand it in."""
        pieces = iter(chunks)
        headers = [(b"content-type", NDJSON.encode()), (b"authorization", f"Bearer {self.bearer}".encode())]
        if zipped:
            headers.append((b"content-encoding", b"gzip"))
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            piece = next(pieces, None)
            if piece is None and disconnects:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": EVENTS, "headers": headers}
        await self.app({**scope, "query_string": query.encode()}, receive, send)
        return _streamed(sent, whole=not disconnects)

    async def raw(self, path: str, pieces: Iterable[bytes]) -> int:
        """Send the pieces of a body over bare ASGI and leave; return the status, 0 where none came."""
        rest, sent = iter(pieces), list[Any]()

        async def receive() -> dict[str, Any]:
            piece = next(rest, None)
            if piece is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece, "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {self.bearer}".encode()), (b"content-type", STRUCTURED.encode())]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
            "server": ("ledger.test", 80),
            "client": ("127.0.0.1", 5),
        }
        await self.app(scope, receive, send)
        return sent[0]["status"] if sent else 0


def _streamed(sent: list[dict[str, Any]], *, whole: bool) -> Streamed:
    """Return what was sent, after seeing that it is one answer or none; who has left gets no end of it."""
    starts = [message["status"] for message in sent if message["type"] == "http.response.start"]
    assert len(starts) <= 1, "an answer begins once"
    bodies = [message for message in sent if message["type"] == "http.response.body"]
    ends = [not message.get("more_body", False) for message in bodies]
    assert not whole or sum(ends) == len(starts), "an answer ends once"
    return Streamed(starts[0] if starts else 0, [message["body"] for message in bodies])


@asynccontextmanager
async def served(
    database: Database, writer: Writer, clock: Clock, community: Community, **settings: Any
) -> AsyncIterator[Api]:
    """Serve a community with settings of one's own."""
    ledger = Ledger(Settings(**settings), database, writer, clock)
    app = create_app(ledger=ledger)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.inner.router.lifespan_context(app.inner),
        httpx2.AsyncClient(transport=transport, base_url="http://ledger.test") as client,
    ):
        api = Api(app, client, ledger, community)
        api.bearer = await api.key()
        yield api


def zipped(body: bytes) -> bytes:
    """Return a gzipped body."""
    return gzip.compress(body, mtime=0)
