"""Presets to come: they say what the public rulebooks say, and their examples hold, and hold their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from msgspec.structs import replace

from ledger.core.rulebook.grammar import Activity, Ladder, Level, Pending, Requirement, Rulebook, Stay, Terms
from ledger.core.values import DAY, MINUTE
from ledger.service.examples import read_examples
from ledger.service.rulebooks import parse, presets_folder, read, read_tree
from ledger.service.stage import Example, run
from tests.core.shared import shared

FOLDER = presets_folder().with_name("presets_next")
HALF_AN_HOUR = 30 * MINUTE
NAMES = ["seed_circle", "discourse_gamification", "discourse_trust"]


@cache
def loaded(name: str) -> tuple[Rulebook, tuple[Example, ...]]:
    tree = parse((FOLDER / f"{name}.yaml").read_text("utf-8"))
    rulebook = read_tree(tree)
    return rulebook, read_examples(tree, rulebook)


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


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_its_source_says(name: str) -> None:
    text = shared(f"rulebooks/{name}.yaml").read_text("utf-8")
    theirs = nameless(read(text))
    ours, _ = loaded(name)
    in_order = {rule.id: number for number, rule in enumerate(ours.rules)}
    rules = tuple(sorted(theirs.rules, key=lambda rule: in_order[rule.id]))
    assert nameless(ours) == replace(theirs, rules=rules, creates=ours.creates)
    assert set(theirs.creates.items()) <= set(ours.creates.items())


EXAMPLES = [
    pytest.param(name, number, id=f"{name}: {example.name}")
    for name in NAMES
    for number, example in enumerate(loaded(name)[1])
]


@pytest.mark.parametrize(("preset", "number"), EXAMPLES)
def test_an_example_comes_out_as_it_says(preset: str, number: int) -> None:
    rulebook, examples = loaded(preset)
    assert [str(difference) for difference in run(rulebook, (examples[number],))] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_shown_by_some_example(name: str) -> None:
    rulebook, examples = loaded(name)
    shown = {type_ for example in examples for type_ in example.types}
    assert [rule.id for rule in rulebook.rules if rule.event not in shown] == []
    assert len(examples) > 10


@pytest.mark.parametrize("name", NAMES)
def test_it_explains_itself_in_both_languages(name: str) -> None:
    """Every paragraph of comments is there in Chinese and in English."""
    lines = (FOLDER / f"{name}.yaml").read_text("utf-8").splitlines()
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.lstrip().startswith("# "):
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    for block in filter(None, paragraphs):
        assert any(re.search("[\u4e00-\u9fff]", line) for line in block), block
        assert any(re.search("[A-Za-z]{4}", line) for line in block), block


def _other_circles() -> Iterator[tuple[str, Rulebook]]:
    """Yield the seed circle with one thing changed of what is new in it."""
    book, _ = loaded("seed_circle")
    points, paid = book.units
    assert points.expiry is not None
    for days in (364, 366):
        yield (
            f"points live {days} days",
            replace(book, units=(replace(points, expiry=replace(points.expiry, days=days)), paid)),
        )
    for number, rule in enumerate(book.rules):
        changed = []
        if rule.pending:
            changed += [("waits not", replace(rule, pending=None))]
            longer = Pending(delay=(rule.pending.delay or 0) + HALF_AN_HOUR)
            changed += [("waits otherwise", replace(rule, pending=longer))]
        for level, weight in rule.giver_weight.items():
            more = {**rule.giver_weight, level: weight + 1}
            changed += [(f"of {level}", replace(rule, giver_weight=more))]
        if rule.only_in:
            changed += [("anywhere", replace(rule, only_in=()))]
        for what, other in changed:
            yield f"{rule.id} {what}", replace(book, rules=(*book.rules[:number], other, *book.rules[number + 1 :]))
    for number, activity in enumerate(book.activities):
        for what, moved in _other_activities(activity):
            activities = (*book.activities[:number], moved, *book.activities[number + 1 :])
            yield f"{activity.id} {what}", replace(book, activities=activities)
    (streak,) = book.streaks
    for length in streak.rewards:
        rewards = {**streak.rewards, length: streak.rewards[length] + 1}
        yield f"{length} weeks pay more", replace(book, streaks=(replace(streak, rewards=rewards),))
    for rule_id in streak.rules:
        fewer = tuple(one for one in streak.rules if one != rule_id)
        yield f"{rule_id} keeps no run", replace(book, streaks=(replace(streak, rules=fewer),))
    yield "days in a row", replace(book, streaks=(replace(streak, per="day"),))
    for what, ladder in _other_ladders(book.ladders[0]):
        yield f"circle {what}", replace(book, ladders=(ladder,))


def _other_activities(activity: Activity) -> Iterator[tuple[str, Activity]]:
    for rule, factor in activity.multiply.items():
        yield f"more for {rule}", replace(activity, multiply={**activity.multiply, rule: factor + 1})
    yield "ends later", replace(activity, length=activity.length + MINUTE)
    yield "begins later", replace(activity, rule=f"{activity.rule};BYMINUTE=1")


def _other_ladders(ladder: Ladder) -> Iterator[tuple[str, Ladder]]:
    newcomer, ordinary, core = ladder.levels
    assert ordinary.enter is not None
    assert core.enter is not None
    yield "without ordinary members", replace(ladder, levels=(newcomer, core))
    for number, _ in enumerate(ordinary.enter.any):
        yield (
            f"ordinary any {number}",
            replace(
                ladder,
                levels=(newcomer, replace(ordinary, enter=Terms(any=_moved(ordinary.enter.any, number))), core),
            ),
        )
    for number, _ in enumerate(core.enter.all):
        if number:  # between 300 and 330 points no example ends
            enter = replace(core.enter, all=_moved(core.enter.all, number))
            yield f"core all {number}", _with_core(ladder, replace(core, enter=enter))
    yield "core after anything", _with_core(ladder, replace(core, enter=replace(core.enter, none=())))
    yield "core stays while", _with_core(ladder, replace(core, stay=Stay()))
    for name, value in (("grace", 13), ("grace", 15), ("mode", "forever")):
        yield (
            f"core stays by {name} {value}",
            _with_core(ladder, replace(core, stay=replace(core.stay, **{name: value}))),
        )


def _with_core(ladder: Ladder, core: Level) -> Ladder:
    return replace(ladder, levels=(*ladder.levels[:2], core))


def _moved(terms: tuple[Requirement | Terms, ...], number: int) -> tuple[Requirement | Terms, ...]:
    """Return terms with one mark a little higher."""
    one = terms[number]
    assert isinstance(one, Requirement)
    higher = replace(one, target=one.target + (DAY if one.metric == "member_for" else 1))
    return (*terms[:number], higher, *terms[number + 1 :])


OTHERS = dict(_other_circles())


@pytest.mark.parametrize("what", OTHERS)
def test_whoever_changes_one_thing_is_told_by_an_example(what: str) -> None:
    assert run(OTHERS[what], loaded("seed_circle")[1]) != []
