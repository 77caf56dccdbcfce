"""Global ids: opaque to clients, and read back quietly: what is no id of ours names nothing."""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple
from uuid import UUID


class GlobalId(NamedTuple):
    """A type and what it is found by within its community."""

    type: str
    community: UUID
    key: str


def write_id(type_: str, community: UUID, key: object = "") -> str:
    """Return an opaque id."""
    return base64.urlsafe_b64encode(f"{type_}:{community.hex}:{key}".encode()).decode().rstrip("=")


def read_id(text: str) -> GlobalId | None:
    """Read an id, or return None where it is none of ours."""
    try:
        spelled = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        type_, community, key = spelled.split(":", 2)
        return GlobalId(type_, UUID(community), key)
    except (binascii.Error, ValueError):
        return None
