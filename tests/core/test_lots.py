"""Points that expire: when, which first, and what an undo finds of them (SEMANTICS 17, 18, 21)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import EntryKind, Step
from tests.core.conftest import Begin
from tests.core.play import Outcome, Play, length, rulebook

GAIN = "id: gain, event: gain, amount: {from: data.n}, undo_on: [taken]"
LOSS = "id: loss, event: loss, amount: {from: data.n, negate: true}, undo_on: [forgiven]"


def shop(begin: Begin, unit: str = "{floor: 0, expire: {after: 3d}}", tz: str = "UTC", **parts: str) -> Play:
    return begin(rulebook(GAIN, LOSS, unit=unit, tz=tz), **parts)


@pytest.mark.parametrize(
    ("expire", "dated", "gone"),
    [
        ("after: 1d", "2026-01-05T12:00", "2026-01-07T00:00"),
        ("after: 3d", "2026-01-05T00:00", "2026-01-09T00:00"),
        ("after: 365d", "2028-02-29T09:00", "2029-03-01T00:00"),
        ("after: 366d", "2028-02-29T09:00", "2029-03-02T00:00"),
        ("at: month_end", "2026-01-05T12:00", "2026-02-01T00:00"),
        ("at: month_end", "2026-01-31T23:59", "2026-02-01T00:00"),
        ("at: month_end", "2028-02-29T12:00", "2028-03-01T00:00"),
        ("at: month_end", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("at: year_end", "2026-01-05T12:00", "2027-01-01T00:00"),
        ("at: year_end", "2026-12-31T23:59", "2027-01-01T00:00"),
    ],
)
def test_points_live_to_the_end_of_their_last_local_day(begin: Begin, expire: str, dated: str, gone: str) -> None:
    play = shop(begin, f"{{expire: {{{expire}}}}}", now=f"{dated}:00Z")
    play.send("gain", by="ann", n=10)
    assert play.lots("ann") == [(10, gone)]
    play.on(f"{gone}:00Z")
    play.later(microseconds=-1)
    play.settle()
    assert play.balance("ann") == 10
    play.later(microseconds=1)
    play.settle()
    assert (play.balance("ann"), play.earned("ann"), play.lots("ann")) == (0, 10, [])
    assert [(d.rule, d.kind, d.granted, d.after) for d in play.decisions()] == [
        ("expiry", EntryKind.EXPIRY, -10, 0)
    ]
    assert play.last.occurred_at == play.now


@pytest.mark.parametrize(
    ("tz", "dated", "gone"),
    [
        ("Pacific/Kiritimati", "2026-01-05T10:00", "2026-01-09T10:00"),  # +14: there it is the 6th
        ("Pacific/Kiritimati", "2026-01-05T09:59", "2026-01-08T10:00"),
        ("Etc/GMT+12", "2026-01-05T11:59", "2026-01-08T12:00"),  # -12: there it is still the 4th
        ("Etc/GMT+12", "2026-01-05T12:00", "2026-01-09T12:00"),
        ("America/New_York", "2026-03-07T17:00", "2026-03-11T04:00"),  # over the day of 23 hours
        ("America/New_York", "2026-10-31T16:00", "2026-11-04T05:00"),  # over the day of 25
        ("Asia/Beirut", "2026-03-25T12:00", "2026-03-28T22:00"),  # the 29th there begins at 01:00
    ],
)
def test_the_day_is_the_communitys(begin: Begin, tz: str, dated: str, gone: str) -> None:
    play = shop(begin, tz=tz, now=f"{dated}:00Z")
    play.send("gain", by="ann", n=10)
    assert play.lots("ann") == [(10, gone)]


def test_lots_run_from_when_it_happened(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=10, late=length(days=2))
    assert play.lots("ann") == [(10, "2026-01-07T00:00")]


def test_what_happened_too_long_ago_comes_and_goes(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=10, late=length(days=6))
    play.settle()
    assert (play.balance("ann"), play.earned("ann")) == (0, 10)
    assert f"{play.last.type} {play.lots('ann')}" == "points.expired []"


def test_what_ends_soonest_is_spent_first_whatever_came_first(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=10)
    play.send("gain", by="ann", n=7, late=length(days=1))
    play.send("loss", by="ann", n=9)
    assert play.lots("ann") == [(8, "2026-01-09T00:00")]
    play.adjust("ann", -3)
    assert play.lots("ann") == [(5, "2026-01-09T00:00")]
    play.adjust("ann", 4)
    assert play.lots("ann") == [(5, "2026-01-09T00:00"), (4, "2026-01-09T00:00")]
    play.later(days=4)
    play.settle()
    assert play.balance("ann") == 0
    assert [d.granted for d in play.decisions()] == [-9]


def test_only_what_is_left_of_a_lot_expires(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=10)
    play.later(days=1)
    play.send("gain", by="ann", n=10)
    play.send("loss", by="ann", n=4)
    play.on("2026-01-09T00:00:00Z")
    play.settle()
    assert (play.balance("ann"), play.lots("ann")) == (10, [(10, "2026-01-10T00:00")])


def test_whoever_comes_first_finds_it_expired(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=10)
    play.later(days=9)
    assert play.says("loss", by="ann", n=4) is Outcome.FLOORED
    assert [e.type for e in play.events[-2:]] == ["points.expired", "loss"]
    assert f"{play.events[-2].occurred_at}" == f"{play.now - length(days=5, hours=12)}"


def test_a_start_and_an_adjustment_expire_too(begin: Begin) -> None:
    play = shop(begin, "{start: 5, expire: {after: 1d}}")
    play.adjust("ann", 3)
    assert play.lots("ann") == [(5, "2026-01-07T00:00"), (3, "2026-01-07T00:00")]


def test_each_unit_has_its_own_lots(begin: Begin) -> None:
    play = begin(
        "units: {points: {expire: {after: 1d}}, stars: {expire: {after: 2d}}, coins: {}}\nrules:\n"
        + "".join(
            f"  - {{id: {unit}, event: {unit}, unit: {unit}, amount: {{from: data.n}}}}\n"
            for unit in ("points", "stars", "coins")
        )
    )
    for unit in ("points", "stars", "coins"):
        play.send(unit, by="ann", n=10)
    play.send("stars", by="ann", n=-3)
    assert (play.lots("ann"), play.lots("ann", "stars"), play.lots("ann", "coins")) == (
        [(10, "2026-01-07T00:00")],
        [(7, "2026-01-08T00:00")],
        [],
    )
    play.later(days=30)
    play.settle()
    assert [play.balance("ann", unit) for unit in ("points", "stars", "coins")] == [0, 0, 10]


def test_what_is_released_lives_from_when_it_was_earned(begin: Begin) -> None:
    play = begin(rulebook("id: share, event: share, amount: 8, pending: 2d", unit="{expire: {after: 3d}}"))
    play.send("share", "s", by="ann", key="k")
    assert play.lots("ann") == []
    play.later(days=2)
    play.settle()
    assert play.lots("ann") == [(8, "2026-01-09T00:00")]
    play.later(days=2)
    play.settle()
    assert (play.balance("ann"), play.earned("ann")) == (0, 8)


# Undo


def test_an_undo_takes_from_its_own_lot_first(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", "old", by="ann", n=10, late=length(days=1))
    play.send("gain", "new", by="ann", n=10)
    play.send("loss", by="ann", n=4)
    play.send("taken", "new")
    assert play.lots("ann") == [(6, "2026-01-08T00:00")]
    play.send("taken", "old")
    assert (play.balance("ann"), play.lots("ann")) == (-4, [])


def test_an_undo_of_what_was_released_takes_from_its_own_lot_first(begin: Begin) -> None:
    play = begin(
        rulebook(
            GAIN, "id: share, event: share, amount: 8, pending: 1d, undo_on: [taken]", unit="{expire: {after: 3d}}"
        )
    )
    play.send("share", "s", by="ann")
    play.send("gain", "old", by="ann", n=10, late=length(days=1))
    play.later(days=1)
    play.send("taken", "s")
    assert play.lots("ann") == [(10, "2026-01-08T00:00")]


def test_the_expired_part_of_a_grant_takes_nothing(begin: Begin) -> None:
    play = shop(begin, "{claw: debt, expire: {after: 3d}}")
    play.send("gain", "s", by="ann", n=10)
    play.send("loss", by="ann", n=4)
    play.later(days=4)
    assert play.pays("taken", "s") == -4
    decision = play.decisions()[-1]
    assert (decision.wanted, decision.steps) == (-10, (Step(code="expired", before=-10, after=-4),))
    assert (play.balance("ann"), play.earned("ann")) == (-4, 6)


def test_a_grant_that_has_wholly_expired_takes_nothing_and_gives_its_claims_back(begin: Begin) -> None:
    play = begin(
        rulebook("id: a, event: a, amount: 10, once_per: [object], undo_on: [taken]", unit="{expire: {after: 3d}}")
    )
    play.send("a", "s", by="ann")
    play.later(days=4)
    assert play.pays("taken", "s") == 0
    assert play.pays("a", "s", by="ann") == 10


@pytest.mark.parametrize(
    ("claw", "taken", "left", "after_a_gain_of_10"),
    [
        ("debt", -10, [], [(3, "2026-01-10T00:00")]),
        ("clip", -3, [], [(10, "2026-01-10T00:00")]),
        ("within_balance", -3, [], [(10, "2026-01-10T00:00")]),
        ("pending_only", 0, [(3, "2026-01-09T00:00")], [(3, "2026-01-09T00:00"), (10, "2026-01-10T00:00")]),
    ],
)
def test_what_was_spent_follows_the_claw(
    begin: Begin, claw: str, taken: int, left: list[object], after_a_gain_of_10: list[object]
) -> None:
    """10 and 5 were gained and 12 spent; then the 10 are undone. What only pays a debt off begins no lot."""
    play = shop(begin, f"{{floor: 0, claw: {claw}, expire: {{after: 3d}}}}")
    play.send("gain", "s", by="ann", n=10, late=length(hours=1))
    play.send("gain", "t", by="ann", n=5)
    play.send("loss", by="ann", n=12)
    assert play.pays("taken", "s") == taken
    assert (play.balance("ann"), play.lots("ann")) == (3 + taken, left)
    play.later(days=1)
    play.send("gain", by="ann", n=10)
    assert (play.balance("ann"), play.lots("ann")) == (13 + taken, after_a_gain_of_10)


@pytest.mark.parametrize(
    ("claw", "taken"), [("debt", -10), ("clip", -2), ("within_balance", -2), ("pending_only", 0)]
)
def test_a_lot_of_its_own_does_not_pass_the_floor(begin: Begin, claw: str, taken: int) -> None:
    play = shop(begin, f"{{floor: 5, start: 5, claw: {claw}, expire: {{after: 3d}}}}")
    play.send("gain", "s", by="ann", n=10)
    play.send("loss", by="ann", n=8)
    assert play.balance("ann") == 7
    assert play.pays("taken", "s") == taken


def test_a_debt_that_is_paid_off_begins_no_lot(begin: Begin) -> None:
    play = shop(begin, "{expire: {after: 3d}}")
    play.send("loss", by="ann", n=6)
    play.send("gain", by="ann", n=4)
    assert (play.balance("ann"), play.lots("ann")) == (-2, [])
    play.send("gain", by="ann", n=4)
    assert (play.balance("ann"), play.lots("ann")) == (2, [(2, "2026-01-09T00:00")])
    play.later(days=9)
    play.settle()
    assert play.balance("ann") == 0


def test_a_loss_undone_goes_back_to_its_lots_with_their_old_expiry(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=3, late=length(days=1))
    play.send("gain", by="ann", n=10)
    play.send("loss", "x", by="ann", n=9)
    play.later(days=1)
    assert play.pays("forgiven", "x") == 9
    assert play.lots("ann") == [(3, "2026-01-08T00:00"), (10, "2026-01-09T00:00")]


def test_what_expired_meanwhile_lives_seven_more_days(begin: Begin) -> None:
    play = shop(begin)
    play.send("gain", by="ann", n=3, late=length(days=1))
    play.send("gain", by="ann", n=10)
    play.send("loss", "x", by="ann", n=9)
    play.on("2026-01-08T15:00:00Z")
    play.send("forgiven", "x")
    assert play.lots("ann") == [(10, "2026-01-09T00:00"), (3, "2026-01-16T00:00")]
    assert play.earned("ann") == 13
    play.on("2026-01-16T00:00:00Z")
    play.settle()
    assert play.balance("ann") == 0


def test_what_a_loss_took_into_debt_is_gained_anew_once_the_debt_was_paid_off(begin: Begin) -> None:
    play = shop(begin, "{expire: {after: 3d}}")
    play.send("gain", by="ann", n=6)
    play.send("loss", "x", by="ann", n=10)
    play.later(days=1)
    play.send("gain", by="ann", n=10)
    assert play.lots("ann") == [(6, "2026-01-10T00:00")]
    play.send("forgiven", "x")
    assert (play.balance("ann"), play.lots("ann")) == (
        16,
        [(6, "2026-01-09T00:00"), (6, "2026-01-10T00:00"), (4, "2026-01-14T00:00")],
    )


def test_a_loss_that_is_undone_while_still_in_debt_fills_no_lot_beyond_the_balance(begin: Begin) -> None:
    play = shop(begin, "{expire: {after: 3d}}")
    play.send("gain", by="ann", n=6)
    play.send("loss", "x", by="ann", n=4)
    play.send("loss", "y", by="ann", n=10)
    play.send("forgiven", "x")
    assert (play.balance("ann"), play.lots("ann")) == (-4, [])
    play.send("forgiven", "y")
    assert (play.balance("ann"), sum(left for left, _ in play.lots("ann"))) == (6, 6)


def test_points_of_before_the_unit_expired_are_spent_last_and_never_expire(begin: Begin) -> None:
    play = shop(begin, "{floor: 0}")
    play.send("gain", "old", by="ann", n=10)
    play.later(days=1)
    play.publish(rulebook(GAIN, LOSS, unit="{floor: 0, expire: {after: 3d}}"))
    play.send("gain", by="ann", n=5)
    play.send("loss", "x", by="ann", n=8)
    assert (play.balance("ann"), play.lots("ann")) == (7, [])
    play.send("forgiven", "x")
    assert play.lots("ann") == [(5, "2026-01-10T00:00")]
    play.later(days=30)
    play.settle()
    assert play.balance("ann") == 10
