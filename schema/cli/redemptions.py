"""`ledger redemptions`: what was asked for, and what operators do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

import typer

from ledger.core.commands import MoveRedemption, RedeemPerk
from ledger.core.events import RedemptionMoved, RedemptionStatus
from ledger.core.lines import amount
from ledger.core.refusals import Refusal
from ledger.core.values import Micros, Position, identity
from ledger.service.redeeming import Blocked, move, redeem
from ledger.store.engine import Database
from ledger.store.reads.names import identities_of
from ledger.store.reads.redemptions import Redemption, page
from ledger.store.reads.spans import Span
from ledger.words.render import locale_of, render
from schema.cli.explaining import LANG
from schema.cli.opening import CommunityOption, Stop, current_rulebook, errors, opened_community, run
from schema.cli.output import FormatOption, write_rows
from schema.cli.perks import BY, KeyOption, PerkArgument, accepted
from schema.intake.cloudevents import write_time
from schema.problems import BLOCKS

PAGE = 1_000
app = typer.Typer(help="Redemptions: what was asked for, and what became of it.", no_args_is_help=True)
CodeArgument = Annotated[str, typer.Argument(help="The redemption's short name, such as R-17.")]
NoteOption = Annotated[str, typer.Option(help="Why, for the member to read.")]


@app.command("list")
def list_(
    community: CommunityOption,
    status: Annotated[
        list[RedemptionStatus] | None, typer.Option(help="Only these; give it once for each. Default: all.")
    ] = None,
    format_: FormatOption = None,
) -> None:
    """Redemptions, oldest first: with `--status REQUESTED --status APPROVED` what is to be fulfilled."""
    wanted = [one.value for one in status] if status else None

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rulebook = await current_rulebook(ledger, found)
            at = ledger.clock()
            redemptions = [one async for one in _all(ledger.database, found.id, wanted, at)]
            names = await identities_of(ledger.database, found.id, sorted({one.member for one in redemptions}))
        scales = {unit.code: unit.scale for unit in rulebook.units}
        rows = [
            (
                f"R-{one.position}",
                one.perk,
                names.get(one.member, ""),
                one.status.value,
                Decimal(amount(one.cost, scales.get(one.unit, 0))),
                one.unit,
                write_time(one.requested_at),
                write_time(one.updated_at),
                write_time(one.hold_until) if one.hold_until is not None and one.open else "",
            )
            for one in redemptions
        ]
        columns = ("redemption", "perk", "member", "status", "cost", "unit", "requested", "updated", "hold_until")
        write_rows(columns, rows, format_)

    run(work())


async def _all(
    database: Database, community: UUID, statuses: Sequence[str] | None, at: Micros
) -> AsyncIterator[Redemption]:
    after: tuple[int, ...] | None = None
    while True:
        found = await page(database, community, Span(PAGE, after), statuses=statuses, at=at)
        for one in found[:PAGE]:
            yield one
        if len(found) <= PAGE:
            return
        after = (found[PAGE - 1].position,)


@app.command("approve")
def approve(code: CodeArgument, community: CommunityOption, note: NoteOption = "") -> None:
    """Approve what was asked for; a code is handed out at once."""
    _move(code, community, RedemptionStatus.APPROVED, note)


@app.command("fulfil")
def fulfil(
    code: CodeArgument,
    community: CommunityOption,
    voucher: Annotated[str, typer.Option(help="What the member gets to see, kept encrypted.")] = "",
    note: NoteOption = "",
) -> None:
    """Say that it was handed over: the points are paid."""
    _move(code, community, RedemptionStatus.FULFILLED, note, voucher)


@app.command("decline")
def decline(code: CodeArgument, community: CommunityOption, note: NoteOption = "") -> None:
    """Decline it: the points come back."""
    _move(code, community, RedemptionStatus.DECLINED, note)


@app.command("refund")
def refund(
    code: CodeArgument,
    community: CommunityOption,
    reason: Annotated[str, typer.Option(help="Why, for the member to read.")],
) -> None:
    """Take back what was fulfilled, within its refund window: the points come back."""
    _move(code, community, RedemptionStatus.REFUNDED, reason)


@app.command("grant")
def grant(
    perk: PerkArgument,
    member: Annotated[str, typer.Argument(help="To whom, as platform:external-id.")],
    community: CommunityOption,
    reason: Annotated[str, typer.Option(help="Why, for the member to read.")],
    key: KeyOption = None,
) -> None:
    """Give a member a perk for nothing."""
    if ":" not in member:
        raise Stop(f"{member!r} is no identity: expected platform:external-id")

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            command = RedeemPerk(
                key=key or str(uuid4()),
                perk=perk,
                member=identity(member, source=""),
                by=BY,
                given=True,
                note=reason,
            )
            answer = await redeem(ledger, found, command)
        if isinstance(answer, Refusal):
            accepted(answer)
        elif isinstance(answer, Blocked):
            raise Stop(f"{answer.block.value}: {BLOCKS[answer.block][1]}")
        else:
            _tell(answer.receipt.position, answer.made.status)

    run(work())


def _move(code: str, community: str, status: RedemptionStatus, reason: str, voucher: str = "") -> None:
    position = _position(code)

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            command = MoveRedemption(position=position, status=status, by=BY, reason=reason, voucher=voucher)
            [answer] = await move(ledger, found, [command])
            event = accepted(answer).event
        assert event is not None
        assert isinstance(event.fact, RedemptionMoved)
        _tell(position, event.fact.status)

    run(work())


def _tell(position: Position, status: RedemptionStatus) -> None:
    said = render(f"redemption.{status.value}", locale_of(LANG))
    errors.print(f"R-{position}: {status.value}, {said}")


def _position(code: str) -> Position:
    number = code.upper().removeprefix("R-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Stop(f"{code!r} names no redemption: expected R-17 or the like")
    return Position(int(number))
