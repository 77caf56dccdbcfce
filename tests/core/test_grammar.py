"""Every part of the language of rulebooks in a few words, as values."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ledger.core.rulebook.grammar import (
    Accrual,
    Activity,
    Budget,
    Cap,
    Condition,
    Expiry,
    FixedAmount,
    Freezes,
    Ladder,
    Level,
    Levels,
    Metric,
    Pending,
    Requirement,
    Rule,
    Share,
    Stay,
    Streak,
    Terms,
    UndoOn,
    When,
)
from ledger.core.rulebook.standard import STANDARD
from ledger.core.values import DAY, HOUR, MINUTE
from ledger.service.rulebooks import read

UNITS = "units: {points: {}, coins: {scale: 2}}\n"


def first(text: str, *, around: str = "") -> Rule:
    """Return a rule from what it says beside its id, event and amount."""
    return read(f"{UNITS}rules: [{{id: r, event: e, amount: 1, {text}}}]\n{around}").rules[0]


def levels(*spelled: str) -> tuple[Level, ...]:
    """Return the levels of a ladder by terms, after a first one."""
    listed = ", ".join(["{id: low}", *spelled])
    return read(f"{UNITS}tiers: {{t: {{every: 'day@00:00', levels: [{listed}]}}}}\n").ladders[0].levels[1:]


def mark(text: str) -> Requirement:
    """Return a mark that is a level's only one."""
    (level,) = levels(f"{{id: b, enter: {{all: [{{{text}}}]}}}}")
    assert level.enter is not None
    (found,) = level.enter.all
    assert isinstance(found, Requirement)
    return found


class TestUnits:
    @pytest.mark.parametrize(
        ("spelled", "expiry"),
        [
            ("{after: 365d}", Expiry(days=365)),
            ("{after: 90d, spend: soonest_expiry, notice: 30d}", Expiry(days=90, notice=30)),
            ("{at: month_end}", Expiry(end_of="month")),
            ("{at: year_end, notice: 30d}", Expiry(end_of="year", notice=30)),
        ],
    )
    def test_points_end(self, spelled: str, expiry: Expiry) -> None:
        assert read(f"units: {{points: {{expire: {spelled}}}}}\n").units[0].expiry == expiry

    def test_they_have_names(self) -> None:
        (unit,) = read("units: {points: {names: {zh-CN: 积分, en: 'Points: ours', no: poeng}}}\n").units
        assert unit.names == {"zh-CN": "积分", "en": "Points: ours", "no": "poeng"}


class TestAllRules:
    def test_a_rule_says_otherwise_and_conditions_join_by_field(self) -> None:
        book = read(
            UNITS
            + """\
defaults:
  {unit: coins, cooldown: 60s, caps: [{count: 2, per: day}], when: {wiki: false, size: {gte: 3}, not_self: actor}}
rules:
- {id: a, event: e, amount: 0.5}
- {id: b, event: e, amount: 1, unit: points, cooldown: 0s, caps: [], when: {size: {gte: 9}, kind: x}}
"""
        )
        a, b = book.rules
        assert (a.unit, a.amount, a.cooldown) == ("coins", FixedAmount(points=50), MINUTE)
        assert a.caps == (Cap(count=2, per="day"),)
        wiki = Condition(field="wiki", equals=False)
        assert a.when == When(conditions=(wiki, Condition(field="size", gte=3)), not_self=("actor",))
        assert (b.unit, b.amount, b.cooldown, b.caps) == ("points", FixedAmount(points=1), 0, ())
        size, kind = Condition(field="size", gte=9), Condition(field="kind", equals="x")
        assert b.when == When(conditions=(wiki, size, kind), not_self=("actor",))

    def test_accruals_are_no_rules(self) -> None:
        text = UNITS + "defaults: {unit: coins, when: {x: 1}}\naccruals: [{id: a, sum: n, amount: 1}]\n"
        (accrual,) = read(text).accruals
        assert (accrual.unit, accrual.conditions) == ("points", ())

    def test_an_amount_for_all(self) -> None:
        book = read(UNITS + "defaults: {amount: 3}\nrules: [{id: a, event: e}, {id: b, event: f, amount: 4}]\n")
        assert [one.amount for one in book.rules] == [FixedAmount(points=3), FixedAmount(points=4)]


