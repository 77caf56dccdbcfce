"""Stories of the core: each is played in memory, and each must fold again to the same books."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from tests.core.play import MONDAY, Play
from tests.core.strikes import book

settings.register_profile("core", deadline=None)  # a busy machine is no failure
settings.load_profile("core")

Begin = Callable[..., Play]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begin a community with a rulebook. After the test its log is folded anew and compared."""
    begun: list[Play] = []

    def make(rulebook: str, now: str = MONDAY) -> Play:
        begun.append(Play(rulebook, now))
        return begun[-1]

    yield make
    for play in begun:
        play.check()


@pytest.fixture
def play(begin: Begin) -> Play:
    """A community with the seed circle's house rules, where ann and bob have waved."""
    play = begin(book())
    play.send("waved", by="ann")
    play.send("waved", by="bob")
    return play
