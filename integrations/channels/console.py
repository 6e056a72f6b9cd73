"""A channel that prints: for trying the assistant with no vendor at all."""

from __future__ import annotations

from typing import TextIO

from integrations.channels.base import Abilities, Channel, Outbound, Sent
from integrations.channels.fitting import plain


class ConsoleChannel(Channel):
    """Every message is a paragraph on the stream: to whom, then the text, then what to choose from."""

    abilities = Abilities()

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream

    async def send(self, message: Outbound) -> Sent:
        said = plain(message, self.abilities)
        lines = [f"── {self.name} → {said.to}", *said.text.splitlines()]
        self._stream.write("\n".join(lines) + "\n\n")
        self._stream.flush()
        return Sent(f"{self.name}:{message.key}")
