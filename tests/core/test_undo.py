"""Taking grants back: by event, by subject, by what must match, early, twice (SEMANTICS 16, 17)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import EntryKind, GrantRef
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, length, rulebook

FORUM = rulebook(
    "id: up, event: up, to: author, amount: 10, undo_on: [{event: retracted, match: [actor]}, invalidated]",
    "id: thanks, event: up, amount: 1, undo_on: [invalidated]",
    "id: down, event: down, to: author, amount: -2, undo_on: [invalidated]",
    "id: note, event: noted, amount: 3",
    more=(
        "undo:\n"
        "  - {event: removed, of: subject, rules: all, unless: {score: {gte: 3}, age_days: {gte: 60}}}\n"
        "  - {event: pruned, of: subject, rules: [note]}\n"
        "  - {event: recalled, of: undoes, rules: [up]}\n"
    ),
)


@pytest.fixture
def forum(begin: Begin) -> Play:
    play = begin(FORUM)
    for number, voter in enumerate(("bob", "cyd", None)):
        play.send("up", "s", by=voter, author="ann", key=f"v{number}")
    play.send("up", "t", by="bob", author="ann", key="v3")
    return play


def test_an_undo_that_points_takes_back_that_event_and_rules_that_list_it(forum: Play) -> None:
    forum.send("retracted", by="bob", undoes="v0")
    assert forum.granted() == {"up": -10}
    (decision,) = forum.decisions()
    assert decision.kind is EntryKind.REVERSAL
    assert decision.reverses == GrantRef(position=forum.events[1].position, ordinal=0)
    assert (decision.wanted, decision.granted, decision.after) == (-10, -10, 30)
    forum.send("invalidated", undoes="v1")
    assert forum.granted() == {"up": -10, "thanks": -1}


def test_who_points_need_not_match(forum: Play) -> None:
    """Naming the event is enough: votes are anonymous in many exports."""
    assert forum.pays("retracted", undoes="v2") == -10
    assert forum.pays("retracted", "s", by="bob", undoes="v1") == -10


def test_a_type_that_nobody_lists_takes_back_nothing(forum: Play) -> None:
    assert forum.pays("whatever", undoes="v0") == 0
    assert forum.pays("pruned", undoes="v0") == 0
    assert forum.decisions() == []


def test_contribution_undone_takes_back_every_rule_of_the_event_it_points_at(forum: Play) -> None:
    assert forum.pays("contribution.undone", undoes="v0") == -11
    forum.send("noted", "s", by="eve", key="n")
    assert forum.pays("contribution.undone", undoes="n") == -3
    assert forum.pays("contribution.undone", "s") == 0


def test_undo_of_undoes_points_only(forum: Play) -> None:
    assert forum.pays("recalled", "s") == 0
    assert forum.pays("recalled", "s", undoes="v0") == -10


def test_without_pointing_everything_on_the_subject_goes(forum: Play) -> None:
    forum.send("invalidated", "s")
    assert [d.granted for d in forum.decisions()] == [-10, -1, -10, -1, -10]
    assert forum.balance("ann") == 10


def test_match_actor_takes_back_only_the_same_actors_grants(forum: Play) -> None:
    forum.send("up", "s", by="bob", author="ann")
    assert forum.pays("retracted", "s", by="bob") == -20
    assert forum.pays("retracted", "s", by="eve") == 0
    assert forum.balance("ann") == 30


def test_an_undo_by_nobody_does_not_match_what_nobody_sent(forum: Play) -> None:
    assert forum.pays("retracted", "s") == 0


def test_a_subject_undo_takes_the_listed_rules_and_spares_others(forum: Play) -> None:
    forum.send("noted", "s", by="eve")
    assert forum.pays("pruned", "s") == -3
    assert forum.balance("ann") == 40


def test_an_undo_without_subject_and_pointer_takes_back_nothing(forum: Play) -> None:
    assert forum.pays("removed", score=0) == 0


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"score": 3, "age_days": 60}, True),
        ({"score": 2, "age_days": 60}, False),
        ({"score": 3, "age_days": 59}, False),
        ({"score": 3}, False),
        ({}, False),
        ({"score": "3", "age_days": 60}, False),
    ],
)
def test_a_removal_spares_what_was_good_and_old(forum: Play, data: dict[str, object], kept: bool) -> None:
    forum.send("removed", "s", data=data)
    assert forum.balance("ann") == (40 if kept else 10)


def test_each_grant_is_taken_back_once_whatever_undoes_it(forum: Play) -> None:
    assert forum.pays("retracted", "s", by="bob") == -10
    for undo in ("removed", "invalidated", "contribution.undone", "removed"):
        forum.send(undo, "s", undoes="v0" if undo == "contribution.undone" else None)
    assert forum.balance("ann") == 10
    assert forum.balance("bob") == 1
    assert forum.earned("ann") == 10


def test_an_undo_cannot_be_undone(forum: Play) -> None:
    forum.send("retracted", "s", by="bob", key="undo")
    assert forum.pays("contribution.undone", undoes="undo") == 0
    assert forum.balance("ann") == 30


def test_a_start_cannot_be_undone(begin: Begin) -> None:
    play = begin(rulebook("id: hi, event: hi, amount: 1", unit="{start: 5}"))
    play.send("hi", by="ann", key="first")
    assert play.pays("contribution.undone", undoes="first") == -1
    assert play.balance("ann") == 5


def test_taking_back_a_loss_gives_what_was_really_taken(begin: Begin) -> None:
    play = begin(FORUM.replace("points: {}", "points: {floor: 0}"))
    play.send("down", "s", author="ann", key="d")
    assert play.pays("invalidated", undoes="d") == 0
    play.send("up", "t", by="bob", author="ann")
    play.send("down", "s", author="ann", key="d2")
    assert play.pays("invalidated", undoes="d2") == 2
    assert (play.balance("ann"), play.earned("ann")) == (10, 10)


def test_grants_of_an_event_of_another_source_are_not_meant(forum: Play) -> None:
    assert forum.pays("contribution.undone", undoes="v0", source="other:bot") == 0


MATCHED = rulebook(
    "id: credit, event: credited, amount: 4, once_per: [member, kind],"
    " undo_on: [{event: revoked, match: [member, kind]}]",
    "id: share, event: shared, amount: 3,"
    " undo_on: [{event: revoked, match: [member]}, {event: cleared, match: [place]}]",
)


def test_match_member_and_kind_finds_the_grant_wherever_it_was_made(begin: Begin) -> None:
    play = begin(MATCHED)
    play.send("credited", "c1", by="ann", kind="code")
    play.send("credited", "c1", by="ann", kind="doc")
    play.send("credited", "c1", by="bob", kind="code")
    assert play.pays("revoked", "elsewhere", by="ann", kind="code") == -4
    assert (play.balance("ann"), play.balance("bob")) == (4, 4)
    assert play.pays("credited", "c2", by="ann", kind="code") == 4
    assert play.pays("credited", "c3", by="ann", kind="code") == 0


def test_match_member_alone_finds_all_of_a_members_grants(begin: Begin) -> None:
    play = begin(MATCHED)
    for subject in ("a", "b"):
        play.send("shared", subject, by="ann")
    play.send("shared", "c", by="bob")
    assert play.pays("revoked", by="ann") == -6
    assert play.pays("revoked") == 0
    assert play.balance("bob") == 3


def test_a_match_on_a_field_compares_values_and_kinds_of_values(begin: Begin) -> None:
    play = begin(MATCHED)
    play.send("shared", "s", by="ann", place=1)
    assert play.pays("cleared", "s", place="1") == 0
    assert play.pays("cleared", "t", place=1) == 0
    assert play.pays("cleared", "s") == 0
    assert play.pays("cleared", "s", place=1) == -3


def test_what_neither_event_names_does_not_match(begin: Begin) -> None:
    play = begin(MATCHED)
    play.send("credited", "c1", by="ann")
    assert play.pays("revoked", by="ann") == 0


def test_an_undo_of_a_subject_and_one_by_member_do_not_mix(begin: Begin) -> None:
    """Grants found among a member's are not on the subject that another undo of the same type is about."""
    play = begin(MATCHED + "undo:\n  - {event: revoked, of: subject, rules: [share]}\n")
    play.send("credited", "c1", by="ann", kind="code")
    play.send("credited", "c2", by="ann", kind="code")
    play.send("shared", "c1", by="bob")
    assert play.pays("revoked", "elsewhere", by="ann", kind="code") == -4
    assert play.balance("bob") == 3
    assert play.pays("revoked", "c1", by="eve") == -3


