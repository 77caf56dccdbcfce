"""Scalars: points and positions are 64 bits within 2^53-1; instants are RFC 3339 with their zone, days ISO."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import NewType

from graphql import GraphQLError
from strawberry import scalar
from strawberry.types.scalar import ScalarDefinition

from ledger.core.calendar import micros, moment
from ledger.core.values import LARGEST_POINTS
from schema.intake.cloudevents import read_time, write_time

Points = NewType("Points", int)
Position = NewType("Position", int)
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


def whole(value: object) -> int:
    """Read a whole number that a JSON number holds exactly."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_POINTS:
        raise GraphQLError("expected a whole number within 2^53-1")
    return value


def instant(value: object) -> datetime:
    """Read an RFC 3339 time."""
    at = read_time(value) if isinstance(value, str) else None
    if at is None:
        raise GraphQLError("expected an RFC 3339 time from 1970 on, such as 2026-11-23T08:00:00Z")
    return moment(at)


def shown(value: datetime) -> str:
    """Write an instant in UTC."""
    return write_time(micros(value))


def day(value: object) -> date:
    """Read a calendar day."""
    try:
        if isinstance(value, str) and _DAY.match(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError("expected a day such as 2026-11-23")


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
    datetime: scalar(
        name="DateTime",
        description="An instant, RFC 3339 with its zone; answered in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=shown,
        parse_value=instant,
    ),
    date: scalar(
        name="Date",
        description="A local day of the community, such as 2026-11-23.",
        serialize=date.isoformat,
        parse_value=day,
    ),
}
