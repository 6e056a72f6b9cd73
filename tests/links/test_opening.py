"""A booking link is opened as a candidate would open it, and what they would see decides what it is worth."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from integrations.links.base import Finding, Kind, LinkStatus, Why, kind_of
from integrations.links.opening import OpenedLinks
from integrations.links.pages import SAID, says_unavailable
from integrations.standins.page import StandInPages, web
from tests.loopback import serving

HOST = "127.0.0.1"


@dataclass
class Site:
    pages: StandInPages
    url: str
    links: OpenedLinks

    async def why(self, path: str) -> Why:
        return (await self.links.look(self.url + path)).why


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    pages = StandInPages()
    async with serving(web(pages)) as url:
        links = OpenedLinks(own=[HOST])
        yield Site(pages, url, links)
        await links.close()


async def test_a_page_where_somebody_can_book_is_active_whatever_its_scripts_say(site: Site) -> None:
    site.pages.works("/noor")
    assert await site.links.look(f"{site.url}/noor") == Finding(Why.OPEN)
    assert Finding(Why.OPEN).status is LinkStatus.ACTIVE
    (asked,) = site.pages.asked
    assert asked.headers["accept-language"] == "en"


STATUSES = [
    (404, Why.GONE, LinkStatus.INACTIVE),
    (410, Why.GONE, LinkStatus.INACTIVE),
    (451, Why.GONE, LinkStatus.INACTIVE),
    (401, Why.LOCKED, LinkStatus.INACTIVE),
    (403, Why.LOCKED, LinkStatus.INACTIVE),
    (429, Why.TROUBLE, LinkStatus.INACTIVE),
    (500, Why.TROUBLE, LinkStatus.INACTIVE),
    (503, Why.TROUBLE, LinkStatus.INACTIVE),
]


async def test_an_error_page_is_told_by_its_status(site: Site) -> None:
    for status, why, standing in STATUSES:
        site.pages.answers("/noor", status)
        found = await site.links.look(f"{site.url}/noor")
        assert (found.why, found.status) == (why, standing), status
        assert found.passing == (why is Why.TROUBLE), status
    assert await site.why("/nobody-at-all") is Why.GONE


HEADINGS = [
    "Page not found",
    "Sorry, this page isn’t available",
    "This page isn't available",
    "This link has expired",
    "404",
    "The page could not be found",
    "Noor's calendar is no longer available",
    "This account has been suspended",
    "This user does not exist",
    "Temporarily unavailable",
    "firm.example: this domain is for sale",
]


async def test_a_page_that_says_it_is_gone_is_gone_though_it_answers_200(site: Site) -> None:
    for heading in HEADINGS:
        site.pages.says("/noor", heading)
        assert await site.why("/noor") is Why.UNAVAILABLE, heading


async def test_a_page_that_says_such_words_about_something_else_still_works(site: Site) -> None:
    for heading, words in [
        ("Book a time with Noor", "If a time is no longer available, choose another; the page was not found once."),
        ("Available times", "This page is available in English."),
        ("Room 4040", "Interviews for Found Ltd"),
    ]:
        site.pages.says("/noor", heading, words)
        assert await site.why("/noor") is Why.OPEN, heading


async def test_a_link_that_ends_at_the_front_page_leads_nowhere(site: Site) -> None:
    site.pages.works("/")
    site.pages.leads("/noor/first-talk", "/")
    assert await site.why("/noor/first-talk") is Why.GONE
    assert await site.why("/") is Why.OPEN, "some have their page there"


async def test_a_page_that_moved_is_followed_and_one_that_moves_for_ever_is_not(site: Site) -> None:
    site.pages.works("/new/noor")
    site.pages.leads("/noor", "/newer")
    site.pages.leads("/newer", "new/noor", 301)
    assert await site.why("/noor") is Why.OPEN
    site.pages.leads("/newer", "/noor")
    assert await site.why("/noor") is Why.NOT_PUBLIC


async def test_what_is_no_page_is_no_booking_page(site: Site) -> None:
    site.pages.is_a_file("/noor.pdf")
    site.pages.is_a_file("/noor.ics", "text/calendar")
    site.pages.is_endless("/endless")
    site.pages.answers("/nothing", 204)
    for path in ("/noor.pdf", "/noor.ics", "/endless"):
        assert await site.why(path) is Why.NOT_A_PAGE, path


async def test_a_site_that_keeps_programs_out_lets_people_in(site: Site) -> None:
    site.pages.answers("/noor", 403, cf_mitigated="challenge")
    assert await site.links.look(f"{site.url}/noor") == Finding(Why.GUARDED)
    site.pages.says("/noor", "Just a moment...", "Enable JavaScript and cookies to continue", 503)
    assert (await site.links.look(f"{site.url}/noor")).status is LinkStatus.ACTIVE


async def test_a_site_that_does_not_answer_is_looked_at_again(site: Site) -> None:
    site.pages.hangs_up("/cut")
    site.pages.never_ends("/drip")
    impatient = OpenedLinks(own=[HOST], seconds=0.2)
    assert (await impatient.look(f"{site.url}/drip")) == Finding(Why.SILENT)
    await impatient.close()
    assert (await site.why("/cut")) is Why.SILENT
    with socket.create_server((HOST, 0)) as door:
        port = door.getsockname()[1]
    assert (await site.links.look(f"http://{HOST}:{port}/noor")) == Finding(Why.SILENT)
    assert Finding(Why.SILENT).passing


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", Why.NO_LINK),
        ("   ", Why.NO_LINK),
        ("calendly.com/noor", Why.NO_ADDRESS),
        ("mailto:noor@northwind.example", Why.NO_ADDRESS),
        ("https://", Why.NO_ADDRESS),
        ("https://calendly.com:no/noor", Why.NO_ADDRESS),
        ("https://[::1/noor", Why.NO_ADDRESS),
        ("https://calendly.com/noor or call me", Why.NO_ADDRESS),
        ("javascript:alert(1)", Why.NO_ADDRESS),
        ("http://calendly.com/noor", Why.NOT_ENCRYPTED),
    ],
)
async def test_what_can_never_be_opened_needs_setting_up_and_is_not_asked_for(given: str, why: Why) -> None:
    links = OpenedLinks(resolve=nobody)
    found = await links.look(given)
    assert (found.why, found.status) == (why, LinkStatus.SET_UP_REQUIRED)
    await links.close()


async def nobody(host: str, port: int) -> Sequence[str]:
    raise AssertionError("nothing was to be looked up")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "192.168.1.1", "::1", "fd00::1"])
async def test_a_name_that_stands_for_a_private_address_is_not_opened(address: str) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", address]

    links = OpenedLinks(resolve=resolve)
    assert await links.look("https://book.firm.example/noor") == Finding(Why.NOT_PUBLIC)
    await links.close()


async def test_a_page_of_the_net_does_not_lead_us_into_the_house(site: Site) -> None:
    site.pages.leads("/noor", "http://169.254.169.254/latest/meta-data")
    assert await site.why("/noor") is Why.NOT_PUBLIC
    site.pages.leads("/noor", "file:///etc/passwd")
    assert await site.why("/noor") is Why.NOT_PUBLIC


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://calendly.com/noor/30min", Kind.CALENDLY),
        ("https://firm.cal.com/noor", Kind.CAL),
        ("https://notcal.com/noor", Kind.OTHER),
        ("https://calendar.google.com/calendar/appointments/schedules/AcZ", Kind.GOOGLE),
        ("https://calendar.app.google/x1", Kind.GOOGLE),
        ("https://outlook.office365.com/book/Northwind@northwind.example/", Kind.MICROSOFT),
        ("https://book.ms/b/x", Kind.MICROSOFT),
        ("https://calendly.com.evil.example/noor", Kind.OTHER),
        ("https://[", Kind.OTHER),
    ],
)
def test_whose_page_it_is_is_told_by_the_host_alone(url: str, kind: Kind) -> None:
    assert kind_of(url) is kind


@pytest.mark.parametrize(("kind", "words"), [(kind, words) for kind in SAID for words in SAID[kind]])
def test_a_vendors_own_words_for_a_dead_page_count_on_that_vendors_pages_alone(kind: Kind, words: str) -> None:
    page = f"<title>Bookings</title><div>Oh!</div><p>{words.capitalize()} Ask the organiser.</p>"
    assert says_unavailable(page, kind)
    assert not says_unavailable(f"<title>Bookings</title><script>{words}</script>", kind)
    assert not says_unavailable(page, Kind.OTHER)
