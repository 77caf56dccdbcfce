"""Claims by members: what they say of themselves pays, and counts for levels, when somebody has approved it."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.books.shelf import STREAK
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.outcomes import Outcome
from ledger.core.refusals import IdempotencyConflict, Refusal
from ledger.core.rhythm.claims import SubmitClaim
from tests.core.play import Play, instant
from tests.core.replaying import retold

RULES = """\
community: {tz: UTC, accept_late: 7d}
units: {points: {floor: 0, claw: debt}}
creates: {share.posted: share}
rules:
  - {id: hello, event: member.hello, amount: 1}
  - {id: share, event: share.posted, amount: 8, caps: [{count: 1, per: day}], undo_on: [share.removed]}
  - {id: slow, event: share.posted, amount: 2, pending: 2h}
  - {id: other, event: share.posted, to: friend, amount: 100}
  - {id: fine, event: share.posted, amount: -3}
  - {id: gift, event: gift.named, amount: {from: data.n}}
  - {id: story, event: story.submitted, amount: 5}
metrics:
  shares: {event: share.posted}
streaks:
  - {id: weeks, per: week, from: [share], reward: {1: 7}}
tiers:
  circle:
    every: day@04:00
    levels: [{id: new}, {id: sharer, enter: {all: [{metric: shares, in: 30d, gte: 1}]}}]
"""


class Claimants(Play):
    """A community whose members say what they did."""

    def claim(self, name: str = "ann", type_: str = "share.posted", **parts: Any) -> Answer:
        """Claim something."""
        self.sent += 1
        key = parts.pop("key", f"1/{self.sent}")
        return self.answer(SubmitClaim(key=key, member=self.member(name), type=type_, **parts))


@pytest.fixture
def claimants() -> Claimants:
    """A community of ann and bob, with a point each."""
    play = Claimants(RULES)
    for name in ("ann", "bob"):
        play.send("member.hello", by=name)
    return play


def code(answer: Answer) -> str:
    """Return a refusal's code."""
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_a_claim_waits_whatever_its_rules_say_and_pays_when_approved(claimants: Claimants) -> None:
    claimants.claim(subject="my talk", occurred_at=instant("2026-01-04T10:00:00Z"), note="At the library")
    event = claimants.last
    assert [(one.rule, one.outcome, one.pending, one.release_at) for one in claimants.decisions()] == [
        ("share", Outcome.PENDING, 8, None),
        ("slow", Outcome.PENDING, 2, None),
    ]
    assert (claimants.balance("ann"), claimants.level("ann", "circle")) == (1, "new")
    assert claimants.books.events[-1].private == {"texts": {"excerpt": "At the library"}}
    claimants.later(days=2)
    claimants.settle()
    assert claimants.balance("ann") == 1
    claimants.review(event, approved=True)
    assert (claimants.balance("ann"), claimants.level("ann", "circle")) == (18, "sharer"), "7 for the week"
    assert [one.rule for one in claimants.decisions()] == ["share", "slow", "weeks"]
    assert {one.dated for one in claimants.decisions()} == {instant("2026-01-04T10:00:00Z")}
    claimants.check()


def test_an_approved_claim_keeps_a_run_and_one_of_an_earlier_week_moves_nothing(claimants: Claimants) -> None:
    claimants.claim(occurred_at=instant("2026-01-04T10:00:00Z"))
    early = claimants.last
    claimants.claim()
    claimants.review(claimants.last, approved=True)
    assert claimants.books.read(STREAK, ("weeks", 1)).length == 1
    claimants.review(early, approved=True)
    assert claimants.books.read(STREAK, ("weeks", 1)).length == 1
    claimants.later(days=7)
    claimants.claim()
    assert claimants.books.read(STREAK, ("weeks", 1)).length == 1, "not before it is approved"
    claimants.review(claimants.last, approved=True)
    assert claimants.books.read(STREAK, ("weeks", 1)).length == 2
    claimants.check()


def test_a_declined_claim_counts_for_nothing_and_its_day_is_free_again(claimants: Claimants) -> None:
    claimants.claim()
    claimants.review(claimants.last, approved=False)
    claimants.later(days=1)
    claimants.settle()
    assert (claimants.balance("ann"), claimants.level("ann", "circle")) == (1, "new")
    claimants.on("2026-01-05T13:00:00Z")
    claimants.claim()
    assert claimants.decisions("share")[0].outcome is Outcome.PENDING
    claimants.check()


def test_a_claim_makes_nobody_an_author_and_takes_nothing_back(claimants: Claimants) -> None:
    claimants.send("share.posted", "s1", by="bob")
    claimants.claim(subject="s1")
    assert claimants.last.fact.creates is None  # type: ignore[union-attr]
    assert code(claimants.claim(type_="share.removed", subject="s1")) == "CLAIM_PAYS_NOTHING"
    assert claimants.balance("bob") >= 8
    claimants.check()


@pytest.mark.parametrize("type_", ["gift.named", "story.submitted", "member.left", "nothing.known"])
def test_what_no_rule_pays_by_itself_is_not_claimed(claimants: Claimants, type_: str) -> None:
    before = len(claimants.events)
    assert code(claimants.claim(type_=type_)) == "CLAIM_PAYS_NOTHING"
    assert len(claimants.events) == before


def test_claims_keep_to_caps_and_to_their_time(claimants: Claimants) -> None:
    claimants.claim()
    claimants.claim()
    assert claimants.decisions("share")[0].outcome is Outcome.CAPPED
    claimants.claim(occurred_at=instant("2025-12-01T10:00:00Z"))
    assert {one.outcome for one in claimants.decisions()} == {Outcome.TOO_LATE}
    assert code(claimants.claim(occurred_at=instant("2026-02-01T10:00:00Z"))) == "TIME_IN_FUTURE"
    assert code(claimants.claim("eve")) == "MEMBER_UNKNOWN"


def test_a_key_is_one_claim(claimants: Claimants) -> None:
    first = claimants.claim(key="1/k", subject="a")
    assert isinstance(first, Accepted)
    assert claimants.claim(key="1/k", subject="a") == Repeated(position=first.position)
    assert isinstance(claimants.claim(key="1/k", subject="b"), IdempotencyConflict)


def test_told_again_to_other_rules_a_claim_still_waits_for_its_review(claimants: Claimants) -> None:
    claimants.claim()
    claimants.review(claimants.last, approved=True)
    claimants.claim("bob")
    again = retold(claimants, RULES.replace("amount: 8", "amount: 9"))
    assert again.refused == []
    assert (again.balance("ann"), again.balance("bob")) == (1 + 9 + 2 + 7, 1)
