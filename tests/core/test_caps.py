"""Caps of one rule: by points or count, per period and party, gross or net (SEMANTICS 3, 9, 10)."""

from __future__ import annotations

import pytest

from ledger.core.outcomes import Step
from tests.core.conftest import Begin
from tests.core.play import Outcome, counters, instant, rulebook


def capped(cap: str, amount: object = 4, *, tz: str = "UTC", more: str = "", unit: str = "{}") -> str:
    return rulebook(
        f"id: r, event: e, amount: {amount}, caps: [{cap}], undo_on: [e.undone]",
        "id: other, event: other, amount: 4",
        tz=tz,
        more=more,
        unit=unit,
    )


def test_the_grant_that_reaches_a_cap_is_partial(begin: Begin) -> None:
    play = begin(capped("{points: 10, per: day}"))
    assert [play.pays("e", by="ann") for _ in range(4)] == [4, 4, 2, 0]
    play.send("e", by="ann")
    (decision,) = play.decisions()
    assert decision.outcome is Outcome.CAPPED
    assert (decision.wanted, decision.granted) == (4, 0)
    assert decision.steps == (Step(code="cap", before=4, after=0),)
    assert decision.possible_again_at == instant("2026-01-06T00:00:00Z")


def test_a_cap_that_is_not_partial_pays_all_or_nothing(begin: Begin) -> None:
    play = begin(capped("{points: 10, per: day, partial: false}"))
    assert [play.pays("e", by="ann") for _ in range(4)] == [4, 4, 0, 0]


def test_another_member_and_another_rule_have_their_own_room(begin: Begin) -> None:
    play = begin(capped("{points: 4, per: day}"))
    assert play.pays("e", by="ann") == 4
    assert play.pays("e", by="bob") == 4
    assert play.pays("other", by="ann") == 4
    assert play.pays("e", by="ann") == 0


def test_a_count_cap_counts_grants_and_not_events(begin: Begin) -> None:
    play = begin(
        rulebook("id: r, event: e, amount: {from: data.n}, when: {ok: true}, caps: [{count: 2, per: day}]")
    )
    assert play.pays("e", by="ann", n=5) == 0
    assert play.pays("e", by="ann", n=0, ok=True) == 0
    assert [play.pays("e", by="ann", n=5, ok=True) for _ in range(3)] == [5, 5, 0]


def test_a_partial_grant_counts_as_one(begin: Begin) -> None:
    play = begin(capped("{points: 6, per: day}, {count: 2, per: week}"))
    assert [play.pays("e", by="ann") for _ in range(2)] == [4, 2]
    play.later(days=1)
    assert play.says("e", by="ann") is Outcome.CAPPED


def test_the_tightest_of_several_caps_holds_and_the_last_to_renew_is_named(begin: Begin) -> None:
    play = begin(capped("{points: 10, per: day}, {points: 14, per: week}"))
    assert [play.pays("e", by="ann") for _ in range(3)] == [4, 4, 2]
    play.later(days=1)
    assert [play.pays("e", by="ann") for _ in range(2)] == [4, 0]
    assert play.decisions()[0].possible_again_at == instant("2026-01-12T00:00:00Z")


def test_gross_and_net_caps_of_one_period_have_their_own_counters(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: r, event: e, amount: {from: data.n}, undo_on: [e.undone],"
            " caps: [{points: 10, per: day, counts: net}, {points: 16, per: day}]"
        )
    )
    assert [play.pays("e", "s", by="ann", n=8) for _ in range(2)] == [8, 2]
    play.send("e.undone", "s", by="ann")
    assert play.pays("e", "t", by="ann", n=8) == 6
    assert play.balance("ann") == 6


def test_a_gross_cap_gives_no_room_back_and_a_net_cap_does(begin: Begin) -> None:
    for counts, again in (("gross", 0), ("net", 4)):
        play = begin(capped(f"{{points: 4, per: day, counts: {counts}}}"))
        play.send("e", "s", by="ann")
        play.send("e.undone", "s", by="ann")
        assert play.balance("ann") == 0
        assert play.pays("e", "t", by="ann") == again


def test_caps_of_a_rule_are_gross_unless_they_say_net(begin: Begin) -> None:
    play = begin(capped("{points: 4, per: day}"))
    play.send("e", "s", by="ann")
    play.send("e.undone", "s", by="ann")
    assert play.pays("e", "t", by="ann") == 0


