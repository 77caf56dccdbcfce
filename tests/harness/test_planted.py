"""The harnesses' judges find what is planted: a check that cannot fail checks nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.checking import (
    Found,
    Logged,
    Receipt,
    complaints,
    complaints_of_cap,
    complaints_of_repeats,
    complaints_of_three,
)
from tests.harness.town import CAP, GREETING, SOURCE, plain_count, said

SENT = {event["id"]: event for event in (said(0, number) for number in range(12))}
TOLD = {key: Receipt(number, f"hash {number}") for number, key in enumerate(SENT, start=2)}
LOG = [
    Logged(1, "ledger", "created", "hash 1"),
    *(Logged(receipt.position, SOURCE, key, receipt.hash) for key, receipt in TOLD.items()),
]
SOUND = Found(LOG, plain_count(SENT.values()), [])
LAST = LOG[-1]


def test_nothing_is_said_of_what_is_sound() -> None:
    assert complaints(TOLD, SENT, SOUND) == []


def test_a_post_that_was_taken_back_counts_nothing() -> None:
    assert plain_count([said(0, 0)]) == {said(0, 0)["data"]["member"]: 10}
    assert plain_count([said(0, 0), said(0, 9)]) == {}


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (SOUND._replace(log=LOG[:-1]), "is lost"),
        (SOUND._replace(log=[*LOG, LAST._replace(position=LAST.position + 1)]), "is recorded 2 times"),
        (SOUND._replace(log=[*LOG[:4], *LOG[5:]]), "positions are not 1, 2, 3"),
        (SOUND._replace(log=[*LOG[:-2], LOG[-1], LOG[-2]]), "positions are not 1, 2, 3"),
        (SOUND._replace(log=[*LOG[:-1], LAST._replace(hash="another")]), "was acknowledged as"),
        (SOUND._replace(log=[*LOG, Logged(14, SOURCE, "c9-9", "hash 14")]), "nobody sent it"),
        (SOUND._replace(balances={**SOUND.balances, "m1": 1_000}), "a plain count gives"),
        (SOUND._replace(balances={}), "a plain count gives"),
        (SOUND._replace(differences=["a row was edited"]), "verify: a row was edited"),
    ],
)
def test_what_is_planted_in_a_database_is_said(planted: Found, complaint: str) -> None:
    assert [one for one in complaints(TOLD, SENT, planted) if complaint in one]


def _result(status: str, *, position: int = 7, delta: int = 3) -> dict[str, Any]:
    entry = {"member": "m", "unit": "points", "delta": delta, "balance": 3, "rule": "greeted"}
    return {"status": status, "position": position, "hash": "h", "entries": [entry]}


SAID = {"k": Receipt(7, "h", (("m", "points", 3, 3, "greeted"),))}


@pytest.mark.parametrize(
    ("again", "count"),
    [
        ({"k": _result("replayed")}, 0),
        ({"k": _result("recorded")}, 1),
        ({"k": _result("replayed", position=8)}, 1),
        ({"k": _result("replayed", delta=2)}, 1),
        ({}, 1),
    ],
)
def test_a_second_answer_that_differs_is_said(again: dict[str, dict[str, Any]], count: int) -> None:
    assert len(complaints_of_repeats(SAID, again)) == count


@pytest.mark.parametrize(
    ("three", "count"),
    [
        ([_result("replayed"), _result("recorded"), _result("replayed")], 0),
        ([_result("recorded"), _result("recorded"), _result("replayed")], 1),
        ([_result("replayed"), _result("replayed"), _result("replayed")], 1),
        ([_result("recorded"), _result("replayed"), _result("replayed", position=8)], 1),
        ([_result("recorded"), _result("replayed"), _result("replayed", delta=0)], 1),
    ],
)
def test_an_event_that_pays_twice_or_answers_differently_is_said(three: list[dict[str, Any]], count: int) -> None:
    assert len(complaints_of_three({"k": three})) == count


@pytest.mark.parametrize(
    ("deltas", "count"),
    [
        ([0, 3, 3, 1, 3, 3, 3, 3, 3, 3, 0], 0),
        ([3] * 9, 1),
        ([3] * 8 + [0] * 3, 1),
        ([3] * 8 + [1, 1], 1),
    ],
)
def test_a_cap_that_is_passed_or_not_filled_is_said(deltas: list[int], count: int) -> None:
    assert (GREETING, CAP) == (3, 25)
    assert len(complaints_of_cap(deltas, amount=GREETING, cap=CAP)) == count
