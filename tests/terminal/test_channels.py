"""`askarsan channels`: who carries what, what is missing, and a message to try it with."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.standins.twilio.account import SID, StandInTwilio
from integrations.standins.twilio.web import web
from tests.loopback import serving
from tests.terminal.test_commands import start

US, ANA = "+15550100100", "+351912345678"


def test_what_is_missing_is_named_and_where_the_vendor_has_to_call_is_shown() -> None:
    done = start(
        "channels",
        "--json",
        "--offline",
        ASKARSAN_CHANNELS="whatsapp=twilio, telegram=telegram",
        ASKARSAN_TELEGRAM_TOKEN="123456:ABC",
        ASKARSAN_TELEGRAM_SECRET="s" * 16,
        ASKARSAN_PUBLIC_URL="https://arsan.example",
    )
    told = {each["channel"]: each for each in json.loads(done.stdout)}
    assert told["whatsapp"]["missing"] == "Twilio: ASKARSAN_TWILIO_ACCOUNT_SID is not set"
    assert told["telegram"] == {
        "channel": "telegram",
        "by": "telegram",
        "missing": "",
        "told_at": "https://arsan.example/hooks/telegram",
        "well": None,
        "health": "",
        "at_most": "25 a second",
    }
    assert told["sms"]["by"] == "console"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fax", ANA), "fax is no channel; there is whatsapp, sms, telegram, slack, teams, email."),
        (("sms", ANA), "Nobody carries sms yet: choose a vendor with ASKARSAN_CHANNELS, like sms=…"),
    ],
)
def test_a_message_that_cannot_even_be_tried_says_why(words: tuple[str, str], said: str) -> None:
    done = start("channels", "test", *words)
    assert (done.returncode, done.stderr.strip()) == (2, said)


async def test_a_message_to_oneself_arrives_and_what_twilio_refuses_says_what_to_do() -> None:
    twilio = StandInTwilio(lambda: datetime.now(UTC), "token", inbound="", numbers=(US,))
    twilio.knows("ana", ANA)
    async with serving(web(twilio)) as url:
        there: dict[str, Any] = {
            "ASKARSAN_CHANNELS": "sms=twilio",
            "ASKARSAN_TWILIO_ACCOUNT_SID": SID,
            "ASKARSAN_TWILIO_AUTH_TOKEN": "token",
            "ASKARSAN_TWILIO_SMS_SENDERS": US,
            "ASKARSAN_TWILIO_API_URL": url,
            "ASKARSAN_TWILIO_CONTENT_URL": url,
            "ASKARSAN_PUBLIC_URL": "https://arsan.example",
        }
        sent = await asyncio.to_thread(lambda: start("channels", "test", "sms", ANA, **there))
        assert sent.returncode == 0, sent.stderr
        assert [each.to for each in twilio.messages] == [ANA]
        refused = await asyncio.to_thread(lambda: start("channels", "test", "sms", "+1", **there))
        assert refused.returncode == 1
        assert "Look at the address" in refused.stdout
