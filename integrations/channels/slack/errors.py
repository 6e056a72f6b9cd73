"""Slack's words for why it did not do what it was asked, and what each means for whoever was to be reached."""

from __future__ import annotations

import re
from datetime import timedelta

from integrations.channels.base import BadAddress, ChannelError, KeyRefused, Refused, Temporary, Unanswered

NOBODY = frozenset(
    {
        "channel_not_found",
        "user_not_found",
        "users_not_found",
        "user_disabled",
        "user_not_visible",
        "cannot_dm_bot",
        "is_archived",
        "not_in_channel",  # the bot was taken out of it, or never let in
        "user_not_in_channel",
    }
)
AGAIN = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "service_unavailable",
        "team_added_to_org",  # a workspace that is moving, for some hours
        "org_login_required",
        "token_expired",  # whoever keeps it has a younger one by then
        "request_timeout",  # what we sent did not arrive whole
    }
)
# "It's possible some aspect of the operation succeeded before the error was raised."
PERHAPS = frozenset({"internal_error", "fatal_error"})
# Of a key: it is good for nothing any more. The last one is our own word, of a workspace that we have none of.
ENDED = frozenset({"account_inactive", "invalid_auth", "token_revoked", "not_installed"})
NO_KEY = frozenset({"not_authed"})
# Slack does not take it like this, and takes the same as plain text.
TOO_MUCH = frozenset({"msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "msg_too_long"})
# The message whose place another should take is not to be changed.
NOT_CHANGED = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"})


def meant(code: str, wait: timedelta | None) -> ChannelError:
    """What is in no list is refused, for this message only: Slack has some hundred codes, and new ones each year.

    A key that is not taken is ours to mend, and nobody counts as gone.
    """
    known = code if re.fullmatch(r"[a-z0-9_]{1,60}", code) else "unreadable"
    if known in NOBODY:
        return BadAddress(known)
    if known in AGAIN:
        return Temporary(known, wait)
    if known in PERHAPS:
        return Unanswered(known, wait)
    if known in ENDED | NO_KEY:
        return KeyRefused(known)
    return Refused(known)
