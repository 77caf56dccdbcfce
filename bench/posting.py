"""Events over HTTP, one POST each, from 64 connections to a server in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.load import events
from ledger.service.access import Scope, create_key
from ledger.service.clock import now
from ledger.service.communities import begin
from ledger.service.writer import Writer
from ledger.store.engine import Database, address

CONNECTIONS = 64


def posts_a_second(url: str, count: int) -> float:
    """Start a server, post, stop it."""
    key = asyncio.run(_key(url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "LEDGER_DATABASE_URL": url,
        "LEDGER_RATE_LIMIT": "1000000",
        "LEDGER_RATE_BURST": "1000000",
    }
    command = [sys.executable, "-m", "schema.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        return asyncio.run(_post_all(port, key, count))
    finally:
        server.terminate()
        server.wait(20)


async def _key(url: str) -> str:
    database = Database(address(url))
    community = await begin(database, Writer(database), "bench-posting", preset="stack_exchange_2016")
    key = await create_key(database, community.id, name="bench", scopes=frozenset(Scope), at=now())
    await database.close()
    return key


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not start")


async def _post_all(port: int, key: str, count: int) -> float:
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/cloudevents+json\r\n"
    )
    bodies = [json.dumps(event).encode() for event in events(count, name="p")]
    requests = iter([f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies])
    started = time.perf_counter()
    await asyncio.gather(*(_client(port, requests) for _ in range(CONNECTIONS)))
    return count / (time.perf_counter() - started)


async def _client(port: int, requests: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    writer.close()
