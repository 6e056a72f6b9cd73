"""Why Telegram did not do what it was asked, and what that means for whoever wanted to be reached."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Self

from telegram.error import TelegramError

from integrations.channels.base import BadAddress, ChannelError, Moved, OptedOut, Permanent, from_status
from integrations.waits import LONGEST

# Telegram has one number for many things, and tells them apart by words alone; it documents neither list. What is not
# here is refused for this message only: "bot can't send messages to the user" comes and goes by itself.
KNOWN: dict[tuple[int, str], type[Permanent]] = {
    (403, "bot was blocked by the user"): OptedOut,
    (403, "user is deactivated"): BadAddress,
    (403, "bot can't initiate conversation"): BadAddress,
    (403, "can't send messages to bots"): BadAddress,
    (403, "bot was kicked"): BadAddress,
    (403, "bot is not a member"): BadAddress,
    (400, "chat not found"): BadAddress,
    (400, "user not found"): BadAddress,
    (400, "peer_id_invalid"): BadAddress,
    (400, "group chat was deactivated"): BadAddress,
}


class Refusal(TelegramError):
    """Any answer but 2xx, as it came."""

    def __init__(self, status: int, words: str, wait: timedelta | None = None, moved_to: int | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.words = words
        self.wait = wait
        self.moved_to = moved_to

    @classmethod
    def read(cls, status: int, body: bytes) -> Self:
        """A proxy on the way may answer instead of Telegram: then the status is all there is."""
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        match told:
            # In the body: Telegram sends no Retry-After.
            case {"description": str() as words, "parameters": {"retry_after": int() as seconds}}:
                return cls(status, words, wait=min(timedelta(seconds=min(max(seconds, 0), 10**6)), LONGEST))
            case {"description": str() as words, "parameters": {"migrate_to_chat_id": int() as chat}}:
                return cls(status, words, moved_to=chat)
            case {"description": str() as words}:
                return cls(status, words)
        return cls(status, "")


def meant(refusal: Refusal) -> ChannelError:
    if refusal.moved_to is not None:
        return Moved(str(refusal.moved_to), "400 moved")
    said = refusal.words.lower()
    for (status, words), error in KNOWN.items():
        if refusal.status == status and words in said:
            return error(f"{status} {words}")
    return from_status(refusal.status, refusal.wait)
