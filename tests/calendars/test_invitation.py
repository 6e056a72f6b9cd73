"""The mail with an invite has what Outlook, Gmail and Apple Mail each ask for before they show its buttons.

Each vendor's rules are one function; every golden mail has to pass all three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.calendars.ics import Invite, to_ics
from integrations.calendars.invitation import as_mail
from tests.calendars.an_invite import INVITE, LISBON

HERE = Path(__file__).parent
GOLDEN = {
    "request": INVITE,
    "moved": replace(INVITE, sequence=1, start=INVITE.start + timedelta(days=1), end=INVITE.end + timedelta(days=1)),
    "cancel": replace(INVITE, sequence=2, method="CANCEL"),
    "zoned": replace(INVITE, zone=LISBON),
}


def mailed(invite: Invite, *, text: str, html: str | None = None) -> EmailMessage:
    return as_mail(to_ics(invite), invite.method, text=text, html=html)


def mail_of(invite: Invite) -> bytes:
    mail = mailed(invite, text="Hello Ana,\n\nsee you then. À bientôt!\n", html="<p>Hello Ana,<p>see you then.")
    mail["From"] = "askARSAN <arsan@firm.example>"
    mail["To"] = "Ana Silva <ana@mail.example>"
    mail["Subject"] = "Invitation: Technical interview"
    return mail.as_bytes()


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def alternatives(mail: EmailMessage) -> list[EmailMessage]:
    alternative = next(part for part in mail.walk() if part.get_content_type() == "multipart/alternative")
    parts = list(alternative.iter_parts())
    assert all(isinstance(part, EmailMessage) for part in parts)
    return parts  # type: ignore[return-value]


def event_in(part: EmailMessage) -> tuple[icalendar.Calendar, icalendar.Event]:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    calendar = icalendar.Calendar.from_ical(data)
    assert isinstance(calendar, icalendar.Calendar)
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return calendar, event


# What each vendor asks for


def outlook(raw: bytes) -> None:
    """MS-OXCMAIL 2.1.3.3.8, MS-OXCICAL: the calendar last in the alternative; one event; its zones come along."""
    last = alternatives(parsed(raw))[-1]
    assert last.get_content_type() == "text/calendar"
    assert last["Content-Transfer-Encoding"] in ("base64", "8bit")
    assert last.get_content_disposition() is None, "as an attachment it would be no meeting request"
    calendar, event = event_in(last)
    assert last["Content-Type"].params["method"] == calendar["METHOD"]
    assert str(event["UID"])
    assert "SEQUENCE" in event
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    assert {each.params["TZID"] for each in (event["DTSTART"], event["DTEND"]) if "TZID" in each.params} <= zones
    assert parsed(raw)["From"].addresses[0].addr_spec == str(event["ORGANIZER"]).removeprefix("mailto:")
    data = last.get_payload(decode=True)
    assert isinstance(data, bytes)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 75


def google(raw: bytes) -> None:
    """Gmail: the recipient among the guests, who are asked to answer; the same file as an attachment besides."""
    mail = parsed(raw)
    assert mail.get_content_type() == "multipart/mixed"
    _, event = event_in(alternatives(mail)[-1])
    to = mail["To"].addresses[0].addr_spec
    guests = event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [event["ATTENDEE"]]
    (mine,) = [each for each in guests if str(each) == f"mailto:{to}"]
    if event["STATUS"] != "CANCELLED":
        assert (mine.params["PARTSTAT"], mine.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    (file,) = mail.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_payload(decode=True) == alternatives(mail)[-1].get_payload(decode=True)


def apple(raw: bytes) -> None:
    """Apple Mail and RFC 5546 §3.2: all that must be there is, and a cancellation says so in both places."""
    calendar, event = event_in(alternatives(parsed(raw))[-1])
    assert (calendar["VERSION"], calendar["METHOD"] in ("REQUEST", "CANCEL")) == ("2.0", True)
    assert calendar["PRODID"]
    for needed in ("UID", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "ATTENDEE", "SUMMARY", "SEQUENCE"):
        assert needed in event, needed
    assert (calendar["METHOD"] == "CANCEL") == (event["STATUS"] == "CANCELLED")
    assert event.DTSTAMP is not None, "it is missing, or not in UTC"


@pytest.mark.parametrize("rules", [outlook, google, apple])
@pytest.mark.parametrize("name", GOLDEN)
def test_the_mail_has_what_each_of_them_asks_for(name: str, rules: Callable[[bytes], None]) -> None:
    rules(mail_of(GOLDEN[name]))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_mail_is_to_the_byte_what_it_was(name: str) -> None:
    assert mail_of(GOLDEN[name]) == (HERE / "golden" / f"{name}.eml").read_bytes()


@pytest.mark.parametrize(
    ("broken", "rules"),
    [
        (lambda raw: raw.replace(b'method="REQUEST"', b""), outlook),
        (lambda raw: raw.replace(b'method="REQUEST"', b'method="PUBLISH"'), outlook),
        (lambda raw: raw.replace(b"text/calendar", b"text/x-calendar"), outlook),
        (lambda raw: raw.replace(b"askARSAN <arsan@firm.example>", b"Rita <rita@firm.example>"), outlook),
        (lambda raw: raw.replace(b"<ana@mail.example>", b"<eve@mail.example>"), google),
        (lambda raw: raw.replace(b"invite.ics", b"invite.bin"), google),
        (lambda raw: raw.replace(b"multipart/mixed", b"multipart/related"), google),
    ],
)
def test_the_rules_can_tell_a_bad_mail(broken: Callable[[bytes], bytes], rules: Callable[[bytes], None]) -> None:
    whole = mail_of(INVITE)
    assert broken(whole) != whole
    with pytest.raises((AssertionError, KeyError, ValueError, StopIteration)):
        rules(broken(whole))


def test_a_mail_without_html_has_its_calendar_last_as_well() -> None:
    mail = parsed(mailed(INVITE, text="See you").as_bytes())
    assert [part.get_content_type() for part in alternatives(mail)] == ["text/plain", "text/calendar"]


def test_half_an_emoji_does_not_stop_a_mail() -> None:
    mail = parsed(mailed(INVITE, text="See you \ud83d", html="<p>\ud83d").as_bytes())
    assert alternatives(mail)[0].get_content().startswith("See you ?")


# Two parsers, one instant

FIRST, QUARTER = datetime(2025, 1, 1, tzinfo=UTC), timedelta(minutes=15)


def read_twice(data: bytes) -> tuple[datetime, datetime]:
    """The start, as two libraries read it that share no code for zones: one by the zone's name, one by its rules."""
    _, event = event_in(parsed(to_part(data)))
    assert isinstance(event.start, datetime)
    calendar = vobject.readOne(data.decode(), transform=False)
    written = calendar.vevent.dtstart.value
    wall = datetime.strptime(written, "%Y%m%dT%H%M%SZ" if written.endswith("Z") else "%Y%m%dT%H%M%S")  # noqa: DTZ007
    zone = UTC if written.endswith("Z") else calendar.vtimezone.transformToNative().tzinfo
    return event.start.astimezone(UTC), wall.replace(tzinfo=zone).astimezone(UTC)


