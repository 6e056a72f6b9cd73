"""The desk at which people's accounts at vendors of booking pages are opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.connections.connecting import Unusable, secrets_of
from bot.records.connections import ConnectionRow, Fault
from bot.records.sealed import Keys
from integrations import catalog
from integrations.links.account import PageAccount
from integrations.means import Means, NotMade, known


class LinkDesk:
    """The vendor's object of an account is made for each look, and closed after it."""

    def __init__(
        self,
        keys: Keys,
        now: Callable[[], datetime],
        settings: Mapping[str, str],
        vendors: Mapping[str, Callable[[Means], PageAccount]] = catalog.ACCOUNTS,
    ) -> None:
        self.keys = keys
        self._now = now
        self._settings = settings  # the firm's own, by name
        self._vendors = vendors

    def open(self, row: ConnectionRow) -> PageAccount:
        """Raises Unusable."""
        return self.make(row.vendor, {**row.settings, **secrets_of(row, self.keys)})

    def make(self, vendor: str, given: Mapping[str, str]) -> PageAccount:
        """From the firm's settings and what is given. Raises Unusable."""
        try:
            make = known("vendor of booking pages", vendor, self._vendors)
            return make(Means(self._now, {**self._settings, **given}))
        except NotMade as error:
            raise Unusable(Fault.NOT_SET_UP, str(error)) from error
