"""Commands that list: balances, entries, boards, changes of level."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import typer

from ledger.core.books.shelf import Account
from ledger.core.calendar import start_of_day
from ledger.core.lines import amount
from ledger.core.rulebook.grammar import Board, Rulebook, Unit
from ledger.core.values import Micros
from ledger.service.ledger import Ledger
from ledger.service.reading import accounts_due
from ledger.service.rulebooks import published
from ledger.store.directory import Community
from ledger.store.reads import balances as read_balances
from ledger.store.reads import entries as read_entries
from ledger.store.reads.balances import BalanceLine
from schema.cli.opening import CommunityOption, Stop, current_rulebook, opened_community, run
from schema.cli.output import Cell, Format, FormatOption, write_rows
from schema.intake.cloudevents import read_time, write_time

UnitOption = Annotated[str | None, typer.Option("--unit", "-u", help="A unit's code; default: all units.")]
tiers = typer.Typer(help="Levels on ladders.", no_args_is_help=True)


def instant(text: str, zone: str) -> Micros:
    """Read an RFC 3339 time, or a date, which means the end of that local day.

    Raises:
        Stop: it is neither.
    """
    if (at := read_time(text)) is not None:
        return at
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Stop(f"{text!r} is no time: expected 2026-11-23 or 2026-11-23T08:00:00Z") from None
    return Micros(_end_of_day(day, zone) - 1)


def _end_of_day(day: date, zone: str) -> Micros:
    """Return the first instant after a local day."""
    try:
        return start_of_day(day + timedelta(days=1), zone)
    except OverflowError:
        raise Stop(f"{day} is the end of time: expected an earlier date") from None


def _points(minor: int, scale: int) -> Decimal:
    """Return minor units as whole units, exactly, with all their decimals."""
    return Decimal(amount(minor, scale))


def units_of(rulebook: Rulebook, code: str | None) -> list[Unit]:
    """Return the asked unit, or all.

    Raises:
        Stop: the rulebook has no such unit.
    """
    units = [unit for unit in rulebook.units if code in (None, unit.code)]
    if not units:
        raise Stop(f"there is no unit {code!r}; there are: {', '.join(unit.code for unit in rulebook.units)}")
    return units


def balances(
    community: CommunityOption,
    unit: UnitOption = None,
    at: Annotated[str | None, typer.Option(help="As of a time, or of the end of a date.")] = None,
    left: Annotated[bool, typer.Option("--left", help="Members who left, too.")] = False,
    format_: FormatOption = None,
) -> None:
    """Every member's points, in order of their names."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rows = await _balances(ledger, found, unit, at, include_left=left)
        columns = ("member", "unit", "balance", "available", "held", "earned", "tier")
        write_rows(columns, rows, format_)

    run(work())


async def _balances(
    ledger: Ledger, community: Community, code: str | None, at: str | None, *, include_left: bool
) -> list[tuple[Cell, ...]]:
    rulebook = await current_rulebook(ledger, community)
    ladder = rulebook.ladders[0].code if rulebook.ladders else ""
    until = instant(at, rulebook.community.tz) if at is not None else None
    versions, now = await published(ledger.database, community.id), ledger.clock()
    due = await accounts_due(ledger.database, community.id, versions, None, at=now) if until is None else {}
    rows: list[tuple[Cell, ...]] = []
    for unit in units_of(rulebook, code):
        place = (ledger.database, community.id, unit.code, ladder)
        if until is None:
            lines = [
                _as_due(line, due.get(line.number))
                for line in await read_balances.balances(*place, include_left=include_left)
            ]
        else:
            lines = await read_balances.balances_at(*place, at=until, include_left=include_left)
        for line in lines:
            points = (line.balance, line.available, line.held, line.earned)
            rows.append((line.member, line.unit, *(_points(minor, unit.scale) for minor in points), line.tier))
    return rows


def _as_due(line: BalanceLine, accounts: dict[str, Account] | None) -> BalanceLine:
    """Return a line with what was due of a member's points done, where a sweeper has not come by yet."""
    account = accounts.get(line.unit) if accounts is not None else None
    if account is None:
        return line
    return line._replace(balance=account.balance, held=account.held, earned=account.earned)


