"""The real client against a real Radicale: what it shows as busy, what it keeps, and what can be wrong with it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.scheduling.intervals import Interval
from integrations import catalog
from integrations.calendars.base import (
    CalendarChanged,
    CalendarDisconnected,
    CalendarEvent,
    CalendarRefused,
    CalendarUnreachable,
    Show,
)
from integrations.calendars.caldav import CalDavCalendar
from integrations.calendars.caldav_account import Account
from integrations.means import Means
from integrations.outside import Login, Outside
from tests.calendars.at_radicale import PASSWORD, USER, Radicale, radicale_in

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = Interval(NOW, NOW + timedelta(days=7))
BERLIN = ZoneInfo("Europe/Berlin")
UID = "interview-1@askarsan"
SLOT = Interval(datetime(2026, 3, 4, 14, tzinfo=UTC), datetime(2026, 3, 4, 14, 45, tzinfo=UTC))
EVENT = CalendarEvent(
    UID, 0, USER, SLOT, "Technical interview: Ana Silva – ça va", "Join there", url="https://meet.example/a"
)


def now() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale_in(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def server(radicale: Radicale) -> Radicale:
    """With one calendar, and nothing in it."""
    radicale.empty()
    radicale.make("work", "Work")
    return radicale


@asynccontextmanager
async def connected(
    server: Radicale,
    path: str = "",
    *,
    at: str = "",
    password: str = PASSWORD,
    writes_to: str = "",
    blocking: tuple[str, ...] = (),
) -> AsyncIterator[CalDavCalendar]:
    outside = Outside(own=["127.0.0.1"], login=Login(USER, password), seconds=30)
    account = Account(f"{at or server.url}{path}", outside, now)
    calendar = CalDavCalendar(account, BERLIN, now, writes_to=writes_to, blocking=blocking)
    yield calendar
    await calendar.close()


# What is busy


async def test_each_kind_of_event_is_busy_as_its_owner_sees_it(server: Radicale) -> None:
    mine = "ATTENDEE;PARTSTAT=DECLINED:mailto:ida@acme.example\nORGANIZER:mailto:boss@acme.example"
    server.put("work/a.ics", "UID:a\nDTSTART:20260303T090000Z\nDTEND:20260303T100000Z")
    server.put("work/b.ics", "UID:b\nDTSTART;VALUE=DATE:20260304\nDTEND;VALUE=DATE:20260305")
    server.put("work/c.ics", "UID:c\nDTSTART:20260305T100000\nDURATION:PT1H")
    server.put("work/d.ics", f"UID:d\nDTSTART:20260305T140000Z\nDTEND:20260305T150000Z\n{mine}")
    server.put("work/e.ics", "UID:e\nDTSTART:20260306T080000Z\nDTEND:20260306T090000Z\nTRANSP:TRANSPARENT")
    server.put("work/f.ics", "UID:f\nDTSTART:20260306T100000Z\nDTEND:20260306T110000Z\nSTATUS:CANCELLED")
    server.put("work/g.ics", "UID:g\nDTSTART:20260306T120000Z\nDTEND:20260306T130000Z\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")
    async with connected(server) as calendar:
        busy = await calendar.busy(USER, WEEK)
        assert await calendar.hours(USER) is None
    assert {block.uid: block.show for block in busy.blocks} == {
        "a": Show.BUSY,
        "b": Show.BUSY,
        "c": Show.BUSY,
        "d": Show.DECLINED,
        "e": Show.FREE,
        "g": Show.AWAY,
    }
    day = Interval(datetime(2026, 3, 4, tzinfo=BERLIN), datetime(2026, 3, 5, tzinfo=BERLIN))
    ten = Interval(datetime(2026, 3, 5, 10, tzinfo=BERLIN), datetime(2026, 3, 5, 11, tzinfo=BERLIN))
    assert {day, ten} <= set(busy.intervals)
    assert len(busy.intervals) == 4


SERIES = (
    "UID:standup\nDTSTART;TZID=Europe/Berlin:20260302T093000\nDTEND;TZID=Europe/Berlin:20260302T100000\n"
    "RRULE:FREQ=DAILY;COUNT=40\nEXDATE;TZID=Europe/Berlin:20260303T093000"
)
MOVED = (
    "UID:standup\nRECURRENCE-ID;TZID=Europe/Berlin:20260304T093000\n"
    "DTSTART;TZID=Europe/Berlin:20260304T140000\nDTEND;TZID=Europe/Berlin:20260304T150000"
)


async def test_series_are_unfolded_as_the_server_itself_unfolds_them(server: Radicale) -> None:
    """Two that share no code agree, over the change of the clocks too."""
    server.put("work/s.ics", SERIES, MOVED)
    server.put("work/w.ics", "UID:w\nDTSTART:20260105T150000Z\nDTEND:20260105T160000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,TH")
    month = Interval(NOW, NOW + timedelta(days=38))
    async with connected(server) as calendar:
        ours = {(block.uid, block.when) for block in (await calendar.busy(USER, month)).blocks}
    assert ours == set(unfolded_by(server, month))
    assert ("standup", Interval(datetime(2026, 3, 4, 13, tzinfo=UTC), datetime(2026, 3, 4, 14, tzinfo=UTC))) in ours


def unfolded_by(server: Radicale, between: Interval) -> Iterator[tuple[str, Interval]]:
    span = f'start="{between.start:%Y%m%dT%H%M%SZ}" end="{between.end:%Y%m%dT%H%M%SZ}"'
    told = server.by_hand(
        "REPORT",
        "work/",
        f"""<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
        <D:prop><C:calendar-data><C:expand {span}/></C:calendar-data></D:prop>
        <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range {span}/>
        </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>""",
        depth="1",
    ).text
    for event in re.findall(r"BEGIN:VEVENT.*?END:VEVENT", told, re.DOTALL):
        uid, *when = (re.search(rf"^{name}:([\w-]+)", event, re.MULTILINE) for name in ("UID", "DTSTART", "DTEND"))
        assert uid is not None
        start, end = (datetime.strptime(f"{each[1]}+0000", "%Y%m%dT%H%M%SZ%z") for each in when if each)
        yield uid[1], Interval(start, end)


async def test_an_event_that_cannot_be_read_is_busy(server: Radicale) -> None:
    server.put("work/a.ics", "UID:a\nDTSTART;TZID=Nowhere:20260304T100000\nDTEND;TZID=Nowhere:20260304T110000")
    async with connected(server) as calendar:
        busy = await calendar.busy(USER, WEEK)
    assert any(
        each.holds(Interval(datetime(2026, 3, 4, 9, tzinfo=UTC), NOW + timedelta(days=2, hours=3)))
        for each in busy.intervals
    )


# Several calendars


async def test_of_several_calendars_those_count_that_were_chosen(server: Radicale) -> None:
    server.make("home", "Private")
    server.make(
        "tasks",
        "Tasks",
        '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>',
    )
    server.put("work/a.ics", "UID:a\nDTSTART:20260303T090000Z\nDTEND:20260303T100000Z")
    server.put("home/b.ics", "UID:b\nDTSTART:20260304T090000Z\nDTEND:20260304T100000Z")
    async with connected(server) as calendar:
        assert [each.name for each in await calendar.calendars()] == ["Private", "Work"]
        assert len((await calendar.busy(USER, WEEK)).intervals) == 2
    async with connected(server, writes_to="Work", blocking=("work",)) as calendar:
        assert [block.uid for block in (await calendar.busy(USER, WEEK)).blocks] == ["a"]
        await calendar.put(EVENT)
    assert len(server.files("work")) == 2
    assert len(server.files("home")) == 1
    async with connected(server, writes_to="Holidays") as calendar:
        with pytest.raises(CalendarDisconnected) as refused:
            await calendar.put(EVENT)
    assert "Private, Work" in refused.value.remedy


@pytest.mark.parametrize("path", ["", "/", f"/{USER}/", f"/{USER}/work/", "/nowhere/"])
async def test_it_is_found_from_wherever_its_owner_points(server: Radicale, path: str) -> None:
    async with connected(server, path) as calendar:
        assert [each.name for each in await calendar.calendars()] == ["Work"]


async def test_an_address_that_leads_to_another_house_of_the_same_server_is_followed(server: Radicale) -> None:
    """As from fastmail.com to caldav.fastmail.com: the addresses in the answer are meant from there."""

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    port = server.url.rpartition(":")[2]
    server.instead("PROPFIND", 301, {"Location": f"http://dav.cloud.example:{port}/"})
    own = ["cloud.example", "dav.cloud.example"]
    outside = Outside(own=own, login=Login(USER, PASSWORD), resolve=resolve, seconds=30)
    calendar = CalDavCalendar(Account(f"http://cloud.example:{port}", outside, now), BERLIN, now)
    assert [each.url for each in await calendar.calendars()] == [f"http://dav.cloud.example:{port}/{USER}/work/"]
    await calendar.put(EVENT)
    assert (await calendar.busy(USER, WEEK)).intervals == (SLOT,)
    await calendar.close()


async def test_a_calendar_that_is_added_later_blocks_too(server: Radicale) -> None:
    times = [NOW]
    outside = Outside(own=["127.0.0.1"], login=Login(USER, PASSWORD), seconds=30)
    calendar = CalDavCalendar(Account(server.url, outside, lambda: times[-1]), BERLIN, lambda: times[-1])
    assert (await calendar.busy(USER, WEEK)).intervals == ()
    server.make("home", "Private")
    server.put("home/b.ics", "UID:b\nDTSTART:20260304T140000Z\nDTEND:20260304T144500Z")
    times.append(NOW + timedelta(minutes=6))
    assert (await calendar.busy(USER, WEEK)).intervals == (SLOT,)
    await calendar.close()


# What is written


async def test_an_event_is_written_moved_read_back_and_taken_away(server: Radicale) -> None:
    async with connected(server) as calendar:
        assert await calendar.find(UID, USER) is None
        await calendar.put(EVENT)
        there = await calendar.find(UID, USER)
        assert there is not None
        assert (there.when, there.sequence, there.tentative, there.url) == (SLOT, 0, False, EVENT.url)
        assert there.version
        later = Interval(SLOT.start + timedelta(days=1), SLOT.end + timedelta(days=1))
        await calendar.put(replace(EVENT, sequence=1, when=later))
        moved = await calendar.find(UID, USER)
        assert moved is not None
        assert (moved.when, moved.sequence, moved.reference) == (later, 1, there.reference)
        assert moved.version != there.version
        assert [block.uid for block in (await calendar.busy(USER, WEEK)).blocks] == [UID]
        await calendar.remove(UID, USER, 1)
        assert await calendar.find(UID, USER) is None
        await calendar.remove(UID, USER, 1)
    assert server.files("work") == []


async def test_a_hold_is_tentative_until_it_is_an_interview(server: Radicale) -> None:
    async with connected(server) as calendar:
        await calendar.put(replace(EVENT, tentative=True, summary="[Hold] Ana Silva"))
        hold = await calendar.find(UID, USER)
        assert hold is not None
        assert hold.tentative
        assert [block.show for block in (await calendar.busy(USER, WEEK)).blocks] == [Show.TENTATIVE]
        await calendar.put(replace(EVENT, sequence=1))
        agreed = await calendar.find(UID, USER)
        assert agreed is not None
        assert not agreed.tentative


async def test_the_same_again_changes_nothing_and_an_older_one_never_wins(server: Radicale) -> None:
    later = replace(EVENT, sequence=2, when=Interval(SLOT.end, SLOT.end + timedelta(hours=1)))
    async with connected(server) as calendar:
        await calendar.put(later)
        written = await calendar.find(UID, USER)
        await calendar.put(later)
        await calendar.put(replace(EVENT, sequence=1))
        await calendar.remove(UID, USER, 1)
        assert await calendar.find(UID, USER) == written
    assert sum(each.startswith("PUT") for each in server.asked) == 1


async def test_what_was_moved_by_hand_is_seen_and_can_be_moved_on(server: Radicale) -> None:
    """Whose program raised SEQUENCE on the way has not outrun ours, which is kept beside it."""
    async with connected(server) as calendar:
        await calendar.put(EVENT)
        there = await calendar.find(UID, USER)
        assert there is not None
        name = there.reference.rpartition("/")[2]
        kept = "X-ASKARSAN-SEQUENCE:0\nSEQUENCE:5"
        server.put(f"work/{name}", f"UID:{UID}\n{kept}\nDTSTART;TZID=Europe/Berlin:20260305T100000\nDURATION:PT1H")
        by_hand = await calendar.find(UID, USER)
        assert by_hand is not None
        assert by_hand.when.start == datetime(2026, 3, 5, 9, tzinfo=UTC)
        assert by_hand.sequence == 0
        await calendar.put(replace(EVENT, sequence=1))
        again = await calendar.find(UID, USER)
        assert again is not None
        assert (again.when, again.sequence) == (SLOT, 1)
    assert b"SEQUENCE:6" in server.by_hand("GET", f"work/{name}").content


async def test_an_address_says_nothing_of_a_uid(server: Radicale) -> None:
    """Its owner's program put it elsewhere, even into another of their calendars: it is found, and not doubled."""
    server.make("home", "Private")
    for path in ("work/ABCD-1234.ics", "home/ABCD-1234.ics"):
        server.put(path, f"UID:{UID}\nSEQUENCE:0\nDTSTART:20260304T140000Z\nDTEND:20260304T144500Z")
        async with connected(server, writes_to="Work") as calendar:
            found = await calendar.find(UID, USER)
            assert found is not None
            assert found.reference.endswith(path)
            await calendar.put(replace(EVENT, sequence=1))
            assert len(server.files("work")) + len(server.files("home")) == 1
            await calendar.remove(UID, USER, 1)
    assert server.files("work") + server.files("home") == []


