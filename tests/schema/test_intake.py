"""`POST /v1/events`: three modes and NDJSON in, an answer for each event out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.schema.api import BATCH, NDJSON, STRUCTURED, Api, zipped
from tests.schema.story import event, lines

OPENED = event("t1", "thread.opened", "chat:ana", subject="thread-1")
ANSWER: dict[str, Any] = {
    "id": "t1",
    "status": "recorded",
    "position": 3,
    "entries": [
        {"member": "chat:ana", "unit": "points", "delta": 5, "balance": 5, "rule": "start", "reason": "OPENING"},
        {"member": "chat:ana", "unit": "points", "delta": 10, "balance": 15, "rule": "opened", "reason": "AWARD"},
    ],
}


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what the chain and explanations add to it."""
    return {name: value for name, value in answer.items() if name in ANSWER}


async def test_a_structured_event_is_recorded_and_its_entries_told(api: Api) -> None:
    answer = await api.post(OPENED)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert _told(answer.json()) == ANSWER
    assert "idempotency-replayed" not in answer.headers
    assert len(bytes.fromhex(answer.json()["hash"])) == 32


async def test_decisions_say_what_was_wanted_what_was_granted_and_each_step_between(api: Api) -> None:
    for number in (1, 2):
        await api.record(event(f"t{number}", "thread.opened", "ana", subject=f"thread-{number}"))
    answer = await api.record(event("t3", "thread.opened", "ana", subject="thread-3"))
    [decision] = answer["decisions"]
    told = {name: decision[name] for name in ("rule", "member", "outcome", "desired", "granted")}
    assert told == {"rule": "opened", "member": "chat:ana", "outcome": "GRANTED", "desired": 10, "granted": 5}
    assert [(step["before"], step["after"]) for step in decision["steps"]] == [(10, 5)]


async def test_an_event_no_rule_pays_for_is_recorded_with_no_entries(api: Api) -> None:
    answer = await api.record(event("w1", "hand.waved", "nobody-yet"))
    assert [entry["rule"] for entry in answer["entries"]] == ["start"]
    answer = await api.record(event("w2", "hand.waved"))
    assert (answer["status"], answer["entries"], answer["decisions"]) == ("recorded", [], [])


async def test_a_media_type_may_carry_parameters_and_any_case(api: Api) -> None:
    answer = await api.post(OPENED, "Application/CloudEvents+JSON; charset=utf-8")
    assert _told(answer.json()) == ANSWER


async def test_the_same_event_again_gets_the_first_answer_as_a_replay(api: Api) -> None:
    first = await api.record(OPENED)
    await api.record(event("t2", "thread.opened", "ana", subject="thread-2"))
    again = await api.post(OPENED)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.json()["status"] == "replayed"
    assert {**again.json(), "status": "recorded", "duplicate": None} == {**first, "duplicate": None}


async def test_a_repeat_that_names_somebody_else_gets_the_first_answer(api: Api) -> None:
    """Names are personal, so they are no part of what makes a repeat; they change nothing either."""
    told = event("h1", "member.helped", "ana", people={"helper": "cai"}, amount=3)
    first = await api.record(told)
    again = await api.record(event("h1", "member.helped", "bo", people={"helper": "dan"}, amount=3))
    assert again["status"] == "replayed"
    assert again["entries"] == first["entries"]
    assert again["decisions"] == first["decisions"]


async def test_texts_for_people_may_change_in_a_replay_since_they_are_not_the_content(api: Api) -> None:
    await api.record(event("t1", "thread.opened", "ana", subject="thread-1", title="Helo"))
    again = await api.post(event("t1", "thread.opened", "ana", subject="thread-1", title="Hello"))
    assert again.json()["status"] == "replayed"


@pytest.mark.parametrize(
    "other",
    [
        {"type": "thread.liked"},
        {"subject": "thread-2"},
        {"time": "2026-11-23T11:00:00Z"},
        {"data": {}},
        {"data": {"member": "ana", "length": 5}},
        {"data": {"member": "ana", "people": {"author": "bo"}}},
        {"data": {"member": "ana", "undoes": "t0"}},
    ],
)
async def test_the_same_key_with_other_content_is_a_conflict_and_changes_nothing(
    api: Api, other: dict[str, Any]
) -> None:
    first = await api.record(OPENED)
    refused = await api.post({**OPENED, **other})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert problem["errors"][0]["pointer"] == "/id"
    assert "position 3" in problem["detail"]
    again = await api.post(OPENED)
    assert again.json()["hash"] == first["hash"]


