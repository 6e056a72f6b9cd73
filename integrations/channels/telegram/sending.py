"""Messages to Telegram's chats, with buttons, in as many pieces as they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message

from integrations.channels.base import Abilities, BadAddress, Channel, Outbound, Refused, Sent, Temporary, Unanswered
from integrations.channels.fitting import pieces
from integrations.channels.telegram.api import Api
from integrations.channels.telegram.buttons import keyboard
from integrations.channels.telegram.set_up import username
from integrations.channels.telegram.starting import LASTS, start_link

# To show a page beside its link Telegram would open the link, and ours are for one person's eyes.
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramChannel(Channel):
    """One bot. It recognises no repeated message, so what may be out already is Unanswered."""

    name = "telegram"

    def __init__(
        self, api: Api, abilities: Abilities, secret: str = "", now: Callable[[], datetime] | None = None
    ) -> None:
        """`secret` signs links into the chat."""
        self.abilities = abilities
        self._api = api
        self._secret = secret
        self._now = now
        self._name = ""  # of the bot, once it is known

    async def send(self, message: Outbound) -> Sent:
        chat = _chat(message.to)
        sent: list[str] = []
        for text, buttons in self._laid_out(message):
            try:
                sent.append(await self._send(chat, text, buttons))
            except Temporary as error:
                if not sent:
                    raise
                raise Unanswered(error.code, error.retry_after) from error  # some of it is out
        if not sent:
            raise Refused("no text")
        *also, vendor_id = sent
        return Sent(vendor_id, tuple(also))

    def _laid_out(self, message: Outbound) -> Iterator[tuple[str, InlineKeyboardMarkup | None]]:
        """The text piece by piece, and the buttons below the last: where somebody has read to the end."""
        texts = pieces(message.text, self.abilities)
        for number, text in enumerate(texts, 1):
            yield text, keyboard(message.buttons, self.abilities.label) if number == len(texts) else None

    async def _send(self, chat: int, text: str, buttons: InlineKeyboardMarkup | None) -> str:
        # No parse mode: nothing that anybody's name is written with has to be escaped.
        async def send(bot: Bot) -> Message:
            return await bot.send_message(chat, text, reply_markup=buttons, link_preview_options=NO_PREVIEW)

        message = await self._api.ask(send)
        return f"{message.chat_id}/{message.message_id}"  # a message's number is its chat's own

    async def way_in(self, person: str) -> str:
        if not self._secret or self._now is None:
            raise Refused("no secret")
        self._name = self._name or await username(self._api)
        return start_link(self._name, person, self._secret, self._now() + LASTS)

    async def checkup(self) -> str:
        return f"@{await username(self._api)}"

    async def close(self) -> None:
        await self._api.close()


def _chat(to: str) -> int:
    """A bot writes to a chat by its number; a name would be a public channel, and never one person."""
    if re.fullmatch(r"-?[0-9]{1,18}", to):
        return int(to)
    raise BadAddress("not the number of a chat")
