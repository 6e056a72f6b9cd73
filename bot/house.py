"""The house put together: everything the assistant works with, in one value that is handed around."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.connections.connecting import Desks
from bot.connections.link_desk import LinkDesk
from bot.limits import Allowed, Limits
from bot.records.base import Records
from bot.second_opinion import SecondReader
from dialogs.negotiation.facts import Rules
from dialogs.wording import Phrasebook
from integrations.calendars.base import Calendar
from integrations.channels.approvals import Approvals
from integrations.channels.base import Channel
from integrations.links.base import Links, NoLinks
from integrations.meetings.base import Meetings

if TYPE_CHECKING:
    from bot.connections.workspaces import Workspaces  # with Slack's SDK, which few firms need

UTC = ZoneInfo("UTC")


class Ids(Protocol):
    def __call__(self, kind: str) -> str:
        """A new name for a thing of this kind."""


def unguessable(kind: str) -> str:
    """For service: whoever knows one id knows no other."""
    return f"{kind}_{secrets.token_urlsafe(12)}"


class Counted:
    """For rehearsals: the same file gives the same ids."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return f"{kind}_{self._numbers[kind]}"


@dataclass(frozen=True)
class Firm:
    """The recruiting firm as people see it."""

    name: str = ""  # without one it is called the recruiting team, in the words of each language
    organizer_name: str = "askARSAN"
    organizer_email: str = "interviews@askarsan.example"  # a mailbox that reads answers to invites
    zone: ZoneInfo = UTC  # where the firm is: the zone of whoever we know no other of
    language: str = "en"  # of whoever we know no other of
    public_url: str = ""  # where people find our pages; without it no message has a link to one
    single_use_links: bool = True  # a candidate's booking link is their own and works once, where that can be made


@dataclass(frozen=True)
class House:
    records: Records
    clock: Clock
    channels: Mapping[str, Channel]
    calendar: Calendar
    meetings: Meetings
    phrasebook: Phrasebook
    links: Links = field(default_factory=NoLinks)  # who opens booking links
    rules: Rules = field(default_factory=Rules)
    firm: Firm = field(default_factory=Firm)
    ids: Ids = unguessable
    burst: timedelta = timedelta()  # how long to wait for somebody to finish writing
    desks: Desks | None = None  # the vendors' objects of people's own connections, where there can be any
    link_desk: LinkDesk | None = None  # opens people's accounts at vendors of booking pages
    workspaces: Workspaces | None = None  # that let us in, where Slack carries messages
    limits: Limits | None = None  # how much may go out; None: any
    allowed: Allowed = field(default_factory=Allowed)
    approvals: Approvals | None = None  # where texts are approved that may go when nobody has written for a day
    second: SecondReader | None = None  # asked where the rules are unsure, if the firm wants that
