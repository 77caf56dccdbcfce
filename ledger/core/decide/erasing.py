"""Decides an erasure: a member becomes nobody. Sums, hashes and what others got stay as they are."""

from __future__ import annotations

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.perks import member_redemptions_trail
from ledger.core.books.shelf import EVENT, IDENTITY, KEY, MEMBER, PROFILE, REDEMPTION, WAITS
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.commands import LEDGER_SOURCE
from ledger.core.decide.activities import still_to_come
from ledger.core.decide.answers import Accepted, Answer, Repeated
from ledger.core.decide.making import Made, finish
from ledger.core.decide.moving import Move
from ledger.core.decide.own import next_instant, own_event
from ledger.core.decide.people import is_gone, names_of
from ledger.core.events import RedemptionStatus, decisions
from ledger.core.members.commands import EraseMember
from ledger.core.members.facts import MemberErased
from ledger.core.refusals import MemberUnknown
from ledger.core.reversal import withdrawal
from ledger.core.tiers.moving import lost_places
from ledger.core.values import MemberId, Micros

ERASED = "member.erased"


def erasure_key(member: MemberId) -> str:
    """Return the key under which an erasure is recorded: nobody is erased twice."""
    return f"{ERASED}/{member}"


def decide_erasure(books: Books, command: EraseMember, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Make a member nobody.

    What they asked for ends, and what waits for them is withdrawn; they should be in no group any more, and keep
    no place at what is still to come.
    """
    member = kept(books, command.member)
    if not books.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    if is_gone(books, member):  # whoever says it again, and by whichever of their numbers
        return Repeated(position=books.read(KEY, (LEDGER_SOURCE, erasure_key(member))).position)
    members = everybody(books, member)
    _end_redemptions(books, members, recorded_at)
    recorded_at = next_instant(books, recorded_at)
    version = books.versions.at(recorded_at)
    fact = MemberErased(
        member=member,
        by=command.by,
        united=members[1:],
        groups=tuple(lost_places(books, member)),
        answers=tuple((name, one) for one in members for name, _ in still_to_come(books, one, recorded_at)),
    )
    key = erasure_key(member)
    event = own_event(books, ERASED, key, fact, number=version.number, recorded_at=recorded_at, mac=mac)
    evolve_arrival(books, event)
    made = Made(books, event, version)
    for one in [one for member in members for one in books.read(WAITS, (member,)).open]:
        original = books.read(EVENT, (one.position,)).event
        if original is not None:
            made.take(withdrawal(books, original, one.ordinal, decisions(original)[one.ordinal]))
    finish(made, {})
    for member in members:
        _forget(books, member)
    return Accepted(position=event.position)


def _end_redemptions(books: Books, members: tuple[MemberId, ...], at: Micros) -> None:
    """Cancel what members asked for and do not have, however far it is: nobody is there to be given it."""
    asked = [position for one in members for position in books.trail(member_redemptions_trail(one))]
    for position in sorted(set(asked)):
        if books.read(REDEMPTION, (position,)).open:
            by = LEDGER_SOURCE
            Move(books, position, RedemptionStatus.CANCELLED, by, next_instant(books, at)).write({})


def _forget(books: Books, member: MemberId) -> None:
    for key in names_of(books, member):
        books.write(IDENTITY, key, IDENTITY.blank)
    books.write(PROFILE, (member,), PROFILE.blank)
