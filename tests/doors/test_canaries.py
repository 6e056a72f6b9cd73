"""What people write, who they are, and every secret, sown where it is easily seen: no log, error or page shows any."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from bot.carriers import CHANNELS
from bot.jobs import Job, JobKind
from bot.logs import configure
from bot.settings.settings import Settings
from bot.worker import Assistant
from integrations import carriers
from integrations.channels.base import Button, ChannelError, Outbound
from integrations.means import Means
from integrations.standins.sendgrid.account import StandInSendGrid
from tests.channels.cases import Clock
from tests.conftest import Database
from tests.doors.callers import OURS, Knocked, Writer
from tests.doors.firm import Firm, answered, opened, settings_of
from tests.loopback import serving

WORDS = "canarywords on Tuesday, says canaryname"
ANA = Writer("+351900077001", "canarymail@mail.example", 700_077_001, "UCANARY", WORDS)
PRIVATE = ("canarywords", "canaryname", "canarymail", "900077001", "700077001", "UCANARY", "canarysecret", OURS)

Behaves = Callable[[Request], Awaitable[Response]]


async def _refuses(_: Request) -> Response:
    return Response(b'{"error": "no"}', 400, media_type="application/json")


async def _is_broken(_: Request) -> Response:
    return Response(b"<h1>502</h1>", 502)


async def _talks_nonsense(_: Request) -> Response:
    return Response(b"\xff{", 200, media_type="application/json")


async def _repeats_what_it_got(request: Request) -> Response:
    """As some do in their errors."""
    return Response(await request.body() + str(request.url).encode(), 422)


async def _hangs_up(_: Request) -> Response:
    raise ConnectionResetError


MOODS = (_refuses, _is_broken, _talks_nonsense, _repeats_what_it_got, _hangs_up)


@asynccontextmanager
async def vendors(mood: Behaves) -> AsyncIterator[dict[str, str]]:
    """Where all of them are, each in the same mood; and our accounts there."""

    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await (await mood(Request(scope, receive)))(scope, receive, send)

    async with serving(app) as url:
        yield {
            **settings_of(StandInSendGrid(lambda: None)),  # type: ignore[arg-type,return-value]
            "twilio_auth_token": "canarysecret-twilio",
            "twilio_sms_senders": "+15550100100",
            "twilio_whatsapp_senders": "+15550100200",
            "telegram_token": "110201543:canarysecret-telegram-AAHdqTcvCH1vGW",
            "slack_token": "xoxb-canarysecret-slack",
            "teams_app_secret": "canarysecret-teams",
            "sendgrid_key": "SG.canarysecret.sendgrid",
            "gateway_secret": "canarysecret-gateway",
            "gateway_url": f"{url}/messages",
            "twilio_api_url": url,
            "twilio_content_url": url,
            "telegram_url": f"{url}/bot",
            "slack_url": f"{url}/api",
            "sendgrid_url": url,
            "teams_login_url": url,
            "teams_service_url": f"{url}/teams",
            "smtp_host": "127.0.0.1",
            "smtp_port": "1",  # nobody is there
            "smtp_security": "none",
        }


# Who carries what, so that every vendor carries something.
CARRIED = (
    dict.fromkeys(("sms", "whatsapp"), "twilio")
    | {"telegram": "telegram", "slack": "slack", "teams": "teams", "email": "sendgrid"},
    dict.fromkeys(CHANNELS, "gateway") | {"email": "smtp"},
)
ADDRESSES = {
    "sms": ANA.phone,
    "whatsapp": ANA.phone,
    "telegram": str(ANA.telegram),
    "email": ANA.mail,
    "slack": f"T1:{ANA.slack}",
    "teams": f"11111111-2222-4333-8444-555555555555:{ANA.slack}",
}


async def every_channel(mood: Behaves) -> AsyncIterator[BaseException]:
    """What sending comes to while they are in that mood."""
    async with vendors(mood) as settings:
        for carried in CARRIED:
            channels = carriers.channels(carried, Means(Clock(), settings))
            for name, channel in channels.items():
                message = Outbound("key:1", ADDRESSES[name], WORDS, buttons=(Button("b1", WORDS[:20]),))
                try:
                    await channel.send(replace(message, subject=WORDS if name == "email" else None))
                except ChannelError as error:
                    yield error
            for channel in channels.values():
                await channel.close()


def private_in(shown: str) -> list[str]:
    return [canary for canary in PRIVATE if canary in shown]


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: mood.__name__.strip("_"))
async def test_a_vendor_that_fails_brings_nothing_private_into_a_log_or_an_error(
    mood: Behaves, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    errors = [error async for error in every_channel(mood)]
    assert len(errors) >= len(CHANNELS)
    for error in errors:
        assert private_in(repr(error) + str(error)) == []
    assert private_in(caplog.text + "".join(capfd.readouterr())) == []


async def test_what_comes_in_at_every_door_is_in_no_log_and_on_no_page(
    tmp_path: Path, sqlite: Database, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with sqlite(None) as url:
        async with opened(tmp_path, url, ana=ANA) as firm:
            caplog.set_level(logging.DEBUG)
            shown = [body async for body in _pages_after_all_that_can_be_said(firm)]
            begun = "".join(f"{job.kind}{job.id}" for job in await _worked_off(firm))
    assert private_in("".join(shown)) == []
    assert private_in(begun) == [], "this is what the queue that processes share is told"
    assert private_in(caplog.text + "".join(capfd.readouterr())) == []


async def _pages_after_all_that_can_be_said(firm: Firm) -> AsyncIterator[str]:
    now = firm.house.clock.now()
    for name, caller in firm.callers.items():
        knocked = caller.knocks(caller.says(30), now)
        for told in (knocked, replace(knocked, headers={}), replace(knocked, body=knocked.body + b"x")):
            yield (await answered(firm.app, told)).body.decode("utf-8", "replace")
        broken = caller.knocks(knocked.body[: len(knocked.body) // 2], now)
        yield (await answered(firm.app, broken)).body.decode("utf-8", "replace")
        yield name
    for page in ("/health", "/metrics", f"/p/{ANA.mail}", "/hooks/nothing"):
        shown = (await answered(firm.app, Knocked(page, {}, b""), method="GET")).body.decode()
        yield shown.replace(ANA.mail, "")


async def _worked_off(firm: Firm) -> list[Job]:
    """What people wrote is heard and answered; every job that this began, and all that it began in turn."""
    assistant, everything = Assistant(firm.house), list(firm.begun)
    for job in everything:
        if job.kind in (JobKind.TURN, JobKind.EFFECT):
            everything += await assistant.run(job)
    assert any(job.kind is JobKind.EFFECT for job in everything)
    return everything


async def test_an_error_of_the_database_shows_no_row(tmp_path: Path, postgresql: Database) -> None:
    """PostgreSQL adds the whole row to what it says is wrong."""
    with postgresql(None) as url:
        async with opened(tmp_path, url, ana=ANA) as firm:
            async with firm.house.records.write() as session:
                await session.execute(text("ALTER TABLE messages RENAME COLUMN text TO words"))
            for name in ("twilio", "sendgrid-parse", "gateway"):
                with pytest.raises(Exception) as caught:  # noqa: PT011 – whatever it is, it would be logged
                    await firm.knock(name, 31)
                assert private_in("".join(traceback.format_exception(caught.value))) == []
            with pytest.raises(Exception) as caught:  # noqa: PT011 – the same
                await _with_a_row_that_lacks_something(firm)
            assert private_in("".join(traceback.format_exception(caught.value))) == []


async def _with_a_row_that_lacks_something(firm: Firm) -> None:
    row = {"id": ANA.mail, "vendor": WORDS}
    async with firm.house.records.write() as session:
        await session.execute(text("INSERT INTO raw_events (id, vendor) VALUES (:id, :vendor)"), row)


def test_no_setting_that_is_a_secret_is_shown() -> None:
    secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert len(secret) > 10
    given: dict[str, Any] = {name: SecretStr(f"canarysecret-{name}") for name in secret}
    shown = Settings.model_construct(**given)
    assert private_in(repr(shown) + str(shown) + str(shown.model_dump())) == []


def test_libraries_are_heard_only_when_they_warn(capfd: pytest.CaptureFixture[str]) -> None:
    """At info and below they write addresses, headers and bodies."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    root.handlers = []
    try:
        configure("debug", as_json=True)
        for library in (
            "httpx",
            "httpcore",
            "slack_sdk",
            "slack_bolt",
            "telegram",
            "twilio",
            "aiosmtplib",
            "sqlalchemy",
        ):
            logging.getLogger(library).info("canarywords")
            logging.getLogger(f"{library}.client").debug("canarywords")
    finally:
        root.level, root.handlers = before
        structlog.reset_defaults()
    assert private_in("".join(capfd.readouterr())) == []
