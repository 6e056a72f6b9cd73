"""How a person is reached and addressed: each value checked and written one way, or a ValueError in plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale, UnknownLocaleError
from email_validator import EmailNotValidError, validate_email

from integrations.channels.base import BY_HAND, NAMES

PROFILE = re.compile(r"(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/in/([^\s/?#]+)/?(?:[?#]\S*)?", re.IGNORECASE)
SPOKEN = ("de", "es", "fr", "it", "nl", "pt")  # besides English, by those who fill in a sheet


def email(words: str) -> str:
    try:
        return validate_email(words, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{words!r} is no email address: {error}") from None


def phone(words: str) -> str:
    if not words.startswith("+"):
        raise ValueError(f"{words!r} must begin with + and the country, like +351912345678")
    try:
        number = phonenumbers.parse(words)
    except phonenumbers.NumberParseException:
        raise ValueError(f"{words!r} is no phone number") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueError(f"{words!r} is no phone number anybody has")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def zone_of(number: str | None) -> str | None:
    """The time zone of a phone number in E.164, where its beginning has only one."""
    if not number:
        return None
    from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number  # a table of its own, rarely needed

    try:
        found = time_zones_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None
    return found[0] if len(found) == 1 and found[0] != UNKNOWN_TIMEZONE else None


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}


def timezone(words: str) -> str:
    if zone := _zones().get(words.lower().replace(" ", "_")):
        return zone
    raise ValueError(f"unknown time zone {words!r}; {_nearest_zone(words)}")


def _nearest_zone(words: str) -> str:
    wanted = words.lower().replace(" ", "_")
    # People write the city alone.
    cities = {name.rpartition("/")[2]: zone for name, zone in _zones().items() if "/" in name}
    by_city = [cities[city] for city in get_close_matches(wanted, cities, n=3)]
    by_name = [_zones()[name] for name in get_close_matches(wanted, _zones(), n=3)]
    near = list(dict.fromkeys(by_city + by_name))[:3]
    return f"did you mean {' or '.join(near)}?" if near else "write it like Europe/Lisbon"


def locale(words: str) -> str:
    """A BCP 47 tag, from one or from the name of a language, in English or in itself: German, Deutsch, pt_br."""
    try:
        found = Locale.parse(_languages().get(words.lower(), words).replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        raise ValueError(f"unknown language {words!r}; write it like en, pt or en-GB") from None
    return str(found).replace("_", "-")


@cache
def _languages() -> dict[str, str]:
    by_name = {str(name).lower(): str(code) for code, name in Locale("en").languages.items()}
    return by_name | {str(Locale(code).get_language_name(code)).lower(): code for code in SPOKEN}


def channels(words: str) -> tuple[str, ...]:
    named = dict.fromkeys(filter(None, re.split(r"[\s,;|/]+", words.lower())))
    for name in named:
        if name not in (*NAMES, *BY_HAND):
            raise ValueError(f"unknown channel {name!r}; {nearest(name, (*NAMES, *BY_HAND))}")
    return tuple(named)


def linkedin(words: str) -> str:
    """The address of somebody's profile there."""
    found = re.fullmatch(
        r"(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/in/([^\s/?#]+)/?(?:[?#]\S*)?", words.strip(), re.IGNORECASE
    )
    if not found:
        raise ValueError(f"{words!r} is no profile on LinkedIn; it is like https://www.linkedin.com/in/ana-silva")
    return f"https://www.linkedin.com/in/{found[1]}"


def nearest(word: str, choices: Sequence[str]) -> str:
    """A question to put behind "unknown": which of the choices was meant."""
    near = get_close_matches(word, choices, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"there is {', '.join(choices)}"
