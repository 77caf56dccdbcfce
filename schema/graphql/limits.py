"""How large a document may be, judged before it is validated and in time linear in its text.

Strawberry's own limiters walk a fragment once for every way that leads to it, so thirty short fragments
that spread each other twice keep them busy for minutes; here each is weighed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from schema.graphql.faults import Fault

MOST_TOKENS = 1_000
DEEPEST = 10
MOST_ALIASES = 15
MOST_DIRECTIVES = 50
MOST_REPEATS = 20
"""How often one field may stand in one selection: comparing them takes the square of it."""


class Weight(NamedTuple):
    """What a part of a document comes to, with its fragments written out."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    repeats: int = 0

    def under(self, field: FieldNode) -> Weight:
        """Return the weight of a field above this."""
        aliased, marked = field.alias is not None, len(field.directives or ())
        return Weight(self.depth + 1, self.aliases + aliased, self.directives + marked, self.repeats)


class Weighing:
    """Weighs a document's operations; a fragment that spreads itself weighs nothing there."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._weighed: dict[str, Weight] = {}

    def whole(self, operation: OperationDefinitionNode) -> Weight:
        """Return an operation's weight."""
        inside = self._selection(operation.selection_set)
        return inside._replace(directives=inside.directives + len(operation.directives or ()))

    def _selection(self, selection: SelectionSetNode) -> Weight:
        parts = [self._one(one) for one in selection.selections]
        names = Counter(one.name.value for one in selection.selections if isinstance(one, FieldNode))
        repeats = max(names.values(), default=0)
        return Weight(
            depth=max((part.depth for part in parts), default=0),
            aliases=sum(part.aliases for part in parts),
            directives=sum(part.directives for part in parts),
            repeats=max([repeats, *(part.repeats for part in parts)]),
        )

    def _one(self, node: SelectionNode) -> Weight:
        if isinstance(node, FieldNode):
            hidden = node.name.value.startswith("__")  # introspection has a limit of its own
            inside = Weight() if hidden or node.selection_set is None else self._selection(node.selection_set)
            return inside.under(node)
        if isinstance(node, FragmentSpreadNode):
            inside = self._fragment(node.name.value)
        else:
            inside = self._selection(node.selection_set)  # type: ignore[attr-defined]  # the third is inline
        return inside._replace(directives=inside.directives + len(node.directives or ()))

    def _fragment(self, name: str) -> Weight:
        if name not in self._weighed:
            self._weighed[name] = Weight()
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._weighed[name] = self._selection(fragment.selection_set)
        return self._weighed[name]


def judge(document: DocumentNode) -> list[Fault]:
    """Return why a document is too large; nothing where it is not."""
    weighing = Weighing(document)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    return list(_judged(weighing.whole(operation) for operation in operations))


def _judged(weights: Iterable[Weight]) -> Iterator[Fault]:
    for weight in weights:
        for what, found, most in (
            ("levels of fields", weight.depth, DEEPEST),
            ("aliases", weight.aliases, MOST_ALIASES),
            ("directives", weight.directives, MOST_DIRECTIVES),
            ("times the same field", weight.repeats, MOST_REPEATS),
        ):
            if found > most:
                yield Fault("TOO_COMPLEX", f"expected at most {most} {what}, found {min(found, 10**6)}")
