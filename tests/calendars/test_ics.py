"""Invites every calendar accepts, and answers read whoever wrote them."""

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
from integrations.calendars.ics import BadCalendarData, Guest, Invite, Reply, read_reply, to_ics

HERE = Path(__file__).parent
LISBON = ZoneInfo("Europe/Lisbon")
ANA, CARL = Guest("Ana Silva", "ana@mail.example"), Guest("Carl Olsen", "carl@acme.example", required=False)
INVITE = Invite(
    uid="interview-1@askarsan",
    sequence=0,
    method="REQUEST",
    start=datetime(2026, 3, 4, 15, tzinfo=LISBON),
    end=datetime(2026, 3, 4, 15, 45, tzinfo=LISBON),
    summary="Technical interview: Ana Silva, Data Engineer at Acme; longer than a line may be – ça va",
    organizer=Guest("askARSAN", "arsan@firm.example"),
    attendees=(ANA, CARL),
    now=datetime(2026, 3, 2, 9, tzinfo=UTC),
    description="You will meet Carl Olsen.\n\nJoin: https://meet.example/abc",
    location="Unter den Linden 1, Berlin",
    url="https://meet.example/abc",
)


def lines(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def answer(*extra: str, method: str = "REPLY", partstat: str = "ACCEPTED", zones: str = "") -> bytes:
    """What a calendar sends back, as short as it may be."""
    attendee = f"ATTENDEE;PARTSTAT={partstat}:mailto:Ana@Mail.example"
    body = [f"METHOD:{method}", *([zones] if zones else []), "BEGIN:VEVENT", "UID:interview-1@askarsan", "SEQUENCE:1"]
    body += ["DTSTAMP:20260302T120000Z", *([attendee] if partstat else []), *extra, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *body, "END:VCALENDAR", ""]).encode()


def counter(start: str, end: str, zones: str = "") -> bytes:
    return answer(f"DTSTART{start}", f"DTEND{end}", method="COUNTER", partstat="TENTATIVE", zones=zones)


def proposed(data: bytes) -> Interval:
    reply = read_reply(data)
    assert reply is not None
    assert reply.proposed is not None
    return reply.proposed


def utc(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 5, hour, minute, tzinfo=UTC)


# Invites


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


# Answers


