"""The whole way where somebody has not written for a day: only what WhatsApp approved goes, and its buttons book."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.effects.approved import drafts
from bot.hearing.inbox import keep
from bot.records import everything, people, templates
from bot.records.messages import MessageRow
from bot.watching.templates import RARELY, SOON, look_at_templates
from dialogs.approved import Templatebook
from integrations.channels.base import Inbound
from integrations.channels.twilio.templates import Templates
from tests.channels.assistance import STORY
from tests.channels.test_whole_way import AtTwilio, assistance
from tests.channels.twilio.at_twilio import ANA, Office, Served, office, served

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

BEFORE_CARL = STORY.rpartition("  - carl:")[0]
A_DAY = timedelta(days=1, minutes=5)


@asynccontextmanager
async def firm(folder: Path, office: Office, served: Served, **submitted: str) -> AsyncIterator[AtTwilio]:
    """Nobody has put times to Ana yet; each text named was submitted, and stands as it says there."""
    async with assistance(folder, office, served, BEFORE_CARL, Templates(office.twilio)) as here:
        await submit(here, **submitted)
        yield here


async def submit(here: AtTwilio, **submitted: str) -> None:
    assert here.house.approvals is not None
    for draft in drafts(Templatebook.load(), "en", 3):
        name, reader, *_ = draft.name.split(".")
        if reader == "candidate" and name in submitted:
            await here.house.approvals.submit(draft)
            here.office.standin.contents.review(draft.label, submitted[name], "too vague")
    await look_at_templates(here.house)


async def carl_answers(here: AtTwilio) -> None:
    told = Inbound("carl-1", "email", "c@a.example", "Tuesday 10-12 or Wednesday after 3pm")
    await here.begin(await keep(here.house, told))
    await here.engine.settle()
    await here.office.standin.deliver()
    await here.engine.settle()
    await here.office.standin.deliver()


async def sent(here: AtTwilio) -> list[MessageRow]:
    """What went out to Ana, or should have."""
    async with here.house.records.read() as session:
        ana = (await people.of_role(session, "candidate"))[0].id
        return [each for each in await everything.messages(session) if (each.direction, each.person_id) == ("out", ana)]


async def test_an_offer_outside_the_window_goes_as_the_approved_text_and_its_button_books(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served, offer="approved") as here:
        await carl_answers(here)
        [shown] = office.standin.phone("ana")
        assert shown.text.startswith("Hi Ana, this is askARSAN, the")
        assert "1. Tue 3 Mar, 09:00" in shown.text
        assert [title for _, title in shown.buttons] == ["1", "2", "3", "Other times"]
        [message] = await sent(here)
        assert (message.text, message.introduces) == (shown.text, True)
        assert (message.approved or "").startswith("offer.candidate.3/en/")
        await office.standin.press("ana", "2")
        await here.engine.settle()
        await office.standin.deliver()
        assert await here.status() == "confirmed"
        assert any(text.startswith("You are booked, Ana") for text in here.got()), "the window is open now"


async def test_other_times_on_it_asks_for_others(tmp_path: Path, office: Office, served: Served) -> None:
    async with firm(tmp_path, office, served, offer="approved") as here:
        await carl_answers(here)
        before = len(await sent(here))
        await office.standin.press("ana", "Other times")
        await here.engine.settle()
        assert len(await sent(here)) > before
        assert await here.status() in ("offered", "collecting")


@pytest.mark.parametrize(
    ("submitted", "why"),
    [
        ({"offer": "rejected"}, "no template: rejected"),
        ({"offer": "pending"}, "no template: pending"),
        ({"offer": "paused"}, "no template: paused"),
        ({"nudge": "approved"}, "no template: it was never submitted"),
    ],
)
async def test_what_is_not_approved_goes_by_sms_and_why_is_kept(
    tmp_path: Path, office: Office, served: Served, submitted: dict[str, str], why: str
) -> None:
    async with firm(tmp_path, office, served, **submitted) as here:
        await carl_answers(here)
        whatsapp, sms = await sent(here)
        assert (whatsapp.channel, whatsapp.status, whatsapp.error) == ("whatsapp", "failed", why)
        assert (sms.channel, sms.status) == ("sms", "delivered")
        assert [each.to for each in office.standin.messages] == [ANA], "WhatsApp was not even asked"


async def test_a_text_whose_words_were_changed_since_is_not_approved(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served, offer="approved") as here:
        for content in office.standin.contents.all.values():
            label = content.told["friendly_name"].rpartition("/")[0]
            content.told["friendly_name"] = f"{label}/00000000"  # approved in the words it had before
        await look_at_templates(here.house)
        await carl_answers(here)
        whatsapp, sms = await sent(here)
        assert whatsapp.error == "no template: its words were changed since"
        assert (sms.channel, sms.status) == ("sms", "delivered")


async def test_while_the_window_is_open_it_is_said_in_our_own_words(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served, offer="approved") as here:
        await here.write("Hello, any news?")
        await carl_answers(here)
        assert [each.approved for each in await sent(here)] == [None, None]
        assert "Which of these suits you?" in here.got()[-1]


async def test_a_window_that_had_closed_at_twilio_is_tried_once_more_as_the_text(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served, offer="approved") as here:
        await here.write("Hello, any news?")
        await office.standin.deliver()
        forget_that_she_wrote(office)
        await carl_answers(here)
        refused, approved = (await sent(here))[-2:]
        assert (refused.channel, refused.error, refused.approved) == ("whatsapp", "63016", None)
        assert (approved.channel, approved.status) == ("whatsapp", "delivered")
        assert approved.approved


async def test_one_that_twilio_refuses_at_once_for_that_is_tried_once_more_as_the_text_as_well(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served, offer="approved") as here:
        await here.write("Hello, any news?")
        office.standin.fail_next(400, 63016)
        await carl_answers(here)
        refused, approved = (await sent(here))[-2:]
        assert (refused.status, refused.error, refused.approved) == ("failed", "63016", None)
        assert (approved.channel, approved.status, bool(approved.approved)) == ("whatsapp", "delivered", True)


async def test_a_window_that_had_closed_at_twilio_with_nothing_approved_is_the_end_of_whatsapp_for_it(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served) as here:
        await here.write("Hello, any news?")
        await office.standin.deliver()
        forget_that_she_wrote(office)
        await carl_answers(here)
        refused, untried, by_sms = (await sent(here))[-3:]
        assert (refused.error, untried.error) == ("63016", "no template: it was never submitted")
        assert (by_sms.channel, by_sms.status) == ("sms", "delivered")


async def test_where_nothing_else_reaches_them_the_recruiter_hears_once_what_is_missing(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served) as here:
        async with here.house.records.write() as session:
            ana = (await people.of_role(session, "candidate"))[0].id
            await people.break_contact(session, ana, "sms", "30006")
        await carl_answers(here)
        async with here.house.records.read() as session:
            told = [each.text for each in await everything.messages(session) if each.kind == "escalation"]
        assert len(told) == 1
        assert "askarsan templates" in told[0]


async def test_how_they_stand_is_looked_at_by_itself_and_a_vendor_that_is_away_changes_nothing(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with firm(tmp_path, office, served, offer="pending") as here:
        office.standin.contents.review("askarsan/offer", "approved")
        office.standin.fail_next(503, on="GET /v1/ContentAndApprovals")
        await here.passes(SOON)  # twice at most: nobody asks a vendor without end
        assert await approvals(here) == {"pending"}
        await here.passes(SOON)
        assert await approvals(here) == {"approved"}
        office.standin.contents.review("askarsan/offer", "paused")
        await here.passes(SOON)
        assert await approvals(here) == {"approved"}, "nothing is being decided on: looked at a few times a day"
        await here.passes(RARELY)
        assert await approvals(here) == {"paused"}


async def approvals(here: AtTwilio) -> set[str]:
    async with here.house.records.read() as session:
        return {row.approval for row in await templates.of_text(session, "offer.candidate.3", "en")}


def forget_that_she_wrote(office: Office) -> None:
    """Twilio counts the hours by its own clock."""
    heard: Any = office.standin._heard  # noqa: SLF001 – nobody has a word for that but Twilio
    heard.clear()
