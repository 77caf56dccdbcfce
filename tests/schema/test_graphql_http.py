"""GraphQL over HTTP: media types, statuses, codes, limits; and that nothing of the inside is told."""

from __future__ import annotations

import json
import time
from itertools import cycle, islice
from typing import Any

import pytest
from structlog.testing import capture_logs

from ledger.service.writer import QueueFull
from schema.graphql.accepting import JSON, RESPONSE, answer_type
from schema.graphql.cost import MOST_COST
from schema.graphql.language import preferred
from schema.graphql.limits import DEEPEST, MOST_ALIASES, MOST_DIRECTIVES, MOST_REPEATS, MOST_TOKENS
from tests.schema.api import Api
from tests.schema.asker import EVERY, Asker, event, live, operator
from tests.schema.gardens import Gardens


@pytest.fixture
async def somebody(gardens: Gardens, kind: str) -> Asker:
    """An operator of a server that stands, for what writes nothing."""
    return await gardens.after(kind, operator)


@pytest.fixture
async def owner(api: Api) -> Asker:
    """An operator of a server of one's own."""
    return await operator(api)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", RESPONSE),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", JSON),
        ("application/graphql-response+json, application/json;q=0.9", RESPONSE),
        ("application/json;q=0.5, application/graphql-response+json;q=0.6", RESPONSE),
        ("application/graphql-response+json;q=0, */*", JSON),
        ("application/json;q=0.1, */*;q=0.5", RESPONSE),
        ("APPLICATION/GRAPHQL-RESPONSE+JSON;Q=0.3, application/json;q=0.2", RESPONSE),
        ("application/json;q=nonsense, application/graphql-response+json;q=0.001", RESPONSE),
        ("," * 1000, JSON),
    ],
)
def test_the_media_type_is_the_one_the_client_likes_best(accept: str | None, expected: str) -> None:
    assert answer_type(accept) == expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("zh", "zh-CN"),
        ("zh-Hans-CN, en;q=0.8", "zh-CN"),
        ("en-GB, zh;q=0.8", "en"),
        ("fr, zh_CN;q=0.4, en;q=0.2", "zh-CN"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=0", "en"),
        ("*", "en"),
        ("zho", "en"),
        ("zh;q=nan", "en"),
    ],
)
def test_the_language_is_the_one_of_ours_that_is_liked_best(accepted: str, expected: str) -> None:
    assert preferred(accepted) == expected


BROKEN = {
    "{": "GRAPHQL_PARSE_FAILED",
    "{ nonsense }": "GRAPHQL_VALIDATION_FAILED",
    "{ viewer }": "GRAPHQL_VALIDATION_FAILED",
    "query ($id: ID!) { member(id: $id) { id } }": "BAD_USER_INPUT",
    "{ __typename }{ __typename }": "GRAPHQL_VALIDATION_FAILED",
}


@pytest.mark.parametrize("query", BROKEN)
async def test_what_is_not_executed_has_no_data_and_in_the_new_media_type_is_400(
    somebody: Asker, query: str
) -> None:
    for accept, status in ((RESPONSE, 400), (JSON, 200)):
        answer = await somebody.answer(query, accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (status, f"{accept}; charset=utf-8")
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"] == BROKEN[query]


async def test_what_is_executed_is_200_in_both(somebody: Asker) -> None:
    for accept in (RESPONSE, JSON):
        answer = await somebody.answer('{ community(slug: "nowhere") { slug } }', accept=accept)
        assert (answer.status_code, answer.json()) == (200, {"data": {"community": None}})
        assert answer.headers["vary"] == "Accept, Accept-Language, Authorization"
        failed = await somebody.answer('{ communities(after: "x") { totalCount } }', accept=accept)
        assert (failed.status_code, failed.json()["data"]) == (200, None)
        assert failed.json()["errors"][0]["path"] == ["communities"]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'[{"query": "{ __typename }"}]', "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"query": 7}', "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"query": "{ __typename }", "variables": []}', "application/json", 400),
        (b'{"query": "{ __typename }", "variables": {"x": NaN}}', "application/json", 400),
        (b'{"query": "{ __typename }", "operationName": "nope"}', "application/json", 400),
        (b'{"query": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (
            b'{"query": "query($x: Int) { __typename }", "variables": {"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
            JSON,
            400,
        ),
        (b"query=%7B__typename%7D", "application/x-www-form-urlencoded", 400),
        (b'{"query": "{ __typename }"}', "text/plain", 400),
        (b"\xff\xfe", "application/json", 400),
    ],
)
async def test_what_is_no_request_is_400_in_graphqls_form(
    standing: Api, body: bytes, media_type: str, status: int
) -> None:
    answer = await standing.client.post("/graphql", content=body, headers={"content-type": media_type})
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_queries_come_by_post_only(standing: Api) -> None:
    for url in ("/graphql?query={__typename}", "/graphql?query=mutation{__typename}"):
        assert (await standing.client.get(url)).status_code == 400
    assert (await standing.client.get("/graphql", headers={"accept": "text/html"})).status_code == 404
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await standing.client.request(method, "/graphql")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_at_most_five_errors_are_told(somebody: Asker) -> None:
    told = await somebody.told("{ a b c d e f g }")
    assert len(told["errors"]) == 5


