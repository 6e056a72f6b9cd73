"""Teams with our bot in it. The verbs are what people do; each is told to the bot when `deliver` is called."""

from __future__ import annotations

import itertools
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

import httpx2
from starlette.requests import Request

from integrations.standins.behind_doors import BehindDoors, Refused
from integrations.standins.teams.people import Person, Shown, to_press
from integrations.standins.teams.refusing import Pace, no
from integrations.standins.teams.rules import check_card, check_dialog
from integrations.standins.teams.signing import Signer

TENANT = "11111111-2222-4333-8444-555555555555"
APP = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
TEAM = "19:general@thread.tacv2"
RETRIES = 3  # after the first time


@dataclass
class Told:
    """One thing to tell the bot."""

    activity: dict[str, Any]
    person: Person | None = None  # who waits for the answer
    tries: int = 0

    @property
    def body(self) -> bytes:
        return json.dumps(self.activity, ensure_ascii=False).encode("utf-8", "surrogatepass")


@dataclass(kw_only=True)
class StandInTeams(BehindDoors):
    """One bot, in one tenant."""

    now: Callable[[], datetime]
    url: str  # where this stand-in itself is
    hook: str = ""  # the bot's messaging endpoint
    tenant: str = TENANT
    app_id: str = APP
    secret: str = "teams~secret-of-nothing"  # noqa: S105 – nothing is behind it
    people: dict[str, Person] = field(default_factory=dict)
    messages: dict[tuple[str, str], Shown] = field(default_factory=dict)
    waiting: list[Told] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)  # that were given out, and until when each holds
    signer: Signer = field(init=False)
    pace: Pace = field(init=False)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1), init=False)
    _client: httpx2.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.signer = Signer(self.app_id, self.now)
        self.pace = Pace(self.now)
        self._client = httpx2.AsyncClient(timeout=10, follow_redirects=False, trust_env=False, verify=_everybodys())

    @property
    def bot(self) -> str:
        return f"28:{self.app_id}"

    @property
    def service_url(self) -> str:
        return f"{self.url}/teams"

    def meet(self, user: str, name: str, *, installed: bool = True) -> Person:
        return self.people.setdefault(user, Person(user, name, installed=installed))

    def said(self, user: str) -> list[Shown]:
        """What the bot wrote to this person, in order."""
        return [each for each in self.messages.values() if each.conversation == self.people[user].conversation]

    # What people do

    def say(self, user: str, text: str, *, quoting: str = "", files: int = 0) -> Told:
        """To the bot, in private. A quote's words come along in the text, and apart only in its HTML."""
        activity = self._in_private(user, type="message", text=text, textFormat="plain")
        html = f"<p>{escape(text, quote=False)}</p>"
        if quoting:
            quote = (
                f'<blockquote itemscope itemtype="http://schema.skype.com/Reply"><p>{escape(quoting)}</p></blockquote>'
            )
            activity["text"], html = f"{quoting}\r\n\r\n{text}", quote + html
        attached = [{"contentType": "text/html", "content": html}] if quoting else []
        info = "application/vnd.microsoft.teams.file.download.info"
        activity["attachments"] = attached + [{"contentType": info, "name": "cv.pdf"} for _ in range(files)]
        return self._tell(activity)

    def mention(self, user: str, text: str, *, conversation: str = TEAM) -> Told:
        """In a channel of a team, where everything that is told mentions the bot."""
        name = "<at>askARSAN</at>"
        activity = self._in_team(user, conversation, type="message", text=f"{name} {text}", textFormat="plain")
        mention = {"type": "mention", "mentioned": {"id": self.bot, "name": "askARSAN"}, "text": name}
        activity["entities"].append(mention)
        return self._tell(activity)

    def press(self, user: str, shown: Shown, label: str, *, old: bool = False) -> Told:
        """A button on one of the bot's messages. `old`: with a client that knows no Action.Execute."""
        assert shown.card is not None, "it has no buttons"
        action = to_press(shown.card, label)
        if old and action["type"] == "Action.Execute":
            action = action["fallback"]
        data = action.get("data", {})
        if action["type"] == "Action.Execute":
            done = {"type": "Action.Execute", "verb": action["verb"], "data": data, "id": action.get("id")}
            return self._invoke(user, "adaptiveCard/action", {"action": done, "trigger": "manual"}, shown.id)
        if data.get("msteams", {}).get("type") == "task/fetch":
            asked = {name: value for name, value in data.items() if name != "msteams"}
            value = {"data": {**asked, "type": "task/fetch"}, "context": {"theme": "default"}}
            return self._invoke(user, "task/fetch", value, shown.id)
        return self._tell(self._in_private(user, type="message", value=data, replyToId=shown.id))

    def begin(self, user: str, command: str) -> Told:
        """A command beside the place where messages are written."""
        value = {"commandId": command, "commandContext": "compose", "context": {"theme": "default"}}
        return self._invoke(user, "composeExtension/fetchTask", value)

    def submit(self, user: str, values: Mapping[str, str], *, begun: bool = False) -> Told:
        """Fills in the dialog that stands open, and sends it off. Teams lets nobody send a needed one empty."""
        person = self.people[user]
        assert person.dialog is not None, "no dialog stands open"
        card = person.dialog["card"]["content"]
        inputs = [each for each in card["body"] if each["type"].startswith("Input.")]
        filled = {each["id"]: values.get(each["id"].partition(":")[2], each.get("value", "")) for each in inputs}
        assert all(filled[each["id"]] for each in inputs if each.get("isRequired")), "Teams asks for what is needed"
        (send,) = card["actions"]
        name = "composeExtension/submitAction" if begun else "task/submit"
        return self._invoke(user, name, {"data": {**send["data"], **filled}, "context": {"theme": "default"}})

    def install(self, user: str, action: str = "add") -> Told:
        self.people[user].installed = True
        return self._tell(self._in_private(user, type="installationUpdate", action=action))

    def uninstall(self, user: str) -> Told:
        self.people[user].installed = False
        return self._tell(self._in_private(user, type="installationUpdate", action="remove"))

    def uninstall_in_team(self, user: str) -> Told:
        return self._tell(self._in_team(user, TEAM, type="installationUpdate", action="remove"))

    def invent(self, user: str, **told: Any) -> Told:
        """An activity of any kind at all."""
        return self._tell(self._in_private(user, **told))

    # Telling it

    async def deliver(self) -> list[int]:
        """Tells what waits, oldest first. What is not taken comes again, three times; a press does not."""
        told, self.waiting = self.waiting, []
        return [await self.knock(each) for each in told]

    async def knock(self, told: Told) -> int:
        """Tells this one, whether it was taken before or not; 0 where nobody answered."""
        waits = told.activity.get("type") == "invoke"
        try:
            answer = await self._client.post(self.hook, content=told.body, headers=self.signed(told.activity))
        except httpx2.TransportError:
            status, content = 0, b""
        else:
            status, content = answer.status_code, answer.content
        if waits and told.person:
            self._answered(told.person, told.activity["name"], status, content)
        elif not 200 <= status < 300 and told.tries < RETRIES:
            told.tries += 1
            self.waiting.append(told)
        return status

    def signed(self, activity: Mapping[str, Any] | None = None, **other: Any) -> dict[str, str]:
        service = str((activity or {}).get("serviceUrl", self.service_url))
        return {"Content-Type": "application/json", "Authorization": f"Bearer {self.signer.token(service, **other)}"}

    async def close(self) -> None:
        await self._client.aclose()

    def _answered(self, person: Person, name: str, status: int, content: bytes) -> None:
        """What the answer does to whoever waits for it. One without a body is none."""
        try:
            told = json.loads(content) if status == 200 else None
            if not isinstance(told, dict):
                person.trouble += 1
            elif name == "adaptiveCard/action":
                self._shown_after(person, told)
            else:
                person.dialog = check_dialog(told)
        except (ValueError, Refused):
            person.trouble += 1

    def _shown_after(self, person: Person, told: Mapping[str, Any]) -> None:
        match told:
            case {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": str() as words}:
                person.toasts.append(words)
            case {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": dict() as card}:
                check_card(card)
            case _:
                person.trouble += 1

    # How it is told

    def _invoke(self, user: str, name: str, value: Mapping[str, Any], reply_to: str = "") -> Told:
        more = {"replyToId": reply_to} if reply_to else {}
        activity = self._in_private(user, type="invoke", name=name, value=value, **more)
        activity["id"] = f"f:{self._next()}-0000-4000-8000-000000000000"
        return self._tell(activity, self.people[user])

    def _in_private(self, user: str, **told: Any) -> dict[str, Any]:
        conversation = self.people[user].conversation
        where = {"conversationType": "personal", "tenantId": self.tenant, "id": conversation}
        return {**self._activity(user), "conversation": where, "channelData": {"tenant": {"id": self.tenant}}, **told}

    def _in_team(self, user: str, conversation: str, **told: Any) -> dict[str, Any]:
        number = self._next()
        where = {
            "isGroup": True,
            "conversationType": "channel",
            "tenantId": self.tenant,
            "id": f"{conversation};messageid={number}",
        }
        team = {"tenant": {"id": self.tenant}, "team": {"id": TEAM}, "channel": {"id": conversation}}
        return {**self._activity(user), "conversation": where, "channelData": team, **told}

    def _activity(self, user: str) -> dict[str, Any]:
        person = self.people[user]
        return {
            "id": self._next(),
            "timestamp": self.now().strftime("%Y-%m-%dT%H:%M:%S.%f7Z"),
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "from": {"id": person.mri, "name": person.name, "aadObjectId": person.user},
            "recipient": {"id": self.bot, "name": "askARSAN"},
            "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web"}],
            "locale": "en-GB",
        }

    def _tell(self, activity: dict[str, Any], person: Person | None = None) -> Told:
        told = Told(activity, person)
        self.waiting.append(told)
        return told

    def _next(self) -> str:
        return f"{int(self.now().timestamp() * 1000) + next(self._count)}"

    # What the bot asks for

    def admit(self, request: Request) -> None:
        """Only the Connector itself wants a token."""
        if not request.url.path.startswith("/teams/"):
            return
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or self.tokens.get(token, self.now()) <= self.now():
            raise no(401, "Unauthorized", "Authorization has been denied for this request.")

    def give_token(self) -> dict[str, Any]:
        token = f"bot-token-{next(self._count)}-of-nothing"
        self.tokens[token] = self.now() + timedelta(seconds=3_599)
        return {"token_type": "Bearer", "expires_in": 3_599, "ext_expires_in": 3_599, "access_token": token}

    def keep(self, conversation: str, activity: dict[str, Any]) -> Shown:
        shown = Shown(conversation, self._next(), activity)
        self.messages[conversation, shown.id] = shown
        return shown


@lru_cache(maxsize=1)
def _everybodys() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
