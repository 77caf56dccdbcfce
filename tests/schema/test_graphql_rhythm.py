"""A member's weeks, as the community counts them."""

from __future__ import annotations

from ledger.core.values import DAY
from tests.clock import Clock
from tests.schema.api import Api
from tests.schema.asker import event, live, member

RHYTHM = (
    "query ($n: Int!) { me { rhythm(weeks: $n) { activeWeeks ofWeeks weeks { startsOn points contributions } } } }"
)


async def test_weeks_hold_what_stands_of_what_was_earned_in_them(api: Api, clock: Clock) -> None:
    """Noon of Monday, 23 November 2026, in UTC is the evening of that day in Shanghai."""
    await live(api, [event("a", "thread.opened", "ana", subject="s1"), event("b", "checked.in", "ana")])
    await live(api, [event("c", "thread.opened", "ana", subject="s2"), event("d", "thread.removed", subject="s2")])
    clock.advance(15 * DAY)
    await live(api, [event("e", "checked.in", "ana")])
    ana = await member(api, "ana")
    assert (await ana.ask(RHYTHM, n=4))["me"]["rhythm"] == {
        "activeWeeks": 2,
        "ofWeeks": 4,
        "weeks": [
            {"startsOn": "2026-11-16", "points": 0, "contributions": 0},
            {"startsOn": "2026-11-23", "points": 11, "contributions": 2},
            {"startsOn": "2026-11-30", "points": 0, "contributions": 0},
            {"startsOn": "2026-12-07", "points": 1, "contributions": 1},
        ],
    }
    assert (await ana.ask(RHYTHM, n=0))["me"]["rhythm"]["ofWeeks"] == 1
