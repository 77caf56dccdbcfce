"""What `POST /v1/events` refuses: a problem with a stable code and a pointer, and nothing written."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ledger.core.values import DAY, SECOND, Micros
from ledger.service.access import Scope, key_id_of
from ledger.service.writer import Writer
from ledger.store.directory import Community, revoke_key
from ledger.store.engine import Database
from schema.problems import MEDIA_TYPE
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import head_held
from tests.schema.api import BATCH, NDJSON, SENDER, Api, served, zipped
from tests.schema.story import event

WAVE = event("w1", "hand.waved", "ana")


async def _nothing_was_written(api: Api) -> None:
    answer = await api.record(event("after", "hand.waved"))
    assert answer["position"] == 3


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in WAVE.items() if key != name}


NO_CLOUDEVENTS: list[tuple[object, str]] = [
    ([], ""),
    ("text", ""),
    (None, ""),
    (_without("specversion"), "/specversion"),
    ({**WAVE, "specversion": "0.3"}, "/specversion"),
    ({**WAVE, "specversion": 1.0}, "/specversion"),
    (_without("id"), "/id"),
    ({**WAVE, "id": ""}, "/id"),
    ({**WAVE, "id": 8812}, "/id"),
    (_without("source"), "/source"),
    ({**WAVE, "source": ""}, "/source"),
    (_without("type"), "/type"),
    ({**WAVE, "type": ["x"]}, "/type"),
    ({**WAVE, "type": "a\nb"}, "/type"),
    ({**WAVE, "id": "a\u0000b"}, "/id"),
    ({**WAVE, "subject": ""}, "/subject"),
    ({**WAVE, "subject": 5}, "/subject"),
    ({**WAVE, "time": "yesterday"}, "/time"),
    ({**WAVE, "time": "2026-11-23T08:00:00"}, "/time"),
    ({**WAVE, "time": "2026-02-30T08:00:00Z"}, "/time"),
    ({**WAVE, "time": "0000-01-01T00:00:00Z"}, "/time"),
    ({**WAVE, "time": "9999-12-31T23:59:59-14:00"}, "/time"),
    ({**WAVE, "time": 1}, "/time"),
    ({**WAVE, "data_base64": "e30="}, "/data_base64"),
    ({**WAVE, "myExt": "x"}, "/myExt"),
    ({**WAVE, "myExt": None}, "/myExt"),
    ({**WAVE, "a/b~c": "x"}, "/a~1b~0c"),
    ({**WAVE, "myext": {"a": 1}}, "/myext"),
    ({**WAVE, "myext": 1.5}, "/myext"),
    ({**WAVE, "dataschema": ""}, "/dataschema"),
]
NOT_TAKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"source": "ledger"}, "RESERVED_SOURCE", "/source"),
    ({"source": "ledger:bot"}, "RESERVED_SOURCE", "/source"),
    ({"time": "2026-11-23T12:10:00.000001Z"}, "TIME_IN_FUTURE", "/time"),
    ({"time": "9999-12-31T23:59:59.999999Z"}, "TIME_IN_FUTURE", "/time"),
    ({"id": "x" * 257}, "INVALID_EVENT", "/id"),
    ({"source": "x" * 257}, "INVALID_EVENT", "/source"),
    ({"type": "x" * 129}, "INVALID_EVENT", "/type"),
    ({"subject": "x" * 513}, "INVALID_EVENT", "/subject"),
    ({"datacontenttype": "text/plain"}, "INVALID_EVENT", "/datacontenttype"),
    ({"data": []}, "INVALID_EVENT", "/data"),
    ({"data": "text"}, "INVALID_EVENT", "/data"),
    ({"data": {"member": 42}}, "INVALID_EVENT", "/data/member"),
    ({"data": {"member": None}}, "INVALID_EVENT", "/data/member"),
    ({"data": {"member": ""}}, "INVALID_EVENT", "/data/member"),
    ({"data": {"member": "chat:"}}, "INVALID_EVENT", "/data/member"),
    ({"data": {"member": ":42"}}, "INVALID_EVENT", "/data/member"),
    ({"data": {"member": "m" * 257}}, "INVALID_EVENT", "/data/member"),
    ({"source": ":bot", "data": {"member": "42"}}, "INVALID_EVENT", "/data/member"),
    ({"data": {"people": ["ana"]}}, "INVALID_EVENT", "/data/people"),
    ({"data": {"people": {"a/b": 5}}}, "INVALID_EVENT", "/data/people/a~1b"),
    ({"data": {"undoes": ""}}, "INVALID_EVENT", "/data/undoes"),
    ({"data": {"undoes": 5}}, "INVALID_EVENT", "/data/undoes"),
    ({"data": {"title": "a\u0000b"}}, "INVALID_EVENT", "/data/title"),
    ({"data": {"list": [{"x": "\u001b[31m"}]}}, "INVALID_EVENT", "/data/list/0/x"),
    ({"data": {"a\nb": 1}}, "INVALID_EVENT", "/data/a\nb"),
]


async def test_what_is_no_cloudevent_is_400_with_the_place_of_the_fault(api: Api) -> None:
    for document, pointer in NO_CLOUDEVENTS:
        answer = await api.post(document)
        problem = answer.json()
        told = (answer.status_code, problem["code"], problem["errors"][0]["pointer"])
        assert told == (400, "NOT_A_CLOUDEVENT", pointer), document
    await _nothing_was_written(api)


async def test_a_cloudevent_we_do_not_take_is_422_with_the_place_of_the_fault(api: Api) -> None:
    for change, code, pointer in NOT_TAKEN:
        answer = await api.post({**WAVE, **change})
        problem = answer.json()
        told = (answer.status_code, problem["code"], problem["errors"][0]["pointer"])
        assert told == (422, code, pointer), change
    await _nothing_was_written(api)


async def test_every_fault_of_an_event_is_named_at_once(api: Api) -> None:
    answer = await api.post({"specversion": "2", "id": 5, "type": "", "time": "noon"})
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert pointers == ["/specversion", "/id", "/source", "/type", "/time"]


async def test_a_problem_has_the_form_of_rfc_9457(api: Api) -> None:
    answer = await api.post({**WAVE, "id": ""})
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "code", "detail", "errors"}
    assert (problem["type"], problem["status"]) == ("urn:contribution-ledger:problem:NOT_A_CLOUDEVENT", 400)


@pytest.mark.parametrize(
    ("time", "status"),
    [("2026-11-23T12:10:00Z", 200), ("2026-11-16T12:00:00Z", 200), ("1970-01-01T00:00:00Z", 200)],
)
async def test_a_time_up_to_ten_minutes_ahead_and_any_past_is_recorded(api: Api, time: str, status: int) -> None:
    assert (await api.post({**WAVE, "time": time})).status_code == status


async def test_an_event_older_than_the_rulebook_takes_is_recorded_and_pays_nothing(api: Api) -> None:
    late = event("t1", "thread.opened", "ana", subject="thread-1", time="2026-11-16T11:59:59Z")
    answer = await api.record(late)
    assert answer["decisions"][-1]["outcome"] == "TOO_LATE"
    assert [entry["rule"] for entry in answer["entries"]] == ["start"]


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        ({}, 'Bearer realm="ledger"'),
        ({"authorization": "Basic YTpi"}, 'Bearer realm="ledger"'),
        ({"authorization": "Bearer "}, 'Bearer realm="ledger"'),
        ({"authorization": "Bearer nonsense"}, 'error="invalid_token"'),
        ({"authorization": "Bearer lgr_0_0_0"}, 'error="invalid_token"'),
        ({"authorization": "Bearer lgr_\u00e9"}, 'error="invalid_token"'),
    ],
)
async def test_without_a_key_that_opens_it_is_401_with_a_challenge(
    api: Api, headers: dict[str, str], challenge: str
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await api.client.post("/v1/events", content=json.dumps(WAVE).encode(), headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert challenge in answer.headers["www-authenticate"]


async def test_a_wrong_secret_opens_nothing(api: Api) -> None:
    prefix, key_id, secret, _ = api.bearer.split("_")
    assert key_id_of(api.bearer) == key_id
    for forged in (f"{prefix}_{key_id}_{secret[::-1]}_00000000", f"{prefix}_{key_id}_{secret}_00000000"):
        assert (await api.post(WAVE, key=forged)).status_code == 401


async def test_a_revoked_key_opens_nothing_after_a_second(api: Api, clock: Clock) -> None:
    assert (await api.post(WAVE)).status_code == 200
    key_id = key_id_of(api.bearer)
    assert key_id is not None
    assert await revoke_key(api.ledger.database, api.community.id, key_id, at=clock())
    clock.advance(SECOND)
    assert (await api.post(WAVE)).status_code == 401


async def test_an_expired_key_opens_nothing(api: Api, clock: Clock) -> None:
    key, idle = [await api.key(expires_at=Micros(NOON + DAY)) for _ in range(2)]
    clock.set(Micros(NOON + DAY - 1))
    assert (await api.post(WAVE, key=key)).status_code == 200
    clock.set(Micros(NOON + DAY))
    assert (await api.post(WAVE, key=idle)).status_code == 401
    clock.advance(SECOND)
    assert (await api.post(WAVE, key=key)).status_code == 401


async def test_without_the_scope_it_is_403_naming_it(api: Api) -> None:
    key = await api.key(frozenset(Scope) - {Scope.EVENTS_WRITE, Scope.CONSOLE})
    answer = await api.post(WAVE, key=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "MISSING_SCOPE")
    assert "EVENTS_WRITE" in answer.json()["detail"]
    assert 'scope="EVENTS_WRITE"' in answer.headers["www-authenticate"]
    await _nothing_was_written(api)


async def test_amounts_from_data_need_their_own_scope_and_other_events_do_not(api: Api) -> None:
    key = await api.key({Scope.EVENTS_WRITE})
    answer = await api.post(event("h1", "member.helped", "ana", people={"helper": "bo"}, amount=5), key=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "AMOUNTS_NOT_ALLOWED")
    assert answer.json()["errors"][0]["pointer"] == "/data"
    await _nothing_was_written(api)
    assert (await api.post(event("t1", "thread.opened", "ana", subject="t"), key=key)).status_code == 200


async def test_a_key_sends_only_sources_of_its_prefixes(api: Api) -> None:
    key = await api.key(SENDER, sources=("chat:", "mail:list"))
    for source, status in (("chat:room", 200), ("mail:list-2", 200), ("chat", 403), ("mail:other", 403)):
        answer = await api.post({**WAVE, "source": source}, key=key)
        assert answer.status_code == status, source
    problem = answer.json()
    assert (problem["code"], problem["errors"][0]["pointer"]) == ("SOURCE_NOT_ALLOWED", "/source")
    assert "chat: or mail:list" in problem["detail"]


async def test_a_key_writes_to_its_own_community_alone(api: Api, database: Database, writer: Writer) -> None:
    other = await rulebooks.begin(database, writer, "orchard")
    key = await api.key(community=other)
    assert (await api.post(WAVE, key=key)).json()["position"] == 3
    assert (await api.post(WAVE)).json()["status"] == "recorded"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_another_method_is_405_and_says_which_is_taken(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/v1/events")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "application/cloudevents+xml", ""])
async def test_another_media_type_is_415_and_says_which_are_taken(api: Api, media_type: str) -> None:
    answer = await api.post(WAVE, media_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "application/cloudevents+json" in answer.headers["accept-post"]
    assert NDJSON in answer.headers["accept-post"]


async def test_another_encoding_is_415(api: Api) -> None:
    answer = await api.post(WAVE, content_encoding="br")
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_ENCODING")
    assert "gzip" in answer.headers["accept-encoding"]


@pytest.mark.parametrize("body", [b"not gzip", zipped(b"{}")[:-4], zipped(b"{}" * 99)[:12]])
async def test_a_broken_gzip_is_400(api: Api, body: bytes) -> None:
    answer = await api.post(body, content_encoding="gzip")
    assert (answer.status_code, answer.json()["code"]) == (400, "BROKEN_GZIP")


async def test_an_unknown_mode_is_400(api: Api) -> None:
    answer = await api.post([WAVE], BATCH, query="?mode=atomical")
    assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_MODE")


async def test_a_batch_that_is_no_array_is_400(api: Api) -> None:
    answer = await api.post(WAVE, BATCH)
    assert (answer.status_code, answer.json()["code"]) == (400, "NOT_A_BATCH")


async def test_a_sender_over_its_rate_is_429_and_told_when_to_come_again(
    database: Database, writer: Writer, clock: Clock, community: Community
) -> None:
    async with served(database, writer, clock, community, rate_limit=0.01, rate_burst=2) as api:
        answers = [await api.post({**WAVE, "id": f"w{number}"}) for number in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].json()["code"] == "RATE_LIMITED"
        assert 90 <= int(answers[2].headers["retry-after"]) <= 100
        other = await api.key()
        assert (await api.post(WAVE, key=other)).status_code == 200


async def test_a_full_queue_is_503_and_what_was_taken_is_recorded(
    database: Database, database_url: str, clock: Clock, community: Community
) -> None:
    writer = Writer(database, clock=clock, queue_limit=1)
    async with served(database, writer, clock, community) as api:
        assert (await api.post(WAVE)).status_code == 200
        async with head_held(database_url, community.id):
            sent = []
            for number in range(3):
                sent.append(asyncio.create_task(api.post({**WAVE, "id": f"more-{number}"})))
                await asyncio.sleep(0.05)
            done, _ = await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
            [full] = [task.result() for task in done]
        assert (full.status_code, full.json()["code"]) == (503, "QUEUE_FULL")
        assert int(full.headers["retry-after"]) >= 1
        assert sorted([answer.status_code for answer in await asyncio.gather(*sent)]) == [200, 200, 503]
        await writer.drain()
