"""Interviews written into a Microsoft 365 calendar: once, moved, held, taken out, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from dialogs.scheduling.intervals import Interval
from integrations.calendars.base import (
    Answer,
    CalendarChanged,
    CalendarDisconnected,
    CalendarRefused,
    CalendarUnreachable,
    Show,
)
from integrations.standins.microsoft.faults import Fault
from tests.calendars.at_microsoft import IDA, MONDAY, RITA, WEEK, at, interview, office

UID = interview().uid


async def test_an_interview_is_written_and_read_back() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(3, location="https://meet.example/1", url="https://meet.example/1"))
        (stored,) = desk.rita.ours()
        assert stored.told["subject"] == "Interview with Ana Silva"
        assert stored.told["body"] == {"contentType": "text", "content": "For the job at Acme."}
        assert stored.told["location"]["displayName"] == "https://meet.example/1"
        found = await desk.calendar.find(UID, RITA)
    assert found is not None
    assert (found.uid, found.who, found.when, found.sequence) == (UID, RITA, at(3, 9), 3)
    assert (found.tentative, found.reference, found.version) == (False, stored.id, stored.key)


async def test_the_same_again_changes_nothing() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(1))
        before = desk.rita.ours()[0].etag
        await desk.calendar.put(interview(1, at(5, 15)))
        (stored,) = desk.rita.ours()
    assert (stored.etag, stored.start) == (before, at(3, 9).start)


async def test_a_moved_interview_is_the_same_event_and_leaves_no_twin() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(0))
        (first,) = desk.rita.ours()
        await desk.calendar.put(interview(1, at(4, 14), summary="Moved", description="New time."))
        (stored,) = desk.rita.ours()
        assert (stored.id, stored.start, stored.told["subject"]) == (first.id, at(4, 14).start, "Moved")
        assert stored.told["body"]["content"] == "New time."
        found = await desk.calendar.find(UID, RITA)
    assert found is not None
    assert (found.when, found.sequence) == (at(4, 14), 1)


async def test_an_older_sequence_never_wins() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(5, at(4, 14)))
        await desk.calendar.put(interview(4))
        await desk.calendar.remove(UID, RITA, 4)
        (stored,) = desk.rita.ours()
    assert stored.start == at(4, 14).start


async def test_a_uid_with_an_apostrophe_is_found_again() -> None:
    async with office() as desk:
        odd = interview()
        odd = type(odd)("o'neill & co @askarsan", 0, RITA, at(3, 9), "Interview")
        for _ in range(2):
            await desk.calendar.put(odd)
        assert len(desk.rita.ours()) == 1
        assert await desk.calendar.find(odd.uid, RITA)


async def test_a_hold_is_tentative_and_says_so_and_becomes_the_interview() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(0, tentative=True))
        (stored,) = desk.rita.ours()
        assert (stored.told["showAs"], stored.told["subject"]) == ("tentative", "[Hold] Interview with Ana Silva")
        assert stored.told.get("isReminderOn") is False
        assert (await desk.calendar.busy(RITA, WEEK)).blocks[0].show is Show.TENTATIVE
        found = await desk.calendar.find(UID, RITA)
        assert found is not None
        assert found.tentative
        await desk.calendar.put(interview(1, tentative=True, summary="[Hold] Interview"))
        assert stored.told["subject"] == "[Hold] Interview", "once is enough"
        await desk.calendar.put(interview(2))
        assert (stored.told["showAs"], stored.told["subject"]) == ("busy", "Interview with Ana Silva")
        assert stored.told.get("isReminderOn") is True
        assert len(desk.rita.ours()) == 1


# Taken out


async def test_a_removed_interview_is_gone_and_removing_it_again_is_harmless() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        for _ in range(2):
            await desk.calendar.remove(UID, RITA, 0)
        assert desk.rita.events == {}
        assert await desk.calendar.find(UID, RITA) is None


async def test_guests_are_told_when_it_is_off_and_nobody_is_where_there_are_none() -> None:
    """A deletion would leave it standing in the guests' calendars; a cancellation without guests is refused."""
    async with office() as desk:
        await desk.calendar.put(interview(attendees=(IDA,)))
        await desk.calendar.remove(UID, RITA, 0)
        assert desk.rita.mails == [("invitation", IDA), ("cancellation", IDA)]
        assert desk.asked("POST")[-1].endswith("/cancel")
        await desk.calendar.put(interview(1))
        await desk.calendar.remove(UID, RITA, 1)
        assert len(desk.asked("DELETE")) == 1


