"""What is more than one event holds, of an undo or a lifting, goes on in the next, before all else is decided."""

from __future__ import annotations

import pytest

from ledger.core.decide import making
from ledger.core.events import ContributionRecorded, UndoContinued, decisions
from ledger.core.values import Position
from ledger.core.violations import ViolationLifted
from tests.core.play import Play, rulebook
from tests.core.strikes import book, lift, strike

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
    monkeypatch.setattr(making, "MOST_AT_ONCE", 4)


@pytest.mark.usefixtures("short")
def test_the_rest_follows_before_the_next_command_is_decided() -> None:
    play = told(10)
    removed = play.send("removed", "post")
    assert isinstance(removed.fact, ContributionRecorded)
    assert (len(decisions(removed)), removed.fact.unfinished, play.books.head.undoing) == (
        4,
        True,
        removed.position,
    )
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
    monkeypatch.setattr(making, "MOST_AT_ONCE", most)
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


STREAK = "streaks: [{id: days, per: day, from: [share], reward: {5: 7}}]\n"


def withheld(days: int) -> tuple[Play, Position]:
    """Ann is removed for the second of two strikes, and shares once a day all the same; return the strike too."""
    play = Play(book("id: share, event: shared, amount: 8", "id: also, event: shared, amount: 1", more=STREAK))
    play.send("waved", by="ann")
    strike(play, "ann")
    of = strike(play, "ann")
    for number in range(days):
        play.send("shared", f"s{number}", by="ann")
        play.later(days=1)
    return play, of


@pytest.mark.usefixtures("short")
def test_a_lifting_goes_on_before_the_next_command_is_decided() -> None:
    play, of = withheld(5)
    lifted = lift(play, of)
    assert isinstance(lifted.fact, ViolationLifted)
    assert (len(decisions(lifted)), lifted.fact.unfinished, play.balance("ann")) == (4, True, 18)
    assert play.books.head.undoing == lifted.position
    assert play.pays("shared", "s9", by="ann") == 9
    continued = [event.fact for event in play.events if isinstance(event.fact, UndoContinued)]
    assert [(len(fact.decisions), fact.unfinished) for fact in continued] == [(4, True), (3, False)]
    assert play.granted() == {"share": 8, "also": 1}
    assert (play.balance("ann"), play.books.head.undoing) == (5 * 9 + 7 + 9, 0)
    play.check()


@pytest.mark.parametrize("most", [1, 4, 9, 10, 11])
def test_any_number_at_once_lifts_to_the_same_result(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    (whole, _), (play, of) = withheld(5), withheld(5)
    lift(whole, of)
    monkeypatch.setattr(making, "MOST_AT_ONCE", most)
    lift(play, of)
    play.settle()
    assert play.books.head.undoing == whole.books.head.undoing == 0
    assert play.account("ann") == whole.account("ann")
    assert play.balance("ann") == 5 * 9 + 7
    play.check()