async def test_the_owners_deletion_or_cancellation_is_seen(server: Radicale) -> None:
    async with connected(server) as calendar:
        await calendar.put(EVENT)
        there = await calendar.find(UID, USER)
        assert there is not None
        name = there.reference.rpartition("/")[2]
        server.put(f"work/{name}", f"UID:{UID}\nSTATUS:CANCELLED\nDTSTART:20260304T140000Z\nDTEND:20260304T144500Z")
        assert await calendar.find(UID, USER) is None
        server.by_hand("DELETE", f"work/{name}")
        assert await calendar.find(UID, USER) is None


# Races


async def test_who_finds_the_event_changed_meanwhile_looks_again_and_decides_again(server: Radicale) -> None:
    async with connected(server) as ours, connected(server) as other:
        await ours.put(EVENT)
        there = await ours.find(UID, USER)
        assert there is not None
        name = there.reference.rpartition("/")[2]

        def meanwhile() -> None:
            kept = "X-ASKARSAN-SEQUENCE:0\nSEQUENCE:1"
            server.put(f"work/{name}", f"UID:{UID}\n{kept}\nDTSTART:20260306T100000Z\nDTEND:20260306T110000Z")

        server.before("PUT", meanwhile)
        await ours.put(replace(EVENT, sequence=1))
        found = await other.find(UID, USER)
    assert found is not None
    assert (found.when, found.sequence) == (SLOT, 1)


