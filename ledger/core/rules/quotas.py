"""Quotas: how many events of some types a party may send per period, or have open at once."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.core.books.shelf import CLAIM, COUNTER, EVENT
from ledger.core.books.view import Books
from ledger.core.events import ContributionRecorded
from ledger.core.outcomes import ClaimKey, CounterMode, CounterMove
from ledger.core.rulebook.grammar import Quota
from ledger.core.rules.case import Case, keys_of, reference, short
from ledger.core.values import Micros


@dataclass(frozen=True, slots=True)
class Quotas:
    """What the quotas say of one event; `exceeded` names the first that is used up."""

    exceeded: str | None = None
    again_at: Micros | None = None
    counters: tuple[CounterMove, ...] = ()
    claims: tuple[ClaimKey, ...] = ()
    released: tuple[ClaimKey, ...] = ()


def judge(books: Books, case: Case) -> Quotas:
    """Count an event against its quotas and close what it closes. One over its quota counts nowhere."""
    counters: list[CounterMove] = []
    claims: list[ClaimKey] = []
    for quota in case.version.quotas_for.get(case.type, ()):
        parties = keys_of(books, case, quota.by, None)
        if not parties:
            continue
        opens = _opens(books, case, quota)
        for scope, period, most, again_at in _counted(case, quota, opens=opens is not None):
            if sum(books.read(COUNTER, (scope, party, period)).amount for party in parties) >= most:
                return Quotas(exceeded=quota.id, again_at=again_at)
            counters.append(
                CounterMove(scope=scope, key=parties[0], period=period, delta=1, mode=CounterMode.COUNT)
            )
        claims += [opens] if opens is not None else []
    closing, released = _closed(books, case)
    return Quotas(counters=(*counters, *closing), claims=tuple(claims), released=released)


def _opens(books: Books, case: Case, quota: Quota) -> ClaimKey | None:
    """Return the claim of what the event opens: an object that the event names and that is not open."""
    opened = reference(case, quota.of) if quota.open_at_once is not None else None
    if opened is None:
        return None
    name = ClaimKey(kind=f"open:{quota.id}", key=short(opened))
    return None if books.read(CLAIM, (name.kind, name.key)).position else name


def _counted(case: Case, quota: Quota, *, opens: bool) -> list[tuple[str, str, int, Micros | None]]:
    counted: list[tuple[str, str, int, Micros | None]] = []
    if quota.count is not None:
        counted.append((f"quota:{quota.id}", case.period(quota.per), quota.count, case.next_period(quota.per)))
    if quota.open_at_once is not None and opens:
        counted.append((f"open:{quota.id}", "", quota.open_at_once, None))
    return counted


def _closed(books: Books, case: Case) -> tuple[tuple[CounterMove, ...], tuple[ClaimKey, ...]]:
    counters: list[CounterMove] = []
    released: list[ClaimKey] = []
    for quota in case.version.closes.get(case.type, ()):
        opened = reference(case, quota.of)
        if opened is None:
            continue
        name = ClaimKey(kind=f"open:{quota.id}", key=short(opened))
        holder = books.read(CLAIM, (name.kind, name.key))
        opening = books.read(EVENT, (holder.position,)).event if holder.position else None
        if opening is None or not isinstance(opening.fact, ContributionRecorded):
            continue
        released.append(name)
        counters += [
            CounterMove(scope=move.scope, key=move.key, period=move.period, delta=-1, mode=move.mode)
            for move in opening.fact.counters
            if move.scope == name.kind
        ]
    return tuple(counters), tuple(released)
