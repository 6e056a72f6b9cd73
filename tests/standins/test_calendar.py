"""The stand-in calendar keeps what it is given, shows it as busy, and fails on request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import CalendarEvent, CalendarRefused, CalendarUnreachable
from integrations.standins.calendar import Method, StandInCalendar

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = Interval.lasting(NINE, 9 * 60)
RITA, IDA, CARL = "rita@firm.example", "ida@firm.example", "carl@acme.example"


def at(hour: int) -> Interval:
    return Interval.lasting(NINE.replace(hour=hour), 45)


def event(sequence: int = 0, when: Interval | None = None, who: str = RITA) -> CalendarEvent:
    return CalendarEvent("uid-1", sequence, who, when or at(10), "Interview", attendees=(CARL,))


@pytest.fixture
def calendar() -> StandInCalendar:
    calendar = StandInCalendar(lambda: NINE)
    calendar.connect(RITA, WorkingHours(ZoneInfo("Europe/Madrid")), busy=[at(15)])
    calendar.connect(IDA)
    return calendar


async def busy(calendar: StandInCalendar, who: str = RITA) -> tuple[Interval, ...]:
    return (await calendar.busy(who, DAY)).intervals


async def test_each_person_has_their_own_hours_and_busy_times(calendar: StandInCalendar) -> None:
    assert await calendar.hours(RITA) == WorkingHours(ZoneInfo("Europe/Madrid"))
    assert await calendar.hours(IDA) is None
    assert await busy(calendar) == (at(15),)
    assert await busy(calendar, IDA) == ()


async def test_a_calendar_that_was_never_connected_cannot_be_read(calendar: StandInCalendar) -> None:
    assert not (await calendar.busy(CARL, DAY)).readable
    with pytest.raises(CalendarRefused, match="no calendar of carl"):
        await calendar.put(event(who=CARL))


async def test_only_what_touches_the_asked_time_is_told(calendar: StandInCalendar) -> None:
    assert (await calendar.busy(RITA, at(11))).intervals == ()


async def test_busy_times_can_be_replaced_and_ours_stay(calendar: StandInCalendar) -> None:
    await calendar.put(event())
    calendar.replace_busy(RITA, [at(16)])
    assert await busy(calendar) == (at(10), at(16))


async def test_what_is_written_shows_as_busy_to_everyone_it_concerns(calendar: StandInCalendar) -> None:
    await calendar.put(replace(event(), attendees=(IDA,)))
    assert await busy(calendar) == (at(10), at(15))
    assert await busy(calendar, IDA) == (at(10),)


async def test_the_same_again_changes_nothing(calendar: StandInCalendar) -> None:
    await calendar.put(event())
    await calendar.put(event())
    assert len(calendar.received) == 1


async def test_a_higher_sequence_moves_it_and_an_older_one_never_wins(calendar: StandInCalendar) -> None:
    await calendar.put(event(1, at(12)))
    await calendar.put(event(0, at(10)))
    assert [each.when for each in calendar.events(RITA)] == [at(12)]


async def test_what_is_removed_is_free_again_and_a_late_repeat_does_not_bring_it_back(
    calendar: StandInCalendar,
) -> None:
    await calendar.put(event())
    await calendar.remove("uid-1", RITA, 1)
    await calendar.put(event())
    await calendar.remove("uid-1", RITA, 1)
    assert await busy(calendar) == (at(15),)
    assert [(each.method, each.event.sequence) for each in calendar.received] == [
        (Method.REQUEST, 0),
        (Method.CANCEL, 1),
    ]


async def test_a_removal_that_comes_first_still_counts(calendar: StandInCalendar) -> None:
    await calendar.remove("uid-1", RITA, 1)
    await calendar.put(event())
    assert calendar.received == []


async def test_an_event_newer_than_its_removal_stays(calendar: StandInCalendar) -> None:
    await calendar.put(event(2))
    await calendar.remove("uid-1", RITA, 1)
    assert len(calendar.events(RITA)) == 1


async def test_an_outage_ends_by_itself() -> None:
    now = NINE
    calendar = StandInCalendar(lambda: now)
    calendar.connect(RITA)
    calendar.fail(until=NINE + timedelta(minutes=30))
    with pytest.raises(CalendarUnreachable, match="503"):
        await calendar.busy(RITA, DAY)
    now += timedelta(minutes=30)
    assert await busy(calendar) == ()


async def test_throttling_says_how_long_and_a_refusal_is_no_outage(calendar: StandInCalendar) -> None:
    calendar.fail(until=NINE + timedelta(seconds=20), error=429)
    with pytest.raises(CalendarUnreachable) as caught:
        await calendar.put(event())
    assert caught.value.retry_after == 20
    calendar.fail(until=NINE + timedelta(seconds=20), error=403)
    with pytest.raises(CalendarRefused, match="403"):
        await calendar.hours(RITA)
