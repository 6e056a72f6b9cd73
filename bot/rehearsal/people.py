"""The people of a file: who they are, and where they are found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.rehearsal.yamlfile import Fault, Fields, Value, fields, section, suggestion, word
from bot.rules import duration
from dialogs.scheduling.firm_days import Lunch, Region
from integrations import contact
from integrations.channels.base import BY_HAND
from integrations.contact import nearest

ROLES = ("candidate", "client", "recruiter", "interviewer", "room")
CHANNELS = ("whatsapp", "sms", "telegram", "slack", "teams", "email")
REACHED = (*CHANNELS, *BY_HAND)
MESSENGERS = ("telegram", "slack", "teams")  # their addresses are the vendor's own names for people
ABOUT = (
    *("role", "name", "timezone", "locale", "language", "channels", "consent", "company", "email", "phone"),
    *("country", "seniority", "tags", "addresses", "room", "region", "lunch", "travel"),
)
NEEDED_FOR = {"email": "email", "whatsapp": "phone", "sms": "phone", "phone": "phone"}


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
class Strictness:
    """What is asked of an address, and what is taken for granted of somebody."""

    email: Callable[[str], str]
    phone: Callable[[str], str]
    zone: str = "UTC"
    language: str = "en"
    real: bool = False  # somebody will be written to: nothing is made up, and no candidate's consent is assumed


@dataclass(frozen=True, slots=True)
class Checked:
    said: Fields

    def maybe(self, key: str, check: Callable[[str], str]) -> str | None:
        text = self.said.word(key, "")
        if not text:
            return None
        try:
            return check(text)
        except ValueError as error:
            raise Fault(self.said.line_of(key), str(error)) from error


def read_person(key: str, value: Value, strict: Strictness) -> Person:
    said = fields(value, key)
    said.only(*ABOUT)
    checked, role = Checked(said), said.word("role")
    if role not in ROLES:
        raise Fault(said.line_of("role"), f"{role!r} is no role{suggestion(role, ROLES)}")
    email, phone = checked.maybe("email", strict.email), checked.maybe("phone", strict.phone)
    # A room is told of nothing: it has a calendar.
    channels = _channels(said, otherwise=("email",) if email or role != "room" else ())
    rung = {"phone": phone} if "phone" in channels else {}
    addresses = {"email": email, "whatsapp": phone, "sms": phone, **rung, **_addresses(key, said, strict)}
    _check_reach(key, channels, addresses, said.line)
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


def _channels(said: Fields, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    channels = said.words("channels") or otherwise
    for channel in (*channels, *(said.words("consent") or ())):
        if channel not in REACHED:
            raise Fault(said.line_of("channels"), f"{channel!r} is no channel{suggestion(channel, REACHED)}")
    return channels


def _check_reach(key: str, channels: tuple[str, ...], addresses: Mapping[str, str | None], line: int) -> None:
    for channel in channels:
        if not addresses.get(channel):
            needed = NEEDED_FOR.get(channel, f"addresses: {{{channel}: …}}")
            what = " (how the vendor calls this person)" if channel in MESSENGERS else ""
            what = " (the address of their profile)" if channel == "linkedin" else what
            raise Fault(line, f"{key} is to be reached by {channel}, but {needed!r} is missing{what}")


def _addresses(key: str, said: Fields, strict: Strictness) -> dict[str, str]:
    """Where messengers find this person; in a rehearsal simply under the name the file gives them."""
    found = {} if strict.real else dict.fromkeys(MESSENGERS, key)
    given = section(said, "addresses")
    given.only(*MESSENGERS, "linkedin")
    profile = Checked(given).maybe("linkedin", contact.linkedin)
    named = {channel: word(address, channel) for channel, address in given.values.items()}
    return {**found, **named, **({"linkedin": profile} if profile else {})}


def _consent(said: Fields, role: str, channels: tuple[str, ...], strict: Strictness) -> tuple[str, ...]:
    consent = said.words("consent")
    if consent is None and role == "candidate" and strict.real:
        return tuple(channel for channel in channels if channel in ("email", *BY_HAND))
    return channels if consent is None else consent


def _room(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/]+(/\S*)?", text):
        raise ValueError(f"{text!r} is no room; it is where a browser goes, and begins with https://")
    return text


def _minutes(text: str) -> str:
    return str(int(duration(text).total_seconds()) // 60) if text != "none" else "0"


def person_called(key: str, people: Mapping[str, Person], line: int) -> Person:
    if key in people:
        return people[key]
    hint = f"; {nearest(key, list(people))}" if people else ""
    raise Fault(line, f"there is nobody called {key!r} under people{hint}")


def _email(text: str) -> str:
    # Rehearsals use mailboxes and numbers nobody has: only the form counts.
    if not re.fullmatch(r"[^\s@]+@[^\s@]+", text):
        raise ValueError(f"{text!r} is no email address")
    return text


def _phone(text: str) -> str:
    number = re.sub(r"[\s().-]", "", text)
    if not re.fullmatch(r"\+\d{6,15}", number):
        raise ValueError(f"{text!r} is no phone number; it begins with + and the country, like +351912345678")
    return number


PLAYED = Strictness(_email, _phone)
