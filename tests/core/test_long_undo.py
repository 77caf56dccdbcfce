"""An undo that takes back more than one event holds goes on in the next, before anything else is decided."""

from __future__ import annotations

import pytest

from ledger.core.decide import undoing
from ledger.core.events import ContributionRecorded, UndoContinued, decisions
from tests.core.play import Play, rulebook

RULES = rulebook(
    "id: liked, event: liked, to: author, amount: 2, undo_on: [removed]",
    "id: hello, event: hello, amount: 1",
    unit="{floor: 0, claw: clip}",
)


def told(likes: int) -> Play:
    play = Play(RULES)
    for number in range(likes):
        play.send("liked", "post", author=f"author-{number % 3}")
    return play


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "MOST_AT_ONCE", 4)


@pytest.mark.usefixtures("short")
def test_the_rest_follows_before_the_next_command_is_decided() -> None:
    play = told(10)
    removed = play.send("removed", "post")
    assert isinstance(removed.fact, ContributionRecorded)
    assert (len(decisions(removed)), removed.fact.unfinished, play.books.head.undoing) == (4, True, removed.position)
    play.send("hello", by="author-0")
    continued = [event for event in play.events if isinstance(event.fact, UndoContinued)]
    assert [len(decisions(event)) for event in continued] == [4, 2]
    assert play.books.head.undoing == 0
    assert [play.balance(f"author-{number}") for number in range(3)] == [1, 0, 0]
    play.check()


@pytest.mark.usefixtures("short")
def test_the_sweeper_brings_it_to_its_end_where_no_command_comes() -> None:
    play = told(10)
    play.send("removed", "post")
    play.settle()
    assert play.books.head.undoing == 0
    assert [play.balance(f"author-{number}") for number in range(3)] == [0, 0, 0]
    play.check()


@pytest.mark.parametrize("most", [1, 3, 9, 10, 11])
def test_any_number_at_once_has_the_same_result(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(undoing, "MOST_AT_ONCE", most)
    play = told(10)
    play.send("removed", "post")
    play.send("removed", "post")
    play.settle()
    monkeypatch.undo()
    whole = told(10)
    whole.send("removed", "post")
    assert [play.account(f"author-{number}") for number in range(3)] == [
        whole.account(f"author-{number}") for number in range(3)
    ]
    play.check()
