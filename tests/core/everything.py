"""A rulebook that uses every feature, and random streams of events for it."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from ledger.core.commands import RecordContribution
from ledger.core.values import SECOND, Micros
from tests.core.play import Play

EVERYTHING = """\
preset: everything
community: {tz: Asia/Kathmandu, week_start: sun, accept_late: 5d}
units:
  points: {start: 2, floor: 0, claw: clip}
  coins: {scale: 2, start: {amount: 0.5, on: joined}, claw: debt}
  stars: {floor: 0, claw: pending_only}
creates: {asked: question, answered: answer}
undo:
  - {event: removed, of: subject, rules: all, unless: {score: {gte: 3}}}
  - {event: recalled, of: undoes, rules: [up, talk]}
cap_groups:
  soft: {points: 25, per: day, counts: net, rules: [up, down, edit]}
  hard: {points: 9, per: week, counts: gross, partial: false, rules: [talk, edit]}
rules:
  - {id: up, event: voted.up, to: object.author, amount: 10, when: {wiki: false, not_self: actor},
     undo_on: [{event: retracted, match: [actor]}]}
  - {id: down, event: voted.down, to: object.author, amount: -3, undo_on: [{event: retracted, match: [actor]}]}
  - {id: talk, event: talked, amount: 1, cooldown: 60s, caps: [{points: 4, per: day}, {count: 3, per: object}]}
  - {id: edit, event: edited, amount: 2, caps: [{points: 7, per: month, counts: net}], undo_on: [reverted]}
  - {id: accepted, event: accepted, to: answer.author, amount: 15, slot: [question], when: {not_self: actor},
     undo_on: [unaccepted]}
  - {id: thanked, event: thanked, to: author, amount: 2, caps: [{count: 1, per: day, by: [actor, to]}],
     undo_on: [retracted]}
  - {id: credit, event: credited, amount: 4, once_per: [member, kind],
     undo_on: [{event: revoked, match: [member, kind]}]}
  - {id: star, event: credited, unit: stars, amount: 1, once_per: [object], undo_on: [revoked]}
  - {id: paid, event: paid, unit: coins, amount: {from: data.amount}, undo_on: [refunded]}
  - {id: fee, event: paid, amount: {from: data.amount, percent: 12.5, negate: true},
     when: {amount: {gte: 2, lt: 90}}}
  - {id: won, event: won, amount: {by_rank: [9, 5]}, once_per: [member, round]}
quotas:
  - {id: votes, event: [voted.up, voted.down], count: 4, per: day}
  - {id: open, event: [asked], open_at_once: 2, of: question, closed_by: [accepted]}
tiers:
  rank: {every: event, measure: points.balance, stay: while, levels: {bronze: 5, silver: 20, gold: 50}}
  fame: {every: event, measure: points.earned, stay: forever, levels: {known: 15}}
"""

TYPES = {
    "asked": 4,
    "answered": 4,
    "voted.up": 16,
    "voted.down": 8,
    "talked": 14,
    "edited": 10,
    "reverted": 3,
    "accepted": 10,
    "unaccepted": 3,
    "thanked": 8,
    "retracted": 5,
    "credited": 6,
    "revoked": 4,
    "paid": 12,
    "refunded": 3,
    "won": 5,
    "removed": 2,
    "recalled": 2,
    "contribution.undone": 5,
    "member.joined": 3,
    "member.left": 1,
    "unknown": 1,
}
UNDOING = ("reverted", "unaccepted", "retracted", "revoked", "refunded", "recalled", "contribution.undone")
NAMES = ("ann", "bob", "cyd")
WAITS = [0, 0, 0, 0, 0, 1, 10, 30, 61, 3600]
AGES = [0] * 12 + [5, 59, 60, 7_000, 86_400, 172_800, 432_000, 432_001, -599]


def parts_of(chance: Random, number: int) -> dict[str, Any]:
    """Draw one event: most are complete, some lack a part, some come late, out of order or twice."""
    (type_,) = chance.choices(list(TYPES), list(TYPES.values()))
    data: dict[str, Any] = {"amount": chance.randint(-20, 120), "rank": chance.randint(0, 3)}
    for name, values in (("question", ("q1", "q2", "q3")), ("kind", ("code", "doc")), ("round", (1, 2, 3))):
        if chance.random() < 0.8:
            data[name] = chance.choice(values)
    if chance.random() < 0.3:
        data |= {"score": chance.randint(2, 3), "wiki": chance.random() < 0.3}
    parts: dict[str, Any] = {
        "type_": type_,
        "wait": chance.choice(WAITS),
        "ago": chance.choice(AGES) * SECOND,
        "imported": chance.random() < 0.2,
        "key": f"k{number}" if chance.random() < 0.97 else f"k{chance.randrange(number + 5)}",
        "data": data,
    }
    if chance.random() < 0.9:
        parts["by"] = chance.choice(NAMES)
    if chance.random() < 0.7:
        parts["author"] = chance.choice(NAMES)
    if chance.random() < 0.93:
        parts["subject"] = chance.choice(["s1", "s2", "q1", "a1", "a2"])
    if chance.random() < (0.5 if type_ in UNDOING else 0.03):
        parts["undoes"] = f"k{chance.randrange(number + 4)}"
    return parts


@st.composite
def streams(draw: st.DrawFn, most: int = 120) -> list[dict[str, Any]]:
    """Draw a stream. A shorter one of the same seed is its beginning, so failures shrink."""
    chance, length = Random(draw(st.integers(0, 2**32))), draw(st.integers(0, most))
    return [parts_of(chance, number) for number in range(length)]


def play_one(play: Play, parts: dict[str, Any]) -> RecordContribution:
    """Move the clock and make one command of a stream."""
    play.later(seconds=parts["wait"])
    told = {name: part for name, part in parts.items() if name not in ("type_", "wait", "ago")}
    return play.command(parts["type_"], at=Micros(play.now - parts["ago"]), **told)


def played(stream: list[dict[str, Any]]) -> Play:
    """Play a whole stream, event by event."""
    play = Play(EVERYTHING)
    for parts in stream:
        play.answer(play_one(play, parts))
    return play
