"""Gmail as far as it is played here: an inbox, labels, and the history of what came in."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from integrations.standins.google.bodies import NewLabel, Relabelled, read_body
from integrations.standins.google.refusing import No

SCOPE = "https://www.googleapis.com/auth/gmail.modify"
SYSTEM = ("INBOX", "UNREAD", "TRASH")
SEARCH = re.compile(r"in:inbox newer_than:(\d+)d -label:(\S+)")
Answering = Callable[[Request, str], Awaitable[Response]]


@dataclass
class Mail:
    id: str
    raw: bytes
    at: datetime
    labels: set[str] = field(default_factory=lambda: {"INBOX", "UNREAD"})


@dataclass
class Inbox:
    """`added`: the ids of what came in, in order; where in it somebody was is a history id."""

    mails: dict[str, Mail] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)  # name by id
    oldest: int = 0  # history before this is forgotten
    unsearched: int = 0  # so many searches are behind what was marked

    def named(self, name: str) -> str:
        return next((label for label, each in self.labels.items() if each.lower() == name.lower()), "")

    def searched(self, days: int, label: str, now: datetime) -> Sequence[Mail]:
        """The latest first."""
        mark = "" if self.unsearched else self.named(label)
        self.unsearched = max(self.unsearched - 1, 0)
        since = now - timedelta(days=days)
        found = [each for each in self.mails.values() if "INBOX" in each.labels and each.at >= since]
        return [each for each in reversed(found) if mark not in each.labels]


class Mails:
    """Every inbox there is, by its owner."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.page = 2  # mails at a time, however many were asked for
        self._now = now
        self._inboxes: defaultdict[str, Inbox] = defaultdict(Inbox)

    # What people do

    def inbox(self, owner: str) -> Inbox:
        return self._inboxes[owner.lower()]

    def arrive(self, owner: str, *mails: bytes) -> None:
        box = self.inbox(owner)
        for raw in mails:
            mail = Mail(f"18c{len(box.added):05x}", raw, self._now())
            box.mails[mail.id] = mail
            box.added.append(mail.id)

    def delete(self, owner: str, id: str) -> None:
        del self.inbox(owner).mails[id]

    def forget_history(self, owner: str) -> None:
        self.inbox(owner).oldest = len(self.inbox(owner).added) + 1

    # The doors

    def served(self) -> Sequence[tuple[str, str, str, Answering]]:
        """Kind of request, method, path, and what answers."""
        me = "/gmail/v1/users/{user}"
        return [
            ("profile", "GET", f"{me}/profile", self._profile),
            ("labels", "GET", f"{me}/labels", self._labels),
            ("label", "POST", f"{me}/labels", self._label),
            ("messages", "GET", f"{me}/messages", self._messages),
            ("history", "GET", f"{me}/history", self._history),
            ("message", "GET", f"{me}/messages/{{id}}", self._message),
            ("modify", "POST", f"{me}/messages/{{id}}/modify", self._modify),
        ]

    async def _profile(self, request: Request, subject: str) -> Response:
        box = self._mine(request, subject)
        told = {"emailAddress": subject, "messagesTotal": len(box.mails), "historyId": _history_id(box)}
        return JSONResponse(told)

    async def _labels(self, request: Request, subject: str) -> Response:
        box = self._mine(request, subject)
        own = [{"id": label, "name": name, "type": "user"} for label, name in box.labels.items()]
        return JSONResponse({"labels": [*({"id": each, "name": each, "type": "system"} for each in SYSTEM), *own]})

    async def _label(self, request: Request, subject: str) -> Response:
        box = self._mine(request, subject)
        name = read_body(NewLabel, await request.body())["name"]
        if box.named(name):
            raise No(409, "aborted", "Label name exists or conflicts")
        box.labels[f"Label_{len(box.labels) + 1}"] = name
        return JSONResponse({"id": box.named(name), "name": name, "type": "user"})

    async def _messages(self, request: Request, subject: str) -> Response:
        box = self._mine(request, subject)
        asked = SEARCH.fullmatch(request.query_params.get("q", ""))
        if asked is None:
            raise No(400, "invalidArgument", "Invalid query")
        found = box.searched(int(asked[1]), asked[2], self._now())
        shown, more = self._page(request, [{"id": each.id, "threadId": each.id} for each in found])
        return JSONResponse({"resultSizeEstimate": len(found), **({"messages": shown} if shown else {}), **more})

    async def _history(self, request: Request, subject: str) -> Response:
        """What was deleted meanwhile is still told: its id is all there is left of it."""
        box, query = self._mine(request, subject), request.query_params
        if query.get("labelId", "INBOX") != "INBOX" or query.get("historyTypes", "messageAdded") != "messageAdded":
            raise No(400, "invalidArgument", "Only what came into the inbox is played here")
        if not (since := query.get("startHistoryId", "")).isdecimal():
            raise No(400, "invalidArgument", "startHistoryId is missing")
        if int(since) < box.oldest:
            raise No(404, "notFound", "Requested entity was not found.")
        records = [_record(box, number) for number in range(int(since), len(box.added))]
        shown, more = self._page(request, records)
        return JSONResponse({"historyId": _history_id(box), **({"history": shown} if shown else {}), **more})

    async def _message(self, request: Request, subject: str) -> Response:
        mail = _found(self._mine(request, subject), request)
        if request.query_params.get("format") != "raw":
            raise No(400, "invalidArgument", "Only the raw mail is played here")
        raw = base64.urlsafe_b64encode(mail.raw).decode().rstrip("=")
        return JSONResponse({"id": mail.id, "threadId": mail.id, "labelIds": sorted(mail.labels), "raw": raw})

    async def _modify(self, request: Request, subject: str) -> Response:
        box = self._mine(request, subject)
        mail, change = _found(box, request), read_body(Relabelled, await request.body())
        added, removed = change.get("addLabelIds", ()), change.get("removeLabelIds", ())
        if unknown := [each for each in (*added, *removed) if each not in (*SYSTEM, *box.labels)]:
            raise No(400, "invalidArgument", f"Invalid label: {unknown[0]}")
        mail.labels = (mail.labels | {*added}) - {*removed}
        return JSONResponse({"id": mail.id, "threadId": mail.id, "labelIds": sorted(mail.labels)})

    def _mine(self, request: Request, subject: str) -> Inbox:
        if request.path_params["user"] not in ("me", subject):
            raise No(403, "forbidden", f"Delegation denied for {subject}")
        return self.inbox(subject)

    def _page(self, request: Request, found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        begin = int(request.query_params.get("pageToken", "0"))
        end = begin + min(self.page, int(request.query_params.get("maxResults", "100")))
        return found[begin:end], ({"nextPageToken": str(end)} if end < len(found) else {})


def _history_id(box: Inbox) -> str:
    return str(max(len(box.added), box.oldest))


def _record(box: Inbox, number: int) -> dict[str, Any]:
    message = {"id": box.added[number], "threadId": box.added[number]}
    return {"id": str(number + 1), "messages": [message], "messagesAdded": [{"message": message}]}


def _found(box: Inbox, request: Request) -> Mail:
    if (mail := box.mails.get(request.path_params["id"])) is None:
        raise No(404, "notFound", "Requested entity was not found.")
    return mail
