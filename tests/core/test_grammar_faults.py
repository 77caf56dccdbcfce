"""Faults in what a rulebook says of rhythm, metrics and ladders, of budgets, and of all rules at once."""

from __future__ import annotations

import pytest

from ledger.service.rulebooks import read
from tests.core.test_rulebook_faults import HEAD, RULE, faults, found

WHEN = "rules:\n- {{id: r, event: e, amount: 1, when: {{c: {}}}}}\n"
LEVELS = "tiers: {{t: {{every: day@04:00, levels: [{{id: a}}, {}]}}}}\n"

SECTIONS = [
    # parameters, defaults
    ("parameters: [a]", ("WRONG_TYPE", 1, "parameters")),
    (HEAD + WHEN.format("{in: $good}") + "parameters: {good: []}", ("MISSING", 4, "parameters.good")),
    (HEAD + WHEN.format("{in: $good}") + "parameters: {good: {a: b}}", ("WRONG_TYPE", 4, "parameters.good")),
    (HEAD + WHEN.format("{in: $good}") + "parameters: {goood: [a]}", ("UNKNOWN_PARAMETER", 4, "parameters.goood")),
    (HEAD + RULE + "parameters: {good: [a]}", ("UNKNOWN_PARAMETER", 4, "parameters.good")),
    (HEAD + WHEN.format("{in: $good}") + "parameters: {good: a}", ("WRONG_TYPE", 3, "rules[0].when.c.in")),
    (HEAD + WHEN.format("{gte: $good}") + "parameters: {good: few}", ("WRONG_TYPE", 3, "rules[0].when.c.gte")),
    (HEAD + WHEN.format("{in: [$good, b]}"), ("WRONG_VALUE", 3, "rules[0].when.c.in[0]")),
    (HEAD + WHEN.format("{in: $}"), ("WRONG_VALUE", 3, "rules[0].when.c.in")),
    ("defaults: [a]", ("WRONG_TYPE", 1, "defaults")),
    ("defaults: {id: a}", ("UNKNOWN_KEY", 1, "defaults.id")),
    (HEAD + RULE + "defaults: {unit: gold}", ("UNKNOWN_UNIT", 4, "defaults.unit")),
    (HEAD + RULE + "defaults: {caps: [{points: 1, per: hour}]}", ("WRONG_VALUE", 4, "defaults.caps[0].per")),
    (HEAD + RULE + "defaults: {when: {n: {min: 3}}}", ("UNKNOWN_KEY", 4, "defaults.when.n.min")),
    # budgets
    ("budgets: [a]", ("WRONG_TYPE", 1, "budgets")),
    ("budgets: {a b: {points: 1}}", ("WRONG_VALUE", 1, "budgets.a b")),
    ("budgets: {b: {per: month}}", ("MISSING", 1, "budgets.b.points")),
    ("budgets: {b: {points: 0}}", ("WRONG_VALUE", 1, "budgets.b.points")),
    ("budgets: {b: {points: 1.5}}", ("WRONG_VALUE", 1, "budgets.b.points")),
    ("budgets: {b: {points: 1, per: object}}", ("WRONG_VALUE", 1, "budgets.b.per")),
    ("budgets: {b: {points: 1, partial: maybe}}", ("WRONG_TYPE", 1, "budgets.b.partial")),
    (HEAD + "budgets: {b: {points: 1, unit: gold}}", ("UNKNOWN_UNIT", 2, "budgets.b.unit")),
]