async def test_what_guests_answered_is_read() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(attendees=(IDA, "Ben@Acme.example", "cy@acme.example")))
        (stored,) = desk.rita.ours()
        desk.rita.answer(stored, IDA, "accepted")
        desk.rita.answer(stored, "ben@acme.example", "tentativelyAccepted")
        found = await desk.calendar.find(UID, RITA)
    assert found is not None
    assert found.answers == {IDA: Answer.ACCEPTED, "ben@acme.example": Answer.TENTATIVE, "cy@acme.example": Answer.NONE}


async def test_whoever_the_owner_invited_besides_stays_invited_when_it_moves() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        (stored,) = desk.rita.ours()
        stored.told["attendees"] = [{"type": "optional", "emailAddress": {"address": IDA}}]
        await desk.calendar.put(interview(1, at(4, 14)))
        assert stored.told["attendees"][0]["emailAddress"]["address"] == IDA


# Changed by hand


async def test_what_somebody_moved_by_hand_is_found_where_they_put_it() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        (stored,) = desk.rita.ours()
        desk.rita.by_hand(stored, at(6, 11))
        found = await desk.calendar.find(UID, RITA)
        assert found is not None
        assert (found.when, found.sequence) == (at(6, 11), 0)
        desk.rita.by_hand(stored, None)
        assert await desk.calendar.find(UID, RITA) is None


async def test_what_is_gone_comes_back_with_a_higher_sequence_and_not_by_a_write_that_comes_late() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        desk.rita.by_hand(desk.rita.ours()[0], None)
        await desk.calendar.put(interview())
        assert desk.rita.ours() == [], "Graph remembers its transaction"
        await desk.calendar.put(interview(1))
        assert len(desk.rita.ours()) == 1


async def test_an_event_changed_between_our_look_and_our_write_is_looked_at_again() -> None:
    """412: somebody moved it meanwhile; ours is newer, so it is written over what they did, once it was seen."""
    async with office() as desk:
        await desk.calendar.put(interview())
        desk.microsoft.fail(412, "ErrorIrresolvableConflict", on="PATCH")
        await desk.calendar.put(interview(1, at(4, 14)))
        assert desk.rita.ours()[0].start == at(4, 14).start
        assert len(desk.asked("PATCH")) == 2


async def test_of_two_that_move_it_at_once_the_newer_stands() -> None:
    """Whichever request comes last: the older one sees by the ETag that it is late."""
    async with office() as desk:
        await desk.calendar.put(interview())
        desk.microsoft.faults.add(Fault(slow=0.3, on="PATCH"))
        older, newer = interview(1, at(4, 14)), interview(2, at(5, 15))
        await asyncio.gather(desk.calendar.put(older), desk.calendar.put(newer))
        found = await desk.calendar.find(UID, RITA)
    assert found is not None
    assert (found.when, found.sequence) == (at(5, 15), 2)


async def test_what_changes_forever_is_given_up() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        desk.microsoft.fail(412, times=20, on="PATCH")
        desk.microsoft.fail(412, times=20, on="DELETE")
        with pytest.raises(CalendarChanged):
            await desk.calendar.put(interview(1))
        with pytest.raises(CalendarChanged):
            await desk.calendar.remove(UID, RITA, 1)


# Twins


@pytest.mark.parametrize("twins", ["refuse", "return"])
async def test_a_request_whose_answer_was_lost_makes_no_twin(twins: str) -> None:
    """The event was made, and 503, 500 or half an answer came back: asked again, it is still one."""
    async with office() as desk:
        desk.microsoft.twins = twins
        lost = [Fault(503, on="POST", done=True), Fault(500, on="POST", done=True), Fault(on="POST", cut=True)]
        for sequence, fault in enumerate(lost):
            desk.rita.events.clear()
            desk.microsoft.faults.add(fault)
            with pytest.raises(CalendarUnreachable):
                await desk.calendar.put(interview(sequence))
            await desk.calendar.put(interview(sequence))
            assert len(desk.rita.ours()) == 1, fault


