"""A vendor that got no answer tells the same again: it is kept once, and never lost for being a second try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conftest import Database
from tests.doors.callers import Knocked
from tests.doors.firm import Firm, answered, opened
from tests.doors.test_what_is_proven import ALL

pytestmark = pytest.mark.asyncio(loop_scope="module")

# How each says that it is not for the first time.
AGAIN = {
    "slack": {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"},
    "twilio": {"I-Twilio-Idempotency-Token": "5b1a4d3e-0000-4000-8000-000000000001"},
}
KEEPS = [name for name, each in ALL.items() if name not in ("google", "microsoft", "zoom", "calendly")]


def told(firm: Firm, name: str, n: int, *, again: bool) -> Knocked:
    knocked = firm.callers[name].knocks(firm.callers[name].says(n), firm.house.clock.now())
    more = AGAIN.get(name, {}) if again else {}
    return Knocked(knocked.target, {**knocked.headers, **more}, knocked.body)


@pytest.mark.parametrize("name", KEEPS)
async def test_told_again_it_is_kept_once(firm: Firm, name: str) -> None:
    assert (await answered(firm.app, told(firm, name, 20, again=False))).status == 200
    kept = await firm.kept()
    assert (await answered(firm.app, told(firm, name, 20, again=True))).status == 200
    messages, _ = await firm.kept()
    assert messages == kept[0]


@pytest.mark.parametrize("name", KEEPS)
async def test_what_was_lost_the_first_time_is_kept_the_second(firm: Firm, name: str) -> None:
    """Whoever takes a retry for a double loses what never arrived."""
    kept = await firm.kept()
    assert (await answered(firm.app, told(firm, name, 21, again=True))).status == 200
    assert await firm.kept() != kept


@pytest_asyncio.fixture(loop_scope="module")
async def either(tmp_path_factory: pytest.TempPathFactory, database: Database) -> AsyncIterator[Firm]:
    with database(None) as url:
        async with opened(tmp_path_factory.mktemp("firm"), url) as here:
            yield here


async def test_told_many_times_in_the_same_instant_it_is_kept_once(either: Firm) -> None:
    for name in KEEPS:
        before = await either.kept()
        knocked = told(either, name, 22, again=False)
        found = await asyncio.gather(*(answered(either.app, knocked) for _ in range(8)))
        assert [each.status for each in found] == [200] * 8, name
        messages, raw = await either.kept()
        assert messages - before[0] <= 1, name
        assert raw - before[1] <= 1, name
