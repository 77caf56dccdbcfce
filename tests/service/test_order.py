"""Order on both databases: what was withheld and restored verifies, rebuilds, and is told again the same."""

from __future__ import annotations

import asyncio

import pytest

from ledger.core.commands import AppealViolation as Appeal
from ledger.core.commands import DecideAppeal, RecordViolation, ResolveViolation
from ledger.core.refusals import NoAppeal, ViolationResolved
from ledger.core.values import DAY, HOUR, MemberId, Position
from ledger.core.violations import Action
from ledger.service.publishing import Draft, Published, publish
from ledger.service.rebuild import rebuild
from ledger.service.simulate import KindDifference, simulate
from ledger.service.writer import Receipt, Writer
from ledger.store.directory import Community
from ledger.store.engine import Database
from tests.clock import Clock
from tests.core.strikes import ORDER
from tests.service.sayings import assert_whole, everything, positions, said
from tests.service.timed import RULEBOOK, begun, ledger, lively

ORDERLY = RULEBOOK + ORDER
ANA = MemberId(1)


@pytest.fixture
async def community(database: Database, writer: Writer, clock: Clock) -> Community:
    """Ana was warned, fined and removed for spam, went on contributing, and was then given back all of it."""
    place = await begun(database, writer, ORDERLY)
    await lively(writer, place, clock)
    removed = [await _strike(writer, place, f"v{number}") for number in range(3)][-1]
    clock.advance(DAY + HOUR)
    for number in range(2):
        share = said(f"more-{number}", "share.posted", by="ana", subject=f"share/more/{number}")
        await writer.submit(place, [share, said(f"more-hello-{number}", "member.hello", by="ana")])
        clock.advance(3 * HOUR)
    await writer.submit(place, [said("not", "share.removed", by="ana", subject="share/more/1")])
    await _resolve(writer, place, removed, Action.LIFTED)
    return place


async def _strike(writer: Writer, place: Community, key: str) -> Position:
    report = RecordViolation(key=key, member=ANA, rule="spam", by="key:k", evidence="seen", note="again")
    (of,) = positions(await writer.submit(place, [report]))
    await _resolve(writer, place, Position(of), None)
    return Position(of)


async def _resolve(writer: Writer, place: Community, of: Position, action: Action | None) -> None:
    (answer,) = await writer.submit(place, [ResolveViolation(position=of, action=action, by="key:k")])
    assert isinstance(answer, Receipt), answer


async def test_it_verifies_and_rebuilding_changes_nothing(database: Database, community: Community) -> None:
    await assert_whole(database, community.id)
    before = await everything(database, community.id)
    await rebuild(database, community.id)
    assert await everything(database, community.id) == before
    assert [row[2:6] for row in before["violation"]] == [
        ("spam", "spam", "WARNING", 0),
        ("spam", "spam", "PENALTY", 0),
        ("spam", "spam", "LIFTED", 0),
    ]


async def test_the_same_rulebook_told_again_differs_in_nothing(
    database: Database, community: Community, clock: Clock
) -> None:
    result = await simulate(database, community.id, ORDERLY, at=clock())
    assert (result.members, result.kinds, result.moves, result.refused) == ([], [], [], 0)


async def test_milder_rules_are_what_would_have_been(
    database: Database, community: Community, clock: Clock
) -> None:
    milder = ORDERLY.replace("points: -5, no_earning: 24h", "points: -2")
    result = await simulate(database, community.id, milder, at=clock())
    assert [(one.member, one.after - one.before) for one in result.members] == [(ANA, 3)]
    dearer = ORDERLY.replace("amount: 5}", "amount: 6}")
    result = await simulate(database, community.id, dearer, at=clock())
    # Four hellos of ana, two of them restored, and two each of ben and cyd.
    assert result.kinds == [KindDifference("member.hello", "points", 40, 48)]


async def test_a_dearer_rulebook_from_a_date_corrects_what_was_restored_too(
    database: Database, writer: Writer, community: Community, clock: Clock
) -> None:
    dearer = ORDERLY.replace("amount: 5}", "amount: 6}")
    since = clock() - 100 * DAY
    answer = await publish(ledger(database, writer, clock), community, Draft(dearer, since))  # type: ignore[arg-type]
    assert isinstance(answer, Published)
    assert answer.corrections == 8
    await assert_whole(database, community.id)
    undone = said("undo", "contribution.undone", by="ana", undoes="more-hello-0")
    await writer.submit(community, [undone])
    await assert_whole(database, community.id)
    (receipt,) = await writer.submit(community, [undone])
    assert isinstance(receipt, Receipt)
    entries = (await everything(database, community.id))["entry"]
    taken = [row[8] for row in entries if row[0] == receipt.position]
    assert sorted(taken) == [-5, -1]


async def test_of_many_who_decide_at_once_one_does(
    database: Database, writer: Writer, community: Community
) -> None:
    report = RecordViolation(key="many", member=MemberId(2), rule="advert", by="key:k")
    (of,) = positions(await writer.submit(community, [report]))
    position = Position(of)
    confirming = ResolveViolation(position=position, action=Action.WARNING, by="key:k")
    answers = await asyncio.gather(*(writer.submit(community, [confirming]) for _ in range(64)))
    refused = [one for (one,) in answers if not isinstance(one, Receipt)]
    assert refused == [ViolationResolved(action="WARNING")] * 63
    await writer.submit(community, [Appeal(position=position, member=MemberId(2), text="no")])
    lifting = DecideAppeal(position=position, lifted=True, by="key:k")
    answers = await asyncio.gather(*(writer.submit(community, [lifting]) for _ in range(64)))
    assert [one for (one,) in answers if not isinstance(one, Receipt)] == [NoAppeal()] * 63
    await assert_whole(database, community.id)
