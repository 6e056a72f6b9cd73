"""What people write, press and fill in at Slack reaches us once, as they meant it, and from nobody but Slack."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from integrations.channels.base import BadMessage, BadSignature, Inbound, Knock, Refused, Unknown
from integrations.channels.slack.door import LONGEST_CHALLENGE, SlackDoor
from tests.channels.cases import CARD, MONDAY
from tests.channels.slack.at_slack import ANA, BEN, HELLO, OFFER, RITA, SHOWN, TO_RITA, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def knock(office: Office, payload: object, *, form: bool = False) -> Knock:
    """Anything at all, signed by Slack."""
    body = urlencode({"payload": json.dumps(payload)}) if form else json.dumps(payload)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {name.lower(): value for name, value in office.slack.signed(kind, body.encode()).items()}
    return Knock(office.hall.url, headers, body.encode())


def unknown(office: Office, payload: object, *, form: bool = False) -> str:
    (told,) = office.door.read(knock(office, payload, form=form)).told
    assert isinstance(told, Unknown)
    return told.kind


# Who may knock


async def test_slack_believes_that_we_live_here(office: Office) -> None:
    assert await office.slack.challenge()
    assert office.hall.kept == {}


async def test_a_challenge_that_nobody_signed_is_not_repeated(office: Office) -> None:
    office.slack.secret = "another"
    assert not await office.slack.challenge()


@pytest.mark.parametrize(
    "at", ["", "yesterday", "1772438400.5", "-1", "1e9", "٣٣", "９", "1" * 400, "0x10", " 1772438400", "NaN", "\x00"]
)
async def test_a_timestamp_that_is_no_number_is_a_bad_signature_and_never_a_500(office: Office, at: str) -> None:
    good = knock(office, {"type": "event_callback"})
    with pytest.raises(BadSignature):
        await office.door.verify(replace(good, headers={**good.headers, "x-slack-request-timestamp": at}))


@pytest.mark.parametrize("at", ["soon", "", "1e9", "9" * 400])
async def test_even_signed_a_time_that_is_none_is_no_crash(office: Office, at: str) -> None:
    proof = hmac.new(office.slack.secret.encode(), f"v0:{at}:{{}}".encode(), hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={proof}"}
    with pytest.raises(BadSignature):
        await office.door.verify(Knock("", headers, b"{}"))


async def test_over_the_wire_such_a_timestamp_is_answered_401(office: Office) -> None:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(office.hall.url, headers={"X-Slack-Request-Timestamp": "soon"}, content=b"{}")
    assert answer.status_code == 401


@pytest.mark.parametrize(("seconds", "fine"), [(300, True), (301, False), (-300, True), (-301, False)])
async def test_what_was_signed_over_five_minutes_ago_is_somebody_playing_it_again(
    office: Office, seconds: int, fine: bool
) -> None:
    good = knock(office, {"type": "event_callback"})
    office.clock.passes(seconds=seconds)
    if fine:
        await office.door.verify(good)
        return
    with pytest.raises(BadSignature):
        await office.door.verify(good)


async def test_the_time_is_under_the_signature_too(office: Office) -> None:
    good = knock(office, {"type": "event_callback"})
    later = str(int(good.headers["x-slack-request-timestamp"]) + 1)
    with pytest.raises(BadSignature):
        await office.door.verify(replace(good, headers={**good.headers, "x-slack-request-timestamp": later}))


async def test_it_is_the_body_as_it_came_that_is_signed(office: Office) -> None:
    """Spaces, the order of fields and escapes would not survive being read and written again."""
    body = b'{"type" :"event_callback",\n "event_id":"Ev1", "event": {"type":"\\u00e9x"}}'
    signed = office.slack.signed("application/json", body)
    await office.door.verify(Knock("", {name.lower(): value for name, value in signed.items()}, body))


async def test_without_a_secret_nobody_is_let_in(office: Office) -> None:
    office.slack.secret = ""
    with pytest.raises(BadSignature):
        await SlackDoor("", office.clock, office.line).verify(knock(office, {}))


async def test_a_wrong_signature_shows_nothing_of_the_body_in_the_logs(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt would write all of it."""
    caplog.set_level(logging.DEBUG)
    office.slack.say(ANA, "canary")
    office.slack.secret = "another"
    assert await office.slack.deliver() == [401]
    assert "canary" not in caplog.text


