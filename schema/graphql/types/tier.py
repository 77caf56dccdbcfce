"""Ladders of tiers: what each asks, and how far a member is."""

from __future__ import annotations

from datetime import date

import strawberry

from ledger.core.progress import Mark, Part, Progress, terms_of
from ledger.core.rulebook import grammar
from ledger.core.rulebook.grammar import Ladder, Level
from ledger.core.rulebook.versions import leaves
from ledger.core.rules.levels import base_level
from ledger.core.tiers.moving import granted
from ledger.store.directory import Community as Place
from ledger.words.progress import Speech
from schema.graphql.described import described, field, resolved
from schema.graphql.scalars import Points
from schema.graphql.types.enums import MatchMode
from schema.graphql.view import Info, View, view_of


@described
class Requirement:
    """One thing that a tier asks."""

    metric: str = field("What is measured, such as points.earned.")
    label: str = field("The same in words.")
    target: Points = field("What must be reached: in minor units, in whole days, or a count.")
    unit: str = field("What is counted: a unit's code, `day` or `count`.")
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
    target: Points = field("What must be reached: in minor units, in whole days, or a count.")
    unit: str = field("What is counted: a unit's code, `day` or `count`.")
    fraction: float = field("How much of the target is reached, 0 to 1.")
    met: bool = field("Whether it is as the tier asks: reached, or within NONE not reached.")
    window_ends_on: date | None = field(
        "The last local day on which all that counts now still counts; null where nothing does, or for ever."
    )
    hint: str | None = field("What is missing, in words; null where it is met.")


@described
class RequirementGroup:
    """Requirements that belong together, and how far a member is in them."""

    mode: MatchMode = field("How many must be met; of NONE none may be reached.")
    met: bool | None = field("Whether the group is met.")
    requirements: list[RequirementProgress] = field("Its own requirements.")
    groups: list[RequirementGroup] = field("Groups within it.")


@described
class Tier:
    """A level of a ladder."""

    place: strawberry.Private[Place]
    book: strawberry.Private[grammar.Rulebook]
    rung: strawberry.Private[Ladder]
    level: strawberry.Private[Level]

    ladder: str = field("The code of its ladder.")
    code: str = field("Its code in the rulebook.")
    rank: int = field("Its place on the ladder, 1 is the lowest.")
    match_mode: MatchMode = field("How many requirements must be met.")

    @resolved("What it is called.")
    def name(self, info: Info) -> str:
        """Return the tier's name."""
        return Speech(self.book, view_of(info).locale).called(self.level.names, self.code)

    @resolved("What it asks, in words; empty where it asks nothing.")
    def description(self, info: Info) -> str:
        """Return the requirements as a sentence."""
        speech = Speech(self.book, view_of(info).locale)
        return speech.asked(terms_of(self.rung, self.level), manual=self.level.manual)

    @resolved("What it gives: the groups in which it gives a place.")
    def benefits(self, info: Info) -> list[str]:
        """Return the benefits in words."""
        speech = Speech(self.book, view_of(info).locale)
        return [speech.benefit(group) for group in sorted(granted(self.rung, self.code))]

    @resolved("The leaves of enter.")
    def requirements(self, info: Info) -> list[Requirement]:
        """Return what the tier asks."""
        terms, speech = terms_of(self.rung, self.level), Speech(self.book, view_of(info).locale)
        return [requirement(one, speech) for one in (leaves(terms) if terms is not None else ())]

    @resolved("What it asks, and how far the signed-in member is; null for others.")
    async def enter(self, info: Info) -> RequirementGroup | None:
        """Return the caller's own progress to this tier."""
        view = view_of(info)
        if view.member is None or not view.is_of(self.place):
            return None
        found = await view.loaders.progresses.load((self.place.id, view.member))
        part = found[self.rung.code].asks.get(self.code) if self.rung.code in found else None
        return group(part, Speech(self.book, view.locale)) if part is not None else None

    @resolved("How many members are on it now.")
    async def member_count(self, info: Info) -> int:
        """Count the members on this tier."""
        return await _count(view_of(info), self.place, self.rung, self.code)


