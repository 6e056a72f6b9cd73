"""What Google's calendars say of somebody's time: what takes it, what does not, and what cannot be known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import Busy, CalendarUnreachable, Show
from integrations.standins.google.diaries import Role
from integrations.standins.google.refusing import Fault
from tests.calendars.at_google import (
    BEN,
    IDA,
    UID,
    WEEK,
    Opens,
    all_day,
    at,
    interview,
    office,
    served,
    shared_with,
    signed_in,
    times,
)

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

IDA_ACCEPTED = [{"email": IDA, "responseStatus": "accepted"}, {"email": "eve@rival.example"}]

KINDS: list[tuple[str, dict[str, object], Show, bool]] = [
    ("a meeting", {}, Show.BUSY, True),
    ("a private one", {"visibility": "private"}, Show.BUSY, True),
    ("time to focus", {"eventType": "focusTime"}, Show.BUSY, True),
    ("out of office", {"eventType": "outOfOffice"}, Show.AWAY, True),
    ("where she works", {"eventType": "workingLocation", "transparency": "transparent"}, Show.ELSEWHERE, False),
    ("shown as free", {"transparency": "transparent"}, Show.FREE, False),
    ("pencilled in", {"status": "tentative"}, Show.TENTATIVE, True),
    ("an invitation she took", {"attendees": IDA_ACCEPTED}, Show.BUSY, True),
    ("one she has not answered", {"attendees": [{"email": IDA}]}, Show.TENTATIVE, True),
    ("one she may come to", {"attendees": [{"email": IDA, "responseStatus": "tentative"}]}, Show.TENTATIVE, True),
    ("one she said no to", {"attendees": [{"email": IDA, "responseStatus": "declined"}]}, Show.DECLINED, False),
]


@pytest.mark.parametrize(("what", "event", "show", "takes"), KINDS, ids=[each[0] for each in KINDS])
async def test_each_kind_of_event_is_treated_rightly(
    office: Opens, what: str, event: dict[str, object], show: Show, takes: bool
) -> None:
    async with office() as there:
        there.google.add(IDA, summary=what, **times(at(10)), **event)
        busy = await there.calendar.busy(IDA, WEEK)
    assert [(block.when, block.show, block.all_day) for block in busy.blocks] == [(at(10), show, False)]
    assert busy.intervals == ((at(10),) if takes else ())


async def test_what_was_called_off_takes_no_time(office: Opens) -> None:
    async with office() as there:
        there.google.delete(IDA, there.google.add(IDA, **times(at(10))))
        assert await there.calendar.busy(IDA, WEEK) == Busy()


async def test_a_reminder_without_length_takes_no_time(office: Opens) -> None:
    async with office() as there:
        moment = {"dateTime": at(10).start.isoformat()}
        there.google.add(IDA, start=moment, end=moment)
        assert await there.calendar.busy(IDA, WEEK) == Busy()


@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        ("Europe/Lisbon", "2026-03-03T00:00+00:00", "2026-03-04T00:00+00:00"),
        ("America/Los_Angeles", "2026-03-03T08:00+00:00", "2026-03-04T08:00+00:00"),
        ("Pacific/Auckland", "2026-03-02T11:00+00:00", "2026-03-03T11:00+00:00"),
    ],
)
async def test_a_whole_day_is_taken_in_the_zone_of_the_calendar(office: Opens, zone: str, start: str, end: str) -> None:
    async with office(zone=zone) as there:
        there.google.add(IDA, summary="Holiday", **all_day("2026-03-03", "2026-03-04"))
        (block,) = (await there.calendar.busy(IDA, WEEK)).blocks
    assert block.all_day
    assert block.when == Interval(datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)])
async def test_the_day_on_which_the_clock_changes_is_taken_whole(office: Opens, day: str, hours: int) -> None:
    async with office(zone="Europe/Berlin") as there:
        begins = datetime.fromisoformat(day)
        there.google.add(IDA, **all_day(day, (begins + timedelta(days=1)).date().isoformat()))
        around = Interval(
            (begins - timedelta(days=2)).replace(tzinfo=UTC), (begins + timedelta(days=3)).replace(tzinfo=UTC)
        )
        (taken,) = (await there.calendar.busy(IDA, around)).intervals
    assert taken.length == timedelta(hours=hours)


async def test_a_series_comes_as_its_single_events_over_the_clock_change_with_its_exceptions(office: Opens) -> None:
    """Trap 34. Nine in Berlin is 8:00 UTC up to 28 March 2026, and 7:00 after. One is moved, one is called off."""
    async with office(zone="Europe/Berlin") as there:
        series = there.google.add(
            IDA,
            start={"dateTime": "2026-03-25T09:00:00+01:00", "timeZone": "Europe/Berlin"},
            end={"dateTime": "2026-03-25T09:30:00+01:00", "timeZone": "Europe/Berlin"},
            recurrence=["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"],
        )
        there.google.change_one(IDA, series, "2026-03-27", **times(Interval.lasting(_utc("2026-03-27T15:00"), 30)))
        there.google.change_one(IDA, series, "2026-03-31", status="cancelled")
        busy = await there.calendar.busy(IDA, Interval(_utc("2026-03-25T00:00"), _utc("2026-04-02T00:00")))
    assert [each.start for each in busy.intervals] == [
        _utc("2026-03-25T08:00"),
        _utc("2026-03-26T08:00"),
        _utc("2026-03-27T15:00"),
        _utc("2026-03-30T07:00"),
        _utc("2026-04-01T07:00"),
    ]


async def test_one_of_a_series_that_was_moved_into_the_week_is_seen_in_it(office: Opens) -> None:
    """And one that was moved out of it is not: what is asked for is when it is, not when it would have been."""
    async with office(zone="Europe/Berlin") as there:
        series = there.google.add(
            IDA,
            start={"dateTime": "2026-03-03T09:00:00+01:00", "timeZone": "Europe/Berlin"},
            end={"dateTime": "2026-03-03T10:00:00+01:00", "timeZone": "Europe/Berlin"},
            recurrence=["RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20260324T090000"],
        )
        there.google.change_one(IDA, series, "2026-03-03", **times(at(9, day=10)))
        there.google.change_one(IDA, series, "2026-03-17", **times(at(9, day=3)))
        assert (await there.calendar.busy(IDA, WEEK)).intervals == (at(9, day=3),)
        later = Interval(_utc("2026-03-09T00:00"), _utc("2026-04-01T00:00"))
        assert [each.start for each in (await there.calendar.busy(IDA, later)).intervals] == [
            _utc("2026-03-10T08:00"),
            _utc("2026-03-12T09:00"),
            _utc("2026-03-31T07:00"),
        ]


async def test_every_friday_off_is_every_friday_off_in_her_zone(office: Opens) -> None:
    async with office(zone="America/New_York") as there:
        friday = all_day("2026-03-06", "2026-03-07")
        there.google.add(IDA, eventType="outOfOffice", recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"], **friday)
        fortnight = Interval(WEEK.start, WEEK.end + timedelta(days=7))
        blocks = (await there.calendar.busy(IDA, fortnight)).blocks
    # The clocks of New York change between the two, on 8 March.
    assert [(block.when, block.show) for block in blocks] == [
        (Interval(_utc("2026-03-06T05:00"), _utc("2026-03-07T05:00")), Show.AWAY),
        (Interval(_utc("2026-03-13T04:00"), _utc("2026-03-14T04:00")), Show.AWAY),
    ]


async def test_what_begins_before_or_ends_after_is_seen_too(office: Opens) -> None:
    async with office() as there:
        there.google.add(IDA, **times(at(9, minutes=120)))
        there.google.add(IDA, **times(at(12, minutes=120)))
        busy = await there.calendar.busy(IDA, Interval(at(10).start, at(13).start))
    assert busy.intervals == (at(9, minutes=120), at(12, minutes=120))


async def test_a_full_calendar_is_read_to_its_last_page(office: Opens) -> None:
    async with office(page=7) as there:
        for day in range(5):
            for half_hour in range(0, 20, 2):
                there.google.add(IDA, **times(at(8 + half_hour / 2, day=day, minutes=30)))
        busy = await there.calendar.busy(IDA, WEEK)
        assert there.kinds() == ["list"] * 8
    assert len(busy.intervals) == 50


async def test_nothing_is_asked_for_that_tells_what_somebody_does(office: Opens) -> None:
    """Neither titles nor texts nor the other guests of private meetings ever reach us."""
    async with office() as there:
        there.google.add(IDA, summary="Divorce lawyer", **times(at(10)), attendees=IDA_ACCEPTED)
        await there.calendar.busy(IDA, WEEK)
        (call,) = there.google.calls
    assert call.query["maxAttendees"] == "1"
    assert not {"summary", "description", "location", "email"} & set(call.query["fields"].replace("(", ",").split(","))


async def test_our_own_event_and_our_own_invitation_are_known_by_their_uid(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.add(IDA, iCalUID="interview-18@askarsan.example", **times(at(14)))  # came by mail
        there.google.add(IDA, **times(at(16)))
        uids = [block.uid for block in (await there.calendar.busy(IDA, WEEK)).blocks]
    assert uids[:2] == [UID, "interview-18@askarsan.example"]
    assert uids[2].endswith("@google.com")


# What cannot be read is not free


async def test_a_calendar_that_is_not_shared_is_not_taken_for_free(office: Opens) -> None:
    """Trap 35: Google answers 200, and among the errors no busy times."""
    async with office(signed_in) as there:
        there.google.add(BEN, **times(at(10)))
        busy = await there.calendar.busy(BEN, WEEK)
    assert (busy.readable, busy.intervals) == (False, ())
    assert busy.within(WEEK) == (WEEK,)


async def test_whoever_shows_only_when_they_are_busy_is_read_so_far(office: Opens) -> None:
    async with office(signed_in) as there:
        there.google.share(BEN, IDA, Role.FREE_BUSY)
        there.google.add(BEN, **times(at(10)))
        there.google.add(BEN, transparency="transparent", **times(at(12)))
        busy = await there.calendar.busy(BEN, WEEK)
        assert there.kinds() == ["list", "freebusy"]
    assert (busy.readable, busy.intervals) == (True, (at(10),))


async def test_a_private_event_of_a_calendar_we_only_read_takes_its_time(office: Opens) -> None:
    async with office(shared_with) as there:
        there.google.share(IDA, "robot@acme.iam.example", Role.READER)
        there.google.add(IDA, visibility="private", summary="secret", **times(at(10)))
        assert (await there.calendar.busy(IDA, WEEK)).intervals == (at(10),)


async def test_other_calendars_of_hers_block_her_too(office: Opens) -> None:
    async with office(also=("family@group.calendar.google.com",)) as there:
        there.google.open("family@group.calendar.google.com")
        there.google.share("family@group.calendar.google.com", IDA, Role.FREE_BUSY)
        there.google.add("family@group.calendar.google.com", **times(at(16)))
        there.google.add(IDA, **times(at(10)))
        assert (await there.calendar.busy(IDA, WEEK)).intervals == (at(10), at(16))


async def test_one_other_calendar_that_cannot_be_read_makes_all_of_her_time_unknown(office: Opens) -> None:
    async with office(also=("family@group.calendar.google.com",)) as there:
        there.google.add(IDA, **times(at(10)))
        assert (await there.calendar.busy(IDA, WEEK)).readable is False


async def test_more_than_fifty_calendars_are_asked_for_in_turns(office: Opens) -> None:
    """Of the fifty-first Google would only say that it was too many."""
    others = tuple(f"room-{number}@group.calendar.google.com" for number in range(101))
    async with office(also=others) as there:
        for each in others:
            there.google.open(each)
            there.google.share(each, IDA, Role.FREE_BUSY)
        there.google.add(others[-1], **times(at(16)))
        busy = await there.calendar.busy(IDA, WEEK)
        assert there.kinds() == ["list", "freebusy", "freebusy", "freebusy"]
    assert (busy.readable, busy.intervals) == (True, (at(16),))


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.A_PAGE, Fault.BROKEN, Fault.AWAY, Fault.RATE])
async def test_half_an_answer_is_no_answer(office: Opens, fault: Fault) -> None:
    async with office() as there:
        there.google.add(IDA, **times(at(10)))
        there.google.fail(fault)
        with pytest.raises(CalendarUnreachable):
            await there.calendar.busy(IDA, WEEK)
        there.clock.passes(minutes=5)
        assert (await there.calendar.busy(IDA, WEEK)).intervals == (at(10),)


async def test_a_slow_answer_is_not_waited_for(office: Opens) -> None:
    async with office(patience=timedelta(seconds=0.4)) as there:
        there.google.fail(Fault.SLOW, on="list")
        with pytest.raises(CalendarUnreachable):
            await there.calendar.busy(IDA, WEEK)


async def test_google_tells_nobodys_working_hours(office: Opens) -> None:
    async with office() as there:
        assert await there.calendar.hours(IDA) is None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
