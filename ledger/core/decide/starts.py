"""Starts: the points a member begins with, once a unit, at first sight or on joining."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.core.books.shelf import ACCOUNT, CLAIM
from ledger.core.books.united import everybody, kept
from ledger.core.decide.making import Made
from ledger.core.outcomes import ClaimKey, Decision, EntryKind, Outcome
from ledger.core.rulebook.grammar import StartOn
from ledger.core.values import MemberId


def starts(made: Made, *, seen: tuple[MemberId, ...], joining: MemberId | None) -> Iterator[Decision]:
    """Yield the starts of those seen for the first time, and of the one who joins."""
    books = made.books
    joiners = (joining,) if joining is not None else ()
    for unit in made.version.rulebook.units:
        if not unit.start:
            continue
        for member in seen if unit.start_on is StartOn.FIRST_SIGHT else joiners:
            name = ClaimKey(kind=f"start:{unit.code}", key=str(member))
            if any(books.read(CLAIM, (name.kind, str(one))).position for one in everybody(books, member)):
                continue
            owner = kept(books, member)
            balance = books.read(ACCOUNT, (owner, unit.code)).balance
            yield made.in_a_lot(
                Decision(
                    rule="start",
                    outcome=Outcome.GRANTED,
                    member=owner,
                    via=member if member != owner else None,
                    unit=unit.code,
                    kind=EntryKind.OPENING,
                    wanted=unit.start,
                    granted=unit.start,
                    after=balance + unit.start,
                    claims=(name,),
                )
            )
