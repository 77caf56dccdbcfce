"""Two members are found to be one person, and parted again: exact numbers, whatever happened between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.books.shelf import ACCOUNT, LOTS, MEMBER, SHARE
from ledger.core.decide.answers import Accepted
from ledger.core.events import Event
from ledger.core.members.commands import EraseMember, MergeMembers, UnmergeMembers
from ledger.core.naming import named
from ledger.core.outcomes import EntryKind, Outcome
from ledger.core.refusals import MemberGone, MemberUnknown, MergeUnknown, NothingToMerge
from ledger.core.values import MemberId
from tests.core.play import Play, rulebook

RULES = rulebook(
    "id: post, event: posted, amount: 5, undo_on: [removed]",
    "id: once, event: introduced, amount: 10, once_per: [member]",
    "id: capped, event: talked, amount: 3, caps: [{points: 10, per: day}]",
    "id: liked, event: liked, to: object.author, amount: 2, when: {not_self: actor}",
    "id: cool, event: cooled, amount: 1, cooldown: 1h",
    "id: later, event: later, amount: 7, pending: 2h",
    "id: spent, event: bought, amount: {from: data.cost, negate: true}",
    more="creates: {posted: post}\n"
    "tiers:\n  rank: {every: event, measure: points.earned, stay: while, levels: {low: 5, high: 12, top: 40}}\n",
)
LOTTED = RULES.replace("units: {points: {}}", "units: {points: {expire: {after: 30d}}}")


def merge(play: Play, into: str, gone: str) -> Event:
    """Make two members one person."""
    command = MergeMembers(into=play.member(into), gone=play.member(gone), by="key:k", reason="the same phone")
    event = play.do(command)
    play.check()
    return event


def unmerge(play: Play, event: Event) -> Event:
    """Part them again."""
    parted = play.do(UnmergeMembers(position=event.position, by="key:k", reason="two people after all"))
    play.check()
    return parted


def balances(play: Play, *names: str) -> list[int]:
    return [play.balance(name) for name in names]


def total(play: Play) -> int:
    return sum(value.balance for (book, _), value in play.books.changed.items() if book is ACCOUNT)


def test_a_merge_moves_the_balance_as_two_entries_that_sum_to_nothing() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("introduced", by="bea")
    event = merge(play, "ana", "bea")
    assert [(d.kind, d.member, d.granted, d.after) for d in play.decisions()] == [
        (EntryKind.TRANSFER, play.member("bea"), -10, 0),
        (EntryKind.TRANSFER, play.member("ana"), 10, 15),
    ]
    assert balances(play, "ana", "bea") == [15, 0]
    assert (play.earned("ana"), play.earned("bea")) == (5, 10), "what came by whom is still known"
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [5, 10]
    assert (play.level("ana"), play.level("bea")) == ("low", "low")
    assert total(play) == 15


def test_who_joins_or_leaves_by_either_name_does_so_as_the_person() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("posted", "q", by="bea")
    event = merge(play, "ana", "bea")
    ana, bea = play.member("ana"), play.member("bea")
    play.send("member.left", by="ana")
    play.send("member.joined", by="bea")
    assert play.books.read(MEMBER, (ana,)).left_at is None
    play.send("member.left", by="bea")
    assert play.books.read(MEMBER, (ana,)).left_at == play.now
    play.check()
    unmerge(play, event)
    assert play.books.read(MEMBER, (bea,)).left_at == play.now


def test_why_two_were_merged_and_parted_is_about_both() -> None:
    play = Play(RULES)
    for name in ("ana", "bea"):
        play.send("waved", by=name)
    both = {play.member("ana"), play.member("bea")}
    event = merge(play, "ana", "bea")
    assert named(event.fact) == both
    assert named(unmerge(play, event).fact) == both, "so the reason goes with an erasure of either"


def test_after_a_merge_either_identity_pays_the_one_who_is_kept() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("posted", "q", by="bea")
    event = merge(play, "ana", "bea")
    play.send("posted", "r", by="bea")
    [paid] = play.decisions()
    assert (paid.member, paid.via, paid.granted, paid.after) == (play.member("ana"), play.member("bea"), 5, 15)
    assert play.level("ana") == "high"
    play.send("liked", "q", by="cai")
    assert balances(play, "ana", "bea") == [17, 0]
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [5, 12]
    assert (play.level("ana"), play.level("bea")) == ("low", "high")
    play.send("posted", "s", by="bea")
    assert balances(play, "ana", "bea") == [5, 17]


def test_claims_are_united_and_counters_of_open_periods_summed() -> None:
    play = Play(RULES)
    play.send("introduced", by="ana")
    play.send("introduced", by="bea")
    assert (play.pays("talked", by="ana"), play.pays("talked", by="ana")) == (3, 3)
    assert play.pays("talked", by="bea") == 3
    play.send("cooled", by="ana")
    event = merge(play, "ana", "bea")
    assert play.says("introduced", by="bea") is Outcome.ONCE_ONLY
    assert play.says("cooled", by="bea") is Outcome.COOLDOWN
    assert play.pays("talked", by="bea") == 1, "nine of ten were used by the two"
    assert play.pays("talked", by="ana") == 0
    unmerge(play, event)
    assert play.pays("talked", by="ana") == 3, "ana used six of ten herself"
    assert play.pays("talked", by="bea") == 3, "and bea four"
    assert play.says("introduced", by="bea") is Outcome.ONCE_ONLY
    assert play.says("cooled", by="bea") is Outcome.GRANTED


def test_what_one_never_did_before_the_merge_counts_by_the_identity_it_came_by() -> None:
    play = Play(RULES)
    play.send("introduced", by="ana")
    play.send("posted", "p", by="bea")
    event = merge(play, "ana", "bea")
    assert play.says("introduced", by="bea") is Outcome.ONCE_ONLY
    unmerge(play, event)
    assert play.says("introduced", by="bea") is Outcome.GRANTED


def test_one_does_not_pay_oneself_by_another_identity() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    assert play.pays("liked", "p", by="bea") == 2, "past grants between the two stand"
    event = merge(play, "ana", "bea")
    assert play.balance("ana") == 7
    assert play.says("liked", "p", by="bea") is Outcome.NOT_ELIGIBLE
    unmerge(play, event)
    assert play.pays("liked", "p", by="bea") == 2


def test_spending_after_the_merge_stays_with_the_identity_that_spent() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("introduced", by="bea")
    event = merge(play, "ana", "bea")
    play.send("bought", by="ana", cost=12)
    assert play.balance("ana") == 3
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [-7, 10]
    other = Play(RULES)
    other.send("posted", "p", by="ana")
    other.send("introduced", by="bea")
    event = merge(other, "ana", "bea")
    other.send("bought", by="bea", cost=12)
    unmerge(other, event)
    assert balances(other, "ana", "bea") == [5, -2]


def test_an_undo_finds_the_points_wherever_they_are_now() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("posted", "q", by="bea")
    event = merge(play, "ana", "bea")
    play.send("removed", "q", by="cai")
    assert balances(play, "ana", "bea") == [5, 0]
    play.send("posted", "r", by="bea")
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [5, 5]
    play.send("removed", "r", by="cai")
    assert balances(play, "ana", "bea") == [5, 0]


def test_what_waits_is_released_to_whoever_acts_then() -> None:
    play = Play(RULES)
    play.send("later", by="bea")
    play.send("posted", "p", by="ana")
    event = merge(play, "ana", "bea")
    play.later(hours=3)
    play.settle()
    play.check()
    assert balances(play, "ana", "bea") == [12, 0]
    play.send("later", by="bea")
    unmerge(play, event)
    play.later(hours=3)
    play.send("posted", "q", by="bea")
    assert balances(play, "ana", "bea") == [5, 19]
    play.check()


def test_lots_move_with_the_balance_and_keep_their_ends() -> None:
    play = Play(LOTTED)
    play.send("posted", "p", by="bea")
    play.later(days=10)
    play.send("introduced", by="ana")
    event = merge(play, "ana", "bea")
    assert play.lots("bea") == []
    assert play.lots("ana") == [(5, "2026-02-05T00:00"), (10, "2026-02-15T00:00")]
    play.send("bought", by="ana", cost=7)
    assert play.lots("ana") == [(8, "2026-02-15T00:00")]
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [3, 5]
    assert play.lots("ana") == [(3, "2026-02-15T00:00")]
    assert play.lots("bea") == [(5, "2026-02-15T00:00")], "ana's spending took bea's lot first"
    play.later(days=40)
    play.settle()
    assert balances(play, "ana", "bea") == [0, 0]
    play.check()


def test_points_that_the_other_has_spent_already_come_back_with_a_new_end() -> None:
    play = Play(LOTTED)
    play.send("introduced", by="bea")
    play.send("posted", "p", by="ana")
    event = merge(play, "ana", "bea")
    play.later(days=5)
    play.send("bought", by="ana", cost=15)
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [-10, 10]
    assert play.lots("bea") == [(10, "2026-02-10T00:00")]


def test_a_debt_moves_too_and_is_paid_from_lots() -> None:
    play = Play(LOTTED)
    play.send("bought", by="bea", cost=4)
    play.send("introduced", by="ana")
    event = merge(play, "ana", "bea")
    assert (balances(play, "ana", "bea"), play.lots("ana")) == ([6, 0], [(6, "2026-02-05T00:00")])
    unmerge(play, event)
    assert balances(play, "ana", "bea") == [10, -4]
    again = merge(play, "bea", "ana")
    assert (balances(play, "ana", "bea"), sum(amount for amount, _ in play.lots("bea"))) == ([0, 6], 6)
    unmerge(play, again)
    assert balances(play, "ana", "bea") == [10, -4]


def test_merges_of_merged_members_are_undone_in_any_order() -> None:
    for order in ((0, 1), (1, 0)):
        play = Play(RULES)
        for name in ("ana", "bea", "cai"):
            play.send("posted", name, by=name)
        merges = [merge(play, "bea", "cai"), merge(play, "ana", "bea")]
        assert balances(play, "ana", "bea", "cai") == [15, 0, 0]
        play.send("posted", "more", by="cai")
        play.send("bought", by="bea", cost=2)
        assert play.balance("ana") == 18
        for number in order:
            unmerge(play, merges[number])
        assert balances(play, "ana", "bea", "cai") == [5, 3, 10]
        assert not [v for (book, _), v in play.books.changed.items() if book is SHARE and v.amount]


def test_a_merge_that_cannot_be_is_refused() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("posted", "q", by="bea")
    ana, bea = play.member("ana"), play.member("bea")

    def answer(into: MemberId, gone: MemberId) -> object:
        return play.answer(MergeMembers(into=into, gone=gone, by="key:k", reason="r"))

    assert answer(ana, MemberId(9)) == MemberUnknown()
    assert answer(ana, ana) == NothingToMerge()
    event = merge(play, "ana", "bea")
    assert answer(bea, ana) == NothingToMerge()
    parting = UnmergeMembers(position=event.position, by="key:k", reason="r")
    unmerge(play, event)
    assert play.answer(parting) == MergeUnknown()
    play.do(EraseMember(member=bea, by="key:k"))
    assert answer(ana, bea) == MemberGone()


def test_an_erasure_erases_everybody_who_is_the_same_person() -> None:
    play = Play(RULES)
    play.send("posted", "p", by="ana")
    play.send("later", by="bea")
    ana, bea = play.member("ana"), play.member("bea")
    event = merge(play, "ana", "bea")
    play.do(EraseMember(member=bea, by="key:k"))
    assert (play.member("ana"), play.member("bea")) == (0, 0)
    assert play.books.read(ACCOUNT, (bea, "points")).pending == 0
    assert play.says("liked", "p", by="cai") is Outcome.NO_RECIPIENT
    assert play.answer(UnmergeMembers(position=event.position, by="key:k", reason="r")) == MemberGone()
    assert play.books.read(LOTS, (ana,)).open == ()
    play.check()


def test_parted_twice_a_lot_may_come_back_larger_than_it_went() -> None:
    play = Play(LOTTED)
    for name in ("ana", "bea"):
        play.send("posted", name, by=name)
    first = merge(play, "ana", "bea")
    play.send("bought", by="ana", cost=1)
    play.send("talked", "ana", by="ana")
    play.send("removed", "ana", by="ana")
    unmerge(play, first)
    unmerge(play, merge(play, "ana", "bea"))
    play.check()


NAMES = ("ana", "bea", "cai", "dan")
ACTS = ("posted", "talked", "bought", "later", "liked", "cooled", "removed", "merge", "unmerge", "wait")


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([RULES, LOTTED]))
def test_whatever_happens_between_merges_and_unmerges_sums_and_books_hold(data: st.DataObject, rules: str) -> None:
    """`check` folds the log anew and compares; parting everybody leaves no share, and the same sum."""
    play = Play(rules)
    for name in NAMES:
        play.send("posted", name, by=name)
    done: list[Event] = []
    for act in data.draw(st.lists(st.sampled_from(ACTS), min_size=5, max_size=25)):
        who, other = data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(NAMES))
        match act:
            case "merge":
                into, gone = play.member(who), play.member(other)
                if isinstance(play.answer(MergeMembers(into=into, gone=gone, by="key:k", reason="r")), Accepted):
                    done.append(play.last)
            case "unmerge" if done:
                unmerge(play, done.pop(data.draw(st.integers(0, len(done) - 1))))
            case "wait":
                play.later(hours=data.draw(st.sampled_from([1, 3, 24 * 20])))
            case "bought":
                play.send(act, by=who, cost=data.draw(st.integers(1, 12)))
            case "unmerge":
                pass
            case _:
                play.send(act, other, by=who)
        play.check()
    play.settle()  # what was due is there before, not with the first parting
    before = total(play)
    while done:
        unmerge(play, done.pop())
    assert total(play) == before
    assert not [v for (book, _), v in play.books.changed.items() if book is SHARE and v.amount]
    play.later(days=70)
    play.settle()
    play.check()