class TestParameters:
    @pytest.mark.parametrize(
        ("spelled", "value", "condition"),
        [
            ("$x", "true", Condition(field="c", equals=True)),
            ("$x", "word", Condition(field="c", equals="word")),
            ("{gte: $x, lt: 9}", "2.5", Condition(field="c", gte=Fraction(5, 2), lt=9)),
            ("{in: $x}", "[a, 2]", Condition(field="c", one_of=("a", 2))),
            ("{not_in: $x}", "[a]", Condition(field="c", none_of=("a",))),
        ],
    )
    def test_they_stand_for_a_value(self, spelled: str, value: str, condition: Condition) -> None:
        found = first(f"when: {{c: {spelled}}}", around=f"parameters: {{x: {value}}}\n")
        assert found.when.conditions == (condition,)

    @pytest.mark.parametrize("spelled", ["$x", "{in: $x}", "{gte: $x, lt: $y}"])
    def test_a_condition_on_nothing_is_left_out(self, spelled: str) -> None:
        assert first(f"when: {{c: {spelled}, d: 1}}").when.conditions == (Condition(field="d", equals=1),)

    def test_of_two_bounds_the_one_with_a_value_stays(self) -> None:
        assert first("when: {c: {gte: $x, lt: 5}}").when.conditions == (Condition(field="c", lt=5),)

    def test_a_word_in_quotes_is_a_word(self) -> None:
        assert first("when: {c: '$x'}").when.conditions == (Condition(field="c", equals="$x"),)

    def test_they_work_in_every_condition(self) -> None:
        book = read(
            UNITS
            + "parameters: {x: [a]}\nmetrics: {m: {event: e, when: {c: {in: $x}}}}\n"
            + "accruals: [{id: a, sum: n, amount: 1, when: {c: {in: $x}}}]\n"
            + "undo: [{event: u, unless: {c: {in: $x}}}]\n"
        )
        wanted = (Condition(field="c", one_of=("a",)),)
        assert book.metrics[0].conditions == book.accruals[0].conditions == book.undo[0].unless == wanted


LADDERS = """\
tiers:
  circle: {every: event, measure: points.earned, levels: {newcomer: 0, core: 9}}
  rank: {every: day@04:00, levels: [{id: low}, {id: high, enter: manual}]}
"""
NIGHT = "activities: [{id: night, at: FREQ=DAILY, for: 1h}, {id: day, at: FREQ=DAILY, for: 2h, unlock: [r]}]\n"


class TestRules:
    def test_what_waits(self) -> None:
        assert first("pending: 2h").pending == Pending(delay=2 * HOUR)
        assert first("pending: review").pending == Pending()
        assert first("to: actor").pending is None

    def test_what_weighs(self) -> None:
        found = first("giver_weight: {newcomer: 0, core: 1.15}", around=LADDERS)
        assert found.giver_weight == {"newcomer": 0, "core": Fraction(23, 20)}

    def test_what_is_switched_off_or_called(self) -> None:
        found = first("enabled: false, names: {en: Thanks}")
        assert (found.enabled, found.names) == (False, {"en": "Thanks"})

    def test_what_draws_on_a_budget(self) -> None:
        text = (
            "budgets: {launch: {unit: points, points: 10000, per: month, partial: false},"
            " all: {unit: coins, points: 2.5}}\n"
        )
        assert first("budget: launch", around=text).budget == "launch"
        assert read(UNITS + text).budgets == (
            Budget(code="launch", unit="points", points=10_000, per="month", partial=False),
            Budget(code="all", unit="coins", points=250),
        )

    @pytest.mark.parametrize(
        ("spelled", "codes"),
        [
            ("core", Levels(ladder="circle", codes=("core",))),
            ("[newcomer, circle.core]", Levels(ladder="circle", codes=("newcomer", "core"))),
            ("[rank.low, rank.high]", Levels(ladder="rank", codes=("low", "high"))),
        ],
    )
    def test_who_the_receiver_must_be(self, spelled: str, codes: Levels) -> None:
        assert first(f"when: {{tier: {spelled}}}", around=LADDERS).when == When(levels=codes)
        assert first(f"caps: [{{count: 1, per: day, tiers: {spelled}}}]", around=LADDERS).caps[0].levels == codes
        group = f"cap_groups: {{g: {{points: 5, per: day, rules: [r], tiers: {spelled}}}}}\n"
        book = read(f"{UNITS}rules: [{{id: r, event: e, amount: 1}}]\n{group}{LADDERS}")
        assert book.cap_groups[0].levels == codes

    def test_since_when_and_where_they_may_stand(self) -> None:
        found = first("when: {member_for: {gte: 7d, lt: 365d}, standing: [good, warned]}").when
        since = Condition(field="member_for", gte=7 * DAY, lt=365 * DAY)
        assert found == When(member_for=since, standing=("good", "warned"))

    def test_newcomers_may_have_a_cap_beside_the_one_for_all(self) -> None:
        found = first("caps: [{points: 9, per: day}, {points: 2, per: day, tiers: newcomer}]", around=LADDERS)
        assert found.caps == (
            Cap(points=9, per="day"),
            Cap(points=2, per="day", levels=Levels(ladder="circle", codes=("newcomer",))),
        )

    def test_where_it_pays_and_where_more(self) -> None:
        text = (
            f"{UNITS}rules: [{{id: r, event: e, amount: 1, only_in: [night], multiply: {{night: 2.5}}}}]\n{NIGHT}"
        )
        book = read(text)
        assert book.rules[0].only_in == ("night", "day")
        assert [one.multiply for one in book.activities] == [{"r": Fraction(5, 2)}, {}]


