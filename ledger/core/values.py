"""What every value of the core is made of: one frozen base and the identifiers that must not be mixed up."""

from __future__ import annotations

from typing import NewType, dataclass_transform

import msgspec

MemberId = NewType("MemberId", int)
"""A member's number within one community, from 1 in order of first sight."""

Position = NewType("Position", int)
"""A fact's place in its community's journal; 1 is the first, and there are no gaps."""

Micros = NewType("Micros", int)
"""An instant: microseconds since 1970-01-01T00:00:00Z."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

LARGEST_POINTS = 2**53 - 1
"""Points travel as JSON numbers, so no amount or balance may pass what a double holds exactly."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
):
    """A frozen value: equal by content, encoded with its defaults left out."""


class Identity(Value):
    """One name a member goes by on one platform; `received` is how it was first spelled."""

    platform: str
    external_id: str
    received: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.external_id}"


def identity(spelled: str, *, source: str) -> Identity:
    """Read `platform:external-id`, or a bare id of the platform before the first `:` of `source`."""
    platform, colon, external_id = spelled.partition(":")
    if colon:
        return Identity(platform=platform, external_id=external_id, received=spelled)
    return Identity(platform=source.partition(":")[0], external_id=spelled, received=spelled)