def test_a_loss_gives_room_back_under_net_by_what_it_really_took(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: r, event: e, amount: {from: data.n}, caps: [{points: 10, per: day, counts: net}]",
            unit="{floor: 0}",
        )
    )
    assert play.pays("e", by="ann", n=-4) == 0  # the floor took it: no room comes of it
    assert play.pays("e", by="ann", n=12) == 10
    assert play.pays("e", by="ann", n=-3) == -3
    assert play.pays("e", by="ann", n=12) == 3


def test_under_gross_a_loss_gives_nothing_back(begin: Begin) -> None:
    play = begin(rulebook("id: r, event: e, amount: {from: data.n}, caps: [{points: 10, per: day}]"))
    assert [play.pays("e", by="ann", n=n) for n in (10, -10, 5)] == [10, -10, 0]


BY = rulebook(
    "id: thanked, event: thanked, to: to, amount: 2, caps: [{count: 1, per: day, by: BY}]",
)


@pytest.mark.parametrize(
    ("by", "paid"),
    [
        ("to", [2, 0, 0, 2]),
        ("[actor]", [2, 0, 2, 0]),
        ("[actor, to]", [2, 0, 2, 2]),
        ("[to, actor]", [2, 0, 2, 2]),
    ],
)
def test_a_cap_is_by_receiver_by_actor_or_by_the_pair(begin: Begin, by: str, paid: list[int]) -> None:
    play = begin(BY.replace("BY", by))
    pairs = [("bob", "ann"), ("bob", "ann"), ("cyd", "ann"), ("bob", "eve")]
    assert [play.pays("thanked", by=giver, people={"to": receiver}) for giver, receiver in pairs] == paid


def test_a_cap_by_a_party_that_is_absent_does_not_apply(begin: Begin) -> None:
    play = begin(BY.replace("BY", "[actor]"))
    assert [play.pays("thanked", people={"to": "ann"}) for _ in range(3)] == [2, 2, 2]


def test_a_cap_per_object_is_for_each_subject(begin: Begin) -> None:
    play = begin(capped("{count: 1, per: object}"))
    assert [play.pays("e", subject, by="ann") for subject in ("s", "s", "t")] == [4, 0, 4]
    assert play.decisions()[0].possible_again_at is None
    assert [play.pays("e", by="ann") for _ in range(2)] == [4, 4]


def test_a_cap_for_ever_never_renews(begin: Begin) -> None:
    play = begin(capped("{points: 6, per: ever}"))
    assert [play.pays("e", by="ann") for _ in range(2)] == [4, 2]
    play.later(days=4000)
    assert play.says("e", by="ann") is Outcome.CAPPED
    assert play.decisions()[0].possible_again_at is None


