"""`askarsan channels set-up` leads through each vendor, and `askarsan channels` asks whether it works."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from bot.terminal.checkups import asked
from bot.terminal.guides import GUIDES, guide
from integrations.channels.base import Refused, Unanswered
from integrations.channels.slack.manifest import EVENTS, SCOPES
from integrations.channels.telegram.starting import started_by
from integrations.standins.slack.slack import StandInSlack
from integrations.standins.slack.web import web as slack_web
from integrations.standins.telegram.server import StandInTelegram
from integrations.standins.telegram.server import web as telegram_web
from tests.loopback import serving
from tests.terminal.conftest import Ask, ask, own_folder

__all__ = ["ask", "own_folder"]

URL = "https://arsan.example"


def now() -> datetime:
    return datetime.now(UTC)


async def asks(ask: Ask, *words: str, **settings: str) -> Result:
    """Beside the vendors that stand in."""
    return await asyncio.to_thread(ask, "channels", *words, **settings)


async def told(ask: Ask, *words: str, **settings: str) -> Any:
    done = await asks(ask, *words, "--json", **settings)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


async def health(ask: Ask, channel: str, **settings: str) -> tuple[bool | None, str]:
    done = await asks(ask, "--json", **settings)
    (found,) = [each for each in json.loads(done.stdout) if each["channel"] == channel]
    assert done.exit_code == (0 if found["well"] else 1), "a script sees it too"
    return found["well"], found["health"] or found["missing"]


def missing(plan: Mapping[str, Any]) -> list[str]:
    return [each["name"] for each in plan["settings"] if each["needed"] and not each["is_set"]]


# What is shown


@pytest.mark.parametrize("vendor", GUIDES)
async def test_every_vendor_is_led_through_from_nothing(ask: Ask, vendor: str) -> None:
    shown = await asks(ask, "set-up", vendor, ASKARSAN_PUBLIC_URL=URL)
    assert shown.exit_code == 0
    assert "<your host>" not in shown.stdout
    assert "ASKARSAN_CHANNELS" in shown.stdout.split("Next: ")[1]
    assert all(f"{URL}{path}" in shown.stdout for _, path in guide(vendor).addresses)


async def test_what_can_stand_in_for_something_else_is_not_missing(ask: Ask) -> None:
    chosen = {"ASKARSAN_CHANNELS": "slack=slack", "ASKARSAN_SLACK_SIGNING_SECRET": "s", "ASKARSAN_PUBLIC_URL": URL}
    assert missing(await told(ask, "set-up", "slack", **chosen)) == ["ASKARSAN_SLACK_TOKEN"]
    begun = {**chosen, "ASKARSAN_SLACK_CLIENT_ID": "1.2"}
    assert missing(await told(ask, "set-up", "slack", **begun)) == ["ASKARSAN_SLACK_CLIENT_SECRET"]
    whole = {**chosen, "ASKARSAN_SLACK_TOKEN": "xoxb-1"}
    plan = await told(ask, "set-up", "slack", **whole)
    assert missing(plan) == []
    assert "askarsan channels test slack" in plan["next"]
    line = {"ASKARSAN_CHANNELS": "slack=slack", "ASKARSAN_SLACK_APP_TOKEN": "xapp-1", "ASKARSAN_SLACK_TOKEN": "xoxb-1"}
    assert missing(await told(ask, "set-up", "slack", **line)) == []


async def test_a_vendor_that_is_none_is_told_with_those_there_are(ask: Ask) -> None:
    done = await asks(ask, "set-up", "fax")
    assert (done.exit_code, done.stderr) == (
        2,
        "fax is no vendor of channels; there is twilio, telegram, slack, teams, sendgrid, smtp, imap.\n",
    )


async def test_a_channel_is_asked_for_by_its_own_name(ask: Ask) -> None:
    sms = {"ASKARSAN_CHANNELS": "sms=twilio", "ASKARSAN_PUBLIC_URL": URL}
    assert "Twilio: WhatsApp and SMS" in (await asks(ask, "set-up", "whatsapp")).stdout
    plan = await told(ask, "set-up", "sms", **sms)
    assert [each for each in missing(plan) if "SENDERS" in each] == ["ASKARSAN_TWILIO_SMS_SENDERS"]
    account = {"ASKARSAN_TWILIO_ACCOUNT_SID": f"AC{0:032x}", "ASKARSAN_TWILIO_AUTH_TOKEN": "t"}
    whole = await told(ask, "set-up", "twilio", **sms, **account, ASKARSAN_TWILIO_SMS_SENDERS="+15550100100")
    assert (missing(whole), "channels test sms …" in whole["next"], "whatsapp" in whole["next"]) == ([], True, False)
    mail = await asks(ask, "set-up", "email")
    assert (mail.exit_code, "email goes by sendgrid or smtp" in mail.stderr) == (2, True)
    every = await asks(ask, "set-up")
    assert (every.exit_code, "askarsan channels set-up telegram" in every.stdout) == (0, True)
    telegram = [each["name"] for each in (await told(ask, "set-up", "telegram"))["settings"]]
    assert "ASKARSAN_PUBLIC_URL" in telegram, "it decides whether there is a webhook"


async def test_what_no_vendor_could_take_is_said_at_once_and_so_is_a_vendor_out_of_reach(ask: Ask) -> None:
    for name, wrong in (("ASKARSAN_TWILIO_ACCOUNT_SID", "XX1"), ("ASKARSAN_TEAMS_APP_ID", "foo")):
        done = await asks(ask, "--offline", **{name: wrong})
        assert (done.exit_code, f"{name} is '{wrong}'" in done.stderr) == (2, True)
    half = await asks(ask, "--offline", ASKARSAN_CHANNELS="sms=twilio")
    assert half.exit_code == 1
    assert "`askarsan channels set-up twilio` says all that is missing there." in half.stdout
    assert "Nothing is sent yet." in half.stdout
    bot = {"ASKARSAN_CHANNELS": "telegram=telegram", "ASKARSAN_TELEGRAM_TOKEN": "1:" + "x" * 30}
    nowhere = {**bot, "ASKARSAN_TELEGRAM_SECRET": "s" * 16, "ASKARSAN_TELEGRAM_URL": "http://127.0.0.1:9/bot"}
    for words in (("set-up", "telegram"), ("test", "telegram", "123")):
        lost = await asks(ask, *words, **nowhere)
        assert (lost.exit_code, "elegram cannot be reached from here" in lost.stderr) == (1, True)
        assert "take the message" not in lost.stderr


async def test_no_secret_is_ever_shown(ask: Ask) -> None:
    secret = "x" * 32
    settings = {
        "ASKARSAN_TWILIO_AUTH_TOKEN": secret,
        "ASKARSAN_TELEGRAM_SECRET": secret,
        "ASKARSAN_SMTP_PASSWORD": secret,
    }
    for vendor in GUIDES:
        done = await asks(ask, "set-up", vendor, **settings)
        assert secret not in done.output


# Manifests


async def test_the_manifest_of_slack_is_json_with_every_address(ask: Ask) -> None:
    done = await asks(ask, "set-up", "slack", "--manifest", ASKARSAN_PUBLIC_URL=URL)
    app = json.loads(done.stdout)
    assert app["oauth_config"] == {"redirect_urls": [f"{URL}/slack/oauth_redirect"], "scopes": {"bot": list(SCOPES)}}
    events = {"request_url": f"{URL}/hooks/slack", "bot_events": list(EVENTS)}
    assert app["settings"]["event_subscriptions"] == events
    alone = await asks(ask, "set-up", "slack", "--manifest", ASKARSAN_SLACK_APP_TOKEN="xapp-1")
    without = json.loads(alone.stdout)
    assert without["settings"]["socket_mode_enabled"]
    assert "request_url" not in alone.stdout
    assert "redirect_urls" not in alone.stdout
    neither = await asks(ask, "set-up", "slack", "--manifest")
    assert (neither.exit_code, "ASKARSAN_PUBLIC_URL" in neither.stderr) == (2, True)


async def test_teams_gets_a_package_to_upload(ask: Ask, tmp_path: Path) -> None:
    bot = {"ASKARSAN_PUBLIC_URL": URL, "ASKARSAN_TEAMS_APP_ID": "01234567-89ab-cdef-0123-456789abcdef"}
    words = ("set-up", "teams")
    printed = await asks(ask, *words, "--manifest", **bot)
    made = await asks(ask, *words, "--package", "teams.zip", **bot)
    assert made.exit_code == 0, made.output
    with zipfile.ZipFile(tmp_path / "teams.zip") as package:
        assert json.loads(package.read("manifest.json")) == json.loads(printed.stdout)
    unset = await asks(ask, *words, "--manifest", ASKARSAN_PUBLIC_URL=URL)
    assert (unset.exit_code, "ASKARSAN_TEAMS_APP_ID" in unset.stderr) == (2, True)
    for other in ("--manifest", "--package=x.zip"):
        assert (await asks(ask, "set-up", "smtp", other)).exit_code == 2


# Telegram is told from here


async def test_telegram_is_told_where_to_knock_and_how_it_goes_is_asked(ask: Ask) -> None:
    telegram = StandInTelegram(now)
    async with serving(telegram_web(telegram)) as url:
        bot = {
            "ASKARSAN_CHANNELS": "telegram=telegram",
            "ASKARSAN_TELEGRAM_TOKEN": telegram.token,
            "ASKARSAN_TELEGRAM_SECRET": "s" * 16,
            "ASKARSAN_TELEGRAM_URL": url,
        }
        there = {**bot, "ASKARSAN_PUBLIC_URL": URL}
        telegram.local = False
        well, said = await health(ask, "telegram", **there)
        assert (well, "Telegram was not told where our door is" in said) == (False, True)
        plan = await told(ask, "set-up", "telegram", **there)
        assert plan["done"] == f"@askarsan_bot knocks at {URL}/hooks/telegram from now on."
        assert (telegram.webhook and telegram.webhook.secret) == "s" * 16
        assert await health(ask, "telegram", **there) == (True, "@askarsan_bot; it knocks at our door")

        well, said = await health(ask, "telegram", **bot)
        assert (well, "nothing can be fetched" in said) == (False, True)
        assert "fetches" in (await told(ask, "set-up", "telegram", **bot))["done"]
        assert telegram.webhook is None
        assert await health(ask, "telegram", **bot) == (True, "@askarsan_bot; updates are fetched")

        wrong = {**bot, "ASKARSAN_TELEGRAM_TOKEN": "1:" + "x" * 30}
        well, said = await health(ask, "telegram", **wrong)
        assert (well, "it refuses our key (401)" in said) == (False, True)
        done = await asks(ask, "set-up", "telegram", **wrong)
        assert (done.exit_code, "Telegram would not" in done.stderr) == (1, True)
    await telegram.close()


# Slack says how each workspace stands


async def test_each_workspace_is_asked_and_one_that_sent_us_away_is_said(ask: Ask) -> None:
    slack = StandInSlack(now)
    async with serving(slack_web(slack)) as url:
        slack.url = url
        app = {
            "ASKARSAN_CHANNELS": "slack=slack",
            "ASKARSAN_SLACK_SIGNING_SECRET": slack.secret,
            "ASKARSAN_SLACK_URL": f"{url}/api",
            "ASKARSAN_PUBLIC_URL": URL,
        }
        one = {**app, "ASKARSAN_SLACK_TOKEN": slack.workspace("T1").token}
        assert await health(ask, "slack", **one) == (True, "Acme Recruiting")
        line = {**one, "ASKARSAN_SLACK_APP_TOKEN": slack.app_token}
        assert await health(ask, "slack", **line) == (True, "Acme Recruiting; over a line of our own")
        well, said = await health(ask, "slack", **{**one, "ASKARSAN_SLACK_APP_TOKEN": "xapp-another"})
        assert (well, "invalid_auth" in said) == (False, True)
        slack.workspace("T1").installed = False
        well, said = await health(ask, "slack", **one)
        assert (well, "it refuses our key (account_inactive)" in said) == (False, True)

        several = {**app, "ASKARSAN_SLACK_CLIENT_ID": "1.2", "ASKARSAN_SLACK_CLIENT_SECRET": "s"}
        well, said = await health(ask, "slack", **several)
        assert (well, "no workspace has let it in" in said) == (False, True)
        assert f"{URL}/slack/install?link=" in (await told(ask, "set-up", "slack", **several))["done"]
        done = await asks(ask, "forget", "T1", **several)
        assert (done.exit_code, "is no workspace that is known here" in done.stderr) == (2, True)
    await slack.close()


# Nobody waits for long


async def test_a_vendor_that_hangs_is_said_to_and_words_of_the_vendor_are_not_shown() -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    async def refuse() -> str:
        raise Refused("invalid_auth")

    async def cut() -> str:
        raise Unanswered

    found = await asyncio.gather(*(asked(each, timedelta(milliseconds=50)) for each in (hang, refuse, cut)))
    assert [each.well for each in found] == [False, False, False]
    assert [each.said for each in found] == [
        "no answer within 0.05 seconds",
        "it does not let us in (invalid_auth)",
        "no answer that is of any use",
    ]


# A bot cannot write first


async def test_somebodys_own_link_into_the_chat_is_made_for_them_alone(ask: Ask, tmp_path: Path) -> None:
    ana = "{role: candidate, name: Ana Silva, timezone: Europe/Lisbon, channels: [email], email: a@mail.example}"
    (tmp_path / "people.yaml").write_text(f"people: {{ana: {ana}}}", "utf-8")
    added = await asyncio.to_thread(ask, "add", "people.yaml")
    assert added.exit_code == 0, added.output
    telegram = StandInTelegram(now)
    async with serving(telegram_web(telegram)) as url:
        bot = {
            "ASKARSAN_CHANNELS": "telegram=telegram",
            "ASKARSAN_TELEGRAM_TOKEN": telegram.token,
            "ASKARSAN_TELEGRAM_SECRET": "s" * 16,
            "ASKARSAN_TELEGRAM_URL": url,
        }
        made = await told(ask, "link", "Ana", **bot)
        start = made["link"].removeprefix("https://t.me/askarsan_bot?start=")
        assert (made["person"], made["chat"]) == ("Ana Silva", None)
        assert started_by(start, "s" * 16, now())
        assert started_by(start, "another secret, of another firm", now()) is None
        assert started_by(start, "s" * 16, now() + timedelta(days=15)) is None
        nobody = await asks(ask, "link", "Anna", "Silver", **bot)
        assert (nobody.exit_code, "Ana Silva" in nobody.stderr) == (2, True)
    unset = await asks(ask, "link", "Ana")
    assert (unset.exit_code, "set-up telegram" in unset.stderr) == (2, True)
    await telegram.close()
