"""Invites that every calendar accepts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval
from integrations.calendars.ics import Guest, Invite, to_ics
from integrations.calendars.itip import read_reply
from tests.calendars.an_invite import INVITE, LISBON

HERE = Path(__file__).parent


def lines(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize(
    ("name", "invite"),
    [
        ("request", INVITE),
        (
            "moved",
            replace(INVITE, sequence=1, start=INVITE.start + timedelta(days=1), end=INVITE.end + timedelta(days=1)),
        ),
        ("cancel", replace(INVITE, sequence=2, method="CANCEL")),
    ],
)
def test_an_invite_is_to_the_byte_what_it_was(name: str, invite: Invite) -> None:
    assert to_ics(invite) == (HERE / "golden" / f"{name}.ics").read_bytes()


def test_a_request_has_all_that_mail_programs_want_before_they_show_buttons() -> None:
    written = lines(to_ics(INVITE))
    for needed in ("METHOD:REQUEST", "UID:interview-1@askarsan", "SEQUENCE:0", "DTSTAMP:20260302T090000Z"):
        assert needed in written
    assert "ORGANIZER;CN=askARSAN:mailto:arsan@firm.example" in written
    attendees = [line for line in written if line.startswith("ATTENDEE")]
    assert [line.rpartition("mailto:")[2] for line in attendees] == ["ana@mail.example", "carl@acme.example"]
    assert all("RSVP=TRUE" in line and "PARTSTAT=NEEDS-ACTION" in line for line in attendees)
    assert ["REQ-PARTICIPANT" in line for line in attendees] == [True, False]


def test_a_cancel_names_the_same_event_organizer_and_guests_and_says_so_twice() -> None:
    written = lines(to_ics(replace(INVITE, method="CANCEL", sequence=1)))
    for needed in ("METHOD:CANCEL", "STATUS:CANCELLED", "UID:interview-1@askarsan", "SEQUENCE:1"):
        assert needed in written
    assert sum(line.startswith("ATTENDEE") for line in written) == 2
    assert any(line.startswith("ORGANIZER") for line in written)


def test_times_are_in_utc_so_that_no_zone_can_be_misread() -> None:
    summer = replace(INVITE, start=datetime(2026, 7, 1, 15, tzinfo=LISBON), end=datetime(2026, 7, 1, 16, tzinfo=LISBON))
    written = lines(to_ics(summer))
    assert "DTSTART:20260701T140000Z" in written
    assert "DTEND:20260701T150000Z" in written


def test_lines_end_in_crlf_and_hold_75_octets_at_most() -> None:
    data = to_ics(replace(INVITE, summary="Gespräch über Ärger – größer als 75 Oktette " * 5))
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_a_second_library_reads_the_same_instant() -> None:
    event = vobject.readOne(to_ics(INVITE).decode()).vevent
    assert event.dtstart.value == INVITE.start
    assert event.dtend.value == INVITE.end
    assert event.summary.value == INVITE.summary
    assert event.description.value == INVITE.description


def test_a_calendar_that_unfolds_recurrences_finds_it_once_where_it_belongs() -> None:
    calendar = icalendar.Calendar.from_ical(to_ics(INVITE))
    (event,) = recurring_ical_events.of(calendar).between(
        INVITE.start - timedelta(days=9), INVITE.end + timedelta(days=9)
    )
    assert event.start == INVITE.start
    assert event.end == INVITE.end


def test_it_travels_in_a_mail_unharmed() -> None:
    mail = EmailMessage()
    mail.set_content("An invite")
    mail.add_alternative(
        to_ics(INVITE), maintype="text", subtype="calendar", params={"method": "REQUEST", "charset": "utf-8"}
    )
    part = list(mail.iter_parts())[-1]
    assert part.get_content().encode() == to_ics(INVITE)


texts = st.text(st.characters(codec="utf-8"), max_size=120)


@given(
    summary=texts,
    description=texts,
    location=texts,
    name=texts,
    start=st.datetimes(datetime(2025, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    minutes=st.integers(1, 600),
    zone=st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]),
    sequence=st.integers(0, 10**6),
)
@settings(deadline=None)
def test_whatever_people_write_in_it_it_reads_back_the_same(
    summary: str, description: str, location: str, name: str, start: datetime, minutes: int, zone: str, sequence: int
) -> None:
    begin = start.replace(microsecond=0, second=0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    invite = replace(
        INVITE,
        summary=summary,
        description=description,
        location=location,
        attendees=(Guest(name, "ana@mail.example"),),
        start=begin,
        end=begin + timedelta(minutes=minutes),
        sequence=sequence,
    )
    data = to_ics(invite)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    assert (event.start, event.end, event["SEQUENCE"]) == (invite.start, invite.end, sequence)
    assert str(event.get("SUMMARY", "")).split() == readable(summary).split()
    assert str(event.get("DESCRIPTION", "")).split() == readable(description).split()
    assert str(event.get("LOCATION", "")).split() == readable(location).split()
    # The answer of a calendar that echoes our own event finds its way back.
    reply = read_reply(data.replace(b"METHOD:REQUEST", b"METHOD:COUNTER"))
    assert reply is not None
    assert reply.proposed == Interval(invite.start, invite.end)
    assert (reply.uid, reply.sequence, reply.attendee) == (INVITE.uid, sequence, "ana@mail.example")


def readable(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"uid": ""}, "needs a uid"),
        ({"sequence": -1}, "needs a uid and a sequence from 0"),
        ({"attendees": ()}, "invites nobody"),
        ({"end": INVITE.start}, "ends after it starts"),
        ({"start": datetime(2026, 3, 4, 15)}, "aware"),  # noqa: DTZ001 – the very thing refused
    ],
)
def test_an_invite_nobody_could_use_is_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(INVITE, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["", "ana", "ana@mail.example\r\nATTENDEE:mailto:eve@evil.example", "a b@c"])
def test_an_address_that_is_none_invites_nobody(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        Guest("Ana", address)


def test_what_people_are_called_cannot_add_lines() -> None:
    nasty = Guest('Eve"\r\nATTENDEE:mailto:eve@evil.example', "ana@mail.example")
    data = to_ics(
        replace(INVITE, attendees=(nasty,), summary="Hi\r\nATTENDEE:mailto:eve@evil.example", location="a\nb")
    )
    assert sum(line.startswith("ATTENDEE") for line in lines(data)) == 1
