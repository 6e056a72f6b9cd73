"""SendGrid's Inbound Parse: mails that were sent to us, posted as a form, whole or taken apart."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.encoders import encode_base64
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import compat32
from urllib.parse import parse_qs, urlsplit

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from integrations.channels.base import BadMessage, BadSignature, Door, Fault, Knock, Read
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.mailbox import Mailbox
from integrations.channels.email.signed import SigningKey
from integrations.channels.email.trust import Envelope

NAME = "sendgrid-parse"
MOST_PARTS = 300

# Those of the whole mail, which is put together anew; the rest of its headers stay.
OF_THE_BODY = ("content-type", "content-transfer-encoding", "mime-version", "content-disposition")


@dataclass(frozen=True)
class Proof:
    """How SendGrid shows that it is SendGrid: a signature, a secret in the address (`?key=…`), or both."""

    key: SigningKey | None = field(default=None, repr=False)
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.key and len(self.secret) < 16:
            raise ValueError("Inbound Parse needs SendGrid's verification key, or a secret of 16 letters or more")


class ParseDoor(Door):
    """What cannot be kept now has to be answered 5xx: SendGrid repeats that for three days, and drops the rest."""

    name = NAME
    largest = 30_000_000  # with all that is attached, SendGrid's own limit

    def __init__(self, proof: Proof, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self._proof = proof
        self._mailbox = mailbox
        self._now = now

    async def verify(self, knock: Knock) -> None:
        if self._proof.secret:
            given = parse_qs(urlsplit(knock.url).query).get("key", [""])[-1]
            if not hmac.compare_digest(given.encode("utf-8", "replace"), self._proof.secret.encode()):
                raise BadSignature("the address does not end in our secret")
        if self._proof.key:
            self._proof.key.verify(knock, self._now())

    def read(self, knock: Knock) -> Read:
        form = _form(knock)
        raw = form["email"].body if "email" in form else _put_together(form)
        return Read((read_mail(raw, self._mailbox, _envelope(form)),))


@dataclass
class _Part:
    """One field of the form, in bytes: they come in the charset that `charsets` names, or in none."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def name(self) -> str:
        return _option(self.headers.get("content-disposition", ""), b"name")

    @property
    def filename(self) -> str:
        return _option(self.headers.get("content-disposition", ""), b"filename")

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "application/octet-stream")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def _option(header: str, name: bytes) -> str:
    return parse_options_header(header.encode())[1].get(name, b"").decode("utf-8", "replace")


class _Form:
    """Collects the parts of a form as the parser finds them."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self._name = b""
        self._value = b""
        self._pieces: list[bytes] = []

    def begin(self) -> None:
        self._pieces = []
        if len(self.parts) >= MOST_PARTS:
            raise BadMessage([Fault("", "has too many parts")])
        self.parts.append(_Part())

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self.parts[-1].headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def end(self) -> None:
        self.parts[-1].body = b"".join(self._pieces)


def _form(knock: Knock) -> dict[str, _Part]:
    kind, options = parse_options_header(knock.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise BadMessage([Fault("", "must be a form with parts")])
    form = _Form()
    callbacks = {
        "on_part_begin": form.begin,
        "on_part_data": form.data,
        "on_part_end": form.end,
        "on_header_field": form.header_name,
        "on_header_value": form.header_value,
        "on_header_end": form.header_end,
    }
    try:
        parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]
        parser.write(knock.body)
        parser.finalize()
    except FormParserError:
        raise BadMessage([Fault("", "is no form that can be read")]) from None
    found = {part.name: part for part in form.parts}
    if not found.keys() & {"email", "headers"}:
        raise BadMessage([Fault("", "holds no mail")])
    return found


def _put_together(form: Mapping[str, _Part]) -> bytes:
    """The mail that SendGrid took apart, whole again, so that there is one reader for all mails."""
    mail: Message = MIMEMultipart()
    head = form["headers"].body
    for name, value in message_from_bytes(head.strip() + b"\r\n\r\n", policy=compat32).raw_items():
        if name.lower() not in OF_THE_BODY:
            mail.set_raw(name, value)
    charsets = _object(form, "charsets")
    for name, subtype in (("text", "plain"), ("html", "html")):
        if name in form and form[name].body:
            _add(mail, f"text/{subtype}; charset={_token(charsets.get(name)) or 'utf-8'}", form[name].body)
    for name, part in form.items():
        if name.startswith("attachment") and name[len("attachment") :].isdecimal():
            _add(mail, part.kind, part.body, part.filename or name)
    return mail.as_bytes()


def _add(mail: Message, kind: str, body: bytes, filename: str = "") -> None:
    main, _, sub = kind.partition(";")[0].strip().lower().partition("/")
    known = main not in ("multipart", "message") and re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", f"{main}/{sub}")
    part = MIMEBase(main, sub) if known else MIMEBase("application", "octet-stream")
    if charset := _token(_option(kind, b"charset")):
        part.set_param("charset", charset)
    if filename:
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", re.sub(r"[\r\n\0]", " ", filename)))
    part.set_payload(body)
    encode_base64(part)
    mail.attach(part)


def _token(said: object) -> str:
    return said if isinstance(said, str) and re.fullmatch(r"[\w.:-]{1,40}", said, re.ASCII) else ""


def _envelope(form: Mapping[str, _Part]) -> Envelope:
    told = _object(form, "envelope")
    to, sender = told.get("to"), told.get("from")
    return Envelope(
        sender=sender if isinstance(sender, str) else None,
        recipients=tuple(each for each in to if isinstance(each, str)) if isinstance(to, list) else (),
        spf=form["SPF"].text.strip().lower() if "SPF" in form else None,
        # {@people.example : pass, @other.example : fail}
        dkim=dict(re.findall(r"@([\w.-]+)\s*:\s*(\w+)", form["dkim"].text[:4_000])) if "dkim" in form else {},
    )


def _object(form: Mapping[str, _Part], name: str) -> Mapping[str, object]:
    try:
        told = json.loads(form[name].body) if name in form else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
