"""`askarsan templates`: which texts WhatsApp has approved, and submitting those that it has not seen."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from integrations.standins.twilio.account import SID, StandInTwilio
from integrations.standins.twilio.web import web
from tests.loopback import serving
from tests.terminal.conftest import Ask

HERE = {
    "ASKARSAN_CHANNELS": "whatsapp=twilio",
    "ASKARSAN_TWILIO_ACCOUNT_SID": SID,
    "ASKARSAN_TWILIO_AUTH_TOKEN": "token",
    "ASKARSAN_TWILIO_WHATSAPP_SENDERS": "+15550100200",
    "ASKARSAN_PUBLIC_URL": "https://arsan.example",
}


@asynccontextmanager
async def at_twilio() -> AsyncIterator[tuple[StandInTwilio, dict[str, str]]]:
    twilio = StandInTwilio(lambda: datetime.now(UTC), "token")
    async with serving(web(twilio)) as url:
        yield twilio, {**HERE, "ASKARSAN_TWILIO_API_URL": url, "ASKARSAN_TWILIO_CONTENT_URL": url}


async def test_what_is_missing_is_submitted_once_and_how_each_stands_is_shown(ask: Ask) -> None:
    async with at_twilio() as (twilio, settings):
        first = await asyncio.to_thread(ask, "templates", "submit", "--json", **settings)
        assert first.exit_code == 0, first.stderr
        told = json.loads(first.stdout)
        assert Counter(each["stands"] for each in told) == {"received": len(told)}
        assert {each["language"] for each in told} == {"en"}, "without a language named, the firm's own"
        assert len(twilio.contents.all) == len(told)
        twilio.contents.review("askarsan/", "approved")
        twilio.contents.review("askarsan/follow_up.candidate", "rejected", "too vague")
        changed = next(each for each in twilio.contents.all.values() if "/nudge.host/" in each.told["friendly_name"])
        changed.told["friendly_name"] = "askarsan/nudge.host/en/00000000"
        shown = await asyncio.to_thread(ask, "templates", **settings)
        assert shown.exit_code == 0
        assert "rejected: too vague" in shown.stdout
        assert "its words were changed since: submit it again" in shown.stdout
        assert f"{len(told) - 2} of {len(told)} may be sent." in shown.stdout
        again = await asyncio.to_thread(ask, "templates", "submit", **settings)
        assert "1 of" in again.stdout.splitlines()[-1]
        assert len(twilio.contents.all) == len(told) + 1


async def test_what_twilio_does_not_take_is_named_and_the_command_says_so(ask: Ask) -> None:
    async with at_twilio() as (twilio, settings):
        twilio.fail_next(400, 20001, on="POST /v1/Content")
        refused = await asyncio.to_thread(ask, "templates", "submit", "--language", "de", **settings)
        assert refused.exit_code == 1
        assert "in de was not taken" in refused.stderr
        twilio.fail_next(401, 20003, on="GET /v1/ContentAndApprovals")
        shut = await asyncio.to_thread(ask, "templates", **settings)
        assert (shut.exit_code, shut.stdout) == (1, "")
        assert "20003" in shut.stderr


def test_without_a_carrier_or_in_a_language_there_is_not_it_says_what_to_do(ask: Ask) -> None:
    nobody = ask("templates", "submit")
    assert (nobody.exit_code, "askarsan channels set-up whatsapp" in nobody.stderr) == (2, True)
    for settings in ({}, HERE):
        klingon = ask("templates", "--language", "tlh", **settings)
        assert klingon.exit_code == 2
        assert "There are no texts in tlh; there are de, en, es, fr, it, nl, pt, pt-BR, or all." in klingon.stderr


def test_whoever_signs_the_texts_off_reads_them_before_there_is_an_account(ask: Ask) -> None:
    shown = ask("templates", "--language", "de")
    assert (shown.exit_code, "not submitted yet" in shown.stdout) == (0, True)
    assert "askarsan channels set-up whatsapp" in shown.stdout
    whole = json.loads(ask("templates", "--language", "de", "--json").stdout)
    assert all(each["text"] and each["stands"] == "missing" for each in whole)
