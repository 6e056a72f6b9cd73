"""Whether a vendor lets us in: asked when a person wants to know, with the cheapest question that proves it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Checked(Protocol):
    """A channel, or a mailbox, whose vendor can be asked."""

    async def checkup(self) -> str:
        """Who we are there, as people know it. Sends nothing. Raises ChannelError."""
