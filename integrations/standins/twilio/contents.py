"""The Content API: what is kept, checked as strictly as Twilio does, and how WhatsApp's approval of it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.standins.mishaps import unknown
from integrations.standins.twilio.refusing import Refusal, nothing_there

PLACE = re.compile(r"\{\{(\w{1,16})\}\}")
FIELDS = frozenset({"friendly_name", "language", "variables", "types"})
QUICK_REPLY, LIST_PICKER, TEXT = "twilio/quick-reply", "twilio/list-picker", "twilio/text"
LONGEST_TITLE = {QUICK_REPLY: 20, LIST_PICKER: 24}
STATES = frozenset({"received", "pending", "approved", "rejected", "paused", "disabled"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a phone shows it; `buttons` are (id, title)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    kind: str = TEXT
    descriptions: tuple[str, ...] = ()


@dataclass
class Content:
    sid: str
    account: str
    made_at: datetime
    told: dict[str, Any]
    approval: dict[str, Any] = field(default_factory=lambda: {"type": "whatsapp", "status": "unsubmitted"})

    @property
    def kind(self) -> str:
        return str(next(iter(self.told["types"])))

    @property
    def is_approved(self) -> bool:
        return bool(self.approval["status"] == "approved")

    def shown(self, values: Mapping[str, str]) -> Shown:
        """With these values; what is left out gets its sample, as at Twilio."""
        all_values = {**self.told.get("variables", {}), **values}
        kind, told = self.kind, self.told["types"][self.kind]

        def fill(text: str) -> str:
            return PLACE.sub(lambda place: all_values.get(place[1], place[0]), text)

        actions = told.get("actions") or told.get("items") or []
        title = "title" if kind == QUICK_REPLY else "item"
        buttons = tuple((fill(each["id"]), fill(each[title])) for each in actions)
        return Shown(fill(told["body"]), buttons, kind, tuple(fill(each.get("description", "")) for each in actions))

    def json(self, home: str) -> dict[str, Any]:
        at = f"{self.made_at:%Y-%m-%dT%H:%M:%SZ}"
        url = f"{home}/v1/Content/{self.sid}"
        links = {"approval_create": f"{url}/ApprovalRequests/whatsapp", "approval_fetch": f"{url}/ApprovalRequests"}
        told = {"variables": {}, "friendly_name": None} | self.told
        return told | {
            "sid": self.sid,
            "account_sid": self.account,
            "date_created": at,
            "date_updated": at,
            "url": url,
            "links": links,
        }


class Contents:
    """All Contents of one account."""

    def __init__(self, account: str, now: Callable[[], datetime]) -> None:
        self._account = account
        self._now = now
        self.all: dict[str, Content] = {}
        self._made = 0

    def create(self, told: Any) -> Content:
        if not isinstance(told, dict) or unknown(told, FIELDS):
            raise Refusal(400, 20001, "Invalid parameter")
        if not told.get("language") or not isinstance(told.get("types"), dict) or len(told["types"]) != 1:
            raise Refusal(400, 92001, "'Types' Parameter Required")
        _check(told)
        self._made += 1
        content = Content(f"HX{self._made:032x}", self._account, self._now(), told)
        self.all[content.sid] = content
        return content

    def get(self, sid: str) -> Content:
        if sid not in self.all:
            raise nothing_there()
        return self.all[sid]

    def delete(self, sid: str) -> None:
        self.get(sid)
        del self.all[sid]

    def named(self, pattern: str) -> list[Content]:
        return [each for each in self.all.values() if re.search(pattern, each.told.get("friendly_name") or "")]

    def ask_approval(self, sid: str, told: Any) -> Content:
        content = self.get(sid)
        if not isinstance(told, dict) or unknown(told, frozenset({"name", "category"})):
            raise Refusal(400, 20001, "Invalid parameter")
        if not re.fullmatch(r"[a-z0-9_]{1,512}", str(told.get("name"))):
            raise Refusal(400, 20001, "Name: lowercase letters, digits and underscores only")
        if told.get("category") not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
            raise Refusal(400, 20001, "Invalid category")
        if content.kind == LIST_PICKER or content.approval["status"] != "unsubmitted":
            raise Refusal(400, 20001, "This content cannot be submitted")
        if content.kind == QUICK_REPLY and any(PLACE.search(each["title"]) for each in _actions(content)):
            raise Refusal(400, 20001, "Variables are not supported in the titles of buttons that are approved")
        content.approval = {
            "type": "whatsapp",
            "name": told["name"],
            "category": told["category"],
            "content_type": content.kind,
            "status": "received",
            "rejection_reason": "",
            "allow_category_change": True,
        }
        return content

    def review(self, friendly_name: str, state: str, reason: str = "") -> None:
        """WhatsApp decides over every submitted text whose name begins so."""
        if state not in STATES:
            raise ValueError(f"WhatsApp knows {', '.join(sorted(STATES))}")
        asked = [each for each in self.named(f"^{re.escape(friendly_name)}") if "name" in each.approval]
        if not asked:
            raise ValueError(f"nothing was submitted under {friendly_name!r}")
        for content in asked:
            content.approval |= {"status": state, "rejection_reason": reason}


def _actions(content: Content) -> list[dict[str, str]]:
    return list(content.told["types"][QUICK_REPLY]["actions"])


def _check(told: dict[str, Any]) -> None:
    [(kind, shape)] = told["types"].items()
    samples = told.get("variables") or {}
    if not all(isinstance(name, str) and isinstance(value, str) for name, value in samples.items()):
        raise Refusal(400, 92002, "Variables have to be strings")
    if kind not in (TEXT, QUICK_REPLY, LIST_PICKER) or not isinstance(shape, dict) or not shape.get("body"):
        raise Refusal(400, 92001, "Invalid types")
    if unplayed := set(PLACE.findall(str(shape))) - set(samples):
        raise Refusal(400, 92002, f"No sample for {', '.join(sorted(unplayed))}")
    for fault in _faults(kind, shape):
        raise Refusal(400, 92003, fault)


def _faults(kind: str, shape: dict[str, Any]) -> Iterator[str]:
    allowed = {TEXT: {"body"}, QUICK_REPLY: {"body", "actions"}, LIST_PICKER: {"body", "button", "items"}}[kind]
    if set(shape) != allowed:
        yield f"{kind} takes {', '.join(sorted(allowed))}"
        return
    parts = shape.get("actions", shape.get("items", []))
    if kind != TEXT and not 1 <= len(parts) <= 10:
        yield "between 1 and 10 of them"
    title, most = "title" if kind == QUICK_REPLY else "item", LONGEST_TITLE.get(kind, 0)
    needed = {"type", "title", "id"} if kind == QUICK_REPLY else {"item", "id"}
    for part in parts:
        if set(part) - {"description"} != needed or (kind == QUICK_REPLY and part["type"] != "QUICK_REPLY"):
            yield f"each needs {', '.join(sorted(needed))}"
        elif len(PLACE.sub("", part[title])) > most:
            yield f"{title}: at most {most} characters"
    if kind == LIST_PICKER and not 1 <= len(shape["button"]) <= 20:
        yield "button: between 1 and 20 characters"
