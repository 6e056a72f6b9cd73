"""What an iCalendar file takes of somebody's time: each kind of event rightly, and what cannot be read as taken."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Block, Busy, Show
from integrations.calendars.reading import BadCalendarData, CalendarFile
from integrations.calendars.repeating import Patience
from integrations.calendars.taken import taken

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Interval(datetime(2026, 3, 1, 23, tzinfo=UTC), datetime(2026, 3, 8, 23, tzinfo=UTC))  # Monday to Sunday
SPRING = Interval(datetime(2026, 3, 22, 23, tzinfo=UTC), datetime(2026, 4, 5, 22, tzinfo=UTC))  # the clocks change


def file_of(*events: str, zones: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//somebody//EN", *zones.splitlines()]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:event-{number}"]
        lines += ["BEGIN:VEVENT", *uid, *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def blocks(*events: str, between: Interval = WEEK, zones: str = "", own: Sequence[str] = ()) -> list[Block]:
    return sorted(
        taken(CalendarFile.read(file_of(*events, zones=zones)), between, zone=BERLIN, own=own),
        key=lambda block: block.when,
    )


def told(found: Sequence[Block]) -> list[str]:
    """As Berlin sees them: "03-04 15:00-15:45"."""
    said = []
    for block in found:
        start, end = block.when.start.astimezone(BERLIN), block.when.end.astimezone(BERLIN)
        said.append(f"{start:%m-%d %H:%M}-{end:%H:%M}")
    return said


# One event, in the ways there are to write it


@pytest.mark.parametrize(
    "written",
    [
        "DTSTART:20260304T140000Z\nDTEND:20260304T144500Z",
        "DTSTART:20260304T140000Z\nDURATION:PT45M",
        "DTSTART;TZID=Europe/Berlin:20260304T150000\nDTEND;TZID=Europe/Berlin:20260304T154500",
        "DTSTART;TZID=W. Europe Standard Time:20260304T150000\nDURATION:PT0H45M",
        'DTSTART;TZID="W. Europe Standard Time":20260304T150000\nDTEND:20260304T144500Z',
        "DTSTART;TZID=Asia/Kolkata:20260304T193000\nDTEND;TZID=America/New_York:20260304T094500",
        "DTSTART:20260304T150000\nDTEND:20260304T154500",
        "DTSTART;VALUE=DATE-TIME:20260304T140000Z\nDTEND;VALUE=DATE-TIME:20260304T144500Z\nTRANSP:OPAQUE",
    ],
    ids=["utc", "a length", "a zone", "Windows' zone", "in quotes", "two zones", "no zone: the owner's", "typed"],
)
def test_a_meeting_takes_its_time_however_it_is_written(written: str) -> None:
    assert told(blocks(written)) == ["03-04 15:00-15:45"]


def test_a_zone_that_came_along_in_the_file_counts_for_a_name_that_nobody_knows() -> None:
    zones = (
        "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0300\n"
        "TZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE"
    )
    written = "DTSTART;TZID=Customized Time Zone:20260304T170000\nDURATION:PT45M"
    weekly = f"{written}\nRRULE:FREQ=DAILY;COUNT=2"
    assert told(blocks(written, zones=zones)) == ["03-04 15:00-15:45"]
    assert told(blocks(weekly, zones=zones)) == ["03-04 15:00-15:45", "03-05 15:00-15:45"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("DTSTART;VALUE=DATE:20260304\nDTEND;VALUE=DATE:20260306", ["03-04 00:00-00:00"]),
        ("DTSTART;VALUE=DATE:20260304", ["03-04 00:00-00:00"]),
        ("DTSTART;VALUE=DATE:20260304\nDURATION:P1D", ["03-04 00:00-00:00"]),
        ("DTSTART:20260304\nRRULE:FREQ=DAILY;COUNT=2", ["03-04 00:00-00:00", "03-05 00:00-00:00"]),
    ],
)
def test_a_whole_day_is_the_owners_from_midnight_to_midnight(written: str, meant: list[str]) -> None:
    found = blocks(written)
    assert told(found) == meant
    assert all(block.all_day for block in found)


def test_the_day_the_clocks_change_is_an_hour_shorter() -> None:
    (block,) = blocks("DTSTART;VALUE=DATE:20260329", between=SPRING)
    assert block.when.length == timedelta(hours=23)


MEETING = "DTSTART:20260304T140000Z\nDTEND:20260304T144500Z\n"


@pytest.mark.parametrize(
    ("more", "show"),
    [
        ("", Show.BUSY),
        ("CLASS:PRIVATE", Show.BUSY),
        ("TRANSP:OPAQUE", Show.BUSY),
        ("TRANSP:TRANSPARENT", Show.FREE),
        ("STATUS:CONFIRMED", Show.BUSY),
        ("STATUS:TENTATIVE", Show.TENTATIVE),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", Show.FREE),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", Show.TENTATIVE),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", Show.AWAY),
        ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\nTRANSP:OPAQUE", Show.ELSEWHERE),
        ("X-MICROSOFT-CDO-BUSYSTATUS:SOMETHINGNEW", Show.BUSY),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ida@acme.example", Show.BUSY),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:Ida@Acme.example", Show.DECLINED),
        ("ATTENDEE;PARTSTAT=DELEGATED:mailto:ida@acme.example", Show.DECLINED),
        ("ATTENDEE;PARTSTAT=TENTATIVE:MAILTO:ida@acme.example", Show.TENTATIVE),
        ("ATTENDEE;RSVP=TRUE:mailto:ida@acme.example", Show.TENTATIVE),
        ("ATTENDEE;PARTSTAT=DECLINED;EMAIL=ida@acme.example:/1234/principal/", Show.DECLINED),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:somebody@acme.example", Show.BUSY),
    ],
)
def test_each_kind_of_event_shows_as_what_it_is(more: str, show: Show) -> None:
    (block,) = blocks(MEETING + more, own=["ida@acme.example"])
    assert block.show is show


@pytest.mark.parametrize(
    "written",
    [
        f"{MEETING}STATUS:CANCELLED",
        "DTSTART:20260304T140000Z\nDTEND:20260304T140000Z",
        "DTSTART:20260304T140000Z",
        "SUMMARY:no time at all",
        "DTSTART:20260104T140000Z\nDTEND:20260104T150000Z",
    ],
    ids=["cancelled", "no length", "a moment", "never", "long over"],
)
def test_what_takes_no_time_is_not_there(written: str) -> None:
    assert blocks(written) == []


def test_only_what_takes_time_is_busy_but_all_is_shown() -> None:
    found = blocks(MEETING, f"{MEETING}TRANSP:TRANSPARENT")
    busy = Busy.of(tuple(found), WEEK)
    assert len(busy.blocks) == 2
    assert len(busy.intervals) == 1


def test_ours_are_known_by_their_uid() -> None:
    assert [block.uid for block in blocks(f"UID:interview-1@askarsan\n{MEETING}")] == ["interview-1@askarsan"]


def test_a_calendar_that_publishes_only_when_its_owner_is_busy_is_read_too() -> None:
    data = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260304T140000Z/20260304T144500Z,\r\n"
        b" 20260305T140000Z/PT1H\r\nFREEBUSY:20260306T140000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    found = taken(CalendarFile.read(data), WEEK, zone=BERLIN)
    assert told(found) == ["03-04 15:00-15:45", "03-05 15:00-16:00", "03-06 15:00-16:00"]
    assert [block.show for block in found] == [Show.AWAY, Show.AWAY, Show.BUSY]


# Series

DAILY = "UID:standup\nDTSTART;TZID=Europe/Berlin:20260302T093000\nDTEND;TZID=Europe/Berlin:20260302T100000\n"


def test_a_series_keeps_to_the_clock_on_the_wall_over_the_change() -> None:
    found = blocks(f"{DAILY}RRULE:FREQ=WEEKLY;BYDAY=MO", between=SPRING)
    assert told(found) == ["03-23 09:30-10:00", "03-30 09:30-10:00"]
    assert [block.when.start.hour for block in found] == [8, 7]


def test_what_is_left_out_moved_or_called_off_is_not_where_it_was() -> None:
    found = blocks(
        f"{DAILY}RRULE:FREQ=DAILY;UNTIL=20260306T225959Z\nEXDATE;TZID=Europe/Berlin:20260303T093000",
        "UID:standup\nRECURRENCE-ID;TZID=Europe/Berlin:20260304T093000\nDTSTART:20260304T130000Z\nDTEND:20260304T140000Z",
        "UID:standup\nRECURRENCE-ID:20260305T083000Z\nSTATUS:CANCELLED\nDTSTART:20260305T083000Z\nDTEND:20260305T090000Z",
    )
    assert told(found) == ["03-02 09:30-10:00", "03-04 14:00-15:00", "03-06 09:30-10:00"]


def test_an_occurrence_moved_here_from_far_away_is_here() -> None:
    found = blocks(
        "UID:board\nDTSTART:20260105T090000Z\nDTEND:20260105T100000Z\nRRULE:FREQ=MONTHLY;BYDAY=1MO",
        "UID:board\nRECURRENCE-ID:20260601T090000Z\nDTSTART:20260304T090000Z\nDTEND:20260304T100000Z",
    )
    assert told(found) == ["03-02 10:00-11:00", "03-04 10:00-11:00"]


def test_from_one_occurrence_on_all_may_be_moved() -> None:
    found = blocks(
        f"{DAILY}RRULE:FREQ=DAILY;COUNT=4",
        "UID:standup\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260304T093000\n"
        "DTSTART;TZID=Europe/Berlin:20260304T110000\nDTEND;TZID=Europe/Berlin:20260304T120000",
    )
    assert told(found) == ["03-02 09:30-10:00", "03-03 09:30-10:00", "03-04 11:00-12:00", "03-05 11:00-12:00"]


def test_a_moved_occurrence_whose_series_is_not_shared_stands_alone() -> None:
    found = blocks("UID:x\nRECURRENCE-ID:20260303T090000Z\nDTSTART:20260304T090000Z\nDTEND:20260304T100000Z")
    assert told(found) == ["03-04 10:00-11:00"]


def test_of_two_versions_of_an_event_the_newer_counts() -> None:
    old = f"UID:a\nSEQUENCE:1\n{MEETING}"
    new = "UID:a\nSEQUENCE:2\nDTSTART:20260305T140000Z\nDTEND:20260305T150000Z"
    assert told(blocks(old, new)) == told(blocks(new, old)) == ["03-05 15:00-16:00"]


def test_further_days_may_be_added_one_by_one() -> None:
    found = blocks(f"{DAILY}RDATE;TZID=Europe/Berlin:20260304T140000\nRDATE;VALUE=PERIOD:20260305T140000Z/PT3H")
    assert told(found) == ["03-02 09:30-10:00", "03-04 14:00-14:30", "03-05 15:00-18:00"]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", [2, 3, 4]),
        ("FREQ=DAILY;COUNT=3;INTERVAL=2", [2, 4, 6]),
        ("FREQ=DAILY;UNTIL=20260304", [2, 3, 4]),
        ("FREQ=DAILY;UNTIL=20260304T093000", [2, 3, 4]),
        ("FREQ=DAILY;UNTIL=20260304T083000Z", [2, 3, 4]),
        ("UNTIL=20260304T082959Z;FREQ=DAILY", [2, 3]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", [2, 4, 6]),
        ("FREQ=WEEKLY;WKST=SU;BYDAY=TU,TH", [2, 3, 5]),
        ("FREQ=MONTHLY;BYMONTHDAY=2", [2]),
        ("FREQ=YEARLY;UNTIL=20200101T000000Z", [2]),
        ("FREQ=DAILY;COUNT=2;", [2, 3]),
        ("freq=daily;count=2", [2, 3]),
        ("FREQ=DAILY;BYDAY=MO,TU,SA", [2, 3, 7]),
        ("FREQ=DAILY;BYMONTH=3;BYMONTHDAY=2,5", [2, 5]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", [2]),
        ("FREQ=MONTHLY;BYDAY=1FR", [2, 6]),
        ("FREQ=YEARLY;BYDAY=1MO;BYMONTH=3", [2]),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=4", [2, 4]),
    ],
)
def test_rules_end_where_they_say(rule: str, days: list[int]) -> None:
    found = blocks(f"{DAILY}RRULE:{rule}")
    assert [block.when.start.day for block in found] == days


def test_a_birthday_kept_since_1604_is_todays() -> None:
    assert told(blocks("DTSTART;VALUE=DATE:16040304\nRRULE:FREQ=YEARLY")) == ["03-04 00:00-00:00"]


# What cannot be read


@pytest.mark.parametrize(
    "written",
    [
        "DTSTART:2026-03-04 15:00\nDTEND:2026-03-04 16:00",
        "DTSTART:20260304T250000Z\nDTEND:20260304T260000Z",
        "DTSTART;TZID=Nowhere/At All:20260304T150000\nDURATION:PT1H",
        "DTSTART:20260304T150000Z\nDTEND:20260304T140000Z",
        "DTSTART:20260304T150000Z\nDURATION:-PT1H",
        "DTSTART:20260304T150000Z\nDURATION:soon",
        "DTSTART:20260304T150000Z\nDTEND:later",
    ],
)
def test_an_event_that_cannot_be_read_takes_all_the_time_it_may_mean_and_the_others_stay(written: str) -> None:
    other = "UID:other\nDTSTART:20260302T080000Z\nDTEND:20260302T090000Z"
    found = blocks(written, other)
    (unknown,) = [block for block in found if block.uid != "other"]
    day = datetime(2026, 3, 4, tzinfo=UTC)
    assert unknown.show is Show.BUSY
    assert unknown.when.holds(Interval(day, day + timedelta(days=1)))
    assert unknown.when.length < timedelta(days=3)
    assert told([block for block in found if block.uid == "other"]) == ["03-02 09:00-10:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SOMETIMES",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;UNTIL=the end",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=1,2,3,4,5,6,7,8,9,10,11,12;BYSECOND=1,2,3,4,5,6,7,8,9",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=x",
        "FREQ=DAILY;BYMONTHDAY=32",
        "",
    ],
)
def test_a_rule_that_cannot_be_kept_takes_the_time_from_its_beginning_on(rule: str) -> None:
    began = "UID:x\nDTSTART:20250601T080000Z\nDTEND:20250601T090000Z\n"
    (block,) = blocks(f"{began}RRULE:{rule}")
    assert block.when.holds(WEEK)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=HOURLY;COUNT=999999999",
        "FREQ=SECONDLY;COUNT=10",
        "FREQ=DAILY;COUNT=99999999999999999999",
    ],
)
def test_no_rule_keeps_us_for_ever(rule: str) -> None:
    began = stopwatch.monotonic()
    blocks(f"UID:x\nDTSTART:20200101T080000Z\nDTEND:20200101T081000Z\nRRULE:{rule}")
    assert stopwatch.monotonic() - began < 10


def test_nor_do_thousands_of_rules_and_what_is_not_unfolded_counts_as_taken() -> None:
    rules = [f"UID:{n}\nDTSTART:20200101T080000Z\nDTEND:20200101T090000Z\nRRULE:FREQ=DAILY" for n in range(100)]
    patience = Patience(5_000)  # enough for two of them
    found = taken(CalendarFile.read(file_of(*rules)), WEEK, zone=BERLIN, patience=patience)
    assert patience.steps < 2_500
    assert sum(block.when.length == timedelta(hours=1) for block in found) == 14
    assert any(block.when.holds(WEEK) for block in found)


def test_where_not_even_the_day_can_be_seen_nothing_is_known() -> None:
    with pytest.raises(BadCalendarData, match="nothing readable about when"):
        blocks("DTSTART:soon\nDTEND:later", MEETING)


def test_a_moved_occurrence_that_does_not_say_of_what_takes_time_beside_its_series() -> None:
    found = blocks(
        f"{DAILY}RRULE:FREQ=DAILY;COUNT=2",
        "UID:standup\nRECURRENCE-ID:yesterday\nDTSTART:20260304T130000Z\nDTEND:20260304T140000Z",
    )
    assert told(found) == ["03-02 09:30-10:00", "03-03 09:30-10:00", "03-04 14:00-15:00"]


def test_an_event_without_its_end_does_not_swallow_the_next_ones() -> None:
    whole = file_of(f"UID:a\n{MEETING}BEGIN:VALARM\nTRIGGER:-PT5M", "UID:b\n" + MEETING.replace("0304", "0305"))
    found = taken(CalendarFile.read(whole), WEEK, zone=BERLIN)
    assert told(found) == ["03-04 15:00-15:45", "03-05 15:00-15:45"]
    torn = whole.replace(b"END:VEVENT\r\nBEGIN:VEVENT", b"BEGIN:VEVENT")
    assert told(taken(CalendarFile.read(torn), WEEK, zone=BERLIN)) == ["03-04 15:00-15:45", "03-05 15:00-15:45"]


def test_half_a_file_is_known_to_be_half() -> None:
    whole = file_of(MEETING, MEETING)
    assert CalendarFile.read(whole).whole
    assert not any(CalendarFile.read(whole[:cut]).whole for cut in range(len(whole) - 4))


def test_things_within_things_without_end_are_no_whole_file_and_keep_nobody_busy() -> None:
    """Else every line of it would be compared with all that are open, and three megabytes last for hours."""
    nested = b"BEGIN:X\r\n" * 200_000 + b"END:Y\r\n" * 200_000
    read = CalendarFile.read(file_of(MEETING).replace(b"BEGIN:VEVENT", nested + b"BEGIN:VEVENT"))
    assert not read.whole


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["20260304T140000Z", "20260304T150000", "20260304", "soon", "99999999", "99991231", "99991231T235959Z"]
            ),
            st.sampled_from(["", "FREQ=DAILY", "FREQ=WEEKLY;COUNT=3", "FREQ=X", "FREQ=YEARLY;BYWEEKNO=99", ";;="]),
            st.sampled_from(["PT1H", "P1D", "-P1D", "P999999999W", ""]),
        ),
        max_size=3,
    ),
    st.binary(max_size=20),
)
@settings(deadline=None, max_examples=60)
def test_whatever_stands_there_it_is_read_or_refused(events: list[tuple[str, str, str]], noise: bytes) -> None:
    written = [f"DTSTART:{start}\nRRULE:{rule}\nDURATION:{lasts}" for start, rule, lasts in events]
    try:
        taken(CalendarFile.read(file_of(*written) + noise), WEEK, zone=BERLIN)
    except BadCalendarData:
        return
