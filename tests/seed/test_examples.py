"""Examples in a rulebook: how they are written, what a wrong one says, and what cannot be one."""

from __future__ import annotations

import pytest

from ledger.service.examples import check
from ledger.service.rulebooks import RulebookFaulty
from ledger.service.stage import Difference

BOOK = """\
community: {tz: Asia/Shanghai}
units: {points: {start: 1}, coins: {scale: 2}}
creates: {asked: question}
rules:
  - {id: hi, event: hi, amount: 2, caps: [{points: 5, per: day}], cooldown: 10s}
  - {id: liked, event: liked, to: object.author, amount: 3, when: {not_self: actor, kind: {not_in: [bot]}},
     undo_on: [unliked]}
  - {id: told, event: told, amount: 4, pending: review}
  - {id: sent, event: sent, amount: 3, pending: 2h}
  - {id: paid, event: paid, unit: coins, amount: {from: data.n}, when: {at: web}}
tiers:
  rank: {every: event, measure: points.balance, levels: {one: 3, two: 6}}
  trust:
    every: day@04:00
    lockable: true
    levels: [{id: low}, {id: high, enter: {all: [{metric: points.earned, gte: 4}]}}, {id: top, enter: manual}]
examples:
"""


def differences(example: str) -> list[tuple[str, str, str]]:
    return [(d.place, d.expected, d.found) for d in check(BOOK + example)]


def faults(example: str) -> list[tuple[str, int, str]]:
    with pytest.raises(RulebookFaulty) as caught:
        check(BOOK + example)
    return [(fault.code, fault.line, fault.path) for fault in caught.value.faults]


def test_an_example_that_comes_out_says_nothing() -> None:
    assert (
        differences(
            """\
  - name: All there is to say
    given:
      - {event: asked, member: ann, subject: q1}
      - {event: liked, member: bob, subject: q1, kind: good, times: 2}
      - {event: liked, member: bob, subject: q1, id: third}
      - {event: unliked, undoes: third}
      - {event: paid, member: bob, data: {at: web, n: 250}}
      - {event: liked, member: ann, subject: q1}
    then: {ann: {points: 7, points.earned: 6, rank: two}, bob: {points: 1, coins: 2.50, rank: none}}
    outcomes: {liked: NOT_ELIGIBLE}
"""
        )
        == []
    )


def test_a_wrong_example_is_told_with_its_name_what_was_expected_and_what_was_found() -> None:
    text = """\
  - name: A wrong one
    given:
      - {event: hi, member: ann}
      - {event: paid, member: ann, data: {at: web, n: 5}}
    then:
      ann:
        points: 4
        coins: 1
        rank: two
    outcomes: {paid: CAPPED, hi: GRANTED}
"""
    assert check(BOOK + text) == [
        Difference(example="A wrong one", line=24, place="ann.points", expected="4", found="3"),
        Difference(example="A wrong one", line=25, place="ann.coins", expected="1.00", found="0.05"),
        Difference(example="A wrong one", line=26, place="ann.rank", expected="two", found="one"),
        Difference(example="A wrong one", line=27, place="outcomes.paid", expected="CAPPED", found="GRANTED"),
        Difference(example="A wrong one", line=27, place="outcomes.hi", expected="GRANTED", found="nothing"),
    ]
    assert str(check(BOOK + text)[0]) == "line 24: 'A wrong one': ann.points: expected 4, found 3"


def test_one_wrong_example_does_not_hide_another() -> None:
    text = "".join(
        f"  - {{name: number {n}, given: [{{event: hi, member: ann}}], then: {{ann: {{points: {n}}}}}}}\n"
        for n in range(5)
    )
    assert [difference.example for difference in check(BOOK + text)] == [
        "number 0",
        "number 1",
        "number 2",
        "number 4",
    ]


@pytest.mark.parametrize(
    ("events", "points"),
    [
        ("{event: hi, member: ann, times: 3}", 3),  # a second apart: the cooldown
        ("{event: hi, member: ann, times: 3, after: 10s}", 6),
        ("{event: hi, member: ann, times: 3, after: 10s}, {event: hi, member: ann, after: 11h}", 6),
        ("{event: hi, member: ann, times: 3, after: 10s}, {event: hi, member: ann, after: 12h}", 8),
        ("{event: hi, member: ann, at: 2026-01-09}, {event: hi, member: ann, at: 2026-01-08 23:59:59}", 3),
        ("{event: hi, member: ann, at: 2026-01-09}, {event: hi, member: ann, at: 2026-01-02 00:01}", 5),
        ("{event: hi, member: ann, at: 2026-01-09}, {event: hi, member: ann, at: 2026-01-01}", 3),
        (
            "{event: hi, member: ann, at: 2026-01-09T00:00:00Z}, {event: hi, member: ann, at: 2026-01-09 08:00:05}",
            3,
        ),
    ],
)
def test_time_passes_as_an_example_says(events: str, points: int) -> None:
    text = f"  - {{name: x, given: [{events}], then: {{ann: {{points: {points}}}}}}}\n"
    assert differences(text) == []


