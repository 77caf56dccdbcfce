"""A rulebook with all that time does, and random weeks for it: events, reviews, locks, holds, adjustments, waits.

Waits are multiples of ten seconds and the rulebook's lengths are not, so nothing hangs on a microsecond.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from ledger.core.books.shelf import DUE, KEY, VIOLATION
from ledger.core.commands import (
    AdjustPoints,
    AppealViolation,
    Command,
    DecideAppeal,
    HoldGroup,
    LockTier,
    RecordViolation,
    ReportGroup,
    ResolveViolation,
    ReviewContribution,
)
from ledger.core.values import DAY, HOUR, SECOND, Micros, Position, identity
from ledger.core.violations import BRINGING, Action, ViolationRecorded
from tests.core.play import SOURCE, Play

TIMED = """\
preset: timed
community: {tz: America/New_York, week_start: sun, accept_late: 432005s}
units:
  points: {start: 2, floor: 0, claw: debt, expire: {after: 5d}}
  coins: {floor: 0, claw: clip, expire: {at: month_end}}
  stars: {start: {amount: 1, on: joined}, floor: 0, claw: within_balance}
  shells: {floor: 0, claw: pending_only, expire: {at: year_end}}
creates: {shared: share, story: story}
undo: [{event: removed, of: subject, rules: all}]
cap_groups:
  soft: {points: 30, per: day, counts: net, rules: [share, liked, lost], tiers: [newcomer]}
budgets:
  fund: {unit: coins, points: 40, per: week}
rules:
  - {id: share, event: shared, amount: 8, pending: 7205s, caps: [{count: 2, per: day}], undo_on: [unshared]}
  - {id: guide, event: shared, amount: 3, when: {standing: good}, caps: [{points: 9, per: week}],
     undo_on: [unshared]}
  - {id: shell, event: shared, unit: shells, amount: 2, pending: 10805s, undo_on: [unshared]}
  - {id: story, event: story, amount: 5, pending: review, once_per: [object], undo_on: [unshared]}
  - {id: liked, event: liked, to: share.author, amount: 3, giver_weight: {newcomer: 0.5, core: 1.5},
     when: {not_self: actor}, caps: [{points: 20, per: day, tiers: [newcomer]}],
     undo_on: [{event: unliked, match: [actor]}]}
  - {id: won, event: won, amount: {by_rank: [10, 6]}, only_in: [night], once_per: [member, activity]}
  - {id: topic, event: topic, amount: 2, once_per: [member, activity], multiply: {night: 2, news: 1.5}}
  - {id: lost, event: lost, amount: {from: data.n, negate: true}, undo_on: [forgiven]}
  - {id: paid, event: paid, unit: coins, amount: {from: data.n}, budget: fund, undo_on: [refunded]}
  - {id: fee, event: lost, unit: coins, amount: -4, undo_on: [forgiven]}
  - {id: best, event: best, to: author, amount: 15, slot: [question], pending: 86405s, undo_on: [unbest]}
  - {id: star, event: liked, unit: stars, amount: 1, cooldown: 5s, when: {member_for: {gte: 259205s}}}
quotas:
  - {id: likes, event: [liked], count: 3, per: day}
  - {id: stories, event: [story], open_at_once: 3, of: story, closed_by: [unshared]}
activities:
  - {id: night, at: 'FREQ=WEEKLY;BYDAY=TU,TH,SA;BYHOUR=12', for: 4h}
  - {id: news, at: 'FREQ=DAILY;BYHOUR=7', for: 16h, unlock: [star]}
stacking: add
streaks:
  - {id: daily, per: day, from: [share, liked, topic], reward: {2: 3, 4: 9}, freezes: {every: 2, hold: 1}}
  - {id: weekly, per: week, unit: stars, from: [topic], reward: {2: 5}}
accruals:
  - {id: reading, event: [visited], sum: n, gte: 5, amount: {from: sum, per: 10}}
metrics:
  visits: {event: visited, distinct: day}
  likes: {event: liked, by: share.author, undo_on: [{event: unliked, match: [actor]}]}
  all_likes: {event: liked, by: community}
  flags: {event: flagged, by: author}
  tens: {event: visited, sum: n, per: 10}