# What people write


async def test_a_direct_message_says_who_when_and_in_which_workspace(office: Office) -> None:
    told = office.slack.say(RITA, "schedule Ana Silva for Data Engineer")
    message = await office.heard()
    assert message == Inbound(
        told.payload["event_id"],
        "slack",
        TO_RITA,
        "schedule Ana Silva for Data Engineer",
        at=message.at,
        to="T1",
    )
    assert message.at
    assert message.at.replace(microsecond=0) == MONDAY


@pytest.mark.parametrize("retry", [False, True])
async def test_an_event_told_again_is_the_same_event_and_is_kept_even_if_only_the_retry_arrives(
    office: Office, retry: bool
) -> None:
    """Nothing is dropped for carrying X-Slack-Retry-Num: what failed the first time comes again only so."""
    told = office.slack.say(ANA, "Tuesday after 3")
    if retry:
        office.hall.broken = 503
        assert await office.slack.deliver() == [503]
        office.hall.broken = None
        assert told.tries == 1
    assert await office.slack.deliver() == [200]
    assert await office.slack.knock(told) == 200
    assert [each.text for each in office.hall.messages] == ["Tuesday after 3"]
    if retry:
        assert office.hall.knocks[-1].headers["x-slack-retry-num"] == "1"
        assert office.hall.knocks[-1].headers["x-slack-retry-reason"] == "http_error"


async def test_words_in_a_thread_say_which(office: Office) -> None:
    sent = await office.channel.send(HELLO)
    office.slack.say(RITA, "fine", thread=office.said()[0].ts)
    assert (await office.heard()).thread == sent.vendor_id


async def test_a_threads_time_with_zeros_at_its_end_keeps_them(office: Office) -> None:
    office.slack.say(RITA, "fine", thread="1772438400.000100")
    assert (await office.heard()).thread == "DRITA:1772438400.000100"


async def test_a_mention_is_heard_without_the_name_and_is_answered_in_its_thread(office: Office) -> None:
    told = office.slack.mention(RITA, "who do we wait for?")
    message = await office.heard()
    assert (message.text, message.sender) == ("who do we wait for?", TO_RITA)
    assert message.thread == f"C1:{told.payload['event']['ts']}"


async def test_a_mention_of_somebody_else_stays(office: Office) -> None:
    office.slack.mention(RITA, f"schedule Ana with @{BEN}")
    assert (await office.heard()).text == "schedule Ana with @UBEN"


async def test_a_slash_command_is_heard_like_a_sentence(office: Office) -> None:
    office.slack.command(RITA, "move Ana Silva to Thursday & tell <all>")
    message = await office.heard()
    assert (message.text, message.sender, message.to) == ("move Ana Silva to Thursday & tell <all>", TO_RITA, "T1")
    assert message.name == "rita.yew"


async def test_a_command_with_the_word_payload_in_it_is_not_lost(office: Office) -> None:
    """Bolt takes it for an interaction, and finds none in it."""
    office.slack.command(RITA, "schedule Ana Silva for Payload Engineer, payload= and all")
    assert (await office.heard()).text == "schedule Ana Silva for Payload Engineer, payload= and all"


async def test_a_slash_alone_asks_for_help(office: Office) -> None:
    office.slack.command(RITA, "")
    assert (await office.heard()).text == "help"


