"""The demo on both databases: whole, full of what a community knows, made once, and alive."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from ledger.core.commands import RecordContribution
from ledger.core.events import (
    ContributionRecorded,
    ContributionReviewed,
    Event,
    TiersJudged,
    decisions,
    tier_changes,
)
from ledger.core.outcomes import Decision, EntryKind, Outcome
from ledger.core.values import DAY, HOUR, MINUTE, SECOND, Micros
from ledger.service.access import Scope, caller_of, create_key
from ledger.service.communities import CommunityRefused, begin, new_id
from ledger.service.ledger import Ledger, open_ledger
from ledger.service.links import Purpose, signed_in
from ledger.service.seeding.agenda import Agenda
from ledger.service.seeding.cast import cast, command
from ledger.service.seeding.demo import NAME, PRESET, prepare, tell
from ledger.service.seeding.keys import SCOPES, demo_keys, keys_file
from ledger.service.seeding.living import ROUND, happening, living
from ledger.service.seeding.playing import StoryClock, chapters, play
from ledger.service.seeding.story import history
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.settings import Settings
from ledger.store import directory
from ledger.store.directory import Community, keys_of, revoke_key
from ledger.store.reads.journal import events, head
from ledger.store.reads.names import member_by_identity
from tests import rulebooks
from tests.clock import NOON, Clock
from tests.databases import only_sqlite
from tests.seed.conftest import Made
from tests.service.sayings import Facts, everything, facts_of, rows_of

MILLISECOND = 1_000


@pytest.fixture
async def garden(ledger: Ledger) -> Community:
    """A community without history that has the demo's slug."""
    return await rulebooks.begin(ledger.database, ledger.writer, "demo", at=NOON)


def minute(number: int) -> RecordContribution:
    """Return what goes on in a minute, as the demo's server tells it."""
    return command(happening(number, cast()), Micros(number * MINUTE), key=f"live-{number}", imported=False)


async def _log(ledger: Ledger) -> list[Event]:
    community = await ledger.community("demo")
    assert community is not None
    return [one.event async for one in events(ledger.database, community.id)]


async def _decided(made: Made) -> list[tuple[Event, Decision]]:
    return [(event, decision) for event in await _log(made.ledger) for decision in decisions(event)]


async def _begun(ledger: Ledger, count: int) -> Community:
    """Begin the demo and play its first chapters, as a process does that then stops."""
    began_at = Agenda(ledger.clock()).began_at
    then = StoryClock(began_at)
    writer = Writer(ledger.database, clock=then)
    community = await begin(ledger.database, writer, "demo", name=NAME, clock=ledger.clock)
    part = islice(chapters(history(ledger.clock()), began_at), count)
    await play(ledger.database, writer, community, then, part)
    return community


async def _grown(ledger: Ledger, community: Community, before: int) -> None:
    """Wait until the log is longer."""
    async with asyncio.timeout(10):
        while (await head(ledger.database, community.id)).position <= before:  # noqa: ASYNC110  # nobody tells us
            await asyncio.sleep(0.01)