def entries(
    community: CommunityOption,
    unit: UnitOption = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that wished for nothing, too.")] = False,
    format_: FormatOption = None,
) -> None:
    """Every rule's effect, in the order of the log."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rulebook = await current_rulebook(ledger, found)
            scales = {one.code: one.scale for one in rulebook.units}
            if unit is not None:
                units_of(rulebook, unit)
            rows: list[tuple[Cell, ...]] = [
                (
                    line.event_id,
                    line.member,
                    line.unit,
                    *(
                        _points(minor, scales.get(line.unit, 0))
                        for minor in (line.wanted, line.applied, line.balance_after)
                    ),
                    line.rule,
                )
                async for line in read_entries.entries(ledger.database, found.id, unit=unit, with_zero=all_)
            ]
        columns = ("event_id", "member", "unit", "wanted", "applied", "balance_after", "rule")
        write_rows(columns, rows, format_)

    run(work())


def leaderboard(
    community: CommunityOption,
    board: Annotated[str | None, typer.Option(help="A board's id; default: the rulebook's first.")] = None,
    month: Annotated[str | None, typer.Option(help="One local month, such as 2026-11.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="From a local date on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="To the end of a local date.")] = None,
    top: Annotated[int, typer.Option(min=1, max=10_000, help="How many rows.")] = 20,
    rank: Annotated[str | None, typer.Option(help="ordinal, competition or dense; default: ordinal.")] = None,
    format_: FormatOption = None,
) -> None:
    """Members by points applied in a window; all time unless a month or dates are given."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rulebook = await current_rulebook(ledger, found)
            chosen = _board(rulebook, board)
            start, end = _window(month, since, until, rulebook.community.tz)
            rows = await read_entries.leaderboard(
                ledger.database,
                found.id,
                chosen.unit,
                since=start,
                until=end,
                measure=chosen.measure,
                without=chosen.exclude_rules,
                without_groups=chosen.exclude_groups,
                rank=_rank(rank),
                first=top,
            )
            scale = next(one.scale for one in rulebook.units if one.code == chosen.unit)
        write_rows(
            ("rank", "member", "points"),
            [(row.rank, row.member, _points(row.points, scale)) for row in rows],
            format_,
        )

    run(work())


def _board(rulebook: Rulebook, name: str | None) -> Board:
    boards = rulebook.boards or (Board(id="all", unit=rulebook.units[0].code, measure="net", windows=("all",)),)
    for one in boards:
        if name in (None, one.id):
            return one
    raise Stop(f"there is no board {name!r}; there are: {', '.join(one.id for one in boards)}")


def _rank(name: str | None) -> str:
    if name not in (None, "ordinal", "competition", "dense"):
        raise Stop(f"{name!r} is no way to rank: expected ordinal, competition or dense")
    return name or "ordinal"


def _window(
    month: str | None, since: str | None, until: str | None, zone: str
) -> tuple[Micros | None, Micros | None]:
    if month is None:
        start = start_of_day(_date(since), zone) if since else None
        end = _end_of_day(_date(until), zone) if until else None
        return start, end
    if since or until:
        raise Stop("give either --month or --from and --to")
    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007  # a local month has no zone
    except ValueError:
        raise Stop(f"{month!r} is no month: expected one such as 2026-11") from None
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return start_of_day(first, zone), _end_of_day(last, zone)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stop(f"{text!r} is no date: expected one such as 2026-11-23") from None


@tiers.command("history")
def tier_history(community: CommunityOption, format_: FormatOption = None) -> None:
    """Every change of level, in the order of the log."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rows = [
                (one.event_id, one.member, one.ladder, one.before, one.after, write_time(one.occurred_at))
                for one in await read_entries.crossings(ledger.database, found.id)
            ]
        write_rows(("event_id", "member", "ladder", "before", "after", "occurred_at"), rows, format_)

    run(work())


__all__ = ["Format", "balances", "entries", "leaderboard", "tiers"]
