"""A calendar that is shared by a link: read whole or not at all, and its owner is told what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from dialogs.scheduling.intervals import Interval
from integrations import catalog
from integrations.calendars.base import (
    CalendarDisconnected,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Show,
)
from integrations.calendars.feed import FeedCalendar
from integrations.means import Means, NotMade
from integrations.outside import Outside
from integrations.standins.feed import Fault, StandInFeed, web
from tests.loopback import serving

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = Interval(NOW, NOW + timedelta(days=7))
BERLIN = ZoneInfo("Europe/Berlin")
IDA = "ida@acme.example"


def file_of(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//somebody//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:event-{number}", *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


MEETING = "DTSTART:20260304T140000Z\nDTEND:20260304T150000Z"
TAKEN = Interval(datetime(2026, 3, 4, 14, tzinfo=UTC), datetime(2026, 3, 4, 15, tzinfo=UTC))


def now() -> datetime:
    return NOW


@asynccontextmanager
async def reading(
    feed: StandInFeed, path: str = "/calendars/ida.ics", *, seconds: float = 30, largest: int = 100_000
) -> AsyncIterator[FeedCalendar]:
    async with serving(web(feed)) as url:
        outside = Outside(own=["127.0.0.1"], seconds=seconds, largest=largest)
        calendar = FeedCalendar(url + path, BERLIN, now, outside)
        yield calendar
        await calendar.close()


@pytest.fixture
def feed() -> StandInFeed:
    feed = StandInFeed(now)
    feed.share("ida", file_of(MEETING, "DTSTART;VALUE=DATE:20260306\nX-MICROSOFT-CDO-BUSYSTATUS:OOF"))
    return feed


async def test_what_is_shared_is_busy_with_whole_days_as_the_owner_has_them(feed: StandInFeed) -> None:
    async with reading(feed) as calendar:
        busy = await calendar.busy(IDA, WEEK)
        assert await calendar.hours(IDA) is None
    day = Interval(datetime(2026, 3, 6, tzinfo=BERLIN), datetime(2026, 3, 7, tzinfo=BERLIN))
    assert busy.intervals == (TAKEN, day)
    assert [(block.show, block.all_day) for block in busy.blocks] == [(Show.BUSY, False), (Show.AWAY, True)]


async def test_what_the_owner_has_declined_is_free(feed: StandInFeed) -> None:
    feed.share("ida", file_of(f"{MEETING}\nATTENDEE;PARTSTAT=DECLINED:mailto:ida@acme.example"))
    async with reading(feed) as calendar:
        assert (await calendar.busy(IDA, WEEK)).intervals == ()


async def test_what_has_not_changed_is_not_sent_twice_and_what_has_is(feed: StandInFeed) -> None:
    async with reading(feed) as calendar:
        before = await calendar.busy(IDA, WEEK)
        assert await calendar.busy(IDA, WEEK) == before
        assert feed.asked[1].headers["if-none-match"]
        assert feed.asked[1].headers["if-modified-since"] == "Mon, 02 Mar 2026 09:00:00 GMT"
        feed.share("ida", file_of(MEETING))
        assert (await calendar.busy(IDA, WEEK)).intervals == (TAKEN,)


NEVER = "DTSTART:20200101T100000Z\nDTEND:20200101T103000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"


async def test_a_heavy_calendar_is_read_once_however_many_look_and_give_up(feed: StandInFeed) -> None:
    feed.share("ida", file_of(NEVER))
    began = process_time()
    async with reading(feed) as calendar:
        once = await calendar.busy(IDA, WEEK)
    cost = process_time() - began
    began = process_time()
    async with reading(feed) as calendar:
        with suppress(TimeoutError):
            async with asyncio.timeout(cost / 3):
                await calendar.busy(IDA, WEEK)
        assert await asyncio.gather(*(calendar.busy(IDA, WEEK) for _ in range(4))) == [once] * 4
        later = Interval(NOW + timedelta(hours=2), WEEK.end)
        assert (await calendar.busy(IDA, later)).intervals == once.intervals
    assert process_time() - began < 2 * cost, "nor is it read again while it has not changed"


async def test_two_who_look_for_different_weeks_each_get_their_own(feed: StandInFeed) -> None:
    feed.share("ida", file_of(MEETING, "DTSTART:20260311T140000Z\nDTEND:20260311T150000Z"))
    week = timedelta(days=7)
    async with reading(feed) as calendar:
        looks = [calendar.busy(IDA, Interval(WEEK.start + n * week, WEEK.end + n * week)) for n in range(12)]
        found = [each.intervals for each in await asyncio.gather(*looks)]
    assert found == [(TAKEN,), (Interval(TAKEN.start + week, TAKEN.end + week),), *[()] * 10]


async def test_a_calendar_of_nothing_but_heavy_rules_is_done_with_in_seconds(feed: StandInFeed) -> None:
    often = "DTSTART:20260101T100000Z\nDTEND:20260101T100030Z\nRRULE:FREQ=MINUTELY"
    feed.share("ida", file_of(*[often] * 12, *[NEVER] * 12))
    began = process_time()
    async with reading(feed) as calendar:
        busy = await calendar.busy(IDA, WEEK)
    assert process_time() - began < 5
    assert [each.holds(WEEK) for each in busy.intervals] == [True], "what is not unfolded counts as taken"


async def test_it_can_only_be_read(feed: StandInFeed) -> None:
    async with reading(feed) as calendar:
        assert not calendar.writes
        with pytest.raises(CalendarRefused, match="only be read"):
            await calendar.put(CalendarEvent("1", 0, IDA, TAKEN, "Technical"))
        with pytest.raises(CalendarRefused, match="only be read"):
            await calendar.remove("1", IDA, 0)
        with pytest.raises(CalendarRefused, match="only be read"):
            await calendar.find("1", IDA)
    assert feed.asked == []


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.BUSY, Fault.TORN, Fault.HALF])
async def test_what_passes_is_tried_again_and_nobody_is_free_meanwhile(feed: StandInFeed, fault: Fault) -> None:
    async with reading(feed) as calendar:
        feed.fail(fault)
        with pytest.raises(CalendarUnreachable) as refused:
            await calendar.busy(IDA, WEEK)
        assert refused.value.retry_after == (30 if fault is Fault.BUSY else None)
        assert (await calendar.busy(IDA, WEEK)).intervals[0] == TAKEN


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIBBLE])
async def test_a_link_that_does_not_come_to_an_end_is_given_up(feed: StandInFeed, fault: Fault) -> None:
    async with reading(feed, seconds=0.5) as calendar:
        feed.fail(fault)
        with pytest.raises(CalendarUnreachable, match="no answer"):
            await calendar.busy(IDA, WEEK)


@pytest.mark.parametrize(
    ("fault", "said", "remedy"),
    [
        (Fault.CLOSED, "answers 403", "Share your calendar again"),
        (Fault.GONE, "answers 410", "Share your calendar again"),
        (Fault.A_PAGE, "gives a web page, not a calendar", "Copy the link to the iCalendar file"),
        (Fault.ENDLESS, "gives too much", "fewer old events"),
        (Fault.BOMB, "gives too much", "fewer old events"),
        (Fault.ROUND, "without end", "Copy the link"),
    ],
)
async def test_what_only_its_owner_can_mend_says_how(feed: StandInFeed, fault: Fault, said: str, remedy: str) -> None:
    async with reading(feed) as calendar:
        feed.fail(fault, times=10)
        with pytest.raises(CalendarDisconnected, match=said) as refused:
            await calendar.busy(IDA, WEEK)
        assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("path", "said"), [("/calendars/", "a web page"), ("/calendars/nobody.ics", "answers 404")], ids=["a page", "gone"]
)
async def test_a_link_to_something_else_says_so(feed: StandInFeed, path: str, said: str) -> None:
    async with reading(feed, path) as calendar:
        with pytest.raises(CalendarDisconnected, match=said):
            await calendar.busy(IDA, WEEK)


async def test_a_file_that_is_no_calendar_says_so(feed: StandInFeed) -> None:
    feed.share("ida", b"name,start,end\r\n")
    async with reading(feed) as calendar:
        with pytest.raises(CalendarDisconnected, match="gives no calendar"):
            await calendar.busy(IDA, WEEK)


async def test_a_packed_file_is_read_as_well(feed: StandInFeed) -> None:
    async with reading(feed) as calendar:
        feed.fail(Fault.PACKED)
        assert (await calendar.busy(IDA, WEEK)).intervals[0] == TAKEN


async def test_an_event_that_cannot_be_read_costs_its_own_time_and_not_the_others(feed: StandInFeed) -> None:
    feed.share("ida", file_of("DTSTART:20260306T990000\nDTEND:never", MEETING))
    async with reading(feed) as calendar:
        busy = await calendar.busy(IDA, WEEK)
    assert busy.readable
    assert TAKEN in busy.intervals
    friday = Interval(datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC))
    assert any(each.holds(friday) for each in busy.intervals)


async def test_one_of_which_not_even_the_day_can_be_seen_costs_all(feed: StandInFeed) -> None:
    feed.share("ida", file_of("DTSTART:soon", MEETING))
    async with reading(feed) as calendar:
        busy = await calendar.busy(IDA, WEEK)
    assert busy.within(WEEK) == (WEEK,)


async def test_the_link_is_a_secret_that_no_error_tells(feed: StandInFeed) -> None:
    async with reading(feed, "/calendars/very-secret.ics") as calendar:
        with pytest.raises(CalendarDisconnected) as refused:
            await calendar.busy(IDA, WEEK)
    assert "secret" not in f"{refused.value!r}{refused.value.remedy}{refused.value.__cause__}"


async def test_a_webcal_link_is_an_encrypted_one() -> None:
    met: list[str] = []

    async def nowhere(host: str, port: int) -> list[str]:
        met.append(f"{host}:{port}")
        return []

    for link in ("webcal://calendars.example/ida.ics", "WEBCALS://calendars.example/ida.ics"):
        calendar = FeedCalendar(link, BERLIN, now, Outside(resolve=nowhere))
        with pytest.raises(CalendarUnreachable):
            await calendar.busy(IDA, WEEK)
        await calendar.close()
    assert met == ["calendars.example:443"] * 2


async def test_the_catalogue_makes_one_from_what_its_owner_gave(feed: StandInFeed) -> None:
    feed.share("ida", file_of(MEETING))
    async with serving(web(feed)) as url:
        given = {"feed_link": f"{url}/calendars/ida.ics", "timezone": "Europe/Berlin", "own_hosts": "127.0.0.1, files"}
        calendar = catalog.calendar("feed", Means(now, given))
        assert (await calendar.busy(IDA, WEEK)).intervals == (TAKEN,)
        await calendar.close()
    with pytest.raises(NotMade, match=r"^feed_link was not given$"):
        catalog.calendar("feed", Means(now, {"timezone": "Europe/Berlin"}))
    with pytest.raises(NotMade, match="no time zone"):
        catalog.calendar("feed", Means(now, given | {"timezone": "Mars/Olympus"}))
