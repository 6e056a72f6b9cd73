"""Messages as Twilio keeps them: what is accepted, what is refused at once, and what only fails on its way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.channels.twilio.segments import count
from integrations.standins.twilio.contents import LIST_PICKER, LONGEST_TITLE, QUICK_REPLY, Shown
from integrations.standins.twilio.refusing import Refusal

WHATSAPP = "whatsapp:"
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
WHATSAPP_ID = re.compile(r"\+[1-9]\d{6,14}|[A-Z]{2}\.\w+")
# Of what Twilio knows only these are played here.
PARAMETERS = frozenset(
    {"To", "From", "MessagingServiceSid", "Body", "ContentSid", "ContentVariables", "StatusCallback"}
)
ENDED = frozenset({"delivered", "undelivered", "failed", "read", "received"})


@dataclass
class Message:
    sid: str
    account: str
    to: str
    sender: str
    shown: Shown
    made_at: datetime
    direction: str = "outbound-api"
    status: str = "queued"
    service: str | None = None
    content: str | None = None
    callback: str = ""
    error: int | None = None
    sent_at: datetime | None = None
    asked: dict[str, str] = field(default_factory=dict)  # as it was posted

    @property
    def is_on_its_way(self) -> bool:
        return self.direction == "outbound-api" and self.status not in ENDED

    def json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "to": self.to,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "body": self.shown.text,
            "status": self.status,
            "direction": self.direction,
            "num_segments": "0" if self.service and not self.sent_at else str(count(self.shown.text).segments),
            "num_media": "0",
            "date_created": format_datetime(self.made_at),
            "date_updated": format_datetime(self.sent_at or self.made_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "error_code": self.error,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "uri": f"/2010-04-01/Accounts/{self.account}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


def check(asked: Mapping[str, str]) -> None:
    """Raises Refusal for what Twilio sees without looking anything up."""
    if strange := set(asked) - PARAMETERS:
        raise Refusal(400, 20001, f"Unknown parameter {', '.join(sorted(strange))}")
    to = asked.get("To", "")
    if not (WHATSAPP_ID.fullmatch(to.removeprefix(WHATSAPP)) if to.startswith(WHATSAPP) else NUMBER.fullmatch(to)):
        raise Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if not (asked.get("From") or asked.get("MessagingServiceSid")):
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if not (asked.get("Body") or asked.get("ContentSid")):
        raise Refusal(400, 21602, "Message body is required.")
    if len(asked.get("Body", "").encode("utf-16-le")) // 2 > 1_600:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if "StatusCallback" in asked and not urlsplit(asked["StatusCallback"]).hostname:
        raise Refusal(400, 21609, "The StatusCallback URL is not a valid URL.")
    if "ContentVariables" in asked and "ContentSid" not in asked:
        raise Refusal(400, 21656, "The ContentVariables parameter is invalid.")


def variables(words: str) -> dict[str, str]:
    """Raises Refusal where a value is no text with words in one line."""
    try:
        told = json.loads(words)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not all(isinstance(value, str) and _is_one_line(value) for value in told.values()):
        raise Refusal(400, 21656, "The ContentVariables parameter is invalid.")
    return told


def _is_one_line(value: str) -> bool:
    return bool(value.strip()) and not re.search(r"[\n\r\t]| {5,}", value) and len(value) <= 1_600


def fault_in(shown: Shown, *, approved: bool) -> int | None:
    """The code with which WhatsApp turns down what a phone could not show; None: it can."""
    titles = [title for _, title in shown.buttons]
    longest = LONGEST_TITLE.get(shown.kind, 0)
    if shown.kind == QUICK_REPLY and len(titles) > 3 and not approved:
        return 63005
    if shown.kind in (QUICK_REPLY, LIST_PICKER) and len(shown.text) > 1_024:
        return 63021
    ids = [button[0] for button in shown.buttons]
    if any(not title or len(title) > longest for title in titles) or any(len(each) > 200 for each in ids):
        return 63021
    if len(set(titles)) < len(titles) or len(set(ids)) < len(ids):
        return 63021
    return 63021 if any(len(each) > 72 for each in shown.descriptions) else None
