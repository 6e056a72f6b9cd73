"""What Teams tells is heard once, for what it is, and answered as Teams waits for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.channels.base import BadMessage, Knock, Unknown, Wish
from integrations.standins.teams.teams import TENANT
from tests.channels.teams.at_teams import BEN, HELLO, RITA, SHOWN, TO_RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


# What is written


async def test_a_message_says_who_wrote_what_and_when(office: Office) -> None:
    office.teams.say(RITA, "take Ana Silva")
    message = await office.heard()
    assert (message.sender, message.text, message.name, message.to) == (TO_RITA, "take Ana Silva", "Rita Yew", TENANT)
    assert message.at == datetime(2026, 3, 2, 8, tzinfo=UTC)


async def test_a_mention_in_a_channel_is_heard_without_the_mention(office: Office) -> None:
    office.teams.mention(RITA, "who do we wait for?")
    message = await office.heard()
    assert (message.sender, message.text) == (TO_RITA, "who do we wait for?")


async def test_a_mention_alone_asks_what_there_is(office: Office) -> None:
    office.teams.mention(RITA, "")
    assert (await office.heard()).text == "help"


async def test_whoever_else_is_mentioned_was_meant(office: Office) -> None:
    told = office.teams.mention(RITA, "move <at>Ben</at> to Thursday")
    told.activity["entities"].append({"type": "mention", "mentioned": {"id": "29:1ben"}, "text": "<at>Ben</at>"})
    assert (await office.heard()).text == "move <at>Ben</at> to Thursday"


async def test_what_is_said_in_a_channel_to_others_is_not_for_us(office: Office) -> None:
    told = office.teams.mention(RITA, "lunch?")
    told.activity["entities"], told.activity["text"] = [], "lunch?"
    await office.told()
    assert office.hall.messages == []
    assert office.hall.unknown == ["message not to us"]


async def test_our_own_offer_in_a_quote_is_no_choice(office: Office) -> None:
    office.teams.say(RITA, "neither, sorry &\nnext week?", quoting="1. Tue 3 March, 10:00")
    assert (await office.heard()).text == "neither, sorry &\nnext week?"


async def test_a_quote_in_the_new_manner_is_cut_off_too(office: Office) -> None:
    office.teams.say(RITA, '<quoted messageId="1772438400001"/> fine')
    assert (await office.heard()).text == "fine"


async def test_an_emoji_beside_a_quote_is_heard(office: Office) -> None:
    told = office.teams.say(RITA, "x", quoting="Tuesday?")
    html = told.activity["attachments"][0]
    html["content"] = html["content"].replace("<p>x</p>", '<p><img itemtype="emoji" alt="👍"></p>')
    assert (await office.heard()).text == "👍"


async def test_spaces_that_teams_keeps_from_breaking_are_spaces(office: Office) -> None:
    office.teams.say(RITA, "take&nbsp;Ana\xa0Silva")
    assert (await office.heard()).text == "take Ana Silva"


async def test_files_are_counted_and_not_opened(office: Office) -> None:
    office.teams.say(RITA, "", files=2)
    message = await office.heard()
    assert (message.text, message.files) == ("", 2)


async def test_what_is_told_twice_is_heard_once(office: Office) -> None:
    told = office.teams.say(RITA, "yes")
    await office.told()
    assert await office.teams.knock(told) == 200
    assert len(office.hall.messages) == 1


async def test_two_people_who_write_in_the_same_instant_are_two(office: Office) -> None:
    first, second = office.teams.say(RITA, "yes"), office.teams.say(BEN, "yes")
    second.activity["id"] = first.activity["id"]  # ids are those of a conversation
    await office.told()
    assert len(office.hall.messages) == 2


async def test_what_we_could_not_keep_comes_again(office: Office) -> None:
    office.teams.say(RITA, "yes")
    office.hall.broken = 503
    assert await office.teams.deliver() == [503]
    office.hall.broken = None
    assert (await office.heard()).text == "yes"


async def test_other_bots_and_passers_by_are_nobody(office: Office) -> None:
    for who in ({"id": "28:other-bot", "name": "Bot"}, {"id": "29:1guest", "aadObjectId": ""}, None, "Rita"):
        office.teams.invent(RITA, **{"type": "message", "text": "hi", "from": who})
    await office.told()
    assert office.hall.messages == []
    assert set(office.hall.unknown) == {"unreadable"}


async def test_another_firms_people_are_not_heard(office: Office) -> None:
    other = "99999999-2222-4333-8444-555555555555"
    office.teams.invent(RITA, type="message", text="hi", channelData={"tenant": {"id": other}})
    office.teams.invent(RITA, type="message", text="hi", channelData={}, conversation={"id": "a:1", "tenantId": other})
    office.teams.invent(RITA, type="message", text="hi", channelData={}, conversation={"id": "a:2"})
    await office.told()
    assert office.hall.messages == []
    assert office.hall.unknown == ["another tenant"] * 3


@pytest.mark.parametrize("name", ["tenantId", "tenantID"])
async def test_a_tenant_is_read_however_its_name_is_written(office: Office, name: str) -> None:
    where = {"id": "a:1", "conversationType": "personal", name: TENANT.upper()}
    office.teams.invent(RITA, type="message", text="hi", channelData={}, conversation=where)
    assert (await office.heard()).sender == TO_RITA


@pytest.mark.parametrize(
    "told",
    [
        {"type": "message", "text": ""},
        {"type": "message", "text": {"a": 1}, "entities": 7, "attachments": "x"},
        {"type": "typing"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "messageUpdate", "text": "Wednesday instead"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "28:x"}]},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "1"}},
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": None, "id": None},
        {"type": "hologram", "id": {"x": 1}, "conversation": "here"},
    ],
    ids=lambda told: str(told["type"]),
)
async def test_what_nobody_knows_is_unknown(office: Office, told: dict[str, Any]) -> None:
    office.teams.invent(RITA, **told)
    await office.told()
    assert office.hall.messages == []
    assert len(office.hall.unknown) == 1


async def test_however_deep_an_activity_is_nested_it_is_no_crash(office: Office) -> None:
    for depth in range(800, 1_000, 3):
        nested = '{"a":' * depth + "1" + "}" * depth
        body = '{"type": "message", "channelId": "msteams", "value": ' + nested + "}"
        with suppress(BadMessage):
            (told,) = office.door.read(Knock("", {}, body.encode())).told
            assert isinstance(told, Unknown)


# What is pressed


async def test_a_press_says_what_was_pressed_on_which_message_and_is_answered_with_a_body(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.teams.press(RITA, office.said()[-1], "Take over")
    message = await office.heard()
    assert (message.pressed, message.text, message.thread) == ("card:n1:take", "Take over", sent.vendor_id)
    assert (office.rita.toasts, office.rita.trouble) == (["✓"], 0)


async def test_an_old_client_presses_the_same(office: Office) -> None:
    sent = await office.channel.send(SHOWN)
    office.teams.press(RITA, office.said()[-1], "Take over", old=True)
    message = await office.heard()
    assert (message.pressed, message.text, message.thread) == ("card:n1:take", "Take over", sent.vendor_id)


async def test_a_press_while_we_are_away_is_answered_with_nothing_and_can_be_pressed_again(office: Office) -> None:
    await office.channel.send(SHOWN)
    office.hall.broken = 503
    office.teams.press(RITA, office.said()[-1], "Take over")
    assert await office.teams.deliver() == [503]
    assert office.rita.trouble == 1
    office.hall.broken = None
    office.teams.press(RITA, office.said()[-1], "Take over")
    assert (await office.heard()).pressed == "card:n1:take"


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("adaptiveCard/action", {}, 200),
        ("adaptiveCard/action", {"action": {"data": {"another": "app"}}}, 200),
        ("task/fetch", {"data": 7}, 200),
        ("task/submit", {"data": {"askarsan": {"form": 7}}}, 200),
        ("composeExtension/fetchTask", "no", 200),
        ("composeExtension/query", {"commandId": "x"}, 501),
        (None, None, 501),
    ],
)
async def test_whatever_waits_for_an_answer_gets_one_with_a_body(
    office: Office, name: object, value: object, status: int
) -> None:
    office.teams.invent(RITA, type="invoke", name=name, value=value)
    read = office.door.read(waiting(office))
    assert (read.answer.status, read.answer.content_type) == (status, "application/json")
    assert read.answer.body


async def test_a_press_from_another_firm_is_answered_and_not_heard(office: Office) -> None:
    where = {"tenant": {"id": "99999999-2222-4333-8444-555555555555"}}
    office.teams.invent(RITA, type="invoke", name="task/fetch", value={}, channelData=where)
    read = office.door.read(waiting(office))
    assert (read.answer.body, read.made) == (b"{}", None)


def waiting(office: Office) -> Knock:
    """What Teams would tell next, told to nobody."""
    return Knock(office.hall.url, {}, office.teams.waiting.pop().body)


# Coming and going


async def test_who_takes_the_app_away_wants_nothing_more_there_and_may_come_back(office: Office) -> None:
    office.teams.uninstall(RITA)
    office.teams.install(RITA)
    await office.told()
    assert [(each.sender, each.wish, each.text) for each in office.hall.messages] == [
        (TO_RITA, Wish.OUT, ""),
        (TO_RITA, Wish.IN, ""),
    ]


async def test_a_newer_version_of_the_app_is_no_coming_and_going(office: Office) -> None:
    office.teams.install(RITA, "remove-upgrade")
    office.teams.install(RITA, "add-upgrade")
    await office.told()
    assert office.hall.messages == []


async def test_a_team_that_sends_us_away_is_no_person(office: Office) -> None:
    office.teams.uninstall_in_team(RITA)
    await office.told()
    assert office.hall.messages == []
    assert office.sent_away == [f"{TENANT}:19:general@thread.tacv2"]


async def test_without_a_desk_everything_is_heard_and_nothing_opens(office: Office) -> None:
    office.door.desk = None
    office.teams.begin(RITA, "schedule")
    office.teams.say(RITA, "hello")
    await office.told()
    assert [each.text for each in office.hall.messages] == ["hello"]
    assert (office.rita.dialog, office.rita.trouble) == (None, 0)


async def test_a_message_of_ours_is_not_told_to_us(office: Office) -> None:
    await office.channel.send(replace(HELLO, text="x"))
    assert office.teams.waiting == []
