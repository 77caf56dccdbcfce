"""Strike ladders and house rules as they are written: what each key means, and every fault by its path."""

from __future__ import annotations

import pytest

from ledger.core.rulebook.grammar import HouseRule, StrikeLadder, StrikeStep
from ledger.core.values import DAY, HOUR
from ledger.service.rulebooks import RulebookFaulty, read
from tests.core.strikes import ORDER

HEAD = "units: {points: {}, coins: {scale: 2}}\nrules: []\n"


def faults(text: str) -> list[tuple[str, str]]:
    """Return the code and path of every fault."""
    with pytest.raises(RulebookFaulty) as caught:
        read(HEAD + text)
    return [(fault.code, fault.path) for fault in caught.value.faults]


def test_the_seed_circles_order() -> None:
    book = read(HEAD + ORDER)
    assert book.strike_ladders == (
        StrikeLadder(
            code="conduct",
            steps=(StrikeStep(warn=True), StrikeStep(remove=True)),
            forget_after=180 * DAY,
            appeal=7 * DAY,
        ),
        StrikeLadder(
            code="spam",
            steps=(
                StrikeStep(warn=True),
                StrikeStep(warn=True, points=-5, unit="points", no_earning=24 * HOUR),
                StrikeStep(remove=True),
            ),
            forget_after=30 * DAY,
        ),
    )
    assert book.house_rules == (
        HouseRule(code="advert", ladder="conduct", names={"zh-CN": "不发广告", "en": "No adverts"}),
        HouseRule(code="rumour", ladder="conduct"),
        HouseRule(code="spam", ladder="spam"),
    )


def test_points_are_in_whole_units_of_the_unit_that_is_named() -> None:
    book = read(HEAD + "violations: {a: {steps: [{points: -1.25, unit: coins}, {points: -3}]}}\n")
    assert book.strike_ladders[0].steps == (
        StrikeStep(points=-125, unit="coins"),
        StrikeStep(points=-3, unit="points"),
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ladders: []", ("WRONG_TYPE", "ladders")),
        ("ladders: {a: {}}", ("MISSING", "ladders.a.steps")),
        ("ladders: {a: {steps: []}}", ("MISSING", "ladders.a.steps")),
        ("ladders: {a: {steps: [{}]}}", ("MISSING", "ladders.a.steps[0]")),
        ("ladders: {a: {steps: [{warn: true, ban: true}]}}", ("UNKNOWN_KEY", "ladders.a.steps[0].ban")),
        ("ladders: {a: {steps: [{warn: false}]}}", ("WRONG_VALUE", "ladders.a.steps[0].warn")),
        ("ladders: {a: {steps: [{warn: 1}]}}", ("WRONG_TYPE", "ladders.a.steps[0].warn")),
        ("ladders: {a: {steps: [{remove: false, warn: true}]}}", ("WRONG_VALUE", "ladders.a.steps[0].remove")),
        ("ladders: {a: {steps: [{points: 5}]}}", ("WRONG_VALUE", "ladders.a.steps[0].points")),
        ("ladders: {a: {steps: [{points: 0}]}}", ("WRONG_VALUE", "ladders.a.steps[0].points")),
        ("ladders: {a: {steps: [{points: -0.5}]}}", ("WRONG_VALUE", "ladders.a.steps[0].points")),
        ("ladders: {a: {steps: [{points: -5, unit: gold}]}}", ("UNKNOWN_UNIT", "ladders.a.steps[0].unit")),
        ("ladders: {a: {steps: [{warn: true, unit: coins}]}}", ("MISSING", "ladders.a.steps[0].points")),
        ("ladders: {a: {steps: [{no_earning: 0h}]}}", ("WRONG_VALUE", "ladders.a.steps[0].no_earning")),
        ("ladders: {a: {steps: [{no_earning: 24}]}}", ("WRONG_TYPE", "ladders.a.steps[0].no_earning")),
        ("ladders: {a: {steps: [{remove: true}, {warn: true}]}}", ("WRONG_VALUE", "ladders.a.steps[1]")),
        ("ladders: {a: {steps: [{warn: true}], forget_after: 6mo}}", ("WRONG_TYPE", "ladders.a.forget_after")),
        ("ladders: {a: {steps: [{warn: true}], appeal: never}}", ("WRONG_TYPE", "ladders.a.appeal")),
        ("ladders: {a: {steps: [{warn: true}], names: {en: A}}}", ("UNKNOWN_KEY", "ladders.a.names")),
        ("violations: {a: {}}", ("MISSING", "violations.a")),
        ("violations: {a: {ladder: b}}", ("UNKNOWN_LADDER", "violations.a.ladder")),
        ("violations: {a b: {steps: [{warn: true}]}}", ("WRONG_VALUE", "violations.a b")),
        ("violations: {a: {steps: [{warn: true}], names: {en: ''}}}", ("WRONG_TYPE", "violations.a.names.en")),
        (
            "ladders: {a: {steps: [{warn: true}]}}\nviolations: {a: {steps: [{warn: true}]}}",
            ("TWICE", "violations.a"),
        ),
        (
            "ladders: {a: {steps: [{warn: true}]}}\nviolations: {b: {ladder: a, appeal: 7d}}",
            ("WRONG_VALUE", "violations.b.appeal"),
        ),
    ],
)
def test_a_fault_is_named_by_its_path(text: str, fault: tuple[str, str]) -> None:
    assert faults(text + "\n") == [fault]


def test_what_violations_take_is_no_rules_name() -> None:
    text = "units: {points: {}}\nrules: [{id: penalty, event: e, amount: 1}]\n"
    with pytest.raises(RulebookFaulty) as caught:
        read(text)
    assert [(one.code, one.path) for one in caught.value.faults] == [("WRONG_VALUE", "rules[0].id")]
