"""Metrics: counts, sums and distinct values by member and local day, and what takes a step back (SEMANTICS 29)."""

from __future__ import annotations

import pytest

from ledger.core.books import tally
from ledger.core.books.shelf import TALLY, Tally
from ledger.core.values import MemberId
from tests.core.conftest import Begin
from tests.core.play import Play, length, rulebook

METRICS = """\
metrics:
  answers: {event: answered, undo_on: [answer.removed]}
  likes: {event: liked, by: author, undo_on: [{event: unliked, match: [actor]}]}
  words: {event: answered, sum: words, per: 100}
  topics: {event: answered, distinct: topic}
  bots: {event: answered, when: {bot: true}}
  everybody: {event: answered, by: community}
"""
LEVELS = """\
tiers:
  t:
    every: day@04:00
    levels:
      - {id: zero}
      - id: one
        enter:
          all:
            - {metric: answers, gte: 1000}
            - {metric: likes, gte: 1000}
            - {metric: likes, distinct: giver, gte: 1000}
            - {metric: likes, distinct: day, gte: 1000}
            - {metric: words, gte: 1000}
            - {metric: topics, gte: {percent: 50, of: community.everybody}}
            - {metric: bots, gte: 1000}
"""


@pytest.fixture
def play(begin: Begin) -> Play:
    quotas = "quotas: [{id: few, event: [answered], count: 4, per: week}]\n"
    return begin(rulebook("id: hi, event: hi, amount: 1", more=METRICS + LEVELS + quotas))


def total(play: Play, series: str, name: str | None = "ann") -> int:
    return play.books.read(TALLY, (series, play.member(name) if name else MemberId(0))).total


def values(play: Play, series: str) -> int:
    known = play.books.read(TALLY, (series, play.member("ann")))
    return tally.different_values(known, None, tally.NEVER - 1)


def test_it_counts_sums_and_tells_apart(play: Play) -> None:
    for topic, words in (("a", 70), ("b", 60), ("a", 80)):
        play.send("answered", f"s{words}", by="ann", topic=topic, words=words)
    play.send("answered", "s9", by="bob", words=9, bot=True)
    assert (total(play, "answers"), total(play, "words"), values(play, "topics/topic")) == (3, 210, 2)
    assert (total(play, "everybody", None), total(play, "bots"), total(play, "bots", "bob")) == (4, 0, 1)


def test_whose_it_is_is_found_as_for_a_rule(play: Play) -> None:
    play.send("liked", "s", by="bob", author="ann")
    play.send("liked", "s", by="cyd", author="ann")
    play.send("liked", "s", by="cyd")
    assert (total(play, "likes"), values(play, "likes/actor"), total(play, "likes", "bob")) == (2, 2, 0)


def test_an_undo_takes_a_step_back_once_and_of_the_same_actor(play: Play) -> None:
    for name in ("bob", "cyd"):
        play.send("liked", "s", by=name, author="ann")
    play.send("unliked", "s", by="dan")
    assert total(play, "likes") == 2
    play.send("unliked", "s", by="bob")
    play.send("unliked", "s", by="bob")
    assert (total(play, "likes"), values(play, "likes/actor")) == (1, 1)
    play.send("liked", "s", by="bob", author="ann")
    assert (total(play, "likes"), values(play, "likes/actor")) == (2, 2)


def test_contribution_undone_takes_back_every_step_of_the_event_it_points_at(play: Play) -> None:
    play.send("answered", "s", by="ann", topic="a", words=10, key="k")
    play.send("contribution.undone", undoes="k")
    play.send("contribution.undone", undoes="k")
    series = ("answers", "words", "topics/topic")
    assert [total(play, one) for one in series] == [0, 0, 0]
    assert total(play, "everybody", None) == 0


def test_an_undo_that_came_before_its_event_leaves_it_uncounted(play: Play) -> None:
    play.send("contribution.undone", undoes="k")
    play.send("answered", "s", by="ann", words=10, key="k")
    play.send("answer.removed", undoes="k2")
    play.send("answered", "t", by="ann", words=10, key="k2")
    assert (total(play, "answers"), total(play, "words")) == (0, 10)


def test_what_is_over_its_quota_counts_nowhere(play: Play) -> None:
    for number in range(6):
        play.send("answered", f"s{number}", by="ann")
    assert total(play, "answers") == 4


def test_a_step_counts_on_the_local_day_it_happened(play: Play) -> None:
    play.send("answered", "s", by="ann", late=length(days=2))
    play.send("answered", "t", by="ann")
    known = play.books.read(TALLY, ("answers", play.member("ann")))
    today = tally.entries(known.entries)[-1][0]
    assert [(day - today, count) for day, _, count in tally.entries(known.entries)] == [(-2, 1), (0, 1)]


# The book itself


def stepped(*steps: tuple[int, str, int]) -> Tally:
    known = Tally()
    for day, value, delta in steps:
        known = tally.moved(known, day, value, delta)
    return known


def test_a_window_is_whole_days_both_ends_included() -> None:
    known = stepped((10, "", 1), (12, "", 2), (13, "", 4), (15, "", 8))
    assert [tally.amount(known, first, 13) for first in (9, 10, 11, 13, 14)] == [7, 7, 6, 4, 0]
    assert (tally.amount(known, None, 13), tally.amount(known, None, 99)) == (7, 15)
    assert (tally.different_days(known, 10, 13), tally.different_days(known, None, 13)) == (3, 3)


def test_what_comes_to_nothing_is_no_day_and_no_value() -> None:
    known = stepped((10, "a", 1), (10, "b", 1), (11, "a", 1), (10, "a", -1), (10, "b", -1))
    assert (known.days, known.total) == (1, 1)
    assert (tally.different_values(known, 10, 10), tally.different_values(known, 10, 11)) == (0, 1)


def test_days_longer_ago_than_any_window_are_kept_as_sums() -> None:
    known = stepped((10, "", 5), (500, "", 1))
    assert len(tally.entries(known.entries)) == 1
    assert (tally.amount(known, None, 500), tally.different_days(known, None, 500)) == (6, 2)


def test_what_is_taken_back_of_a_day_that_was_forgotten_is_no_other_day() -> None:
    known = stepped((10, "", 1), (500, "", 1), (10, "", -1))
    assert (tally.amount(known, None, 500), known.days) == (1, 2)
