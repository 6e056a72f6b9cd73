"""Microsoft's keys, as the stand-in has them: they sign what notifications prove themselves by, and seal their data."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.x509 import load_der_x509_certificate

from integrations.standins.microsoft.faults import refuse

NOTIFIER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
KEY_ID = "standin-1"


class Signer:
    """Writes the validationTokens of notifications with data inside."""

    def __init__(self, tenant: str, client_id: str, now: Callable[[], datetime]) -> None:
        self._tenant = tenant
        self._client_id = client_id
        self._now = now

    def keys(self) -> dict[str, Any]:
        """The public ones, as JWKS."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def token(self, **other: Any) -> str:
        """Valid for an hour; `other` claims go over the right ones."""
        claims = {
            "aud": self._client_id,
            "iss": f"https://sts.windows.net/{self._tenant}/",
            "appid": NOTIFIER,
            "nbf": int(self._now().timestamp()),
            "exp": int((self._now() + timedelta(hours=1)).timestamp()),
            **other,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID})

    @property
    def _key(self) -> rsa.RSAPrivateKey:
        return _signing_key()


@lru_cache(maxsize=1)
def _signing_key() -> rsa.RSAPrivateKey:
    """One for all stand-ins of a process: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sealed(data: dict[str, Any], certificate: str, certificate_id: str) -> dict[str, str]:
    """`encryptedContent` for the owner of the certificate (base64 of its DER)."""
    key = os.urandom(32)
    padder = padding.PKCS7(128).padder()
    padded = padder.update(json.dumps(data).encode()) + padder.finalize()
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    closed = encryptor.update(padded) + encryptor.finalize()
    sha1 = hashes.SHA1()  # noqa: S303 – as Graph does
    return {
        "data": base64.b64encode(closed).decode(),
        "dataKey": base64.b64encode(public_key(certificate).encrypt(key, OAEP(MGF1(sha1), sha1, None))).decode(),
        "dataSignature": base64.b64encode(hmac.new(key, closed, hashlib.sha256).digest()).decode(),
        "encryptionCertificateId": certificate_id,
        "encryptionCertificateThumbprint": "",
    }


def public_key(certificate: str) -> rsa.RSAPublicKey:
    try:
        key = load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    except ValueError:
        raise refuse("InvalidRequest", "The encryption certificate cannot be read.") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise refuse("InvalidRequest", "The encryption certificate holds no RSA key.")
    return key
