"""What if: what a draft of the rulebook would have made of the real past, and what the next daily run will do."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Annotated, NamedTuple

import strawberry

from ledger.core.calendar import local_date, start_of_day
from ledger.core.outcomes import TierChange
from ledger.core.rulebook.grammar import Rulebook
from ledger.core.values import MemberId
from ledger.service.examples import check
from ledger.service.rulebooks import read
from ledger.service.simulate import MemberDifference, Simulation, simulate
from ledger.store.directory import Community as Place
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.graphql.described import arg, described, field, resolved
from schema.graphql.pages import bounded
from schema.graphql.scalars import Points
from schema.graphql.types.errors import UserError, user_error
from schema.graphql.types.member import Member, shown
from schema.graphql.types.rulebook import tiers_of
from schema.graphql.types.tier import Tier, tier_of
from schema.graphql.view import Info, View, view_of

MOST_WARNED = 20
"""How many examples that fail are named."""


@described
class PreviewKind:
    """What one kind of contribution brought in the window, and would bring."""

    kind: str = field("The type of the events.")
    label: str = field("What the first rule is called that pays for it.")
    before: Points = field("What it brought, in minor units of the main unit.")
    after: Points = field("What it would bring.")


@described
class PreviewTier:
    """How many members are on a tier, and would be."""

    tier: Tier = field("The tier, as the draft has it; as it is where the draft has it no longer.")
    before: int = field("How many there are now.")
    after: int = field("How many there would be.")


@described
class PreviewMove:
    """A member who would move on a ladder."""

    place: strawberry.Private[Place]
    number: strawberry.Private[MemberId]

    before: Tier | None = field("The tier they are on; null below the lowest.", name="from")
    to: Tier | None = field("The tier they would be on; null below the lowest.")
    because: str = field("Why, in words.")

    @resolved("Who would move.")
    async def member(self, info: Info) -> Member:
        """Return the member."""
        profile = await view_of(info).loaders.profiles.load((self.place.id, self.number))
        assert profile is not None  # members stand in the log for ever
        return shown(self.place, self.number, profile)


@described
class RulebookPreview:
    """The real past told again with a draft in force from the beginning of the window; nothing is written."""

    moves: strawberry.Private[list[PreviewMove]]

    window_from: date = field("The local day from which on the draft holds.")
    window_to: date = field("Today.")
    events_replayed: int = field(
        "How many contributions were told again: all since the beginning, so that limits and levels stand right."
    )
    took_ms: int = field("How long it took, in milliseconds.")
    points_issued_before: Points = field("What contributions in the window brought, in the main unit.")
    points_issued_after: Points = field("What they would have brought.")
    by_kind: list[PreviewKind] = field("The same by kind of contribution, where it is not nothing.")
    by_tier: list[PreviewTier] = field("How many members are on each tier, and would be.")
    warnings: list[UserError] = field("What to look at before it is published.")
    user_errors: list[UserError] = field("Why nothing was told.")

    @resolved("Who would be on another tier, in order of first sight.")
    def moved(self, first: Annotated[int | None, arg("How many; 100 at the most.")] = 20) -> list[PreviewMove]:
        """Return the members who would move."""
        return self.moves[: bounded(20 if first is None else first)]


class Books(NamedTuple):
    """The rulebook that is in force and the one that is tried."""

    place: Place
    now: Rulebook
    draft: Rulebook


def nothing(view: View, errors: list[UserError]) -> RulebookPreview:
    """Return a preview of nothing, and why."""
    today = local_date(view.ledger.clock(), "UTC")
    return RulebookPreview(
        moves=[],
        window_from=today,
        window_to=today,
        events_replayed=0,
        took_ms=0,
        points_issued_before=Points(0),
        points_issued_after=Points(0),
        by_kind=[],
        by_tier=[],
        warnings=[],
        user_errors=errors,
    )


async def previewed(view: View, place: Place, text: str, days: int) -> RulebookPreview:
    """Tell the past again with a draft in force over the last so many local days.

    Raises:
        RulebookFaulty: its examples cannot be read.
    """
    ledger = view.ledger
    books = Books(place, await view.rulebook(place), read(text))
    failing = await asyncio.to_thread(check, text)
    now, zone = ledger.clock(), books.now.community.tz
    today = local_date(now, zone)
    first = today - timedelta(days=days - 1)
    told = await simulate(ledger.database, place.id, text, since=start_of_day(first, zone), at=now)
    unit = next((one.code for one in books.now.units if one.spendable), books.now.units[0].code)
    issued = [one for one in told.issued if one.unit == unit and (one.before or one.after)]
    warnings = [user_error("EXAMPLE_FAILS", view.locale, None, **_example(one)) for one in failing[:MOST_WARNED]]
    return RulebookPreview(
        moves=list(_moves(books, told, view.locale)),
        window_from=first,
        window_to=today,
        events_replayed=told.events,
        took_ms=told.took_ms,
        points_issued_before=Points(sum(one.before for one in issued)),
        points_issued_after=Points(sum(one.after for one in issued)),
        by_kind=[
            PreviewKind(
                kind=one.kind,
                label=_label(books, one.kind, view.locale),
                before=Points(one.before),
                after=Points(one.after),
            )
            for one in issued
        ],
        by_tier=list(_tiers(books, told)),
        warnings=[*warnings, *_warnings(told, view.locale)],
        user_errors=[],
    )


def _example(difference: object) -> dict[str, object]:
    names = ("example", "line", "place", "expected", "found")
    return {name: getattr(difference, name) for name in names}


def _warnings(told: Simulation, locale: str) -> Iterator[UserError]:
    losing = {one.member for one in told.members if one.after < one.before}
    if losing:
        yield user_error("BALANCES_FALL", locale, None, members=len(losing))
    if told.refused:
        yield user_error("NOT_TOLD_AGAIN", locale, None, acts=told.refused)


def _label(books: Books, kind: str, locale: str) -> str:
    for rulebook in (books.draft, books.now):
        for rule in rulebook.rules:
            if rule.event == kind:
                return Speech(rulebook, locale).rule(rule.id)
    return kind


def _tiers(books: Books, told: Simulation) -> Iterator[PreviewTier]:
    counts = {(one.ladder, one.level): one for one in told.levels}
    seen: set[tuple[str, str]] = set()
    for rulebook in (books.draft, books.now):
        for tier in tiers_of(books.place, rulebook):
            key = (tier.ladder, tier.code)
            if key not in seen:
                seen.add(key)
                found = counts.get(key)
                yield PreviewTier(tier=tier, before=found.before if found else 0, after=found.after if found else 0)


def _moves(books: Books, told: Simulation, locale: str) -> Iterator[PreviewMove]:
    differing: defaultdict[MemberId, list[MemberDifference]] = defaultdict(list)
    for one in told.members:
        differing[one.member].append(one)
    speech = Speech(books.draft, locale)
    for move in sorted(told.moves):
        yield PreviewMove(
            place=books.place,
            number=move.member,
            before=_tier(books.place, books.now, move.ladder, move.before),
            to=_tier(books.place, books.draft, move.ladder, move.after),
            because=_because(differing[move.member], speech),
        )


def _tier(place: Place, rulebook: Rulebook, ladder: str, level: str | None) -> Tier | None:
    rung = next((one for one in rulebook.ladders if one.code == ladder), None)
    return tier_of(place, rulebook, rung, level) if rung is not None and level else None


def _because(several: list[MemberDifference], speech: Speech) -> str:
    """Return what moves somebody: other balances, or else what the draft asks."""
    said = [
        render(
            "preview.balance",
            speech.locale,
            unit=speech.unit(one.unit),
            before=speech.points(one.before, one.unit),
            after=speech.points(one.after, one.unit),
        )
        for one in several
    ]
    return render("formula.join", speech.locale).join(said) or render("preview.terms", speech.locale)


def run_moves(place: Place, rulebook: Rulebook, changes: Iterable[TierChange], locale: str) -> list[PreviewMove]:
    """Return what a daily run would move."""
    speech, found = Speech(rulebook, locale), []
    for one in changes:
        before, after = (_tier(place, rulebook, one.ladder, level) for level in (one.before, one.after))
        falls = before is not None and (after is None or after.rank < before.rank)
        named = before if falls else after
        tier = speech.level(named.level) if named is not None else ""
        found.append(
            PreviewMove(
                place=place,
                number=one.member,
                before=before,
                to=after,
                because=render("preview.falls" if falls else "preview.rises", locale, tier=tier),
            )
        )
    return found
