"""`ledger openings`: balances that members bring from elsewhere, from any CSV."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from ledger.core.commands import AdjustPoints
from ledger.core.refusals import Refusal
from ledger.core.rulebook.grammar import Unit
from ledger.service.ledger import Ledger
from ledger.service.openings import RowFaulty, opening
from ledger.store.directory import Community
from schema.cli.lists import units_of
from schema.cli.opening import CommunityOption, Stop, current_rulebook, errors, opened_community, run
from schema.problems import problem_of

BATCH = 500
BY = "key:cli"
Row = dict[str, str]


class Columns(NamedTuple):
    """Which columns of the file say what."""

    member: str
    points: str
    key: str | None
    platform: str


def openings(
    file: Annotated[Path, typer.Argument(help="A CSV with a header, in UTF-8.")],
    community: CommunityOption,
    member_column: Annotated[str, typer.Option(help="The column that names members, as platform:id.")],
    points_column: Annotated[str, typer.Option(help="The column of their points, in whole units.")],
    unit: Annotated[str | None, typer.Option(help="A unit's code; default: the rulebook's first.")] = None,
    key_column: Annotated[
        str | None, typer.Option(help="The column that names a row; default: member and unit name it.")
    ] = None,
    platform: Annotated[str, typer.Option(help="The platform of members that are named by id only.")] = "",
    rejects: Annotated[Path | None, typer.Option(help="Where bad rows go; default: FILE.rejects.csv.")] = None,
) -> None:
    """Give members what they begin with. Again is no change; bad rows go to a file with reasons, the rest is taken.

    Exit 0 only if every row was taken or had been before.
    """
    columns = Columns(member_column, points_column, key_column, platform)
    rows, names = _read(file, columns)

    async def work() -> tuple[int, int, list[tuple[int, Row, str]]]:
        async with opened_community(community) as (ledger, found):
            chosen = units_of(await current_rulebook(ledger, found), unit)[0]
            return await _post(ledger, found, rows, columns, chosen)

    taken, before, bad = run(work())
    errors.print(f"{taken} taken, {before} were taken before, {len(bad)} refused")
    if bad:
        path = rejects or file.with_name(f"{file.name}.rejects.csv")
        _write(path, names, bad)
        errors.print(
            f"ledger: the first refusal is in line {bad[0][0]}: {bad[0][2]}; all are in {path}", style="red"
        )
        raise typer.Exit(1)


def _read(file: Path, columns: Columns) -> tuple[list[tuple[int, Row]], list[str]]:
    if not file.is_file():
        raise Stop(f"there is no file {file}")
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            names = list(reader.fieldnames or ())
            rows = [(reader.line_num, {name: row.get(name) or "" for name in names}) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Stop(f"{file} is no CSV in UTF-8: {error}") from error
    for wanted in (columns.member, columns.points, *([columns.key] if columns.key else ())):
        if wanted not in names:
            raise Stop(f"there is no column {wanted!r}; there are: {', '.join(names) or 'none'}")
    return rows, names


async def _post(
    ledger: Ledger, community: Community, rows: list[tuple[int, Row]], columns: Columns, unit: Unit
) -> tuple[int, int, list[tuple[int, Row, str]]]:
    taken = before = 0
    bad: list[tuple[int, Row, str]] = []
    for first in range(0, len(rows), BATCH):
        part = rows[first : first + BATCH]
        read = [_command(community, row, columns, unit) for _, row in part]
        answers = iter(
            await ledger.writer.submit(community, [one for one in read if isinstance(one, AdjustPoints)])
        )
        for (line, row), one in zip(part, read, strict=True):
            answer = one if isinstance(one, str) else next(answers)
            if isinstance(answer, str):
                bad.append((line, row, answer))
            elif isinstance(answer, Refusal):
                bad.append((line, row, f"{answer.code}: {problem_of(answer).detail}"))
            else:
                taken, before = taken + (not answer.replayed), before + answer.replayed
    return taken, before, bad


def _command(community: Community, row: Row, columns: Columns, unit: Unit) -> AdjustPoints | str:
    key = row[columns.key] if columns.key else ""
    try:
        return opening(
            community, row[columns.member], row[columns.points], unit, by=BY, platform=columns.platform, key=key
        )
    except RowFaulty as faulty:
        return str(faulty)


def _write(path: Path, names: list[str], bad: list[tuple[int, Row, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([*names, "line", "reason"])
        writer.writerows([*(row[name] for name in names), line, reason] for line, row, reason in bad)
