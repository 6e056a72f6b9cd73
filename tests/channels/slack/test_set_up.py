"""With its settings Slack is made, and without them it is said which are missing."""

from __future__ import annotations

import pytest

from integrations import carriers
from integrations.channels.slack.installation import AUTHORIZE
from integrations.channels.slack.set_up import app_from
from integrations.means import Means, NotMade
from tests.channels.cases import Clock
from tests.channels.slack.at_slack import HELLO, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_with_one_workspace_a_token_is_enough(office: Office) -> None:
    settings = {"slack_token": office.space.token, "slack_url": office.api}
    channel = carriers.channels({"slack": "slack"}, Means(Clock(), settings))["slack"]
    await channel.send(HELLO)
    assert len(office.said()) == 1
    await channel.close()


async def test_with_several_each_has_its_own(office: Office) -> None:
    asked = []

    async def token_of(team: str) -> str:
        asked.append(team)
        return office.space.token

    means = Means(Clock(), {"slack_url": office.api}, token_of=token_of)
    channel = carriers.channels({"slack": "slack"}, means)["slack"]
    await channel.send(HELLO)
    assert set(asked) == {"T1"}
    await channel.close()


async def test_the_door_is_slacks(office: Office) -> None:
    means = Means(Clock(), {"slack_signing_secret": office.slack.secret, "slack_token": "xoxb-1"})
    door = carriers.door("slack", means)
    assert door.name == "slack"
    await door.close()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "ASKARSAN_SLACK_SIGNING_SECRET is not set"),
        ({"slack_signing_secret": "s"}, "ASKARSAN_SLACK_TOKEN is not set"),
        ({"slack_signing_secret": "s", "slack_token": "xoxp-of-a-person"}, "xoxb-"),
        ({"slack_signing_secret": "s", "slack_token": "xoxb-1", "slack_url": "slack.com"}, "https://"),
    ],
)
async def test_what_is_missing_is_named_and_no_secret_is_shown(settings: dict[str, str], words: str) -> None:
    with pytest.raises(NotMade, match=words) as caught:
        carriers.door("slack", Means(Clock(), settings))
    assert "of-a-person" not in str(caught.value)


async def test_slack_carries_slack_alone() -> None:
    with pytest.raises(NotMade, match="slack carries no sms"):
        carriers.channels({"sms": "slack"}, Means(Clock(), {"slack_token": "xoxb-1"}))


async def test_the_app_asks_for_consent_where_slack_does() -> None:
    keys = {"slack_client_id": "1.2", "slack_client_secret": "s"}
    assert app_from(keys, "https://firm.example").authorize == AUTHORIZE
    local = app_from({**keys, "slack_url": "http://127.0.0.1:9/api/"}, "https://firm.example/")
    assert local.authorize == "http://127.0.0.1:9/oauth/v2/authorize"
    assert local.redirect == "https://firm.example/slack/oauth_redirect"
    with pytest.raises(ValueError, match="ASKARSAN_SLACK_CLIENT_ID and ASKARSAN_SLACK_CLIENT_SECRET are not set"):
        app_from({}, "https://firm.example")
