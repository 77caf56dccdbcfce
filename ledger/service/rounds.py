"""Seeds of rounds: from the community's secret, so they are nowhere to be read before they are published."""

from __future__ import annotations

import hashlib
import hmac

from ledger.store.directory import Community


def seed_of(community: Community, code: str) -> str:
    """Return the seed of the round with a code, in hex: a code is used once, so a seed is too."""
    return hmac.new(community.secret, b"round\n" + code.encode(), hashlib.sha256).hexdigest()
