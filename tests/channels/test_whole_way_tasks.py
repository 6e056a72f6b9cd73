"""A task on a card in Slack, the whole way: who is only to be called is called, and what is pressed counts at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal.play import Rehearsal
from dialogs.scheduling.intervals import Interval
from integrations.standins.slack.workspace import Shown
from tests.channels.assistance import STORY
from tests.channels.slack.at_slack import BEN, RITA, Office, Served, office, served
from tests.channels.test_whole_way_slack import AtSlack, assistance

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_PHONE = STORY.replace("channels: [whatsapp, sms]", "channels: [phone]").replace(
    "jobs:",
    """\
  ben:
    role: recruiter
    name: Ben Okafor
    timezone: Europe/Madrid
    channels: [slack]
    addresses: {slack: "T1:UBEN"}
jobs:""",
)
# Where Rita's calendar says when, so that it can fill up while she is on the phone.
HER_OWN = BY_PHONE.replace(" at Acme\n  - carl: Tuesday 10-12 or Wednesday after 3pm", " at Acme with me").replace(
    "script:", 'calendars:\n  rita: {hours: "09:00-18:00", busy: []}\nscript:'
)


def task_of(here: AtSlack, who: str = RITA) -> Shown:
    found = [each for each in here.office.said(who) if "Ana Silva. This is Rita Lopes" in each.words()]
    return found[-1]


def labels(card: Shown) -> list[str]:
    return [each["text"]["text"] for each in card.buttons()]


async def test_it_comes_up_when_both_are_at_work_and_a_time_taken_on_the_phone_is_booked_with_one_press(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served, BY_PHONE) as here:
        await here.wait(timedelta(minutes=30))
        assert office.said() == [], "it is half past eight in Lisbon"
        await here.wait(timedelta(minutes=30))
        card = task_of(here)
        assert "Good morning, Ana Silva. This is Rita Lopes of the recruiting team." in card.words()
        assert "Tue 3 Mar, 09:00 (Tue 3 Mar, 10:00 for you)" in card.words()
        assert "+351 912 345 678" in card.words()
        assert labels(card) == [
            *("Took Tue 3 Mar, 09:00 (10:00)", "Took Wed 4 Mar, 14:00 (15:00)", "Took Wed 4 Mar, 15:00 (16:00)"),
            *("Other times…", "No answer", "Call back at…", "Not interested", "Wrong number", "Wants no contact"),
        ]
        office.slack.press(RITA, card, "Took Wed 4 Mar, 14:00 (15:00)")
        await here.told()
        assert await here.status() == "confirmed"
        card = next(each for each in office.said() if "Call Ana Silva" in each.words())
        assert card.buttons() == []
        assert "took a time (Rita Lopes)" in card.words()
        mails = [each.text for each in here.rehearsal.world.channels["email"].delivered if each.to == "c@a.example"]
        assert any("It is booked, Carl" in text for text in mails)


async def test_a_time_that_went_meanwhile_is_said_to_be_gone_and_others_stand_there_at_once(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served, HER_OWN) as here:
        await here.wait(timedelta(hours=1))
        before = labels(task_of(here))[:3]
        _fills_up(here.rehearsal)
        office.slack.press(RITA, task_of(here), before[0])
        await here.told()
        assert await here.status() == "offered"
        after = task_of(here)
        assert after.ts == next(each for each in office.said() if "Call Ana Silva" in each.words()).ts, "the same card"
        assert "That time went a moment ago. These are free now:" in after.words()
        assert {*before}.isdisjoint(labels(after)[:3])
        office.slack.press(RITA, after, labels(after)[0])
        await here.told()
        assert await here.status() == "confirmed"


def _fills_up(rehearsal: Rehearsal) -> None:
    now = rehearsal.world.clock.now()
    rehearsal.world.calendar.replace_busy("rita", (Interval(now, now + timedelta(days=3)),))


async def test_what_they_said_of_their_time_is_written_in_a_form(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served, BY_PHONE) as here:
        await here.wait(timedelta(hours=1))
        office.slack.press(RITA, task_of(here), "Other times…")
        await here.told()
        await here.sees(lambda: office.rita.modal)
        office.slack.submit(RITA, {"words": "Wednesday between 3 and 5"})
        await here.told()
        assert await here.status() == "confirmed"


async def test_when_to_call_again_is_chosen_in_a_form_and_comes_up_as_a_new_card(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served, BY_PHONE) as here:
        await here.wait(timedelta(hours=1))
        office.slack.press(RITA, task_of(here), "Call back at…")
        await here.told()
        await here.sees(lambda: office.rita.modal)
        office.slack.submit(RITA, {"date": "2026-03-02", "time": "17:15"})
        await here.told()
        assert "again Monday 2 March, 17:15" in task_of(here).words()
        first = task_of(here).ts
        await here.wait(timedelta(hours=7, minutes=20))
        assert task_of(here).ts != first, "a card that changes in its place is noticed by nobody"


async def test_of_two_recruiters_the_first_counts_and_the_other_is_told_who_it_was(
    tmp_path: Path, office: Office, served: Served
) -> None:
    async with assistance(tmp_path, office, served, BY_PHONE) as here:
        await here.wait(timedelta(hours=1))
        card = task_of(here)
        office.slack.press(RITA, card, "Took Wed 4 Mar, 14:00 (15:00)")
        office.slack.press(BEN, card, "Not interested")
        await here.told()
        assert await here.status() == "confirmed"
        told = " ".join(each.words() for each in office.said(BEN))
        assert "Rita Lopes was first to note how it went with Ana Silva: took a time. Nothing was changed." in told


async def test_the_home_page_begins_with_whom_to_call(tmp_path: Path, office: Office, served: Served) -> None:
    async with assistance(tmp_path, office, served, BY_PHONE) as here:
        await here.wait(timedelta(hours=1))
        office.slack.open_home(RITA)
        await here.told()
        await here.sees(lambda: "To call" in str(office.rita.home))
        office.slack.press_at_home(RITA, "Took Tue 3 Mar, 09:00 (10:00)")
        await here.told()
        assert await here.status() == "confirmed"
