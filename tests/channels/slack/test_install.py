"""A workspace lets the assistant in by one click of somebody who may, and its keys are renewed in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio
import yaml
from starlette.applications import Starlette
from starlette.requests import Request

from integrations.channels import base
from integrations.channels.slack.install import COOKIE, Install
from integrations.channels.slack.installation import App, Installation, check, granted, renewed
from integrations.channels.slack.manifest import EVENTS, SCOPES, manifest
from integrations.standins.slack.methods import METHODS
from integrations.standins.slack.slack import SCOPES as GRANTED
from tests.channels.slack.at_slack import HELLO, RITA, Office, Served, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Shared:
    """The questions, kept where every process looks."""

    states: dict[str, datetime] = field(default_factory=dict)

    async def asked(self, state: str, until: datetime) -> None:
        self.states[state] = until

    async def answered(self, state: str, now: datetime) -> bool:
        until = self.states.pop(state, None)
        return until is not None and now < until


@dataclass
class Visit:
    office: Office
    app: App
    kept: list[Installation]
    browser: httpx2.AsyncClient
    questions: Shared
    staff: bool = True

    async def to_slack_and_back(self) -> str:
        """The link that leads back to us, with Slack's answer in it."""
        begun = await self.browser.get("/slack/install")
        assert begun.status_code == 302
        asked = await self.browser.get(begun.headers["location"])
        return str(asked.headers["location"])

    async def ends(self, back: str) -> str:
        """Where the browser ends, without the way there."""
        answer = await self.browser.get(back)
        assert answer.headers["referrer-policy"] == "no-referrer"
        return str(answer.headers["location"])


@pytest_asyncio.fixture(loop_scope="module")
async def visit(office: Office, served: Served) -> AsyncIterator[Visit]:
    slack = office.slack
    app = App(slack.client_id, slack.client_secret, served.url, f"{served.url}/oauth/v2/authorize")
    slack.redirects = (app.redirect,)
    kept: list[Installation] = []
    questions = Shared()

    async def keep(installation: Installation) -> None:
        kept.append(installation)

    async def may(request: Request) -> bool:
        return made.staff

    install = Install(app, office.line, questions, may, keep, office.clock, "/desk", "/desk/slack")
    served.ours = Starlette(routes=list(install.routes()))
    async with httpx2.AsyncClient(base_url=served.url) as browser:
        made = Visit(office, app, kept, browser, questions)
        yield made


async def test_one_click_lets_the_assistant_into_a_workspace_and_it_can_write_there(visit: Visit) -> None:
    back = await visit.to_slack_and_back()
    assert await visit.ends(back) == "/desk"
    (installation,) = visit.kept
    assert (installation.team, installation.team_name, installation.by) == ("T1", "Acme Recruiting", "T1:U0ADMIN")
    assert (installation.token, installation.bot) == (visit.office.space.token, "U0BOT")
    assert (installation.lacking, installation.until) == ((), None)
    assert await check(visit.office.line, "T1") == "Acme Recruiting"
    await visit.office.channel.send(HELLO)


async def test_it_asks_for_exactly_the_scopes_of_the_manifest(visit: Visit) -> None:
    begun = await visit.browser.get("/slack/install")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    told = yaml.safe_load(manifest("https://firm.example"))
    assert asked["scope"][0].split(",") == told["oauth_config"]["scopes"]["bot"] == list(SCOPES)


async def test_only_staff_begins_it(visit: Visit) -> None:
    visit.staff = False
    assert (await visit.browser.get("/slack/install")).status_code == 403
    assert visit.questions.states == {}


async def test_the_same_answer_twice_is_once_too_often(visit: Visit) -> None:
    back = await visit.to_slack_and_back()
    cookie = visit.browser.cookies[COOKIE]
    assert await visit.ends(back) == "/desk"
    visit.browser.cookies.set(COOKIE, cookie, path="/slack/oauth_redirect")
    assert await visit.ends(back) == "/desk/slack?why=state"
    assert len(visit.kept) == 1


async def test_an_answer_in_another_browser_than_the_question_is_somebodys_trap(visit: Visit) -> None:
    back = await visit.to_slack_and_back()
    visit.browser.cookies.clear()
    assert await visit.ends(back) == "/desk/slack?why=state"
    assert visit.kept == []


@pytest.mark.parametrize("state", ["", "guessed", "é"])
async def test_an_answer_to_no_question_is_not_taken(visit: Visit, state: str) -> None:
    back = await visit.to_slack_and_back()
    code = parse_qs(urlsplit(back).query)["code"][0]
    answer = await visit.browser.get("/slack/oauth_redirect", params={"code": code, "state": state})
    assert answer.headers["location"] == "/desk/slack?why=state"


async def test_a_question_of_ten_minutes_ago_is_over(visit: Visit) -> None:
    back = await visit.to_slack_and_back()
    visit.office.clock.passes(minutes=11)
    assert await visit.ends(back) == "/desk/slack?why=state"


async def test_whoever_says_no_is_understood(visit: Visit) -> None:
    begun = await visit.browser.get("/slack/install")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    assert await visit.ends(f"/slack/oauth_redirect?error=access_denied&state={state}") == "/desk/slack?why=denied"


@pytest.mark.parametrize("trouble", ["a code of nobody's", "Slack is out of order", "half an answer"])
async def test_when_slack_does_not_keep_its_word_nothing_is_kept(visit: Visit, trouble: str) -> None:
    back = await visit.to_slack_and_back()
    match trouble:
        case "a code of nobody's":
            visit.office.slack.codes.clear()
        case "Slack is out of order":
            visit.office.slack.mishaps.refuse(503, on="POST /api/oauth")
        case _:
            visit.office.slack.mishaps.refuse(200, {"ok": True, "access_token": "xoxp-1"}, on="POST /api/oauth")
    assert await visit.ends(back) == "/desk/slack?why=slack"
    assert visit.kept == []


