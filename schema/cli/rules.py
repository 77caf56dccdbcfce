"""Commands about rules: what a draft would change, which versions there are, publishing one, and the daily run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ledger.core.calendar import start_of_day
from ledger.core.commands import LEDGER_SOURCE
from ledger.core.lines import amount
from ledger.core.refusals import Refusal
from ledger.core.values import MemberId, Micros
from ledger.service import tier_runs
from ledger.service.differing import changes
from ledger.service.examples import check as check_examples
from ledger.service.ledger import Ledger
from ledger.service.publishing import Draft
from ledger.service.publishing import publish as publish_draft
from ledger.service.rulebooks import read
from ledger.service.simulate import Simulation
from ledger.service.simulate import simulate as simulate_draft
from ledger.service.sweeper import sweep
from ledger.store.directory import Community
from ledger.store.reads.names import all_names
from ledger.store.reads.publications import publications
from ledger.words.render import DEFAULT_LOCALE, render
from schema.cli.lists import tiers
from schema.cli.opening import CommunityOption, Stop, errors, opened_community, progress, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.intake.cloudevents import read_time, write_time

app = typer.Typer(help="The rulebook: check a file, compare it, publish it.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(help="A rulebook as YAML.", exists=True, dir_okay=False)]
SinceOption = Annotated[
    str | None, typer.Option("--from", help="From a time or the beginning of a local date on; default: always.")
]


def _since(text: str | None, zone: str) -> Micros | None:
    if text is None or (at := read_time(text)) is not None:
        return None if text is None else at
    try:
        return start_of_day(date.fromisoformat(text), zone)
    except ValueError:
        raise Stop(f"{text!r} is no time: expected 2026-11-23 or 2026-11-23T08:00:00Z") from None


def simulate(
    file: FileArgument, community: CommunityOption, since: SinceOption = None, format_: FormatOption = None
) -> None:
    """Tell the real past again with a draft of the rulebook, without writing: every balance that would differ."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            text = file.read_text("utf-8")
            zone = read(text).community.tz
            with progress("simulating") as told:
                result = await simulate_draft(
                    ledger.database, found.id, text, since=_since(since, zone), at=ledger.clock(), progress=told
                )
            names = await all_names(ledger.database, found.id)
            scales = {unit.code: unit.scale for unit in read(text).units}
            _say_simulation(result, names, scales)
        rows: list[tuple[Cell, ...]] = []
        for one in result.members:
            points = [Decimal(amount(minor, scales.get(one.unit, 0))) for minor in (one.before, one.after)]
            rows.append((names.get(one.member, ""), one.unit, points[0], points[1], points[1] - points[0]))
        write_rows(
            ("member", "unit", "balance", "simulated", "difference"),
            sorted(rows, key=lambda row: (str(row[0]), str(row[1]))),
            format_,
        )

    run(work())


def _say_simulation(result: Simulation, names: dict[MemberId, str], scales: dict[str, int]) -> None:
    errors.print(f"{result.events} events told again in {result.took_ms / 1000:.1f} s.")
    for kind in result.kinds:
        before, after = (amount(minor, scales.get(kind.unit, 0)) for minor in (kind.before, kind.after))
        errors.print(f"{kind.kind}: {before} -> {after} {kind.unit}")
    for level in result.levels:
        if level.before != level.after:
            errors.print(f"{level.ladder} {level.level or '-'}: {level.before} -> {level.after} members")
    for move in result.moves[:20]:
        errors.print(f"{names.get(move.member, '')}: {move.ladder} {move.before or '-'} -> {move.after or '-'}")
    if len(result.moves) > 20:
        errors.print(f"and {len(result.moves) - 20} more change their level.")
    if result.refused:
        errors.print(f"{result.refused} of what was said by hand could not be told again.")


@app.command("check")
def check(file: FileArgument) -> None:
    """Read a rulebook and run the examples in it: every fault by line, or how many examples hold."""
    text = file.read_text("utf-8")
    wrong = check_examples(text)
    for difference in wrong:
        errors.print(str(difference), style="red")
    if wrong:
        raise typer.Exit(1)
    rulebook = read(text)
    typer.echo(f"{rulebook.name}: {len(rulebook.rules)} rules, no faults, all examples hold")


