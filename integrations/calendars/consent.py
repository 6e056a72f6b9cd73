"""Somebody lets us into their calendar in a browser, once: what is the same at every vendor (RFC 6749, RFC 7636).

A link is printed to open. The browser then ends at an address of its own machine at which nobody listens: that address
is all that is wanted, as it holds the vendor's answer. So the browser may be elsewhere.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2

from integrations.calendars.base import CalendarDisconnected, CalendarError, CalendarUnreachable
from integrations.statuses import Meaning, meaning


@dataclass(frozen=True, kw_only=True)
class Asking(ABC):
    """One asking. Only the answer to this one is taken: `state` comes back with it, `verifier` is shown at the end."""

    client_id: str
    client_secret: str = field(repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    @abstractmethod
    def ends_at(self) -> str:
        """Where the browser ends, as the vendor knows it from the app."""

    def asked(self, scope: str, account: str) -> dict[str, str]:
        """What stands in the link; `account` spares its owner choosing among several."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return {
            "client_id": self.client_id,
            "redirect_uri": self.ends_at,
            "response_type": "code",
            "scope": scope,
            "prompt": "consent",
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            **({"login_hint": account} if account else {}),
        }

    def answered(self, ended_at: str) -> dict[str, str]:
        """The form that gets the token. Raises CalendarDisconnected where nobody said yes to this asking."""
        answer = {name: values[0] for name, values in parse_qs(urlsplit(ended_at.strip()).query).items()}
        if not hmac.compare_digest(answer.get("state", "").encode(), self.state.encode()):
            raise CalendarDisconnected("this is not the answer to what was asked: copy the whole address")
        if "code" not in answer:
            raise CalendarDisconnected("nobody said yes")
        return {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": self.ends_at,
            "code_verifier": self.verifier,
        }


def granted(vendor: str, answer: httpx2.Response) -> Mapping[str, object]:
    """What the vendor's sign-in gave. Raises CalendarError."""
    told = meaning(answer.status_code)
    if told is Meaning.COME_AGAIN:
        raise CalendarUnreachable(f"{vendor}'s sign-in answered {answer.status_code}")
    if told is not Meaning.WELL:
        raise CalendarDisconnected(f"{vendor} does not take the answer: it can be used once, and not for long")
    try:
        given = answer.json()
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise CalendarUnreachable(f"{vendor}'s answer cannot be read")
    return given


def refresh_token_in(vendor: str, given: Mapping[str, object]) -> str:
    token = given.get("refresh_token")
    if not isinstance(token, str):
        raise CalendarDisconnected(f"{vendor} gave no refresh token")
    return token


def ask(link: str, setting: str, to: Path, token_for: Callable[[str], Awaitable[str]]) -> None:
    """The talk at the terminal, up to the file with the token. Ends the program where it does not work."""
    sys.stdout.write(f"Open this link and say yes:\n\n{link}\n\n")
    sys.stdout.write("The browser ends at a page that does not open. That is as it should be: copy its address.\n")
    sys.stdout.flush()
    ended_at = input("The address: ")

    async def fetched() -> str:
        return await token_for(ended_at)

    try:
        token = asyncio.run(fetched())
    except CalendarError as error:
        raise SystemExit(f"It did not work: {error}.") from error
    to.touch()
    to.chmod(0o600)  # before there is anything in it
    to.write_text(f"{setting}={token}\n", "utf-8")
    sys.stdout.write(f"Written to {to}. Delete it once the calendar is connected.\n")
