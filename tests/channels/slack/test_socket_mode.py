"""Without a public address the same is heard over a line that we open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from integrations.channels.base import Inbound, Read, Refused, Told
from integrations.channels.slack.socket_mode import SocketMode
from integrations.standins.slack.slack import Told as ToldBySlack
from tests.channels.slack.at_slack import OFFER, RITA, SHOWN, Office, office, served

__all__ = ["office", "served"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Line:
    office: Office
    mode: SocketMode
    kept: dict[str, Told] = field(default_factory=dict)
    full: bool = False

    async def hear(self, read: Read, raw: bytes) -> None:
        if self.full:
            raise OSError("no room")
        for told in read.told:
            self.kept.setdefault(told.vendor_id, told)

    async def settled(self) -> None:
        """A second thing is only told when the first was done with."""
        for _ in range(1_000):
            if self.office.rita.modal is not None:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("no modal opened")

    async def tells(self, told: ToldBySlack) -> None:
        self.office.slack.waiting.clear()
        await self.office.slack.send_by_line(told, "envelope-1")


@pytest_asyncio.fixture(loop_scope="module")
async def line(office: Office) -> AsyncIterator[Line]:
    async def hear(read: Read, raw: bytes) -> None:
        await made.hear(read, raw)

    mode = SocketMode(office.slack.app_token, office.door, hear, office.api)
    made = Line(office, mode)
    await mode.open()
    await asyncio.wait_for(office.slack.opened.wait(), 10)
    yield made
    await mode.close()


async def test_messages_commands_and_presses_come_by_the_line_as_they_come_by_the_door(line: Line) -> None:
    slack = line.office.slack
    await line.tells(slack.say(RITA, "schedule Ana"))
    await line.tells(slack.command(RITA, "today"))
    await line.office.channel.send(OFFER)
    await line.tells(slack.press(RITA, line.office.said()[0], OFFER.buttons[0].label))
    messages = [each for each in line.kept.values() if isinstance(each, Inbound)]
    assert [(each.text, each.pressed) for each in messages] == [
        ("schedule Ana", None),
        ("today", None),
        (OFFER.buttons[0].label, OFFER.buttons[0].id),
    ]


async def test_what_comes_by_both_ways_is_one(line: Line) -> None:
    told = line.office.slack.say(RITA, "schedule Ana")
    await line.office.slack.deliver()
    await line.tells(told)
    assert set(line.kept) == set(line.office.hall.kept)


async def test_a_form_opens_and_says_what_is_missing(line: Line) -> None:
    office = line.office
    await office.channel.send(SHOWN)
    await line.tells(office.slack.press(RITA, office.said()[0], "Write to them"))
    await line.settled()
    await line.tells(office.slack.submit(RITA, {"words": "  "}))
    assert set(office.rita.errors) == {"words"}
    await line.tells(office.slack.submit(RITA, {"words": "Hello"}))
    assert office.rita.modal is None


async def test_what_could_not_be_kept_is_not_acknowledged(line: Line) -> None:
    line.full = True
    told = line.office.slack.say(RITA, "schedule Ana")
    line.office.slack.waiting.clear()
    sent = asyncio.ensure_future(line.tells(told))
    await asyncio.sleep(0.2)
    assert not sent.done()
    line.full = False
    again = asyncio.ensure_future(line.office.slack.send_by_line(told, "envelope-1"))
    done, _ = await asyncio.wait({sent, again}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1
    for each in (sent, again):
        each.cancel()
    await asyncio.gather(sent, again, return_exceptions=True)
    assert len(line.kept) == 1


async def test_a_payload_that_cannot_be_read_does_not_come_for_ever(line: Line) -> None:
    told = ToldBySlack("events_api", {})
    await line.tells(told)
    assert line.kept == {}


async def test_with_a_wrong_token_it_says_so_and_does_not_ask_for_ever(office: Office) -> None:
    async def hear(read: Read, raw: bytes) -> None:
        raise AssertionError

    mode = SocketMode("xapp-wrong", office.door, hear, office.api)
    with pytest.raises(Refused, match="invalid_auth"):
        await mode.open()
    with pytest.raises(ValueError, match="xapp-"):
        SocketMode("xoxb-another-kind", office.door, hear, office.api)
