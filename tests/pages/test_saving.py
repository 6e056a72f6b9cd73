"""A booked interview in one's own calendar is the very event of the invite, whoever reads the file."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import vobject  # type: ignore[import-untyped]

from dialogs.scheduling.intervals import Interval
from integrations.calendars.saving import Saved, google_link, outlook_link, to_file

TEN = datetime(2026, 3, 4, 10, tzinfo=UTC)
MINE = Saved(
    uid="interview_1@askarsan",
    sequence=2,
    when=Interval.lasting(TEN, 45),
    summary="First interview: C++ & Go at Müller\nSöhne",
    description="With Carl Olsen; bring:\n- a pen, 50% sharp",
    location="Rua do Ouro 1, Lisbon",
    now=datetime(2026, 3, 2, 9, tzinfo=UTC),
)


def test_another_library_reads_the_same_event_as_in_the_invite() -> None:
    read = vobject.readOne(to_file(MINE).decode())
    event = read.vevent
    assert (read.method.value, event.uid.value, event.sequence.value) == ("PUBLISH", "interview_1@askarsan", "2")
    assert (event.dtstart.value, event.dtend.value) == (MINE.when.start, MINE.when.end)
    assert event.summary.value == "First interview: C++ & Go at Müller Söhne"
    assert event.description.value == MINE.description
    assert not hasattr(event, "attendee"), "whoever saves it answers nobody"


def test_web_calendars_are_told_the_same_instant_and_every_letter() -> None:
    google = parse_qs(urlsplit(google_link(MINE)).query)
    assert google["dates"] == ["20260304T100000Z/20260304T104500Z"]
    outlook = parse_qs(urlsplit(outlook_link(MINE)).query)
    assert datetime.fromisoformat(outlook["startdt"][0]) == TEN
    for text in (google["text"][0], outlook["subject"][0]):
        assert text == MINE.summary
    assert "+" not in urlsplit(outlook_link(MINE)).query
