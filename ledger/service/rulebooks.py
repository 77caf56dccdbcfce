"""Reads rulebooks from YAML text, and finds the presets that come with the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

import yaml

from ledger.core.events import RulebookPublished
from ledger.core.rulebook.faults import Fault
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.reading import read_rulebook
from ledger.core.rulebook.tree import Items, Mapped, Node, Text
from ledger.core.rulebook.versions import Version, Versions


class RulebookFaulty(Exception):
    """A rulebook cannot be used; `faults` names everything wrong with it, by line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def parse(text: str) -> Node:
    """Compose YAML into a tree that keeps lines and the text of scalars.

    Raises:
        RulebookFaulty: the text is no YAML document, or a key stands twice.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or str(error)
        raise RulebookFaulty(
            [Fault(code="NOT_YAML", line=line, path="", expected=f"expected YAML: {problem}")]
        ) from error
    if root is None:
        raise RulebookFaulty(
            [Fault(code="MISSING", line=1, path="", expected="expected a rulebook, found nothing")]
        )
    faults: list[Fault] = []
    tree = _tree(root, "", faults, 0)
    if faults:
        raise RulebookFaulty(faults)
    return tree


def _tree(node: yaml.Node, path: str, faults: list[Fault], depth: int) -> Node:
    line = node.start_mark.line + 1
    if depth > 20:
        faults.append(Fault(code="TOO_DEEP", line=line, path=path, expected="expected at most 20 levels"))
        return Text(line, "")
    match node:
        case yaml.ScalarNode():
            return Text(line, node.value, quoted=node.style in ("'", '"', "|", ">"))
        case yaml.SequenceNode():
            return Items(
                line,
                tuple(_tree(item, f"{path}[{n}]", faults, depth + 1) for n, item in enumerate(node.value)),
            )
        case yaml.MappingNode():
            items: dict[str, Node] = {}
            lines: dict[str, int] = {}
            for key, value in node.value:
                name, here = str(key.value), f"{path}.{key.value}" if path else str(key.value)
                if name in items:
                    at = key.start_mark.line + 1
                    faults.append(Fault(code="TWICE", line=at, path=here, expected="expected each key once"))
                items[name] = _tree(value, here, faults, depth + 1)
                lines[name] = key.start_mark.line + 1
            return Mapped(line, items, lines)
    raise AssertionError(node)


def read(text: str) -> Rulebook:
    """Read a rulebook.

    Raises:
        RulebookFaulty: with every fault, each by line and path.
    """
    rulebook = read_rulebook(parse(text))
    if isinstance(rulebook, list):
        raise RulebookFaulty(rulebook)
    return rulebook


def versions_of(published: Sequence[RulebookPublished]) -> Versions:
    """Return published rulebooks, read, for the writer to grade by."""
    return Versions(tuple(Version(fact.version, fact.effective_from, _read_once(fact.yaml)) for fact in published))


@lru_cache(maxsize=256)
def _read_once(text: str) -> Rulebook:
    return read(text)


def presets_folder() -> Path:
    """Return where the presets stand: in a wheel under `ledger`, in a checkout at the top."""
    packaged = Path(str(resources.files("ledger"))) / "seed" / "presets"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "seed" / "presets"


def presets() -> dict[str, str]:
    """Return every preset's text by its name, in order of name."""
    return {path.stem: path.read_text("utf-8") for path in sorted(presets_folder().glob("*.yaml"))}
