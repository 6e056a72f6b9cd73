"""Who somebody at Slack is, and under which address a colleague is found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.channels.base import BadAddress
from integrations.channels.slack.addresses import Address
from integrations.channels.slack.api import Slack
from integrations.channels.slack.words import name


@dataclass(frozen=True, slots=True)
class Profile:
    """As their workspace has them. The email there is confirmed; the name is what they chose."""

    address: str
    name: str
    email: str = ""
    timezone: str = ""
    locale: str = ""


async def who(slack: Slack, to: str) -> Profile:
    """Raises BadAddress for somebody who is not there any more, and ChannelError."""
    address = Address.read(to)
    answer = await slack.ask(address.team, lambda client: client.users_info(user=address.id, include_locale=True))
    return _profile(address.team, answer)


async def by_email(slack: Slack, team: str, email: str) -> Profile:
    """Raises BadAddress where nobody there has this address, and ChannelError."""
    return _profile(team, await slack.ask(team, lambda client: client.users_lookupByEmail(email=email)))


def _profile(team: str, answer: Mapping[str, Any]) -> Profile:
    match answer:
        case {"user": {"id": str() as id} as user} if not user.get("deleted") and not user.get("is_bot"):
            profile = user.get("profile") or {}
            return Profile(
                str(Address.read(f"{team}:{id}")),
                name(profile.get("real_name") or user.get("real_name") or user.get("name")),
                name(profile.get("email")),
                name(user.get("tz")),
                name(user.get("locale")),
            )
    raise BadAddress("user_not_found")
