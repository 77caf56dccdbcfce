"""Caps that rules share: net and gross, the partial last grant, rules outside (SEMANTICS 9)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import Step
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, instant, rulebook

RULES = (
    "id: up, event: up, to: author, amount: 10, undo_on: [vote.retracted]",
    "id: down, event: down, to: author, amount: -3, undo_on: [vote.retracted]",
    "id: edit, event: edit, amount: 2",
    "id: accepted, event: accepted, to: author, amount: 15",
)


def grouped(counts: str = "net", *, partial: bool = True, points: int = 25, rules: str = "[up, down, edit]") -> str:
    flag = str(partial).lower()
    group = f"{{points: {points}, per: day, counts: {counts}, partial: {flag}, rules: {rules}}}"
    return rulebook(*RULES, unit="{floor: 0}", more=f"cap_groups:\n  soft: {group}\n")


def ups(play: Play, times: int) -> list[int]:
    return [play.pays("up", author="ann") for _ in range(times)]


def test_rules_fill_one_cap_together_and_the_last_grant_is_partial(begin: Begin) -> None:
    play = begin(grouped())
    assert play.pays("edit", by="ann") == 2
    assert ups(play, 4) == [10, 10, 3, 0]
    (decision,) = play.decisions()
    assert decision.outcome is Outcome.CAPPED
    assert decision.steps == (Step(code="group:soft", before=10, after=0),)
    assert decision.possible_again_at == instant("2026-01-06T00:00:00Z")


def test_without_partial_the_last_grant_is_left_out(begin: Begin) -> None:
    play = begin(grouped(partial=False))
    assert ups(play, 3) == [10, 10, 0]
    assert play.pays("edit", by="ann") == 2


def test_a_rule_outside_the_group_is_paid_over_the_cap_and_does_not_fill_it(begin: Begin) -> None:
    play = begin(grouped())
    assert play.pays("accepted", author="ann") == 15
    assert ups(play, 3) == [10, 10, 5]
    assert play.pays("accepted", author="ann") == 15


def test_net_losses_of_the_day_give_room_back_by_what_they_took(begin: Begin) -> None:
    play = begin(grouped())
    assert play.pays("down", author="ann") == 0  # the floor took it all
    assert ups(play, 3) == [10, 10, 5]
    assert play.pays("down", author="ann") == -3
    assert ups(play, 2) == [3, 0]
    assert play.balance("ann") == 25
    assert play.earned("ann") == 28


def test_gross_losses_of_the_day_give_nothing_back(begin: Begin) -> None:
    play = begin(grouped("gross"))
    assert ups(play, 3) == [10, 10, 5]
    assert play.pays("down", author="ann") == -3
    assert ups(play, 1) == [0]


def test_a_day_of_losses_makes_room_above_the_cap_and_the_days_sum_keeps_it(begin: Begin) -> None:
    play = begin(grouped())
    ups(play, 2)
    play.later(days=1)
    assert [play.pays("down", author="ann") for _ in range(2)] == [-3, -3]
    assert ups(play, 4) == [10, 10, 10, 1]
    assert play.balance("ann") == 45


def test_members_do_not_share_a_group(begin: Begin) -> None:
    play = begin(grouped())
    ups(play, 3)
    assert play.pays("up", author="bob") == 10


def test_a_rule_may_be_in_several_groups_and_the_tightest_holds(begin: Begin) -> None:
    text = grouped() + "  small: {points: 12, per: week, rules: [up]}\n"
    play = begin(text)
    assert ups(play, 3) == [10, 2, 0]
    assert [step.code for step in play.decisions()[0].steps] == ["group:small"]
    assert play.decisions()[0].possible_again_at == instant("2026-01-12T00:00:00Z")


def test_a_rules_own_cap_comes_before_its_groups(begin: Begin) -> None:
    text = grouped().replace("amount: 10,", "amount: 10, caps: [{points: 16, per: day}],")
    play = begin(text)
    assert ups(play, 3) == [10, 6, 0]
    assert play.pays("edit", by="ann") == 2
    assert [step.code for step in play.decisions()[0].steps] == []


def test_a_cap_is_never_passed_by_votes_and_edits_in_turn(begin: Begin) -> None:
    """195 and 10 are 205 in Apache Answer; here they are 200."""
    play = begin(grouped(points=200))
    for _ in range(19):
        ups(play, 1)
    assert [play.pays("edit", by="ann") for _ in range(3)] == [2, 2, 2]
    assert ups(play, 1) == [4]
    assert play.pays("edit", by="ann") == 0
    assert play.balance("ann") == 200


@pytest.mark.parametrize("counts", ["net", "gross"])
def test_voting_down_and_retracting_in_turn_earns_nothing(begin: Begin, counts: str) -> None:
    """Each downvote makes room for an upvote: when it is retracted, its points and its room go back together."""
    play = begin(grouped(counts))
    ups(play, 3)
    for number in range(5):
        play.send("down", f"d{number}", author="ann")
        ups(play, 1)
        play.send("vote.retracted", f"d{number}")
        ups(play, 1)
    assert play.balance("ann") == (28 if counts == "net" else 25)


def test_an_upvote_retracted_after_the_day_frees_room_of_its_own_day_only(begin: Begin) -> None:
    play = begin(grouped())
    play.send("up", "first", author="ann")
    ups(play, 2)
    play.later(days=1)
    assert ups(play, 3) == [10, 10, 5]
    assert play.pays("vote.retracted", "first") == -10
    assert ups(play, 1) == [0]
    assert play.pays("up", author="ann", at="2026-01-05T20:00:00Z") == 10
