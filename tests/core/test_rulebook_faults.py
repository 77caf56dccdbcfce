"""A faulty rulebook is answered with every fault, each by line and path, and what was perhaps meant."""

from __future__ import annotations

import pytest

from ledger.core.rulebook.faults import Fault
from ledger.service.rulebooks import RulebookFaulty, read
from tests.shared import shared


def faults(text: str) -> list[Fault]:
    with pytest.raises(RulebookFaulty) as caught:
        read(text)
    return caught.value.faults


def found(text: str) -> list[tuple[str, int, str]]:
    return [(fault.code, fault.line, fault.path) for fault in faults(text)]


HEAD = "units: {points: {}, coins: {scale: 2}}\n"
RULE = "rules:\n  - {id: r, event: e, amount: 1}\n"

SECTIONS = [
    # the whole
    ("", ("MISSING", 1, "")),
    ("# only a comment\n", ("MISSING", 1, "")),
    ("just words", ("WRONG_TYPE", 1, "")),
    ("- a list", ("WRONG_TYPE", 1, "")),
    ("---\n", ("WRONG_TYPE", 2, "")),
    (HEAD + "rule: []\n", ("UNKNOWN_KEY", 2, "rule")),
    (RULE, ("MISSING", 1, "units")),
    ("units: {}\n" + RULE, ("MISSING", 1, "units")),
    (HEAD + "rules:\n", ("WRONG_TYPE", 2, "rules")),
    (HEAD + "rules: {}\n", ("WRONG_TYPE", 2, "rules")),
    (HEAD + "rules: [pay everybody]\n", ("WRONG_TYPE", 2, "rules[0]")),
    # community
    ("community: {tz: Mars/Olympus}", ("WRONG_VALUE", 1, "community.tz")),
    ("community: {week_start: monday}", ("WRONG_VALUE", 1, "community.week_start")),
    ("community: {accept_late: 7}", ("WRONG_TYPE", 1, "community.accept_late")),
    ("community: {accept_late: 1mo}", ("WRONG_TYPE", 1, "community.accept_late")),
    ("community: {accept_late: 99999d}", ("WRONG_VALUE", 1, "community.accept_late")),
    # units
    ("units: {points: }", ("WRONG_TYPE", 1, "units.points")),
    ("units: {my points: {}}", ("WRONG_VALUE", 1, "units.my points")),
    ("units: {points: {scale: 7}}", ("WRONG_VALUE", 1, "units.points.scale")),
    ("units: {points: {scale: -1}}", ("WRONG_VALUE", 1, "units.points.scale")),
    ("units: {points: {scale: 1.5}}", ("WRONG_TYPE", 1, "units.points.scale")),
    ("units: {points: {floor: none}}", ("WRONG_TYPE", 1, "units.points.floor")),
    ("units: {points: {floor: 0.5}}", ("WRONG_VALUE", 1, "units.points.floor")),
    ("units: {points: {scale: 1, floor: 0.25}}", ("WRONG_VALUE", 1, "units.points.floor")),
    ("units: {points: {start: -1}}", ("WRONG_VALUE", 1, "units.points.start")),
    ("units: {points: {start: {on: joined}}}", ("MISSING", 1, "units.points.start.amount")),
    ("units: {points: {start: {amount: 1, on: join}}}", ("WRONG_VALUE", 1, "units.points.start.on")),
    ("units: {points: {claw: clipped}}", ("WRONG_VALUE", 1, "units.points.claw")),
    ("units: {points: {spendable: maybe}}", ("WRONG_TYPE", 1, "units.points.spendable")),
    ("units: {points: {expire: 90d}}", ("WRONG_TYPE", 1, "units.points.expire")),
    ("units: {points: {expire: {notice: 7d}}}", ("MISSING", 1, "units.points.expire")),
    ("units: {points: {expire: {after: 90d, at: year_end}}}", ("MISSING", 1, "units.points.expire")),
    ("units: {points: {expire: {after: 3mo}}}", ("WRONG_TYPE", 1, "units.points.expire.after")),
    ("units: {points: {expire: {after: 12h}}}", ("WRONG_TYPE", 1, "units.points.expire.after")),
    ("units: {points: {expire: {after: 0d}}}", ("WRONG_VALUE", 1, "units.points.expire.after")),
    ("units: {points: {expire: {after: 36501d}}}", ("WRONG_VALUE", 1, "units.points.expire.after")),
    ("units: {points: {expire: {at: week_end}}}", ("WRONG_VALUE", 1, "units.points.expire.at")),
    ("units: {points: {expire: {after: 90d, spend: oldest}}}", ("WRONG_VALUE", 1, "units.points.expire.spend")),
    ("units: {points: {expire: {after: 9d, notice: 10d}}}", ("WRONG_VALUE", 1, "units.points.expire.notice")),
    ("units: {points: {expire: {after: 9d, befor: 1d}}}", ("UNKNOWN_KEY", 1, "units.points.expire.befor")),
    ("units: {points: {names: Points}}", ("WRONG_TYPE", 1, "units.points.names")),
    ("units: {points: {names: {EN: Points}}}", ("WRONG_VALUE", 1, "units.points.names.EN")),
    ("units: {points: {names: {en: }}}", ("WRONG_TYPE", 1, "units.points.names.en")),
    ("units: {points: {names: {en: [a]}}}", ("WRONG_TYPE", 1, "units.points.names.en")),
    (f"units: {{points: {{names: {{en: {'x' * 201}}}}}}}", ("WRONG_VALUE", 1, "units.points.names.en")),
    # creates, undo
    ("creates: [a]", ("WRONG_TYPE", 1, "creates")),
    ("creates: {a: [b]}", ("WRONG_TYPE", 1, "creates.a")),
    ("undo:\n- {of: subject}", ("MISSING", 2, "undo[0].event")),
    ("undo:\n- {event: e, of: object}", ("WRONG_VALUE", 2, "undo[0].of")),
    (HEAD + RULE + "undo:\n- {event: e, rules: [q]}", ("UNKNOWN_RULE", 5, "undo[0].rules[0]")),
    (HEAD + RULE + "undo:\n- {event: e, rules: [start]}", ("UNKNOWN_RULE", 5, "undo[0].rules[0]")),
    (HEAD + RULE + "undo:\n- {event: e, rules: []}", ("MISSING", 5, "undo[0].rules")),
    ("undo:\n- {event: e, unless: {not_self: actor}}", ("WRONG_VALUE", 2, "undo[0].unless.not_self")),
    # cap groups
    (HEAD + RULE + "cap_groups: {g: {points: 5, rules: [r]}}", ("MISSING", 4, "cap_groups.g.per")),
    (HEAD + RULE + "cap_groups: {g: {per: day, rules: [r]}}", ("MISSING", 4, "cap_groups.g.points")),
    (HEAD + RULE + "cap_groups: {g: {points: 5, per: day}}", ("MISSING", 4, "cap_groups.g.rules")),
    (
        HEAD + RULE + "cap_groups: {g: {points: 5, per: day, rules: [x]}}",
        ("UNKNOWN_RULE", 4, "cap_groups.g.rules[0]"),
    ),
    (HEAD + RULE + "cap_groups: {g: {points: 5, per: day, rules: [r, r]}}", ("TWICE", 4, "cap_groups.g.rules[1]")),
    (HEAD + RULE + "cap_groups: {g: {points: 0, per: day, rules: [r]}}", ("WRONG_VALUE", 4, "cap_groups.g.points")),
    (HEAD + RULE + "cap_groups: {g: {points: 5, per: object, rules: [r]}}", ("WRONG_VALUE", 4, "cap_groups.g.per")),
    (
        HEAD + RULE + "cap_groups: {g: {unit: gold, points: 5, per: day, rules: [r]}}",
        ("UNKNOWN_UNIT", 4, "cap_groups.g.unit"),
    ),
    (
        HEAD + RULE + "cap_groups: {g: {unit: coins, points: 5, per: day, rules: [r]}}",
        ("WRONG_VALUE", 4, "cap_groups.g.rules[0]"),
    ),
    # quotas
    ("quotas:\n- {id: q, event: e}", ("MISSING", 2, "quotas[0]")),
    ("quotas:\n- {id: q, event: [], count: 1}", ("MISSING", 2, "quotas[0].event")),
    ("quotas:\n- {id: q, event: [e, e], count: 1}", ("TWICE", 2, "quotas[0].event[1]")),
    ("quotas:\n- {id: q, event: e, count: 0}", ("WRONG_VALUE", 2, "quotas[0].count")),
    ("quotas:\n- {id: q, event: e, open_at_once: 3}", ("MISSING", 2, "quotas[0].closed_by")),
    ("quotas:\n- {id: q, event: e, count: 3, closed_by: [f]}", ("WRONG_VALUE", 2, "quotas[0].closed_by")),
    ("quotas:\n- {id: q, event: e, count: 3, of: question}", ("WRONG_VALUE", 2, "quotas[0].of")),
    (
        "quotas:\n- {id: q, event: e, open_at_once: 3, closed_by: [f], per: day}",
        ("WRONG_VALUE", 2, "quotas[0].per"),
    ),
    ("quotas:\n- {id: q, event: e, count: 3, by: [member]}", ("WRONG_VALUE", 2, "quotas[0].by")),
    ("quotas:\n- {id: q, event: e, count: 3, per: minute}", ("WRONG_VALUE", 2, "quotas[0].per")),
    ("quotas:\n- {id: q, event: e, count: 3}\n- {id: q, event: f, count: 3}", ("TWICE", 3, "quotas[1].id")),
    # tiers
    ("tiers: {t: {measure: points.balance, levels: {a: 1}}}", ("MISSING", 1, "tiers.t.every")),
    ("tiers: {t: {every: event, levels: {a: 1}}}", ("MISSING", 1, "tiers.t.measure")),
    ("tiers: {t: {every: event, measure: points.balance}}", ("MISSING", 1, "tiers.t.levels")),
    ("tiers: {t: {every: week, measure: points.balance, levels: {a: 1}}}", ("WRONG_VALUE", 1, "tiers.t.every")),
    (
        "tiers: {t: {every: day@04:00, measure: points.balance, levels: {a: 1}}}",
        ("WRONG_TYPE", 1, "tiers.t.levels"),
    ),
    ("tiers: {t: {every: day@24:00, levels: [{id: a}]}}", ("WRONG_VALUE", 1, "tiers.t.every")),
    ("tiers: {t: {every: day@4:00, levels: [{id: a}]}}", ("WRONG_VALUE", 1, "tiers.t.every")),
    ("tiers: {t: {every: event, levels: [{id: a}]}}", ("WRONG_VALUE", 1, "tiers.t.every")),
    (
        "tiers: {t: {every: event, measure: points.balance, lockable: true, levels: {a: 1}}}",
        ("WRONG_VALUE", 1, "tiers.t.lockable"),
    ),
    ("tiers: {t: {every: day@04:00, lockable: maybe, levels: [{id: a}]}}", ("WRONG_TYPE", 1, "tiers.t.lockable")),
    (
        "tiers: {t: {every: day@04:00, measure: points.balance, levels: [{id: a}]}}",
        ("WRONG_VALUE", 1, "tiers.t.measure"),
    ),
    ("tiers: {t: {every: day@04:00, stay: while, levels: [{id: a}]}}", ("WRONG_VALUE", 1, "tiers.t.stay")),
    ("tiers: {t: {every: day@04:00, levels: []}}", ("MISSING", 1, "tiers.t.levels")),
    ("tiers: {t: {every: day@04:00, levels: [a]}}", ("WRONG_TYPE", 1, "tiers.t.levels[0]")),
    ("tiers: {t: {every: event, measure: points.spent, levels: {a: 1}}}", ("WRONG_VALUE", 1, "tiers.t.measure")),
    ("tiers: {t: {every: event, measure: points.balance, levels: {a: 1, b: 1}}}", ("TWICE", 1, "tiers.t.levels.b")),
    (
        "tiers: {t: {every: event, measure: points.balance, levels: {a: 1.5}}}",
        ("WRONG_VALUE", 1, "tiers.t.levels.a"),
    ),
    (
        "tiers: {t: {every: event, measure: points.balance, stay: ever, levels: {a: 1}}}",
        ("WRONG_VALUE", 1, "tiers.t.stay"),
    ),
    # leaderboards
    ("leaderboards:\n- {id: b}", ("MISSING", 2, "leaderboards[0].measure")),
    ("leaderboards:\n- {id: b, measure: points.balance}", ("WRONG_VALUE", 2, "leaderboards[0].measure")),
    (
        "leaderboards:\n- {id: b, measure: points.net, windows: [7d, soon]}",
        ("WRONG_VALUE", 2, "leaderboards[0].windows[1]"),
    ),
    ("leaderboards:\n- {id: b, measure: points.net, rank: best}", ("WRONG_VALUE", 2, "leaderboards[0].rank")),
    (
        "leaderboards:\n- {id: b, measure: points.net, exclude_rules: [x]}",
        ("UNKNOWN_RULE", 2, "leaderboards[0].exclude_rules[0]"),
    ),
    (
        "leaderboards:\n- {id: b, measure: points.net, exclude_groups: [group:staff]}",
        ("WRONG_VALUE", 2, "leaderboards[0].exclude_groups[0]"),
    ),
    (
        "leaderboards:\n- {id: b, measure: points.net, exclude_groups: []}",
        ("MISSING", 2, "leaderboards[0].exclude_groups"),
    ),
]

