"""An erased member is nobody: not paid any more, in no group, and whoever comes back is somebody new."""

from __future__ import annotations

from ledger.core.books.shelf import ACCOUNT, IDENTITY, PROFILE, TIER, WISH
from ledger.core.commands import AdjustPoints, HoldGroup, LockTier
from ledger.core.decide.answers import Repeated
from ledger.core.members.commands import EraseMember, MergeMembers
from ledger.core.outcomes import Outcome
from ledger.core.refusals import MemberGone, MemberUnknown
from ledger.core.values import MemberId
from tests.core.play import Play, rulebook
from tests.schema.circle import RULEBOOK as CIRCLE

RULES = rulebook(
    "id: post, event: posted, amount: 5, undo_on: [removed]",
    "id: liked, event: liked, to: object.author, amount: 2",
    "id: later, event: later, amount: 7, pending: 2h",
    more="creates: {posted: post}\n",
)


def erased(play: Play, name: str) -> MemberId:
    """Erase a member by name, and return their number."""
    number = play.member(name)
    play.do(EraseMember(member=number, by="key:k"))
    return number


def test_what_others_do_pays_an_erased_member_nothing_more() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    assert play.pays("liked", "p", by="bo") == 2
    number = erased(play, "ana")
    assert play.says("liked", "p", by="bo") is Outcome.NO_RECIPIENT
    assert [one.member for one in play.decisions()] == [None]
    account = play.books.read(ACCOUNT, (number, "points"))
    assert (account.balance, account.earned) == (7, 7)
    play.check()


def test_what_waited_is_withdrawn_and_never_comes() -> None:
    play = Play(RULES)
    play.send("later", by="ana")
    assert play.account("ana").pending == 7
    number = erased(play, "ana")
    [back] = play.decisions("later")
    assert (back.outcome, back.pending, back.granted) == (Outcome.REVERSED, -7, 0)
    play.later(hours=3)
    play.settle()
    account = play.books.read(ACCOUNT, (number, "points"))
    assert (account.balance, account.pending) == (0, 0)
    play.check()


def test_the_same_identity_is_somebody_new_afterwards() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    number = erased(play, "ana")
    assert play.member("ana") == 0
    play.send("posted", "q", by="ana")
    assert play.member("ana") != number
    assert play.balance("ana") == 5
    play.check()


def test_what_they_got_can_still_be_taken_back() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    number = erased(play, "ana")
    play.send("removed", "p", by="bo")
    assert play.books.read(ACCOUNT, (number, "points")).balance == 0
    play.check()


def test_nothing_can_be_done_by_hand_about_somebody_erased_and_again_is_no_change() -> None:
    play = Play(CIRCLE)
    play.send("share.posted", "s", by="ana")
    number = erased(play, "ana")
    at = play.last.position
    assert play.answer(EraseMember(member=number, by="member:1")) == Repeated(position=at)
    assert play.answer(EraseMember(member=MemberId(99), by="key:k")) == MemberUnknown()
    for command in (
        AdjustPoints(key="a", member=number, delta=1, reason="r", by="key:k"),
        LockTier(member=number, ladder=None, level="core", by="key:k", reason="r"),
        HoldGroup(member=number, group="core", held=True, by="key:k", reason="r"),
    ):
        assert play.answer(command) == MemberGone()
    play.check()


def test_an_erased_member_should_be_in_no_group_and_no_daily_run_brings_them_back() -> None:
    play = Play(CIRCLE)
    play.send("share.posted", "s", by="ana")
    play.lock("ana", "core")
    assert play.wanted("ana")
    play.lock("ana", None)
    number = erased(play, "ana")
    assert not play.books.read(WISH, (number, "core")).wanted
    play.later(days=40)
    play.settle()
    assert not play.books.read(WISH, (number, "core")).wanted
    assert play.books.read(TIER, ("circle", number)).level == "core"
    play.check()


def test_erased_by_whichever_of_their_numbers_again_is_no_change() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("posted", "q", by="bo")
    ana, bo = play.member("ana"), play.member("bo")
    play.do(MergeMembers(into=ana, gone=bo, by="key:k", reason="r"))
    play.do(EraseMember(member=bo, by="key:k"))
    at = play.last.position
    for member in (bo, ana):
        assert play.answer(EraseMember(member=member, by="key:other")) == Repeated(position=at)
    play.check()


def test_no_name_is_left_in_any_book() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    number = erased(play, "ana")
    assert [key for key in play.books.keys(IDENTITY) if play.books.read(IDENTITY, key).member == number] == []
    assert play.books.read(PROFILE, (number,)).display_name == ""