async def test_the_same_command_given_twice_is_two_and_told_twice_is_one(office: Office) -> None:
    first, second = office.slack.command(RITA, "today"), office.slack.command(RITA, "today")
    for told in (first, second, first):
        await office.slack.knock(told)
    assert len(office.hall.messages) == 2


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"text": "ok :+1:"}, "ok 👍"),
        ({"text": "a &lt;b&gt; &amp;amp; &amp;lt; c"}, "a <b> &amp; &lt; c"),
        ({"text": "<https://a.example/x|a.example> and <https://b.example>"}, "a.example and https://b.example"),
        ({"text": "<mailto:ana@acme.example|ana@acme.example>"}, "ana@acme.example"),
        ({"text": "<@UBEN|ben> <#C1|hiring> <!here> <!date^1^{date}|Tuesday>"}, "@ben #hiring @here Tuesday"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "x"),
        ({"text": "x", "blocks": [{"type": "rich_text", "elements": [{"type": "hologram"}]}]}, "x"),
        ({"text": "half \ud83d and zero \x00"}, "half ? and zero"),
        ({"text": None}, ""),
    ],
)
async def test_slacks_own_marks_are_read_as_they_were_meant(office: Office, event: dict[str, Any], text: str) -> None:
    office.slack.invent({"type": "message", "channel_type": "im", "channel": "DANA", "user": ANA, "ts": "1.0", **event})
    assert (await office.heard()).text == text


async def test_a_list_somebody_typed_keeps_its_numbers(office: Office) -> None:
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": day}]} for day in ("Tue", "Wed")]
    blocks = [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "I can do\n"}]},
                {"type": "rich_text_list", "style": "ordered", "elements": items},
                {"type": "rich_text_list", "style": "bullet", "elements": items[:1]},
                {"type": "rich_text_quote", "elements": [{"type": "emoji", "name": "acme"}]},
            ],
        }
    ]
    office.slack.invent(
        {
            "type": "message",
            "channel_type": "im",
            "channel": "D1",
            "user": ANA,
            "ts": "1.0",
            "text": "",
            "blocks": blocks,
        }
    )
    assert (await office.heard()).text == "I can do\n1. Tue\n2. Wed\n• Tue\n:acme:"


async def test_a_file_is_noted_and_nobody_looks_at_it(office: Office) -> None:
    office.slack.say(ANA, "my CV", files=2)
    message = await office.heard()
    assert (message.text, message.files) == ("my CV", 2)


async def test_another_bot_is_never_answered(office: Office) -> None:
    event = {"type": "app_mention", "channel": "C1", "user": "UOTHER", "bot_id": "B9", "app_id": "A9", "ts": "1.0"}
    office.slack.invent({**event, "text": "<@U0BOT> build failed"})
    assert (await office.heard()).automatic


# What is not heard


async def test_our_own_words_are_not_an_answer_to_us(office: Office) -> None:
    await office.channel.send(HELLO)
    office.slack.echo(office.said()[0])
    await office.told()
    assert (office.hall.messages, office.hall.unknown) == ([], ["message of ours"])


async def test_a_message_corrected_later_was_heard_as_it_was_first(office: Office) -> None:
    told = office.slack.say(ANA, "Tuesday")
    await office.told()
    office.slack.edit(ANA, told, "Wednesday")
    await office.told()
    assert [each.text for each in office.hall.messages] == ["Tuesday"]
    assert office.hall.unknown == ["message message_changed"]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "message", "subtype": "channel_join", "channel": "C1", "user": ANA}, "message channel_join"),
        ({"type": "message", "channel_type": "channel", "channel": "C1", "user": ANA}, "message not in private"),
        ({"type": "message", "subtype": 7, "channel": "C1"}, "message 7"),
        ({"type": "message", "channel_type": "im", "channel": "D1", "user": "ana!"}, "unreadable"),
        ({"type": "message", "channel_type": "im", "channel": "D1"}, "unreadable"),
        ({"type": "app_mention", "channel": "C1", "user": ANA, "edited": {"user": ANA}}, "app_mention edited"),
        ({"type": "reaction_added", "user": ANA}, "reaction_added"),
        ({"type": "app_home_opened", "user": ANA, "tab": "messages"}, "app_home_opened elsewhere"),
        ({"type": "tokens_revoked", "tokens": {"oauth": [ANA]}}, "tokens_revoked of people"),
        ({"type": "hologram_posted"}, "hologram_posted"),
        ({"type": 7}, ""),
        ({}, ""),
    ],
)
async def test_what_is_none_of_ours_is_kept_as_unknown_under_its_own_id(
    office: Office, event: dict[str, Any], kind: str
) -> None:
    told = office.slack.invent(event)
    await office.told()
    ((vendor_id, found),) = office.hall.kept.items()
    assert isinstance(found, Unknown)
    assert found.kind == (kind or "nothing")
    assert (vendor_id == told.payload["event_id"]) or kind == "unreadable"


