"""What a rule pays, in words; and calendar periods."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.core.formula import formula, length, start_formula
from ledger.core.periods import period_of
from ledger.core.rulebook.versions import Version
from ledger.core.values import DAY, HOUR, MINUTE, SECOND
from ledger.service.rulebooks import presets, read
from ledger.words.render import LOCALES, texts

RULEBOOK = """
preset: words
units: {points: {scale: 2, start: 1.5}, stars: {}}
creates: {opened: thread}
cap_groups: {social: {unit: points, points: 30, per: week, rules: [rich]}}
rules:
  - id: rich
    event: opened
    to: thread.author
    amount: {from: data.amount, percent: 12.5, negate: true}
    when:
      chars: {gte: 15, lt: 1000}
      wiki: false
      channel: {not_in: [bot, test]}
      tag: {in: [a]}
      n: {step: 50}
      not_self: [actor, helper]
    once_per: [member, thread]
    slot: [thread]
    cooldown: 90m
    caps: [{points: 5.25, per: day}, {count: 3, per: ever, by: [actor, to]}, {count: 1, per: object}]
  - {id: plain, event: plain, unit: stars, amount: -2}
  - {id: ranked, event: ranked, unit: stars, amount: {by_rank: [10, 6, 3]}}
  - {id: whole, event: whole, unit: stars, amount: {from: data.n}}
  - {id: third, event: third, unit: stars, amount: {from: data.n, percent: 33.3}}
"""


def _version(text: str) -> Version:
    return Version(1, None, read(text))


def _said(rule: str) -> list[tuple[str, dict[str, object]]]:
    version = _version(RULEBOOK)
    return [(line.code, line.parameters) for line in formula(version, version.rule[rule])]


def test_everything_a_rule_says_is_in_its_formula_in_order() -> None:
    assert _said("rich") == [
        ("formula.from_part", {"field": "amount", "percent": "-12.5", "unit": "points"}),
        ("formula.to", {"party": "thread.author"}),
        ("formula.when", {"condition": "chars ≥ 15, chars < 1000"}),
        ("formula.when", {"condition": "wiki = false"}),
        ("formula.when", {"condition": "channel ∉ {bot, test}"}),
        ("formula.when", {"condition": "tag ∈ {a}"}),
        ("formula.when", {"condition": "n ÷ 50"}),
        ("formula.not_self", {"party": "actor, helper"}),
        ("formula.once", {"things": "member, thread"}),
        ("formula.slot", {"things": "thread"}),
        ("formula.cooldown", {"length": "90m"}),
        ("formula.cap.points", {"points": "5.25", "unit": "points", "per": "day", "by": ""}),
        ("formula.cap.count", {"count": 3, "per": "ever", "by": " (actor + to)"}),
        ("formula.cap.count", {"count": 1, "per": "object", "by": ""}),
        ("formula.group", {"points": "30.00", "unit": "points", "per": "week", "group": "social"}),
    ]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("plain", ("formula.fixed", {"points": "-2", "unit": "stars"})),
        ("ranked", ("formula.by_rank", {"points": "10, 6, 3", "unit": "stars"})),
        ("whole", ("formula.from", {"field": "n", "percent": "100", "unit": "stars"})),
        ("third", ("formula.from_part", {"field": "n", "percent": "33.3", "unit": "stars"})),
    ],
)
def test_an_amount_is_told_as_it_is_written(rule: str, line: tuple[str, dict[str, object]]) -> None:
    assert _said(rule) == [line]


def test_a_start_is_told_in_whole_units() -> None:
    assert start_formula(_version(RULEBOOK).units["points"]).parameters == {"points": "1.50", "unit": "points"}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_of_every_preset_can_be_said(locale: str) -> None:
    for text in presets().values():
        version = _version(text)
        for rule in version.rulebook.rules:
            for line in formula(version, rule):
                assert texts(locale)[line.code].format(**line.parameters)
                assert f"per.{line.parameters.get('per', 'day')}" in texts(locale)


@pytest.mark.parametrize(
    ("micros", "spelled"),
    [(DAY, "1d"), (36 * HOUR, "36h"), (90 * MINUTE, "90m"), (61 * SECOND, "61s"), (7 * DAY, "7d")],
)
def test_a_length_is_told_in_the_largest_unit_that_divides_it(micros: int, spelled: str) -> None:
    assert length(micros) == spelled


@pytest.mark.parametrize(
    ("day", "per", "first_weekday", "start", "end"),
    [
        ("2026-11-25", "day", 0, "2026-11-25", "2026-11-25"),
        ("2026-11-25", "week", 0, "2026-11-23", "2026-11-29"),
        ("2026-11-25", "week", 6, "2026-11-22", "2026-11-28"),
        ("2026-11-22", "week", 6, "2026-11-22", "2026-11-28"),
        ("2024-02-10", "month", 0, "2024-02-01", "2024-02-29"),
        ("2026-12-31", "month", 0, "2026-12-01", "2026-12-31"),
        ("2026-11-25", "quarter", 0, "2026-10-01", "2026-12-31"),
        ("2026-01-01", "quarter", 0, "2026-01-01", "2026-03-31"),
        ("2026-11-25", "year", 0, "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_holds_its_day(day: str, per: str, first_weekday: int, start: str, end: str) -> None:
    found = period_of(date.fromisoformat(day), per=per, first_weekday=first_weekday)
    assert found == (date.fromisoformat(start), date.fromisoformat(end))