RULES = [
    ("{event: e, amount: 1}", ("MISSING", "id")),
    ("{id: x, event: e, amount: 1, caps: [5]}", ("WRONG_TYPE", "caps[0]")),
    ("{id: x, amount: 1}", ("MISSING", "event")),
    ("{id: x, event: e}", ("MISSING", "amount")),
    ("{id: start, event: e, amount: 1}", ("WRONG_VALUE", "id")),
    ("{id: a b, event: e, amount: 1}", ("WRONG_VALUE", "id")),
    ("{id: a/b, event: e, amount: 1}", ("WRONG_VALUE", "id")),
    ("{id: ~, event: e, amount: 1}", ("WRONG_TYPE", "id")),
    ("{id: x, event: , amount: 1}", ("WRONG_TYPE", "event")),
    ("{id: x, event: e, amout: 1, amount: 1}", ("UNKNOWN_KEY", "amout")),
    ("{id: x, event: e, unit: gold, amount: 1}", ("UNKNOWN_UNIT", "unit")),
    ("{id: x, event: e, amount: many}", ("WRONG_TYPE", "amount")),
    ("{id: x, event: e, amount: 1.5}", ("WRONG_VALUE", "amount")),
    ("{id: x, event: e, unit: coins, amount: 1.505}", ("WRONG_VALUE", "amount")),
    ("{id: x, event: e, amount: 9007199254740992}", ("WRONG_VALUE", "amount")),
    ("{id: x, event: e, amount: 1e3}", ("WRONG_TYPE", "amount")),
    ("{id: x, event: e, amount: 0x10}", ("WRONG_TYPE", "amount")),
    ('{id: x, event: e, amount: "1"}', ("WRONG_TYPE", "amount")),
    ("{id: x, event: e, amount: {}}", ("WRONG_TYPE", "amount")),
    ("{id: x, event: e, amount: [1]}", ("WRONG_TYPE", "amount")),
    ("{id: x, event: e, amount: {by_rank: []}}", ("MISSING", "amount.by_rank")),
    ("{id: x, event: e, amount: {by_rank: [1], percent: 5}}", ("UNKNOWN_KEY", "amount.percent")),
    ("{id: x, event: e, amount: {from: amount}}", ("WRONG_VALUE", "amount.from")),
    ("{id: x, event: e, amount: {from: data.a.b}}", ("WRONG_VALUE", "amount.from")),
    ("{id: x, event: e, amount: {from: data.}}", ("WRONG_VALUE", "amount.from")),
    ("{id: x, event: e, amount: {from: data.a, percent: 0}}", ("WRONG_VALUE", "amount.percent")),
    ("{id: x, event: e, amount: {from: data.a, percent: 10001}}", ("WRONG_VALUE", "amount.percent")),
    ("{id: x, event: e, amount: {from: data.a, negate: -1}}", ("WRONG_TYPE", "amount.negate")),
    ("{id: x, event: e, amount: {from: data.a, per: 100}}", ("UNKNOWN_KEY", "amount.per")),
    ("{id: x, event: e, amount: {from: sum}}", ("WRONG_VALUE", "amount.from")),
    ("{id: x, event: e, amount: 1, to: answer.autor}", ("WRONG_VALUE", "to")),
    ("{id: x, event: e, amount: 1, to: .author}", ("WRONG_VALUE", "to")),
    ("{id: x, event: e, amount: 1, to: [a]}", ("WRONG_TYPE", "to")),
    ("{id: x, event: e, amount: 1, cooldown: 60}", ("WRONG_TYPE", "cooldown")),
    ("{id: x, event: e, amount: 1, cooldown: 1w}", ("WRONG_TYPE", "cooldown")),
    ("{id: x, event: e, amount: 1, cooldown: 1.5h}", ("WRONG_TYPE", "cooldown")),
    ("{id: x, event: e, amount: 1, once_per: []}", ("MISSING", "once_per")),
    ("{id: x, event: e, amount: 1, once_per: [data.round]}", ("WRONG_VALUE", "once_per[0]")),
    ("{id: x, event: e, amount: 1, slot: object.author}", ("WRONG_VALUE", "slot")),
    ("{id: x, event: e, amount: 1, caps: {points: 1}}", ("WRONG_TYPE", "caps")),
    ("{id: x, event: e, amount: 1, caps: [{per: day}]}", ("MISSING", "caps[0]")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1, count: 1, per: day}]}", ("MISSING", "caps[0]")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1}]}", ("MISSING", "caps[0].per")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1, per: hour}]}", ("WRONG_VALUE", "caps[0].per")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1, per: day, by: [member]}]}", ("WRONG_VALUE", "caps[0].by[0]")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1, per: day, by: []}]}", ("MISSING", "caps[0].by")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1, per: day, counts: all}]}", ("WRONG_VALUE", "caps[0].counts")),
    ("{id: x, event: e, amount: 1, caps: [{points: 1, per: day}, {points: 2, per: day}]}", ("TWICE", "caps")),
    ("{id: x, event: e, amount: 1, undo_on: [{match: [actor]}]}", ("MISSING", "undo_on[0].event")),
    (
        "{id: x, event: e, amount: 1, undo_on: [{event: u, match: [data.kind]}]}",
        ("WRONG_VALUE", "undo_on[0].match[0]"),
    ),
    ("{id: x, event: e, amount: 1, undo_on: [{event: u, mach: [actor]}]}", ("UNKNOWN_KEY", "undo_on[0].mach")),
    ("{id: x, event: e, amount: 1, when: [a]}", ("WRONG_TYPE", "when")),
    ("{id: x, event: e, amount: 1, when: {n: {}}}", ("MISSING", "when.n")),
    ("{id: x, event: e, amount: 1, when: {n: [1]}}", ("WRONG_TYPE", "when.n")),
    ("{id: x, event: e, amount: 1, when: {n: {min: 3}}}", ("UNKNOWN_KEY", "when.n.min")),
    ("{id: x, event: e, amount: 1, when: {n: {gte: few}}}", ("WRONG_TYPE", "when.n.gte")),
    ("{id: x, event: e, amount: 1, when: {n: {step: 0}}}", ("WRONG_VALUE", "when.n.step")),
    ("{id: x, event: e, amount: 1, when: {n: {in: []}}}", ("MISSING", "when.n.in")),
    ("{id: x, event: e, amount: 1, when: {n: {in: a}}}", ("WRONG_TYPE", "when.n.in")),
    ("{id: x, event: e, amount: 1, when: {n: {in: [a, [b]]}}}", ("WRONG_TYPE", "when.n.in[1]")),
    ("{id: x, event: e, amount: 1, when: {data.n: 1}}", ("WRONG_VALUE", "when.data.n")),
    ("{id: x, event: e, amount: 1, when: {not_self: answer.autor}}", ("WRONG_VALUE", "when.not_self")),
    ("{id: x, event: e, amount: 1, when: {standing: bad}}", ("WRONG_VALUE", "when.standing")),
    ("{id: x, event: e, amount: 1, when: {standing: [good, fine]}}", ("WRONG_VALUE", "when.standing[1]")),
    ("{id: x, event: e, amount: 1, when: {standing: [good, good]}}", ("TWICE", "when.standing[1]")),
    ("{id: x, event: e, amount: 1, when: {standing: {in: [good]}}}", ("WRONG_TYPE", "when.standing")),
    ("{id: x, event: e, amount: 1, when: {standing: []}}", ("MISSING", "when.standing")),
    ("{id: x, event: e, amount: 1, when: {tier: gold}}", ("UNKNOWN_LEVEL", "when.tier")),
    ("{id: x, event: e, amount: 1, when: {tier: [old, gold]}}", ("UNKNOWN_LEVEL", "when.tier[1]")),
    ("{id: x, event: e, amount: 1, when: {tier: [old, old]}}", ("TWICE", "when.tier[1]")),
    ("{id: x, event: e, amount: 1, when: {tier: []}}", ("MISSING", "when.tier")),
    ("{id: x, event: e, amount: 1, when: {tier: {in: [old]}}}", ("WRONG_TYPE", "when.tier")),
    ("{id: x, event: e, amount: 1, when: {tier: rank.old}}", ("UNKNOWN_LEVEL", "when.tier")),
    ("{id: x, event: e, amount: 1, when: {tier: [old, rank.high]}}", ("WRONG_VALUE", "when.tier")),
    ("{id: x, event: e, amount: 1, when: {member_for: 14d}}", ("WRONG_TYPE", "when.member_for")),
    ("{id: x, event: e, amount: 1, when: {member_for: {}}}", ("MISSING", "when.member_for")),
    ("{id: x, event: e, amount: 1, when: {member_for: {gte: 14}}}", ("WRONG_TYPE", "when.member_for.gte")),
    ("{id: x, event: e, amount: 1, when: {member_for: {step: 1d}}}", ("UNKNOWN_KEY", "when.member_for.step")),
    (
        "{id: x, event: e, amount: 1, undo_on: [{event: u, unless: {tier: old}}]}",
        ("WRONG_VALUE", "undo_on[0].unless.tier"),
    ),
    ("{id: x, event: e, amount: 1, pending: soon}", ("WRONG_TYPE", "pending")),
    ("{id: x, event: e, amount: 1, pending: 2}", ("WRONG_TYPE", "pending")),
    ("{id: x, event: e, amount: 1, pending: 0h}", ("WRONG_VALUE", "pending")),
    ("{id: x, event: e, amount: 1, pending: [2h]}", ("WRONG_TYPE", "pending")),
    ("{id: x, event: e, amount: 1, giver_weight: 2}", ("WRONG_TYPE", "giver_weight")),
    ("{id: x, event: e, amount: 1, giver_weight: {odl: 2}}", ("UNKNOWN_LEVEL", "giver_weight.odl")),
    ("{id: x, event: e, amount: 1, giver_weight: {high: 2}}", ("UNKNOWN_LEVEL", "giver_weight.high")),
    ("{id: x, event: e, amount: 1, giver_weight: {old: -1}}", ("WRONG_VALUE", "giver_weight.old")),
    ("{id: x, event: e, amount: 1, giver_weight: {old: 100.1}}", ("WRONG_VALUE", "giver_weight.old")),
    ("{id: x, event: e, amount: 1, giver_weight: {old: double}}", ("WRONG_TYPE", "giver_weight.old")),
    ("{id: x, event: e, amount: 1, only_in: [gamenight]}", ("UNKNOWN_ACTIVITY", "only_in[0]")),
    ("{id: x, event: e, amount: 1, only_in: []}", ("MISSING", "only_in")),
    ("{id: x, event: e, amount: 1, multiply: {gamenight: 2}}", ("UNKNOWN_ACTIVITY", "multiply.gamenight")),
    ("{id: x, event: e, amount: 1, multiply: {game_night: 101}}", ("WRONG_VALUE", "multiply.game_night")),
    ("{id: x, event: e, amount: 1, budget: gift}", ("UNKNOWN_BUDGET", "budget")),
    ("{id: x, event: e, amount: 1, budget: [gifts]}", ("WRONG_TYPE", "budget")),
    ("{id: x, event: e, unit: coins, amount: 1, budget: gifts}", ("WRONG_VALUE", "budget")),
    ("{id: x, event: e, amount: 1, enabled: never}", ("WRONG_TYPE", "enabled")),
    ("{id: x, event: e, amount: 1, names: A}", ("WRONG_TYPE", "names")),
    ("{id: x, event: e, amount: 1, names: {english: A}}", ("WRONG_VALUE", "names.english")),
    (
        "{id: x, event: e, amount: 1, caps: [{points: 1, per: day, tiers: [gold]}]}",
        ("UNKNOWN_LEVEL", "caps[0].tiers[0]"),
    ),
    (
        "{id: x, event: e, amount: 1, caps: [{count: 1, per: day, tiers: old}, {count: 2, per: day, tiers: old}]}",
        ("TWICE", "caps"),
    ),
]

