"""Decides merges and unmerges: balances move as transfers, with their lots; all else is read for both together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_arrival, evolve_own
from ledger.core.books.shelf import ACCOUNT, CLAIM, EVENT, MEMBER, SHARE, WISH
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.conduct import is_removed
from ledger.core.decide.activities import still_to_come
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import own_event, why
from ledger.core.decide.people import is_gone
from ledger.core.decide.redeeming import is_bought
from ledger.core.events import Event
from ledger.core.members.commands import MergeMembers, UnmergeMembers
from ledger.core.members.facts import MembersMerged, MembersUnmerged
from ledger.core.outcomes import ClaimKey, Decision, EntryKind, GroupWish, LotMove, Outcome
from ledger.core.refusals import MemberGone, MemberUnknown, MergeUnknown, NothingToMerge, PointsHeld, Refusal
from ledger.core.rulebook.versions import Version
from ledger.core.rules.transfers import Lotted, Parting, merged, parted
from ledger.core.tiers.moving import every_group, groups_of, lost_places
from ledger.core.values import MemberId, Micros

MERGED = "members.merged"
UNMERGED = "members.unmerged"


class Transfer(NamedTuple):
    """Points of one unit that move between two members; negative ones move the other way."""

    giver: MemberId
    taker: MemberId
    unit: str
    amount: int


def decide_merge(books: Books, command: MergeMembers, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Make two members one person. Past grants stand, also those between the two."""
    if (refusal := _unmergeable(books, command)) is not None:
        return refusal
    into, gone = kept(books, command.into), kept(books, command.gone)
    version = books.versions.at(recorded_at)
    left = tuple(lost_places(books, gone))
    come = tuple(
        GroupWish(member=into, group=one.group, wanted=True)
        for one in left
        if is_bought(books, one.group, gone) and not books.read(WISH, (into, one.group)).wanted
    )
    answers = tuple(_answers_lost(books, into, gone, recorded_at))
    fact = MembersMerged(into=into, gone=gone, by=command.by, groups=(*left, *come), answers=answers)
    key = f"{MERGED}/{books.head.position + 1}"
    event = own_event(books, MERGED, key, fact, number=version.number, recorded_at=recorded_at, mac=mac)
    evolve_arrival(books, event)
    made = Made(books, event, version)
    for unit in _units(books):
        transfer = Transfer(gone, into, unit, books.read(ACCOUNT, (gone, unit)).balance)
        if transfer.amount:
            _post(made, transfer, merged(books, transfer.giver, transfer.taker, unit, transfer.amount))
    evolve_own(books, replace(event, fact=replace(fact, decisions=tuple(made.decisions))))
    removed = lost_places(books, into) if is_removed(books, into) else ()
    finish(made, why(command.reason), also=(into,), places=removed)
    return Accepted(position=event.position)


def _answers_lost(books: Books, into: MemberId, gone: MemberId, at: Micros) -> Iterator[tuple[str, MemberId]]:
    """Yield the answers to activities that both gave, the earlier of the two."""
    first, second = (
        {
            name: (said.answered, one)
            for one in everybody(books, side)
            for name, said in still_to_come(books, one, at)
        }
        for side in (into, gone)
    )
    for name in first:
        if name in second:
            yield name, min(first[name], second[name])[1]


def _unmergeable(books: Books, command: MergeMembers) -> Refusal | None:
    for member in (command.into, command.gone):
        if not books.read(MEMBER, (member,)).seen_position:
            return MemberUnknown()
        if is_gone(books, kept(books, member)):
            return MemberGone()
    gone = kept(books, command.gone)
    if gone == kept(books, command.into):
        return NothingToMerge()
    held = sum(books.read(ACCOUNT, (gone, unit)).held for unit in _units(books))
    return PointsHeld(held=held) if held else None


def undone_claim(position: int) -> ClaimKey:
    """Return the claim that lets a merge be undone only once."""
    return ClaimKey(kind="unmerged", key=str(position))


