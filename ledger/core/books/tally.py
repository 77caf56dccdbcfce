"""Tallies: a metric's amounts by local day and, where values are told apart, by value."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from ledger.core.books.shelf import Tally

Entry = tuple[int, str, int]
"""A local day as an ordinal, the value that is told apart or nothing, and the amount."""

KEPT_DAYS = 400
"""How long days are kept where no values are told apart: as long as the longest window a rulebook may name."""

NEVER = 10_000_000
"""A day beyond every calendar."""

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[Entry, ...]).decode


@lru_cache(maxsize=8192)
def entries(packed: bytes) -> tuple[Entry, ...]:
    """Return a tally's entries in order of day and value."""
    return _unpack(packed) if packed else ()


def moved(tally: Tally, day: int, value: str, delta: int) -> Tally:
    """Return the tally after one step. An entry that comes to nothing is dropped."""
    known = list(entries(tally.entries))
    place = bisect_left(known, (day, value, -(2**63)))
    found = place < len(known) and known[place][:2] == (day, value)
    amount = (known[place][2] if found else 0) + delta
    had = _amount_on(known, day)
    if found:
        del known[place]
    if amount:
        known.insert(place, (day, value, amount))
    days = tally.days + (_amount_on(known, day) != 0) - (had != 0)
    if amount < 0 and not found and not value and known[-1][0] - KEPT_DAYS > day:
        days = tally.days  # nothing is known any more of what else there was on that day
    if not value and known:
        oldest = known[-1][0] - KEPT_DAYS
        while known[0][0] < oldest:
            del known[0]
    return Tally(total=tally.total + delta, days=days, entries=_pack(known) if known else b"")


def _amount_on(known: list[Entry], day: int) -> int:
    first = bisect_left(known, (day, "", -(2**63)))
    here = 0
    for entry in known[first:]:
        if entry[0] != day:
            break
        here += abs(entry[2])
    return here


def within(tally: Tally, first: int, last: int) -> tuple[Entry, ...]:
    """Return the entries of the days from `first` to `last`."""
    known = entries(tally.entries)
    return known[bisect_left(known, (first, "", -(2**63))) : bisect_left(known, (last + 1, "", -(2**63)))]


def amount(tally: Tally, first: int | None, last: int) -> int:
    """Return the sum over a window; `first` None is of all time up to `last`."""
    if first is None:
        return tally.total - sum(entry[2] for entry in within(tally, last + 1, NEVER))
    return sum(entry[2] for entry in within(tally, first, last))


def different_days(tally: Tally, first: int | None, last: int) -> int:
    """Return on how many days of a window there was something; `first` None is of all time up to `last`."""
    if first is None:
        return tally.days - len({entry[0] for entry in within(tally, last + 1, NEVER)})
    return len({entry[0] for entry in within(tally, first, last)})


def different_values(tally: Tally, first: int | None, last: int) -> int:
    """Return how many different values there were in a window; `first` None is of all time up to `last`."""
    sums: dict[str, int] = {}
    for _, value, count in within(tally, first or 0, last):
        sums[value] = sums.get(value, 0) + count
    return sum(1 for count in sums.values() if count > 0)


def together(tallies: Sequence[Tally]) -> Tally:
    """Return several members' tallies as one: a day with something of any of them is one day."""
    first, *others = tallies
    if not any(one.total or one.days for one in others):
        return first
    sums: dict[tuple[int, str], int] = {}
    for one in tallies:
        for day, value, count in entries(one.entries):
            sums[day, value] = sums.get((day, value), 0) + count
    known = [(day, value, count) for (day, value), count in sorted(sums.items()) if count]
    each = [{day for day, _, _ in entries(one.entries)} for one in tallies]
    shared = sum(map(len, each)) - len({day for day, _, _ in known})
    return Tally(
        total=sum(one.total for one in tallies),
        days=sum(one.days for one in tallies) - shared,
        entries=_pack(known) if known else b"",
    )
