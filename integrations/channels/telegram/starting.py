"""Links that open a chat with the bot and say who comes: signed, for one person, and for some days."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from datetime import UTC, datetime, timedelta

LASTS = timedelta(days=14)
LONGEST = 42  # Telegram passes on 64 characters of A-Z a-z 0-9 _ -, and 22 are the signature and the end


def start_link(username: str, person: str, secret: str, until: datetime) -> str:
    """The address to send to this person alone, over a channel that is known to be theirs.

    Raises ValueError for an id that does not fit into it. It may be opened again until it ends: whoever binds the
    chat binds the first one only.
    """
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{LONGEST}}}", person):
        raise ValueError(f"a person's id in a link has up to {LONGEST} letters, digits, _ and -")
    if not re.fullmatch(r"[A-Za-z0-9_]{5,32}", username):
        raise ValueError("the bot's name has 5 to 32 letters, digits and _, without the @")
    end = _written(struct.pack(">I", int(until.timestamp())))
    return f"https://t.me/{username}?start={_proof(secret, end, person)}{end}{person}"


def started_by(payload: str, secret: str, now: datetime) -> str | None:
    """Whose link that was; None where it is none of ours, or over."""
    if not secret or not re.fullmatch(r"[A-Za-z0-9_-]{23,64}", payload):
        return None
    proof, end, person = payload[:16], payload[16:22], payload[22:]
    if not hmac.compare_digest(proof, _proof(secret, end, person)):
        return None
    (until,) = struct.unpack(">I", base64.urlsafe_b64decode(end + "=="))
    return person if now <= datetime.fromtimestamp(until, UTC) else None


def _proof(secret: str, end: str, person: str) -> str:
    told = f"telegram start\n{end}\n{person}".encode()
    return _written(hmac.new(secret.encode(), told, hashlib.sha256).digest()[:12])


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
