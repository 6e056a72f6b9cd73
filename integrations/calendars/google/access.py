"""Who lets us into Google, and the access tokens that come of it."""

from __future__ import annotations

import asyncio
import json
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx2
from google.auth import jwt
from google.auth.crypt import RSASigner, Signer

from integrations.calendars.base import CalendarDisconnected, CalendarUnreachable
from integrations.calendars.google.wire import Wire, told_in, wait_in
from integrations.statuses import Meaning, meaning

SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
)
LONGEST = timedelta(hours=1)  # what Google allows a signed grant
EARLY = timedelta(minutes=1)  # a token is given up before it runs out on the way


class Account(ABC):
    """Whoever lets us in."""

    remedy: str  # what the owner is to do when it no longer does

    @abstractmethod
    def acts_as(self, who: str) -> str:
        """Whose token opens the calendar of `who`; empty where one token opens all there is."""

    @abstractmethod
    def grant(self, subject: str, url: str, now: datetime) -> Mapping[str, str]:
        """The form that gets an access token at `url`."""

    async def renewed(self, refresh_token: str) -> Account:
        """Whoever lets us in from now on, now that this came with an access token."""
        return self


@dataclass(frozen=True)
class ServiceAccount(Account):
    """A key of the firm's own project. Delegated, it acts as each person; otherwise people share calendars with it."""

    email: str
    client_id: str
    signer: Signer = field(repr=False)
    delegated: bool = True
    scopes: tuple[str, ...] = SCOPES

    @classmethod
    def from_key(cls, key: str, *, delegated: bool = True, scopes: tuple[str, ...] = SCOPES) -> ServiceAccount:
        """From the JSON file that Google gives out; a ValueError says what is wrong with it, without what is in it."""
        try:
            told = json.loads(key)
            if told["type"] != "service_account":
                raise ValueError(told["type"])
            signer = RSASigner.from_service_account_info(told)  # type: ignore[no-untyped-call]
            return cls(str(told["client_email"]), str(told["client_id"]), signer, delegated, scopes)
        except (KeyError, TypeError, ValueError):
            raise ValueError("it is not the JSON key file of a Google service account") from None

    @property
    def remedy(self) -> str:  # type: ignore[override]
        if not self.delegated:
            return f"Share the calendar with {self.email}, with the right to make changes to events."
        return (
            f"In the Google Admin console, under domain-wide delegation, allow the client {self.client_id} "
            f"these scopes: {', '.join(self.scopes)}."
        )

    def acts_as(self, who: str) -> str:
        return who if self.delegated else ""

    def grant(self, subject: str, url: str, now: datetime) -> Mapping[str, str]:
        """RFC 7523, signed here. Google compares the times with its own clock."""
        at = int(now.timestamp())
        claims = {"iss": self.email, "scope": " ".join(self.scopes), "aud": url, "iat": at, "exp": at + LONGEST.seconds}
        if subject:
            claims["sub"] = subject
        signed: bytes = jwt.encode(self.signer, claims)  # type: ignore[no-untyped-call]
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed.decode()}


@dataclass(frozen=True)
class UserAccount(Account):
    """Somebody who let us in as themselves, once, in a browser."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    remedy: str = "Connect the Google account again: its owner has taken the permission back, or it has run out."
    keep: Callable[[str], Awaitable[None]] | None = None  # is told a new refresh token

    def acts_as(self, who: str) -> str:
        return ""

    def grant(self, subject: str, url: str, now: datetime) -> Mapping[str, str]:
        return {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }

    async def renewed(self, refresh_token: str) -> Account:
        """Google lets the first one stand; RFC 6749 §6 allows another, and then the old one may end."""
        if refresh_token == self.refresh_token:
            return self
        if self.keep:
            await self.keep(refresh_token)
        return replace(self, refresh_token=refresh_token)


@dataclass(frozen=True, slots=True)
class Token:
    text: str = field(repr=False)
    expires: datetime


class Tokens:
    """The access tokens of one account, each kept until it runs out or is found not to work.

    google-auth would fetch them by calls that block, so it only signs.
    """

    def __init__(self, account: Account, url: str, wire: Wire, now: Callable[[], datetime]) -> None:
        self._account = account
        self._url = url
        self._wire = wire
        self._now = now
        self._kept: dict[str, Token] = {}
        self._fetching: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, subject: str) -> Token:
        """A token that works for a while yet; many who ask at once share one request."""
        async with self._fetching[subject]:
            kept = self._kept.get(subject)
            if kept is None or kept.expires <= self._now():
                kept = self._kept[subject] = await self._fetched(subject)
            return kept

    def forget(self, subject: str, token: Token) -> None:
        """It was refused. A newer one, that somebody else has fetched meanwhile, is kept."""
        if self._kept.get(subject) is token:
            del self._kept[subject]

    async def _fetched(self, subject: str) -> Token:
        now = self._now()
        answer = await self._wire.send("POST", self._url, data=self._account.grant(subject, self._url, now))
        if meaning(answer.status_code) is Meaning.COME_AGAIN:
            raise CalendarUnreachable(
                f"Google's sign-in answered {answer.status_code}", retry_after=wait_in(answer, now)
            )
        if not answer.is_success:
            raise CalendarDisconnected(f"Google lets us in no longer: {_reason(answer)}", remedy=self._account.remedy)
        match told_in(answer):
            case {"access_token": str() as text, "expires_in": int() as seconds, **rest}:
                if isinstance(newer := rest.get("refresh_token"), str) and newer:
                    self._account = await self._account.renewed(newer)
                return Token(text, now + timedelta(seconds=seconds) - EARLY)
        raise CalendarUnreachable("Google's sign-in gave no token")


def _reason(answer: httpx2.Response) -> str:
    """OAuth's own word for it (RFC 6749 §5.2); its description may name people, and is left out."""
    try:
        word = told_in(answer).get("error")
    except CalendarUnreachable:
        word = None
    return word if isinstance(word, str) and re.fullmatch(r"[a-z_]{1,40}", word) else str(answer.status_code)
