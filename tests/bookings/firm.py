"""A small firm for bookings: Rita with her calendar, and as many candidates as wanted, each with the same offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from bot.clock import JumpingClock
from bot.house import Counted, House
from bot.pressing import Press
from bot.records import negotiations
from bot.records.base import Records, Session
from bot.records.interviews import InterviewRow
from bot.records.jobs import ApplicationRow
from bot.records.messages import MessageRow
from bot.records.negotiations import HoldRow, NegotiationRow, OfferRow
from bot.records.people import ContactRow, PersonRow
from bot.seeding import NewPerson, NewRound, add_job, add_person
from dialogs.negotiation.facts import Rules
from dialogs.negotiation.state import Given, Hosting, Negotiation, Offer, Party, Status
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from dialogs.wording import Phrasebook
from integrations.carriers import ABILITIES
from integrations.standins.calendar import StandInCalendar
from integrations.standins.channel import StandInChannel
from integrations.standins.meeting import StandInMeetings

MADRID = ZoneInfo("Europe/Madrid")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=MADRID)
RITA = "rita@firm.example"
MINUTES = 60


def hour(day: int, clock: int) -> datetime:
    """An hour of March 2026 in Madrid."""
    return datetime(2026, 3, day, clock, tzinfo=MADRID)


def slot(day: int, clock: int) -> Interval:
    return Interval.lasting(hour(day, clock), MINUTES)


def a_house(records: Records, clock: JumpingClock, rules: Rules | None = None) -> House:
    """Rita's calendar is open from 10 to 17 on every weekday."""
    calendar = StandInCalendar(clock.now)
    calendar.connect(RITA, WorkingHours.parse("10:00-17:00", zone=MADRID))
    return House(
        records=records,
        clock=clock,
        channels={name: StandInChannel(name, ABILITIES[name], clock.now) for name in ("email", "slack")},
        calendar=calendar,
        meetings=StandInMeetings(clock.now),
        phrasebook=Phrasebook.load(),
        rules=rules or Rules(),
        ids=Counted(),
    )


def calendar_of(house: House) -> StandInCalendar:
    assert isinstance(house.calendar, StandInCalendar)
    return house.calendar


async def seed(house: House, candidates: int, offered: Sequence[datetime], *, asked: Given | None = None) -> None:
    """Rita, the job, and candidates c0, c1, … to whom all of `offered` was put; their negotiations are n0, n1, …

    Rita hosts, by her calendar; where the host was `asked`, it is Carl, in words.
    """
    async with house.records.write() as session:
        rita = NewPerson("rita", "recruiter", "Rita Lopes", "Europe/Madrid", ["slack"], ["slack"], {"slack": "rita"})
        await add_person(session, house.ids, rita)
        host = await session.get_one(PersonRow, "rita")
        host.email, host.calendar = RITA, "standin"
        carl = NewPerson(
            "carl", "client", "Carl Olsen", "Europe/Madrid", ["email"], ["email"], {"email": "carl@acme.example"}
        )
        await add_person(session, house.ids, carl)
        job = await add_job(session, house.ids, "Engineer", "Acme", [NewRound("First", MINUTES, "video")])
        await session.flush()
        for kind, rows in _rows(candidates, offered, job.id, asked).items():
            await session.execute(insert(kind), rows)


def _rows(
    candidates: int, offered: Sequence[datetime], job: str, asked: Given | None
) -> dict[type, list[dict[str, object]]]:
    """All at once: a thousand of them through the front door would take longer than the test."""
    numbers, host = range(candidates), "carl" if asked else "rita"
    until = MONDAY + timedelta(days=1)
    return {
        PersonRow: [
            {
                "id": f"c{n}",
                "role": "candidate",
                "name": f"C{n} Silva",
                "zone": "Europe/Madrid",
                "email": f"c{n}@mail.example",
            }
            for n in numbers
        ],
        ContactRow: [
            {"person_id": f"c{n}", "channel": "email", "address": f"c{n}@mail.example", "position": 0} for n in numbers
        ],
        ApplicationRow: [
            {"id": f"a{n}", "candidate_id": f"c{n}", "job_id": job, "recruiter_id": "rita"} for n in numbers
        ],
        InterviewRow: [
            {
                "id": f"i{n}",
                "application_id": f"a{n}",
                "round": 1,
                "round_name": "First",
                "minutes": MINUTES,
                "mode": "video",
                "host_id": host,
                "status": "offered",
                "uid": f"i{n}@askarsan",
                "opened_at": MONDAY,
            }
            for n in numbers
        ],
        NegotiationRow: [_negotiation(n, offered, host, asked) for n in numbers],
        OfferRow: [
            {
                "negotiation_id": f"n{n}",
                "number": 1,
                "to_party": "candidate",
                "starts": [start.isoformat() for start in offered],
                "at": MONDAY,
                "until": until,
            }
            for n in numbers
        ],
        HoldRow: [
            {
                "negotiation_id": f"n{n}",
                "person_id": person,
                "start": start,
                "end": start + timedelta(minutes=MINUTES),
                "until": until,
            }
            for n in numbers
            for person in (host, f"c{n}")
            for start in offered
        ],
    }


def _negotiation(n: int, offered: Sequence[datetime], host: str, asked: Given | None) -> dict[str, object]:
    state = Negotiation(
        id=f"n{n}",
        hosting=Hosting.ASKED if asked else Hosting.CALENDAR,
        host=asked or Given(),
        status=Status.OFFERED,
        waiting_for=Party.CANDIDATE,
        offer=Offer(1, Party.CANDIDATE, tuple(offered)),
        offers_made=1,
        rounds=1,
        reached=(Party.CANDIDATE,),
    )
    return {
        "id": f"n{n}",
        "interview_id": f"i{n}",
        "candidate_id": f"c{n}",
        "host_id": host,
        "recruiter_id": "rita",
        "status": "offered",
        "waiting_for": "candidate",
        "state": negotiations.STATE.dump_python(state, mode="json"),
        "changed_at": MONDAY,
        "version": 1,
    }


def presses(n: int, start: datetime) -> dict[str, object]:
    """Candidate n takes the time by its button; kept, and not heard yet."""
    return {
        "direction": "in",
        "at": MONDAY,
        "person_id": f"c{n}",
        "channel": "email",
        "address": f"c{n}@mail.example",
        "text": "this one",
        "kind": "reply",
        "status": "received",
        "vendor_id": f"m{n}",
        "pressed": str(Press(f"n{n}", start)),
    }


async def keep(session: Session, *messages: dict[str, object]) -> None:
    await session.execute(insert(MessageRow), list(messages))
