"""The whole way in several workspaces: each lets the assistant in by a click, and is answered with its own key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from bot.connections.workspaces import Workspaces
from bot.doors.slack import new_link
from bot.doors.web import make_app
from bot.engine import InlineEngine
from bot.hearing.front_desk import FrontDesk
from bot.house import House
from bot.records import connections
from bot.records.connections import ConnectionState
from bot.seeding import NewPerson, add_person
from bot.worker import Assistant
from integrations import carriers
from integrations.channels.base import Refused, Temporary
from integrations.channels.slack.manifest import SCOPES
from integrations.means import Means
from integrations.standins.slack.slack import StandInSlack
from integrations.standins.slack.web import web
from tests.channels.assistance import STORY, rehearsed
from tests.channels.slack.at_slack import RITA, Served, served
from tests.channels.test_whole_way_slack import AtSlack

__all__ = ["served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

PETRA = "UPETRA"
NOBODY_SCHEDULED = STORY.partition("script:")[0]


@dataclass
class Group:
    """Acme recruits in T1, where Rita is, and its sister in T2, where Petra is. Slack knocks at our real door."""

    at: AtSlack
    slack: StandInSlack
    settings: dict[str, str]
    house: House
    workspaces: Workspaces
    browser: httpx2.AsyncClient

    async def lets_in(self, team: str, without: str = "") -> str:
        """Opens the link, says yes at Slack, and comes back; where the browser ends."""
        begun = await self.browser.get(await new_link(self.house))
        assert begun.status_code == 302
        asking = begun.headers["location"].replace(f"{without}," if without else "-", "" if without else "-")
        asked = await self.browser.get(f"{asking}&team={team}")
        return str((await self.browser.get(asked.headers["location"])).headers["location"])

    async def told(self) -> None:
        assert set(await self.slack.deliver()) <= {200}
        await self.at.engine.settle()

    def said(self, team: str, who: str) -> list[str]:
        return [each.words() for each in self.slack.workspace(team).said(f"D{who[1:]}")]

    async def stands(self) -> dict[str, ConnectionState]:
        return {each.team: each.state for each in await self.workspaces.all()}


@asynccontextmanager
async def group(folder: Path, served: Served, story: str = NOBODY_SCHEDULED, **more: str) -> AsyncIterator[Group]:
    async with rehearsed(folder, story=story) as (rehearsal, rehearsing):
        now = rehearsing.clock.now
        slack = StandInSlack(now, url=served.url, redirects=(f"{served.url}/slack/oauth_redirect",))
        slack.hook = f"{served.url}/hooks/slack"
        for team, who, name in (("T1", RITA, "Rita Lopes"), ("T2", PETRA, "Petra Vos")):
            slack.workspace(team, f"{name}'s", installed=False).meet(who, name)
        settings = {
            "slack_url": f"{served.url}/api",
            "slack_signing_secret": slack.secret,
            "slack_client_id": slack.client_id,
            "slack_client_secret": slack.client_secret,
            "public_url": served.url,
            **more,
        }
        workspaces = Workspaces(settings, rehearsing.records, rehearsal.world.keys, now)
        means = Means(now, settings, token_of=workspaces.token_of)
        channels = {**rehearsing.channels, **carriers.channels({"slack": "slack"}, means)}
        firm = replace(rehearsing.firm, public_url=served.url)
        house = replace(rehearsing, channels=channels, workspaces=workspaces, firm=firm)
        door = carriers.door("slack", replace(means, desk=FrontDesk(house)))
        at = AtSlack(rehearsal, house, InlineEngine(Assistant(house)), None)  # type: ignore[arg-type]
        served.ours = make_app(house, at.begin, None, "1", doors=[door])
        served.slack = web(slack)
        async with house.records.write() as session:
            petra = NewPerson("petra", "recruiter", "Petra Vos", "UTC", ["slack"], ["slack"], {"slack": f"T2:{PETRA}"})
            await add_person(session, house.ids, petra)
        async with AsyncExitStack() as open_now:
            for each in (door, channels["slack"], workspaces, slack):
                open_now.push_async_callback(each.close)
            browser = await open_now.enter_async_context(httpx2.AsyncClient(base_url=served.url))
            yield Group(at, slack, settings, house, workspaces, browser)


async def test_each_workspace_is_answered_with_its_own_key_and_one_that_sends_us_away_is_said(
    tmp_path: Path, served: Served
) -> None:
    async with group(tmp_path, served, STORY) as here:
        assert urlsplit(await here.lets_in("T1")).query == ""
        assert urlsplit(await here.lets_in("T2")).query == ""
        here.slack.say(RITA, "status of Ana Silva", team="T1")
        here.slack.say(PETRA, "help", team="T2")
        await here.told()
        assert any("Ana Silva" in words for words in here.said("T1", RITA))
        assert here.said("T2", PETRA), "and with Acme's key nobody of theirs would have been found"
        assert not any("Ana Silva" in words for words in here.said("T2", PETRA))

        here.slack.uninstall(team="T2")
        await here.told()
        await _until(here, "T2", ConnectionState.SET_UP_REQUIRED)
        assert (await here.stands())["T1"] is ConnectionState.ACTIVE
        assert await here.workspaces.token_of("T2") is None
        assert (await here.browser.get("/health")).json()["connections_out"] == 1
        async with here.house.records.read() as session:
            (row,) = [each for each in await connections.workspaces(session, "slack") if each.account == "T2"]
            assert row.secret is None, "what opens nothing is kept no longer"
        here.slack.say(RITA, "status of Ana Silva", team="T1")
        before = len(here.said("T1", RITA))
        await here.told()
        assert len(here.said("T1", RITA)) > before

        await here.lets_in("T2")
        assert (await here.stands())["T2"] is ConnectionState.ACTIVE
        assert (await here.browser.get("/health")).json()["connections_out"] == 0


async def test_who_hears_late_that_we_were_sent_away_asks_first(tmp_path: Path, served: Served) -> None:
    async with group(tmp_path, served) as here:
        await here.lets_in("T1")
        here.slack.uninstall(team="T1")
        await here.lets_in("T1")  # before Slack has told of the other thing
        await here.told()
        await asyncio.sleep(0.1)
        assert await here.stands() == {"T1": ConnectionState.ACTIVE}
        assert await here.workspaces.token_of("T1") == here.slack.workspace("T1").token


async def test_only_who_was_given_a_link_begins_and_it_is_good_for_an_hour(tmp_path: Path, served: Served) -> None:
    async with group(tmp_path, served) as here:
        assert (await here.browser.get("/slack/install")).status_code == 403
        assert (await here.browser.get("/slack/install?link=guessed")).status_code == 403
        link = await new_link(here.house)
        assert (await here.browser.get(link)).status_code == 302
        assert (await here.browser.get(link)).status_code == 302, "a program that looks before a person does no harm"
        await here.at.wait(timedelta(hours=1))
        assert (await here.browser.get(link)).status_code == 403


async def test_an_answer_counts_once_at_whichever_process_it_arrives(tmp_path: Path, served: Served) -> None:
    async with group(tmp_path, served) as here:
        begun = await here.browser.get(await new_link(here.house))
        asked = await here.browser.get(begun.headers["location"])
        back = asked.headers["location"]
        cookie = dict(here.browser.cookies)
        assert "why" not in parse_qs(urlsplit((await here.browser.get(back)).headers["location"]).query)
        for name, value in cookie.items():
            here.browser.cookies.set(name, value, path="/slack/oauth_redirect")
        ended = await here.browser.get(back)
        assert ended.headers["location"].endswith("/slack/installed?why=state")
        page = await here.browser.get(ended.headers["location"])
        assert "Open the link once more" in page.text
        assert "<script" not in (await here.browser.get("/slack/installed?why=<script>")).text


async def test_of_two_processes_one_renews_the_key_and_both_go_on(tmp_path: Path, served: Served) -> None:
    async with group(tmp_path, served) as here:
        here.slack.rotates = True
        await here.lets_in("T1")
        other = Workspaces(here.settings, here.house.records, here.at.rehearsal.world.keys, here.house.clock.now)
        await here.at.wait(timedelta(hours=10, minutes=1))
        here.slack.asked.clear()
        tokens = await asyncio.gather(*(each.token_of("T1") for each in (here.workspaces, other) * 3))
        renewals = [given for name, given in here.slack.asked if given.get("grant_type") == "refresh_token"]
        assert len(renewals) == 1, "what a key is renewed with is good for one use"
        assert here.slack.workspace("T1").token in tokens
        assert await other.token_of("T1") == here.slack.workspace("T1").token
        await other.close()


async def test_a_key_that_nobody_could_renew_is_said_before_it_ends(tmp_path: Path, served: Served) -> None:
    async with group(tmp_path, served) as here:
        here.slack.rotates = True
        await here.lets_in("T1")
        here.slack.refreshes.clear()
        await here.at.wait(timedelta(hours=10, minutes=1))
        assert await here.workspaces.token_of("T1") == here.slack.workspace("T1").token, "it is good for two hours more"
        assert await here.stands() == {"T1": ConnectionState.SET_UP_REQUIRED}
        await here.at.wait(timedelta(hours=2))
        with pytest.raises(Temporary):
            await here.workspaces.token_of("T1")


async def test_a_firm_with_one_workspace_needs_only_its_token_and_a_new_one_after_it_was_sent_away(
    tmp_path: Path, served: Served
) -> None:
    async with group(tmp_path, served, slack_token="xoxb-T1-1") as here:
        assert await here.workspaces.token_of("T1") == "xoxb-T1-1"
        here.slack.uninstall(team="T1")
        await here.told()
        await _until(here, "T1", ConnectionState.SET_UP_REQUIRED)
        assert await here.workspaces.token_of("T1") is None
        anew = {**here.settings, "slack_token": "xoxb-T1-2"}
        after = Workspaces(anew, here.house.records, here.at.rehearsal.world.keys, here.house.clock.now)
        assert await after.token_of("T1") == "xoxb-T1-2"
        assert list(await after.all()) == []
        await after.close()


async def test_scopes_that_were_not_given_are_said_and_no_secret_is_kept_in_the_open(
    tmp_path: Path, served: Served
) -> None:
    async with group(tmp_path, served) as here:
        space = here.slack.workspace("T1")
        await here.lets_in("T1", without="users:read")
        (found,) = await here.workspaces.all()
        assert found.lacking == ("users:read",)
        assert len(SCOPES) > len(found.lacking)
        async with here.house.records.read() as session:
            (row,) = await connections.workspaces(session, "slack")
        assert space.token not in f"{row.settings} {row.secret}"


async def test_a_key_that_cannot_be_opened_any_more_is_our_fault_and_nobody_counts_as_gone(
    tmp_path: Path, served: Served
) -> None:
    class Lost:
        def __getattr__(self, name: str) -> object:
            return lambda *_: None

    async with group(tmp_path, served) as here:
        await here.lets_in("T1")
        without = Workspaces(here.settings, here.house.records, Lost(), here.house.clock.now)  # type: ignore[arg-type]
        with pytest.raises(Refused) as caught:
            await without.token_of("T1")
        assert caught.value.code == "key_lost"


async def test_a_key_is_not_thrown_away_while_slack_cannot_be_asked(tmp_path: Path, served: Served) -> None:
    async with group(tmp_path, served) as here:
        await here.lets_in("T1")
        slack, served.slack = served.slack, Starlette()
        await here.workspaces.gone("T1")
        served.slack = slack
        assert await here.stands() == {"T1": ConnectionState.SET_UP_REQUIRED}
        assert await here.workspaces.token_of("T1") == here.slack.workspace("T1").token


async def _until(here: Group, team: str, state: ConnectionState) -> None:
    """What Slack is asked for once it was answered comes a moment later."""
    async with asyncio.timeout(30):
        while (await here.stands()).get(team) is not state:  # noqa: ASYNC110 – it happens behind the door
            await asyncio.sleep(0.01)
