"""Somebody lets us into their Google calendar in a browser, once; what stays is a refresh token.

python -m integrations.calendars.google.consent --client-id ID --to FILE
"""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path
from urllib.parse import urlencode

from integrations.calendars.base import CalendarDisconnected
from integrations.calendars.consent import Asking, ask, granted, refresh_token_in
from integrations.calendars.google.access import SCOPES
from integrations.calendars.google.calls import TOKENS
from integrations.calendars.google.wire import Wire

LINK = "https://accounts.google.com/o/oauth2/v2/auth"


class Consent(Asking):
    @property
    def ends_at(self) -> str:
        return "http://127.0.0.1:8765/"  # Google lets an app for the desktop end at any port of the own machine

    def link(self, account: str = "", *, url: str = LINK) -> str:
        """Where the owner says yes."""
        # Without it, and the consent that is asked for anyway, whoever has said yes before gets no refresh token.
        asked = self.asked(" ".join(SCOPES), account) | {"access_type": "offline"}
        return f"{url}?{urlencode(asked)}"

    async def refresh_token(self, ended_at: str, wire: Wire, *, token_url: str = TOKENS) -> str:
        """From the address at which the browser ended. Raises CalendarDisconnected where nobody said yes."""
        answer = await wire.send("POST", token_url, data=self.answered(ended_at))
        given = granted("Google", answer)
        if set(SCOPES) - set(str(given.get("scope", "")).split()):
            raise CalendarDisconnected("the calendar was left out: every box has to be ticked")
        return refresh_token_in("Google", given)


def main() -> None:
    parser = argparse.ArgumentParser(description="Let the assistant into a Google calendar.")
    parser.add_argument("--client-id", required=True, help="of your app at Google, of the type desktop")
    parser.add_argument("--account", default="", help="the address whose calendar it is")
    parser.add_argument("--token-url", default=TOKENS, help="where access tokens come from, if not from Google")
    parser.add_argument("--to", required=True, type=Path, help="the file that the token is written to")
    said = parser.parse_args()
    consent = Consent(client_id=said.client_id, client_secret=getpass.getpass("The app's client secret: "))

    async def token_for(ended_at: str) -> str:
        wire = Wire()
        try:
            return await consent.refresh_token(ended_at, wire, token_url=said.token_url)
        finally:
            await wire.client.aclose()

    ask(consent.link(said.account), "google_refresh_token", said.to, token_for)


if __name__ == "__main__":
    main()
