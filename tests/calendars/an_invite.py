"""One invite with everything an invite can have."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from integrations.calendars.ics import Guest, Invite

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