AROUND = """\
budgets: {gifts: {points: 5}}
activities: [{id: game_night, at: FREQ=DAILY, for: 1h}]
tiers:
  t: {every: event, measure: points.balance, levels: {old: 5}}
  rank: {every: event, measure: points.balance, levels: {high: 5}}
"""


@pytest.mark.parametrize(("text", "fault"), SECTIONS)
def test_a_fault_in_a_section_is_named_by_line_and_path(text: str, fault: tuple[str, int, str]) -> None:
    assert found(text) == [fault]


@pytest.mark.parametrize(("rule", "fault"), RULES)
def test_a_fault_in_a_rule_is_named_by_line_and_path(rule: str, fault: tuple[str, str]) -> None:
    code, path = fault
    assert found(f"{HEAD}rules:\n  - {{id: fine, event: e, amount: 1}}\n  - {rule}\n{AROUND}") == [
        (code, 4, f"rules[1].{path}")
    ]


def test_what_the_essay_says_is_read_whole() -> None:
    book = read(shared("rulebooks/seed_circle.yaml").read_text("utf-8"))
    assert [perk.code for perk in book.perks] == ["hello", "early_seat"]
    assert ([offer.code for offer in book.offers], book.welcome, len(book.playbook)) == (["launch"], "hello", 9)
    assert [rule.code for rule in book.house_rules] == ["advert", "rumour", "spam"]


