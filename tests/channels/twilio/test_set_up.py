"""Twilio from the settings of a firm."""

from __future__ import annotations

import pytest

from integrations.carriers import CHANNELS, DOORS, channels, door
from integrations.channels.twilio.set_up import templates_from
from integrations.channels.twilio.templates import Templates
from integrations.means import Means, NotMade
from integrations.standins.twilio.account import SID
from tests.channels.twilio.at_twilio import HOOK, MONDAY, PUBLIC, SERVICE, TOKEN, Office, office, outbound, served

__all__ = ["office", "served"]

SETTINGS = {
    "twilio_account_sid": SID,
    "twilio_auth_token": TOKEN,
    "twilio_sms_senders": "+15550100100, DE=+4915199900000",
    "twilio_whatsapp_senders": SERVICE,
    "public_url": f"{PUBLIC}/",
}


def means(**changed: str) -> Means:
    return Means(lambda: MONDAY, SETTINGS | changed)


@pytest.mark.asyncio(loop_scope="module")
async def test_both_channels_work_from_the_settings_alone(office: Office) -> None:
    made = channels(
        {"sms": "twilio", "whatsapp": "twilio"}, means(twilio_api_url=office.url, twilio_content_url=f"{office.url}/")
    )
    await office.standin.write("ana", "Hi", "whatsapp")
    for channel in made.values():
        await channel.send(outbound("Hello", buttons=("A", "B")))
    assert [each.callback for each in office.standin.messages] == [HOOK, HOOK]
    for channel in made.values():
        await channel.close()


def test_what_each_channel_can_do_is_said() -> None:
    made = channels({"sms": "twilio", "whatsapp": "twilio"}, means())
    assert all(each.abilities.looks_up and each.abilities.receipts for each in made.values())
    assert not any(each.abilities.takes_key for each in made.values()), "Twilio knows no key for a message"
    assert (made["sms"].abilities.buttons, made["whatsapp"].abilities.buttons) == (0, 10)
    assert made["sms"].abilities.window is None
    assert made["whatsapp"].abilities.window is not None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"twilio_account_sid": ""}, "ASKARSAN_TWILIO_ACCOUNT_SID is not set"),
        ({"twilio_auth_token": ""}, "ASKARSAN_TWILIO_AUTH_TOKEN is not set"),
        ({"twilio_api_key": "SK1"}, "ASKARSAN_TWILIO_API_SECRET is not set"),
        ({"twilio_sms_senders": ""}, "ASKARSAN_TWILIO_SMS_SENDERS is not set"),
        ({"twilio_sms_senders": "ACME"}, "Nobody can answer to a name"),
        ({"twilio_api_url": "api.dublin.ie1.twilio.com"}, "begin with https://"),
        ({"public_url": ""}, "ASKARSAN_PUBLIC_URL is not set"),
    ],
)
def test_what_is_missing_or_wrong_is_said(changed: dict[str, str], fault: str) -> None:
    with pytest.raises(NotMade, match=fault):
        channels({"sms": "twilio"}, means(**changed))


def test_it_carries_no_other_channel() -> None:
    with pytest.raises(NotMade, match="not email"):
        CHANNELS["twilio"](["sms", "email"], means())


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"twilio_auth_token": ""}, "ASKARSAN_TWILIO_AUTH_TOKEN is not set"),
        ({"twilio_shared_keys": "abc"}, "ASKARSAN_TWILIO_SHARED_KEYS has to read"),
    ],
)
def test_a_door_that_would_believe_anybody_is_not_made(changed: dict[str, str], fault: str) -> None:
    with pytest.raises(NotMade, match=fault):
        door("twilio", means(**changed))


def test_the_door_is_found_where_the_receipts_are_sent() -> None:
    assert f"{PUBLIC}/hooks/{door('twilio', means(twilio_shared_keys='a=b, c=d')).name}" == HOOK
    assert "twilio" in DOORS


def test_templates_need_no_sender() -> None:
    made = templates_from({"twilio_account_sid": SID, "twilio_auth_token": TOKEN}, lambda: MONDAY)
    assert isinstance(made, Templates)
