"""Reads rulebooks from YAML text, and finds the presets that come with the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from uuid import UUID

import yaml

from ledger.core.commands import PublishRulebook
from ledger.core.events import RulebookPublished
from ledger.core.rulebook.faults import Fault
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.rulebook.reading import read_rulebook
from ledger.core.rulebook.tree import Items, Mapped, Node, Text
from ledger.core.rulebook.versions import Version, Versions
from ledger.core.values import Micros
from ledger.service.schedule import last_begun, schedule_faults
from ledger.store.engine import Database
from ledger.store.reads.publications import publications
from ledger.store.reads.rulebooks import latest

DEEPEST = 20
"""Levels of nesting. A rulebook needs fewer than ten."""


class RulebookFaulty(Exception):
    """A rulebook cannot be used; `faults` names everything wrong with it, by line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def parse(text: str) -> Node:
    """Compose YAML into a tree that keeps lines and the text of scalars.

    Raises:
        RulebookFaulty: the text is no YAML document, a key stands twice, or something is written as an alias.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        aliases = _aliases(text) if "&" in text else []
    except yaml.YAMLError as error:
        raise RulebookFaulty([_not_yaml(text, error)]) from error
    except RecursionError as error:
        raise RulebookFaulty([_too_deep(1, "")]) from error
    if root is None:
        raise RulebookFaulty(
            [Fault(code="MISSING", line=1, path="", expected="expected a rulebook, found nothing")]
        )
    growing = _Tree(aliases)
    tree = growing.grow(root, "", 0)
    if growing.faults:
        raise RulebookFaulty(sorted(growing.faults, key=lambda fault: fault.line))
    return tree


def _aliases(text: str) -> list[yaml.AliasEvent]:
    return [event for event in yaml.parse(text, Loader=yaml.SafeLoader) if isinstance(event, yaml.AliasEvent)]


def _not_yaml(text: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
    said = [getattr(error, name, None) for name in ("context", "problem", "reason")]
    problem = ", ".join(part for part in said if part) or str(error)
    return Fault(code="NOT_YAML", line=line, path="", expected=f"expected YAML: {problem}")


def _too_deep(line: int, path: str) -> Fault:
    return Fault(code="TOO_DEEP", line=line, path=path, expected=f"expected at most {DEEPEST} levels")


class _Tree:
    """Makes our tree of YAML's, in the order of the document, with each node once.

    An alias is refused: a few lines of them can spell a billion nodes.
    """

    def __init__(self, aliases: list[yaml.AliasEvent]) -> None:
        self.faults: list[Fault] = []
        self._aliases = iter(aliases)
        self._seen: set[int] = set()

    def grow(self, node: yaml.Node, path: str, depth: int) -> Node:
        """Return our node of a YAML node; `path` is where it stands."""
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            mark = next(self._aliases).start_mark
            at = mark.line + 1 if mark else line
            self.faults.append(Fault(code="ALIAS", line=at, path=path, expected="expected no alias: write it out"))
            return Text(at, "")
        self._seen.add(id(node))
        if depth > DEEPEST:
            self.faults.append(_too_deep(line, path))
            return Text(line, "")
        match node:
            case yaml.ScalarNode():
                return Text(line, node.value, quoted=node.style in ("'", '"', "|", ">"))
            case yaml.SequenceNode():
                grown = [self.grow(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(node.value)]
                return Items(line, tuple(grown))
            case yaml.MappingNode():
                return self._mapping(node, path, depth)
        raise AssertionError(node)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> Mapped:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            spelled = self.grow(key, path, depth + 1)
            name = spelled.text if isinstance(spelled, Text) else ""
            here = f"{path}.{name}" if path else name
            line = key.start_mark.line + 1
            if not isinstance(spelled, Text):
                self.faults.append(
                    Fault(code="WRONG_TYPE", line=line, path=here, expected="expected a word as key")
                )
            elif name in items:
                self.faults.append(Fault(code="TWICE", line=line, path=here, expected="expected each key once"))
            items[name] = self.grow(value, here, depth + 1)
            lines[name] = line
        return Mapped(node.start_mark.line + 1, items, lines)


@lru_cache(maxsize=256)
def read(text: str) -> Rulebook:
    """Read a rulebook; a text that was read before is not read again.

    Raises:
        RulebookFaulty: with every fault, each by line and path.
    """
    return read_tree(parse(text))


def read_tree(tree: Node) -> Rulebook:
    """Read a rulebook that is already a tree.

    Raises:
        RulebookFaulty: with every fault, each by line and path.
    """
    rulebook, faults = read_rulebook(tree), schedule_faults(tree)
    if isinstance(rulebook, Rulebook) and not faults:
        return rulebook
    found = rulebook if isinstance(rulebook, list) else []
    raise RulebookFaulty(sorted([*found, *faults], key=lambda fault: fault.line))


def versions_of(published: Sequence[RulebookPublished]) -> Versions:
    """Return published rulebooks, read, for the writer to grade by."""
    return Versions(
        tuple(Version(fact.version, fact.effective_from, read(fact.yaml), last_begun) for fact in published)
    )


def publication(
    text: str,
    *,
    number: int | None = None,
    effective_from: Micros | None = None,
    note: str = "",
    by: str = "",
) -> PublishRulebook:
    """Return the command that puts a rulebook's text in force.

    Raises:
        RulebookFaulty: with every fault, each by line and path.
    """
    return PublishRulebook(
        yaml=text,
        rulebook=read(text),
        number=number,
        effective_from=effective_from,
        note=note,
        by=by,
        last_begun=last_begun,
    )


async def current(database: Database, community: UUID) -> Rulebook:
    """Return the rulebook published last. A community has one from its beginning."""
    fact = await latest(database, community)
    assert fact is not None
    return read(fact.yaml)


async def published(database: Database, community: UUID) -> Versions:
    """Return every version of a community's rulebook."""
    return versions_of([one.fact for one in await publications(database, community)])


def presets_folder() -> Path:
    """Return where the presets stand: in a wheel under `ledger`, in a checkout at the top."""
    packaged = Path(str(resources.files("ledger"))) / "seed" / "presets"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "seed" / "presets"


def presets() -> dict[str, str]:
    """Return every preset's text by its name, in order of name."""
    return {path.stem: path.read_text("utf-8") for path in sorted(presets_folder().glob("*.yaml"))}
