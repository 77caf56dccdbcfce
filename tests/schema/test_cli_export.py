"""`ledger export`: the log out again in the form it came in, always the same bytes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.schema.cli import Cli
from tests.schema.story import EVENTS, STORY, event, written


def test_an_export_is_the_same_bytes_each_time(told: Cli, tmp_path: Path) -> None:
    first, file = told("export", "-c", "garden").ok().output, tmp_path / "out.ndjson"
    assert told("export", "-c", "garden").ok().output == first
    assert told("export", "-c", "garden", "--output", file).ok().output == b""
    assert file.read_bytes() == first


def test_an_export_holds_every_event_as_it_came_with_its_time_in_utc(told: Cli) -> None:
    exported = [json.loads(line) for line in told("export", "-c", "garden").ok().output.splitlines()]
    assert [one["id"] for one in exported] == [one["id"] for one in STORY]
    for came, went in zip(STORY, exported, strict=True):
        assert {**went, "time": ""} == {**came, "time": ""}
    assert exported[24]["time"] == "2024-03-04T08:30:00.000Z"


def test_a_zipped_export_is_the_same_bytes_whatever_its_name(told: Cli, tmp_path: Path) -> None:
    one, two = tmp_path / "one.ndjson.gz", tmp_path / "two.gz"
    for path in (one, two):
        told("export", "-c", "garden", "-o", path).ok()
    assert one.read_bytes() == two.read_bytes()
    assert gzip.decompress(one.read_bytes()) == told("export", "-c", "garden").ok().output


def test_an_export_imported_into_a_new_community_is_exported_as_the_same_bytes(
    garden: Cli, small: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.ndjson.gz", tmp_path / "second.ndjson.gz"
    garden("export", "-c", "garden", "-o", first).ok()
    imported = garden("import", first, "-c", "orchard", "--rulebook", small).ok()
    assert f"{EVENTS} recorded, 0 were recorded before" in imported.said
    garden("export", "-c", "orchard", "-o", second).ok()
    assert first.read_bytes() == second.read_bytes()
    for command in (["balances", "--left"], ["entries", "--all"], ["tiers", "history"]):
        assert garden(*command, "-c", "garden").ok().output == garden(*command, "-c", "orchard").ok().output


def test_an_export_imported_where_it_came_from_is_no_change(garden: Cli, tmp_path: Path) -> None:
    file = tmp_path / "out.ndjson"
    garden("export", "-c", "garden", "-o", file).ok()
    assert (
        f"0 recorded, {EVENTS} were recorded before, 0 refused" in garden("import", file, "-c", "garden").ok().said
    )


def test_times_keep_the_digits_they_have(garden: Cli, tmp_path: Path) -> None:
    times = {
        "2024-03-05T00:00:00Z": "2024-03-05T00:00:00.000Z",
        "2024-03-05T00:00:00.1Z": "2024-03-05T00:00:00.100Z",
        "2024-03-05T00:00:00.123456Z": "2024-03-05T00:00:00.123456Z",
        "2024-03-05T00:00:00.123456999Z": "2024-03-05T00:00:00.123456Z",
        "2024-03-05T00:00:00.000001+08:00": "2024-03-04T16:00:00.000001Z",
        "2024-03-05t00:00:00z": "2024-03-05T00:00:00.000Z",
    }
    told = [event(f"time-{n}", "hand.waved", "bo", time=time) for n, time in enumerate(times)]
    garden("import", written(tmp_path, told, "times.ndjson"), "-c", "garden").ok()
    exported = garden("export", "-c", "garden").ok().output.splitlines()[-len(times) :]
    assert [json.loads(line)["time"] for line in exported] == list(times.values())


def test_a_folder_that_is_not_there_is_named(told: Cli, tmp_path: Path) -> None:
    ran = told("export", "-c", "garden", "-o", tmp_path / "none" / "out.ndjson")
    assert ran.code == 1
    assert str(tmp_path / "none") in ran.said