def test_a_member_may_be_of_another_platform() -> None:
    text = '  - {name: x, given: [{event: hi, member: "discord:1"}], then: {"discord:1": {points: 3}}}\n'
    assert differences(text) == []


def example(given: str, then: str, outcomes: str = "") -> str:
    said = f", outcomes: {outcomes}" if outcomes else ""
    return f"  - {{name: x, given: [{given}], then: {then}{said}}}\n"


TOLD = "{event: told, member: ann, id: one}"


def test_what_waits_for_a_review_counts_when_it_is_approved_and_never_when_it_is_declined() -> None:
    assert differences(example(f"{TOLD}, {{after: 90d}}", "{ann: {points: 1}}", "{told: PENDING}")) == []
    assert differences(example(f"{TOLD}, {{review: one}}", "{ann: {points: 5}}", "{told: GRANTED}")) == []
    assert differences(example(f"{TOLD}, {{review: one, approved: false}}", "{ann: {points: 1}}")) == []
    assert differences(example(f"{TOLD}, {{review: one}}, {{review: one}}", "{ann: {points: 5}}")) == [
        ("given: review one", "an event", "NOTHING_TO_REVIEW")
    ]


@pytest.mark.parametrize(("passes", "points"), [("after: 7199s", 1), ("after: 2h", 4), ("at: 2026-01-05 14:02", 4)])
def test_what_is_due_is_done_while_time_passes(passes: str, points: int) -> None:
    text = example(
        f"{{event: sent, member: ann}}, {{{passes}}}", f"{{ann: {{points: {points}}}}}", "{sent: PENDING}"
    )
    assert differences(text) == []


def test_a_lock_holds_a_level_until_somebody_lets_go() -> None:
    risen = f"{TOLD}, {{review: one}}"
    locked = f"{risen}, {{lock: ann, ladder: trust, level: low}}"
    assert differences(example(risen, "{ann: {trust: high}}")) == []
    assert differences(example(f"{locked}, {{after: 3d}}", "{ann: {trust: low}}")) == []
    freed = f"{locked}, {{lock: ann, ladder: trust, level: none, after: 3d}}, {{after: 1d}}"
    assert differences(example(freed, "{ann: {trust: high}}")) == []
    top = "{event: hi, member: ann}, {lock: ann, ladder: trust, level: top}, {after: 30d}"
    assert differences(example(top, "{ann: {trust: top}}")) == []


def test_a_ladder_that_cannot_be_locked_says_so() -> None:
    text = example("{event: hi, member: ann}, {lock: ann, level: two}", "{}")
    assert differences(text) == [("given: lock ann", "an event", "LADDER_NOT_LOCKABLE")]


def test_an_event_that_comes_several_times_may_be_of_others_each_time() -> None:
    events = (
        "{event: asked, member: 'asker{n}', subject: 'q{n}', times: 3}, {event: liked, member: bob, subject: q2}"
    )
    assert differences(example(events, "{asker1: {points: 1}, asker2: {points: 4}, asker3: {points: 1}}")) == []
    people = "{event: liked, member: bob, people: {author: 'fan{n}'}, kind: 'k{n}', times: 2}"
    assert differences(example(people, "{fan1: {points: 4}, fan2: {points: 4}}")) == []


ONE = "{event: hi, member: ann}"


