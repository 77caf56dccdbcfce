"""Folds facts into books. It reads recorded outcomes only: no rule is run, so no rule can rewrite the past."""

from __future__ import annotations

import msgspec

from ledger.core.books.shelf import (
    ACCOUNT,
    CLAIM,
    COUNTER,
    EVENT,
    KEY,
    MEMBER,
    OBJECT,
    RULEBOOK,
    TIER,
    Account,
    Claim,
    Counter,
    Member,
    Published,
    Recorded,
    Seen,
    Standing,
    Thing,
)
from ledger.core.books.view import Books, Head
from ledger.core.events import (
    ClaimKey,
    ContributionRecorded,
    CounterMove,
    Decision,
    EntryKind,
    Event,
    RulebookPublished,
    TierChange,
    decisions,
    joined,
    tier_changes,
)
from ledger.core.values import MemberId, Micros, Position

JOINED = "member.joined"
LEFT = "member.left"


def evolve(books: Books, event: Event) -> None:
    """Fold one event of the log."""
    evolve_arrival(books, event)
    for ordinal, decision in enumerate(decisions(event)):
        evolve_decision(books, event.position, ordinal, decision)
    evolve_tiers(books, event.position, event.occurred_at, tier_changes(event))
    if isinstance(event.fact, RulebookPublished):
        evolve_rulebook(books, event.position, event.fact)
    evolve_head(books, event)


def evolve_rulebook(books: Books, position: Position, fact: RulebookPublished) -> None:
    """Fold a published rulebook."""
    books.write(RULEBOOK, (fact.version,), Published(position=position, effective_from=fact.effective_from))


def evolve_head(books: Books, event: Event) -> None:
    """Move the head to the event. Its hash is sealed by the writer."""
    members = books.head.members + len(joined(event))
    books.head = Head(position=event.position, hash=books.head.hash, recorded_at=event.recorded_at, members=members)


def evolve_journal(books: Books, event: Event) -> None:
    """Move the head, and let the event be found by position and by key."""
    evolve_head(books, event)
    books.write(EVENT, (event.position,), Recorded(event=event))
    books.write(KEY, (event.source, event.key), Seen(position=event.position, mac=event.mac))


def evolve_arrival(books: Books, event: Event) -> None:
    """Fold what an event says before any rule looks at it: people, object, quotas."""
    for member in joined(event):
        books.write(MEMBER, (member,), Member(joined_at=event.occurred_at, seen_position=event.position))
    fact = event.fact
    if not isinstance(fact, ContributionRecorded):
        return
    if fact.actor is not None and event.type in (JOINED, LEFT):
        _evolve_membership(books, event, fact.actor)
    if fact.creates is not None and event.subject is not None:
        thing = Thing(kind=fact.creates.kind, author=fact.creates.author)
        books.write(OBJECT, (event.subject,), thing)
    move_counters(books, fact.counters)
    hold_claims(books, fact.claims, Claim(position=event.position, ordinal=0))
    hold_claims(books, fact.released, CLAIM.blank)


def _evolve_membership(books: Books, event: Event, actor: MemberId) -> None:
    member = books.read(MEMBER, (actor,))
    joined_at, left_at = member.joined_at, None
    if event.type == JOINED:
        joined_at = min(joined_at, event.occurred_at)
    else:
        left_at = event.occurred_at
    books.write(MEMBER, (actor,), msgspec.structs.replace(member, joined_at=joined_at, left_at=left_at))


def evolve_decision(books: Books, position: Position, ordinal: int, decision: Decision) -> None:
    """Fold one decision: account, counters, claims, trails."""
    if decision.granted and decision.member is not None:
        key = (decision.member, decision.unit)
        account = books.read(ACCOUNT, key)
        books.write(
            ACCOUNT,
            key,
            Account(
                balance=account.balance + decision.granted,
                held=account.held,
                pending=account.pending,
                earned=account.earned + earned_by(decision),
            ),
        )
    move_counters(books, decision.counters)
    hold_claims(books, decision.claims, Claim(position=position, ordinal=ordinal))
    hold_claims(books, decision.released, CLAIM.blank)
    for trail in decision.trails:
        books.add_to_trail(trail, position)


def earned_by(decision: Decision) -> int:
    """Return what a decision adds to points ever earned: awards, less what was taken back of them."""
    match decision.kind:
        case EntryKind.AWARD:
            return max(0, decision.granted)
        case EntryKind.REVERSAL:
            return min(0, decision.granted)
        case EntryKind.OPENING | EntryKind.ADJUSTMENT:
            return 0


def evolve_tiers(books: Books, position: Position, occurred_at: Micros, changes: tuple[TierChange, ...]) -> None:
    """Fold the levels that moved."""
    for change in changes:
        standing = Standing(level=change.after or "", since_position=position, since_at=occurred_at)
        books.write(TIER, (change.ladder, change.member), standing)


def move_counters(books: Books, moves: tuple[CounterMove, ...]) -> None:
    """Move counters by their recorded steps."""
    for move in moves:
        key = (move.scope, move.key, move.period)
        books.write(COUNTER, key, Counter(amount=books.read(COUNTER, key).amount + move.delta))


def hold_claims(books: Books, names: tuple[ClaimKey, ...], claim: Claim) -> None:
    """Let a claim stand under each of the names."""
    for name in names:
        books.write(CLAIM, (name.kind, name.key), claim)
