"""The channels that the shared cases run over. A new one is one class here and one line in PLACES."""

from __future__ import annotations

import json
import tempfile
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import httpx2

from integrations.carriers import ABILITIES
from integrations.channels import gateway
from integrations.channels.base import Channel, Door, Knock, Read
from integrations.channels.email.by_sendgrid import SendGridAccount, SendGridChannel
from integrations.channels.email.mailbox import Mailbox
from integrations.channels.email.parse_door import ParseDoor, Proof
from integrations.channels.email.signed import SIGNATURE as SIGNATURE_OF_SENDGRID
from integrations.channels.email.signed import SigningKey
from integrations.channels.email.words import around
from integrations.channels.gateway import SIGNATURE, Gateway, GatewayChannel, sign
from integrations.channels.slack.api import Slack
from integrations.channels.slack.door import SlackDoor
from integrations.channels.slack.sending import SlackChannel
from integrations.channels.teams import account as teams
from integrations.channels.teams.connector import Connector
from integrations.channels.teams.door import TeamsDoor
from integrations.channels.teams.proof import Proof as ProofOfTeams
from integrations.channels.teams.sending import TeamsChannel
from integrations.channels.telegram.api import Account, Api
from integrations.channels.telegram.door import SECRET, TelegramDoor
from integrations.channels.telegram.sending import TelegramChannel
from integrations.channels.twilio import account as twilio
from integrations.channels.twilio.door import TwilioDoor
from integrations.channels.twilio.senders import Senders
from integrations.channels.twilio.sending import Desk
from integrations.channels.twilio.signing import Secrets
from integrations.channels.twilio.sms import SmsChannel
from integrations.channels.twilio.whatsapp import WhatsAppChannel
from integrations.standins import gateway as standin_gateway
from integrations.standins.gateway import StandInGateway
from integrations.standins.sendgrid import web as standin_sendgrid
from integrations.standins.sendgrid.account import BOUNDARY, StandInSendGrid, form
from integrations.standins.slack import web as standin_slack
from integrations.standins.slack.slack import StandInSlack
from integrations.standins.teams import web as standin_teams
from integrations.standins.teams.teams import StandInTeams
from integrations.standins.telegram import server as standin_telegram
from integrations.standins.telegram.server import StandInTelegram
from integrations.standins.twilio import web as standin_twilio
from integrations.standins.twilio.account import SID, StandInTwilio
from integrations.standins.twilio.hooks import sign as sign_for_twilio
from tests.channels.cases import Arrived, Clock, Place, Served
from tests.channels.mail_places import AtMailServers

OURS = "a_secret-that-both-sides-know"
ANA_AT_TELEGRAM = 5_017_265_501  # long enough to stand nowhere by chance
TWILIO_HOOK = "https://firm.example/hooks/twilio"


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(verify=False)  # plain http on loopback: certificates take a while to read


class GatewayDoor(Door):
    """As bot/doors/web.py does it."""

    name = "gateway"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def verify(self, knock: Knock) -> None:
        gateway.verify(knock.headers, knock.body, OURS, self._clock())

    def read(self, knock: Knock) -> Read:
        return Read((gateway.read(knock.body),))


class AtGateway(Place):
    """WhatsApp over a firm's own gateway, which takes keys."""

    person = "+351912345678"
    secrets = (OURS,)
    closed_protocol = True

    def __init__(self, served: Served, clock: Clock) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._clock, self._url = clock, f"{served.url}/messages"
        self._told = 0
        self._vendor = StandInGateway(OURS, Path(self._folder.name) / "journal", clock, client=_client())
        served.app = standin_gateway.web(self._vendor)
        self.channel = self._with(OURS)
        self.door = GatewayDoor(clock)

    def _with(self, secret: str) -> Channel:
        line = Gateway(self._url, secret, self._clock, _client())
        return GatewayChannel("whatsapp", replace(ABILITIES["whatsapp"], takes_key=True), line)

    def arrived(self) -> Sequence[Arrived]:
        taken = self._vendor.messages
        return [Arrived(each["text"], tuple(button["label"] for button in each["buttons"])) for each in taken]

    def fail(self, status: int, wait: int | None = None) -> None:
        self._vendor.fail(status, retry_after=wait)

    def lose_answer(self) -> None:
        self._vendor.drop()

    def nobody(self) -> str:
        self._vendor.fail(422, error="bad_address")
        return "+351900000000"

    def opt_out(self) -> None:
        self._vendor.fail(422, error="opted_out")

    def with_wrong_key(self) -> Channel:
        return self._with("another secret")

    def written(self, text: str) -> Knock:
        self._told += 1
        told = {"type": "message", "id": f"wa-{self._told}", "channel": "whatsapp", "sender": self.person, "text": text}
        return self.signed(json.dumps(told).encode())

    def news(self) -> Knock:
        return self.signed(b'{"type": "hologram", "id": "wa-9"}')

    def signed(self, body: bytes) -> Knock:
        return Knock("https://firm.example/gateway", {SIGNATURE.lower(): sign(OURS, body, self._clock())}, body)

    def proof(self) -> str:
        return SIGNATURE.lower()

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()
        self._folder.cleanup()


