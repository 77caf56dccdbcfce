"""Decides how a redemption goes on: approved, fulfilled, declined, cancelled, failed, expired, refunded."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.core.books.evolve import evolve_arrival
from ledger.core.books.goods import Redemption
from ledger.core.books.perks import OPEN, terms_of
from ledger.core.books.shelf import CLAIM, EVENT, HOLDS, PERK, PERK_HOLDS, REDEMPTION, WISH
from ledger.core.books.united import everybody, kept
from ledger.core.books.view import Books
from ledger.core.commands import LEDGER_SOURCE, MoveRedemption
from ledger.core.conduct import is_removed
from ledger.core.decide.answers import Accepted, Answer
from ledger.core.decide.making import Made, finish
from ledger.core.decide.own import next_instant, own_event
from ledger.core.decide.redeeming import kept_place_trail, role_claim
from ledger.core.events import Event, RedemptionMoved, RedemptionStatus
from ledger.core.outcomes import Decision, GroupWish, Outcome
from ledger.core.perks.blocks import codes_left
from ledger.core.perks.paying import given_back, is_covered, paid
from ledger.core.refusals import (
    NoCodeLeft,
    NotCovered,
    RedemptionDone,
    RedemptionUnknown,
    RefundTooLate,
    Refusal,
)
from ledger.core.rulebook.grammar.catalogue import Fulfilment, PerkTerms
from ledger.core.values import MemberId, Micros, Position

S = RedemptionStatus
FROM = {
    S.APPROVED: (S.REQUESTED,),
    S.FULFILLED: OPEN,
    S.DECLINED: OPEN,
    S.CANCELLED: (S.REQUESTED,),
    S.FAILED: OPEN,
    S.EXPIRED: OPEN,
    S.REFUNDED: (S.FULFILLED,),
}
"""From where a redemption can go where."""


def decide_moving(books: Books, command: MoveRedemption, mac: bytes, *, recorded_at: Micros) -> Answer:
    """Move a redemption on, if it can go there from where it is."""
    redemption = books.read(REDEMPTION, (command.position,))
    if not redemption.status:
        return RedemptionUnknown()
    refused = _refused(books, redemption, command, recorded_at)
    if refused is not None and not (command.replayed and not isinstance(refused, RedemptionDone)):
        return refused
    texts = {"reason": command.reason, "voucher": command.voucher}
    told = {name: text for name, text in texts.items() if text}
    move = Move(
        books, command.position, command.status, command.by, recorded_at, mac=mac, voucher=bool(command.voucher)
    )
    return Accepted(position=move.write({"texts": told} if told else {}))


def _refused(books: Books, redemption: Redemption, command: MoveRedemption, at: Micros) -> Refusal | None:
    status = RedemptionStatus(redemption.status)
    if status not in FROM.get(command.status, ()):
        return RedemptionDone(status=status)
    terms = terms_of(books.read(PERK, (redemption.perk,)))
    if command.status is S.REFUNDED:
        if terms.refund_within is None or at > redemption.updated_at + terms.refund_within:
            return RefundTooLate()
    elif command.status is S.FULFILLED:
        if not is_covered(books, books.versions.at(at), redemption):
            return NotCovered()
        if terms.fulfilment is Fulfilment.CODE and not command.voucher and not _code_left(books, redemption):
            return NoCodeLeft(perk=redemption.perk)
    return None


def _code_left(books: Books, redemption: Redemption) -> bool:
    return codes_left(books.read(PERK, (redemption.perk,))) > 0


class Move:
    """One move of one redemption, about to be written."""

    def __init__(
        self,
        books: Books,
        position: Position,
        status: RedemptionStatus,
        by: str,
        recorded_at: Micros,
        *,
        due_at: Micros | None = None,
        mac: bytes = b"",
        voucher: bool = False,
    ) -> None:
        self.books, self.position, self.status, self.by = books, position, status, by
        self.recorded_at, self.due_at, self.mac = recorded_at, due_at, mac
        self.voucher = voucher
        self.redemption = books.read(REDEMPTION, (position,))
        self.perk = books.read(PERK, (self.redemption.perk,))
        self.terms: PerkTerms = terms_of(self.perk)

    def write(self, private: dict[str, object]) -> Position:
        """Write the move; return where it stands."""
        books, redemption, terms = self.books, self.redemption, self.terms
        by_code = terms.fulfilment is Fulfilment.CODE
        status, handed = self.status, 0
        waits_for_code = by_code and not self.voucher and codes_left(self.perk) > 0
        if (
            status is S.APPROVED
            and waits_for_code
            and is_covered(books, books.versions.at(self.recorded_at), redemption)
        ):
            status = S.FULFILLED
        if status is S.FULFILLED and waits_for_code:
            handed = self.perk.handed + 1
        fact = RedemptionMoved(
            of=self.position,
            member=redemption.member,
            perk=redemption.perk,
            status=status,
            by=self.by,
            handed=handed,
            returned=status is S.REFUNDED and not redemption.handed,
        )
        version = books.versions.at(self.recorded_at if self.due_at is None else self.due_at)
        type_ = f"redemption.{status.lower()}"
        key = f"{type_}/{self.position}/{books.head.position + 1}"
        event = own_event(
            books,
            type_,
            key,
            fact,
            number=version.number,
            recorded_at=self.recorded_at,
            due_at=self.due_at,
            mac=self.mac,
            subject=redemption.perk,
        )
        evolve_arrival(books, event)
        made = Made(books, event, version)
        now = self.recorded_at if self.due_at is None else self.due_at
        if status is S.FULFILLED:
            made.take(paid(books, redemption))
        elif status is not S.APPROVED:
            back = given_back(books, version, self.position, redemption, at=made.next_place, now=now)
            made.take(self._without_role(back))
        elif terms.fulfilment is Fulfilment.PLATFORM_ROLE:
            made.take(self._with_role())
        finish(made, private, now=self.due_at, places=self._groups(status))
        return event.position

    def _with_role(self) -> Decision:
        """Return a decision that moves no points: it lets a report of the place find this redemption."""
        nothing = replace(paid(self.books, replace(self.redemption, cost=0)), outcome=Outcome.HELD)
        member = self.redemption.member
        late = (kept_place_trail(member),) if is_removed(self.books, member) else ()
        return replace(nothing, claims=(role_claim(self.terms.target, member),), trails=late)

    def _without_role(self, decision: Decision) -> Decision:
        if self.terms.fulfilment is not Fulfilment.PLATFORM_ROLE:
            return decision
        return replace(decision, released=(role_claim(self.terms.target, self.redemption.member),))

    def _groups(self, status: RedemptionStatus) -> tuple[GroupWish, ...]:
        """Return whether the member is wanted in the group that a perk is a place in."""
        if self.terms.fulfilment is not Fulfilment.PLATFORM_ROLE or status is S.FULFILLED:
            return ()
        member, group = kept(self.books, self.redemption.member), self.terms.target
        wanted = status is S.APPROVED and not is_removed(self.books, member)
        if bool(self.books.read(WISH, (member, group)).wanted) == wanted:
            return ()
        return (GroupWish(member=member, group=group, wanted=wanted),)


def fulfil_waiting(books: Books, perk: str, at: Micros) -> None:
    """Hand codes that were just added to redemptions that wait for one, first come first."""
    waiting = books.read(PERK_HOLDS, (perk,)).open
    for hold in sorted(waiting, key=lambda one: one.position):
        redemption = books.read(REDEMPTION, (hold.position,))
        if redemption.status != S.APPROVED or not _code_left(books, redemption):
            continue
        if is_covered(books, books.versions.at(at), redemption):
            Move(books, hold.position, S.FULFILLED, LEDGER_SOURCE, next_instant(books, at)).write({})


def report_role(books: Books, member: MemberId, group: str, at: Micros) -> None:
    """Fulfil the redemption that waited for a member's place in a group, now that a bot reports it."""
    for one in everybody(books, member):
        claim = role_claim(group, one)
        holder = books.read(CLAIM, (claim.kind, claim.key)).position
        event = books.read(EVENT, (holder,)).event if holder else None
        if event is not None:
            _role_given(books, event, at)


def _role_given(books: Books, event: Event, at: Micros) -> None:
    position = event.fact.of if isinstance(event.fact, RedemptionMoved) else event.position
    redemption = books.read(REDEMPTION, (position,))
    if redemption.status == S.APPROVED and is_covered(books, books.versions.at(at), redemption):
        Move(books, position, S.FULFILLED, LEDGER_SOURCE, next_instant(books, at)).write({})


def expire_holds(books: Books, member: MemberId, due_at: Micros, at: Micros) -> None:
    """Let a member's redemptions expire whose time was over at an instant."""
    for hold in books.read(HOLDS, (member,)).open:
        if hold.hold_until <= due_at:
            Move(books, hold.position, S.EXPIRED, LEDGER_SOURCE, next_instant(books, at), due_at=due_at).write({})
