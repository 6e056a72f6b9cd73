"""Twilio's door: only Twilio gets in, through any proxy, and what it tells is understood."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels import base
from integrations.channels.base import BadSignature, Inbound, Knock, Receipt, ReceiptStatus, Unknown, Wish
from integrations.channels.twilio.door import TwilioDoor
from integrations.channels.twilio.signing import Secrets, verify
from integrations.standins.twilio.hooks import SharedKey, sign
from tests.channels.twilio.at_twilio import ANA, HOOK, TOKEN, US, WEI, Office, office, served

__all__ = ["office", "served"]

with_twilio = pytest.mark.asyncio(loop_scope="module")

FIELDS = [("MessageSid", "SM1"), ("From", ANA), ("To", US), ("Body", "Tuesday "), ("ToCity", "")]
DOOR = TwilioDoor(Secrets(TOKEN))


def knock(
    fields: list[tuple[str, str]] = FIELDS, *, url: str = HOOK, signed: str | None = None, secret: str = TOKEN
) -> Knock:
    """A form as it arrives, signed for `signed` where that is another address."""
    headers = {"x-twilio-signature": sign(secret, signed or url, fields)}
    return Knock(url, headers, urlencode(fields).encode())


def told(**fields: str) -> base.Told:
    [one] = DOOR.read(knock([("MessageSid", "SM1"), *fields.items()])).told
    return one


def heard(**fields: str) -> Inbound:
    one = told(**({"From": ANA, "To": US} | fields))
    assert isinstance(one, Inbound)
    return one


# Who is let in


async def test_twilio_gets_in_with_every_field_as_it_came() -> None:
    """Blanks, spaces at the end, doubles and odd characters are all signed."""
    fields = [*FIELDS, ("Body2", ""), ("MediaUrl", "a"), ("MediaUrl", "b"), ("MediaUrl", "a"), ("Né", "ö&=+ 🎉")]
    await DOOR.verify(knock(fields))


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        (HOOK, "https://assistant.example:443/hooks/twilio"),
        ("https://assistant.example:443/hooks/twilio", HOOK),
        ("https://assistant.example:8443/hooks/twilio", "https://assistant.example:8443/hooks/twilio"),
        (f"{HOOK}?tenant=a&tenant=b&empty=", f"{HOOK}?tenant=a&tenant=b&empty="),
    ],
)
async def test_ports_and_queries_hold(url: str, signed: str) -> None:
    await DOOR.verify(knock(url=url, signed=signed))


@pytest.mark.parametrize(
    "url",
    [
        "http://assistant.example/hooks/twilio",
        "http://127.0.0.1:8000/hooks/twilio",
        f"{HOOK}/",
        f"{HOOK}?tenant=b",
        "https://assistant.example/hooks/Twilio",
    ],
)
async def test_the_address_inside_the_proxy_does_not_hold(url: str) -> None:
    with pytest.raises(BadSignature):
        await DOOR.verify(knock(url=url, signed=HOOK))


@pytest.mark.parametrize(
    "changed",
    [
        [("MessageSid", "SM1"), ("From", ANA), ("To", US), ("Body", "Tuesday"), ("ToCity", "")],
        FIELDS[:-1],
        [*FIELDS, ("Extra", "")],
        [*FIELDS, ("Body", "Wednesday")],
    ],
    ids=["a space less", "the blank one dropped", "one more", "one doubled"],
)
async def test_a_form_that_was_touched_does_not_hold(changed: list[tuple[str, str]]) -> None:
    touched = Knock(HOOK, knock().headers, urlencode(changed).encode())
    with pytest.raises(BadSignature):
        await DOOR.verify(touched)


@with_twilio
async def test_json_is_held_to_its_hash(office: Office) -> None:
    body = '{"name": "Zoë"}'.encode()
    good = office.standin.hooks.json(f"{HOOK}?a=1", body)
    assert (await office.standin.hooks.post(good)).status_code == 200
    headers = {name.lower(): value for name, value in good.headers.items()}
    await DOOR.verify(Knock(good.url, headers, good.body))
    for touched in (body.replace(b" ", b""), b"", b"\xff", urlencode(FIELDS).encode()):
        with pytest.raises(BadSignature):
            await DOOR.verify(Knock(good.url, headers, touched))


@with_twilio
async def test_a_shared_key_signs_with_the_newer_algorithm(office: Office) -> None:
    key = SharedKey("webhooks_sharedkey_1", "the shared secret")
    office.standin.hooks.shared = key
    assert (await office.standin.write("ana", "Hi")).status_code == 401, "nobody has told us this key"
    office.hall.door = TwilioDoor(Secrets(TOKEN, {key.id: key.secret}))
    assert (await office.standin.write("ana", "Hi")).status_code == 200
    office.standin.hooks.shared = None
    assert (await office.standin.write("ana", "Hi")).status_code == 200, "older webhooks go on as before"


@pytest.mark.parametrize(
    ("settings", "secret", "algorithm"),
    [
        ("key=one,algorithm=HMAC_SHA256", TOKEN, "sha256"),  # their key, the token's secret
        ("key=two,algorithm=HMAC_SHA256", "shared", "sha256"),  # a key we do not know
        ("algorithm=HMAC_MD5,key=one", "shared", "md5"),
        ("key=one,algorithm=NONE", "shared", "sha256"),
        ("key=,algorithm=HMAC_SHA256", "shared", "sha256"),
        ("", "shared", "sha1"),  # a shared key's secret is no auth token
    ],
)
async def test_no_other_key_or_algorithm_gets_in(settings: str, secret: str, algorithm: str) -> None:
    door = TwilioDoor(Secrets(TOKEN, {"one": "shared"}))
    headers = {
        "x-twilio-webhooks-signature-settings": settings,
        "x-twilio-signature": sign(secret, HOOK, FIELDS, algorithm),
    }
    with pytest.raises(BadSignature):
        await door.verify(Knock(HOOK, headers, urlencode(FIELDS).encode()))


@pytest.mark.parametrize("secret", ["", "the secondary auth token"])
async def test_no_other_token_gets_in(secret: str) -> None:
    with pytest.raises(BadSignature):
        await DOOR.verify(knock(secret=secret))
    with pytest.raises(BadSignature):
        await TwilioDoor(Secrets("")).verify(knock(secret=""))


@given(
    st.one_of(
        st.text(), st.sampled_from([HOOK, "http://[::1", "https://a:99999/b?bodySHA256=x", f"{HOOK}?bodySHA256=%00"])
    ),
    st.one_of(
        st.binary(),
        st.sampled_from(
            [b"a=%ff", b"%", b"&" * 2_000 + b"a=b&" * 2_000, "Body=\ud800".encode("utf-8", "surrogatepass")]
        ),
    ),
    st.text(),
    st.text(),
)
def test_garbage_is_a_bad_signature_and_never_an_error(url: str, body: bytes, signature: str, settings: str) -> None:
    headers = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": settings}
    with pytest.raises(BadSignature):
        verify(Knock(url, headers, body), Secrets(TOKEN))


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=8))
def test_whatever_is_signed_gets_in_and_is_read(fields: list[tuple[str, str]]) -> None:
    fields = [(name, value) for name, value in fields if (name + value).isprintable()]
    whole = knock(fields)
    verify(whole, Secrets(TOKEN))
    assert len(DOOR.read(whole).told) == 1


def test_our_reckoning_of_the_signature_is_twilios_own() -> None:
    """The example of Twilio's own page on security."""
    url = "https://example.com/myapp?foo=1&bar=2"
    fields = [("Digits", "1234"), ("To", "+18005551212"), ("From", "+14158675310"), ("Caller", "+14158675310")]
    fields.append(("CallSid", "CA1234567890ABCDE"))
    text = url + "CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310To+18005551212"
    wanted = base64.b64encode(hmac.new(b"12345", text.encode(), hashlib.sha1).digest()).decode()
    assert sign("12345", url, fields) == wanted


