"""SMS over Twilio: who writes to whom, what comes back, and never the same twice."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.channels import base
from integrations.channels.base import Load, ReceiptStatus
from integrations.channels.twilio.account import Account, Twilio
from integrations.channels.twilio.senders import Senders
from integrations.channels.twilio.sending import Desk, Written
from integrations.channels.twilio.sms import SmsChannel
from integrations.standins.twilio.account import SID
from tests.channels.twilio.at_twilio import (
    ANA,
    BEN,
    GERMANY,
    HOOK,
    OURS_ON_WHATSAPP,
    SERVICE,
    TOKEN,
    US,
    Office,
    account,
    office,
    outbound,
    served,
)

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

HELLO = outbound("Hi Ana, which day is good?")


async def test_a_text_arrives_and_every_message_asks_for_a_receipt(office: Office) -> None:
    sent = await office.sms.send(HELLO)
    [message] = office.standin.messages
    assert message.asked == {"To": ANA, "From": US, "Body": HELLO.text, "StatusCallback": HOOK}
    assert office.hall.became(sent.vendor_id) is ReceiptStatus.UNKNOWN, "taken is not delivered"
    await office.standin.deliver()
    assert office.hall.became(sent.vendor_id) is ReceiptStatus.DELIVERED
    assert [each.text for each in office.standin.phone("ana")] == [HELLO.text]


@pytest.mark.parametrize(("doubled", "backwards"), [(True, False), (False, True), (True, True)])
async def test_receipts_that_come_twice_or_out_of_order_say_the_same(
    office: Office, doubled: bool, backwards: bool
) -> None:
    sent = await office.sms.send(HELLO)
    office.clock.passes(hours=3)
    answers = await office.standin.deliver(doubled=doubled, backwards=backwards)
    assert {answer.status_code for answer in answers} == {200}
    assert office.hall.became(sent.vendor_id) is ReceiptStatus.DELIVERED


async def test_a_reader_in_germany_hears_from_the_german_number(office: Office) -> None:
    await office.sms.send(replace(HELLO, to=BEN))
    await office.sms.send(HELLO)
    assert [each.sender for each in office.standin.messages] == [GERMANY, US]


async def test_a_messaging_service_chooses_the_sender_itself(office: Office) -> None:
    channel = SmsChannel(Desk(office.twilio, Senders(SERVICE), HOOK, office.clock))
    await channel.send(HELLO)
    [message] = office.standin.messages
    assert message.asked["MessagingServiceSid"] == SERVICE
    assert "From" not in message.asked


async def test_what_a_message_asks_of_its_sender_is_known_before_it_goes(office: Office) -> None:
    assert office.sms.load(HELLO) == Load(US, 1, per_second=1)
    assert office.sms.load(outbound("Hello Ben. " * 200, BEN)) == Load(GERMANY, 11 + 4, per_second=1)
    assert office.whatsapp.load(HELLO) == Load(f"whatsapp:{OURS_ON_WHATSAPP}", 1, per_second=80)
    assert office.standin.messages == []


async def test_the_account_itself_may_sign_in_where_there_is_no_key(office: Office) -> None:
    twilio = Twilio(Account(SID, TOKEN, api=office.url, content=office.url), office.clock)
    await SmsChannel(Desk(twilio, Senders(US), HOOK, office.clock)).send(HELLO)
    assert len(office.standin.messages) == 1
    await twilio.close()


async def test_a_key_that_was_taken_back_is_said_so_and_opts_nobody_out(office: Office) -> None:
    office.standin.expire(account(office.url).key)
    with pytest.raises(base.KeyRefused) as caught:
        await office.sms.send(HELLO)
    assert caught.value.code == "20003"


async def test_the_machines_own_twilio_settings_lead_nowhere_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    await office.sms.send(HELLO)
    assert len(office.standin.messages) == 1


@pytest.mark.parametrize("to", ["", "ana", "whatsapp:+351912345678", "US.1234", "+0123", "+351 912 345 678"])
async def test_what_is_no_number_is_not_even_tried(office: Office, to: str) -> None:
    office.standin.fail_next(500)
    with pytest.raises(base.BadAddress):
        await office.sms.send(replace(HELLO, to=to))


# Long texts


async def test_a_long_text_goes_out_in_pieces_and_no_word_is_lost(office: Office) -> None:
    text = " ".join(f"Sentence number {number} ends here." for number in range(120))
    sent = await office.sms.send(outbound(text))
    bodies = [each.shown.text for each in office.standin.messages]
    assert len(bodies) == 3
    assert [*sent.also, sent.vendor_id] == [each.sid for each in office.standin.messages]
    assert all(len(body) <= 1_600 and body.endswith(".") for body in bodies)
    assert " ".join(bodies) == text


async def test_emojis_count_double_and_none_is_cut_in_half(office: Office) -> None:
    await office.sms.send(outbound("🎉" * 900))
    assert [each.shown.text for each in office.standin.messages] == ["🎉" * 800, "🎉" * 100]


async def test_what_failed_between_two_pieces_goes_on_there(office: Office) -> None:
    long = outbound(" ".join(f"Sentence number {number} ends here." for number in range(100)))
    office.standin.queue_limit = 1
    with pytest.raises(base.Temporary):
        await office.sms.send(long)
    await office.standin.deliver()
    office.standin.queue_limit = 100
    office.clock.passes(minutes=5)
    sent = await office.sms.send(long)
    assert [*sent.also, sent.vendor_id] == [each.sid for each in office.standin.messages]
    assert " ".join(each.shown.text for each in office.standin.messages) == long.text


async def test_one_curly_quote_does_not_halve_what_fits(office: Office) -> None:
    await office.sms.send(outbound("Hi Ana – you’re “in”… Tuesday, 10:00\u202fh"))
    assert office.standin.messages[0].shown.text == 'Hi Ana - you\'re "in"... Tuesday, 10:00 h'


# Not twice


async def test_a_message_taken_before_the_answer_was_lost_is_found_and_not_sent_again(office: Office) -> None:
    begun = office.clock()
    office.standin.mishaps.lose()
    with pytest.raises(base.Unanswered):
        await office.sms.send(HELLO)
    office.clock.passes(minutes=2)
    found = await office.sms.look_up(HELLO, begun)
    assert found is not None
    assert [found.vendor_id] == [each.sid for each in office.standin.messages]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_breakdown_at_twilio_may_have_come_after_it_took_the_message(office: Office, status: int) -> None:
    begun = office.clock()
    office.standin.fail_next(status, after_accepting=True)
    with pytest.raises(base.Unanswered):
        await office.sms.send(HELLO)
    assert await office.sms.look_up(HELLO, begun)
    assert len(office.standin.messages) == 1, "and nobody repeated it by himself"


async def test_a_breakdown_before_it_was_taken_leaves_nothing_to_find(office: Office) -> None:
    begun = office.clock()
    office.standin.fail_next(503)
    with pytest.raises(base.Unanswered):
        await office.sms.send(HELLO)
    assert await office.sms.look_up(HELLO, begun) is None


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(office: Office) -> None:
    twilio = Twilio(account(office.url), office.clock, patience=timedelta(seconds=0.3))
    channel = SmsChannel(Desk(twilio, Senders(US), HOOK, office.clock))
    office.standin.mishaps.dawdle(30)
    with pytest.raises(base.Unanswered):
        await channel.send(HELLO)
    assert await office.sms.look_up(HELLO, office.clock()), "it was taken all the same"
    await twilio.close()


async def test_a_message_still_in_the_queue_is_found(office: Office) -> None:
    """Twilio's own filter by day would pass over it: it has not been sent on any."""
    await office.sms.send(HELLO)
    by_day, path = {"To": ANA, "DateSent>": "2026-03-01"}, f"/2010-04-01/Accounts/{SID}/Messages.json"
    told = await office.client.get(office.url + path, params=by_day, auth=(SID, TOKEN))
    assert told.json()["messages"] == []
    assert await office.sms.look_up(HELLO, office.clock())


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("to somebody else", replace(HELLO, to=BEN)),
        ("with another text", replace(HELLO, text="Hi Ana, which day is good")),
        ("that is known as another of this thread", replace(HELLO, answers=("SM" + f"{1:032x}",))),
    ],
)
async def test_a_message_is_not_taken_for_one(office: Office, what: str, message: base.Outbound) -> None:
    sent = await office.sms.send(HELLO)
    assert sent.vendor_id == "SM" + f"{1:032x}"
    assert await office.sms.look_up(message, office.clock()) is None, what


