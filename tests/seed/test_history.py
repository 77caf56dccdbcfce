"""What the demo's history tells, on whatever day it ends: no database is needed to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from statistics import median

import pytest

from ledger.core.calendar import local_date
from ledger.core.commands import RecordContribution
from ledger.core.values import DAY, HOUR, Micros
from ledger.service.seeding.agenda import REVIEWED, ZONE, Agenda, Done, Review, Told
from ledger.service.seeding.cast import cast
from ledger.service.seeding.playing import chapters, when
from ledger.service.seeding.story import history
from tests.clock import NOON

ENDS = [Micros(NOON + day * DAY + day * 5 * HOUR) for day in range(7)] + [Micros(NOON + 4 * HOUR)]
"""Every weekday, and a local midnight."""

HEARD = {
    "answer.accepted", "answer.posted", "answer.unaccepted", "activity.hosted", "contribution.undone", "game.won",
    "member.introduced", "member.joined", "member.left", "message.posted", "newcomer.settled", "payment.refunded",
    "payment.settled", "question.posted", "reaction.added", "reaction.removed", "round.entered", "share.posted",
    "share.removed", "story.featured", "story.submitted", "story.withdrawn", "topic.joined", "violation.confirmed",
}  # fmt: skip

DIGEST = (
    "import hashlib; from ledger.service.seeding.story import history;"
    f"print(hashlib.sha256(repr(history({NOON})).encode()).hexdigest())"
)


@pytest.fixture(scope="module", params=ENDS)
def end(request: pytest.FixtureRequest) -> Micros:
    """When a history ends."""
    return Micros(request.param)


@pytest.fixture(scope="module")
def whole(end: Micros) -> list[Told]:
    """The history that ends then, with who looked at what."""
    return history(end)


@pytest.fixture(scope="module")
def told(whole: list[Told]) -> list[RecordContribution]:
    """What happened in it."""
    return [one for one in whole if isinstance(one, RecordContribution)]


def test_it_is_the_same_twice_in_any_process() -> None:
    here = sha256(repr(history(NOON)).encode()).hexdigest()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "America/St_Johns"}
        there = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, check=True)
        assert there.stdout.decode().strip() == here


def test_forty_members_with_names_in_both_scripts_join_before_they_do_anything(
    told: list[RecordContribution],
) -> None:
    names: dict[str, str] = {}
    for one in told:
        if one.type == "member.joined":
            names[str(one.actor)] = one.private["display_name"]
        assert {str(who) for who in (*one.people.values(), *([one.actor] if one.actor else []))} <= names.keys()
    assert len(names) == len(set(names.values())) == 40
    assert sum(name.isascii() for name in names.values()) >= 10
    assert sum(not name.isascii() for name in names.values()) >= 20
    assert {who.partition(":")[0] for who in names} == {"wechat", "telegram", "discord"}


def test_it_takes_eight_weeks_and_ends_with_its_end(whole: list[Told], end: Micros) -> None:
    times = [when(one) for one in whole]
    assert times == sorted(times)
    began_at = Agenda(end).began_at
    lived = [at for at in times if at >= began_at]
    assert 55 * DAY < end - lived[0] <= 57 * DAY
    assert 0 <= end - lived[-1] < 12 * HOUR
    deeds = sum(isinstance(one, Done) for one in whole)
    assert 60 <= deeds <= 100
    assert 1_500 <= len(lived) - deeds <= 2_500


def test_what_founders_bring_along_is_a_few_events_of_the_year_before(
    told: list[RecordContribution], end: Micros
) -> None:
    began_at = Agenda(end).began_at
    brought = [one for one in told if when(one) < began_at]
    assert {one.imported for one in brought} == {True}
    assert not any(one.imported for one in told if when(one) >= began_at)
    assert 10 <= len(brought) <= 40
    assert when(brought[0]) > began_at - 365 * DAY


def test_stories_and_hosts_are_looked_at_two_days_later_but_those_of_last_night(
    whole: list[Told], end: Micros
) -> None:
    reviewed = {one.of.key: one for one in whole if isinstance(one, Review)}
    waiting = {one.key for one in whole if isinstance(one, RecordContribution) and one.type in REVIEWED}
    assert len(reviewed) >= 10
    left = waiting - reviewed.keys()
    assert {one.subject for one in whole if isinstance(one, RecordContribution) and one.key in left} >= {
        "story-first-loaf"
    }
    assert len(left) <= 6
    for review in reviewed.values():
        assert DAY < review.at - when(review.of) < 2 * DAY + 10 * HOUR
    assert [one.of.subject for one in reviewed.values() if one.declined] == ["story-copied"]


def test_a_scene_of_a_weekday_is_on_that_day(told: list[RecordContribution]) -> None:
    evening = [one for one in told if one.data.get("round") == "evening-1"]
    assert {local_date(when(one), ZONE).weekday() for one in evening} == {5}


def test_a_history_is_cut_into_chapters_that_are_told_after_what_is_in_them(whole: list[Told], end: Micros) -> None:
    began_at = Agenda(end).began_at
    cut = chapters(whole, began_at)
    assert [one for chapter in cut for one in chapter.told] == whole
    times = [chapter.at for chapter in cut]
    assert times == sorted(set(times))
    assert times[0] >= began_at
    assert times[-1] <= end
    assert sum(chapter.sweeps for chapter in cut) in (57, 58), "every morning, and at the end"
    for chapter in cut:
        assert all(when(one) <= chapter.at for one in chapter.told)
        assert all(chapter.at - when(one) < 3 * HOUR for one in chapter.told if when(one) >= began_at)


def test_everything_has_happened_and_every_key_is_its_own(told: list[RecordContribution]) -> None:
    assert {one.type for one in told} == HEARD
    assert len({one.key for one in told}) == len(told)


def test_few_do_most(told: list[RecordContribution]) -> None:
    done = sorted(Counter(str(one.actor) for one in told if one.actor).values(), reverse=True)
    assert sum(done[:4]) > len(told) / 2
    assert 5 <= median(done) <= 30


def test_who_left_or_fell_silent_is_not_heard_again(told: list[RecordContribution], end: Micros) -> None:
    first = Agenda(end).moment(0, "0:00")
    written = [(line.event, line.subject, line.data) for scene in cast().scenes for line in scene.events]
    chosen = [one for one in told if (one.type, one.subject, one.data) not in written]
    for person in cast().people:
        last = max(when(one) for one in chosen if str(one.actor) == person.who)
        silent = min([day for day in (person.quiet, person.leaves) if day is not None], default=None)
        # A payment or thanks that were under way may still arrive, and a message already begun goes on.
        assert silent is None or last < first + (silent + 2) * DAY, person.who


def test_an_answer_is_accepted_by_who_asked_and_nobody_thanks_themselves(told: list[RecordContribution]) -> None:
    authors = {one.subject: one.actor for one in told if one.type.endswith((".posted", ".submitted"))}
    for one in told:
        if one.type == "answer.accepted":
            assert authors[one.data["question"]] == one.actor
        if one.type == "reaction.added":
            assert authors[one.subject] != one.actor


def test_texts_that_people_read_stay_out_of_the_log(told: list[RecordContribution]) -> None:
    for one in told:
        assert not {"title", "excerpt", "display_name"} & one.data.keys()
        if one.type in ("question.posted", "share.posted", "story.submitted"):
            assert one.private["title"]


def test_titles_are_in_the_language_of_who_wrote_them(told: list[RecordContribution]) -> None:
    names = {person.who: person.name for person in cast().people}
    for one in told:
        if "title" in one.private:
            assert one.private["title"].isascii() == names[str(one.actor)].isascii(), one.key


def test_people_sleep(told: list[RecordContribution]) -> None:
    hours = Counter((((one.occurred_at or 0) + 8 * HOUR) % DAY) // HOUR for one in told)
    assert sum(hours[hour] for hour in range(2, 6)) < sum(hours[hour] for hour in range(20, 22))
