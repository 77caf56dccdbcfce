"""Rules on the command line: what a draft would change, versions, publishing, and the daily run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.schema.cli import Cli
from tests.schema.story import written

HELLO = """\
preset: hello
units: {points: {floor: 0}}
rules:
- {id: hello, event: member.hello, amount: 5}
"""
DEARER = HELLO.replace("amount: 5", "amount: 7")
EVENTS = [
    {
        "specversion": "1.0",
        "id": f"h{day}",
        "source": "chat:hall",
        "type": "member.hello",
        "time": f"2024-03-0{day}T12:00:00Z",
        "data": {"member": "ann" if day < 3 else "bo"},
    }
    for day in (1, 2, 3)
]


@pytest.fixture
def hall(ledger: Cli, tmp_path: Path) -> Cli:
    """A community in which ann said hello twice and bo once."""
    first = _file(tmp_path, "hello", HELLO)
    ledger("import", written(tmp_path, EVENTS), "-c", "hall", "--rulebook", first).ok()
    return ledger


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_draft_is_told_without_writing(hall: Cli, tmp_path: Path) -> None:
    before = hall("balances", "-c", "hall").ok().text
    told = hall("simulate", _file(tmp_path, "dearer", DEARER), "-c", "hall").ok()
    assert told.text == "member,unit,balance,simulated,difference\nann,points,10,14,4\nbo,points,5,7,2\n"
    assert "member.hello: 15 -> 21 points" in told.said
    assert hall("balances", "-c", "hall").ok().text == before


def test_a_draft_from_a_date_on(hall: Cli, tmp_path: Path) -> None:
    told = hall("simulate", _file(tmp_path, "dearer", DEARER), "-c", "hall", "--from", "2024-03-02").ok()
    assert [(row["member"], row["difference"]) for row in told.rows] == [("ann", "2"), ("bo", "2")]
    wrong = hall("simulate", _file(tmp_path, "dearer", DEARER), "-c", "hall", "--from", "tomorrow")
    assert wrong.code == 1
    assert "'tomorrow' is no time" in wrong.said


def test_the_same_rulebook_differs_in_nothing(hall: Cli, tmp_path: Path) -> None:
    told = hall("simulate", _file(tmp_path, "same", HELLO), "-c", "hall", "--format", "json").ok()
    assert told.objects == []


def test_publishing_from_now_and_looking_at_it(hall: Cli, tmp_path: Path) -> None:
    dearer = _file(tmp_path, "dearer", DEARER)
    changed = hall("rulebook", "diff", dearer, "-c", "hall").ok()
    assert changed.text == "path,before,after\nrules.hello.amount,5,7\n"
    published = hall("rulebook", "publish", dearer, "-c", "hall", "--note", "a warmer hall").ok()
    assert published.text == "version 2 is published at position 6\n"
    versions = hall("rulebook", "versions", "-c", "hall").ok().rows
    assert [(row["version"], row["note"]) for row in versions] == [("1", "hello"), ("2", "a warmer hall")]
    assert [row["by"] for row in versions] == ["ledger", "cli"]
    assert hall("rulebook", "show", "-c", "hall").ok().text == DEARER
    assert hall("rulebook", "show", "-c", "hall", "--version", "1").ok().text == HELLO
    assert hall("rulebook", "show", "-c", "hall", "--version", "9").code == 1
    assert hall("rulebook", "diff", dearer, "-c", "hall").ok().rows == []
    assert hall("balances", "-c", "hall").ok().rows[0]["balance"] == "10"


def test_the_past_is_changed_only_when_one_says_so(hall: Cli, tmp_path: Path) -> None:
    dearer = _file(tmp_path, "dearer", DEARER)
    asked = hall("rulebook", "publish", dearer, "-c", "hall", "--from", "2024-03-02")
    assert asked.code == 1
    assert "add --yes" in asked.said
    done = hall("rulebook", "publish", dearer, "-c", "hall", "--from", "2024-03-02", "--yes").ok()
    assert "2 decisions of the past were corrected" in done.text
    assert [row["balance"] for row in hall("balances", "-c", "hall").ok().rows] == ["12", "7"]
    assert hall("verify", "-c", "hall").ok()


def test_examples_are_checked_before_anything_is_published(hall: Cli, tmp_path: Path) -> None:
    given = "given: [{event: member.hello, member: ann}]"
    text = f"{HELLO}examples:\n- name: Six\n  {given}\n  then: {{ann: {{points: 6}}}}\n"
    six = _file(tmp_path, "six", text)
    for command in (("rulebook", "check", six), ("rulebook", "publish", six, "-c", "hall")):
        ran = hall(*command)
        assert ran.code == 1
        assert "'Six': ann.points: expected 6, found 5" in ran.said
    good = hall("rulebook", "check", _file(tmp_path, "good", text.replace("points: 6", "points: 5"))).ok()
    assert good.text == "hello: 1 rules, no faults, all examples hold\n"
    assert len(hall("rulebook", "versions", "-c", "hall").ok().rows) == 1


def test_what_is_due_is_done_or_shown(hall: Cli) -> None:
    assert hall("tiers", "run", "-c", "hall").ok().text == "nothing was due\n"
    shown = hall("tiers", "run", "-c", "hall", "--dry-run").ok()
    assert shown.text == "member,ladder,before,after\n"
    wrong = hall("tiers", "run", "-c", "hall", "--on", "2024-03-01")
    assert wrong.code == 1
    assert "--on goes with --dry-run" in wrong.said


LADDER = """\
tiers:
  circle:
    every: day@04:00
    levels:
    - {id: guest}
    - {id: friend, enter: {all: [{metric: points.earned, gte: 10}]}, stay: forever}
