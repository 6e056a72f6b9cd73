"""The stand-in is as strict as Twilio: what would fail there fails here."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from integrations.standins.twilio.account import SID
from tests.channels.twilio.at_twilio import ANA, BEN, MONDAY, OURS_ON_WHATSAPP, TOKEN, US, Office, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
FROM, TO = f"whatsapp:{OURS_ON_WHATSAPP}", f"whatsapp:{ANA}"
TEXT = {"friendly_name": "x", "language": "en", "types": {"twilio/text": {"body": "Hi"}}}


async def ask(office: Office, method: str, path: str, **more: Any) -> httpx2.Response:
    return await office.client.request(method, f"{office.url}{path}", **{"auth": (SID, TOKEN)} | more)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ANA, "From": US, "Body": "x", "body": "x"}, 20001),
        ({"From": US, "Body": "x"}, 21211),
        ({"To": "912345678", "From": US, "Body": "x"}, 21211),
        ({"To": ANA, "Body": "x"}, 21603),
        ({"To": ANA, "From": US}, 21602),
        ({"To": ANA, "From": US, "Body": "x" * 1_601}, 21617),
        ({"To": ANA, "From": US, "Body": "🎉" * 801}, 21617),
        ({"To": ANA, "From": "+15550100999", "Body": "x"}, 21606),
        ({"To": TO, "From": "whatsapp:+15550100999", "Body": "x"}, 63007),
        ({"To": TO, "From": US, "Body": "x"}, 21910),
        ({"To": ANA, "MessagingServiceSid": "MG1", "Body": "x"}, 20404),
        ({"To": ANA, "From": US, "Body": "x", "StatusCallback": "/hooks/twilio"}, 21609),
        ({"To": TO, "From": FROM, "ContentSid": "HX1"}, 21655),
        ({"To": TO, "From": FROM, "Body": "x", "ContentVariables": "{}"}, 21656),
        ({"To": "+4912345678", "From": US, "Body": "x"}, 21408),
        ({"To": BEN, "From": US, "Body": "x"}, 21614),
    ],
)
async def test_a_message_twilio_would_refuse_is_refused(office: Office, form: dict[str, str], code: int) -> None:
    office.standin.closed_regions, office.standin.landlines = ("+491234",), {BEN}
    answer = await ask(office, "POST", MESSAGES, data=form)
    assert answer.json()["code"] == code
    assert answer.status_code == answer.json()["status"] >= 400
    assert office.standin.messages == []


@pytest.mark.parametrize(
    "variables",
    [
        "",
        "[]",
        '{"1": 1}',
        '{"1": null}',
        '{"1": ""}',
        '{"1": "a\\nb"}',
        '{"1": "a\\tb"}',
        '{"1": "a     b"}',
        "{1: 2}",
    ],
)
async def test_values_twilio_would_refuse_are_refused(office: Office, variables: str) -> None:
    content = office.standin.contents.create(TEXT)
    form = {"To": TO, "From": FROM, "ContentSid": content.sid, "ContentVariables": variables}
    assert (await ask(office, "POST", MESSAGES, data=form)).json()["code"] == 21656


@pytest.mark.parametrize("auth", [(SID, "wrong"), ("SK1", TOKEN), (SID, ""), None])
@pytest.mark.parametrize(("method", "path"), [("GET", MESSAGES), ("POST", MESSAGES), ("GET", "/v1/Content")])
async def test_nobody_gets_in_without_the_keys(
    office: Office, auth: tuple[str, str] | None, method: str, path: str
) -> None:
    answer = await ask(office, method, path, auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


async def test_another_account_is_not_ours_to_use(office: Office) -> None:
    answer = await ask(office, "GET", MESSAGES.replace(SID, "AC" + "1" * 32))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"language": "en", "types": {}},
        TEXT | {"extra": 1},
        TEXT | {"types": {"twilio/text": {}}},
        TEXT | {"types": {"twilio/text": {"body": "Hi {{1}}"}}},
        TEXT | {"types": {"twilio/text": {"body": "Hi"}, "twilio/media": {}}},
        TEXT | {"variables": {"1": 2}},
        TEXT | {"types": {"twilio/quick-reply": {"body": "Hi", "actions": []}}},
        TEXT | {"types": {"twilio/quick-reply": {"body": "Hi", "actions": [{"title": "a", "id": "b"}]}}},
        TEXT | {"types": {"twilio/list-picker": {"body": "Hi", "button": "", "items": [{"item": "a", "id": "b"}]}}},
        TEXT
        | {"types": {"twilio/list-picker": {"body": "Hi", "button": "x", "items": [{"item": "a" * 25, "id": "b"}]}}},
    ],
)
async def test_a_content_twilio_would_refuse_is_refused(office: Office, told: dict[str, Any]) -> None:
    assert (await ask(office, "POST", "/v1/Content", json=told)).status_code == 400
    assert office.standin.contents.all == {}


@pytest.mark.parametrize("query", ["?Foo=1", "?Page=1", "?PageSize=0", "?PageSize=x", "?DateSent=soon"])
async def test_a_question_twilio_does_not_know_is_refused(office: Office, query: str) -> None:
    sent = await ask(office, "POST", MESSAGES, data={"To": ANA, "From": US, "Body": "x"})
    office.standin.message(sent.json()["sid"]).sent_at = MONDAY
    assert (await ask(office, "GET", MESSAGES + query)).status_code == 400


@pytest.mark.parametrize(
    ("actions", "approved", "code"),
    [
        ([{"type": "QUICK_REPLY", "title": str(n), "id": str(n)} for n in range(4)], False, 63005),
        ([{"type": "QUICK_REPLY", "title": str(n), "id": str(n)} for n in range(4)], True, None),
        ([{"type": "QUICK_REPLY", "title": "{{1}}", "id": str(n)} for n in range(2)], False, 63021),
        ([{"type": "QUICK_REPLY", "title": "{{2}}", "id": "1"}], False, 63021),
    ],
    ids=["four without approval", "four with", "two alike", "one too long"],
)
async def test_buttons_whatsapp_would_not_show_fail_on_their_way(
    office: Office, actions: list[dict[str, str]], approved: bool, code: int | None
) -> None:
    await office.standin.write("ana", "Hi", "whatsapp")
    told = TEXT | {
        "variables": {"1": "a", "2": "x" * 21},
        "types": {"twilio/quick-reply": {"body": "Hi", "actions": actions}},
    }
    content = office.standin.contents.create(told)
    if approved:
        office.standin.contents.ask_approval(content.sid, {"name": "x", "category": "UTILITY"})
        office.standin.contents.review("x", "approved")
    form = {"To": TO, "From": FROM, "ContentSid": content.sid, "StatusCallback": office.standin.inbound}
    await ask(office, "POST", MESSAGES, data=form)
    await office.standin.deliver()
    assert office.standin.messages[0].error == code


async def test_a_list_opens_no_conversation_and_a_text_beside_a_template_fails(office: Office) -> None:
    items = [{"item": "a", "id": "a"}]
    told = TEXT | {"types": {"twilio/list-picker": {"body": "Hi", "button": "x", "items": items}}}
    listed = office.standin.contents.create(told)
    with_text = {"ContentSid": office.standin.contents.create(TEXT).sid, "Body": "Hi"}
    for given in ({"ContentSid": listed.sid}, with_text):
        form = {"To": TO, "From": FROM, "StatusCallback": office.standin.inbound, **given}
        assert (await ask(office, "POST", MESSAGES, data=form)).status_code == 201
    await office.standin.deliver()
    assert [each.error for each in office.standin.messages] == [63016, 63016]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_sdks_own_asynchronous_client_cannot_make_a_content_here_either(office: Office) -> None:
    """It encodes the JSON as a form, and says nothing: why we bring a connection of our own."""
    http = AsyncTwilioHttpClient()
    client = Client(SID, TOKEN, http_client=http)
    client.content.base_url = office.url
    try:
        with pytest.raises(TwilioException):
            await client.content.v1.contents.create_async(ContentList.ContentCreateRequest(dict(TEXT)))
    finally:
        await http.close()


async def test_days_are_those_on_which_it_was_sent(office: Office) -> None:
    form = {"To": ANA, "From": US, "Body": "x", "StatusCallback": office.standin.inbound}
    await ask(office, "POST", MESSAGES, data=form)
    today = f"{MONDAY:%Y-%m-%d}"
    assert (await ask(office, "GET", MESSAGES, params={"DateSent": today})).json()["messages"] == []
    await office.standin.deliver()
    for name, day, found in (("DateSent", today, 1), ("DateSent>", "2026-03-03", 0), ("DateSent<", "2026-03-03", 1)):
        told = (await ask(office, "GET", MESSAGES, params={name: day})).json()
        assert len(told["messages"]) == found, name


async def test_one_message_can_be_asked_for(office: Office) -> None:
    form = {"To": ANA, "From": US, "Body": "x" * 200}
    made = (await ask(office, "POST", MESSAGES, data=form)).json()
    assert (made["status"], made["num_segments"], made["date_sent"]) == ("queued", "2", None)
    assert (await ask(office, "GET", made["uri"])).json() == made
    assert (await ask(office, "GET", MESSAGES.replace(".json", "/SM1.json"))).status_code == 404
