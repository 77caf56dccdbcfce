"""Commands in order: repeats, conflicts, refusals, all or nothing, and what is found missing."""

from __future__ import annotations

import msgspec
import pytest

from ledger.core.books.blank import Blank
from ledger.core.books.evolve import evolve
from ledger.core.books.shelf import TRAIL, Trail
from ledger.core.books.view import Books, Head, Key
from ledger.core.commands import CreateCommunity, RecordContribution, Stamped
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.plan import plain_needs, plan
from ledger.core.refusals import CommunityExists, IdempotencyConflict, ReservedSource, TimeInFuture
from ledger.core.values import identity
from tests.core.conftest import Begin
from tests.core.play import Play, rulebook, stamped, state

HI = rulebook("id: hi, event: hi, amount: 1", "id: up, event: up, to: author, amount: 2, undo_on: [undone]")


def test_a_repeat_is_answered_as_before_and_pays_once(begin: Begin) -> None:
    play = begin(HI)
    command = play.command("hi", by="ann", key="k")
    first = play.answer(command)
    assert isinstance(first, Accepted)
    play.send("hi", by="bob")
    play.later(days=30)
    assert play.answer(command) == Repeated(position=first.position)
    assert play.balance("ann") == 1


def test_a_key_with_other_content_is_a_conflict_that_names_the_first(begin: Begin) -> None:
    play = begin(HI)
    command = play.command("hi", by="ann", key="k")
    first = play.answer(command)
    assert isinstance(first, Accepted)
    for other in (
        msgspec.structs.replace(command, type="up"),
        msgspec.structs.replace(command, data={"n": 1}),
        msgspec.structs.replace(command, occurred_at=None),
        msgspec.structs.replace(command, subject="s"),
        msgspec.structs.replace(command, undoes="x"),
        msgspec.structs.replace(command, actor=None),
    ):
        assert play.answer(other) == IdempotencyConflict(position=first.position)
    assert len(play.events) == 2


def test_what_is_personal_does_not_make_another_command(begin: Begin) -> None:
    """So that a repeat stays one after a merge or an erasure."""
    play = begin(HI)
    command = play.command("hi", by="ann", key="k")
    first = play.answer(command)
    assert isinstance(first, Accepted)
    for again in (
        msgspec.structs.replace(command, private={"title": "Hello"}),
        msgspec.structs.replace(command, actor=play.command("hi", by="bob").actor),
    ):
        assert play.answer(again) == Repeated(position=first.position)
    assert play.member("bob") == 0


def test_a_key_is_its_sources_own(begin: Begin) -> None:
    play = begin(HI)
    assert play.pays("hi", by="ann", key="k", source="a:1") == 1
    assert play.pays("hi", by="ann", key="k", source="a:2") == 1


@pytest.mark.parametrize("source", ["ledger", "ledger:bot"])
def test_nobody_speaks_as_the_ledger(begin: Begin, source: str) -> None:
    play = begin(HI)
    assert play.answer(play.command("hi", by="ann", source=source)) == ReservedSource()
    assert play.member("ann") == 0
    assert play.pays("hi", by="ann", source="ledgers:bot") == 1


def test_a_conflict_is_told_before_a_time_in_the_future(begin: Begin) -> None:
    play = begin(HI)
    play.send("hi", by="ann", key="k")
    answer = play.answer(play.command("hi", by="ann", key="k", at=play.now + 10**12))
    assert isinstance(answer, IdempotencyConflict)


def test_a_community_begins_once() -> None:
    play = Play(HI)
    assert play.answer(CreateCommunity(slug="garden", name="Garden")) == CommunityExists()


def test_an_atomic_batch_is_kept_whole(begin: Begin) -> None:
    play = begin(HI)
    answers = play.atomic(
        play.command("up", "s", by="bob", author="ann"),
        play.command("undone", "s"),
        play.command("up", "t", by="cyd", author="ann"),
    )
    assert [type(answer) for answer in answers] == [Accepted, Accepted, Accepted]
    assert play.balance("ann") == 2
    assert play.books.head.members == 3


