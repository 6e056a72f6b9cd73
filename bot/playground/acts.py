"""What a form of the playground asks for, as a step of a rehearsal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.playground.behind import next_alarm
from bot.rehearsal import steps as s
from bot.rehearsal.people import Person
from bot.rehearsal.play import Rehearsal
from bot.terminal.moments import moment
from dialogs.scheduling.hours import ONE_DAY, instant_of
from integrations.channels.base import ReceiptStatus
from integrations.standins.channel import Spoilt

Form = Mapping[str, str]

LONGEST = 20_000  # characters of one message
FURTHEST = timedelta(days=120)  # one jump
MORNING = time(9)
JUMPS = {"10m": timedelta(minutes=10), "1h": timedelta(hours=1)}
OUT = timedelta(hours=1)
BECAME = (ReceiptStatus.READ, ReceiptStatus.UNDELIVERED, ReceiptStatus.FAILED)


class NotSo(ValueError):
    """It cannot be done; the message is for whoever asked."""


async def step_of(form: Form, rehearsal: Rehearsal) -> s.Step:
    """Raises NotSo."""
    act = ACTS.get(form.get("do", ""))
    if act is None:
        raise NotSo("That is nothing this page can do. Load it again, and try once more.")
    return await act(form, rehearsal)


async def _say(form: Form, rehearsal: Rehearsal) -> s.Step:
    person, text = _who(form, rehearsal), form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        raise NotSo("There is nothing in it yet. Write a word or two.")
    if len(text) > LONGEST:
        raise NotSo(f"That is too long for a message: {LONGEST:,} characters are the most.")
    return s.Says(person.key, (text,), _channel(form, person))


async def _press(form: Form, rehearsal: Rehearsal) -> s.Step:
    person = _who(form, rehearsal)
    return s.Presses(person.key, form.get("button", "")[:200], _channel(form, person))


async def _answer(form: Form, rehearsal: Rehearsal) -> s.Step:
    person = _who(form, rehearsal)
    match form.get("answer"):
        case "accept":
            return s.AnswersInvite(person.key, "accept")
        case "tentative":
            return s.AnswersInvite(person.key, "tentative")
        case "decline":
            return s.AnswersInvite(person.key, "decline")
        case "counter":
            return s.AnswersInvite(person.key, "counter", _ahead(form, rehearsal, ZoneInfo(person.timezone)))
        case _:
            raise NotSo("An invite is answered with yes, maybe, no, or another time.")


async def _receipt(form: Form, rehearsal: Rehearsal) -> s.Step:
    person, status = _who(form, rehearsal), ReceiptStatus(form.get("status", ""))
    if status not in BECAME:
        raise NotSo("A message was read, never arrived, or failed.")
    return s.ReceiptComes(person.key, status, None)


async def _spoil(form: Form, rehearsal: Rehearsal) -> s.Step:
    person, how = _who(form, rehearsal), form.get("how", "")
    if how not in {*Spoilt}:
        raise NotSo("A message comes late, is not delivered, or is not taken.")
    return s.SpoilsNext(person.key, Spoilt(how), _channel(form, person))


async def _jump(form: Form, rehearsal: Rehearsal) -> s.Step:
    how = form.get("how", "")
    if how in JUMPS:
        return s.Waits(JUMPS[how])
    if how == "morning":
        return s.Until(next_morning(rehearsal))
    if how == "next":
        at = await next_alarm(rehearsal)
        if at is None:
            raise NotSo("Nothing is to come by itself. Begin something first.")
        return s.Until(at)
    return s.Until(_ahead(form, rehearsal, zone_of(rehearsal)))


async def _outage(_: Form, rehearsal: Rehearsal) -> s.Step:
    return s.Outage("calendar", OUT, 503)


async def _crash(_: Form, rehearsal: Rehearsal) -> s.Step:
    return s.Crashes()


ACTS: Mapping[str, Callable[[Form, Rehearsal], Awaitable[s.Step]]] = {
    "say": _say,
    "press": _press,
    "answer": _answer,
    "receipt": _receipt,
    "spoil": _spoil,
    "jump": _jump,
    "outage": _outage,
    "crash": _crash,
}


def zone_of(rehearsal: Rehearsal) -> ZoneInfo:
    """The recruiter's: the clock of the page."""
    return rehearsal.stage.house.firm.zone


def next_morning(rehearsal: Rehearsal) -> datetime:
    now, zone = rehearsal.world.clock.now(), zone_of(rehearsal)
    today = now.astimezone(zone).date()
    this = instant_of(today, MORNING, zone)
    return this if this > now else instant_of(today + ONE_DAY, MORNING, zone)


def _who(form: Form, rehearsal: Rehearsal) -> Person:
    person = rehearsal.people.get(form.get("who", ""))
    if person is None:
        raise NotSo("Nobody here is called that. Load the page again, and try once more.")
    return person


def _channel(form: Form, person: Person) -> str:
    channel = form.get("channel", "")
    if channel not in person.channels:
        raise NotSo(f"{person.name} is not on that channel. Load the page again, and try once more.")
    return channel


def _ahead(form: Form, rehearsal: Rehearsal, zone: ZoneInfo) -> datetime:
    now = rehearsal.world.clock.now()
    past = f"That is past: here it is {moment(now, zone)}. The clock only goes on."
    try:
        local = datetime.fromisoformat(form.get("at", ""))
    except ValueError:
        raise NotSo("Say a day and a time.") from None
    if local.date() > (now + FURTHEST).date():
        raise NotSo(f"That is too far: {FURTHEST.days} days are the most at once.")
    if local.date() < (now - ONE_DAY).date():
        raise NotSo(past)
    # Taken apart: what comes of a field for a local time must not bring a zone of its own.
    at = instant_of(local.date(), local.time().replace(tzinfo=None), zone)
    if at <= now:
        raise NotSo(past)
    return at
