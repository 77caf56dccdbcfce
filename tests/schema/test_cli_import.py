"""`ledger import`: what is good is recorded, what is not is named, and again is no change."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from schema.cli.importing import LONGEST_LINE
from tests.rulebooks import SMALL
from tests.schema.cli import Cli
from tests.schema.story import BALANCES, EVENTS, STORY, event, lines, written

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _balances(ledger: Cli) -> dict[str, int]:
    rows = ledger("balances", "-c", "garden", "--left").ok().rows
    return {row["member"]: int(row["balance"]) for row in rows}


def _rejects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_file_is_played_in_and_again_is_no_change(ledger: Cli, small: Path, tmp_path: Path) -> None:
    story = written(tmp_path)
    first = ledger("import", story, "-c", "garden", "--rulebook", small).ok()
    counts = f"{EVENTS} recorded, 0 were recorded before, 0 refused\n"
    assert first.said == f"community garden is new, with rulebook small\n{counts}"
    assert _balances(ledger) == BALANCES
    verified = ledger("verify", "-c", "garden").ok()
    again = ledger("import", story, "-c", "garden").ok()
    assert again.said == f"0 recorded, {EVENTS} were recorded before, 0 refused\n"
    assert ledger("verify", "-c", "garden").ok() == verified
    assert not list(tmp_path.glob("*.rejects.ndjson"))


def test_a_gzipped_file_is_the_same_as_a_plain_one(garden: Cli, tmp_path: Path) -> None:
    zipped = tmp_path / "story.bin"  # known by its first bytes, not by its name
    zipped.write_bytes(gzip.compress(lines()))
    assert f"0 recorded, {EVENTS} were recorded before" in garden("import", zipped, "-c", "garden").ok().said


def test_a_gzip_file_of_several_members_is_read_to_its_end(ledger: Cli, small: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "story.ndjson.gz"
    zipped.write_bytes(gzip.compress(lines(STORY[:10])) + gzip.compress(lines(STORY[10:])))
    assert f"{EVENTS} recorded" in ledger("import", zipped, "-c", "garden", "--rulebook", small).ok().said


@pytest.mark.parametrize("damage", ["cut", "cut in the header", "cut in the trailer", "garbage after it"])
def test_a_broken_gzip_file_keeps_what_came_before_and_says_so(
    ledger: Cli, small: Path, tmp_path: Path, damage: str
) -> None:
    whole = gzip.compress(lines())
    zipped = tmp_path / "story.ndjson.gz"
    zipped.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "cut in the header": whole[:5],
            "cut in the trailer": whole[:-3],
            "garbage after it": whole + b"garbage",
        }[damage]
    )
    broken = ledger("import", zipped, "-c", "garden", "--rulebook", small)
    assert broken.code == 1
    assert "the gzip stream breaks off after line" in broken.said
    assert " 0 refused" in broken.said
    zipped.write_bytes(whole)
    assert ledger("import", zipped, "-c", "garden").ok()
    assert _balances(ledger) == BALANCES


def test_a_line_of_garbage_is_refused_and_the_rest_goes_on(ledger: Cli, small: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.ndjson"
    story.write_bytes(lines(STORY[:5]) + b"not an event\n" + lines(STORY[5:]))
    ran = ledger("import", story, "-c", "garden", "--rulebook", small)
    assert ran.code == 1
    assert f"{EVENTS} recorded, 0 were recorded before, 1 refused" in ran.said
    assert "the first refusal is in line 6: NOT_JSON" in ran.said
    assert _balances(ledger) == BALANCES
    [reject] = _rejects(tmp_path / "story.ndjson.rejects.ndjson")
    assert (reject["line"], reject["event"]) == (6, "not an event")
    assert (reject["problem"]["code"], reject["problem"]["status"]) == ("NOT_JSON", 400)


def test_every_refused_line_is_in_the_rejects_file_with_its_reason(garden: Cli, tmp_path: Path) -> None:
    bad = [
        b"[1, 2]\n",
        b'{"specversion":"0.3","id":"x","source":"chat","type":"t"}\n',
        lines([event("t1", "thread.opened", "bo")]),
        lines([event("x", "thread.opened", "ana", source="ledger:bot")]),
        lines([event("x", "thread.opened", "ana", time="9999-12-31T23:59:59Z")]),
        lines([event("x", "thread.opened", "ana", title="a\x00b")]),
        lines([event("x", "thread.opened", ":")]),
        b'{"specversion":"1.0","id":"\xff","source":"chat","type":"t"}\n',
    ]
    story = tmp_path / "bad.ndjson"
    story.write_bytes(b"".join(bad))
    ran = garden("import", story, "-c", "garden", "--rejects", tmp_path / "why.ndjson")
    assert ran.code == 1
    assert f"0 recorded, 0 were recorded before, {len(bad)} refused" in ran.said
    found = _rejects(tmp_path / "why.ndjson")
    assert [one["line"] for one in found] == list(range(1, len(bad) + 1))
    assert [(one["problem"]["code"], one["problem"]["errors"][0]["pointer"]) for one in found] == [
        ("NOT_A_CLOUDEVENT", ""),
        ("NOT_A_CLOUDEVENT", "/specversion"),
        ("IDEMPOTENCY_CONFLICT", "/id"),
        ("RESERVED_SOURCE", "/source"),
        ("TIME_IN_FUTURE", "/time"),
        ("INVALID_EVENT", "/data/title"),
        ("INVALID_EVENT", "/data/member"),
        ("NOT_JSON", ""),
    ]
    assert garden("verify").ok()


def test_a_csv_file_is_told_what_is_expected_instead(ledger: Cli, small: Path, tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    table.write_text("member,points\nana,5\nbo,7\n", "utf-8")
    ran = ledger("import", table, "-c", "garden", "--rulebook", small)
    assert ran.code == 1
    assert "0 recorded, 0 were recorded before, 3 refused" in ran.said
    assert "a JSON object, not CSV" in ran.said


def test_an_overlong_line_is_refused_and_its_neighbours_are_recorded(
    ledger: Cli, small: Path, tmp_path: Path
) -> None:
    story = tmp_path / "story.ndjson"
    longest = lines([event("long", "hand.waved", "bo", note="")])
    long = lines([event("long", "hand.waved", "bo", note="x" * (LONGEST_LINE - len(longest)))])
    assert len(long) == LONGEST_LINE
    longer = lines([event("longer", "hand.waved", "bo", note="x" * LONGEST_LINE)])
    story.write_bytes(lines(STORY[:2]) + long + longer + lines(STORY[2:]))
    ran = ledger("import", story, "-c", "garden", "--rulebook", small)
    assert ran.code == 1
    assert f"{EVENTS + 1} recorded, 0 were recorded before, 1 refused" in ran.said
    assert "line 4: LINE_TOO_LONG" in ran.said
    [reject] = _rejects(tmp_path / "story.ndjson.rejects.ndjson")
    assert len(reject["event"]) <= LONGEST_LINE


def test_blank_lines_windows_line_ends_and_a_byte_order_mark_do_no_harm(
    ledger: Cli, small: Path, tmp_path: Path
) -> None:
    story = tmp_path / "story.ndjson"
    text = lines().replace(b"\n", b"\r\n\r\n  \t\r\n").rstrip()
    story.write_bytes(BYTE_ORDER_MARK + b"\r\n" + text)
    assert (
        f"{EVENTS} recorded, 0 were recorded before, 0 refused"
        in ledger("import", story, "-c", "garden", "--rulebook", small).said
    )
    story.write_bytes(BYTE_ORDER_MARK + lines())
    assert f"0 recorded, {EVENTS} were recorded before" in ledger("import", story, "-c", "garden").ok().said


def test_an_empty_file_begins_the_community_and_records_nothing(ledger: Cli, small: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.ndjson"
    empty.write_bytes(b"")
    ran = ledger("import", empty, "-c", "garden", "--rulebook", small).ok()
    assert ran.said.endswith("\n0 recorded, 0 were recorded before, 0 refused\n")
    assert ledger("balances", "-c", "garden").ok().rows == []


def test_a_missing_file_is_named_and_begins_no_community(ledger: Cli, tmp_path: Path) -> None:
    for path in (tmp_path / "none.ndjson", tmp_path):
        ran = ledger("import", path, "-c", "garden")
        assert (ran.code, ran.said) == (1, f"ledger: there is no file {path}\n")
    assert ledger("verify").ok().text == ""


def test_an_unknown_preset_names_those_there_are(ledger: Cli, tmp_path: Path) -> None:
    ran = ledger("import", written(tmp_path), "-c", "garden", "--preset", "stack_exchang")
    assert ran.code == 1
    assert "there is no preset 'stack_exchang'" in ran.said
    assert "stack_exchange_2016" in ran.said
    assert ledger("verify").ok().text == ""


@pytest.mark.parametrize("slug", ["Garden", "gar den", "-garden", "garden-", "g" * 65, "", "../x", "花园"])
def test_what_is_no_slug_begins_no_community(ledger: Cli, tmp_path: Path, slug: str) -> None:
    ran = ledger("import", written(tmp_path), "-c", slug)
    assert ran.code == 1
    assert "is no slug" in ran.said
    assert ledger("verify").ok().text == ""


def test_a_faulty_rulebook_is_named_by_line_and_path_and_begins_no_community(ledger: Cli, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.yaml"
    text = SMALL.replace("amount: 10", "amuont: 10").replace("unit: points, points: 30", "unit: pionts, points: 30")
    faulty.write_text(text, "utf-8")
    ran = ledger("import", written(tmp_path), "-c", "garden", "--rulebook", faulty)
    assert ran.code == 1
    assert "line 9: cap_groups.social.unit" in ran.said
    assert "Did you mean 'points'?" in ran.said
    assert "line 11: rules[0].amuont" in ran.said
    assert "Did you mean 'amount'?" in ran.said
    assert ledger("verify").ok().text == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected a rulebook, found nothing"),
        (b"rules: [", "expected YAML"),
        ("preset: é".encode("latin-1"), "no text in UTF-8"),
        (b"preset: a\x00b", "expected YAML"),
        (b"units: {points: {}, points: {}}", "expected each key once"),
        (b"units: {points: {}}\nviolation: {}", "line 2: violation: expected one of preset"),
    ],
)
def test_what_is_no_rulebook_is_refused_in_a_sentence(
    ledger: Cli, tmp_path: Path, content: bytes, said: str
) -> None:
    faulty = tmp_path / "faulty.yaml"
    faulty.write_bytes(content)
    ran = ledger("import", written(tmp_path), "-c", "garden", "--rulebook", faulty)
    assert ran.code == 1
    assert said in ran.said


def test_a_missing_rulebook_is_named(ledger: Cli, tmp_path: Path) -> None:
    ran = ledger("import", written(tmp_path), "-c", "garden", "--rulebook", tmp_path / "none.yaml")
    assert (ran.code, ran.said) == (1, f"ledger: there is no rulebook {tmp_path / 'none.yaml'}\n")


@pytest.mark.parametrize("text", [SMALL.replace("amount: 10", "amount: 11"), "rules: ["])
def test_a_community_that_lives_gets_no_other_rulebook_by_an_import(
    garden: Cli, small: Path, tmp_path: Path, text: str
) -> None:
    other, more = tmp_path / "other.yaml", written(tmp_path, [event("n1", "thread.opened", "bo")], "more.ndjson")
    other.write_text(text, "utf-8")
    ran = garden("import", more, "-c", "garden", "--rulebook", other)
    assert ran.code == 1
    assert f"`ledger rulebook publish {other} -c garden`" in ran.said
    assert "1 recorded" in garden("import", more, "-c", "garden", "--rulebook", small).ok().said


def test_a_former_rulebook_is_no_other_one(garden: Cli, small: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.yaml"
    later.write_text(SMALL.replace("amount: 10", "amount: 11"), "utf-8")
    garden("rulebook", "publish", later, "-c", "garden").ok()
    for file in (small, later):
        again = garden("import", written(tmp_path), "-c", "garden", "--rulebook", file).ok()
        assert f"0 recorded, {EVENTS} were recorded before" in again.said


@pytest.mark.parametrize("batch", [1, 7])
def test_any_batch_size_records_the_same_facts(garden: Cli, small: Path, tmp_path: Path, batch: int) -> None:
    digest = garden("verify", "-c", "garden").ok().text.splitlines()[1]
    elsewhere = Cli(f"sqlite:///{tmp_path}/elsewhere.sqlite")
    elsewhere("import", written(tmp_path), "-c", "garden", "--rulebook", small, "--batch", str(batch)).ok()
    assert elsewhere("verify", "-c", "garden").ok().text.splitlines()[1] == digest


@pytest.mark.parametrize("batch", ["0", "10001", "many"])
def test_a_batch_size_out_of_range_is_refused(ledger: Cli, tmp_path: Path, batch: str) -> None:
    ran = ledger("import", written(tmp_path), "-c", "garden", "--batch", batch)
    assert ran.code == 2
    assert "--batch" in ran.said


def test_the_same_event_twice_in_one_file_is_recorded_once(ledger: Cli, small: Path, tmp_path: Path) -> None:
    story = written(tmp_path, [*STORY, *STORY[:3]])
    ran = ledger("import", story, "-c", "garden", "--rulebook", small).ok()
    assert f"{EVENTS} recorded, 3 were recorded before" in ran.said
    assert _balances(ledger) == BALANCES


def test_numbers_of_any_size_and_texts_of_any_language_come_through(garden: Cli, tmp_path: Path) -> None:
    odd = event(
        "odd", "hand.waved", "bo", big=10**30, small=-(10**30), float=1e300, zero=-0.0, words="雪 \U0001f331"
    )
    story = written(tmp_path, [odd], "odd.ndjson")
    assert garden("import", story, "-c", "garden").ok()
    assert "0 recorded, 1 were recorded before" in garden("import", story, "-c", "garden").ok().said
    assert garden("verify", "-c", "garden").ok()
    exported = json.loads(garden("export", "-c", "garden").ok().output.splitlines()[-1])
    assert exported["data"] == odd["data"]
