"""Every preset is a rulebook without faults, and every example in it comes out as it says."""

from __future__ import annotations

import re
from functools import cache

import pytest
from msgspec.structs import replace

from ledger.core.rulebook.grammar import Claw, DataAmount, FixedAmount, Rulebook, StartOn
from ledger.service.examples import check, read_examples
from ledger.service.rulebooks import parse, presets, read, read_tree
from ledger.service.stage import Example, run
from tests.shared import shared

PRESETS = presets()
OURS = ("seed_circle", "discourse_gamification", "discourse_trust")
"""Those with the spelling of their source, told in both languages. Stack Exchange's sites are English."""


@cache
def loaded(name: str) -> tuple[Rulebook, tuple[Example, ...]]:
    tree = parse(PRESETS[name])
    rulebook = read_tree(tree)
    return rulebook, read_examples(tree, rulebook)


EXAMPLES = [
    pytest.param(name, example.name, id=f"{name}: {example.name}")
    for name in PRESETS
    for example in loaded(name)[1]
]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_named_like_its_file_and_has_examples(name: str) -> None:
    rulebook, examples = loaded(name)
    assert rulebook.name == name
    assert len(examples) >= 5


@pytest.mark.parametrize(("preset", "example"), EXAMPLES)
def test_an_example_of_a_preset_comes_out_as_it_says(preset: str, example: str) -> None:
    rulebook, examples = loaded(preset)
    chosen = tuple(one for one in examples if one.name == example)
    assert [str(difference) for difference in run(rulebook, chosen)] == []


@pytest.mark.parametrize("name", PRESETS)
def test_all_examples_of_a_preset_run_at_once(name: str) -> None:
    assert check(PRESETS[name]) == []


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_of_a_preset_is_shown_by_some_example(name: str) -> None:
    rulebook, examples = loaded(name)
    shown = {type_ for example in examples for type_ in example.types}
    assert [rule.id for rule in rulebook.rules if rule.event not in shown] == []


@pytest.mark.parametrize("name", OURS)
def test_it_explains_itself_in_both_languages(name: str) -> None:
    """Every paragraph of comments is there in Chinese and in English."""
    lines = PRESETS[name].splitlines()
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.lstrip().startswith("# "):
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    for block in filter(None, paragraphs):
        assert any(re.search("[\u4e00-\u9fff]", line) for line in block), block
        assert any(re.search("[A-Za-z]{4}", line) for line in block), block


def nameless(book: Rulebook) -> Rulebook:
    """Return a rulebook without what things are called."""
    ladders = [replace(one, levels=tuple(replace(level, names={}) for level in one.levels)) for one in book.ladders]
    return replace(
        book,
        units=tuple(replace(one, names={}) for one in book.units),
        rules=tuple(replace(one, names={}) for one in book.rules),
        activities=tuple(replace(one, names={}) for one in book.activities),
        streaks=tuple(replace(one, names={}) for one in book.streaks),
        ladders=tuple(ladders),
        house_rules=tuple(replace(one, names={}) for one in book.house_rules),
        perks=tuple(replace(one, names={}) for one in book.perks),
        offers=tuple(replace(one, names={}) for one in book.offers),
        playbook=tuple(replace(one, names={}) for one in book.playbook),
    )


@pytest.mark.parametrize("name", OURS)
def test_it_says_what_its_source_says(name: str) -> None:
    text = shared(f"rulebooks/{name}.yaml").read_text("utf-8")
    theirs = nameless(read(text))
    ours, _ = loaded(name)
    in_order = {rule.id: number for number, rule in enumerate(ours.rules)}
    rules = tuple(sorted(theirs.rules, key=lambda rule: in_order[rule.id]))
    assert nameless(ours) == replace(theirs, rules=rules, creates=ours.creates)
    assert set(theirs.creates.items()) <= set(ours.creates.items())


def test_the_stack_exchange_of_today_says_what_its_source_says() -> None:
    """The source's spelling is another; its rules, amounts, caps and levels are these."""
    ours, _ = loaded("stack_exchange")
    text = shared("rulebooks/stack_exchange.yaml").read_text("utf-8")
    source = read(
        text.replace(
            "open_at_once: 3}", "open_at_once: 3, of: question, closed_by: [bounty.awarded, bounty.lapsed]}"
        )
    )
    assert ours.units == source.units
    assert ours.creates == source.creates
    assert ours.undo == source.undo
    assert ours.cap_groups == source.cap_groups
    assert ours.quotas == source.quotas
    assert ours.ladders == source.ladders
    assert [rule.id for rule in ours.rules] == [rule.id for rule in source.rules]
    for our, their in zip(ours.rules, source.rules, strict=True):
        for part in ("event", "to", "unit", "amount", "when", "once_per", "slot", "cooldown", "caps"):
            assert getattr(our, part) == getattr(their, part), (our.id, part)
        assert [on.event for on in our.undo_on] == [on.event for on in their.undo_on], our.id


def test_numbers_of_stack_exchange_as_they_are_published() -> None:
    book, _ = loaded("stack_exchange")
    (rep,) = book.units
    assert (rep.start, rep.start_on, rep.floor, rep.claw) == (1, StartOn.JOINED, 1, Claw.CLIP)
    amounts = {rule.id: rule.amount.points for rule in book.rules if isinstance(rule.amount, FixedAmount)}
    assert amounts == {
        "q_up": 10,
        "a_up": 10,
        "q_down": -2,
        "a_down": -2,
        "cast_down": -1,
        "accepted": 15,
        "accepts": 2,
        "edit": 2,
        "spam": -100,
        "linked": 100,
    }
    shares = {rule.id: rule.amount for rule in book.rules if isinstance(rule.amount, DataAmount)}
    assert {name: (int(share.percent), share.negate) for name, share in shares.items()} == {
        "bounty_out": (100, True),
        "bounty_in": (100, False),
        "bounty_auto": (50, False),
    }
    (soft,) = book.cap_groups
    assert (soft.points, soft.per, soft.net, soft.partial) == (200, "day", True, True)
