"""Carries Python docstrings and descriptions into the schema: Strawberry does not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import EnumMeta
from typing import Any, Protocol, TypeVar, dataclass_transform

import strawberry

T = TypeVar("T", bound=type)
E = TypeVar("E", bound=EnumMeta)
F = TypeVar("F", bound=Callable[..., Any])


def field(description: str, *, name: str | None = None) -> Any:
    """Return a plain field with a description; `name` is the contract's where Python has it."""
    return strawberry.field(description=description, name=name)


def optional(description: str, *, default: Any = strawberry.UNSET) -> Any:
    """Return an input's field that may be left out: it then is UNSET, which is false."""
    return strawberry.field(description=description, default=default)


def arg(description: str, *, name: str | None = None) -> Any:
    """Describe an argument, beside its type in `Annotated`; `name` is the contract's where Python has it."""
    return strawberry.argument(description=description, name=name)


def value(name: str, description: str) -> Any:
    """Return an enum's value with a description."""
    return strawberry.enum_value(name, description=description)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def described(cls: T) -> T:
    """Make a GraphQL type of a class, with its docstring as the type's description."""
    return strawberry.type(cls, description=_said(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def interface(cls: T) -> T:
    """Make a GraphQL interface of a class."""
    return strawberry.interface(cls, description=_said(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(field, optional))
def given(cls: T) -> T:
    """Make a GraphQL input of a class."""
    return strawberry.input(cls, description=_said(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(field, optional))
def one_of(cls: T) -> T:
    """Make a GraphQL input of a class of which exactly one field is given."""
    return strawberry.input(cls, description=_said(cls), one_of=True)


def enumeration(cls: E) -> E:
    """Make a GraphQL enum of an enum whose members are made by `value`."""
    return strawberry.enum(cls, description=_said(cls))


def _said(cls: type) -> str:
    return " ".join((inspect.getdoc(cls) or "").split())


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


def changing(description: str) -> Resolved:
    """Make a mutation of a resolver."""

    def make(resolver: F) -> F:
        made: Any = strawberry.mutation(resolver, description=description)
        return made  # type: ignore[no-any-return]  # as above

    return make


def followed(description: str) -> Resolved:
    """Make a subscription of a resolver."""

    def make(resolver: F) -> F:
        made: Any = strawberry.subscription(resolver, description=description)
        return made  # type: ignore[no-any-return]  # as above

    return make