@pytest.mark.parametrize("kind", ["shortcut", "message_action", "view_closed", "block_suggestion", "hologram"])
async def test_interactions_that_nobody_here_knows_are_unknown(office: Office, kind: str) -> None:
    assert unknown(office, {"type": kind, "user": {"id": ANA}}, form=True) == kind


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": [{"type": "button", "action_ts": "1.0", "action_id": "press:0"}]},
        {"type": "block_actions", "actions": [{"type": "overflow", "action_ts": "1.0"}]},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": {}},
        {"type": "view_submission", "view": {"id": "V1"}},
        {"type": "view_submission", "view": {"id": "V1", "callback_id": "askarsan", "private_metadata": "[" * 9}},
        {"type": "view_submission", "view": []},
        {"type": "view_submission", "team": "T1", "user": 7, "view": {"id": ""}},
    ],
)
async def test_half_an_interaction_is_no_crash(office: Office, payload: dict[str, Any]) -> None:
    unknown(office, payload, form=True)


async def test_two_unknown_things_without_an_id_are_two_and_the_same_one_is_the_same(office: Office) -> None:
    def id_of(payload: object) -> str:
        return office.door.read(knock(office, payload)).told[0].vendor_id

    assert id_of({"type": "a"}) == id_of({"type": "a"}) != id_of({"type": "a", "more": 1})


@pytest.mark.parametrize("body", [b"", b"{}", b"payload=", b"payload=7", b"\xff\xfe", b"{", b"payload=%7B"])
async def test_what_cannot_be_read_at_all_is_a_bad_message(office: Office, body: bytes) -> None:
    for headers in ({}, {"content-type": "application/json; charset=utf-8"}):
        with pytest.raises(BadMessage):
            office.door.read(Knock("", headers, body))


@pytest.mark.parametrize("opening", ["[", '{"a":'])
async def test_a_payload_of_any_depth_is_read_or_refused_in_words(office: Office, opening: str) -> None:
    """Python gives up on depth in one place sooner than in another."""
    closing = "]" if opening == "[" else "}"
    for depth in range(300, 1_200):
        inner = opening * depth + "1" + closing * depth
        for name in ("user", "event", "authorizations"):
            with suppress(BadMessage):
                office.door.read(Knock("", {}, f'{{"type": "x", "{name}": {inner}}}'.encode()))


async def test_a_challenge_of_any_length_is_not_sent_back(office: Office) -> None:
    challenge = "x" * (LONGEST_CHALLENGE + 1)
    with pytest.raises(BadMessage):
        office.door.read(knock(office, {"type": "url_verification", "challenge": challenge}))


# What people press


async def test_a_press_says_which_button_below_which_message_and_what_stood_on_it(office: Office) -> None:
    sent = await office.channel.send(OFFER)
    office.slack.press(RITA, office.said()[0], "Wed 4 March, 15:00")
    message = await office.heard()
    assert (message.pressed, message.text) == (OFFER.buttons[1].id, "Wed 4 March, 15:00")
    assert (message.sender, message.thread, message.name) == (TO_RITA, sent.vendor_id, "rita.yew")


async def test_a_press_inside_a_thread_belongs_to_the_thread(office: Office) -> None:
    first = await office.channel.send(HELLO)
    await office.channel.send(replace(OFFER, answers=(first.vendor_id,)))
    office.slack.press(RITA, office.said()[1], OFFER.buttons[0].label)
    assert (await office.heard()).thread == first.vendor_id


async def test_a_press_below_an_old_message_is_told_apart_from_one_below_a_new_one(office: Office) -> None:
    newer = replace(OFFER.buttons[0], id="n2@2026-03-03T10:00Z")
    await office.channel.send(OFFER)
    await office.channel.send(replace(OFFER, buttons=(newer,)))
    for shown in office.said():
        office.slack.press(RITA, shown, newer.label)
    await office.told()
    assert [each.pressed for each in office.hall.messages] == [OFFER.buttons[0].id, newer.id]


