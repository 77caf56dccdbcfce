"""What a rule pays, in words; and calendar periods."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.core.formula import formula, formula_of, length, start_formula
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


def _ids(version: Version) -> list[str]:
    book = version.rulebook
    return [
        *(rule.id for rule in book.rules),
        *(one.id for one in book.streaks),
        *(one.id for one in book.accruals),
    ]


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
        ("formula.group", {"points": "30.00", "unit": "points", "per": "week", "group": "social", "by": ""}),
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


TIMED = """
preset: timed
units: {points: {scale: 1}}
budgets: {launch: {unit: points, points: 1000, per: month}}
cap_groups: {fresh: {unit: points, points: 5, per: day, rules: [share], tiers: [newcomer]}}
activities:
  - {id: share_day, at: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=20', for: 2h, multiply: {share: 2}}
  - {id: night, at: 'FREQ=DAILY;BYHOUR=21', for: 1h, multiply: {share: 1.5}, unlock: [game]}
stacking: compound
rules:
  - id: share
    event: share.posted
    amount: 8
    when: {tier: [newcomer, core], member_for: {gte: 36h, lt: 365d}, standing: [good, warned]}
    giver_weight: {newcomer: 0, core: 1.5}
    caps: [{count: 1, per: day, by: [actor, to], tiers: [newcomer]}, {points: 3, per: week, tiers: [core]}]
    budget: launch
    pending: 2h
  - {id: story, event: story.submitted, amount: 5, pending: review, enabled: false}
  - {id: game, event: game.won, amount: 1, only_in: [share_day]}
streaks:
  - {id: weeks, per: week, from: [share, story], reward: {4: 10, 12: 40.5}}
  - {id: days, per: day, from: [game], reward: {7: 1}, freezes: {every: 7, hold: 2}}
accruals:
  - {id: visit, per: day, sum: visits, amount: 1.5}
  - {id: read, per: day, sum: posts_read, gte: 5, amount: {from: sum, per: 100}, when: {private: false}}
tiers:
  circle:
    every: day@04:00
    levels: [{id: newcomer}, {id: core, enter: manual}]
"""


def _told(code: str) -> list[tuple[str, dict[str, object]]]:
    return [(line.code, line.parameters) for line in formula_of(_version(TIMED), code)]


def test_what_weighs_raises_limits_and_delays_a_grant_is_in_its_formula() -> None:
    assert _told("share") == [
        ("formula.fixed", {"points": "8.0", "unit": "points"}),
        ("formula.giver", {"weights": "newcomer × 0, core × 1.5"}),
        ("formula.multiply", {"factor": "2", "activity": "share_day"}),
        ("formula.multiply", {"factor": "1.5", "activity": "night"}),
        ("formula.stacking.compound", {}),
        ("formula.tier", {"levels": "newcomer, core", "ladder": "circle"}),
        ("formula.when", {"condition": "member_for ≥ 36h, member_for < 365d"}),
        ("formula.standing", {"standing": "good, warned"}),
        ("formula.cap.count", {"count": 1, "per": "day", "by": " (actor + to; newcomer)"}),
        ("formula.cap.points", {"points": "3.0", "unit": "points", "per": "week", "by": " (core)"}),
        (
            "formula.group",
            {"points": "5.0", "unit": "points", "per": "day", "group": "fresh", "by": " (newcomer)"},
        ),
        ("formula.budget", {"points": "1000.0", "unit": "points", "per": "month", "budget": "launch"}),
        ("formula.delay", {"length": "2h"}),
        ("formula.keeps", {"streak": "weeks"}),
    ]


def test_a_rule_says_that_it_waits_for_a_review_is_off_or_stands_in_an_activity() -> None:
    assert _told("story")[1:] == [
        ("formula.disabled", {}),
        ("formula.review", {}),
        ("formula.keeps", {"streak": "weeks"}),
    ]
    assert _told("game")[1:] == [
        ("formula.only_in", {"activities": "share_day, night"}),
        ("formula.keeps", {"streak": "days"}),
    ]


def test_a_streak_says_what_each_length_brings_and_what_keeps_it() -> None:
    assert _told("weeks") == [
        ("formula.streak.week", {"rewards": "4: 10.0, 12: 40.5", "unit": "points"}),
        ("formula.kept_by", {"rules": "share, story"}),
    ]
    assert _told("days") == [
        ("formula.streak.day", {"rewards": "7: 1.0", "unit": "points"}),
        ("formula.kept_by", {"rules": "game"}),
        ("formula.freezes", {"every": 7, "hold": 2}),
    ]


def test_a_sum_of_a_day_says_what_it_is_worth() -> None:
    assert _told("visit") == [
        ("formula.accrual.once", {"points": "1.5", "unit": "points"}),
        ("formula.accrual.least", {"field": "visits", "least": 1}),
    ]
    assert _told("read") == [
        ("formula.accrual.each", {"points": "1.0", "unit": "points", "each": 100, "field": "posts_read"}),
        ("formula.accrual.least", {"field": "posts_read", "least": 5}),
        ("formula.when", {"condition": "private = false"}),
    ]


def test_nothing_is_said_of_what_a_version_does_not_have() -> None:
    assert _told("nothing") == []


@pytest.mark.parametrize("stacking", ["highest", "add", "compound"])
@pytest.mark.parametrize("locale", LOCALES)
def test_all_of_it_can_be_said_in_every_language(locale: str, stacking: str) -> None:
    version = _version(TIMED.replace("stacking: compound", f"stacking: {stacking}"))
    for code in _ids(version):
        for line in formula_of(version, code):
            said = texts(locale)[line.code].format(**line.parameters)
            assert said.isascii() or locale != "en" or set(said) & set("≥×")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "2 points; weighed by the giver's level (newcomer × 0, ordinary × 1, core × 1.5)"),
        ("zh-CN", "2 points；按给予者的层级加权（newcomer × 0, ordinary × 1, core × 1.5）"),
    ],
)
def test_thanks_of_the_seed_circle_in_words(locale: str, said: str) -> None:
    version = _version(presets()["seed_circle"])
    lines = [line for line in formula_of(version, "thanked") if line.code in ("formula.fixed", "formula.giver")]
    rendered = [texts(locale)[line.code].format(**line.parameters) for line in lines]
    assert texts(locale)["formula.join"].join(rendered) == said


def test_a_start_is_told_in_whole_units() -> None:
    assert start_formula(_version(RULEBOOK).units["points"]).parameters == {"points": "1.50", "unit": "points"}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_of_every_preset_can_be_said(locale: str) -> None:
    for text in presets().values():
        version = _version(text)
        for code in _ids(version):
            for line in formula_of(version, code):
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
