"""When activities happen: rules of recurrence in local time, whatever clocks and calendars do."""

from __future__ import annotations

import time
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from datetime import time as clocktime
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.calendar import micros, moment
from ledger.core.rulebook.grammar import Activity
from ledger.core.values import HOUR, MINUTE, SECOND, Micros
from ledger.service.rulebooks import RulebookFaulty, read
from ledger.service.schedule import last_begun

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
EARLIEST, LATEST = "Etc/GMT+12", "Pacific/Kiritimati"


def activity(rule: str, *, starts: str = "", length: int = HOUR) -> Activity:
    first = date.fromisoformat(starts).toordinal() if starts else 0
    return Activity(id="a", rule=rule, length=length, starts=first)


def instant(text: str, zone: str = "UTC") -> Micros:
    when = datetime.fromisoformat(text)
    return micros(when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone)))


def begun(rule: str, at: str, zone: str = "UTC", *, starts: str = "") -> str | None:
    """Return the last start at or before a local time, in UTC."""
    found = last_begun(activity(rule, starts=starts), zone, instant(at, zone))
    return f"{moment(found.start):%Y-%m-%dT%H:%M:%SZ}" if found else None


@pytest.mark.parametrize(
    ("rule", "at", "start"),
    [
        ("FREQ=DAILY;BYHOUR=8", "2026-01-07T08:00:00", "2026-01-07T08:00:00Z"),
        ("FREQ=DAILY;BYHOUR=8", "2026-01-07T07:59:59.999999", "2026-01-06T08:00:00Z"),
        ("FREQ=DAILY", "2026-01-07T07:00:00", "2026-01-07T00:00:00Z"),
        ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30", "2026-01-07T20:29:00", "2026-01-07T08:30:00Z"),
        ("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30", "2026-01-07T08:29:00", "2026-01-06T20:30:00Z"),
        ("FREQ=WEEKLY;BYDAY=WE;BYHOUR=20", "2026-01-13T12:00:00", "2026-01-07T20:00:00Z"),
        ("FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=21", "2026-01-09T21:00:00", "2026-01-09T21:00:00Z"),
        ("FREQ=WEEKLY", "2026-01-09T21:00:00", "2026-01-05T00:00:00Z"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=18", "2026-02-28T18:00:00", "2026-02-28T18:00:00Z"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=18", "2026-02-28T17:00:00", "2026-01-31T18:00:00Z"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=18", "2028-03-01T00:00:00", "2028-02-29T18:00:00Z"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-05-01T00:00:00", "2026-03-31T00:00:00Z"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9", "2026-02-01T00:00:00", "2026-01-05T09:00:00Z"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-02-01T00:00:00", "2026-01-30T00:00:00Z"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=17", "2026-02-10T00:00:00", "2026-01-30T17:00:00Z"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2027-12-31T00:00:00", "2024-02-29T00:00:00Z"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29T00:00:00", "2028-02-29T00:00:00Z"),
        ("FREQ=YEARLY;BYYEARDAY=100", "2026-12-31T00:00:00", "2026-04-10T00:00:00Z"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2026-12-31T00:00:00", "2026-05-11T00:00:00Z"),
    ],
)
def test_the_last_start_is_found(rule: str, at: str, start: str) -> None:
    assert begun(rule, at) == start


def test_an_occurrence_is_named_by_its_start_and_ends_its_length_later() -> None:
    found = last_begun(
        activity("FREQ=WEEKLY;BYDAY=SA;BYHOUR=20", length=90 * MINUTE),
        "Asia/Shanghai",
        instant("2026-01-10T12:30:00"),
    )
    assert found is not None
    assert (found.activity, found.id) == ("a", "a/2026-01-10T12:00:00Z")
    assert found.end == instant("2026-01-10T13:30:00")


class TestItsBeginning:
    def test_before_the_first_start_there_is_none(self) -> None:
        assert begun("FREQ=DAILY;BYHOUR=8", "2026-01-05T07:59:59", starts="2026-01-05") is None
        assert begun("FREQ=DAILY;BYHOUR=8", "2026-01-05T08:00:00", starts="2026-01-05") == "2026-01-05T08:00:00Z"
        assert begun("FREQ=DAILY;BYHOUR=8", "1999-12-31T00:00:00") is None

    def test_without_one_it_is_the_first_monday_of_2000(self) -> None:
        assert begun("FREQ=DAILY", "2000-01-02T23:59:59") is None
        assert begun("FREQ=DAILY", "2000-01-03T00:00:00") == "2000-01-03T00:00:00Z"

    @pytest.mark.parametrize(
        ("starts", "start"), [("2026-01-05", "05"), ("2026-01-12", "12"), ("2026-01-14", "14")]
    )
    def test_it_settles_every_second_week_from_which(self, starts: str, start: str) -> None:
        rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"
        found = begun(rule, "2026-01-14T00:00:00" if start != "05" else "2026-01-05T00:00:00", starts=starts)
        assert found == f"2026-01-{'14' if start == '12' else start}T00:00:00Z"

    def test_every_second_week_is_every_second(self) -> None:
        rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;BYHOUR=20"
        assert begun(rule, "2026-01-20T00:00:00", starts="2026-01-05") == "2026-01-07T20:00:00Z"
        assert begun(rule, "2026-01-21T20:00:00", starts="2026-01-05") == "2026-01-21T20:00:00Z"

    def test_a_count_ends_it(self) -> None:
        rule = "FREQ=DAILY;COUNT=3;BYHOUR=8"
        assert begun(rule, "2026-06-01T00:00:00", starts="2026-01-05") == "2026-01-07T08:00:00Z"

    @pytest.mark.parametrize(
        ("until", "last"), [("20260107", "07"), ("20260107T080000", "07"), ("20260107T075959", "06")]
    )
    def test_until_ends_it_and_a_day_without_a_time_is_the_whole_day(self, until: str, last: str) -> None:
        rule = f"FREQ=DAILY;BYHOUR=8;UNTIL={until}"
        assert begun(rule, "2026-06-01T00:00:00", starts="2026-01-05") == f"2026-01-{last}T08:00:00Z"


class TestClocks:
    @pytest.mark.parametrize(
        ("zone", "rule", "at", "start"),
        [
            # spring: the clocks of Berlin skip 02:00 to 03:00 on 2026-03-29
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-03-29T03:30:00+02:00", "2026-03-29T01:30:00Z"),
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-03-29T03:29:59+02:00", "2026-03-28T01:30:00Z"),
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-03-30T02:30:00+02:00", "2026-03-30T00:30:00Z"),
            # autumn: they show 02:00 to 03:00 twice on 2026-10-25
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z"),
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-10-25T02:29:59+02:00", "2026-10-24T00:30:00Z"),
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-10-25T02:10:00+01:00", "2026-10-25T00:30:00Z"),
            (BERLIN, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-10-26T02:30:00+01:00", "2026-10-26T01:30:00Z"),
            # New York: spring on 2026-03-08, autumn on 2026-11-01
            (NEW_YORK, "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2", "2026-03-08T03:00:00-04:00", "2026-03-08T07:00:00Z"),
            (NEW_YORK, "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2", "2026-03-08T01:59:59-05:00", "2026-03-01T07:00:00Z"),
            (NEW_YORK, "FREQ=WEEKLY;BYDAY=SU;BYHOUR=1", "2026-11-01T01:59:59-05:00", "2026-11-01T05:00:00Z"),
            (NEW_YORK, "FREQ=DAILY;BYHOUR=20", "2026-03-07T20:00:00-05:00", "2026-03-08T01:00:00Z"),
            (NEW_YORK, "FREQ=DAILY;BYHOUR=20", "2026-03-08T20:00:00-04:00", "2026-03-09T00:00:00Z"),
            # the first and the last zone of a day
            (LATEST, "FREQ=WEEKLY;BYDAY=WE;BYHOUR=0", "2026-01-06T10:00:00+00:00", "2026-01-06T10:00:00Z"),
            (LATEST, "FREQ=WEEKLY;BYDAY=WE;BYHOUR=0", "2026-01-06T09:59:59+00:00", "2025-12-30T10:00:00Z"),
            (EARLIEST, "FREQ=WEEKLY;BYDAY=WE;BYHOUR=23", "2026-01-08T11:00:00+00:00", "2026-01-08T11:00:00Z"),
            (EARLIEST, "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-02-28T12:00:00+00:00", "2026-02-28T12:00:00Z"),
            (EARLIEST, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29T11:59:59+00:00", "2024-02-29T12:00:00Z"),
            (LATEST, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-28T10:00:00+00:00", "2028-02-28T10:00:00Z"),
            # Samoa had no 2011-12-30: what should have begun then began a day later, after that day's own
            ("Pacific/Apia", "FREQ=DAILY;BYHOUR=8,20", "2011-12-31T20:00:00+14:00", "2011-12-31T06:00:00Z"),
            ("Pacific/Apia", "FREQ=DAILY;BYHOUR=20;COUNT=2", "2011-12-31T19:00:00+14:00", "2011-12-30T06:00:00Z"),
            # Beirut's clocks went back from midnight
            ("Asia/Beirut", "FREQ=DAILY;BYHOUR=0", "2021-10-31T00:00:00+02:00", "2021-10-30T22:00:00Z"),
            (
                "Asia/Beirut",
                "FREQ=DAILY;BYHOUR=23;BYMINUTE=30",
                "2021-10-30T23:30:00+02:00",
                "2021-10-30T20:30:00Z",
            ),
        ],
    )
    def test_a_start_is_in_local_time(self, zone: str, rule: str, at: str, start: str) -> None:
        starts = "2011-12-29" if "COUNT" in rule else ""
        assert begun(rule, at, zone, starts=starts) == start

    def test_a_length_is_in_real_time(self) -> None:
        found = last_begun(
            activity("FREQ=DAILY;BYHOUR=1", length=3 * HOUR), BERLIN, instant("2026-03-29T05:00:00", BERLIN)
        )
        assert found is not None
        assert moment(found.end).astimezone(ZoneInfo(BERLIN)).hour == 5

    def test_a_start_that_moved_past_a_later_one_comes_after_it(self) -> None:
        rule = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2,3;BYMINUTE=15"
        assert begun(rule, "2026-03-29T03:15:00+02:00", BERLIN) == "2026-03-29T01:15:00Z"
        late = "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=29;BYHOUR=2,3;BYMINUTE=0,45;BYSETPOS=2,3"
        assert begun(late, "2026-12-31T12:00:00", BERLIN) == "2026-03-29T01:45:00Z"


FAULTY = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY",
    "FREQ=HOURLY;BYDAY=WE",
    "FREQ=daily",
    "FREQ=DAILY;BYHOUR=24",
    "FREQ=DAILY;BYHOUR=",
    "FREQ=DAILY;BYHOUR",
    "FREQ=DAILY;",
    "FREQ=DAILY;BYHOUR=8;BYHOUR=9",
    "FREQ=DAILY;BYEASTER=0",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=1,2",
    "FREQ=DAILY;COUNT=0",
    "FREQ=DAILY;COUNT=3;UNTIL=20300101",
    "FREQ=DAILY;UNTIL=20260230",
    "FREQ=DAILY;UNTIL=20260101T000000Z",
    "FREQ=DAILY;BYMONTHDAY=0",
    "FREQ=DAILY;BYSETPOS=0;BYHOUR=1",
    "FREQ=DAILY;BYDAY=2MO",
    "FREQ=MONTHLY;BYDAY=0MO",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYDAY=MO;WKST=SUN",
    "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40",
    "FREQ=DAILY;DTSTART=20260101",
    # these never come
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
    "FREQ=DAILY;UNTIL=19991231",
]


@pytest.mark.parametrize("rule", FAULTY)
def test_a_rule_that_is_none_is_a_fault_of_the_rulebook(rule: str) -> None:
    text = f"preset: x\nactivities:\n- {{id: fine, at: FREQ=DAILY, for: 1h}}\n- {{id: a, at: '{rule}', for: 1h}}\n"
    with pytest.raises(RulebookFaulty) as caught:
        read(text)
    (fault,) = caught.value.faults
    assert (fault.code, fault.line, fault.path) == ("WRONG_VALUE", 4, "activities[1].at")
    assert fault.expected.startswith("expected ")


def test_its_faults_are_named_together_with_the_others() -> None:
    text = "units: {p: {scale: 9}}\nactivities:\n- {id: a, at: FREQ=HOURLY, for: 1h}\ntiers: []\n"
    with pytest.raises(RulebookFaulty) as caught:
        read(text)
    assert [fault.path for fault in caught.value.faults] == ["units.p.scale", "activities[0].at", "tiers"]


def test_many_rules_that_never_come_are_soon_refused() -> None:
    rules = "".join(
        f"- {{id: a{n}, at: FREQ=DAILY;BYMONTH=2;BYMONTHDAY={30 + n % 2};INTERVAL={n + 1}, for: 1h}}\n"
        for n in range(60)
    )
    begin = time.monotonic()
    with pytest.raises(RulebookFaulty):
        read(f"activities:\n{rules}")
    assert time.monotonic() - begin < 20


def test_a_day_of_the_hot_path_is_quick() -> None:
    """Thousands a second, on a day that was asked for before; the limit is far above what it takes."""
    one, at = activity("FREQ=DAILY;BYHOUR=8"), instant("2026-01-07T12:00:00", BERLIN)
    last_begun(one, BERLIN, at)
    begin = time.monotonic()
    for number in range(20_000):
        last_begun(one, BERLIN, Micros(at + number * SECOND))
    assert time.monotonic() - begin < 2


# A plain reading of rules, day by day

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def plain(parts: dict[str, str], first: date, until: datetime) -> list[datetime]:
    """Return every local start up to a time, by looking at every day."""
    hours = sorted(int(hour) for hour in parts.get("BYHOUR", "0").split(","))
    found = []
    day = first
    while datetime.combine(day, clocktime()) <= until:
        if _on(parts, first, day):
            found += [datetime.combine(day, clocktime(hour)) for hour in hours]
        day += timedelta(days=1)
    if "COUNT" in parts:
        found = found[: int(parts["COUNT"])]
    return list(takewhile(lambda start: start <= until, found))


def _on(parts: dict[str, str], first: date, day: date) -> bool:
    interval = int(parts.get("INTERVAL", "1"))
    weekday = DAYS[day.weekday()]
    match parts["FREQ"]:
        case "DAILY":
            return (day - first).days % interval == 0 and weekday in parts.get("BYDAY", ",".join(DAYS))
        case "WEEKLY":
            weeks = (day - timedelta(days=day.weekday()) - (first - timedelta(days=first.weekday()))).days // 7
            return weeks % interval == 0 and weekday in parts.get("BYDAY", DAYS[first.weekday()])
        case _:
            months = (day.year - first.year) * 12 + day.month - first.month
            length = monthrange(day.year, day.month)[1]
            named = [int(one) for one in parts["BYMONTHDAY"].split(",")]
            return months % interval == 0 and (day.day in named or day.day - length - 1 in named)


hours = st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True).map(lambda h: ",".join(map(str, h)))
weekdays = st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(",".join)
month_days = st.lists(st.sampled_from([*range(1, 32), *range(-31, 0)]), min_size=1, max_size=4, unique=True)
rules = st.one_of(
    st.fixed_dictionaries({"FREQ": st.just("DAILY")}, optional={"BYDAY": weekdays}),
    st.fixed_dictionaries({"FREQ": st.just("WEEKLY")}, optional={"BYDAY": weekdays}),
    st.fixed_dictionaries(
        {"FREQ": st.just("MONTHLY"), "BYMONTHDAY": month_days.map(lambda days: ",".join(map(str, days)))}
    ),
)
more = st.fixed_dictionaries(
    {}, optional={"INTERVAL": st.integers(1, 5).map(str), "COUNT": st.integers(1, 30).map(str), "BYHOUR": hours}
)
zones = st.sampled_from(["UTC", BERLIN, NEW_YORK, EARLIEST, LATEST, "Australia/Lord_Howe", "Asia/Shanghai"])
days = st.dates(date(2023, 6, 1), date(2025, 12, 31))


@given(
    parts=st.builds(lambda a, b: {**a, **b}, rules, more),
    zone=zones,
    first=days,
    asked=st.integers(0, 400 * 24 * 60),
)
def test_it_is_as_a_plain_reading_of_every_day_says(
    parts: dict[str, str], zone: str, first: date, asked: int
) -> None:
    rule = ";".join(f"{key}={value}" for key, value in parts.items())
    at = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(minutes=asked)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    clock = ZoneInfo(zone)
    starts = [
        start.replace(tzinfo=clock).astimezone(UTC) for start in plain(parts, first, local + timedelta(days=2))
    ]
    expected = max((start for start in starts if start <= at), default=None)
    found = last_begun(activity(rule, starts=first.isoformat()), zone, micros(at))
    assert (moment(found.start) if found else None) == expected


@given(zone=zones, first=days)
def test_starts_never_go_back(zone: str, first: date) -> None:
    one = activity("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30", starts=first.isoformat())
    at = instant(first.isoformat(), zone)
    found = [last_begun(one, zone, Micros(at + number * 10 * MINUTE)) for number in range(400)]
    starts = [each.start for each in found if each is not None]
    assert all(before <= after for before, after in pairwise(starts))
