"""`ledger openings`: what members bring from elsewhere."""

from __future__ import annotations

from pathlib import Path

from tests.schema.cli import Cli

TABLE = """\
who,score,note
chat:ana,120,old friend
dan,7,"new, and quiet"
chat:bo,x,no number
,5,nobody
chat:eva,1.5,too fine
chat:fay,0,nothing
chat:gil,1e999999,too many
"""


def _run(garden: Cli, file: Path, *more: str) -> tuple[int, str]:
    ran = garden(
        "openings",
        file,
        "-c",
        "garden",
        "--member-column",
        "who",
        "--points-column",
        "score",
        "--platform",
        "chat",
        *more,
    )
    return ran.code, ran.said


def test_good_rows_are_taken_once_and_bad_ones_go_to_a_file_with_reasons(garden: Cli, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text(TABLE, "utf-8-sig")
    before = {row["member"]: row for row in garden("balances", "-c", "garden").ok().rows}
    code, said = _run(garden, file)
    assert (code, "2 taken, 0 were taken before, 5 refused" in said) == (1, True)
    after = {row["member"]: row for row in garden("balances", "-c", "garden").ok().rows}
    assert int(after["ana"]["balance"]) == int(before["ana"]["balance"]) + 120
    assert after["ana"]["earned"] == before["ana"]["earned"], "what is brought is not earned"
    assert after["dan"]["balance"] == "12", "whoever is new begins with five besides"
    rejects = (tmp_path / "old.csv.rejects.csv").read_text("utf-8").splitlines()
    assert rejects[0] == "who,score,note,line,reason"
    assert [line.split(",")[3] for line in rejects[1:]] == ["4", "5", "6", "7", "8"]
    assert "'x' is no number" in rejects[1]
    assert "NOTHING_TO_ADJUST" in rejects[4]
    code, said = _run(garden, file)
    assert (code, "0 taken, 2 were taken before, 5 refused" in said) == (1, True)
    assert garden("balances", "-c", "garden").ok().rows == list(after.values())
    garden("verify", "-c", "garden").ok()
    garden("rebuild", "-c", "garden").ok()
    garden("verify", "-c", "garden").ok()
    entries = garden("entries", "-c", "garden").ok().rows
    opened = [(row["member"], row["applied"], row["rule"]) for row in entries if row["rule"] == "opening"]
    assert opened == [("ana", "120", "opening"), ("dan", "7", "opening")]


def test_the_log_holds_no_name_of_a_row(garden: Cli, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text("who,score\nchat:gus,5\n", "utf-8")
    assert _run(garden, file)[0] == 0
    keys = [row["event_id"] for row in garden("entries", "-c", "garden").ok().rows if row["rule"] == "opening"]
    assert len(keys) == 1
    assert "gus" not in keys[0]


def test_a_row_of_the_same_name_with_other_points_is_a_conflict(garden: Cli, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text("who,score\nchat:gus,5\n", "utf-8")
    assert _run(garden, file)[0] == 0
    file.write_text("who,score\nchat:gus,6\n", "utf-8")
    code, _ = _run(garden, file)
    assert code == 1
    assert "IDEMPOTENCY_CONFLICT" in (tmp_path / "old.csv.rejects.csv").read_text("utf-8")


def test_a_column_that_is_not_there_is_named_with_those_there_are(garden: Cli, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_text("a,b\n1,2\n", "utf-8")
    code, said = _run(garden, file)
    assert (code, "there is no column 'who'; there are: a, b" in said) == (1, True)