# What is read


@with_twilio
async def test_a_message_is_read_and_nothing_is_said_back(office: Office) -> None:
    answer = await office.standin.write("ana", "Tuesday is good")
    assert office.hall.heard == Inbound(office.hall.heard.vendor_id, "sms", ANA, "Tuesday is good", to=US)
    assert (answer.status_code, answer.text) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert answer.headers["content-type"].startswith("text/xml")


@with_twilio
async def test_the_same_webhook_told_twice_is_one_message(office: Office) -> None:
    await office.standin.write("ana", "Tuesday")
    await office.standin.again()
    assert office.hall.told[0] == office.hall.told[1]


@with_twilio
async def test_whatsapp_tells_a_name_and_files_that_nobody_looks_at(office: Office) -> None:
    await office.standin.write("ana", "", "whatsapp", files=2)
    told = office.hall.heard
    assert (told.channel, told.sender, told.name, told.files, told.text) == ("whatsapp", ANA, "ana", 2, "")


@pytest.mark.parametrize("many", ["", "-1", "two", "9" * 400, "١"])
def test_a_strange_number_of_files_is_none(many: str) -> None:
    assert heard(NumMedia=many).files == 0


def test_a_place_on_the_map_is_something_nobody_looks_at_either() -> None:
    assert heard(From=f"whatsapp:{ANA}", Body="", Latitude="38.7", Longitude="-9.1").files == 1


