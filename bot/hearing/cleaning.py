"""What comes in, in words and names that any database takes."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from typing import Any

from integrations.channels.base import Inbound, Told

LOOKED_UP = ("vendor_id", "sender")  # by an index, and those of PostgreSQL take no more than 2,700 bytes
LONGEST = 500


def cleaned(told: Told) -> Told:
    said: dict[str, Any] = {each.name: getattr(told, each.name) for each in fields(told)}
    changed: dict[str, Any] = {name: keepable(value) for name, value in said.items() if type(value) is str}
    changed |= {name: _short(changed[name]) for name in LOOKED_UP if name in changed}
    if isinstance(told, Inbound):
        changed["form"] = {keepable(name): keepable(value) for name, value in told.form.items()}
    return replace(told, **changed)


def keepable(text: str) -> str:
    """PostgreSQL has no zero byte, and half a surrogate is no character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _short(name: str) -> str:
    """No vendor's name for anything is a page long; one that somebody made up stands for nothing but itself."""
    return name if len(name) <= LONGEST else hashlib.sha256(name.encode()).hexdigest()
