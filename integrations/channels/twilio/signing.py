"""Is it Twilio that calls? Over the public address and what was posted, exactly as they came."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator, get_signature_algorithm

from integrations.channels.base import BadSignature, Knock

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
BODY_HASH = "bodySHA256"
FIELDS = 1_000  # Twilio posts some thirty


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Twilio may sign with: the primary auth token, and shared keys by their ids."""

    token: str = field(repr=False)
    shared: Mapping[str, str] = field(default_factory=dict, repr=False)


class Posted(dict[str, list[str]]):
    """A form as it was posted, doubled and empty fields included: the signature goes over all of them."""

    def getlist(self, name: str) -> list[str]:
        """What the SDK asks for."""
        return self[name]

    def first(self, name: str) -> str:
        """Without NUL: PostgreSQL keeps none."""
        return self.get(name, [""])[0].replace("\0", "")


def posted(body: bytes) -> Posted:
    """Raises ValueError where it is no form."""
    form = Posted()
    for name, value in parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS):
        form.setdefault(name, []).append(value)
    return form


def is_hashed(knock: Knock) -> bool:
    """JSON instead of a form: the signed address carries a hash of it."""
    return BODY_HASH in parse_qs(urlsplit(knock.url).query)


def _has_its_hash(knock: Knock) -> bool:
    """Reckoned over the bytes as they came: the SDK does it of text only, and of anything else says nothing."""
    wanted = parse_qs(urlsplit(knock.url).query)[BODY_HASH][0]
    return hmac.compare_digest(hashlib.sha256(knock.body).hexdigest().encode(), wanted.encode())


def verify(knock: Knock, secrets: Secrets) -> None:
    """Raises BadSignature unless it is Twilio's, over this address and body; nothing else, whatever comes."""
    try:
        holds = _holds(knock, secrets)
    except ValueError:  # no address, no UTF-8, no form: nothing that Twilio has signed
        raise BadSignature("this is nothing of Twilio's") from None
    if not holds:
        raise BadSignature("it is not the one we expect; it goes over the public address, query included")


def _holds(knock: Knock, secrets: Secrets) -> bool:
    settings = knock.headers.get(SETTINGS, "")
    secret, algorithm = _secret(settings, secrets), get_signature_algorithm(settings).upper()
    if not secret or algorithm not in (HMAC_SHA1, HMAC_SHA256):
        return False
    if is_hashed(knock) and not _has_its_hash(knock):
        return False
    told = {} if is_hashed(knock) else posted(knock.body)
    return bool(RequestValidator(secret).validate(knock.url, told, knock.headers.get(SIGNATURE, ""), algorithm))


def _secret(settings: str, secrets: Secrets) -> str:
    """Empty: none that we know."""
    parts = (part.partition("=") for part in settings.split(","))
    key = next((value.strip() for name, _, value in parts if name.strip() == "key"), "")
    return secrets.shared.get(key, "") if key else secrets.token
