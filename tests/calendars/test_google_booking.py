"""An interview in a calendar at Google: written once, moved rightly, taken away for good, read back as it stands."""

from __future__ import annotations

import asyncio

import pytest

from integrations.calendars.base import (
    Answer,
    CalendarChanged,
    CalendarDisconnected,
    CalendarRefused,
    CalendarUnreachable,
)
from integrations.calendars.google.event import id_of
from integrations.standins.google.diaries import Role
from integrations.standins.google.refusing import Fault
from tests.calendars.at_google import (
    BEN,
    IDA,
    UID,
    Office,
    Opens,
    all_day,
    at,
    interview,
    office,
    served,
    signed_in,
    times,
)

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANA = "ana@candidate.example"


async def times_in(there: Office, who: str = IDA) -> list[tuple[object, int | None]]:
    """When our event stands in the calendar, and as the how-manieth of ours."""
    standing = await there.calendar.find(UID, who)
    return [(standing.when, standing.sequence)] if standing else []


async def test_an_interview_is_written_and_reads_back_as_it_was_meant(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        standing = await there.calendar.find(UID, IDA)
        (event,) = there.google.events(IDA)
    assert standing is not None
    assert (standing.uid, standing.who, standing.when, standing.sequence) == (UID, IDA, at(10), 0)
    assert (standing.tentative, standing.reference, standing.version) == (False, id_of(UID), event["etag"])
    assert (event["summary"], event["location"]) == ("Ana Silva – Data Engineer", "https://meet.example/room")
    assert (event["status"], event["transparency"]) == ("confirmed", "opaque")


async def test_a_hold_takes_the_time_says_so_and_invites_nobody(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(tentative=True, attendees=(ANA,)))
        (event,) = there.google.events(IDA)
        standing = await there.calendar.find(UID, IDA)
    assert (event["status"], event["transparency"], event["attendees"]) == ("tentative", "opaque", [])
    assert event["summary"] == "[Hold] Ana Silva – Data Engineer"
    assert standing is not None
    assert standing.tentative


async def test_a_hold_that_already_says_so_says_it_once(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(tentative=True, summary="[Hold] Ana Silva"))
        assert there.google.events(IDA)[0]["summary"] == "[Hold] Ana Silva"


async def test_a_hold_becomes_the_interview(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(tentative=True))
        await there.calendar.put(interview(1))
        (event,) = there.google.events(IDA)
    assert (event["status"], event["summary"]) == ("confirmed", "Ana Silva – Data Engineer")


async def test_the_answer_is_lost_and_the_event_is_there_once(office: Opens) -> None:
    """Trap 21: what was carried out is asked for again, as nobody heard that it was."""
    async with office() as there:
        there.google.fail(Fault.CUT, on="insert")
        with pytest.raises(CalendarUnreachable):
            await there.calendar.put(interview())
        await there.calendar.put(interview())
        assert len(there.google.events(IDA)) == 1
        etag = there.google.events(IDA)[0]["etag"]
        await there.calendar.put(interview())
        assert there.google.events(IDA)[0]["etag"] == etag, "the same again changes nothing"


async def test_ten_at_once_write_it_once(office: Opens) -> None:
    async with office() as there:
        await asyncio.gather(*(there.calendar.put(interview()) for _ in range(10)))
        assert len(there.google.events(IDA)) == 1


async def test_a_move_keeps_the_event_and_its_uid(office: Opens) -> None:
    """Trap 37: no twin is left behind."""
    async with office() as there:
        await there.calendar.put(interview())
        await there.calendar.put(interview(1, when=at(15, day=1)))
        assert [event["id"] for event in there.google.events(IDA)] == [id_of(UID)]
        assert await times_in(there) == [(at(15, day=1), 1)]


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 0, 1), (2, 1, 0), (1, 2, 0), (2, 2, 1)])
async def test_an_older_move_that_comes_late_never_wins(office: Opens, order: tuple[int, ...]) -> None:
    async with office() as there:
        for sequence in order:
            await there.calendar.put(interview(sequence, when=at(10 + sequence)))
        assert await times_in(there) == [(at(12), 2)]


async def test_a_move_of_an_event_that_was_never_written_writes_it(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(3))
        assert await times_in(there) == [(at(10), 3)]


