"""What is held open to a vendor that cannot knock at our door."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from integrations.channels.base import Read

Hear = Callable[[Read, bytes], Awaitable[None]]


class Line(ABC):
    name: str

    @abstractmethod
    async def watch(self, hear: Hear) -> None:
        """`hear` keeps what was told, and how the vendor put it, all in one go; what it did not keep comes again.

        Until the line breaks, or `hear` raises. Raises ChannelError.
        """

    @abstractmethod
    async def close(self) -> None:
        """Lets go of what is open."""