def nested(levels: int) -> str:
    """Return a query of so many levels of fields."""
    way = islice(cycle(["community", "members(first: 1)", "edges", "node"]), levels - 1)
    path = " { ".join([*way, "__typename"]).replace("community", 'community(slug: "garden")', 1)
    return f"{{ {path} {'} ' * levels}"


def rows(members: str, entries: str, *, spread: bool = False) -> str:
    """Return a query of entries within members."""
    inside = f"entries({entries}) {{ totalCount edges {{ node {{ id }} }} }}"
    member = "...F" if spread else inside
    query = f'{{ community(slug: "garden") {{ members(first: {members}) {{ edges {{ node {{ {member} }} }} }} }} }}'
    return f"{query} fragment F on Member {{ {inside} }}" if spread else query


DOUBLED = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(80))
TOO_LARGE: dict[str, str] = {
    "levels": nested(DEEPEST + 1),
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(MOST_ALIASES + 1)) + " }",
    "aliases in fragments": "{ "
    + "...F " * 4
    + "} fragment F on Query { a: __typename b: __typename c: __typename d: __typename }",
    "directives": "{ __typename " + "@skip(if: false) " * (MOST_DIRECTIVES + 1) + "}",
    "the same field": "{ " + "__typename " * (MOST_REPEATS + 1) + "}",
    "doubling fragments": "{ ...F0 } " + DOUBLED + " fragment F80 on Query { a: __typename }",
    "rows": rows("100", "first: 100"),
    "rows by variable": "query ($n: Int = 100) " + rows("$n", "first: $n"),
    "rows in fragments": rows("100", "last: 100", spread=True),
}


@pytest.mark.parametrize("what", TOO_LARGE)
async def test_what_is_too_large_is_refused_at_once(somebody: Asker, what: str) -> None:
    began = time.monotonic()
    assert await somebody.codes(TOO_LARGE[what]) == ["TOO_COMPLEX"]
    assert time.monotonic() - began < 2


async def test_what_just_fits_is_answered(somebody: Asker) -> None:
    await somebody.ask(nested(DEEPEST))
    await somebody.ask("{ " + " ".join(f"a{n}: __typename" for n in range(MOST_ALIASES)) + " }")
    await somebody.ask("{ " + "__typename " * MOST_REPEATS + "}")
    await somebody.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 100)
    assert await somebody.codes("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x"] * 101) == ["TOO_MANY"]


async def test_a_cost_is_told_with_its_bound(somebody: Asker) -> None:
    told = await somebody.told(TOO_LARGE["rows"])
    [error] = told["errors"]
    assert error["extensions"]["cost"] > error["extensions"]["most"] == MOST_COST
    deep = TOO_LARGE["rows by variable"].replace("= 100", "")
    assert await somebody.codes(deep, n=100) == ["TOO_COMPLEX"]
    assert "errors" not in await somebody.told(deep, n=3)
    assert await somebody.codes(deep, n="many") == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "__typename " * (MOST_TOKENS + 1) + "}",
        "{ " + " ".join(f"...F{n}" for n in range(5000)) + " }",
        "{ viewer { role } }" + "{" * 300,
        '{ node(id: "' + "x" * 500_000 + '") { id } }',
    ],
)
async def test_long_documents_are_answered_fast(somebody: Asker, query: str) -> None:
    began = time.monotonic()
    answer = await somebody.answer(query)
    assert answer.status_code == 200
    assert time.monotonic() - began < 2


