"""A refusal is heard by clients that send to the end and then look: who is cut off learns nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from http.client import HTTPConnection
from typing import NamedTuple

import pytest

from tests.harness.conftest import Fresh
from tests.harness.processes import serving
from tests.harness.town import Town, found_town
from tests.harness.wire import STRUCTURED

LARGE = json.dumps({"data": {"x": "y" * 5_000_000}}).encode()
FITTING = json.dumps({"data": {"x": "y" * 900_000}}).encode()


class Place(NamedTuple):
    """A town and the port at which it is served."""

    town: Town
    port: int


@pytest.fixture(scope="module")
async def place(module_fresh: Fresh) -> AsyncIterator[Place]:
    """A server that all tests here share."""
    town = await found_town(await module_fresh("sqlite"))
    async with serving(town.url) as (server,):
        yield Place(town, server.port)


def _post(place: Place, path: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Send all, as a client does that keeps no connection, and return the answer's status and code."""
    connection = HTTPConnection("127.0.0.1", place.port, timeout=30)
    fields = {"Authorization": f"Bearer {place.town.key}", "Connection": "close", **headers}
    try:
        connection.request("POST", path, body, fields)
        answer = connection.getresponse()
        document = json.loads(answer.read())
    finally:
        connection.close()
    errors = document.get("errors", [{}])
    return answer.status, document.get("code") or errors[0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("path", "media"),
    [("/v1/events", STRUCTURED), ("/v1/adjustments", "application/json"), ("/graphql", "application/json")],
)
async def test_a_body_of_five_megabytes_is_told_that_it_is_too_large(place: Place, path: str, media: str) -> None:
    headers = {"Content-Type": media, "Idempotency-Key": "large"}
    for _ in range(3):
        status, code = await asyncio.to_thread(_post, place, path, LARGE, **headers)
        assert (status, code) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("path", ["/v1/events", "/v1/adjustments", "/v1/redemptions", "/nowhere"])
async def test_who_may_not_is_told_so_after_having_sent_all(place: Place, path: str) -> None:
    headers = {"Content-Type": STRUCTURED, "Authorization": "Bearer lgr_nobody"}
    status, _ = await asyncio.to_thread(_post, place, path, FITTING, **headers)
    assert status == (404 if path == "/nowhere" else 401)
