"""What the stand-in knows of one firm's Microsoft 365: who has a mailbox, who may come in, and how it fails next."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from integrations.standins.microsoft.bookings import Business
from integrations.standins.microsoft.faults import Fault, Faults, GraphError
from integrations.standins.microsoft.mailbox import Mailbox
from integrations.standins.microsoft.posts import Post
from integrations.standins.microsoft.signing import Signer
from integrations.standins.microsoft.subscriptions import Subscriptions

AT_ONCE = 4
TOKEN_LASTS = timedelta(seconds=3_599)
EVERYTHING = frozenset(
    {"Calendars.ReadWrite", "Mail.ReadWrite", "Bookings.ReadWrite.All", "BookingsAppointment.ReadWrite.All"}
)


@dataclass(frozen=True, slots=True)
class Pass:
    """An access token: of the app, or of one person."""

    until: datetime
    person: str = ""


@dataclass
class StandInMicrosoft:
    """`client_id` and `client_secret` are the app's; `consent` gives it a refresh token of one person's."""

    now: Callable[[], datetime]
    tenant: str = "acme-tenant"
    client_id: str = "app-1"
    client_secret: str = "app-secret"  # noqa: S105 – made up
    permissions: set[str] = field(default_factory=lambda: set(EVERYTHING))
    latency: float = 0.0  # seconds that each request takes
    twins: str = "refuse"  # what becomes of a transactionId seen before: "refuse" is 409, "return" the earlier event
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    businesses: dict[str, Business] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)  # as "POST /users/…/events"
    forbidden: set[str] = field(default_factory=set)  # mailboxes the app may not enter
    faults: Faults = field(default_factory=Faults)
    most_at_once: Counter[str] = field(default_factory=Counter)
    signed_in: int = 0  # how many access tokens were given

    def __post_init__(self) -> None:
        self.signer = Signer(self.tenant, self.client_id, self.now)
        self.subscriptions = Subscriptions(self.tenant, self.now, self.signer, self.mailboxes)
        self.refresh_tokens: dict[str, str] = {}
        self.posts: defaultdict[str, Post] = defaultdict(Post)  # by address
        self.forgotten: Counter[str] = Counter()  # how much of a mailbox's log no delta reaches back to
        self._passes: dict[str, Pass] = {}
        self._codes: dict[str, tuple[str, str, str]] = {}
        self._inside: Counter[str] = Counter()
        self._numbers = count(1)

    # What people and administrators do

    def mailbox(self, address: str, **more: Any) -> Mailbox:
        made = Mailbox(address, **more)
        self.mailboxes[address.lower()] = made
        return made

    def business(self, business_id: str, name: str, page: str = "") -> Business:
        self.businesses[business_id] = Business(business_id, name, page)
        return self.businesses[business_id]

    def consent(self, address: str) -> str:
        """A person lets the app in; the refresh token."""
        token = f"refresh-{next(self._numbers)}"
        self.refresh_tokens[token] = address.lower()
        return token

    def says_yes(self, link: str, address: str) -> str:
        """Somebody opens the link of a consent and agrees; where their browser ends."""
        asked = dict(parse_qsl(urlsplit(link).query))
        code = f"code-{next(self._numbers)}"
        self._codes[code] = (address.lower(), asked["redirect_uri"], asked["code_challenge"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def call_back_tokens(self) -> None:
        """Every access token ends now, before its time."""
        self._passes.clear()

    def forget_changes(self, address: str) -> None:
        self.forgotten[address.lower()] = len(self.mailboxes[address.lower()].log) + 1

    def fail(self, status: int, code: str = "", times: int = 1, **more: Any) -> None:
        self.faults.add(Fault(status, code, **more), times)

    # The doors

    def token(self, told: Mapping[str, str]) -> dict[str, Any]:
        """Raises GraphError in the sign-in's own words."""
        if (told.get("client_id"), told.get("client_secret")) != (self.client_id, self.client_secret):
            raise GraphError(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        match told.get("grant_type"):
            case "client_credentials":
                if told.get("scope") != "https://graph.microsoft.com/.default":
                    raise GraphError(400, "invalid_scope", "AADSTS1002012: The scope is not valid.")
                return self._admit("")
            case "authorization_code":
                owner = self._redeemed(told)
                return self._admit(owner) | {"refresh_token": self.consent(owner)}
            case "refresh_token":
                person = self.refresh_tokens.get(told.get("refresh_token", ""))
                if person is None:
                    raise GraphError(400, "invalid_grant", "AADSTS70008: The refresh token has expired.")
                return self._admit(person) | {"refresh_token": self.consent(person)}
        raise GraphError(400, "unsupported_grant_type", "AADSTS70003: The grant type is not supported.")

    def admitted(self, authorization: str) -> Pass:
        found = self._passes.get(authorization.removeprefix("Bearer "))
        if found is None or found.until <= self.now():
            headers = {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'}
            raise GraphError(401, "InvalidAuthenticationToken", "Lifetime validation failed.", headers)
        return found

    def enter(self, address: str, by: Pass) -> Mailbox:
        """The mailbox, if the bearer may read and write there."""
        found = self.known(address)
        if by.person and by.person != address.lower():
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        if address.lower() in self.forbidden or "Calendars.ReadWrite" not in self.permissions:
            raise GraphError(403, "ErrorAccessDenied", "Access to OData is disabled.")
        return found

    def known(self, address: str) -> Mailbox:
        if address.lower() not in self.mailboxes:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{address}' is invalid.")
        return self.mailboxes[address.lower()]

    def begin(self, lane: str) -> None:
        """A fifth request at a time is sent away."""
        if self._inside[lane] >= AT_ONCE:
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(429, "ApplicationThrottled", message, {"Retry-After": "1"})
        self._inside[lane] += 1
        self.most_at_once[lane] = max(self.most_at_once[lane], self._inside[lane])

    def end(self, lane: str) -> None:
        self._inside[lane] -= 1

    async def close(self) -> None:
        await self.subscriptions.close()

    def _redeemed(self, told: Mapping[str, str]) -> str:
        """Whose code it is; each is good for once, at the same address, for whoever knows the verifier."""
        person, address, challenge = self._codes.pop(told.get("code", ""), ("", "", ""))
        digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge
        if not (person and proven and told.get("redirect_uri") == address):
            raise GraphError(400, "invalid_grant", "AADSTS70000: The code is not valid or has expired.")
        return person

    def _admit(self, person: str) -> dict[str, Any]:
        self.signed_in += 1
        token = f"access-{next(self._numbers)}"
        self._passes[token] = Pass(self.now() + TOKEN_LASTS, person)
        return {"token_type": "Bearer", "expires_in": int(TOKEN_LASTS.total_seconds()), "access_token": token}
