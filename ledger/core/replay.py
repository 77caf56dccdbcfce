"""Tells a recorded past again, to the same rules or to others: in memory, on the one engine, without writing.

What people and bots said is told as it was, at the time it was; what happened by itself happens anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ledger.core.books.blank import blank_books
from ledger.core.books.evolve import TIERS_DUE, evolve
from ledger.core.books.shelf import DUE, EVENT, KEY, Recorded, Seen
from ledger.core.books.view import Books
from ledger.core.commands import (
    LEDGER_SOURCE,
    OPENINGS_SOURCE,
    AddPerkCodes,
    AdjustPoints,
    AppealViolation,
    Command,
    DecideAppeal,
    HoldGroup,
    LockTier,
    MoveRedemption,
    PerkCode,
    PublishRulebook,
    PutOffer,
    PutPerk,
    RecordContribution,
    RecordViolation,
    RedeemPerk,
    ReportGroup,
    ResolveViolation,
    RetireOffer,
    RetirePerk,
    ReviewContribution,
    SetCommunity,
    SettleDue,
    ShowOffer,
    Stamped,
    StockPerk,
    TakeOffer,
    TickTask,
)
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.events import (
    CommunitySet,
    ContributionRecorded,
    ContributionReviewed,
    Event,
    GroupHeld,
    GroupReported,
    OfferPut,
    OfferRetired,
    OfferShown,
    OfferTaken,
    PerkCodesAdded,
    PerkPut,
    PerkRetired,
    PerkStocked,
    PointsAdjusted,
    RedemptionMade,
    RedemptionMoved,
    RedemptionStatus,
    TaskTicked,
    TierLocked,
    decisions,
)
from ledger.core.members.commands import EraseMember, MergeMembers, UnmergeMembers
from ledger.core.members.facts import MemberErased, MembersMerged, MembersUnmerged
from ledger.core.outcomes import Decision, EntryKind, GrantRef
from ledger.core.plan import plan
from ledger.core.rhythm.activities import ActivityAnswered, ActivityCancelled, ActivityScheduled
from ledger.core.rhythm.rounds import ROUNDS_SOURCE, RoundClosed, RoundOpened
from ledger.core.rhythm.telling import of_activities, of_rounds
from ledger.core.rulebook.versions import Version
from ledger.core.values import Identity, MemberId, Micros, Position
from ledger.core.violations import (
    Action,
    ViolationAppealed,
    ViolationConfirmed,
    ViolationDismissed,
    ViolationLifted,
    ViolationRecorded,
    ViolationUpheld,
)

PLATFORM = "member"
"""The platform under which a replay knows members by their numbers."""


NOBODYS = ("", "")
"""The key of what nobody's event did."""


class Effect(NamedTuple):
    """What a rule did for one member in one unit because of one event, later reversals included.

    `key` is the event's source and key; empty where nobody's event did it, such as an expiry.
    """

    key: tuple[str, str]
    rule: str
    member: MemberId
    unit: str


class Effects:
    """Net effects by event and rule, gathered as a log goes by; points adjusted by hand are left out."""

    def __init__(self) -> None:
        self.points: Counter[Effect] = Counter()
        self.kinds: dict[tuple[str, str], str] = {}
        """Which type of event each key is."""
        self.times: dict[tuple[str, str], Micros] = {}
        """When each happened."""
        self.made: dict[Effect, tuple[Event, int]] = {}
        """The event and ordinal of the decision by which each came to be."""
        self.positions: dict[tuple[str, str], Position] = {}
        """Where each contribution stands."""
        self._keys: dict[Position, tuple[str, str]] = {}
        self._refs: dict[tuple[int, int], Effect] = {}

    def take(self, event: Event) -> None:
        """Add what an event's decisions did to the events that they are about."""
        if isinstance(event.fact, ContributionRecorded):
            self.kinds[event.source, event.key] = event.type
            self.times[event.source, event.key] = event.occurred_at
            self.positions[event.source, event.key] = event.position
            self._keys[event.position] = (event.source, event.key)
        for ordinal, decision in enumerate(decisions(event)):
            about = decision.releases or decision.reverses or decision.corrects or decision.restores
            origin = decision.origin
            if origin is None or _by_people(decision, about):
                continue
            effect = self._refs.get((about.position, about.ordinal)) if about is not None else None
            if effect is None:
                key = self._keys.get(about.position if about is not None else event.position, NOBODYS)
                effect = Effect(key, decision.rule, origin, decision.unit)
            self._refs[event.position, ordinal] = effect
            if about is None:
                self.made.setdefault(effect, (event, ordinal))
            if decision.granted:
                self.points[effect] += decision.granted

    def copy(self) -> Effects:
        """Return a copy that can go on by itself."""
        other = Effects()
        for name, value in vars(self).items():
            setattr(other, name, value.copy())
        return other


