"""Answers to invites are read whoever wrote them, and what is none says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval
from integrations.calendars.itip import Answer, Reply, read_reply
from integrations.calendars.reading import BadCalendarData

HERE = Path(__file__).parent


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
        assert reply.answer == name.removesuffix(".ics").rpartition("-")[2]


@pytest.mark.parametrize(
    "data",
    [answer(method="REQUEST"), answer(method="PUBLISH"), answer(partstat="NEEDS-ACTION"), answer(partstat="")],
    ids=["a request", "a publication", "no answer yet", "nobody"],
)
def test_what_answers_nothing_is_nothing(data: bytes) -> None:
    assert read_reply(data) is None


def test_who_sends_somebody_else_is_known_with_the_one_who_comes() -> None:
    sent = 'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Ben@Mail.example":mailto:ana@mail.example'
    comes = 'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:ana@mail.example":mailto:ben@mail.example'
    for lines in ((sent,), (sent, comes), (comes, sent)):
        reply = read_reply(answer(*lines, partstat=""))
        assert reply is not None
        assert (reply.answer, reply.attendee, reply.delegate) == (
            Answer.DELEGATED,
            "ana@mail.example",
            "ben@mail.example",
        )


@pytest.mark.parametrize(
    ("method", "meant"),
    [
        ("REFRESH", Answer.REFRESH),
        ("DECLINECOUNTER", Answer.COUNTER_DECLINED),
        ("CANCEL", Answer.CANCELLED),
    ],
)
def test_the_rest_of_what_a_guest_may_send_is_told_apart(method: str, meant: Answer) -> None:
    reply = read_reply(answer(method=method, partstat="DECLINED"))
    assert reply is not None
    assert (reply.answer, reply.attendee, reply.sequence) == (meant, "ana@mail.example", 1)


def test_of_two_answers_the_one_to_the_newer_invite_counts_and_then_the_later_one() -> None:
    first = read_reply(answer())
    assert first is not None
    assert first.stamp is not None
    later = replace(first, stamp=first.stamp + timedelta(minutes=1), answer=Answer.DECLINED)
    moved = replace(first, sequence=2, stamp=first.stamp - timedelta(minutes=1))
    assert first.older_than(later)
    assert not later.older_than(first)
    assert not first.older_than(first)
    assert not first.older_than(replace(later, stamp=None)), "as they come"
    assert later.older_than(moved)
    assert not moved.older_than(later)
    assert later.answers(1)
    assert not later.answers(2), "it is about the time before the interview was moved"


def test_a_comment_is_read_wherever_a_calendar_puts_it() -> None:
    exchange = answer("COMMENT;LANGUAGE=en-GB:On the road\\; sorry\\n", partstat="DECLINED")
    google = answer(
        'ATTENDEE;PARTSTAT=DECLINED;X-RESPONSE-COMMENT="On the road; sorry":mailto:ana@mail.example', partstat=""
    )
    for data in (exchange, google):
        reply = read_reply(data)
        assert reply is not None
        assert reply.comment == "On the road; sorry"


def test_a_guest_without_a_mail_address_in_the_usual_place_is_found_in_the_other() -> None:
    odd = 'ATTENDEE;PARTSTAT=ACCEPTED;EMAIL="Ana@mail.example":invalid:nomail'
    reply = read_reply(answer(odd, partstat=""))
    assert reply is not None
    assert reply.attendee == "ana@mail.example"


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
        (answer().replace(b"SEQUENCE:1", b"SEQUENCE:one"), "which version"),
        (answer(method="COUNTER", partstat="TENTATIVE"), "none is named"),
        (answer("DTSTART:20260305T140000Z", method="COUNTER"), "no length"),
        (counter(":20260305T140000Z", ":20260305T140000Z"), "no length"),
        (counter(";VALUE=DATE:20260305", ";VALUE=DATE:20260306"), "a day but no time"),
        (counter(":20260305T140000", ":20260305T144500"), "a time but no time zone"),
        (counter(";TZID=Mars/Olympus:20260305T140000", ":20260305T144500Z"), "'Mars/Olympus' is not known"),
        (counter(";TZID=../../etc/passwd:20260305T140000", ":20260305T144500Z"), "is not known"),
        (counter(":20261305T140000Z", ":20260305T144500Z"), "a time that does not exist"),
        (answer("DTSTART:20260305T140000Z", f"DURATION:P{'9' * 5_000}D", method="COUNTER"), "no length of time"),
        (
            counter(";TZID=Customized Time Zone:20260305T140000", ":20260305T144500Z", custom_zone("+9900")),
            "a time that does not exist",
        ),
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
