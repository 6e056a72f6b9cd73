"""The keys that the Bot Connector signs with, kept for a day, and what each of them may vouch for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import jwt

from integrations.channels.teams.account import same_place
from integrations.channels.teams.asking import client

KEPT = timedelta(days=1)
AGAIN = timedelta(minutes=5)  # a made-up key id must not make us ask for the keys each time
SOON = timedelta(seconds=10)  # when they could not be had: until they are, nobody is let in
# Whatever answers there may answer anything.
ODD = (httpx2.HTTPError, httpx2.InvalidURL, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Key:
    public: Any
    endorsements: frozenset[str]  # the channels whose activities it may sign


class Keys:
    """`url` is that of the Connector's OpenID configuration: no token says where its own key is found."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._url = url
        self._now = now
        self._keys: Mapping[str, Key] = {}
        self._asked: datetime | None = None
        self._in_vain = False
        self._one_at_a_time = asyncio.Lock()

    async def of(self, id: str) -> Key | None:
        """A key nobody has seen yet may be a new one: then they are asked for anew, if that was not done just now."""
        if id not in self._keys or self._due(id):
            async with self._one_at_a_time:  # whoever comes while they are asked for waits for them, too
                if self._due(id):
                    await self._fetch()
        return self._keys.get(id)

    def _due(self, id: str) -> bool:
        if self._asked is None:
            return True
        known = id in self._keys
        pause = SOON if self._in_vain and not known else KEPT if known else AGAIN
        return self._now() - self._asked > pause

    async def _fetch(self) -> None:
        """Where that fails, the old ones hold until the next are there."""
        self._asked, self._in_vain = self._now(), True
        try:
            async with client() as line:
                found = (await line.get(self._url)).raise_for_status().json()["jwks_uri"]
                if not same_place(found, self._url):
                    return
                told = (await line.get(found)).raise_for_status().json()["keys"]
            if found := dict(_read(told)):
                self._keys, self._in_vain = found, False
        except ODD:
            return


def _read(told: Any) -> Iterator[tuple[str, Key]]:
    """One that we cannot use makes the others no worse."""
    for each in told:
        match each:
            case {"kty": "RSA", "kid": str() as id, "endorsements": list() as endorsed}:
                try:
                    public = jwt.PyJWK(each, algorithm="RS256").key
                except jwt.PyJWTError:
                    continue
                yield id, Key(public, frozenset(channel for channel in endorsed if isinstance(channel, str)))
