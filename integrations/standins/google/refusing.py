"""How Google says no, and how the stand-in can be told to go wrong."""

from __future__ import annotations

from enum import StrEnum

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send


class Fault(StrEnum):
    RATE = "rate"  # 403, too many requests
    USER_RATE = "user_rate"  # 403, too many of one person
    QUOTA = "quota"  # 403, a calendar's own limit
    BUSY = "busy"  # 429, without a word of how long
    WAIT = "wait"  # 429, with Retry-After
    BROKEN = "broken"  # 500
    AWAY = "away"  # 503, with Retry-After
    SWITCHED_OFF = "switched_off"  # 403, the project has no Calendar API
    NO_SCOPE = "no_scope"  # 403, the token opens something else
    UNKNOWN_TOKEN = "unknown_token"  # 401  # noqa: S105
    A_PAGE = "a_page"  # 200, and a page of a proxy
    MOVED = "moved"  # 307 to somebody else
    SLOW = "slow"  # does it, and says so much too late
    CUT = "cut"  # does it, and the answer breaks off in the middle


class No(Exception):
    """A refusal in Google's own words."""

    def __init__(self, status: int, reason: str, message: str = "", domain: str = "global") -> None:
        super().__init__(message or reason)
        self.status = status
        self.reason = reason
        self.message = message or reason
        self.domain = domain

    def answer(self, headers: dict[str, str] | None = None) -> Response:
        one = {"domain": self.domain, "reason": self.reason, "message": self.message}
        error = {"errors": [one], "code": self.status, "message": self.message}
        return JSONResponse({"error": error}, self.status, headers)


REFUSALS = {
    Fault.RATE: No(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
    Fault.USER_RATE: No(403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits"),
    Fault.QUOTA: No(403, "quotaExceeded", "Calendar usage limits exceeded.", "usageLimits"),
    Fault.BUSY: No(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
    Fault.WAIT: No(429, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
    Fault.BROKEN: No(500, "backendError", "Backend Error"),
    Fault.AWAY: No(503, "backendError", "Service Unavailable"),
    # It bears the domain of the quotas, and will never be well again by waiting.
    Fault.SWITCHED_OFF: No(403, "accessNotConfigured", "Calendar API has not been used before", "usageLimits"),
    Fault.NO_SCOPE: No(403, "insufficientPermissions", "Insufficient Permission"),
    Fault.UNKNOWN_TOKEN: No(401, "authError", "Invalid Credentials"),
}


def failing(fault: Fault, retry_after: int) -> Response | None:
    """The answer in place of the real one; None where the request is carried out all the same."""
    if fault in (Fault.WAIT, Fault.AWAY):
        return REFUSALS[fault].answer({"Retry-After": str(retry_after)})
    if fault in REFUSALS:
        return REFUSALS[fault].answer()
    if fault is Fault.A_PAGE:
        return HTMLResponse("<html><body>Sign in to the network</body></html>")
    if fault is Fault.MOVED:
        return Response(status_code=307, headers={"Location": "http://127.0.0.1:9/"})
    return None


class CutOff(Response):
    """Promises the whole answer and sends half, so the connection breaks in the middle."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self._whole = bytes(whole.body)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        length = str(len(self._whole) + 10).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._whole[: len(self._whole) // 2]})
