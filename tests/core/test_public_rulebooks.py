"""The public rulebooks as values, to the number."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from ledger.core.rulebook.grammar import (
    Accrual,
    Activity,
    Condition,
    Expiry,
    FixedAmount,
    Level,
    Requirement,
    Rule,
    Rulebook,
    Share,
    Stay,
    Streak,
    Terms,
    When,
)
from ledger.core.rulebook.standard import STANDARD
from ledger.core.values import DAY, HOUR, MINUTE
from ledger.service.rulebooks import read
from tests.shared import shared


@cache
def public(name: str) -> Rulebook:
    """Return one of the public rulebooks."""
    text = shared(f"rulebooks/{name}.yaml").read_text("utf-8")
    if name == "stack_exchange":
        text = text.replace("open_at_once: 3}", "open_at_once: 3, closed_by: [bounty.awarded, bounty.lapsed]}")
    return read(text)


def rule(book: Rulebook, name: str) -> Rule:
    (found,) = [rule for rule in book.rules if rule.id == name]
    return found


class TestTheEssay:
    def test_points_end_a_year_after_their_day(self) -> None:
        points, paid = public("seed_circle").units
        assert points.expiry == Expiry(days=365)
        assert (paid.scale, paid.spendable, paid.expiry) == (2, False, None)

    def test_what_waits(self) -> None:
        book = public("seed_circle")
        waiting = {one.id: one.pending.delay for one in book.rules if one.pending}
        assert waiting == {"share": 2 * HOUR, "first_share": 2 * HOUR, "story": None, "host": None}

    def test_thanks_weigh_by_who_gives_them(self) -> None:
        weight = rule(public("seed_circle"), "thanked").giver_weight
        assert weight == {"newcomer": 0, "ordinary": 1, "core": Fraction(3, 2)}

    def test_its_activities(self) -> None:
        book = public("seed_circle")
        assert book.activities[1] == Activity(
            id="share_day",
            rule="FREQ=WEEKLY;BYDAY=WE;BYHOUR=20",
            length=2 * HOUR,
            multiply={"share": Fraction(2), "topic": Fraction(2)},
        )
        assert [(one.id, one.length // MINUTE) for one in book.activities] == [
            ("morning_news", 30),
            ("share_day", 120),
            ("qa_hour", 60),
            ("game_night", 60),
        ]
        assert book.activities[0].multiply == {"topic": Fraction(3, 2)}
        assert book.activities[2].multiply == {"answer": Fraction(3, 2), "helped": Fraction(3, 2)}
        assert book.activities[3].unlock == ("game",)
        assert {one.id: one.only_in for one in book.rules if one.only_in} == {"game": ("game_night",)}
        assert book.stacking == "highest"

    def test_its_streak(self) -> None:
        assert public("seed_circle").streaks == (
            Streak(
                id="weeks",
                unit="points",
                per="week",
                rules=("talk", "topic", "share", "answer"),
                rewards={4: 10, 12: 40},
            ),
        )

    def test_its_circle(self) -> None:
        (ladder,) = public("seed_circle").ladders
        newcomer, ordinary, core = ladder.levels
        assert (ladder.code, ladder.daily_at, ladder.lockable) == ("circle", 4 * 60, False)
        assert newcomer == Level(code="newcomer")
        assert ordinary.enter == Terms(
            any=(
                Requirement(metric="active_days", days=14, target=3),
                Requirement(metric="member_for", target=14 * DAY),
            )
        )
        assert ordinary.stay == Stay(mode="forever")
        assert core.enter == Terms(
            all=(
                Requirement(metric="points.earned", days=90, target=300),
                Requirement(metric="active_days", days=30, target=12),
                Requirement(metric="paid.earned", days=365, target=9900),
            ),
            none=(Requirement(metric="violations", days=180, target=1),),
        )
        assert core.stay == Stay(mode="kept", low_water=Fraction(4, 5), grace=14, min_stay=30, warn_before=7)
        assert core.grants == ("group:core",)
        named = ("value_received", "recognised", "violations")
        assert public("seed_circle").metrics == tuple(STANDARD[name] for name in named)


class TestGamification:
    def test_every_rule_has_what_all_have_and_its_own(self) -> None:
        book = public("discourse_gamification")
        private = Condition(field="private", equals=False)
        assert rule(book, "topic").when == When(conditions=(private,))
        assert [one.field for one in rule(book, "reply").when.conditions] == [
            "private",
            "first_post",
            "wiki",
            "hidden",
        ]
        assert rule(book, "solved").when == When(conditions=(private,), not_self=("topic.author",))
        assert rule(book, "chat").when.conditions == (private, Condition(field="members", gte=2))
        assert {one.unit for one in book.rules} == {"cheers"}

    def test_its_amounts(self) -> None:
        amounts = {
            one.id: one.amount.points
            for one in public("discourse_gamification").rules
            if isinstance(one.amount, FixedAmount)
        }
        assert amounts == {
            "topic": 5, "reply": 2, "like_in": 1, "like_out": 1, "react_in": 1, "react_out": 1, "solved": 10,
            "flag": 10, "invite": 10, "chat": 1, "chat_in": 1, "chat_out": 1,
        }  # fmt: skip

    def test_categories_that_score_come_in_by_a_parameter(self) -> None:
        text = shared("rulebooks/discourse_gamification.yaml").read_text("utf-8")
        book = read(text + "parameters: {scorable: [general, help]}\n")
        assert Condition(field="category", one_of=("general", "help")) in rule(book, "chat").when.conditions

    def test_its_sums_of_a_day(self) -> None:
        assert public("discourse_gamification").accruals == (
            Accrual(id="visit", unit="cheers", field="visits", points=1, least=1),
            Accrual(id="read", unit="cheers", field="posts_read", points=1, per=100, least=5),
            Accrual(id="time", unit="cheers", field="seconds_read", points=1, per=3600, least=60),
        )

    def test_its_board_leaves_out_staff(self) -> None:
        (board,) = public("discourse_gamification").boards
        assert (board.exclude_groups, board.rank, board.measure) == (("staff",), "dense", "net")


class TestTrust:
    def test_its_levels(self) -> None:
        (ladder,) = public("discourse_trust").ladders
        assert (ladder.daily_at, ladder.lockable) == (0, True)
        assert [level.code for level in ladder.levels] == ["tl0", "tl1", "tl2", "tl3", "tl4"]
        assert [level.stay.mode for level in ladder.levels[1:4]] == ["forever", "forever", "kept"]
        assert [level.manual for level in ladder.levels] == [False, False, False, False, True]
        assert ladder.levels[3].stay == Stay(mode="kept", low_water=Fraction(9, 10), min_stay=14)

    def test_marks_of_the_first_levels(self) -> None:
        _, one, two, _, _ = public("discourse_trust").ladders[0].levels
        assert one.enter is not None
        assert two.enter is not None
        assert _targets(one.enter.all) == {
            "topics_entered": 5, "posts_read": 30, "minutes_read": 10, "member_for": 10 * MINUTE
        }  # fmt: skip
        assert _targets(two.enter.all) == {
            "topics_entered": 20, "posts_read": 100, "minutes_read": 60, "days_visited": 15, "likes_received": 1,
            "likes_given": 1, "topics_replied": 3,
        }  # fmt: skip

    def test_marks_of_the_third(self) -> None:
        enter = public("discourse_trust").ladders[0].levels[3].enter
        assert enter is not None
        assert enter.all == (
            Requirement(metric="days_visited", days=100, target=50),
            Requirement(metric="topics_replied", days=100, target=10),
            Requirement(
                metric="topics_entered", days=100, share=Share(percent=Fraction(25), of="topics", at_most=500)
            ),
            Requirement(
                metric="posts_read", days=100, share=Share(percent=Fraction(25), of="posts", at_most=20_000)
            ),
            Requirement(metric="topics_entered", target=200, hard=True),
            Requirement(metric="posts_read", target=500, hard=True),
            Requirement(metric="likes_given", days=100, target=30),
            Requirement(metric="likes_received", days=100, target=20),
            Requirement(metric="likes_received", days=100, distinct="actor", target=5),
            Requirement(metric="likes_received", days=100, distinct="day", target=7),
        )
        assert enter.none == (
            Requirement(metric="flagged_posts", bound="gt", days=100, target=5),
            Requirement(metric="flagged_posts", bound="gt", days=100, distinct="actor", target=5),
            Requirement(metric="penalties", months=6, target=1),
        )

    def test_the_metrics_that_it_names_come_with_it(self) -> None:
        codes = [metric.code for metric in public("discourse_trust").metrics]
        assert codes == [
            "topics_entered", "posts_read", "minutes_read", "days_visited", "topics_replied", "likes_given",
            "likes_received", "flagged_posts", "penalties", "topics", "posts",
        ]  # fmt: skip


def _targets(marks: tuple[Requirement | Terms, ...]) -> dict[str, int]:
    return {one.metric: one.target for one in marks if isinstance(one, Requirement)}


def test_stack_exchange_says_nothing_that_is_new() -> None:
    book = public("stack_exchange")
    assert (len(book.rules), len(book.quotas), len(book.ladders[0].levels)) == (13, 2, 12)
    assert (book.metrics, book.activities, book.accruals, book.budgets) == ((), (), (), ())
    assert all(one.enabled and not one.pending and not one.giver_weight and not one.only_in for one in book.rules)
