"""What Graph tells our door: that something changed, and that a subscription needs care."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from pydantic import BaseModel, Field, ValidationError

OURS = "askarsan-"


class BadNotice(ValueError):
    """What came is no notification of Graph's; the message says why, without what was in it."""


class Kind(StrEnum):
    CHANGED = "changed"
    REAUTHORIZE = "reauthorizationRequired"  # renew the subscription, or nothing more will be told
    REMOVED = "subscriptionRemoved"  # make a new one, and look anew
    MISSED = "missed"  # look anew


LIFECYCLE = frozenset({Kind.REAUTHORIZE, Kind.REMOVED, Kind.MISSED})


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing told. It may come late, twice or not at all: look at the calendar, never believe the notice."""

    kind: Kind
    subscription: str
    reference: str = ""  # Graph's id of the event
    version: str = ""  # its ETag after the change
    ours: bool | None = None  # did we write the event? Known only where Graph tells what changed


@dataclass(frozen=True)
class Certificate:
    """A key pair for what Graph encrypts for us."""

    id: str
    public: str  # the certificate, as base64 of its DER
    private: bytes = field(repr=False)  # the key, as PEM

    @classmethod
    def from_pem(cls, pem: bytes) -> Certificate:
        """From a file that holds both. Raises ValueError where it does not."""
        public = load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
        made = cls(hashlib.sha256(public).hexdigest()[:32], base64.b64encode(public).decode(), pem)
        made.key()
        return made

    def key(self) -> RSAPrivateKey:
        key = load_pem_private_key(self.private, password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("Graph encrypts for RSA keys only")
        return key


class Proof(Protocol):
    async def proven(self, tokens: Sequence[str]) -> bool:
        """Does each of these tokens prove that Graph wrote this, and to us?"""
        ...


class Notices:
    """Reads what came. Without a sender and a certificate, notifications with data inside are passed over."""

    def __init__(self, sender: Proof | None = None, certificate: Certificate | None = None) -> None:
        self._sender = sender
        self._certificate = certificate

    async def read(self, raw: bytes, secret: str) -> tuple[Notice, ...]:
        """Those that carry our secret; the others are passed over. Raises BadNotice where there is nothing to read."""
        told = _told(raw)
        proven = bool(told.tokens and self._sender and await self._sender.proven(told.tokens))
        return tuple(self._meant(told.value, secret, proven=proven))

    def _meant(self, told: Sequence[Any], secret: str, *, proven: bool) -> Iterator[Notice]:
        for each in told:
            try:
                one = _Told.model_validate(each)
            except ValidationError:
                continue  # one that cannot be read does not silence those beside it
            if not hmac.compare_digest((one.secret or "").encode(), secret.encode()):
                continue
            if one.encrypted is None:
                yield one.meaning(None)
            elif proven and self._certificate and (data := opened(one.encrypted, self._certificate)) is not None:
                yield one.meaning(data)


def opened(content: Encrypted, certificate: Certificate) -> dict[str, Any] | None:
    """What was encrypted for us; None where it is not whole, or not for this key."""
    if content.certificate != certificate.id:
        return None
    try:
        sealed, signature = base64.b64decode(content.data), base64.b64decode(content.signature)
        sha1 = hashes.SHA1()  # noqa: S303 – what Graph uses for OAEP; nothing here hangs on its being strong
        key = certificate.key().decrypt(base64.b64decode(content.key), OAEP(MGF1(sha1), sha1, None))
        # Before anything is decrypted: whoever could have a wrong padding tried out would learn the text by it.
        if not hmac.compare_digest(hmac.new(key, sealed, hashlib.sha256).digest(), signature):
            return None
        decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
        padded = decryptor.update(sealed) + decryptor.finalize()
        unpadder = padding.PKCS7(128).unpadder()
        data = json.loads(unpadder.update(padded) + unpadder.finalize())
    except (ValueError, binascii.Error):
        return None
    return data if isinstance(data, dict) else None


class Encrypted(BaseModel):
    data: str
    key: str = Field(alias="dataKey")
    signature: str = Field(alias="dataSignature")
    certificate: str = Field(alias="encryptionCertificateId")


class _Resource(BaseModel):
    id: str = ""
    etag: str = Field("", alias="@odata.etag")


class _Told(BaseModel):
    subscription: str = Field(alias="subscriptionId", max_length=128)
    secret: str | None = Field(None, alias="clientState")
    change: str | None = Field(None, alias="changeType")
    lifecycle: str | None = Field(None, alias="lifecycleEvent")
    resource: _Resource | None = Field(None, alias="resourceData")
    encrypted: Encrypted | None = Field(None, alias="encryptedContent")

    def meaning(self, data: dict[str, Any] | None) -> Notice:
        event_id, version = (self.resource.id, self.resource.etag) if self.resource else ("", "")
        ours = str(data.get("transactionId") or "").startswith(OURS) if data else None
        return Notice(self._kind(), self.subscription, event_id, version, ours)

    def _kind(self) -> Kind:
        if not self.lifecycle:
            return Kind.CHANGED
        # What Graph may come up with one day means at least that not all was told.
        return Kind(self.lifecycle) if self.lifecycle in LIFECYCLE else Kind.MISSED


class _All(BaseModel):
    value: list[Any]
    tokens: list[str] | None = Field(None, alias="validationTokens")


def _told(raw: bytes) -> _All:
    try:
        return _All.model_validate_json(raw)
    except ValidationError:
        raise BadNotice("the body is no list of notifications") from None
