"""Slack with our app in it. The verbs are what people do; each is told to the app when `deliver` is called."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import httpx2
from starlette.websockets import WebSocket

from integrations.standins.mishaps import Mishaps
from integrations.standins.slack.payloads import escaped, typed
from integrations.standins.slack.workspace import Person, Shown, Workspace, buttons_in

SCOPES = frozenset(
    "app_mentions:read chat:write commands im:history im:write users:read users:read.email".split(),
)
RETRIES = 3  # after the first time
REASON = {0: "http_timeout"}
CHALLENGE = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Told:
    """One thing to tell the app."""

    kind: str  # as Socket Mode calls it: events_api, interactive, slash_commands
    payload: dict[str, Any]
    person: Person | None = None  # who waits for the answer
    tries: int = 0
    reason: str = ""

    def request(self) -> tuple[str, bytes]:
        """Its content type and body over HTTP."""
        match self.kind:
            case "events_api":
                return "application/json", json.dumps(self.payload).encode()
            case "interactive":
                return FORM, urlencode({"payload": json.dumps(self.payload)}).encode()
        return FORM, urlencode(self.payload).encode()


@dataclass
class StandInSlack:
    """One app, and the workspaces that it is in or may come to be in."""

    now: Callable[[], datetime]
    secret: str = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 – nothing is behind it
    app_id: str = "A0ASKARSAN"
    app_token: str = "xapp-1-A0ASKARSAN-1-abc"  # noqa: S105 – the same
    client_id: str = "4444.5555"
    client_secret: str = "client-secret-of-nothing"  # noqa: S105 – the same
    redirects: tuple[str, ...] = ()
    rotates: bool = False
    hook: str = ""  # where the app wants to be told
    url: str = ""  # where this stand-in itself is, for the addresses it gives out
    mishaps: Mishaps = field(default_factory=Mishaps)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)  # each method with what it was given
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    waiting: list[Told] = field(default_factory=list)
    whispers: dict[str, Person] = field(default_factory=dict)  # by the end of a response_url
    codes: dict[str, tuple[str, str, str, datetime]] = field(default_factory=dict)  # team, person, redirect, since
    refreshes: dict[str, str] = field(default_factory=dict)  # refresh tokens and their workspaces
    line: WebSocket | None = None  # Socket Mode
    opened: asyncio.Event = field(default_factory=asyncio.Event)  # the line is
    acknowledged: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _client: httpx2.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=10, follow_redirects=False, trust_env=False, verify=_everybodys())

    def workspace(self, id: str = "T1", name: str = "Acme Recruiting", *, installed: bool = True) -> Workspace:
        if id not in self.workspaces:
            token = f"xoxb-{id}-1"
            self.workspaces[id] = Workspace(id, name, self.now, token, SCOPES, installed=installed)
        return self.workspaces[id]

    # What people do

    def say(self, who: str, text: str, *, thread: str | None = None, files: int = 0, team: str = "T1") -> Told:
        """To the bot, in private."""
        space = self.workspace(team)
        event = self._typed(space, space.private(who).id, who, text, thread) | {"channel_type": "im"}
        if files:
            event |= {"subtype": "file_share", "files": [{"id": f"F{number}"} for number in range(files)]}
        return self._event(space, event)

    def mention(self, who: str, text: str, *, channel: str = "C1", thread: str | None = None, team: str = "T1") -> Told:
        space = self.workspace(team)
        event = self._typed(space, channel, who, f"@{space.bot} {text}", thread)
        return self._event(space, event | {"type": "app_mention"})

    def edit(self, who: str, told: Told, text: str, *, team: str = "T1") -> Told:
        space, before = self.workspace(team), told.payload["event"]
        message = {**before, "text": escaped(text), "edited": {"user": who, "ts": space.next_ts()}}
        return self._event(
            space,
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "channel": before["channel"],
                "channel_type": "im",
                "ts": space.next_ts(),
                "message": message,
                "previous_message": before,
            },
        )

    def echo(self, shown: Shown, *, team: str = "T1") -> Told:
        """The bot's own message, told to it as to anybody who listens there."""
        space = self.workspace(team)
        event = {**shown.told(), "channel": shown.channel, "channel_type": "im", "bot_id": space.bot_id}
        return self._event(space, event | {"app_id": self.app_id})

    def command(self, who: str, text: str, *, channel: str = "C1", team: str = "T1") -> Told:
        space = self.workspace(team)
        person, end = space.people[who], space.next_id("R")
        self.whispers[end] = person
        payload = {
            "token": "old",
            "team_id": team,
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": "hiring",
            "user_id": who,
            "user_name": person.shown(team)["name"],
            "command": "/arsan",
            "text": escaped(text),
            "api_app_id": self.app_id,
            "is_enterprise_install": "false",
            "response_url": f"{self.url}/commands/{end}",
            "trigger_id": space.trigger(who),
        }
        return self._tell(Told("slash_commands", payload, person))

    def press(self, who: str, shown: Shown, label: str, *, team: str = "T1") -> Told:
        """A button below one of the bot's messages, however old."""
        container = {"type": "message", "message_ts": shown.ts, "channel_id": shown.channel, "is_ephemeral": False}
        more = {"channel": {"id": shown.channel, "name": "directmessage"}, "message": shown.told()}
        return self._pressed(self.workspace(team), who, shown.blocks, label, {"container": container, **more})

    def press_at_home(self, who: str, label: str, *, team: str = "T1") -> Told:
        space = self.workspace(team)
        view = space.people[who].home
        assert view is not None, "nothing was published"
        container = {"type": "view", "view_id": view["id"]}
        return self._pressed(space, who, view["blocks"], label, {"container": container, "view": view})

    def submit(self, who: str, values: Mapping[str, str], *, team: str = "T1") -> Told:
        """Fills in the modal that stands open, and sends it off. Slack lets nobody send a needed one empty."""
        space = self.workspace(team)
        person = space.people[who]
        assert person.modal is not None, "no modal stands open"
        person.errors = {}
        state = {block["block_id"]: _filled(block, values) for block in person.modal["blocks"]}
        view = {**person.modal, "state": {"values": state}, "app_installed_team_id": team}
        payload = self._interaction(space, who) | {"type": "view_submission", "view": view}
        return self._tell(Told("interactive", payload, person))

    def open_home(self, who: str, *, tab: str = "home", team: str = "T1") -> Told:
        space = self.workspace(team)
        event = {"type": "app_home_opened", "user": who, "channel": space.private(who).id, "tab": tab}
        return self._event(space, event | {"event_ts": space.next_ts()})

    def uninstall(self, *, team: str = "T1") -> tuple[Told, Told]:
        """Slack tells both, in whatever order."""
        space = self.workspace(team)
        space.installed = False
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [space.bot]}}
        return self._event(space, revoked), self._event(space, {"type": "app_uninstalled"})

    def invent(self, event: Mapping[str, Any], *, team: str = "T1") -> Told:
        """An event of any kind at all."""
        return self._event(self.workspace(team), dict(event))

    # Telling it

    async def deliver(self) -> list[int]:
        """Tells what waits, oldest first. An event that is not taken comes again, three times; nothing else does."""
        told, self.waiting = self.waiting, []
        return [await self.knock(each) for each in told]

    async def knock(self, told: Told) -> int:
        """Tells this one, whether it was taken before or not; 0 where nobody answered."""
        kind, body = told.request()
        again = {"X-Slack-Retry-Num": str(told.tries), "X-Slack-Retry-Reason": told.reason} if told.tries else {}
        try:
            answer = await self._client.post(self.hook, content=body, headers=self.signed(kind, body) | again)
            status, taken = answer.status_code, answer.is_success
        except httpx2.TransportError:
            answer, status, taken = None, 0, False
        if taken and answer is not None:
            self._answered(told, answer.headers.get("content-type", ""), answer.content)
        elif told.kind == "events_api" and told.tries < RETRIES:
            told.tries, told.reason = told.tries + 1, REASON.get(status, "http_error")
            self.waiting.append(told)
        return status

    def signed(self, kind: str, body: bytes) -> dict[str, str]:
        at = str(int(self.now().timestamp()))
        proof = hmac.new(self.secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        return {"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={proof}"}

    async def challenge(self) -> bool:
        """As Slack does when an address is entered: does our app live there? As text or as JSON, it is its answer."""
        body = json.dumps({"type": "url_verification", "token": "old", "challenge": CHALLENGE}).encode()
        answer = await self._client.post(self.hook, content=body, headers=self.signed("application/json", body))
        said = (CHALLENGE, json.dumps({"challenge": CHALLENGE}))
        return answer.status_code == 200 and answer.text in said

    async def deliver_by_line(self) -> int:
        """The same over the app's own line; how many were acknowledged."""
        told, self.waiting = self.waiting, []
        for each in told:
            await self.send_by_line(each, f"envelope-{id(each)}")
        return len(told)

    async def send_by_line(self, told: Told, envelope: str) -> None:
        assert self.line is not None, "no line is open"
        asks = told.kind != "events_api"
        await self.line.send_json(
            {"envelope_id": envelope, "type": told.kind, "payload": told.payload, "accepts_response_payload": asks}
        )
        answer = await asyncio.wait_for(self.acknowledged.get(), 10)
        assert answer["envelope_id"] == envelope
        if answer.get("payload"):
            self._answered(told, "application/json", json.dumps(answer["payload"]).encode())
        else:
            self._answered(told, "", b"")

    def _answered(self, told: Told, kind: str, body: bytes) -> None:
        """What the answer does to whoever waits for it."""
        if told.person is None or told.payload.get("type") != "view_submission":
            return
        match json.loads(body) if body and kind.startswith("application/json") else None:
            case {"response_action": "errors", "errors": {**errors}} if errors:
                told.person.errors = {str(name): str(words) for name, words in errors.items()}
            case None:
                told.person.modal = None

    async def close(self) -> None:
        await self._client.aclose()

    # How it is told

    def _typed(self, space: Workspace, channel: str, who: str, text: str, thread: str | None) -> dict[str, Any]:
        ts = space.next_ts()
        space.keep(Shown(channel, ts, who, escaped(text), typed(text), thread))
        event = {
            "type": "message",
            "user": who,
            "team": space.id,
            "ts": ts,
            "event_ts": ts,
            "client_msg_id": space.next_id("m"),
            "channel": channel,
            "text": escaped(text),
            "blocks": typed(text),
        }
        return event | ({"thread_ts": thread} if thread else {})

    def _event(self, space: Workspace, event: dict[str, Any]) -> Told:
        payload = {
            "token": "old",
            "team_id": space.id,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": space.next_id("Ev"),
            "event_time": int(self.now().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": space.id,
                    "user_id": space.bot,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-context",
        }
        return self._tell(Told("events_api", payload))

    def _pressed(
        self, space: Workspace, who: str, blocks: list[dict[str, Any]], label: str, where: Mapping[str, Any]
    ) -> Told:
        (button,) = [each for each in buttons_in(blocks) if each["text"]["text"] == label]
        action = {name: button[name] for name in ("action_id", "value", "text", "type")}
        action |= {"block_id": "b1", "action_ts": space.next_ts()}
        payload = self._interaction(space, who) | {"type": "block_actions", "actions": [action], **where}
        return self._tell(Told("interactive", payload, space.people[who]))

    def _interaction(self, space: Workspace, who: str) -> dict[str, Any]:
        return {
            "user": {"id": who, "username": "x", "name": space.people[who].shown("")["name"], "team_id": space.id},
            "api_app_id": self.app_id,
            "token": "old",
            "trigger_id": space.trigger(who),
            "team": {"id": space.id, "domain": "acme"},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _tell(self, told: Told) -> Told:
        self.waiting.append(told)
        return told


def _filled(block: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    element, value = block["element"], values.get(block["block_id"])
    kind, state = element["type"], {"type": element["type"]}
    match kind:
        case "static_select":
            chosen = next((each for each in element["options"] if each["value"] == value), None)
            state["selected_option"] = chosen or (element.get("initial_option") if value is None else None)
        case "datepicker":
            state["selected_date"] = value or element.get("initial_date")
        case "timepicker":
            state["selected_time"] = value or element.get("initial_time")
        case "users_select":
            state["selected_user"] = value or element.get("initial_user")
        case _:
            state["value"] = element.get("initial_value") if value is None else value or None
    empty = len([each for each in state.values() if each]) == 1
    assert block.get("optional") or not empty, f"Slack does not send it off without {block['block_id']}"
    return {element["action_id"]: state}


@lru_cache(maxsize=1)
def _everybodys() -> ssl.SSLContext:
    return httpx2.create_ssl_context()  # a fifth of a second, which not every stand-in has to take
