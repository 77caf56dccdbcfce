"""What YAML makes of words and numbers, and documents that are none: never a surprise, never a crash."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.rulebook.grammar import Condition, DataAmount, FixedAmount, StartOn
from ledger.core.rulebook.tree import Text, scalar
from ledger.service.rulebooks import RulebookFaulty, read
from tests.core.test_rulebook_faults import faults, found


def condition(spelled: str) -> Condition:
    rule = f"rules: [{{id: r, event: e, amount: 1, when: {{x: {spelled}}}}}]\n"
    return read("units: {points: {}}\n" + rule).rules[0].when.conditions[0]


def amount(spelled: str, scale: int = 2) -> object:
    text = f"units: {{points: {{scale: {scale}}}}}\nrules: [{{id: r, event: e, amount: {spelled}}}]\n"
    return read(text).rules[0].amount


def test_a_key_named_on_is_a_word() -> None:
    """In YAML 1.1 it is `true`."""
    (unit,) = read("units: {points: {start: {amount: 1, on: joined}}}\n").units
    assert (unit.start, unit.start_on) == (1, StartOn.JOINED)
    assert read("creates: {on: yes-no, off: off}\n").creates == {"on": "yes-no", "off": "off"}


@pytest.mark.parametrize(
    ("spelled", "minor"),
    [
        ("0.1", 10),
        ("0.07", 7),
        ("1.15", 115),
        ("-2.5", -250),
        ("+2.5", 250),
        ("1_000", 100_000),
        ("1_000.05", 100_005),
        ("010", 1000),
        ("90071992547409.91", 9007199254740991),
    ],
)
def test_decimals_are_exact(spelled: str, minor: int) -> None:
    assert amount(spelled) == FixedAmount(points=minor)


def test_a_percentage_is_exact() -> None:
    assert amount("{from: data.n, percent: 33.1}") == DataAmount(field="n", percent=Fraction(331, 10))


@pytest.mark.parametrize(
    "spelled",
    [
        "1_",
        "_1",
        "1__0",
        "1e3",
        "0x1F",
        "0o17",
        "1:30",
        ".5",
        "5.",
        "inf",
        ".inf",
        "--1",
        "½",
        "１２",
        "9" * 31,
        "9" * 5000,
    ],
)
def test_what_is_no_plain_number_is_a_fault_and_no_crash(spelled: str) -> None:
    text = 'units: {points: {}}\nrules:\n- {id: r, event: e, amount: "x"}\n'
    text = text.replace('"x"', "{from: data.n, percent: " + spelled.replace(",", "\\,") + "}")
    assert [fault.code for fault in faults(text)] in (["WRONG_TYPE"], ["WRONG_VALUE"])


@pytest.mark.parametrize(
    ("spelled", "value"),
    [
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ('"true"', "true"),
        ("'no'", "no"),
        ("7", 7),
        ('"7"', "7"),
        ("0.5", Fraction(1, 2)),
        ("2026-01-05", "2026-01-05"),
        ("y", "y"),
    ],
)
def test_a_value_is_what_it_looks_like(spelled: str, value: object) -> None:
    assert condition(spelled).equals == value


@pytest.mark.parametrize("spelled", ["yes", "no", "on", "off", "No", "ON", "~", "null", "", "Null"])
def test_a_value_of_which_yamls_versions_disagree_must_be_made_plain(spelled: str) -> None:
    text = "units: {points: {}}\nrules: [{id: r, event: e, amount: 1, when: {x: SPELLED}}]\n"
    (fault,) = faults(text.replace("SPELLED", spelled))
    assert (fault.code, fault.line, fault.path) == ("UNSURE", 2, "rules[0].when.x")
    assert "true or false" in fault.expected
    assert [f.code for f in faults(text.replace("SPELLED", f"{{in: [a, {spelled or '~'}]}}"))] == ["UNSURE"]


DOCUMENTS = [
    ("preset: [a", [("NOT_YAML", 1, "")]),
    ("preset: a\n\tunits: {}\n", [("NOT_YAML", 2, "")]),
    ("preset: a: b\n", [("NOT_YAML", 1, "")]),
    ("preset: a\n---\npreset: b\n", [("NOT_YAML", 2, "")]),
    ("preset: a\nnote: \x00\n", [("NOT_YAML", 2, "")]),
    ("preset: *unknown\n", [("NOT_YAML", 1, "")]),
    ("preset: a\npreset: b\n", [("TWICE", 2, "preset")]),
    ("units: {p: {}, q: {}, p: {}}\n", [("TWICE", 1, "units.p")]),
    ("units:\n  p: {}\n  p: {}\npreset: a\npreset: b\n", [("TWICE", 3, "units.p"), ("TWICE", 5, "preset")]),
    ("{[a, b]: 1}\n", [("WRONG_TYPE", 1, "")]),
    ("units: {? {a: b} : {}}\n", [("WRONG_TYPE", 1, "units.")]),
    ("units: {p: &one {floor: 0}, q: *one}\n", [("ALIAS", 1, "units.q")]),
    ("units:\n  p: &one {floor: 0}\n  q:\n    <<: *one\n", [("ALIAS", 4, "units.q.<<")]),
    ("a: &a [*a]\n", [("ALIAS", 1, "a[0]")]),
    ("a: &a [x]\nb: &b [*a, *a]\nc:\n- *b\n", [("ALIAS", 2, "b[0]"), ("ALIAS", 2, "b[1]"), ("ALIAS", 4, "c[0]")]),
    ("x: " + "[" * 25 + "]" * 25, [("TOO_DEEP", 1, "x" + "[0]" * 20)]),
    ("[" * 5000, [("TOO_DEEP", 1, "")]),
    ("{a: " * 5000, [("TOO_DEEP", 1, "")]),
]


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS)
def test_a_document_that_cannot_be_a_rulebook_says_where(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert found(text) == expected


def test_an_anchor_alone_is_no_fault() -> None:
    assert read("units: {points: &here {floor: 0}}\n").units[0].floor == 0


def test_a_billion_aliases_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert {fault.code for fault in faults("\n".join(lines))} == {"ALIAS"}


def test_a_long_word_is_shown_in_part() -> None:
    (fault,) = faults("units: {points: {floor: " + "x" * 5000 + "}}\n")
    assert len(str(fault)) < 250


@given(st.text())
def test_no_scalar_crashes(text: str) -> None:
    value = scalar(Text(1, text))
    assert value == text or not isinstance(value, str)


@given(st.text(st.sampled_from("abc:{}[],-&*#|>!%@`'\"? \n\t.01~<")))
def test_no_document_crashes(text: str) -> None:
    with suppress(RulebookFaulty):
        read(text)