class TestWhatIsThere:
    async def test_verify_finds_nothing(self, made: Made) -> None:
        assert (await verify(made.ledger.database, made.demo.community.id)).differences == []

    async def test_it_says_how_much_there_is(self, made: Made) -> None:
        end = await head(made.ledger.database, made.demo.community.id)
        assert (made.demo.members, made.demo.events) == (40, end.position)
        told = [one for one in history(NOON) if isinstance(one, RecordContribution)]
        recorded = [
            event
            for event in await _log(made.ledger)
            if isinstance(event.fact, ContributionRecorded) and not event.source.startswith("ledger:")
        ]
        assert len(recorded) == len(told) + 1, "and the end of its history"

    async def test_everything_was_recorded_when_it_happened_or_a_little_later(self, made: Made) -> None:
        began_at = Agenda(NOON).began_at
        for event in (await _log(made.ledger))[2:]:
            assert began_at <= event.recorded_at <= NOON + SECOND
            assert event.recorded_at - event.occurred_at < DAY or event.occurred_at < began_at

    async def test_limits_were_reached(self, made: Made) -> None:
        decided = await _decided(made)
        capped = {decision.rule for _, decision in decided if decision.outcome is Outcome.CAPPED}
        assert capped >= {"talk", "thanked", "share"}
        steps = {step.code for _, decision in decided for step in decision.steps if 0 < step.after < step.before}
        assert "group:daily" in steps, "the day's sixty were reached in part"

    async def test_every_reason_to_pay_nothing_is_there(self, made: Made) -> None:
        outcomes = {decision.outcome for _, decision in await _decided(made)}
        assert outcomes >= {
            Outcome.GRANTED,
            Outcome.CAPPED,
            Outcome.NOT_MATCHED,
            Outcome.ONCE_ONLY,
            Outcome.COOLDOWN,
            Outcome.NOT_ELIGIBLE,
            Outcome.PENDING,
        }

    async def test_thanks_of_newcomers_paid_nothing(self, made: Made) -> None:
        weighed = [
            step.code
            for _, decision in await _decided(made)
            if decision.rule == "thanked" and decision.outcome is Outcome.NOT_ELIGIBLE
            for step in decision.steps
        ]
        assert len(weighed) >= 10
        assert set(weighed) == {"giver"}

    async def test_shares_were_released_after_two_hours(self, made: Made) -> None:
        log = await _log(made.ledger)
        released = [event for event in log if event.type == "points.released"]
        assert len(released) >= 100
        rows = await rows_of(made.ledger.database, made.demo.community.id, "waiting", "release_at", "open")
        overdue = [at for at, is_open in rows if is_open and at is not None and at <= NOON]
        assert overdue == []

    async def test_stories_and_hosts_were_looked_at_and_some_wait(self, made: Made) -> None:
        facts = [one.fact for one in await _log(made.ledger)]
        reviews = [fact for fact in facts if isinstance(fact, ContributionReviewed)]
        assert Counter(fact.approved for fact in reviews)[False] == 1
        assert sum(fact.approved for fact in reviews) >= 10
        founder = await member_by_identity(made.ledger.database, made.demo.community.id, "wechat", "he-zhixia")
        assert {fact.by for fact in reviews} == {f"member:{founder}"}
        rows = await rows_of(made.ledger.database, made.demo.community.id, "waiting", "release_at", "open")
        assert 2 <= len([True for at, is_open in rows if is_open and at is None]) <= 6

    async def test_points_of_a_year_ago_ended_and_others_will_soon(self, made: Made) -> None:
        assert [one.type for one in await _log(made.ledger) if one.type == "points.expired"] == ["points.expired"]
        rows = await rows_of(made.ledger.database, made.demo.community.id, "lot", "remaining", "expires_at")
        soon = [left for left, at in rows if left and at is not None and NOON < at < NOON + 30 * DAY]
        assert soon
        assert set(soon) == {10}

    async def test_grants_were_taken_back(self, made: Made) -> None:
        back = {decision.rule for _, decision in await _decided(made) if decision.kind is EntryKind.REVERSAL}
        assert back >= {"share", "first_share", "story", "featured", "thanked", "helped", "payment", "game"}

    async def test_an_acceptance_moved_to_another_answer(self, made: Made) -> None:
        moved = [
            event.subject
            for event, decision in await _decided(made)
            if event.type == "answer.accepted" and decision.kind is EntryKind.REVERSAL
        ]
        assert "answer-crust-2" in moved

    async def test_levels_were_reached_and_one_was_lost_after_notice(self, made: Made) -> None:
        log = await _log(made.ledger)
        changes = Counter((one.before, one.after) for event in log for one in tier_changes(event))
        assert changes[("newcomer", "ordinary")] >= 10
        assert changes[("ordinary", "core")] >= 3
        assert changes[("core", "ordinary")] == 1
        judged = [event.fact for event in log if isinstance(event.fact, TiersJudged)]
        by_run = Counter((one.before, one.after) for fact in judged for one in fact.tiers)
        assert by_run[("newcomer", "ordinary")] >= 1, "after fourteen days of membership"
        assert by_run[("ordinary", "core")] == 1, "when a violation was half a year ago"
        assert by_run[("core", "ordinary")] == 1
        assert [watch.warned for fact in judged for watch in fact.watches].count(True) >= 1

    async def test_whoever_is_of_the_core_has_paid(self, made: Made) -> None:
        community = made.demo.community.id
        tiers = await rows_of(made.ledger.database, community, "tier", "member", "level")
        core = {member for member, level in tiers if level == "core"}
        accounts = await rows_of(made.ledger.database, community, "account", "member", "unit", "balance")
        paid = {member for member, unit, balance in accounts if unit == "paid" and balance >= 9900}
        assert len(core) >= 3
        assert core <= paid

    async def test_weeks_in_a_row_were_rewarded(self, made: Made) -> None:
        bonuses = [d for _, d in await _decided(made) if d.rule == "weeks" and d.kind is EntryKind.BONUS]
        assert len(bonuses) >= 10

    async def test_somebody_left(self, made: Made) -> None:
        left = await rows_of(made.ledger.database, made.demo.community.id, "member", "left_at")
        assert len([at for (at,) in left if at is not None]) == 1

    async def test_payments_are_counted_in_their_own_unit(self, made: Made) -> None:
        rows = await rows_of(made.ledger.database, made.demo.community.id, "account", "unit", "balance")
        paid = [balance for unit, balance in rows if unit == "paid" and balance]
        assert len(paid) >= 10
        assert set(paid) == {9900}