class AtTelegram(Place):
    person = str(ANA_AT_TELEGRAM)
    signs_body = False

    def __init__(self, served: Served, clock: Clock) -> None:
        self._vendor = StandInTelegram(clock)
        self._vendor.chats.meet(ANA_AT_TELEGRAM, "Ana Silva").started = True
        self._url = served.url
        served.app = standin_telegram.web(self._vendor)
        self.secrets = (OURS, self._vendor.token)
        self.channel = self._with(self._vendor.token)
        self.door = TelegramDoor(OURS, clock)

    def _with(self, token: str) -> Channel:
        return TelegramChannel(Api(Account(token, self._url)), ABILITIES["telegram"])

    def arrived(self) -> Sequence[Arrived]:
        said = self._vendor.chats.said(ANA_AT_TELEGRAM)
        return [Arrived(each.text, tuple(row[0]["text"] for row in each.buttons)) for each in said]

    def fail(self, status: int, wait: int | None = None) -> None:
        more = {"parameters": {"retry_after": wait}} if wait else {}
        self._vendor.mishaps.refuse(status, {"ok": False, "error_code": status, "description": "No", **more})

    def lose_answer(self) -> None:
        self._vendor.mishaps.lose()

    def nobody(self) -> str:
        return "999"

    def opt_out(self) -> None:
        self._vendor.chats.block(ANA_AT_TELEGRAM)

    def with_wrong_key(self) -> Channel:
        return self._with("110201543:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")

    def written(self, text: str) -> Knock:
        self._vendor.chats.write(ANA_AT_TELEGRAM, text)
        return self.signed(json.dumps(self._vendor.chats.waiting()[-1]).encode())

    def news(self) -> Knock:
        return self.signed(b'{"update_id": 9, "hologram": {"id": 1}}')

    def signed(self, body: bytes) -> Knock:
        return Knock("https://firm.example/hooks/telegram", {SECRET.lower(): OURS}, body)

    def proof(self) -> str:
        return SECRET.lower()

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()


class AtTwilio(Place):
    """What SMS and WhatsApp share there. They know a person by the same number."""

    person = "+351912345678"
    secrets = (OURS,)
    sender = "+15550100100"
    prefix = ""

    def __init__(self, served: Served, clock: Clock) -> None:
        self._clock, self._url, self._told = clock, served.url, 0
        self._vendor = StandInTwilio(clock, OURS, client=_client())
        self._vendor.knows("ana", self.person)
        served.app = standin_twilio.web(self._vendor)
        self.channel = self._with(OURS)
        self.door = TwilioDoor(Secrets(OURS))

    def _with(self, token: str) -> Channel:
        account = twilio.Account(SID, token, api=self._url, content=self._url)
        line = twilio.Twilio(account, self._clock, http=_client())
        return self._over(Desk(line, Senders(self.sender), TWILIO_HOOK, self._clock))

    @abstractmethod
    def _over(self, desk: Desk) -> Channel:
        """The channel."""

    def arrived(self) -> Sequence[Arrived]:
        shown = [each.shown for each in self._vendor.messages]
        return [Arrived(each.text, tuple(button[1] for button in each.buttons)) for each in shown]

    def fail(self, status: int, wait: int | None = None) -> None:
        self._vendor.fail_next(status, retry_after=str(wait) if wait else None)

    def lose_answer(self) -> None:
        self._vendor.mishaps.lose()

    def opt_out(self) -> None:
        self._vendor.opted_out.add((self.prefix + self.sender, self.prefix + self.person))

    def with_wrong_key(self) -> Channel:
        return self._with("another token")

    def written(self, text: str) -> Knock:
        self._told += 1
        ends = (("From", self.prefix + self.person), ("To", self.prefix + self.sender))
        return self._form((("MessageSid", f"SM{self._told:032x}"), *ends, ("Body", text), ("NumMedia", "0")))

    def news(self) -> Knock:
        return self._form((("EventType", "hologram"), ("Sid", "EV1")))

    def signed(self, body: bytes) -> Knock:
        url = f"{TWILIO_HOOK}?bodySHA256={sha256(body).hexdigest()}"
        return Knock(url, {self.proof(): sign_for_twilio(OURS, url)}, body)

    def _form(self, fields: Sequence[tuple[str, str]]) -> Knock:
        proof = sign_for_twilio(OURS, TWILIO_HOOK, fields)
        return Knock(TWILIO_HOOK, {self.proof(): proof}, urlencode(fields).encode())

    def proof(self) -> str:
        return "x-twilio-signature"

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()