@pytest.mark.parametrize(
    ("fields", "pressed", "text"),
    [
        ({"Body": "Tue", "ButtonText": "Tue", "ButtonPayload": "n17@1"}, "n17@1", "Tue"),
        ({"Body": "", "ButtonText": "Tue", "ButtonPayload": "n17@1"}, "n17@1", "Tue"),
        ({"Body": "Msg", "ButtonText": "Confirm"}, "Confirm", "Msg"),
        ({"Body": "Tue", "ListId": "n17@4", "ListTitle": "Tue"}, "n17@4", "Tue"),
        ({"Body": "Tue"}, None, "Tue"),
    ],
)
def test_what_was_pressed_is_known_by_its_id_or_else_its_label(
    fields: dict[str, str], pressed: str | None, text: str
) -> None:
    told = heard(From=f"whatsapp:{ANA}", **fields)
    assert (told.pressed, told.text) == (pressed, text)


@pytest.mark.parametrize(
    ("sender", "user", "expected"),
    [
        (f"whatsapp:{ANA}", f"whatsapp:{WEI}", ANA),
        (f"whatsapp:{WEI}", f"whatsapp:{WEI}", WEI),
        ("", f"whatsapp:{WEI}", WEI),
    ],
)
def test_nobody_on_whatsapp_needs_a_phone_number(sender: str, user: str, expected: str) -> None:
    told = heard(From=sender, To=f"whatsapp:{US}", ExternalUserId=user, Body="Hi")
    assert (told.channel, told.sender) == ("whatsapp", expected)


@pytest.mark.parametrize(
    ("to", "body", "wish"),
    [
        (US, "STOP", Wish.OUT),
        (US, " stop\n", Wish.OUT),
        (US, "Cancel", Wish.OUT),
        (US, "end", Wish.OUT),
        (US, "REVOKE", Wish.OUT),
        (US, "optout", Wish.OUT),
        (US, "Start", Wish.IN),
        (US, "yes", Wish.IN),
        (US, "HELP", None),
        (US, "please stop", None),
        (US, "yes, Tuesday", None),
        ("+18005550100", "STOP", Wish.OUT),
        ("+18005550100", "CANCEL", None),  # of toll-free numbers the network itself knows only STOP
        ("+18005550100", "YES", None),
        ("+18005550100", "UNSTOP", Wish.IN),
        (f"whatsapp:{US}", "stop", Wish.OUT),
        (f"whatsapp:{US}", "cancel", None),  # nobody there acts on it, and it may mean the interview
        (f"whatsapp:{US}", "yes", None),
    ],
)
def test_the_only_word_that_opts_out_or_in_is_the_vendors(to: str, body: str, wish: Wish | None) -> None:
    sender = f"whatsapp:{ANA}" if to.startswith("whatsapp:") else ANA
    assert heard(From=sender, To=to, Body=body).wish is wish


