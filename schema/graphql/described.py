"""Carries Python docstrings into the schema: Strawberry does not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, dataclass_transform

import strawberry

T = TypeVar("T", bound=type)
F = TypeVar("F", bound=Callable[..., Any])


def field(description: str) -> Any:
    """Return a plain field with a description."""
    return strawberry.field(description=description)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def described(cls: T) -> T:
    """Make a GraphQL type of a class, with its docstring as the type's description."""
    return strawberry.type(cls, description=inspect.getdoc(cls))


class Resolved(Protocol):
    """A decorator that leaves a resolver's type as it is."""

    def __call__(self, resolver: F, /) -> F:
        """Make a field of the resolver."""


def resolved(description: str) -> Resolved:
    """Make a field of a resolver. Typed as leaving it as it is: Strawberry's own decorator hides its type."""

    def make(resolver: F) -> F:
        made: Any = strawberry.field(resolver, description=description)
        return made  # type: ignore[no-any-return]  # a field that mypy sees as its resolver

    return make
