"""The contract, and the documents that real frontends send, where the shared folder is there."""

from __future__ import annotations

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, parse, print_ast

from tests.shared import SHARED, shared

QUERIES = "contract/queries"


def documents() -> list[tuple[str, DocumentNode]]:
    """Return every document that frontends send, by name; nothing where there are none."""
    return [(path.name, parse(path.read_text("utf-8"))) for path in sorted((SHARED / QUERIES).glob("*.graphql"))]


def document(file: str, operation: str) -> str:
    """Return one operation of a document with the fragments it needs; a test is skipped where there is none."""
    parts = parse(shared(f"{QUERIES}/{file}").read_text("utf-8")).definitions
    chosen = [one for one in parts if isinstance(one, OperationDefinitionNode) and one.name is not None]
    text = "\n".join(print_ast(one) for one in chosen if one.name is not None and one.name.value == operation)
    assert text, f"{file} has no {operation}"
    fragments = [one for one in parts if isinstance(one, FragmentDefinitionNode)]
    return text + "".join(print_ast(one) for one in fragments if f"...{one.name.value}" in text)
