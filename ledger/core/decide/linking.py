"""Decides what is said about members besides points: another name of theirs, and who looks after them."""

from __future__ import annotations

from ledger.core.books.shelf import BUDDY, IDENTITY, Known
from ledger.core.books.united import kept
from ledger.core.books.view import Books
from ledger.core.decide.answers import Answer, Repeated
from ledger.core.decide.own import own_event, write_plainly
from ledger.core.decide.people import nobody
from ledger.core.members.commands import LinkIdentity, SetBuddy
from ledger.core.members.facts import BuddySet, IdentityLinked
from ledger.core.refusals import HandleTaken, NobodysBuddy
from ledger.core.values import Micros

LINKED = "identity.linked"
LOOKED_AFTER = "buddy.set"


def decide_link(books: Books, command: LinkIdentity, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Let a member go by one more identity, unless it names somebody already: then they are to be merged."""
    if (refusal := nobody(books, command.member)) is not None:
        return refusal
    who = command.identity
    if books.read(IDENTITY, (who.platform, who.external_id)).member:
        return HandleTaken()
    fact = IdentityLinked(member=command.member, by=command.by)
    key, number = f"{LINKED}/{books.head.position + 1}", books.versions.at(recorded_at).number
    event = own_event(books, LINKED, key, fact, number=number, recorded_at=recorded_at, mac=mac)
    known = Known(member=command.member, received=who.received)
    books.write(IDENTITY, (who.platform, who.external_id), known)
    return write_plainly(books, event, {"member": str(who)})


def decide_buddy(books: Books, command: SetBuddy, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Let somebody look after a member, or nobody; who does so already is no change."""
    member = kept(books, command.member)
    for one in (command.member, *((command.buddy,) if command.buddy is not None else ())):
        if (refusal := nobody(books, one)) is not None:
            return refusal
    buddy = kept(books, command.buddy) if command.buddy is not None else None
    if buddy == member:
        return NobodysBuddy()
    before = books.read(BUDDY, (member,))
    if before.since_position and before.buddy == (buddy or 0):
        return Repeated(position=before.since_position)
    fact = BuddySet(member=member, buddy=buddy, by=command.by)
    key, number = f"{LOOKED_AFTER}/{books.head.position + 1}", books.versions.at(recorded_at).number
    return write_plainly(
        books, own_event(books, LOOKED_AFTER, key, fact, number=number, recorded_at=recorded_at, mac=mac)
    )