async def test_who_finds_a_newer_one_meanwhile_leaves_it(server: Radicale) -> None:
    newer = "X-ASKARSAN-SEQUENCE:7\nSEQUENCE:7\nDTSTART:20260306T100000Z\nDTEND:20260306T110000Z"
    server.before("PUT", lambda: server.put("work/other.ics", f"UID:{UID}\n{newer}"))
    async with connected(server) as calendar:
        await calendar.put(EVENT)
        found = await calendar.find(UID, USER)
        assert found is not None
        assert found.sequence == 7
        server.before("DELETE", lambda: server.put("work/other.ics", f"UID:{UID}\n{newer}\nSUMMARY:changed"))
        await calendar.remove(UID, USER, 7)
        assert await calendar.find(UID, USER) is None
    assert server.files("work") == []


async def test_two_at_once_make_one_event(server: Radicale) -> None:
    async with connected(server) as one, connected(server) as two:
        await asyncio.gather(one.put(EVENT), two.put(EVENT), one.put(EVENT))
    assert len(server.files("work")) == 1


async def test_whoever_is_outrun_again_and_again_gives_up(server: Radicale) -> None:
    server.instead("PUT", 412, times=10)
    async with connected(server) as calendar:
        with pytest.raises(CalendarChanged):
            await calendar.put(EVENT)


