"""How the stand-in is told to fail, and how a failure looks on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send


class GraphError(Exception):
    """Graph's answer to what it will not do."""

    def __init__(self, status: int, code: str, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message or code
        self.headers = headers

    def answer(self) -> Response:
        inner = {"date": "2026-03-02T12:00:00", "request-id": "0", "client-request-id": "0"}
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return JSONResponse(body, self.status, self.headers)


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one request. `on` is how it begins: "POST", or "GET /users"; empty is any."""

    status: int = 0
    code: str = ""
    retry_after: str | None = None
    on: str = ""
    done: bool = False  # it is done all the same; only the answer fails
    slow: float = 0.0  # seconds
    cut: bool = False  # the connection breaks in the middle of the answer
    page: bool = False  # a proxy's page, with 200
    elsewhere: str = ""  # a redirect there

    def fits(self, request: str) -> bool:
        return request.startswith(self.on)

    @property
    def before(self) -> bool:
        """Does the request never reach Graph's calendars?"""
        return not (self.done or self.cut or (self.slow and not self.status))

    def answer(self, whole: Response | None) -> Response:
        if self.cut and whole is not None:
            return Torn(bytes(whole.body))
        if self.page:
            return HTMLResponse("<html><body>Sign in to the network</body></html>")
        if self.elsewhere:
            return RedirectResponse(self.elsewhere, 302)
        if self.status:
            headers = {"Retry-After": self.retry_after} if self.retry_after is not None else None
            return GraphError(self.status, self.code or "UnknownError", headers=headers).answer()
        assert whole is not None
        return whole


class Torn(Response):
    """Half of what was promised; then the connection ends."""

    def __init__(self, whole: bytes) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = str(2 * len(self._whole) + 2).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._whole, "more_body": True})


class Faults:
    """The next ones, in the order they were told."""

    def __init__(self) -> None:
        self._next: list[Fault] = []

    def add(self, fault: Fault, times: int = 1) -> None:
        self._next += [fault] * times

    def take(self, request: str) -> Fault | None:
        for place, fault in enumerate(self._next):
            if fault.fits(request):
                return self._next.pop(place)
        return None


def refuse(code: str, message: Any = "") -> GraphError:
    return GraphError(400, code, str(message))
