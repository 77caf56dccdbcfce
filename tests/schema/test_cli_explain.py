"""`ledger explain`: why this award, and why not that one, in both languages.

Ana is called by the name she shows; bo and cai show none, so they are called as they were received.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.schema.cli import Cli
from tests.schema.story import STORY, event, written


def _said(cli: Cli, id_: str, lang: str = "en") -> list[str]:
    return cli("explain", id_, "-c", "garden", "--lang", lang).ok().text.splitlines()


def test_an_award_is_told_with_its_event_its_rulebook_and_the_level_it_gave(told: Cli) -> None:
    header, *rest = _said(told, "t1")
    assert header.startswith(
        "thread.opened t1 from chat:room, position 4, happened 2024-03-04T01:10:00.000Z, recorded "
    )
    assert rest == [
        "done by Ana 安",
        "about thread-1",
        "judged by version 1 of the rulebook",
        "opened: Ana 安 gets 10 points; the balance is 15.",
        "Ana 安 rises from no level to regular.",
    ]


def test_an_award_is_told_in_chinese(told: Cli) -> None:
    header, *rest = _said(told, "t1", "zh-CN")
    assert header.startswith("thread.opened t1，来自 chat:room，序号 4，发生于 2024-03-04T01:10:00.000Z，记录于 ")
    assert rest == [
        "由 Ana 安 完成",
        "关于 thread-1",
        "按规则手册第 1 版评定",
        "opened：Ana 安 获得 10 points，余额 15。",
        "Ana 安 从 无等级 升到 regular。",
    ]


@pytest.mark.parametrize(
    ("id_", "sentence"),
    [
        ("join-ana", "Ana 安 was seen here for the first time."),
        ("join-ana", "Ana 安 starts with 5 points; the balance is 5."),
        ("like-2", "liked: nothing for Ana 安, it paid for this before."),
        ("like-3", "liked: nothing for Ana 安, it does not pay for one's own."),
        ("help-2", "helped: bo gets 18 points; the balance is 35."),
        ("help-2", "  the shared limit social let 18 of 40 pass"),
        ("help-2", "  Possible again from 2024-03-04T16:00:00.000Z."),
        ("in-2", "checked_in: nothing for cai, too soon after the last time."),
        ("in-2", "  Possible again from 2024-03-04T04:00:00.000Z."),
        ("scold-3", "scolded: cai loses nothing, the balance is at its floor."),
        ("t3", "  the rule's limit let 5 of 10 pass"),
        ("t4", "opened: Ana 安 gets nothing, the limit is reached."),
        ("t7", "opened: nothing for Ana 安, the sender's quota is used up."),
        ("unhelp-2", "It takes back event help-2."),
        ("help-3", "helped: nothing for bo, the event was taken back before it came."),
        ("help-4", "helped: nobody to pay, the event does not say whom it concerns."),
        ("help-5", "helped: nothing for bo, the rule's conditions do not hold."),
        ("help-5", '  no amount follows from amount = "five"'),
        ("wave-1", "No rule looked at this kind of event; it is kept, and rules may come later."),
    ],
)
def test_what_came_of_it_is_said_and_why_not(told: Cli, id_: str, sentence: str) -> None:
    assert sentence in _said(told, id_)


def test_a_loss_is_said_without_a_minus_since_to_lose_is_one(told: Cli) -> None:
    assert "scolded: cai loses 4 points; the balance is 2." in _said(told, "scold-1")


def test_what_is_taken_back_names_the_event_it_came_from(told: Cli) -> None:
    [line] = [line for line in _said(told, "gone-1") if line.startswith("liked:")]
    assert "position 5 is taken back" in line
    assert "the balance is 20." in line


def test_a_fall_to_a_lower_level_is_no_rise(told: Cli) -> None:
    assert "Ana 安 falls from pillar to regular." in _said(told, "gone-1")
    assert "Ana 安 从 pillar 降到 regular。" in _said(told, "gone-1", "zh-CN")


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_every_event_is_explained_without_a_gap(filed: Cli, lang: str) -> None:
    for one in STORY:
        text = "\n".join(_said(filed, one["id"], lang))
        assert [mark for mark in ("{", "}", "None", "decision.", "step.", "somebody", "某人") if mark in text] == []


def test_the_ledgers_own_events_are_explained_too(told: Cli) -> None:
    assert _said(told, "community.created")[0].startswith(
        "community.created community.created from ledger, position 1"
    )
    assert _said(told, "community.created")[1:] == ["The community garden begins."]


def test_any_position_is_explained(told: Cli) -> None:
    assert told("explain", "--position", "1", "-c", "garden", "--lang", "zh-CN").ok().text.splitlines()[1:] == [
        "社群 garden 建立。"
    ]
    published = told("explain", "--position", "2", "-c", "garden", "--lang", "en").ok().text.splitlines()
    assert published[1:] == ["Version 1 of the rulebook is published."]
    ran = told("explain", "--position", "9999", "-c", "garden")
    assert (ran.code, ran.said) == (1, "ledger: there is no event at position 9999 in garden\n")
    assert "name an event by its id, or by --position" in told("explain", "-c", "garden").said


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        ("zh", "由"),
        ("zh_CN.UTF-8", "由"),
        ("zh-Hans", "由"),
        ("en", "done by"),
        ("en_GB.UTF-8", "done by"),
        ("", "done by"),
    ],
)
def test_a_language_is_found_by_how_shells_spell_it(told: Cli, lang: str, word: str) -> None:
    assert _said(told, "t1", lang)[1].startswith(word)


def test_a_language_that_nothing_is_said_in_is_refused(told: Cli) -> None:
    ran = told("explain", "t1", "-c", "garden", "--lang", "fr_FR.UTF-8")
    assert (ran.code, ran.said) == (1, "ledger: nothing is explained in 'fr_FR.UTF-8': expected zh-CN or en\n")


def test_the_language_is_the_shells_by_default(filed: Cli) -> None:
    command = [sys.executable, "-c", "from schema.cli import main; main()", "explain", "t1", "-c", "garden"]
    for lang, word in (
        ("zh_CN.UTF-8", "由 Ana 安 完成"),
        ("C.UTF-8", "done by Ana 安"),
        ("fr_FR.UTF-8", "done by Ana 安"),
    ):
        environment = {"LEDGER_DATABASE_URL": filed.url, "LC_ALL": lang, "PYTHONUTF8": "1"}
        ran = subprocess.run(command, capture_output=True, check=True, env=environment)
        assert word in ran.stdout.decode().splitlines()


def test_an_unknown_event_says_so(told: Cli) -> None:
    ran = told("explain", "nope", "-c", "garden")
    assert (ran.code, ran.said) == (1, "ledger: there is no event 'nope' in garden\n")
    ran = told("explain", "t1", "-c", "garden", "--source", "mail:list")
    assert (ran.code, ran.said) == (1, "ledger: there is no event 't1' in garden from mail:list\n")


def test_an_id_that_two_sources_sent_is_explained_for_both_or_for_the_one_asked_for(
    garden: Cli, tmp_path: Path
) -> None:
    garden(
        "import",
        written(tmp_path, [event("t1", "hand.waved", "bo", source="mail:list")], "mail.ndjson"),
        "-c",
        "garden",
    ).ok()
    both = _said(garden, "t1")
    assert both[0].startswith("thread.opened t1 from chat:room")
    assert both[both.index("") + 1].startswith("hand.waved t1 from mail:list")
    one = garden("explain", "t1", "-c", "garden", "--source", "mail:list", "--lang", "en").ok().text
    assert one.startswith("hand.waved t1 from mail:list")
    assert "" not in one.splitlines()