class TestTheSame:
    async def test_it_is_the_same_twice_on_either_database(self, made: Made, facts: Facts) -> None:
        assert await facts_of(made.ledger.database, made.demo.community.id) == facts

    async def test_a_second_start_on_another_day_changes_nothing(self, made: Made) -> None:
        before = await everything(made.ledger.database, made.demo.community.id)
        made.clock.advance(30 * DAY)
        again = await prepare(made.ledger)
        made.clock.set(NOON)
        assert await everything(made.ledger.database, made.demo.community.id) == before
        assert again._replace(link="") == made.demo._replace(link="")
        assert again.link != made.demo.link

    async def test_a_history_that_a_crash_cut_short_is_finished(
        self, ledger: Ledger, clock: Clock, facts: Facts
    ) -> None:
        community = await _begun(ledger, 150)
        clock.advance(3 * DAY)
        await tell(ledger)
        assert (await facts_of(ledger.database, community.id)).events[2:] == facts.events[2:]
        assert (await verify(ledger.database, community.id)).differences == []

    async def test_two_processes_that_tell_it_at_once_tell_it_once(self, ledger: Ledger, facts: Facts) -> None:
        community, again = await asyncio.gather(_begun(ledger, 12), _begun(ledger, 12))
        assert community == again
        told = (await facts_of(ledger.database, community.id)).events
        assert len(told) > 40
        assert [one for one in told if one not in facts.events] == []
        assert (await verify(ledger.database, community.id)).differences == []

    @only_sqlite
    async def test_one_that_was_only_put_in_the_directory_is_begun(self, ledger: Ledger, clock: Clock) -> None:
        community = directory.Community(new_id(clock()), "demo", NAME, b"s" * 32)
        await directory.add(ledger.database, community, at=clock())
        assert (await prepare(ledger)).members == 40

    async def test_another_community_of_this_name_is_left_alone(self, ledger: Ledger, garden: Community) -> None:
        await ledger.writer.submit(garden, [minute(1)])
        before = await everything(ledger.database, garden.id)
        with pytest.raises(CommunityRefused, match="another community 'demo'"):
            await prepare(ledger)
        assert await everything(ledger.database, garden.id) == before


