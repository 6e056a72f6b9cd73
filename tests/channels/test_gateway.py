"""A firm's own gateway: signed both ways, sent once, every kind of failure told apart, over real HTTP on loopback."""

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from integrations.channels import base
from integrations.channels.base import Abilities, Button, Inbound, Outbound, Receipt, ReceiptStatus
from integrations.channels.gateway import IDEMPOTENCY_KEY, SIGNATURE, Gateway, GatewayChannel, read, sign, verify
from tests.loopback import serving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "a secret both sides know"
HELLO = Outbound(
    key="offer:17:2026-03-02",
    to="+351912345678",
    text="Olá Ana – which one?",
    buttons=(Button("a", "Tuesday"),),
    invite=b"BEGIN:VCALENDAR\r\n",
)


@dataclass
class Vendor:
    """Answers as it is told to, and keeps what it heard."""

    url: str = ""
    status: int = 200
    body: bytes = b'{"id": "wa-1"}'
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.heard.append((dict(request.headers), await request.body()))
        if self.silent:
            await asyncio.Event().wait()
        await Response(self.body, self.status, self.headers)(scope, receive, send)


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    async with serving(vendor) as url:
        vendor.url = url
        yield vendor


@pytest.fixture
async def whatsapp(vendor: Vendor) -> AsyncIterator[GatewayChannel]:
    gateway = Gateway(vendor.url, SECRET, lambda: NOON, patience=timedelta(seconds=1))
    channel = GatewayChannel("whatsapp", Abilities(buttons=3, takes_key=True), gateway)
    yield channel
    await channel.close()


# Out


async def test_a_message_goes_out_signed_with_its_stable_key(whatsapp: GatewayChannel, vendor: Vendor) -> None:
    assert (await whatsapp.send(HELLO)).vendor_id == "wa-1"
    [(headers, raw)] = vendor.heard
    verify(headers, raw, SECRET, NOON)
    assert headers["idempotency-key"] == HELLO.key
    assert json.loads(raw) == {
        "channel": "whatsapp",
        "key": HELLO.key,
        "to": "+351912345678",
        "text": "Olá Ana – which one?",
        "subject": None,
        "buttons": [{"id": "a", "label": "Tuesday"}],
        "thread": None,
        "invite": base64.b64encode(b"BEGIN:VCALENDAR\r\n").decode(),
    }


@pytest.mark.parametrize("status", [409, 429, 500, 503])
async def test_a_gateway_in_trouble_is_tried_again_when_it_says(
    whatsapp: GatewayChannel, vendor: Vendor, status: int
) -> None:
    vendor.status, vendor.headers = status, {"Retry-After": "7"}
    with pytest.raises(base.Temporary) as caught:
        await whatsapp.send(HELLO)
    assert caught.value.retry_after == timedelta(seconds=7)
    assert len(vendor.heard) == 1


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        ("Mon, 02 Mar 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 02 Mar 2026 11:00:00 GMT", timedelta()),
        ("999999999999999999", None),
        ("604800", timedelta(days=1)),
        ("soon", None),
        ("-5", None),
    ],
)
async def test_retry_after_is_seconds_or_a_date_and_never_a_crash(
    whatsapp: GatewayChannel, vendor: Vendor, words: str, wait: timedelta | None
) -> None:
    vendor.status, vendor.headers = 503, {"Retry-After": words}
    with pytest.raises(base.Temporary) as caught:
        await whatsapp.send(HELLO)
    assert caught.value.retry_after == wait


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"error": "opted_out", "code": 21610}', base.OptedOut),
        (b'{"error": "bad_address"}', base.BadAddress),
        (b'{"error": "window_closed"}', base.WindowClosed),
        (b'{"error": "something new"}', base.Refused),
        (b"<html>", base.Refused),
        (b"[]", base.Refused),
    ],
)
async def test_a_refusal_is_for_good_and_says_why(
    whatsapp: GatewayChannel, vendor: Vendor, body: bytes, kind: type[base.Permanent]
) -> None:
    vendor.status, vendor.body = 422, body
    with pytest.raises(base.Permanent) as caught:
        await whatsapp.send(HELLO)
    assert type(caught.value) is kind


