"""How we hear that a calendar at Google has changed, and learn what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from bot.doors.google import Channel, google_door
from integrations.calendars.base import CalendarDisconnected, CalendarRefused, CalendarUnreachable, Changes, Watch
from integrations.calendars.google.event import id_of
from integrations.standins.google.refusing import Fault
from tests.calendars.at_google import (
    BEN,
    IDA,
    UID,
    Office,
    Opens,
    Served,
    at,
    interview,
    office,
    served,
    signed_in,
    times,
)

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "a secret that cannot be guessed"
CONNECTION = "connection-7"


@dataclass
class OurDoor:
    """Our side of it: the channels we know, and what we were told."""

    url: str = ""
    channels: dict[str, Channel] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    broken: int = 0  # so many times the database is away

    async def find(self, google_id: str) -> Channel | None:
        return self.channels.get(google_id)

    async def tell(self, connection: str) -> None:
        if self.broken:
            self.broken -= 1
            raise RuntimeError("the database does not answer")
        self.told.append(connection)

    def knows(self, watch: Watch, secret: str = SECRET) -> None:
        self.channels[watch.id] = Channel(CONNECTION, secret)


@pytest.fixture
def ours(served: Served) -> OurDoor:
    ours = OurDoor(f"{served.url}/hooks/google")
    app = FastAPI()
    app.include_router(google_door(ours.find, ours.tell))
    served.door = app
    return ours


async def watched(there: Office, ours: OurDoor) -> Watch:
    watch = await there.calendar.watch(IDA, ours.url, SECRET)
    ours.knows(watch)
    await there.google.pushing.delivered()
    return watch


# What is told


async def test_a_change_by_hand_is_told_within_the_moment(office: Opens, ours: OurDoor) -> None:
    async with office() as there:
        await watched(there, ours)
        there.google.add(IDA, **times(at(10)))
        await there.google.pushing.delivered()
    assert ours.told == [CONNECTION]
    assert there.google.pushing.answers[-1] == 204


async def test_the_word_that_opens_a_channel_is_no_change(office: Opens, ours: OurDoor) -> None:
    """Trap 32: `sync` says that it works; there is no body. It comes before we know the channel, and is no stranger."""
    async with office() as there:
        await there.calendar.watch(IDA, ours.url, SECRET)
        await there.google.pushing.delivered()
        assert (there.google.pushing.answers, ours.told) == ([204], [])


async def test_messages_that_come_late_and_twice_do_no_harm(office: Opens, ours: OurDoor) -> None:
    async with office() as there:
        await watched(there, ours)
        cursor = (await there.calendar.changes(IDA, "")).cursor
        there.google.pushing.twice = there.google.pushing.late = True
        await there.calendar.put(interview())
        there.google.change(IDA, id_of(UID), **times(at(16)))
        await there.google.pushing.deliver()
        assert ours.told == [CONNECTION] * 4
        first = await there.calendar.changes(IDA, cursor)
        assert first.uids == frozenset({UID})
        for _ in range(3):
            assert (await there.calendar.changes(IDA, first.cursor)).uids == frozenset()


async def test_what_we_could_not_note_is_told_again(office: Opens, ours: OurDoor) -> None:
    async with office() as there:
        await watched(there, ours)
        ours.broken = 1
        there.google.add(IDA, **times(at(10)))
        await there.google.pushing.delivered()
        assert ours.told == [CONNECTION]
        assert there.google.pushing.answers[-2:] == [500, 204]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Goog-Channel-ID": "known"},
        {"X-Goog-Channel-ID": "known", "X-Goog-Channel-Token": ""},
        {"X-Goog-Channel-ID": "known", "X-Goog-Channel-Token": f"{SECRET}!"},
        {"X-Goog-Channel-ID": "known", "X-Goog-Channel-Token": "ünknown"},
        {"X-Goog-Channel-ID": "unknown", "X-Goog-Channel-Token": SECRET},
        {"X-Goog-Channel-ID": "without a secret", "X-Goog-Channel-Token": ""},
    ],
)
async def test_whoever_does_not_know_the_secret_is_not_heard(ours: OurDoor, headers: dict[str, str]) -> None:
    """Google signs nothing: the token is all that tells its messages from anybody's."""
    async with httpx2.AsyncClient(verify=False) as anybody:
        ours.channels = {"known": Channel(CONNECTION, SECRET), "without a secret": Channel(CONNECTION, "")}
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        answer = await anybody.post(ours.url, headers=[(b"X-Goog-Resource-State", b"exists"), *sent])
    assert (answer.status_code, ours.told) == (401, [])
    assert SECRET not in answer.text


# How long it is told


async def test_a_watch_knows_when_it_ends(office: Opens, ours: OurDoor) -> None:
    async with office() as there:
        watch = await watched(there, ours)
        assert watch.expires == there.clock() + timedelta(days=7)