@pytest.mark.parametrize(
    ("partstat", "meant"),
    [("ACCEPTED", "accepted"), ("DECLINED", "declined"), ("TENTATIVE", "tentative"), ("accepted", "accepted")],
)
def test_an_answer_says_who_answered_what_to_which_invite(partstat: str, meant: str) -> None:
    assert read_reply(answer("COMMENT:Sorry\\, I am away", partstat=partstat)) == Reply(
        uid="interview-1@askarsan",
        sequence=1,
        attendee="ana@mail.example",
        answer=meant,  # type: ignore[arg-type]
        comment="Sorry, I am away",
        stamp=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", sorted(path.name for path in (HERE / "answers").glob("*.ics")))
def test_answers_as_the_great_calendars_write_them_are_read(name: str) -> None:
    reply = read_reply((HERE / "answers" / name).read_bytes())
    assert reply is not None
    assert (reply.uid, reply.attendee) == ("interview-1@askarsan", "ana@mail.example")
    if "counter" in name:
        assert reply.proposed == Interval(utc(14), utc(14, 45))
    else:
        assert reply.answer == name.partition("-")[2].removesuffix(".ics")


@pytest.mark.parametrize(
    "data",
    [
        to_ics(INVITE),
        answer(method="PUBLISH"),
        answer(partstat="NEEDS-ACTION"),
        answer(partstat="DELEGATED"),
        answer(partstat=""),
    ],
    ids=["a request", "a publication", "no answer yet", "a delegation", "nobody"],
)
def test_what_answers_nothing_is_nothing(data: bytes) -> None:
    assert read_reply(data) is None


def test_of_a_counter_that_names_all_guests_the_one_who_answered_counts() -> None:
    others = (
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:carl@acme.example",
        "DTSTART:20260305T140000Z",
        "DTEND:20260305T144500Z",
    )
    reply = read_reply(answer(*others, method="COUNTER", partstat="TENTATIVE"))
    assert reply is not None
    assert reply.attendee == "ana@mail.example"


@pytest.mark.parametrize(
    "start",
    [
        ":20260305T140000Z",
        ";TZID=Europe/Berlin:20260305T150000",
        ";TZID=W. Europe Standard Time:20260305T150000",
        ';TZID="W. Europe Standard Time":20260305T150000',
        ";TZID=GMT Standard Time:20260305T140000",
        ";TZID=UTC:20260305T140000",
        ';TZID="tzone://Microsoft/Utc":20260305T140000',
        ";TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260305T150000",
        ";TZID=/citadel.org/20070227_1/America/Argentina/Buenos_Aires:20260305T110000",
        ";VALUE=DATE-TIME;TZID=Asia/Kathmandu:20260305T194500",
    ],
)
def test_a_counter_means_the_same_instant_in_whatever_zone_it_is_written(start: str) -> None:
    assert proposed(counter(start, ":20260305T144500Z")) == Interval(utc(14), utc(14, 45))


def test_a_counter_may_say_how_long_instead_of_until_when() -> None:
    data = answer("DTSTART:20260305T140000Z", "DURATION:PT45M", method="COUNTER", partstat="TENTATIVE")
    assert proposed(data) == Interval(utc(14), utc(14, 45))


def custom_zone(offset: str, rule: str = "") -> str:
    return "\r\n".join(
        [
            *("BEGIN:VTIMEZONE", "TZID:Customized Time Zone", "X-LIC-LOCATION:Nowhere", "BEGIN:STANDARD"),
            *("DTSTART:16010101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", *([rule] if rule else [])),
            *("END:STANDARD", "END:VTIMEZONE"),
        ]
    )


def test_a_zone_of_ones_own_is_that_of_this_mail_and_not_of_the_last_one() -> None:
    for offset, hour in (("+0300", 11), ("-0500", 19)):
        data = counter(";TZID=Customized Time Zone:20260305T140000", ":20260305T200000Z", zones=custom_zone(offset))
        assert proposed(data).start == utc(hour)


def test_a_zone_of_ones_own_may_change_its_clocks_once_a_year_and_not_every_second() -> None:
    yearly = custom_zone("+0300", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
    data = counter(";TZID=Customized Time Zone:20260305T140000", ":20260305T200000Z", zones=yearly)
    assert proposed(data).start == utc(11)
    for bomb in ("RRULE:FREQ=SECONDLY", "RRULE:FREQ=YEARLY;BYSECOND=1,2,3", "RRULE:BYHOUR=1;FREQ=YEARLY"):
        with pytest.raises(BadCalendarData, match="changes in a way no time zone does"):
            read_reply(
                counter(";TZID=Customized Time Zone:20260305T140000", ":20260305T200000Z", custom_zone("+0300", bomb))
            )


def test_a_mail_cannot_change_what_a_known_zone_means() -> None:
    forged = custom_zone("+1200").replace("Customized Time Zone", "Europe/Berlin")
    data = counter(";TZID=Europe/Berlin:20260305T150000", ":20260305T144500Z", zones=forged)
    assert proposed(data).start == utc(14)


def test_no_answer_is_lost_for_a_trifle() -> None:
    plain = answer()
    for odd in (
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\r\n", b"\n"),
        plain.replace(b"DTSTAMP:20260302T120000Z", b"DTSTAMP:yesterday"),
        plain.replace(b"SEQUENCE:1\r\n", b"SEQUENCE:1\r\nthis is no line\r\n"),
        plain.replace(b"mailto:", b"MAILTO:"),
        plain.replace(b"METHOD:REPLY", b"method:reply"),
        plain.replace(b"UID:interview-1@askarsan", b"UID:interview-1@ask\r\n arsan"),
        plain.replace(b"END:VEVENT", b"BEGIN:VALARM\r\nUID:other\r\nEND:VALARM\r\nEND:VEVENT"),
        plain.replace(b"SEQUENCE:1", b"SEQUENCE:1\r\nCOMMENT:caf\xe9"),
    ):
        reply = read_reply(odd)
        assert reply is not None, odd
        assert (reply.uid, reply.answer, reply.attendee) == ("interview-1@askarsan", "accepted", "ana@mail.example")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no event"),
        (b"Hello, I accept!", "no event"),
        (b"\x00\xff\xfe" * 50, "no event"),
        (b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR", "no event"),
        (b"x" * 300_000, "too large"),
        (answer().replace(b"UID:interview-1@askarsan\r\n", b""), "no UID"),
        (answer().replace(b"SEQUENCE:1", b"SEQUENCE:one"), "cannot be read"),
        (answer(method="COUNTER", partstat="TENTATIVE"), "none is named"),
        (answer("DTSTART:20260305T140000Z", method="COUNTER"), "no length"),
        (counter(":20260305T140000Z", ":20260305T140000Z"), "no length"),
        (counter(";VALUE=DATE:20260305", ";VALUE=DATE:20260306"), "names a day but no time"),
        (counter(":20260305T140000", ":20260305T144500"), "no time zone"),
        (counter(";TZID=Mars/Olympus:20260305T140000", ":20260305T144500Z"), "'Mars/Olympus' is not known"),
        (counter(";TZID=../../etc/passwd:20260305T140000", ":20260305T144500Z"), "is not known"),
        (counter(":20261305T140000Z", ":20260305T144500Z"), "a time that does not exist"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, complaint: str) -> None:
    with pytest.raises(BadCalendarData, match=complaint):
        read_reply(data)


def read_or_refused(data: bytes) -> None:
    try:
        read_reply(data)
    except BadCalendarData:
        return


@given(st.binary(max_size=400) | st.integers(0, 400).map(lambda cut: answer()[:cut]))
def test_garbage_is_never_more_than_bad_calendar_data(data: bytes) -> None:
    read_or_refused(data)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
@settings(deadline=None)
def test_nor_is_an_answer_however_mangled(changes: list[tuple[int, int]]) -> None:
    data = bytearray(counter(";TZID=Customized Time Zone:20260305T140000", ":20260305T200000Z", custom_zone("+0300")))
    for place, value in changes:
        data[place % len(data)] = value
    read_or_refused(bytes(data))
