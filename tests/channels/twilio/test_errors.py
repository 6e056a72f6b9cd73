"""What Twilio answers, sorted into what to do next; and answers that are of no use."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse, JSONResponse, Response

from integrations.channels import base
from integrations.channels.base import (
    BadAddress,
    ChannelError,
    OptedOut,
    Refused,
    Temporary,
    Unanswered,
    WindowClosed,
)
from integrations.channels.twilio.errors import MEANS, means, refusal
from integrations.channels.twilio.templates import Templates
from tests.channels.twilio.at_twilio import Office, office, outbound, served

__all__ = ["office", "served"]

at_twilio = pytest.mark.asyncio(loop_scope="module")

SORTED: dict[type[ChannelError], str] = {
    Temporary: "20429 21611 30001 30003 30008 63018",
    BadAddress: "21211 21614 21635 30005 30006 63024",
    OptedOut: "21610 63014",
    WindowClosed: "63016",
    Refused: "21408 21602 21603 21606 21608 21609 21617 21656 30002 30004 30007 63021 63032 63033",
}


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for kind, codes in SORTED.items() for code in codes.split()])
def test_each_code_is_sorted_the_same_in_an_answer_as_in_a_receipt(code: str, kind: type[ChannelError]) -> None:
    assert means(code) is kind
    answer = refusal(400, json.dumps({"code": int(code), "message": "x", "status": 400}), None, sends=True)
    assert (type(answer), answer.code) == (kind, code)


def test_nobody_is_taken_for_gone_or_unwilling_on_a_block_alone() -> None:
    assert [code for code, kind in MEANS.items() if kind is OptedOut] == [21610, 63014]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_after_a_breakdown_only_a_message_may_be_out(status: int) -> None:
    wait = timedelta(seconds=9)
    message, lookup = (refusal(status, '{"code": 20500}', wait, sends=sends) for sends in (True, False))
    assert (type(message), type(lookup)) == (Unanswered, Temporary)
    assert isinstance(message, Temporary)
    assert message.retry_after == wait


@given(
    st.integers(min_value=300, max_value=599),
    st.text() | st.sampled_from(["[]", '{"code": true}', '{"code": "21610"}', '{"code": null}', "1"]),
)
def test_whatever_is_answered_is_one_of_our_errors(status: int, body: str) -> None:
    error = refusal(status, body, None, sends=True)
    assert isinstance(error, ChannelError)
    assert error.code == str(status) or error.code == str(json.loads(body)["code"])


@at_twilio
@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("<h1>Welcome to the hotel's network</h1>", 200),
        JSONResponse(["SM1"], 201),
        JSONResponse({}, 201),
        JSONResponse({"sid": None}, 201),
        Response(status_code=204),
        Response(b"\xff\xfe{", 201, media_type="application/json"),
    ],
    ids=["a page", "a list", "nothing in it", "no id", "nothing", "garbage"],
)
async def test_a_yes_nobody_can_read_may_have_been_one(office: Office, answer: Response) -> None:
    office.standin.mishaps.answer(lambda: answer)
    with pytest.raises(Unanswered):
        await office.sms.send(outbound("Hello"))


@at_twilio
@pytest.mark.parametrize("answer", [HTMLResponse("<h1>Hello</h1>"), JSONResponse([]), JSONResponse({"a": [], "b": []})])
async def test_a_look_up_nobody_can_read_is_no_no(office: Office, answer: Response) -> None:
    office.standin.mishaps.answer(lambda: answer)
    with pytest.raises(Temporary) as caught:
        await office.sms.look_up(outbound("Hello"), office.clock())
    assert not isinstance(caught.value, Unanswered)


@at_twilio
async def test_a_list_that_leads_elsewhere_takes_our_secret_nowhere(office: Office) -> None:
    """To a server that answers, so that it is we who do not go there."""
    elsewhere = office.url.replace("127.0.0.1", "localhost")
    meta = {"key": "contents", "next_page_url": f"{elsewhere}/v1/ContentAndApprovals"}
    office.standin.mishaps.answer(lambda: JSONResponse({"meta": meta, "contents": []}), on="GET /v1/")
    with pytest.raises(base.Temporary, match="leads elsewhere"):
        await Templates(office.twilio).list()


@at_twilio
async def test_a_redirect_is_not_followed(office: Office) -> None:
    there = f"{office.url}/2010-04-01/Accounts/AC/Messages.json"
    office.standin.mishaps.answer(lambda: Response(status_code=307, headers={"Location": there}))
    with pytest.raises(Refused) as caught:
        await office.sms.send(outbound("Hello"))
    assert caught.value.code == "307"
