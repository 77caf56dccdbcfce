"""The writer on both databases: commit first, then answer; a key once; a submission whole or not at all."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from ledger.core.commands import CreateCommunity, PublishRulebook
from ledger.core.refusals import ReservedSource, TimeInFuture
from ledger.core.values import HOUR, MINUTE, SECOND, Micros
from ledger.service.rulebooks import read
from ledger.service.writer import Receipt, Writer
from ledger.service.writer.batch import UnknownCommunity
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import head_held
from tests.service.sayings import assert_whole, conflict, everything, positions, repeat, rows_of, said

TAKEN = said("taken", by="newest", data={"other": "content"})
"""A conflict with what was said under this key before."""


class TestAnswers:
    async def test_what_is_answered_is_committed(
        self, writer: Writer, other: Database, community: Community
    ) -> None:
        for number in range(5):
            (receipt,) = await writer.submit(community, [said(f"k{number}")])
            assert isinstance(receipt, Receipt)
            stored = await rows_of(other, community.id, "event", "position", "key", "hash")
            assert stored[-1] == (receipt.position, f"k{number}", receipt.hash)

    async def test_nobody_is_answered_while_nothing_can_be_committed(
        self, writer: Writer, community: Community, database_url: str
    ) -> None:
        async with head_held(database_url, community.id):
            waiting = asyncio.create_task(writer.submit(community, [said("k")]))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        assert positions(await waiting) == [3]

    async def test_commands_are_recorded_in_their_order(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        answers = await writer.submit(community, [said(f"k{number}") for number in range(20)])
        assert positions(answers) == list(range(3, 23))
        keys = [key for _, key in await rows_of(database, community.id, "event", "position", "key")]
        assert keys[2:] == [f"k{number}" for number in range(20)]

    async def test_a_receipt_holds_the_fact_with_what_the_rules_decided(
        self, writer: Writer, community: Community, clock: Clock
    ) -> None:
        (receipt,) = await writer.submit(community, [said("k", occurred_at=Micros(NOON - HOUR))])
        assert isinstance(receipt, Receipt)
        assert receipt.event is not None
        assert (receipt.event.occurred_at, receipt.replayed) == (NOON - HOUR, False)
        assert receipt.event.recorded_at >= clock.at

    async def test_nothing_asked_is_nothing_answered(self, writer: Writer, community: Community) -> None:
        assert await writer.submit(community, []) == []

    async def test_a_community_without_a_head_is_unknown(self, writer: Writer) -> None:
        nowhere = Community(UUID(int=1), "nowhere", "Nowhere", rulebooks.SECRET)
        with pytest.raises(UnknownCommunity):
            await writer.submit(nowhere, [said("k")])

    async def test_the_log_is_one_chain_over_batches_and_restarts(
        self, writer: Writer, database: Database, community: Community, clock: Clock
    ) -> None:
        await writer.submit(community, [said("a", private={"title": "中文"}), said("b")])
        await writer.submit(community, [said("c", "thread.liked", by="ben", subject="thread/a")])
        again = Writer(database, clock=clock)
        await again.submit(community, [said("d", "checked.in", by="cyd")])
        await writer.submit(community, [said("e", "checked.in", by="ben")])
        await assert_whole(database, community.id)

    async def test_time_never_stands_still_in_the_log_even_if_the_clock_does(
        self, writer: Writer, database: Database, community: Community, clock: Clock
    ) -> None:
        await writer.submit(community, [said("a"), said("b")])
        clock.set(Micros(NOON - HOUR))
        await writer.submit(community, [said("c"), said("d")])
        times = [time for _, time in await rows_of(database, community.id, "event", "position", "recorded_at")]
        assert times == [NOON + number for number in range(6)]
        clock.set(Micros(NOON + SECOND))
        (receipt,) = await writer.submit(community, [said("e")])
        assert isinstance(receipt, Receipt)
        assert receipt.event is not None
        assert receipt.event.recorded_at == NOON + SECOND


class TestKeys:
    async def test_a_repeat_gets_the_first_position_and_writes_nothing(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        (first,) = await writer.submit(community, [said("k")])
        before = await everything(database, community.id)
        (again,) = await writer.submit(community, [said("k")])
        assert isinstance(first, Receipt)
        assert isinstance(again, Receipt)
        assert (first.position, first.replayed) == (3, False)
        assert (again.position, again.replayed) == (3, True)
        assert await everything(database, community.id) == before

    async def test_a_repeat_within_one_submission_is_a_repeat(self, writer: Writer, community: Community) -> None:
        first, again, third = await writer.submit(community, [said("k"), said("k"), said("other")])
        assert isinstance(again, Receipt)
        assert again.replayed
        assert positions([first, again, third]) == [3, 3, 4]

    async def test_a_repeat_is_known_after_a_restart(
        self, writer: Writer, other: Database, community: Community, clock: Clock
    ) -> None:
        await writer.submit(community, [said("k")])
        clock.advance(HOUR)
        (again,) = await Writer(other, clock=clock).submit(community, [said("k")])
        assert again == repeat(3)

    async def test_a_hundred_at_once_are_recorded_once(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        answers = await asyncio.gather(*(writer.submit(community, [said("k")]) for _ in range(100)))
        receipts = [answer for (answer,) in answers if isinstance(answer, Receipt)]
        assert {receipt.position for receipt in receipts} == {3}
        assert sorted(receipt.replayed for receipt in receipts) == [False] + [True] * 99
        await assert_whole(database, community.id)

    async def test_a_key_with_other_content_is_a_conflict_and_writes_nothing(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        await writer.submit(community, [said("k")])
        before = await everything(database, community.id)
        for changed in (
            said("k", data={"amount": 1}),
            said("k", by=None),
            said("k", subject="thread/other"),
            said("k", occurred_at=Micros(NOON - 1)),
            said("k", people={"helper": "ben"}),
            said("k", undoes="another"),
            said("k", "thread.liked", subject="thread/k"),
        ):
            assert await writer.submit(community, [changed]) == [conflict(3)], changed
        assert await everything(database, community.id) == before

    async def test_texts_for_people_may_change_under_a_key(self, writer: Writer, community: Community) -> None:
        await writer.submit(community, [said("k", private={"title": "first"})])
        (again,) = await writer.submit(community, [said("k", private={"title": "mended"})])
        assert again == repeat(3)

    async def test_sources_have_keys_of_their_own(self, writer: Writer, community: Community) -> None:
        elsewhere = type(said("k"))(source="forum", key="k", type="checked.in")
        assert positions(await writer.submit(community, [said("k"), elsewhere])) == [3, 4]


class TestRefusals:
    async def test_a_refused_command_writes_nothing_and_the_next_goes_on(
        self, writer: Writer, database: Database, community: Community, clock: Clock
    ) -> None:
        before = await everything(database, community.id)
        future = Micros(clock.at + 11 * MINUTE)
        reserved = type(said("k"))(source="ledger", key="k", type="checked.in")
        answers = await writer.submit(community, [said("k", by="new", occurred_at=future), reserved])
        assert answers == [TimeInFuture(latest=Micros(clock.at + 10 * MINUTE)), ReservedSource()]
        assert await everything(database, community.id) == before
        assert positions(await writer.submit(community, [said("k")])) == [3]

    async def test_a_community_begins_once(self, writer: Writer, community: Community) -> None:
        (again,) = await writer.submit(community, [CreateCommunity(slug="garden", name="Renamed")])
        (other,) = await writer.submit(community, [CreateCommunity(slug="yard", name="Yard")])
        assert again == repeat(1)
        assert other == conflict(1)

    async def test_a_published_rulebook_grades_from_then_on(
        self, writer: Writer, database: Database, community: Community, clock: Clock
    ) -> None:
        clock.advance(HOUR)
        doubled = rulebooks.SMALL.replace("amount: 2,", "amount: 4,")
        publish = PublishRulebook(yaml=doubled, rulebook=read(doubled), number=2)
        shared = [said(f"k{n}", "link.shared", data={"link": f"l{n}"}) for n in range(2)]
        await writer.submit(community, [shared[0], publish, shared[1]])
        for fresh in (writer, Writer(database, clock=clock)):
            key = f"again by {id(fresh)}"
            await fresh.submit(community, [said(key, "link.shared", data={"link": key})])
        rows = await rows_of(database, community.id, "entry", "position", "rule", "delta")
        assert [delta for _, rule, delta in rows if rule == "linked"] == [2, 4, 4, 4]


class TestAtomic:
    async def test_it_is_recorded_whole(self, writer: Writer, database: Database, community: Community) -> None:
        answers = await writer.submit(community, [said("a"), said("b", by="ben")], atomic=True)
        assert positions(answers) == [3, 4]
        await assert_whole(database, community.id)

    async def test_it_is_not_recorded_at_all_where_one_is_refused(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        await writer.submit(community, [said("taken")])
        before = await everything(database, community.id)
        wanted = [said("a", by="new"), said("b", by="newer"), TAKEN, said("c", by="newest")]
        answers = await writer.submit(community, wanted, atomic=True)
        assert answers[-1] == conflict(3)
        assert not any(isinstance(answer, Receipt) and not answer.replayed for answer in answers)
        assert await everything(database, community.id) == before

    async def test_what_was_given_up_leaves_no_gap_in_positions_or_members(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        await writer.submit(community, [said("taken")])
        await writer.submit(community, [said("a", by="ben"), TAKEN], atomic=True)
        assert positions(await writer.submit(community, [said("a", by="cyd")])) == [4]
        identities = await rows_of(database, community.id, "identity", "member", "received")
        assert identities == [(1, "ana"), (2, "cyd")]
        await assert_whole(database, community.id)

    async def test_given_up_in_a_batch_it_harms_nobody_and_nobody_is_answered_for_another(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        await writer.submit(community, [said("taken")])
        first, given_up, last = await asyncio.gather(
            writer.submit(community, [said("first")]),
            writer.submit(community, [said("a", by="ben"), TAKEN], atomic=True),
            writer.submit(community, [said("last")]),
        )
        assert (positions(first), positions(last)) == ([4], [5])
        assert given_up[-1] == conflict(3)
        assert not any(isinstance(answer, Receipt) for answer in given_up)
        await assert_whole(database, community.id)

    async def test_a_repeat_in_it_is_no_refusal(self, writer: Writer, community: Community) -> None:
        await writer.submit(community, [said("known")])
        answers = await writer.submit(community, [said("known"), said("new")], atomic=True)
        assert positions(answers) == [3, 4]

    async def test_sent_again_whole_it_is_answered_as_before(
        self, writer: Writer, database: Database, community: Community
    ) -> None:
        both = [said("a"), said("b", by="ben")]
        first = await writer.submit(community, both, atomic=True)
        again = await writer.submit(community, both, atomic=True)
        assert positions(again) == positions(first)
        assert all(isinstance(answer, Receipt) and answer.replayed for answer in again)


async def test_communities_do_not_mix(writer: Writer, database: Database, community: Community) -> None:
    yard = await rulebooks.begin(database, writer, "yard")
    await asyncio.gather(
        *(writer.submit(where, [said(f"k{n}", by=f"m{n}")]) for n in range(30) for where in (community, yard))
    )
    for where in (community, yard):
        await assert_whole(database, where.id)
        assert len(await rows_of(database, where.id, "event", "position")) == 32
