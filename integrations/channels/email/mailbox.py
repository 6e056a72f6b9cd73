"""The firm's mailbox: who writes, where answers arrive, and the marks by which our own mails are known again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

ANY = "0"  # the thread of a mail that is about none in particular: whoever answers it has read it, all the same
LOCAL_PART = 64  # octets at most (RFC 5321 §4.5.3.1.1)
TOKEN, MARK = 10, 5  # bytes of a signature: 80 bits where guessing would pay, 40 where it gains nothing

_PLAIN = re.compile(r"[a-z0-9-]+")
_MAILBOX = re.compile(r"[^\s@<>\",;:()\\\[\]\x00-\x1f\x7f]+@[a-z0-9.-]+\.[a-z0-9-]+", re.IGNORECASE)
_OURS = re.compile(r"\barsan\.([a-z2-7]{32})\.([a-z2-7]{8})@([a-z0-9.-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Mailbox:
    """`address` stands in From; answers go to `answers_to`, with a token behind a plus that tells whose they are.

    `believes` are the mail servers whose Authentication-Results are true, by the name with which they sign them: those
    that take mail in for us, and remove what a sender wrote in their name (RFC 8601 §5).
    """

    address: str
    name: str
    secret: str = field(repr=False)
    answers_to: str = ""  # empty: `address`
    believes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError("a mailbox needs a secret, which signs the addresses that are answered to")
        for each in (self.address, self.answers):
            if not _MAILBOX.fullmatch(each):
                raise ValueError(f"{each!r} is not an address that mail can be sent from")

    @property
    def answers(self) -> str:
        return self.answers_to or self.address

    # Whose answer it is

    def reply_to(self, thread: str, person: str) -> str:
        """Where this person answers about this thread; without the token where it would not fit into an address."""
        name, _, host = self.answers.partition("@")
        shown = thread if _PLAIN.fullmatch(thread) else f"{_letters(thread.encode())}.e"
        local = f"{name}+{shown}.{self._token(thread, person)}"
        return f"{local}@{host}" if len(local) <= LOCAL_PART else self.answers

    def thread_of(self, addresses: Iterable[str], person: str) -> str | None:
        """The thread that one of the addresses names, if it was this person who got it from us."""
        for address in addresses:
            if (thread := self._thread_in(address, person)) is not None:
                return thread
        return None

    def is_mine(self, address: str) -> bool:
        """Is it the firm's own mailbox, with whatever token?"""
        local, _, host = address.strip().lower().rpartition("@")
        return f"{local.partition('+')[0]}@{host}" in {self.address.lower(), self.answers.lower()}

    def _thread_in(self, address: str, person: str) -> str | None:
        name, _, host = self.answers.lower().partition("@")
        # Some servers write addresses in small letters, some in large ones: nothing in a token depends on it.
        local, _, at = address.strip().lower().rpartition("@")
        if at != host or not local.startswith(f"{name}+"):
            return None
        match local.removeprefix(f"{name}+").split("."):
            case [shown, token]:
                thread: str | None = shown
            case [shown, "e", token]:
                thread = _back(shown)
            case _:
                return None
        if thread is None:
            return None
        wanted = self._token(thread, person)
        return thread if hmac.compare_digest(token.encode("utf-8", "replace"), wanted.encode()) else None

    def _token(self, thread: str, person: str) -> str:
        # A zero byte ends the first name, or two threads could share a token.
        return self._sign(f"answer\0{thread}\0{person.strip().casefold()}", TOKEN)

    # Which mails are ours

    def message_id(self, key: str) -> str:
        """The same key, the same id: a mail sent again is the same mail."""
        mark = _letters(hashlib.sha256(key.encode()).digest()[:20])
        return f"<arsan.{mark}.{self._mark(mark)}@{self._host}>"

    def ours(self, text: str) -> tuple[str, ...]:
        """The ids of our own mails in a text, in order, as we wrote them. Nobody else can make one up."""
        found: list[str] = []
        for mark, signed, host in _OURS.findall(text):
            genuine = hmac.compare_digest(signed.lower(), self._mark(mark.lower()))
            if genuine and host.lower().rstrip(".") == self._host:
                found.append(f"<arsan.{mark.lower()}.{signed.lower()}@{self._host}>")
        return tuple(dict.fromkeys(found))

    @property
    def _host(self) -> str:
        return self.address.rpartition("@")[2].lower()

    def _mark(self, mark: str) -> str:
        return self._sign(f"mail\0{mark}", MARK)

    def _sign(self, what: str, size: int) -> str:
        return _letters(hmac.new(self.secret.encode(), what.encode(), hashlib.sha256).digest()[:size])


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _back(letters: str) -> str | None:
    try:
        return base64.b32decode(letters.upper() + "=" * (-len(letters) % 8)).decode()
    except ValueError:  # no base32, or no text in it
        return None