def test_a_long_field_is_matched_too(begin: Begin) -> None:
    play = begin(MATCHED)
    play.send("credited", "c1", by="ann", kind="k" * 50_000)
    assert play.pays("revoked", by="ann", kind="k" * 50_000 + "x") == 0
    assert play.pays("revoked", by="ann", kind="k" * 50_000) == -4
    assert max(map(len, play.books.added)) < 600


# An undo that comes before its event


def test_an_undo_that_came_first_is_remembered(forum: Play) -> None:
    forum.send("retracted", by="eve", undoes="later")
    assert forum.says("up", "s", by="eve", author="ann", key="later") is Outcome.GRANTED
    assert [d.outcome for d in forum.decisions()] == [Outcome.REVERSED, Outcome.GRANTED]
    assert forum.granted() == {"up": 0, "thanks": 1}


def test_an_early_undo_of_everything_reverses_every_rule(forum: Play) -> None:
    forum.send("contribution.undone", undoes="later")
    forum.send("up", "s", by="eve", author="ann", key="later")
    assert [d.outcome for d in forum.decisions()] == [Outcome.REVERSED, Outcome.REVERSED]


def test_an_early_undo_is_of_its_own_source_only(forum: Play) -> None:
    forum.send("contribution.undone", undoes="later", source="other:bot")
    assert forum.pays("up", "s", by="eve", author="ann", key="later") == 11
    forum.send("contribution.undone", undoes="y z", source="x")
    assert forum.pays("noted", by="ann", key="z", source="x y") == 3


