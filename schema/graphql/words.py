"""Sentences for codes: reasons, decisions, formulas and refusals, in the caller's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import asdict

from ledger.core.events import Event
from ledger.core.explain import explain_decision
from ledger.core.explain_why import unmet
from ledger.core.formula import formula, formula_of, start_formula
from ledger.core.lines import Line
from ledger.core.outcomes import Decision, EntryKind
from ledger.core.refusals import Refusal
from ledger.core.rulebook.grammar import Rule, Unit
from ledger.core.rulebook.versions import Version
from ledger.core.values import Micros
from ledger.core.violations import PENALTY
from ledger.service.differing import Change
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.explaining import Called, said
from schema.intake.cloudevents import write_time

INSTANTS = ("latest", "earliest", "until")
BUILT_IN = {"start": EntryKind.OPENING, "adjustment": EntryKind.ADJUSTMENT, PENALTY: EntryKind.PENALTY}
"""Rules that stand in no rulebook: what members begin with, and what is given or taken by hand."""


def refusal_message(code: str, locale: str, parameters: Mapping[str, object]) -> str:
    """Return a refusal as a sentence."""
    return render(f"refusal.{code}", locale, **parameters)


def shown_parameters(refusal: Refusal) -> dict[str, object]:
    """Return what a refusal names, instants as people read them."""
    return {
        name: write_time(Micros(value)) if name in INSTANTS else value for name, value in asdict(refusal).items()
    }


def rule_name(code: str, speech: Speech) -> str:
    """Return what a rule is called: one of the rulebook by its name there, or its id."""
    kind = BUILT_IN.get(code)
    return speech.rule(code) if kind is None else reason_label(kind, code, speech.locale)


def reason_label(kind: EntryKind, rule: str, locale: str) -> str:
    """Return why an entry stands there, in a few words."""
    return render(f"reason.{kind.value}", locale, rule=rule)


def formula_text(version: Version, code: str, unit: Unit | None, locale: str) -> str:
    """Return what a rule of a version pays, in words; nothing where the version does not have it."""
    lines: Iterable[Line] = ()
    if code in ("adjustment", PENALTY):
        lines = [Line(code=f"formula.{code}")]
    elif code == "start" and unit is not None:
        lines = [start_formula(unit)]
    else:
        lines = formula_of(version, code)
    return render("formula.join", locale).join(_formula_part(line, locale) for line in lines)


def amount_text(version: Version, rule: Rule, locale: str) -> str:
    """Return what a rule gives, in words, without conditions and limits."""
    return _formula_part(next(formula(version, rule)), locale)


def change_summary(change: Change, speech: Speech) -> str:
    """Return what a value of a rulebook was and is; a rule is called by its name."""
    section, _, rest = change.path.partition(".")
    code, _, what = rest.partition(".")
    path = f"{speech.rule(code)}: {what}" if section == "rules" and what else change.path
    code = "changed" if change.before is not None and change.after is not None else "added"
    code = "removed" if change.after is None else code
    return render(f"change.{code}", speech.locale, path=path, before=change.before, after=change.after)


def _formula_part(line: Line, locale: str) -> str:
    parameters = dict(line.parameters)
    if "per" in parameters:
        parameters["per"] = render(f"per.{parameters['per']}", locale)
    return render(line.code, locale, **parameters)


def explanation(event: Event, decision: Decision, scale: int, called: Called) -> str:
    """Return why a rule paid what it paid, and why not, in sentences."""
    lines = explain_decision(decision, scale, unmet(event, decision, called.rulebook))
    return " ".join(said(line, called).strip() for line in lines)


def step_labels(decision: Decision, scale: int, called: Called) -> list[str]:
    """Return what each step between wanted and granted did."""
    lines = [line for line in explain_decision(decision, scale) if line.code.startswith("step.")]
    return [said(line, called).strip() for line in lines]