async def test_introspection_is_open_to_everybody_but_not_in_circles(standing: Api) -> None:
    nobody = Asker(standing, None)
    told = await nobody.ask("{ __schema { queryType { name } types { name fields { name type { name } } } } }")
    assert told["__schema"]["queryType"] == {"name": "Query"}
    circles = "{ __schema { types { " + "fields { type { " * 6 + "name " + "} } " * 6 + "} } }"
    assert await nobody.codes(circles) == ["GRAPHQL_VALIDATION_FAILED"]


async def test_what_nobody_expected_is_masked_and_logged_once(
    somebody: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer has a request's id and nothing of the fault; the log has both."""
    secret = "postgresql://user:hunter2@host/db"

    async def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("schema.graphql.query.viewer", fail)
    with capture_logs() as logs:
        told = await somebody.told("{ viewer { role } }")
    [error] = told["errors"]
    assert (told["data"], error["extensions"]["code"]) == ({"viewer": None}, "INTERNAL")
    request_id = error["extensions"]["requestId"]
    assert secret not in json.dumps(told)
    assert [(one["event"], one["request_id"], one["log_level"]) for one in logs] == [
        ("unexpected error", request_id, "error")
    ]
    assert secret in repr(logs[0]["exc_info"])


async def test_what_was_expected_is_not_logged(somebody: Asker) -> None:
    with capture_logs() as logs:
        for query in (*BROKEN, '{ communities(after: "x") { totalCount } }', TOO_LARGE["rows"]):
            await somebody.told(query)
        await Asker(somebody.api, None).told('mutation { revokeApiKey(id: "x") { secret } }')
    assert logs == []


async def test_a_full_queue_is_a_fault_to_try_again_after(
    api: Api, owner: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any, **__: Any) -> None:
        raise QueueFull

    monkeypatch.setattr(api.ledger.writer, "submit", full)
    mutation = """mutation { recordContribution(input: {community: "garden", source: "chat:x", key: "k", type: "t",
        data: {}}) { position } }"""
    [error] = (await owner.told(mutation))["errors"]
    assert error["extensions"] == {"code": "QUEUE_FULL", "retryAfter": 1}


async def test_a_key_has_a_rate_here_too(api: Api) -> None:
    key = await api.key(EVERY)
    buckets = api.app.inner.state.buckets
    buckets._left[key.split("_")[1]] = (0.0, buckets._clock() + 60)
    answer = await Asker(api, key).answer("{ __typename }")
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert int(answer.headers["retry-after"]) >= 1


async def test_erased_texts_leave_the_rest_standing(api: Api, owner: Asker) -> None:
    """Title, reasons and names can be gone; lines and sums are not."""
    await live(api, [event("t1", "thread.opened", "ana", subject="s", title="Secret", display_name="Ana")])
    place = api.community.id

    async def erase(connection: Any) -> None:
        await connection.begin()
        for table in ("event_private", "identity", "profile"):
            await connection.execute(f"DELETE FROM {table} WHERE community_id = $1", place)
        await connection.commit()

    await api.ledger.database.write(erase)
    query = """{ community(slug: "garden") { members { edges { node { displayName handles { platform }
        entries { edges { node { delta contribution { title } reason { explanation } actor { displayName }
        } } } } } } } }"""
    [ana] = [edge["node"] for edge in (await owner.ask(query))["community"]["members"]["edges"]]
    assert (ana["displayName"], ana["handles"]) == ("former member", [])
    line = ana["entries"]["edges"][0]["node"]
    assert (line["delta"], line["contribution"]) == (10, {"title": None})
    assert line["reason"]["explanation"] == "opened: former member gets 10 points; the balance is 15."
    assert line["actor"] == {"displayName": "former member"}
