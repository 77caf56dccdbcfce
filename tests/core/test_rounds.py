"""Rounds: opened with a commitment, entered, closed once; a draw that anybody can make again."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.books.shelf import PERK, ROUND
from ledger.core.commands import PutPerk
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.outcomes import Outcome
from ledger.core.refusals import IdempotencyConflict, Refusal
from ledger.core.rhythm.rounds import CloseRound, OpenRound, Prize, RoundClosed, commitment, drawn
from ledger.core.rulebook.grammar.catalogue import PerkTerms
from ledger.core.values import MINUTE, MemberId, Micros
from tests.core.play import Play
from tests.core.replaying import retold

RULES = """\
community: {tz: UTC}
units: {points: {floor: 0, claw: debt}}
rules:
  - {id: hello, event: member.hello, amount: 1}
  - {id: game, event: game.won, amount: {by_rank: [10, 6, 3]}, once_per: [member, round], undo_on: [round.void]}
  - {id: prize, event: game.won, amount: {from: data.points}}
  - {id: night, event: game.won, amount: 100, only_in: [game_night]}
activities:
  - {id: game_night, at: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=20', for: 1h, unlock: [night]}
"""
SEED = "5e" * 32
NAMES = [f"m{number}" for number in range(1, 13)]


class Games(Play):
    """A community that plays. Members are `m1` to `m12`, by their numbers."""

    def open(self, code: str = "chain", **parts: Any) -> Answer:
        """Open a round."""
        return self.answer(OpenRound(code=code, title="A chain", commitment=commitment(SEED), by="key:k", **parts))

    def enter(self, name: str, code: str = "chain") -> None:
        """Let somebody take part."""
        self.send("round.entered", code, by=name)

    def close(self, *winners: str, draw: int | None = None, code: str = "chain", **parts: Any) -> Answer:
        """Close a round."""
        self.sent += 1
        given = {"key": f"c{self.sent}", "seed": SEED, "by": "key:k", **parts}
        numbers = tuple(self.member(name) for name in winners)
        return self.answer(CloseRound(code=code, winners=numbers, draw=draw, **given))

    def closed(self, answer: Answer) -> RoundClosed:
        """Return how a round ended."""
        assert isinstance(answer, Accepted), answer
        fact = self.events[answer.position - 1].fact
        assert isinstance(fact, RoundClosed)
        return fact

    def won(self) -> list[dict[str, Any]]:
        """Return the data of every win."""
        return [event.fact.data for event in self.events if event.type == "game.won"]  # type: ignore[union-attr]


@pytest.fixture
def games() -> Games:
    """A community of twelve with one point each, on Monday noon."""
    play = Games(RULES)
    for name in NAMES:
        play.send("member.hello", by=name)
    return play


def code(answer: Answer) -> str:
    """Return a refusal's code."""
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_winners_that_are_named_win_by_rank_once(games: Games) -> None:
    games.open()
    closing = games.closed(games.close("m3", "m1", "m2"))
    assert [(one.place, one.member) for one in closing.winners] == [(1, 3), (2, 1), (3, 2)]
    assert [games.balance(name) for name in ("m3", "m1", "m2", "m4")] == [11, 7, 4, 1]
    assert games.won() == [{"round": "chain", "rank": rank} for rank in (1, 2, 3)]
    assert code(games.close("m4")) == "ROUND_DONE"
    assert games.balance("m4") == 1
    games.check()


def test_a_draw_from_the_committed_seed_is_made_again_by_anybody(games: Games) -> None:
    games.open()
    for name in NAMES[:9]:
        games.enter(name)
        games.enter(name)
    closing = games.closed(games.close(draw=3))
    assert closing.drawn
    assert closing.entrants == tuple(range(1, 10))
    # As the documentation says, with nothing of ours.
    seed = bytes.fromhex(closing.seed)
    opening = next(event for event in games.events if event.type == "round.opened").fact
    assert hashlib.sha256(seed).hexdigest() == opening.commitment  # type: ignore[union-attr]
    tickets = sorted((hmac.new(seed, b"%d" % one, "sha256").hexdigest(), one) for one in closing.entrants)
    assert [one.member for one in closing.winners] == [member for _, member in tickets[:3]]
    assert [games.balance(f"m{one.member}") for one in closing.winners] == [11, 7, 4]
    games.check()


MEMBERS = st.sets(st.integers(1, 500).map(MemberId), min_size=1, max_size=40)


@given(st.binary(min_size=32, max_size=32), MEMBERS, MEMBERS, st.integers(1, 40))
def test_nobodys_order_depends_on_who_else_is_in_a_draw(
    seed: bytes, few: set[MemberId], others: set[MemberId], number: int
) -> None:
    text = seed.hex()
    whole = drawn(text, few | others, len(few | others))
    assert sorted(whole) == sorted(few | others)
    assert drawn(text, few, len(few)) == tuple(one for one in whole if one in few)
    assert drawn(text, sorted(few, reverse=True), number) == drawn(text, few, len(few))[:number]


def test_a_draw_is_from_who_entered_since_it_was_open_and_stayed(games: Games) -> None:
    games.enter("m1")
    games.open()
    games.enter("m2", "other")
    for name in ("m3", "m4"):
        games.enter(name)
    games.send("member.left", by="m4")
    assert code(games.close(draw=2)) == "TOO_FEW_ENTRANTS"
    assert games.closed(games.close(draw=1)).entrants == (3,)


@pytest.mark.parametrize(
    ("winners", "draw", "said"),
    [
        (("m1", "m1"), None, "WINNERS_OR_DRAW"),
        (("m1",), 1, "WINNERS_OR_DRAW"),
        ((), 0, "WINNERS_OR_DRAW"),
        (("m99",), None, "MEMBER_UNKNOWN"),
        ((), 1, "TOO_FEW_ENTRANTS"),
    ],
)
def test_what_closes_no_round(games: Games, winners: tuple[str, ...], draw: int | None, said: str) -> None:
    games.open()
    before = len(games.events)
    assert code(games.close(*winners, draw=draw)) == said
    assert code(games.close(draw=draw, code="nothing")) == "ROUND_UNKNOWN"
    assert code(games.close("m1", seed="00" * 32)) == "SEED_WRONG"
    assert len(games.events) == before


def test_a_round_may_end_without_a_winner(games: Games) -> None:
    games.open()
    closing = games.closed(games.close())
    assert (closing.winners, closing.drawn, closing.seed) == ((), False, SEED)
    games.check()


def test_a_code_is_a_rounds_name_for_ever(games: Games) -> None:
    first = games.open()
    assert isinstance(first, Accepted)
    assert games.open() == Repeated(position=first.position)
    assert code(games.open(activity="game_night/x")) == "ROUND_EXISTS"
    games.close()
    assert code(games.open(prizes=(Prize(place=1, points=5),))) == "ROUND_EXISTS"


def test_a_key_closes_one_round_once(games: Games) -> None:
    games.open()
    first = games.close("m1", key="k")
    assert isinstance(first, Accepted)
    assert games.close("m1", key="k") == Repeated(position=first.position)
    assert isinstance(games.close("m2", key="k"), IdempotencyConflict)
    assert games.balance("m1") == 11


def test_prizes_are_points_that_rules_read_and_perks_that_are_given(games: Games) -> None:
    assert code(games.open(prizes=(Prize(place=1, perk="tea"),))) == "PERK_UNKNOWN"
    games.do(PutPerk(terms=PerkTerms(code="tea", cost=50, stock=1), by="key:k"))
    prizes = (Prize(place=1, points=40), Prize(place=2, perk="tea"), Prize(place=3, perk="tea"))
    games.open(prizes=prizes)
    games.close("m1", "m2", "m3")
    assert [games.balance(name) for name in ("m1", "m2", "m3")] == [51, 7, 4]
    assert games.books.read(PERK, ("tea",)).reserved == 1
    kinds = [event.type for event in games.events if event.type.startswith(("perk.", "redemption."))]
    assert kinds == ["perk.put", "perk.granted", "redemption.refused"]
    games.check()


def test_a_prize_that_a_hold_kept_from_others_is_there_again_when_the_hold_is_over(games: Games) -> None:
    from ledger.core.commands import RedeemPerk

    terms = PerkTerms(code="tea", cost=1, stock=1, reserve_for=Micros(MINUTE))
    games.do(PutPerk(terms=terms, by="key:k"))
    games.do(RedeemPerk(key="r", perk="tea", member=games.member("m5"), by="member:5"))
    games.open(prizes=(Prize(place=1, perk="tea"),))
    games.later(minutes=2)
    games.close("m1")
    assert "perk.granted" in [event.type for event in games.events]
    games.check()


def test_a_round_of_an_activity_pays_what_is_paid_only_there(games: Games) -> None:
    games.open(activity="game_night/2026-01-03T20:00:00Z")
    games.close("m1")
    assert games.won() == [{"round": "chain", "rank": 1, "activity": "game_night/2026-01-03T20:00:00Z"}]
    assert games.balance("m1") == 111
    games.open("elsewhere")
    games.close("m2", code="elsewhere")
    assert games.balance("m2") == 11
    outcomes = [one.outcome for event in games.events[-2:-1] for one in event.fact.decisions]  # type: ignore[union-attr]
    assert Outcome.OUTSIDE_ACTIVITY in outcomes


def test_told_again_to_other_rules_a_round_has_the_same_winners(games: Games) -> None:
    games.open()
    for name in NAMES:
        games.enter(name)
    closing = games.closed(games.close(draw=2))
    again = retold(games, RULES.replace("[10, 6, 3]", "[20, 6, 3]"))
    assert again.refused == []
    assert [again.balance(f"m{one.member}") for one in closing.winners] == [21, 7]
    position = again.books.read(ROUND, ("chain",)).closed
    assert position == games.books.read(ROUND, ("chain",)).closed
