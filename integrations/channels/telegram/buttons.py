"""Our buttons below a message of Telegram's, and what comes back when one is pressed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from integrations.channels.base import Button
from integrations.channels.fitting import labels

MOST = 64  # bytes of UTF-8, at least one
SHORT = "~"  # begins what stands for an id that is too long


def keyboard(buttons: Sequence[Button], label: int) -> InlineKeyboardMarkup | None:
    """One button a row: they are times, to be read one below the other."""
    if not buttons:
        return None
    rows = zip(labels(buttons, label), buttons, strict=True)
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data_for(each.id))] for text, each in rows])


def data_for(id: str) -> str:
    """What a press tells. An id that fits goes as it is, and needs nobody who remembers it.

    A longer one goes as its hash: whoever keeps the ids finds it by comparing. Either names its own message's button,
    so the same label on an older message is another press.
    """
    raw = id.encode("utf-8", "replace")
    if 0 < len(raw) <= MOST and not id.startswith(SHORT):
        return id
    return SHORT + base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
