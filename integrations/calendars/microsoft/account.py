"""Which account at Microsoft 365 we speak for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

GRAPH = "https://graph.microsoft.com/v1.0"
LOGIN = "https://login.microsoftonline.com"
DELEGATED = "https://graph.microsoft.com/Calendars.ReadWrite offline_access"  # what a person lets us do


@dataclass(frozen=True)
class Account:
    """An app of the firm (client credentials), or one person who let us in (with a refresh token)."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    mailbox: str = ""  # whose refresh token it is, where others are asked for with it
    graph_url: str = GRAPH
    login_url: str = LOGIN
    renewed: Callable[[str], Awaitable[None]] | None = field(default=None, repr=False)  # to keep a new refresh token

    @property
    def for_the_firm(self) -> bool:
        return not self.refresh_token

    def may_enter(self, who: str) -> bool:
        """Theirs is one of the mailboxes we were let into: of the others we may at most see when they are busy."""
        return self.for_the_firm or not self.mailbox or who.lower() == self.mailbox.lower()
