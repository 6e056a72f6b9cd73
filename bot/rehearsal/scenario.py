"""A scenario as it is written down: who there is, what happens, and what is expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from bot.records.venues import Venue
from bot.rehearsal.yamlfile import Fault, Fields, Items, Value, Word, fields, items, read, suggestion, word
from bot.rules import BadRule, duration, rules_from
from dialogs.negotiation.facts import Rules
from dialogs.scheduling.firm_days import Lunch, Region
from dialogs.scheduling.hours import WorkingHours
from dialogs.scheduling.intervals import Interval
from integrations import contact
from integrations.channels.base import ReceiptStatus
from integrations.contact import nearest
from integrations.links.base import Why

ROLES = ("candidate", "client", "recruiter", "interviewer", "room")
MODES = ("video", "phone", "onsite")
CALLERS = ("host", "candidate")
VENUE = ("place", "directions", "arrival_notes", "caller", "phone")
CHANNELS = ("whatsapp", "sms", "telegram", "slack", "teams", "email")
MESSENGERS = ("telegram", "slack", "teams")  # their addresses are the vendor's own names for people
NEEDED_FOR = {"email": "email", "whatsapp": "phone", "sms": "phone"}
SERVICES = (*CHANNELS, "calendar", "meeting")
ANSWERS = ("accept", "tentative", "decline", "counter")


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    role: str
    name: str
    timezone: str
    locale: str
    channels: tuple[str, ...]
    consent: tuple[str, ...]
    company: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    seniority: str | None = None
    tags: tuple[str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)  # by channel
    room: str = ""
    region: str | None = None
    lunch: str | None = None
    travel: int | None = None  # minutes


@dataclass(frozen=True, slots=True)
class Round:
    name: str
    minutes: int
    mode: str
    venue: Venue
    people: tuple[str, ...]
    optional: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    title: str
    company: str
    rounds: tuple[Round, ...]


@dataclass(frozen=True, slots=True)
class CalendarOf:
    hours: WorkingHours
    busy: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Says:
    who: str
    texts: tuple[str, ...]  # more than one: a burst
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Presses:
    who: str
    button: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class AnswersInvite:
    who: str
    answer: Literal["accept", "tentative", "decline", "counter"]
    counter: datetime | None = None


@dataclass(frozen=True, slots=True)
class StrangerSays:
    channel: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Waits:
    length: timedelta


@dataclass(frozen=True, slots=True)
class Until:
    instant: datetime


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    busy: Mapping[str, tuple[Interval, ...]]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody changes the interview of a candidate in their own calendar, and tells nobody."""

    who: str
    candidate: str
    what: Literal["moved", "gone", "declined"]
    to: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """Whoever opens this booking link sees something else from now on."""

    who: str
    why: Why


@dataclass(frozen=True, slots=True)
class AtCalendly:
    """Something happens on a host's own Calendly page."""

    host: str
    guest: str
    what: Literal["books", "moves", "calls_off"]
    at: datetime | None = None
    email: str | None = None  # another one than their own
    by_host: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    service: str
    length: timedelta
    error: int


@dataclass(frozen=True, slots=True)
class ReceiptComes:
    to: str
    status: ReceiptStatus
    error: str | None


@dataclass(frozen=True, slots=True)
class Crashes:
    pass


