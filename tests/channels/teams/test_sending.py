"""A message reaches the person once, or it is said why not; and nobody else ever sees our token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from integrations.channels import base
from integrations.channels.base import Button, Outbound
from integrations.channels.teams.connector import Connector
from integrations.channels.teams.errors import code_in, meant
from integrations.channels.teams.sending import TeamsChannel
from tests.channels.teams.at_teams import HELLO, OFFER, RITA, SHOWN, TO_BEN, Office, office, served
from tests.loopback import serving

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

WRITES = "POST /teams/v3/conversations/"
SIGNS_IN = "/oauth2/v2.0/token"


def writes(office: Office) -> str:
    return f"{WRITES}{office.rita.conversation}/activities"


def asked(office: Office, what: str) -> int:
    return sum(what in each for each in office.teams.asked)


# What arrives


async def test_somebody_who_never_wrote_is_written_to_in_private(office: Office) -> None:
    sent = await office.channel.send(HELLO)
    (shown,) = office.said()
    assert sent.vendor_id == f"{shown.conversation}|{shown.id}"
    assert shown.activity["text"] == HELLO.text


async def test_a_conversation_is_opened_once_and_a_token_fetched_once(office: Office) -> None:
    for number in range(3):
        await office.channel.send(replace(HELLO, key=f"hello:{number}"))
    assert (office.teams.asked.count("POST /teams/v3/conversations"), asked(office, SIGNS_IN)) == (1, 1)


async def test_markup_in_a_text_or_a_label_stays_as_it_was_written(office: Office) -> None:
    words = "*Ana* _x_ [a](b) <at>Ben</at> #1\n- one"
    await office.channel.send(replace(HELLO, text=words))
    await office.channel.send(replace(OFFER, text=words))
    plain, card = office.said()
    assert (plain.activity["textFormat"], plain.words(), card.words()) == ("plain", words, words)
    assert "'TextBlock'" not in str(card.card)


async def test_a_link_beside_buttons_can_be_followed(office: Office) -> None:
    await office.channel.send(replace(OFFER, text="See https://firm.example/p/1, please."))
    (shown,) = office.said()
    assert shown.card
    links = [run.get("selectAction", {}).get("url") for run in shown.card["body"][0]["inlines"]]
    assert links == [None, "https://firm.example/p/1", None]


async def test_beside_a_card_the_words_stand_once_and_a_notification_shows_them(office: Office) -> None:
    await office.channel.send(OFFER)
    (shown,) = office.said()
    assert "text" not in shown.activity
    assert shown.activity["summary"] == "Which one?"


async def test_in_several_pieces_buttons_stand_below_the_last(office: Office) -> None:
    await office.channel.send(replace(OFFER, text="A sentence. " * 3_000))
    first, second = office.said()
    assert (first.buttons(), len(second.buttons())) == ([], 2)


async def test_no_text_is_no_message(office: Office) -> None:
    with pytest.raises(base.Refused, match="no_text"):
        await office.channel.send(replace(HELLO, text=" \n"))


@pytest.mark.parametrize("code", ["BadSyntax", "MessageSizeTooBig"])
async def test_a_card_that_teams_does_not_take_goes_as_numbered_lines(office: Office, code: str) -> None:
    status = 413 if code == "MessageSizeTooBig" else 400
    office.teams.mishaps.refuse(status, {"error": {"code": code}}, on=writes(office))
    await office.channel.send(OFFER)
    (shown,) = office.said()
    assert shown.words().splitlines()[-2:] == ["1. Tue 3 March, 10:00", "2. Wed 4 March, 15:00"]


async def test_a_button_that_says_nothing_when_it_is_pressed_is_a_numbered_line(office: Office) -> None:
    await office.channel.send(replace(OFFER, buttons=(Button("", "Tuesday"),)))
    assert office.said()[0].words() == "Which one?\n\n1. Tuesday"


async def test_each_piece_counts_against_what_one_tenant_takes_in_a_second(office: Office) -> None:
    one, other = office.channel.load(HELLO), office.channel.load(replace(HELLO, to=f"{RITA}:{RITA}"))
    assert (one.units, one.per_second) == (1, 30)
    assert one.sender != other.sender
    assert office.channel.load(replace(HELLO, text="A sentence. " * 3_000)).units == 2
    with pytest.raises(base.BadAddress):
        office.channel.load(replace(HELLO, to="rita"))


# What does not


@pytest.mark.parametrize("to", ["", "rita", "T1:URITA", "19:general@thread.tacv2", TO_BEN.replace(":", "/")])
async def test_an_address_of_another_kind_is_refused_before_anybody_is_asked(office: Office, to: str) -> None:
    with pytest.raises(base.BadAddress):
        await office.channel.send(replace(HELLO, to=to))
    assert office.teams.asked == []


async def test_who_blocked_it_wants_nothing_more_there(office: Office) -> None:
    await office.channel.send(HELLO)
    office.rita.blocked = True
    with pytest.raises(base.OptedOut, match="MessageWritesBlocked"):
        await office.channel.send(replace(HELLO, key="hello:2"))


async def test_who_has_taken_it_away_is_not_there(office: Office) -> None:
    await office.channel.send(HELLO)
    office.rita.installed = False
    with pytest.raises(base.BadAddress, match="BotNotInConversationRoster"):
        await office.channel.send(replace(HELLO, key="hello:2"))


async def test_who_never_had_it_is_not_there(office: Office) -> None:
    office.rita.installed = False
    with pytest.raises(base.BadAddress, match="ForbiddenOperationException"):
        await office.channel.send(HELLO)


async def test_who_cleared_the_history_is_written_to_in_a_new_conversation(office: Office) -> None:
    await office.channel.send(HELLO)
    office.rita.cleared += 1
    sent = await office.channel.send(replace(HELLO, key="hello:2"))
    (shown,) = office.said()
    assert sent.vendor_id == f"{shown.conversation}|{shown.id}"


async def test_a_conversation_that_is_gone_for_good_is_an_address_that_is_gone(office: Office) -> None:
    office.teams.mishaps.refuse(404, {"error": {"code": "ConversationNotFound"}}, on=writes(office), times=2)
    with pytest.raises(base.BadAddress):
        await office.channel.send(HELLO)


@pytest.mark.parametrize("status", [412, 429, 502])
async def test_what_may_work_later_is_left_for_as_long_as_was_asked(office: Office, status: int) -> None:
    office.teams.mishaps.refuse(status, {"error": {"code": "x"}}, {"Retry-After": "9"}, on=writes(office))
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert (caught.value.retry_after, caught.value.code) == (timedelta(seconds=9), str(status))
    assert not isinstance(caught.value, base.Unanswered)
    assert asked(office, writes(office)) == 1, "nobody repeated it behind our back"


async def test_teams_counts_and_the_eighth_in_a_second_has_to_wait(office: Office) -> None:
    for number in range(7):
        await office.channel.send(replace(HELLO, key=f"hello:{number}"))
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert caught.value.retry_after == timedelta(seconds=1)
    office.clock.passes(seconds=3)
    await office.channel.send(HELLO)


async def test_where_somebody_between_gave_up_waiting_it_may_be_out(office: Office) -> None:
    office.teams.mishaps.refuse(504, on=writes(office))
    with pytest.raises(base.Unanswered):
        await office.channel.send(HELLO)


async def test_taken_without_an_id_it_may_be_out(office: Office) -> None:
    """The SDK makes one up where none was said."""
    for answer in ({}, {"id": ""}, {"id": 7}):
        office.teams.mishaps.refuse(201, answer, on=writes(office))
        with pytest.raises(base.Unanswered):
            await office.channel.send(HELLO)


async def test_a_lost_answer_to_opening_a_conversation_lost_nothing(office: Office) -> None:
    office.teams.mishaps.lose(on="POST /teams/v3/conversations")
    with pytest.raises(base.Temporary) as caught:
        await office.channel.send(HELLO)
    assert not isinstance(caught.value, base.Unanswered)


async def test_half_a_message_out_is_never_sent_again_as_if_nothing_were(office: Office) -> None:
    long = replace(HELLO, text="A sentence. " * 3_000)
    office.teams.mishaps.dawdle(0, on=writes(office))  # the first piece gets through
    office.teams.mishaps.refuse(503, on=writes(office))
    with pytest.raises(base.Unanswered):
        await office.channel.send(long)
    assert len(office.said()) == 1


async def test_nobody_there_at_all_is_no_connection(office: Office) -> None:
    nowhere = replace(office.account, service_url="http://127.0.0.1:9/teams")
    channel = TeamsChannel(Connector(nowhere, office.clock))
    with pytest.raises(base.Temporary, match="no connection"):
        await channel.send(HELLO)
    await channel.close()


async def test_too_slow_is_no_answer(office: Office) -> None:
    channel = TeamsChannel(Connector(office.account, office.clock, timedelta(seconds=0.3)))
    await office.channel.send(HELLO)
    office.teams.mishaps.dawdle(0.45, on=writes(office))
    with pytest.raises(base.Temporary):
        await channel.send(HELLO)
    await channel.close()


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "BotDisabledByAdmin", base.Refused),
        (403, "ConversationBlockedByUser", base.OptedOut),
        (403, "", base.Refused),
        (404, "", base.Refused),
        (400, "BadArgument", base.Refused),
        (403, "InvalidBotApiHost", base.Refused),
        (405, "", base.Refused),
        (500, "ServiceError", base.Temporary),
        (302, "", base.Refused),
    ],
)
async def test_each_word_of_the_connectors_means_something(
    status: int, code: str, error: type[base.ChannelError]
) -> None:
    assert type(meant(status, code, None)) is error


async def test_a_word_is_found_wherever_it_stands_and_nothing_else_is() -> None:
    assert code_in('{"error":{"code":"Throttled","message":"x"}}') == "Throttled"
    assert (
        code_in('{"errorCode":209,"message":"{\\r\\n  \\"subCode\\": \\"MessageWritesBlocked\\"}"}')
        == "MessageWritesBlocked"
    )
    assert code_in('{"error":{"code":"' + "a" * 999 + '"}}') == ""
    assert code_in('{"error":{"code":"Bad Argument"}}') == "BadArgument"
    assert code_in("<html>code: Rita Lopes</html>") == ""


# Our token


async def test_whether_we_are_let_in_is_asked_without_sending_anything(office: Office) -> None:
    assert await office.channel.checkup() == f"28:{office.teams.app_id}"
    assert asked(office, "/teams/") == 0
    wrong = TeamsChannel(Connector(replace(office.account, secret="guessed"), office.clock))
    with pytest.raises(base.KeyRefused, match="invalid_client"):
        await wrong.checkup()


async def test_a_token_that_ran_out_is_fetched_anew_and_the_message_is_sent_once(office: Office) -> None:
    await office.channel.send(HELLO)
    office.teams.tokens.clear()  # as if it had been taken back
    office.teams.tokens["another"] = office.clock()
    await office.channel.send(replace(HELLO, key="hello:2"))
    assert len(office.said()) == 2
    assert asked(office, SIGNS_IN) == 2


async def test_a_token_is_not_used_to_its_last_second(office: Office) -> None:
    await office.channel.send(HELLO)
    office.clock.passes(minutes=59)
    await office.channel.send(replace(HELLO, key="hello:2"))
    assert asked(office, SIGNS_IN) == 2
    assert asked(office, writes(office)) == 2, "nothing was refused on the way"


async def test_a_token_that_is_never_taken_is_tried_twice_and_then_it_is_our_fault(office: Office) -> None:
    office.teams.mishaps.refuse(401, {"error": {"code": "Unauthorized"}}, on="POST /teams/", times=9)
    with pytest.raises(base.KeyRefused):
        await office.channel.send(HELLO)
    assert asked(office, "/teams/") == 2


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (401, {"error": "invalid_client", "error_description": "AADSTS7000215: secret canary"}, base.KeyRefused),
        (500, {"error": "server_error"}, base.Temporary),
        (429, {}, base.Temporary),
        (200, {"access_token": ""}, base.Temporary),
        (200, [], base.Temporary),
        (200, {"access_token": "t", "expires_in": "soon"}, base.Temporary),
    ],
    ids=str,
)
async def test_who_is_not_signed_in_sends_nothing(
    office: Office, status: int, answer: object, error: type[base.ChannelError]
) -> None:
    office.teams.mishaps.refuse(status, answer, on=f"POST /{office.teams.tenant}")
    with pytest.raises(base.ChannelError) as caught:
        await office.channel.send(HELLO)
    assert type(caught.value) is error
    assert "canary" not in repr(caught.value)
    assert asked(office, "/teams/") == 0


@dataclass
class Thief:
    """A server that would like to be sent something."""

    url: str = ""
    got: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.got.append(f"{request.method} {request.url.path}")
        await JSONResponse({"id": "1", "access_token": "t", "expires_in": 99, "keys": []})(scope, receive, send)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def thief() -> AsyncIterator[Thief]:
    made = Thief()
    async with serving(made) as made.url:
        yield made
    assert made.got == []


async def test_no_token_is_ever_sent_to_where_an_activity_says_it_comes_from(office: Office, thief: Thief) -> None:
    for service in (f"{thief.url}/teams", office.teams.service_url):
        told = office.teams.say(RITA, "status of Ana Silva")
        told.activity["serviceUrl"] = service
    statuses = await office.teams.deliver()
    assert sorted(statuses) == [200, 401], "signed well, and yet for a service that is none of Teams'"
    (message,) = office.hall.messages
    await office.channel.send(Outbound("answer:1", message.sender, "Ana has two times to choose from."))
    assert len(office.said()) == 1
    assert thief.got == []


@pytest.mark.parametrize("on", [WRITES, "POST /teams/v3/conversations", "POST /11111111", "GET /v1/"])
async def test_no_redirect_takes_a_token_or_a_secret_along_or_brings_keys(
    office: Office, thief: Thief, on: str
) -> None:
    def elsewhere() -> Response:
        return RedirectResponse(f"{thief.url}/teams/v3/conversations", 307)

    office.teams.mishaps.answer(elsewhere, on=on, times=9)
    if on.startswith("GET"):
        office.teams.say(RITA, "hello")
        assert await office.teams.deliver() == [401]
    else:
        with pytest.raises(base.ChannelError):
            await office.channel.send(HELLO)
    assert thief.got == []


# In its place


async def test_what_stands_in_a_message_of_another_kind_is_not_changed(office: Office) -> None:
    await office.channel.send(replace(SHOWN, instead_of="https://thief.example/|../../x"))
    assert len(office.said()) == 1
    assert not any(each.startswith("PUT") for each in office.teams.asked)