async def test_moved_after_its_owner_made_it_a_whole_day(office: Opens) -> None:
    """A patch that left the date standing beside the new hour would be refused."""
    async with office() as there:
        await there.calendar.put(interview())
        by_hand = all_day("2026-03-04", "2026-03-05")
        there.google.change(IDA, id_of(UID), **{name: {"dateTime": None, **day} for name, day in by_hand.items()})
        assert await times_in(there) == [(at(0, day=2, minutes=24 * 60), 0)]
        await there.calendar.put(interview(1, when=at(11)))
        assert await times_in(there) == [(at(11), 1)]


async def test_what_the_owner_noted_with_it_survives_a_move(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.change(IDA, id_of(UID), visibility="private")
        await there.calendar.put(interview(1, when=at(15)))
        assert there.google.events(IDA)[0]["visibility"] == "private"


async def test_somebody_is_quicker_and_we_look_again(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.race(id_of(UID), id_of(UID))
        await there.calendar.put(interview(1, when=at(15)))
        assert await times_in(there) == [(at(15), 1)]
        assert [call.status for call in there.google.calls if call.kind == "patch"] == [412, 412, 200]


async def test_somebody_who_is_always_quicker_is_left_the_event(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.race(*[id_of(UID)] * 6)
        with pytest.raises(CalendarChanged):
            await there.calendar.put(interview(1, when=at(15)))
        with pytest.raises(CalendarChanged):
            await there.calendar.remove(UID, IDA, 1)
        assert await times_in(there) == [(at(10), 0)]


# Taken away


async def test_an_interview_that_is_called_off_is_gone(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        await there.calendar.remove(UID, IDA, 0)
        assert there.google.events(IDA) == []
        assert await there.calendar.find(UID, IDA) is None
        await there.calendar.remove(UID, IDA, 0)
        await there.calendar.remove("never@askarsan.example", IDA, 0)


async def test_an_id_that_was_deleted_is_called_back_and_not_written_anew(office: Opens) -> None:
    """Google never gives an id out again: a hold that ended and comes back would be refused for good."""
    async with office() as there:
        await there.calendar.put(interview(tentative=True))
        await there.calendar.remove(UID, IDA, 0)
        await there.calendar.put(interview(1, when=at(12)))
        assert await times_in(there) == [(at(12), 1)]
        assert "update" in there.kinds(), "as a whole: of a patch Google does not say that it is enough"


async def test_deleted_in_the_moment_of_its_move_it_is_called_back_where_it_moves_to(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.race(id_of(UID), deletes=True)
        await there.calendar.put(interview(1, when=at(15)))
        assert await times_in(there) == [(at(15), 1)]


async def test_deleted_in_the_moment_of_its_removal_it_is_gone(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.race(id_of(UID), deletes=True)
        await there.calendar.remove(UID, IDA, 1)
        assert there.google.events(IDA) == []


@pytest.mark.parametrize("late", [0, 1, 2])
async def test_what_was_called_off_is_not_brought_back_by_what_comes_late(office: Opens, late: int) -> None:
    async with office() as there:
        await there.calendar.put(interview(1))
        await there.calendar.remove(UID, IDA, 2)
        await there.calendar.put(interview(late))
        assert there.google.events(IDA) == []


async def test_a_newer_one_is_not_taken_away(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(2))
        await there.calendar.remove(UID, IDA, 1)
        assert await times_in(there) == [(at(10), 2)]


async def test_what_changes_in_the_moment_of_its_removal_is_looked_at_again(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.race(id_of(UID))
        await there.calendar.remove(UID, IDA, 0)
        assert there.google.events(IDA) == []
        assert [call.status for call in there.google.calls if call.kind == "delete"] == [412, 204]


async def test_the_removal_whose_answer_was_lost_is_done_once(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.fail(Fault.CUT, on="delete")
        with pytest.raises(CalendarUnreachable):
            await there.calendar.remove(UID, IDA, 1)
        await there.calendar.remove(UID, IDA, 1)
        assert there.google.events(IDA) == []


# Changed by hand


async def test_moved_by_hand_is_seen(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.change(IDA, id_of(UID), **times(at(16)))
        assert await times_in(there) == [(at(16), 0)]


async def test_deleted_by_hand_is_seen_and_the_same_again_does_not_bring_it_back(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.delete(IDA, id_of(UID))
        assert await there.calendar.find(UID, IDA) is None
        await there.calendar.put(interview())
        assert await there.calendar.find(UID, IDA) is None


async def test_shortened_to_nothing_it_still_stands_there(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview())
        there.google.change(IDA, id_of(UID), end={"dateTime": at(10).start.isoformat()})
        assert await times_in(there) == [(at(10, minutes=1), 0)]


async def test_a_calendar_that_is_hidden_from_us_does_not_look_like_a_deleted_interview(office: Opens) -> None:
    """Google answers 404 to both; nobody is to be told that an interview is off because a right was taken away."""
    async with office(signed_in) as there:
        with pytest.raises(CalendarDisconnected) as lost:
            await there.calendar.find(UID, BEN)
    assert "again" in lost.value.remedy


# Guests


async def test_no_mail_goes_out_unless_the_firm_wants_googles(office: Opens) -> None:
    """Trap 33, and ours: invites go out from us, and nobody is to get two."""
    async with office() as there:
        await there.calendar.put(interview(attendees=(IDA, ANA)))
        await there.calendar.put(interview(1, when=at(15), attendees=(IDA, ANA)))
        await there.calendar.remove(UID, IDA, 1)
        assert there.google.diaries.mails == []
        assert {call.query["sendUpdates"] for call in there.google.calls if call.kind in WRITES} == {"none"}


async def test_a_firm_that_wants_googles_mails_has_them_sent(office: Opens) -> None:
    async with office(mails="all") as there:
        await there.calendar.put(interview(attendees=(ANA,)))
        assert there.google.diaries.mails == [(ANA, id_of(UID))]
        await there.calendar.remove(UID, IDA, 1)
        assert there.google.diaries.mails == [(ANA, id_of(UID))] * 2, "of what was called off, one word and not two"


WRITES = ("insert", "patch", "delete")


async def test_guests_see_only_themselves(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(attendees=(IDA, ANA)))
        (event,) = there.google.events(IDA)
    assert event["guestsCanSeeOtherGuests"] is False
    assert event["guestsCanInviteOthers"] is False


async def test_answers_are_read_back(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(attendees=(IDA, ANA, BEN)))
        there.google.answer(IDA, id_of(UID), ANA, "declined")
        there.google.answer(IDA, id_of(UID), BEN, "tentative")
        standing = await there.calendar.find(UID, IDA)
    assert standing is not None
    assert standing.answers == {IDA: Answer.ACCEPTED, ANA: Answer.DECLINED, BEN: Answer.TENTATIVE}


async def test_a_yes_stands_while_the_time_does_and_not_for_another(office: Opens) -> None:
    async with office() as there:
        await there.calendar.put(interview(attendees=(ANA,)))
        there.google.answer(IDA, id_of(UID), ANA, "accepted")
        await there.calendar.put(interview(1, attendees=(ANA,), summary="Ana Silva, round 1"))
        assert (await _answers(there)) == {ANA: Answer.ACCEPTED}
        await there.calendar.put(interview(2, attendees=(ANA,), when=at(15)))
        assert (await _answers(there)) == {ANA: Answer.NONE}


async def test_a_guest_who_is_at_google_too_has_it_once(office: Opens) -> None:
    """Google puts it into Ben's calendar under the same id; writing it there as well would be refused, or a twin."""
    async with office() as there:
        await there.calendar.put(interview(attendees=(BEN,)))
        await there.calendar.put(interview(who=BEN))
        assert [event["id"] for event in there.google.events(BEN)] == [id_of(UID)]
        await there.calendar.put(interview(1, attendees=(BEN,), when=at(15)))
        standing = await there.calendar.find(UID, BEN)
        assert standing is not None
        assert standing.when == at(15)
        await there.calendar.remove(UID, BEN, 1)
        assert (await _answers(there)) == {BEN: Answer.NONE}, "deleting an invitation is a no to whoever sent it"


# Refused


async def test_a_calendar_we_may_only_read_says_what_to_do(office: Opens) -> None:
    async with office(signed_in) as there:
        there.google.share(BEN, IDA, Role.READER)
        with pytest.raises(CalendarDisconnected) as refused:
            await there.calendar.put(interview(who=BEN))
    assert refused.value.remedy


async def test_what_google_does_not_take_is_not_tried_again(office: Opens) -> None:
    async with office() as there:
        with pytest.raises(CalendarRefused) as refused:
            await there.calendar.put(interview(attendees=("Ana Silva",)))
        assert there.kinds() == ["insert"]
    assert not isinstance(refused.value, CalendarDisconnected)


async def _answers(there: Office) -> object:
    standing = await there.calendar.find(UID, IDA)
    return standing.answers if standing else None
