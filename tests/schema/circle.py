"""A community with levels by terms, points that expire, reviews, budgets and names in two languages."""

from __future__ import annotations

from ledger.core.values import DAY, HOUR
from ledger.service.sweeper import sweep
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import event, live

RULEBOOK = """\
preset: circle
community: {tz: Asia/Shanghai, accept_late: 7d}
units:
  points: {floor: 0, claw: debt, expire: {after: 60d, notice: 10d}, names: {zh-CN: 积分, en: Points}}
  paid: {scale: 2, spendable: false, names: {zh-CN: 元, en: Yuan}}
creates: {share.posted: share, answer.posted: answer}
budgets:
  gifts: {unit: points, points: 100, per: month}
rules:
  - {id: share, event: share.posted, amount: 8, names: {zh-CN: 分享, en: Sharing}, undo_on: [share.removed],
     caps: [{points: 40, per: day}, {points: 100, per: week}, {count: 9, per: day}]}
  - {id: later, event: later.posted, amount: 6, pending: 2h, names: {zh-CN: 延迟, en: Later}}
  - {id: story, event: story.submitted, amount: 5, pending: review, cooldown: 90s, undo_on: [story.withdrawn]}
  - {id: liked, event: share.liked, to: share.author, amount: 2, when: {not_self: actor}}
  - {id: gift, event: gift.given, to: friend, amount: 20, budget: gifts}
  - {id: off, event: share.posted, amount: 3, enabled: false}
  - {id: payment, event: payment.settled, unit: paid, amount: {from: data.amount}}
metrics:
  shares: {event: share.posted, names: {zh-CN: 分享次数, en: Times shared}}
streaks:
  - {id: weeks, per: week, from: [share], reward: {2: 10}, names: {zh-CN: 连续, en: Weeks in a row}}
activities:
  - {id: share_day, at: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=20', for: 2h, multiply: {share: 2},
     names: {zh-CN: 分享日, en: Sharing day}}
tiers:
  circle:
    every: day@04:00
    lockable: true
    levels:
    - {id: newcomer, names: {zh-CN: 新朋友, en: Newcomer}}
    - id: ordinary
      enter: {any: [{metric: active_days, in: 14d, gte: 3}, {metric: member_for, gte: 14d}]}
      stay: forever
      names: {zh-CN: 常客, en: Regular}
    - id: core
      enter:
        all: [{metric: points.earned, in: 90d, gte: 40}, {metric: shares, in: 30d, gte: 4},
              {metric: paid.earned, in: 365d, gte: 99}]
        none: [{metric: violations, in: 180d, gte: 1}]
      stay: {low_water: 0.8, grace: 14d, warn_before: 7d}
      grants: ['group:core']
      names: {zh-CN: 核心伙伴, en: Core}
    - {id: elder, enter: manual}
leaderboards:
  - {id: month, measure: points.earned, windows: [1mo, all], rank: competition}
examples:
  - name: A share brings eight
    given:
      - {event: share.posted, member: ann, subject: s}
    then: {ann: {points: 8}}
"""


async def settle(api: Api) -> None:
    """Let the sweeper do all that is due."""
    await sweep(api.ledger.database, api.ledger.writer, api.community, api.ledger.clock)


async def share_daily(api: Api, clock: Clock, name: str, days: int) -> None:
    """Let somebody share once a day."""
    for _ in range(days):
        await live(api, [event(f"{name}-{clock.at}", "share.posted", name, subject=f"{name}-{clock.at}")])
        clock.advance(DAY)
    clock.advance(HOUR)
    await settle(api)