class AtTwilioBySms(AtTwilio):
    def _over(self, desk: Desk) -> Channel:
        return SmsChannel(desk)

    def nobody(self) -> str:
        self._vendor.landlines.add("+351210000000")
        return "+351210000000"


class AtTwilioByWhatsApp(AtTwilio):
    sender = "+15550100200"
    prefix = "whatsapp:"

    def _over(self, desk: Desk) -> Channel:
        return WhatsAppChannel(desk)

    def nobody(self) -> str:
        return "ana"  # whether a number is on WhatsApp, only a receipt tells


class AtSendGrid(Place):
    """Mails by its API out, and in by Inbound Parse."""

    person = "ana@people.example"
    refuses_late = True

    def __init__(self, served: Served, clock: Clock) -> None:
        self._clock, self._url, self._told = clock, served.url, 0
        self._vendor = StandInSendGrid(clock)
        served.app = standin_sendgrid.web(self._vendor)
        self._mailbox = Mailbox("arsan@firm.example", "Firm Talent", OURS)
        self.secrets = (OURS, self._vendor.key)
        self.channel = self._with(self._vendor.key)
        self.door = ParseDoor(Proof(SigningKey(self._vendor.verification_key)), self._mailbox, clock)

    def _with(self, key: str) -> Channel:
        return SendGridChannel(ABILITIES["email"], SendGridAccount(key, self._url), self._mailbox, self._clock)

    def arrived(self) -> Sequence[Arrived]:
        events = [event for event in self._vendor.events if event["event"] == "delivered"]
        delivered = {event["sg_message_id"].partition(".")[0] for event in events}
        texts = [each.mail["content"][0]["value"] for each in self._vendor.mails if each.id in delivered]
        above = around("answer_above", "en") + "\n\n"
        return [Arrived(text.removeprefix(above).removesuffix("\n")) for text in texts]

    def fail(self, status: int, wait: int | None = None) -> None:
        self._vendor.mishaps.refuse(status, {"errors": []}, {"Retry-After": str(wait)} if wait else None)

    def lose_answer(self) -> None:
        self._vendor.mishaps.lose()

    def nobody(self) -> str:
        return "nobody at all"  # whether there is such a mailbox, only a bounce tells

    def opt_out(self) -> None:
        self._vendor.suppressed[self.person] = "Unsubscribed Address"

    def with_wrong_key(self) -> Channel:
        return self._with("SG.another.key")

    def written(self, text: str) -> Knock:
        self._told += 1
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.person, self._mailbox.address, "Re: your interview"
        mail["Message-ID"] = f"<{self._told}@people.example>"
        mail.set_content(text)
        return self.signed(form({"email": mail.as_bytes()}))

    def news(self) -> Knock:
        return self.signed(form({"email": b"Subject: a hologram\r\n\r\nfrom nobody"}))

    def signed(self, body: bytes) -> Knock:
        proof = {name.lower(): value for name, value in self._vendor.signed(body).items()}
        headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **proof}
        return Knock("https://firm.example/hooks/sendgrid-parse", headers, body)

    def proof(self) -> str:
        return SIGNATURE_OF_SENDGRID


