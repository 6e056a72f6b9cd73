"""One request to Google and its answer, or a word that there was none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2

from integrations.calendars.base import CalendarUnreachable
from integrations.waits import asked_to_wait

PATIENCE = timedelta(seconds=15)  # for one answer, all told


def new_client(*, verify: bool = True) -> httpx2.AsyncClient:
    """Redirects are not followed: a token goes where it was configured to go.

    `verify`: False where nothing is encrypted; reading the world's certificates takes longer than many a test.
    """
    return httpx2.AsyncClient(timeout=httpx2.Timeout(10, connect=3, pool=5), follow_redirects=False, verify=verify)


@dataclass(frozen=True)
class Wire:
    client: httpx2.AsyncClient = field(default_factory=new_client, repr=False)
    patience: timedelta = PATIENCE

    async def send(self, method: str, url: str, **what: Any) -> httpx2.Response:
        """Google's answer, whatever it says. Raises CalendarUnreachable where there is none, or half of one."""
        try:
            # The client's own time-outs are per read: an answer that drips would keep us for ever.
            async with asyncio.timeout(self.patience.total_seconds()):
                return await self.client.request(method, url, **what)
        except (httpx2.RequestError, TimeoutError) as error:
            raise CalendarUnreachable("Google does not answer") from error


def told_in(answer: httpx2.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises CalendarUnreachable where it is something else, like a proxy's page."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise CalendarUnreachable("Google's answer cannot be read")
    return told


def wait_in(answer: httpx2.Response, now: datetime) -> float | None:
    """The seconds it asks to wait; None where it says nothing we can read."""
    wait = asked_to_wait(answer.headers.get("Retry-After", ""), now)
    return None if wait is None else wait.total_seconds()
