"""Whom a fact is about: what an erasure destroys, and what an export of one's own holds, is found by it."""

from __future__ import annotations

from ledger.core.events import ContributionRecorded, ContributionReviewed, Fact
from ledger.core.members.facts import MembersMerged, MembersUnmerged
from ledger.core.outcomes import Decided
from ledger.core.rhythm.activities import ActivityScheduled
from ledger.core.values import MemberId


def named(fact: Fact) -> set[MemberId]:
    """Return the members that a fact's private part may name or quote.

    They are who did it, who was meant, whom it was done to, and whom rules looked at for it: where somebody is paid
    as the author of an object, its title is theirs.
    """
    found: set[MemberId | None] = {getattr(fact, "member", None), getattr(fact, "gone", None)}
    match fact:
        case ContributionRecorded():
            found |= {fact.actor, *fact.people.values()}
        case ContributionReviewed():
            found.add(fact.whose)
        case ActivityScheduled():
            found.add(fact.terms.host)
        case MembersMerged():
            found.add(fact.into)
        case MembersUnmerged():
            found.add(fact.holder)
    if isinstance(fact, Decided):
        found |= {who for one in fact.decisions for who in (one.member, one.via)}
    return {one for one in found if one is not None}


def names(fact: Fact, member: MemberId) -> bool:
    """Say whether a fact's private part may name or quote a member."""
    return member in named(fact)
