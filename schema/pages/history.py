"""What happened to a member's points, newest first: what came and why on one line, the rest folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from zoneinfo import ZoneInfo

from ledger.core.calendar import moment
from ledger.core.events import decisions
from ledger.core.lines import Line, amount
from ledger.core.outcomes import Decision
from ledger.core.values import MemberId, Micros, Position
from ledger.core.violations import ViolationConfirmed, ViolationLifted
from ledger.service.ledger import Ledger
from ledger.service.links import SignedIn
from ledger.store.reads.journal import Stored, by_positions
from ledger.store.reads.members import latest_positions
from ledger.words.render import render
from schema.explaining import Called, sentences, told, written

SHOWN = 10


async def history(ledger: Ledger, signed: SignedIn, locale: str, before: int | None) -> str:
    """Return a page of events that concern the member; those that gave nothing are folded together after it."""
    place, now = signed.community, ledger.clock()
    found = await latest_positions(
        ledger.database, place.id, signed.member, first=SHOWN + 1, before=Position(before) if before else None
    )
    if not found and before is None:
        return f"<section><p>{escape(render('page.nothing_yet', locale))}</p></section>"
    events = await by_positions(ledger.database, place.id, found[:SHOWN])
    gave: list[str] = []
    nothing: list[str] = []
    for position in found[:SHOWN]:
        lines, called = await told(ledger, place, events[position], locale)
        fact = events[position].event.fact
        if isinstance(fact, ViolationConfirmed | ViolationLifted) and fact.member == signed.member:
            lines += written(events[position])  # a report's own note is for operators alone, and never here
        leads = list(_leads(events[position], called, signed.member, now=now))
        shown = _section(events[position], leads, lines, called, signed.member)
        (gave if leads else nothing).append(shown)
    return "".join([*gave, _folded("page.nothing", nothing, locale), _links(found, before, locale)])


def _section(one: Stored, leads: Sequence[str], lines: Sequence[Line], called: Called, member: MemberId) -> str:
    """Return an event: its moves of points, why, and folded what it was and what else it did."""
    header, *rest = sentences(one, lines, called)
    why: list[str] = []
    details = [header]
    for sentence, mine in zip(rest, _of(lines, member), strict=True):
        (why if mine else details).append(sentence)
    folded = (
        f"<details><summary>{escape(render('page.details', called.locale))}</summary>{_spelled(details)}</details>"
    )
    return f"<section>{''.join(leads)}{_spelled(why)}{folded}</section>"


def _of(lines: Iterable[Line], member: MemberId) -> Iterator[bool]:
    """Say of each line whether it tells what was decided of a member; indented ones go with the one above."""
    mine = False
    for line in lines:
        if not line.depth:
            mine = line.code.startswith(("decision.", "tier.")) and line.parameters.get("member") == member
        yield mine


def _spelled(sentences: Iterable[str]) -> str:
    return "".join(f'<p class="{"step" if one.startswith(" ") else "line"}">{escape(one)}</p>' for one in sentences)


def _leads(one: Stored, called: Called, member: MemberId, *, now: Micros) -> Iterator[str]:
    """Yield what came or went, and for what: `+8 Sharing · 26 Nov 14:05`."""
    for made in decisions(one.event):
        if made.member != member or not (moved := made.granted or made.pending or -made.held):
            continue
        code = "page.entry" if made.granted else "page.entry.waits" if made.pending else "page.entry.held"
        points = f"<b>{_points(made, moved, called)}</b>"
        what = escape(render(f"reason.{made.kind.value}", called.locale, rule=called.rule(made.rule)))
        at = escape(_when(made.dated or one.event.occurred_at, called, now=now))
        yield f'<p class="lead">{render(code, called.locale, points=points, what=what, at=at)}</p>'


def _points(made: Decision, moved: int, called: Called) -> str:
    """Return by how much points moved; of another unit than the first, with its name."""
    first, *others = called.rulebook.units
    unit = next((one for one in others if one.code == made.unit), first)
    points = f"{'+' if moved > 0 else '−'}{amount(abs(moved), unit.scale)}"
    return points if unit is first else f"{points} {escape(called.speech.unit(unit.code))}"


def _when(at: Micros, called: Called, *, now: Micros) -> str:
    """Return the community's local time as the language writes it, with the year where it is another one."""
    zone = ZoneInfo(called.rulebook.community.tz)
    local = moment(at).astimezone(zone)
    code = "page.when" if local.year == moment(now).astimezone(zone).year else "page.when.year"
    month = render("page.months", called.locale).split(",")[local.month - 1]
    return render(code, called.locale, year=local.year, month=month, day=local.day, time=f"{local:%H:%M}")


def _folded(code: str, sections: Sequence[str], locale: str) -> str:
    if not sections:
        return ""
    summary = escape(render(code, locale, number=len(sections)))
    return f"<section><details><summary>{summary}</summary>{''.join(sections)}</details></section>"


def _links(found: Sequence[Position], before: int | None, locale: str) -> str:
    """Return the ways to older events, and back to the newest."""
    links = [("/", "page.newest")] if before is not None else []
    if len(found) > SHOWN:
        links.append((f"/?before={found[SHOWN - 1]}", "page.older"))
    spelled = [f'<a href="{where}">{escape(render(code, locale))}</a>' for where, code in links]
    return f"<nav>{' '.join(spelled)}</nav>" if links else ""
