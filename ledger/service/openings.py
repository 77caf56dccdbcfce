"""Opening balances from a table: each row is taken once, and bad rows stop no others."""

from __future__ import annotations

import hashlib
import hmac

from ledger.core.commands import AdjustPoints
from ledger.core.rulebook.grammar import Unit
from ledger.core.values import Identity
from ledger.service.decimals import NotPoints, minor_units
from ledger.store.directory import Community

LONGEST_HANDLE = 200


class RowFaulty(Exception):
    """A row cannot be taken; the message says why."""


def opening(
    community: Community, member: str, points: str, unit: Unit, *, by: str, platform: str = "", key: str = ""
) -> AdjustPoints:
    """Read a row. Its name is a keyed digest of `key`, or of member and unit: the log holds no names.

    Raises:
        RowFaulty: it names nobody, or its points are no number that the unit can hold.
    """
    identity = _identity(member.strip(), platform)
    try:
        delta = minor_units(points.strip(), unit.scale)
    except NotPoints as error:
        raise RowFaulty(str(error)) from None
    name = key.strip() or f"{identity}\n{unit.code}"
    digest = hmac.new(community.secret, f"opening {name}".encode(), hashlib.sha256).hexdigest()[:32]
    return AdjustPoints(
        key=f"row/{digest}",
        member=identity,
        delta=delta,
        reason="",
        by=by,
        unit=unit.code,
        opening=True,
    )


def _identity(member: str, platform: str) -> Identity:
    spelled = member if ":" in member or not platform else f"{platform}:{member}"
    name, colon, external_id = spelled.partition(":")
    if not colon or not name or not external_id or len(spelled) > LONGEST_HANDLE or not spelled.isprintable():
        raise RowFaulty(f"{member!r} names no member: expected platform:id")
    return Identity(platform=name, external_id=external_id, received=member)
