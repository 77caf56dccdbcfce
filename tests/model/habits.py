"""What is likely in each of the model's communities: which events, how far apart, how late, with which data.

The garden knows all that happens at once. In the pond things wait and end, so its waits are long: multiples of
ten seconds, which the rulebook's lengths are not, so nothing hangs on a microsecond.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple


class Habits(NamedTuple):
    """A rulebook, and how often what happens under it."""

    rulebook: str
    types: dict[str, int]
    undoing: frozenset[str]
    waits: tuple[int, ...]
    ages: tuple[int, ...]
    units: tuple[str | None, ...]
    data: dict[str, tuple[Any, ...]]
    reviews: float = 0


def _read(name: str) -> str:
    return (Path(__file__).parent / name).read_text("utf-8")


GARDEN = Habits(
    rulebook=_read("garden.yaml"),
    types={
        "asked": 6,
        "liked": 12,
        "disliked": 8,
        "unliked": 6,
        "talked": 12,
        "helped": 12,
        "unhelped": 4,
        "accepted": 10,
        "unaccepted": 4,
        "credited": 8,
        "revoked": 5,
        "hidden": 3,
        "paid": 8,
        "refunded": 3,
        "removed": 2,
        "recalled": 3,
        "closed": 3,
        "contribution.undone": 8,
        "waved": 1,
    },
    undoing=frozenset({"unliked", "unhelped", "unaccepted", "revoked", "hidden", "refunded", "recalled"}),
    waits=(0, 0, 0, 1, 20, 59, 60, 61, 3_000, 20_000),
    ages=(*[0] * 10, 1, 59, 60, 7_000, 86_400, 100_000, 259_199, 259_201, 400_000, -599, -600, -601),
    units=(None, None, "points", "coins", "stars", "pearls"),
    data={"kind": ("code", "doc"), "question": ("q1", "q2"), "score": (2, 3)},
)

POND = Habits(
    rulebook=_read("pond.yaml"),
    types={
        "shared": 14,
        "unshared": 4,
        "story": 10,
        "liked": 16,
        "unliked": 5,
        "talked": 14,
        "played": 8,
        "cancelled": 3,
        "lost": 9,
        "forgiven": 5,
        "paid": 10,
        "refunded": 5,
        "best": 8,
        "unbest": 3,
        "removed": 2,
        "contribution.undone": 9,
        "waved": 1,
    },
    undoing=frozenset({"unliked", "unshared", "cancelled", "forgiven", "refunded", "unbest"}),
    waits=(0, 0, 0, 10, 600, 3_600, 7_200, 10_000, 30_000, 86_400, 172_800),
    ages=(*[0] * 12, 10, 7_200, 10_000, 86_400, 172_800, 259_200, 400_000, 600_000, -590, -600, -610),
    units=(None, "points", "coins", "stars", "shells"),
    data={"question": ("q1", "q2"), "activity": ("noon", "weekend", "picnic", None, None, None, None, None)},
    reviews=0.1,
)
