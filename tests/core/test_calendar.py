"""Local days, weeks, months and years of an instant, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.calendar import (
    local_date,
    micros,
    moment,
    period_label,
    start_of_day,
    start_of_next_period,
    start_of_week,
)
from ledger.core.values import Micros
from tests.core.play import instant

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
INSTANTS = st.datetimes(datetime(1973, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)).map(micros)  # noqa: DTZ001


@given(INSTANTS)
def test_an_instant_is_read_back_to_the_microsecond(at: Micros) -> None:
    assert micros(moment(at)) == at


@given(INSTANTS, st.sampled_from(ZONES))
def test_the_local_day_is_what_the_zones_clock_shows(at: Micros, zone: str) -> None:
    assert local_date(at, zone) == moment(at).astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2010-11-07T02:29:59Z", date(2010, 11, 6)),
        ("2010-11-07T02:30:30Z", date(2010, 11, 7)),
        ("2010-11-07T02:31:00Z", date(2010, 11, 6)),
        ("2010-11-07T03:29:59Z", date(2010, 11, 6)),
        ("2010-11-07T03:30:00Z", date(2010, 11, 7)),
    ],
)
def test_newfoundlands_clock_went_back_at_a_minute_past_midnight(at: str, day: date) -> None:
    assert local_date(instant(at), "America/St_Johns") == day


@given(st.dates(date(1973, 1, 1), date(2036, 12, 31)), st.sampled_from(ZONES))
def test_a_day_starts_at_its_first_instant(day: date, zone: str) -> None:
    start = start_of_day(day, zone)
    assert local_date(Micros(start - 1), zone) < day
    # A zone may leave a whole day out, as Samoa did; then the next one starts.
    assert local_date(start, zone) >= day


@given(st.dates(), st.integers(0, 6))
def test_a_week_starts_on_its_first_weekday_at_most_six_days_before(day: date, first: int) -> None:
    if day > date(1, 1, 7):
        start = start_of_week(day, first)
        assert start.weekday() == first
        assert timedelta(0) <= day - start < timedelta(days=7)


@given(INSTANTS, st.sampled_from(ZONES), st.sampled_from(["day", "week", "month", "year"]), st.integers(0, 6))
def test_the_next_period_is_another_and_begins_after(at: Micros, zone: str, per: str, first: int) -> None:
    label = period_label(at, per=per, zone=zone, first_weekday=first)
    following = start_of_next_period(at, per=per, zone=zone, first_weekday=first)
    assert following is not None
    assert period_label(following, per=per, zone=zone, first_weekday=first) > label


def test_ever_is_one_period() -> None:
    at = instant("2026-01-05T12:00:00Z")
    assert period_label(at, per="ever", zone="UTC", first_weekday=0) == ""
    assert start_of_next_period(at, per="ever", zone="UTC", first_weekday=0) is None


@pytest.mark.parametrize(
    ("per", "label"), [("day", "2027-01-01"), ("week", "w2026-12-28"), ("month", "2027-01"), ("year", "2027")]
)
def test_labels_are_local(per: str, label: str) -> None:
    at = instant("2026-12-31T10:00:00Z")
    assert period_label(at, per=per, zone="Pacific/Kiritimati", first_weekday=0) == label