async def test_scopes_that_were_not_given_are_named(visit: Visit) -> None:
    await visit.ends(await visit.to_slack_and_back())
    (installation,) = visit.kept
    assert replace(installation, scopes=("chat:write",)).lacking == tuple(
        each for each in SCOPES if each != "chat:write"
    )


async def test_no_token_and_no_secret_is_shown(visit: Visit) -> None:
    visit.office.slack.rotates = True
    await visit.ends(await visit.to_slack_and_back())
    (installation,) = visit.kept
    shown = repr(installation) + repr(visit.app)
    for secret in (installation.token, installation.refresh_token or "", visit.app.client_secret):
        assert secret
        assert secret not in shown


# Keys that end


async def test_a_key_that_ends_is_renewed_before_and_the_old_one_is_good_for_nothing(visit: Visit) -> None:
    office = visit.office
    office.slack.rotates = True
    await visit.ends(await visit.to_slack_and_back())
    (old,) = visit.kept
    assert old.until == office.clock() + timedelta(hours=12)
    assert not old.is_due(office.clock())
    office.clock.passes(hours=10, minutes=1)
    assert old.is_due(office.clock())
    young = await renewed(office.line, visit.app, old, office.clock())
    assert (young.token, young.until) == (office.space.token, office.clock() + timedelta(hours=12))
    assert (young.team, young.by) == (old.team, old.by)
    with pytest.raises(base.Refused) as caught:
        await renewed(office.line, visit.app, old, office.clock())
    assert caught.value.code == "invalid_refresh_token", "it is good for one use"


async def test_with_a_key_that_has_ended_it_is_tried_again_with_a_younger_one(visit: Visit) -> None:
    office = visit.office
    office.slack.rotates = True
    await visit.ends(await visit.to_slack_and_back())
    office.clock.passes(hours=12)
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert caught.value.code == "token_expired"
    office.space.token = (await renewed(office.line, visit.app, visit.kept[0], office.clock())).token
    await office.channel.send(HELLO)


async def test_a_key_that_does_not_end_is_not_renewed(visit: Visit) -> None:
    await visit.ends(await visit.to_slack_and_back())
    (installation,) = visit.kept
    assert not installation.is_due(visit.office.clock() + timedelta(days=9_999))
    with pytest.raises(base.Refused):
        await renewed(visit.office.line, visit.app, installation, visit.office.clock())


@pytest.mark.parametrize("trouble", ["uninstalled", "revoked"])
async def test_sent_away_it_is_our_fault_and_nobody_counts_as_gone(visit: Visit, trouble: str) -> None:
    space = visit.office.space
    space.installed, space.revoked = trouble != "uninstalled", trouble == "revoked"
    with pytest.raises(base.KeyRefused):
        await visit.office.channel.send(HELLO)


async def test_a_wrong_secret_of_the_app_is_told(visit: Visit) -> None:
    app = replace(visit.app, client_secret="wrong")
    with pytest.raises(base.Refused) as caught:
        await granted(visit.office.line, app, "code", visit.office.clock())
    assert caught.value.code == "bad_client_secret"


# The manifest


async def test_the_manifest_names_every_address_once_and_asks_for_no_scope_that_is_not_used() -> None:
    told = yaml.safe_load(manifest("https://firm.example/"))
    hook = "https://firm.example/hooks/slack"
    assert told["settings"]["event_subscriptions"] == {"request_url": hook, "bot_events": list(EVENTS)}
    assert told["settings"]["interactivity"] == {"is_enabled": True, "request_url": hook}
    assert told["features"]["slash_commands"][0]["url"] == hook
    assert told["oauth_config"]["redirect_urls"] == ["https://firm.example/slack/oauth_redirect"]
    assert not told["settings"]["socket_mode_enabled"]
    called = {method.scope for method in METHODS.values()} - {""}
    heard = {"app_mentions:read", "commands", "im:history"}
    assert set(SCOPES) == called | heard == set(GRANTED)


async def test_for_development_it_needs_no_public_address() -> None:
    told = yaml.safe_load(manifest("https://firm.example", socket=True, rotation=True))
    assert told["settings"]["socket_mode_enabled"]
    assert told["settings"]["token_rotation_enabled"]
    assert "request_url" not in told["settings"]["event_subscriptions"]
    assert "url" not in told["features"]["slash_commands"][0]


async def test_without_a_scope_slack_says_which_and_nobody_counts_as_gone(visit: Visit) -> None:
    visit.office.space.scopes = frozenset()
    with pytest.raises(base.Refused) as caught:
        await visit.office.channel.send(replace(HELLO, to=f"T1:{RITA}"))
    assert caught.value.code == "missing_scope"


async def test_below_a_path_of_the_firms_own_the_browser_is_known_when_it_comes_back(visit: Visit) -> None:
    app = replace(visit.app, public_url="https://firm.example/arsan")
    install = Install(app, visit.office.line, visit.questions, _everybody, _nobody, visit.office.clock)
    begun = await install.begin(Request({"type": "http", "method": "GET", "headers": [], "query_string": b""}))
    assert "Path=/arsan/slack/oauth_redirect" in begun.headers["set-cookie"]
    assert begun.headers["referrer-policy"] == "no-referrer"


async def _everybody(request: Request) -> bool:
    return True


async def _nobody(installation: Installation) -> None:
    raise AssertionError
