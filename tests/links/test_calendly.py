"""Calendly over HTTP: what can be booked, links that work once, and a webhook that does not die unnoticed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import PlainTextResponse

from dialogs.scheduling.intervals import Interval
from integrations.links.base import LinksDisconnected, LinksRefused, LinksUnreachable
from integrations.links.calendly.account import Calendly
from integrations.links.folding import Standing, fold
from integrations.standins.calendly import TYPE, Hook, StandInCalendly, web
from tests.loopback import serving

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = Interval(NOON, NOON + timedelta(days=7))
DAY = timedelta(days=1)
URL, KEY = "https://firm.example/hooks/calendly/con_1", "a-signing-key"


@dataclass
class Account:
    standin: StandInCalendly
    calendly: Calendly
    url: str


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    standin = StandInCalendly(lambda: NOON)
    async with serving(web(standin)) as url:
        calendly = Calendly("token", lambda: NOON, api=url)
        yield Account(standin, calendly, url)
        await calendly.close()


async def test_what_can_be_booked_and_a_link_that_works_once(account: Account) -> None:
    assert (await account.calendly.user()).scheduling_url == "https://calendly.com/noor"
    (talk,) = await account.calendly.event_types()
    assert (talk.name, talk.duration, talk.active) == ("First talk", 30, True)
    links = [await account.calendly.single_use(talk.uri) for _ in range(2)]
    assert len({*links, *account.standin.links}) == 2
    assert account.standin.asked.count("GET /users/me") == 1


async def test_bookings_are_told_once_we_ask_for_it_and_asking_every_day_changes_nothing(account: Account) -> None:
    first = await account.calendly.subscribe(URL, KEY)
    assert first.new
    for _ in range(3):
        again = await account.calendly.subscribe(URL, KEY, known=first.uri)
        assert (again.uri, again.new) == (first.uri, False)
    (hook,) = account.standin.hooks.values()
    assert (hook.url, hook.key, hook.events) == (URL, KEY, ["invitee.created", "invitee.canceled"])


async def test_a_webhook_switched_off_after_a_day_of_failures_is_noticed_and_made_anew(account: Account) -> None:
    first = await account.calendly.subscribe("http://127.0.0.1:9/nobody-home", KEY)
    account.standin.book("ben@mail.example", NOON + 10 * DAY)
    for later in (timedelta(), timedelta(hours=12), DAY):
        assert account.standin.hooks[first.uri].state == "active"
        account.standin.now = lambda later=later: NOON + later  # type: ignore[misc]
        await account.standin.send_all()
    assert account.standin.hooks[first.uri].state == "disabled"
    account.standin.hooks[first.uri].url = URL
    missed = account.standin.book("ana@mail.example", NOON + DAY)
    assert len(account.standin.outbox) == 1, "nobody is told of it"
    second = await account.calendly.subscribe(URL, KEY, known=first.uri)
    assert second.new, "so that what was booked meanwhile is asked for"
    assert [(each.uri, each.state) for each in account.standin.hooks.values()] == [(second.uri, "active")]
    assert [each.invitee for each in await account.calendly.notices(WEEK)] == [missed.uri]


async def test_a_webhook_signed_with_a_key_we_lost_is_replaced_and_others_are_left_alone(account: Account) -> None:
    account.standin.hooks["h1"] = Hook("https://api.calendly.com/webhook_subscriptions/h1", URL, "old", [])
    account.standin.hooks["https://api.calendly.com/webhook_subscriptions/h1"] = account.standin.hooks.pop("h1")
    zapier = Hook("https://api.calendly.com/webhook_subscriptions/z", "https://hooks.zapier.example/1", "z", [])
    account.standin.hooks[zapier.uri] = zapier
    made = await account.calendly.subscribe(URL, KEY)
    assert {each.url: each.key for each in account.standin.hooks.values()} == {zapier.url: "z", URL: KEY}
    await account.calendly.unsubscribe(made.uri)
    await account.calendly.unsubscribe(made.uri)
    assert list(account.standin.hooks) == [zapier.uri]


async def test_a_lost_answer_leaves_one_webhook_the_next_time(account: Account) -> None:
    account.standin.mishaps.lose(on="POST /webhook_subscriptions")
    with pytest.raises(LinksUnreachable):
        await account.calendly.subscribe(URL, KEY)
    await account.calendly.subscribe(URL, KEY)
    assert len(account.standin.hooks) == 1


async def test_what_was_missed_comes_to_the_same_as_what_would_have_been_told(account: Account) -> None:
    account.standin.page = 2
    ana = account.standin.reschedule(account.standin.book("ana@mail.example", NOON + DAY), NOON + 2 * DAY)
    ben = account.standin.book("ben@mail.example", NOON + DAY)
    account.standin.cancel(ben)
    for number in range(4):
        account.standin.book(f"c{number}@mail.example", NOON + 3 * DAY)
    account.standin.book("later@mail.example", NOON + 30 * DAY)
    bookings = {each.invitee: each for each in fold(await account.calendly.notices(WEEK))}
    assert len(bookings) == 6
    assert (bookings[ana.uri].standing, bookings[ana.uri].start) == (Standing.BOOKED, NOON + 2 * DAY)
    assert bookings[ana.uri].email == "ana@mail.example"
    assert bookings[ben.uri].standing is Standing.OFF


async def test_what_is_called_off_is_off_and_stays_so(account: Account) -> None:
    ana = account.standin.book("ana@mail.example", NOON + DAY)
    for _ in range(2):
        await account.calendly.call_off(ana.event, "The role is filled.")
    assert account.standin.guests[1].status == "canceled"
    with pytest.raises(LinksRefused):
        await account.calendly.call_off("https://api.calendly.com/scheduled_events/E99", "Nobody knows it.")


REFUSED = [
    (429, {"Retry-After": "7"}, 7),
    (429, {"X-RateLimit-Reset": "31"}, 31),
    (429, {}, 60),
    (500, {}, None),
    (503, {}, None),
]


async def test_calendly_is_left_alone_for_as_long_as_it_asks(account: Account) -> None:
    for status, headers, wait in REFUSED:
        account.standin.mishaps.refuse(status, {"title": "x"}, headers)
        with pytest.raises(LinksUnreachable) as told:
            await account.calendly.event_types()
        assert told.value.retry_after == wait, (status, headers)
    account.standin.mishaps.answer(lambda: PlainTextResponse("a proxy says hello"))
    with pytest.raises(LinksUnreachable):
        await account.calendly.event_types()
    assert await account.calendly.event_types()


async def test_what_only_the_owner_can_mend_says_how(account: Account) -> None:
    account.standin.paid = False
    with pytest.raises(LinksDisconnected) as told:
        await account.calendly.subscribe(URL, KEY)
    assert "paid plan" in told.value.remedy
    stranger = Calendly("a-stale-token", lambda: NOON, api=account.url)
    with pytest.raises(LinksDisconnected) as told:
        await stranger.event_types()
    assert "new personal access token" in told.value.remedy
    assert "a-stale-token" not in repr(told.value) + str(told.value)
    await stranger.close()


async def test_the_token_goes_nowhere_but_to_calendly(account: Account) -> None:
    before = len(account.standin.asked)
    with pytest.raises(LinksRefused):
        await account.calendly.call_off("https://evil.example/", "x")
    with pytest.raises(LinksRefused):
        await account.calendly.call_off("https://evil.example/scheduled_events/E9", "x")
    assert account.standin.asked[before:] == ["POST /scheduled_events/E9/cancellation"]


async def test_an_answer_that_never_comes_is_given_up(account: Account) -> None:
    hasty = Calendly("token", lambda: NOON, api=account.url, patience=timedelta(seconds=0.1))
    account.standin.mishaps.dawdle(30)
    with pytest.raises(LinksUnreachable):
        await hasty.user()
    await hasty.close()


async def test_a_link_for_something_that_cannot_be_booked_is_refused(account: Account) -> None:
    with pytest.raises(LinksRefused):
        await account.calendly.single_use(f"{TYPE}-gone")
