"""Google's token endpoint: grants are checked as Google does, tokens run out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

APP, APP_SECRET = "app-id", "app-secret"  # the one app that people can let in
LASTS = timedelta(seconds=3599)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class NoToken(Exception):
    """A refusal in the words of RFC 6749."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


@dataclass(frozen=True, slots=True)
class Granted:
    subject: str  # whose token it is
    scopes: frozenset[str]
    expires: datetime


@dataclass(frozen=True, slots=True)
class _Robot:
    client_id: str
    scopes: frozenset[str]  # allowed to it for people of the domain
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Consent:
    address: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Code:
    """What a browser carries back; good for one token."""

    address: str
    scopes: frozenset[str]
    ends_at: str
    challenge: str
    lasting: bool  # with a refresh token


class SignIn:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.given = 0  # tokens, so far
        self.renews = False  # each refresh token works once, and brings the next (RFC 6749 §6)
        self.url = ""  # what the grants have to be meant for; learnt from the first
        self._now = now
        self._robots: dict[str, _Robot] = {}
        self._consents: dict[str, _Consent] = {}
        self._agreed_to = 0  # how often somebody let an app in
        self._tokens: dict[str, Granted] = {}
        self._codes: dict[str, _Code] = {}
        self._said_yes: set[str] = set()  # who was asked before

    def employ(self, email: str, domains: tuple[str, ...], scopes: frozenset[str]) -> str:
        """A service account that may act for everybody at these domains; the JSON key file of it."""
        self._robots[email] = _Robot("104857600000000000001", scopes, domains)
        key = _key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        told = {
            "type": "service_account",
            "private_key_id": "0f1e2d",
            "private_key": key.decode(),
            "client_email": email,
            "client_id": self._robots[email].client_id,
        }
        return json.dumps(told)

    def consent(self, address: str, scopes: frozenset[str]) -> str:
        """Somebody has let the app in; the refresh token that comes of it."""
        token = f"1//refresh-{self._agreed_to}"
        self._agreed_to += 1
        self._consents[token] = _Consent(address, scopes)
        return token

    def agree(self, address: str, query: Mapping[str, str], scopes: frozenset[str] | None = None) -> str:
        """Somebody opens the link of an app and says yes to it, or to a part; the code their browser carries back."""
        asked = frozenset(query["scope"].split())
        if (query["client_id"], query["response_type"]) != (APP, "code") or query["code_challenge_method"] != "S256":
            raise NoToken("invalid_request")
        code = f"4/code-{len(self._codes)}"
        # Whoever has said yes before is not asked again, and there is no second refresh token, unless it is asked for.
        again = address in self._said_yes and query.get("prompt") != "consent"
        lasting = query.get("access_type") == "offline" and not again
        self._said_yes.add(address)
        granted = asked if scopes is None else asked & scopes
        self._codes[code] = _Code(address, granted, query["redirect_uri"], query["code_challenge"], lasting)
        return code

    def take_back(self) -> None:
        """Every permission is withdrawn; tokens given before do not work any more either."""
        self._robots.clear()
        self._consents.clear()
        self._tokens.clear()

    def run_out(self) -> None:
        """Every access token, long before it should."""
        self._tokens.clear()

    def whose(self, token: str) -> Granted | None:
        granted = self._tokens.get(token)
        return granted if granted and self._now() < granted.expires else None

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        more: dict[str, str] = {}
        match form.get("grant_type"):
            case "authorization_code":
                subject, scopes, more = self._agreed(form)
            case "refresh_token":
                subject, scopes = self._refreshed(form)
                if self.renews:
                    more = {"refresh_token": self.consent(subject, scopes)}
                    del self._consents[form["refresh_token"]]
            case grant if grant == JWT_BEARER:
                subject, scopes = self._signed(form.get("assertion", ""))
            case _:
                raise NoToken("unsupported_grant_type")
        self.given += 1
        text = f"ya29.{self.given}"
        self._tokens[text] = Granted(subject, scopes, self._now() + LASTS)
        return {
            "access_token": text,
            "expires_in": int(LASTS.total_seconds()),
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes)),
            **more,
        }

    def _agreed(self, form: Mapping[str, str]) -> tuple[str, frozenset[str], dict[str, str]]:
        _check_app(form)
        code = self._codes.pop(form.get("code", ""), None)
        shown = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if code is None or code.ends_at != form.get("redirect_uri") or _decoded(code.challenge) != shown:
            raise NoToken("invalid_grant")
        if not code.lasting:
            return code.address, code.scopes, {}
        return code.address, code.scopes, {"refresh_token": self.consent(code.address, code.scopes)}

    def _refreshed(self, form: Mapping[str, str]) -> tuple[str, frozenset[str]]:
        _check_app(form)
        consent = self._consents.get(form.get("refresh_token", ""))
        if consent is None:
            raise NoToken("invalid_grant")
        return consent.address, consent.scopes

    def _signed(self, assertion: str) -> tuple[str, frozenset[str]]:
        claims = _claims(assertion)
        robot = self._robots.get(claims.get("iss", ""))
        asked = frozenset(claims.get("scope", "").split())
        now = self._now().timestamp()
        begun, ends = claims.get("iat", 0), claims.get("exp", 0)
        # Five minutes is how far two clocks may be apart.
        in_time = begun - 300 <= now <= ends and ends - begun <= 3600
        if robot is None or not in_time or claims.get("aud") != self.url or not asked:
            raise NoToken("invalid_grant")
        subject = claims.get("sub")
        if subject is None:
            return str(claims["iss"]), asked
        if not asked <= robot.scopes:
            raise NoToken("unauthorized_client", 401)
        if str(subject).rpartition("@")[2] not in robot.domains:
            raise NoToken("invalid_grant")
        return str(subject), asked


def _check_app(form: Mapping[str, str]) -> None:
    if (form.get("client_id"), form.get("client_secret")) != (APP, APP_SECRET):
        raise NoToken("invalid_client", 401)


@lru_cache(maxsize=1)
def _key() -> rsa.RSAPrivateKey:
    """One for all: making one takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _claims(assertion: str) -> dict[str, Any]:
    try:
        head, body, signature = assertion.split(".")
        signed = f"{head}.{body}".encode()
        _key().public_key().verify(_decoded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
        if json.loads(_decoded(head))["alg"] != "RS256":
            raise NoToken("invalid_grant")
        claims: dict[str, Any] = json.loads(_decoded(body))
        return claims
    except (ValueError, KeyError, InvalidSignature):
        raise NoToken("invalid_grant") from None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