class TestRhythm:
    def test_an_activity(self) -> None:
        text = "activities: [{id: a, at: FREQ=WEEKLY;INTERVAL=2, for: 31d, starts: 2026-01-05, names: {en: A}}]\n"
        assert read(text).activities == (
            Activity(
                id="a",
                rule="FREQ=WEEKLY;INTERVAL=2",
                length=31 * DAY,
                starts=date(2026, 1, 5).toordinal(),
                names={"en": "A"},
            ),
        )

    @pytest.mark.parametrize("stacking", ["highest", "add", "compound"])
    def test_stacking(self, stacking: str) -> None:
        assert read(f"stacking: {stacking}\n").stacking == stacking

    def test_a_streak(self) -> None:
        text = (
            UNITS + "rules: [{id: r, event: e, amount: 1}]\nstreaks: [{id: s, per: day, tz: community, from: r,"
            " unit: coins, reward: {30: 5, 7: 0.25}, freezes: {every: 7, hold: 2}, names: {en: Days}}]\n"
        )
        assert read(text).streaks == (
            Streak(
                id="s",
                unit="coins",
                per="day",
                rules=("r",),
                rewards={7: 25, 30: 500},
                freezes=Freezes(every=7, hold=2),
                names={"en": "Days"},
            ),
        )

    def test_a_sum_of_a_day(self) -> None:
        text = (
            UNITS + "accruals: [{id: a, unit: coins, event: [e, f], per: day, sum: n, gte: 5, amount: 0.75,"
            " when: {x: 1}}, {id: b, unit: coins, sum: n, amount: {from: sum, per: 100}},"
            " {id: c, sum: n, amount: {from: sum}}]\n"
        )
        assert read(text).accruals == (
            Accrual(
                id="a",
                unit="coins",
                field="n",
                points=75,
                least=5,
                events=("e", "f"),
                conditions=(Condition(field="x", equals=1),),
            ),
            Accrual(id="b", unit="coins", field="n", points=100, per=100),
            Accrual(id="c", unit="points", field="n", points=1, per=1),
        )


class TestMetrics:
    def test_one_of_the_rulebooks_own(self) -> None:
        text = (
            "metrics: {m: {event: [e, f], by: object.author, sum: n, per: 60, when: {x: 1},"
            " undo_on: [{event: u, match: [actor]}], names: {en: M}},"
            " d: {event: e, by: community, distinct: giver}}\n"
        )
        assert read(text).metrics == (
            Metric(
                code="m",
                events=("e", "f"),
                by="object.author",
                sum="n",
                per=60,
                conditions=(Condition(field="x", equals=1),),
                undo_on=(UndoOn(event="u", match=("actor",)),),
                names={"en": "M"},
            ),
            Metric(code="d", events=("e",), by="community", distinct="actor"),
        )

    def test_its_own_comes_before_a_standard_one_of_that_name(self) -> None:
        own = "metrics: {posts_read: {event: seen}, other: {event: x}}\n"
        enter = "{all: [{metric: posts_read, gte: 5}, {metric: likes_given, gte: 1}]}"
        ladder = f"tiers: {{t: {{every: day@04:00, levels: [{{id: a, enter: {enter}}}]}}}}\n"
        assert [(one.code, one.events) for one in read(own + ladder).metrics] == [
            ("posts_read", ("seen",)),
            ("other", ("x",)),
            ("likes_given", ("post.liked",)),
        ]

    def test_what_is_named_nowhere_is_not_kept(self) -> None:
        assert read("preset: x\n").metrics == ()

    def test_the_standard_ones(self) -> None:
        said = {code: (one.by, one.sum or one.distinct, one.per) for code, one in STANDARD.items()}
        assert said == {
            "topics_entered": ("actor", "object", 1),
            "posts_read": ("actor", "posts_read", 1),
            "minutes_read": ("actor", "seconds_read", 60),
            "days_visited": ("actor", "day", 1),
            "topics_replied": ("actor", "topic", 1),
            "likes_given": ("actor", "", 1),
            "likes_received": ("object.author", "", 1),
            "value_received": ("object.author", "", 1),
            "recognised": ("object.author", "", 1),
            "flagged_posts": ("object.author", "object", 1),
            "violations": ("actor", "", 1),
            "penalties": ("actor", "", 1),
            "topics": ("community", "", 1),
            "posts": ("community", "", 1),
        }


