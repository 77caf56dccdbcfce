"""`ledger explain`: why an event paid what it paid, and why not."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ledger.core.events import ContributionRecorded, decisions
from ledger.core.explain import Line
from ledger.core.explain import explain as explained
from ledger.core.values import MemberId, Micros
from ledger.store.reads.journal import Stored, by_key
from ledger.store.reads.names import names_of
from ledger.words.render import LOCALES, locale_of, render
from schema.cli.opening import CommunityOption, Stop, current_rulebook, opened_community, run
from schema.intake.cloudevents import write_time

LANG = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""


def explain(
    event_id: Annotated[str, typer.Argument(help="The event's id, as its sender gave it.")],
    community: CommunityOption,
    source: Annotated[str | None, typer.Option(help="Its source, where several sent this id.")] = None,
    lang: Annotated[str, typer.Option(help=f"{' or '.join(LOCALES)}; default: the shell's.")] = LANG,
) -> None:
    """Say what an event did, rule by rule: why this award, and why not that one."""

    async def work() -> None:
        async with opened_community(community) as (ledger, found):
            events = await by_key(ledger.database, found.id, event_id, source)
            if not events:
                raise Stop(f"there is no event {event_id!r} in {community}" + (f" from {source}" if source else ""))
            rulebook = await current_rulebook(ledger, found)
            scales = {unit.code: unit.scale for unit in rulebook.units}
            members = {member for one in events for member in members_of(one)}
            names = await names_of(ledger.database, found.id, sorted(members))
        for number, one in enumerate(events):
            if number:
                typer.echo()
            for sentence in sentences(one, scales, names, locale_of(lang)):
                typer.echo(sentence)

    run(work())


def members_of(one: Stored) -> set[MemberId]:
    """Return everybody an event's explanation names."""
    fact = one.event.fact
    if not isinstance(fact, ContributionRecorded):
        return set()
    named = {fact.actor, *fact.people.values(), *fact.joined, *(d.member for d in decisions(one.event))}
    return {member for member in named if member is not None}


def sentences(one: Stored, scales: dict[str, int], names: dict[MemberId, str], locale: str) -> list[str]:
    """Return an event's explanation in a language, line by line."""
    event = one.event
    header = Line(
        code="event.header",
        parameters={
            "type": event.type,
            "key": event.key,
            "source": event.source,
            "position": event.position,
            "occurred": write_time(event.occurred_at),
            "recorded": write_time(event.recorded_at),
        },
    )
    return [said(line, names, locale) for line in (header, *explained(event, scales))]


def said(line: Line, names: dict[MemberId, str], locale: str) -> str:
    """Return one line as a sentence, with members and instants named."""
    parameters = dict(line.parameters)
    if "member" in parameters:
        member = parameters["member"]
        known = names.get(MemberId(member)) if isinstance(member, int) else None
        parameters["member"] = known or render("nobody", locale)
    if isinstance(parameters.get("again"), int):
        parameters["again"] = write_time(Micros(int(str(parameters["again"]))))
    for side in ("before", "after"):
        if line.code.startswith("tier.") and parameters.get(side) is None:
            parameters[side] = render("tier.none", locale)
    return "  " * line.depth + render(line.code, locale, **parameters)
