"""Which condition did not hold, with what was found; and what a type was perhaps meant to be."""

from __future__ import annotations

import pytest

from ledger.core.explain import explain
from ledger.words.render import render
from tests.core.conftest import Begin
from tests.core.play import rulebook

SHARING = rulebook(
    "id: share, event: share.posted, amount: 8, when: {chars: {gte: 80}, wiki: false}",
    "id: read, event: pages.read, amount: {from: data.pages}",
    "id: talk, event: talked, amount: 1, when: {channel: {not_in: [bot]}}",
    "id: game, event: game.won, amount: {by_rank: [5, 3]}",
)


@pytest.mark.parametrize(
    ("type_", "data", "said"),
    [
        ("share.posted", {"chars": "120"}, ['expected chars ≥ 80, found chars = "120", a text']),
        ("share.posted", {"chars": 12}, ["expected chars ≥ 80, found chars = 12"]),
        ("share.posted", {}, ["expected chars ≥ 80, found no chars"]),
        (
            "share.posted",
            {"chars": True, "wiki": True},
            ["expected chars ≥ 80, found chars = true", "expected wiki = false, found wiki = true"],
        ),
        ("share.posted", {"chars": 120}, []),
        ("talked", {"channel": "bot"}, ['expected channel ∉ (bot), found channel = "bot"']),
        ("pages.read", {"pages": "3"}, ['no amount follows from pages = "3"']),
        ("pages.read", {}, ["the event gives no pages to take the amount from"]),
        ("game.won", {"rank": 3}, ["no amount follows from rank = 3"]),
        ("share.postd", {"chars": 120}, ["Did you mean share.posted?"]),
        ("weather.seen", {}, []),
    ],
)
def test_what_an_author_got_wrong_is_said(
    begin: Begin, type_: str, data: dict[str, object], said: list[str]
) -> None:
    play = begin(SHARING)
    lines = list(explain(play.send(type_, by="ann", data=data), play.rulebook))
    told = [line for line in lines if line.code.startswith("unmet.") or line.code == "event.meant"]
    assert [render(line.code, "en", **line.parameters) for line in told] == said


def test_a_long_text_is_cut(begin: Begin) -> None:
    play = begin(SHARING)
    lines = list(explain(play.send("share.posted", by="ann", data={"chars": "9" * 200}), play.rulebook))
    [line] = [line for line in lines if line.code == "unmet.text"]
    assert len(str(line.parameters["found"])) == 61
