"""How much went out lately: counted by this process, and over all of them where they share a Redis.

The clock is the real one, by which `limits` counts. What is for Redis is imported where there is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from bot.limits import Cap

log = structlog.get_logger()

SHORTEST = timedelta(seconds=0.5)
REDIS_SECONDS = 0.5  # so long a message waits for it, and then goes by our own count
REST = timedelta(seconds=10)  # so long it is left alone after that
PREFIX = "askarsan"


class Counted:
    """The limits of this firm."""

    def __init__(self, now: Callable[[], datetime], redis_url: str | None = None) -> None:
        """`now`: the real clock, by which `limits` counts too. `redis_url`: where several processes count together."""
        self._own = _Count(MemoryStorage(), now)
        self._shared = _Shared(redis_url, now) if redis_url else None

    async def ask(self, caps: Sequence[Cap]) -> timedelta | None:
        if self._shared:
            answered, wait = await self._shared.ask(caps)
            if answered:
                if wait is None:
                    await self._own.note(caps)  # so that we can go on alone where it is away
                return wait
        return await self._own.ask(caps)

    async def redis_answers(self) -> bool | None:
        return await self._shared.answers() if self._shared else None

    async def close(self) -> None:
        if self._shared:
            await self._shared.close()


class _Count:
    """Any moment looks back over the whole span, so that no two spans side by side let through twice as many."""

    def __init__(self, storage: MemoryStorage | RedisStorage, now: Callable[[], datetime]) -> None:
        self._window = MovingWindowRateLimiter(storage)
        self._now = now

    async def ask(self, caps: Sequence[Cap]) -> timedelta | None:
        # First all are looked at, so that what one refuses takes nothing from the others.
        for cap in caps:
            if not await self._window.test(_item(cap), cap.of, cost=cap.cost):
                return await self._wait(cap)
        for cap in caps:
            if not await self._window.hit(_item(cap), cap.of, cost=cap.cost):
                return await self._wait(cap)  # somebody else was faster
        return None

    async def note(self, caps: Sequence[Cap]) -> None:
        for cap in caps:
            await self._window.hit(_item(cap), cap.of, cost=cap.cost)

    async def _wait(self, cap: Cap) -> timedelta:
        stats = await self._window.get_window_stats(_item(cap), cap.of)
        return min(max(timedelta(seconds=stats.reset_time - self._now().timestamp()), SHORTEST), cap.span)


class _Shared:
    """The count in Redis. One that is away is asked again after a rest, and holds nothing up meanwhile."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        from redis.asyncio import ConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # The client would try again for seconds by itself; a message does not wait for that.
        self._pool = ConnectionPool.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
        )
        pool: dict[str, Any] = {"connection_pool": self._pool}
        self._count = _Count(RedisStorage(url, implementation="redispy", key_prefix=PREFIX, **pool), now)
        self._now = now
        self._away_until: datetime | None = None

    async def ask(self, caps: Sequence[Cap]) -> tuple[bool, timedelta | None]:
        """Whether it answered, and what."""
        if self._away_until and self._now() < self._away_until:
            return False, None
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                wait = await self._count.ask(caps)
        except _away() as error:
            if self._away_until is None:
                log.warning("redis_away", error=type(error).__name__)
            self._away_until = self._now() + REST
            return False, None
        if self._away_until:
            log.info("redis_back")
            self._away_until = None
        return True, wait

    async def answers(self) -> bool:
        from redis.asyncio import Redis

        try:
            async with asyncio.timeout(REDIS_SECONDS):
                return bool(await Redis(connection_pool=self._pool).ping())
        except _away():
            return False

    async def close(self) -> None:
        await self._pool.aclose()


def _item(cap: Cap) -> RateLimitItem:
    return RateLimitItemPerSecond(cap.amount, int(cap.span.total_seconds()))


def _away() -> tuple[type[Exception], ...]:
    from redis.exceptions import RedisError

    return RedisError, OSError, TimeoutError
