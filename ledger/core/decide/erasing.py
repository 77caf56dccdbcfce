"""Decides an erasure: a member becomes nobody. Sums, hashes and what others got stay as they are."""

from __future__ import annotations

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.shelf import EVENT, IDENTITY, MEMBER, PROFILE, WAITS, WISH
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.commands_members import EraseMember
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import own_event
from ledger.core.decide.people import names_of
from ledger.core.events import decisions
from ledger.core.membership import MemberErased
from ledger.core.outcomes import GroupWish
from ledger.core.refusals import MemberUnknown
from ledger.core.reversal import withdrawal
from ledger.core.tiers.moving import every_group
from ledger.core.values import MemberId, Micros

ERASED = "member.erased"


def erasure_key(member: MemberId) -> str:
    """Return the key under which an erasure is recorded: nobody is erased twice."""
    return f"{ERASED}/{member}"


def decide_erasure(books: Books, command: EraseMember, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Make a member nobody: what waits for them is withdrawn, and they should be in no group any more."""
    member = kept(books, command.member)
    if not books.read(MEMBER, (member,)).seen_position:
        return MemberUnknown()
    version = books.versions.at(recorded_at)
    members = everybody(books, member)
    wanted = (group for group in every_group(books.versions) if books.read(WISH, (member, group)).wanted)
    fact = MemberErased(
        member=member,
        by=command.by,
        united=members[1:],
        groups=tuple(GroupWish(member=member, group=group, wanted=False) for group in wanted),
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


def _forget(books: Books, member: MemberId) -> None:
    for key in names_of(books, member):
        books.write(IDENTITY, key, IDENTITY.blank)
    books.write(PROFILE, (member,), PROFILE.blank)
