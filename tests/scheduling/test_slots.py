"""Which starts fit, and which few of them people are offered."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval, covers
from dialogs.scheduling.slots import fitting, sensible, spread, starts

LISBON, BERLIN, KATHMANDU = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes by half an hour


def at(words: str, zone: ZoneInfo = LISBON) -> datetime:
    """ "3 10:00" is 3 March 2026, 10:00."""
    day, clock = words.split()
    return datetime.combine(datetime(2026, 3, 1) + timedelta(days=int(day) - 1), time.fromisoformat(clock), zone)  # noqa: DTZ001


def window(start: str, end: str, zone: ZoneInfo = LISBON) -> Interval:
    return Interval(at(start, zone), at(end, zone))


def spell(instants: object, zone: ZoneInfo = LISBON) -> list[str]:
    assert isinstance(instants, list | tuple)
    return [f"{each.astimezone(zone):%-d %H:%M}" for each in instants]


def span(windows: tuple[Interval, ...], zone: ZoneInfo = LISBON) -> list[str]:
    return [f"{each.start.astimezone(zone):%-d %H:%M} – {each.end.astimezone(zone):%-d %H:%M}" for each in windows]


# Starts that fit


def test_starts_lie_on_the_hour_and_the_half_hour_of_the_local_clock() -> None:
    assert spell(starts([window("3 09:50", "3 12:00")], 45, zone=LISBON)) == ["3 10:00", "3 10:30", "3 11:00"]
    kathmandu = starts([window("3 09:50", "3 11:30", KATHMANDU)], 45, zone=KATHMANDU)
    assert spell(kathmandu, KATHMANDU) == ["3 10:00", "3 10:30"]
    assert {each.minute for each in kathmandu} == {15, 45}  # in UTC they are not


def test_an_exactly_fitting_window_is_never_lost() -> None:
    assert spell(starts([window("3 10:15", "3 11:00")], 45, zone=LISBON)) == ["3 10:15"]
    assert spell(starts([window("3 10:07", "3 10:52")], 45, zone=LISBON)) == ["3 10:07"]


def test_a_window_from_a_quarter_past_gives_its_own_start_besides_the_grid() -> None:
    assert spell(starts([window("3 10:15", "3 11:30")], 45, zone=LISBON)) == ["3 10:15", "3 10:30"]


def test_where_we_cut_a_window_nobody_named_a_start() -> None:
    afternoon = [window("3 12:15", "3 14:00")]
    assert spell(starts(afternoon, 45, zone=LISBON, cut=at("3 12:15"))) == ["3 12:30", "3 13:00"]
    assert starts([window("3 12:15", "3 13:00")], 45, zone=LISBON, cut=at("3 12:15")) == []
    assert spell(starts(afternoon, 45, zone=LISBON, cut=at("3 09:15"))) == ["3 12:15", "3 12:30", "3 13:00"]


def test_nobody_is_offered_seven_past_where_a_round_time_fits() -> None:
    assert spell(starts([window("3 10:07", "3 11:30")], 45, zone=LISBON)) == ["3 10:30"]


def test_what_is_too_short_gives_nothing_and_touching_windows_count_as_one() -> None:
    assert starts([window("3 10:00", "3 10:44")], 45, zone=LISBON) == []
    assert spell(starts([window("3 10:00", "3 10:30"), window("3 10:30", "3 11:00")], 60, zone=LISBON)) == ["3 10:00"]


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 300)), max_size=5),
    st.sampled_from([15, 30, 45, 60, 90]),
    st.sampled_from([15, 30, 60]),
    st.sampled_from([LISBON, BERLIN, KATHMANDU, LORD_HOWE]),
    st.sampled_from(
        [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)]
    ),
)
@settings(deadline=None)
def test_a_meeting_fits_wherever_it_is_offered_and_nothing_on_the_grid_is_missed(
    parts: list[tuple[int, int]], minutes: int, step: int, zone: ZoneInfo, origin: datetime
) -> None:
    free = [Interval.lasting(origin + timedelta(minutes=begin), length) for begin, length in parts]
    found = starts(free, minutes, zone=zone, step=step)
    assert found == sorted(set(found))
    assert all(covers(free, Interval.lasting(each, minutes)) for each in found)
    for offset in range(0, 5400, 15):
        instant = origin + timedelta(minutes=offset)
        local = instant.astimezone(zone)
        if (local.hour * 60 + local.minute) % step == 0 and covers(free, Interval.lasting(instant, minutes)):
            assert instant in found, local


def test_fitting_needs_both_sides() -> None:
    free, wanted = [window("3 09:00", "3 11:00")], [window("3 10:00", "3 12:00"), window("4 10:00", "4 12:00")]
    assert spell(fitting(free, wanted, 45, zone=LISBON)) == ["3 10:00"]


# The few that are offered


def offered(
    *windows: tuple[str, str], count: int = 3, minutes: int = 45, preferred: tuple[Interval, ...] = ()
) -> list[str]:
    candidates = starts([window(*each) for each in windows], minutes, zone=LISBON)
    return spell(spread(candidates, count, LISBON, minutes=minutes, preferred=preferred))


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([("3 10:00", "3 12:00"), ("4 15:00", "4 20:00")], ["3 10:00", "4 15:00", "4 16:00"]),
        ([(f"{day} 09:30", f"{day} 18:00") for day in (2, 3, 4, 5)], ["2 09:30", "3 09:30", "4 09:30"]),
        ([("3 10:00", "3 18:00")], ["3 10:00", "3 11:00", "3 12:00"]),
        ([("3 10:30", "3 18:00")], ["3 10:30", "3 12:00", "3 13:00"]),
        ([("3 10:00", "3 12:00"), ("4 15:00", "4 15:45")], ["3 10:00", "3 11:00", "4 15:00"]),
        ([("3 10:00", "3 12:00"), ("4 15:00", "4 16:15")], ["3 10:00", "3 11:00", "4 15:00"]),
        ([("3 10:00", "3 10:45"), ("4 15:00", "4 16:15")], ["3 10:00", "4 15:00", "4 15:30"]),
        ([("3 10:00", "3 11:30")], ["3 10:00", "3 10:30"]),
        ([("3 10:00", "3 10:45")], ["3 10:00"]),
        ([], []),
    ],
    ids=[
        "two days",
        "many days",
        "one day",
        "window start wins",
        "last is full",
        "rather apart",
        "overlapping",
        "two",
        "one",
        "none",
    ],
)
def test_offers_are_spread_over_the_days(windows: list[tuple[str, str]], expected: list[str]) -> None:
    assert offered(*windows) == expected


def test_with_two_days_the_second_offer_is_the_earliest_of_the_second_day() -> None:
    assert offered(("3 10:00", "3 18:00"), ("5 09:00", "5 18:00"))[1] == "5 09:00"


def test_a_long_meeting_is_offered_without_overlap_before_the_full_hour_counts() -> None:
    assert offered(("3 10:00", "3 15:30"), minutes=90) == ["3 10:00", "3 12:00", "3 14:00"]


def test_preferred_times_come_first() -> None:
    days = [(f"{day} 09:00", f"{day} 18:00") for day in (2, 3, 4)]
    assert offered(*days, preferred=(window("4 14:00", "4 18:00"),)) == ["4 14:00", "4 15:00", "4 16:00"]


def test_where_preferred_times_do_not_fill_the_others_follow() -> None:
    days = [(f"{day} 09:00", f"{day} 18:00") for day in (2, 3, 4)]
    assert offered(*days, preferred=(window("4 17:00", "4 18:00"),)) == ["2 09:00", "3 09:00", "4 17:00"]


@given(
    st.lists(
        st.integers(0, 400).map(lambda n: datetime(2026, 3, 27, tzinfo=UTC) + timedelta(minutes=15 * n)), max_size=40
    ),
    st.integers(1, 5),
    st.sampled_from([30, 45, 60, 90]),
)
@settings(deadline=None)
def test_as_many_as_there_are_in_order_and_on_as_many_days_as_can_be(
    candidates: list[datetime], count: int, minutes: int
) -> None:
    picked = spread(candidates, count, BERLIN, minutes=minutes)
    assert len(picked) == min(count, len(set(candidates)))
    assert list(picked) == sorted(set(picked))
    assert set(picked) <= set(candidates)
    assert picked == spread(list(reversed(candidates)), count, BERLIN, minutes=minutes)


# Words with an open end


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("3 15:00", "4 00:00"), ["3 15:00 – 3 20:00"]),  # "Tuesday after 3 pm"
        (("3 00:00", "3 12:00"), ["3 08:00 – 3 12:00"]),  # "Tuesday before noon"
        (("3 00:00", "4 00:00"), ["3 08:00 – 3 20:00"]),  # "Tuesday"
        (("3 21:00", "3 22:00"), ["3 21:00 – 3 22:00"]),  # "Tuesday 9 to 10 pm"
        (("3 21:00", "4 00:00"), ["3 21:00 – 4 00:00"]),  # "Tuesday after 9 pm"
        (("3 00:00", "3 07:00"), ["3 00:00 – 3 07:00"]),  # "Tuesday before 7"
        (("3 19:30", "4 00:00"), ["3 19:30 – 3 20:30"]),  # "after half past seven": an hour, not half of one
        (("3 00:00", "3 08:30"), ["3 07:30 – 3 08:30"]),  # "before half past eight"
        (("3 07:00", "3 21:00"), ["3 07:00 – 3 21:00"]),  # "from 7 to 9 pm"
        (("3 15:00", "5 12:00"), ["3 15:00 – 3 20:00", "4 08:00 – 4 20:00", "5 08:00 – 5 12:00"]),
        (("6 00:00", "10 00:00"), [f"{day} 08:00 – {day} 20:00" for day in (6, 7, 8, 9)]),
    ],
)
def test_open_ends_keep_to_sensible_hours_and_odd_hours_that_were_named_stay(
    said: tuple[str, str], meant: list[str]
) -> None:
    assert span(sensible([window(*said)], LISBON)) == meant


def test_a_stretch_of_days_can_leave_out_its_weekend_but_this_weekend_means_the_weekend() -> None:
    friday_to_monday, weekend = window("6 00:00", "10 00:00"), window("7 00:00", "9 00:00")
    assert span(sensible([friday_to_monday], LISBON, weekends=False)) == ["6 08:00 – 6 20:00", "9 08:00 – 9 20:00"]
    assert span(sensible([weekend], LISBON, weekends=False)) == ["7 08:00 – 7 20:00", "8 08:00 – 8 20:00"]


def test_sensible_hours_are_those_of_the_speaker_on_the_day_the_clock_changes_too() -> None:
    sunday = Interval(datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN))
    assert span(sensible([sunday], BERLIN), BERLIN) == ["29 08:00 – 29 20:00"]


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 300)), max_size=4),
    st.booleans(),
    st.sampled_from([LISBON, BERLIN, LORD_HOWE]),
)
@settings(deadline=None)
def test_sensible_hours_never_go_beyond_what_was_said(
    parts: list[tuple[int, int]], weekends: bool, zone: ZoneInfo
) -> None:
    origin = datetime(2026, 3, 27, tzinfo=UTC)
    said = [Interval.lasting(origin + timedelta(minutes=15 * begin), 15 * length) for begin, length in parts]
    kept = sensible(said, zone, weekends=weekends)
    assert all(covers(said, each) for each in kept)
    assert all(any(part.meets(each) for each in kept) for part in said)
