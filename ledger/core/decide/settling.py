"""Settles what is due of the members that a command touches, before the command is decided."""

from __future__ import annotations

from collections.abc import Collection

from ledger.core.books.shelf import IDENTITY, PERK_HOLDS, RUN
from ledger.core.books.united import everybody
from ledger.core.books.view import Books
from ledger.core.commands import AdjustPoints, Command, RedeemPerk, SettleDue
from ledger.core.decide.answers import Settled
from ledger.core.decide.due import points_due
from ledger.core.decide.judging import awaits, open_runs, reaches, settle_member, sweep, tiers_due
from ledger.core.decide.rounds import opened
from ledger.core.events import ContributionRecorded, GroupHeld, RedemptionRefused, TierLocked, decisions
from ledger.core.outcomes import Decided
from ledger.core.rhythm.activities import AnswerActivity
from ledger.core.rhythm.rounds import CloseRound
from ledger.core.values import MemberId, Micros
from ledger.core.violations import ViolationConfirmed, ViolationLifted


def touched(trial: Books, command: Command) -> list[MemberId]:
    """Return the members whose points or levels a command was decided by, or would have been."""
    found: dict[MemberId, None] = {}
    if isinstance(command, AdjustPoints):
        found[_adjusted(trial, command)] = None
    if isinstance(command, AnswerActivity):
        found[command.member] = None
    for perk in _wished(trial, command):
        # Whoever's redemption of it expired makes room for this one.
        holds = trial.read(PERK_HOLDS, (perk,)).open
        found |= {one.member: None for one in holds if one.hold_until <= trial.head.recorded_at}
    for event, _ in trial.events:
        match event.fact:
            case (
                ContributionRecorded(actor=int() as member)
                | TierLocked(member=member)
                | GroupHeld(member=member)
                | RedemptionRefused(member=member)
            ):
                found[member] = None
            case ViolationConfirmed(member=member) | ViolationLifted(member=member):
                found[member] = None
        if isinstance(event.fact, Decided):
            found |= {one.member: None for one in event.fact.measures if one.member}
        found |= {one.member: None for one in decisions(event) if one.member is not None}
    return list(dict.fromkeys(one for member in found for one in everybody(trial, member)))


def _wished(trial: Books, command: Command) -> list[str]:
    """Return the perks that a command redeems or gives."""
    match command:
        case RedeemPerk():
            return [command.perk]
        case CloseRound():
            opening = opened(trial, command.code)
            return [prize.perk for prize in opening.prizes if prize.perk] if opening is not None else []
        case _:
            return []


def _adjusted(trial: Books, command: AdjustPoints) -> MemberId:
    who = command.member
    return who if isinstance(who, int) else trial.read(IDENTITY, (who.platform, who.external_id)).member


def is_settled(books: Books, members: Collection[MemberId], at: Micros) -> bool:
    """Say whether nothing was due of these members, and no daily run had still to be opened."""
    if any(points_due(books, member, at) is not None for member in members):
        return False
    for code in dict.fromkeys(ladder for version in books.versions.published for ladder in version.ladders):
        if not tiers_due(books, code, at):
            continue
        run = books.read(RUN, (code,))
        if not run.opened or not reaches(books, code, run, at):
            return False
        if any(awaits(books, code, run, member) for member in members):
            return False
    return True


def settle(books: Books, members: Collection[MemberId], at: Micros) -> None:
    """Do all that was due of some members, each act in its time."""
    open_runs(books, at)
    for member in members:
        settle_member(books, member, at, at)


def decide_settling(books: Books, command: SettleDue, at: Micros) -> Settled:
    """Do what a sweeper found due: some members' points, and a chunk of each ladder's daily run."""
    before = books.head.position
    for code in command.ladders:
        sweep(books, code, at)
    settle(books, command.members, at)
    return Settled(position=books.head.position, events=books.head.position - before)
