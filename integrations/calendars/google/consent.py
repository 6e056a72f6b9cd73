"""Somebody lets us into their Google calendar in a browser, once; what stays is a refresh token.

    python -m integrations.calendars.google.consent --client-id ID --to FILE

It prints a link to open. The browser then ends at an address of its own machine at which nobody listens: that address
is all that is wanted, as it holds Google's answer. So the browser may be elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import getpass
import hashlib
import hmac
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarUnreachable
from integrations.calendars.google.access import SCOPES
from integrations.calendars.google.calls import TOKENS
from integrations.calendars.google.wire import Wire, told_in

LINK = "https://accounts.google.com/o/oauth2/v2/auth"
ENDS_AT = "http://127.0.0.1:8765/"  # Google lets an app for the desktop end at any port of the own machine


@dataclass(frozen=True)
class Consent:
    """One asking. Only the answer to this one is taken: `state` comes back with it, `verifier` is shown at the end."""

    client_id: str
    client_secret: str = field(repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def link(self, account: str = "", *, url: str = LINK) -> str:
        """Where the owner says yes; `account` spares them choosing among several."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "client_id": self.client_id,
            "redirect_uri": ENDS_AT,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            # Without both, whoever has said yes before gets no refresh token.
            "access_type": "offline",
            "prompt": "consent",
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{url}?{urlencode(asked | ({'login_hint': account} if account else {}))}"

    async def refresh_token(self, ended_at: str, wire: Wire, *, token_url: str = TOKENS) -> str:
        """From the address at which the browser ended. Raises CalendarDisconnected where nobody said yes."""
        form = {
            "grant_type": "authorization_code",
            "code": self._code(ended_at),
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": ENDS_AT,
            "code_verifier": self.verifier,
        }
        answer = await wire.send("POST", token_url, data=form)
        if answer.status_code >= 500:
            raise CalendarUnreachable(f"Google's sign-in answered {answer.status_code}")
        if not answer.is_success:
            raise CalendarDisconnected("Google does not take the answer: it can be used once, and not for long")
        told = told_in(answer)
        if set(SCOPES) - set(str(told.get("scope", "")).split()):
            raise CalendarDisconnected("the calendar was left out: every box has to be ticked")
        token = told.get("refresh_token")
        if not isinstance(token, str):
            raise CalendarDisconnected("Google gave no refresh token")
        return token

    def _code(self, ended_at: str) -> str:
        answer = {name: values[0] for name, values in parse_qs(urlsplit(ended_at.strip()).query).items()}
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise CalendarDisconnected("this is not the answer to what was asked: copy the whole address")
        if "code" not in answer:
            raise CalendarDisconnected("nobody said yes")
        return answer["code"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Let the assistant into a Google calendar.")
    parser.add_argument("--client-id", required=True, help="of your app at Google, of the type desktop")
    parser.add_argument("--account", default="", help="the address whose calendar it is")
    parser.add_argument("--token-url", default=TOKENS, help="where access tokens come from, if not from Google")
    parser.add_argument("--to", required=True, type=Path, help="the file that the token is written to")
    said = parser.parse_args()
    consent = Consent(said.client_id, getpass.getpass("The app's client secret: "))
    sys.stdout.write(f"Open this link and say yes:\n\n{consent.link(said.account)}\n\n")
    sys.stdout.write("The browser ends at a page that does not open. That is as it should be: copy its address.\n")
    sys.stdout.flush()
    try:
        token = asyncio.run(_token(consent, input("The address: "), said.token_url))
    except CalendarError as error:
        raise SystemExit(f"It did not work: {error}.") from error
    said.to.touch()
    said.to.chmod(0o600)  # before there is anything in it
    said.to.write_text(f"google_refresh_token={token}\n", "utf-8")
    sys.stdout.write(f"Written to {said.to}. Delete it once the calendar is connected.\n")


async def _token(consent: Consent, ended_at: str, token_url: str) -> str:
    wire = Wire()
    try:
        return await consent.refresh_token(ended_at, wire, token_url=token_url)
    finally:
        await wire.client.aclose()


if __name__ == "__main__":
    main()
