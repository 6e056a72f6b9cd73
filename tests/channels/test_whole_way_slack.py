"""The whole way over Slack: a recruiter's words, cards and forms do what they say, for the right interview."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.front_desk import FrontDesk
from bot.worker import Assistant
from integrations.standins.slack.workspace import Shown
from tests.channels.assistance import Assistance, rehearsed
from tests.channels.slack.at_slack import RITA, Office, Served, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class AtSlack(Assistance):
    """With a Slack on loopback, which knocks at our real door."""

    office: Office

    async def told(self) -> None:
        """All that Slack has to tell is told, and what comes of it is done."""
        assert set(await self.office.slack.deliver()) <= {200}
        await self.engine.settle()

    async def says(self, text: str) -> None:
        self.office.slack.say(RITA, text)
        await self.told()

    async def sees(self, what: Callable[[], object]) -> None:
        """What Slack is asked for once it was answered comes a moment later."""
        async with asyncio.timeout(30):
            while not what():  # noqa: ASYNC110 – what it waits for happens at Slack
                await asyncio.sleep(0.01)

    @property
    def card(self) -> Shown:
        [card] = [each for each in self.office.said() if each.buttons()]
        return card


@asynccontextmanager
async def assistance(folder: Path, office: Office, served: Served) -> AsyncIterator[AtSlack]:
    async with rehearsed(folder) as (rehearsal, rehearsing):
        office.clock.at = rehearsing.clock.now()
        house = replace(rehearsing, channels={**rehearsing.channels, "slack": office.channel})
        here = AtSlack(rehearsal, house, InlineEngine(Assistant(house)), office)
        office.door.desk = FrontDesk(house)
        served.ours = make_app(house, here.begin, None, "1", doors=[office.door])
        yield here


async def test_what_a_recruiter_says_is_done_and_answered(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("status of Ana Silva")
        assert any("times are offered" in each.words() for each in office.said())


async def test_an_interview_is_one_card_which_changes_in_its_place(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        assert "Hand back" in [each["text"]["text"] for each in here.card.buttons()]
        office.slack.press(RITA, here.card, "Hand back")
        await here.told()
        assert "Take over" in [each["text"]["text"] for each in here.card.buttons()]
        assert await here.status() == "offered"


async def test_a_press_on_the_card_calls_the_interview_off(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        office.slack.press(RITA, here.card, "Call off")
        await here.told()
        assert await here.status() == "cancelled"


async def test_words_for_the_candidate_are_written_in_a_form_and_go_out_as_they_are(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        office.slack.press(RITA, here.card, "Write to them")
        await here.told()
        await here.sees(lambda: office.rita.modal)
        office.slack.submit(RITA, {"words": "Bring your portfolio, please."})
        await here.told()
        whatsapp = here.rehearsal.world.channels["whatsapp"]
        assert "Bring your portfolio, please." in whatsapp.delivered[-1].text


async def test_the_page_shows_what_goes_on_and_an_interview_is_scheduled_from_it(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        office.slack.open_home(RITA)
        await here.told()
        await here.sees(lambda: "Ana Silva" in str(office.rita.home))
        await here.says("cancel Ana Silva")
        office.slack.press_at_home(RITA, "Schedule")
        await here.told()
        await here.sees(lambda: office.rita.modal)
        office.slack.submit(
            RITA,
            {
                "candidate": "Ana Silva",
                "job": "Data Engineer @@ Acme",
                "round": "1",
                "host": "Carl Olsen",
                "minutes": "30",
            },
        )
        await here.told()
        assert any("Carl" in each.words() for each in office.said()[-3:])


async def test_nobody_but_a_recruiter_opens_forms_or_the_page(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        office.slack.open_home("UBEN")
        office.slack.open_home(RITA)
        await here.told()
        await here.sees(lambda: office.rita.home)
        assert "Ana Silva" not in str(office.space.people["UBEN"].home)
