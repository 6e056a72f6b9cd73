"""Somebody lets us into their Microsoft 365 calendar in a browser, once; what stays is a refresh token.

python -m integrations.calendars.microsoft.consent --tenant ID --client-id ID --to FILE
"""

from __future__ import annotations

import argparse
import getpass
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from integrations.calendars.base import CalendarUnreachable
from integrations.calendars.consent import Asking, ask, granted, refresh_token_in
from integrations.calendars.microsoft.account import DELEGATED, LOGIN


@dataclass(frozen=True, kw_only=True)
class Consent(Asking):
    tenant: str
    login_url: str = LOGIN

    @property
    def ends_at(self) -> str:
        return "http://localhost:8765/"  # has to stand with the app at Microsoft, as a redirect URI of the kind "Web"

    def link(self, account: str = "") -> str:
        """Where the owner says yes."""
        asked = self.asked(DELEGATED, account) | {"response_mode": "query"}
        return f"{self.login_url}/{self.tenant}/oauth2/v2.0/authorize?{urlencode(asked)}"

    async def refresh_token(self, ended_at: str) -> str:
        """From the address at which the browser ended. Raises CalendarDisconnected where nobody said yes."""
        form = self.answered(ended_at) | {"scope": DELEGATED}
        url = f"{self.login_url}/{self.tenant}/oauth2/v2.0/token"
        async with httpx2.AsyncClient(timeout=20, follow_redirects=False) as client:
            try:
                answer = await client.post(url, data=form)
            except httpx2.HTTPError as error:
                raise CalendarUnreachable(f"Microsoft's sign-in does not answer ({type(error).__name__})") from None
        return refresh_token_in("Microsoft", granted("Microsoft", answer))


def main() -> None:
    parser = argparse.ArgumentParser(description="Let the assistant into a Microsoft 365 calendar.")
    parser.add_argument("--tenant", required=True, help="the directory (tenant) ID of the firm")
    parser.add_argument("--client-id", required=True, help="the application (client) ID of your app")
    parser.add_argument("--account", default="", help="the address whose calendar it is")
    parser.add_argument("--to", required=True, type=Path, help="the file that the token is written to")
    said = parser.parse_args()
    secret = getpass.getpass("The app's client secret: ")
    consent = Consent(tenant=said.tenant, client_id=said.client_id, client_secret=secret)
    ask(consent.link(said.account), "microsoft_refresh_token", said.to, consent.refresh_token)


if __name__ == "__main__":
    main()