# What can be wrong


async def test_a_wrong_password_says_what_to_do(server: Radicale) -> None:
    async with connected(server, password="wrong") as calendar:
        with pytest.raises(CalendarDisconnected, match="does not take the password") as refused:
            await calendar.busy(USER, WEEK)
    assert "app password" in refused.value.remedy
    assert "wrong" not in repr(refused.value)


@pytest.mark.parametrize(("status", "wait"), [(429, 30.0), (503, 30.0), (500, None), (502, None), (507, None)])
async def test_what_passes_may_be_asked_again(server: Radicale, status: int, wait: float | None) -> None:
    async with connected(server) as calendar:
        await calendar.calendars()
        for method in ("REPORT", "GET"):
            server.instead(method, status, {"Retry-After": "30"} if wait else {})
        with pytest.raises(CalendarUnreachable) as refused:
            await calendar.busy(USER, WEEK)
        assert refused.value.retry_after == wait
        with pytest.raises(CalendarUnreachable):
            await calendar.put(EVENT)
        assert (await calendar.busy(USER, WEEK)).intervals == ()


@pytest.mark.parametrize("status", [403, 404, 410, 200])
async def test_a_calendar_that_is_gone_or_closed_is_its_owners_to_mend(server: Radicale, status: int) -> None:
    async with connected(server) as calendar:
        await calendar.calendars()
        server.instead("REPORT", status)
        with pytest.raises(CalendarDisconnected) as refused:
            await calendar.busy(USER, WEEK)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("status", "error"), [(403, CalendarDisconnected), (413, CalendarRefused), (500, CalendarUnreachable)]
)
async def test_what_cannot_be_written_says_so(server: Radicale, status: int, error: type[Exception]) -> None:
    async with connected(server) as calendar:
        server.instead("PUT", status)
        with pytest.raises(error):
            await calendar.put(EVENT)