async def test_a_redirect_is_not_followed(whatsapp: GatewayChannel, vendor: Vendor) -> None:
    vendor.status, vendor.headers = 307, {"Location": vendor.url}
    with pytest.raises(base.Refused):
        await whatsapp.send(HELLO)
    assert len(vendor.heard) == 1


async def test_a_gateway_that_never_answers_leaves_it_open_whether_the_message_is_out(
    whatsapp: GatewayChannel, vendor: Vendor
) -> None:
    vendor.silent = True
    with pytest.raises(base.Unanswered):
        await whatsapp.send(HELLO)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"id": ""}', b'{"id": null}', b"ok", b"\xff"])
async def test_an_answer_without_an_id_is_no_answer(whatsapp: GatewayChannel, vendor: Vendor, body: bytes) -> None:
    vendor.body = body
    with pytest.raises(base.Unanswered):
        await whatsapp.send(HELLO)


async def test_where_nobody_listens_nothing_left_the_house() -> None:
    channel = GatewayChannel("sms", Abilities(), Gateway("http://127.0.0.1:9", SECRET, lambda: NOON))
    with pytest.raises(base.Temporary) as caught:
        await channel.send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)
    await channel.close()


async def test_neither_texts_nor_secrets_are_logged(
    whatsapp: GatewayChannel, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.status = 500
    with pytest.raises(base.Temporary) as caught:
        await whatsapp.send(HELLO)
    shown = caplog.text + repr(caught.value) + repr(whatsapp.gateway)
    for private in (HELLO.text, HELLO.to, SECRET, "v1="):
        assert private not in shown


@pytest.mark.parametrize(("url", "secret"), [("ftp://x", "s"), ("", "s"), ("https://x", "")])
def test_a_gateway_that_could_not_work_is_not_made(url: str, secret: str) -> None:
    with pytest.raises(ValueError, match="gateway"):
        Gateway(url, secret, lambda: NOON)


# In: the signature


def signed(raw: bytes) -> dict[str, str]:
    return {SIGNATURE: sign(SECRET, raw, NOON)}


@given(st.binary())
def test_what_is_signed_is_taken(raw: bytes) -> None:
    verify(signed(raw), raw, SECRET, NOON)


def test_the_name_of_the_header_is_read_in_any_case() -> None:
    verify({SIGNATURE.lower(): sign(SECRET, b"x", NOON)}, b"x", SECRET, NOON)


@given(st.binary(min_size=1), st.data())
def test_one_changed_byte_breaks_the_signature(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    with pytest.raises(base.BadSignature):
        verify(signed(raw), changed, SECRET, NOON)


@given(st.text(), st.binary())
def test_garbage_for_a_signature_is_a_bad_signature_and_never_a_crash(header: str, raw: bytes) -> None:
    with pytest.raises(base.BadSignature):
        verify({SIGNATURE: header}, raw, SECRET, NOON)


@given(st.text(), st.text())
def test_garbage_in_its_parts_is_no_crash_either(at: str, digest: str) -> None:
    with pytest.raises(base.BadSignature):
        verify({SIGNATURE: f"t={at},v1={digest}"}, b"x", SECRET, NOON)


@pytest.mark.parametrize("at", ["٣٣", "²", "9" * 5000, "-1", "1e9", "nan", "", " "])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(base.BadSignature, match="unix seconds"):
        verify({SIGNATURE: f"t={at},v1=00"}, b"x", SECRET, NOON)


@pytest.mark.parametrize("age", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_an_old_message_cannot_be_played_again(age: timedelta) -> None:
    with pytest.raises(base.BadSignature, match="too old"):
        verify(signed(b"x"), b"x", SECRET, NOON + age)
    verify(signed(b"x"), b"x", SECRET, NOON + age * 0.99)


def test_while_the_secret_is_being_changed_both_signatures_may_stand_side_by_side() -> None:
    both = sign("the next secret", b"x", NOON) + ",v1=" + sign(SECRET, b"x", NOON).partition("v1=")[2]
    verify({SIGNATURE: both}, b"x", SECRET, NOON)


def test_without_a_secret_nothing_is_taken() -> None:
    with pytest.raises(base.BadSignature):
        verify({SIGNATURE: sign("", b"x", NOON)}, b"x", "", NOON)


def test_unsigned_is_refused() -> None:
    with pytest.raises(base.BadSignature):
        verify({IDEMPOTENCY_KEY: "k"}, b"x", SECRET, NOON)


# In: the message


def told(**fields: object) -> bytes:
    return json.dumps(
        {"type": "message", "id": "wa-9", "channel": "whatsapp", "sender": "+351912345678"} | fields
    ).encode()


def test_a_message_is_read() -> None:
    raw = told(text="Tuesday", pressed="a", thread="t", reply="QkVHSU4=", at="2026-03-02T13:00:00+01:00", new="field")
    assert read(raw) == Inbound("wa-9", "whatsapp", "+351912345678", "Tuesday", "a", "t", b"BEGIN", NOON)


def test_a_voice_message_has_no_text_and_is_still_a_message() -> None:
    assert read(told()) == Inbound("wa-9", "whatsapp", "+351912345678", "")


def test_a_receipt_is_read_whatever_its_status() -> None:
    raw = b'{"type": "receipt", "id": "wa-1", "status": "%s", "error": 63016}'
    assert read(raw % b"failed") == Receipt("wa-1", ReceiptStatus.FAILED, "63016")
    assert read(raw % b"partially_delivered") == Receipt("wa-1", ReceiptStatus.UNKNOWN, "63016")


def test_a_character_no_database_keeps_is_left_out() -> None:
    message = read(told(text="a\0b"))
    assert isinstance(message, Inbound)
    assert message.text == "ab"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"hello", "is not JSON"),
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[1]", "must be a JSON object"),
        (b"{}", 'type: must be "message" or "receipt"'),
        (b'{"type": "fax"}', 'type: must be "message" or "receipt"'),
        (b'{"type": "receipt"}', "id: is missing; status: is missing"),
        (told(sender=None), "sender: must be text"),
        (told(sender=" "), "sender: must not be empty"),
        (told(id="x" * 513), "id: is too long"),
        (told(channel="fax"), "channel: must be one of whatsapp, sms"),
        (told(reply="%%%"), "reply: must be base64"),
        (told(reply=7), "reply: must be base64"),
        (told(at="2026-03-02T13:00:00"), "at: must carry an offset"),
        (told(at="yesterday"), "at: must carry an offset"),
        (told(at="0001-01-01T00:00:00+14:00"), "at: must be a time that exists"),
    ],
)
def test_a_message_that_cannot_be_read_says_which_field_and_what_is_wrong(raw: bytes, words: str) -> None:
    with pytest.raises(base.BadMessage, match="^" + words):
        read(raw)


@given(
    st.binary()
    | st.recursive(st.none() | st.text() | st.floats() | st.integers(), st.lists).map(json.dumps).map(str.encode)
)
def test_garbage_is_a_bad_message_and_never_a_crash(raw: bytes) -> None:
    with pytest.raises(base.BadMessage):
        read(raw)


anything = st.none() | st.text() | st.integers() | st.floats() | st.lists(st.text())


@given(
    st.dictionaries(st.sampled_from(["type", "id", "channel", "sender", "text", "pressed", "reply", "at"]), anything)
)
def test_a_message_with_odd_fields_is_read_or_refused_in_words(fields: dict[str, object]) -> None:
    with suppress(base.BadMessage):
        assert read(told(**fields)).vendor_id
