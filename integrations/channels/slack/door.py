"""Slack's way in: one address for events, slash commands and whatever is pressed or filled in.

Bolt finds out whose a payload is. It does not verify, because a timestamp that is no number makes it answer 500, and a
wrong signature makes it log the whole body. It does not parse, because it loses a slash command with the word "payload"
in it. And it does not dispatch, because it would run listeners before anything is kept, twice for what is told twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltError
from slack_bolt.request.async_request import AsyncBoltRequest

from integrations.channels.base import (
    OK,
    Answer,
    BadAddress,
    BadMessage,
    BadSignature,
    Door,
    Fault,
    Knock,
    Read,
)
from integrations.channels.desk import Asked, Desk
from integrations.channels.slack import home, modals
from integrations.channels.slack.addresses import Address
from integrations.channels.slack.api import Slack
from integrations.channels.slack.reading import Aside, Found, Opens, Payload, found
from integrations.channels.slack.words import escaped

SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
TOLERANCE = timedelta(minutes=5)
LONGEST_CHALLENGE = 500
# What Bolt stumbles over when a payload is not of its shape.
ODD = (AttributeError, BoltError, LookupError, RecursionError, TypeError, ValueError)

logging.getLogger("slack_bolt").setLevel(logging.CRITICAL + 1)  # it writes whole bodies


class SlackDoor(Door):
    """`desk` makes forms and the App Home. Without one nothing opens, and everything else is heard all the same."""

    name = "slack"

    def __init__(self, secret: str, now: Callable[[], datetime], slack: Slack, desk: Desk | None = None) -> None:
        self.desk = desk
        self._secret = secret
        self._now = now
        self._slack = slack

    async def verify(self, knock: Knock) -> None:
        if not self._secret:
            raise BadSignature("no secret is configured")
        at = knock.headers.get(TIMESTAMP, "")
        if not (at.isascii() and at.isdecimal() and len(at) <= 12):
            raise BadSignature(f"{TIMESTAMP} is no time")
        told = f"v0:{at}:".encode() + knock.body
        wanted = "v0=" + hmac.new(self._secret.encode(), told, hashlib.sha256).hexdigest()
        given = knock.headers.get(SIGNATURE, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, wanted.encode()):
            raise BadSignature(f"{SIGNATURE} is not the one we expect")
        if abs(self._now().timestamp() - int(at)) > TOLERANCE.total_seconds():
            raise BadSignature("it is too old, or one of the clocks is wrong")

    def read(self, knock: Knock) -> Read:
        """X-Slack-Retry-Num is not looked at: what comes again may never have been kept."""
        kind = knock.headers.get("content-type", "").partition(";")[0]
        try:
            payload = _parsed(knock.body.decode("utf-8"), kind)
        except ODD:
            raise BadMessage((Fault("", "cannot be read"),)) from None
        return self.read_payload(payload)

    def read_payload(self, payload: object) -> Read:
        """The same of a payload that came by Socket Mode. Raises BadMessage."""
        if not isinstance(payload, dict) or not payload:
            raise BadMessage((Fault("", "must be a payload of Slack's"),))
        match payload:
            case {"type": "url_verification", "challenge": str() as challenge}:
                return Read(answer=_challenged(challenge))
        try:
            told = _told(payload)
        except RecursionError:
            raise BadMessage((Fault("", "is nested too deep"),)) from None
        return Read(told.told, _answer(told), self._afterwards(told))

    async def close(self) -> None:
        await self._slack.close()

    # What Slack waits for besides

    def _afterwards(self, told: Found) -> Callable[[], Awaitable[None]] | None:
        if self.desk is None:
            return None
        if told.opens:
            return partial(self._open, self.desk, told.opens)
        if told.home:
            return partial(self._show_home, self.desk, told.home)
        if told.gone:
            return partial(self.desk.gone, self.name, told.gone)
        if told.aside:
            return partial(self._say_aside, self.desk, told.aside)
        return None

    async def _open(self, desk: Desk, opens: Opens) -> None:
        form = await desk.form(Asked(self.name, opens.address, opens.form, opens.id))
        if form is None:
            return
        team, view = Address.read(opens.address).team, modals.view_of(form, opens.thread)
        await self._slack.ask(team, lambda client: client.views_open(trigger_id=opens.trigger, view=view))

    async def _show_home(self, desk: Desk, address: str) -> None:
        sections = await desk.home(self.name, address)
        if sections is not None:
            await home.publish(self._slack, address, sections)

    async def _say_aside(self, desk: Desk, aside: Aside) -> None:
        words = await desk.heard(aside.message)
        if not words.strip():
            return
        if aside.url:
            await self._slack.whisper(aside.url, escaped(words))
            return
        address = Address.read(aside.message.sender)
        await self._slack.ask(
            address.team,
            lambda client: client.chat_postEphemeral(
                channel=aside.channel, user=address.id, text=escaped(words), thread_ts=aside.thread
            ),
        )


def _parsed(body: str, kind: str) -> Any:
    """An event is JSON, an interaction JSON in a field of a form, and a slash command a form."""
    if kind == "application/json" or body.startswith("{"):
        return json.loads(body)
    form = dict(parse_qsl(body, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form


def _told(payload: dict[str, Any]) -> Found:
    try:
        return found(Payload(payload, AsyncBoltRequest(body=payload, mode="socket_mode").context))
    except (BadAddress, *ODD):
        return Payload(payload, AsyncBoltContext()).unknown("unreadable")


def _challenged(challenge: str) -> Answer:
    if len(challenge) > LONGEST_CHALLENGE:
        raise BadMessage((Fault("challenge", "is too long"),))
    return Answer(body=challenge.encode("utf-8", "replace"))


def _answer(told: Found) -> Answer:
    if not told.wrong:
        return OK  # an empty one closes a modal, and shows nothing below a slash command
    body = {"response_action": "errors", "errors": dict(told.wrong)}
    return Answer(body=json.dumps(body).encode(), content_type="application/json")
