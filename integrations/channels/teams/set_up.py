"""A channel and a door from the firm's settings; the SDK is imported with the channel, and not with the door."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from integrations.channels.teams.account import KEYS, LOGIN, SERVICE, Account
from integrations.channels.teams.addresses import GUID
from integrations.missing import not_set, setting

if TYPE_CHECKING:
    from integrations.channels.teams.door import TeamsDoor
    from integrations.channels.teams.sending import TeamsChannel

NEEDED = ("teams_app_id", "teams_app_secret", "teams_tenant")


def channel_from(settings: Mapping[str, str], now: Callable[[], datetime]) -> TeamsChannel:
    """Raises ValueError with what is missing."""
    account = account_from(settings)
    from integrations.channels.teams.connector import Connector
    from integrations.channels.teams.sending import TeamsChannel

    return TeamsChannel(Connector(account, now))


def door_from(settings: Mapping[str, str], now: Callable[[], datetime]) -> TeamsDoor:
    """Raises ValueError with what is missing."""
    account = account_from(settings)
    from integrations.channels.teams.door import TeamsDoor
    from integrations.channels.teams.proof import Proof

    return TeamsDoor(Proof(account, now), account.tenants)


def account_from(settings: Mapping[str, str]) -> Account:
    """Raises ValueError with what is missing."""
    if find_spec("microsoft_teams") is None or find_spec("jwt") is None:
        raise ValueError("the packages of the extra `microsoft` are not installed")
    if missing := [name for name in NEEDED if not settings.get(name)]:
        raise ValueError(not_set(*missing))
    app_id = settings["teams_app_id"].strip().lower()
    tenants = tuple(each.strip().lower() for each in settings["teams_tenant"].split(","))
    for name, given in (("teams_app_id", (app_id,)), ("teams_tenant", tenants)):
        if not all(re.fullmatch(GUID, each) for each in given):
            raise ValueError(
                f"{setting(name)} is no id of Microsoft Entra's, like 01234567-89ab-cdef-0123-456789abcdef"
            )
    return Account(
        app_id,
        settings["teams_app_secret"],
        tenants,
        (settings.get("teams_service_url") or SERVICE).rstrip("/"),
        (settings.get("teams_login_url") or LOGIN).rstrip("/"),
        settings.get("teams_keys_url") or KEYS,
    )
