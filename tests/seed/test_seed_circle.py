"""The preset for a group that does not fall silent: its examples hold, and hold every number in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from ledger.core.rulebook.grammar import Amount, Cap, DataAmount, FixedAmount, RankAmount, Rule, Rulebook, When
from ledger.service.communities import DEFAULT_PRESET
from ledger.service.examples import check, read_examples
from ledger.service.rulebooks import parse, presets, read_tree
from ledger.service.stage import run

NAME = "seed_circle"
TEXT = presets()[NAME]
TREE = parse(TEXT)
RULEBOOK = read_tree(TREE)
EXAMPLES = read_examples(TREE, RULEBOOK)


def test_its_examples_hold() -> None:
    assert check(TEXT) == []
    assert len(EXAMPLES) > 20


def test_it_is_what_a_community_begins_with_unless_it_asks_for_another() -> None:
    assert DEFAULT_PRESET == NAME == RULEBOOK.name


def test_it_says_at_its_end_what_it_cannot_say_yet() -> None:
    last = TEXT.rstrip().splitlines()[-1]
    assert last.startswith("# ")
    for part in ("pending", "giver_weight", "activities", "streaks", "violations", "expiry", "perks", "offers"):
        assert part in last


def test_it_explains_itself_in_both_languages_before_every_rule() -> None:
    lines = TEXT.splitlines()
    start, end = lines.index("rules:"), lines.index("tiers:")
    for block in "\n".join(lines[start + 1 : end]).strip().split("\n\n"):
        comments = [line for line in block.splitlines() if line.strip().startswith("#")]
        assert any(line.isascii() for line in comments), block
        assert any(not line.isascii() for line in comments), block


def _other_amount(amount: Amount) -> Amount:
    match amount:
        case FixedAmount():
            return FixedAmount(points=amount.points + 1)
        case RankAmount():
            return RankAmount(points=(*amount.points[:-1], amount.points[-1] + 1))
        case DataAmount():
            return replace(amount, percent=amount.percent / 2)


def _other_caps(caps: tuple[Cap, ...]) -> Iterator[tuple[str, tuple[Cap, ...]]]:
    for number, cap in enumerate(caps):
        before, after = caps[:number], caps[number + 1 :]
        yield f"no cap {number}", (*before, *after)
        more = replace(cap, points=cap.points + 1) if cap.points else replace(cap, count=(cap.count or 0) + 1)
        yield f"more of cap {number}", (*before, more, *after)


def _other_rules(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Yield the rule with one thing changed, for everything that it says."""
    yield "another amount", replace(rule, amount=_other_amount(rule.amount))
    for name, nothing in (("once_per", ()), ("slot", ()), ("cooldown", 0)):
        if getattr(rule, name):
            yield f"no {name}", replace(rule, **{name: nothing})
    for number, condition in enumerate(rule.when.conditions):
        rest = (*rule.when.conditions[:number], *rule.when.conditions[number + 1 :])
        yield f"no {condition.field}", replace(rule, when=When(conditions=rest, not_self=rule.when.not_self))
    if rule.when.not_self:
        yield "no not_self", replace(rule, when=When(conditions=rule.when.conditions))
    for on in rule.undo_on:
        yield f"no {on.event}", replace(rule, undo_on=tuple(one for one in rule.undo_on if one != on))
        if on.match:
            anybody = tuple(replace(one, match=()) for one in rule.undo_on)
            yield "undone by anybody", replace(rule, undo_on=anybody)
    for what, caps in _other_caps(rule.caps):
        yield what, replace(rule, caps=caps)


def _other_rulebooks() -> Iterator[tuple[str, Rulebook]]:
    for number, rule in enumerate(RULEBOOK.rules):
        for what, other in _other_rules(rule):
            rules = (*RULEBOOK.rules[:number], other, *RULEBOOK.rules[number + 1 :])
            yield f"{rule.id}: {what}", replace(RULEBOOK, rules=rules)
    (group,) = RULEBOOK.cap_groups
    for code in group.rules:
        without = replace(group, rules=tuple(one for one in group.rules if one != code))
        yield f"daily: without {code}", replace(RULEBOOK, cap_groups=(without,))
    for name, changed in (("partial", False), ("net", True), ("points", 61)):
        yield f"daily: another {name}", replace(RULEBOOK, cap_groups=(replace(group, **{name: changed}),))
    (ladder,) = RULEBOOK.ladders
    for level in ladder.levels:
        moved = tuple(replace(one, threshold=one.threshold + (one == level)) for one in ladder.levels)
        yield f"circle: {level.code}", replace(RULEBOOK, ladders=(replace(ladder, levels=moved),))
    yield "circle: stays", replace(RULEBOOK, ladders=(replace(ladder, stay="forever"),))


OTHERS = dict(_other_rulebooks())


@pytest.mark.parametrize("what", OTHERS)
def test_whoever_changes_one_thing_is_told_by_an_example(what: str) -> None:
    assert run(OTHERS[what], EXAMPLES) != []
