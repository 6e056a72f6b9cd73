"""Telegram's way in: the secret it was given, and one update in every knock."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from integrations.channels.base import (
    OK,
    Answer,
    BadMessage,
    BadSignature,
    Door,
    Fault,
    Knock,
    Read,
)
from integrations.channels.telegram.updates import read_update

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the header's name
LARGEST = 2**63


class TelegramDoor(Door):
    """`secret` is what setWebhook was given. Telegram signs no body: whoever has the secret is believed."""

    name = "telegram"

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self._secret = secret
        self._now = now

    async def verify(self, knock: Knock) -> None:
        if not self._secret:
            raise BadSignature("no secret is configured")
        given = knock.headers.get(SECRET.lower(), "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret.encode()):
            raise BadSignature(f"{SECRET} is not the one we expect")

    def read(self, knock: Knock) -> Read:
        return self.read_update(_update(knock.body))

    def read_update(self, update: Mapping[str, Any]) -> Read:
        """The same of an update that was fetched. Whatever became of a press, the person's button stops waiting."""
        told = read_update(update, self._secret, self._now())
        match update:
            case {"callback_query": {"id": str() as query}}:
                return Read((told,), _stop_waiting(query))
        return Read((told,), OK)


def _stop_waiting(query: str) -> Answer:
    """Telegram does what it is answered, so nobody has to call it."""
    body = {"method": "answerCallbackQuery", "callback_query_id": query}
    return Answer(body=json.dumps(body).encode(), content_type="application/json")


def _update(body: bytes) -> Mapping[str, Any]:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise BadMessage((Fault("", "is not JSON"),)) from None
    match update:
        case {"update_id": int() as number} if not isinstance(number, bool) and 0 <= number < LARGEST:
            return dict(update)
        case {}:
            raise BadMessage((Fault("update_id", "must be a number"),))
    raise BadMessage((Fault("", "must be a JSON object"),))
