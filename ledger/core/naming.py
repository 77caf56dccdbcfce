"""Whom a fact is about: what an erasure destroys, and what an export of one's own holds, is found by it."""

from __future__ import annotations

from ledger.core.events import ContributionRecorded, Fact
from ledger.core.membership import MembersMerged
from ledger.core.outcomes import Decided
from ledger.core.values import MemberId


def named(fact: Fact) -> set[MemberId]:
    """Return the members that a fact's private part may name: who did it, who was meant, whom it was done to."""
    if isinstance(fact, ContributionRecorded):
        return {one for one in (fact.actor, *fact.people.values()) if one is not None}
    if isinstance(fact, MembersMerged):
        return {fact.into, fact.gone}
    member = getattr(fact, "member", None) or getattr(fact, "gone", None)
    decided = fact.decisions if isinstance(fact, Decided) else ()
    return {one for one in (member, *(decision.member for decision in decided)) if one is not None}


def names(fact: Fact, member: MemberId) -> bool:
    """Say whether a fact's private part may name a member."""
    return member in named(fact)
