"""The one place that asks what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable

from ledger.core.values import Micros

Clock = Callable[[], Micros]


def now() -> Micros:
    """Return the present instant."""
    return Micros(time.time_ns() // 1000)
