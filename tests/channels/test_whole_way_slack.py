"""The whole way over Slack: a recruiter's words, cards and forms do what they say, for the right interview."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.front_desk import FrontDesk
from bot.worker import Assistant
from integrations import carriers
from integrations.channels.line import Line
from integrations.means import Means
from integrations.standins.slack.workspace import Shown
from tests.channels.assistance import STORY, Assistance, rehearsed
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
        await self.comes_to(what)

    def line(self) -> Line:
        slack = self.office.slack
        given = {"slack_app_token": slack.app_token, "slack_token": self.office.space.token}
        means = Means(self.house.clock.now, {**given, "slack_url": self.office.api}, desk=FrontDesk(self.house))
        return carriers.LINES["slack"](means)

    @property
    def card(self) -> Shown:
        [card] = [each for each in self.office.said() if each.buttons()]
        return card


@asynccontextmanager
async def assistance(folder: Path, office: Office, served: Served, story: str = STORY) -> AsyncIterator[AtSlack]:
    async with rehearsed(folder, story=story) as (rehearsal, rehearsing):
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


async def test_the_page_is_true_without_being_opened_again(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        assert "Hand back" in str(office.rita.home)
        await here.says("hand Ana Silva back")
        assert "Hand back" not in str(office.rita.home)
        await here.says("cancel Ana Silva")
        assert "Ana Silva" not in str(office.rita.home)


async def test_of_many_changes_at_once_the_page_shows_the_last_and_is_not_written_for_each(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        for words in ("take Ana Silva", "hand Ana Silva back") * 3:
            office.slack.say(RITA, words)
        await here.told()
        assert "Take over" in str(office.rita.home)
        assert 1 <= len([name for name, _ in office.slack.asked if name == "views.publish"]) <= 6


async def test_each_interview_has_a_thread_of_its_own(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served) as here:
        await here.says("take Ana Silva")
        card = here.card
        await here.says("hand Ana Silva back")
        await here.wait(timedelta(days=2))  # the recruiter hears that nobody has answered
        about_ana = [each for each in office.said() if each.ts > card.ts and each.thread]
        assert about_ana, [each.words() for each in office.said()]
        assert {each.thread for each in about_ana} == {card.thread or card.ts}


async def test_without_an_address_slack_is_heard_and_its_forms_open(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here, here.holding(here.line()):
        await asyncio.wait_for(office.slack.opened.wait(), 30)
        office.slack.say(RITA, "take Ana Silva")
        await office.slack.deliver_by_line()
        await here.sees(lambda: [each for each in office.said() if each.buttons()])
        office.slack.press(RITA, here.card, "Write to them")
        await office.slack.deliver_by_line()
        await here.sees(lambda: office.rita.modal)
        assert "slack" in {each.vendor for each in await here.raw()}, "kept word for word, as what comes to a door is"


async def test_a_line_that_slack_does_not_open_yet_is_opened_once_it_does(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served) as here:
        line = here.line()
        good, office.slack.app_token = office.slack.app_token, "xapp-another"
        async with here.holding(line):
            await asyncio.sleep(0.1)
            assert not office.slack.opened.is_set()
            office.slack.app_token = good
            await asyncio.wait_for(office.slack.opened.wait(), 30)
            office.slack.say(RITA, "status of Ana Silva")
            await office.slack.deliver_by_line()
            await here.sees(office.said)
