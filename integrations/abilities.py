"""What each channel can do with each vendor that carries it: what docs/reference/channels.md is printed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from integrations.carriers import ABILITIES
from integrations.channels.base import Abilities


def _twilio() -> Mapping[str, Abilities]:
    from integrations.channels.twilio import sms, whatsapp

    return {"whatsapp": whatsapp.ABILITIES, "sms": sms.ABILITIES}


def _telegram() -> Mapping[str, Abilities]:
    return {"telegram": ABILITIES["telegram"]}


def _slack() -> Mapping[str, Abilities]:
    from integrations.channels.slack import sending

    return {"slack": sending.ABILITIES}


def _teams() -> Mapping[str, Abilities]:
    return {"teams": replace(ABILITIES["teams"], cards=True)}


def _mail() -> Mapping[str, Abilities]:
    return {"email": ABILITIES["email"]}


def _gateway() -> Mapping[str, Abilities]:
    return {name: replace(each, takes_key=True, html=False) for name, each in ABILITIES.items() if name != "console"}


def _console() -> Mapping[str, Abilities]:
    return {"console": ABILITIES["console"]}


# By the vendor's name in the catalog. A vendor is imported when it is asked for.
CARRIED: dict[str, Callable[[], Mapping[str, Abilities]]] = {
    "twilio": _twilio,
    "telegram": _telegram,
    "slack": _slack,
    "teams": _teams,
    "sendgrid": _mail,
    "smtp": _mail,
    "gateway": _gateway,
    "console": _console,
}


def carried() -> Iterator[tuple[str, str, Abilities]]:
    """Channel, vendor, and what the one can do with the other."""
    for vendor, abilities in CARRIED.items():
        for name, each in abilities().items():
            yield name, vendor, each
