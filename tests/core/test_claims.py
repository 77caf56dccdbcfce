"""What only one grant may hold: `once_per` and `slot` (SEMANTICS 10)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import EntryKind
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, claims, length, rulebook


def once(per: str, *, more: str = "", unit: str = "{floor: 0, claw: clip}") -> str:
    return rulebook(
        f"id: r, event: e, amount: 5, once_per: [{per}], undo_on: [e.undone]",
        "id: spend, event: spend, amount: -3",
        unit=unit,
        more=more,
    )


@pytest.mark.parametrize(
    ("per", "events", "paid"),
    [
        ("member", [("ann", "s", {}), ("ann", "t", {}), ("bob", "s", {})], [5, 0, 5]),
        ("object", [("ann", "s", {}), ("bob", "s", {}), ("bob", "t", {})], [5, 0, 5]),
        ("member, object", [("ann", "s", {}), ("bob", "s", {}), ("ann", "s", {})], [5, 5, 0]),
        ("actor", [("ann", "s", {}), ("ann", "t", {})], [5, 0]),
        (
            "member, round",
            [("ann", "s", {"round": 1}), ("ann", "s", {"round": 2}), ("ann", "t", {"round": 1})],
            [5, 5, 0],
        ),
        ("round", [("ann", "s", {"round": 7}), ("ann", "s", {"round": "7"})], [5, 0]),
        ("round", [("ann", "s", {}), ("ann", "s", {})], [5, 5]),
        ("a, b", [("ann", "s", {"a": "x,y", "b": "z"}), ("ann", "s", {"a": "x", "b": "y,z"})], [5, 5]),
        ("a, b", [("ann", "s", {"a": "x\\,y", "b": "z"}), ("ann", "s", {"a": "x\\", "b": "y,z"})], [5, 5]),
    ],
)
def test_a_rule_pays_once_per_what_it_names(
    begin: Begin, per: str, events: list[tuple[str, str, dict[str, object]]], paid: list[int]
) -> None:
    play = begin(once(per))
    assert [play.pays("e", subject, by=who, data=data) for who, subject, data in events] == paid


def test_a_second_time_says_once_only(begin: Begin) -> None:
    play = begin(once("member"))
    play.send("e", by="ann")
    assert play.says("e", by="ann") is Outcome.ONCE_ONLY
    assert play.decisions()[0].after == 5


def test_an_object_of_a_kind_the_event_does_not_name_is_its_subject(begin: Begin) -> None:
    play = begin(once("story", more="creates: {submitted: story}\n"))
    assert [play.pays("e", "s1", by="ann"), play.pays("e", "s1", by="bob"), play.pays("e", "s2", by="ann")] == [
        5,
        0,
        5,
    ]
    assert play.pays("e", "x9", by="ann", story="s1") == 0


def test_a_name_as_long_as_a_page_is_a_name(begin: Begin) -> None:
    """No sender may write a key that a database's index cannot hold."""
    play = begin(once("round"))
    assert [play.pays("e", by="ann", round="x" * 60_000 + end) for end in "aab"] == [5, 0, 5]
    assert all(len(str(key)) < 500 for key in claims(play.books, "once:r"))


def test_a_grant_of_nothing_claims_nothing(begin: Begin) -> None:
    play = begin(
        rulebook("id: r, event: e, amount: {from: data.n}, once_per: [member], caps: [{points: 5, per: day}]")
    )
    assert play.pays("e", by="ann", n=0) == 0
    assert play.pays("e", by="ann", n="much") == 0
    assert play.pays("e", by="ann", n=9) == 5
    assert play.says("e", by="ann", n=9) is Outcome.ONCE_ONLY


