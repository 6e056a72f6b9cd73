"""The page of tasks: whom a recruiter is to call, with a number to tap, and what they note there counts at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from bot.records import everything, people, tasks
from bot.records.people import ContactRow
from tests.pages.firm import MONDAY, Staged, firm

Http = httpx2.AsyncClient


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        await by_phone(staged)
        yield staged


async def by_phone(staged: Staged) -> None:
    """Ana is only to be called, and Carl has said when he can."""
    async with staged.stage.house.records.write() as session:
        for contact in await people.contacts(session, "ana"):
            contact.consent = False
        session.add(ContactRow(person_id="ana", channel="phone", address="+351912345678", position=9))
    await staged.hear("carl", "Wednesday 10-12 or Thursday 14-16")


def link(staged: Staged) -> str:
    found = [each for text in staged.mails("rita") for each in re.findall(r"https?://\S+/tasks/[\w-]{32}", text)]
    return str(found[-1])


async def status(staged: Staged) -> str:
    async with staged.stage.house.records.read() as session:
        return (await everything.negotiations(session))[0].status


def buttons(page: str) -> dict[str, str]:
    found = re.findall(r'name="press" value="([^"]+)">(?:([^<]+)</button>)?', page)
    return {label.strip() or press: press for press, label in found}


async def test_the_number_is_there_to_be_tapped_and_the_script_to_be_read(acme: Staged, http: Http) -> None:
    page = (await http.get(link(acme))).text
    assert 'href="tel:+351912345678"' in page
    assert "Good morning, Ana Silva. This is Rita Lopes of Lopes &amp; Co." in page
    assert "Which of these suits you (Lisbon time)?" in page
    assert "ana@firm.example" not in page


async def test_a_time_taken_on_the_phone_is_booked_as_soon_as_it_is_noted(acme: Staged, http: Http) -> None:
    page = (await http.get(link(acme))).text
    took = next(press for label, press in buttons(page).items() if label.startswith("Took Wed 4 Mar, 10:00"))
    noted = await http.post(link(acme), data={"press": took})
    assert "Noted, what you heard from Ana Silva: Wed 4 Mar, 10:00" in noted.text
    assert "Nothing needs you." in noted.text
    assert await status(acme) == "confirmed"
    assert "It is booked, Carl" in acme.mails("carl")[-2] + acme.mails("carl")[-1]


async def test_a_form_that_is_sent_twice_counts_once(acme: Staged, http: Http) -> None:
    no_answer = buttons((await http.get(link(acme))).text)["No answer"]
    await asyncio.gather(*(http.post(link(acme), data={"press": no_answer}) for _ in range(4)))
    async with acme.stage.house.records.read() as session:
        (row,) = await tasks.open_ones(session)
    assert row.tries == 1
    page = (await http.get(link(acme))).text
    assert "again Monday 2 March, 12:00" in page
    assert "Which of these suits you" not in page, "it is not the time yet"


async def test_what_they_said_of_their_time_is_written_down_and_goes_to_the_client(acme: Staged, http: Http) -> None:
    page = (await http.get(link(acme))).text
    times = next(press for press in buttons(page).values() if press.endswith("!times"))
    await http.post(link(acme), data={"press": times, "words": "Friday after 3"})
    assert "Ana Silva cannot make the times you gave, but could do" in acme.mails("carl")[-1]
    assert "Fri 6 Mar, 15:00" in acme.mails("carl")[-1]


async def test_a_call_at_a_time_they_named_comes_up_then(acme: Staged, http: Http) -> None:
    page = (await http.get(link(acme))).text
    again = next(press for press in buttons(page).values() if press.endswith("!call_back"))
    noted = await http.post(link(acme), data={"press": again, "date": "2026-03-03", "time": "18:45"})
    assert "again Tuesday 3 March, 18:45" in noted.text
    before = len(acme.mails("rita"))
    await acme.stage.advance_to(MONDAY + timedelta(days=1, hours=9, minutes=46))
    assert "Call Ana Silva" in str(acme.stage.world.channels["email"].delivered[-1].subject)
    assert len(acme.mails("rita")) == before + 1


FORGED = ("", "x", "negotiation_1#1!took", "negotiation_1#99!told", "n#1!no_answer", "#!", "é#²!told")


async def test_nothing_comes_of_a_form_that_is_not_ours(acme: Staged, http: Http) -> None:
    for pressed in FORGED:
        answer = await http.post(link(acme), data={"press": pressed, "words": "x" * 3_000})
        assert answer.status_code == 200
    async with acme.stage.house.records.read() as session:
        assert [row.tries for row in await tasks.open_ones(session)] == [0]
    assert await status(acme) == "offered"


async def test_nobody_else_opens_it(acme: Staged, http: Http) -> None:
    theirs = acme.link("carl").replace("/p/", "/tasks/")
    assert (await http.get(theirs)).status_code == 404
    assert (await http.post(theirs, data={"press": "negotiation_1#1!told"})).status_code == 404
    assert (await http.get(link(acme)[:-32] + "x" * 32)).status_code == 404
    acme.clock.advance_to(MONDAY + timedelta(days=61))
    assert (await http.get(link(acme))).status_code == 410
