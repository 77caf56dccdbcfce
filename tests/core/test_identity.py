"""Who is meant: identities, joining, roles, and who made an object (SEMANTICS 1, 6, 13)."""

from __future__ import annotations

import pytest

from ledger.core.events import ContributionRecorded
from ledger.core.values import identity
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, instant, rulebook

PLAIN = rulebook("id: hi, event: hi, amount: 1", "id: in, event: liked, to: object.author, amount: 2")


@pytest.mark.parametrize(
    ("spelled", "source", "meant"),
    [
        ("42", "telegram:group-7", ("telegram", "42")),
        ("42", "telegram:a:b", ("telegram", "42")),
        ("42", "telegram", ("telegram", "42")),
        ("discord:42", "telegram:group-7", ("discord", "42")),
        ("matrix:@ann:example.org", "telegram:x", ("matrix", "@ann:example.org")),
        ("https://example.org/ann", "telegram:x", ("https", "//example.org/ann")),
    ],
)
def test_an_identity_without_a_colon_belongs_to_the_platform_of_its_source(
    spelled: str, source: str, meant: tuple[str, str]
) -> None:
    who = identity(spelled, source=source)
    assert (who.platform, who.external_id) == meant
    assert who.received == spelled


def test_the_same_person_bare_and_with_platform_is_one_member(begin: Begin) -> None:
    play = begin(PLAIN)
    play.send("hi", by="ann", source="telegram:group-7")
    play.send("hi", by="telegram:ann", source="discord:guild-1")
    play.send("hi", by="ann", source="discord:guild-1")
    assert play.books.head.members == 2
    assert play.balance("telegram:ann") == 2
    assert play.balance("discord:ann") == 1


def test_one_person_in_several_roles_of_one_event_joins_once(begin: Begin) -> None:
    play = begin(rulebook("id: a, event: met, to: buddy, amount: 1", "id: b, event: met, to: actor, amount: 2"))
    event = play.send("met", by="ann", people={"buddy": "ann", "asker": "bob"})
    assert isinstance(event.fact, ContributionRecorded)
    assert len(event.fact.joined) == 2
    assert play.balance("ann") == 3


def test_members_are_numbered_by_first_sight_the_actor_before_others_by_role(begin: Begin) -> None:
    play = begin(PLAIN)
    play.send("met", by="zoe", people={"second": "bob", "first": "ann"})
    assert [play.member(name) for name in ("zoe", "ann", "bob")] == [1, 2, 3]


def test_joined_at_is_the_earliest_of_first_sight_and_joining(begin: Begin) -> None:
    play = begin(PLAIN)
    play.send("hi", by="ann")
    seen = play.now
    play.later(days=1)
    play.send("member.joined", by="ann")
    assert play.book("ann").joined_at == seen
    play.send("member.joined", by="ann", at="2026-01-01T00:00:00Z")
    assert play.book("ann").joined_at == instant("2026-01-01T00:00:00Z")


def test_leaving_is_noted_and_coming_back_too(begin: Begin) -> None:
    play = begin(PLAIN)
    play.send("member.joined", by="ann")
    play.later(hours=1)
    play.send("member.left", by="ann")
    assert play.book("ann").left_at == play.now
    play.later(hours=1)
    play.send("member.joined", by="ann")
    assert play.book("ann").left_at is None


def test_who_has_left_still_gets_what_others_give(begin: Begin) -> None:
    play = begin(PLAIN)
    play.send("member.left", by="ann")
    assert play.pays("liked", "s1", by="bob", author="ann") == 2
    assert play.balance("ann") == 2


AUTHORS = rulebook(
    "id: to_object, event: liked, to: object.author, amount: 1",
    "id: to_answer, event: accepted, to: answer.author, amount: 15, when: {not_self: actor}",
    "id: for_asker, event: answered, to: question.author, amount: 4",
    "id: answering, event: answered, amount: 3, when: {not_self: question.author}",
    "id: flagged, event: flag.agreed, to: flag.author, amount: 10",
    more="creates: {asked: question, answered: answer}\n",
)


@pytest.fixture
def forum(begin: Begin) -> Play:
    play = begin(AUTHORS)
    play.send("asked", "q1", by="ann")
    play.send("answered", "a1", by="bob", question="q1")
    return play


def test_the_author_named_in_the_event_comes_before_the_remembered_one(forum: Play) -> None:
    forum.send("liked", "a1", author="eve")
    assert forum.granted() == {"to_object": 1}
    assert forum.balance("eve") == 1


def test_the_remembered_author_is_found_by_subject_and_by_the_data(forum: Play) -> None:
    assert forum.balance("ann") == 4
    assert forum.balance("bob") == 3
    forum.send("liked", "a1", by="eve")
    assert forum.balance("bob") == 4


def test_nobody_known_is_no_recipient(forum: Play) -> None:
    assert forum.says("liked", "never-seen", by="eve") is Outcome.NO_RECIPIENT
    assert forum.says("liked", by="eve") is Outcome.NO_RECIPIENT
    assert forum.decisions()[0].member is None


def test_only_types_under_creates_say_who_made_an_object(forum: Play) -> None:
    forum.send("touched", "s9", by="eve", author="eve")
    assert forum.says("liked", "s9", by="ann") is Outcome.NO_RECIPIENT


def test_who_made_an_object_first_stays_its_author(forum: Play) -> None:
    forum.send("answered", "a1", by="thief", question="q1")
    forum.send("liked", "a1", by="eve")
    assert forum.balance("bob") == 4
    assert forum.balance("thief") == 3


def test_an_absent_party_is_not_self(forum: Play) -> None:
    """The answer's own author must not be taken for the asker where no question is named."""
    assert forum.says("answered", "a2", by="cyd") is Outcome.GRANTED
    assert forum.granted() == {"for_asker": 0, "answering": 3}
    assert forum.decisions("for_asker")[0].outcome is Outcome.NO_RECIPIENT


def test_who_answers_the_own_question_is_self(forum: Play) -> None:
    assert forum.says("answered", "a3", by="ann", question="q1") is Outcome.NOT_ELIGIBLE


def test_the_author_of_another_kind_of_thing_is_not_meant(forum: Play) -> None:
    """An agreed flag on an answer pays who flagged, never who wrote the flagged answer."""
    assert forum.says("flag.agreed", "a1", by="mod") is Outcome.NO_RECIPIENT
    assert forum.pays("flag.agreed", "a1", by="mod", author="eve") == 10
    assert forum.balance("eve") == 10


def test_an_object_may_be_named_by_a_number(forum: Play) -> None:
    forum.send("asked", "17", by="ann")
    assert forum.says("answered", "a7", by="ann", question=17) is Outcome.NOT_ELIGIBLE


def test_a_flag_in_the_place_of_a_name_names_nothing(forum: Play) -> None:
    assert forum.says("answered", "a7", by="ann", question=True) is Outcome.GRANTED


def test_self_is_the_receiver_and_any_listed_party(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: r, event: e, to: buddy, amount: 1, when: {not_self: [actor, object.author]}",
            more="creates: {o: x}\n",
        )
    )
    play.send("o", "x1", by="bob")
    assert play.says("e", "x1", by="ann", people={"buddy": "ann"}) is Outcome.NOT_ELIGIBLE
    assert play.says("e", "x1", by="ann", people={"buddy": "bob"}) is Outcome.NOT_ELIGIBLE
    assert play.says("e", "x1", by="ann", people={"buddy": "cyd"}) is Outcome.GRANTED
