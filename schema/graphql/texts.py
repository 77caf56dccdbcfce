"""Texts that clients send: whether one can stand in the ledger at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from strawberry import UNSET

from schema.graphql.faults import Fault
from schema.intake.cloudevents import LONGEST

T = TypeVar("T")
LONGEST_TEXT = 1_000
LONGEST_NAME = 200
LONGEST_KEY = LONGEST["id"] - len("undo:")
MOST_LISTED = 50
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def fits(text: str, *, most: int) -> bool:
    """Say whether a text has 1 to `most` characters and no control characters."""
    return 0 < len(text) <= most and _CONTROL.search(text) is None


def fits_lines(text: str, *, most: int) -> bool:
    """Say whether a text of several lines is more than blanks, at most so long, and without control characters."""
    return bool(text.strip()) and fits(re.sub(r"\r?\n|\t", " ", text), most=most) and len(text) <= most


def can_match(text: str) -> bool:
    """Say whether a text can be found anywhere: what the ledger never takes names nothing."""
    return fits(text, most=LONGEST["subject"])


def listed(items: Sequence[T] | None) -> tuple[T, ...] | None:
    """Return a list that was given.

    Raises:
        Fault: it is too long.
    """
    if items is None or items is UNSET:
        return None
    if len(items) > MOST_LISTED:
        raise Fault("TOO_MANY", f"expected at most {MOST_LISTED}")
    return tuple(items)


def named(names: Mapping[str, str], locale: str) -> str:
    """Return a name in a language, else in English, else in any; nothing where there is none."""
    return names.get(locale) or names.get("en") or next(iter(names.values()), "")