tiers:
  circle:
    every: day@04:00
    lockable: true
    levels:
      - {id: newcomer, grants: ['group:lobby']}
      - {id: ordinary, enter: {any: [{metric: active_days, in: 5d, gte: 2}, {metric: member_for, gte: 777605s}]},
         stay: {low_water: 0.5, grace: 1d}, grants: ['group:room']}
      - id: core
        enter: {all: [{metric: points.earned, in: 10d, gte: 20}, {metric: points.balance, gte: 6}],
                none: [{metric: flags, in: 6d, gte: 2}]}
        stay: {low_water: 0.7, grace: 3d, min_stay: 2d, warn_before: 2d}
        grants: ['group:core']
  trust:
    every: day@00:00
    lockable: true
    levels:
      - {id: t0}
      - {id: t1, enter: {all: [{metric: visits, in: 3d, gte: 2}]}, stay: while}
      - id: t2
        enter: {all: [{metric: likes, in: 6d, gte: {percent: 40, of: community.all_likes, at_most: 3}},
                      {metric: likes, distinct: giver, gte: 1},
                      {any: [{metric: tens, in: 1mo, gte: 1, hard: true}, {all: [{metric: visits, gte: 1}]}]}]}
        stay: {low_water: 0.9}
        grants: ['group:core']
      - {id: t3, enter: manual}
  rank: {every: event, measure: points.balance, levels: {low: 5, high: 25}}
ladders:
  conduct:
    forget_after: 3456005s
    appeal: 20d
    steps: [{warn: true}, {points: -4, no_earning: 200h}, {remove: true}]
violations:
  rude: {ladder: conduct}
  loud: {ladder: conduct}
  spam: {steps: [{points: -3, unit: coins, no_earning: 150h}]}
