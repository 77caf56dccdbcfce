"""Suggestions: the nearest ways to the next tier."""

from __future__ import annotations

from ledger.core.rulebook.versions import ACTIVE_DAYS
from ledger.core.suggest import Way, Ways
from ledger.core.tiers.terms import MEMBER_FOR
from ledger.core.values import MemberId
from ledger.store.directory import Community as Place
from ledger.words.progress import Speech
from ledger.words.render import render
from schema.graphql.described import described, field
from schema.graphql.ids import write_id
from schema.graphql.scalars import Points
from schema.graphql.types.node import Node


@described
class Suggestion(Node):
    """Something that brings a member nearer to the next tier."""

    code: str = field("The rule or metric that it is about.")
    title: str = field("What to do, in a few words.")
    because: str = field("What of the next tier it brings nearer, and how far that is.")
    points: Points | None = field("What it brings in all, in minor units; null where that is not known beforehand.")
    unlocks: str | None = field("What the next tier is called.")


def suggestions_of(place: Place, member: MemberId, found: Ways, speech: Speech) -> list[Suggestion]:
    """Return what brings a member on, the nearest first."""
    following = found.progress.next
    tier = speech.level(following) if following is not None else ""
    return [
        Suggestion(
            id=write_id("Suggestion", place.id, f"{member}.{way.code}"),
            code=way.code,
            title=_title(way, speech),
            because=speech.nearest(way.mark, tier),
            points=None if way.points is None else Points(way.points),
            unlocks=tier or None,
        )
        for way in found.ways
    ]


def _title(way: Way, speech: Speech) -> str:
    locale, times = speech.locale, way.times
    if way.rule is None:
        if way.code in (ACTIVE_DAYS, MEMBER_FOR):
            return render(f"suggestion.{way.code}", locale, days=times)
        return render("suggestion.metric", locale, label=speech.metric(way.mark.asked), hint=speech.hint(way.mark))
    rule = speech.rule(way.rule.id)
    if not times:
        return render("suggestion.metric", locale, label=rule, hint=speech.hint(way.mark))
    return render("suggestion.once" if times == 1 else "suggestion.times", locale, rule=rule, times=times)
