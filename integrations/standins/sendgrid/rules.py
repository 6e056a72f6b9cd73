"""What SendGrid refuses about a mail, in its own words: its fields, their order, and what may stand in them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

Faults = Iterator[tuple[str, str]]  # the field, and what is wrong with it

FIELDS = frozenset(
    {
        "personalizations",
        "from",
        "reply_to",
        "subject",
        "content",
        "attachments",
        "headers",
        "custom_args",
        "categories",
    }
    | {"tracking_settings", "mail_settings", "send_at", "batch_id", "asm", "ip_pool_name", "template_id", "sections"}
)
TRACKING = frozenset({"click_tracking", "open_tracking", "subscription_tracking", "ganalytics"})
# It writes these itself, from other fields.
RESERVED = frozenset(
    {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"}
    | {"to", "from", "subject", "reply-to", "cc", "bcc"}
)
ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+")
KIND = re.compile(r"text/(?:plain|html|x-amp-html)|text/calendar(?:; ?method=[A-Z]+)?")


def faults(mail: Mapping[str, Any]) -> Faults:
    for name in sorted(set(mail) - FIELDS):
        yield name, f"Additional property {name} is not allowed"
    yield from _people(mail)
    yield from _contents(mail.get("content"))
    yield from _headers(mail)
    if not str(mail.get("subject") or "").strip():
        yield "subject", "The subject is required."
    for name, value in (mail.get("custom_args") or {}).items():
        if not isinstance(value, str):
            yield f"custom_args.{name}", "Custom arguments must be strings."
    for name in sorted(set(mail.get("tracking_settings") or {}) - TRACKING):
        yield f"tracking_settings.{name}", "unknown tracking setting"
    for number, file in enumerate(mail.get("attachments") or ()):
        yield from _file(f"attachments.{number}", file)


def _people(mail: Mapping[str, Any]) -> Faults:
    sets = mail.get("personalizations")
    if not isinstance(sets, list) or not 0 < len(sets) <= 1_000:
        yield "personalizations", "The personalizations field is required and must have at least one personalization."
        return
    for number, each in enumerate(sets):
        here = f"personalizations.{number}.to"
        to = each.get("to") if isinstance(each, dict) else None
        if not to:
            yield here, "The to array is required for all personalization objects, and must have at least one email."
            continue
        addresses = [str(one.get("email", "")) for one in to]
        for place, address in enumerate(addresses):
            if not ADDRESS.fullmatch(address):
                yield f"{here}.{place}.email", "Does not contain a valid address."
        if len({address.lower() for address in addresses}) < len(addresses):
            yield f"personalizations.{number}", "Each email address in the personalization block should be unique."
    if not ADDRESS.fullmatch(str((mail.get("from") or {}).get("email", ""))):
        yield "from.email", "The from email does not contain a valid address."
    if "reply_to" in mail and not ADDRESS.fullmatch(str((mail["reply_to"] or {}).get("email", ""))):
        yield "reply_to.email", "Does not contain a valid address."


def _contents(contents: Any) -> Faults:
    if not isinstance(contents, list) or not contents:
        yield "content", "Unless a valid template_id is provided, the content parameter is required."
        return
    kinds = [str(each.get("type", "")) for each in contents]
    for number, each in enumerate(contents):
        if not KIND.fullmatch(kinds[number]):
            yield f"content.{number}.type", "The content type cannot be sent."
        if not isinstance(each.get("value"), str) or not each["value"]:
            yield f"content.{number}.value", "The content value must be a string at least one character in length."
    order = [kind for kind in kinds if kind in ("text/plain", "text/html")]
    if order != sorted(order, reverse=True) or kinds[: len(order)] != order:
        yield "content", "If present, text/plain and text/html may only be provided once, and text/plain must be first."


def _headers(mail: Mapping[str, Any]) -> Faults:
    for name, value in (mail.get("headers") or {}).items():
        if name.lower() in RESERVED:
            yield f"headers.{name}", "This header is reserved and cannot be used."
        if not isinstance(value, str) or re.search(r"[\r\n]", value) or not value.isascii():
            yield f"headers.{name}", "The headers must be strings of ASCII on one line."


def _file(here: str, file: Mapping[str, Any]) -> Faults:
    try:
        base64.b64decode(str(file.get("content", "")), validate=True)
    except binascii.Error:
        yield f"{here}.content", "The attachment content must be base64 encoded."
    if not file.get("filename") or re.search(r"[;\r\n]", str(file.get("type", ""))):
        yield here, "The attachment needs a file name, and a type without ; and line ends."
