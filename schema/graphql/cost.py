"""What an operation may cost: fields, times as many rows as its page arguments allow.

A field costs one; `first`, `last` and lists of ids multiply what is below them, other lists count as a few.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from schema.graphql.faults import Fault

MOST_COST = 10_000
FEW = 5
"""What a list without page arguments counts as."""

PAGED = ("last", "first", "ids", "memberIds", "inputs")
MOST_COUNTED = 10**6


class Pricing:
    """Prices one operation; each fragment once, so the time is linear in the text."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._defaults: dict[str, ValueNode] = {}
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._priced: dict[tuple[str, bool], int] = {}

    def of(self, operation: OperationDefinitionNode) -> int:
        """Return what an operation costs."""
        for one in operation.variable_definitions or ():
            if one.default_value is not None:
                self._defaults[one.variable.name.value] = one.default_value
        root = self._schema.get_root_type(operation.operation)
        return self._selection(root, operation.selection_set, counted=False)

    def _selection(self, parent: Any, selection: SelectionSetNode, *, counted: bool) -> int:
        cost = 0
        for node in selection.selections:
            if isinstance(node, FieldNode):
                cost += self._field(parent, node, counted=counted)
            elif isinstance(node, FragmentSpreadNode):
                cost += self._fragment(node.name.value, counted=counted)
            elif isinstance(node, InlineFragmentNode):
                named = node.type_condition
                type_ = self._schema.get_type(named.name.value) if named is not None else parent
                cost += self._selection(type_, node.selection_set, counted=counted)
        return cost

    def _field(self, parent: Any, node: FieldNode, *, counted: bool) -> int:
        field = self._named(parent, node.name.value)
        if field is None or node.selection_set is None:
            return 1
        rows = self._rows(field, node)
        times = rows if rows is not None else FEW if _is_list(field) and not counted else 1
        inside = self._selection(get_named_type(field.type), node.selection_set, counted=rows is not None)
        return 1 + times * inside

    def _fragment(self, name: str, *, counted: bool) -> int:
        key = (name, counted)
        if key not in self._priced:
            self._priced[key] = 0
            fragment = self._fragments[name]
            type_ = self._schema.get_type(fragment.type_condition.name.value)
            self._priced[key] = self._selection(type_, fragment.selection_set, counted=counted)
        return self._priced[key]

    def _named(self, parent: Any, name: str) -> GraphQLField | None:
        """Return a type's field; introspection has none here: it has a limit of its own."""
        fields = parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        found: GraphQLField | None = fields.get(name)
        return found

    def _rows(self, field: GraphQLField, node: FieldNode) -> int | None:
        """Return how many rows the page arguments ask for; None where there are none."""
        given = {one.name.value: one.value for one in node.arguments or ()}
        for name in PAGED:
            if name in field.args:
                size = self._size(given.get(name), field.args[name])
                if size is not None:
                    return size
        return None

    def _size(self, value: ValueNode | None, argument: GraphQLArgument) -> int | None:
        if isinstance(value, VariableNode):
            name = value.name.value
            if name in self._variables:
                return _counted(self._variables[name])
            value = self._defaults.get(name)
        if isinstance(value, IntValueNode):
            return _counted(int(value.value[:18]))
        if isinstance(value, ListValueNode):
            return len(value.values)
        return _default(argument)


def _default(argument: GraphQLArgument) -> int | None:
    default = argument.default.value if argument.default is not None else argument.default_value
    return None if default is Undefined else _counted(default)


def _counted(value: object) -> int | None:
    if isinstance(value, list):
        return len(value)
    return max(0, min(value, MOST_COUNTED)) if isinstance(value, int) else None


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type
    return is_list_type(type_.of_type if is_non_null_type(type_) else type_)


def too_dear(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any]
) -> list[Fault]:
    """Return why an operation of a valid document costs too much; nothing where it does not."""
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    chosen = [one for one in operations if operation_name in (None, one.name.value if one.name else None)]
    cost = max((Pricing(schema, document, variables).of(one) for one in chosen), default=0)
    if cost <= MOST_COST:
        return []
    said = f"this asks for up to {min(cost, 10**12)} fields, of which {MOST_COST} are possible; ask for fewer rows"
    return [Fault("TOO_COMPLEX", said, cost=min(cost, 10**12), most=MOST_COST)]
