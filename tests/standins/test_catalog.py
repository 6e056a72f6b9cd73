"""The catalog makes what is asked for, imports nothing else, and names what is there."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from integrations import catalog
from integrations.calendars.base import Calendar
from integrations.carriers import ABILITIES, CHANNELS, channels
from integrations.catalog import ACCOUNTS, CALENDARS, MEETINGS
from integrations.channels.base import NAMES
from integrations.channels.gateway import GatewayChannel
from integrations.means import Means, NotMade
from integrations.meetings.base import Meetings
from integrations.needs import ACCOUNT_NEEDS, LABELS, NEEDS

MEANS = Means(
    now=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC),
    settings={
        "gateway_url": "https://gateway.example/messages",
        "gateway_secret": "s",
        "google_client_id": "app",
        "google_client_secret": "s",
        "google_refresh_token": "s",
        "google_meet_calendar": "rooms@firm.example",
        "feed_link": "https://calendar.example/rita.ics",
        "timezone": "Europe/Lisbon",
        "caldav_url": "https://cloud.example/dav",
        "caldav_user": "rita",
        "caldav_password": "s",
        "microsoft_tenant": "tenant",
        "microsoft_client_id": "app",
        "microsoft_client_secret": "s",
        "teams_organizer": "rooms@firm.example",
        "zoom_account_id": "account",
        "zoom_client_id": "client",
        "zoom_client_secret": "s",
        "zoom_user": "rooms@firm.example",
        "public_url": "https://assistant.example",
        "telegram_token": "123456:ABC",
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": "s",
        "twilio_sms_senders": "+15550100100",
        "twilio_whatsapp_senders": "+15550100200",
        "email_address": "interviews@firm.example",
        "email_name": "askARSAN",
        "email_secret": "s" * 16,
        "smtp_host": "mail.firm.example",
        "sendgrid_key": "SG.s",
        "slack_token": "xoxb-1",
        "teams_app_id": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "teams_app_secret": "s",
        "teams_tenant": "11111111-2222-4333-8444-555555555555",
    },
)


def test_every_account_that_is_made_has_a_name_and_says_what_it_needs() -> None:
    assert set(ACCOUNTS) == set(ACCOUNT_NEEDS) <= set(LABELS)
    assert set(NEEDS) <= set(LABELS)


def test_every_channel_has_its_abilities() -> None:
    assert tuple(ABILITIES) == NAMES


# Who carries only some; all others carry anything.
CARRIED = {
    "sendgrid": ("email",),
    "slack": ("slack",),
    "smtp": ("email",),
    "teams": ("teams",),
    "telegram": ("telegram",),
    "twilio": ("whatsapp", "sms"),
}


@pytest.mark.parametrize("vendor", CHANNELS)
def test_every_vendor_makes_the_channels_it_carries_under_their_own_names_and_no_others(vendor: str) -> None:
    carried = CARRIED.get(vendor, NAMES)
    made = channels(dict.fromkeys(carried, vendor), MEANS)
    assert {name: channel.name for name, channel in made.items()} == {name: name for name in carried}
    for other in set(NAMES) - set(carried):
        with pytest.raises(NotMade, match="carries"):
            channels({other: vendor}, MEANS)


@pytest.mark.parametrize("vendor", sorted(CARRIED))
def test_what_a_channel_cannot_be_made_without_is_named_as_it_has_to_be_set(vendor: str) -> None:
    with pytest.raises(NotMade, match=r"ASKARSAN_[A-Z_]+ (is|are) not set"):
        channels(dict.fromkeys(CARRIED[vendor], vendor), Means(MEANS.now))


def test_each_channel_is_made_by_the_vendor_chosen_for_it_and_a_gateway_shares_its_client() -> None:
    made = channels({"whatsapp": "gateway", "email": "console", "sms": "gateway"}, MEANS)
    whatsapp, sms = made["whatsapp"], made["sms"]
    assert isinstance(whatsapp, GatewayChannel)
    assert isinstance(sms, GatewayChannel)
    assert whatsapp.gateway is sms.gateway
    assert whatsapp.abilities.takes_key


@pytest.mark.parametrize("vendor", CALENDARS)
def test_every_calendar_vendor_is_made(vendor: str) -> None:
    assert isinstance(catalog.calendar(vendor, MEANS), Calendar)


@pytest.mark.parametrize("vendor", MEETINGS)
def test_every_meeting_vendor_is_made(vendor: str) -> None:
    assert isinstance(catalog.meetings(vendor, MEANS), Meetings)


def test_a_name_nobody_knows_gets_the_nearest_ones() -> None:
    with pytest.raises(NotMade, match="'whatsap' is no channel; there is whatsapp"):
        channels({"whatsap": "standin"}, MEANS)
    with pytest.raises(NotMade, match="'fax' is no channel vendor; there is console, gateway, sendgrid, "):
        channels({"sms": "fax"}, MEANS)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(NotMade, match=r"^ASKARSAN_GATEWAY_URL is not set$"):
        channels({"sms": "gateway"}, Means(MEANS.now))


def test_settings_with_secrets_are_not_shown() -> None:
    assert "gateway_secret" not in repr(MEANS)


def test_a_vendor_is_imported_only_when_it_is_made() -> None:
    asked = "import sys, integrations.catalog; print([name for name in ('httpx2', 'starlette') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
