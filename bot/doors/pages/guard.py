"""What keeps the pages safe: headers, limits, and patience with those who guess."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import Request
from starlette.datastructures import FormData

from bot.hearing.cleaning import keepable

LARGEST = 64 * 1024  # a week painted black has 20 KB
MOST_FIELDS = 2_000
GUESSES, WITHIN = 20, timedelta(minutes=10)
MOST_GUESSERS = 10_000

# Whoever gets the address gets the page, so it must not travel: not to other sites, not into caches or search engines.
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "; ".join(
        (
            *(
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self' data:",
                "connect-src 'self'",
            ),
            *("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"),
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class TooLarge(Exception):
    """No form of ours is so large."""


async def form_of(request: Request, largest: int = LARGEST) -> FormData:
    """The form that was sent. Raises TooLarge where it cannot be one of ours."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > largest:
        raise TooLarge
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return FormData([(name, keepable(str(value))) for name, value in form.multi_items()])


class Guesses:
    """Counts links that open nothing, by where they come from. Links that open are never counted: behind a proxy all
    come from one place, and nobody who guesses shall lock out those who were written to.
    """

    def __init__(self) -> None:
        self._by_place: dict[str, deque[datetime]] = {}

    def too_many(self, place: str, now: datetime) -> bool:
        """Notes one more. True once there were too many within a while."""
        while len(self._by_place) >= MOST_GUESSERS and place not in self._by_place:
            del self._by_place[next(iter(self._by_place))]  # whoever has been known for longest
        guesses = self._by_place.setdefault(place, deque(maxlen=GUESSES))
        full = len(guesses) == GUESSES and guesses[0] > now - WITHIN
        guesses.append(now)
        return full