async def test_the_sdk_does_not_repeat_a_post_behind_our_back() -> None:
    """Left to itself it tries a 429 or 503 three times more, and sleeps as long as it is told to."""
    async with office() as desk:
        for status in (429, 503, 504):
            desk.microsoft.fail(status, on="POST", retry_after="0")
            desk.microsoft.requests.clear()
            with pytest.raises(CalendarUnreachable):
                await desk.calendar.put(interview())
            assert len(desk.asked("POST")) == 1


@pytest.mark.parametrize("twins", ["refuse", "return"])
async def test_two_that_write_the_same_at_once_make_one(twins: str) -> None:
    async with office() as desk:
        desk.microsoft.twins = twins
        desk.microsoft.latency = 0.02
        await asyncio.gather(*(desk.calendar.put(interview()) for _ in range(6)))
        assert len(desk.rita.ours()) == 1


async def test_a_copy_made_by_hand_is_taken_out_with_the_next_write() -> None:
    async with office() as desk:
        await desk.calendar.put(interview())
        (stored,) = desk.rita.ours()
        copy = desk.rita.busy(at(4, 9).start, at(4, 9).end)
        copy.properties = dict(stored.properties)
        await desk.calendar.put(interview(1, at(5, 15)))
        (left,) = desk.rita.ours()
        assert left.start == at(5, 15).start


async def test_a_sequence_somebody_wrote_over_is_taken_for_none() -> None:
    async with office() as desk:
        await desk.calendar.put(interview(3))
        (stored,) = desk.rita.ours()
        name = next(each for each in stored.properties if each.endswith("sequence"))
        stored.properties[name] = "many"
        found = await desk.calendar.find(UID, RITA)
        assert found is not None
        assert found.sequence is None
        await desk.calendar.put(interview(0))
        assert stored.properties[name] == "0"


# Failing


async def test_each_refusal_is_told_apart() -> None:
    refusals: list[tuple[int, str, type[CalendarRefused]]] = [
        (403, "ErrorAccessDenied", CalendarDisconnected),
        (404, "MailboxNotEnabledForRESTAPI", CalendarDisconnected),
        (400, "ErrorInvalidRequest", CalendarRefused),
        (413, "", CalendarRefused),
    ]
    async with office() as desk:
        for status, code, error in refusals:
            desk.microsoft.fail(status, code)
            with pytest.raises(error) as failed:
                await desk.calendar.put(interview())
            assert isinstance(failed.value, CalendarDisconnected) is (error is CalendarDisconnected)
            if isinstance(failed.value, CalendarDisconnected):
                assert failed.value.remedy
            assert "Ana" not in str(failed.value)
        assert desk.rita.ours() == []


async def test_whatever_may_pass_is_to_be_tried_again() -> None:
    troubles = [
        *(Fault(status) for status in (408, 429, 500, 502, 503, 504)),
        Fault(cut=True),
        Fault(page=True),
        Fault(elsewhere="https://elsewhere.example/"),
    ]
    async with office() as desk:
        for trouble in troubles:
            for ask in (desk.calendar.busy(RITA, WEEK), desk.calendar.put(interview()), desk.calendar.find(UID, RITA)):
                desk.microsoft.faults.add(trouble)
                with pytest.raises(CalendarUnreachable):
                    await ask
        assert (await desk.calendar.busy(RITA, WEEK)).readable


async def test_an_interview_over_the_clock_change_lasts_as_long_as_it_lasts() -> None:
    night = Interval.lasting(datetime.fromisoformat("2026-03-29T02:30:00+02:00") - timedelta(hours=1), 90)
    async with office(zone="W. Europe Standard Time") as desk:
        await desk.calendar.put(interview(when=night))
        found = await desk.calendar.find(UID, RITA)
    assert found is not None
    assert found.when == night


async def test_nothing_ever_asks_for_what_an_app_may_not_do() -> None:
    """findMeetingTimes has no application permission, onlineMeetings want a policy: a whole life without either."""
    async with office() as desk:
        await desk.calendar.hours(RITA)
        await desk.calendar.busy(RITA, Interval(MONDAY, MONDAY + timedelta(days=2)))
        await desk.calendar.put(interview(0, tentative=True))
        await desk.calendar.put(interview(1))
        await desk.calendar.remove(UID, RITA, 1)
        asked = {each.rpartition("/")[2] for each in desk.asked()}
    assert asked.isdisjoint({"findMeetingTimes", "onlineMeetings"})