@app.command("show")
def show(
    community: CommunityOption, version: Annotated[int | None, typer.Option(help="Default: the latest.")] = None
) -> None:
    """Print a published rulebook, word for word."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            typer.echo(await _text(ledger, found, version), nl=False)

    run(work())


async def _text(ledger: Ledger, community: Community, version: int | None) -> str:
    every = await publications(ledger.database, community.id)
    for one in every:
        if version in (None, one.fact.version) and (version is not None or one is every[-1]):
            return one.fact.yaml
    raise Stop(f"there is no version {version}; there are 1 to {len(every)}")


@app.command("versions")
def versions(community: CommunityOption, format_: FormatOption = None) -> None:
    """Every published version: from when it holds, and who published it."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rows = [
                (
                    one.fact.version,
                    write_time(one.fact.effective_from) if one.fact.effective_from is not None else "",
                    write_time(one.recorded_at),
                    one.fact.by or LEDGER_SOURCE,  # the first comes with the community
                    one.fact.note,
                )
                for one in await publications(ledger.database, found.id)
            ]
        write_rows(("version", "effective_from", "published_at", "by", "note"), rows, format_)

    run(work())


@app.command("diff")
def diff(
    file: FileArgument,
    community: CommunityOption,
    version: Annotated[int | None, typer.Option(help="Compare with this version; default: the latest.")] = None,
    format_: FormatOption = None,
) -> None:
    """What a draft changes of a published version, value by value."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            before = await _text(ledger, found, version)
        rows = [(one.path, one.before or "", one.after or "") for one in changes(before, file.read_text("utf-8"))]
        write_rows(("path", "before", "after"), rows, format_)

    run(work())


@app.command("publish")
def publish(
    file: FileArgument,
    community: CommunityOption,
    since: Annotated[
        str | None,
        typer.Option("--from", help="A time or date; in the past, differences are posted. Default: from now."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why, for those who read the versions.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before posting differences.")] = False,
) -> None:
    """Put a rulebook in force, if its examples hold. From a past date on, the differences are posted as entries."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            text = file.read_text("utf-8")
            effective_from = _since(since, read(text).community.tz)
            if effective_from is not None and effective_from < ledger.clock() and not yes:
                raise Stop("this changes the past: look with `ledger simulate --from …`, then add --yes")
            draft = Draft(text, effective_from, note=note, by="cli")
            with progress("publishing") as told:
                answer = await publish_draft(ledger, found, draft, progress=told)
            if isinstance(answer, Refusal):
                raise Stop(render(f"refusal.{answer.code}", DEFAULT_LOCALE, **_parameters(answer)))
        typer.echo(f"version {answer.version} is published at position {answer.position}")
        if answer.corrections:
            typer.echo(f"{answer.corrections} decisions of the past were corrected")

    run(work())


def _parameters(refusal: Refusal) -> dict[str, object]:
    return {name: getattr(refusal, name) for name in refusal.__struct_fields__}


@tiers.command("run")
def tier_run(
    community: CommunityOption,
    dry: Annotated[bool, typer.Option("--dry-run", help="Show the next run; write nothing.")] = False,
    on: Annotated[str | None, typer.Option(help="With --dry-run: the run of this local date.")] = None,
    format_: FormatOption = None,
) -> None:
    """Do what is due now: daily tier runs, and expiries and releases of points. Or show it with --dry-run."""
    if on is not None and not dry:
        raise Stop("--on goes with --dry-run: a run is done when it is due")

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            if not dry:
                with progress("settling") as told:
                    batches = await sweep(ledger.database, ledger.writer, found, ledger.clock, progress=told)
                typer.echo("nothing was due" if not batches else "all that was due is done")
                return
            with progress("judging") as told:
                try:
                    result = await tier_runs.preview(ledger, found, on=_day(on), progress=told)
                except tier_runs.DayTooFar as error:
                    raise Stop(str(error)) from None
            names = await all_names(ledger.database, found.id)
        errors.print(f"The run of {result.day} would move {len(result.changes)} members.")
        rows = [
            (names.get(one.member, ""), one.ladder, one.before or "", one.after or "") for one in result.changes
        ]
        write_rows(("member", "ladder", "before", "after"), rows, format_)

    run(work())


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stop(f"{text!r} is no date: expected one such as 2026-11-23") from None
