"""How Twilio says no."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse


class Refusal(Exception):
    """An answer with one of Twilio's own codes."""

    def __init__(self, status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def answer(self, *, modern: bool = False) -> JSONResponse:
        """`modern`: as RFC 9457 has it, which newer parts of Twilio answer."""
        info = f"https://www.twilio.com/docs/errors/{self.code}"
        told: dict[str, object] = {"code": self.code, "message": self.message, "more_info": info, "status": self.status}
        if modern:
            told = {"type": info, "title": self.message, "status": self.status, "code": self.code, "detail": None}
        return JSONResponse(told, self.status, self.headers)


def nothing_there() -> Refusal:
    return Refusal(404, 20404, "The requested resource was not found")