def test_advanced_opt_out_knows_the_firms_own_words() -> None:
    assert heard(Body="ARRET", OptOutType="STOP").wish is Wish.OUT
    assert heard(Body="OUI", OptOutType="START").wish is Wish.IN
    assert heard(Body="AIDE", OptOutType="HELP").wish is None
    [one] = TwilioDoor(Secrets(TOKEN), advanced=True).read(knock([*FIELDS[:3], ("Body", "cancel")])).told
    assert isinstance(one, Inbound)
    assert one.wish is None, "there CANCEL is nothing unless Twilio says so"


@with_twilio
async def test_a_word_of_the_firms_own_closes_the_number_at_twilio(office: Office) -> None:
    office.standin.advanced_words = {"PARAR": "STOP", "VOLTAR": "START"}
    await office.standin.write("ana", "Parar")
    assert office.hall.heard.wish is Wish.OUT
    assert office.standin.opted_out == {(US, ANA)} | {(f"whatsapp:{office.standin.numbers[2][9:]}", ANA)}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("accepted", ReceiptStatus.QUEUED),
        ("queued", ReceiptStatus.QUEUED),
        ("sending", ReceiptStatus.QUEUED),
        ("sent", ReceiptStatus.SENT),
        ("partially_delivered", ReceiptStatus.SENT),
        ("delivered", ReceiptStatus.DELIVERED),
        ("read", ReceiptStatus.READ),
        ("undelivered", ReceiptStatus.UNDELIVERED),
        ("failed", ReceiptStatus.FAILED),
        ("canceled", ReceiptStatus.FAILED),
        ("huh", ReceiptStatus.UNKNOWN),
    ],
)
def test_every_status_has_its_place(status: str, expected: ReceiptStatus) -> None:
    assert told(MessageStatus=status, From=US, To=ANA) == Receipt("SM1", expected)


def test_an_error_on_a_message_that_arrived_means_nothing() -> None:
    assert told(MessageStatus="delivered", ErrorCode="30006") == Receipt("SM1", ReceiptStatus.DELIVERED, "30006")


@pytest.mark.parametrize("code", ["0x7", "²", "9" * 40, "-30006"])
def test_a_strange_error_code_is_kept_and_means_nothing(code: str) -> None:
    assert told(MessageStatus="failed", ErrorCode=code) == Receipt("SM1", ReceiptStatus.FAILED, code)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"MessageSid": "SM1", "From": "messenger:12", "Body": "Hi"}, Unknown("SM1", "messenger")),
        ({"MessageSid": "SM1", "From": "rcs:firm", "Body": "Hi"}, Unknown("SM1", "rcs")),
        ({"EventType": "onMessageAdded", "ConversationSid": "CH1"}, "onMessageAdded"),
        ({"Something": "new"}, ""),
        ({"From": ANA, "Body": "without an id"}, ""),
    ],
)
def test_what_nobody_knows_is_kept_as_unknown(fields: dict[str, str], expected: Unknown | str) -> None:
    whole = knock(list(fields.items()))
    [one], [again] = DOOR.read(whole).told, DOOR.read(whole).told
    assert isinstance(one, Unknown)
    assert one == again
    assert one == expected if isinstance(expected, Unknown) else one.kind == expected
    assert one.vendor_id


def test_an_unknown_thing_told_again_has_the_id_that_twilio_gives_it() -> None:
    first = Knock(f"{HOOK}?bodySHA256=1", {"i-twilio-idempotency-token": "t1"}, json.dumps({"a": 1}).encode())
    [one] = DOOR.read(first).told
    assert one == Unknown("t1", "json")


def test_a_form_nobody_can_read_is_said_so() -> None:
    with pytest.raises(base.BadMessage):
        DOOR.read(Knock(HOOK, {}, b"Body=\xff"))


def test_a_zero_byte_does_not_reach_the_records() -> None:
    assert heard(Body="Tue\0sday").text == "Tuesday"
