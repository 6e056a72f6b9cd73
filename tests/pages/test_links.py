"""A link opens one page for one person: it cannot be guessed, is nowhere kept, ends, and says so in kind words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import MetaData, create_engine

from bot.pages import LASTS, new_link
from tests.pages.firm import MONDAY, Staged, firm
from tests.pages.reading import read

Http = httpx2.AsyncClient
NOWHERE = "x" * 32


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        await staged.hear("carl", "Wednesday 10-12 or Thursday 14-16")
        yield staged


def test_no_two_links_are_alike_and_each_has_192_bits() -> None:
    links = {new_link("https://firm.example").token for _ in range(1_000)}
    assert len(links) == 1_000
    assert {len(link) for link in links} == {32}


def test_a_link_is_not_written_out_where_somebody_could_read_it() -> None:
    link = new_link("https://firm.example")
    assert link.token not in repr(link)


async def test_each_mail_has_a_link_of_its_own_and_none_is_kept(acme: Staged, sqlite_url: str) -> None:
    links = [link.rpartition("/")[2] for mail in [*acme.mails("ana"), *acme.mails("carl")] for link in _links(mail)]
    assert len(links) == len({*links}) >= 2
    engine = create_engine(sqlite_url.replace("+aiosqlite", ""))
    tables = MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        kept = "\n".join(str(row) for table in tables.sorted_tables for row in connection.execute(table.select()))
    engine.dispose()
    assert "/p/…" in kept, "what was written is kept without it"
    assert [link for link in links if link in kept] == []


def _links(mail: str) -> list[str]:
    return re.findall(r"https?://\S+/p/[\w-]{32}", mail)


async def test_offers_times_confirmations_and_reminders_carry_a_link(acme: Staged, http: Http) -> None:
    assert "Or choose on this page: " in acme.mails("ana")[-1]
    assert "Or mark your times on this page: " in acme.mails("carl")[0]
    await (await read(http, acme.link("ana"))).pick(0)
    await acme.stage.advance_to(MONDAY + timedelta(days=2))
    told = [mail for mail in acme.mails("ana") if "To see where it stands or to change it: " in mail]
    assert any(mail.startswith("You are booked") for mail in told)
    assert any(mail.startswith("A reminder") for mail in told)
    assert _links(acme.mails("rita")[-1]) == [], "a recruiter has a desk"


async def test_without_a_public_address_no_mail_has_a_link(sqlite_url: str) -> None:
    async with firm(sqlite_url, public=False) as acme:
        assert acme.mails("carl")
        assert [mail for mail in acme.mails("carl") if "/p/" in mail] == []


async def test_a_link_ends_and_says_what_to_do(acme: Staged, http: Http) -> None:
    link = acme.link("ana")
    acme.clock.advance_to(MONDAY + LASTS + timedelta(hours=1))
    for answer in (await http.get(link), await http.post(link, data={"do": "words", "words": "Hello?"})):
        assert answer.status_code == 410
        assert "you get a new one" in answer.text
        assert "Ana" not in answer.text


WISHES = [
    ("de-AT,en;q=0.5", "de", "Dieser Link führt nirgendwohin"),
    ("ja, pt-BR;q=0.9", "pt-BR", "Este link não leva a lugar nenhum"),
    ("xx;q=huh", "en", "This link does not lead anywhere"),
]


async def test_a_link_that_never_was_says_so_in_the_browsers_language(acme: Staged, http: Http) -> None:
    for wish, language, told in WISHES:
        answer = await http.get(f"{acme.url}/p/{NOWHERE}", headers={"Accept-Language": wish})
        assert answer.status_code == 404
        assert f'<html lang="{language}">' in answer.text
        assert told in answer.text


HTML = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "fr"}


async def test_an_address_that_leads_nowhere_says_so_to_people_in_their_language(acme: Staged, http: Http) -> None:
    link = acme.link("ana")
    for address in ("/p/", "/p/a/b/c", "/nothing", link.removeprefix(acme.url) + "/nothing"):
        answer = await http.get(acme.url + address, headers=HTML)
        assert answer.status_code == 404, address
        assert '<html lang="fr">' in answer.text, address
        assert "Ce lien ne mène nulle part" in answer.text, address
    assert "This link does not lead anywhere" in (await http.get(f"{acme.url}/p/a/b/c")).text, "whatever they accept"
    assert "Ce lien ne mène nulle part" in (await http.post(f"{link}/interview.ics", headers=HTML)).text


async def test_a_program_reads_json_where_there_is_nothing(acme: Staged, http: Http) -> None:
    for address, headers in (("/api/nothing", HTML), ("/hooks/nothing", HTML), ("/nothing", {"Accept": "*/*"})):
        answer = await http.get(acme.url + address, headers=headers)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"}), address
    assert (await http.get(f"{acme.url}/api/availability", headers=HTML)).json() == {"detail": "Method Not Allowed"}


async def test_who_guesses_is_stopped_and_who_was_written_to_is_not(acme: Staged, http: Http) -> None:
    guesses = [(await http.get(f"{acme.url}/p/{number:032}")).status_code for number in range(25)]
    assert guesses == [404] * 20 + [429] * 5
    assert (await http.get(acme.link("ana"))).status_code == 200
    acme.clock.advance_to(acme.clock.now() + timedelta(minutes=11))
    assert (await http.get(f"{acme.url}/p/{NOWHERE}")).status_code == 404


async def test_a_page_does_not_travel(acme: Staged, http: Http) -> None:
    for path in ("", "/times", "/zone"):
        headers = (await http.get(acme.link("carl") + path)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["cache-control"] == "no-store"
        policy = headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_looking_changes_nothing_however_often_a_mail_scanner_does(acme: Staged, http: Http) -> None:
    before = (await read(http, acme.link("ana"))).times
    for path in ("", "/times", "/zone?q=lis", "/several", "/interview.ics", "?note=booked", "?said=nonsense"):
        assert (await http.get(acme.link("ana") + path)).status_code == 200
    assert (await read(http, acme.link("ana"))).times == before


async def test_somebody_elses_answer_cannot_be_read(acme: Staged, http: Http) -> None:
    asked = await read(http, acme.link("carl"))
    told = await asked.do("words", words="How long does it take?")
    said = str(told.answer.url).partition("?")[2]
    assert told.notice
    assert (await read(http, f"{acme.link('ana')}?{said}")).notice == ""


NONSENSE = [
    {"start": "tomorrow"},
    {"start": "2026-03-04T10:00:00"},
    {"start": "cancel"},
    {"start": "2026-03-01T10:00:00+00:00"},
    {"start": "9999-12-31T23:59:59-12:00"},
    {"start": "9999-12-31T23:59:59+00:00"},
    {"start": "9999-12-31T10:00:00-12:00/9999-12-31T23:59:59-12:00"},
    {"cell": "'; drop table people", "go": "send"},
]


async def test_what_no_form_of_ours_sends_is_refused_in_words(acme: Staged, http: Http) -> None:
    for sent in NONSENSE:
        address = acme.link("ana") + ("/times" if "cell" in sent else "")
        answer = await http.post(address, data={"mark": "x", **sent})
        assert answer.status_code == 422, sent
        assert 'class="notice wrong"' in answer.text, sent


async def test_a_zero_byte_breaks_no_page_whatever_keeps_the_records(with_tables: str, http: Http) -> None:
    async with firm(with_tables) as acme:
        link = acme.link("carl")
        for sent in ({"words": "hello\0", "mark": "x"}, {"words": "hello", "mark": "\0"}):
            assert (await http.post(link, data=sent)).status_code == 409
        assert (await http.get(f"{link}?said=%00")).status_code == 404
        assert (await http.post(f"{acme.url}/hooks/microsoft/%00", content="{}")).status_code == 404
        page = await read(http, link)
        assert (await page.do("words", words="Wednesday 10-12\0")).answer.status_code == 200
        assert "1. Wed 4 Mar, 10:00" in acme.mails("ana")[-1]


async def test_a_form_of_a_megabyte_is_not_read(acme: Staged, http: Http) -> None:
    answer = await http.post(acme.link("ana"), data={"words": "x" * 1_000_000})
    assert answer.status_code == 413


async def test_names_are_shown_as_names_whatever_is_in_them(sqlite_url: str, http: Http) -> None:
    async with firm(sqlite_url, company="<script>alert(1)</script>") as acme:
        await acme.hear("carl", "Wednesday 10-12")
        answer = await http.get(acme.link("ana"))
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
        wrong = await (await read(http, acme.link("ana"))).do("words", words="</textarea><b>" + "x" * 2_000)
        assert "</textarea><b>" not in wrong.answer.text


async def test_what_a_page_needs_is_small_and_may_be_kept(acme: Staged, http: Http) -> None:
    page = await read(http, acme.link("carl"))
    times = await http.get(acme.link("carl") + "/times")
    total = len(times.content)
    for name in ("htmx_js", "pages_js", "pages_css"):
        address = re.search(rf'"(/p/static/\w+/{name.replace("_", ".")})"', page.answer.text)
        assert address
        async with http.stream("GET", f"{acme.url}{address[1]}", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            total += len(b"".join([chunk async for chunk in answer.aiter_raw()]))
    assert total < 60_000
    assert (await http.get(f"{acme.url}/p/static/0/../../secrets")).status_code == 404
