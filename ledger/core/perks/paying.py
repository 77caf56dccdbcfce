"""What a redemption does to points: held when it is asked for, paid when it is fulfilled, let go, given back."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.goods import Redemption
from ledger.core.books.shelf import ACCOUNT, EVENT
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.events import decisions
from ledger.core.outcomes import CounterMove, Decision, EntryKind, GrantRef, LotMove, Outcome
from ledger.core.rulebook.grammar import Claw
from ledger.core.rulebook.versions import Version
from ledger.core.rules import lots
from ledger.core.values import MemberId, Micros, Position


def rule_of(perk: str) -> str:
    """Return what stands for a perk where entries name their rule."""
    return f"perk:{perk}"


def perk_in(rule: str) -> str | None:
    """Return the perk that an entry's rule stands for; None where it is a rule."""
    kind, _, perk = rule.partition(":")
    return perk if kind == "perk" and perk else None


def asked(
    books: Books,
    member: MemberId,
    perk: str,
    unit: str,
    cost: int,
    *,
    paid: bool,
    counters: tuple[CounterMove, ...],
) -> Decision:
    """Return the decision by which a redemption's price is paid at once, or held."""
    account = books.read(ACCOUNT, (member, unit))
    taken = lots.spend(books, member, unit, cost) if cost and books.versions.timed else ()
    return Decision(
        rule=rule_of(perk),
        outcome=Outcome.GRANTED if paid else Outcome.HELD,
        member=member,
        unit=unit,
        kind=EntryKind.REDEMPTION,
        wanted=-cost,
        granted=-cost if paid else 0,
        held=0 if paid else cost,
        after=account.balance - (cost if paid else 0),
        counters=counters,
        lots=taken,
    )


def paid(books: Books, redemption: Redemption) -> Decision:
    """Return the decision by which what was held is paid."""
    owner = kept(books, redemption.member)
    account = books.read(ACCOUNT, (owner, redemption.unit))
    return Decision(
        rule=rule_of(redemption.perk),
        outcome=Outcome.GRANTED,
        member=owner,
        via=redemption.member if redemption.member != owner else None,
        unit=redemption.unit,
        kind=EntryKind.REDEMPTION,
        wanted=-redemption.cost,
        granted=-redemption.cost,
        held=-redemption.cost,
        after=account.balance - redemption.cost,
    )


def is_covered(books: Books, version: Version, redemption: Redemption) -> bool:
    """Say whether what was held still is there: where an undo never makes debts, it may have taken that too."""
    unit = version.units.get(redemption.unit)
    if unit is None or unit.claw is Claw.DEBT or not redemption.cost:
        return True
    account = books.read(ACCOUNT, (kept(books, redemption.member), redemption.unit))
    return account.balance - redemption.cost >= (unit.floor or 0)


def given_back(
    books: Books,
    version: Version,
    position: Position,
    redemption: Redemption,
    *,
    at: tuple[Position, int],
    now: Micros,
) -> Decision:
    """Return the decision by which what was held is let go, or what was paid is given back."""
    made = books.read(EVENT, (position,)).event
    ask = decisions(made)[0] if made is not None else Decision(rule="", outcome=Outcome.HELD)
    owner = kept(books, redemption.member)
    account = books.read(ACCOUNT, (owner, redemption.unit))
    held = redemption.cost if redemption.open else 0
    back = redemption.cost - held
    return Decision(
        rule=rule_of(redemption.perk),
        outcome=Outcome.REVERSED if redemption.open else Outcome.GRANTED,
        member=owner,
        via=redemption.member if redemption.member != owner else None,
        unit=redemption.unit,
        kind=EntryKind.REFUND,
        wanted=back,
        granted=back,
        held=-held,
        after=account.balance + back,
        counters=tuple(replace(move, delta=-move.delta) for move in ask.counters),
        lots=_lots_back(books, version, ask, free=account.available + redemption.cost, at=at, now=now),
        reverses=GrantRef(position=position if redemption.open else redemption.paid_at, ordinal=0),
    )


def _lots_back(
    books: Books, version: Version, ask: Decision, *, free: int, at: tuple[Position, int], now: Micros
) -> tuple[LotMove, ...]:
    unit = version.units.get(ask.unit)
    if unit is None or ask.member is None:
        return ()
    return lots.refill(
        books, version, unit, ask, min(-ask.wanted, free), owner=kept(books, ask.member), at=at, now=now
    )
