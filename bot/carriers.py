"""Who carries which channel, made from what the firm has set: the channels, and the doors by which vendors come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.records.base import Records
from bot.records.sealed import Keys
from bot.settings.channels import carriers_of
from bot.settings.environment import PREFIX, SettingsError
from bot.settings.settings import Settings
from integrations import carriers, catalog
from integrations.channels.approvals import Approvals
from integrations.channels.base import Channel, Door
from integrations.means import Means, NotMade

if TYPE_CHECKING:
    from bot.connections.workspaces import Workspaces
    from integrations.channels.line import Line

CHANNELS = ("whatsapp", "sms", "telegram", "slack", "teams", "email")


# What is set for no vendor by name and yet of use to some.
SHARED = frozenset({"own_hosts", "public_url", "meeting_url"})
# How their settings begin.
VENDORS = {*catalog.CALENDARS, *catalog.MEETINGS, *catalog.ACCOUNTS, *carriers.CHANNELS, "email", "imap"}
# Doors that are not their vendor's only one, and what they need.
BESIDES = {
    "sendgrid-events": ("sendgrid_events_key",),
    "sendgrid-parse": ("sendgrid_parse_key", "sendgrid_parse_secret"),
}


def of_vendors(settings: Settings) -> dict[str, str]:
    """What the firm has set for the vendors of channels, calendars, meetings and booking pages, by name."""
    found: dict[str, str] = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None and (name in SHARED or name.partition("_")[0] in VENDORS):
            found[name] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return found


def carried_by(settings: Settings) -> dict[str, str]:
    """The vendor of each channel; where none was chosen the firm's gateway, and without one it is printed."""
    vendor = "gateway" if settings.gateway_url else "console"
    return {**dict.fromkeys(CHANNELS, vendor), **carriers_of(settings.channels)}


def channels_of(settings: Settings, means: Means) -> dict[str, Channel]:
    """Raises SettingsError where a vendor that was chosen lacks something."""
    try:
        return carriers.channels(carried_by(settings), means)
    except NotMade as error:
        raise SettingsError(f"{PREFIX}CHANNELS is {settings.channels}, but {error}.") from error


def approvals_of(settings: Settings, means: Means) -> Approvals | None:
    """Where the texts are approved that may go after a day of silence. Raises SettingsError like `channels_of`."""
    try:
        return carriers.approvals(carried_by(settings), means)
    except NotMade as error:
        raise SettingsError(f"{PREFIX}CHANNELS is {settings.channels}, but {error}.") from error


def workspaces_of(settings: Settings, records: Records, keys: Keys, now: Callable[[], datetime]) -> Workspaces | None:
    """Where Slack carries messages. Raises SettingsError where it lacks something."""
    if "slack" not in carriers_of(settings.channels).values():
        return None
    from bot.connections.workspaces import Workspaces

    try:
        return Workspaces(of_vendors(settings), records, keys, now)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}CHANNELS is {settings.channels}, but Slack: {error}.") from error


def door_names(settings: Settings) -> list[str]:
    given = of_vendors(settings)
    chosen = [vendor for vendor in dict.fromkeys(carriers_of(settings.channels).values()) if vendor in carriers.DOORS]
    return chosen + [door for door, needed in BESIDES.items() if any(name in given for name in needed)]


def doors_of(settings: Settings, means: Means) -> list[Door]:
    """Where the vendors that were chosen tell what people write. Raises SettingsError where one lacks something."""
    try:
        return [carriers.door(each, means) for each in door_names(settings)]
    except NotMade as error:
        raise SettingsError(f"{PREFIX}CHANNELS is {settings.channels}, but {error}.") from error


def lines_of(settings: Settings, means: Means) -> list[Line]:
    """What is held open to vendors that cannot knock at our door. Raises SettingsError where one lacks something."""
    try:
        return [carriers.LINES[each](means) for each in line_names(settings)]
    except NotMade as error:
        raise SettingsError(f"{PREFIX}CHANNELS is {settings.channels}, but {error}.") from error


def line_names(settings: Settings) -> Iterator[str]:
    """Whoever sets a token for a line wants the line; of Telegram's ways one is left where nobody can knock."""
    chosen = carriers_of(settings.channels).values()
    if "slack" in chosen and settings.slack_app_token:
        yield "slack"
    if "telegram" in chosen and not settings.public_url:
        yield "telegram"