async def test_the_same_id_of_another_source_is_another_event(api: Api) -> None:
    await api.record(OPENED)
    answer = await api.record({**OPENED, "source": "mail:list"})
    assert (answer["status"], answer["position"]) == ("recorded", 4)


async def test_a_binary_event_is_the_same_as_a_structured_one(api: Api) -> None:
    await api.record({**OPENED, "time": "2026-11-23T11:00:00Z"})
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": "t1",
        "ce_source": "chat:room",
        "ce_type": "thread.opened",
        "ce_subject": "thread-1",
        "ce_time": "2026-11-23T11:00:00Z",
    }
    answer = await api.post({"member": "chat:ana"}, "application/json; charset=utf-8", **attributes)
    assert answer.json()["status"] == "replayed"


async def test_headers_of_a_binary_event_are_percent_decoded_once_and_unquoted(api: Api) -> None:
    await api.record(event('你好 "%41" €', "hand.waved", "ana", subject="雪"))
    plain = {"ce_specversion": "1.0", "ce_source": "chat:room", "ce_type": "hand.waved", "ce_subject": "%E9%9B%AA"}
    for spelled in ("%E4%BD%A0%E5%A5%BD%20%22%2541%22%20%E2%82%AC", '"%E4%BD%A0%E5%A5%BD \\"%2541\\" %E2%82%AC"'):
        answer = await api.post({"member": "ana"}, "application/json", **plain, ce_id=spelled)
        assert answer.json()["status"] == "replayed", spelled


async def test_the_mode_follows_the_content_type_not_the_headers(api: Api) -> None:
    answer = await api.post(OPENED, STRUCTURED, ce_id="other", ce_specversion="1.0", ce_source="x", ce_type="y")
    assert _told(answer.json()) == ANSWER


async def test_an_attribute_that_is_null_is_the_same_as_none(api: Api) -> None:
    """CloudEvents' JSON format: a null value must be treated as unset."""
    document = {**event("w1", "hand.waved", "ana"), "subject": None, "time": None, "traceparent": None}
    assert (await api.post({**document, "data_base64": None})).status_code == 200
    assert (await api.post(event("w1", "hand.waved", "ana"))).json()["status"] == "replayed"


async def test_extensions_are_taken_and_are_not_the_content(api: Api) -> None:
    extended = {
        **OPENED,
        "traceparent": "00-0af7",
        "sampled": True,
        "sequence": 7,
        "dataschema": "https://e.example/s",
    }
    assert (await api.post(extended)).json()["status"] == "recorded"
    assert (await api.post(OPENED)).json()["status"] == "replayed"


async def test_a_batch_is_answered_one_by_one_in_order(api: Api) -> None:
    batch = [event(f"w{n}", "hand.waved", "ana") for n in range(5)]
    answer = await api.post([*batch, batch[0]], BATCH)
    whole = answer.json()
    assert answer.status_code == 200
    assert [(one["id"], one["status"]) for one in whole["results"]] == [
        *((f"w{n}", "recorded") for n in range(5)),
        ("w0", "replayed"),
    ]
    assert (whole["recorded"], whole["replayed"], whole["refused"]) == (5, 1, 0)


async def test_an_empty_batch_is_answered_with_nothing(api: Api) -> None:
    answer = await api.post([], BATCH)
    assert (answer.status_code, answer.json()) == (200, {"results": [], "recorded": 0, "replayed": 0, "refused": 0})


async def test_a_batch_with_refused_events_is_207_and_keeps_the_good_ones(api: Api) -> None:
    bad = {"specversion": "1.0", "id": "bad", "source": "chat:room", "type": "hand.waved", "data": {"member": ""}}
    answer = await api.post([OPENED, bad, [], {**OPENED, "subject": "other"}], BATCH)
    assert answer.status_code == 207
    whole = answer.json()
    assert [one["status"] for one in whole["results"]] == ["recorded", "refused", "refused", "refused"]
    assert [one["problem"]["code"] for one in whole["results"][1:]] == [
        "INVALID_EVENT",
        "NOT_A_CLOUDEVENT",
        "IDEMPOTENCY_CONFLICT",
    ]
    assert whole["results"][1]["problem"]["errors"][0]["pointer"] == "/data/member"
    assert (whole["recorded"], whole["replayed"], whole["refused"]) == (1, 0, 3)


