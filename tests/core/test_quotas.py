"""How many events one may send, and have open at once."""

from __future__ import annotations

import pytest

from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, claims, counters, instant, length, rulebook

VOTES = rulebook(
    "id: up, event: up, to: author, amount: 10, undo_on: [retracted]",
    "id: down, event: down, to: author, amount: -2",
    "id: cost, event: down, amount: -1",
    more="quotas:\n  - {id: votes, event: [up, down], count: 3, per: day}\n",
)


def test_events_over_the_quota_pay_and_cost_nobody(begin: Begin) -> None:
    play = begin(VOTES)
    assert [play.pays("up", by="bob", author="ann") for _ in range(4)] == [10, 10, 10, 0]
    assert play.decisions()[0].possible_again_at == instant("2026-01-06T00:00:00Z")
    play.send("down", by="bob", author="ann")
    assert [d.outcome for d in play.decisions()] == [Outcome.QUOTA, Outcome.QUOTA]
    assert play.balance("ann") == 30


def test_several_types_share_a_quota_and_others_do_not_count(begin: Begin) -> None:
    play = begin(VOTES)
    for type_ in ("up", "down", "other", "up"):
        play.send(type_, by="bob", author="ann")
    assert play.says("up", by="bob", author="ann") is Outcome.QUOTA
    assert play.says("up", by="cyd", author="ann") is Outcome.GRANTED


def test_a_quota_counts_events_though_they_pay_nothing(begin: Begin) -> None:
    play = begin(VOTES.replace("amount: 10,", "amount: 10, when: {ok: true},"))
    for _ in range(3):
        assert play.says("up", by="bob", author="ann") is Outcome.NOT_MATCHED
    assert play.says("up", by="bob", author="ann", ok=True) is Outcome.QUOTA


def test_an_event_over_the_quota_does_not_count(begin: Begin) -> None:
    play = begin(VOTES)
    for _ in range(9):
        play.send("up", by="bob", author="ann")
    assert counters(play.books, "quota:votes") == {(str(play.member("bob")), "2026-01-05"): 3}


def test_a_quota_is_of_the_day_it_happened_on(begin: Begin) -> None:
    play = begin(VOTES)
    for _ in range(4):
        play.send("up", by="bob", author="ann")
    assert play.pays("up", by="bob", author="ann", late=length(days=1)) == 10
    play.later(days=1)
    assert play.pays("up", by="bob", author="ann") == 10


def test_retracting_a_vote_gives_no_vote_back(begin: Begin) -> None:
    play = begin(VOTES)
    for number in range(3):
        play.send("up", f"s{number}", by="bob", author="ann")
        play.send("retracted", f"s{number}", by="bob")
    assert play.says("up", by="bob", author="ann") is Outcome.QUOTA


def test_nobody_known_has_no_quota(begin: Begin) -> None:
    play = begin(VOTES)
    assert sum(play.pays("up", author="ann") for _ in range(5)) == 50


def test_a_quota_may_be_by_a_field_of_the_data(begin: Begin) -> None:
    play = begin(VOTES.replace("count: 3", "by: [actor, room], count: 1"))
    rooms = ["a", "a", "b", None, None]
    data = [{"room": room} if room else {} for room in rooms]
    assert [play.pays("up", by="bob", author="ann", data=fields) for fields in data] == [10, 0, 10, 10, 10]


def test_the_first_quota_that_is_used_up_counts_nothing_anywhere(begin: Begin) -> None:
    play = begin(VOTES + "  - {id: week, event: up, count: 4, per: week}\n")
    for _ in range(6):
        play.send("up", by="bob", author="ann")
    assert list(counters(play.books, "quota:week").values()) == [3]
    play.later(days=1)
    assert [play.says("up", by="bob", author="ann") for _ in range(2)] == [Outcome.GRANTED, Outcome.QUOTA]


OPEN = rulebook(
    "id: out, event: offered, amount: {from: data.n, negate: true}",
    "id: won, event: awarded, to: author, amount: {from: data.n}",
    more=(
        "creates: {asked: question}\n"
        "quotas:\n  - {id: bounties, event: [offered], by: [actor], open_at_once: 2, of: question,"
        " closed_by: [awarded, lapsed]}\n"
    ),
)


@pytest.fixture
def market(begin: Begin) -> Play:
    return begin(OPEN)


def offer(play: Play, question: str, by: str = "ann") -> Outcome:
    return play.says("offered", question, by=by, question=question, n=50)


def test_only_so_many_may_be_open_at_once(market: Play) -> None:
    assert [offer(market, q) for q in ("q1", "q2", "q3")] == [Outcome.GRANTED, Outcome.GRANTED, Outcome.QUOTA]
    assert market.balance("ann") == -100
    assert offer(market, "q3", by="bob") is Outcome.GRANTED


@pytest.mark.parametrize("closing", ["awarded", "lapsed"])
def test_closing_one_makes_room_for_another(market: Play, closing: str) -> None:
    for question in ("q1", "q2"):
        offer(market, question)
    market.send(closing, "a9", question="q1", author="eve", n=50)
    assert [offer(market, q) for q in ("q3", "q4")] == [Outcome.GRANTED, Outcome.QUOTA]


def test_closing_twice_makes_room_once(market: Play) -> None:
    for question in ("q1", "q2"):
        offer(market, question)
    for _ in range(3):
        market.send("lapsed", question="q1")
    market.send("lapsed", question="never-opened")
    assert [offer(market, q) for q in ("q3", "q4")] == [Outcome.GRANTED, Outcome.QUOTA]


def test_what_is_open_already_is_not_opened_again(market: Play) -> None:
    """Two bounties on one question are one open question, whoever opened it, and close at once."""
    for _ in range(4):
        offer(market, "q1")
    offer(market, "q1", by="bob")
    assert claims(market.books, "open:bounties") == {"q1": 2}
    market.send("lapsed", question="q1")
    assert counters(market.books, "open:bounties") == {}
    assert [offer(market, q) for q in ("q2", "q3", "q4")] == [Outcome.GRANTED, Outcome.GRANTED, Outcome.QUOTA]


def test_what_is_not_named_cannot_be_open(market: Play) -> None:
    for _ in range(4):
        assert market.says("offered", by="ann", n=50) is Outcome.GRANTED
    assert counters(market.books, "open:bounties") == {}


def test_a_question_that_is_not_named_is_the_subject(market: Play) -> None:
    market.send("offered", "q1", by="ann", n=50)
    market.send("offered", "q2", by="ann", n=50)
    assert market.says("offered", "q3", by="ann", n=50) is Outcome.QUOTA
    market.send("awarded", "a1", question="q1", author="eve", n=50)
    assert market.says("offered", "q3", by="ann", n=50) is Outcome.GRANTED


def test_one_over_the_quota_opens_nothing(market: Play) -> None:
    for question in ("q1", "q2", "q3"):
        offer(market, question)
    market.send("lapsed", question="q3")
    assert offer(market, "q3") is Outcome.QUOTA


def test_what_was_closed_may_be_opened_again(market: Play) -> None:
    for _ in range(5):
        assert offer(market, "q1") is Outcome.GRANTED
        market.send("lapsed", question="q1")
    assert counters(market.books, "open:bounties") == {}
