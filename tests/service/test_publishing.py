"""Publishing a rulebook: from now, from later, or for the past with linked corrections that an undo negates too."""

from __future__ import annotations

import pytest

from ledger.core.events import PointsCorrected, decisions
from ledger.core.refusals import EffectiveBeforeCurrent, VersionTaken
from ledger.core.values import DAY, HOUR, Micros
from ledger.service.publishing import Draft, ExamplesFail, Published, publish
from ledger.service.rebuild import rebuild
from ledger.service.simulate import simulate
from ledger.service.verify import verify
from ledger.service.writer import Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from ledger.store.reads import journal
from tests.clock import NOON, Clock
from tests.service.sayings import facts_of, rows_of, said
from tests.service.timed import DEARER, RULEBOOK, begun, ledger, lively


@pytest.fixture
async def community(database: Database, writer: Writer, clock: Clock) -> Community:
    community = await begun(database, writer)
    await lively(writer, community, clock)
    return community


async def _balances(database: Database, community: Community) -> dict[int, int]:
    return dict(await rows_of(database, community.id, "account", "member", "balance"))


async def test_from_now_on_only_what_comes_is_graded_by_it(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    before = await _balances(database, community)
    published = await publish(ledger(database, writer, clock), community, Draft(DEARER, note="more for a hello"))
    assert isinstance(published, Published)
    assert (published.version, published.corrections) == (2, 0)
    assert await _balances(database, community) == before
    clock.advance(HOUR)
    await writer.submit(community, [said("new", "member.hello", by="cyd")])
    assert (await _balances(database, community))[3] == before[3] + 6


async def test_a_late_event_is_graded_by_the_version_of_its_time(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    before = await _balances(database, community)
    clock.advance(HOUR)
    await publish(ledger(database, writer, clock), community, Draft(DEARER))
    clock.advance(HOUR)
    await writer.submit(
        community, [said("late", "member.hello", by="cyd", occurred_at=Micros(clock() - 90 * HOUR // 60))]
    )
    assert (await _balances(database, community))[3] == before[3] + 5


async def test_from_a_later_time_it_waits(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    await publish(ledger(database, writer, clock), community, Draft(DEARER, Micros(clock() + DAY)))
    before = await _balances(database, community)
    clock.advance(HOUR)
    await writer.submit(community, [said("today", "member.hello", by="cyd")])
    clock.advance(DAY)
    await writer.submit(community, [said("tomorrow", "member.hello", by="cyd")])
    assert (await _balances(database, community))[3] == before[3] + 5 + 6


async def test_for_the_past_every_difference_is_posted_and_linked(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    told = await simulate(database, community.id, DEARER, since=Micros(NOON), at=clock())
    published = await publish(ledger(database, writer, clock), community, Draft(DEARER, Micros(NOON)))
    assert isinstance(published, Published)
    assert published.corrections == 6  # two hellos of each of three members
    balances = await _balances(database, community)
    assert {one.member: one.after for one in told.members} == balances
    corrected = [
        one.event
        async for one in journal.events(database, community.id)
        if isinstance(one.event.fact, PointsCorrected)
    ]
    made = [decision for event in corrected for decision in decisions(event)]
    assert [(decision.rule, decision.granted) for decision in made] == [("hello", 1)] * 6
    assert all(decision.corrects is not None and decision.corrects.ordinal == 0 for decision in made)
    again = await simulate(database, community.id, DEARER, since=Micros(NOON), at=clock())
    assert again.members == []
    assert (await verify(database, community.id)).differences == []
    facts = await facts_of(database, community.id)
    await rebuild(database, community.id)
    assert await facts_of(database, community.id) == facts


async def test_a_later_undo_negates_the_grant_and_its_correction(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    before = await _balances(database, community)
    await publish(ledger(database, writer, clock), community, Draft(DEARER, Micros(NOON)))
    await writer.submit(community, [said("undo", "contribution.undone", by=None, undoes="hello-0-cyd")])
    assert (await _balances(database, community))[3] == before[3] - 5 + 1  # the other hello keeps its correction
    await writer.submit(community, [said("again", "contribution.undone", by=None, undoes="hello-0-cyd")])
    assert (await _balances(database, community))[3] == before[3] - 5 + 1
    assert (await verify(database, community.id)).differences == []


async def test_a_rule_that_is_new_pays_for_the_past_and_is_undone_with_its_event(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    extra = RULEBOOK.replace(
        "rules:\n", "rules:\n  - {id: given, event: thanks.given, amount: 3, undo_on: [thanks.taken]}\n"
    )
    before = await _balances(database, community)
    await publish(ledger(database, writer, clock), community, Draft(extra, Micros(NOON)))
    assert (await _balances(database, community))[2] == before[2] + 6  # ben thanked twice
    await writer.submit(community, [said("taken", "thanks.taken", by="ben", subject="share/0/ana")])
    after = await _balances(database, community)
    assert (after[1], after[2]) == (before[1] - 2, before[2] + 3)
    assert (await verify(database, community.id)).differences == []


async def test_an_example_that_comes_out_otherwise_stops_it(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    given = "  given: [{event: member.hello, member: ann}]\n"
    examples = f"examples:\n- name: A hello is five\n{given}  then: {{ann: {{points: 5}}}}\n"
    with pytest.raises(ExamplesFail, match="A hello is five"):
        await publish(ledger(database, writer, clock), community, Draft(DEARER + examples))
    assert isinstance(
        await publish(ledger(database, writer, clock), community, Draft(RULEBOOK + examples)), Published
    )


async def test_versions_follow_one_another(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    here = ledger(database, writer, clock)
    assert isinstance(await publish(here, community, Draft(DEARER, Micros(clock() + DAY))), Published)
    assert isinstance(await publish(here, community, Draft(RULEBOOK)), EffectiveBeforeCurrent)
    assert isinstance(await publish(here, community, Draft(RULEBOOK, Micros(NOON))), EffectiveBeforeCurrent)
    assert isinstance(
        await publish(here, community, Draft(RULEBOOK, Micros(clock() + 2 * DAY), number=7)), VersionTaken
    )