async def test_a_watch_that_is_not_renewed_falls_silent(office: Opens, ours: OurDoor) -> None:
    """Trap 31: Google prolongs nothing by itself, and says nothing when it ends."""
    async with office() as there:
        await watched(there, ours)
        there.clock.passes(days=7)
        there.google.add(IDA, **times(at(10)))
        await there.google.pushing.delivered()
        assert ours.told == []


async def test_a_renewed_watch_overlaps_with_the_old_one(office: Opens, ours: OurDoor) -> None:
    async with office() as there:
        old = await watched(there, ours)
        there.clock.passes(days=6)
        new = await there.calendar.renew(IDA, old, ours.url, SECRET)
        ours.knows(new)
        await there.google.pushing.delivered()
        assert new.id != old.id
        assert new.expires == there.clock() + timedelta(days=7)
        there.google.add(IDA, **times(at(10)))
        await there.google.pushing.delivered()
        assert ours.told == [CONNECTION] * 2, "both tell until the old one runs out, so that nothing falls between"
        there.clock.passes(days=2)
        there.google.add(IDA, **times(at(12)))
        await there.google.pushing.delivered()
        assert ours.told == [CONNECTION] * 3


async def test_a_watch_that_is_given_up_tells_no_more(office: Opens, ours: OurDoor) -> None:
    async with office() as there:
        watch = await watched(there, ours)
        await there.calendar.unwatch(watch)
        there.google.add(IDA, **times(at(10)))
        await there.google.pushing.delivered()
        assert ours.told == []
        await there.calendar.unwatch(watch)


async def test_a_calendar_that_is_not_ours_to_see_cannot_be_watched(office: Opens) -> None:
    async with office(signed_in) as there:
        with pytest.raises(CalendarDisconnected):
            await there.calendar.watch(BEN, "https://interviews.acme.example/hooks/google", SECRET)


async def test_google_tells_only_over_https(office: Opens) -> None:
    async with office() as there:
        with pytest.raises(CalendarRefused):
            await there.calendar.watch(IDA, "http://interviews.acme.example/hooks/google", SECRET)


# What has changed


async def test_the_first_look_only_finds_where_to_begin(office: Opens) -> None:
    async with office(page=2) as there:
        for hour in range(5):
            there.google.add(IDA, **times(at(8 + hour)))
        first = await there.calendar.changes(IDA, "")
        assert first.uids is None
        assert there.kinds() == ["list"] * 3
        assert {"items"} & set(there.google.calls[-1].query["fields"].split(",")) == set()
        assert await there.calendar.changes(IDA, first.cursor) == Changes(first.cursor, frozenset())


async def test_what_was_moved_deleted_and_added_since_is_told_by_its_uid(office: Opens) -> None:
    """Of what was deleted Google may tell the id and nothing else; so the id has to say whose it was."""
    async with office(page=2) as there:
        await there.calendar.put(interview())
        cursor = (await there.calendar.changes(IDA, "")).cursor
        there.google.delete(IDA, id_of(UID))
        there.google.add(IDA, iCalUID="interview-18@askarsan.example", **times(at(14)))
        for hour in range(3):
            there.google.add(IDA, iCalUID=f"other-{hour}", **times(at(16 + hour)))
        changes = await there.calendar.changes(IDA, cursor)
        assert changes.uids == frozenset({UID, "interview-18@askarsan.example", "other-0", "other-1", "other-2"})
        assert (await there.calendar.changes(IDA, changes.cursor)).uids == frozenset()


async def test_what_others_deleted_is_a_change_too(office: Opens) -> None:
    """Their time is free again, though nothing but an id is told of it."""
    async with office() as there:
        theirs = there.google.add(IDA, **times(at(10)))
        cursor = (await there.calendar.changes(IDA, "")).cursor
        there.google.delete(IDA, theirs)
        assert (await there.calendar.changes(IDA, cursor)).uids == frozenset({theirs})


async def test_a_cursor_that_has_run_out_begins_anew(office: Opens) -> None:
    """Trap 31: 410 means that everything has to be looked at."""
    async with office() as there:
        cursor = (await there.calendar.changes(IDA, "")).cursor
        assert (await there.calendar.changes(IDA, "of another vendor")).uids is None
        there.google.calls.clear()
        await there.calendar.put(interview())
        there.google.expire_sync_tokens()
        await there.calendar.put(interview(1, when=at(15)))
        anew = await there.calendar.changes(IDA, cursor)
        assert anew.uids is None
        assert [call.status for call in there.google.calls if call.kind == "list"] == [410, 200]


async def test_a_look_that_broke_off_loses_nothing(office: Opens) -> None:
    async with office() as there:
        cursor = (await there.calendar.changes(IDA, "")).cursor
        there.google.fail(Fault.CUT, on="list")
        await there.calendar.put(interview())
        with pytest.raises(CalendarUnreachable):
            await there.calendar.changes(IDA, cursor)
        assert (await there.calendar.changes(IDA, cursor)).uids == frozenset({UID})