SUGGESTIONS = [
    ("unit: {points: {}}\n", "units"),
    ("units: {points: {flor: 0}}\n", "floor"),
    ("community: {tz: Europe/Berlim}\n", "Europe/Berlin"),
    ("community: {week_start: mo}\n", "mon"),
    (HEAD + "rules:\n  - {id: a, event: e, amount: 1, undo_one: [x]}\n", "undo_on"),
    (HEAD + "rules:\n  - {id: a, event: e, amount: 1, unit: coin}\n", "coins"),
    (HEAD + "rules:\n  - {id: a, event: e, amount: 1, caps: [{points: 1, per: dya}]}\n", "day"),
    (HEAD + "rules:\n  - {id: a, event: e, amount: 1, to: answer.autor}\n", "answer.author"),
    (HEAD + "rules:\n  - {id: a, event: e, amount: 1, when: {data.wiki: false}}\n", "wiki"),
    (
        HEAD + "rules: [{id: voted, event: e, amount: 1}]\ncap_groups: {g: {points: 1, per: day, rules: [votd]}}\n",
        "voted",
    ),
    ("tiers: {t: {every: event, measure: points.balanse, levels: {a: 1}}}\n", "points.balance"),
]


@pytest.mark.parametrize(("text", "meant"), SUGGESTIONS)
def test_a_misspelled_word_is_answered_with_what_was_meant(text: str, meant: str) -> None:
    (fault,) = faults(text)
    assert fault.suggestion == meant
    assert str(fault).endswith(f"Did you mean {meant!r}?")