ACTIVITIES = [
    ("games", ("WRONG_TYPE", "")),
    ("{at: FREQ=DAILY, for: 1h}", ("MISSING", ".id")),
    ("{id: a, for: 1h}", ("MISSING", ".at")),
    ("{id: a, at: FREQ=DAILY}", ("MISSING", ".for")),
    ("{id: a, at: every day, for: 1h}", ("WRONG_VALUE", ".at")),
    ("{id: a, at: [FREQ=DAILY], for: 1h}", ("WRONG_TYPE", ".at")),
    ("{id: a, at: FREQ=DAILY, for: 60}", ("WRONG_TYPE", ".for")),
    ("{id: a, at: FREQ=DAILY, for: 0h}", ("WRONG_VALUE", ".for")),
    ("{id: a, at: FREQ=DAILY, for: 32d}", ("WRONG_VALUE", ".for")),
    ("{id: a, at: FREQ=DAILY, for: 1h, multiply: 2}", ("WRONG_TYPE", ".multiply")),
    ("{id: a, at: FREQ=DAILY, for: 1h, multiply: {q: 2}}", ("UNKNOWN_RULE", ".multiply.q")),
    ("{id: a, at: FREQ=DAILY, for: 1h, multiply: {r: -1}}", ("WRONG_VALUE", ".multiply.r")),
    ("{id: a, at: FREQ=DAILY, for: 1h, multiply: {r: much}}", ("WRONG_TYPE", ".multiply.r")),
    ("{id: night, at: FREQ=DAILY, for: 1h, multiply: {there: 2}}", ("TWICE", ".multiply.there")),
    ("{id: a, at: FREQ=DAILY, for: 1h, unlock: [q]}", ("UNKNOWN_RULE", ".unlock[0]")),
    ("{id: a, at: FREQ=DAILY, for: 1h, unlock: []}", ("MISSING", ".unlock")),
    ("{id: a, at: FREQ=DAILY, for: 1h, starts: today}", ("WRONG_TYPE", ".starts")),
    ("{id: a, at: FREQ=DAILY, for: 1h, starts: 2026-02-29}", ("WRONG_TYPE", ".starts")),
    ("{id: a, at: FREQ=DAILY, for: 1h, starts: 20260105}", ("WRONG_TYPE", ".starts")),
    ("{id: a, at: FREQ=DAILY, for: 1h, host: ann}", ("UNKNOWN_KEY", ".host")),
]

STREAKS = [
    ("weeks", ("WRONG_TYPE", "")),
    ("{per: day, from: [r], reward: {4: 1}}", ("MISSING", ".id")),
    ("{id: start, per: day, from: [r], reward: {4: 1}}", ("WRONG_VALUE", ".id")),
    ("{id: r, per: day, from: [r], reward: {4: 1}}", ("TWICE", ".id")),
    ("{id: s, from: [r], reward: {4: 1}}", ("MISSING", ".per")),
    ("{id: s, per: month, from: [r], reward: {4: 1}}", ("WRONG_VALUE", ".per")),
    ("{id: s, per: day, tz: UTC, from: [r], reward: {4: 1}}", ("WRONG_VALUE", ".tz")),
    ("{id: s, per: day, reward: {4: 1}}", ("MISSING", ".from")),
    ("{id: s, per: day, from: [q], reward: {4: 1}}", ("UNKNOWN_RULE", ".from[0]")),
    ("{id: s, per: day, from: [r], unit: gold, reward: {4: 1}}", ("UNKNOWN_UNIT", ".unit")),
    ("{id: s, per: day, from: [r]}", ("MISSING", ".reward")),
    ("{id: s, per: day, from: [r], reward: 10}", ("WRONG_TYPE", ".reward")),
    ("{id: s, per: day, from: [r], reward: {}}", ("MISSING", ".reward")),
    ("{id: s, per: day, from: [r], reward: {0: 1}}", ("WRONG_VALUE", ".reward.0")),
    ("{id: s, per: day, from: [r], reward: {10001: 1}}", ("WRONG_VALUE", ".reward.10001")),
    ("{id: s, per: day, from: [r], reward: {four: 1}}", ("WRONG_TYPE", ".reward.four")),
    ("{id: s, per: day, from: [r], reward: {4: 0}}", ("WRONG_VALUE", ".reward.4")),
    ("{id: s, per: day, from: [r], reward: {4: 1.5}}", ("WRONG_VALUE", ".reward.4")),
    ("{id: s, per: day, from: [r], reward: {4: 1, +4: 2}}", ("TWICE", ".reward.+4")),
    ("{id: s, per: day, from: [r], reward: {4: 1}, freezes: 2}", ("WRONG_TYPE", ".freezes")),
    ("{id: s, per: day, from: [r], reward: {4: 1}, freezes: {every: 7}}", ("MISSING", ".freezes.hold")),
    ("{id: s, per: day, from: [r], reward: {4: 1}, freezes: {hold: 7}}", ("MISSING", ".freezes.every")),
    (
        "{id: s, per: day, from: [r], reward: {4: 1}, freezes: {every: 0, hold: 2}}",
        ("WRONG_VALUE", ".freezes.every"),
    ),
    (
        "{id: s, per: day, from: [r], reward: {4: 1}, freezes: {every: 7, hold: 101}}",
        ("WRONG_VALUE", ".freezes.hold"),
    ),
]

