"""How the Bot Connector says no, and how often it is to be asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.responses import JSONResponse

from integrations.standins.behind_doors import Refused

# For each conversation: so many in so long.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
LIMITS = (
    (7, timedelta(seconds=1)),
    (8, timedelta(seconds=2)),
    (60, timedelta(seconds=30)),
    (1_800, timedelta(hours=1)),
)


def no(status: int, code: str, message: str = "", **headers: str) -> Refused:
    told = {"error": {"code": code, "message": message or code}}
    return Refused(JSONResponse(told, status, {name.replace("_", "-"): value for name, value in headers.items()}))


def blocked() -> Refused:
    """In the old manner: what it means stands inside its message, written as JSON once more."""
    inside = {"subCode": "MessageWritesBlocked", "details": "Thread is not writable", "errorCode": None}
    return Refused(JSONResponse({"errorCode": 209, "message": json.dumps(inside, indent=2)}, 403))


@dataclass
class Pace:
    """What was said in each conversation lately."""

    now: Callable[[], datetime]
    _said: dict[str, list[datetime]] = field(default_factory=dict, init=False)

    def take(self, conversation: str) -> None:
        now, said = self.now(), self._said.setdefault(conversation, [])
        for most, within in LIMITS:
            if sum(now - at < within for at in said) >= most:
                raise no(429, "Throttled", Retry_After=str(max(1, int(within.total_seconds()))))
        said.append(now)
