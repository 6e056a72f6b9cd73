"""How somebody at Teams is written down, and where a message stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from integrations.channels.base import BadAddress

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# No slash and no dot at the beginning: both become part of an address on the web.
CONVERSATION = r"[A-Za-z0-9][A-Za-z0-9:;@=._-]{0,299}"
ACTIVITY = r"[A-Za-z0-9][A-Za-z0-9:._-]{0,99}"


@dataclass(frozen=True, slots=True)
class Address:
    """A person as TENANT:USER, both by the ids that Microsoft Entra shows; the same whatever app they are met in."""

    tenant: str
    user: str

    @classmethod
    def read(cls, words: str) -> Self:
        if found := re.fullmatch(rf"({GUID}):({GUID})", words.strip().lower()):
            return cls(found[1], found[2])
        raise BadAddress("not TENANT:USER")

    def __str__(self) -> str:
        return f"{self.tenant}:{self.user}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a message stands: its conversation, and its id there. In another conversation it may be another one's."""

    conversation: str
    activity: str

    @classmethod
    def read(cls, words: str) -> Self | None:
        found = re.fullmatch(rf"({CONVERSATION})\|({ACTIVITY})", words)
        return cls(found[1], found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.conversation}|{self.activity}"
