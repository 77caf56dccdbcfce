"""What people read is there: refusals, settings, words, and how long a file may be."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from string import Formatter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from ledger.core.events import Event, Fact, RedemptionRefused
from ledger.core.explain import sentence_code
from ledger.core.explain_facts import KNOWN_TYPES, happened
from ledger.core.outcomes import Decision, EntryKind, Outcome
from ledger.core.perks.blocks import Block
from ledger.core.refusals import Refusal
from ledger.core.rhythm.rounds import Winner
from ledger.core.values import MemberId, Micros, Position
from ledger.core.violations import BRINGING, Action
from ledger.settings import Settings
from ledger.words.render import LOCALES, texts
from schema.explaining import Called, said
from schema.problems import STATUS
from tests.house.tree import ROOT, named, python

LONGEST = 400
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\Z")


def _refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for one in of.__subclasses__():
        yield one
        yield from _refusals(one)


def test_every_refusal_says_what_to_do_and_has_a_status() -> None:
    assert set(_refusals()) == set(STATUS)
    assert [one.__name__ for one in _refusals() if len(inspect.getdoc(one) or "") < 20] == []
    assert {status for status in STATUS.values() if not 400 <= status < 500} == set()


def test_every_refusal_has_a_code_of_its_own_and_a_pointer() -> None:
    codes = [one.code for one in _refusals()]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not CODE.match(code)] == []
    assert [one.__name__ for one in _refusals() if one.pointer and not one.pointer.startswith("/")] == []


def test_every_setting_says_what_it_means() -> None:
    lacking = [name for name, field in Settings.model_fields.items() if len(field.description or "") < 20]
    assert lacking == []


def _parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_word_is_there_in_every_language_with_the_same_parameters() -> None:
    first, *others = [texts(locale) for locale in LOCALES]
    for other in others:
        assert set(other) == set(first)
        assert [code for code in first if _parameters(first[code]) != _parameters(other[code])] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_is_empty(locale: str) -> None:
    assert [code for code, text in texts(locale).items() if not text.strip()] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_sentence(outcome: Outcome, locale: str) -> None:
    for granted in (5, -5, 0):
        assert sentence_code(Decision(rule="r", outcome=outcome, granted=granted)) in texts(locale)


@pytest.mark.parametrize("kind", EntryKind)
def test_every_kind_of_entry_has_a_sentence_when_it_was_granted(kind: EntryKind) -> None:
    for granted in (5, -5):
        code = sentence_code(Decision(rule="r", outcome=Outcome.GRANTED, kind=kind, granted=granted))
        assert code in texts("en")


FACTS: tuple[type[Any], ...] = get_args(Fact)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_fact_has_its_sentence(fact: type[Any], locale: str) -> None:
    """Whatever its fields are: flags both ways, and each word of what is one of a few."""
    for made in _made(fact):
        event = Event(
            position=Position(9), type="x", source="ledger", key="k", subject="s", occurred_at=Micros(0),
            recorded_at=Micros(0), rulebook=1, mac=b"", fact=made,
        )  # fmt: skip
        told = [said(line, Called(locale)) for line in happened(event)]
        assert told
        assert [line for line in told if not line.strip() or "{" in line or "None" in line] == []


def _made(fact: type[Any]) -> Iterator[Any]:
    """Yield facts of a type: one for each value that a flag, or one of a few words, can have."""
    hints = get_type_hints(fact)
    plain = {name: _sample(hints[name]) for name in fact.__struct_fields__}
    plain |= {"code": Block.SOLD_OUT} if fact is RedemptionRefused else {}
    yield fact(**plain)
    for name in fact.__struct_fields__:
        for value in _others(fact, name, hints[name]):
            yield fact(**{**plain, name: value})


def _sample(hint: Any) -> Any:
    """Return a value of a type, filled where it can be."""
    if get_origin(hint) in (UnionType, Union):
        return _sample(next(one for one in get_args(hint) if one is not NoneType))
    if get_origin(hint) is tuple:
        return (_sample(get_args(hint)[0]),) if get_args(hint)[0] in (MemberId, Winner) else ()
    if get_origin(hint) is dict:
        return {}
    kind = getattr(hint, "__supertype__", hint)
    if issubclass(kind, StrEnum):
        return next(iter(kind))
    if issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        asked = [one.name for one in msgspec.structs.fields(kind) if one.required]
        return kind(**{name: _sample(hints[name]) for name in asked})
    return {str: "a", bool: False, int: 7}[kind]


def _others(fact: type[Any], name: str, hint: Any) -> list[Any]:
    if (fact, name) == (RedemptionRefused, "code"):
        return list(Block)
    if hint is bool:
        return [True]
    if hint is Action:
        return list(BRINGING)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)
    return [None] if NoneType in get_args(hint) else []


def test_every_kind_of_contribution_that_the_ledger_looks_at_has_a_sentence() -> None:
    assert set(KNOWN_TYPES.values()) <= set(texts("en"))


def test_every_word_that_explanations_say_is_there() -> None:
    files = [
        ROOT / f"ledger/core/{name}.py" for name in ("explain", "explain_facts", "explain_order", "explain_why")
    ]
    source = "".join(path.read_text("utf-8") for path in files)
    said = set(re.findall(r'"((?:event|decision|step|tier|unmet)\.[a-z_.]+)"', source))
    assert said
    assert said - set(texts("en")) == set()


def test_no_python_file_is_too_long_to_read() -> None:
    """A migration tells of one day and is never read again."""
    long = [
        (named(path), lines)
        for path in python()
        if "migrations/versions/" not in named(path)
        and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    ]
    assert long == []


def test_every_test_that_a_meaning_names_is_there() -> None:
    """`docs/semantics.md` says in a row: the files, each with the tests in it, or the examples of a preset."""
    rows = [line for line in (ROOT / "docs/semantics.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) > 25
    for row in rows[1:]:
        places = re.findall(r"`((?:tests|seed)/[\w/.]+)`: ((?:`[^`]+` ?)+)", row)
        assert places, row
        for path, names in places:
            text = (ROOT / path).read_text("utf-8")
            spelled = "def {}(" if path.endswith(".py") else "- name: {}\n"
            lacking = [name for name in re.findall(r"`([^`]+)`", names) if spelled.format(name) not in text]
            assert lacking == [], row
