"""Trust levels with the numbers that Discourse has: the third by all its marks, kept at nine tenths (SEMANTICS 23).

The stories begin on Monday 2026-01-05, which is day 0; day 99 is the 14th of April.
"""

from __future__ import annotations

import pytest

from ledger.core.values import DAY, Micros
from ledger.service.rulebooks import presets_folder
from tests.core.play import Play, instant

TEXT = (presets_folder() / "discourse_trust.yaml").read_text("utf-8")
FIRST = instant("2026-01-05T12:00:00Z")
BUSY = 90
"""From this day on all is done that the marks look at, but for forty days of visits before."""


def on(play: Play, day: int) -> None:
    """Go to noon of a day, with a sweeper at each midnight between."""
    noon = FIRST + day * DAY
    while play.now + DAY // 2 < noon:
        play.now = Micros(play.now + DAY // 2)
        play.settle()
    play.now = Micros(max(play.now, noon))
    play.settle()


def visit(play: Play, day: int, *, posts: int = 1) -> None:
    """Let ann come by."""
    on(play, day)
    play.send("member.visited", by="ann", posts_read=posts, seconds_read=100)


def told(**other: int) -> Play:
    """Tell what makes a regular on day 99, by as little as it takes, but for what is said otherwise."""
    many = {
        "days": 50, "replied": 10, "entered": 200, "read": 500, "given": 30, "received": 20, "givers": 5,
        "liked_days": 7, "topics": 800, "flagged": 5, "flaggers": 5, "penalties": 0, **other,
    }  # fmt: skip
    play = Play(TEXT)
    for day in range(many["days"] - 10):
        visit(play, day, posts=3)
    on(play, BUSY - 1)
    for number in range(many["topics"]):
        play.send("topic.created", f"t{number}", by="dan")
    for number in range(many["entered"]):
        play.send("topic.entered", f"t{number}", by="ann")
    for number in range(many["replied"]):
        play.send("post.created", f"p{number}", by="ann", topic=f"t{number}")
    for number in range(many["given"]):
        play.send("post.liked", f"x{number}", by="ann", author="dan")
    for number in range(max(many["flagged"], many["flaggers"])):
        subject, who = f"p{min(number, many['flagged'] - 1)}", f"f{min(number, many['flaggers'] - 1)}"
        play.send("post.flagged", subject, by=who, author="ann")
    for _ in range(many["penalties"]):
        play.send("violation.confirmed", by="ann")
    likes = sorted((number % many["liked_days"], number % many["givers"]) for number in range(many["received"]))
    for day in range(10):
        on(play, BUSY + day)
        for _, giver in [like for like in likes if like[0] == day]:
            play.send("post.liked", "p0", by=f"giver{giver}", author="ann")
        visit(play, BUSY + day, posts=1 if day < 9 else many["read"] - 3 * (many["days"] - 10) - 9)
    return play


def test_by_as_little_as_it_takes_one_is_regular_with_the_last_visit() -> None:
    play = told()
    assert play.moves("ann", "trust") == [
        ("tl0", "2026-01-05T12:00"),
        ("tl1", "2026-04-04T12:00"),
        ("tl2", "2026-04-05T12:00"),
        ("tl3", "2026-04-14T12:00"),
    ]
    play.check()


@pytest.mark.parametrize(
    "less",
    [
        {"days": 49},
        {"replied": 9},
        {"entered": 199, "topics": 700},
        {"read": 499},
        {"given": 29},
        {"received": 19},
        {"givers": 4},
        {"liked_days": 6},
        {"topics": 801},
        {"flagged": 6},
        {"flaggers": 6},
        {"penalties": 1},
    ],
    ids=str,
)
def test_by_one_less_of_anything_one_is_not(less: dict[str, int]) -> None:
    assert told(**less).level("ann", "trust") == "tl2"


def test_at_nine_tenths_one_stays_regular_and_below_falls_after_fourteen_days() -> None:
    """Of the last hundred days 45 are enough; the run of day 106 finds 44, and that of day 113 is 14 days after."""
    kept, lost = told(), told()
    for day in range(105, 140):
        visit(kept, day)
    on(kept, 140)
    assert kept.moves("ann", "trust")[-1] == ("tl3", "2026-04-14T12:00"), "45 days of the last hundred, each day"
    on(lost, 112)
    assert lost.level("ann", "trust") == "tl3"
    on(lost, 113)
    assert lost.moves("ann", "trust")[-1] == ("tl2", "2026-04-28T00:00")
    for play in (kept, lost):
        play.check()


def test_below_nine_tenths_when_fourteen_days_are_over_one_falls_at_the_next_midnight() -> None:
    """With 45 until day 120, the run of day 121 finds 44."""
    play = told()
    for day in range(105, 120):
        visit(play, day)
    on(play, 120)
    assert play.level("ann", "trust") == "tl3"
    on(play, 121)
    assert play.moves("ann", "trust")[-1] == ("tl2", "2026-05-06T00:00")


def test_what_is_of_all_time_is_hard() -> None:
    """With 499 posts read nine tenths do not help, though they would be 450."""
    assert told(read=450).level("ann", "trust") == "tl2"


def test_a_penalty_takes_it_whatever_else_holds() -> None:
    play = told()
    for day in range(100, 114):
        visit(play, day)
    play.send("violation.confirmed", by="ann")
    on(play, 115)
    assert play.moves("ann", "trust")[-1] == ("tl2", "2026-04-29T00:00")


def test_the_fourth_is_given_by_hand_and_stays() -> None:
    play = told()
    play.lock("ann", "tl4")
    on(play, 400)
    assert play.level("ann", "trust") == "tl4"
    play.lock("ann", None)
    on(play, 402)
    assert play.level("ann", "trust") == "tl4", "no daily run takes what a person gave"
    play.lock("ann", "tl2")
    play.lock("ann", None)
    on(play, 404)
    assert [level for level, _ in play.moves("ann", "trust")[-2:]] == ["tl4", "tl2"]
