"""Abusive input at every route: answered 4xx in bounded time, nothing written, and health stays green."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest

from ledger.core.values import MemberId
from ledger.service.access import Scope
from ledger.service.links import SignedIn, session_token
from ledger.store.reads.journal import head
from tests.clock import Clock
from tests.databases import only_postgres, only_sqlite
from tests.schema.api import BATCH, NDJSON, STRUCTURED, Api, Streamed
from tests.schema.story import event

MOST_SECONDS = 10.0
EVENTS, ADJUSTMENTS, LINKS, GRAPHQL = "/v1/events", "/v1/adjustments", "/v1/member-links", "/graphql"
REDEMPTIONS = "/v1/redemptions"
POSTED = (EVENTS, ADJUSTMENTS, REDEMPTIONS, LINKS, GRAPHQL)

BODIES: dict[str, bytes] = {
    "arrays nested 20,000 deep": b"[" * 20_000 + b"]" * 20_000,
    "objects nested 20,000 deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "5 MB of spaces": b" " * 5_000_000,
    "5 MB of one text": b'{"a":"' + b"x" * 5_000_000 + b'"}',
    "a million tiny keys": b"{" + b",".join(b'"%x":1' % number for number in range(1_000_000)) + b"}",
    "a hundred thousand tiny keys": b"{" + b",".join(b'"%x":1' % number for number in range(70_000)) + b"}",
    "nothing": b"",
    "NUL": b"\x00",
    "NUL in a text": b'{"member":"a\\u0000b:c","query":"\\u0000","points":1,"reason":"\\u0000"}',
    "a lone surrogate": b'{"member":"chat:\\ud800","query":"\\ud800","points":1,"reason":"\\udfff"}',
    "invalid UTF-8": b'{"member":"chat:\xff\xfe","query":"\xc3\x28"}',
    "an overlong number": b'{"member":"chat:ana","points":1' + b"0" * 400 + b',"reason":"r","minutes":1e400}',
    "an endless number": b'{"member":"chat:ana","points":1' + b"0" * 50_000 + b',"reason":"r","minutes":1e99999}',
    "infinity": b'{"member":"chat:ana","points":Infinity,"reason":"r","minutes":NaN}',
    "a huge exponent": b'{"member":"chat:ana","points":1e400,"reason":"r","minutes":-1e400}',
    "empty texts": b'{"member":"","points":1,"reason":"","query":"","":""}',
    "null": b"null",
    "a number": b"5",
    "duplicate keys": b'{"member":"chat:ana","member":5,"points":1,"points":"x","query":"{","query":5}',
    "BOM": b"\xef\xbb\xbf{}",
}
NUMBERS = ("1e400", "-1e400", "1" + "0" * 400, "9" * 50_000, "NaN", "Infinity")


@pytest.fixture
async def api(standing: Api) -> Api:
    """One server for all of this, since nothing of it is written."""
    return standing


@pytest.fixture(autouse=True)
async def _nothing_is_written_and_health_is_green(api: Api) -> AsyncIterator[None]:
    before = await head(api.ledger.database, api.community.id)
    yield
    answer = await api.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    after = await api.record(event(f"after-{before.position}", "hand.waved"))
    assert after["position"] == before.position + 1, "something was written"


@pytest.fixture
async def key(api: Api) -> str:
    """A key that may do everything."""
    return await api.key({Scope.CONSOLE})


async def _send(api: Api, path: str, body: bytes, key: str, **headers: str) -> tuple[int, str]:
    """Send a body and return the status and text of the answer, which comes in time and tells nothing."""
    media_type = STRUCTURED if path == EVENTS else "application/json"
    given = {"content-type": media_type, "authorization": f"Bearer {key}", "idempotency-key": "k", **headers}
    began = monotonic()
    answer = await api.client.post(path, content=body, headers=given)
    assert monotonic() - began < MOST_SECONDS
    for word in ("Traceback", "sqlalchemy", "site-packages", "asyncpg", "SELECT "):
        assert word not in answer.text
    return answer.status_code, answer.text


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", POSTED)
@only_postgres
async def test_a_body_that_is_none_is_4xx(api: Api, key: str, path: str, body: str) -> None:
    status, text = await _send(api, path, BODIES[body], key)
    told = json.loads(text)
    if path == GRAPHQL and status != 413:
        assert told["errors"], "GraphQL says in its own form what is wrong, with 200 in the older media type"
    assert 400 <= status < 500 or (path, status) == (GRAPHQL, 200), text
    assert path == GRAPHQL or told["code"]


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize(
    "media_type", [BATCH, NDJSON, "text/plain", "multipart/form-data; boundary=x", "", "/", "é"]
)
@only_sqlite
async def test_a_media_type_that_is_not_the_routes_is_4xx(api: Api, key: str, path: str, media_type: str) -> None:
    answer = await api.client.post(
        path,
        content=b"nonsense",
        headers=[(b"authorization", f"Bearer {key}".encode()), (b"content-type", media_type.encode("latin-1"))],
    )
    if path == EVENTS and media_type == NDJSON:
        assert (answer.status_code, answer.json()["refused"]) == (207, 1)
    else:
        assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd", "x" * 9_000, "identity;q=0"])
@only_sqlite
async def test_an_unknown_encoding_is_4xx(api: Api, key: str, path: str, encoding: str) -> None:
    status, text = await _send(api, path, b"\x00\x01nonsense", key, **{"content-encoding": encoding})
    assert 400 <= status < 500, text


@pytest.mark.parametrize("path", POSTED)
@only_sqlite
async def test_a_bomb_of_gzip_is_4xx_in_little_time(api: Api, key: str, path: str) -> None:
    bomb = gzip.compress(b" " * 200_000_000, 9)
    status, text = await _send(api, path, bomb, key, **{"content-encoding": "gzip"})
    assert 400 <= status < 500, text


@only_sqlite
async def test_a_bomb_of_gzip_in_ndjson_is_one_refused_line(api: Api) -> None:
    """One endless line, unzipped piece by piece: never held whole."""
    squeeze = zlib.compressobj(9, wbits=31)
    bomb = [squeeze.compress(b"x" * 1_000_000) for _ in range(60)] + [squeeze.flush()]
    answer = await asyncio.wait_for(api.stream([b"".join(bomb)], zipped=True), MOST_SECONDS)
    assert [one["problem"]["code"] for one in answer.results] == ["LINE_TOO_LONG"]


@pytest.mark.parametrize("number", NUMBERS)
@only_sqlite
async def test_a_number_beyond_bounds_in_data_is_4xx_or_pays_nothing(api: Api, number: str) -> None:
    text = f'{{"specversion":"1.0","id":"n","source":"s","type":"nothing","data":{{"member":5,"v":{number}}}}}'
    answer = await api.post(text.encode())
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "time",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "1969-12-31T23:59:59Z",
        "+10000-01-01T00:00:00Z",
        "2026-11-23T08:00:00Z" + "0" * 100_000,
        "2026-11-23T08:00:60Z",
        "２０２６-11-23T08:00:00Z",
    ],
)
async def test_a_time_of_no_calendar_is_4xx(api: Api, time: str) -> None:
    answer = await api.post({**event("w", "hand.waved", "ana"), "time": time})
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("field", ["id", "source", "type", "subject", "time", "specversion", "datacontenttype"])
@pytest.mark.parametrize("value", ["", "\u0000", "\r\nx-evil: 1", "\ud800", "\uffff" * 3 + "\x1b[31m"])
@only_postgres
async def test_an_attribute_that_is_no_text_is_4xx(api: Api, field: str, value: str) -> None:
    answer = await api.post({**event("w", "hand.waved", "ana"), field: value})
    assert 400 <= answer.status_code < 500, answer.text
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/members/%00",
        "/v1/members/chat:%00",
        "/v1/members/chat:%ed%a0%80",
        "/v1/members/chat:%ff",
        "/v1/members/" + "x" * 9_000,
        "/v1/members/chat:" + "%F0%9F%8C%B8" * 300,
        "/v1/members/..%2f..%2fetc%2fpasswd",
        "/v1/members/",
        "/v1/journal?after=-1",
        "/v1/journal?after=" + "9" * 5_000,
        "/v1/journal?after=9223372036854775807",
        "/v1/journal?first=1e3&wait=nan",
        "/v1/journal?wait=inf",
        "/v1/explanations?id=%00&source=s",
        "/v1/explanations?id=%ff&source=%ed%a0%80",
        "/v1/explanations?id=&source=",
        "/link/" + "x" * 9_000,
        "/link/a.b.c",
        "/link/%00",
        "/docs/static/..%2f..%2f..%2fetc%2fpasswd",
        "/docs/static/%00",
    ],
)
async def test_an_address_that_names_nothing_is_4xx(api: Api, key: str, path: str) -> None:
    answer = await asyncio.wait_for(api.client.get(path, headers={"authorization": f"Bearer {key}"}), MOST_SECONDS)
    assert 400 <= answer.status_code < 500, answer.text


def _forged(header: dict[str, Any]) -> str:
    def part(document: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")

    claims = {"sub": "1", "aud": "session", "exp": 9**12}
    return f"{part({'alg': 'HS256', 'typ': 'JWT', **header})}.{part(claims)}.AAAA"


def _spelled(key_id: str) -> str:
    body = f"lgr_{key_id}_x"
    return f"{body}_{zlib.crc32(body.encode()):08x}"


BEARERS = {
    "a community with NUL": _forged({"kid": "gar\u0000den"}),
    "a community that is half a pair": _forged({"kid": "\ud800"}),
    "a community that is a list": _forged({"kid": ["garden"]}),
    "no algorithm": _forged({"kid": "garden", "alg": "none"}),
    "a forged signature": _forged({"kid": "garden"}),
    "a key of high bytes": _spelled("\u00e9\u00ff"),
    "a key of 100,000 letters": _spelled("a" * 100_000),
    "dots": "..",
    "a header that nests": "e30" * 9_000 + ".e30.AAAA",
}


@pytest.mark.parametrize("bearer", BEARERS)
async def test_a_bearer_that_is_nobodys_is_401_at_every_route(api: Api, bearer: str) -> None:
    raw = [
        (b"authorization", b"Bearer " + BEARERS[bearer].encode("latin-1")),
        (b"content-type", b"application/json"),
    ]
    for path in POSTED:
        answer = await api.client.post(path, content=b"{}", headers=raw)
        assert answer.status_code == 401, (path, answer.text)
    for path in ("/v1/members/chat:ana", "/v1/journal"):
        assert (await api.client.get(path, headers=raw)).status_code == 401
    if "/" not in BEARERS[bearer] and len(BEARERS[bearer]) < 1_000:
        assert (await api.client.get(f"/link/{BEARERS[bearer]}")).status_code == 401
    cookie = [(b"cookie", b"ledger_session=" + BEARERS[bearer].encode("latin-1"))]
    assert (await api.client.get("/", headers=cookie)).status_code in (401, 422)


async def test_a_session_cut_or_changed_opens_nothing(api: Api, clock: Clock) -> None:
    token = session_token(SignedIn(api.community, MemberId(1)), at=clock()).text
    for changed in (token[:-1], token[:-2] + "AA", token.replace(".", ".A", 1), token + "."):
        answer = await api.client.get("/v1/journal", headers={"authorization": f"Bearer {changed}"})
        assert answer.status_code == 401


@only_sqlite
async def test_headers_that_come_twice_are_one_refusal_or_one_of_them(api: Api, key: str) -> None:
    twice = [
        (b"authorization", f"Bearer {key}".encode()),
        (b"authorization", b"Bearer lgr_0_0_0"),
        (b"idempotency-key", b"a"),
        (b"idempotency-key", b"b"),
        (b"content-type", b"application/json"),
        (b"content-type", STRUCTURED.encode()),
        (b"content-length", b"5"),
    ]
    for path in POSTED:
        answer = await api.client.post(path, content=b"nonsense", headers=twice)
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("key_text", ["", " ", "a b", "a\tb", "é", "x" * 256, '""', "\x7f"])
@only_sqlite
async def test_an_idempotency_key_that_is_none_is_400(api: Api, key: str, key_text: str) -> None:
    headers = [
        (b"authorization", f"Bearer {key}".encode()),
        (b"content-type", b"application/json"),
        (b"idempotency-key", key_text.encode("latin-1")),
    ]
    body = {"member": "chat:ana", "points": 1, "reason": "r"}
    answer = await api.client.post(ADJUSTMENTS, content=json.dumps(body).encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


async def test_a_body_that_is_cut_off_is_answered_nothing_and_writes_nothing(api: Api) -> None:
    line = json.dumps(event("cut", "hand.waved")).encode()
    assert (await api.stream([line[:20]], disconnects=True)).status == 0
    assert await api.raw(EVENTS, [line[:30]]) in (0, 400)


@pytest.mark.parametrize("path", POSTED)
@only_sqlite
async def test_a_body_cut_off_leaves_no_error_at_any_route(api: Api, path: str) -> None:
    assert await api.raw(path, [b'{"member":']) in (0, 400, 401)


@only_sqlite
async def test_lines_that_are_blank_are_nothing_however_many(api: Api) -> None:
    answer: Streamed = await asyncio.wait_for(api.stream([b"\n" * 100_000, b" \r\n" * 1_000]), MOST_SECONDS)
    assert (answer.status, answer.results[0]["results"]) == (200, [])


@only_sqlite
async def test_ndjson_that_never_ends_a_line_is_refused_once(api: Api) -> None:
    answer = await asyncio.wait_for(api.stream([b"x" * 65_536] * 80), MOST_SECONDS)
    assert [one["problem"]["code"] for one in answer.results] == ["LINE_TOO_LONG"]


@only_sqlite
async def test_ndjson_in_pieces_of_one_byte_is_read_in_bounded_time(api: Api) -> None:
    """A line of 300 KB that trickles in: reading it must not cost the square of its length."""
    body = b'{"a":"' + b"x" * 300_000
    answer = await asyncio.wait_for(
        api.stream([body[at : at + 16] for at in range(0, len(body), 16)]), MOST_SECONDS
    )
    assert answer.results[0]["problem"]["code"] == "NOT_JSON"


DEEP = "{ __schema { types " + "{ fields { type { ofType " * 30 + "{ name } " + "} } } " * 30 + "} }"
QUERIES = {
    "aliases": "{ " + " ".join(f"a{number}: viewer {{ role }}" for number in range(900)) + " }",
    "fields": "{ " + "__typename " * 100_000 + "}",
    "depth": "{ viewer " + "{ communities " * 5_000 + "}" * 5_001,
    "introspection that nests": DEEP,
    "directives": "{ __typename " + "@skip(if: false) " * 20_000 + "}",
    "fragments that spread each other": "{ ...f0 } "
    + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    + " fragment f60 on Query { __typename }",
    "a fragment that spreads itself": "{ ...f } fragment f on Query { ...f }",
    "tokens": "{ a(" + "x: 1 " * 200_000 + ") }",
    "lists that nest": "{ nodes(ids: " + "[" * 20_000 + "]" * 20_000 + ") { id } }",
    "wide pages": "{ communities(first: 100) { edges { node { members(first: 100) { edges { node {"
    " entries(first: 100) { edges { node { id } } } } } } } } } }",
    "a million ids": "{ nodes(ids: [" + '"a",' * 300_000 + "]) { id } }",
    "operations": " ".join(f"query q{number} {{ __typename }}" for number in range(5_000)),
    "a string that never ends": '{ community(slug: "' + "x" * 500_000,
    "surrogates": '{ community(slug: "\\uD800") { id } }',
    "NUL": '{ community(slug: "\\u0000") { id } }',
}


@pytest.mark.parametrize("query", QUERIES)
@only_sqlite
async def test_a_query_that_asks_too_much_is_an_error_in_little_time(api: Api, key: str, query: str) -> None:
    body = json.dumps({"query": QUERIES[query]}).encode()
    began = monotonic()
    status, text = await _send(api, GRAPHQL, body, key)
    assert monotonic() - began < 3
    assert status in (200, 400, 413)
    told = json.loads(text)
    if status == 200 and query not in ("surrogates", "NUL"):
        assert told.get("errors"), text[:500]
    assert not any((told.get("data") or {}).values())
    assert "INTERNAL" not in text
    assert len(text) < 20_000


@only_sqlite
async def test_a_batch_of_queries_and_odd_variables_are_refused(api: Api, key: str) -> None:
    for body in (
        [{"query": "{ __typename }"}] * 50,
        {"query": "{ __typename }", "variables": [1]},
        {"query": 5},
        {"query": None, "variables": None},
        {"query": "query ($a: Int) { __typename }", "variables": {"a": 10**40}},
        {"query": "query ($a: String!) { community(slug: $a) { id } }", "variables": {"a": {"b": []}}},
        {"query": "{ __typename }", "operationName": {"a": 1}},
        {"query": "{ __typename }", "extensions": 5, "operationName": "nowhere"},
    ):
        status, text = await _send(api, GRAPHQL, json.dumps(body).encode(), key)
        assert status in (200, 400), text
        assert "INTERNAL" not in text
        assert status == 400 or json.loads(text)["errors"]
