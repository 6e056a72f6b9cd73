"""Whoever may knock at a door of ours: where, what they say there, and how they prove that it is they."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import parse_qsl, urlencode

from integrations.channels import gateway
from integrations.channels.email.signed import SIGNATURE, TIMESTAMP
from integrations.channels.telegram.door import SECRET as TELEGRAM_HEADER
from integrations.links.calendly import told as calendly
from integrations.meetings.zoom import told as zoom
from integrations.standins.sendgrid.account import BOUNDARY, StandInSendGrid, form
from integrations.standins.teams.teams import StandInTeams
from integrations.standins.twilio.hooks import sign as sign_for_twilio
from tests.service.firm import SECRET

PUBLIC = "https://assistant.firm.example"
OURS = SECRET
ANA = "+351912345678"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

BESIDES = frozenset({"gateway", "zoom", "calendly", "google", "microsoft"})  # doors that are no channel's

Headers = Mapping[str, str]
Proves = Callable[[str, bytes, datetime], tuple[str, Headers]]  # the public address, the body and now: what is called


@dataclass(frozen=True)
class Knocked:
    target: str  # the path and what stands behind it
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Caller:
    """One vendor: where it knocks, what it says there, and how it proves that it is the one."""

    name: str
    path: str
    kind: str
    proves: Proves
    says: Callable[[int], bytes]  # the nth thing, each under an id of its own
    refused: int = 401  # what is answered to anybody else
    proof: tuple[str, ...] = ()  # in which headers it stands, in small letters
    signs_body: bool = True
    largest: int = 1_000_000  # bytes that are read of it
    dated: bool = True  # proves when, too: played again tomorrow it opens nothing

    def knocks(self, body: bytes, now: datetime) -> Knocked:
        url, proof = self.proves(PUBLIC + self.path, body, now)
        return Knocked(url.removeprefix(PUBLIC), {"Content-Type": self.kind, **proof}, body)


def _json(**said: object) -> bytes:
    return json.dumps(said).encode()


def _beside(header: Callable[[bytes, datetime], Headers]) -> Proves:
    return lambda url, body, now: (url, header(body, now))


# Twilio signs the fields of a form; for any other body it signs the address, which carries a hash of it.


def _twilio(url: str, body: bytes, _: datetime) -> tuple[str, Headers]:
    fields = _fields(body)
    if fields is None:
        url = f"{url}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    return url, {"X-Twilio-Signature": sign_for_twilio(OURS, url, fields or ())}


def _fields(body: bytes) -> Sequence[tuple[str, str]] | None:
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        return None
    return fields if fields and urlencode(fields).encode() == body else None


def _slack(body: bytes, now: datetime) -> Headers:
    at = str(int(now.timestamp()))
    proof = hmac.new(OURS.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={proof}"}


@dataclass(frozen=True)
class Writer:
    """Somebody who writes, by whatever they write with."""

    phone: str = ANA
    mail: str = "ana@mail.example"
    telegram: int = 501
    slack: str = "URITA"
    words: str = "hello?"


def _sms(n: int, by: Writer) -> bytes:
    fields = {"MessageSid": f"SM{n:032x}", "From": by.phone, "To": "+15550100100", "Body": by.words, "NumMedia": "0"}
    return urlencode(fields).encode()


def _mail(n: int, by: Writer) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = by.mail, "arsan@firm.example", "Re: your interview"
    mail["Message-ID"] = f"<{n}@mail.example>"
    mail.set_content(by.words)
    return form({"email": mail.as_bytes()})


def _event(n: int, by: Writer) -> bytes:
    event = {"type": "message", "channel": "D1", "channel_type": "im", "ts": f"{n}.0001"}
    event |= {"user": by.slack, "text": by.words}
    return _json(type="event_callback", team_id="T1", api_app_id="A1", event_id=f"Ev{n}", event_time=n, event=event)


def _update(n: int, by: Writer) -> bytes:
    ana = {"id": by.telegram, "is_bot": False, "first_name": "Ana"}
    message = {"message_id": n, "date": 1_772_438_400, "chat": {"id": by.telegram, "type": "private"}, "from": ana}
    return _json(update_id=n, message={**message, "text": by.words})


TEAMS = "https://teams.firm.example"  # where its service is, which a token is good for
RITA = "0a0a0a0a-1111-4222-8333-000000000001"


def teams() -> Caller:
    standin = StandInTeams(now=lambda: datetime.now(UTC), url=TEAMS)
    standin.meet(RITA, "Rita Lopes")

    def proof(_: bytes, now: datetime) -> Headers:
        at = int(now.timestamp())
        return {"Authorization": f"Bearer {standin.signer.token(standin.service_url, nbf=at, exp=at + 3_600)}"}

    def said(n: int) -> bytes:
        activity = standin.say(RITA, "hello?").activity
        return json.dumps({**activity, "id": f"activity-{n}", "timestamp": "2026-03-02T08:00:00Z"}).encode()

    return Caller("teams", "/hooks/teams", JSON, _beside(proof), said, proof=("authorization",), signs_body=False)


def callers(sendgrid: StandInSendGrid, writer: Callable[[int], Writer] = lambda n: Writer()) -> list[Caller]:
    """One for each door but that of Teams. `writer`: of the nth message, where people write there."""
    by_sendgrid = _beside(sendgrid.signed)
    called_off = {"event": "meeting.deleted", "event_ts": 1, "payload": {"object": {"id": 42, "uuid": "u=="}}}
    return [
        Caller(
            "twilio",
            "/hooks/twilio",
            FORM,
            _twilio,
            lambda n: _sms(n, writer(n)),
            proof=("x-twilio-signature",),
            dated=False,
        ),
        Caller(
            "telegram",
            "/hooks/telegram",
            JSON,
            _beside(lambda body, now: {TELEGRAM_HEADER: OURS}),
            lambda n: _update(n, writer(n)),
            proof=(TELEGRAM_HEADER.lower(),),
            signs_body=False,
            dated=False,
        ),
        Caller(
            "slack",
            "/hooks/slack",
            JSON,
            _beside(_slack),
            lambda n: _event(n, writer(n)),
            proof=("x-slack-signature", "x-slack-request-timestamp"),
        ),
        Caller(
            "sendgrid-events",
            "/hooks/sendgrid-events",
            JSON,
            by_sendgrid,
            lambda n: json.dumps([{"event": "delivered", "sg_event_id": f"e{n}", "sg_message_id": f"m{n}.1"}]).encode(),
            proof=(SIGNATURE, TIMESTAMP),
        ),
        Caller(
            "sendgrid-parse",
            "/hooks/sendgrid-parse",
            MULTIPART,
            by_sendgrid,
            lambda n: _mail(n, writer(n)),
            proof=(SIGNATURE, TIMESTAMP),
            largest=30_000_000,
        ),
        Caller(
            "gateway",
            "/hooks/gateway",
            JSON,
            _beside(lambda body, now: {gateway.SIGNATURE: gateway.sign(OURS, body, now)}),
            lambda n: _json(type="message", id=f"gw-{n}", channel="sms", sender=writer(n).phone, text=writer(n).words),
            proof=(gateway.SIGNATURE.lower(),),
        ),
        Caller(
            "zoom",
            "/hooks/zoom/firm",
            JSON,
            _beside(lambda body, now: zoom.sign(OURS, body, now)),
            lambda n: _json(**{**called_off, "event_ts": n}),
            proof=(zoom.SIGNATURE.lower(), zoom.SIGNED_AT.lower()),
        ),
        Caller(
            "calendly",
            "/hooks/calendly/calendly_1",
            JSON,
            _beside(lambda body, now: calendly.sign(OURS, body, now)),
            lambda n: _json(event="invitee.hologram", created_at="2026-03-02T08:00:00Z", payload={"n": n}),
            proof=(calendly.SIGNATURE.lower(),),
        ),
        Caller(
            "google",
            "/hooks/google/google_1",
            JSON,
            _beside(
                lambda body, now: {
                    "X-Goog-Channel-ID": "watch_google",
                    "X-Goog-Channel-Token": OURS,
                    "X-Goog-Resource-State": "exists",
                }
            ),
            lambda n: b"",
            proof=("x-goog-channel-token", "x-goog-channel-id"),
            signs_body=False,
            dated=False,
        ),
        Caller(
            "microsoft",
            "/hooks/microsoft/microsoft_1",
            JSON,
            lambda url, body, now: (url, {}),
            lambda n: _json(
                value=[
                    {"subscriptionId": "s1", "clientState": OURS, "changeType": "updated", "resource": f"Events/{n}"}
                ]
            ),
            largest=4_000_000,
            refused=202,  # Graph is told nothing of what we think of it
            signs_body=False,
            dated=False,
        ),
    ]