async def test_the_same_words_of_last_week_are_another_message(office: Office) -> None:
    await office.sms.send(HELLO)
    office.clock.passes(days=7)
    assert await office.sms.look_up(HELLO, office.clock()) is None


async def test_twilios_own_goodbye_is_not_taken_for_ours(office: Office) -> None:
    await office.standin.write("ana", "stop")
    assert len(office.standin.messages) == 1
    assert await office.sms.look_up(HELLO, office.clock()) is None


async def test_it_is_found_on_the_second_page_too(office: Office) -> None:
    await office.sms.send(HELLO)
    office.standin.queue_limit = 1_000
    for number in range(120):
        await office.sms.send(outbound(f"Message {number}"))
    assert await office.sms.look_up(HELLO, office.clock())


# What goes wrong


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, 21610, base.OptedOut),
        (400, 21211, base.BadAddress),
        (400, 21614, base.BadAddress),
        (400, 21408, base.Refused),
        (400, 21606, base.Refused),
        (429, 20429, base.Temporary),
        (429, 21611, base.Temporary),
        (401, 20003, base.KeyRefused),
        (404, 20404, base.Refused),
        (400, 99999, base.Refused),
    ],
)
@pytest.mark.parametrize("modern", [False, True], ids=["older answer", "RFC 9457"])
async def test_each_refusal_comes_to_one_of_our_words(
    office: Office, status: int, code: int, error: type[base.ChannelError], modern: bool
) -> None:
    office.standin.fail_next(status, code, modern=modern)
    with pytest.raises(base.ChannelError) as caught:
        await office.sms.send(HELLO)
    assert type(caught.value) is error
    assert caught.value.code == str(code)


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (503, 20503)])
async def test_twilio_is_left_alone_for_as_long_as_it_asks(office: Office, status: int, code: int) -> None:
    office.standin.fail_next(status, code, retry_after="7")
    with pytest.raises(base.Temporary) as caught:
        await office.sms.send(HELLO)
    assert caught.value.retry_after == timedelta(seconds=7)


