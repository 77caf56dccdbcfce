"""`ledger activities`: what happens when, and what an operator puts on the agenda."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.core.calendar import moment
from ledger.core.rhythm.activities import ActivityTerms, CancelActivity, ScheduleActivity
from ledger.core.rulebook.schedule import Occurrence
from ledger.core.values import DAY, MINUTE, Micros
from ledger.service.agenda import YEARS, agenda, whole_rule, wrong_rule
from ledger.store.reads.activities import gatherings, scheduled
from ledger.words.progress import Speech
from ledger.words.render import DEFAULT_LOCALE
from schema.cli.opening import CommunityOption, Stop, current_rulebook, errors, opened_community, run
from schema.cli.output import Cell, FormatOption, write_rows
from schema.cli.telling import BY, tell
from schema.cli.texts import by_language
from schema.intake.cloudevents import read_time, write_time

LONGEST_CODE = 64
MOST = 2**31 - 1
"""What a GraphQL client can be told of."""

app = typer.Typer(help="Activities: the agenda, and what is put on it.", no_args_is_help=True)


@app.command("list")
def list_(
    community: CommunityOption,
    days: Annotated[int, typer.Option(min=1, max=100, help="How many days from now on.")] = 14,
    cancelled: Annotated[bool, typer.Option("--cancelled", help="Cancelled ones, too.")] = False,
    format_: FormatOption = None,
) -> None:
    """What happens from now on, in order."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            rulebook, now = await current_rulebook(ledger, found), ledger.clock()
            series = await scheduled(ledger.database, found.id)
            terms = [one.terms for one in series if cancelled or not one.cancelled]
            planned = agenda(rulebook, terms, now, Micros(now + days * DAY))
            known = await gatherings(ledger.database, found.id, [one.occurrence.id for one in planned])
        off = {one.terms.code for one in series if one.cancelled}
        speech, rows = Speech(rulebook, DEFAULT_LOCALE), list[tuple[Cell, ...]]()
        for one in planned:
            at, gathering = one.occurrence, known.get(one.occurrence.id)
            is_off = at.series in off or (gathering is not None and gathering.cancelled > 0)
            if is_off and not cancelled:
                continue
            title = speech.called(one.names, at.series or at.activity)
            going = gathering.going if gathering is not None else 0
            capacity = "" if one.terms is None or one.terms.capacity is None else one.terms.capacity
            state = "cancelled" if is_off else ""
            rows.append((at.id, one.kind, title, write_time(at.start), write_time(at.end), going, capacity, state))
        write_rows(
            ("activity", "kind", "title", "starts_at", "ends_at", "going", "capacity", "state"), rows, format_
        )

    run(work())


@app.command("schedule")
def schedule(
    code: Annotated[str, typer.Argument(help="The series' name, for ever.")],
    community: CommunityOption,
    starts: Annotated[str, typer.Option(help="When it begins, or the first of it, such as 2026-11-28T12:00:00Z.")],
    minutes: Annotated[int, typer.Option(min=1, max=7 * 24 * 60, help="How long it takes.")] = 60,
    kind: Annotated[str, typer.Option(help="The rulebook's activity that rules take it for.")] = "",
    title: Annotated[
        list[str] | None, typer.Option(help="LANGUAGE=TEXT, such as en=Walk; once a language.")
    ] = None,
    rule: Annotated[str, typer.Option(help="RFC 5545, such as FREQ=WEEKLY; default: once.")] = "",
    capacity: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="How many may come; default: without end.")
    ] = None,
    min_tier: Annotated[str, typer.Option(help="The lowest level that may come.")] = "",
    url: Annotated[str, typer.Option(help="Where to join.")] = "",
) -> None:
    """Put an activity on the agenda, once or by a rule, and print its first occurrence."""
    at = read_time(starts)
    if at is None or moment(at).year not in YEARS:
        raise Stop(f"{starts!r} is no time: expected one such as 2026-11-28T12:00:00Z")

    async def zone() -> str:
        async with opened_community(community) as (ledger, found):
            return (await current_rulebook(ledger, found)).community.tz

    local = run(zone())
    whole = whole_rule(rule, at, local)
    if expected := wrong_rule(whole, at, local):
        raise Stop(f"{rule!r} is no rule for it: {expected}")
    if not 0 < len(code) <= LONGEST_CODE or "/" in code:
        raise Stop(f"{code!r} is no code: expected 1 to {LONGEST_CODE} characters without /")
    terms = ActivityTerms(
        code=code,
        kind=kind or code,
        starts_at=at,
        length=minutes * MINUTE,
        rule=whole,
        once=not rule,
        names=by_language(title) or {},
        capacity=capacity,
        min_tier=min_tier,
    )
    tell(community, ScheduleActivity(terms=terms, by=BY, join_url=url))
    typer.echo(Occurrence(activity=terms.kind, start=at, end=at, series=code).id)


@app.command("cancel")
def cancel(
    activity: Annotated[str, typer.Argument(help="A series' code, or one occurrence, as the list says.")],
    community: CommunityOption,
    reason: Annotated[str, typer.Option(help="Why, for people to read.")] = "",
) -> None:
    """Cancel one occurrence, or a whole series that was scheduled by command."""
    tell(community, CancelActivity(activity=activity, by=BY, reason=reason))
    errors.print(f"{activity} is cancelled.")