def _by_people(decision: Decision, about: GrantRef | None) -> bool:
    """Say whether no rule moved these points: they stand, whatever the rules say."""
    spent = decision.kind in (EntryKind.REDEMPTION, EntryKind.REFUND, EntryKind.TRANSFER)
    return spent or (decision.kind is EntryKind.ADJUSTMENT and about is None)


class Replay:
    """A past told anew, event by event. `books` end as they would be now."""

    def __init__(self) -> None:
        self.books = blank_books()
        self.effects = Effects()
        self.refused: list[tuple[Event, Answer]] = []
        self._keys: dict[Position, tuple[str, str]] = {}

    def _position(self, recorded: Position) -> Position:
        """Return where a contribution or a report stands in this telling, by where it was recorded."""
        key = self._keys.get(recorded)
        return self.books.read(KEY, key).position if key is not None else Position(0)

    def publish(self, command: PublishRulebook, at: Micros) -> None:
        """Put a rulebook in force."""
        self._tell(command, at)

    def take(self, event: Event) -> None:
        """Tell one recorded event again."""
        if isinstance(event.fact, ContributionRecorded | MembersMerged | RedemptionMade | ViolationRecorded):
            self._keys[event.position] = (event.source, event.key)
        command = command_of(event, self._position)
        if command is None:
            return
        answer = self._tell(command, event.recorded_at)
        if not isinstance(answer, Accepted):
            self.refused.append((event, answer))

    def settle(self, at: Micros) -> None:
        """Let all that was due until an instant happen."""
        settle_all(self.books, at)
        self._gather()

    def _tell(self, command: Command, at: Micros) -> Answer:
        (answer,) = plan(self.books, [Stamped(command, b"")], at=at)
        self._gather()
        return answer

    def _gather(self) -> None:
        for event, _ in self.books.events:
            self.effects.take(event)
        self.books.events.clear()


class Recording:
    """A past as it was recorded: books folded from it, with what has been due since."""

    def __init__(self) -> None:
        self.books = blank_books()
        self.effects = Effects()

    def publish(self, version: Version) -> None:
        """Know a version that was published."""
        self.books.versions = self.books.versions.with_next(version)

    def take(self, event: Event) -> None:
        """Fold one recorded event."""
        evolve(self.books, event)
        self.books.write(EVENT, (event.position,), Recorded(event=event))
        self.books.write(KEY, (event.source, event.key), Seen(position=event.position, mac=event.mac))
        self.effects.take(event)

    def settled(self, at: Micros) -> Recording:
        """Return what will be recorded when all that was due until an instant is done; this one stays as it is."""
        after = Recording()
        after.books = self.books.fork()
        after.effects = self.effects.copy()
        settle_all(after.books, at)
        for event, _ in after.books.events:
            after.effects.take(event)
        after.books.events.clear()
        return after


def settle_all(books: Books, at: Micros) -> None:
    """Do all that was due until an instant, in chunks, until nothing is."""
    while True:
        due = [
            (what, MemberId(member))
            for what, member in books.keys(DUE)
            if (when := books.read(DUE, (what, member)).at) is not None and when <= at
        ]
        if not due:
            return
        ladders = tuple(what.removeprefix(TIERS_DUE) for what, _ in due if what.startswith(TIERS_DUE))
        members = tuple(member for what, member in due if not what.startswith(TIERS_DUE))
        before = books.head.position
        plan(books, [Stamped(SettleDue(members=members, ladders=ladders), b"")], at=at)
        if books.head.position == before:
            return


