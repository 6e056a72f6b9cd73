"""Slack over a line that we open: for development, on a machine without a public address."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from integrations.channels.base import BadMessage, ChannelError, Read
from integrations.channels.slack.api import API, SILENT
from integrations.channels.slack.door import SlackDoor

log = structlog.get_logger()


class SocketMode:
    """`hear` keeps what was told, all in one go; only what it has kept is acknowledged, and the rest comes again."""

    def __init__(
        self, app_token: str, door: SlackDoor, hear: Callable[[Read], Awaitable[None]], url: str = API
    ) -> None:
        if not app_token.startswith("xapp-"):
            raise ValueError("an app-level token of Slack's begins with xapp-")
        self._token = app_token
        self._door = door
        self._hear = hear
        self._url = url
        self._client: SocketModeClient | None = None

    async def open(self) -> None:
        """From now on Slack tells by this line, and opens it anew by itself. Raises ValueError for a wrong token."""
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
            raise ValueError(f"Slack does not open the line: {code}") from None

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
            await self._hear(read)
        except Exception as error:
            log.error("slack.not_kept", envelope=request.envelope_id, error=type(error).__name__)
            raise
        await client.send_socket_mode_response(_acknowledged(request, read))
        if read.after:
            try:
                await read.after()
            except ChannelError as error:
                log.warning("slack.not_answered", envelope=request.envelope_id, code=error.code)


def _acknowledged(request: SocketModeRequest, read: Read) -> SocketModeResponse:
    told = read.answer.content_type == "application/json"
    payload: dict[str, Any] | None = json.loads(read.answer.body) if told else None
    return SocketModeResponse(request.envelope_id, payload)
