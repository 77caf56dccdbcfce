"""Explains what was said about a violation: lines of a code and parameters, as all explanations."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.lines import Line
from ledger.core.violations import (
    AboutViolation,
    ViolationAppealed,
    ViolationConfirmed,
    ViolationDismissed,
    ViolationLifted,
    ViolationRecorded,
    ViolationUpheld,
)


def about_violation(fact: AboutViolation) -> Iterator[Line]:
    """Yield what was reported, found, said against it, or taken back."""
    match fact:
        case ViolationRecorded():
            yield Line(
                code="event.reported", parameters={"by": fact.by, "member": fact.member, "house_rule": fact.rule}
            )
        case ViolationConfirmed():
            yield from _struck(fact)
        case ViolationDismissed():
            yield Line(code="event.report_dismissed", parameters=_about(fact))
        case ViolationAppealed():
            yield Line(code="event.appealed", parameters={"member": fact.member, "of": fact.of})
        case ViolationUpheld():
            yield Line(code="event.upheld", parameters=_about(fact))
        case ViolationLifted():
            yield Line(code="event.lifted", parameters=_about(fact))


def _about(fact: ViolationDismissed | ViolationUpheld | ViolationLifted) -> dict[str, object]:
    return {"by": fact.by, "member": fact.member, "of": fact.of}


def _struck(fact: ViolationConfirmed) -> Iterator[Line]:
    who: dict[str, object] = {"member": fact.member}
    named = {"by": fact.by, "house_rule": fact.rule, "count": fact.count}
    yield Line(code="event.struck", parameters=who | named)
    yield Line(code=f"event.struck.{fact.action.value}", parameters=who)
    if fact.no_earning_until is not None:
        yield Line(code="event.struck.pause", parameters=who | {"again": fact.no_earning_until})
