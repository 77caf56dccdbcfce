"""What two rulebooks say differently, value by value, by paths such as `rules.share.caps[0].points`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from ledger.core.rulebook.tree import Items, Mapped, Node, Text
from ledger.service.rulebooks import parse

NAMES = ("id", "code", "event", "metric")
"""What names an item of a list, first found; items without one go by their number."""


class Change(NamedTuple):
    """One value that differs; None where one of the two does not have it."""

    path: str
    before: str | None
    after: str | None


def changes(before: str, after: str) -> list[Change]:
    """Return every value that differs between two rulebooks' texts; comments and examples do not count.

    Raises:
        RulebookFaulty: one of them is no YAML.
    """
    sides = [_said(text) for text in (before, after)]
    paths = dict.fromkeys((*sides[0], *sides[1]))
    found = (Change(path, sides[0].get(path), sides[1].get(path)) for path in paths)
    return [one for one in found if one.before != one.after and not one.path.startswith("examples")]


@lru_cache(maxsize=64)
def _said(text: str) -> Mapping[str, str]:
    return dict(_values(parse(text), ""))


def _values(node: Node, path: str) -> Iterator[tuple[str, str]]:
    match node:
        case Text():
            yield path, node.text
        case Items() if all(isinstance(item, Text) for item in node.items):
            yield path, ", ".join(item.text for item in node.items if isinstance(item, Text))
        case Items():
            taken: set[str] = set()
            for number, item in enumerate(node.items):
                name = _name(item)
                here = f"{path}.{name}" if name and name not in taken else f"{path}[{number}]"
                taken.add(name)
                yield from _values(item, here)
        case Mapped():
            for key, item in node.items.items():
                yield from _values(item, f"{path}.{key}" if path else key)


def _name(item: Node) -> str:
    if isinstance(item, Mapped):
        for key in NAMES:
            found = item.items.get(key)
            if isinstance(found, Text):
                return found.text
    return ""
