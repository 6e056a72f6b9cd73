"""The Bot Connector's words for why it did not do what it was asked, and what each means for whoever was to be reached.

They stand under "Status codes from bot conversational APIs" in
https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
"""

from __future__ import annotations

import re
from datetime import timedelta

from integrations.channels.base import (
    BadAddress,
    ChannelError,
    KeyRefused,
    OptedOut,
    Refused,
    Temporary,
    Unanswered,
    from_status,
)

# They have blocked the bot, or taken it away: Teams says the same of both.
BLOCKED = frozenset({"MessageWritesBlocked", "ConversationBlockedByUser"})
NOBODY = frozenset(
    {
        "BotNotInConversationRoster",
        "ConversationNotFound",
        "ForbiddenOperationException",  # the bot is not installed where they could see it
    }
)
AGAIN = frozenset({412, 429})
# Between us and the message stood somebody who gave up waiting.
PERHAPS = frozenset({504})
TOO_LARGE = "MessageSizeTooBig"
# It does not take the card like this, and takes the same as plain text.
TOO_MUCH = frozenset({TOO_LARGE, "BadSyntax", "BadArgument"})


def code_in(body: str) -> str:
    """The innermost word for it; an answer may hold one that is itself written as JSON, with its quotes escaped."""
    body = body[:4_000].replace("Bad Argument", "BadArgument")  # as the documentation has it
    for name in ("subCode", "code"):
        if found := re.search(rf'"?{name}\\*"?\s*:\s*\\*"([A-Za-z]{{1,60}})\\*"', body):
            return found[1]
    return ""


def meant(status: int, code: str, wait: timedelta | None) -> ChannelError:
    """What is in no list is refused, for this message only. A key that is not taken is ours to mend."""
    if status == 413:
        return Refused(TOO_LARGE)
    if status in PERHAPS:
        return Unanswered(str(status), wait)
    if status in AGAIN or status >= 500:
        return Temporary(str(status), wait)
    if code in BLOCKED:
        return OptedOut(code)
    if code in NOBODY:
        return BadAddress(code)
    if status == 401:
        return KeyRefused(code or str(status))
    return Refused(code) if code else from_status(status, wait)
