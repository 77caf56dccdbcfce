"""`ledger violations`: who broke which house rule, and what becomes of it."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

import typer

from ledger.core.books.goods import Strike
from ledger.core.commands import Command, DecideAppeal, RecordViolation, ResolveViolation
from ledger.core.conduct import action_of, conduct_now, step_at
from ledger.core.refusals import Refusal
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.values import Micros, Position, identity
from ledger.core.violations import Action
from ledger.service.ledger import Ledger
from ledger.service.rulebooks import versions_of
from ledger.store.directory import Community
from ledger.store.reads import journal, violations
from ledger.store.reads.names import identities_of, member_by_identity, names_of
from ledger.store.reads.publications import publications
from ledger.store.reads.spans import Span
from ledger.store.reads.violations import Report, Which
from ledger.words.order import Order
from ledger.words.render import DEFAULT_LOCALE, render
from schema.cli.opening import CommunityOption, Stop, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.intake.cloudevents import write_time

app = typer.Typer(help="Violations of house rules: reports, strikes, what is lifted.", no_args_is_help=True)
PAGE = 100
BY = "cli"
Number = Annotated[int, typer.Argument(help="The report's number, as `ledger violations list` shows it.")]
Note = Annotated[str, typer.Option(help="Why, for the member to read.")]
COLUMNS = ("report", "member", "name", "rule", "count", "action", "will_be", "open", "reported_at", "resolved_at")


@app.command("list")
def list_(
    community: CommunityOption,
    open_only: Annotated[
        bool, typer.Option("--open", help="Only reports nobody decided, and open appeals.")
    ] = False,
    format_: FormatOption = None,
) -> None:
    """Every report, newest first, with what confirming it would bring now."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rows = await _rows(ledger, found, Which(open_only=open_only))
        write_rows(COLUMNS, rows, format_)

    run(work())


async def _rows(ledger: Ledger, community: Community, which: Which) -> list[tuple[Cell, ...]]:
    published = [one.fact for one in await publications(ledger.database, community.id)]
    versions, rows, after = versions_of(published), list[tuple[Cell, ...]](), None
    while True:
        reports = await violations.page(ledger.database, community.id, Span(PAGE, after), which=which)
        rows += await _page(ledger, community, versions, reports[:PAGE])
        if len(reports) <= PAGE:
            return rows
        after = (reports[PAGE - 1].position,)


async def _page(
    ledger: Ledger, community: Community, versions: Versions, reports: list[Report]
) -> list[tuple[Cell, ...]]:
    database, members = ledger.database, sorted({one.member for one in reports})
    stored = await journal.by_positions(database, community.id, [one.position for one in reports])
    names, handles = [await read(database, community.id, members) for read in (names_of, identities_of)]
    strikes = await violations.strikes(database, community.id, members)
    rows: list[tuple[Cell, ...]] = []
    for one in reports:
        found, event = one.found, stored[one.position].event
        law, known = versions.numbered(event.rulebook), strikes.get(one.member, ())
        number, will_be = (found.count, found.action) if found.action else _next(law, one, known, ledger.clock())
        resolved_at = write_time(found.resolved_at) if found.resolved_at is not None else ""
        state = (found.action, will_be, "yes" if found.open else "")
        who = (handles.get(one.member, ""), names.get(one.member, ""))
        rows.append((one.position, *who, found.rule, number, *state, write_time(event.occurred_at), resolved_at))
    return rows


def _next(law: Version, report: Report, strikes: tuple[Strike, ...], at: Micros) -> tuple[int, str]:
    ladder = law.strike_ladders[law.house_rules[report.found.rule].ladder]
    counted = conduct_now(strikes, at).counted
    number = 1 + sum(1 for one in counted if one.ladder == ladder.code)
    return number, action_of(step_at(ladder, number))


@app.command("record")
def record(
    member: Annotated[str, typer.Argument(help="Who broke it, as platform:id.")],
    rule: Annotated[str, typer.Argument(help="The house rule's code.")],
    community: CommunityOption,
    evidence: Annotated[str, typer.Option(help="What was seen; the member can read it.")] = "",
    note: Annotated[str, typer.Option(help="What only operators read.")] = "",
    key: Annotated[str | None, typer.Option(help="Your name for this report: the same again is the same.")] = None,
) -> None:
    """Report a violation. Nothing follows before it is confirmed."""

    async def work() -> Position:
        async with opened_community(community) as (ledger, found):
            who = identity(member, source="")
            number = await member_by_identity(ledger.database, found.id, who.platform, who.external_id)
            if number is None:
                raise Stop(f"there is no member {member!r}")
            command = RecordViolation(
                key=key or uuid4().hex, member=number, rule=rule, by=BY, evidence=evidence, note=note
            )
            return await _said(ledger, found, command)

    typer.echo(f"report {run(work())} is recorded; confirm or dismiss it by this number")


@app.command("confirm")
def confirm(report: Number, community: CommunityOption, note: Note = "") -> None:
    """Confirm a report as the step that its ladder brings now, and say what that is."""
    _resolve(report, community, None, note)


@app.command("dismiss")
def dismiss(report: Number, community: CommunityOption, note: Note = "") -> None:
    """Dismiss a report: nothing follows."""
    _resolve(report, community, Action.DISMISSED, note)


@app.command("lift")
def lift(report: Number, community: CommunityOption, note: Note = "") -> None:
    """Lift a confirmed violation: what it took is given back, what it withheld is granted as of its time."""
    _resolve(report, community, Action.LIFTED, note)


@app.command("uphold")
def uphold(report: Number, community: CommunityOption, note: Note = "") -> None:
    """Decide an appeal: what was confirmed stands. `lift` decides it the other way."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            await _said(ledger, found, DecideAppeal(position=Position(report), lifted=False, by=BY, note=note))

    run(work())
    typer.echo(f"report {report}: It stands; the appeal is decided.")


def _resolve(report: int, community: str, action: Action | None, note: str) -> None:
    async def work() -> str:
        async with opened_community(community) as (ledger, found):
            position = Position(report)
            await _said(ledger, found, ResolveViolation(position=position, action=action, by=BY, note=note))
            made = (await violations.at_positions(ledger.database, found.id, [position]))[position].found
            event = (await journal.by_positions(ledger.database, found.id, [position]))[position].event
            law = versions_of([one.fact for one in await publications(ledger.database, found.id)])
            order = Order(law.numbered(event.rulebook).rulebook, DEFAULT_LOCALE)
            return f"report {report}: {order.outcome(made, made.count)}"

    typer.echo(run(work()))


async def _said(ledger: Ledger, community: Community, command: Command) -> Position:
    [answer] = await ledger.writer.submit(community, [command])
    if isinstance(answer, Refusal):
        parameters = {name: getattr(answer, name) for name in answer.__struct_fields__}
        raise Stop(render(f"refusal.{answer.code}", DEFAULT_LOCALE, **parameters))
    return answer.position
