"""How long a server asks to be left alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)


def asked_to_wait(words: str, now: datetime) -> timedelta | None:
    """What `Retry-After` says, in seconds or as a date (RFC 9110 §10.2.3), at most a day; None where it is neither."""
    words = words.strip()
    try:
        wait = timedelta(seconds=int(words)) if words.isdecimal() else parsedate_to_datetime(words) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST)