def test_an_atomic_batch_with_a_refusal_at_its_end_leaves_nothing(begin: Begin) -> None:
    play = begin(HI)
    play.send("up", "s", by="bob", author="ann")
    before = (play.state(), play.books.head, len(play.events), dict(play.books.changed), dict(play.books.added))
    answers = play.atomic(
        play.command("hi", by="dan"),
        play.command("up", "s", by="eve", author="ann"),
        play.command("undone", "s"),
        play.command("hi", by="ann", at=play.now + 10**12),
        play.command("hi", by="never looked at"),
    )
    assert isinstance(answers[-1], TimeInFuture)
    assert len(answers) == 4
    assert before == (play.state(), play.books.head, len(play.events), play.books.changed, play.books.added)
    assert play.member("dan") == 0


def test_a_batch_that_is_not_atomic_goes_on_after_a_refusal(begin: Begin) -> None:
    play = begin(HI)
    commands = [play.command("hi", by="ann"), play.command("hi", by="bob", at=play.now + 10**12)]
    commands.append(play.command("hi", by="cyd"))
    answers = plan(play.books, [stamped(command) for command in commands], at=play.now)
    assert [type(answer) for answer in answers] == [Accepted, TimeInFuture, Accepted]


def test_a_repeat_within_one_batch_is_a_repeat(begin: Begin) -> None:
    play = begin(HI)
    command = play.command("hi", by="ann", key="k")
    first, second = play.atomic(command, command)
    assert isinstance(first, Accepted)
    assert second == Repeated(position=first.position)
    assert play.balance("ann") == 1


class Store(dict[Key, object]):
    """Loads only what was asked for, as a database does."""

    def __init__(self, full: Books) -> None:
        super().__init__()
        self.full = full

    def load(self, missing: set[Key]) -> None:
        for book, key in missing:
            if book is TRAIL:
                self[(book, key)] = Trail(positions=self.full.added.get(str(key[0]), ()))
            else:
                self[(book, key)] = self.full.changed.get((book, key), book.blank)


def test_planning_asks_for_what_it_lacks_and_then_decides_as_if_it_had_all(begin: Begin) -> None:
    play = begin(HI)
    for number in range(5):
        play.send("up", f"s{number % 2}", by=f"m{number}", author="ann", key=f"k{number}")
    commands = [play.command("undone", "s0"), play.command("contribution.undone", undoes="k1")]
    commands += [play.command("up", "s0", by="new", author="ann"), play.command("undone", "s0")]
    batch = [stamped(command) for command in commands]
    store = Store(play.books)
    store.load(plain_needs(batch))
    for _ in range(8):
        books = Books(play.books.head, play.books.versions, store)
        plan(books, batch, at=play.now)
        if not books.missing:
            break
        store.load(books.missing)
    else:
        pytest.fail(f"still missing: {books.missing}")
    plan(play.books, batch, at=play.now)
    assert [written.event for written in books.events] == play.events[-4:]


def test_every_first_look_is_among_the_plain_needs() -> None:
    command = RecordContribution(source="a:1", key="k", type="hi", actor=identity("ann", source="a:1"))
    books = Books(Head(), Play(HI).books.versions, {})
    plan(books, [Stamped(command, b"")], at=Play(HI).now)
    assert books.missing >= plain_needs([Stamped(command, b"")])


def test_folding_needs_no_rules(begin: Begin) -> None:
    """Evolve reads recorded outcomes only: a log folds the same though every rulebook is gone."""
    play = begin(HI)
    play.send("up", "s", by="bob", author="ann")
    play.send("undone", "s")
    folded = Books(Head(), Play(rulebook("id: x, event: x, amount: 1")).books.versions, Blank())
    for event in play.events:
        evolve(folded, event)
    assert state(folded) == play.state()
