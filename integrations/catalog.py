"""Which vendors exist: plain dictionaries from a name to how it is made. A vendor is imported when it is made."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, TextIO, TypeVar, cast
from zoneinfo import ZoneInfo

from integrations.calendars.base import Calendar
from integrations.calendars.zones import zone_of
from integrations.channels.base import Abilities, Channel, Door, Unit
from integrations.channels.desk import Desk
from integrations.links.base import Links
from integrations.meetings.base import Meetings
from integrations.missing import not_set
from integrations.models.base import Model, Shape

if TYPE_CHECKING:
    from integrations.channels.email.imap import ImapMailbox
    from integrations.links.account import PageAccount

ABILITIES: dict[str, Abilities] = {
    # Three quick replies is what WhatsApp takes without an approved template; Twilio's Body ends at 1,600.
    "whatsapp": Abilities(buttons=3, max_length=1_600, receipts=True),
    "sms": Abilities(max_length=1_600, receipts=True),
    # A phone shows about forty characters of a button as wide as the chat; a bot cannot write first.
    "telegram": Abilities(buttons=8, label=40, max_length=4_096, unit=Unit.UTF16, opens=False),
    "slack": Abilities(buttons=25, label=75, max_length=3_000),
    "teams": Abilities(buttons=6, max_length=20_000),
    "email": Abilities(subject=True, html=True, receipts=True, invites=True),
    "console": Abilities(),
}


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
        raise NotMade(f"{setting} was not given" if setting in _asked_for() else not_set(setting))


def standin_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.standins.channel import StandInChannel

    return {name: StandInChannel(name, ABILITIES[name], means.now) for name in names}


def console_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.console import ConsoleChannel

    return {name: ConsoleChannel(name, means.stream) for name in names}


def gateway_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.gateway import Gateway, GatewayChannel

    gateway = Gateway(means.need("gateway_url"), means.need("gateway_secret"), means.now)
    # A mail's look is for whoever sends it to make: over this wire goes its text.
    over = {name: replace(ABILITIES[name], takes_key=True, html=False) for name in names}
    return {name: GatewayChannel(name, each, gateway) for name, each in over.items()}


def telegram_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.telegram.api import API, Account, Api
    from integrations.channels.telegram.sending import TelegramChannel

    _only("telegram", names)
    try:
        account = Account(means.need("telegram_token"), means.settings.get("telegram_url") or API)
    except ValueError as error:
        raise NotMade(f"Telegram: {error}") from error
    return {name: TelegramChannel(Api(account), ABILITIES[name]) for name in names}


def slack_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.slack.set_up import channel_from

    _only("slack", names)
    try:
        return {name: channel_from(means.settings, means.now, means.token_of) for name in names}
    except ValueError as error:
        raise NotMade(f"Slack: {error}") from error


def _only(channel: str, names: Sequence[str]) -> None:
    for name in names:
        if name != channel:
            raise NotMade(f"{channel} carries no {name}")


def twilio_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.twilio.set_up import channels_from

    try:
        return dict(channels_from(means.settings, names, means.now))
    except ValueError as error:
        raise NotMade(f"Twilio: {error}") from error


def smtp_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.email.set_up import by_smtp

    try:
        return by_smtp(means.settings, names, ABILITIES["email"], means.now)
    except ValueError as error:
        raise NotMade(f"SMTP: {error}") from error


def sendgrid_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.email.set_up import by_sendgrid

    try:
        return by_sendgrid(means.settings, names, ABILITIES["email"], means.now)
    except ValueError as error:
        raise NotMade(f"SendGrid: {error}") from error


# One vendor may serve several channels, and shares its client between them.
CHANNELS: dict[str, Callable[[Sequence[str], Means], dict[str, Channel]]] = {
    "standin": standin_channels,
    "console": console_channels,
    "gateway": gateway_channels,
    "slack": slack_channels,
    "sendgrid": sendgrid_channels,
    "smtp": smtp_channels,
    "telegram": telegram_channels,
    "twilio": twilio_channels,
}


def telegram_door(means: Means) -> Door:
    from integrations.channels.telegram.door import TelegramDoor

    return TelegramDoor(means.need("telegram_secret"), means.now)


def slack_door(means: Means) -> Door:
    from integrations.channels.slack.set_up import door_from

    try:
        door = door_from(means.settings, means.now, means.token_of)
    except ValueError as error:
        raise NotMade(f"Slack: {error}") from error
    door.desk = means.desk
    return door


def twilio_door(means: Means) -> Door:
    from integrations.channels.twilio.set_up import door_from

    try:
        return door_from(means.settings)
    except ValueError as error:
        raise NotMade(f"Twilio: {error}") from error


def sendgrid_event_door(means: Means) -> Door:
    from integrations.channels.email.set_up import event_door

    try:
        return event_door(means.settings, means.now)
    except ValueError as error:
        raise NotMade(f"SendGrid's events: {error}") from error


def sendgrid_parse_door(means: Means) -> Door:
    from integrations.channels.email.set_up import parse_door

    try:
        return parse_door(means.settings, means.now)
    except ValueError as error:
        raise NotMade(f"SendGrid's Inbound Parse: {error}") from error


def mailbox(means: Means) -> ImapMailbox:
    """The mailbox where answers are read, followed by IMAP."""
    from integrations.channels.email.set_up import followed_mailbox

    try:
        return followed_mailbox(means.settings, means.now)
    except ValueError as error:
        raise NotMade(f"the mailbox: {error}") from error


# Where vendors tell what people write: /hooks/ and the name.
DOORS: dict[str, Callable[[Means], Door]] = {
    "slack": slack_door,
    "sendgrid-events": sendgrid_event_door,
    "sendgrid-parse": sendgrid_parse_door,
    "telegram": telegram_door,
    "twilio": twilio_door,
}


@dataclass(frozen=True)
class Need:
    """One thing that whoever connects a calendar is asked for."""

    setting: str  # its name, as the vendor asks its Means for it
    question: str
    secret: bool = False
    default: str | None = None  # None: it has to be answered; {account} and {timezone} are their owner's


# What people connect: how each is called, and what it needs besides the settings of the firm.
LABELS: dict[str, str] = {
    "microsoft": "Microsoft 365",
    "google": "Google",
    "caldav": "CalDAV",
    "feed": "calendar link",
    "calendly": "Calendly",
    "microsoft-bookings": "Microsoft Bookings",
}
NEEDS: dict[str, tuple[Need, ...]] = {
    "caldav": (
        Need("caldav_url", "The CalDAV address, like https://cloud.example/remote.php/dav or just cloud.example"),
        Need("caldav_user", "The name to sign in with", default="{account}"),
        Need("caldav_password", "The password; where there is a second step to sign in, an app password", secret=True),
        Need("timezone", "The time zone its owner lives in, like Europe/Lisbon", default="{timezone}"),
        Need("caldav_writes_to", "The calendar to write to, by name; empty for their first", default=""),
        Need("caldav_blocking", "The calendars that take their time, with commas between; empty for all", default=""),
    ),
    "feed": (
        Need("feed_link", "The link to the iCalendar file, which ends in .ics", secret=True),
        Need("timezone", "The time zone its owner lives in, like Europe/Lisbon", default="{timezone}"),
    ),
    "microsoft": (
        Need("microsoft_refresh_token", "Their refresh token; empty for the firm's own app", secret=True, default=""),
    ),
    "google": (
        Need("google_refresh_token", "Their refresh token; empty, and the firm's key is used", secret=True, default=""),
        Need("google_also", "Other calendars that take their time, with commas between; empty for none", default=""),
    ),
}

# Accounts at vendors of booking pages.
ACCOUNT_NEEDS: dict[str, tuple[Need, ...]] = {
    "calendly": (
        Need("calendly_token", "Their personal access token, from Integrations, API and webhooks", secret=True),
    ),
    "microsoft-bookings": (Need("bookings_business", "Which business, by its name or id", default=""),),
}


def _asked_for() -> frozenset[str]:
    """What is given with each connection; the rest is set for the whole firm."""
    return frozenset(need.setting for needs in (*NEEDS.values(), *ACCOUNT_NEEDS.values()) for need in needs)


def standin_calendar(means: Means) -> Calendar:
    from integrations.standins.calendar import StandInCalendar

    return StandInCalendar(means.now)


def no_calendar(means: Means) -> Calendar:
    from integrations.calendars.none import NoCalendar

    return NoCalendar()


def microsoft_calendar(means: Means) -> Calendar:
    from integrations.calendars.microsoft.set_up import calendar_from

    try:
        return calendar_from(means.settings, means.now, means.keep)
    except ValueError as error:
        raise NotMade(str(error)) from error


def google_calendar(means: Means) -> Calendar:
    from integrations.calendars.google.set_up import calendar_from

    try:
        return calendar_from(means.settings, means.now, means.keep)
    except ValueError as error:
        raise NotMade(str(error)) from error


def _zone(means: Means) -> ZoneInfo:
    name = means.need("timezone")
    if found := zone_of(name):
        return found
    raise NotMade(f"{name!r} is no time zone; write it like Europe/Lisbon")


def _own_hosts(means: Means) -> list[str]:
    return [host for host in means.settings.get("own_hosts", "").replace(",", " ").split() if host]


def feed_calendar(means: Means) -> Calendar:
    from integrations.calendars.feed import FeedCalendar
    from integrations.outside import Outside

    return FeedCalendar(means.need("feed_link"), _zone(means), means.now, Outside(own=_own_hosts(means)))


def caldav_calendar(means: Means) -> Calendar:
    from integrations.calendars.caldav import CalDavCalendar
    from integrations.calendars.caldav_account import Account
    from integrations.outside import Login, Outside

    login = Login(means.need("caldav_user"), means.need("caldav_password"))
    account = Account(means.need("caldav_url"), Outside(own=_own_hosts(means), login=login), means.now)
    blocking = [name.strip() for name in means.settings.get("caldav_blocking", "").split(",") if name.strip()]
    writes_to = means.settings.get("caldav_writes_to", "").strip()
    return CalDavCalendar(account, _zone(means), means.now, writes_to=writes_to, blocking=blocking)


CALENDARS: dict[str, Callable[[Means], Calendar]] = {
    "none": no_calendar,
    "caldav": caldav_calendar,
    "feed": feed_calendar,
    "microsoft": microsoft_calendar,
    "google": google_calendar,
    "standin": standin_calendar,
}


def standin_meetings(means: Means) -> Meetings:
    from integrations.standins.meeting import StandInMeetings

    return StandInMeetings(means.now)


def fixed_meetings(means: Means) -> Meetings:
    from integrations.meetings.fixed import FixedMeetings

    return FixedMeetings(means.settings.get("meeting_url", ""))


def zoom_meetings(means: Means) -> Meetings:
    from integrations.meetings.zoom.account import API, LOGIN, Zoom, ZoomApp
    from integrations.meetings.zoom.meetings import ZoomMeetings

    keys = [means.need(f"zoom_{name}") for name in ("account_id", "client_id", "client_secret", "user")]
    api, login = means.settings.get("zoom_url", API), means.settings.get("zoom_login_url", LOGIN)
    return ZoomMeetings(Zoom(ZoomApp(*keys), means.now, api=api, login=login))


def teams_meetings(means: Means) -> Meetings:
    from integrations.calendars.microsoft.set_up import account_from

    try:
        account = account_from(means.settings)
    except ValueError as error:
        raise NotMade(str(error)) from error
    from integrations.calendars.microsoft.graph import Graph
    from integrations.meetings.teams import TeamsMeetings

    return TeamsMeetings(Graph(account, means.now), means.need("teams_organizer"))


def google_meetings(means: Means) -> Meetings:
    from integrations.calendars.google.set_up import calls_from
    from integrations.meetings.google_meet import GoogleMeet

    try:
        return GoogleMeet(calls_from(means.settings, means.now), means.need("google_meet_calendar"))
    except ValueError as error:
        raise NotMade(str(error)) from error


MEETINGS: dict[str, Callable[[Means], Meetings]] = {
    "fixed": fixed_meetings,
    "google": google_meetings,
    "teams": teams_meetings,
    "zoom": zoom_meetings,
    "standin": standin_meetings,
}


def opened_links(means: Means) -> Links:
    from integrations.links.opening import OpenedLinks

    return OpenedLinks(own=_own_hosts(means))


def standin_links(means: Means) -> Links:
    from integrations.standins.page import StandInLinks

    return StandInLinks()


# Who opens booking links to see whether they work.
LINKS: dict[str, Callable[[Means], Links]] = {
    "opened": opened_links,
    "standin": standin_links,
}


def calendly_account(means: Means) -> PageAccount:
    from integrations.links.calendly.account import API, Calendly

    return Calendly(means.need("calendly_token"), means.now, api=means.settings.get("calendly_url", API))


def bookings_account(means: Means) -> PageAccount:
    from integrations.calendars.microsoft.set_up import account_from, bookings_from
    from integrations.links.microsoft_bookings import BookingsAccount

    try:
        account_from(means.settings)
    except ValueError as error:
        raise NotMade(str(error)) from error
    make = partial(bookings_from, means.settings, means.now)
    return BookingsAccount(make, means.settings.get("bookings_business", ""), means.now)


# Who is asked what was booked on somebody's own page.
ACCOUNTS: dict[str, Callable[[Means], PageAccount]] = {
    "calendly": calendly_account,
    "microsoft-bookings": bookings_account,
}


def langchain_model(means: Means) -> Model:
    try:
        from integrations.models.langchain import LangChainModel
    except ImportError as error:
        raise NotMade(f"a model needs the packages of the extra `model` ({error.name} is missing)") from error
    return LangChainModel(
        means.need("model"),
        key=means.settings.get("model_key"),
        url=means.settings.get("model_url"),
        seconds=float(means.settings.get("model_seconds", "4")),
        shape=cast(Shape, means.settings.get("model_shape", "json_schema")),
    )


MODELS: dict[str, Callable[[Means], Model]] = {
    "langchain": langchain_model,
}


def channels(chosen: Mapping[str, str], means: Means) -> dict[str, Channel]:
    """Each channel by its name, made by the vendor chosen for it: {"whatsapp": "gateway", "email": "console"}."""
    made: dict[str, Channel] = {}
    for name in chosen:
        known("channel", name, ABILITIES)
    for vendor in dict.fromkeys(chosen.values()):
        make = known("channel vendor", vendor, CHANNELS)
        made |= make([name for name in chosen if chosen[name] == vendor], means)
    return made


def door(vendor: str, means: Means) -> Door:
    return known("door", vendor, DOORS)(means)


def calendar(vendor: str, means: Means) -> Calendar:
    return known("calendar vendor", vendor, CALENDARS)(means)


def meetings(vendor: str, means: Means) -> Meetings:
    return known("meeting vendor", vendor, MEETINGS)(means)


def links(vendor: str, means: Means) -> Links:
    return known("way to open links", vendor, LINKS)(means)


def model(vendor: str, means: Means) -> Model:
    return known("model vendor", vendor, MODELS)(means)


def known(kind: str, name: str, table: Mapping[str, T]) -> T:
    """The entry of that name. Raises NotMade with the nearest names."""
    if name in table:
        return table[name]
    near = get_close_matches(name, table, n=3) or sorted(table)
    raise NotMade(f"{name!r} is no {kind}; there is {', '.join(near)}")
