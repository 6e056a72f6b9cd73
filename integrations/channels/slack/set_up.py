"""A channel and a door from the firm's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from integrations.channels.slack.api import API, Slack, TokenOf
from integrations.channels.slack.door import SlackDoor
from integrations.channels.slack.sending import SlackChannel
from integrations.missing import not_set


def line_from(settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None = None) -> Slack:
    """With one token for the one workspace there is, or with each workspace's own. Raises ValueError."""
    url = settings.get("slack_url") or API
    if token_of:
        return Slack(token_of, now, url)
    token = settings.get("slack_token", "")
    if not token:
        raise ValueError(not_set("slack_token"))
    if not token.startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError("a bot's token begins with xoxb-; one that begins with xoxp- or xapp- is another kind")

    async def the_one(team: str) -> str:
        return token

    return Slack(the_one, now, url)


def channel_from(
    settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None = None
) -> SlackChannel:
    return SlackChannel(line_from(settings, now, token_of))


def door_from(settings: Mapping[str, str], now: Callable[[], datetime], token_of: TokenOf | None = None) -> SlackDoor:
    secret = settings.get("slack_signing_secret", "")
    if not secret:
        raise ValueError(not_set("slack_signing_secret"))
    return SlackDoor(secret, now, line_from(settings, now, token_of))
