"""A task on a card in Teams: the same script, the same buttons, and a press books."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.front_desk import FrontDesk
from bot.worker import Assistant
from tests.channels.assistance import STORY, rehearsed
from tests.channels.teams.at_teams import RITA, TO_RITA, Office, Served, office, served
from tests.channels.test_whole_way_teams import AtTeams

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_PHONE = STORY.replace("channels: [whatsapp, sms]", "channels: [phone]")


async def test_a_time_taken_on_the_phone_is_booked_with_one_press(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with rehearsed(tmp_path, "teams", TO_RITA, BY_PHONE) as (rehearsal, rehearsing):
        office.clock.at = rehearsing.clock.now()
        house = replace(rehearsing, channels={**rehearsing.channels, "teams": office.channel})
        here = AtTeams(rehearsal, house, InlineEngine(Assistant(house)), office)
        office.door.desk = FrontDesk(house)
        served.ours = make_app(house, here.begin, None, "1", doors=[office.door])
        await here.wait(timedelta(hours=1))
        [card] = [each for each in office.said() if "Good morning, Ana Silva" in each.words()]
        assert "Tue 3 Mar, 09:00 (Tue 3 Mar, 10:00 for you)" in card.words()
        assert {"Took Wed 4 Mar, 14:00 (15:00)", "Other times…", "No answer", "Wants no contact"} <= {*card.labels()}
        office.teams.press(RITA, card, "Took Wed 4 Mar, 14:00 (15:00)")
        await here.told()
        assert await here.status() == "confirmed"
        assert any("took a time (Rita Lopes)" in each.words() for each in office.said())
