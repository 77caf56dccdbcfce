"""Explanations as people read them: the same sentences on the command line, over HTTP and in GraphQL."""

from __future__ import annotations

from ledger.core.events import ContributionRecorded, decisions, joined
from ledger.core.explain import explain as explained
from ledger.core.lines import Line
from ledger.core.values import MemberId, Micros
from ledger.core.violations import AboutViolation
from ledger.service.ledger import Ledger
from ledger.service.rulebooks import current
from ledger.store.directory import Community
from ledger.store.reads.journal import Stored
from ledger.store.reads.names import names_of
from ledger.words.render import render
from schema.intake.cloudevents import write_time


async def explanation(ledger: Ledger, community: Community, one: Stored, locale: str) -> list[str]:
    """Return why an event paid what it paid, and why not, sentence by sentence."""
    rulebook = await current(ledger.database, community.id)
    scales = {unit.code: unit.scale for unit in rulebook.units}
    names = await names_of(ledger.database, community.id, sorted(members_of(one)))
    ranks = {ladder.code: [level.code for level in ladder.levels] for ladder in rulebook.ladders}
    return sentences(one, scales, names, locale, ranks)


def members_of(one: Stored) -> set[MemberId]:
    """Return everybody an event's explanation names."""
    named = {*joined(one.event), *(decision.member for decision in decisions(one.event))}
    if isinstance(one.event.fact, ContributionRecorded):
        named |= {one.event.fact.actor, *one.event.fact.people.values()}
    elif isinstance(one.event.fact, AboutViolation):
        named.add(one.event.fact.member)
    return {member for member in named if member is not None}


def sentences(
    one: Stored,
    scales: dict[str, int],
    names: dict[MemberId, str],
    locale: str,
    ranks: dict[str, list[str]],
) -> list[str]:
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
    return [said(line, names, locale) for line in (header, *explained(event, scales, ranks))]


def said(line: Line, names: dict[MemberId, str], locale: str) -> str:
    """Return one line as a sentence, with members and instants named."""
    parameters = dict(line.parameters)
    if "member" in parameters:
        member = parameters["member"]
        known = names.get(MemberId(member)) if isinstance(member, int) else None
        parameters["member"] = known or render("former_member" if member else "nobody", locale)
    if isinstance(parameters.get("again"), int):
        parameters["again"] = write_time(Micros(int(str(parameters["again"]))))
    for side in ("before", "after"):
        if line.code.startswith("tier.") and parameters.get(side) is None:
            parameters[side] = render("tier.none", locale)
    return "  " * line.depth + render(line.code, locale, **parameters)