ACCRUALS = [
    ("visits", ("WRONG_TYPE", "")),
    ("{sum: n, amount: 1}", ("MISSING", ".id")),
    ("{id: r, sum: n, amount: 1}", ("TWICE", ".id")),
    ("{id: start, sum: n, amount: 1}", ("WRONG_VALUE", ".id")),
    ("{id: a, amount: 1}", ("MISSING", ".sum")),
    ("{id: a, sum: data.n, amount: 1}", ("WRONG_VALUE", ".sum")),
    ("{id: a, sum: [n], amount: 1}", ("WRONG_TYPE", ".sum")),
    ("{id: a, sum: n}", ("MISSING", ".amount")),
    ("{id: a, sum: n, per: week, amount: 1}", ("WRONG_VALUE", ".per")),
    ("{id: a, sum: n, unit: gold, amount: 1}", ("UNKNOWN_UNIT", ".unit")),
    ("{id: a, sum: n, event: [], amount: 1}", ("MISSING", ".event")),
    ("{id: a, sum: n, event: [e, e], amount: 1}", ("TWICE", ".event[1]")),
    ("{id: a, sum: n, gte: 0, amount: 1}", ("WRONG_VALUE", ".gte")),
    ("{id: a, sum: n, gte: 1.5, amount: 1}", ("WRONG_TYPE", ".gte")),
    ("{id: a, sum: n, amount: some}", ("WRONG_TYPE", ".amount")),
    ("{id: a, sum: n, amount: [1]}", ("WRONG_TYPE", ".amount")),
    ("{id: a, sum: n, amount: 0}", ("WRONG_VALUE", ".amount")),
    ("{id: a, sum: n, amount: 0.5}", ("WRONG_VALUE", ".amount")),
    ("{id: a, sum: n, amount: {per: 100}}", ("MISSING", ".amount.from")),
    ("{id: a, sum: n, amount: {from: data.n}}", ("WRONG_VALUE", ".amount.from")),
    ("{id: a, sum: n, amount: {from: sum, per: 0}}", ("WRONG_VALUE", ".amount.per")),
    ("{id: a, sum: n, amount: {from: sum, percent: 5}}", ("UNKNOWN_KEY", ".amount.percent")),
    ("{id: a, sum: n, amount: 1, when: {tier: old}}", ("WRONG_VALUE", ".when.tier")),
    ("{id: a, sum: n, amount: 1, when: {not_self: actor}}", ("WRONG_VALUE", ".when.not_self")),
]

METRICS = [
    ("m: likes", ("WRONG_TYPE", "m")),
    ("m: {sum: n}", ("MISSING", "m.event")),
    ("m: {event: []}", ("MISSING", "m.event")),
    ("m m: {event: e}", ("WRONG_VALUE", "m m")),
    ("active_days: {event: e}", ("WRONG_VALUE", "active_days")),
    ("m: {event: e, by: answer.autor}", ("WRONG_VALUE", "m.by")),
    ("m: {event: e, sum: data.n}", ("WRONG_VALUE", "m.sum")),
    ("m: {event: e, sum: n, distinct: day}", ("WRONG_VALUE", "m.distinct")),
    ("m: {event: e, distinct: object.author}", ("WRONG_VALUE", "m.distinct")),
    ("m: {event: e, per: 0}", ("WRONG_VALUE", "m.per")),
    ("m: {event: e, when: {member_for: {gte: 1d}}}", ("WRONG_VALUE", "m.when.member_for")),
    ("m: {event: e, undo_on: [{match: [actor]}]}", ("MISSING", "m.undo_on[0].event")),
    ("m: {event: e, names: {en: [M]}}", ("WRONG_TYPE", "m.names.en")),
    ("m: {event: e, unless: {n: 1}}", ("UNKNOWN_KEY", "m.unless")),
]