@pytest.mark.parametrize(
    ("per", "tz", "last", "first"),
    [
        ("day", "UTC", "2026-01-05T23:59:59.999999Z", "2026-01-06T00:00:00Z"),
        ("day", "Asia/Shanghai", "2026-01-05T15:59:59.999999Z", "2026-01-05T16:00:00Z"),
        ("day", "America/New_York", "2026-01-06T04:59:59.999999Z", "2026-01-06T05:00:00Z"),
        ("day", "Asia/Kathmandu", "2026-01-05T18:14:59.999999Z", "2026-01-05T18:15:00Z"),
        ("day", "Pacific/Kiritimati", "2026-01-05T09:59:59.999999Z", "2026-01-05T10:00:00Z"),
        ("day", "Etc/GMT+12", "2026-01-05T11:59:59.999999Z", "2026-01-05T12:00:00Z"),
        # summer time begins and ends: days of 23 and of 25 hours
        ("day", "Europe/Berlin", "2026-03-29T21:59:59.999999Z", "2026-03-29T22:00:00Z"),
        ("day", "Europe/Berlin", "2026-10-25T22:59:59.999999Z", "2026-10-25T23:00:00Z"),
        # midnight does not exist on the day that summer time begins
        ("day", "Africa/Cairo", "2026-04-23T21:59:59.999999Z", "2026-04-23T22:00:00Z"),
        # a day that Samoa left out
        ("day", "Pacific/Apia", "2011-12-30T09:59:59.999999Z", "2011-12-30T10:00:00Z"),
        ("week", "UTC", "2026-01-11T23:59:59.999999Z", "2026-01-12T00:00:00Z"),
        ("week", "Asia/Shanghai", "2026-01-11T15:59:59.999999Z", "2026-01-11T16:00:00Z"),
        ("week", "UTC", "2025-12-28T23:59:59.999999Z", "2025-12-29T00:00:00Z"),
        ("month", "UTC", "2024-02-29T23:59:59.999999Z", "2024-03-01T00:00:00Z"),
        ("month", "Pacific/Kiritimati", "2026-01-31T09:59:59.999999Z", "2026-01-31T10:00:00Z"),
        ("year", "UTC", "2025-12-31T23:59:59.999999Z", "2026-01-01T00:00:00Z"),
        ("year", "Etc/GMT+12", "2026-01-01T11:59:59.999999Z", "2026-01-01T12:00:00Z"),
    ],
)
def test_room_comes_back_with_the_communitys_next_period(
    begin: Begin, per: str, tz: str, last: str, first: str
) -> None:
    play = begin(capped(f"{{points: 4, per: {per}}}", tz=tz), first)
    play.later(hours=1)
    assert play.pays("e", by="ann", at=last, imported=True) == 4
    assert play.pays("e", by="ann", at=last, imported=True) == 0
    assert play.decisions()[0].possible_again_at == instant(first)
    assert play.pays("e", by="ann", at=first, imported=True) == 4
    assert play.pays("e", by="ann", at=first, imported=True) == 0


@pytest.mark.parametrize(
    ("start", "last", "first"),
    [("mon", "2026-01-11", "2026-01-12"), ("sun", "2026-01-10", "2026-01-11"), ("sat", "2026-01-09", "2026-01-10")],
)
def test_a_week_begins_on_the_communitys_day(begin: Begin, start: str, last: str, first: str) -> None:
    play = begin(
        capped("{points: 4, per: week}").replace("tz: UTC", f"tz: UTC, week_start: {start}"), f"{first}T12:00"
    )
    assert play.pays("e", by="ann", at=f"{last}T23:59:59Z") == 4
    assert play.pays("e", by="ann", at=f"{last}T00:00:00Z") == 0
    assert play.pays("e", by="ann", at=f"{first}T00:00:00Z") == 4


def test_undoing_gives_room_back_to_the_originals_period(begin: Begin) -> None:
    play = begin(capped("{points: 4, per: day, counts: net}"))
    play.send("e", "s", by="ann")
    play.later(days=1)
    assert play.pays("e", "t", by="ann") == 4
    play.send("e.undone", "s", by="ann")
    assert play.says("e", "u", by="ann") is Outcome.CAPPED
    assert play.pays("e", "v", by="ann", at="2026-01-05T20:00:00Z") == 4


def test_a_count_comes_back_only_with_a_wholly_undone_grant(begin: Begin) -> None:
    rules = capped("{count: 1, per: day}", unit="{floor: 0, claw: clip}", amount=4).replace(
        "id: other, event: other, amount: 4", "id: other, event: other, amount: -3"
    )
    play = begin(rules)
    play.send("e", "s", by="ann")
    play.send("e.undone", "s", by="ann")
    assert play.pays("e", "t", by="ann") == 4
    play.send("other", by="ann")
    assert play.pays("e.undone", "t", by="ann") == -1
    assert play.says("e", "u", by="ann") is Outcome.CAPPED


def test_an_undone_loss_takes_its_room_back(begin: Begin) -> None:
    play = begin(
        rulebook(
            "id: r, event: e, amount: {from: data.n}, undo_on: [e.undone],"
            " caps: [{points: 10, per: day, counts: net}]",
        )
    )
    play.send("e", "up", by="ann", n=10)
    play.send("e", "down", by="ann", n=-4)
    assert play.pays("e", "up2", by="ann", n=9) == 4
    assert play.pays("e.undone", "down", by="ann") == 4
    assert counters(play.books, "cap:r") == {(str(play.member("ann")), "2026-01-05"): 14}
    assert play.pays("e", "up3", by="ann", n=9) == 0
    play.send("e.undone", "up2", by="ann")
    assert play.pays("e", "up4", by="ann", n=9) == 0
    assert play.balance("ann") == 10