def test_a_capped_grant_claims_nothing_and_a_partial_one_claims(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: 4, once_per: [object], caps: [{points: 6, per: day}]"))
    assert [play.pays("e", subject, by="ann") for subject in ("a", "b", "c")] == [4, 2, 0]
    play.later(days=1)
    assert [play.pays("e", subject, by="ann") for subject in ("a", "b", "c")] == [0, 0, 4]


def test_a_claim_is_released_when_its_grant_is_wholly_undone(begin: Begin) -> None:
    play = begin(once("member"))
    play.send("e", "s", by="ann")
    play.send("e.undone", "s")
    assert play.pays("e", "t", by="ann") == 5


def test_a_claim_stays_where_the_points_were_spent(begin: Begin) -> None:
    play = begin(once("member"))
    play.send("e", "s", by="ann")
    play.send("spend", by="ann")
    assert play.pays("e.undone", "s") == -2
    assert play.says("e", "t", by="ann") is Outcome.ONCE_ONLY


def test_doing_and_undoing_in_turn_earns_nothing(begin: Begin) -> None:
    play = begin(once("member", unit="{claw: debt}"))
    for number in range(5):
        play.send("e", f"s{number}", by="ann")
        play.send("e.undone", f"s{number}")
    assert play.balance("ann") == 0
    assert play.earned("ann") == 0


ACCEPTING = rulebook(
    "id: accepted, event: accepted, to: answer.author, amount: 15, slot: [question],"
    " when: {not_self: actor}, undo_on: [unaccepted, {event: removed, unless: {good: true}}]",
    "id: spend, event: spend, amount: {from: data.n, negate: true}",
    "id: gift, event: gift, amount: {from: data.n}",
    unit="{floor: 0, claw: clip}",
    more="creates: {asked: question, answered: answer}\n",
)


@pytest.fixture
def forum(begin: Begin) -> Play:
    play = begin(ACCEPTING)
    play.send("asked", "q", by="eve")
    for answer, author in (("a1", "ann"), ("a2", "bob"), ("a3", "ann"), ("a4", "eve")):
        play.send("answered", answer, by=author, question="q")
    return play


def accept(play: Play, answer: str) -> dict[str, int]:
    play.send("accepted", answer, by="eve", question="q")
    return play.granted()


def test_taking_a_slot_over_undoes_its_old_holder(forum: Play) -> None:
    accept(forum, "a1")
    accept(forum, "a2")
    back, paid = forum.decisions()
    assert (back.kind, back.granted, back.member) == (EntryKind.REVERSAL, -15, forum.member("ann"))
    assert (paid.kind, paid.granted, paid.member) == (EntryKind.AWARD, 15, forum.member("bob"))
    assert back.reverses is not None
    assert (forum.balance("ann"), forum.balance("bob")) == (0, 15)


def test_a_later_unaccept_of_the_old_holder_does_nothing(forum: Play) -> None:
    accept(forum, "a1")
    accept(forum, "a2")
    assert forum.pays("unaccepted", "a1", by="eve") == 0
    assert forum.decisions() == []
    assert (forum.balance("ann"), forum.balance("bob")) == (0, 15)
    assert forum.pays("unaccepted", "a2", by="eve") == -15


def test_accepting_again_what_is_accepted_changes_no_balance(forum: Play) -> None:
    for _ in range(4):
        accept(forum, "a1")
    assert forum.balance("ann") == 15
    assert forum.earned("ann") == 15


def test_accepting_two_answers_of_one_author_in_turn_pays_once(forum: Play) -> None:
    for _ in range(3):
        accept(forum, "a1")
        accept(forum, "a3")
    assert forum.balance("ann") == 15


def test_toggling_an_accept_earns_nothing(forum: Play) -> None:
    for _ in range(5):
        accept(forum, "a1")
        forum.send("unaccepted", "a1", by="eve")
    assert forum.balance("ann") == 0
    accept(forum, "a2")
    assert forum.balance("bob") == 15


def test_accepting_the_own_answer_leaves_the_slot_as_it_was(forum: Play) -> None:
    accept(forum, "a1")
    assert forum.says("accepted", "a4", by="eve", question="q") is Outcome.NOT_ELIGIBLE
    assert forum.balance("ann") == 15
    assert forum.pays("unaccepted", "a1", by="eve") == -15


def test_a_taken_over_holder_whose_points_are_spent_gives_what_is_left_and_no_more_later(forum: Play) -> None:
    accept(forum, "a1")
    forum.send("spend", by="ann", n=10)
    accept(forum, "a2")
    assert (forum.balance("ann"), forum.balance("bob")) == (0, 15)
    forum.send("gift", by="ann", n=100)
    accept(forum, "a3")
    assert (forum.balance("ann"), forum.balance("bob")) == (115, 0)
    assert forum.pays("unaccepted", "a1", by="eve") == 0


def test_an_undone_holder_that_kept_the_slot_is_not_undone_again(forum: Play) -> None:
    """Its points were spent when it was unaccepted: the shortfall is never collected later."""
    accept(forum, "a1")
    forum.send("spend", by="ann", n=10)
    assert forum.pays("unaccepted", "a1", by="eve") == -5
    forum.send("gift", by="ann", n=100)
    assert accept(forum, "a2") == {"accepted": 15}
    assert (forum.balance("ann"), forum.balance("bob")) == (100, 15)
    assert accept(forum, "a1") == {"accepted": 0}
    assert (forum.balance("ann"), forum.balance("bob")) == (115, 0)


def test_where_nothing_would_be_paid_the_old_holder_stays(begin: Begin) -> None:
    text = ACCEPTING.replace("slot: [question],", "slot: [question], caps: [{points: 15, per: day}],")
    play = begin(text)
    for answer, author in (("a1", "ann"), ("b1", "bob"), ("b2", "bob")):
        play.send("answered", answer, by=author)
    play.send("accepted", "b1", by="eve", question="other")
    accept(play, "a1")
    assert accept(play, "b2") == {"accepted": 0}
    (decision,) = play.decisions()
    assert (decision.outcome, decision.wanted, decision.after) == (Outcome.CAPPED, 15, 15)
    assert decision.steps
    assert play.balance("ann") == 15
    assert play.pays("unaccepted", "a1", by="eve") == -15


def test_the_old_holders_room_is_free_for_the_new_one(begin: Begin) -> None:
    """Moving an accept between two answers of one author is no second grant of the day."""
    text = ACCEPTING.replace(
        "slot: [question],", "slot: [question], caps: [{count: 1, per: day, by: [actor, to]}],"
    )
    play = begin(text)
    play.send("answered", "a1", by="ann")
    play.send("answered", "a3", by="ann")
    accept(play, "a1")
    assert accept(play, "a3") == {"accepted": 0}
    assert len(play.decisions()) == 2
    assert play.balance("ann") == 15


def test_slots_of_other_questions_are_others(forum: Play) -> None:
    accept(forum, "a1")
    assert forum.pays("accepted", "a2", by="eve", question="q2") == 15
    assert forum.balance("ann") == 15


def test_a_late_accept_takes_over_by_arrival_and_not_by_time(forum: Play) -> None:
    accept(forum, "a1")
    forum.send("accepted", "a2", by="eve", question="q", late=length(days=1))
    assert (forum.balance("ann"), forum.balance("bob")) == (0, 15)


def test_an_accept_that_is_too_late_takes_nothing_over(forum: Play) -> None:
    accept(forum, "a1")
    assert forum.says("accepted", "a2", by="eve", question="q", late=length(days=8)) is Outcome.TOO_LATE
    assert (forum.balance("ann"), forum.balance("bob")) == (15, 0)


def test_once_comes_before_the_slot(begin: Begin) -> None:
    text = ACCEPTING.replace("slot: [question],", "once_per: [member], slot: [question],")
    play = begin(text)
    play.send("answered", "a1", by="ann")
    play.send("answered", "a2", by="bob")
    accept(play, "a1")
    accept(play, "a2")
    assert (play.balance("ann"), play.balance("bob")) == (0, 15)
    play.send("accepted", "a1", by="eve", question="other")
    assert play.balance("ann") == 15
    assert accept(play, "a1") == {"accepted": 0}
    assert play.decisions()[0].outcome is Outcome.ONCE_ONLY
    assert play.balance("bob") == 15
