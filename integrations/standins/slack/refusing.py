"""How Slack says no: most often with 200, and a word."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.responses import JSONResponse, Response

IN_ONE_CHANNEL = timedelta(seconds=1)
BURST = 5  # so many to one channel at once are let through


class No(Exception):
    """Slack's answer where it does not do what was asked."""

    def __init__(self, code: str, *messages: str, wait: int | None = None, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.wait = wait
        self.more = more

    def answer(self) -> Response:
        body: dict[str, object] = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in self.messages]}
        if self.wait is not None:
            return JSONResponse(body, 429, {"Retry-After": str(self.wait)})
        return JSONResponse(body)


@dataclass
class Pace:
    """One message a second to each channel, after a few at once."""

    now: Callable[[], datetime]
    _free: dict[str, datetime] = field(default_factory=dict, init=False)  # when a channel's burst is used up no more

    def take(self, channel: str) -> None:
        now = self.now()
        free = max(self._free.get(channel, now), now)
        ahead = free - now - (BURST - 1) * IN_ONE_CHANNEL
        if ahead > timedelta():
            raise No("ratelimited", wait=math.ceil(ahead.total_seconds()))
        self._free[channel] = free + IN_ONE_CHANNEL
