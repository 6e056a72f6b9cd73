"""What making a vendor may take, and what is said where one cannot be made."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import TextIO, TypeVar

from integrations.channels.desk import Desk
from integrations.missing import not_set
from integrations.needs import asked_for

T = TypeVar("T")
Keep = Callable[[str, str], Awaitable[None]]
TokenOf = Callable[[str], Awaitable[str | None]]


class NotMade(Exception):
    """A vendor that is asked for cannot be made: its name is unknown, or a setting is missing."""


@dataclass(frozen=True)
class Means:
    """What making a vendor may take."""

    now: Callable[[], datetime]
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)  # by name; secrets are among them
    stream: TextIO = field(default_factory=lambda: sys.stdout, repr=False)
    desk: Desk | None = None  # who makes forms and the page of how everything stands
    keep: Keep | None = None  # a secret that the vendor has changed, by its name: the old one will end
    token_of: TokenOf | None = field(default=None, repr=False)  # of a workspace that let us in, where there are several

    def need(self, setting: str) -> str:
        if value := self.settings.get(setting):
            return value
        raise NotMade(f"{setting} was not given" if setting in asked_for() else not_set(setting))


def known(kind: str, name: str, table: Mapping[str, T]) -> T:
    """The entry of that name. Raises NotMade with the nearest names."""
    if name in table:
        return table[name]
    near = get_close_matches(name, table, n=3) or sorted(table)
    raise NotMade(f"{name!r} is no {kind}; there is {', '.join(near)}")
