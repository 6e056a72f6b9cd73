"""A mail opened: its headers, texts, calendar answer and attachments, whatever charset they claim to be in."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from integrations.calendars.itip import LARGEST as LARGEST_ANSWER

PARTS = 200  # looked at, at most
HEAD = 200_000  # bytes above a mail's text at most; servers allow a tenth of it
HEADER = 8_000  # characters that are read of one header

# Codecs that are no charsets, or would have one part cost us minutes.
NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
# What a program says that means nothing by it.
CLAIMED_BY_HABIT = frozenset({"ascii", "iso8859-1", "cp1252", "iso8859-15"})
SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
ANSWERS = frozenset({"REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER", "CANCEL"})
METHOD = re.compile(r"^METHOD\s*:\s*([A-Z]+)\s*$", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")


@dataclass(frozen=True)
class Opened:
    """`plain` and `html`: the texts of all parts that are shown. `answer`: an iTIP answer, in UTF-8."""

    mail: Message
    plain: str
    html: str
    answer: bytes | None
    files: int

    def header(self, name: str) -> str:
        """The first of that name as people read it; empty: there is none."""
        return next(self.headers(name), "")

    def headers(self, name: str) -> Iterator[str]:
        return (text for each, text in headers_of(self.mail) if each == name.lower())

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Name and address of everybody in these headers, addresses as they are written."""
        raw = [_unfolded(value) for name, value in self.mail.raw_items() if name.lower() in names]
        readable = [_readable(_bytes_of(each), None) for each in raw]
        try:
            found = getaddresses(readable)
        except RecursionError:  # brackets within brackets
            found = [("", address) for each in readable for address in ADDRESS.findall(each)]
        return [(words(name), address.strip()) for name, address in found if ADDRESS.fullmatch(address.strip())]


def open_mail(raw: bytes) -> Opened | None:
    """None: nested so deeply, or with so much above it, that nobody wrote it to be read."""
    if not re.search(rb"\r?\n\r?\n", raw[:HEAD]) and len(raw) > HEAD:
        return None
    try:
        mail = message_from_bytes(raw)
    except RecursionError:
        return None
    plain: list[str] = []
    html: list[str] = []
    answer: bytes | None = None
    files = 0
    for part in leaves(mail):
        kind = part.get_content_type()
        if answer is None and (found := _answer(part, kind)):
            answer = found
        elif kind in ("text/plain", "text/html") and not _attached(part):
            (plain if kind == "text/plain" else html).append(text_of(part))
        elif not _beside(part, kind, answer):
            files += 1
    return Opened(mail, "\n".join(filter(None, plain)), "\n".join(filter(None, html)), answer, files)


def leaves(mail: Message) -> Iterator[Message]:
    """The parts that hold something; a mail inside a mail is one of them."""
    waiting, seen = [mail], 0
    while waiting and seen < PARTS:
        part, seen = waiting.pop(0), seen + 1
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting[:0] = inside(part)
        else:
            yield part


def inside(part: Message) -> list[Message]:
    """What a part is made of. Of a part that is made of nothing, Python would try to decode the text."""
    held = part.get_payload() if part.is_multipart() else []
    return [each for each in held if isinstance(each, Message)] if isinstance(held, list) else []


def text_of(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text = _readable(payload, _charset(part))
    flowed = str(part.get_param("format", "")).lower() == "flowed" and part.get_content_type() == "text/plain"
    return (_unflowed(text) if flowed else text).replace("\0", "")


def headers_of(part: Message) -> Iterator[tuple[str, str]]:
    """Names in small letters, and what they say, in order."""
    return ((name.lower(), words(_unfolded(value))) for name, value in part.raw_items())


def words(value: str) -> str:
    """A header's words, decoded (RFC 2047) as far as they can be."""
    value = _readable(_bytes_of(value), None)
    try:
        pieces = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value.replace("\0", "")
    told = "".join(each if isinstance(each, str) else _readable(each, charset) for each, charset in pieces)
    return " ".join(told.replace("\0", "").split())


def _readable(raw: bytes, charset: str | None) -> str:
    """The text, in the charset it claims, or the likeliest: no letter is worth losing the mail for."""
    claimed = _codec(charset)
    # UTF-8 is hardly ever right by chance, so it wins over what programs claim out of habit.
    first = [claimed] if claimed and claimed not in CLAIMED_BY_HABIT else []
    for codec in (*first, "utf-8"):
        try:
            return raw.decode(codec)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("iso8859-15" if claimed == "iso8859-15" else "cp1252", "replace")


def _codec(charset: str | None) -> str | None:
    name = (charset or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup({"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)).name if name else None
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if found in NO_CHARSETS else found


def _charset(part: Message) -> str | None:
    try:
        said = part.get_param("charset")
    except (ValueError, LookupError, UnicodeError):
        return None
    return said[2] if isinstance(said, tuple) else said


def _bytes_of(value: object) -> bytes:
    return str(value).encode("utf-8", "surrogateescape")


def _unfolded(value: object) -> str:
    return re.sub(r"\r?\n[ \t]?", " ", str(value)[:HEADER])


def _unflowed(text: str) -> str:
    """Lines that a program broke for the way only (RFC 3676), put together again."""
    made: list[str] = []
    open_depth: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(">"))
        rest = line[depth:].removeprefix(" ") if depth else line.removeprefix(" ")
        if open_depth == depth and rest != "-- ":
            made[-1] += rest
        else:
            made.append(f"{'>' * depth} {rest}" if depth else rest)
        open_depth = depth if rest.endswith(" ") and rest != "-- " else None
    return "\n".join(made)


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_filename(part))


def _filename(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, UnicodeError):
        return "unreadable"


def _beside(part: Message, kind: str, answer: bytes | None) -> bool:
    """Does it come along without being something to look at: a signature, a logo, the same answer as a file?"""
    if kind in SIGNATURES or kind == "message/delivery-status":
        return True
    if answer and (kind in ("text/calendar", "application/ics") or _filename(part).lower().endswith(".ics")):
        return True
    return kind.startswith("image/") and part.get_content_disposition() != "attachment" and "content-id" in part


def _answer(part: Message, kind: str) -> bytes | None:
    if kind not in ("text/calendar", "application/ics") and not _filename(part).lower().endswith(".ics"):
        return None
    text = text_of(part)
    method = METHOD.search(text)
    if not method or method[1].upper() not in ANSWERS or len(text) > LARGEST_ANSWER:
        return None
    return text.encode()
