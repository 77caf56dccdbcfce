"""The schema as a promise: its snapshot, its words, and that it is what the contract says as far as it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_ast_schema,
    build_schema,
    is_specified_scalar_type,
    parse,
    print_ast,
    validate,
)

from ledger.core import outcomes
from ledger.core.refusals import Refusal
from ledger.service.access import Scope
from ledger.words.render import LOCALES, texts
from schema.graphql.limits import judge
from schema.graphql.types.enums import ApiScope, EntryKind, Outcome
from tests.house.tree import ROOT
from tests.schema.contract import QUERIES, documents
from tests.shared import absent, shared

SNAPSHOT = ROOT / "schema" / "schema.graphql"
ADDED = {
    ("Round", "entrants"),
    ("RoundWinner", "number"),
    ("RedemptionStep", "reason"),
    ("Mutation", "showOffer"),
    ("Mutation", "retireOffer"),
    ("CommunityPayload", "operatorKey"),
    ("Member", "violations"),
    ("Standing", "noEarningUntil"),
    ("JournalEvent", "explanation"),
}
"""What we promise beyond the contract."""

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType


@pytest.fixture(scope="module")
def ours() -> GraphQLSchema:
    """The schema of the snapshot."""
    return build_schema(SNAPSHOT.read_text("utf-8"))


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    """The contract's schema."""
    path = shared("contract/schema.graphql")
    return build_ast_schema(parse(path.read_text("utf-8")), assume_valid=True)


def _types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    for type_ in schema.type_map.values():
        if not type_.name.startswith("__") and not is_specified_scalar_type(type_):
            yield type_


def test_everything_says_what_it_is(ours: GraphQLSchema) -> None:
    lacking: list[str] = []
    for type_ in _types(ours):
        parts = {type_.name: type_.description}
        if isinstance(type_, GraphQLEnumType):
            parts |= {f"{type_.name}.{name}": value.description for name, value in type_.values.items()}
        if isinstance(type_, Composite):
            for name, field in type_.fields.items():
                parts[f"{type_.name}.{name}"] = field.description
                arguments = getattr(field, "args", {})
                parts |= {f"{type_.name}.{name}({one})": arg.description for one, arg in arguments.items()}
        lacking += [name for name, description in parts.items() if not (description or "").strip()]
    assert lacking == []


def test_every_name_is_the_contracts_with_the_same_type(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    differing: list[str] = []
    for type_ in _types(ours):
        theirs = contract.type_map.get(type_.name)
        if theirs is None or type(theirs) is not type(type_):
            differing.append(type_.name)
        elif isinstance(type_, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            differing += [f"{type_.name}.{name}" for name in type_.values if name not in theirs.values]
        elif isinstance(type_, Composite):
            differing += _differing(type_, theirs)
    assert differing == []


def _differing(ours: Composite, theirs: GraphQLNamedType) -> Iterator[str]:
    assert isinstance(theirs, Composite)
    if isinstance(ours, GraphQLObjectType) and isinstance(theirs, GraphQLObjectType):
        assert {one.name for one in ours.interfaces} == {one.name for one in theirs.interfaces}, ours.name
    for name, field in ours.fields.items():
        place = f"{ours.name}.{name}"
        promised = theirs.fields.get(name)
        if promised is None:
            if (ours.name, name) not in ADDED:
                yield place
            continue
        if str(field.type) != str(promised.type):
            yield f"{place}: {field.type}, not {promised.type}"
        given, wanted = getattr(field, "args", {}), getattr(promised, "args", {})
        if set(given) != set(wanted):
            yield f"{place}: arguments {sorted(set(given) ^ set(wanted))}"
        for one in set(given) & set(wanted):
            pair = [(str(arg.type), _default(arg)) for arg in (given[one], wanted[one])]
            if pair[0] != pair[1]:
                yield f"{place}({one}): {pair[0]}, not {pair[1]}"


def _default(argument: object) -> str | None:
    literal = getattr(getattr(argument, "default", None), "literal", None)
    return None if literal is None else print_ast(literal)


def test_what_is_answered_has_the_whole_vocabulary(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    for name in (
        *("EntryKind", "Outcome", "MatchMode", "RulebookState", "Role", "Period", "ApiScope"),
        *("RedemptionStatus", "PerkKind", "PerkBlock", "FulfilmentKind", "FulfilAction"),
    ):
        mine, theirs = ours.type_map[name], contract.type_map[name]
        assert isinstance(mine, GraphQLEnumType)
        assert isinstance(theirs, GraphQLEnumType)
        assert list(mine.values) == list(theirs.values)


def test_whatever_the_core_says_has_a_name_here() -> None:
    assert {one.value for one in outcomes.Outcome} <= {one.value for one in Outcome}
    assert {one.value for one in outcomes.EntryKind} <= {one.value for one in EntryKind}
    assert {one.value for one in Scope} == {one.value for one in ApiScope}


@pytest.mark.parametrize(("name", "document"), documents() or [("none", None)])
def test_the_documents_of_frontends_are_not_too_large(name: str, document: DocumentNode | None) -> None:
    if document is None:
        pytest.skip(absent(QUERIES))
    assert judge(document) == [], name


NOT_YET = {
    "07-leaderboard.graphql": {"movement", "highlight"},
    "11-console-overview.graphql": {"health", "todo", "activitySeries"},
    "12-console-activity.graphql": {"Granularity", "activitySeries"},
    "13-console-funnel.graphql": {"funnel"},
    "18-api-keys.graphql": {"createdBy", "lastUsedAt", "requestsLast7d"},
}
"""What frontends ask for that is not built: all else is answered."""


@pytest.mark.parametrize(("name", "document"), documents() or [("none", None)])
def test_the_documents_of_frontends_are_valid_but_for_what_is_not_built(
    name: str, document: DocumentNode | None, ours: GraphQLSchema
) -> None:
    if document is None:
        pytest.skip(absent(QUERIES))
    lacking = {re.findall(r"'(.*?)'", fault.message)[0] for fault in validate(ours, document)}
    assert lacking == NOT_YET.get(name, set())


def _codes(of: type[Refusal] = Refusal) -> Iterator[str]:
    for one in of.__subclasses__():
        yield one.code
        yield from _codes(one)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_refusal_has_a_sentence(locale: str) -> None:
    assert [code for code in _codes() if f"refusal.{code}" not in texts(locale)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_of_entry_has_a_reason(locale: str) -> None:
    assert [kind for kind in outcomes.EntryKind if f"reason.{kind.value}" not in texts(locale)] == []