async def test_a_press_told_twice_is_one_and_pressed_twice_is_two(office: Office) -> None:
    await office.channel.send(OFFER)
    first, second = [office.slack.press(RITA, office.said()[0], OFFER.buttons[0].label) for _ in range(2)]
    for told in (first, first, second):
        await office.slack.knock(told)
    assert len(office.hall.messages) == 2


async def test_whoever_presses_the_button_in_a_channel_is_who_pressed_it(office: Office) -> None:
    await office.channel.send(replace(OFFER, to="T1:C1"))
    office.slack.press(BEN, office.space.said("C1")[0], OFFER.buttons[0].label)
    assert (await office.heard()).sender == f"T1:{BEN}"


async def test_a_card_is_pressed_like_any_button(office: Office) -> None:
    await office.channel.send(SHOWN)
    office.slack.press(RITA, office.said()[0], "Take over")
    assert (await office.heard()).pressed == CARD.actions[0].id


# Besides


async def test_a_word_at_once_is_for_their_eyes_alone(office: Office) -> None:
    office.word = "I am on it <soon> & quietly."
    office.slack.command(RITA, "today", channel="C1")
    office.slack.mention(BEN, "who do we wait for?")
    await office.told()
    assert office.rita.whispers == ["I am on it &lt;soon&gt; &amp; quietly."]
    assert office.space.people[BEN].whispers == office.rita.whispers
    assert office.space.said("C1") == []


async def test_a_word_too_late_is_not_said_and_not_said_elsewhere(office: Office) -> None:
    office.word = "I am on it."
    office.slack.command(RITA, "today")
    await office.slack.deliver()
    office.slack.whispers.clear()
    with pytest.raises(Refused):
        await office.hall.afterwards()
    assert (office.rita.whispers, office.said()) == ([], [])


async def test_in_a_thread_the_word_is_said_there(office: Office) -> None:
    office.word = "I am on it."
    first = office.slack.mention(BEN, "hello")
    ts = first.payload["event"]["ts"]
    office.slack.mention(BEN, "who do we wait for?", thread=ts)
    await office.told()
    assert [given.get("thread_ts") for method, given in office.slack.asked if method == "chat.postEphemeral"] == [
        None,  # in a thread that nobody has begun it would be seen by nobody
        ts,
    ]
    assert office.space.people[BEN].whispers == ["I am on it.", "I am on it."]


async def test_in_private_nothing_is_said_twice(office: Office) -> None:
    office.word = "I am on it."
    office.slack.say(RITA, "today")
    await office.told()
    assert (office.rita.whispers, office.said()) == ([], [])


async def test_whoever_sends_the_assistant_away_is_believed_once(office: Office) -> None:
    office.slack.uninstall()
    await office.told()
    assert office.sent_away == ["T1", "T1"]
    assert sorted(office.hall.unknown) == ["app_uninstalled", "tokens_revoked"]


async def test_without_a_desk_everything_is_heard_and_nothing_opens(office: Office) -> None:
    door = SlackDoor(office.slack.secret, office.clock, office.line)
    office.hall.door = door
    office.slack.command(RITA, "today")
    office.slack.open_home(RITA)
    office.slack.uninstall()
    await office.slack.deliver()
    assert office.hall.after == []
    assert len(office.hall.kept) == 4


@pytest.mark.parametrize(
    ("changed", "sender"),
    [
        # An app for a whole organisation, a shared channel, and a user of another workspace of it.
        ({"team_id": "T2", "authorizations": [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}]}, "T1:UANA"),
        ({"team_id": None, "authorizations": [{"team_id": None, "enterprise_id": "E1"}]}, "E1:UANA"),
    ],
)
async def test_the_workspace_is_the_one_that_let_us_in(office: Office, changed: dict[str, Any], sender: str) -> None:
    told = office.slack.say(ANA, "hello")
    office.slack.waiting.clear()
    (found,) = office.door.read(knock(office, {**told.payload, **changed})).told
    assert isinstance(found, Inbound)
    assert found.sender == sender
