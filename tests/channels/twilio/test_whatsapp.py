"""WhatsApp over Twilio: what may go out when, with which buttons, and to whom."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.channels import base
from integrations.channels.base import ReceiptStatus, Template
from integrations.channels.twilio.limits import WINDOW
from integrations.channels.twilio.senders import Senders
from integrations.channels.twilio.sending import Desk
from integrations.channels.twilio.whatsapp import WhatsAppChannel
from tests.channels.twilio.at_twilio import (
    ANA,
    BEN,
    HOOK,
    MONDAY,
    OURS_ON_WHATSAPP,
    SERVICE,
    WEI,
    Office,
    office,
    outbound,
    served,
)

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAYS = ("Tue 3 March, 10:00", "Wed 4 March, 15:00")
MANY = tuple(f"Tue 3 March, {hour}:00" for hour in range(9, 16))
REMINDER = {
    "friendly_name": "reminder",
    "language": "en",
    "variables": {"1": "Ana", "2": "Tuesday"},
    "types": {"twilio/text": {"body": "Hi {{1}}, we meet on {{2}} as agreed."}},
}


async def opened(office: Office, name: str = "ana") -> None:
    """They have just written, so the window is open."""
    await office.standin.write(name, "Hello", "whatsapp")


def template(office: Office, state: str = "approved") -> str:
    content = office.standin.contents.create(REMINDER)
    office.standin.contents.ask_approval(content.sid, {"name": "reminder", "category": "UTILITY"})
    office.standin.contents.review("reminder", state)
    return content.sid


async def test_while_the_window_is_open_anything_may_be_said(office: Office) -> None:
    await opened(office)
    sent = await office.whatsapp.send(outbound("Which day\nis good?"))
    [message] = office.standin.messages
    assert (message.asked["To"], message.asked["From"]) == (f"whatsapp:{ANA}", f"whatsapp:{OURS_ON_WHATSAPP}")
    assert message.asked["StatusCallback"] == HOOK
    await office.standin.deliver()
    await office.standin.read("ana")
    assert office.hall.became(sent.vendor_id) is ReceiptStatus.READ


@pytest.mark.parametrize(
    ("since", "is_open"),
    [
        (timedelta(hours=23, minutes=54), True),
        (timedelta(hours=23, minutes=56), False),  # their clock may be ahead of ours
        (timedelta(hours=25), False),
        (timedelta(minutes=-2), True),  # or behind
        (None, False),  # they never wrote
    ],
)
async def test_the_window_counts_from_their_last_message_and_closed_it_is_not_even_tried(
    office: Office, since: timedelta | None, is_open: bool
) -> None:
    message = outbound("Hello?", heard_at=None if since is None else MONDAY - since)
    if is_open:
        await office.whatsapp.send(message)
    else:
        with pytest.raises(base.WindowClosed):
            await office.whatsapp.send(message)
    assert len(office.standin.messages) == is_open


async def test_what_we_wrote_last_opens_no_window(office: Office) -> None:
    await opened(office)
    office.clock.passes(hours=20)
    await office.whatsapp.send(outbound("Still there?"))
    office.clock.passes(hours=10)
    with pytest.raises(base.WindowClosed):
        await office.whatsapp.send(outbound("And now?"))


async def test_outside_the_window_the_template_goes_and_no_text_beside_it(office: Office) -> None:
    sid = template(office)
    values = {"1": "Ana", "2": "Tuesday,\n10:00"}
    sent = await office.whatsapp.send(outbound("The same in words", heard_at=None, template=Template(sid, values)))
    [message] = office.standin.messages
    assert "Body" not in message.asked
    assert message.asked["ContentSid"] == sid
    assert json.loads(message.asked["ContentVariables"]) == {"1": "Ana", "2": "Tuesday, 10:00"}
    await office.standin.deliver()
    assert office.hall.became(sent.vendor_id) is ReceiptStatus.DELIVERED
    assert office.standin.phone("ana")[0].text == "Hi Ana, we meet on Tuesday, 10:00 as agreed."


async def test_inside_the_window_our_own_words_go_before_the_template(office: Office) -> None:
    await office.whatsapp.send(outbound("In words", template=Template(template(office), {"1": "Ana", "2": "Tuesday"})))
    assert office.standin.messages[0].asked["Body"] == "In words"


@pytest.mark.parametrize("values", [{"1": "Ana", "2": ""}, {"1": "Ana", "2": " \n"}, {"1": "Ana", "2": None}])
async def test_an_empty_value_never_becomes_the_sample_of_the_template(office: Office, values: dict[str, str]) -> None:
    sid = template(office)
    with pytest.raises(base.Refused) as caught:
        await office.whatsapp.send(outbound("x", heard_at=None, template=Template(sid, values)))
    assert caught.value.code == "21656"
    assert office.standin.messages == []


async def test_a_template_that_is_gone_at_twilio_is_said_so(office: Office) -> None:
    with pytest.raises(base.Refused) as caught:
        await office.whatsapp.send(outbound("x", heard_at=None, template=Template("HX" + "0" * 32, {"1": "Ana"})))
    assert caught.value.code == "21655"


@pytest.mark.parametrize("state", ["paused", "rejected", "pending"])
async def test_a_template_that_is_not_approved_fails_on_its_way(office: Office, state: str) -> None:
    message = outbound("x", heard_at=None, template=Template(template(office, state), {"1": "Ana", "2": "Tuesday"}))
    sent = await office.whatsapp.send(message)
    await office.standin.deliver()
    receipt = office.hall.receipt(sent.vendor_id)
    assert (receipt.status, receipt.error, receipt.means) == (ReceiptStatus.UNDELIVERED, "63016", base.WindowClosed)


# Buttons


async def test_up_to_three_short_choices_are_buttons(office: Office) -> None:
    await opened(office)
    text = "Hi Ana,\n\n1. Tue 3 March\n2. Wed 4 March\n\nWhich one?"
    await office.whatsapp.send(outbound(text, buttons=DAYS))
    await office.standin.deliver()
    [shown] = office.standin.phone("ana")
    assert (shown.kind, shown.text) == ("twilio/quick-reply", text)
    assert shown.buttons == (("n17@1", DAYS[0]), ("n17@2", DAYS[1]))
    assert "Body" not in office.standin.messages[0].asked


async def test_a_pressed_button_comes_back_by_its_id(office: Office) -> None:
    await opened(office)
    await office.whatsapp.send(outbound("Which one?", buttons=DAYS))
    await office.standin.deliver()
    await office.standin.press("ana", DAYS[1])
    assert (office.hall.heard.pressed, office.hall.heard.text) == ("n17@2", DAYS[1])


async def test_more_choices_are_a_list_and_come_back_the_same_way(office: Office) -> None:
    await opened(office)
    await office.whatsapp.send(outbound("Which one?", buttons=MANY))
    await office.standin.deliver()
    [shown] = office.standin.phone("ana")
    assert (shown.kind, len(shown.buttons)) == ("twilio/list-picker", 7)
    await office.standin.press("ana", MANY[5])
    assert (office.hall.heard.pressed, office.hall.heard.text) == ("n17@6", MANY[5])


@pytest.mark.parametrize(
    ("labels", "titles"),
    [
        (
            ("Tuesday 3 March, 10:00 Lisbon time", "Tuesday 3 March, 10:30 Lisbon time"),
            ["Tuesday 3 March, 10:00…", "Tuesday 3 March, 10:30…"],
        ),
        (
            ("Tuesday 3 March in Lisbon at 10:00", "Tuesday 3 March in Lisbon at 10:30"),
            ["1. Tuesday 3 March in L…", "2. Tuesday 3 March in L…"],
        ),
    ],
)
async def test_labels_too_long_for_buttons_are_whole_in_a_list_and_never_become_equal(
    office: Office, labels: tuple[str, str], titles: list[str]
) -> None:
    await opened(office)
    await office.whatsapp.send(outbound("Which one?", buttons=labels))
    await office.standin.deliver()
    [shown] = office.standin.phone("ana")
    assert (shown.kind, shown.descriptions) == ("twilio/list-picker", labels)
    assert [title for _, title in shown.buttons] == titles


@pytest.mark.parametrize(
    ("why", "text", "buttons"),
    [
        ("there are more than a list holds", "Which one?", tuple(f"Day {number}" for number in range(12))),
        ("a label is longer than a list shows", "Which one?", ("x" * 73, "y")),
        ("there is no text", "", DAYS),
    ],
)
async def test_what_cannot_be_buttons_becomes_numbered_lines(
    office: Office, why: str, text: str, buttons: tuple[str, ...]
) -> None:
    await opened(office)
    await office.whatsapp.send(outbound(text, buttons=buttons))
    [message] = office.standin.messages
    assert f"2. {buttons[1]}" in message.asked["Body"], why
    assert office.standin.contents.all == {}


async def test_a_text_longer_than_fits_above_buttons_has_them_below_its_last_piece(office: Office) -> None:
    await opened(office)
    text = " ".join(f"Sentence number {number} ends here." for number in range(40))
    sent = await office.whatsapp.send(outbound(text, buttons=DAYS))
    await office.standin.deliver()
    first, last = office.standin.phone("ana")
    assert f"{first.text} {last.text}" == text
    assert (len(first.buttons), len(last.buttons)) == (0, 2)
    assert [*sent.also, sent.vendor_id] == [each.sid for each in office.standin.messages]


async def test_a_shape_is_made_once_for_all_messages_like_it(office: Office) -> None:
    await opened(office)
    for text in ("Which one?", "What about these?", "Or\tthese   two?"):
        await office.whatsapp.send(outbound(text, buttons=DAYS))
    await office.whatsapp.send(outbound("Which one?\nTell me.", buttons=DAYS))
    another_process = WhatsAppChannel(Desk(office.twilio, Senders(OURS_ON_WHATSAPP), HOOK, office.clock))
    await another_process.send(outbound("Which one?", buttons=DAYS))
    await office.standin.deliver()
    assert len(office.standin.contents.all) == 2
    assert len(office.standin.phone("ana")) == 5
    assert office.standin.phone("ana")[2].text == "Or these two?"


async def test_a_shape_that_somebody_deleted_at_twilio_is_made_anew(office: Office) -> None:
    await opened(office)
    await office.whatsapp.send(outbound("Which one?", buttons=DAYS))
    office.standin.contents.all.clear()
    with pytest.raises(base.Temporary):
        await office.whatsapp.send(outbound("And now?", buttons=DAYS))
    await office.whatsapp.send(outbound("And now?", buttons=DAYS))
    assert len(office.standin.messages) == 2


@pytest.mark.parametrize("on", ["GET /v2/Content", "POST /v1/Content"])
async def test_while_a_shape_cannot_be_made_nothing_was_sent(office: Office, on: str) -> None:
    await opened(office)
    office.standin.fail_next(503, on=on)
    with pytest.raises(base.Temporary) as caught:
        await office.whatsapp.send(outbound("Which one?", buttons=DAYS))
    assert not isinstance(caught.value, base.Unanswered)
    assert office.standin.messages == []


# To whom


async def test_somebody_whose_number_whatsapp_does_not_tell_is_written_to_all_the_same(office: Office) -> None:
    await office.standin.write("wei", "Hello", "whatsapp")
    assert office.hall.heard.sender == WEI
    await office.whatsapp.send(outbound("Hello Wei", office.hall.heard.sender))
    await office.standin.deliver()
    assert [each.text for each in office.standin.phone("wei")] == ["Hello Wei"]


async def test_a_messaging_service_writes_whatsapp_too(office: Office) -> None:
    await opened(office)
    channel = WhatsAppChannel(Desk(office.twilio, Senders(SERVICE), HOOK, office.clock))
    await channel.send(outbound("Hello"))
    [message] = office.standin.messages
    assert (message.asked["MessagingServiceSid"], message.sender) == (SERVICE, f"whatsapp:{OURS_ON_WHATSAPP}")


async def test_a_number_without_whatsapp_is_told_by_the_receipt(office: Office) -> None:
    sent = await office.whatsapp.send(outbound("Hello Ben", BEN))
    await office.standin.deliver()
    receipt = office.hall.receipt(sent.vendor_id)
    assert (receipt.error, receipt.means) == ("63024", base.BadAddress)


@pytest.mark.parametrize("to", ["", "wei", "us.1234", "messenger:1", "+0"])
async def test_what_is_nobody_on_whatsapp_is_not_even_tried(office: Office, to: str) -> None:
    with pytest.raises(base.BadAddress):
        await office.whatsapp.send(outbound("Hello", to))


# Not twice


@pytest.mark.parametrize("buttons", [(), DAYS, MANY], ids=["a text", "buttons", "a list"])
async def test_a_message_taken_before_the_answer_was_lost_is_found(office: Office, buttons: tuple[str, ...]) -> None:
    await opened(office)
    message, begun = outbound("Which one?\n\nTell me.", buttons=buttons), office.clock()
    office.standin.fail_next(503, after_accepting=True)
    with pytest.raises(base.Unanswered):
        await office.whatsapp.send(message)
    assert await office.whatsapp.look_up(message, begun)
    assert await office.whatsapp.look_up(replace(message, text="Another?"), begun) is None


async def test_it_is_found_when_the_window_has_closed_meanwhile(office: Office) -> None:
    message = replace(outbound("Which one?"), heard_at=MONDAY - WINDOW + timedelta(minutes=1))
    office.standin.mishaps.lose(on="POST /2010-04-01/")
    with pytest.raises(base.Unanswered):
        await office.whatsapp.send(message)
    office.clock.passes(minutes=10)
    assert await office.whatsapp.look_up(message, MONDAY)


async def test_a_template_is_found_by_what_it_reads_with_its_values(office: Office) -> None:
    sid = template(office)
    ana, bea = (Template(sid, {"1": name, "2": "Tuesday"}) for name in ("Ana", "Bea"))
    await office.whatsapp.send(outbound("The same in words", heard_at=None, template=ana))
    assert await office.whatsapp.look_up(outbound("The same in words", heard_at=None, template=ana), MONDAY)
    assert await office.whatsapp.look_up(outbound("The same in words", heard_at=None, template=bea), MONDAY) is None


async def test_a_record_without_its_text_is_rather_this_message_than_a_second_one(office: Office) -> None:
    await opened(office)
    message = outbound("Which one?", buttons=DAYS)
    sent = await office.whatsapp.send(message)
    office.standin.messages[0].shown = replace(office.standin.messages[0].shown, text="")
    assert await office.whatsapp.look_up(message, MONDAY)
    assert await office.whatsapp.look_up(replace(message, answers=(sent.vendor_id,)), MONDAY) is None


@pytest.mark.parametrize(
    ("code", "means"),
    [
        (63016, base.WindowClosed),
        (63018, base.Temporary),
        (63024, base.BadAddress),
        (63032, base.Refused),
        (63033, base.Refused),
        (63014, base.OptedOut),
    ],
)
async def test_what_fails_on_its_way_is_sorted(office: Office, code: int, means: type[base.ChannelError]) -> None:
    await opened(office)
    office.standin.fail_delivery(code)
    sent = await office.whatsapp.send(outbound("Hello"))
    await office.standin.deliver(backwards=True, doubled=True)
    [failed, again] = [told for told in office.hall.told if isinstance(told, base.Receipt) and told.status.final]
    assert failed == again == base.Receipt(sent.vendor_id, ReceiptStatus.UNDELIVERED, str(code), means)
