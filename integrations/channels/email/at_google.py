"""The firm's mailbox at Gmail, over its REST API: what came into the inbox, and each mail as it came."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import TypeVar
from urllib.parse import quote

from pydantic import BaseModel, Field, ValidationError

from integrations.calendars.base import CalendarUnreachable
from integrations.calendars.google.calls import Calls, Refusal
from integrations.channels.email.polled import MARK, Forgotten, Post, Waiting

API = "https://gmail.googleapis.com/gmail/v1/"
SCOPE = "https://www.googleapis.com/auth/gmail.modify"
PAGES = 200  # of up to 500 mails: a mailbox that never ends is none
INBOX, UNREAD = "INBOX", "UNREAD"


class Named(BaseModel):
    id: str


class Label(Named):
    name: str


class Labels(BaseModel):
    labels: list[Label] = Field(default_factory=list)


class Mails(BaseModel):
    messages: list[Named] = Field(default_factory=list)
    next: str = Field("", alias="nextPageToken")


class Added(BaseModel):
    message: Named


class Record(BaseModel):
    added: list[Added] = Field(default_factory=list, alias="messagesAdded")


class History(BaseModel):
    history: list[Record] = Field(default_factory=list)
    until: str = Field(alias="historyId")
    next: str = Field("", alias="nextPageToken")


class Profile(BaseModel):
    until: str = Field(alias="historyId")


class Raw(BaseModel):
    raw: str
    labels: list[str] = Field(default_factory=list, alias="labelIds")


A = TypeVar("A", bound=BaseModel)
P = TypeVar("P", Mails, History)


class GmailPost(Post):
    """`who`: the mailbox; `days`: how far back it is looked through. Our mark is a label, made where there is none."""

    vendor = "google"
    believes = ("mx.google.com",)

    def __init__(self, calls: Calls, who: str, *, days: int = 14) -> None:
        self._calls = calls
        self.who = who
        self._days = days
        self._label = ""

    async def waiting(self, since: str) -> Waiting:
        self._label = self._label or await self._labelled()
        if since:
            return await self._since(since)
        # Read before the mails are: what comes meanwhile is in both, and kept once.
        until = await self._ask(Profile, "GET", "profile")
        query = {"q": f"in:inbox newer_than:{self._days}d -label:{MARK}", "maxResults": "500"}
        found = [each.id async for page in self._pages(Mails, "messages", query) for each in page.messages]
        return Waiting(list(reversed(found)), until.until)  # Gmail tells the latest first

    async def mail(self, id: str) -> bytes | None:
        try:
            found = await self._ask(Raw, "GET", _of(id), {"format": "raw"})
        except Refusal as no:
            if no.status == 404:
                return None
            raise
        if self._label in found.labels:
            return None  # the search is sometimes behind what was marked
        try:
            return base64.urlsafe_b64decode(found.raw + "=" * (-len(found.raw) % 4))
        except binascii.Error:
            raise CalendarUnreachable("Gmail gave a mail that cannot be read") from None

    async def mark(self, id: str) -> None:
        change = {"addLabelIds": [self._label], "removeLabelIds": [UNREAD]}
        try:
            await self._calls.call(self.who, "POST", f"users/me/{_of(id)}/modify", body=change)
        except Refusal as no:
            if no.status != 404:
                self._label = ""  # somebody may have deleted the label
                raise CalendarUnreachable(str(no)) from no

    async def close(self) -> None:
        await self._calls.close()

    async def _since(self, since: str) -> Waiting:
        query = {"startHistoryId": since, "historyTypes": "messageAdded", "labelId": INBOX, "maxResults": "500"}
        found: dict[str, None] = {}
        until = since
        try:
            async for page in self._pages(History, "history", query):
                found |= dict.fromkeys(each.message.id for record in page.history for each in record.added)
                until = page.until
        except Refusal as no:
            if no.status == 404:  # kept for a week or so
                raise Forgotten from no
            raise
        return Waiting(list(found), until)

    async def _labelled(self) -> str:
        """The id of our label, made where there is none."""
        if not (found := await self._find_label()):
            with suppress(Refusal):  # another process has just made it
                await self._calls.call(self.who, "POST", "users/me/labels", body={"name": MARK})
            found = await self._find_label()
        if not found:
            raise CalendarUnreachable("Gmail takes no label of ours")
        return found

    async def _find_label(self) -> str:
        labels = await self._ask(Labels, "GET", "labels")
        return next((each.id for each in labels.labels if each.name.lower() == MARK.lower()), "")

    async def _pages(self, shape: type[P], path: str, query: Mapping[str, str]) -> AsyncIterator[P]:
        more: dict[str, str] = {}
        for _ in range(PAGES):
            page = await self._ask(shape, "GET", path, {**query, **more})
            yield page
            if not page.next:
                return
            more = {"pageToken": page.next}
        raise CalendarUnreachable("Gmail comes to no end with a mailbox")

    async def _ask(self, shape: type[A], method: str, path: str, query: Mapping[str, str] | None = None) -> A:
        told = await self._calls.call(self.who, method, f"users/me/{path}", query=query)
        try:
            return shape.model_validate(told)
        except ValidationError:
            raise CalendarUnreachable("Gmail gave no answer we can read") from None


def _of(id: str) -> str:
    return f"messages/{quote(id, safe='')}"