"""
TYPES = {
    "shared": 14,
    "story": 6,
    "liked": 16,
    "topic": 10,
    "won": 4,
    "lost": 8,
    "paid": 8,
    "best": 5,
    "visited": 8,
    "flagged": 4,
    "unshared": 3,
    "unliked": 4,
    "forgiven": 4,
    "refunded": 3,
    "unbest": 2,
    "removed": 2,
    "contribution.undone": 7,
    "member.joined": 2,
}
NAMES = ("ann", "bob", "cyd", "dan")
WAITS = [0, 0, 0, 10, 600, HOUR, HOUR, 3 * HOUR, 6 * HOUR, 10 * HOUR, DAY, DAY, 2 * DAY, 4 * DAY]
WAITS = [wait * SECOND if wait < HOUR else wait for wait in WAITS]
AGES = [0] * 8 + [10, 3_600, 7_200, 36_000, 86_400, 259_200, 518_400]
Step = dict[str, Any]


def step_of(chance: Random, number: int, stories: list[str]) -> Step:
    """Draw one step: mostly an event, else what people say by hand, of the latest stories for example."""
    step: Step = {"wait": chance.choice(WAITS), "key": f"k{number}", "who": chance.choice(NAMES)}
    draw = chance.random()
    if draw < 0.07:
        return {
            **step,
            "do": "adjust",
            "delta": chance.choice((9, 3, -2, -5)),
            "unit": chance.choice(("points", "coins")),
        }
    if draw < 0.14:
        return {
            **step,
            "do": "review",
            "of": chance.choice(["none", *stories[-3:]]),
            "approved": chance.random() < 0.7,
        }
    if draw < 0.17:
        ladder, level = chance.choice(
            (("circle", "newcomer"), ("circle", "core"), ("trust", "t3"), ("trust", "t1"))
        )
        return {**step, "do": "lock", "ladder": ladder, "level": level if chance.random() < 0.5 else None}
    if draw < 0.20:
        return {**step, "do": "hold", "group": chance.choice(("core", "room")), "held": chance.random() < 0.5}
    if draw < 0.21:
        return {**step, "do": "report", "group": "core", "inside": chance.random() < 0.5}
    if draw < 0.25:
        return {**step, "do": "accuse", "rule": chance.choice(("rude", "loud", "spam"))}
    if draw < 0.31:
        return {
            **step,
            "do": "resolve",
            "action": chance.choice((*[None] * 5, "DISMISSED", "LIFTED", "LIFTED")),
        }
    if draw < 0.32:
        return {**step, "do": "appeal", "lifted": chance.choice((True, False, None))}
    (type_,) = chance.choices(list(TYPES), list(TYPES.values()))
    data: dict[str, Any] = {"n": chance.choice((3, 5, 8, 12, 25)), "rank": chance.randint(1, 3)}
    if chance.random() < 0.1:
        data["activity"] = chance.choice(("night", "news", "picnic"))
    if type_ == "best":
        data["question"] = chance.choice(("q1", "q2"))
    if type_ == "story":
        stories.append(f"k{number}")
    points_back = type_ == "contribution.undone" or (type_ in ("forgiven", "unliked") and chance.random() < 0.5)
    return {
        **step,
        "do": "send",
        "type_": type_,
        "subject": chance.choice(("s1", "s2", "s3", f"s{number}")),
        "author": chance.choice((*NAMES, None)),
        "age": chance.choice(AGES) * SECOND,
        "undoes": f"k{max(0, number + chance.choice((-9, -5, -3, -2, -1, 2)))}" if points_back else None,
        "imported": chance.random() < 0.1,
        "data": data,
    }


def stream(seed: int, length: int) -> list[Step]:
    """Return a stream: a shorter one of the same seed is its beginning."""
    chance, stories = Random(seed), list[str]()
    return [step_of(chance, number, stories) for number in range(length)]


@st.composite
def streams(draw: st.DrawFn, most: int = 60) -> list[Step]:
    """Draw a stream."""
    return stream(draw(st.integers(0, 2**32)), draw(st.integers(0, most)))


def command_of(play: Play, step: Step) -> Command:
    """Return a step as it is asked for now."""
    member = play.member(step["who"])
    by: dict[str, Any] = {"by": "key:k", "reason": "r"}
    match step["do"]:
        case "adjust":
            who = identity(step["who"], source=SOURCE)
            return AdjustPoints(key=step["key"], member=who, delta=step["delta"], unit=step["unit"], **by)
        case "review":
            found = play.books.read(KEY, (SOURCE, step["of"])).position
            return ReviewContribution(position=Position(found), approved=step["approved"], **by)
        case "lock":
            return LockTier(member=member, ladder=step["ladder"], level=step["level"], **by)
        case "hold":
            return HoldGroup(member=member, group=step["group"], held=step["held"], **by)
        case "accuse":
            return RecordViolation(key=step["key"], member=member, rule=step["rule"], by="key:k")
        case "resolve":
            action = Action(step["action"]) if step["action"] else None
            return ResolveViolation(position=_reported(play, step), action=action, by="key:k")
        case "appeal" if step["lifted"] is None:
            return AppealViolation(position=_reported(play, step), member=member)
        case "appeal":
            return DecideAppeal(position=_reported(play, step), lifted=step["lifted"], by="key:k")
        case "report":
            return ReportGroup(member=member, group=step["group"], inside=step["inside"], by="key:bot")
    return play.command(
        step["type_"],
        step["subject"],
        by=step["who"],
        author=step["author"],
        at=Micros(play.now - step["age"]),
        key=step["key"],
        undoes=step["undoes"],
        imported=step["imported"],
        data=step["data"],
    )


def _reported(play: Play, step: Step) -> Position:
    """Return the latest report about a member that a step may be of, or any: the same in every telling."""
    member = play.member(step["who"])
    mine = [
        event.position
        for event in play.events
        if isinstance(event.fact, ViolationRecorded) and event.fact.member == member
    ]
    strikes = step["do"] == "appeal" or step["action"] == "LIFTED"
    fitting = [of for of in mine if (play.books.read(VIOLATION, (member, of)).action in BRINGING) == strikes]
    return (fitting or mine or [Position(0)])[-1]


def sweep_on_time(play: Play, until: int) -> None:
    """Let the sweeper do each act at the instant at which it is due."""
    while True:
        times = [play.books.read(DUE, key).at for key in play.books.keys(DUE)]
        due = min((at for at in times if at is not None and at <= until), default=None)
        if due is None:
            return
        play.now = Micros(max(play.now, due))
        play.settle()


def begun() -> Play:
    """Begin ten days before New York's clocks go forward."""
    return Play(TIMED, "2026-02-26T12:00:00Z")


def told(steps: list[Step], *, sweep: int = 0) -> Play:
    """Tell a stream and settle at its end. `sweep` 1 is a sweeper on time, 5 one at every fifth step, 0 is none."""
    play = begun()
    for number, step in enumerate(steps):
        then = Micros(play.now + step["wait"])
        if sweep == 1:
            sweep_on_time(play, then)
        play.now = then
        if sweep > 1 and number % sweep == 0:
            play.settle()
        play.answer(command_of(play, step))
    then = Micros(play.now + 9 * DAY)
    if sweep == 1:
        sweep_on_time(play, then)
    play.now = then
    play.settle()
    return play


__all__ = ["TIMED", "Step", "begun", "command_of", "stream", "streams", "told"]
