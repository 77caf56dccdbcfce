"""A YAML document as nodes that remember their lines, and a reader that gathers faults instead of stopping.

Scalars keep their text: `on` stays a word and 0.1 stays exact, whatever YAML 1.1 makes of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from ledger.core.rulebook.faults import Fault, nearest
from ledger.core.rulebook.grammar import Scalar
from ledger.core.values import LARGEST_POINTS

T = TypeVar("T")
_WHOLE = re.compile(r"[-+]?[0-9]{1,30}(_[0-9]{1,30}){0,9}\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,30}(_[0-9]{1,30}){0,9}\.[0-9]{1,30}\Z")
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = ("", "~", "null", "Null", "NULL")
_UNSURE = ("yes", "no", "on", "off")
_NAME = re.compile(r"[\w-]{1,64}\Z")
LONGEST_WORD = 128


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar; `quoted` ones are words whatever they look like."""

    line: int
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping; `lines` says where each key stands."""

    line: int
    items: Mapping[str, Node]
    lines: Mapping[str, int]


Node = Text | Items | Mapped


def scalar(node: Text) -> Scalar:
    """Return what an unquoted scalar spells: a flag, a whole number, an exact decimal, else a word."""
    if node.quoted:
        return node.text
    if node.text in _FLAGS:
        return _FLAGS[node.text]
    if _WHOLE.match(node.text):
        return int(node.text)
    if _DECIMAL.match(node.text):
        return Fraction(node.text.replace("_", ""))
    return node.text


def _shown(node: Node) -> str:
    match node:
        case Text():
            text = node.text if len(node.text) <= LONGEST_WORD else f"{node.text[:LONGEST_WORD]}…"
            return f'"{text}"' if node.quoted else text or "nothing"
        case Items():
            return "a list"
        case Mapped():
            return "a mapping"


@dataclass(slots=True)
class Reading:
    """One reading of one document: every `read_*` returns a value or notes a fault and returns None."""

    faults: list[Fault] = field(default_factory=list)

    def fault(
        self, code: str, node: Node, path: str, expected: str, *, known: Iterable[str] = (), line: int = 0
    ) -> None:
        """Note one fault; `known` are the words among which a misspelled one is looked for."""
        suggestion = nearest(node.text, known) if known and isinstance(node, Text) else ""
        self.faults.append(
            Fault(
                code=code,
                line=line or node.line,
                path=path,
                expected=expected,
                found=_shown(node),
                suggestion=suggestion,
            )
        )

    def mapping(self, node: Node, path: str, *, keys: Iterable[str]) -> Mapped:
        """Return a mapping whose keys are all known; others are faults."""
        if not isinstance(node, Mapped):
            self.fault("WRONG_TYPE", node, path, "expected a mapping")
            return Mapped(node.line, {}, {})
        known = list(keys)
        for key in node.items:
            if key in known:
                continue
            here = f"{path}.{key}" if path else key
            at = Text(node.lines[key], key)
            self.fault("UNKNOWN_KEY", at, here, f"expected one of {', '.join(known)}", known=known)
        return node

    def named(self, node: Node, path: str) -> Mapped:
        """Return a mapping with free keys."""
        if not isinstance(node, Mapped):
            self.fault("WRONG_TYPE", node, path, "expected a mapping")
            return Mapped(node.line, {}, {})
        for key in node.items:
            self.word(Text(node.lines[key], key), f"{path}.{key}")
        return node

    def codes(self, node: Node, path: str) -> Mapped:
        """Return a mapping whose keys are names that the rulebook gives to its own things."""
        named = self.named(node, path)
        for key in named.items:
            self.name(Text(named.lines[key], key), f"{path}.{key}")
        return named

    def each(
        self, node: Node | None, path: str, read: Callable[[Node, str], T | None], *, least: int = 0
    ) -> tuple[T, ...]:
        """Read every item of a list of at least so many; an absent list is empty."""
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.fault("WRONG_TYPE", node, path, "expected a list")
            return ()
        if len(node.items) < least:
            self.fault("MISSING", node, path, f"expected at least {least} in the list")
        read_items = [read(item, f"{path}[{number}]") for number, item in enumerate(node.items)]
        return tuple(item for item in read_items if item is not None)

    def twice(self, node: Node | None, path: str, key: str) -> None:
        """Note names given to more than one item of a list."""
        seen: set[str] = set()
        for number, item in enumerate(node.items if isinstance(node, Items) else ()):
            name = item.items.get(key) if isinstance(item, Mapped) else None
            if isinstance(name, Text):
                if name.text in seen:
                    self.fault("TWICE", name, f"{path}[{number}].{key}", f"expected an {key} of its own")
                seen.add(name.text)

    def word(self, node: Node, path: str) -> str | None:
        """Read a word."""
        if isinstance(node, Text) and node.text and (node.quoted or node.text not in _NOTHING):
            if len(node.text) <= LONGEST_WORD:
                return node.text
            self.fault("WRONG_VALUE", node, path, f"expected at most {LONGEST_WORD} characters")
            return None
        self.fault("WRONG_TYPE", node, path, "expected a word")
        return None

    def name(self, node: Node, path: str) -> str | None:
        """Read a name that the rulebook gives to a thing of its own."""
        text = self.word(node, path)
        if text is None or _NAME.match(text):
            return text
        self.fault("WRONG_VALUE", node, path, "expected a name of letters, digits, _ and -, at most 64")
        return None

    def words(self, node: Node | None, path: str, *, least: int = 0) -> tuple[str, ...]:
        """Read a list of different words; a single word is a list of one."""
        if isinstance(node, Text):
            return tuple(filter(None, [self.word(node, path)]))
        words = self.each(node, path, self.word, least=least)
        seen: set[str] = set()
        for number, item in enumerate(node.items if isinstance(node, Items) else ()):
            if isinstance(item, Text):
                if item.text in seen:
                    self.fault("TWICE", item, f"{path}[{number}]", "expected each word once")
                seen.add(item.text)
        return words

    def choice(self, node: Node, path: str, options: Iterable[str]) -> str | None:
        """Read one of a few words."""
        known = list(options)
        if isinstance(node, Text) and node.text in known:
            return node.text
        self.fault("WRONG_VALUE", node, path, f"expected one of {', '.join(known)}", known=known)
        return None

    def flag(self, node: Node, path: str) -> bool | None:
        """Read true or false."""
        value = scalar(node) if isinstance(node, Text) else None
        if isinstance(value, bool):
            return value
        self.fault("WRONG_TYPE", node, path, "expected true or false")
        return None

    def number(self, node: Node, path: str) -> int | Fraction | None:
        """Read an exact number, whole or decimal."""
        value = scalar(node) if isinstance(node, Text) else None
        if isinstance(value, int | Fraction) and not isinstance(value, bool):
            return value
        self.fault("WRONG_TYPE", node, path, "expected a number")
        return None

    def plain(self, node: Node, path: str) -> Scalar | None:
        """Read a flag, a number or a word; not a word of which YAML's versions disagree what it is."""
        if not isinstance(node, Text):
            self.fault("WRONG_TYPE", node, path, "expected a plain value")
            return None
        if not node.quoted and (node.text in _NOTHING or node.text.lower() in _UNSURE):
            self.fault("UNSURE", node, path, f'expected true or false, or the word in quotes: "{node.text}"')
            return None
        return scalar(node)

    def whole(self, node: Node, path: str, *, least: int | None = None, most: int = LARGEST_POINTS) -> int | None:
        """Read a whole number, not below `least`, not above `most`."""
        value = scalar(node) if isinstance(node, Text) else None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault("WRONG_TYPE", node, path, "expected a whole number")
            return None
        if least is not None and value < least:
            self.fault("WRONG_VALUE", node, path, f"expected a whole number of at least {least}")
            return None
        if value > most:
            self.fault("WRONG_VALUE", node, path, f"expected a whole number of at most {most}")
            return None
        return value

    def points(self, node: Node, path: str, *, scale: int, least: int | None = None) -> int | None:
        """Read whole units with at most `scale` decimals, as minor units."""
        value = self.number(node, path)
        if value is None:
            return None
        minor = Fraction(value) * 10**scale
        if minor.denominator != 1:
            expected = f"expected at most {scale} decimals" if scale else "expected a whole number of points"
            self.fault("WRONG_VALUE", node, path, expected)
            return None
        if least is not None and minor < least:
            self.fault("WRONG_VALUE", node, path, f"expected at least {Fraction(least, 10**scale)}")
            return None
        if abs(minor) > LARGEST_POINTS:
            self.fault("WRONG_VALUE", node, path, f"expected at most {LARGEST_POINTS} of the smallest part")
            return None
        return int(minor)
