"""Ladders of tiers: what each asks, and how far a member is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import strawberry

from ledger.core.books.shelf import Account
from ledger.core.explain import amount
from ledger.core.progress import Progress, measured, progress, share
from ledger.core.rulebook.grammar import Ladder, Level
from ledger.store.directory import Community as Place
from ledger.words.render import render
from schema.graphql.described import described, field, resolved
from schema.graphql.scalars import Points
from schema.graphql.types.enums import MatchMode
from schema.graphql.view import Info, view_of

if TYPE_CHECKING:
    from ledger.core.rulebook.grammar import Rulebook


@described
class Requirement:
    """One thing that a tier asks."""

    metric: str = field("What is measured, such as points.earned.")
    label: str = field("The same in words.")
    target: Points = field("What must be reached.")
    unit: str = field("The unit of the measure.")
    window_days: int | None = field("Over how many local days; null is all time.")
    window: str | None = field("The same as the rulebook spells it.")
    distinct: str | None = field("Of what only different ones count.")
    hard: bool = field("Whether it must be met in full to stay.")


@described
class RequirementProgress:
    """One thing that a tier asks, and how far a member is."""

    metric: str = field("What is measured.")
    label: str = field("The same in words.")
    current: Points = field("What the member has.")
    target: Points = field("What must be reached.")
    unit: str = field("The unit of the measure.")
    fraction: float = field("How much of the target is reached, 0 to 1.")
    met: bool = field("Whether it is reached.")
    window_ends_on: date | None = field("Until when it counts; null where it counts for ever.")
    hint: str | None = field("What is missing, in words; null where it is met.")


@described
class RequirementGroup:
    """Requirements that belong together, and how far a member is in them."""

    mode: MatchMode = field("How many must be met.")
    met: bool | None = field("Whether the group is met.")
    requirements: list[RequirementProgress] = field("Its own requirements.")
    groups: list[RequirementGroup] = field("Groups within it.")


@described
class Tier:
    """A level of a ladder."""

    place: strawberry.Private[Place]
    rung: strawberry.Private[Ladder]
    level: strawberry.Private[Level]
    scale: strawberry.Private[int]

    ladder: str = field("The code of its ladder.")
    code: str = field("Its code in the rulebook.")
    name: str = field("What it is called.")
    rank: int = field("Its place on the ladder, 1 is the lowest.")
    match_mode: MatchMode = field("How many requirements must be met.")

    @resolved("The leaves of enter.")
    def requirements(self, info: Info) -> list[Requirement]:
        """Return what the tier asks."""
        return [requirement(self.rung, self.level, view_of(info).locale)]

    @resolved("What it asks, and how far the signed-in member is; null for others.")
    async def enter(self, info: Info) -> RequirementGroup | None:
        """Return the caller's own progress to this tier."""
        view = view_of(info)
        if view.member is None or not view.is_of(self.place):
            return None
        accounts = await view.loaders.accounts.load((self.place.id, view.member))
        current = measured(self.rung, accounts.get(self.rung.unit, Account()))
        return group(self.rung, self.level, current, self.scale, view.locale)

    @resolved("How many members are on it now.")
    async def member_count(self, info: Info) -> int:
        """Count the members on this tier."""
        found = await view_of(info).loaders.on_levels.load((self.place.id, self.rung.code))
        return found.get(self.level.code, 0)


@described
class TierProgress:
    """How far a member is on a ladder."""

    current: Tier | None = field("The tier they are on; null below the lowest.")
    next: Tier | None = field("The next one; null at the top.")
    match_mode: MatchMode = field("How many requirements of the next must be met.")
    enter: RequirementGroup | None = field("What the next asks; null at the top.")
    requirements: list[RequirementProgress] = field("The leaves of enter.")
    fraction: float = field("How much of what the next asks is there, 0 to 1; 1 at the top.")
    summary: str = field("The same as a sentence.")
    keeps_until: date | None = field("When the tier ends unless more is done; null where time alone ends nothing.")


def tier_of(place: Place, rulebook: Rulebook, ladder: Ladder, code: str) -> Tier | None:
    """Return a level of a ladder by its code; None where the ladder has it no longer."""
    rank = next((number for number, level in enumerate(ladder.levels, 1) if level.code == code), None)
    if rank is None:
        return None
    scale = next((unit.scale for unit in rulebook.units if unit.code == ladder.unit), 0)
    return Tier(
        place=place,
        rung=ladder,
        level=ladder.levels[rank - 1],
        scale=scale,
        ladder=ladder.code,
        code=code,
        name=code,
        rank=rank,
        match_mode=MatchMode.ALL,
    )


def ladder_of(rulebook: Rulebook, code: str | None) -> Ladder | None:
    """Return a ladder by its code, or the main one."""
    return next((one for one in rulebook.ladders if not code or one.code == code), None)


def requirement(ladder: Ladder, level: Level, locale: str) -> Requirement:
    """Return what a level asks."""
    return Requirement(
        metric=f"{ladder.unit}.{ladder.measure}",
        label=render(f"metric.{ladder.measure}", locale, unit=ladder.unit),
        target=Points(level.threshold),
        unit=ladder.unit,
        window_days=None,
        window=None,
        distinct=None,
        hard=False,
    )


def group(ladder: Ladder, level: Level, current: int, scale: int, locale: str) -> RequirementGroup:
    """Return what a level asks, and how far somebody is who has so much."""
    asked = requirement(ladder, level, locale)
    met = current >= level.threshold
    missing = amount(level.threshold - current, scale)
    one = RequirementProgress(
        metric=asked.metric,
        label=asked.label,
        current=Points(current),
        target=asked.target,
        unit=asked.unit,
        fraction=float(share(current, level.threshold)),
        met=met,
        window_ends_on=None,
        hint=None if met else render("progress.hint", locale, missing=missing, unit=ladder.unit),
    )
    return RequirementGroup(mode=MatchMode.ALL, met=met, requirements=[one], groups=[])


def tier_progress(
    place: Place, rulebook: Rulebook, ladder: Ladder, held: str, account: Account, locale: str
) -> TierProgress:
    """Return how far somebody is on a ladder."""
    found = progress(ladder, held, account)
    current = tier_of(place, rulebook, ladder, found.current.code) if found.current else None
    following = tier_of(place, rulebook, ladder, found.next.code) if found.next else None
    enter = group(ladder, following.level, found.measured, following.scale, locale) if following else None
    return TierProgress(
        current=current,
        next=following,
        match_mode=MatchMode.ALL,
        enter=enter,
        requirements=enter.requirements if enter else [],
        fraction=float(found.fraction),
        summary=_summary(found, following, locale),
        keeps_until=None,
    )


def _summary(found: Progress, following: Tier | None, locale: str) -> str:
    if following is None:
        return render("progress.top", locale)
    if not found.missing:
        return render("progress.reached", locale, tier=following.name)
    missing = amount(found.missing, following.scale)
    return render("progress.next", locale, missing=missing, unit=found.ladder.unit, tier=following.name)
