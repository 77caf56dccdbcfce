"""Scalars: points and positions are 64 bits, sent as JSON numbers within 2^53-1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NewType

from graphql import GraphQLError
from strawberry import scalar
from strawberry.types.scalar import ScalarDefinition

from ledger.core.values import LARGEST_POINTS

Points = NewType("Points", int)
Position = NewType("Position", int)


def whole(value: object) -> int:
    """Read a whole number that a JSON number holds exactly."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_POINTS:
        raise GraphQLError("expected a whole number within 2^53-1")
    return value


SCALARS: Mapping[object, ScalarDefinition] = {
    Points: scalar(
        name="Points",
        description="Whole points or minor units, 64 bits, sent as a JSON number within 2^53-1.",
        serialize=int,
        parse_value=whole,
    ),
    Position: scalar(
        name="Position",
        description="A place in a community's journal, 64 bits, 1 is the first event.",
        serialize=int,
        parse_value=whole,
    ),
}