MARKS = [
    ("points", ("WRONG_TYPE", "")),
    ("{gte: 1}", ("MISSING", ".metric")),
    ("{metric: likes, gte: 1}", ("UNKNOWN_METRIC", ".metric")),
    ("{metric: gold.earned, gte: 1}", ("UNKNOWN_METRIC", ".metric")),
    ("{metric: points.net, gte: 1}", ("UNKNOWN_METRIC", ".metric")),
    ("{metric: topics, gte: 1}", ("WRONG_VALUE", ".metric")),
    ("{metric: active_days}", ("MISSING", "")),
    ("{metric: active_days, gte: 1, lt: 5}", ("MISSING", "")),
    ("{metric: active_days, equals: 1, gte: 2}", ("UNKNOWN_KEY", ".equals")),
    ("{metric: active_days, min: 1, gte: 2}", ("UNKNOWN_KEY", ".min")),
    ("{metric: active_days, gte: 1.5}", ("WRONG_TYPE", ".gte")),
    ("{metric: active_days, gte: -1}", ("WRONG_VALUE", ".gte")),
    ("{metric: active_days, gte: {percent: 5, of: community.topics}}", ("WRONG_TYPE", ".gte")),
    ("{metric: points.earned, gte: 1.5}", ("WRONG_VALUE", ".gte")),
    ("{metric: coins.earned, gte: 1.505}", ("WRONG_VALUE", ".gte")),
    ("{metric: member_for, gte: 14}", ("WRONG_TYPE", ".gte")),
    ("{metric: active_days, in: 90, gte: 1}", ("WRONG_TYPE", ".in")),
    ("{metric: active_days, in: 1y, gte: 1}", ("WRONG_TYPE", ".in")),
    ("{metric: active_days, in: 401d, gte: 1}", ("WRONG_VALUE", ".in")),
    ("{metric: active_days, in: 14mo, gte: 1}", ("WRONG_VALUE", ".in")),
    ("{metric: member_for, in: 90d, gte: 14d}", ("WRONG_VALUE", ".in")),
    ("{metric: points.balance, in: 90d, gte: 1}", ("WRONG_VALUE", ".in")),
    ("{metric: active_days, gte: 1, distinct: giver}", ("WRONG_VALUE", ".distinct")),
    ("{metric: points.earned, gte: 1, distinct: day}", ("WRONG_VALUE", ".distinct")),
    ("{metric: likes_received, gte: 1, distinct: object.id}", ("WRONG_VALUE", ".distinct")),
    ("{metric: active_days, gte: 1, hard: very}", ("WRONG_TYPE", ".hard")),
    ("{metric: posts_read, lt: {percent: 25, of: community.posts}}", ("WRONG_TYPE", ".lt")),
    ("{metric: posts_read, gte: {of: community.posts}}", ("MISSING", ".gte.percent")),
    ("{metric: posts_read, gte: {percent: 25}}", ("MISSING", ".gte.of")),
    ("{metric: posts_read, gte: {percent: 0, of: community.posts}}", ("WRONG_VALUE", ".gte.percent")),
    ("{metric: posts_read, gte: {percent: 101, of: community.posts}}", ("WRONG_VALUE", ".gte.percent")),
    ("{metric: posts_read, gte: {percent: 25, of: posts}}", ("WRONG_VALUE", ".gte.of")),
    ("{metric: posts_read, gte: {percent: 25, of: community.post}}", ("UNKNOWN_METRIC", ".gte.of")),
    ("{metric: posts_read, gte: {percent: 25, of: community.posts_read}}", ("WRONG_VALUE", ".gte.of")),
    ("{metric: posts_read, gte: {percent: 25, of: community.posts, at_most: 0}}", ("WRONG_VALUE", ".gte.at_most")),
    ("{any: []}", ("MISSING", ".any")),
    ("{any: [{none: [5]}]}", ("WRONG_TYPE", ".any[0].none[0]")),
    ("{any: [{metric: active_days, gte: 1}], or: []}", ("UNKNOWN_KEY", ".or")),
]

