"""Who writes: which of our numbers for a reader in which country, and how fast each of them may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import phonenumbers

from integrations.channels.twilio.segments import count

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
SHORT_CODE = re.compile(r"\d{3,8}")
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
# WhatsApp's own id of a person for one business, where it does not tell the number.
SCOPED = re.compile(r"([A-Z]{2})\.[A-Za-z0-9]{1,128}")


@dataclass(frozen=True, slots=True)
class Senders:
    """Numbers and Messaging Services of ours; `by_country` has ISO 3166 codes."""

    default: str
    by_country: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sender in (self.default, *self.by_country.values()):
            if not _answerable(sender):
                raise ValueError(
                    f"{sender!r} is no sender for conversations: give a number like +4915112345678, a short code or a "
                    "Messaging Service (MG…). Nobody can answer to a name."
                )

    def of(self, address: str) -> str:
        """Who writes to this reader."""
        return self.by_country.get(country(address) or "", self.default)


def senders(words: str) -> Senders:
    """Of "+15550100100, DE=+4915112345678, GB=MG…"; the one without a country is for everybody else.

    Raises ValueError with what is wrong.
    """
    default, by_country = "", {}
    for entry in filter(None, (each.strip() for each in words.split(","))):
        name, equals, sender = (part.strip() for part in entry.partition("="))
        if not equals and not default:
            default = name
        elif equals and name.upper() in phonenumbers.SUPPORTED_REGIONS and name.upper() not in by_country:
            by_country[name.upper()] = sender
        else:
            raise ValueError(f"{entry!r} does not fit here: one sender for everybody, then others like DE=+49…")
    if not default:
        raise ValueError("one sender without a country is needed, for everybody else")
    return Senders(default, by_country)


def country(address: str) -> str | None:
    """Where a reader's number is from (ISO 3166); None where that cannot be told."""
    if scoped := SCOPED.fullmatch(address):
        return scoped[1]
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return None


def is_toll_free(number: str) -> bool:
    """Of the US and Canada, where those have rules of their own."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return parsed.country_code == 1 and phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.TOLL_FREE


def _answerable(sender: str) -> bool:
    return any(kind.fullmatch(sender) for kind in (NUMBER, SHORT_CODE, SERVICE))


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one sender of ours may write. What comes faster waits in Twilio's queue and, past `queue`, is lost."""

    per_second: int
    counts: Literal["segments", "messages"]
    queue: timedelta


WHATSAPP = Pace(80, "messages", timedelta(hours=4))
TOLL_FREE = Pace(3, "segments", timedelta(hours=10))
# Numbers elsewhere, short codes and the pools of a service are faster: the slowest is never too fast.
LONG_CODE = Pace(1, "segments", timedelta(hours=10))


def pace(channel: str, sender: str) -> Pace:
    if channel == "whatsapp":
        return WHATSAPP
    return TOLL_FREE if is_toll_free(sender) else LONG_CODE


def takes(channel: str, sender: str, text: str) -> int:
    """What this text takes of this sender's pace."""
    return count(text).segments if pace(channel, sender).counts == "segments" else 1
