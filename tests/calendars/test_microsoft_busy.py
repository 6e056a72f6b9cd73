"""When somebody at Microsoft 365 is free, and when they work: read over the SDK from a stand-in on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval, union
from integrations.calendars.base import Busy, CalendarDisconnected, Show
from integrations.calendars.microsoft.schedule import LONGEST, overview
from tests.calendars.at_microsoft import IDA, MONDAY, RITA, WEEK, at, interview, office

BERLIN = "W. Europe Standard Time"


KINDS: list[tuple[dict[str, Any], Show, bool]] = [
    ({}, Show.BUSY, True),
    ({"showAs": "tentative"}, Show.TENTATIVE, True),
    ({"showAs": "oof"}, Show.AWAY, True),
    ({"showAs": "unknown"}, Show.BUSY, True),
    ({"sensitivity": "private"}, Show.BUSY, True),
    ({"showAs": "free"}, Show.FREE, False),
    ({"showAs": "workingElsewhere"}, Show.ELSEWHERE, False),
    ({"response": "declined"}, Show.DECLINED, False),
    ({"response": "notResponded", "showAs": "tentative"}, Show.TENTATIVE, True),
]


async def test_each_kind_of_event_counts_as_what_it_is() -> None:
    """All-day, tentative, out-of-office and private time is not free; what was declined is."""
    hours = [at(3, hour, 30) for hour in range(9, 9 + len(KINDS))]
    async with office() as desk:
        for when, (event, _, _) in zip(hours, KINDS, strict=True):
            desk.rita.busy(when.start, when.end, **event)
        busy = await desk.calendar.busy(RITA, WEEK)
    shown = [(when, show) for when, (_, show, _) in zip(hours, KINDS, strict=True)]
    assert [(each.when, each.show) for each in busy.blocks] == shown
    assert busy.intervals == tuple(when for when, (_, _, taken) in zip(hours, KINDS, strict=True) if taken)


async def test_a_cancelled_event_takes_no_time() -> None:
    async with office() as desk:
        desk.rita.busy(at(3, 9).start, at(3, 9).end, cancelled=True)
        assert (await desk.calendar.busy(RITA, WEEK)).blocks == ()


async def test_ours_are_told_apart_and_nobodys_subject_is_read() -> None:
    async with office() as desk:
        desk.rita.busy(at(3, 12).start, at(3, 12).end)
        await desk.calendar.put(interview())
        desk.microsoft.requests.clear()
        busy = await desk.calendar.busy(RITA, WEEK)
        assert [(each.uid, each.when) for each in busy.blocks] == [("uid-17@askarsan", at(3, 9)), ("", at(3, 12))]
        assert desk.asked() == [f"GET /users/{RITA}/calendarView"]


async def test_a_whole_day_is_the_day_of_whoever_has_it() -> None:
    """Graph gives the date, and calls it UTC: taken at its word, the morning in Tonga would look free."""
    begins = {BERLIN: (2, 23), "Pacific Standard Time": (3, 8), "Tonga Standard Time": (2, 11)}
    async with office() as desk:
        for place, (zone, (day, hour)) in enumerate(begins.items()):
            them = desk.microsoft.mailbox(f"{place}@acme.example", zone=zone)
            date = datetime(2026, 3, 3, tzinfo=UTC)
            them.busy(date, date + timedelta(days=1), all_day=True, showAs="oof")
            busy = await desk.calendar.busy(them.address, WEEK)
            assert busy.intervals == (at(day, hour, 24 * 60),), zone
            assert busy.blocks[0].all_day


async def test_a_whole_day_just_outside_in_utc_is_still_seen() -> None:
    async with office(zone="Pacific Standard Time") as desk:
        desk.rita.busy(MONDAY.replace(hour=0), MONDAY.replace(hour=0) + timedelta(days=1), all_day=True)
        night = Interval(datetime(2026, 3, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, 6, tzinfo=UTC))
        busy = await desk.calendar.busy(RITA, night)
    assert busy.intervals == (Interval(MONDAY, MONDAY + timedelta(days=1)),)


async def test_a_whole_day_in_a_zone_nobody_knows_is_taken_everywhere() -> None:
    async with office(hours=hours_in(name="Customized Time Zone")) as desk:
        day = datetime(2026, 3, 4, tzinfo=UTC)
        desk.rita.busy(day, day + timedelta(days=1), all_day=True)
        (taken,) = (await desk.calendar.busy(RITA, WEEK)).intervals
    assert taken == Interval(day - timedelta(hours=14), day + timedelta(days=1, hours=12))


async def test_who_moves_to_another_zone_is_known_there_the_next_day() -> None:
    async with office(zone=BERLIN) as desk:
        day = datetime(2026, 3, 5, tzinfo=UTC)
        desk.rita.busy(day, day + timedelta(days=1), all_day=True)
        assert (await desk.calendar.busy(RITA, WEEK)).intervals == (at(4, 23, 24 * 60),)
        desk.rita.zone = "Pacific Standard Time"
        desk.clock.passes(hours=25)
        assert (await desk.calendar.busy(RITA, WEEK)).intervals == (at(5, 8, 24 * 60),)


async def test_many_events_come_in_pages_and_none_is_left_out() -> None:
    async with office() as desk:
        many = [Interval.lasting(MONDAY + timedelta(minutes=20 * number), 10) for number in range(300)]
        for each in many:
            desk.rita.busy(each.start, each.end)
        busy = await desk.calendar.busy(RITA, WEEK)
        assert len(desk.asked("GET")) == 2
    assert busy.intervals == union(many)


async def test_an_event_of_no_length_breaks_nothing() -> None:
    async with office() as desk:
        desk.rita.busy(at(3, 9).start, at(3, 9).start)
        assert len((await desk.calendar.busy(RITA, WEEK)).intervals) == 1


# Where we may see when, but not what


async def test_who_lets_us_in_alone_shows_only_when_the_others_are_busy() -> None:
    async with office(person=True) as desk:
        ida = desk.microsoft.known(IDA)
        ida.busy(at(3, 9).start, at(3, 9).end)
        ida.busy(at(4, 9).start, at(4, 9).end, showAs="workingElsewhere")
        first, again = [await desk.calendar.busy(IDA, WEEK) for _ in range(2)]
        assert first == again
        assert first.intervals == (at(3, 9),)
        assert {each.show for each in first.blocks} == {Show.BUSY, Show.ELSEWHERE}
        schedule = f"POST /users/{RITA}/calendar/getSchedule"
        assert desk.asked() == [f"GET /users/{IDA}/calendarView", schedule, schedule], "it is not knocked at twice"


async def test_a_mailbox_the_firms_app_may_not_enter_says_whom_to_ask() -> None:
    async with office() as desk:
        desk.microsoft.forbidden.add(RITA)
        for _ in range(2):
            with pytest.raises(CalendarDisconnected) as gone:
                await desk.calendar.busy(RITA, WEEK)
            assert "Ask" in gone.value.remedy
        desk.microsoft.forbidden.clear()
        assert (await desk.calendar.busy(RITA, WEEK)).readable


async def test_who_shares_more_is_seen_better_an_hour_later() -> None:
    async with office(person=True) as desk:
        desk.microsoft.known(IDA).busy(at(3, 9).start, at(3, 9).end)
        await desk.calendar.busy(IDA, WEEK)
        desk.clock.passes(minutes=61)
        await desk.calendar.busy(IDA, WEEK)
        assert len(desk.asked("GET")) == 2


async def test_where_single_events_are_hidden_the_overview_counts() -> None:
    """The digits of availabilityView, 15 minutes each: taken for nothing, a full calendar would look empty."""
    async with office(person=True) as desk:
        ida = desk.microsoft.known(IDA)
        ida.only_outline = True
        ida.busy(at(3, 9).start, at(3, 9).end, showAs="oof")
        ida.busy(at(3, 11).start, at(3, 11).end, showAs="free")
        busy = await desk.calendar.busy(IDA, WEEK)
    assert [(each.when, each.show) for each in busy.blocks] == [(at(3, 9), Show.AWAY)]


@given(st.text("01234?", max_size=400))
def test_the_overview_is_read_digit_by_digit(digits: str) -> None:
    """What it does not say is free is not free; a digit nobody knows is busy."""
    stretch = Interval(MONDAY, MONDAY + timedelta(days=10))
    read = Busy.of(overview(digits, stretch), stretch)
    quarters = [Interval.lasting(MONDAY + timedelta(minutes=15 * place), 15) for place in range(len(digits))]
    assert read.intervals == union(each for each, digit in zip(quarters, digits, strict=True) if digit not in "04")
    assert all(each.show is not Show.FREE for each in read.blocks)


async def test_a_mailbox_that_says_error_inside_a_good_answer_is_not_taken_for_free() -> None:
    async with office(person=True) as desk:
        desk.microsoft.known(IDA).unreadable = "ErrorProxyRequestProcessingFailed"
        busy = await desk.calendar.busy(IDA, WEEK)
        assert not busy.readable
        assert busy.within(WEEK) == (WEEK,)
        assert not (await desk.calendar.busy("nobody@elsewhere.example", WEEK)).readable


async def test_a_long_time_is_asked_for_in_pieces_that_graph_allows() -> None:
    async with office(person=True) as desk:
        ida = desk.microsoft.known(IDA)
        quarter = Interval(MONDAY, MONDAY + timedelta(days=92))
        edges = [Interval.lasting(MONDAY + LONGEST * number - timedelta(minutes=30), 60) for number in (1, 2)]
        for each in edges:
            ida.busy(each.start, each.end)
        busy = await desk.calendar.busy(IDA, quarter)
        assert len(desk.asked("POST")) == 3
    assert busy.intervals == union(edges)


async def test_a_mailbox_that_is_closed_to_us_says_what_to_do() -> None:
    async with office() as desk:
        with pytest.raises(CalendarDisconnected) as gone:
            await desk.calendar.busy("nobody@acme.example", WEEK)
        assert "address" in gone.value.remedy


# Hours


def hours_in(**zone: Any) -> dict[str, Any]:
    return {
        "daysOfWeek": ["monday", "tuesday", "saturday"],
        "startTime": "08:30:00.0000000",
        "endTime": "16:00:00.0000000",
        "timeZone": zone,
    }


def made_up(bias: int, summer: int = -60, **of_summer: Any) -> dict[str, Any]:
    """A zone of Outlook's own, with Europe's changes unless it is told others."""
    winter_begins = {"time": "03:00:00.0000000", "dayOccurrence": 5, "dayOfWeek": "sunday", "month": 10, "year": 0}
    summer_begins = {**winter_begins, "time": "02:00:00.0000000", "month": 3, **of_summer}
    return {
        "@odata.type": "#microsoft.graph.customTimeZone",
        "name": "Customized Time Zone",
        "bias": bias,
        "standardOffset": winter_begins,
        "daylightOffset": {**summer_begins, "daylightBias": summer},
    }


ZONES: dict[str, tuple[dict[str, Any], str]] = {
    "windows": ({"name": BERLIN}, "Europe/Berlin"),
    "iana": ({"name": "Europe/Lisbon"}, "Europe/Lisbon"),
    "pacific": ({"name": "Pacific Standard Time"}, "America/Los_Angeles"),
    "made up": (made_up(-60), "CET"),
    "made up, counted the other way": (made_up(60, summer=60), "CET"),
    "made up, no summer": (made_up(0, summer=0), "UTC"),
}


async def test_hours_come_in_whatever_way_outlook_names_the_zone() -> None:
    async with office() as desk:
        for case, (zone, known) in ZONES.items():
            desk.rita.hours = hours_in(**zone)
            wanted = WorkingHours(ZoneInfo(known), frozenset({0, 1, 5}), time(8, 30), time(16))
            assert await desk.calendar.hours(RITA) == wanted, case


NO_HOURS: dict[str, dict[str, Any]] = {
    "no rules": hours_in(name="Customized Time Zone"),
    "ahead or behind?": hours_in(**made_up(-180, summer=0)),
    "a summer nobody has": hours_in(**made_up(-60, month=4)),
    "half a rule": hours_in(**{**made_up(-60), "standardOffset": None}),
    "no such month": hours_in(**made_up(-60, month=13)),
    "no such weekday": hours_in(**made_up(-60, dayOfWeek="someday")),
    "over midnight": {**hours_in(name=BERLIN), "startTime": "22:00:00.0000000", "endTime": "06:00:00.0000000"},
    "never": {**hours_in(name=BERLIN), "daysOfWeek": []},
}


async def test_hours_that_cannot_be_known_are_none_rather_than_wrong() -> None:
    async with office() as desk:
        for case, hours in NO_HOURS.items():
            desk.rita.hours = hours
            assert await desk.calendar.hours(RITA) is None, case
        desk.rita.unreadable = "ErrorAccessDenied"
        assert await desk.calendar.hours(RITA) is None
