"""Who carries which channel: plain dictionaries from a name to how it is made. A vendor is imported when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from integrations.channels.approvals import Approvals
from integrations.channels.base import Abilities, Channel, Door, Unit
from integrations.means import Means, NotMade, known

if TYPE_CHECKING:
    from integrations.channels.email.imap import ImapMailbox
    from integrations.channels.email.polled import PolledMailbox
    from integrations.channels.line import Line
    from integrations.channels.telegram.api import Api

ABILITIES: dict[str, Abilities] = {
    # Three quick replies is what WhatsApp takes without an approved template; Twilio's Body ends at 1,600.
    "whatsapp": Abilities(buttons=3, max_length=1_600, receipts=True),
    "sms": Abilities(max_length=1_600, receipts=True),
    # A phone shows about forty characters of a button as wide as the chat; a bot cannot write first.
    "telegram": Abilities(buttons=8, label=40, max_length=4_096, unit=Unit.UTF16, opens=False),
    "slack": Abilities(buttons=25, label=75, max_length=3_000),
    "teams": Abilities(buttons=6, max_length=20_000, unit=Unit.UTF16),
    "email": Abilities(subject=True, html=True, receipts=True, invites=True),
    "console": Abilities(),
}


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
    from integrations.channels.telegram.sending import TelegramChannel

    _only("telegram", names)
    secret = means.settings.get("telegram_secret", "")
    return {name: TelegramChannel(_telegram(means), ABILITIES[name], secret, means.now) for name in names}


def _telegram(means: Means) -> Api:
    from integrations.channels.telegram.set_up import api_from

    try:
        return api_from(means.settings)
    except ValueError as error:
        raise NotMade(f"Telegram: {error}") from error


def slack_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.slack.set_up import channel_from

    _only("slack", names)
    try:
        return {name: channel_from(means.settings, means.now, means.token_of) for name in names}
    except ValueError as error:
        raise NotMade(f"Slack: {error}") from error


def teams_channels(names: Sequence[str], means: Means) -> dict[str, Channel]:
    from integrations.channels.teams.set_up import channel_from

    _only("teams", names)
    try:
        return {name: channel_from(means.settings, means.now) for name in names}
    except ValueError as error:
        raise NotMade(f"Teams: {error}") from error


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
    "teams": teams_channels,
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


def teams_door(means: Means) -> Door:
    from integrations.channels.teams.set_up import door_from

    try:
        door = door_from(means.settings, means.now)
    except ValueError as error:
        raise NotMade(f"Teams: {error}") from error
    door.desk = means.desk
    return door


def approvals(chosen: Mapping[str, str], means: Means) -> Approvals | None:
    """Where WhatsApp approves our texts; None where its carrier has nothing to do with that."""
    if chosen.get("whatsapp") != "twilio":
        return None
    from integrations.channels.twilio.set_up import templates_from

    try:
        return templates_from(means.settings, means.now)
    except ValueError as error:
        raise NotMade(f"Twilio: {error}") from error


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


def mailbox(means: Means) -> ImapMailbox | PolledMailbox | None:
    """The mailbox where answers are read; None: nobody has set one."""
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
    "teams": teams_door,
    "telegram": telegram_door,
    "twilio": twilio_door,
}


def slack_line(means: Means) -> Line:
    from integrations.channels.slack.set_up import line_in

    try:
        return line_in(means.settings, means.now, means.token_of, means.desk)
    except ValueError as error:
        raise NotMade(f"Slack: {error}") from error


def telegram_line(means: Means) -> Line:
    from integrations.channels.telegram.door import TelegramDoor
    from integrations.channels.telegram.polling import TelegramLine

    return TelegramLine(_telegram(means), TelegramDoor(means.need("telegram_secret"), means.now))


# The same where they cannot knock: a line that is held open.
LINES: dict[str, Callable[[Means], Line]] = {"slack": slack_line, "telegram": telegram_line}


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
