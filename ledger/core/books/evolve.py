"""Folds facts into books. It reads recorded outcomes only: no rule is run, so no rule can rewrite the past."""

from __future__ import annotations

import msgspec

from ledger.core.books.activities import evolve_activity, evolve_attendance, withdraw_answers
from ledger.core.books.goods import Places, Setting
from ledger.core.books.merging import evolve_merge, evolve_share, evolve_unmerge
from ledger.core.books.moves import hold_claims, move_counters
from ledger.core.books.offers import evolve_offer, evolve_tick, evolve_ticks
from ledger.core.books.perks import evolve_catalogue, evolve_redemption
from ledger.core.books.rounds import evolve_round
from ledger.core.books.shelf import (
    ACCOUNT,
    BUDDY,
    CLAIM,
    DUE,
    EVENT,
    KEY,
    MEMBER,
    OBJECT,
    PLACES,
    RULEBOOK,
    RUN,
    SETTING,
    STREAK,
    TALLY,
    TIER,
    WISH,
    Buddy,
    Claim,
    Due,
    Member,
    Published,
    Recorded,
    Run,
    Seen,
    Standing,
    Streak,
    Thing,
)
from ledger.core.books.stories import evolve_story, evolve_story_review
from ledger.core.books.strikes import evolve_violation
from ledger.core.books.tally import moved
from ledger.core.books.united import kept
from ledger.core.books.view import Books, Head
from ledger.core.books.waiting import evolve_waiting, move_lots
from ledger.core.events import (
    CommunitySet,
    ContributionRecorded,
    ContributionReviewed,
    Event,
    GroupHeld,
    GroupReported,
    OfferPut,
    OfferRetired,
    PerkCodesAdded,
    PerkPut,
    PerkRetired,
    PerkStocked,
    RedemptionMade,
    RedemptionMoved,
    RulebookPublished,
    TaskTicked,
    TierLocked,
    TierRunOpened,
    TiersJudged,
    UndoContinued,
    decisions,
    joined,
)
from ledger.core.members.facts import BuddySet, MemberErased, MembersMerged, MembersUnmerged
from ledger.core.outcomes import (
    Decided,
    Decision,
    EntryKind,
    GroupWish,
    Measure,
    StreakMove,
    TierChange,
    Watch,
)
from ledger.core.rhythm.activities import ActivityAnswered, ActivityCancelled, ActivityScheduled
from ledger.core.rhythm.rounds import RoundClosed, RoundOpened
from ledger.core.values import MemberId, Micros, Position
from ledger.core.violations import AboutViolation, ViolationLifted

JOINED = "member.joined"
LEFT = "member.left"
UNDO_DUE = "undo"
"""How DUE names an undo that still goes on."""

AT_ONCE = Micros(0)
"""Due before all that has a time."""

TIERS_DUE = "tiers:"
"""How DUE names daily runs; the rest of the name is the ladder."""


def evolve(books: Books, event: Event) -> None:
    """Fold one event of the log."""
    evolve_arrival(books, event)
    for ordinal, decision in enumerate(decisions(event)):
        evolve_decision(books, event, ordinal, decision)
    evolve_effects(books, event)
    evolve_head(books, event)


def evolve_effects(books: Books, event: Event) -> None:
    """Fold what follows from an event's decisions, and what only facts of its kind say."""
    fact = event.fact
    if isinstance(fact, Decided):
        evolve_measures(books, fact.measures)
        evolve_streaks(books, fact.streaks)
        evolve_tiers(books, event, fact.tiers, fact.watches)
        evolve_wishes(books, event, fact.groups)
    evolve_own(books, event)


