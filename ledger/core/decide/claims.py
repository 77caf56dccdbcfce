"""Decides a member's claim: a contribution that pays nothing and counts for nothing before it is approved."""

from __future__ import annotations

from ledger.core.books.view import Books
from ledger.core.commands import RecordContribution
from ledger.core.decide.answers import Answer
from ledger.core.decide.contribution import decide_contribution
from ledger.core.decide.people import nobody
from ledger.core.rhythm.claims import CLAIMS_SOURCE, SubmitClaim, claimable
from ledger.core.rhythm.refusals import ClaimPaysNothing
from ledger.core.rhythm.stories import ABOUT_STORIES
from ledger.core.values import Micros


def decide_claim(books: Books, command: SubmitClaim, mac: bytes, *, at: Micros, recorded_at: Micros) -> Answer:
    """Record what a member says they did, to wait for a review; what no rule would pay for is refused."""
    if (refusal := nobody(books, command.member)) is not None:
        return refusal
    version = books.versions.at(recorded_at if command.occurred_at is None else command.occurred_at)
    if command.type in ABOUT_STORIES or not claimable(version, command.type):
        return ClaimPaysNothing(type=command.type)
    contribution = RecordContribution(
        source=CLAIMS_SOURCE,
        key=command.key,
        type=command.type,
        subject=command.subject,
        occurred_at=command.occurred_at,
        member=command.member,
        private={"excerpt": command.note} if command.note else {},
        own=True,
        claimed=True,
    )
    return decide_contribution(books, contribution, mac, at=at, recorded_at=recorded_at)
