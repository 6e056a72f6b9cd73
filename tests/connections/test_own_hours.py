"""A recruiter's own hours, said in chat: kept, said back, and kept free from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.facts.availability import time_of
from bot.hearing.inbox import keep
from bot.hearing.own_hours import keep_hours, read_hours
from bot.records import hours, people
from bot.records.hours import NOTHING_SAID
from dialogs.negotiation.facts import Rules
from dialogs.scheduling.intervals import Interval
from tests.connections.conftest import NINE, RITA, Office

WEEK = Interval(NINE, NINE + timedelta(days=7))


async def say(here: Office, words: str) -> str:
    """What Rita is answered."""
    before = len(here.mails(RITA))
    await here.engine.begin(await keep(here.house, here.mail.hear(RITA, words)))
    await here.engine.settle()
    (answer,) = here.texts(RITA)[before:]
    return answer


async def starts(here: Office) -> Sequence[datetime]:
    async with here.house.records.read() as session:
        rita = await people.get(session, "rita")
    return (await time_of(here.house, rita, WEEK)).starts(60, Rules())


async def test_what_is_said_in_chat_is_said_back_and_kept_free(here: Office) -> None:
    assert await say(here, "I'm away Thursday") == "Noted. I plan around these times:\n– Thursday 5 March"
    assert await say(here, "no meetings before 10") == "Noted. I plan around these times:\n– every day, 00:00–10:00"
    assert await say(here, "no meetings on Sundays") == "Noted. I plan around these times:\n– every Sunday"
    assert await say(here, "hours lunch 12-13") == "Noted. I plan around these times:\n– every day, 12:00–13:00"
    assert "open besides your usual hours:\n– Saturday 7 March" in await say(here, "I also work Saturday 10-12")
    free = await starts(here)
    assert {each.date() for each in free} == {datetime(2026, 3, day, tzinfo=UTC).date() for day in (2, 3, 4, 6, 7)}
    assert all(each.hour >= 10 for each in free)
    lunch = [each for each in free if each.hour == 12 or (each.hour == 11 and each.minute > 0)]
    assert lunch == []


async def test_back_on_a_day_ends_what_kept_them_away(here: Office) -> None:
    await say(here, "I'm away until Friday")
    assert await say(here, "back on Wednesday") == (
        "Noted. I plan around these times:\n– Monday 2 March 09:00 – Tuesday 3 March"
    )
    assert min(await starts(here)).day == 4
    here.clock.advance_to(NINE + timedelta(days=1))
    assert (await say(here, "I'm back")).startswith("Welcome back! These no longer hold: Monday 2 March")
    assert min(await starts(here)) < NINE + timedelta(days=2)
    assert await say(here, "I'm back") == "Good. There was nothing noted that would have kept you away."


async def test_what_holds_no_hours_is_asked_for_again(here: Office) -> None:
    assert (await say(here, "hours I like tea")).startswith('I find no hours in "I like tea".')


async def test_a_candidate_may_still_be_handed_back(here: Office) -> None:
    assert "I know no candidate called" in await say(here, "back Ana")


async def test_each_has_their_own_and_who_said_nothing_has_none(here: Office) -> None:
    await say(here, "I'm away Thursday")
    async with here.house.records.read() as session:
        found = await hours.exceptions_of(session, ["rita", "ida"])
    assert found["ida"] == NOTHING_SAID
    assert found["rita"].blocked(WEEK) == (
        Interval(datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)),
    )


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
async def test_before_ten_is_ten_on_the_wall_also_where_the_clock_changes(here: Office, day: datetime) -> None:
    async with here.house.records.write() as session:
        rita = await people.get(session, "rita")
        said = "no meetings before 10"
        meant = read_hours(rita, said, here.clock.now())
        assert meant
        await keep_hours(session, rita, said, meant, here.clock.now())
        found = (await hours.exceptions_of(session, ["rita"]))["rita"]
    for each in found.blocked(Interval(day + timedelta(hours=1), day + timedelta(days=2, hours=12))):
        assert each.end.astimezone(ZoneInfo("Europe/Lisbon")).hour == 10