@described
class TierProgress:
    """How far a member is on a ladder."""

    current: Tier | None = field("The tier they are on; null below the lowest.")
    next: Tier | None = field("The next one; null at the top.")
    match_mode: MatchMode = field("How many requirements of the next must be met.")
    enter: RequirementGroup | None = field("What the next asks; null at the top, and where it is given by hand.")
    requirements: list[RequirementProgress] = field("The leaves of enter.")
    fraction: float = field("How much of what the next asks is there, 0 to 1; 1 at the top.")
    summary: str = field("What is nearest to be done, as a sentence.")
    keeps_until: date | None = field(
        "The local day whose daily run lowers the tier unless more is done; null where time alone ends nothing."
    )


async def _count(view: View, place: Place, ladder: Ladder, code: str) -> int:
    """Count the members on a level; on the one where everybody begins are all who are on no other."""
    found = await view.loaders.on_levels.load((place.id, ladder.code))
    if code != base_level(ladder):
        return found.get(code, 0)
    others = sum(number for level, number in found.items() if level not in ("", code))
    return await view.loaders.present.load(place.id) - others


def tier_of(place: Place, rulebook: grammar.Rulebook, ladder: Ladder, code: str) -> Tier | None:
    """Return a level of a ladder by its code; None where the ladder has it no longer."""
    rank = next((number for number, level in enumerate(ladder.levels, 1) if level.code == code), None)
    if rank is None:
        return None
    level = ladder.levels[rank - 1]
    return Tier(
        place=place,
        book=rulebook,
        rung=ladder,
        level=level,
        ladder=ladder.code,
        code=code,
        rank=rank,
        match_mode=_match_mode(ladder, level),
    )


def _match_mode(ladder: Ladder, level: Level) -> MatchMode:
    terms = terms_of(ladder, level)
    if terms is None or terms.all:
        return MatchMode.ALL
    if terms.any:
        return MatchMode.ALL if terms.none else MatchMode.ANY
    return MatchMode.NONE


def ladder_of(rulebook: grammar.Rulebook, code: str | None) -> Ladder | None:
    """Return a ladder by its code, or the main one."""
    return next((one for one in rulebook.ladders if not code or one.code == code), None)


def requirement(one: grammar.Requirement, speech: Speech) -> Requirement:
    """Return what a level asks."""
    return Requirement(
        metric=one.metric,
        label=speech.label(one),
        target=Points(speech.target(one)),
        unit=speech.counted_in(one),
        window_days=one.days or None,
        window=speech.window(one) or None,
        distinct=one.distinct or None,
        hard=one.hard,
    )


def group(part: Part, speech: Speech) -> RequirementGroup:
    """Return what a level asks, and how far somebody is."""
    return RequirementGroup(
        mode=MatchMode(part.mode.upper()),
        met=part.met,
        requirements=[_mark(mark, speech) for mark in part.marks],
        groups=[group(one, speech) for one in part.parts],
    )


def _mark(mark: Mark, speech: Speech) -> RequirementProgress:
    return RequirementProgress(
        metric=mark.asked.metric,
        label=speech.label(mark.asked),
        current=Points(mark.current),
        target=Points(mark.target),
        unit=speech.counted_in(mark.asked),
        fraction=float(mark.fraction),
        met=mark.met,
        window_ends_on=None if mark.until is None else date.fromordinal(mark.until),
        hint=None if mark.met else speech.hint(mark),
    )


def tier_progress(place: Place, rulebook: grammar.Rulebook, found: Progress, locale: str) -> TierProgress:
    """Return how far somebody is on a ladder."""
    speech, ladder = Speech(rulebook, locale), found.ladder
    following = tier_of(place, rulebook, ladder, found.next.code) if found.next else None
    return TierProgress(
        current=tier_of(place, rulebook, ladder, found.current.code) if found.current else None,
        next=following,
        match_mode=following.match_mode if following else MatchMode.ALL,
        enter=group(found.enter, speech) if found.enter else None,
        requirements=[_mark(mark, speech) for mark in (found.enter.leaves if found.enter else ())],
        fraction=float(found.fraction),
        summary=speech.summary(found),
        keeps_until=None if found.keeps_until is None else date.fromordinal(found.keeps_until),
    )