def to_part(data: bytes) -> bytes:
    part = EmailMessage(policy=SMTP)
    part.set_content(data, "text", "calendar", cte="base64")
    return part.as_bytes()


ZONES = ["Europe/Lisbon", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Asia/Tokyo"]
ZONES += ["Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Auckland", "Asia/Kathmandu", "Africa/Cairo"]


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    start=st.integers(0, 12 * 365 * 24 * 4).map(lambda quarters: FIRST + quarters * QUARTER),
)
@settings(deadline=None, max_examples=80)
def test_it_reads_back_to_the_same_instant_in_every_zone(zone: ZoneInfo, start: datetime) -> None:
    invite = replace(INVITE, start=start, end=start + 3 * QUARTER, zone=zone)
    assert read_twice(to_ics(invite)) == (start, start)


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland"])
def test_and_about_each_change_of_the_clocks(zone: str) -> None:
    for change in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), *OTHERS[zone]):
        for quarter in range(-16, 80, 7):
            begin = change + quarter * QUARTER
            invite = replace(INVITE, start=begin, end=begin + 3 * QUARTER, zone=ZoneInfo(zone))
            assert read_twice(to_ics(invite)) == (begin, begin)


OTHERS = {
    "Europe/Lisbon": [],
    "America/New_York": [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)],
    "Pacific/Auckland": [datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 9, 26, tzinfo=UTC)],
}


def test_where_the_clocks_show_an_hour_twice_only_utc_says_which() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=LISBON, fold=1)
    written = to_ics(replace(INVITE, start=second, end=second.astimezone(UTC) + timedelta(minutes=45), zone=LISBON))
    assert b"DTSTART:20261025T013000Z" in written
    assert b"VTIMEZONE" not in written


def test_a_zone_that_never_changes_and_one_with_two_rules_are_told_in_few_lines() -> None:
    never = to_ics(replace(INVITE, zone=ZoneInfo("Asia/Tokyo")))
    assert never.count(b"BEGIN:STANDARD") == 1
    assert b"RRULE" not in never
    yearly = to_ics(replace(INVITE, zone=ZoneInfo("Europe/Berlin")))
    assert (yearly.count(b"BEGIN:STANDARD"), yearly.count(b"BEGIN:DAYLIGHT"), yearly.count(b"RRULE")) == (1, 1, 2)
    assert b"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in yearly
