"""Entries: the lines of a member's account book, each with why it stands there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import strawberry

from ledger.core.calendar import moment
from ledger.core.outcomes import EntryKind as Kind
from ledger.core.outcomes import Outcome
from ledger.core.perks.paying import perk_in
from ledger.store.directory import Community as Place
from ledger.store.journal import entry_rows
from ledger.store.reads import history
from ledger.store.reads.journal import Stored
from ledger.words.progress import Speech
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_place
from schema.graphql.scalars import Points
from schema.graphql.types.contribution import Actor, Contribution, actor_of, origin, text_of
from schema.graphql.types.decision import Decision, RuleRef, decision, explained, rule_of, step_labels_of
from schema.graphql.types.enums import EntryKind
from schema.graphql.types.node import Node
from schema.graphql.types.perk import perk_of, title_of
from schema.graphql.types.redemption import Redemption, position_of, redemption_at
from schema.graphql.view import Info, View, view_of
from schema.graphql.words import BUILT_IN, reason_label

WAITS = Outcome.PENDING.value
"""The outcome of what waits: nothing was taken of it."""


@described
class Reason:
    """Why points moved."""

    code: str = field("The rule's id in the rulebook; start or adjustment where no rule stood behind it.")
    labelled: strawberry.Private[Callable[[], Awaitable[str]]]
    explained: strawberry.Private[Callable[[], Awaitable[str | None]]]

    @resolved("The same in a few words.")
    async def label(self) -> str:
        """Return the label."""
        return await self.labelled()

    @resolved("The same in sentences; of an adjustment what was given as its reason.")
    async def explanation(self) -> str | None:
        """Return the explanation."""
        return await self.explained()


@described
class Entry(Node):
    """One rule's effect of one event on one member in one unit."""

    place: strawberry.Private[Place]
    row: strawberry.Private[history.Entry]

    kind: EntryKind = field("What sort of effect it is.")
    occurred_at: datetime = field("When what it pays for happened.")
    delta: Points = field("By how much the balance moved; 0 where a limit let nothing pass.")
    balance_after: Points = field("The balance after it.")
    unit: str = field("The code of its unit.")
    capped: bool = field("Whether a limit took something of what the rule wanted to give.")

    @resolved("Why it stands there.")
    async def reason(self, info: Info) -> Reason:
        """Return the reason."""
        return Reason(
            code=self.row.rule, labelled=lambda: self._label(info), explained=lambda: self._explanation(info)
        )

    async def _label(self, info: Info) -> str:
        view = view_of(info)
        perk = await perk_of(view, self.place, perk_in(self.row.rule) or "") if self._is_of_a_perk else None
        if perk is not None:
            rule = title_of(perk.terms, perk.book, view.locale)
        else:
            rule = Speech(await view.rulebook(self.place), view.locale).rule(self.row.rule)
        return reason_label(Kind(self.row.kind), rule, view.locale)

    @resolved("What was done for it; null for adjustments.")
    async def contribution(self, info: Info) -> Contribution | None:
        """Return the contribution."""
        return await origin(info, self.place, await self._stored(info), self.row.ordinal)

    @resolved("The decision that it is the effect of.")
    async def decision(self, info: Info) -> Decision | None:
        """Return the decision."""
        return decision(self.place, await self._stored(info), self.row.ordinal)

    @resolved("The rule that paid, as it stood; null where none did.")
    async def rule(self, info: Info) -> RuleRef | None:
        """Return the rule."""
        if self.row.rule in BUILT_IN or self._is_of_a_perk:
            return None
        number = await view_of(info).loaders.judges.load((self.place.id, self.row.place))
        return await rule_of(view_of(info), self.place, number, self.row.rule, self.row.unit)

    @resolved("The redemption that it paid for, or gave back; null for other entries.")
    async def redemption(self, info: Info) -> Redemption | None:
        """Return the redemption."""
        position = position_of((await self._stored(info)).event) if self._is_of_a_perk else None
        return await redemption_at(view_of(info), self.place, position) if position is not None else None

    @property
    def _is_of_a_perk(self) -> bool:
        return self.row.kind in (Kind.REDEMPTION.value, Kind.REFUND.value)

    @resolved("Who brought it about.")
    async def actor(self, info: Info) -> Actor:
        """Return the actor."""
        return await actor_of(info, self.place, (await self._stored(info)).event)

    @resolved("The entry that it takes back.")
    async def reverses(self, info: Info) -> Entry | None:
        """Return the original."""
        row = await view_of(info).loaders.originals.load((self.place.id, self.row.place))
        return entry(self.place, row) if row is not None else None

    @resolved("The entry that takes it back.")
    async def reversed_by(self, info: Info) -> Entry | None:
        """Return the reversal."""
        row = await view_of(info).loaders.reversals.load((self.place.id, self.row.place))
        return entry(self.place, row) if row is not None else None

    @resolved("What limits took, in words; null where they took nothing.")
    async def cap_note(self, info: Info) -> str | None:
        """Return what took something."""
        made = await self.decision(info) if self.capped else None
        if made is None:
            return None
        return " ".join(await step_labels_of(info, self.place, made.stored, made.made)) or None

    async def _stored(self, info: Info) -> Stored:
        stored = await view_of(info).loaders.events.load((self.place.id, self.row.position))
        assert stored is not None  # entries stand beside their event, and events are for ever
        return stored

    async def _explanation(self, info: Info) -> str | None:
        stored = await self._stored(info)
        if self.row.kind == Kind.ADJUSTMENT.value:
            return text_of(stored, "reason")
        made = decision(self.place, stored, self.row.ordinal)
        return await explained(info, self.place, stored, made.made) if made is not None else None


def entry(place: Place, row: history.Entry) -> Entry:
    """Return a stored entry as clients see it."""
    return Entry(
        id=write_place("Entry", place.id, row.place),
        place=place,
        row=row,
        kind=EntryKind(row.kind),
        occurred_at=moment(row.occurred_at),
        delta=Points(row.delta),
        balance_after=Points(row.balance_after),
        unit=row.unit,
        capped=row.kind == Kind.AWARD.value and 0 <= row.delta < row.wanted and row.outcome != WAITS,
    )


async def entry_at(view: View, place: Place, at: history.Place | None) -> Entry | None:
    """Return the entry of a decision."""
    row = await view.loaders.entries.load((place.id, at)) if at is not None else None
    return entry(place, row) if row is not None else None


def entries_of(place: Place, stored: Stored) -> list[Entry]:
    """Return an event's entries, in order: the effects that something was wished for."""
    rows = (history.Entry(*row) for row in entry_rows(stored.event))
    return [entry(place, row) for row in rows if row.wanted]
