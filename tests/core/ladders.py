"""Ladders by terms for stories: spelled tersely, over a few metrics that events move plainly."""

from __future__ import annotations

from datetime import date

from ledger.core.events import TiersJudged
from ledger.core.outcomes import Watch
from tests.core.play import Play, instant, rulebook

METRICS = """\
metrics:
  visits: {event: visited, sum: n}
  days: {event: visited, distinct: day}
  likes: {event: liked, by: author}
  flags: {event: flagged, by: author}
  topics: {event: topic, by: community}
"""
RULES = ("id: gain, event: gain, amount: {from: data.n}", "id: talk, event: talked, amount: 1")


def ladder(*levels: str, tz: str = "UTC", at: str = "04:00") -> str:
    """Spell a rulebook whose ladder `circle` has a base and these levels above it, each as `id: terms; stay`."""
    spelled = "".join(f"      - {{{level}}}\n" for level in ("id: base", *levels))
    head = f"tiers:\n  circle:\n    every: day@{at}\n    lockable: true\n    levels:\n"
    return rulebook(*RULES, tz=tz, more=METRICS + head + spelled)


def level(code: str, all_: str = "", *, stay: str = "", any_: str = "", none: str = "") -> str:
    """Spell one level from its marks."""
    parts = ", ".join(
        f"{name}: [{marks}]" for name, marks in (("all", all_), ("any", any_), ("none", none)) if marks
    )
    return f"id: {code}, enter: {{{parts}}}" + (f", stay: {stay}" if stay else "")


def until(play: Play, when: str) -> None:
    """Let days pass, with a sweeper every hour."""
    end = instant(when)
    while play.now < end:
        play.later(microseconds=min(3_600_000_000, end - play.now))
        play.settle()


def watches(play: Play, name: str) -> list[tuple[str, Watch]]:
    """Return what daily runs noted of a member, each with the day of its run."""
    found = []
    for event in play.events:
        if isinstance(event.fact, TiersJudged):
            day = date.fromordinal(int(event.key.split("/")[2])).isoformat()
            found += [(day, one) for one in event.fact.watches if one.member == play.member(name)]
    return found


def circle(play: Play, name: str) -> str:
    """Return a member's level on the ladder."""
    return play.level(name, "circle")


__all__ = ["circle", "ladder", "level", "until", "watches"]