def evolve_own(books: Books, event: Event) -> None:
    """Fold what only facts of one kind say."""
    fact = event.fact
    if isinstance(fact, ContributionRecorded) and not fact.claimed:
        evolve_story(books, event, fact)
        evolve_attendance(books, event)
    match fact:
        case ContributionRecorded() | ViolationLifted() if fact.unfinished:
            books.write(DUE, (UNDO_DUE, 0), Due(at=AT_ONCE))
        case UndoContinued() if not fact.unfinished:
            books.write(DUE, (UNDO_DUE, 0), DUE.blank)
        case ContributionReviewed() if fact.story:
            evolve_story_review(books, event, fact)
        case RulebookPublished():
            evolve_rulebook(books, event.position, fact)
        case TierRunOpened():
            evolve_opening(books, event.position, fact)
        case TiersJudged():
            evolve_judging(books, fact)
        case TierLocked():
            _evolve_lock(books, fact)
        case GroupHeld():
            key = fact.member, fact.group
            wish = books.read(WISH, key)
            books.write(WISH, key, msgspec.structs.replace(wish, held=int(fact.held)))
        case MemberErased():
            for one in fact.everybody:
                evolve_erasure(books, event, one)
            withdraw_answers(books, fact.answers)
        case BuddySet():
            buddy = Buddy(buddy=fact.buddy or MemberId(0), since_position=event.position)
            books.write(BUDDY, (fact.member,), buddy)
        case MembersMerged():
            evolve_merge(books, fact)
        case MembersUnmerged():
            hold_claims(books, fact.claims, Claim(position=event.position, ordinal=0))
            evolve_unmerge(books, fact)
        case GroupReported():
            key = fact.member, fact.group
            inside = {"inside": int(fact.inside), "reported_at": event.recorded_at}
            books.write(WISH, key, msgspec.structs.replace(books.read(WISH, key), **inside))
        case PerkPut() | PerkRetired() | PerkStocked() | PerkCodesAdded():
            evolve_catalogue(books, event, fact)
        case OfferPut() | OfferRetired():
            evolve_offer(books, fact)
        case TaskTicked():
            evolve_tick(books, event, fact)
        case CommunitySet():
            books.write(SETTING, (fact.name,), Setting(value=fact.value, position=event.position))
        case ActivityScheduled() | ActivityCancelled() | ActivityAnswered():
            evolve_activity(books, event, fact)
        case RoundOpened() | RoundClosed():
            evolve_round(books, event, fact)
        case RedemptionMade() | RedemptionMoved():
            evolve_redemption(books, event, fact)


def evolve_erasure(books: Books, event: Event, member: MemberId) -> None:
    """Fold that somebody is nobody now; whoever was still there has left with it."""
    old = books.read(MEMBER, (member,))
    left_at = event.occurred_at if old.left_at is None else old.left_at
    books.write(MEMBER, (member,), msgspec.structs.replace(old, left_at=left_at, erased_at=event.occurred_at))


def evolve_rulebook(books: Books, position: Position, fact: RulebookPublished) -> None:
    """Fold a published rulebook: it is there, and its daily runs are due."""
    books.write(RULEBOOK, (fact.version,), Published(position=position, effective_from=fact.effective_from))
    for ladder, due_at in fact.runs.items():
        _run_due(books, ladder, Run(due_at=due_at))


def _run_due(books: Books, ladder: str, run: Run) -> None:
    books.write(RUN, (ladder,), run)
    books.write(DUE, (f"{TIERS_DUE}{ladder}", 0), Due(at=run.due_at))


def evolve_opening(books: Books, position: Position, fact: TierRunOpened) -> None:
    """Fold the opening of a daily run: it stays due until its last member was judged."""
    run = Run(
        due_at=books.read(RUN, (fact.ladder,)).due_at,
        opened=position,
        first_day=fact.first_day,
        last_day=fact.last_day,
        members=fact.members,
    )
    _run_due(books, fact.ladder, run)


def evolve_judging(books: Books, fact: TiersJudged) -> None:
    """Fold how far a daily run is."""
    if fact.next_at is not None:
        _run_due(books, fact.ladder, Run(due_at=fact.next_at))
    elif not fact.alone:
        run = books.read(RUN, (fact.ladder,))
        _run_due(books, fact.ladder, msgspec.structs.replace(run, done_to=fact.last))


def _evolve_lock(books: Books, fact: TierLocked) -> None:
    key = fact.ladder, fact.member
    standing = books.read(TIER, key)
    books.write(TIER, key, msgspec.structs.replace(standing, locked=int(fact.locked), below=0))


def evolve_head(books: Books, event: Event) -> None:
    """Move the head to the event, and tick what it does of the playbook. Its hash is sealed by the writer."""
    fact, undoing = event.fact, books.head.undoing
    if isinstance(fact, ContributionRecorded | ViolationLifted) and fact.unfinished:
        undoing = event.position
    elif isinstance(fact, UndoContinued) and not fact.unfinished:
        undoing = Position(0)
    books.head = Head(
        position=event.position,
        hash=books.head.hash,
        recorded_at=event.recorded_at,
        members=books.head.members + len(joined(event)),
        undoing=undoing,
    )
    evolve_ticks(books, event)


def evolve_journal(books: Books, event: Event) -> None:
    """Move the head, and let the event be found by position and by key."""
    evolve_head(books, event)
    books.write(EVENT, (event.position,), Recorded(event=event))
    books.write(KEY, (event.source, event.key), Seen(position=event.position, mac=event.mac))