def test_every_fault_is_named_at_once_in_the_order_of_lines() -> None:
    text = """\
community: {tz: Nowhere, week_strat: mon}
units:
  points: {scale: two, claw: soft}
rules:
  - {id: a, event: e, amount: 1.5, caps: [{points: 0, per: dya}]}
  - {id: a, event: e, amount: 1}
  - {event: e, amount: 1, when: {n: {gte: x, lt: y}}}
cap_groups:
  g: {points: 5, per: day, rules: [a, b]}
"""
    assert found(text) == [
        ("UNKNOWN_KEY", 1, "community.week_strat"),
        ("WRONG_VALUE", 1, "community.tz"),
        ("WRONG_TYPE", 3, "units.points.scale"),
        ("WRONG_VALUE", 3, "units.points.claw"),
        ("WRONG_VALUE", 5, "rules[0].amount"),
        ("WRONG_VALUE", 5, "rules[0].caps[0].points"),
        ("WRONG_VALUE", 5, "rules[0].caps[0].per"),
        ("TWICE", 6, "rules[1].id"),
        ("MISSING", 7, "rules[2].id"),
        ("WRONG_TYPE", 7, "rules[2].when.n.gte"),
        ("WRONG_TYPE", 7, "rules[2].when.n.lt"),
        ("UNKNOWN_RULE", 9, "cap_groups.g.rules[1]"),
    ]


def test_a_fault_reads_as_a_sentence() -> None:
    said = [
        str(fault) for fault in faults("units: {points: {claw: clipp}}\nrules: [{id: a, event: e, amount: }]\n")
    ]
    assert said == [
        "line 1: units.points.claw: expected one of debt, clip, within_balance, pending_only, found 'clipp'."
        " Did you mean 'clip'?",
        "line 2: rules[0].amount: expected a number, found nothing",
    ]
