"""The whole way over Teams: a recruiter's words, cards and dialogs do what they say, for the right interview."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.front_desk import FrontDesk
from bot.records import people
from bot.worker import Assistant
from integrations.standins.teams.people import Shown
from tests.channels.assistance import Assistance, rehearsed
from tests.channels.teams.at_teams import BEN, RITA, TO_RITA, Office, Served, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class AtTeams(Assistance):
    """With a Teams on loopback, which knocks at our real door."""

    office: Office

    async def told(self) -> None:
        """All that Teams has to tell is told, and what comes of it is done."""
        assert set(await self.office.teams.deliver()) <= {200}
        await self.engine.settle()

    async def says(self, text: str) -> None:
        self.office.teams.say(RITA, text)
        await self.told()

    async def presses(self, label: str) -> None:
        self.office.teams.press(RITA, self.card, label)
        await self.told()

    @property
    def card(self) -> Shown:
        [card] = [each for each in self.office.said() if each.buttons()]
        return card


@asynccontextmanager
async def assistance(folder: Path, office: Office, served: Served) -> AsyncIterator[AtTeams]:
    async with rehearsed(folder, "teams", TO_RITA) as (rehearsal, rehearsing):
        office.clock.at = rehearsing.clock.now()
        house = replace(rehearsing, channels={**rehearsing.channels, "teams": office.channel})
        here = AtTeams(rehearsal, house, InlineEngine(Assistant(house)), office)
        office.door.desk = FrontDesk(house)
        served.ours = make_app(house, here.begin, None, "1", doors=[office.door])
        yield here


async def test_what_a_recruiter_says_is_done_and_answered_in_private_wherever_it_is_said(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("status of Ana Silva")
        assert "times are offered" in office.said()[-1].words()
        before = len(office.said())
        office.teams.mention(RITA, "status of Ana Silva")
        await here.told()
        assert "times are offered" in office.said()[-1].words()
        assert len(office.said()) > before


async def test_an_interview_is_one_card_which_changes_in_its_place_until_it_is_called_off(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        assert "Hand back" in here.card.labels()
        await here.presses("Hand back")
        assert office.rita.toasts
        assert "Take over" in here.card.labels()
        assert here.card.edited
        assert await here.status() == "offered"
        await here.presses("Call off")
        assert await here.status() == "cancelled"


async def test_words_for_the_candidate_are_written_in_a_form_and_go_out_as_they_are(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        await here.presses("Write to them")
        office.teams.submit(RITA, {"words": "Bring your portfolio, please."})
        await here.told()
        assert office.rita.dialog is None
        whatsapp = here.rehearsal.world.channels["whatsapp"]
        assert "Bring your portfolio, please." in whatsapp.delivered[-1].text


async def test_a_recruiter_and_nobody_else_schedules_from_beside_the_place_where_messages_are_written(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("cancel Ana Silva")
        office.teams.begin(BEN, "schedule")
        office.teams.begin(RITA, "schedule")
        await here.told()
        assert (office.teams.people[BEN].dialog, office.teams.people[BEN].trouble) == (None, 0)
        filled = {"candidate": "Ana Silva", "job": "Data Engineer @@ Acme", "host": "Carl Olsen", "minutes": "30"}
        office.teams.submit(RITA, filled, begun=True)
        await here.told()
        assert any("Carl" in each.words() for each in office.said()[-3:])


async def test_who_takes_the_app_away_is_reached_there_no_more_until_it_is_back(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        office.teams.uninstall(RITA)
        await here.told()
        assert not await may_be_written_to(here)
        async with here.house.records.write() as session:
            rita = await people.at_address(session, "teams", TO_RITA)
            assert rita is not None
            await people.break_contact(session, rita.id, "teams", "ForbiddenOperationException")  # tried, and refused
        office.teams.install(RITA)
        await here.told()
        assert await may_be_written_to(here)
        await here.says("status of Ana Silva")
        assert "times are offered" in office.said()[-1].words()


async def test_who_blocked_the_app_is_answered_there_as_soon_as_they_write_again(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        office.rita.blocked = True
        await here.says("status of Ana Silva")
        assert not await may_be_written_to(here)
        office.rita.blocked = False  # of which Teams tells nothing
        await here.says("status of Ana Silva")
        assert "times are offered" in office.said()[-1].words()


async def may_be_written_to(here: AtTeams) -> bool:
    async with here.house.records.read() as session:
        rita = await people.at_address(session, "teams", TO_RITA)
        assert rita is not None
        assert rita.opted_out_at is None, "she only has no use for the app"
        contacts = await people.contacts(session, rita.id)
    return next(each.may_be_used for each in contacts if each.channel == "teams")
