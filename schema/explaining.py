"""Explanations as people read them: the same sentences on the command line, over HTTP and in GraphQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from ledger.core.books.goods import Perk
from ledger.core.books.perks import terms_of
from ledger.core.explain import explain as explained
from ledger.core.lines import Line
from ledger.core.perks.paying import perk_in, rule_of
from ledger.core.rulebook.grammar import CommunityPart, Rulebook
from ledger.core.values import MemberId, Micros
from ledger.core.violations import AboutViolation
from ledger.service.ledger import Ledger
from ledger.service.rulebooks import published
from ledger.store.directory import Community, keys_of
from ledger.store.reads.journal import Stored, private_part
from ledger.store.reads.names import names_of
from ledger.store.reads.redemptions import perks
from ledger.words.order import Order
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.intake.cloudevents import write_time

PEOPLE = ("member", "other")
"""Parameters that name members."""


NAMELESS = Rulebook(name="", community=CommunityPart(), units=())
"""A rulebook that calls nothing anything."""


class Called(NamedTuple):
    """What members, perks and all that a rulebook names are called in one language; what it lacks, by code."""

    locale: str
    members: Mapping[MemberId, str] = {}
    perks: Mapping[str, str] = {}
    rulebook: Rulebook = NAMELESS
    keys: Mapping[str, str] = {}

    @property
    def speech(self) -> Speech:
        """The rulebook spoken of."""
        return Speech(self.rulebook, self.locale)

    def member(self, number: object) -> str:
        """Return a member's name."""
        known = self.members.get(MemberId(number)) if isinstance(number, int) else None
        return known or render("former_member" if number else "nobody", self.locale)

    def by(self, who: str) -> str:
        """Return who did something: a member's name or a key's, or a tool as the log names it."""
        number = _number(who)
        return self.keys.get(who.removeprefix("key:"), who) if number is None else self.member(number)

    def perk(self, code: str) -> str:
        """Return a perk's title; without one it is named as entries name it."""
        return self.perks.get(code) or rule_of(code)

    def rule(self, code: str) -> str:
        """Return what a line of an account book is for: a rule by its name, a perk by its title."""
        perk = perk_in(code)
        return self.speech.rule(code) if perk is None else self.perk(perk)

    def house_rule(self, code: str) -> str:
        """Return what a house rule says."""
        return Order(self.rulebook, self.locale).rule(code)

    def activity(self, code: str) -> str:
        """Return what an activity is called, and when one of its times is; several that run at once are joined."""
        series, _, start = code.partition("/")
        name = " + ".join(self.speech.activity(one) for one in series.split("+"))
        return f"{name} {start}" if start else name


async def explanation(
    ledger: Ledger, community: Community, one: Stored, locale: str, *, operates: bool
) -> list[str]:
    """Return why an event paid what it paid, and why not; operators read what was written about violations too."""
    lines, called = await told(ledger, community, one, locale)
    return sentences(one, [*lines, *(written(one) if operates else ())], called)


def written(one: Stored) -> list[Line]:
    """Return what was written about a violation, while it is kept: for operators, and for whom it is about."""
    texts = private_part(one).get("texts") if isinstance(one.event.fact, AboutViolation) else None
    known = texts if isinstance(texts, dict) else {}
    lines = [Line(code=f"event.{name}", parameters={"text": known.get(name)}) for name in ("evidence", "note")]
    return [line for line in lines if line.parameters["text"]]


async def told(ledger: Ledger, community: Community, one: Stored, locale: str) -> tuple[list[Line], Called]:
    """Return an event's explanation as codes and parameters, and what all in it is called."""
    rulebook = (await published(ledger.database, community.id)).numbered(one.event.rulebook).rulebook
    lines = lines_of(one, rulebook)
    names = await names_of(ledger.database, community.id, people_in(lines))
    known = await perks(ledger.database, community.id) if any(_names_perk(line) for line in lines) else {}
    keys = await keys_of(ledger.database, community.id) if any(_names_key(line) for line in lines) else []
    called = {key.id: key.name for key in keys}
    return lines, Called(locale, names, titles(known, locale), rulebook, called)


def lines_of(one: Stored, rulebook: Rulebook) -> list[Line]:
    """Return an event's explanation as codes and parameters."""
    return list(explained(one.event, rulebook))


def people_in(lines: Iterable[Line]) -> list[MemberId]:
    """Return everybody that an explanation names, in order of number."""
    named = [line.parameters.get(name) for line in lines for name in PEOPLE]
    named += [_number(str(line.parameters.get("by", ""))) for line in lines]
    return sorted({MemberId(one) for one in named if isinstance(one, int) and one})


def titles(known: Mapping[str, Perk], locale: str) -> dict[str, str]:
    """Return what perks are called, by code: in the language, else in any other."""
    names = {code: terms_of(perk).names for code, perk in known.items()}
    return {code: one.get(locale) or next(iter(one.values())) for code, one in names.items() if one}


def _names_perk(line: Line) -> bool:
    return "perk" in line.parameters or perk_in(str(line.parameters.get("rule", ""))) is not None


def _names_key(line: Line) -> bool:
    return str(line.parameters.get("by", "")).startswith("key:")


def _number(by: str) -> MemberId | None:
    kind, _, number = by.partition(":")
    return MemberId(int(number)) if kind == "member" and number.isdecimal() else None


def sentences(one: Stored, lines: Iterable[Line], called: Called) -> list[str]:
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
    return [said(line, called) for line in (header, *lines)]


def said(line: Line, called: Called) -> str:
    """Return one line as a sentence, in the names of its language, with instants as people read them."""
    parameters = dict(line.parameters)
    for name in PEOPLE:
        if name in parameters:
            parameters[name] = called.member(parameters[name])
    for name, call in _calls(line, called).items():
        if parameters.get(name) is not None:
            parameters[name] = call(str(parameters[name]))
    if "status" in parameters:
        parameters["status"] = render(f"redemption.{parameters['status']}", called.locale)
    if isinstance(parameters.get("again"), int):
        parameters["again"] = write_time(Micros(int(str(parameters["again"]))))
    for side in ("before", "after"):
        if line.code.startswith("tier.") and parameters.get(side) is None:
            parameters[side] = render("tier.none", called.locale)
    return "  " * line.depth + render(line.code, called.locale, **parameters)


def _calls(line: Line, called: Called) -> dict[str, Callable[[str], str]]:
    """Return what says a line's parameters in names."""
    speech = called.speech
    calls = {
        "by": called.by,
        "perk": called.perk,
        "rule": called.rule,
        "house_rule": called.house_rule,
        "unit": speech.unit,
        "activity": called.activity,
        "offer": speech.offer,
        "task": speech.task,
    }
    if line.code.startswith("tier."):
        rank = partial(speech.rank, str(line.parameters["ladder"]))
        calls |= {"before": rank, "after": rank}
    return calls | ({"group": called.activity} if line.code == "step.activity" else {})
