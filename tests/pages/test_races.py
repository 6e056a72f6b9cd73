"""However often and by whomever something is pressed at once: one answer, one booking, and a kind word to the loser."""

from __future__ import annotations

import asyncio

import httpx2

from bot.records import everything
from tests.pages.firm import Staged, firm
from tests.pages.reading import read

Http = httpx2.AsyncClient


async def forms(staged: Staged) -> int:
    async with staged.stage.house.records.read() as session:
        return len([each for each in await everything.messages(session) if each.channel == "page"])


async def test_a_double_click_is_one_answer(with_tables: str, http: Http) -> None:
    async with firm(with_tables) as acme:
        await acme.hear("carl", "Wednesday 10-12 or Thursday 14-16")
        page = await read(http, acme.link("ana"))
        both = await asyncio.gather(page.pick(0), page.pick(0))
        assert [each.heading for each in both] == ["It is booked"] * 2
        assert await forms(acme) == 1
        assert len([mail for mail in acme.mails("ana") if "You are booked" in mail]) == 1


async def test_who_comes_second_reads_that_the_time_is_gone_and_sees_others(with_tables: str, http: Http) -> None:
    async with firm(with_tables, candidates=("ana", "ben")) as acme:
        await acme.hear("carl", "Ana: Wednesday 10-12:30. Ben: Wednesday 10-12:30.")
        ana, ben = await read(http, acme.link("ana")), await read(http, acme.link("ben"))
        wanted = ben.times[0]
        both = await asyncio.gather(ana.do("words", words=wanted), ben.pick(0))
        won, lost = sorted(both, key=lambda page: page.heading != "It is booked")
        assert won.top.all("p", class_="when")[0].words == wanted
        assert lost.notice.startswith("That time has just gone, sorry. Here ")
        assert lost.times
        assert wanted not in lost.times
        done = await lost.pick(0)
        assert done.heading == "It is booked"