class AtSlack(Place):
    person = "T1:UANA"
    hears_opt_outs = False

    def __init__(self, served: Served, clock: Clock) -> None:
        self._vendor = StandInSlack(clock, url=served.url)
        self._space = self._vendor.workspace("T1")
        self._space.meet("UANA", "Ana Silva")
        self._clock, self._url = clock, f"{served.url}/api/"
        served.app = standin_slack.web(self._vendor)
        self.secrets = (self._vendor.secret, self._space.token)
        self.channel = self._with(self._space.token)
        self.door = SlackDoor(self._vendor.secret, clock, self._line(self._space.token))

    def _line(self, token: str) -> Slack:
        async def token_of(team: str) -> str:
            return token

        return Slack(token_of, self._clock, self._url)

    def _with(self, token: str) -> Channel:
        return SlackChannel(self._line(token))

    def arrived(self) -> Sequence[Arrived]:
        said = self._space.said("DANA")
        return [Arrived(each.words(), tuple(button["text"]["text"] for button in each.buttons())) for each in said]

    def fail(self, status: int, wait: int | None = None) -> None:
        headers = {"Retry-After": str(wait)} if wait else None
        self._vendor.mishaps.refuse(status, {"ok": False, "error": "ratelimited" if wait else "no"}, headers)

    def lose_answer(self) -> None:
        self._vendor.mishaps.lose(on="POST /api/chat.postMessage")

    def nobody(self) -> str:
        return "T1:UNOBODY"

    def opt_out(self) -> None:
        raise NotImplementedError("there is no button for it at Slack")

    def with_wrong_key(self) -> Channel:
        return self._with("xoxb-guessed")

    def written(self, text: str) -> Knock:
        kind, body = self._vendor.say("UANA", text).request()
        return self.signed(body, kind)

    def news(self) -> Knock:
        kind, body = self._vendor.invent({"type": "hologram_posted"}).request()
        return self.signed(body, kind)

    def signed(self, body: bytes, kind: str = "application/json") -> Knock:
        headers = {name.lower(): value for name, value in self._vendor.signed(kind, body).items()}
        return Knock("https://firm.example/hooks/slack", headers, body)

    def proof(self) -> str:
        return "x-slack-signature"

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()


class AtTeams(Place):
    user = "0a0a0a0a-1111-4222-8333-0123456789ab"
    signs_body = None  # only which service and channel it comes from

    def __init__(self, served: Served, clock: Clock) -> None:
        self._vendor = StandInTeams(now=clock, url=served.url)
        self._vendor.meet(self.user, "Ana Silva")
        self._clock = clock
        self.person = f"{self._vendor.tenant}:{self.user}"
        served.app = standin_teams.web(self._vendor)
        self.secrets = (self._vendor.secret, "bot-token")
        self.channel = self._with(self._vendor.secret)
        account = self._account(self._vendor.secret)
        self.door = TeamsDoor(ProofOfTeams(account, clock), account.tenants)

    def _account(self, secret: str) -> teams.Account:
        there = self._vendor
        keys = f"{there.url}/v1/.well-known/openidconfiguration"
        return teams.Account(there.app_id, secret, (there.tenant,), there.service_url, there.url, keys)

    def _with(self, secret: str) -> Channel:
        return TeamsChannel(Connector(self._account(secret), self._clock))

    def arrived(self) -> Sequence[Arrived]:
        return [Arrived(each.words(), tuple(each.labels())) for each in self._vendor.said(self.user)]

    def fail(self, status: int, wait: int | None = None) -> None:
        headers = {"Retry-After": str(wait)} if wait else None
        self._vendor.mishaps.refuse(status, {"error": {"code": "No"}}, headers, on="POST /teams/")

    def lose_answer(self) -> None:
        self._vendor.mishaps.lose(on=f"POST /teams/v3/conversations/{self._vendor.people[self.user].conversation}")

    def nobody(self) -> str:
        return f"{self._vendor.tenant}:99999999-9999-4999-8999-999999999999"

    def opt_out(self) -> None:
        self._vendor.people[self.user].blocked = True

    def with_wrong_key(self) -> Channel:
        return self._with("guessed")

    def written(self, text: str) -> Knock:
        told = self._vendor.say(self.user, text)
        return self.signed(told.body)

    def news(self) -> Knock:
        return self.signed(self._vendor.invent(self.user, type="hologram").body)

    def signed(self, body: bytes) -> Knock:
        headers = {name.lower(): value for name, value in self._vendor.signed().items()}
        return Knock("https://firm.example/hooks/teams", headers, body)

    def proof(self) -> str:
        return "authorization"

    async def close(self) -> None:
        await super().close()
        await self._vendor.close()


PLACES: dict[str, Callable[[Served, Clock], Place]] = {
    "gateway": AtGateway,
    "telegram": AtTelegram,
    "sms": AtTwilioBySms,
    "whatsapp": AtTwilioByWhatsApp,
    "sendgrid": AtSendGrid,
    "smtp": AtMailServers,
    "slack": AtSlack,
    "teams": AtTeams,
}
