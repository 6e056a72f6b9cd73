"""The channels over which Google says that a calendar has changed: no body, no signature, no promise of order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from integrations.standins.google.refusing import No

LONGEST = timedelta(days=7)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass
class Channel:
    id: str
    resource: str
    address: str
    token: str
    calendar: str
    owner: str  # who watches
    expires: datetime
    messages: int = 0


class Pushing:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.channels: dict[str, Channel] = {}
        self.answers: list[int] = []  # what the doors answered, 0 for nothing at all
        self.twice = False  # every message comes twice
        self.late = False  # messages stay on the way until `deliver`
        self._now = now
        self._client: httpx2.AsyncClient | None = None  # made when there is somebody to tell
        self._underway: list[tuple[Channel, dict[str, str]]] = []
        self._sending: set[asyncio.Task[None]] = set()

    def open(self, calendar: str, owner: str, body: dict[str, Any]) -> Channel:
        url = urlsplit(body["address"])
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            raise No(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS")
        if body["id"] in self.channels:
            raise No(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
        asked = timedelta(seconds=int(body.get("params", {}).get("ttl", LONGEST.total_seconds())))
        channel = Channel(
            body["id"],
            f"resource-of-{calendar}",
            body["address"],
            body.get("token", ""),
            calendar,
            owner,
            self._now() + min(asked, LONGEST),
        )
        self.channels[channel.id] = channel
        self._send(channel, "sync")
        return channel

    def stop(self, google_id: str, resource: str, owner: str) -> None:
        channel = self.channels.get(google_id)
        if channel is None or (channel.resource, channel.owner) != (resource, owner):
            raise No(404, "notFound", f"Channel '{google_id}' not found for project")
        del self.channels[google_id]

    def changed(self, calendar: str) -> None:
        for channel in self.channels.values():
            if channel.calendar == calendar and self._now() < channel.expires:
                self._send(channel, "exists")

    async def delivered(self) -> None:
        """Everything that is not held back has arrived, and was answered."""
        while self._sending:
            await asyncio.gather(*self._sending)

    async def deliver(self) -> None:
        """What was held back arrives now, the last first."""
        underway, self._underway = self._underway, []
        for channel, headers in reversed(underway):
            await self._post(channel, headers)

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        if self._client:
            await self._client.aclose()

    def _send(self, channel: Channel, state: str) -> None:
        """Only within this machine: a stand-in writes to nobody outside."""
        channel.messages += 1
        if urlsplit(channel.address).hostname not in LOOPBACK:
            return
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Token": channel.token,
            "X-Goog-Channel-Expiration": format_datetime(channel.expires, usegmt=True),
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-URI": f"https://www.googleapis.com/calendar/v3/calendars/{channel.calendar}/events",
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel.messages),
        }
        for _ in range(2 if self.twice else 1):
            if self.late:
                self._underway.append((channel, headers))
                continue
            task = asyncio.get_running_loop().create_task(self._post(channel, headers))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _post(self, channel: Channel, headers: dict[str, str]) -> None:
        """Sent once more where the door answers 5xx."""
        self._client = self._client or httpx2.AsyncClient(timeout=5, verify=False)
        for _ in range(2):
            try:
                status = (await self._client.post(channel.address, headers=headers)).status_code
            except httpx2.TransportError:
                status = 0
            self.answers.append(status)
            if status < 500:
                return
