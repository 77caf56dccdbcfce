"""Redemptions: what became of them, step by step, and what their member gets to see of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from ledger.core import events
from ledger.core.calendar import moment
from ledger.core.values import HOUR, Position
from ledger.service.access import Scope
from ledger.store.directory import Community as Place
from ledger.store.reads import redemptions
from ledger.store.reads.journal import Stored
from ledger.store.reads.redemptions import Redemption as Row
from ledger.store.reads.spans import Span
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.pages import connection
from schema.graphql.scalars import Points
from schema.graphql.types.contribution import Actor, actor_of, text_of
from schema.graphql.types.enums import RedemptionStatus
from schema.graphql.types.node import Connection, Node
from schema.graphql.types.perk import Perk, perk_of
from schema.graphql.view import Info, View, view_of

if TYPE_CHECKING:
    from schema.graphql.types.member import Member


@described
class RedemptionStep:
    """One step of a redemption's way."""

    place: strawberry.Private[Place]
    stored: strawberry.Private[Stored | None]

    status: RedemptionStatus = field("How far it then was.")
    at: datetime | None = field("When.")

    @resolved("The same in words.")
    def label(self, info: Info) -> str:
        """Return the status in words."""
        return render(f"redemption.{self.status.value}", view_of(info).locale)

    @resolved("Who brought it about; null where nobody did.")
    async def actor(self, info: Info) -> Actor | None:
        """Return the actor."""
        return await actor_of(info, self.place, self.stored.event) if self.stored is not None else None

    @resolved("Why, where somebody said so.")
    def reason(self) -> str | None:
        """Return the reason."""
        return text_of(self.stored, "reason") if self.stored is not None else None


@described
class Redemption(Node):
    """A perk redeemed by a member, or given to them."""

    place: strawberry.Private[Place]
    row: strawberry.Private[Row]

    code: str = field("A short name, for people to tell each other.")
    cost: Points = field("What it cost, in minor units of the perk's unit; 0 where it was given.")
    status: RedemptionStatus = field("How far it is.")
    requested_at: datetime = field("When it was asked for or given.")
    updated_at: datetime = field("When it came to where it is.")
    hold_until: datetime | None = field("When it expires unless it is fulfilled; null is never.")

    @resolved("What was redeemed.")
    async def perk(self, info: Info) -> Perk:
        """Return the perk."""
        found = await perk_of(view_of(info), self.place, self.row.perk)
        assert found is not None  # perks are retired, never gone
        return found

    @resolved("Who redeemed it.")
    async def member(self, info: Info) -> Annotated[Member, strawberry.lazy("schema.graphql.types.member")]:
        """Return the member."""
        from schema.graphql.types.member import acting_member  # the two know each other

        return await acting_member(view_of(info), self.place, self.row.member)

    @resolved("How far it is, in words.")
    def status_label(self, info: Info) -> str:
        """Return the status in words."""
        return render(f"redemption.{self.status.value}", view_of(info).locale)

    @resolved("How many whole hours it has waited; of one that is over, how many it did.")
    def waiting_hours(self, info: Info) -> int:
        """Return the hours."""
        end = view_of(info).ledger.clock() if self.row.open else self.row.updated_at
        return max(0, end - self.row.requested_at) // HOUR

    @resolved("Its way so far, from the beginning.")
    async def timeline(self, info: Info) -> list[RedemptionStep]:
        """Return the steps."""
        stored = await view_of(info).loaders.steps.load((self.place.id, self.row.position))
        steps = [_step(self.place, one) for one in stored]
        if steps and steps[-1].status is not self.status:
            steps.append(RedemptionStep(place=self.place, stored=None, status=self.status, at=self.updated_at))
        return steps

    @resolved("The code or what else was sent; only the member and operators see it.")
    async def voucher(self, info: Info) -> str | None:
        """Return the voucher."""
        view = view_of(info)
        if not view.is_me(self.place, self.row.member) and not view.operates(self.place):
            return None
        return await view.loaders.vouchers.load((self.place.id, self.row))

    @resolved("What was said when it was asked for or given.")
    async def note(self, info: Info) -> str | None:
        """Return the note."""
        stored = await view_of(info).loaders.steps.load((self.place.id, self.row.position))
        return text_of(stored[0], "note") if stored else None

    @resolved("Whether you can cancel it: until it is approved.")
    def can_cancel(self, info: Info) -> bool:
        """Say whether the caller may cancel it."""
        return self.status is RedemptionStatus.REQUESTED and may_cancel(view_of(info), self.place, self.row)


def may_cancel(view: View, place: Place, row: Row) -> bool:
    """Say whether the caller may cancel a member's redemptions: their own, or with a key that redeems."""
    if view.is_of(place):
        return view.is_me(place, row.member)
    return view.may(place, Scope.REDEMPTIONS_WRITE)


def _step(place: Place, stored: Stored) -> RedemptionStep:
    fact = stored.event.fact
    assert isinstance(fact, events.RedemptionMade | events.RedemptionMoved)
    at = moment(stored.event.occurred_at)
    return RedemptionStep(place=place, stored=stored, status=RedemptionStatus(fact.status.value), at=at)


def redemption(place: Place, row: Row) -> Redemption:
    """Return a redemption as clients see it."""
    return Redemption(
        id=write_id("Redemption", place.id, row.position),
        place=place,
        row=row,
        code=f"R-{row.position}",
        cost=Points(row.cost),
        status=RedemptionStatus(row.status.value),
        requested_at=moment(row.requested_at),
        updated_at=moment(row.updated_at),
        hold_until=moment(row.hold_until) if row.hold_until is not None and row.open else None,
    )


async def redemption_at(view: View, place: Place, position: Position) -> Redemption | None:
    """Return the redemption made at a position. Whoever asks looks whether it may be seen."""
    row = await view.loaders.redemptions.load((place.id, position))
    return redemption(place, row) if row is not None else None


def position_of(event: events.Event) -> Position | None:
    """Return where the redemption was made that an event is about; None where it is about none."""
    match event.fact:
        case events.RedemptionMade():
            return event.position
        case events.RedemptionMoved(of=of):
            return of
    return None


async def queue(
    view: View, place: Place, statuses: list[RedemptionStatus] | None, at: Span
) -> Connection[Redemption]:
    """Return a page of a community's redemptions, oldest first."""
    wanted = None if statuses is None else sorted({one.value for one in statuses})
    database, now = view.ledger.database, view.ledger.clock()
    rows = await redemptions.page(database, place.id, at, statuses=wanted, at=now)

    async def count() -> int:
        return await redemptions.count(database, place.id, statuses=wanted)

    return connection(
        rows, at, key=lambda row: (row.position,), node=lambda row: redemption(place, row), count=count
    )
