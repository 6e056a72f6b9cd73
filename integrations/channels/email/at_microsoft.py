"""The firm's mailbox at Microsoft 365, over Graph: what changed in a folder, and each mail as it came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from msgraph.generated.models.message import Message
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.graph_service_client import GraphServiceClient
from pydantic import BaseModel, ConfigDict, Field

from integrations.calendars.base import CalendarDisconnected, CalendarUnreachable
from integrations.calendars.microsoft.graph import Graph, NotThere, TooOld, asking
from integrations.channels.email.polled import MARK, Forgotten, Post, Waiting
from integrations.channels.email.trust import NAMELESS

NO_SUCH_FOLDER = "Look at the folder: the mailbox has none of that name."
PAGES = 200  # of ten mails or more each: a folder that never ends is none
# An id that stays when somebody files the mail elsewhere.
LASTING = {"Prefer": 'IdType="ImmutableId"'}

Query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters
Question = Callable[[UserItemRequestBuilder], Awaitable[Any]]


class Mail(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    categories: tuple[str, ...] = ()
    draft: bool = Field(False, alias="isDraft")
    gone: object = Field(None, alias="@removed")

    @property
    def waits(self) -> bool:
        return not (self.gone or self.draft or MARK in self.categories)


class Page(BaseModel):
    value: list[Mail]
    next: str = Field("", alias="@odata.nextLink")
    delta: str = Field("", alias="@odata.deltaLink")


class GraphPost(Post):
    """`who`: the mailbox; `days`: how far back it is looked through, so that one with a past does not come in whole."""

    vendor = "microsoft"
    believes = (NAMELESS,)

    def __init__(self, graph: Graph, who: str, *, folder: str = "inbox", days: int = 14) -> None:
        self._graph = graph
        self.who = who
        self._folder = folder
        self._days = timedelta(days=days)
        self._marks: dict[str, tuple[str, ...]] = {}  # what others have put there, and is to stay

    async def waiting(self, since: str) -> Waiting:
        found: dict[str, Mail] = {}
        page = await self._page(partial(_on, since, self._folder) if since else self._first())
        for _ in range(PAGES):
            found |= {each.id: each for each in page.value}
            if not page.next:
                self._marks = {each.id: each.categories for each in found.values() if each.waits}
                return Waiting(list(self._marks), page.delta)
            page = await self._page(partial(_on, page.next, self._folder))
        raise CalendarUnreachable("Microsoft 365 comes to no end with a mailbox")

    async def mail(self, id: str) -> bytes | None:
        with suppress(NotThere):
            return await self._graph.fetch(
                self.who, self._mine(lambda mine: mine.messages.by_message_id(id).content.get(asking(None, LASTING)))
            )
        return None

    async def mark(self, id: str) -> None:
        marked = Message(is_read=True, categories=[*self._marks.get(id, ()), MARK])
        with suppress(NotThere):
            await self._graph.do(
                self.who, self._mine(lambda mine: mine.messages.by_message_id(id).patch(marked, asking(None, LASTING)))
            )

    async def close(self) -> None:
        await self._graph.close()

    def _first(self) -> Question:
        since = (self._graph.now() - self._days).astimezone(UTC)
        query = Query(filter=f"receivedDateTime ge {_written(since)}", select=["categories", "isDraft"])
        return partial(_begun, query, self._folder)

    async def _page(self, question: Question) -> Page:
        try:
            return await self._graph.ask(self.who, self._mine(question), Page)
        except TooOld as error:
            raise Forgotten from error
        except NotThere as error:
            raise CalendarDisconnected(str(error), remedy=NO_SUCH_FOLDER) from error

    def _mine(self, question: Question) -> Callable[[GraphServiceClient], Awaitable[Any]]:
        return lambda client: question(client.users.by_user_id(self.who))


def _begun(query: object, folder: str, mine: UserItemRequestBuilder) -> Awaitable[Any]:
    page: Awaitable[Any] = mine.mail_folders.by_mail_folder_id(folder).messages.delta.get(asking(query, LASTING))
    return page


def _on(link: str, folder: str, mine: UserItemRequestBuilder) -> Awaitable[Any]:
    delta = mine.mail_folders.by_mail_folder_id(folder).messages.delta
    page: Awaitable[Any] = delta.with_url(link).get(asking(None, LASTING))
    return page


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
