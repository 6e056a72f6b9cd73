"""Slack over a line that we open: for a machine that Slack cannot reach."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp  # the SDK's own client
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from integrations.channels.base import BadMessage, ChannelError, Read, Refused, Unanswered
from integrations.channels.line import Hear, Line
from integrations.channels.slack.api import API, ODD, SILENT
from integrations.channels.slack.door import SlackDoor

# What the SDK lets through where nobody answers as Slack does.
BROKEN = (aiohttp.ClientError, TimeoutError, OSError, *ODD)

log = structlog.get_logger()


class SlackLine(Line):
    """Slack's way in where it cannot knock. Of several processes each has a line, and what is told comes by one."""

    name = "slack"

    def __init__(self, app_token: str, door: SlackDoor, url: str = API) -> None:
        if not app_token.startswith("xapp-"):
            raise ValueError("an app-level token of Slack's begins with xapp-")
        self._token = app_token
        self._door = door
        self._url = url

    async def watch(self, hear: Hear) -> None:
        """Until it is cancelled: once open, the SDK opens the line anew by itself. Raises ChannelError."""
        mode = SocketMode(self._token, self._door, hear, self._url)
        try:
            await mode.open()
            await asyncio.Event().wait()
        except BROKEN:
            raise Unanswered from None
        finally:
            await mode.close()

    async def close(self) -> None:
        await self._door.close()


class SocketMode:
    """`hear` keeps what was told, all in one go; only what it has kept is acknowledged, and the rest comes again."""

    def __init__(self, app_token: str, door: SlackDoor, hear: Hear, url: str = API) -> None:
        if not app_token.startswith("xapp-"):
            raise ValueError("an app-level token of Slack's begins with xapp-")
        self._token = app_token
        self._door = door
        self._hear = hear
        self._url = url
        self._client: SocketModeClient | None = None

    async def open(self) -> None:
        """From now on Slack tells by this line, and opens it anew by itself. Raises Refused for a wrong token."""
        web = AsyncWebClient(base_url=self._url, logger=SILENT, retry_handlers=[])
        self._client = SocketModeClient(self._token, SILENT, web)
        self._client.socket_mode_request_listeners.append(self._listen)
        try:
            # Left to itself it would ask for ever with a key that is not good.
            self._client.wss_uri = await self._client.issue_new_wss_url()
            await self._client.connect()  # type: ignore[no-untyped-call]
        except SlackApiError as error:
            code = error.response.get("error")
            await self.close()
            raise Refused(str(code)) from None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        await client.close()  # type: ignore[no-untyped-call]
        await asyncio.sleep(0)  # what it has cancelled ends here

    async def _listen(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """The SDK swallows what is raised here, so whatever goes wrong is said first."""
        try:
            read = self._door.read_payload(request.payload)
        except BadMessage:
            read = Read()  # it would be no better the next time
        try:
            await self._hear(read, json.dumps(request.payload).encode())
        except Exception as error:
            log.error("slack.not_kept", envelope=request.envelope_id, error=type(error).__name__)
            raise
        await client.send_socket_mode_response(_acknowledged(request, read))
        if read.after:
            try:
                await read.after()
            except ChannelError as error:
                log.warning("slack.not_answered", envelope=request.envelope_id, code=error.code)


async def may_open(app_token: str, url: str = API) -> None:
    """Whether the token is good. Raises ChannelError."""
    web = AsyncWebClient(base_url=url, logger=SILENT, retry_handlers=[])
    try:
        await web.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise Refused(str(error.response.get("error"))) from None
    except BROKEN:
        raise Unanswered from None


def _acknowledged(request: SocketModeRequest, read: Read) -> SocketModeResponse:
    told = read.answer.content_type == "application/json"
    payload: dict[str, Any] | None = json.loads(read.answer.body) if told else None
    return SocketModeResponse(request.envelope_id, payload)
