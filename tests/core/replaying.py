"""A story told again to other rules, as `simulate` does."""

from __future__ import annotations

from ledger.core.books.shelf import ACCOUNT
from ledger.core.commands import PublishRulebook
from ledger.core.events import RulebookPublished
from ledger.core.replay import Replay
from ledger.service.schedule import last_begun
from tests.core.play import Play, cached_read


class Retold(Replay):
    """A replay that is asked by the names of the play it was made of."""

    def __init__(self, play: Play) -> None:
        super().__init__()
        self._play = play

    def balance(self, name: str) -> int:
        """Return what a member has in the first unit."""
        unit = self.books.versions.latest.rulebook.units[0].code
        return self.books.read(ACCOUNT, (self._play.member(name), unit)).balance


def retold(play: Play, rulebook: str) -> Retold:
    """Tell all that happened again, to one rulebook from the beginning."""
    again = Retold(play)
    command = PublishRulebook(yaml=rulebook, rulebook=cached_read(rulebook), last_begun=last_begun)
    for event in play.events:
        if isinstance(event.fact, RulebookPublished):
            again.publish(command, event.recorded_at)
        else:
            again.take(event)
    again.settle(play.now)
    return again