STEPS = [
    ("b", ("WRONG_TYPE", "")),
    ("{enter: manual}", ("MISSING", ".id")),
    ("{id: b}", ("MISSING", ".enter")),
    ("{id: a, enter: manual}", ("TWICE", ".id")),
    ("{id: b, enter: by_hand}", ("WRONG_VALUE", ".enter")),
    ("{id: b, enter: []}", ("WRONG_TYPE", ".enter")),
    ("{id: b, enter: {}}", ("MISSING", ".enter")),
    ("{id: b, enter: manual, stay: ever}", ("WRONG_VALUE", ".stay")),
    ("{id: b, enter: manual, stay: {}}", ("MISSING", ".stay")),
    ("{id: b, enter: manual, stay: [while]}", ("WRONG_TYPE", ".stay")),
    ("{id: b, enter: manual, stay: {low_water: 0}}", ("WRONG_VALUE", ".stay.low_water")),
    ("{id: b, enter: manual, stay: {low_water: 1.1}}", ("WRONG_VALUE", ".stay.low_water")),
    ("{id: b, enter: manual, stay: {low_water: half}}", ("WRONG_TYPE", ".stay.low_water")),
    ("{id: b, enter: manual, stay: {grace: 14}}", ("WRONG_TYPE", ".stay.grace")),
    ("{id: b, enter: manual, stay: {grace: 2h}}", ("WRONG_TYPE", ".stay.grace")),
    ("{id: b, enter: manual, stay: {min_stay: 3651d}}", ("WRONG_VALUE", ".stay.min_stay")),
    ("{id: b, enter: manual, stay: {warn_before: 7d}}", ("WRONG_VALUE", ".stay.warn_before")),
    ("{id: b, enter: manual, stay: {grace: 7d, warn_before: 8d}}", ("WRONG_VALUE", ".stay.warn_before")),
    ("{id: b, enter: manual, grants: []}", ("MISSING", ".grants")),
    ("{id: b, enter: manual, grants: [core]}", ("WRONG_VALUE", ".grants[0]")),
    ("{id: b, enter: manual, grants: ['group:']}", ("WRONG_VALUE", ".grants[0]")),
    ("{id: b, enter: manual, threshold: 5}", ("UNKNOWN_KEY", ".threshold")),
]


@pytest.mark.parametrize(("text", "fault"), SECTIONS)
def test_a_fault_in_a_section_is_named(text: str, fault: tuple[str, int, str]) -> None:
    assert found(text) == [fault]


@pytest.mark.parametrize(
    ("section", "text", "fault"),
    [
        *(("activities", *case) for case in ACTIVITIES),
        *(("streaks", *case) for case in STREAKS),
        *(("accruals", *case) for case in ACCRUALS),
    ],
)
def test_a_fault_in_what_comes_by_rhythm_is_named(section: str, text: str, fault: tuple[str, str]) -> None:
    """The rule `there` says what it is worth at `night` itself."""
    rules = RULE + "  - {id: there, event: e, amount: 1, multiply: {night: 2}}\n"
    night = "- {id: night, at: FREQ=DAILY, for: 1h}\n"
    before = HEAD + rules + ("" if "id: night" in text else f"activities:\n{night}")
    if section == "activities" and "id: night" not in text:
        assert found(f"{before}- {text}\n") == [(fault[0], 7, f"activities[1]{fault[1]}")]
    else:
        line = before.count("\n") + 2
        assert found(f"{before}{section}:\n- {text}\n") == [(fault[0], line, f"{section}[0]{fault[1]}")]


