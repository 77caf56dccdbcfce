"""Redemptions above the core: answers that stay, and codes that nobody reads but their owner."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr, ValidationError

from ledger.core.commands import MoveRedemption
from ledger.core.events import PerkCodesAdded, RedemptionStatus
from ledger.core.perks.blocks import Block
from ledger.core.refusals import PerkUnknown, RedemptionDone
from ledger.core.rulebook.grammar.catalogue import Fulfilment
from ledger.core.values import MINUTE, SECOND, Micros, Position
from ledger.service.ledger import Ledger
from ledger.service.redeeming import Blocked, Redeemed, add_codes, move, vouchers
from ledger.service.sealing import KEY_FILE, KeyFileUnusable, Seals, seals_of
from ledger.service.verify import verify
from ledger.service.writer import Receipt, Writer
from ledger.settings import Settings
from ledger.store.engine import Database
from ledger.store.reads.redemptions import at_positions
from ledger.store.tables import TABLES
from tests import rulebooks
from tests.clock import Clock
from tests.stall import RULEBOOK, Stall

CODES = ("canary-AAAA-1", "canary-BBBB-2", "canary-CCCC-3")
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
async def stall(database: Database, writer: Writer, clock: Clock) -> Stall:
    """A stall; ana and bo have 100 points each."""
    community = await rulebooks.begin(database, writer, rulebook=RULEBOOK)
    stall = Stall(Ledger(Settings(), database, writer, clock), community)
    await stall.earn("ana", "bo")
    return stall


async def _read(stall: Stall, *positions: Position) -> dict[Position, str]:
    ledger, place = stall.ledger, stall.community.id
    found = await at_positions(ledger.database, place, positions, at=ledger.clock())
    return await vouchers(ledger, place, list(found.values()))


async def _moved(stall: Stall, position: Position, status: RedemptionStatus, voucher: str = "") -> Any:
    [answer] = await move(
        stall.ledger,
        stall.community,
        [MoveRedemption(position=position, status=status, by="cli", voucher=voucher)],
    )
    return answer


async def test_the_answer_to_a_key_stays_also_in_a_process_that_did_not_give_it(
    stall: Stall, other: Database, clock: Clock
) -> None:
    await stall.put(cost=150)
    first = await stall.ask("ana", key="one")
    assert isinstance(first, Blocked)
    assert (first.block, first.member, first.receipt.replayed) == (Block.NOT_ENOUGH_POINTS, 1, False)
    await stall.earn("ana")
    again = await stall.ask("ana", key="one")
    assert isinstance(again, Blocked)
    assert (again.block, again.receipt.position, again.receipt.replayed) == (
        first.block,
        first.receipt.position,
        True,
    )
    made = await stall.ask("ana", key="two")
    rival = Stall(Ledger(Settings(), other, Writer(other, clock=clock), clock), stall.community)
    repeated = await rival.ask("ana", key="two")
    assert isinstance(made, Redeemed)
    assert isinstance(repeated, Redeemed)
    assert (repeated.made, repeated.receipt.hash) == (made.made, made.receipt.hash)
    assert repeated.receipt.replayed
    await rival.ledger.writer.drain()


async def test_no_code_stands_anywhere_as_it_is(stall: Stall) -> None:
    await stall.put(cost=10, fulfilment=Fulfilment.CODE)
    added = await add_codes(stall.ledger, stall.community, "seat", CODES[:2], by="cli")
    assert isinstance(added, Receipt)
    place = await stall.redeem("ana")
    await stall.put("talk", cost=10)
    by_hand = await stall.redeem("bo", "talk")
    assert isinstance(await _moved(stall, by_hand, RedemptionStatus.FULFILLED, CODES[2]), Receipt)
    assert await _read(stall, place, by_hand) == {place: CODES[0], by_hand: CODES[2]}
    for table in TABLES.values():
        for row in await stall.ledger.database.read(table.select().where(*_of(table, stall))):
            for value in row:
                spelled = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                assert "canary-" not in spelled, (table.name, row)
    assert (await verify(stall.ledger.database, stall.community.id)).differences == []


def _of(table: Any, stall: Stall) -> list[Any]:
    return [table.c.community_id == stall.community.id] if "community_id" in table.c else []


async def test_a_code_is_there_once_and_each_goes_to_one(stall: Stall) -> None:
    await stall.put(cost=10, fulfilment=Fulfilment.CODE)
    for codes, count in ((CODES[:2], 2), ((CODES[1], CODES[2], CODES[2]), 1)):
        added = await add_codes(stall.ledger, stall.community, "seat", codes, by="cli")
        assert isinstance(added, Receipt)
        assert added.event is not None
        assert isinstance(added.event.fact, PerkCodesAdded)
        assert added.event.fact.count == count
    places = [await stall.redeem(name) for name in ("ana", "bo", "ana")]
    assert [(await _read(stall, *places))[place] for place in places] == list(CODES)
    last = await stall.ask("bo")
    assert isinstance(last, Blocked)
    assert last.block is Block.SOLD_OUT


async def test_codes_of_a_perk_that_is_none_are_refused(stall: Stall) -> None:
    assert await add_codes(stall.ledger, stall.community, "boat", CODES, by="cli") == PerkUnknown(perk="boat")


async def test_what_is_over_cannot_be_moved(stall: Stall) -> None:
    await stall.put(cost=10)
    place = await stall.redeem("ana")
    assert isinstance(await _moved(stall, place, RedemptionStatus.DECLINED), Receipt)
    assert await _moved(stall, place, RedemptionStatus.FULFILLED) == RedemptionDone(status="DECLINED")


async def test_a_redemption_whose_time_is_over_reads_so_before_the_sweeper_came(stall: Stall, clock: Clock) -> None:
    await stall.put(cost=10, reserve_for=Micros(15 * MINUTE))
    place = await stall.redeem("ana")
    clock.advance(15 * MINUTE + SECOND)
    [found] = (await at_positions(stall.ledger.database, stall.community.id, [place], at=clock())).values()
    assert (found.status, found.open, found.updated_at) == (RedemptionStatus.EXPIRED, False, found.hold_until)


def test_a_new_key_before_the_old_one_opens_what_the_old_one_sealed() -> None:
    sealed = Seals([OLD]).seal(CODES[0])
    assert Seals([NEW, OLD]).open(sealed) == CODES[0]
    assert Seals([OLD]).open(Seals([NEW, OLD]).seal(CODES[1])) is None
    assert Seals([NEW]).open(sealed) is None


def test_without_a_setting_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    settings = Settings(data_dir=str(folder), encryption_key=SecretStr(""))
    sealed = seals_of(settings).seal(CODES[0])
    [path] = folder.iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (KEY_FILE, 0o600)
    assert Seals([path.read_text()]).open(sealed) == CODES[0]


def test_a_file_without_a_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("lost")
    with pytest.raises(KeyFileUnusable, match=KEY_FILE):
        seals_of(Settings(data_dir=str(tmp_path), encryption_key=SecretStr("")))
    assert (tmp_path / KEY_FILE).read_text() == "lost"


WRONG = ["short", f"{OLD},x", "canary-key-that-is-none-at-all-and-long-enough==="]


@pytest.mark.parametrize("wrong", WRONG, ids=["short", "one of two", "long"])
def test_a_setting_that_is_no_key_is_refused_and_not_repeated(wrong: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(encryption_key=SecretStr(wrong))
    assert [fault["msg"] for fault in caught.value.errors()] == [
        "Value error, expected Fernet keys: 32 bytes each in URL-safe base64, comma separated"
    ]
    settings = Settings(encryption_key=SecretStr(f"{NEW}, {OLD}"))
    assert NEW not in repr(settings)
