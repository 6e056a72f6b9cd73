"""The stand-in channel behaves as a vendor does on a good day, and on request as on a bad one."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from integrations.channels import base
from integrations.channels.base import Abilities, Button, Outbound, Receipt, ReceiptStatus
from integrations.standins.channel import StandInChannel

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
ABLE = Abilities(buttons=3, max_length=100, takes_key=True, receipts=True)


class Clock:
    def __init__(self) -> None:
        self.time = NINE

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def whatsapp(clock: Clock) -> StandInChannel:
    return StandInChannel("whatsapp", ABLE, clock)


def hello(key: str = "hello:1", text: str = "Hello") -> Outbound:
    return Outbound(key, "+351912345678", text)


def send(channel: StandInChannel, message: Outbound) -> str:
    return asyncio.run(channel.send(message)).vendor_id


def test_what_is_sent_is_delivered_with_the_same_ids_every_time(whatsapp: StandInChannel) -> None:
    assert send(whatsapp, hello("a")) == "whatsapp-000001"
    assert send(whatsapp, hello("b")) == "whatsapp-000002"
    assert [(each.at, each.key, each.text) for each in whatsapp.delivered] == [
        (NINE, "a", "Hello"),
        (NINE, "b", "Hello"),
    ]


def test_a_repeated_key_is_delivered_once_under_the_same_id(whatsapp: StandInChannel) -> None:
    assert send(whatsapp, hello()) == send(whatsapp, hello())
    assert len(whatsapp.delivered) == 1


def test_a_vendor_that_takes_no_keys_delivers_twice(clock: Clock) -> None:
    sms = StandInChannel("sms", Abilities(), clock)
    assert send(sms, hello()) != send(sms, hello())
    assert len(sms.delivered) == 2


def test_an_outage_lasts_until_it_ends(whatsapp: StandInChannel, clock: Clock) -> None:
    whatsapp.fail(until=NINE + timedelta(minutes=30))
    with pytest.raises(base.Temporary):
        send(whatsapp, hello())
    clock.time += timedelta(minutes=30)
    assert send(whatsapp, hello()) == "whatsapp-000001"


def test_throttling_says_how_long(whatsapp: StandInChannel) -> None:
    whatsapp.fail(until=NINE + timedelta(seconds=20), error=429)
    with pytest.raises(base.Temporary) as caught:
        send(whatsapp, hello())
    assert caught.value.retry_after == timedelta(seconds=20)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (503, base.Temporary),
        (30003, base.Temporary),
        (400, base.Refused),
        (403, base.OptedOut),
        (404, base.BadAddress),
        (21610, base.OptedOut),
        (63016, base.WindowClosed),
    ],
)
def test_each_error_is_the_fitting_one(whatsapp: StandInChannel, error: int, kind: type[base.ChannelError]) -> None:
    whatsapp.fail(until=NINE + timedelta(minutes=1), error=error)
    with pytest.raises(kind, match=str(error)):
        send(whatsapp, hello())
    assert whatsapp.delivered == []


def test_a_forgotten_answer_looks_like_a_time_out_but_the_message_is_there(whatsapp: StandInChannel) -> None:
    whatsapp.forget_answer()
    with pytest.raises(base.Unanswered):
        send(whatsapp, hello())
    assert send(whatsapp, hello()) == "whatsapp-000001"
    assert len(whatsapp.delivered) == 1


def test_a_message_is_delivered_at_once_and_the_receipt_says_so(whatsapp: StandInChannel) -> None:
    told: list[Receipt] = []
    whatsapp.on_receipt = told.append
    vendor_id = send(whatsapp, hello())
    whatsapp.report(vendor_id, ReceiptStatus.FAILED, "63016")
    assert told == [
        Receipt("whatsapp-000001", ReceiptStatus.DELIVERED),
        Receipt("whatsapp-000001", ReceiptStatus.FAILED, "63016", base.WindowClosed),
    ]


def test_a_channel_without_receipts_tells_nothing(clock: Clock) -> None:
    telegram = StandInChannel("telegram", Abilities(), clock)
    told: list[Receipt] = []
    telegram.on_receipt = told.append
    send(telegram, hello())
    assert told == []


def test_what_the_vendor_would_refuse_is_refused(whatsapp: StandInChannel) -> None:
    with pytest.raises(base.Refused, match="too long"):
        send(whatsapp, hello(text="x" * 101))
    with pytest.raises(base.Refused, match="too many buttons"):
        send(whatsapp, Outbound("k", "to", "?", buttons=tuple(Button(str(n), str(n)) for n in range(4))))


def test_what_people_write_comes_with_an_id_of_its_own(whatsapp: StandInChannel) -> None:
    first, second = whatsapp.hear("+351912345678", "hi"), whatsapp.hear("+351912345678", "", pressed="2")
    assert (first.vendor_id, first.text, first.at) == ("whatsapp-in-000001", "hi", NINE)
    assert (second.vendor_id, second.pressed) == ("whatsapp-in-000002", "2")