class TestKeys:
    async def test_they_are_in_a_file_that_only_its_owner_reads(self, made: Made) -> None:
        path = keys_file(made.ledger)
        assert path.stat().st_mode & 0o777 == 0o600
        if made.ledger.database.is_sqlite:
            assert path.parent == Path(made.ledger.database.url.database or "").parent
        else:
            assert path.parent == Path(made.ledger.settings.data_dir)

    async def test_they_open_the_demo_for_any_source(self, made: Made) -> None:
        for name, scopes in SCOPES.items():
            caller = await caller_of(made.ledger.database, made.demo.keys[name], at=made.ledger.clock())
            assert caller is not None
            assert (caller.community, caller.scopes) == (made.demo.community.id, scopes)
            assert caller.may_send_as("anything:at all")
        assert SCOPES["OPERATOR_KEY"] == frozenset(Scope)

    async def test_the_link_signs_a_lively_member_in(self, made: Made) -> None:
        database, community = made.ledger.database, made.demo.community
        signed = await signed_in(database, made.demo.link, Purpose.LINK, at=made.ledger.clock())
        assert signed is not None
        assert signed.member == await member_by_identity(database, community.id, "wechat", "lin-xia")

    async def test_a_file_that_others_could_read_is_closed_again(self, ledger: Ledger, garden: Community) -> None:
        first = await demo_keys(ledger, garden)
        keys_file(ledger).chmod(0o644)
        assert await demo_keys(ledger, garden) == first
        assert keys_file(ledger).stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("damage", ["lost", "empty", "cut", "other bytes", "revoked"])
    async def test_keys_that_do_not_work_are_replaced_and_the_old_ones_void(
        self, ledger: Ledger, garden: Community, damage: str
    ) -> None:
        first, path = await demo_keys(ledger, garden), keys_file(ledger)
        match damage:
            case "lost":
                path.unlink()
            case "empty":
                path.write_text("")
            case "cut":
                path.write_text(path.read_text()[:-9])
            case "other bytes":
                path.write_bytes(b"\xff\x00=\n\n==")
            case "revoked":
                one, *_ = await keys_of(ledger.database, garden.id)
                await revoke_key(ledger.database, garden.id, one.id, at=ledger.clock())
        second = await demo_keys(ledger, garden)
        for name, key in second.items():
            assert await caller_of(ledger.database, key, at=ledger.clock()) is not None
            assert await caller_of(ledger.database, first[name], at=ledger.clock()) is None
        assert await demo_keys(ledger, garden) == second
        assert path.stat().st_mode & 0o777 == 0o600

    async def test_a_new_database_beside_an_old_file_gets_new_keys(self, ledger: Ledger, garden: Community) -> None:
        keys_file(ledger).write_text("OPERATOR_KEY=lgr_0_1_2\nBOT_KEY=lgr_0_1_2\n")
        keys = await demo_keys(ledger, garden)
        assert all([await caller_of(ledger.database, key, at=ledger.clock()) for key in keys.values()])

    async def test_keys_of_others_are_left_alone(self, ledger: Ledger, garden: Community) -> None:
        key = await create_key(
            ledger.database, garden.id, name="bot", scopes=frozenset({Scope.EVENTS_WRITE}), at=ledger.clock()
        )
        await demo_keys(ledger, garden)
        keys_file(ledger).unlink()
        await demo_keys(ledger, garden)
        assert await caller_of(ledger.database, key, at=ledger.clock()) is not None


class TestLife:
    async def test_ten_minutes_are_a_little_story(self) -> None:
        told = [happening(number, cast()) for number in range(100 * ROUND, 101 * ROUND)]
        assert told == [happening(number, cast()) for number in range(100 * ROUND, 101 * ROUND)]
        counted = Counter(one.event for one in told)
        assert counted["question.posted"] == counted["answer.posted"] == counted["answer.accepted"] == 1
        assert (counted["reaction.added"], counted["share.posted"], counted["message.posted"]) == (2, 1, 4)

    async def test_six_hours_of_it_pay_many_and_leave_the_books_whole(self, ledger: Ledger, clock: Clock) -> None:
        community = await begin(ledger.database, ledger.writer, "demo", preset=PRESET, clock=clock)
        first = clock() // MINUTE
        clock.advance(6 * HOUR)
        answers = await ledger.writer.submit(community, [minute(number) for number in range(first, first + 360)])
        told = [answer.event for answer in answers if isinstance(answer, Receipt) and answer.event is not None]
        assert len(told) == 360
        paid = {decision.member for event in told for decision in decisions(event) if decision.granted}
        assert 10 <= len(paid) <= (await head(ledger.database, community.id)).members <= 40
        assert (await verify(ledger.database, community.id)).differences == []

    async def test_two_processes_tell_a_minute_once_and_stop_with_their_servers(
        self, ledger: Ledger, garden: Community, database_url: str, tmp_path: Path, clock: Clock
    ) -> None:
        before = len(await _log(ledger))
        settings = Settings(database_url=database_url, data_dir=str(tmp_path))
        async with open_ledger(settings, clock=clock) as second, living(ledger), living(second):
            await _grown(ledger, garden, before)
            await second.writer.drain()
            await ledger.writer.drain()
        assert [event.key for event in (await _log(ledger))[before:]] == [f"live-{clock() // MINUTE}"]
        assert "demo" not in {task.get_name() for task in asyncio.all_tasks()}

    async def test_a_minute_that_fails_is_missed_and_the_next_is_told(
        self, ledger: Ledger, garden: Community, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, submit = len(await _log(ledger)), ledger.writer.submit
        failed: list[Micros] = []

        async def fail_once(*given: Any) -> Any:
            if not failed:
                failed.append(clock.advance(MINUTE))
                raise OSError("the disk is full")
            return await submit(*given)

        monkeypatch.setattr(ledger.writer, "submit", fail_once)
        async with living(ledger, every=MILLISECOND):
            await _grown(ledger, garden, before)
        assert failed

    async def test_without_a_demo_nothing_happens(self, ledger: Ledger) -> None:
        async with living(ledger):
            assert "demo" not in {task.get_name() for task in asyncio.all_tasks()}