def evolve_arrival(books: Books, event: Event) -> None:
    """Fold what an event says before any rule looks at it: people, object, quotas, strikes."""
    for member in joined(event):
        books.write(MEMBER, (member,), Member(joined_at=event.occurred_at, seen_position=event.position))
    fact = event.fact
    if isinstance(fact, AboutViolation):
        evolve_violation(books, event, fact)
    if not isinstance(fact, ContributionRecorded):
        return
    if fact.actor is not None and event.type in (JOINED, LEFT) and not fact.claimed:
        _evolve_membership(books, event, fact.actor)
    if fact.creates is not None and event.subject is not None:
        thing = Thing(kind=fact.creates.kind, author=fact.creates.author)
        books.write(OBJECT, (event.subject,), thing)
    move_counters(books, fact.counters)
    hold_claims(books, fact.claims, Claim(position=event.position, ordinal=0))
    hold_claims(books, fact.released, CLAIM.blank)
    for trail in fact.trails:
        books.add_to_trail(trail, event.position)


def _evolve_membership(books: Books, event: Event, actor: MemberId) -> None:
    """Fold that a person joined or left, by whichever of their names: who acts for them did so with them."""
    for one in dict.fromkeys((actor, kept(books, actor))):
        member = books.read(MEMBER, (one,))
        joined_at, left_at = member.joined_at, None
        if event.type == JOINED:
            joined_at = min(joined_at, event.occurred_at)
        else:
            left_at = event.occurred_at
        books.write(MEMBER, (one,), msgspec.structs.replace(member, joined_at=joined_at, left_at=left_at))


def evolve_decision(books: Books, event: Event, ordinal: int, decision: Decision) -> None:
    """Fold one decision: account, lots, what waits, counters, claims, trails."""
    member = decision.member
    if member is not None and (decision.granted or decision.pending or decision.held):
        _add(books, member, decision.unit, balance=decision.granted, held=decision.held)
        _add(books, decision.via or member, decision.unit, pending=decision.pending, earned=earned_by(decision))
        evolve_share(books, decision)
        if decision.lots:
            move_lots(books, member, decision.unit, decision.lots, at=event.position)
        if decision.pending:
            evolve_waiting(books, event.position, ordinal, decision)
    move_counters(books, decision.counters)
    hold_claims(books, decision.claims, Claim(position=event.position, ordinal=ordinal))
    hold_claims(books, decision.released, CLAIM.blank)
    for trail in decision.trails:
        books.add_to_trail(trail, event.position)


def _add(books: Books, member: MemberId, unit: str, **deltas: int) -> None:
    if not any(deltas.values()):
        return
    account = books.read(ACCOUNT, (member, unit))
    moved = {name: getattr(account, name) + delta for name, delta in deltas.items()}
    books.write(ACCOUNT, (member, unit), msgspec.structs.replace(account, **moved))


def earned_by(decision: Decision) -> int:
    """Return what a decision adds to points ever earned: awards and bonuses, less what was taken back of them."""
    match decision.kind:
        case EntryKind.AWARD | EntryKind.BONUS:
            return max(0, decision.granted)
        case EntryKind.REVERSAL:
            return min(0, decision.granted)
        case _:
            return 0


def evolve_tiers(
    books: Books, event: Event, changes: tuple[TierChange, ...], watches: tuple[Watch, ...] = ()
) -> None:
    """Fold the levels that moved, and what daily runs noted."""
    for change in changes:
        key = change.ladder, change.member
        old = books.read(TIER, key)
        at = event.occurred_at if change.at is None else change.at
        standing = Standing(
            level=change.after or "",
            since_position=event.position,
            since_at=at,
            judged_on=old.judged_on,
            locked=old.locked,
        )
        books.write(TIER, key, standing)
    for watch in watches:
        key = watch.ladder, watch.member
        standing = books.read(TIER, key)
        noted = msgspec.structs.replace(
            standing, below=watch.below, judged_on=max(standing.judged_on, watch.judged_on)
        )
        books.write(TIER, key, noted)


def evolve_wishes(books: Books, event: Event, wishes: tuple[GroupWish, ...]) -> None:
    """Fold which groups members should be in."""
    for wish in wishes:
        key = wish.member, wish.group
        old = books.read(WISH, key)
        at = event.occurred_at if wish.at is None else wish.at
        moved = {"wanted": int(wish.wanted), "since_position": event.position, "since_at": at}
        books.write(WISH, key, msgspec.structs.replace(old, **moved))
        others = {group for group in books.read(PLACES, (wish.member,)).wanted if group != wish.group}
        here = sorted(others | ({wish.group} if wish.wanted else set()))
        books.write(PLACES, (wish.member,), Places(wanted=tuple(here)))


def evolve_measures(books: Books, measures: tuple[Measure, ...]) -> None:
    """Fold steps of metrics."""
    for one in measures:
        key = one.series, one.member
        books.write(TALLY, key, moved(books.read(TALLY, key), one.day, one.value, one.delta))


def evolve_streaks(books: Books, moves: tuple[StreakMove, ...]) -> None:
    """Fold how streaks stand."""
    for one in moves:
        run = Streak(last=one.last, length=one.length, freezes=one.freezes)
        books.write(STREAK, (one.streak, one.member), run)