@pytest.mark.parametrize(("text", "fault"), METRICS)
def test_a_fault_in_a_metric_is_named(text: str, fault: tuple[str, str]) -> None:
    assert found(f"metrics:\n  {text}\n") == [(fault[0], 2, f"metrics.{fault[1]}")]


@pytest.mark.parametrize(("text", "fault"), MARKS)
def test_a_fault_in_a_mark_is_named(text: str, fault: tuple[str, str]) -> None:
    spelled = HEAD + LEVELS.format(f"{{id: b, enter: {{all: [{text}]}}}}")
    assert found(spelled) == [(fault[0], 2, f"tiers.t.levels[1].enter.all[0]{fault[1]}")]


@pytest.mark.parametrize(("text", "fault"), STEPS)
def test_a_fault_in_a_level_is_named(text: str, fault: tuple[str, str]) -> None:
    assert found(LEVELS.format(text)) == [(fault[0], 1, f"tiers.t.levels[1]{fault[1]}")]


def test_a_name_for_people_may_be_longer_than_a_word() -> None:
    (unit,) = read(f"units: {{points: {{names: {{en: {'x' * 200}}}}}}}\n").units
    assert len(unit.names["en"]) == 200


def test_stacking_is_one_of_three() -> None:
    assert found("stacking: lowest") == [("WRONG_VALUE", 1, "stacking")]


def test_what_stands_there_but_is_faulty_is_no_unknown_name_elsewhere() -> None:
    text = """\
units: {points: {}}
budgets: {gifts: {points: none}}
rules:
- {id: a, event: e, amount: x}
- {id: b, event: e, amount: 1, budget: gifts, only_in: [night], when: {tier: high}}
activities: [{id: night, at: FREQ=DAILY, for: long, unlock: [a]}]
streaks: [{id: s, per: day, from: [a, b], reward: {2: 1}}]
metrics: {m: {sum: n}}
tiers: {t: {every: day@04:00, levels: [{id: low}, {id: high, enter: {all: [{metric: m, gte: 1}]}, grants: [x]}]}}
"""
    assert found(text) == [
        ("WRONG_TYPE", 2, "budgets.gifts.points"),
        ("WRONG_TYPE", 4, "rules[0].amount"),
        ("WRONG_TYPE", 6, "activities[0].for"),
        ("MISSING", 8, "metrics.m.event"),
        ("WRONG_VALUE", 9, "tiers.t.levels[1].grants[0]"),
    ]


def test_a_fault_in_defaults_is_named_once_and_not_at_every_rule() -> None:
    text = (
        "units: {points: {}}\ndefaults: {when: {n: {gte: x}}, cooldown: soon}\nrules:\n"
        + "- {event: e, amount: 1, id: a}\n- {event: e, amount: 1, id: b}\n"
    )
    assert found(text) == [("WRONG_TYPE", 2, "defaults.cooldown"), ("WRONG_TYPE", 2, "defaults.when.n.gte")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("units: {points: {expire: {at: month_ende}}}\n", "month_end"),
        (WHEN.format("$good") + "parameters: {goood: a}\nunits: {p: {}}\n", "good"),
        (HEAD + "rules: [{id: a, event: e, amount: 1, pending: revew}]\n", "review"),
        (HEAD + "rules: [{id: a, event: e, amount: 1, budget: lunch}]\nbudgets: {launch: {points: 1}}\n", "launch"),
        (LEVELS.format("{id: b, enter: {all: [{metric: posts_red, gte: 1}]}}"), "posts_read"),
        (LEVELS.format("{id: b, enter: {all: [{metric: points.earnd, gte: 1}]}}"), "points.earned"),
        (LEVELS.format("{id: b, enter: manul}"), "manual"),
        ("stacking: hihgest\n", "highest"),
        (
            HEAD + RULE + "activities: [{id: a, at: FREQ=DAILY, for: 1h, multiply: {R: 2, rr: 2}}]\n",
            "r",
        ),
    ],
)
def test_a_misspelled_word_is_answered_with_what_was_meant(text: str, meant: str) -> None:
    assert meant in [fault.suggestion for fault in faults(text)]
