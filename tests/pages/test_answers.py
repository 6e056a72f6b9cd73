"""What somebody answers on a page is heard like what they write, once, and told to everyone as ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx2
import pytest

from bot.records import everything
from bot.records.messages import MessageRow
from tests.pages.firm import LISBON, MONDAY, Staged, firm
from tests.pages.reading import read

TIMES = "Wednesday 10-12 or Thursday 14-16"
BOOKED = "Done: Wednesday 4 March, 10:00 is yours. A confirmation is on its way."
CHANGED = "This has changed meanwhile, so nothing was sent. Here is where it stands now."
Http = httpx2.AsyncClient


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        yield staged


@pytest.fixture
async def offered(acme: Staged) -> Staged:
    await acme.hear("carl", TIMES)
    return acme


@pytest.fixture
async def booked(offered: Staged, http: Http) -> Staged:
    page = await read(http, offered.link("ana"))
    assert (await page.pick(0)).notice == BOOKED
    return offered


async def starts(staged: Staged) -> list[datetime]:
    """When each interview is booked."""
    async with staged.stage.house.records.read() as session:
        rows = await everything.negotiations(session)
    return [datetime.fromisoformat(row.state["booked"]["start"]) for row in rows if row.state["booked"]]


async def forms(staged: Staged) -> list[str]:
    """What was sent from pages."""
    async with staged.stage.house.records.read() as session:
        return [each.text for each in await everything.messages(session) if each.channel == "page"]


async def test_a_candidate_picks_a_time_and_both_are_told_by_mail(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    assert page.heading == "Which time suits you?"
    done = await page.pick(0)
    assert (done.status, done.notice) == (200, BOOKED)
    assert any("You are booked, Ana: Wednesday 4 March, 10:00" in mail for mail in offered.mails("ana"))
    assert any("It is booked, Carl: Ana Silva" in mail for mail in offered.mails("carl"))


async def test_back_and_once_more_is_the_same_answer(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    await page.pick(0)
    assert (await page.pick(0)).notice == BOOKED
    assert len(await forms(offered)) == 1


async def test_of_two_tabs_the_older_one_changes_nothing(offered: Staged, http: Http) -> None:
    first, second = await read(http, offered.link("ana")), await read(http, offered.link("ana"))
    await first.pick(0)
    late = await second.pick(1)
    assert (late.status, late.notice) == (409, CHANGED)
    assert late.heading == "It is booked"
    assert await starts(offered) == [MONDAY + timedelta(days=2, hours=1)]


async def test_none_of_these_brings_other_times(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    other = await page.do("none")
    assert other.times
    assert not {*other.times} & {*page.times}


async def test_a_question_is_answered_on_the_page_and_by_mail(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    told = await page.do("words", words="How long does it take?")
    assert told.notice == "Our answer It takes 45 minutes."
    assert any("It takes 45 minutes." in mail for mail in offered.mails("ana"))
    assert told.times == page.times, "what was offered still stands"


async def test_words_are_read_as_in_the_chat(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    done = await page.do("words", words="Thursday at 3pm would be perfect")
    assert done.heading == "It is booked"
    assert await starts(offered) == [MONDAY + timedelta(days=3, hours=6)]


@pytest.mark.parametrize(
    ("typed", "told"),
    [("  ", "There is nothing in it yet."), ("Tuesday " * 300, "That is too long for us: at most 2000 characters")],
)
async def test_what_cannot_be_sent_is_said_and_nothing_typed_is_lost(
    offered: Staged, http: Http, typed: str, told: str
) -> None:
    page = await read(http, offered.link("ana"))
    wrong = await page.do("words", words=typed)
    assert wrong.status == 422
    assert wrong.notice.startswith(told)
    assert wrong.top.all("textarea")[0].words == typed.strip()
    assert await forms(offered) == []


async def test_what_was_typed_on_an_older_page_is_given_back(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    await offered.hear("ana", "The first one, please")
    late = await page.do("words", words="Could we do Friday instead?")
    assert (late.status, late.notice) == (409, CHANGED)
    assert late.top.all("textarea")[0].words == "Could we do Friday instead?"


async def test_a_booked_interview_is_moved_and_keeps_its_time_until_then(booked: Staged, http: Http) -> None:
    page = await read(http, booked.link("ana"))
    moving = await page.do("move")
    assert "Until one is found, Wednesday 4 March, 10:00 stays as it is." in moving.words
    moved = await moving.pick(0)
    assert moved.heading == "It is booked"
    assert await starts(booked) != [MONDAY + timedelta(days=2, hours=1)]
    assert any("Your interview has moved, Ana." in mail for mail in booked.mails("ana"))


async def test_a_change_of_mind_about_moving_leaves_all_as_it_was(booked: Staged, http: Http) -> None:
    moving = await (await read(http, booked.link("ana"))).do("move")
    stays = await moving.press("Keep Wed 4 Mar, 10:00")
    assert stays.notice == "All right, it stays as it was."
    assert await starts(booked) == [MONDAY + timedelta(days=2, hours=1)]


async def test_a_link_of_before_the_move_says_that_it_moved(booked: Staged, http: Http) -> None:
    before = booked.link("ana")
    await (await (await read(http, before)).do("move")).pick(0)
    page = await read(http, before)
    assert page.notice == "This interview has moved. Here is where it stands."
    assert page.heading == "It is booked"


async def test_whoever_withdraws_is_thanked_and_the_client_is_told(booked: Staged, http: Http) -> None:
    page = await read(http, booked.link("ana"))
    off = await page.do("withdraw")
    assert off.notice == "You have withdrawn. Thank you for telling us."
    assert off.heading == "This interview does not take place"
    assert not off.does("withdraw")
    assert off.rounds == ["First interview Called off"], "no later round is promised any more"
    assert any("Ana Silva is no longer available" in mail for mail in booked.mails("carl"))


async def test_where_am_i_names_every_round_and_whom_we_wait_for(offered: Staged, http: Http) -> None:
    page = await read(http, offered.link("ana"))
    assert page.rounds == ["First interview Waiting for you", "Technical interview Later", "Final interview Later"]
    await page.pick(0)
    assert (await read(http, offered.link("ana"))).rounds[0] == "First interview Wednesday 4 March, 10:00"


async def test_a_link_leads_on_to_the_next_round(booked: Staged, http: Http) -> None:
    old = booked.link("ana")
    await booked.stage.advance_to(MONDAY + timedelta(days=2, hours=3))
    await booked.hear("rita", "outcome Ana passed")
    page = await read(http, old)
    assert page.notice == "What that message was about is settled. Here is what came after it."
    assert page.rounds[:2] == [
        "First interview Took place on Wednesday 4 March",
        "Technical interview Waiting for Acme",
    ]


async def test_times_are_read_and_answered_where_somebody_is(offered: Staged, http: Http) -> None:
    page = await read(http, f"{offered.link('ana')}?zone=Asia/Tokyo")
    assert page.times[0] == "Wednesday 4 March, 19:00"
    done = await page.pick(0)
    assert "Wednesday 4 March, 19:00 is yours" in done.notice
    assert any("Wednesday 4 March, 19:00 (Tokyo time)" in mail for mail in offered.mails("ana"))


async def test_a_zone_is_found_by_city_or_country_and_remembered(offered: Staged, http: Http) -> None:
    page = await (await read(http, offered.link("ana"))).follow("Change time zone")
    found = await page.search("nova iorque")
    assert "Nothing found" in found.words
    found = await page.search("new york")
    assert found.choices == ["New York, United States 04:00"]
    told = await found.press("New York, United States 04:00")
    assert told.notice == "Times are now New York time."
    assert (await read(http, offered.link("ana"))).times[0] == "Wednesday 4 March, 05:00"


async def test_what_somebody_else_calls_a_zone_is_refused_in_words(offered: Staged, http: Http) -> None:
    answer = await http.post(f"{offered.link('ana')}/zone", data={"to": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "We do not know that time zone." in answer.text
    assert (await read(http, f"{offered.link('ana')}?zone=Mars/Olympus")).times[0] == "Wednesday 4 March, 10:00"


async def test_the_interview_goes_into_any_calendar(booked: Staged, http: Http) -> None:
    page = await read(http, booked.link("ana"))
    answer = await http.get(f"{booked.link('ana')}/interview.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert b"DTSTART:20260304T100000Z" in answer.content
    assert {*page.top.all("a", target="_blank")[0].attributes["rel"].split()} == {"noreferrer", "noopener"}
    assert "dates=20260304T100000Z%2F20260304T104500Z" in page.answer.text


async def test_while_a_human_looks_after_it_words_go_there(offered: Staged, http: Http) -> None:
    await offered.hear("rita", "take Ana")
    page = await read(http, offered.link("ana"))
    assert page.heading == "Rita Lopes looks after this"
    assert not page.times
    await page.do("words", words="Any news?")
    assert any("Any news?" in mail for mail in offered.mails("rita"))


async def test_whoever_wants_no_more_messages_sees_where_it_stands_and_no_forms(offered: Staged, http: Http) -> None:
    await offered.hear("ana", "Please stop writing to me")
    page = await read(http, offered.link("ana"))
    assert "You asked us not to write to you, so we do not." in page.words
    assert not page.top.all("form")


async def test_a_recruiter_who_meets_people_answers_as_their_host(acme: Staged, http: Http) -> None:
    await acme.hear("rita", "cancel Ana")
    await acme.hear("rita", "schedule Ana Silva for Data Engineer with me")
    page = await read(http, acme.link("rita"))
    assert page.heading == "When could you meet Ana Silva?"
    done = await page.do("words", words="Friday 9-11")
    assert done.heading == "Ana is choosing a time"
    assert not any("do not know what to do" in mail for mail in acme.mails("rita"))


async def test_whoever_waits_sees_which_times_they_gave_where_they_are_and_may_change_them(
    offered: Staged, http: Http
) -> None:
    page = await read(http, offered.link("carl", 0))
    assert page.heading == "Ana is choosing a time"
    (given,) = page.top.all("ul", class_="gave")
    assert "You gave these times:" in page.words
    assert given.words == "Wednesday 4 March 10:00–12:00 Thursday 5 March 14:00–16:00"
    (elsewhere,) = (await read(http, f"{offered.link('carl', 0)}?zone=Asia/Tokyo")).top.all("ul", class_="gave")
    assert elsewhere.words == "Wednesday 4 March 19:00–21:00 Thursday 5 March 23:00 – Friday 6 March 01:00"
    week = await page.follow("Change the times you gave")
    cells = [each.attributes["aria-label"] for each in week.top.all("input", name="cell", checked="")]
    assert [each for each in cells if "Wednesday" in each] == [
        f"Wednesday 4 March {clock}" for clock in ("10:00", "10:30", "11:00", "11:30")
    ]


async def test_of_many_times_the_page_names_the_first_few(acme: Staged, http: Http) -> None:
    await acme.hear("carl", "every weekday 10-12")
    (given,) = (await read(http, acme.link("carl", 0))).top.all("ul", class_="gave")
    assert len(given.all("li")) == 9
    assert given.all("li")[-1].words.startswith("and ")


async def test_a_calendar_that_is_away_is_no_error_page(sqlite_url: str, http: Http) -> None:
    async with firm(sqlite_url, calendar=True) as acme:
        page = await read(http, acme.link("ana"))
        acme.stage.world.calendar.fail(MONDAY + timedelta(hours=1))
        told = await page.pick(0)
        assert told.notice == "Thank you, it is noted. The answer comes by message."
        await acme.stage.advance_to(MONDAY + timedelta(hours=1, minutes=10))
        assert (await read(http, acme.link("ana"))).heading == "It is booked"


async def test_behind_a_proxy_every_address_is_the_public_one(sqlite_url: str, http: Http) -> None:
    async with firm(sqlite_url, prefix="/askarsan") as acme:
        await acme.hear("carl", TIMES)
        page = await read(http, acme.link("ana"))
        assert (await page.pick(0)).notice == BOOKED
        named = [node.attributes.get(name, "") for node in page.top.all() for name in ("href", "src", "action")]
        assert {address[:12] for address in named if address.startswith("/")} == {"/askarsan/p/"}


async def test_nobody_sends_hundreds_of_forms(offered: Staged, http: Http) -> None:
    async with offered.stage.house.records.write() as session:
        session.add_all(_form(number) for number in range(60))
    page = await read(http, offered.link("ana"))
    refused = await page.pick(0)
    assert refused.status == 429
    assert refused.notice == "That was a lot in a short time. Please try again in a while."
    offered.clock.advance_to(offered.clock.now() + timedelta(hours=2))
    assert (await page.pick(0)).notice == BOOKED


def _form(number: int) -> MessageRow:
    return MessageRow(
        direction="in",
        at=MONDAY + timedelta(minutes=20),
        person_id="ana",
        channel="page",
        address="page",
        text="Hello?",
        kind="reply",
        status="received",
        vendor_id=f"hello-{number}",
        turn_id="heard",
    )


async def test_a_clock_change_on_the_way_moves_no_offer(acme: Staged, http: Http) -> None:
    await acme.hear("carl", "Monday 30 March 9-10")
    page = await read(http, f"{acme.link('ana')}?zone=America/New_York")
    assert page.times == ["Monday 30 March, 04:00"], "both have changed their clocks by then"
    await page.pick(0)
    assert await starts(acme) == [datetime(2026, 3, 30, 9, tzinfo=LISBON)]
