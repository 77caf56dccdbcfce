"""Order: what the community asks of everybody, where a member stands, and what was reported of whom."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from ledger.core.calendar import local_date, moment
from ledger.core.conduct import action_of, conduct_now, nearest, step_at
from ledger.core.events import decisions
from ledger.core.outcomes import EntryKind
from ledger.core.rulebook.grammar import Rulebook, StrikeLadder
from ledger.core.values import MemberId, Position
from ledger.core.violations import BRINGING
from ledger.store.directory import Community as Place
from ledger.store.reads import violations
from ledger.store.reads.journal import Stored
from ledger.store.reads.spans import Span
from ledger.store.reads.violations import Report, Which
from ledger.words.order import Order
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.ids import write_id
from schema.graphql.pages import connection
from schema.graphql.scalars import Points
from schema.graphql.types.contribution import Actor, named_actor, text_of
from schema.graphql.types.enums import StandingState, ViolationAction
from schema.graphql.types.node import Connection, Node
from schema.graphql.view import Info, View, view_of

if TYPE_CHECKING:
    from schema.graphql.types.member import Member


@described
class HouseRule:
    """What the community asks of everybody, and what follows where somebody breaks it."""

    code: str = field("Its code in the rulebook.")
    text: str = field("The rule in words.")
    consequence: str = field("What follows, in words.")


@described
class Standing:
    """Where a member stands with the house rules."""

    state: StandingState = field("In good standing, warned, or removed.")
    warnings: int = field("How many strikes count now, on the ladder on which they are nearest to its end.")
    warnings_allowed: int = field("How many that ladder bears before it removes.")
    clears_on: date | None = field("The local day on which all of them are forgotten; null where that never comes.")
    no_earning_until: datetime | None = field("Until when rules pay them nothing; null where they pay.")
    summary: str = field("The same in sentences, with what the next violation brings.")


@described
class Violation(Node):
    """A report that a member broke a house rule, and what became of it."""

    place: strawberry.Private[Place]
    report: strawberry.Private[Report]
    stored: strawberry.Private[Stored]
    law: strawberry.Private[Rulebook]
    number: strawberry.Private[int]

    rule_code: str = field("The house rule, by its code.")
    occurred_at: datetime = field("When it was reported.")
    action: ViolationAction | None = field("What was made of it; null while nobody decided.")
    count: int = field("Which strike of the member on its ladder it is, or would be if it were confirmed now.")
    no_earning_until: datetime | None = field("Until when it lets the member earn nothing.")
    appealed_at: datetime | None = field("When the member appealed.")
    resolved_at: datetime | None = field("When somebody last decided about it.")

    @resolved("The member it is about.")
    async def member(self, info: Info) -> Annotated[Member, strawberry.lazy("schema.graphql.types.member")]:
        """Return the member."""
        from schema.graphql.types.member import acting_member  # the two know each other

        return await acting_member(view_of(info), self.place, self.report.member)

    @resolved("The house rule in words.")
    def rule_text(self, info: Info) -> str:
        """Return the rule."""
        return self._order(info).rule(self.rule_code)

    @resolved("Who reported it; the member it is about is not told.")
    async def reported_by(self, info: Info) -> Actor:
        """Return the reporter."""
        view = view_of(info)
        if not view.operates(self.place):
            return Actor(kind="KEY", display_name=render("nobody", view.locale))
        return await named_actor(info, self.place, getattr(self.stored.event.fact, "by", ""))

    @resolved("What was seen; null where nothing was said, or it was erased.")
    def evidence(self) -> str | None:
        """Return the evidence."""
        return text_of(self.stored, "evidence")

    @resolved("What was last said about it: by who decided, before that, for operators, by who reported it.")
    async def note(self, info: Info) -> str | None:
        """Return the note."""
        said = await self._text(info, self.report.found.resolved, "note")
        return said or (text_of(self.stored, "note") if view_of(info).operates(self.place) else None)

    @resolved("What the member says against it.")
    async def appeal(self, info: Info) -> str | None:
        """Return the appeal."""
        return await self._text(info, self.report.found.appealed, "appeal")

    @resolved("What confirming it brings now; once decided, what came of it.")
    def will_be(self) -> ViolationAction:
        """Return what it will be, or is."""
        if self.action is not None:
            return self.action
        return ViolationAction(action_of(step_at(self._ladder, self.number)).value)

    @resolved("What it brings or brought, and what the next one would, in words.")
    def consequence(self, info: Info) -> str:
        """Return the consequence."""
        return self._order(info).outcome(self.report.found, self.number)

    @resolved("How many points it took, as a negative number, or takes if it is confirmed now; null for none.")
    async def points(self, info: Info) -> Points | None:
        """Return the points."""
        found = self.report.found
        if not found.action:
            return Points(step_at(self._ladder, self.number).points) or None
        if not found.confirmed:
            return None
        stored = await view_of(info).loaders.events.load((self.place.id, found.confirmed))
        made = decisions(stored.event) if stored is not None else ()
        taken = [one.granted for one in made if one.kind is EntryKind.PENALTY]
        return Points(sum(taken)) if taken else None

    @resolved("Whether the member may appeal now: once, for as long as the ladder says.")
    def appealable(self, info: Info) -> bool:
        """Say whether the member may appeal."""
        found, now = self.report.found, view_of(info).ledger.clock()
        in_time = found.appeal_until is not None and now < found.appeal_until
        return in_time and found.action in BRINGING and not found.appealed

    @property
    def _ladder(self) -> StrikeLadder:
        code = next(one.ladder for one in self.law.house_rules if one.code == self.rule_code)
        return next(one for one in self.law.strike_ladders if one.code == code)

    def _order(self, info: Info) -> Order:
        return Order(self.law, view_of(info).locale)

    async def _text(self, info: Info, position: Position, name: str) -> str | None:
        stored = await view_of(info).loaders.events.load((self.place.id, position)) if position else None
        return text_of(stored, name) if stored is not None else None


def house_rules(book: Rulebook, locale: str) -> list[HouseRule]:
    """Return what a rulebook asks of everybody."""
    order = Order(book, locale)
    return [
        HouseRule(code=one.code, text=order.rule(one.code), consequence=order.consequence(one))
        for one in book.house_rules
    ]


async def standing(view: View, place: Place, member: MemberId) -> Standing:
    """Return where a member stands now."""
    book = await view.rulebook(place)
    found = conduct_now(await view.loaders.strikes.load((place.id, member)), view.ledger.clock())
    near = nearest(book.strike_ladders, found.counted)
    clears, pause = found.clears_at, found.no_earning_until
    return Standing(
        state=StandingState(found.state.value),
        warnings=near.strikes if near is not None else 0,
        warnings_allowed=near.allowed if near is not None else 0,
        clears_on=None if clears is None else local_date(clears, book.community.tz),
        no_earning_until=None if pause is None else moment(pause),
        summary=Order(book, view.locale).standing(found),
    )


async def violation(view: View, place: Place, report: Report) -> Violation | None:
    """Return a report as clients see it."""
    stored = await view.loaders.events.load((place.id, report.position))
    if stored is None:
        return None
    found, published = report.found, await view.loaders.published.load(place.id)
    law = published.versions.numbered(stored.event.rulebook).rulebook
    number = found.count or await _next(view, place, report, law)
    return Violation(
        id=write_id("Violation", place.id, report.position),
        place=place,
        report=report,
        stored=stored,
        law=law,
        number=number,
        rule_code=found.rule,
        occurred_at=moment(stored.event.occurred_at),
        action=ViolationAction(found.action) if found.action else None,
        count=number,
        no_earning_until=None if found.no_earning_until is None else moment(found.no_earning_until),
        appealed_at=None if found.appealed_at is None else moment(found.appealed_at),
        resolved_at=None if found.resolved_at is None else moment(found.resolved_at),
    )


async def _next(view: View, place: Place, report: Report, law: Rulebook) -> int:
    """Return which strike a report would be if it were confirmed now."""
    ladder = next(one.ladder for one in law.house_rules if one.code == report.found.rule)
    counted = conduct_now(await view.loaders.strikes.load((place.id, report.member)), view.ledger.clock()).counted
    return 1 + sum(1 for one in counted if one.ladder == ladder)


async def seen_violation(view: View, place: Place, position: int | None) -> Violation | None:
    """Return a report by its place, if the caller may see it: operators, and the member it is about."""
    report = await view.loaders.reports.load((place.id, Position(position or 0)))
    if report is None or not may_see(view, place, report.member):
        return None
    return await violation(view, place, report)


def may_see(view: View, place: Place, member: MemberId) -> bool:
    """Say whether the caller may see what was reported of a member."""
    return view.operates(place) or view.is_me(place, member)


async def violations_page(view: View, place: Place, at: Span, which: Which) -> Connection[Violation]:
    """Return a page of reports, newest first."""
    database = view.ledger.database
    reports = await violations.page(database, place.id, at, which=which)
    shown = await asyncio.gather(*(violation(view, place, report) for report in reports))
    found = [one for one in shown if one is not None]

    async def count() -> int:
        return await violations.count(database, place.id, which=which)

    return connection(found, at, key=lambda one: (one.report.position,), node=lambda one: one, count=count)
