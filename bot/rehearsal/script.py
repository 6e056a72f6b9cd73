"""The script of a scenario, read step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from bot.rehearsal.calendars import CalendarOf, busy_times
from bot.rehearsal.people import CHANNELS, Person, person_called
from bot.rehearsal.steps import (
    AnswersInvite,
    AtCalendly,
    ByHand,
    CalendarChanges,
    Crashes,
    LinkChanges,
    Outage,
    Presses,
    ReceiptComes,
    Says,
    SpoilsNext,
    Step,
    StrangerSays,
    Until,
    Waits,
)
from bot.rehearsal.yamlfile import Fault, Fields, Items, Value, Word, fields, instant, suggestion, word
from bot.rules import duration
from dialogs.scheduling.intervals import Interval
from integrations.channels.base import ReceiptStatus
from integrations.links.base import Why
from integrations.standins.channel import Spoilt

SERVICES = (*CHANNELS, "calendar", "meeting")
ANSWERS = ("accept", "tentative", "decline", "counter")


def read_step(value: Value, people: Mapping[str, Person], calendars: Mapping[str, CalendarOf]) -> Step:
    said = fields(value, "a step")
    if len(said.values) != 1:
        raise Fault(said.line, f"a step does one thing; this one does {', '.join(said.values) or 'nothing'}")
    ((key, what),) = said.values.items()
    if key in people:
        return _by(people[key], what)
    if key in STEPS:
        return STEPS[key](what, people, calendars)
    raise Fault(said.line, f"{key!r} is neither a person nor a step{suggestion(key, (*people, *STEPS))}")


def _by(person: Person, what: Value) -> Step:
    if isinstance(what, Word):
        return Says(person.key, (what.text,))
    if isinstance(what, Items):
        return Says(person.key, tuple(word(each, person.key) for each in what))
    what.only("text", "channel", "press", "answer_invite")
    channel = what.word("channel", "") or None
    _check_reach(person, channel, what.line_of("channel"))
    if "answer_invite" in what.values:
        return _answers_invite(person, what.values["answer_invite"])
    if "press" in what.values:
        return Presses(person.key, what.word("press"), channel)
    text = what.values.get("text")
    texts = tuple(word(each, "text") for each in text) if isinstance(text, Items) else (what.word("text"),)
    return Says(person.key, texts, channel)


def _check_reach(person: Person, channel: str | None, line: int) -> None:
    if channel and channel not in person.addresses:
        known = tuple(person.addresses)
        raise Fault(line, f"{person.key} can not write by {channel!r}{suggestion(channel, known)}")


def _answers_invite(person: Person, value: Value) -> AnswersInvite:
    if not person.email:
        raise Fault(value.line, f"{person.key} has no email, so no invite to answer")
    if isinstance(value, Fields):
        value.only("counter")
        return AnswersInvite(person.key, "counter", instant(value.values.get("counter"), "counter", value.line))
    match word(value, "answer_invite"):
        case "accept":
            return AnswersInvite(person.key, "accept")
        case "tentative":
            return AnswersInvite(person.key, "tentative")
        case "decline":
            return AnswersInvite(person.key, "decline")
        case other:
            raise Fault(value.line, f"{other!r} is no answer to an invite{suggestion(other, ANSWERS)}")


def _stranger(value: Value, _people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> Step:
    said = fields(value, "stranger")
    said.only("channel", "phone", "email", "address", "text")
    address = said.word("phone", "") or said.word("email", "") or said.word("address", "")
    channel = said.word("channel", "email" if "email" in said.values else "whatsapp")
    if channel not in CHANNELS:
        raise Fault(said.line_of("channel"), f"{channel!r} is no channel{suggestion(channel, CHANNELS)}")
    if not address:
        raise Fault(said.line, "a stranger needs a phone or an email")
    return StrangerSays(channel, address, said.word("text"))


def _wait(value: Value, _people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> Step:
    try:
        return Waits(duration(word(value, "wait")))
    except ValueError as error:
        raise Fault(value.line, str(error)) from error


def _until(value: Value, _people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> Step:
    return Until(instant(value, "until"))


def _calendar_changes(value: Value, people: Mapping[str, Person], calendars: Mapping[str, CalendarOf]) -> Step:
    busy: dict[str, tuple[Interval, ...]] = {}
    for key, change in fields(value, "calendar").values.items():
        person_called(key, people, change.line)
        if key not in calendars:
            raise Fault(change.line, f"{key} has no calendar under calendars")
        said = fields(change, key)
        said.only("busy")
        busy[key] = busy_times(said)
    return CalendarChanges(busy)


def _by_hand(value: Value, people: Mapping[str, Person], calendars: Mapping[str, CalendarOf]) -> ByHand:
    said = fields(value, "by_hand")
    if len(said.values) != 1:
        raise Fault(said.line, "by_hand is about one calendar, such as {ida: {interview: Ana Silva, to: gone}}")
    ((key, change),) = said.values.items()
    person_called(key, people, change.line)
    if key not in calendars:
        raise Fault(change.line, f"{key} has no calendar under calendars")
    what = fields(change, key)
    what.only("interview", "to")
    candidate, to = what.word("interview"), what.values.get("to")
    if candidate not in {person.name for person in people.values()}:
        raise Fault(what.line_of("interview"), f"there is no candidate called {candidate!r} under people")
    match word(to, "to") if to else "":
        case "declined":
            return ByHand(key, candidate, "declined")
        case "" | "gone" | "null" | "~":
            return ByHand(key, candidate, "gone")
        case _:
            return ByHand(key, candidate, "moved", instant(to, "to", what.line))


def _outage(value: Value, _people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> Step:
    said = fields(value, "outage")
    said.only("service", "for", "error")
    service, error = said.word("service"), said.word("error", "503")
    if service not in SERVICES:
        raise Fault(said.line_of("service"), f"{service!r} is no service{suggestion(service, SERVICES)}")
    if not error.isdigit():
        raise Fault(said.line_of("error"), f"{error!r} is no error number")
    length = _wait(said.values.get("for") or Word("", said.line), {}, {})
    assert isinstance(length, Waits)
    return Outage(service, length.length, int(error))


def _receipt(value: Value, people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> Step:
    said = fields(value, "receipt")
    said.only("to", "status", "error")
    person_called(said.word("to"), people, said.line)
    status = ReceiptStatus(said.word("status"))
    if status is ReceiptStatus.UNKNOWN:
        known = tuple(each.value for each in ReceiptStatus if each is not ReceiptStatus.UNKNOWN)
        raise Fault(said.line_of("status"), f"{said.word('status')!r} is no status{suggestion('', known)}")
    return ReceiptComes(said.word("to"), status, said.word("error", "") or None)


def _spoils_next(value: Value, people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> SpoilsNext:
    said = fields(value, "next")
    said.only("to", "channel", "becomes")
    person, how = person_called(said.word("to"), people, said.line), said.word("becomes")
    if how not in {*Spoilt}:
        raise Fault(said.line_of("becomes"), f"{how!r} is nothing a message becomes{suggestion(how, tuple(Spoilt))}")
    channel = said.word("channel", "") or None
    _check_reach(person, channel, said.line_of("channel"))
    return SpoilsNext(person.key, Spoilt(how), channel)


def _link(value: Value, people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> LinkChanges:
    said = fields(value, "link")
    if len(said.values) != 1:
        raise Fault(said.line, "link is about one person's link, such as {noor: gone}")
    ((key, what),) = said.values.items()
    why = word(what, key)
    if why not in {*Why}:
        raise Fault(what.line, f"{why!r} is nothing a link comes to{suggestion(why, tuple(Why))}")
    return LinkChanges(person_called(key, people, said.line).key, Why(why))


def _at_calendly(value: Value, people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> AtCalendly:
    said = fields(value, "calendly")
    if len(said.values) != 1:
        raise Fault(said.line, "calendly is about one person, such as {ana: {books: INSTANT, with: noor}}")
    ((key, did),) = said.values.items()
    who, what = person_called(key, people, said.line), fields(did, key)
    what.only("books", "moves", "calls_off", "with", "as")
    if "calls_off" in what.values:
        other = person_called(what.word("calls_off"), people, what.line)
        host, guest = (other, who) if who.role == "candidate" else (who, other)
        return AtCalendly(host.key, guest.key, "calls_off", by_host=who is host)
    verb: Literal["books", "moves"] = "books" if "books" in what.values else "moves"
    at = instant(what.values.get(verb), verb, what.line)
    host = person_called(what.word("with"), people, what.line)
    return AtCalendly(host.key, who.key, verb, at, what.word("as", "") or None)


def _crash(_value: Value, _people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> Step:
    return Crashes()


STEPS: Mapping[str, Callable[[Value, Mapping[str, Person], Mapping[str, CalendarOf]], Step]] = {
    "stranger": _stranger,
    "wait": _wait,
    "until": _until,
    "calendar": _calendar_changes,
    "by_hand": _by_hand,
    "link": _link,
    "calendly": _at_calendly,
    "outage": _outage,
    "receipt": _receipt,
    "next": _spoils_next,
    "crash": _crash,
}
