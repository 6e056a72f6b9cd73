"""What we are measured against: an echo on FastAPI that checks Twilio's signature, answers TwiML and stores nothing."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

PATH = "/sms"


def make_echo(token: str, url: str) -> FastAPI:
    """`url` is the address as Twilio signs it."""
    app = FastAPI()
    validator = RequestValidator(token)

    @app.post(PATH)
    async def echo(request: Request) -> Response:
        form = await request.form()
        if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
            return Response(status_code=403)
        twiml = MessagingResponse()
        twiml.message(str(form["Body"]))
        return Response(str(twiml), media_type="application/xml")

    @app.get("/health")
    async def health() -> Response:
        return Response()

    return app


if __name__ == "__main__":
    port, token = int(sys.argv[1]), sys.argv[2]
    echo = make_echo(token, f"http://127.0.0.1:{port}{PATH}")
    uvicorn.run(echo, host="127.0.0.1", port=port, log_level="warning", access_log=False, server_header=False)
