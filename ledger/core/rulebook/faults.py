"""A fault in a rulebook: where, what, and what was perhaps meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ledger.core.values import Value

DESCRIBED = ("nothing", "a list", "a mapping")
"""What `found` says where there is no word to show."""


class Fault(Value):
    """One thing wrong. `path` is as `rules[3].caps[0].per`; `line` counts from 1."""

    code: str
    line: int
    path: str
    expected: str
    found: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        said = f"line {self.line}: {self.path or 'rulebook'}: {self.expected}"
        if self.found:
            said += f", found {self.found if self.found in DESCRIBED else repr(self.found)}"
        return f"{said}. Did you mean {self.suggestion!r}?" if self.suggestion else said


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return the known word that `word` most likely misspells, or nothing."""
    return next(iter(get_close_matches(word, [str(one) for one in known], n=1, cutoff=cutoff)), "")
