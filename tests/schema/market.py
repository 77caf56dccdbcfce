"""A community in Newfoundland with two units, one of cents, and a board that leaves rules out."""

from __future__ import annotations

from tests.schema.story import Document, event

RULEBOOK = """\
preset: market
community: {tz: America/St_Johns, accept_late: forever}
units:
  coins: {scale: 2, start: 1.5}
  stars: {}
rules:
  - {id: sold, event: sold, amount: 10.25}
  - {id: gift, event: gift, unit: coins, amount: -0.05}
  - {id: starred, event: starred, unit: stars, amount: 1}
leaderboards:
  - {id: month, measure: coins.net, windows: [1mo, all], rank: competition, exclude_rules: [start, gift]}
  - {id: stars, measure: stars.net, windows: [all]}
"""

EVENTS: list[Document] = [
    event("s1", "sold", "ana", time="2024-01-10T12:00:00Z"),
    event("s2", "sold", "ana", time="2024-02-01T03:29:59Z"),  # still January there
    event("s3", "sold", "bo", time="2024-02-01T03:30:00Z"),
    event("s4", "sold", "cai", time="2024-02-10T12:00:00Z"),
    event("g1", "gift", "bo", time="2024-02-10T12:00:00Z"),
    event("s5", "sold", "dan", time="2024-02-11T12:00:00Z"),
    event("s6", "sold", "dan", time="2024-02-11T12:00:00Z"),
    event("left", "member.left", "dan", time="2024-03-01T12:00:00Z"),
    event("st1", "starred", "ana", time="2024-03-01T12:00:00Z"),
]
