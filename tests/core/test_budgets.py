"""Budgets: what rules may pay in all, to whomever."""

from __future__ import annotations

from ledger.core.outcomes import Step
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, counters, instant, rulebook

RULES = (
    "id: helped, event: helped, amount: 10, budget: fund, once_per: [object], undo_on: [unhelped]",
    "id: shared, event: shared, amount: 7, budget: fund, undo_on: [removed]",
    "id: free, event: shared, amount: 1",
)


def fund(begin: Begin, budget: str = "{points: 25, per: month}") -> Play:
    return begin(rulebook(*RULES, more=f"budgets: {{fund: {budget}}}\n"))


def test_all_members_together_draw_on_it_and_the_last_grant_is_cut(begin: Begin) -> None:
    play = fund(begin)
    assert [play.pays("helped", f"s{name}", by=name) for name in ("ann", "bob")] == [10, 10]
    assert play.pays("shared", "t", by="cyd") == 5 + 1
    assert play.decisions("shared")[0].steps == (Step(code="budget:fund", before=7, after=5),)


def test_once_it_is_spent_rules_stop_there_and_say_until_when(begin: Begin) -> None:
    play = fund(begin, "{points: 10, per: month}")
    play.send("helped", "s", by="ann")
    play.send("helped", "t", by="bob")
    (decision,) = play.decisions()
    assert (decision.outcome, decision.granted) == (Outcome.BUDGET_SPENT, 0)
    assert decision.possible_again_at == instant("2026-02-01T00:00:00Z")
    assert (decision.counters, decision.claims) == ((), ())
    assert play.pays("shared", "u", by="bob") == 1, "rules without it go on"


def test_a_grant_is_whole_or_nothing_where_the_budget_says_so(begin: Begin) -> None:
    play = fund(begin, "{points: 25, per: month, partial: false}")
    play.send("helped", "s", by="ann")
    play.send("helped", "t", by="ann")
    assert play.says("helped", "u", by="ann") is Outcome.BUDGET_SPENT
    assert play.pays("shared", "v", by="ann") == 1


def test_the_next_period_has_its_own(begin: Begin) -> None:
    play = fund(begin, "{points: 10, per: week}")
    assert play.pays("helped", "s", by="ann") == 10
    play.on("2026-01-11T23:59:59Z")
    assert play.pays("helped", "t", by="ann") == 0
    play.on("2026-01-12T00:00:00Z")
    assert play.pays("helped", "t", by="ann") == 10
    assert play.pays("helped", "u", by="ann", at="2026-01-11T12:00:00Z") == 0, "a late event draws on its own week"


def test_a_budget_without_a_period_is_for_ever(begin: Begin) -> None:
    play = fund(begin, "{points: 10}")
    play.send("helped", "s", by="ann")
    play.later(days=4_000)
    assert play.says("helped", "t", by="ann") is Outcome.BUDGET_SPENT
    assert play.decisions()[0].possible_again_at is None


def test_what_is_undone_is_there_again_in_its_own_period(begin: Begin) -> None:
    play = fund(begin, "{points: 10, per: week}")
    play.send("helped", "s", by="ann")
    assert play.pays("unhelped", "s") == -10
    assert counters(play.books, "budget:fund") == {}
    assert play.pays("helped", "t", by="bob") == 10
    play.later(days=7)
    play.send("unhelped", "t")
    assert play.pays("helped", "u", by="ann", at="2026-01-11T12:00:00Z") == 10


def test_what_waits_is_drawn_on_arrival_and_given_back_when_declined(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: a, event: a, amount: 10, pending: review, budget: fund", more="budgets: {fund: {points: 15}}\n"
        )
    )
    first = play.send("a", "s", by="ann")
    second = play.send("a", "t", by="ann")
    assert play.account("ann").pending == 15
    play.review(first, approved=False)
    assert counters(play.books, "budget:fund") == {("", ""): 5}
    play.review(second, approved=True)
    assert play.balance("ann") == 5
