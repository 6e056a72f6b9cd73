"""Mails by SendGrid's own SDK, over HTTP to its stand-in: untracked, once, and every refusal told apart."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.carriers import ABILITIES
from integrations.channels import base
from integrations.channels.base import ChannelError, Sent
from integrations.channels.email.by_sendgrid import SendGridAccount, SendGridChannel, written
from integrations.standins.sendgrid.account import StandInSendGrid
from integrations.standins.sendgrid.rules import faults
from integrations.standins.sendgrid.web import web
from tests.channels.email.shapes import ANA, FIRM, NOON, OFFER, OUR_ID, TOKEN
from tests.channels.email.test_letter import INVITE
from tests.loopback import serving

SEND = "POST /v3/mail/send"


@pytest.fixture
def sendgrid() -> StandInSendGrid:
    return StandInSendGrid(lambda: NOON)


@pytest.fixture
async def email(sendgrid: StandInSendGrid) -> AsyncIterator[SendGridChannel]:
    async with serving(web(sendgrid)) as url:
        yield SendGridChannel(ABILITIES["email"], SendGridAccount(sendgrid.key, url), FIRM, lambda: NOON)


async def test_a_mail_is_sent_under_our_id_and_sendgrids(email: SendGridChannel, sendgrid: StandInSendGrid) -> None:
    assert await email.send(OFFER) == Sent(OUR_ID, ("mail0001",))
    [taken] = sendgrid.mails
    assert taken.to == ANA
    assert taken.mail["headers"]["Message-ID"] == OUR_ID
    assert taken.mail["reply_to"] == {"email": TOKEN}
    assert taken.mail["custom_args"] == {"askarsan_key": OFFER.key, "askarsan_mail": OUR_ID}
    assert taken.mail["from"] == {"email": "arsan@firm.example", "name": "Firm Talent"}


async def test_nobody_is_watched_while_reading(email: SendGridChannel, sendgrid: StandInSendGrid) -> None:
    await email.send(OFFER)
    tracking = sendgrid.mails[0].mail["tracking_settings"]
    assert {name: settings["enable"] for name, settings in tracking.items()} == {
        "click_tracking": False,
        "open_tracking": False,
        "subscription_tracking": False,
        "ganalytics": False,
    }
    assert tracking["click_tracking"]["enable_text"] is False


async def test_text_comes_first_and_an_invite_last_with_its_method(
    email: SendGridChannel, sendgrid: StandInSendGrid
) -> None:
    await email.send(replace(OFFER, invite=INVITE))
    mail = sendgrid.mails[0].mail
    assert [each["type"] for each in mail["content"]] == ["text/plain", "text/html", "text/calendar; method=REQUEST"]
    assert mail["content"][2]["value"].encode() == INVITE
    assert [each["filename"] for each in mail["attachments"]] == ["invite.ics"]


async def test_one_click_ends_it_here_too(email: SendGridChannel, sendgrid: StandInSendGrid) -> None:
    await email.send(replace(OFFER, unsubscribe="https://firm.example/out/1", answers=("<a@people.example>",)))
    headers = sendgrid.mails[0].mail["headers"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["References"] == "<a@people.example>"
    assert headers["Auto-Submitted"] == "auto-generated"


async def test_a_text_that_looks_like_a_key_is_sent_all_the_same(
    email: SendGridChannel, sendgrid: StandInSendGrid
) -> None:
    await email.send(replace(OFFER, text="The room is SG.2.14, see you."))
    assert "SG.2.14" in sendgrid.mails[0].mail["content"][0]["value"]


@pytest.mark.parametrize(
    ("status", "headers", "means", "wait"),
    [
        (429, {"X-RateLimit-Reset": str(int(NOON.timestamp()) + 7)}, base.Temporary, timedelta(seconds=7)),
        (429, {"Retry-After": "9", "X-RateLimit-Reset": "1"}, base.Temporary, timedelta(seconds=9)),
        (429, {}, base.Temporary, None),
        (500, {}, base.Temporary, None),
        (503, {"X-RateLimit-Reset": "9" * 30}, base.Temporary, None),
        (401, {}, base.KeyRefused, None),
        (403, {}, base.KeyRefused, None),
        (400, {}, base.Refused, None),
        (413, {}, base.Refused, None),
    ],
)
async def test_a_refusal_means_one_thing(
    email: SendGridChannel,
    sendgrid: StandInSendGrid,
    status: int,
    headers: dict[str, str],
    means: type[ChannelError],
    wait: timedelta | None,
) -> None:
    sendgrid.mishaps.refuse(status, {"errors": [{"message": f"about {ANA}", "field": None}]}, headers, on=SEND)
    with pytest.raises(base.ChannelError) as caught:
        await email.send(OFFER)
    assert type(caught.value) is means
    assert getattr(caught.value, "retry_after", None) == wait
    assert ANA not in str(caught.value)
    assert caught.value.__cause__ is None
    assert (await email.send(OFFER)).vendor_id == OUR_ID, "once more, and it is well"


async def test_an_address_that_sendgrid_does_not_take_is_a_bad_one(
    email: SendGridChannel, sendgrid: StandInSendGrid
) -> None:
    wrong = {"errors": [{"message": "Does not contain a valid address.", "field": "personalizations.0.to.0.email"}]}
    sendgrid.mishaps.refuse(400, wrong, on=SEND)
    with pytest.raises(base.BadAddress):
        await email.send(OFFER)


async def test_an_answer_that_is_lost_leaves_it_open_whether_the_mail_was_taken(
    email: SendGridChannel, sendgrid: StandInSendGrid
) -> None:
    sendgrid.mishaps.lose(on=SEND)
    with pytest.raises(base.Unanswered):
        await email.send(OFFER)
    assert len(sendgrid.mails) == 1


async def test_a_slow_answer_does_not_keep_us_for_ever(sendgrid: StandInSendGrid) -> None:
    sendgrid.mishaps.dawdle(0.4, on=SEND)
    async with serving(web(sendgrid)) as url:
        account = SendGridAccount(sendgrid.key, url, patience=timedelta(seconds=0.1))
        with pytest.raises(base.Unanswered):
            await SendGridChannel(ABILITIES["email"], account, FIRM, lambda: NOON).send(OFFER)


async def test_nobody_there_is_tried_again(sendgrid: StandInSendGrid) -> None:
    async with serving(web(sendgrid)) as url:
        pass
    with pytest.raises(base.Temporary) as caught:
        await SendGridChannel(ABILITIES["email"], SendGridAccount("SG.x", url), FIRM, lambda: NOON).send(OFFER)
    assert not isinstance(caught.value, base.Unanswered), "nothing left the house"


async def test_a_wrong_key_is_no_fault_of_the_mail_but_of_our_key(sendgrid: StandInSendGrid) -> None:
    async with serving(web(sendgrid)) as url:
        with pytest.raises(base.KeyRefused):
            await SendGridChannel(ABILITIES["email"], SendGridAccount("SG.other", url), FIRM, lambda: NOON).send(OFFER)
    assert sendgrid.mails == []


async def test_neither_the_key_nor_the_words_are_logged(
    email: SendGridChannel, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await email.send(OFFER)
    assert "Maria of Acme" not in caplog.text
    assert "SG.stand-in" not in caplog.text
    assert "SG.stand-in" not in repr(SendGridAccount("SG.stand-in.key"))


@pytest.mark.parametrize("key", ["", "SG.a b", "SG.x\r\nX: y"])
def test_a_key_that_is_none_is_told_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        SendGridAccount(key)


@pytest.mark.parametrize(
    "change",
    [
        {"nonsense": 1},
        {"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]},
        {"content": [{"type": "text/plain", "value": ""}]},
        {"subject": ""},
        {"headers": {"Reply-To": "x@y.example"}},
        {"headers": {"X-A": "b\r\nBcc: c"}},
        {"custom_args": {"n": 1}},
        {"personalizations": []},
        {"personalizations": [{"to": [{"email": ANA}, {"email": ANA.upper()}]}]},
        {"personalizations": [{"to": [{"email": "nobody"}]}]},
        {"attachments": [{"content": "no base64!", "filename": "x"}]},
        {"tracking_settings": {"opens": {"enable": False}}},
    ],
    ids=str,
)
def test_the_stand_in_is_as_strict_as_sendgrid(change: dict[str, Any]) -> None:
    good = written(OFFER, FIRM)
    assert list(faults(good)) == []
    assert list(faults(good | change)) != []