"""
FLEETING = HELLO.replace("{floor: 0}", "{floor: 0, expire: {after: 30d}}") + LADDER


def test_what_is_overdue_is_done_once_and_a_trial_writes_nothing(ledger: Cli, tmp_path: Path) -> None:
    """Points of 2024 that live for thirty days: some ended when ann came back, the rest on demand."""
    rules, events = _file(tmp_path, "fleeting", FLEETING), written(tmp_path, EVENTS)
    ledger("import", events, "-c", "hall", "--rulebook", rules).ok()
    columns = "event_id,member,unit,wanted,applied,balance_after,rule\n"
    played = (
        "h1,ann,points,5,5,5,hello\n"
        "points.expired/1/1711929600000000/3/0,ann,points,-5,-5,0,expiry\n"
        "h2,ann,points,5,5,5,hello\n"
        "h3,bo,points,5,5,5,hello\n"
    )
    overdue = (
        "points.expired/1/1712016000000000/5/0,ann,points,-5,-5,0,expiry\n"
        "points.expired/2/1712102400000000/6/0,bo,points,-5,-5,0,expiry\n"
    )
    shown = ledger("tiers", "run", "-c", "hall", "--dry-run").ok()
    assert shown.text == "member,ladder,before,after\n"
    assert "would move 0 members" in shown.said
    assert ledger("entries", "-c", "hall").ok().text == columns + played
    assert ledger("tiers", "run", "-c", "hall").ok().text == "all that was due is done\n"
    assert ledger("entries", "-c", "hall").ok().text == columns + played + overdue
    assert ledger("tiers", "run", "-c", "hall").ok().text == "nothing was due\n"
    assert ledger("balances", "-c", "hall", "--unit", "points").ok().text == (
        "member,unit,balance,available,held,earned,tier\nann,points,0,0,0,10,friend\nbo,points,0,0,0,5,guest\n"
    )


def test_the_run_of_a_day_is_tried_within_a_year_of_today(hall: Cli) -> None:
    today = datetime.now(UTC).date()
    for far in (today + timedelta(days=400), date(1, 1, 1), date(9999, 12, 31)):
        ran = hall("tiers", "run", "-c", "hall", "--dry-run", "--on", far.isoformat())
        assert (ran.code, ran.text) == (1, "")
        assert "expected a day within 366 days of today" in ran.said
    wrong = hall("tiers", "run", "-c", "hall", "--dry-run", "--on", "soon")
    assert (wrong.code, "'soon' is no date" in wrong.said) == (1, True)