async def test_nobody_there_and_no_calendar_server(server: Radicale) -> None:
    for status in (400, 404, 405, 501):
        server.instead("PROPFIND", status, times=2)
        async with connected(server) as calendar:
            with pytest.raises(CalendarDisconnected, match="no CalDAV server") as wrong:
                await calendar.calendars()
        assert "Look up the CalDAV address" in wrong.value.remedy
    async with connected(server, at="http://127.0.0.1:9") as calendar:
        with pytest.raises(CalendarUnreachable, match="no connection"):
            await calendar.busy(USER, WEEK)


async def test_a_redirect_into_a_private_network_is_not_followed(server: Radicale) -> None:
    server.instead("PROPFIND", 301, {"Location": "https://10.0.0.7/dav/"}, times=4)
    async with connected(server) as calendar:
        with pytest.raises(CalendarDisconnected, match="private network"):
            await calendar.calendars()


async def test_a_redirect_within_the_server_is(server: Radicale) -> None:
    server.instead("PROPFIND", 301, {"Location": f"/{USER}/"})
    async with connected(server, "/dav/") as calendar:
        assert [each.name for each in await calendar.calendars()] == ["Work"]


async def test_the_catalogue_makes_one_from_what_its_owner_gave(server: Radicale) -> None:
    given = {"caldav_url": server.url, "caldav_user": USER, "caldav_password": PASSWORD, "timezone": "Europe/Berlin"}
    calendar = catalog.calendar("caldav", Means(now, given | {"own_hosts": "127.0.0.1", "caldav_blocking": "Work"}))
    await calendar.put(EVENT)
    assert (await calendar.busy(USER, WEEK)).intervals == (SLOT,)
    await calendar.close()
    private = catalog.calendar("caldav", Means(now, given))
    with pytest.raises(CalendarDisconnected, match="not encrypted"):
        await private.busy(USER, WEEK)
    await private.close()


# Odd servers


async def test_an_address_with_spaces_and_signs_is_read_and_written(server: Radicale) -> None:
    path = "work/my%20event%20%2B%201%2525.ics"
    server.put(path, f"UID:{UID}\nDTSTART:20260304T140000Z\nDTEND:20260304T144500Z")
    async with connected(server) as calendar:
        assert (await calendar.busy(USER, WEEK)).intervals == (SLOT,)
        await calendar.put(replace(EVENT, sequence=1))
        assert len(server.files("work")) == 1
        await calendar.remove(UID, USER, 1)
    assert server.files("work") == []


async def test_what_a_server_adds_to_an_event_disturbs_nobody(server: Radicale) -> None:
    async with connected(server) as calendar:
        await calendar.put(EVENT)
        there = await calendar.find(UID, USER)
        assert there is not None
        name = there.reference.rpartition("/")[2]
        rewritten = server.by_hand("GET", f"work/{name}").text.replace(
            "END:VEVENT",
            "X-SERVER:was here\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT9M\r\nEND:VALARM\r\nEND:VEVENT",
        )
        server.by_hand("PUT", f"work/{name}", rewritten, content_type="text/calendar")
        again = await calendar.find(UID, USER)
        assert again is not None
        assert (again.when, again.sequence) == (there.when, there.sequence)
        await calendar.put(EVENT)
        await calendar.remove(UID, USER, 0)
    assert server.files("work") == []


async def test_a_server_that_says_nothing_is_not_waited_for(server: Radicale) -> None:
    late = threading.Event()
    account = Account(server.url, Outside(own=["127.0.0.1"], login=Login(USER, PASSWORD), seconds=0.3), now)
    calendar = CalDavCalendar(account, BERLIN, now)
    server.before("PROPFIND", lambda: late.wait(30))
    with pytest.raises(CalendarUnreachable, match="no whole answer within"):
        await calendar.busy(USER, WEEK)
    late.set()
    await calendar.close()


async def test_a_page_where_an_answer_should_be_is_no_free_week(
    server: Radicale, caplog: pytest.LogCaptureFixture
) -> None:
    for status in (200, 207):
        async with connected(server) as calendar:
            await calendar.calendars()
            server.instead("REPORT", status, body=b"<html><body>Sign in, Ida Berg</body>")
            with pytest.raises((CalendarDisconnected, CalendarUnreachable)):
                await calendar.busy(USER, WEEK)
    assert "Ida Berg" not in caplog.text
