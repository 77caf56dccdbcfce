"""Global ids: opaque to clients, and read back quietly: what is no id of ours names nothing."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple
from uuid import UUID

import strawberry

LONGEST = 400
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,17})\Z")


class GlobalId(NamedTuple):
    """A type and what it is found by within its community."""

    type: str
    community: UUID
    key: str

    @property
    def number(self) -> int | None:
        """The key as a number, spelled as we spell one."""
        return int(self.key) if _NUMBER.match(self.key) else None

    @property
    def place(self) -> tuple[int, int] | None:
        """The key as a decision's position and ordinal."""
        position, _, ordinal = self.key.partition(".")
        return (int(position), int(ordinal)) if _NUMBER.match(position) and _NUMBER.match(ordinal) else None


def write_id(type_: str, community: UUID, key: object = "") -> strawberry.ID:
    """Return an opaque id."""
    spelled = f"{type_}:{community.hex}:{key}"
    return strawberry.ID(base64.urlsafe_b64encode(spelled.encode()).decode().rstrip("="))


def write_place(type_: str, community: UUID, place: tuple[int, int]) -> strawberry.ID:
    """Return the id of something found by a decision's place."""
    return write_id(type_, community, f"{place[0]}.{place[1]}")


def read_id(text: str) -> GlobalId | None:
    """Read an id, or return None where it is none of ours, or not as we spell it."""
    if len(text) > LONGEST:
        return None
    try:
        spelled = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        type_, community, key = spelled.split(":", 2)
        found = GlobalId(type_, UUID(community), key)
    except (binascii.Error, ValueError):
        return None
    return found if write_id(*found) == text else None
