"""Working hours hold on every day, those on which the clock changes too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.hours import WorkingHours, country_of, day_of, holidays_of, instant_of, local_day
from dialogs.scheduling.intervals import Interval

BERLIN, LISBON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Lisbon")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # in Berlin: 02:00 to 03:00, and 03:00 to 02:00
MINUTE = timedelta(minutes=1)

# Zones that change by an hour, by half an hour, at midnight, southward, twice in Ramadan, and never.
ODD_ZONES = [
    *("Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut"),
    *("Australia/Lord_Howe", "America/Nuuk", "Africa/Casablanca", "Pacific/Chatham", "Asia/Kathmandu", "Europe/Dublin"),
]


def changes(zone: ZoneInfo) -> list[datetime]:
    """Half days in which the clock changes, found by walking."""
    walk = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=12 * step) for step in range(3 * 365 * 2)]
    return [
        each
        for each, after in pairwise(walk)
        if each.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]


CHANGES = [(ZoneInfo(name), day) for name in ODD_ZONES for day in changes(ZoneInfo(name))]
HOURS = ["00:00-24:00", "00:30-02:30", "01:15-02:45,03:00-23:30", "09:00-18:00", "02:00-03:00,22:00-24:00"]


def spell(instant: datetime, zone: ZoneInfo = BERLIN) -> str:
    return f"{instant.astimezone(zone):%H:%M%z}"


@pytest.mark.parametrize(("zone", "around"), CHANGES[::5], ids=lambda each: str(each)[:10])
@pytest.mark.parametrize("text", HOURS)
def test_open_is_every_minute_at_which_the_clock_on_the_wall_says_so(
    zone: ZoneInfo, around: datetime, text: str
) -> None:
    hours = WorkingHours.parse(text, "Mon-Sat", zone=zone)
    between = Interval(around - timedelta(hours=30), around + timedelta(hours=42))
    opened = hours.open(between)
    instant = between.start
    while instant < between.end:
        local = instant.astimezone(zone)
        expected = local.weekday() < 6 and any(
            start <= local.time() and (local.time() < end or end == time(0)) for start, end in hours.spans
        )
        assert any(each.start <= instant < each.end for each in opened) == expected, local
        instant += 15 * MINUTE


def test_hours_the_clock_skips_are_not_there_and_hours_it_shows_twice_are_there_twice() -> None:
    night = WorkingHours.parse("02:00-04:00", "Sun", zone=BERLIN)
    assert [spell(each.start) for each in night.open(day_of(SPRING, BERLIN))] == ["03:00+0200"]
    (autumn,) = night.open(day_of(AUTUMN, BERLIN))
    assert (spell(autumn.start), autumn.length) == ("02:00+0200", timedelta(hours=3))


def test_a_split_day_keeps_its_lunch() -> None:
    hours = WorkingHours.parse("09:00-12:00,13:00-18:00", zone=LISBON)
    monday = hours.open(day_of(date(2026, 3, 2), LISBON))
    assert [(spell(each.start, LISBON), spell(each.end, LISBON)) for each in monday] == [
        ("09:00+0000", "12:00+0000"),
        ("13:00+0000", "18:00+0000"),
    ]


def test_nobody_works_on_a_holiday_or_on_a_day_off() -> None:
    hours = WorkingHours.parse("09:00-18:00", "Mon,Wed-Fri", zone=LISBON)
    week = Interval(datetime(2026, 4, 20, tzinfo=LISBON), datetime(2026, 4, 27, tzinfo=LISBON))
    worked = hours.open(week, holidays={date(2026, 4, 23)})
    assert [each.start.astimezone(LISBON).strftime("%a") for each in worked] == ["Mon", "Wed", "Fri"]


def test_hours_are_clipped_to_what_is_asked() -> None:
    hours = WorkingHours.parse("09:00-18:00", zone=LISBON)
    asked = Interval(datetime(2026, 3, 2, 10, 7, tzinfo=LISBON), datetime(2026, 3, 2, 11, tzinfo=LISBON))
    assert hours.open(asked) == (asked,)


@pytest.mark.parametrize(
    ("text", "days", "complaint"),
    [
        ("nine to five", "Mon-Fri", "'nine to five' is not a stretch of hours"),
        ("", "Mon-Fri", "not a stretch of hours"),
        ("09:00-25:00", "Mon-Fri", "a time no clock shows"),
        ("09:61-18:00", "Mon-Fri", "a time no clock shows"),
        ("18:00-09:00", "Mon-Fri", "end before they start"),
        ("09:00-09:00", "Mon-Fri", "end before they start"),
        ("13:00-18:00,09:00-12:00", "Mon-Fri", "run into each other"),
        ("09:00-24:00,01:00-02:00", "Mon-Fri", "run into each other"),
        ("09:00-18:00", "Mon-Fry", "'Fry' in 'Mon-Fry' is not a day"),
        ("09:00-18:00", "", "is not a day"),
        ("09:00-18:00", "Mon,", "is not a day"),
    ],
)
def test_what_is_written_wrong_is_said_in_plain_words(text: str, days: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        WorkingHours.parse(text, days, zone=LISBON)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("mon, wed – fri", {0, 2, 3, 4}),
        ("Sat-Mon", {5, 6, 0}),
        ("Tuesday", {1}),
        ("Sun-Sat", {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_days_are_read_the_way_people_write_them(days: str, expected: set[int]) -> None:
    assert WorkingHours.parse("9-18", days, zone=LISBON).days == expected


zones_and_instants = st.tuples(
    st.sampled_from([ZoneInfo(name) for name in ODD_ZONES]),
    st.datetimes(datetime(2025, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
) | st.builds(
    lambda change, minutes: (change[0], change[1] + timedelta(minutes=minutes)),
    st.sampled_from(CHANGES),
    st.integers(-1500, 2300),
)


@given(zones_and_instants)
@settings(deadline=None)
def test_a_local_day_holds_exactly_the_instants_of_its_date(given_: tuple[ZoneInfo, datetime]) -> None:
    zone, instant = given_
    day = local_day(instant, zone)
    assert day.start <= instant < day.end
    own = instant.astimezone(zone).date()
    assert day.start.astimezone(zone).date() == own
    assert (day.end - MINUTE).astimezone(zone).date() == own
    assert (day.start - MINUTE).astimezone(zone).date() == own - timedelta(days=1)
    assert day.end.astimezone(zone).date() == own + timedelta(days=1)


def test_days_have_23_24_and_25_hours() -> None:
    lengths = [day_of(day, BERLIN).length / timedelta(hours=1) for day in (SPRING, date(2026, 6, 1), AUTUMN)]
    assert lengths == [23, 24, 25]


@given(zones_and_instants, st.times().map(lambda t: t.replace(second=0, microsecond=0)))
@settings(deadline=None)
def test_an_instant_of_a_day_is_the_first_at_which_the_clock_has_come_so_far(
    given_: tuple[ZoneInfo, datetime], clock: time
) -> None:
    zone, around = given_
    day = around.astimezone(zone).date()
    instant = instant_of(day, clock, zone)
    assert instant.astimezone(zone).replace(tzinfo=None) >= datetime.combine(day, clock)
    assert (instant - MINUTE).astimezone(zone).replace(tzinfo=None) < datetime.combine(day, clock)


def test_a_clock_time_that_is_skipped_means_the_jump() -> None:
    assert spell(instant_of(SPRING, time(2, 30), BERLIN)) == "03:00+0200"


def test_a_day_the_calendar_skipped_is_no_day() -> None:
    with pytest.raises(ValueError, match="skips it"):
        day_of(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))


def test_holidays_are_the_countrys_own() -> None:
    assert date(2026, 4, 25) in holidays_of("PT", [2026])
    assert date(2026, 4, 25) not in holidays_of("de", [2026])
    assert {day.year for day in holidays_of("PT", range(2026, 2028))} == {2026, 2027}


@pytest.mark.parametrize("country", [None, "", "XX", "Atlantis"])
def test_of_an_unknown_country_no_holidays_are_known(country: str | None) -> None:
    assert holidays_of(country, [2026]) == frozenset()


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Lisbon", "PT"),
        ("Asia/Kolkata", "IN"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kyiv", "UA"),
        ("US/Pacific", "US"),
        ("UTC", None),
        ("CET", None),
        ("Etc/GMT+1", None),
        ("Nowhere/Special", None),
    ],
)
def test_a_zone_tells_its_country_if_it_has_one(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


def test_a_region_has_holidays_of_its_own_and_so_has_the_firm() -> None:
    epiphany, party = date(2026, 1, 6), date(2026, 7, 1)
    assert epiphany in holidays_of("DE", [2026], "BY")
    assert epiphany in holidays_of("de", [2026], "DE-by")
    assert epiphany not in holidays_of("DE", [2026], "BE")
    assert holidays_of("DE", [2026], "Nowhere") == holidays_of("DE", [2026])
    assert party in holidays_of("DE", [2026], "BY", own=[party])
    assert holidays_of(None, [2026], own=[party]) == holidays_of("XX", [2026], own=[party]) == {party}
