"""What SendGrid signs: its events, and the mails it passes on, over the time and the raw body."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from integrations.channels.base import BadSignature, Knock

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"

# SendGrid repeats for a day what was not taken, and each time signs anew; between that and here clocks differ.
OLDEST = timedelta(minutes=10)


class SigningKey:
    """The public key as SendGrid shows it: base64 of DER. Raises ValueError where it is none."""

    def __init__(self, shown: str) -> None:
        try:
            key = load_der_public_key(base64.b64decode("".join(shown.split()), validate=True))
        except (binascii.Error, ValueError):
            raise ValueError("the verification key is not the one SendGrid shows") from None
        if not isinstance(key, EllipticCurvePublicKey):
            raise ValueError("the verification key is of another kind than SendGrid's")
        self._key = key

    def verify(self, knock: Knock, now: datetime, oldest: timedelta = OLDEST) -> None:
        """Raises BadSignature, and nothing else, unless SendGrid signed this very body, and lately.

        The SDK's own check looks at no age, reads bytes as UTF-8, which a mail need not be, and falls over garbage.
        """
        stamp = knock.headers.get(TIMESTAMP, "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            raise BadSignature("there is no time stamp")
        try:
            signature = base64.b64decode(knock.headers.get(SIGNATURE, ""), validate=True)
            self._key.verify(signature, stamp.encode() + knock.body, ECDSA(SHA256()))
        except (binascii.Error, ValueError, InvalidSignature):
            raise BadSignature("it is not SendGrid's for this body") from None
        if abs(now.timestamp() - int(stamp)) > oldest.total_seconds():
            raise BadSignature("it is too old, or one of the clocks is wrong")