Step = (
    Says
    | Presses
    | AnswersInvite
    | StrangerSays
    | Waits
    | Until
    | CalendarChanges
    | ByHand
    | LinkChanges
    | AtCalendly
    | Outage
    | ReceiptComes
    | Crashes
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`what` is one of the lists of the result, or none; `filters` as they were written."""

    what: str
    filters: Mapping[str, str]


EXPECTABLE = ("interview", "message", "none", "invite", "tracker", "escalation", "timer", "event")
# What may be asked of each, besides the four of every one. The tracker has a column for every interview there is.
_MESSAGE = ("at", "from", "to", "channel", "kind", "template", "text", "status")
ASKED = ("contains", "after", "before", "count")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "interview": (
        *("candidate", "job", "company", "round", "status", "start", "end", "minutes", "mode", "uid", "sequence"),
        *("meeting_url", "place"),
    ),
    "message": _MESSAGE,
    "none": _MESSAGE,
    "invite": ("at", "to", "method", "uid", "sequence", "start", "end"),
    "escalation": ("at", "candidate", "job", "reason"),
    "timer": ("at", "kind", "candidate"),
    "event": ("at", "event", "candidate", "job"),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    now: datetime
    rules: Rules
    people: tuple[Person, ...]
    jobs: tuple[Job, ...]
    calendars: Mapping[str, CalendarOf]
    links: Mapping[str, str]  # booking links, by person
    steps: tuple[Step, ...]
    lines: tuple[int, ...]  # of each step, in the file
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who there is and what for, without anything happening."""

    people: tuple[Person, ...]
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Strictness:
    """What is asked of an address, and what is taken for granted of somebody."""

    email: Callable[[str], str]
    phone: Callable[[str], str]
    zone: str = "UTC"
    language: str = "en"
    real: bool = False  # somebody will be written to: nothing is made up, and no candidate's consent is assumed


def load(path: Path) -> Scenario:
    """Reads and checks the whole file. Raises Fault at the first line that is wrong."""
    top = read(path)
    top.only("name", "now", "settings", "people", "jobs", "calendars", "links", "script", "expect")
    people = {key: _person(key, value, PLAYED) for key, value in _section(top, "people").values.items()}
    jobs = _jobs(top, people, PLAYED)
    calendars = {key: _calendar(key, value, people) for key, value in _section(top, "calendars").values.items()}
    return Scenario(
        name=top.word("name", path.stem),
        now=instant(top.values.get("now"), "now", top.line),
        rules=_rules(_section(top, "settings")),
        people=tuple(people.values()),
        jobs=jobs,
        calendars=calendars,
        links={
            _known(key, people, value.line).key: word(value, key)
            for key, value in _section(top, "links").values.items()
        },
        steps=tuple(_step(value, people, calendars) for value in _list(top, "script")),
        lines=tuple(value.line for value in _list(top, "script")),
        expectations=tuple(_expectation(value, people) for value in _list(top, "expect")),
    )


def load_cast(path: Path, zone: str, language: str) -> Cast:
    """Real people and jobs, as in a rehearsal; `zone` and `language` are those of whoever has none. Raises Fault."""
    top = read(path)
    top.only("people", "jobs")
    strict = Strictness(contact.email, contact.phone, zone, language, real=True)
    people = {key: _person(key, value, strict) for key, value in _section(top, "people").values.items()}
    jobs = _jobs(top, people, strict)
    if not people and not jobs:
        raise Fault(top.line, "there is nobody under people and nothing under jobs")
    return Cast(tuple(people.values()), jobs)


def instant(value: Value | None, what: str, line: int = 0) -> datetime:
    if value is None:
        raise Fault(line, f"{what!r} is missing")
    text = word(value, what)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(value.line, f"{what} is no instant: {text!r}; write 2026-03-02T09:00:00+01:00") from error
    if found.tzinfo is None:
        raise Fault(value.line, f"{what} needs its offset, such as +01:00: {text!r}")
    return found


def _section(top: Fields, name: str) -> Fields:
    value = top.values.get(name)
    if value is None or (isinstance(value, Word) and not value.text):
        return Fields({}, top.line)
    return fields(value, name)


def _list(top: Fields, name: str) -> tuple[Value, ...]:
    value = top.values.get(name)
    if value is None or (isinstance(value, Word) and not value.text):
        return ()
    return items(value, name).values


def _rules(settings: Fields) -> Rules:
    rules = Rules()
    for name, value in settings.values.items():
        given = tuple(word(each, name) for each in value) if isinstance(value, Items) else word(value, name)
        try:
            rules = rules_from({name: given}, rules)
        except BadRule as error:
            raise Fault(value.line, str(error)) from error
    return rules


def _person(key: str, value: Value, strict: Strictness) -> Person:
    said = fields(value, key)
    said.only(
        *("role", "name", "timezone", "locale", "language", "channels", "consent", "company", "email", "phone"),
        *("country", "seniority", "tags", "addresses", "room", "region", "lunch", "travel"),
    )
    checked = _Checked(said)
    role = said.word("role")
    if role not in ROLES:
        raise Fault(said.line_of("role"), f"{role!r} is no role{suggestion(role, ROLES)}")
    email, phone = checked.maybe("email", strict.email), checked.maybe("phone", strict.phone)
    # A room is told of nothing: it has a calendar.
    channels = said.words("channels") or (("email",) if email or role != "room" else ())
    for channel in (*channels, *(said.words("consent") or ())):
        if channel not in CHANNELS:
            raise Fault(said.line_of("channels"), f"{channel!r} is no channel{suggestion(channel, CHANNELS)}")
    addresses = {"email": email, "whatsapp": phone, "sms": phone, **_addresses(key, said, strict)}
    for channel in channels:
        if not addresses.get(channel):
            needed = NEEDED_FOR.get(channel, f"addresses: {{{channel}: …}}")
            what = " (how the vendor calls this person)" if channel in MESSENGERS else ""
            raise Fault(said.line, f"{key} is to be reached by {channel}, but {needed!r} is missing{what}")
    return Person(
        key=key,
        role=role,
        name=said.word("name", key.capitalize()),
        timezone=checked.maybe("timezone", contact.timezone) or strict.zone,
        locale=checked.maybe("locale", contact.locale) or checked.maybe("language", contact.locale) or strict.language,
        channels=channels,
        consent=_consent(said, role, channels, strict),
        company=said.word("company", "") or None,
        email=email,
        phone=phone,
        country=said.word("country", "") or None,
        seniority=said.word("seniority", "") or None,
        tags=said.words("tags") or (),
        addresses={channel: address for channel, address in addresses.items() if address},
        room=checked.maybe("room", _room) or "",
        region=checked.maybe("region", lambda text: str(Region.parse(text))),
        lunch=checked.maybe("lunch", lambda text: str(Lunch.parse(text))),
        travel=int(checked.maybe("travel", _minutes) or 0) if "travel" in said.values else None,
    )


def _addresses(key: str, said: Fields, strict: Strictness) -> dict[str, str]:
    """Where messengers find this person; in a rehearsal simply under the name the file gives them."""
    found = {} if strict.real else dict.fromkeys(MESSENGERS, key)
    given = _section(said, "addresses")
    given.only(*MESSENGERS)
    return {**found, **{channel: word(address, channel) for channel, address in given.values.items()}}


def _consent(said: Fields, role: str, channels: tuple[str, ...], strict: Strictness) -> tuple[str, ...]:
    consent = said.words("consent")
    if consent is None and role == "candidate" and strict.real:
        return tuple(channel for channel in channels if channel == "email")
    return channels if consent is None else consent


def _email(text: str) -> str:
    # Rehearsals use mailboxes and numbers nobody has: only the form counts.
    if not re.fullmatch(r"[^\s@]+@[^\s@]+", text):
        raise ValueError(f"{text!r} is no email address")
    return text


def _room(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/]+(/\S*)?", text):
        raise ValueError(f"{text!r} is no room; it is where a browser goes, and begins with https://")
    return text


def _minutes(text: str) -> str:
    return str(int(duration(text).total_seconds()) // 60) if text != "none" else "0"


def _phone(text: str) -> str:
    number = re.sub(r"[\s().-]", "", text)
    if not re.fullmatch(r"\+\d{6,15}", number):
        raise ValueError(f"{text!r} is no phone number; it begins with + and the country, like +351912345678")
    return number


PLAYED = Strictness(_email, _phone)


@dataclass(frozen=True, slots=True)
class _Checked:
    said: Fields

    def maybe(self, key: str, check: Callable[[str], str]) -> str | None:
        text = self.said.word(key, "")
        if not text:
            return None
        try:
            return check(text)
        except ValueError as error:
            raise Fault(self.said.line_of(key), str(error)) from error


def _jobs(top: Fields, people: Mapping[str, Person], strict: Strictness) -> tuple[Job, ...]:
    jobs: dict[tuple[str, str], Job] = {}
    for value in _list(top, "jobs"):
        job = _job(value, people, strict)
        if jobs.setdefault((job.title.casefold(), job.company.casefold()), job) is not job:
            raise Fault(value.line, f"{job.title} at {job.company} stands here twice")
    return tuple(jobs.values())


def _job(value: Value, people: Mapping[str, Person], strict: Strictness) -> Job:
    said = fields(value, "a job")
    said.only("title", "company", "rounds")
    rounds = tuple(_round(number, each, people, strict) for number, each in enumerate(_list(said, "rounds"), 1))
    return Job(said.word("title"), said.word("company"), rounds)


def _round(number: int, value: Value, people: Mapping[str, Person], strict: Strictness) -> Round:
    said = fields(value, "a round")
    said.only("name", "minutes", "mode", "people", "optional", "one_of", "rooms", *VENUE)
    minutes, mode = said.word("minutes", "45"), said.word("mode", "video")
    if not minutes.isdigit() or not 5 <= int(minutes) <= 600:
        raise Fault(said.line_of("minutes"), f"{minutes!r} is no number of minutes from 5 to 600")
    if mode not in MODES:
        raise Fault(said.line_of("mode"), f"{mode!r} is no mode{suggestion(mode, MODES)}")
    for key in ("people", "optional"):
        for person in said.words(key) or ():
            _known(person, people, said.line_of(key))
    for room in said.words("rooms") or ():
        if _known(room, people, said.line_of("rooms")).role != "room":
            raise Fault(said.line_of("rooms"), f"{room} is no room: under people it needs the role room")
    return Round(
        name=said.word("name", f"Interview {number}"),
        minutes=int(minutes),
        mode=mode,
        venue=_venue(said, strict),
        people=said.words("people") or (),
        optional=said.words("optional") or (),
        one_of=_groups(said, people),
        rooms=said.words("rooms") or (),
    )


def _groups(said: Fields, people: Mapping[str, Person]) -> tuple[tuple[str, ...], ...]:
    """`one_of: [ida, max]`, or several such groups: `one_of: [[ida, max], [tom, ute]]`."""
    given = _list(said, "one_of")
    several = any(isinstance(each, Items) for each in given)
    groups = [items(each, "one_of") for each in given] if several else [Items(given, said.line)] if given else []
    found = tuple(tuple(word(each, "one_of") for each in group) for group in groups)
    for person in (each for group in found for each in group):
        _known(person, people, said.line_of("one_of"))
    return found


def _venue(said: Fields, strict: Strictness) -> Venue:
    caller, directions = said.word("caller", "host"), said.word("directions", "")
    if caller not in CALLERS:
        raise Fault(said.line_of("caller"), f"{caller!r} calls nobody{suggestion(caller, CALLERS)}")
    if directions.startswith("http://"):
        raise Fault(said.line_of("directions"), "people open this link on the way: it has to begin with https://")
    return Venue(
        place=said.word("place", ""),
        directions=directions,
        arrival_notes=said.word("arrival_notes", ""),
        caller=caller,
        phone=_Checked(said).maybe("phone", strict.phone) or "",
    )


def _calendar(key: str, value: Value, people: Mapping[str, Person]) -> CalendarOf:
    person = _known(key, people, value.line)
    said = fields(value, f"the calendar of {key}")
    # buffer_minutes: kept free around everything in the calendar.
    said.only("hours", "days", "busy", "buffer_minutes")
    try:
        hours = WorkingHours.parse(
            said.word("hours", "09:00-18:00"), said.word("days", "Mon-Fri"), zone=ZoneInfo(person.timezone)
        )
    except ValueError as error:
        raise Fault(said.line_of("hours"), str(error)) from error
    buffer = said.word("buffer_minutes", "0")
    if not buffer.isdigit() or int(buffer) > 240:
        raise Fault(said.line_of("buffer_minutes"), f"{buffer!r} is no number of minutes up to 240")
    around = timedelta(minutes=int(buffer))
    busy = tuple(Interval(each.start - around, each.end + around) for each in _busy(said))
    return CalendarOf(hours, busy)


def _busy(said: Fields) -> tuple[Interval, ...]:
    return tuple(_interval(each) for each in _list(said, "busy"))


def _interval(value: Value) -> Interval:
    start, slash, end = word(value, "busy").partition("/")
    if not slash:
        raise Fault(value.line, f"{start!r} is no stretch of time; write START/END, both with their offset")
    try:
        return Interval(instant(Word(start, value.line), "busy"), instant(Word(end, value.line), "busy"))
    except ValueError as error:
        raise Fault(value.line, str(error)) from error


def _known(key: str, people: Mapping[str, Person], line: int) -> Person:
    if key in people:
        return people[key]
    near = nearest(key, list(people))
    raise Fault(line, f"there is nobody called {key!r} under people" + (f"; did you mean {near}?" if near else ""))


def _step(value: Value, people: Mapping[str, Person], calendars: Mapping[str, CalendarOf]) -> Step:
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
    if channel and channel not in person.addresses:
        known = tuple(person.addresses)
        raise Fault(what.line_of("channel"), f"{person.key} can not write by {channel!r}{suggestion(channel, known)}")
    if "answer_invite" in what.values:
        return _answers_invite(person, what.values["answer_invite"])
    if "press" in what.values:
        return Presses(person.key, what.word("press"), channel)
    text = what.values.get("text")
    texts = tuple(word(each, "text") for each in text) if isinstance(text, Items) else (what.word("text"),)
    return Says(person.key, texts, channel)


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
        _known(key, people, change.line)
        if key not in calendars:
            raise Fault(change.line, f"{key} has no calendar under calendars")
        said = fields(change, key)
        said.only("busy")
        busy[key] = _busy(said)
    return CalendarChanges(busy)


def _by_hand(value: Value, people: Mapping[str, Person], calendars: Mapping[str, CalendarOf]) -> ByHand:
    said = fields(value, "by_hand")
    if len(said.values) != 1:
        raise Fault(said.line, "by_hand is about one calendar, such as {ida: {interview: Ana Silva, to: gone}}")
    ((key, change),) = said.values.items()
    _known(key, people, change.line)
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
    _known(said.word("to"), people, said.line)
    status = ReceiptStatus(said.word("status"))
    if status is ReceiptStatus.UNKNOWN:
        known = tuple(each.value for each in ReceiptStatus if each is not ReceiptStatus.UNKNOWN)
        raise Fault(said.line_of("status"), f"{said.word('status')!r} is no status{suggestion('', known)}")
    return ReceiptComes(said.word("to"), status, said.word("error", "") or None)


def _link(value: Value, people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> LinkChanges:
    said = fields(value, "link")
    if len(said.values) != 1:
        raise Fault(said.line, "link is about one person's link, such as {noor: gone}")
    ((key, what),) = said.values.items()
    why = word(what, key)
    if why not in {*Why}:
        raise Fault(what.line, f"{why!r} is nothing a link comes to{suggestion(why, tuple(Why))}")
    return LinkChanges(_known(key, people, said.line).key, Why(why))


def _at_calendly(value: Value, people: Mapping[str, Person], _calendars: Mapping[str, CalendarOf]) -> AtCalendly:
    said = fields(value, "calendly")
    if len(said.values) != 1:
        raise Fault(said.line, "calendly is about one person, such as {ana: {books: INSTANT, with: noor}}")
    ((key, did),) = said.values.items()
    who, what = _known(key, people, said.line), fields(did, key)
    what.only("books", "moves", "calls_off", "with", "as")
    if "calls_off" in what.values:
        other = _known(what.word("calls_off"), people, what.line)
        host, guest = (other, who) if who.role == "candidate" else (who, other)
        return AtCalendly(host.key, guest.key, "calls_off", by_host=who is host)
    verb: Literal["books", "moves"] = "books" if "books" in what.values else "moves"
    at = instant(what.values.get(verb), verb, what.line)
    host = _known(what.word("with"), people, what.line)
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
    "crash": _crash,
}


def _expectation(value: Value, people: Mapping[str, Person]) -> Expectation:
    said = fields(value, "an expectation")
    if len(said.values) != 1:
        raise Fault(said.line, "an expectation is about one thing, such as interview: {…}")
    ((what, filters),) = said.values.items()
    if what not in EXPECTABLE:
        raise Fault(said.line, f"{what!r} can not be expected{suggestion(what, EXPECTABLE)}")
    found = {key: word(each, key) for key, each in fields(filters, what).values.items()}
    for key, each in fields(filters, what).values.items():
        known = (*FIELDS.get(what, (key.casefold(),)), *ASKED)
        if key.casefold() not in known:
            raise Fault(each.line, f"{what} has no {key!r}{suggestion(key, known)}")
    for key in ("after", "before"):
        if key in found:
            instant(Word(found[key], filters.line), key)
    if "count" in found and not found["count"].isdigit():
        raise Fault(filters.line, f"count is a whole number, not {found['count']!r}")
    for key in ("to", "from"):
        if what in ("message", "none", "invite") and key in found and found[key] != "arsan" and people:
            _known_or_address(found[key], people, filters.line)
    return Expectation(what, found)


def _known_or_address(who: str, people: Mapping[str, Person], line: int) -> None:
    if not who.startswith("+") and "@" not in who:
        _known(who, people, line)
