"""Our bot at Microsoft, and where its services are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Wherever somebody's data is kept, this one passes it on:
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
SERVICE = "https://smba.trafficmanager.net/teams"
LOGIN = "https://login.microsoftonline.com"
KEYS = "https://login.botframework.com/v1/.well-known/openidconfiguration"
# Where Teams' activities may come from; those of other clouds have other issuers as well.
HOSTS = frozenset({"smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"})


@dataclass(frozen=True, slots=True)
class Account:
    """`tenants` are those that may write to it; the first is where the bot is registered, and signs in."""

    app_id: str
    secret: str = field(repr=False)
    tenants: tuple[str, ...]
    service_url: str = SERVICE
    login_url: str = LOGIN
    keys_url: str = KEYS

    def knows(self, service_url: str) -> bool:
        """Is that an address of Teams'? Nothing is ever sent to one that an activity brings along, not even then."""
        return is_of(service_url, HOSTS) or same_place(service_url, self.service_url)


def is_of(url: str, hosts: Collection[str]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.netloc.lower() in hosts  # no port and no name before an @
    except ValueError:
        return False


def same_place(one: str, other: str) -> bool:
    try:
        a, b = urlsplit(one), urlsplit(other)
    except ValueError:
        return False
    return bool(a.netloc) and (a.scheme, a.netloc.lower()) == (b.scheme, b.netloc.lower())
