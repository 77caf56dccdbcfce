"""Plan: turns commands into facts, in order, against the books. The heart of the writer, and pure.

Run it until `books.missing` stays empty (see `books.view`); only that run counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core.books.offers import PLAYBOOK
from ledger.core.books.shelf import CLAIM, IDENTITY, KEY, SETTING, STORY
from ledger.core.books.view import Books, Key
from ledger.core.commands import (
    ADJUSTMENTS_SOURCE,
    LEDGER_SOURCE,
    OFFERS_SOURCE,
    OPENINGS_SOURCE,
    REDEMPTIONS_SOURCE,
    STOCK_SOURCE,
    VIOLATIONS_SOURCE,
    AddPerkCodes,
    AdjustPoints,
    AppealViolation,
    Command,
    CorrectPoints,
    CreateCommunity,
    DecideAppeal,
    MoveRedemption,
    PublishRulebook,
    PutOffer,
    PutPerk,
    RecordContribution,
    RecordViolation,
    RedeemPerk,
    ResolveViolation,
    RetireOffer,
    RetirePerk,
    SetCommunity,
    SettleDue,
    ShowOffer,
    Stamped,
    StockPerk,
    TakeOffer,
    TickTask,
)
from ledger.core.decide.activities import decide_activity
from ledger.core.decide.adjustment import decide_adjustment
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.decide.by_hand import decide_by_hand
from ledger.core.decide.catalogue import decide_catalogue
from ledger.core.decide.claims import decide_claim
from ledger.core.decide.community import CREATED, decide_creation, decide_publication, publication_key
from ledger.core.decide.continuing import go_on
from ledger.core.decide.contribution import decide_contribution
from ledger.core.decide.correction import decide_correction
from ledger.core.decide.erasing import decide_erasure
from ledger.core.decide.linking import decide_buddy, decide_link
from ledger.core.decide.merging import decide_merge, decide_unmerge
from ledger.core.decide.moving import decide_moving
from ledger.core.decide.offering import decide_offering
from ledger.core.decide.own import next_instant
from ledger.core.decide.redeeming import WELCOME, decide_redemption, welcome
from ledger.core.decide.rounds import decide_round
from ledger.core.decide.settling import decide_settling, is_settled, settle, touched
from ledger.core.decide.stories import decide_story
from ledger.core.decide.violations import decide_violation
from ledger.core.events import joined
from ledger.core.members.commands import EraseMember, LinkIdentity, MergeMembers, SetBuddy, UnmergeMembers
from ledger.core.refusals import IdempotencyConflict, Refusal
from ledger.core.rhythm.activities import (
    AGENDA,
    AnswerActivity,
    CancelActivity,
    RecordAttendance,
    ScheduleActivity,
)
from ledger.core.rhythm.claims import CLAIMS_SOURCE, SubmitClaim
from ledger.core.rhythm.rounds import ROUNDS_SOURCE, CloseRound, OpenRound, close_key
from ledger.core.rhythm.stories import (
    ABOUT_STORIES,
    STORIES_SOURCE,
    FeatureStory,
    ReviewStory,
    SubmitStory,
    ThankStory,
    WithdrawStory,
)
from ledger.core.undo import early_claim
from ledger.core.values import Micros


def plan(books: Books, commands: Sequence[Stamped], *, at: Micros) -> list[Answer]:
    """Decide each command, folding each accepted one before the next is looked at."""
    return [decide(books, command, mac, at=at) for command, mac in commands]


def plan_atomic(books: Books, commands: Sequence[Stamped], *, at: Micros) -> list[Answer]:
    """Decide all commands or none: where one is refused, it and all before it are answered with its refusal."""
    trial = books.fork()
    answers: list[Answer] = []
    for command, mac in commands:
        answers.append(decide(trial, command, mac, at=at))
        if isinstance(answers[-1], Refusal):
            return [answers[-1]] * len(answers)
    books.keep(trial)
    return answers


def decide(books: Books, command: Command, mac: bytes, *, at: Micros) -> Answer:
    """Decide one command: a repeat is answered as before, a reused key is refused."""
    key = sender_key(command)
    if key is not None:
        seen = books.read(KEY, key)
        if seen.position:
            return (
                Repeated(position=seen.position) if seen.mac == mac else IdempotencyConflict(position=seen.position)
            )
    if books.head.undoing:
        go_on(books, at)
    if isinstance(command, SettleDue):
        return decide_settling(books, command, at)
    if not books.versions.timed and not isinstance(command, RedeemPerk | MoveRedemption | CloseRound | EraseMember):
        return _decide(books, command, mac, at=at)
    return _decide_settled(books, command, mac, at=at)


def _decide_settled(books: Books, command: Command, mac: bytes, *, at: Micros) -> Answer:
    """Decide a command on a trial; where something was due of whom it touches, do that first and try again."""
    while True:
        trial = books.fork()
        answer = _decide(trial, command, mac, at=at)
        members = touched(trial, command)
        before = books.head.position
        if not books.missing and not is_settled(books, members, at):
            settle(books, members, at)
        if books.head.position == before:
            books.keep(trial)
            return answer


def _decide(books: Books, command: Command, mac: bytes, *, at: Micros) -> Answer:
    recorded_at = next_instant(books, at)
    match command:
        case RecordContribution():
            answer = decide_contribution(books, command, mac, at=at, recorded_at=recorded_at)
            return _welcomed(books, answer, at)
        case AdjustPoints():
            answer = decide_adjustment(books, command, mac, recorded_at=recorded_at)
            return _welcomed(books, answer, at)
        case CreateCommunity():
            return decide_creation(books, command, mac, recorded_at=recorded_at)
        case PublishRulebook():
            return decide_publication(books, command, mac, recorded_at=recorded_at)
        case CorrectPoints():
            return decide_correction(books, command, mac, recorded_at=recorded_at)
        case EraseMember():
            return decide_erasure(books, command, mac, recorded_at=recorded_at)
        case MergeMembers():
            return decide_merge(books, command, mac, recorded_at=recorded_at)
        case UnmergeMembers():
            return decide_unmerge(books, command, mac, recorded_at=recorded_at)
        case LinkIdentity():
            return decide_link(books, command, mac, recorded_at=recorded_at)
        case SetBuddy():
            return decide_buddy(books, command, mac, recorded_at=recorded_at)
        case SettleDue():
            return decide_settling(books, command, at)
        case RecordViolation() | ResolveViolation() | AppealViolation() | DecideAppeal():
            return decide_violation(books, command, mac, recorded_at=recorded_at)
        case RedeemPerk():
            return decide_redemption(books, command, mac, recorded_at=recorded_at)
        case MoveRedemption():
            return decide_moving(books, command, mac, recorded_at=recorded_at)
        case PutPerk() | RetirePerk() | StockPerk() | AddPerkCodes() | SetCommunity():
            return decide_catalogue(books, command, mac, recorded_at=recorded_at)
        case PutOffer() | RetireOffer() | ShowOffer() | TakeOffer() | TickTask():
            return decide_offering(books, command, mac, recorded_at=recorded_at)
        case ScheduleActivity() | CancelActivity() | AnswerActivity() | RecordAttendance():
            return decide_activity(books, command, mac, at=at, recorded_at=recorded_at)
        case SubmitClaim():
            return decide_claim(books, command, mac, at=at, recorded_at=recorded_at)
        case OpenRound() | CloseRound():
            return decide_round(books, command, mac, at=at, recorded_at=recorded_at)
        case SubmitStory() | ReviewStory() | FeatureStory() | WithdrawStory() | ThankStory():
            return decide_story(books, command, mac, at=at, recorded_at=recorded_at)
        case _:
            return decide_by_hand(books, command, mac, recorded_at=recorded_at)


def _welcomed(books: Books, answer: Answer, at: Micros) -> Answer:
    """Welcome whoever was first seen with what was just accepted."""
    if isinstance(answer, Accepted):
        welcome(books, joined(books.events[-1].event), at)
    return answer


def plain_needs(commands: Sequence[Stamped]) -> set[Key]:
    """Return keys that planning these commands will surely read: loading them first saves a run."""
    needs: set[Key] = set()
    for command, _ in commands:
        key = sender_key(command)
        if key is not None:
            needs.add((KEY, key))
        if isinstance(command, RecordContribution):
            needs |= {(SETTING, (WELCOME,)), (SETTING, (PLAYBOOK,)), (SETTING, (AGENDA,))}
            early = early_claim(command.source, command.key)
            needs.add((CLAIM, (early.kind, early.key)))
            if command.subject is not None and command.type in ABOUT_STORIES:
                needs.add((STORY, (command.subject,)))
            for who in (*command.people.values(), *([command.actor] if command.actor else ())):
                needs.add((IDENTITY, (who.platform, who.external_id)))
    return needs


def sender_key(command: Command) -> tuple[str, str] | None:
    """Return the key by which a command is the same command again; None where it has none."""
    match command:
        case RecordContribution():
            return command.source, command.key
        case AdjustPoints():
            return OPENINGS_SOURCE if command.opening else ADJUSTMENTS_SOURCE, command.key
        case RecordViolation():
            return VIOLATIONS_SOURCE, command.key
        case RedeemPerk():
            return REDEMPTIONS_SOURCE, command.key
        case StockPerk():
            return STOCK_SOURCE, command.key
        case ShowOffer() | TakeOffer():
            return OFFERS_SOURCE, command.key
        case PutPerk() | PutOffer() | SetCommunity():
            return (LEDGER_SOURCE, command.key) if command.key else None
        case SubmitClaim():
            return CLAIMS_SOURCE, command.key
        case CloseRound():
            return ROUNDS_SOURCE, close_key(command.key)
        case SubmitStory():
            return STORIES_SOURCE, command.key
        case CreateCommunity():
            return LEDGER_SOURCE, CREATED
        case PublishRulebook():
            return (LEDGER_SOURCE, publication_key(command.number)) if command.number else None
        case _:
            return None
