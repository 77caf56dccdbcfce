"""What holds for every stream of events, under a rulebook that uses every feature."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.books.view import Books
from ledger.core.calendar import period_label
from ledger.core.decide.answers import Accepted, Repeated
from ledger.core.events import ContributionRecorded, Event, decisions
from ledger.core.outcomes import Decision, EntryKind
from ledger.core.plan import plan, plan_atomic
from ledger.core.refusals import Refusal, TimeInFuture
from ledger.core.values import MINUTE
from tests.core.everything import EVERYTHING, play_one, played, streams
from tests.core.play import Play, stamped
from tests.core.test_plan import Store

Stream = list[dict[str, Any]]
FEW = settings(max_examples=50)


def made(play: Play, *rules: str) -> Iterator[tuple[Event, Decision]]:
    for event in play.events:
        for decision in decisions(event):
            if decision.rule in rules:
                yield event, decision


def original(play: Play, event: Event, decision: Decision) -> Event:
    """Return the event that a decision is about: its own, or the one it takes back."""
    return event if decision.reverses is None else play.events[decision.reverses.position - 1]


def period(play: Play, event: Event, per: str) -> str:
    part = play.rulebook.community
    return period_label(event.occurred_at, per=per, zone=part.tz, first_weekday=part.first_weekday)


@FEW
@given(streams())
def test_folding_the_log_gives_the_books_that_planning_made(stream: Stream) -> None:
    """With it: facts survive their bytes, balances are sums, and nothing is undone twice."""
    played(stream).check()


@FEW
@given(streams())
def test_no_grant_passes_a_cap(stream: Stream) -> None:
    play = played(stream)
    for rules, limit, per, net in (
        (("up", "down", "edit"), 25, "day", True),
        (("talk", "edit"), 9, "week", False),
        (("talk",), 4, "day", False),
        (("edit",), 7, "month", True),
    ):
        used: defaultdict[tuple[object, str], int] = defaultdict(int)
        for event, decision in made(play, *rules):
            key = decision.member, period(play, original(play, event, decision), per)
            is_award = decision.kind is EntryKind.AWARD
            used[key] += decision.granted if net else max(0, decision.granted) * is_award
            assert not (is_award and decision.granted > 0 and used[key] > limit), (rules, per, event, decision)


@FEW
@given(streams())
def test_no_more_grants_stand_than_a_count_allows(stream: Stream) -> None:
    play = played(stream)
    standing: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for event, decision in made(play, "thanked", "talk"):
        source = original(play, event, decision)
        assert isinstance(source.fact, ContributionRecorded)
        whole = decision.granted == decision.wanted
        change = (
            1 if decision.kind is EntryKind.AWARD and decision.granted else -1 if decision.reverses and whole else 0
        )
        if decision.rule == "thanked" and source.fact.actor:
            key = "thanked", source.fact.actor, decision.member, period(play, source, "day")
            standing[key] += change
            assert standing[key] <= 1
        if decision.rule == "talk" and source.subject is not None:
            standing["talk", decision.member, source.subject] += change
            assert standing["talk", decision.member, source.subject] <= 3


@FEW
@given(streams())
def test_what_only_one_may_hold_is_held_by_one(stream: Stream) -> None:
    """Whatever is done, undone and taken over, in any order."""
    play = played(stream)
    holders: dict[tuple[object, ...], tuple[int, int]] = {}
    for event in play.events:
        for ordinal, decision in enumerate(decisions(event)):
            source = original(play, event, decision)
            if decision.rule not in ("credit", "won", "accepted") or not isinstance(
                source.fact, ContributionRecorded
            ):
                continue
            data = source.fact.data
            key: tuple[object, ...]
            if decision.rule == "accepted":
                part, key = data.get("question") or source.subject, ("accepted",)
            else:
                part, key = data.get("kind" if decision.rule == "credit" else "round"), (decision.member,)
            if part is None:
                continue  # what is not named is not held
            key = (decision.rule, *key, part)
            if decision.reverses is not None:
                whole = decision.granted == decision.wanted
                if whole or decision.rule == "accepted":
                    assert holders.pop(key) == (decision.reverses.position, decision.reverses.ordinal)
            elif decision.granted:
                assert key not in holders, (key, event)
                holders[key] = event.position, ordinal


@FEW
@given(streams())
def test_no_two_grants_are_nearer_than_the_cooldown(stream: Stream) -> None:
    times: defaultdict[object, list[int]] = defaultdict(list)
    for event, decision in made(played(stream), "talk"):
        if decision.kind is EntryKind.AWARD and decision.granted:
            times[decision.member].append(event.occurred_at)
    for granted in times.values():
        assert all(abs(one - other) >= MINUTE for one, other in combinations(granted, 2))


@FEW
@given(streams())
def test_no_quota_is_passed(stream: Stream) -> None:
    play = played(stream)
    paid: defaultdict[tuple[object, str], int] = defaultdict(int)
    opened: dict[object, object] = {}
    for event in play.events:
        fact = event.fact
        if not isinstance(fact, ContributionRecorded):
            continue
        if event.type.startswith("voted") and any(d.granted and d.kind is EntryKind.AWARD for d in fact.decisions):
            paid[fact.actor, period(play, event, "day")] += fact.actor is not None
        opened |= {claim.key: fact.actor for claim in fact.claims if claim.kind == "open:open"}
        for claim in fact.released:
            del opened[claim.key]
        assert all(list(opened.values()).count(member) <= 2 for member in opened.values())
    assert all(count <= 4 for count in paid.values())


@FEW
@given(streams())
def test_a_balance_that_clips_is_never_below_its_floor(stream: Stream) -> None:
    for event in played(stream).events:
        for decision in decisions(event):
            assert decision.unit == "coins" or decision.after >= 0


@FEW
@given(streams())
def test_an_event_awards_a_member_once_per_rule(stream: Stream) -> None:
    for event in played(stream).events:
        awards = [d for d in decisions(event) if d.kind is EntryKind.AWARD and d.granted]
        assert len({(d.member, d.unit, d.rule) for d in awards}) == len(awards)


@FEW
@given(streams())
def test_a_stream_sent_twice_changes_nothing(stream: Stream) -> None:
    play = Play(EVERYTHING)
    commands = [play_one(play, parts) for parts in stream]
    first = [play.answer(command) for command in commands]
    before, events = play.state(), list(play.events)
    again = [play.answer(command) for command in commands]
    assert again == [Repeated(position=a.position) if isinstance(a, Accepted) else a for a in first]
    assert play.state() == before
    assert play.events == events


@FEW
@given(streams(), st.data())
def test_however_a_stream_is_cut_into_batches_it_gives_the_same_facts(stream: Stream, data: st.DataObject) -> None:
    """And loading only what planning asks for gives the same as having it all."""
    one, full = Play(EVERYTHING), Play(EVERYTHING)
    rest = list(stream)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        commands = [stamped(play_one(one, parts)) for parts in rest[:size]]
        rest = rest[size:]
        answers = [plan(one.books, [command], at=one.now)[0] for command in commands]
        refused = any(isinstance(answer, Refusal) for answer in answers)
        store = Store(full.books)
        while True:
            books = Books(full.books.head, full.books.versions, store)
            lazily = plan(books, commands, at=one.now)
            if not books.missing:
                break
            store.load(books.missing)
        assert lazily == answers
        (plan if refused else plan_atomic)(full.books, commands, at=one.now)
        assert [written.event for written in books.events] == full.events[len(full.events) - len(books.events) :]
    assert full.events == one.events
    assert full.state() == one.state()


@FEW
@given(streams(), streams(40))
def test_a_refusal_at_the_end_of_an_atomic_batch_leaves_nothing(first: Stream, second: Stream) -> None:
    play = played(first)
    before = play.state(), play.books.head, dict(play.books.changed), dict(play.books.added), list(play.events)
    commands = [play_one(play, {**parts, "key": f"second {number}"}) for number, parts in enumerate(second)]
    answers = play.atomic(*commands, play.command("talked", by="zoe", at=play.now + 11 * MINUTE))
    assert isinstance(answers[-1], TimeInFuture)
    after = play.state(), play.books.head, dict(play.books.changed), dict(play.books.added), list(play.events)
    assert after == before
