"""A heavy calendar holds nobody up, and is read once, however many look and however soon they give up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from dialogs.scheduling.intervals import Interval
from integrations.calendars.apart import WINDOWS, Apart, Look

IDA = "ida@acme.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = Interval(NOON, NOON + timedelta(days=7))
MINE = Look.into([b"mine"], IDA, WEEK)


class Slow:
    """Reads only when it is let, and counts how often."""

    def __init__(self) -> None:
        self.let = Event()
        self.read: list[Look] = []

    def __call__(self, look: Look) -> str:
        self.read.append(look)
        assert self.let.wait(30)
        return look.digest.hex()


async def give_up(calendar: Apart[str], look: Look, find: Callable[[Look], str]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(0.02):
            await calendar.read(look, find)


async def test_whoever_gives_up_leaves_one_reading_behind_that_serves_all_the_others() -> None:
    calendar, slow = Apart[str](), Slow()
    for _ in range(3):
        await give_up(calendar, MINE, slow)
    looks = [asyncio.create_task(calendar.read(MINE, slow)) for _ in range(4)]
    slow.let.set()
    assert set(await asyncio.gather(*looks)) == {MINE.digest.hex()}
    assert await calendar.read(MINE, slow) == MINE.digest.hex()
    assert slow.read == [MINE]


async def test_never_two_at_once_also_where_they_look_at_different_data() -> None:
    calendar, slow = Apart[str](), Slow()
    other = Look.into([b"other"], IDA, WEEK)
    looks = [asyncio.create_task(calendar.read(each, slow)) for each in (MINE, other)]
    await asyncio.sleep(0.05)
    assert slow.read == [MINE]
    slow.let.set()
    assert await asyncio.gather(*looks) == [MINE.digest.hex(), other.digest.hex()]


async def test_what_cannot_be_read_is_told_and_read_again_the_next_time() -> None:
    calendar, slow = Apart[str](), Slow()
    slow.let.set()

    def fails(look: Look) -> str:
        raise ValueError(look.who)

    with pytest.raises(ValueError, match=IDA):
        await calendar.read(MINE, fails)
    assert await calendar.read(MINE, slow) == MINE.digest.hex()


async def test_only_the_latest_data_and_a_few_weeks_of_it_are_remembered() -> None:
    calendar, slow = Apart[str](), Slow()
    slow.let.set()
    weeks = [Interval(WEEK.start + n * WEEK.length, WEEK.end + n * WEEK.length) for n in range(WINDOWS + 1)]
    for week in (*weeks, weeks[0]):
        await calendar.read(Look.into([b"mine"], IDA, week), slow)
    assert len(slow.read) == WINDOWS + 2


def test_two_looks_on_one_day_are_one_and_what_is_cut_elsewhere_is_other_data() -> None:
    assert Look.into([b"mine"], IDA, Interval(NOON + timedelta(hours=2), WEEK.end)) == MINE
    assert Look.into([b"mi", b"ne"], IDA, WEEK) != MINE
    assert Look.into([b"mine"], "ben@acme.example", WEEK) != MINE