@pytest.mark.parametrize(
    ("example", "fault"),
    [
        (f"{{given: [{ONE}], then: {{ann: {{points: 3}}}}}}", ("MISSING", "name")),
        (f"{{name: x, given: [{ONE}]}}", ("MISSING", "then")),
        ("{name: x, then: {}}", ("MISSING", "given")),
        ("{name: x, given: [], then: {}}", ("MISSING", "given")),
        (f"{{name: x, given: [{ONE}], than: {{}}, then: {{}}}}", ("UNKNOWN_KEY", "than")),
        (f"{{name: x, given: [{ONE}], then: {{bob: {{points: 3}}}}}}", ("UNKNOWN_MEMBER", "then.bob")),
        (f"{{name: x, given: [{ONE}], then: {{ann: {{point: 3}}}}}}", ("UNKNOWN_MEASURE", "then.ann.point")),
        (f"{{name: x, given: [{ONE}], then: {{ann: {{points: 3.5}}}}}}", ("WRONG_VALUE", "then.ann.points")),
        (f"{{name: x, given: [{ONE}], then: {{ann: {{rank: three}}}}}}", ("WRONG_VALUE", "then.ann.rank")),
        (f"{{name: x, given: [{ONE}], then: {{ann: 3}}}}", ("WRONG_TYPE", "then.ann")),
        (f"{{name: x, given: [{ONE}], outcomes: {{high: CAPPED}}}}", ("UNKNOWN_RULE", "outcomes.high")),
        (f"{{name: x, given: [{ONE}], outcomes: {{hi: capped}}}}", ("WRONG_VALUE", "outcomes.hi")),
        ("{name: x, given: [hi], then: {}}", ("WRONG_TYPE", "given[0]")),
        ("{name: x, given: [{member: ann}], then: {}}", ("MISSING", "given[0].event")),
        ("{name: x, given: [{event: hi, membr: ann}], then: {}}", ("UNKNOWN_KEY", "given[0].membr")),
        ("{name: x, given: [{event: hi, member: [ann]}], then: {}}", ("WRONG_TYPE", "given[0].member")),
        ("{name: x, given: [{event: hi, people: ann}], then: {}}", ("WRONG_TYPE", "given[0].people")),
        ("{name: x, given: [{event: hi, at: noon}], then: {}}", ("WRONG_TYPE", "given[0].at")),
        ("{name: x, given: [{event: hi, after: 5}], then: {}}", ("WRONG_TYPE", "given[0].after")),
        ("{name: x, given: [{event: hi, times: 0}], then: {}}", ("WRONG_VALUE", "given[0].times")),
        ("{name: x, given: [{event: hi, times: 2, id: a}], then: {}}", ("WRONG_VALUE", "given[0].times")),
        ("{name: x, given: [{event: hi, wiki: yes}], then: {}}", ("UNSURE", "given[0].wiki")),
        ("{name: x, given: [{event: hi, data: [1]}], then: {}}", ("WRONG_TYPE", "given[0].data")),
        ("{name: x, given: [{}], then: {}}", ("MISSING", "given[0].event")),
        ("{name: x, given: [{after: 5}], then: {}}", ("WRONG_TYPE", "given[0].after")),
        ("{name: x, given: [{review: one}], then: {}}", ("WRONG_VALUE", "given[0].review")),
        (
            f"{{name: x, given: [{TOLD}, {{review: one, aproved: true}}], then: {{}}}}",
            ("UNKNOWN_KEY", "given[1].aproved"),
        ),
        (
            f"{{name: x, given: [{TOLD}, {{review: one, approved: maybe}}], then: {{}}}}",
            ("WRONG_TYPE", "given[1].approved"),
        ),
        ("{name: x, given: [{lock: ann, level: two}], then: {}}", ("UNKNOWN_MEMBER", "given[0].lock")),
        (f"{{name: x, given: [{ONE}, {{lock: ann}}], then: {{}}}}", ("MISSING", "given[1].level")),
        (f"{{name: x, given: [{ONE}, {{lock: ann, level: high}}], then: {{}}}}", ("WRONG_VALUE", "given[1].level")),
        (
            f"{{name: x, given: [{ONE}, {{lock: ann, ladder: tryst, level: top}}], then: {{}}}}",
            ("WRONG_VALUE", "given[1].ladder"),
        ),
    ],
)
def test_a_faulty_example_is_named_by_line_and_path(example: str, fault: tuple[str, str]) -> None:
    code, path = fault
    assert faults(f"  - {example}\n") == [(code, 18, f"examples[0].{path}")]


def test_an_event_of_which_little_was_said_still_fails_by_its_outcome() -> None:
    assert differences("  - {name: x, given: [{event: nothing}], outcomes: {hi: GRANTED}}\n") == [
        ("outcomes.hi", "GRANTED", "nothing")
    ]


def test_two_examples_of_one_name_are_told_apart() -> None:
    one = f"  - {{name: x, given: [{ONE}], then: {{ann: {{points: 3}}}}}}\n"
    assert faults(one + one) == [("TWICE", 19, "examples[1].name")]


def test_examples_have_an_end() -> None:
    text = "  - {name: x, given: [{event: hi, member: ann, times: 20001}], then: {ann: {points: 3}}}\n"
    assert faults(text) == [("WRONG_VALUE", 18, "examples")]


@pytest.mark.parametrize("passes", ["{at: 9998-01-01 00:00}", "{after: 1101d}", "{after: 551d}, {after: 551d}"])
def test_an_example_lasts_three_years_and_no_longer(passes: str) -> None:
    """Every daily run until its end is done."""
    [(_, expected, found)] = differences(f"  - {{name: x, given: [{ONE}, {passes}], then: {{}}}}\n")
    assert (expected, found) == ("an end within 1100 days", "a longer story")
    lasting = "  - {name: x, given: [{event: hi, member: ann}, {after: 1099d}], then: {ann: {trust: low}}}\n"
    assert differences(lasting) == []


def test_faults_of_the_rulebook_come_before_its_examples() -> None:
    with pytest.raises(RulebookFaulty) as caught:
        check(BOOK.replace("amount: 2", "amount: two") + "  - {}\n")
    assert [fault.path for fault in caught.value.faults] == ["rules[0].amount"]


def test_a_rulebook_without_examples_has_none() -> None:
    assert check(BOOK.replace("examples:\n", "")) == []