def decide_unmerge(books: Books, command: UnmergeMembers, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Part two members again: each has what came by their own identities, less what was spent by them."""
    merge = books.read(EVENT, (command.position,)).event
    claim = undone_claim(command.position)
    if (
        merge is None
        or not isinstance(merge.fact, MembersMerged)
        or books.read(CLAIM, (claim.kind, claim.key)).position
    ):
        return MergeUnknown()
    gone = merge.fact.gone
    holder = kept(books, gone)
    if is_gone(books, holder):
        return MemberGone()
    if held := _held_of(books, holder, gone):
        return PointsHeld(held=held)
    was_removed = is_removed(books, holder)
    version = books.versions.at(recorded_at)
    units = tuple(unit for unit in _units(books) if books.read(SHARE, (gone, unit)).amount)
    fact = MembersUnmerged(of=merge.position, gone=gone, by=command.by, holder=holder, units=units, claims=(claim,))
    key = f"{UNMERGED}/{merge.position}"
    event = own_event(books, UNMERGED, key, fact, number=version.number, recorded_at=recorded_at, mac=mac)
    evolve_arrival(books, event)
    made = Made(books, event, version)
    group = frozenset(one for one in everybody(books, gone) if _stands_under(books, one, gone))
    for unit in units:
        transfer = Transfer(holder, gone, unit, books.read(SHARE, (gone, unit)).amount)
        parting = Parting(holder, gone, unit, transfer.amount, group, recorded_at)
        _post(made, transfer, parted(books, version, parting))
    evolve_own(books, event)
    places = [*_places(books, version, gone, merge)]
    if not is_removed(books, holder):
        places += _places(books, version, holder, merge, back=was_removed)
    made.event = replace(event, fact=replace(fact, groups=tuple(places)))
    finish(made, why(command.reason), also=(holder, gone))
    return Accepted(position=event.position)


def _held_of(books: Books, holder: MemberId, gone: MemberId) -> int:
    """Return what redemptions hold that would no longer be covered if a share of the balance left."""
    for unit in _units(books):
        account, share = books.read(ACCOUNT, (holder, unit)), books.read(SHARE, (gone, unit)).amount
        if account.held and share > 0 and account.available < share:
            return account.held
    return 0


def _places(
    books: Books, version: Version, member: MemberId, merge: Event, *, back: bool = True
) -> Iterator[GroupWish]:
    """Yield the places that a member gets or loses by standing alone again: by level, or for points.

    Where they have none of what they lost `back`, only places that came by the merge are looked at.
    """
    fact = merge.fact
    assert isinstance(fact, MembersMerged)
    came = dict.fromkeys(one.group for one in fact.groups)
    looked = (*every_group(books.versions), *came) if back else came
    deserved = set() if is_removed(books, member) else groups_of(books, version, member)
    for place in dict.fromkeys(looked):
        wish = books.read(WISH, (member, place))
        bought = not is_removed(books, member) and is_bought(books, place, member)
        if not wish.held and bool(wish.wanted) != (place in deserved or bought):
            yield GroupWish(member=member, group=place, wanted=not wish.wanted)


def _stands_under(books: Books, member: MemberId, top: MemberId) -> bool:
    here: MemberId | None = member
    while here is not None and here != top:
        here = books.read(MEMBER, (here,)).merged_into
    return here == top


def _units(books: Books) -> list[str]:
    return list(dict.fromkeys(code for version in books.versions.published for code in version.units))


def _post(made: Made, transfer: Transfer, lots: Lotted) -> None:
    """Post a transfer: what one gives, the other gets."""
    sides = (
        (transfer.giver, -transfer.amount, lots.given, lots.fresh_given),
        (transfer.taker, transfer.amount, lots.taken, lots.fresh_taken),
    )
    for member, granted, moves, fresh in sides:
        balance = made.books.read(ACCOUNT, (member, transfer.unit)).balance
        position, ordinal = made.next_place
        if fresh is not None:
            begun = LotMove(position=position, ordinal=ordinal, delta=fresh.amount, expires_at=fresh.expires_at)
            moves = (*moves, begun)
        made.take(
            Decision(
                rule="transfer",
                outcome=Outcome.GRANTED,
                member=member,
                unit=transfer.unit,
                kind=EntryKind.TRANSFER,
                wanted=granted,
                granted=granted,
                after=balance + granted,
                lots=moves,
            )
        )
