"""What is painted is what is sent: half hours in, stretches out, on every week of the year and in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doors.pages.several import DoNotFit, back_to_back, days_ahead
from bot.doors.pages.week import Week, as_kept, begins, monday, stretches, week
from dialogs.scheduling.intervals import Interval, intersection

LISBON = ZoneInfo("Europe/Lisbon")
ZONES = [ZoneInfo(name) for name in ("Europe/Lisbon", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe")]
MONDAY = date(2026, 3, 2)
YEARS = Interval(datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
MONDAYS = st.integers(0, 51).map(lambda number: date(2025, 12, 29) + timedelta(weeks=number))


def open_cells(of: Week) -> list[str]:
    return [cell.value for row in of.rows for cell in row.cells if cell and cell.kind == "open"]


def marked(of: Week) -> list[str]:
    return [cell.value for row in of.rows for cell in row.cells if cell and cell.marked]


@given(first=MONDAYS, zone=st.sampled_from(ZONES), data=st.data())
def test_what_is_painted_is_shown_painted(first: date, zone: ZoneInfo, data: st.DataObject) -> None:
    empty = week(first, zone, (), (), YEARS)
    painted = data.draw(st.lists(st.sampled_from(open_cells(empty)), unique=True, max_size=40))
    again = week(first, zone, stretches(painted), (), YEARS)
    assert sorted(marked(again)) == sorted(painted)
    assert again.elsewhere == ()


@given(first=MONDAYS, zone=st.sampled_from(ZONES))
def test_no_half_hour_is_shown_twice_and_each_has_the_clock_of_its_row(first: date, zone: ZoneInfo) -> None:
    shown = week(first, zone, (), (), YEARS)
    values = [cell.value for row in shown.rows for cell in row.cells if cell]
    assert len(values) == len({*values})
    for row in shown.rows:
        for day, cell in zip(shown.days, row.cells, strict=True):
            assert cell is None or cell.start.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, row.clock)


@given(
    halves=st.lists(st.tuples(st.integers(0, 27 * 48), st.integers(1, 20)), min_size=1, max_size=8),
    first=st.integers(0, 3).map(lambda number: MONDAY + timedelta(weeks=number)),
)
def test_nothing_is_lost_over_several_weeks(halves: list[tuple[int, int]], first: date) -> None:
    """What is not on the grid that is shown is kept beside it."""
    base = datetime(2026, 3, 2, tzinfo=UTC)
    before = stretches([], [as_kept(_stretch(base, 30, start, length)) for start, length in halves])
    shown = week(first, LISBON, before, (), YEARS)
    assert stretches(marked(shown), [as_kept(each) for each in shown.elsewhere]) == before


def _stretch(base: datetime, unit: int, start: int, length: int) -> Interval:
    begin = base + timedelta(minutes=unit * start)
    return Interval(begin, begin + timedelta(minutes=unit * length))


def test_an_hour_the_clocks_skip_is_not_offered() -> None:
    night = Interval(datetime(2026, 3, 29, 0, tzinfo=LISBON), datetime(2026, 3, 29, 8, tzinfo=LISBON))
    shown = week(date(2026, 3, 23), LISBON, (night,), (), YEARS)
    one = next(row for row in shown.rows if row.clock == time(1))
    assert one.cells[-1] is None, "on Sunday there is no one o'clock"
    assert all(one.cells[:-1])


def test_what_is_past_or_taken_cannot_be_painted() -> None:
    ten, twelve = (datetime(2026, 3, 4, hour, tzinfo=LISBON) for hour in (10, 12))
    shown = week(MONDAY, LISBON, (), (Interval(ten, twelve),), Interval(ten, YEARS.end))
    kinds = {row.clock: row.cells[2].kind for row in shown.rows if row.cells[2]}
    assert (kinds[time(9, 30)], kinds[time(10)], kinds[time(11, 30)], kinds[time(12)]) == (
        *("past", "taken", "taken", "open"),
    )


@pytest.mark.parametrize("values", [["1e9"], ["-5"], [""], ["٣"], ["9" * 40], ["12-"]])
def test_what_is_no_half_hour_is_refused(values: list[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        stretches(values)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("2026-03-11", date(2026, 3, 9)), ("1999-01-01", MONDAY), ("2099-01-01", date(2026, 3, 30)), ("soon", MONDAY)],
)
def test_a_week_somebody_asks_for_is_one_that_may_be_painted(asked: str, found: date) -> None:
    ahead = Interval(datetime(2026, 3, 2, 11, tzinfo=UTC), datetime(2026, 3, 30, 11, tzinfo=UTC))
    assert begins(asked, LISBON, ahead) == found == monday(found)


@pytest.mark.parametrize(
    ("day", "hour", "found"),
    [(6, 19, date(2026, 3, 2)), (6, 20, date(2026, 3, 9)), (7, 9, date(2026, 3, 9)), (5, 23, date(2026, 3, 2))],
)
def test_nobody_is_shown_a_working_week_that_is_over(day: int, hour: int, found: date) -> None:
    now = datetime(2026, 3, day, hour, 15, tzinfo=LISBON)
    assert begins("", LISBON, Interval(now, YEARS.end)) == found


@pytest.mark.parametrize(("hour", "found"), [(9, date(2026, 3, 6)), (19, date(2026, 3, 6)), (20, date(2026, 3, 9))])
def test_a_day_on_which_nobody_can_begin_any_more_is_not_offered(hour: int, found: date) -> None:
    assert days_ahead(datetime(2026, 3, 6, hour, tzinfo=LISBON), LISBON)[0] == found


@given(
    minutes=st.lists(st.sampled_from([15, 30, 45, 60]), min_size=1, max_size=5),
    pause=st.sampled_from([0, 5, 15]),
    busy=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=4),
)
def test_back_to_back_means_in_order_apart_and_never_on_what_is_taken(
    minutes: list[int], pause: int, busy: list[tuple[int, int]]
) -> None:
    base = datetime(2026, 3, 4, 10, tzinfo=UTC)
    taken = [_stretch(base, 15, start, length) for start, length in busy]
    slots = back_to_back(base, minutes, pause, [taken] * len(minutes), base + timedelta(days=1))
    assert [slot.length for slot in slots] == [timedelta(minutes=each) for each in minutes]
    assert all(later.start - slot.end >= timedelta(minutes=pause) for slot, later in pairwise(slots))
    assert intersection(slots, taken) == ()


def test_who_does_not_fit_into_the_day_is_not_put_into_the_night() -> None:
    base = datetime(2026, 3, 4, 22, tzinfo=UTC)
    with pytest.raises(DoNotFit):
        back_to_back(base, [60, 60, 60], 0, [()] * 3, base + timedelta(hours=2))
