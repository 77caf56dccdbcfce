"""`POST /v1/events` at its limits: any input is answered in bounded time, and long streams piece by piece."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from schema.intake.ndjson import LONGEST_LINE, SHORT_LINES
from schema.intake.route import MOST_BYTES, MOST_EVENTS
from tests.schema.api import BATCH, NDJSON, STRUCTURED, Api, zipped
from tests.schema.story import Document, event, lines

WAVE = event("w1", "hand.waved", "ana")


def _waves(many: int) -> list[Document]:
    return [event(f"w{number}", "hand.waved", f"member-{number % 7}") for number in range(many)]


def _pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


NO_JSON = [
    b"",
    b"{",
    b"nonsense",
    b'{"specversion":',
    b'{"id":"\xff"}',
    b'{"specversion":"1.0","id":"n","source":"s","type":"t","data":{"v":NaN}}',
    b'{"specversion":"1.0","id":"n","source":"s","type":"t","data":{"v":-Infinity}}',
    b'{"specversion":"1.0","id":"n","source":"s","type":"t","data":{"v":1e400}}',
    b'{"specversion":"1.0","id":"\\ud800","source":"s","type":"t"}',
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
]


@pytest.mark.parametrize("media_type", [STRUCTURED, BATCH])
async def test_what_is_no_json_is_400(api: Api, media_type: str) -> None:
    for body in NO_JSON:
        answer = await api.post(body, media_type)
        assert (answer.status_code, answer.json()["code"]) == (400, "NOT_JSON"), body[:60]


@pytest.mark.parametrize("depth", [33, 500])
async def test_data_nested_too_deep_is_422(api: Api, depth: int) -> None:
    nested: Any = "leaf"
    for _ in range(depth):
        nested = {"n": nested}
    answer = await api.post({**WAVE, "data": nested})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "INVALID_EVENT")
    assert problem["errors"][0]["pointer"].startswith("/data/n/n")


async def test_data_nested_as_deep_as_is_taken_is_recorded(api: Api) -> None:
    nested: Any = "leaf"
    for _ in range(30):
        nested = [nested]
    assert (await api.post(event("deep", "hand.waved", nested=nested))).status_code == 200


@pytest.mark.parametrize("media_type", [STRUCTURED, BATCH, "application/json"])
async def test_a_body_over_2_mb_is_413_and_one_of_2_mb_is_read(api: Api, media_type: str) -> None:
    attributes = {"ce_specversion": "1.0", "ce_id": "big", "ce_source": "s", "ce_type": "t"}
    over = await api.post(b" " * (MOST_BYTES + 1), media_type, **attributes)
    assert (over.status_code, over.json()["code"]) == (413, "BODY_TOO_LARGE")
    full = await api.post(b" " * MOST_BYTES, media_type, **attributes)
    assert (full.status_code, full.json()["code"]) == (400, "NOT_JSON")
    five = await api.post(b" " * 5_000_000, media_type, **attributes)
    assert five.status_code == 413


async def test_a_body_that_unzips_to_too_much_is_413(api: Api) -> None:
    bomb = zipped(b" " * 50_000_000)
    assert len(bomb) < 60_000
    answer = await api.post(bomb, content_encoding="gzip")
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


async def test_a_batch_of_too_many_events_is_422_and_nothing_of_it_is_recorded(api: Api) -> None:
    answer = await api.post(_waves(MOST_EVENTS + 1), BATCH)
    assert (answer.status_code, answer.json()["code"]) == (422, "TOO_MANY_EVENTS")
    full = await api.post(_waves(MOST_EVENTS), BATCH)
    assert (full.status_code, full.json()["recorded"]) == (200, MOST_EVENTS)


async def test_the_longest_names_in_any_script_fit_into_every_index(api: Api) -> None:
    """Four bytes a character, and no two alike, so that nothing is compressed away."""

    def long(many: int, salt: int) -> str:
        return "".join(chr(0x20000 + (number * 7919 + salt) % 40000) for number in range(many))

    named = {
        "specversion": "1.0",
        "id": long(256, 1),
        "source": long(256, 2),
        "type": "thread.opened",
        "subject": long(512, 3),
        "data": {"member": long(256, 4)},
    }
    first = await api.post(named)
    assert (first.status_code, len(first.json()["entries"])) == (200, 2), first.text
    liked = {**named, "id": long(256, 5), "type": "thread.liked", "data": {"member": f"chat:{long(250, 6)}"}}
    assert (await api.post(liked)).json()["entries"][-1]["rule"] == "liked"
    gone = {**named, "id": long(256, 7), "type": "thread.removed", "data": {}}
    assert [entry["delta"] for entry in (await api.post(gone)).json()["entries"]] == [-10, -3]
    typed = await api.post({**named, "id": "typed", "type": long(128, 8)})
    assert typed.status_code == 200


@pytest.mark.parametrize("amount", [2**53 - 1, 2**53, 2**63, 10**30, -(10**30), 1.5, True, "5", None])
async def test_any_amount_is_answered_and_no_balance_leaves_what_is_exact(api: Api, amount: object) -> None:
    answer = await api.post(event("h1", "member.helped", "ana", people={"helper": "bo"}, amount=amount))
    assert answer.status_code == 200, answer.text
    assert abs(answer.json()["decisions"][-1]["granted"]) <= 30


async def test_numbers_of_any_size_in_data_are_a_repeat_when_they_come_again(api: Api) -> None:
    odd = event("odd", "hand.waved", "ana", big=10**30, small=-(10**30), tiny=5e-324, zero=-0.0, huge=1.5e308)
    assert (await api.post(odd)).json()["status"] == "recorded"
    assert (await api.post(odd)).json()["status"] == "replayed"


async def test_a_long_ndjson_is_answered_line_by_line_in_pieces(api: Api) -> None:
    told = await api.stream(_pieces(lines(_waves(2_500)), 10_000))
    assert told.status == 200
    assert [one["id"] for one in told.results] == [f"w{number}" for number in range(2_500)]
    assert {one["status"] for one in told.results} == {"recorded"}
    assert [one["position"] for one in told.results] == list(range(3, 2_503))
    assert len(told.pieces) > 3


async def test_a_long_ndjson_sent_again_resumes_where_it_broke_off(api: Api) -> None:
    body = lines(_waves(2_500))
    broken = await api.stream(_pieces(body[:200_000], 10_000), disconnects=True)
    assert broken.status == 200
    again = await api.stream(_pieces(body, 65_536))
    statuses = [one["status"] for one in again.results]
    replayed = statuses.count("replayed")
    assert replayed >= 1_000
    assert statuses == ["replayed"] * replayed + ["recorded"] * (2_500 - replayed)


async def test_only_the_refused_lines_are_told_when_asked_so(api: Api) -> None:
    waves = _waves(SHORT_LINES + 100)
    waves[7]["id"] = ""
    told = await api.stream([lines(waves)], query="results=refused")
    assert [one["problem"]["errors"][0]["pointer"] for one in told.results] == ["/id"]


@pytest.mark.parametrize("size", [7, 1_000, 65_536])
async def test_lines_are_found_however_they_are_cut(api: Api, size: int) -> None:
    body = lines([event("w1", "hand.waved", "安娜", note="雪 🌱"), event("w2", "hand.waved", "ana")]).strip()
    told = await api.stream(_pieces(body.replace(b"\n", b"\r\n\r\n"), size))
    assert told.status == 200
    assert [one["status"] for one in told.results[0]["results"]] == ["recorded", "recorded"]


@pytest.mark.parametrize("size", [65_536, 10_000_000])
async def test_an_overlong_line_is_refused_alone(api: Api, size: int) -> None:
    bulk = event("bulk", "hand.waved", "ana", note="x" * LONGEST_LINE)
    body = lines([event("w1", "hand.waved", "ana"), bulk, event("w2", "hand.waved", "ana"), bulk])
    told = await api.stream(_pieces(body, size))
    assert [one["status"] for one in told.results] == ["recorded", "refused", "recorded", "refused"]
    assert told.results[1]["problem"]["code"] == "LINE_TOO_LONG"


async def test_a_line_as_long_as_is_taken_is_recorded(api: Api) -> None:
    bare = len(lines([event("bulk", "hand.waved", "ana", note="")])) - 1
    bulk = event("bulk", "hand.waved", "ana", note="x" * (LONGEST_LINE - bare))
    told = await api.stream(_pieces(lines([bulk]), 65_536))
    assert [one["status"] for one in told.results] == ["recorded"]


async def test_a_long_zipped_stream_is_read_in_constant_pieces(api: Api) -> None:
    told = await api.stream(_pieces(zipped(lines(_waves(2_500))), 1_000), zipped=True)
    assert [one["status"] for one in told.results] == ["recorded"] * 2_500


async def test_a_long_zipped_stream_that_breaks_off_ends_with_the_problem(api: Api) -> None:
    """The answer has begun, so its last line says what is wrong; what came before is recorded."""
    body = lines([{**wave, "note": str(zlib.crc32(str(wave).encode()))} for wave in _waves(4_000)])
    told = await api.stream(_pieces(zipped(body)[:-100], 1_000), zipped=True)
    assert told.status == 200
    *results, last = told.results
    assert last["problem"]["code"] == "BROKEN_GZIP"
    assert len(results) >= 1_000
    assert {one["status"] for one in results} == {"recorded"}
    again = await api.stream([body])
    assert [one["status"] for one in again.results][: len(results)] == ["replayed"] * len(results)


async def test_long_lines_are_recorded_before_many_of_them_wait(api: Api) -> None:
    """A thousand lines of a megabyte must not wait together: they would be a gigabyte."""
    bulk = (lines([event(f"b{number}", "hand.waved", "ana", note="x" * 900_000)]) for number in range(24))
    told = await api.stream(bulk)
    assert [one["status"] for one in told.results] == ["recorded"] * 24
    assert len([piece for piece in told.pieces if piece]) >= 3


async def test_a_client_that_leaves_before_its_body_is_whole_gets_no_answer_and_nothing_is_recorded(
    api: Api,
) -> None:
    told = await api.stream([lines([WAVE])[:-10]], disconnects=True)
    assert (told.status, told.pieces) == (0, [])
    assert (await api.record(WAVE))["position"] == 3


async def test_a_short_body_with_many_lines_streams_too(api: Api) -> None:
    tiny = b'{"specversion":"1.0","id":"","source":"s","type":"t"}\n' * (SHORT_LINES + 1)
    answer = await api.post(tiny, NDJSON)
    assert answer.headers["content-type"] == NDJSON
    assert len(answer.text.splitlines()) == SHORT_LINES + 1
