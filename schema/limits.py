"""Rate limits: one token bucket a key, in this process. Several processes allow as many times more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from schema.asgi import Refused
from schema.problems import Problem

MOST_KEYS = 100_000


class Buckets:
    """Token buckets by key: `rate` a second, up to `burst` at once."""

    def __init__(self, rate: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> None:
        """Take one token.

        Raises:
            Refused: 429 with Retry-After; the bucket is empty.
        """
        now = self._clock()
        if len(self._left) >= MOST_KEYS:
            self._left.clear()  # once in a long while everybody begins with a full bucket
        tokens, since = self._left.get(key, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        if tokens < 1:
            wait = max(1, math.ceil((1 - tokens) / self._rate))
            detail = f"this key may send {self._rate:g} requests a second; try again in {wait} s"
            raise Refused(Problem(429, "RATE_LIMITED", detail), [("retry-after", str(wait))])
        self._left[key] = (tokens - 1, now)
