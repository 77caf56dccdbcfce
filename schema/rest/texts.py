"""The forms of text that requests may hold, as patterns that the OpenAPI document shows too."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from ledger.core.values import LARGEST_POINTS

PLAIN = r"^[^\x00-\x1f\x7f-\x9f]+$"
"""No control characters."""

IDENTITY = r"^[^\x00-\x1f\x7f-\x9f:]+:[^\x00-\x1f\x7f-\x9f]+$"
"""`platform:external-id`."""

KEY = r"^[\x21-\x7e]+$"
"""Visible ASCII, as a header holds it."""


def whole(value: Any) -> Any:
    """Let a whole number pass as JSON spells it, 5 or 5.0, and nothing that only looks like one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("expected a whole number")
    return value


Plain = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PLAIN)]
IdentityText = Annotated[
    str,
    StringConstraints(min_length=3, max_length=256, pattern=IDENTITY),
    Field(description="`platform:external-id`.", examples=["telegram:42"]),
]
Points = Annotated[
    int,
    Field(ge=-LARGEST_POINTS, le=LARGEST_POINTS, json_schema_extra={"not": {"const": 0}}),
    BeforeValidator(whole),
]
Price = Annotated[int, Field(ge=0, le=LARGEST_POINTS), BeforeValidator(whole)]
Minutes = Annotated[int, Field(ge=1, le=1440), BeforeValidator(whole)]
