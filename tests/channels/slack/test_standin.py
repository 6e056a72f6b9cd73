"""The stand-in speaks as Slack does: Slack's own framework takes what it says, and its own limits are held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from integrations.channels.slack.api import SILENT
from integrations.standins.slack.kit import BLOCKS, TOGETHER
from tests.channels.slack.at_slack import HELLO, OFFER, RITA, SHOWN, Office, Served, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Others:
    """An app that somebody else might write, with Slack's own framework."""

    heard: list[tuple[str, Any]] = field(default_factory=list)


@pytest_asyncio.fixture(loop_scope="module")
async def others(office: Office, served: Served, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Others]:
    # Bolt's verifier reads the real clock, so the stand-in has to tell the same time.
    from datetime import UTC, datetime

    office.clock.at = datetime.now(UTC)
    made = Others()

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_id="B0BOT", bot_user_id="U0BOT", bot_token="xoxb-T1-1"
        )

    client = AsyncWebClient(base_url=office.api, logger=SILENT, retry_handlers=[])
    app = AsyncApp(signing_secret=office.slack.secret, client=client, authorize=authorize, logger=SILENT)

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        made.heard.append(("message", event["text"]))

    @app.event("app_mention")
    async def mention(event: dict[str, Any]) -> None:
        made.heard.append(("mention", event["text"]))

    @app.command("/arsan")
    async def command(ack: Any, command: dict[str, Any]) -> None:
        await ack()
        made.heard.append(("command", command["text"]))

    @app.action("press:0")
    async def action(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        made.heard.append(("action", action["value"]))

    @app.view("askarsan")
    async def view(ack: Any, view: dict[str, Any]) -> None:
        await ack(response_action="errors", errors={"words": "No."})
        made.heard.append(("view", view["state"]["values"]["words"]["filled"]["value"]))

    handler = AsyncSlackRequestHandler(app)

    async def take(request: Request) -> Response:
        return await handler.handle(request)

    served.ours = Starlette(routes=[Route("/hooks/slack", take, methods=["POST"])])
    yield made


async def test_slacks_own_framework_takes_what_it_tells(office: Office, others: Others) -> None:
    assert await office.slack.challenge()
    office.slack.say(RITA, "hello & <goodbye>")
    office.slack.mention(RITA, "hello")
    office.slack.command(RITA, "today")
    await office.channel.send(OFFER)
    office.slack.press(RITA, office.said()[0], OFFER.buttons[0].label)
    assert await office.slack.deliver() == [200] * 4
    assert sorted(others.heard) == [
        ("action", OFFER.buttons[0].id),
        ("command", "today"),
        ("mention", "<@U0BOT> hello"),
        ("message", "hello &amp; &lt;goodbye&gt;"),
    ]


async def test_it_does_with_an_answer_what_slack_does(office: Office, others: Others, served: Served) -> None:
    bolt, served.ours = served.ours, office.hall
    await office.channel.send(SHOWN)
    office.slack.press(RITA, office.said()[0], "Write to them")
    await office.told()
    served.ours = bolt
    office.slack.submit(RITA, {"words": "Hello"})
    assert await office.slack.deliver() == [200]
    assert (others.heard, office.rita.errors) == ([("view", "Hello")], {"words": "No."})


async def test_slacks_own_framework_refuses_what_slack_did_not_sign(office: Office, others: Others) -> None:
    office.slack.say(RITA, "hello")
    office.slack.secret = "another"
    assert await office.slack.deliver() == [401]


async def test_an_event_comes_again_three_times_and_no_more_and_a_press_not_once(office: Office) -> None:
    await office.channel.send(OFFER)
    office.hall.broken = 500
    office.slack.say(RITA, "hello")
    office.slack.press(RITA, office.said()[0], OFFER.buttons[0].label)
    statuses = [await office.slack.deliver() for _ in range(5)]
    assert [len(each) for each in statuses] == [2, 1, 1, 1, 0]


def text(words: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "a < b"}, "invalid_arguments"),
        ({"thread_ts": 1772438400.0001}, "invalid_arguments"),
        ({"metadata": {"event_type": 1}}, "invalid_metadata_format"),
        ({"invented": True}, "invalid_arguments"),
        ({"channel": "C404"}, "channel_not_found"),
        ({"blocks": [text("x")] * (BLOCKS["message"] + 1)}, "invalid_blocks"),
        ({"blocks": [text("x" * 2_900)] * 5}, "msg_blocks_too_long"),
        ({"blocks": [text("x" * 3_001)]}, "invalid_blocks"),
        ({"blocks": [text("")]}, "invalid_blocks"),
        ({"blocks": [{**text("x"), "colour": "red"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "hologram"}]}, "invalid_blocks"),
        ({"blocks": [{**text("x"), "block_id": "b"}] * 2}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "actions", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [{"type": "input"}]}, "invalid_blocks"),
    ],
)
async def test_it_refuses_what_slack_refuses_in_its_words(office: Office, given: dict[str, Any], code: str) -> None:
    office.space.private(RITA)
    client = AsyncWebClient(office.space.token, office.api, logger=SILENT, retry_handlers=[])
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(**{"channel": "DRITA", "text": "x", **given})
    assert caught.value.response["error"] == code


def button(**more: Any) -> dict[str, Any]:
    made = {"type": "button", "action_id": "a", "value": "v", "text": {"type": "plain_text", "text": "x"}, **more}
    return {"type": "actions", "elements": [made]}


@pytest.mark.parametrize(
    "block",
    [
        button(text={"type": "plain_text", "text": "x" * 76}),
        button(value="v" * 2_001),
        button(action_id="a" * 256),
        button(style="loud"),
        button(confirm={"title": {"type": "plain_text", "text": "x"}}),
        {"type": "actions", "elements": button()["elements"] * 2},
        {"type": "actions", "elements": button()["elements"] * 26},
    ],
)
async def test_it_refuses_buttons_that_slack_refuses(office: Office, block: dict[str, Any]) -> None:
    office.space.private(RITA)
    client = AsyncWebClient(office.space.token, office.api, logger=SILENT, retry_handlers=[])
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="DRITA", text="x", blocks=[block])
    assert caught.value.response["error"] == "invalid_blocks"


async def test_it_takes_no_message_without_a_text(office: Office) -> None:
    office.space.private(RITA)
    client = AsyncWebClient(office.space.token, office.api, logger=SILENT, retry_handlers=[])
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json={"channel": "DRITA", "blocks": [text("x")]})
    assert caught.value.response["error"] == "no_text"


async def test_without_a_token_nobody_is_answered(office: Office) -> None:
    for token, code in ((None, "not_authed"), ("xoxb-guessed", "invalid_auth")):
        client = AsyncWebClient(token, office.api, logger=SILENT, retry_handlers=[])
        with pytest.raises(SlackApiError) as caught:
            await client.auth_test()
        assert caught.value.response["error"] == code


async def test_its_limit_of_all_blocks_together_is_the_one_that_slack_writes_down_nowhere(office: Office) -> None:
    assert TOGETHER == 13_200
    await office.channel.send(replace(HELLO, text="x" * 2_999))