async def test_too_many_at_once_was_surely_not_taken(office: Office) -> None:
    office.standin.fail_next(429, 20429)
    with pytest.raises(base.Temporary) as caught:
        await office.sms.send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)


async def test_a_full_queue_is_tried_again_later(office: Office) -> None:
    office.standin.queue_limit = 2
    for _ in range(2):
        await office.sms.send(HELLO)
    with pytest.raises(base.Temporary) as caught:
        await office.sms.send(HELLO)
    assert caught.value.code == "21611"
    await office.standin.deliver()
    await office.sms.send(HELLO)


async def test_nobody_home_means_nothing_left_the_house(office: Office) -> None:
    twilio = Twilio(account("http://127.0.0.1:9"), office.clock)
    with pytest.raises(base.Temporary) as caught:
        await SmsChannel(Desk(twilio, Senders(US), HOOK, office.clock)).send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)
    await twilio.close()


async def test_no_error_tells_a_number_or_a_word_of_the_message(office: Office) -> None:
    office.standin.landlines.add(ANA)
    with pytest.raises(base.BadAddress) as caught:
        await office.sms.send(HELLO)
    assert ANA not in str(caught.value) + repr(caught.value.__cause__)
    assert "which day" not in repr(Written(ANA, US, HELLO.text))
    assert TOKEN not in repr(Account(SID, TOKEN))


@pytest.mark.parametrize(
    ("code", "status", "means"),
    [
        (30001, ReceiptStatus.UNDELIVERED, base.Temporary),
        (30003, ReceiptStatus.UNDELIVERED, base.Temporary),
        (30005, ReceiptStatus.UNDELIVERED, base.BadAddress),
        (30006, ReceiptStatus.UNDELIVERED, base.BadAddress),
        (30007, ReceiptStatus.UNDELIVERED, base.Refused),
        (21610, ReceiptStatus.UNDELIVERED, base.OptedOut),
        (39999, ReceiptStatus.UNDELIVERED, None),
    ],
)
async def test_what_fails_on_its_way_is_told_by_a_receipt_only(
    office: Office, code: int, status: ReceiptStatus, means: type[base.ChannelError] | None
) -> None:
    office.standin.fail_delivery(code)
    sent = await office.sms.send(HELLO)
    await office.standin.deliver(backwards=True)
    receipts = [told for told in office.hall.told if isinstance(told, base.Receipt)]
    [failed] = [each for each in receipts if each.status.final]
    assert (failed.vendor_id, failed.status, failed.error, failed.means) == (sent.vendor_id, status, str(code), means)
    assert office.hall.became(sent.vendor_id) is status


async def test_after_stop_nothing_is_taken_until_start(office: Office) -> None:
    await office.standin.write("ana", "Stop")
    with pytest.raises(base.OptedOut):
        await office.sms.send(HELLO)
    await office.standin.write("ana", "START")
    await office.sms.send(HELLO)
    told = [each for each in office.hall.told if isinstance(each, base.Inbound)]
    assert [(each.wish, each.to) for each in told] == [(base.Wish.OUT, US), (base.Wish.IN, US)]


@pytest.mark.parametrize("word", ["stop", "CANCEL", "End", "start", "YES", "cancel it", "help"])
@pytest.mark.parametrize("ours", [US, "+18335550100"])
async def test_what_we_take_for_a_wish_is_what_closes_and_opens_the_number_there(
    office: Office, ours: str, word: str
) -> None:
    office.standin.numbers = (*office.standin.numbers, ours)
    for before in (set(), {(ours, ANA)}):
        office.standin.opted_out = set(before)
        await office.standin.write("ana", word, at=ours)
        wish = [each for each in office.hall.told if isinstance(each, base.Inbound)][-1].wish
        expected = {base.Wish.OUT: True, base.Wish.IN: False, None: bool(before)}[wish]
        assert ((ours, ANA) in office.standin.opted_out) is expected


async def test_nothing_personal_and_no_secret_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office.standin.landlines.add(BEN)
    await office.sms.send(HELLO)
    await office.sms.look_up(HELLO, office.clock())
    with pytest.raises(base.BadAddress):
        await office.sms.send(replace(HELLO, to=BEN))
    for canary in (ANA[1:], BEN[1:], "which day", account(office.url).secret):
        assert canary not in caplog.text
