"""How a setting is written down: its default, its meaning, what is allowed, and the kinds of values there are."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from bot.rules import described


def setting(default: Any, meaning: str, allowed: str, **limits: Any) -> Any:
    return Field(default, description=meaning, json_schema_extra={"allowed": allowed}, **limits)


def web_address(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise ValueError("not an http address")
    return url.rstrip("/")


def web_link(url: str) -> str:
    web_address(url)
    return url


def zone_name(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone")
    return name


def language_tag(tag: str) -> str:
    from integrations.contact import locale  # with tables that most commands never need

    return locale(tag)


def database_address(url: str) -> str:
    _ = urlsplit(url).port  # raises ValueError where a / or # in the password cuts the address short
    for driver, schemes in DRIVERS.items():
        for scheme in schemes:
            # A SQLite without a file would forget everything with the process.
            if url.startswith(f"{scheme}:///" if scheme.startswith("sqlite") else f"{scheme}://"):
                return driver + url.removeprefix(scheme)
    raise ValueError("not a database we know")


# What people write, and the asynchronous drivers that it means.
DRIVERS = {
    "sqlite+aiosqlite": ("sqlite+aiosqlite", "sqlite"),
    "postgresql+psycopg": ("postgresql+psycopg", "postgresql", "postgres"),
}

Address = Annotated[str, AfterValidator(web_address)]
RULES = {each.name: each for each in described()}


def rule(name: str, allowed: str) -> Any:
    """One of the firm's rules; its meaning and default stand in dialogs/negotiation/facts.py."""
    meaning = RULES[name].meaning
    return setting(RULES[name].default, f"{meaning[0].upper()}{meaning[1:].rstrip('?')}.", allowed)
