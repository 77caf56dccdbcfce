"""What people read is there: refusals, settings, words, and how long a file may be."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from ledger.core.explain import sentence_code
from ledger.core.outcomes import Decision, EntryKind, Outcome
from ledger.core.refusals import Refusal
from ledger.settings import Settings
from ledger.words.render import LOCALES, texts
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


def test_every_word_that_explanations_say_is_there() -> None:
    files = (ROOT / "ledger/core/explain.py", ROOT / "ledger/core/explain_order.py")
    source = "".join(path.read_text("utf-8") for path in files)
    said = set(re.findall(r'"((?:event|decision|step|tier)\.[a-z_.]+)"', source))
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