class TestLadders:
    @pytest.mark.parametrize(
        ("spelled", "wanted"),
        [
            ("metric: points.earned, in: 400d, gte: 5", Requirement(metric="points.earned", days=400, target=5)),
            ("metric: coins.balance, lt: 2.5", Requirement(metric="coins.balance", bound="lt", target=250)),
            (
                "metric: active_days, in: 13mo, gt: 3",
                Requirement(metric="active_days", bound="gt", months=13, target=3),
            ),
            ("metric: member_for, lte: 10m", Requirement(metric="member_for", bound="lte", target=10 * MINUTE)),
            (
                "metric: likes_received, distinct: flagger, gte: 2, hard: true",
                Requirement(metric="likes_received", distinct="actor", target=2, hard=True),
            ),
            (
                "metric: likes_received, distinct: topic, gte: 2",
                Requirement(metric="likes_received", distinct="topic", target=2),
            ),
            (
                "metric: posts_read, gte: {percent: 12.5, of: community.posts}",
                Requirement(metric="posts_read", share=Share(percent=Fraction(25, 2), of="posts")),
            ),
        ],
    )
    def test_a_mark(self, spelled: str, wanted: Requirement) -> None:
        assert mark(spelled) == wanted

    def test_terms_within_terms(self) -> None:
        (level,) = levels(
            "{id: b, enter: {any: [{all: [{metric: active_days, gte: 1}, {none: [{metric: posts_read, gt: 2}]}]},"
            " {metric: member_for, gte: 1d}]}}"
        )
        days, posts = (
            Requirement(metric="active_days", target=1),
            Requirement(metric="posts_read", bound="gt", target=2),
        )
        inner = Terms(all=(days, Terms(none=(posts,))))
        assert level.enter == Terms(any=(inner, Requirement(metric="member_for", target=DAY)))

    @pytest.mark.parametrize(
        ("spelled", "stay"),
        [
            ("", Stay()),
            (", stay: while", Stay(mode="while")),
            (", stay: forever", Stay(mode="forever")),
            (", stay: {low_water: 0.9}", Stay(mode="kept", low_water=Fraction(9, 10))),
            (", stay: {grace: 14d, warn_before: 7d}", Stay(mode="kept", grace=14, warn_before=7)),
            (", stay: {min_stay: 30d}", Stay(mode="kept", min_stay=30)),
        ],
    )
    def test_how_a_level_is_kept(self, spelled: str, stay: Stay) -> None:
        (level,) = levels(f"{{id: b, enter: manual{spelled}}}")
        assert (level.stay, level.manual, level.enter) == (stay, True, None)

    def test_a_ladder(self) -> None:
        level = "{id: a, enter: manual, grants: ['group:core', 'group:hosts'], names: {zh-CN: 核心, en: Core}}"
        text = f"tiers: {{t: {{every: day@23:59, lockable: true, levels: [{level}]}}}}\n"
        assert read(text).ladders == (
            Ladder(
                code="t",
                daily_at=23 * 60 + 59,
                lockable=True,
                levels=(
                    Level(
                        code="a",
                        manual=True,
                        grants=("group:core", "group:hosts"),
                        names={"zh-CN": "核心", "en": "Core"},
                    ),
                ),
            ),
        )

    def test_one_by_thresholds_is_as_ever(self) -> None:
        (ladder, _) = read(UNITS + LADDERS).ladders
        assert (ladder.unit, ladder.measure, ladder.daily_at) == ("points", "earned", None)
        assert [(level.code, level.threshold) for level in ladder.levels] == [("newcomer", 0), ("core", 9)]
