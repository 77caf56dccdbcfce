"""Rules for those who stand so or so with the house rules: what a strike keeps back, and what lifting it gives."""

from __future__ import annotations

import pytest

from ledger.core.explain import explain
from ledger.core.outcomes import Outcome, Step
from ledger.core.values import DAY, HOUR
from ledger.words.render import render
from tests.core.conftest import Begin
from tests.core.play import Play
from tests.core.strikes import book, lift, strike

GUIDE = "id: guide, event: guided, amount: 6, when: {standing: good}"
AMENDS = "id: amends, event: mended, amount: 2, when: {standing: warned}"
SHARE = "id: share, event: shared, amount: 8"


@pytest.fixture
def play(begin: Begin) -> Play:
    return met(begin, book(GUIDE, AMENDS, SHARE))


def met(begin: Begin, rulebook: str) -> Play:
    """Begin where ann is a member."""
    play = begin(rulebook)
    play.send("waved", by="ann")
    return play


def said(play: Play, locale: str) -> str:
    line = next(line for line in explain(play.last, play.rulebook) if line.code.startswith("decision."))
    return render(line.code, locale, **line.parameters)


def test_a_warned_member_is_paid_by_other_rules_only_until_the_strike_is_forgotten(play: Play) -> None:
    assert play.pays("guided", by="ann") == 6
    strike(play, "ann")
    until = play.last.recorded_at + 180 * DAY
    assert play.pays("shared", by="ann") == 8
    assert play.says("guided", by="ann") is Outcome.NOT_EARNING
    [decision] = play.decisions()
    assert (decision.wanted, decision.granted, decision.possible_again_at) == (6, 0, until)
    assert decision.steps == (Step(code="conduct", before=0, after=0), Step(code="standing", before=6, after=0))
    assert said(play, "en") == "guide: nothing for 1 for now, it does not pay while a violation counts."
    assert said(play, "zh-CN") == "guide：1 暂未获积分，违规记录有效期间不计。"
    play.now = type(play.now)(until - 1)
    assert play.pays("guided", by="ann") == 0
    assert play.pays("guided", by="ann") == 6
    assert play.last.recorded_at == until


def test_lifting_the_strike_grants_what_it_kept_back(play: Play) -> None:
    of = strike(play, "ann")
    guided = play.send("guided", by="ann")
    play.later(days=3)
    lift(play, of)
    [granted] = play.decisions()
    assert (granted.rule, granted.granted, granted.dated) == ("guide", 6, guided.occurred_at)
    assert granted.steps == ()
    assert play.balance("ann") == 6


def test_where_two_strikes_keep_it_back_both_must_be_lifted(play: Play) -> None:
    first, second = strike(play, "ann"), strike(play, "ann", "spam")
    play.send("guided", by="ann")
    lift(play, first)
    assert play.decisions() == []
    lift(play, second)
    assert play.granted() == {"guide": 6}


def test_lifting_a_removal_grants_by_each_rule_what_who_was_warned_may_have(play: Play) -> None:
    first, second = strike(play, "ann"), strike(play, "ann")
    for type_ in ("guided", "mended", "shared"):
        assert play.says(type_, by="ann") is Outcome.NOT_EARNING
        assert play.decisions()[0].possible_again_at is None
    lift(play, second)
    assert play.granted() == {"amends": 2, "share": 8}
    lift(play, first)
    assert play.granted() == {"guide": 6}
    assert play.balance("ann") == 16


def test_a_rule_for_the_warned_is_not_for_who_stands_well(play: Play) -> None:
    assert play.says("mended", by="ann") is Outcome.NOT_ELIGIBLE
    assert play.decisions()[0].steps == (Step(code="conduct", before=0, after=0),)
    assert said(play, "en") == "amends: nothing for 1, it is for those who stand otherwise with the house rules."
    assert said(play, "zh-CN") == "amends：1 未获积分，违规状态不符。"
    of = strike(play, "ann")
    assert play.pays("mended", by="ann") == 2
    lift(play, of)
    assert (play.decisions(), play.balance("ann")) == ([], 2), "what was paid stays paid"


def test_a_loss_for_those_who_stand_otherwise_is_nobodys(begin: Begin) -> None:
    play = begin(
        book(
            "id: fee, event: asked, amount: -2, when: {standing: good}",
            "id: fine, event: asked, amount: -3, when: {standing: [warned, removed]}",
            unit="{}",
        )
    )
    play.send("asked", by="ann")
    assert play.granted() == {"fee": -2, "fine": 0}
    strike(play, "ann")
    play.send("asked", by="ann")
    assert play.granted() == {"fee": 0, "fine": -3}
    assert [one.outcome for one in play.decisions()] == [Outcome.NOT_ELIGIBLE, Outcome.GRANTED]
    of = strike(play, "ann")
    play.send("asked", by="ann")
    assert play.granted() == {"fee": 0, "fine": -3}
    lift(play, of)
    assert (play.decisions(), play.balance("ann")) == ([], -8)


def test_the_standing_is_that_of_who_is_paid(begin: Begin) -> None:
    play = begin(book("id: liked, event: liked, to: author, amount: 3, when: {standing: good}"))
    play.send("waved", by="bob")
    strike(play, "bob")
    assert play.pays("liked", "s1", by="bob", author="ann") == 3
    assert play.says("liked", "s2", by="ann", author="bob") is Outcome.NOT_EARNING


def test_a_pause_that_outlasts_the_strike_is_waited_for_too(begin: Begin) -> None:
    brief = "violations:\n  haste: {forget_after: 1h, steps: [{no_earning: 2h}]}\n"
    play = met(begin, book(GUIDE).replace("violations:\n", brief))
    strike(play, "ann", "haste")
    at = play.last.recorded_at
    assert play.says("guided", by="ann") is Outcome.NOT_EARNING
    assert play.decisions()[0].possible_again_at == at + 2 * HOUR
    assert [step.code for step in play.decisions()[0].steps] == ["standing"]
    play.now = type(play.now)(at + HOUR)
    assert play.says("guided", by="ann") is Outcome.NOT_EARNING, "forgotten, but not earning"
    play.now = type(play.now)(at + 2 * HOUR)
    assert play.pays("guided", by="ann") == 6
