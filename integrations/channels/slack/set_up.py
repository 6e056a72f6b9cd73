"""A channel and a door from the firm's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from integrations.channels.desk import Desk
from integrations.channels.slack.api import API, Slack, TokenOf
from integrations.channels.slack.door import SlackDoor
from integrations.channels.slack.installation import App
from integrations.channels.slack.sending import SlackChannel
from integrations.channels.slack.socket_mode import SlackLine
from integrations.missing import not_set


def line_from(settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None = None) -> Slack:
    """With one token for the one workspace there is, or with each workspace's own. Raises ValueError."""
    token, several = settings.get("slack_token", ""), bool(settings.get("slack_client_id") or token_of)
    if not token and not several:
        raise ValueError(not_set("slack_token"))
    if token and not token.startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError("a bot's token begins with xoxb-; one that begins with xoxp- or xapp- is another kind")

    async def the_one(team: str) -> str | None:
        return token or None

    return Slack(token_of or the_one, now, settings.get("slack_url") or API)


def channel_from(
    settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None = None
) -> SlackChannel:
    return SlackChannel(line_from(settings, now, token_of))


def app_from(settings: Mapping[str, str], public_url: str) -> App:
    """What workspaces let in. Raises ValueError where it is not set up."""
    missing = [name for name in ("slack_client_id", "slack_client_secret") if not settings.get(name)]
    if missing:
        raise ValueError(not_set(*missing))
    # Consent is asked for beside the Web API: https://slack.com/api/ and https://slack.com/oauth/v2/authorize.
    beside = (settings.get("slack_url") or API).rstrip("/").removesuffix("/api")
    return App(settings["slack_client_id"], settings["slack_client_secret"], public_url, f"{beside}/oauth/v2/authorize")


def line_in(
    settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None, desk: Desk | None
) -> SlackLine:
    door = door_from(settings, now, token_of)
    door.desk = desk
    return SlackLine(settings.get("slack_app_token", ""), door, settings.get("slack_url") or API)


def door_from(settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None = None) -> SlackDoor:
    """Where Slack is heard over a line that we open it signs nothing; then nobody knocks here and is let in."""
    secret = settings.get("slack_signing_secret", "")
    if not secret and not settings.get("slack_app_token"):
        raise ValueError(not_set("slack_signing_secret"))
    return SlackDoor(secret, now, line_from(settings, now, token_of))
