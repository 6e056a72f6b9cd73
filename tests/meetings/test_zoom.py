"""Zoom meetings, spoken to over HTTP: one meeting per interview, whatever gets lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse

from integrations.meetings.base import (
    Meeting,
    MeetingsDisconnected,
    MeetingsRefused,
    MeetingsUnreachable,
)
from integrations.meetings.zoom.account import Zoom, ZoomApp
from integrations.meetings.zoom.meetings import ZoomMeetings, in_path
from integrations.standins.zoom import PER_DAY, StandInZoom, web
from tests.loopback import serving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEXT_DAY = NOON + timedelta(days=1)
LIST = "GET /v2/users/rooms@firm.example/meetings"
CREATE = "POST /v2/users"


@dataclass
class Time:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Desk:
    zoom: StandInZoom
    meetings: ZoomMeetings
    time: Time
    url: str
    opened: list[ZoomMeetings] = field(default_factory=list)

    def another(self, **app: str) -> ZoomMeetings:
        """As after a restart: nothing is remembered."""
        self.opened.append(desk_at(self.url, self.time, **app))
        return self.opened[-1]


APP = ZoomApp("account", "client", "secret", "rooms@firm.example")


def desk_at(url: str, time: Time, **app: str) -> ZoomMeetings:
    return ZoomMeetings(Zoom(replace(APP, **app), time.now, api=f"{url}/v2", login=f"{url}/oauth/token"))


@asynccontextmanager
async def a_desk(page: int = 300) -> AsyncIterator[Desk]:
    time = Time()
    standin = StandInZoom(time.now, page=page)
    async with serving(web(standin)) as url:
        desk = Desk(standin, desk_at(url, time), time, url)
        yield desk
        for each in (desk.meetings, *desk.opened):
            await each.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with a_desk() as made:
        yield made


async def test_the_same_interview_has_the_same_meeting_after_a_restart_too(desk: Desk) -> None:
    meeting = await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert meeting.url.startswith("https://us05web.zoom.example/j/")
    assert await desk.meetings.create("interview_1", "Technical", NOON, 45) == meeting
    assert await desk.another().create("interview_1", "Technical", NOON, 45) == meeting
    assert await desk.meetings.create("interview_2", "Final", NOON, 60) != meeting
    assert len(desk.zoom.meetings) == 2


async def test_a_meeting_says_when_and_lets_people_in_without_its_host(desk: Desk) -> None:
    lisbon = datetime(2026, 7, 1, 10, 30).astimezone(UTC)
    await desk.meetings.create("interview_1", "Technical: Ana Silva", lisbon, 45)
    (kept,) = desk.zoom.meetings.values()
    assert kept.told["start_time"] == f"{lisbon:%Y-%m-%dT%H:%M:%SZ}"
    assert (kept.told["duration"], kept.told["timezone"]) == (45, "UTC")
    assert kept.told["settings"]["join_before_host"]
    assert not kept.told["settings"]["waiting_room"]
    assert "interview_1" not in kept.told["agenda"], "people may read it"


async def test_an_answer_lost_on_the_way_does_not_make_a_second_meeting(desk: Desk) -> None:
    desk.zoom.mishaps.lose(on=CREATE)
    with pytest.raises(MeetingsUnreachable):
        await desk.meetings.create("interview_1", "Technical", NOON, 45)
    meeting = await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert [str(each) for each in desk.zoom.meetings] == [meeting.reference]


async def test_an_answer_without_a_link_is_asked_for_again_and_not_made_again(desk: Desk) -> None:
    desk.zoom.mishaps.answer(lambda: PlainTextResponse("<html>a proxy says hello</html>"), on=LIST)
    with pytest.raises(MeetingsUnreachable):
        await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert desk.zoom.meetings == {}
    await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert len(desk.zoom.meetings) == 1


async def test_of_two_meetings_for_one_interview_the_first_is_kept(desk: Desk) -> None:
    first = await desk.meetings.create("interview_1", "Technical", NOON, 45)
    desk.time.at += timedelta(minutes=1)
    # What is left where two processes did the same in the same second.
    (kept,) = desk.zoom.meetings.values()
    desk.zoom.meetings[kept.id + 1] = replace(kept, id=kept.id + 1, created=desk.time.at)
    assert await desk.another().move("interview_1", NEXT_DAY, 45) == first
    assert list(desk.zoom.meetings) == [int(first.reference)]


async def test_a_moved_interview_keeps_its_link(desk: Desk) -> None:
    meeting = await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert await desk.meetings.move("interview_1", NEXT_DAY, 60) == meeting
    (kept,) = desk.zoom.meetings.values()
    assert (kept.told["start_time"], kept.told["duration"]) == ("2026-03-03T12:00:00Z", 60)
    assert kept.told["topic"] == "Technical"


async def test_asked_for_again_at_another_time_the_meeting_moves_there(desk: Desk) -> None:
    meeting = await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert await desk.another().create("interview_1", "Technical", NEXT_DAY, 45) == meeting
    assert [each.told["start_time"] for each in desk.zoom.meetings.values()] == ["2026-03-03T12:00:00Z"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_meeting_deleted_by_hand_is_made_anew_when_it_moves(desk: Desk, restarted: bool) -> None:
    meeting = await desk.meetings.create("interview_1", "Technical", NOON, 45)
    desk.zoom.delete_by_hand(int(meeting.reference))
    meetings = desk.another() if restarted else desk.meetings
    moved = await meetings.move("interview_1", NEXT_DAY, 45)
    assert moved != meeting
    assert list(desk.zoom.meetings) == [int(moved.reference)]


async def test_what_is_given_up_is_gone_and_stays_so(desk: Desk) -> None:
    await desk.meetings.create("interview_1", "Technical", NOON, 45)
    other = await desk.meetings.create("interview_2", "Final", NOON, 45)
    await desk.meetings.end("interview_1")
    await desk.meetings.end("interview_1")
    assert list(desk.zoom.meetings) == [int(other.reference)]


async def test_a_meeting_far_down_the_list_is_found() -> None:
    async with a_desk(page=2) as desk:
        made = [await desk.meetings.create(f"interview_{n}", "Technical", NOON, 45) for n in range(5)]
        assert await desk.another().create("interview_4", "Technical", NOON, 45) == made[4]
        assert len(desk.zoom.meetings) == 5


async def test_ten_interviews_at_once_fetch_one_token(desk: Desk) -> None:
    made = await asyncio.gather(*(desk.meetings.create(f"interview_{n}", "T", NOON, 45) for n in range(10)))
    assert len({each.url for each in made}) == 10
    assert desk.zoom.asked.count("POST /oauth/token") == 1


async def test_a_token_is_renewed_before_its_hour_is_over(desk: Desk) -> None:
    await desk.meetings.create("interview_1", "Technical", NOON, 45)
    desk.time.at += timedelta(minutes=58)
    await desk.meetings.move("interview_1", NEXT_DAY, 45)
    assert desk.zoom.asked.count("POST /oauth/token") == 1
    desk.time.at += timedelta(minutes=1)
    await desk.meetings.move("interview_1", NEXT_DAY, 60)
    assert desk.zoom.asked.count("POST /oauth/token") == 2


async def test_a_token_taken_back_early_is_renewed_and_the_work_done(desk: Desk) -> None:
    await desk.meetings.create("interview_1", "Technical", NOON, 45)
    desk.zoom.take_back_tokens()
    await asyncio.gather(*(desk.meetings.create(f"interview_{n}", "T", NOON, 45) for n in range(2, 6)))
    assert len(desk.zoom.meetings) == 5
    assert desk.zoom.asked.count("POST /oauth/token") == 2


async def test_a_zoom_that_believes_no_token_is_not_asked_for_ever(desk: Desk) -> None:
    desk.zoom.mishaps.refuse(401, {"code": 124, "message": "Invalid access token."}, on=LIST, times=9)
    with pytest.raises(MeetingsDisconnected):
        await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert desk.zoom.asked.count(LIST) == 2


REMEDIES: list[tuple[dict[str, str], bool, str]] = [
    ({"client_secret": "old"}, True, "client secret"),
    ({"account_id": "somebody"}, True, "account id"),
    ({"user": "gone@firm.example"}, True, "email address"),
    ({}, False, "scopes"),
]


async def test_what_only_the_owner_can_mend_says_how(desk: Desk) -> None:
    for app, desk.zoom.allowed, remedy in REMEDIES:
        for attempt in (desk.another(**app).check(), desk.another(**app).create("interview_1", "T", NOON, 45)):
            with pytest.raises(MeetingsDisconnected) as told:
                await attempt
            assert remedy in told.value.remedy
    assert desk.zoom.meetings == {}


async def test_the_self_test_makes_no_meeting(desk: Desk) -> None:
    await desk.meetings.check()
    assert desk.zoom.meetings == {}


async def test_the_secret_shows_in_no_error_and_in_no_listing(desk: Desk) -> None:
    assert "secret" not in repr(APP)
    with pytest.raises(MeetingsDisconnected) as told:
        await desk.another(client_secret="hush-hush").check()
    assert "hush-hush" not in repr(told.value) + str(told.value) + repr(told.value.__cause__)


WAITS: list[tuple[dict[str, str], str, float]] = [
    ({"Retry-After": "7"}, "", 7),
    ({"Retry-After": "2026-03-02T12:30:00Z"}, "", 1_800),
    ({"Retry-After": "Mon, 02 Mar 2026 12:01:00 GMT"}, "", 60),
    ({"Retry-After": "2026-03-02T11:00:00Z"}, "", 1),
    ({"Retry-After": "2031-01-01T00:00:00Z"}, "", 86_400),
    ({"X-RateLimit-Type": "Daily-limit"}, "", 43_200),
    ({}, "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests", 43_200),
    ({"Retry-After": "soon"}, "You have reached the maximum per-second rate limit for this API.", 1),
    ({}, "", 1),
]


async def test_zoom_is_left_alone_for_as_long_as_it_asks(desk: Desk) -> None:
    for headers, message, wait in WAITS:
        desk.zoom.mishaps.refuse(429, {"code": 429, "message": message}, headers, on=CREATE)
        with pytest.raises(MeetingsUnreachable) as told:
            await desk.meetings.create("interview_1", "Technical", NOON, 45)
        assert told.value.retry_after == wait, headers


async def test_the_hundredth_meeting_of_a_day_is_the_last_until_midnight(desk: Desk) -> None:
    desk.zoom.use_up("rooms@firm.example", PER_DAY - 1)
    await desk.meetings.create("interview_1", "Technical", NOON, 45)
    with pytest.raises(MeetingsUnreachable) as told:
        await desk.meetings.create("interview_2", "Final", NOON, 45)
    assert told.value.retry_after == 43_200
    desk.time.at += timedelta(seconds=told.value.retry_after)
    await desk.meetings.create("interview_2", "Final", NOON, 45)


async def test_a_zoom_in_trouble_is_tried_again_later(desk: Desk) -> None:
    for status in (500, 502, 503, 408):
        desk.zoom.mishaps.refuse(status, on=CREATE)
        with pytest.raises(MeetingsUnreachable):
            await desk.meetings.create("interview_1", "Technical", NOON, 45)
    await desk.meetings.create("interview_1", "Technical", NOON, 45)
    assert len(desk.zoom.meetings) == 1


async def test_what_zoom_will_never_take_is_refused_for_good(desk: Desk) -> None:
    with pytest.raises(MeetingsRefused) as told:
        await desk.meetings.create("interview_1", "Technical", NOON, 0)
    assert not isinstance(told.value, MeetingsDisconnected)


async def test_an_answer_that_never_ends_is_given_up(desk: Desk) -> None:
    zoom = Zoom(
        APP, desk.time.now, api=f"{desk.url}/v2", login=f"{desk.url}/oauth/token", patience=timedelta(seconds=0.1)
    )
    desk.zoom.mishaps.dawdle(30)
    with pytest.raises(MeetingsUnreachable):
        await ZoomMeetings(zoom).create("interview_1", "Technical", NOON, 45)
    await zoom.close()


async def test_no_zoom_at_all_is_no_answer() -> None:
    async with a_desk() as desk:
        pass
    alone = desk.another()
    with pytest.raises(MeetingsUnreachable):
        await alone.create("interview_1", "Technical", NOON, 45)
    await alone.close()


# 0xff and its like give a / in base64: one UUID in sixty begins with one.
UUIDS = ("4444AAAiAAAAAiAiAiiAii==", "/ajXp112QmuoKj4854875==", "abc//def==", "ab/c+d==")


async def test_a_meeting_whose_uuid_has_slashes_is_found(desk: Desk) -> None:
    for minutes, uuid in enumerate(UUIDS, 40):
        desk.zoom.hold(uuid, NOON, minutes, 2)
    for minutes, uuid in enumerate(UUIDS, 40):
        held = await desk.meetings.held(uuid)
        assert (held.start, held.end, held.participants) == (NOON, NOON + timedelta(minutes=minutes), 2), uuid


async def test_a_meeting_nobody_came_to_was_never_held(desk: Desk) -> None:
    with pytest.raises(MeetingsRefused):
        await desk.meetings.held("4444AAAiAAAAAiAiAiiAii==")


@given(st.text(min_size=1))
def test_no_uuid_breaks_out_of_its_place_in_the_address(uuid: str) -> None:
    assert not set(in_path(uuid)) & set("/?#&")


async def until_done(act: Callable[[], Awaitable[Meeting | None]]) -> Meeting | None:
    for _ in range(5):
        try:
            return await act()
        except MeetingsUnreachable:
            continue
    raise AssertionError("five times were not enough")


async def test_whatever_is_lost_on_the_way_doing_it_again_ends_in_one_meeting_or_none(desk: Desk) -> None:
    for lost in ("GET", "POST", "PATCH", "DELETE"):
        desk.zoom.mishaps.lose(on=f"{lost} /v2", times=2)
        made = await until_done(lambda: desk.meetings.create("interview_1", "Technical", NOON, 45))
        moved = await until_done(lambda: desk.meetings.move("interview_1", NEXT_DAY, 45))
        assert made == moved, lost
        assert [each.told["start_time"] for each in desk.zoom.meetings.values()] == ["2026-03-03T12:00:00Z"], lost
        await until_done(lambda: desk.meetings.end("interview_1"))
        assert desk.zoom.meetings == {}, lost
