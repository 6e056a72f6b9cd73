"""Somebody lets us into their Microsoft 365 calendar in a browser, once; what stays is a refresh token.

    python -m integrations.calendars.microsoft.consent --tenant ID --client-id ID --to FILE

It prints a link to open. The browser then ends at an address of its own machine at which nobody listens: that address
is all that is wanted, as it holds Microsoft's answer. So the browser may be elsewhere.
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

import httpx2

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarUnreachable
from integrations.calendars.microsoft.account import DELEGATED, LOGIN

ENDS_AT = "http://localhost:8765/"  # has to stand with the app at Microsoft, as a redirect URI of the kind "Web"


@dataclass(frozen=True)
class Consent:
    """One asking. Only the answer to this one is taken: `state` comes back with it, `verifier` is shown at the end."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    login_url: str = LOGIN
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def link(self, account: str = "") -> str:
        """Where the owner says yes; `account` spares them choosing among several."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "client_id": self.client_id,
            "redirect_uri": ENDS_AT,
            "response_type": "code",
            "response_mode": "query",
            "scope": DELEGATED,
            "prompt": "consent",
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **({"login_hint": account} if account else {}),
        }
        return f"{self.login_url}/{self.tenant}/oauth2/v2.0/authorize?{urlencode(asked)}"

    async def refresh_token(self, ended_at: str) -> str:
        """From the address at which the browser ended. Raises CalendarDisconnected where nobody said yes."""
        form = {
            "grant_type": "authorization_code",
            "code": self._code(ended_at),
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": ENDS_AT,
            "code_verifier": self.verifier,
            "scope": DELEGATED,
        }
        url = f"{self.login_url}/{self.tenant}/oauth2/v2.0/token"
        async with httpx2.AsyncClient(timeout=20, follow_redirects=False) as client:
            try:
                answer = await client.post(url, data=form)
            except httpx2.HTTPError as error:
                raise CalendarUnreachable(f"Microsoft's sign-in does not answer ({type(error).__name__})") from None
        if answer.status_code >= 500:
            raise CalendarUnreachable(f"Microsoft's sign-in answered {answer.status_code}")
        if not answer.is_success:
            raise CalendarDisconnected("Microsoft does not take the answer: it can be used once, and not for long")
        match answer.json():
            case {"refresh_token": str() as token}:
                return token
        raise CalendarDisconnected("Microsoft gave no refresh token")

    def _code(self, ended_at: str) -> str:
        answer = {name: values[0] for name, values in parse_qs(urlsplit(ended_at.strip()).query).items()}
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise CalendarDisconnected("this is not the answer to what was asked: copy the whole address")
        if "code" not in answer:
            raise CalendarDisconnected("nobody said yes")
        return answer["code"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Let the assistant into a Microsoft 365 calendar.")
    parser.add_argument("--tenant", required=True, help="the directory (tenant) ID of the firm")
    parser.add_argument("--client-id", required=True, help="the application (client) ID of your app")
    parser.add_argument("--account", default="", help="the address whose calendar it is")
    parser.add_argument("--to", required=True, type=Path, help="the file that the token is written to")
    said = parser.parse_args()
    consent = Consent(said.tenant, said.client_id, getpass.getpass("The app's client secret: "))
    sys.stdout.write(f"Open this link and say yes:\n\n{consent.link(said.account)}\n\n")
    sys.stdout.write("The browser ends at a page that does not open. That is as it should be: copy its address.\n")
    try:
        token = asyncio.run(consent.refresh_token(input("The address: ")))
    except CalendarError as error:
        raise SystemExit(f"It did not work: {error}.") from error
    said.to.touch(mode=0o600)
    said.to.write_text(f"microsoft_refresh_token={token}\n", "utf-8")
    sys.stdout.write(f"Written to {said.to}. Delete it once the calendar is connected.\n")


if __name__ == "__main__":
    main()
