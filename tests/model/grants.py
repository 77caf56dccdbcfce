"""What was granted in the model: it waits, is released or taken back. Why it was granted is in `model`."""

from __future__ import annotations

from tests.model.purse import Purse
from tests.model.reading import Decided, Event


class Grants(Purse):
    """Every grant by its number, as it was made, and what became of it."""

    def __init__(self, rulebook: str, last: int) -> None:
        super().__init__(rulebook, last)
        self.grants: list[Event] = []
        self.waiting: dict[int, int | None] = {}  # until when a grant waits, by number; None is for a person
        self.back: dict[int, int] = {}  # what was taken back of a grant, by number: once, however much it was
        self.whole: set[int] = set()  # the grants of which all was taken back that had not expired

    def settle(self, until: int) -> None:
        """Do all that is due, in order of time: what is released first, then what ends."""
        while True:
            ready = [(at, number) for number, at in self.waiting.items() if at is not None]
            end = self.next_end()
            if ready and min(ready)[0] <= min(until, until if end is None else end):
                self._release(min(ready)[1])
            elif end is not None and end <= until:
                self.expire(end)
            else:
                return

    def review(self, key: tuple[str, str] | None, now: int, *, approved: bool) -> str | list[Decided]:
        """Release or take back what waits for a person."""
        self.settle(now)
        mine = [number for number, at in self.waiting.items() if at is None and self._key(number) == key]
        if not mine:
            return "NOTHING_TO_REVIEW"
        self.last = max(now, self.last + 1)
        return [self._release(number) if approved else self.undo(number) for number in mine]

    def undo(self, number: int) -> Decided:
        grant = self.grants[number]
        decided, place = (grant["rule"], grant["member"], grant["unit"]), self.next_place()
        if number in self.waiting:
            del self.waiting[number]
            self.back[number] = -grant["granted"]
            self.whole.add(number)
            return (*decided, "REVERSED", -grant["granted"])
        lot = self.lots.get(grant["place"])
        wanted = -grant["granted"] + (min(lot.expired, grant["granted"]) if lot is not None else 0)
        who, unit = decided[1:]
        if wanted > 0:
            taken = wanted
            self.give_back(who, unit, wanted, grant["moves"], now=self.last, place=place)
        else:
            clipped = self.floored(who, unit, wanted)
            claws = {"debt": wanted, "clip": clipped, "within_balance": clipped, "pending_only": 0}
            taken = claws[self.book["units"][unit]["claw"]]
            self.lose(who, unit, taken, first=grant["place"], earned=taken)
        self.back[number] = taken
        if taken == wanted:
            self.whole.add(number)
        return (*decided, "GRANTED" if taken else "FLOORED", taken)

    def _key(self, number: int) -> tuple[str, str]:
        return self.grants[number]["source"], self.grants[number]["key"]

    def _release(self, number: int) -> Decided:
        grant = self.grants[number]
        del self.waiting[number]
        who, unit, points = grant["member"], grant["unit"], grant["granted"]
        self.change(who, unit, points, dated=grant["at"], place=grant["place"], earned=points)
        return (grant["rule"], who, unit, "GRANTED", points)