async def test_a_conflict_within_one_batch_does_not_touch_the_answer_of_the_first(api: Api) -> None:
    first = event("h1", "member.helped", "ana", people={"helper": "cai"}, amount=3)
    other = event("h1", "member.helped", "bo")
    answer = await api.post([first, other], BATCH)
    assert answer.status_code == 207, answer.text
    told, refused = answer.json()["results"]
    assert {entry["member"] for entry in told["entries"]} == {"chat:ana", "chat:cai"}
    assert refused["problem"]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_an_atomic_batch_is_recorded_whole(api: Api) -> None:
    answer = await api.post([OPENED, event("w1", "hand.waved", "bo")], BATCH, query="?mode=atomic")
    assert (answer.status_code, answer.json()["recorded"]) == (200, 2)
    again = await api.post([OPENED, event("w1", "hand.waved", "bo")], BATCH, query="?mode=atomic")
    assert (again.status_code, again.json()["replayed"]) == (200, 2)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("fault", "code", "pointer"),
    [
        ({"source": "ledger:x"}, "RESERVED_SOURCE", "/source"),
        ({"id": 5}, "NOT_A_CLOUDEVENT", "/id"),
        ({"data": {"member": "a\u0000"}}, "INVALID_EVENT", "/data/member"),
        ({"time": "2026-11-23T12:11:00Z"}, "TIME_IN_FUTURE", "/time"),
    ],
)
async def test_an_atomic_batch_with_one_fault_leaves_nothing_and_names_the_item(
    api: Api, place: int, fault: dict[str, Any], code: str, pointer: str
) -> None:
    batch = [event(f"w{n}", "hand.waved", "ana") for n in range(3)]
    batch[place] |= fault
    answer = await api.post(batch, BATCH, query="?mode=atomic")
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (422, 422, code)
    assert problem["errors"][0]["pointer"] == f"/{place}{pointer}"
    recorded = await api.record(OPENED)
    assert recorded["position"] == 3


async def test_a_short_ndjson_is_answered_like_a_batch(api: Api) -> None:
    answer = await api.post(lines([OPENED, event("w1", "hand.waved", "bo")]) + b"\n  \nnonsense", NDJSON)
    assert (answer.status_code, answer.headers["content-type"]) == (207, "application/json")
    whole = answer.json()
    assert [one["status"] for one in whole["results"]] == ["recorded", "recorded", "refused"]
    assert whole["results"][2]["problem"]["code"] == "NOT_JSON"


async def test_an_empty_ndjson_is_answered_with_nothing(api: Api) -> None:
    for body in (b"", b"\n\n"):
        answer = await api.post(body, NDJSON)
        assert (answer.status_code, answer.json()["results"]) == (200, [])


async def test_ndjson_cannot_be_atomic(api: Api) -> None:
    answer = await api.post(lines([OPENED]), NDJSON, query="?mode=atomic")
    assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_MODE")


async def test_a_gzipped_body_is_taken_in_every_mode(api: Api) -> None:
    body = json.dumps(OPENED).encode()
    assert _told((await api.post(zipped(body), content_encoding="gzip")).json()) == ANSWER
    batch = await api.post(zipped(b"[" + body + b"]"), BATCH, content_encoding="GZIP")
    assert batch.json()["replayed"] == 1
    ndjson = await api.post(zipped(body), NDJSON, content_encoding="x-gzip")
    assert ndjson.json()["replayed"] == 1


async def test_a_gzipped_body_of_several_members_is_read_to_its_end(api: Api) -> None:
    body = zipped(lines([OPENED])) + zipped(lines([event("w1", "hand.waved", "bo")]))
    answer = await api.post(body, NDJSON, content_encoding="gzip")
    assert (answer.status_code, answer.json()["recorded"]) == (200, 2)