def test_an_early_undo_that_excuses_does_not_undo(begin: Begin) -> None:
    play = begin(FORUM)
    play.send("removed", undoes="later", score=5, age_days=90)
    assert play.pays("up", "s", by="eve", author="ann", key="later") == 11


def test_of_several_early_undos_each_counts(forum: Play) -> None:
    """A harmless event that points at the same key must not push the undo out of memory."""
    forum.send("retracted", undoes="later")
    forum.send("invalidated", undoes="later")
    forum.send("whatever", undoes="later")
    for _ in range(20):
        forum.send("recalled", undoes="later")
    forum.send("up", "s", by="eve", author="ann", key="later")
    assert [d.outcome for d in forum.decisions()] == [Outcome.REVERSED, Outcome.REVERSED]


def test_an_event_that_undoes_itself_undoes_nothing(forum: Play) -> None:
    assert forum.pays("up", "s", by="eve", author="ann", key="self", undoes="self") == 11


def test_an_event_reversed_early_claims_nothing(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: 5, once_per: [member], caps: [{count: 1, per: day}]"))
    play.send("contribution.undone", undoes="later")
    assert play.says("e", by="ann", key="later") is Outcome.REVERSED
    assert play.pays("e", by="ann") == 5


# Undo and rulebooks


def test_an_undo_reads_the_rules_list_as_it_stood_when_the_grant_was_made(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: 5, undo_on: [gone]"))
    play.send("e", "s", by="ann")
    play.later(days=1)
    play.publish(rulebook("id: other, event: other, amount: 1"))
    play.later(days=1)
    assert play.pays("gone", "s") == -5


def test_an_undo_takes_back_what_was_granted_whatever_the_rule_says_today(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: 5, undo_on: [gone]"))
    play.send("e", "s", by="ann")
    play.later(days=1)
    play.publish(rulebook("id: r, event: e, amount: 50, undo_on: [gone]"))
    play.later(days=1)
    play.send("e", "s", by="bob")
    play.send("gone", "s")
    assert [d.granted for d in play.decisions()] == [-5, -50]


def test_an_undo_whenever_it_comes_is_taken(begin: Begin) -> None:
    play = begin(FORUM)
    play.send("up", "s", by="bob", author="ann", key="v")
    play.later(days=400)
    assert play.pays("retracted", undoes="v", late=length(days=100)) == -10