def command_of(event: Event, position: Callable[[Position], Position]) -> Command | None:
    """Return the command that a recorded event came of; None for what the ledger did by itself."""
    fact = event.fact
    match fact:
        case ContributionRecorded() if event.source == ROUNDS_SOURCE:
            return None  # the closing of its round records it
        case ContributionRecorded():
            return RecordContribution(
                source=event.source,
                key=event.key,
                type=event.type,
                subject=event.subject,
                occurred_at=event.occurred_at,
                actor=_named(fact.actor) if fact.actor is not None else None,
                people={role: _named(member) for role, member in fact.people.items()},
                undoes=fact.undoes,
                data=fact.data,
                imported=fact.imported,
                claimed=fact.claimed,
                own=event.source.startswith(f"{LEDGER_SOURCE}:"),
            )
        case PointsAdjusted():
            made = fact.decisions[-1]
            return AdjustPoints(
                key=event.key,
                member=_named(fact.member),
                delta=made.granted,
                reason="",
                by=fact.by,
                unit=made.unit,
                opening=event.source == OPENINGS_SOURCE,
                replayed=True,
            )
        case ContributionReviewed():
            return ReviewContribution(position=position(fact.of), approved=fact.approved, by=fact.by)
        case TierLocked():
            return LockTier(
                member=fact.member,
                ladder=fact.ladder,
                level=fact.level,
                by=fact.by,
                reason="",
            )
        case GroupHeld():
            return HoldGroup(member=fact.member, group=fact.group, held=fact.held, by=fact.by, reason="")
        case MembersMerged():
            return MergeMembers(into=fact.into, gone=fact.gone, by=fact.by, reason="")
        case MembersUnmerged():
            return UnmergeMembers(position=position(fact.of), by=fact.by, reason="")
        case MemberErased():
            return EraseMember(member=fact.member, by=fact.by)
        case GroupReported():
            return ReportGroup(member=fact.member, group=fact.group, inside=fact.inside, by=fact.by)
        case RedemptionMade() | RedemptionMoved() if fact.by == LEDGER_SOURCE:
            return None
        case ActivityScheduled() | ActivityCancelled() | ActivityAnswered():
            return of_activities(fact)
        case RoundOpened() | RoundClosed():
            return of_rounds(event, fact)
        case _:
            return _of_perks(event, position)


def _of_perks(event: Event, position: Callable[[Position], Position]) -> Command | None:
    fact = event.fact
    match fact:
        case PerkPut():
            return PutPerk(terms=fact.terms, by=fact.by)
        case PerkRetired():
            return RetirePerk(perk=fact.perk, by=fact.by)
        case PerkStocked():
            return StockPerk(key=event.key, perk=fact.perk, delta=fact.delta, by=fact.by)
        case PerkCodesAdded():
            codes = tuple(PerkCode(digest=claim.key, sealed="") for claim in fact.claims)
            return AddPerkCodes(perk=fact.perk, codes=codes, by=fact.by)
        case OfferPut():
            return PutOffer(terms=fact.terms, by=fact.by)
        case OfferRetired():
            return RetireOffer(offer=fact.offer, by=fact.by)
        case OfferShown():
            return ShowOffer(key=event.key, offer=fact.offer, member=fact.member, by=fact.by, replayed=True)
        case OfferTaken():
            return TakeOffer(key=event.key, offer=fact.offer, member=fact.member, by=fact.by, replayed=True)
        case TaskTicked():
            return TickTask(task=fact.task, done=fact.done, by=fact.by)
        case CommunitySet():
            return SetCommunity(name=fact.name, value=fact.value, by=fact.by)
        case RedemptionMade():
            return RedeemPerk(
                key=event.key,
                perk=fact.perk,
                member=_named(fact.member),
                by=fact.by,
                given=fact.given,
                replayed=fact,
            )
        case RedemptionMoved() if fact.status is not RedemptionStatus.EXPIRED:
            return MoveRedemption(position=position(fact.of), status=fact.status, by=fact.by, replayed=True)
        case _:
            return _about_violation(event, position)


def _about_violation(event: Event, position: Callable[[Position], Position]) -> Command | None:
    fact = event.fact
    match fact:
        case ViolationRecorded():
            return RecordViolation(key=event.key, member=fact.member, rule=fact.rule, by=fact.by)
        case ViolationConfirmed():
            return ResolveViolation(position=position(fact.of), action=None, by=fact.by)
        case ViolationDismissed():
            return ResolveViolation(position=position(fact.of), action=Action.DISMISSED, by=fact.by)
        case ViolationAppealed():
            return AppealViolation(position=position(fact.of), member=fact.member)
        case ViolationUpheld():
            return DecideAppeal(position=position(fact.of), lifted=False, by=fact.by)
        case ViolationLifted():
            return ResolveViolation(position=position(fact.of), action=Action.LIFTED, by=fact.by)
        case _:
            return None


def _named(member: MemberId) -> Identity:
    return Identity(platform=PLATFORM, external_id=str(member), received=str(member))


def differences(before: Effects, after: Effects) -> Iterator[tuple[Effect, int]]:
    """Yield each effect that differs, and by how much, in a fixed order."""
    for effect in sorted(before.points.keys() | after.points.keys()):
        difference = after.points[effect] - before.points[effect]
        if difference:
            yield effect, difference
