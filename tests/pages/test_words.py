"""The pages say in every language of the messages what they say in English, to whom they say it, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.doors.pages.words import html_language, shipped, spoken_in
from bot.doors.pages.zones import found
from dialogs.wording import Phrasebook

ROOT = Path(__file__).parents[2]
BOOK, MESSAGES = shipped(), Phrasebook.load()
LANGUAGES = sorted(MESSAGES.languages)
LOCALES = [*LANGUAGES, "pt-BR"]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = {
    "candidate": "Ana Quill",
    "candidate_first": "Qana",
    "company": "Qacme",
    "recruiter": "Rita Yew",
    "recruiter_first": "Yrita",
    "job": "Wjob",
    "round_name": "Zround",
    "how": "Xhow",
    "who": "Vwho",
    "said": "Vsaid",
}
FIELDS = {
    **NAMES,
    "minutes": 45,
    "number": 2000,
    "start": NOW + timedelta(days=2),
    "day": (NOW + timedelta(days=2)).date(),
    "windows": ["Wone", "Wtwo"],
    "rows": [1, 2, 3],
}


def said(key: str, locale: str, times: int = 3) -> str:
    reader = MESSAGES.reader(ZoneInfo("Europe/Lisbon"), locale, NOW)
    return BOOK.say(key, reader, locale, {**FIELDS, "times": [NOW] * times})


def names_in(text: str) -> set[str]:
    return {name for name in (*NAMES.values(), "Wone", "Wtwo", "45", "2000") if name in text}


def test_the_pages_are_in_every_language_of_the_messages() -> None:
    assert {*BOOK.languages} == {*LANGUAGES, "pt-br"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_text_with_the_same_fields(language: str) -> None:
    english = BOOK.texts("en")
    assert list(BOOK.texts(language)) == list(english)
    for key in english:
        assert BOOK.fields(language, key) == BOOK.fields("en", key), key


def test_brazil_has_only_what_it_says_otherwise() -> None:
    brazil, portugal = BOOK.texts("pt-br"), BOOK.texts("pt")
    assert brazil.keys() < portugal.keys()
    for key, text in brazil.items():
        assert text != portugal[key], key
        assert BOOK.fields("pt-br", key) == BOOK.fields("pt", key), key


@pytest.mark.parametrize("locale", LOCALES)
def test_each_text_names_what_the_english_one_names_and_shows_nothing_of_how_it_is_made(locale: str) -> None:
    for key in BOOK.texts("en"):
        for times in (0, 1, 3):
            text = said(key, locale, times)
            assert names_in(text) == names_in(said(key, "en", times)), key
            assert not re.search(r"[{}]|  |\( |,,|\.\.", text), f"{key}: {text}"


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_no_english_is_left(locale: str) -> None:
    for key in BOOK.texts("en"):
        words = re.findall(r"\b(the|you|your|which|with|will|time|times|thank|please|sorry|and)\b", said(key, locale))
        assert words == [], key


@pytest.mark.parametrize("locale", LOCALES)
def test_buttons_are_short_enough_for_a_phone(locale: str) -> None:
    for key in ("none_of_these", "move", "send", "paint_send", "paint_other", "paint_given", "withdraw_yes"):
        assert len(said(key, locale)) <= 45, key


@pytest.mark.parametrize(
    ("locale", "language"), [("de-AT", "de"), ("pt-BR", "pt-BR"), ("pt", "pt"), ("en-GB", "en"), ("ja", "en")]
)
def test_the_page_says_which_language_it_is_really_in(locale: str, language: str) -> None:
    assert html_language(locale) == language


def test_a_browsers_wishes_are_taken_in_its_order() -> None:
    assert list(spoken_in("fr;q=0.5, de-CH, en;q=0.8,*;q=x")) == ["de-CH", "en", "fr", "*"]


def asked() -> Iterator[str]:
    """Every text that a template or the code asks for by its whole name."""
    pages = ROOT / "bot/doors/pages"
    for path in (*pages.glob("*.py"), *pages.glob("templates/*.html")):
        yield from re.findall(r"""say\(["']([a-z_]+)["']""", path.read_text("utf-8"))


def test_every_text_that_is_asked_for_is_written() -> None:
    assert {*asked()} - BOOK.texts("en").keys() == set()
    assert len({*asked()}) > 60


@pytest.mark.parametrize(
    ("typed", "language", "zone"),
    [
        ("lissabon", "de", "Europe/Lisbon"),
        ("sao paulo", "en", "America/Sao_Paulo"),
        ("deutschland", "de", "Europe/Berlin"),
        ("india", "en", "Asia/Kolkata"),
        ("Nueva York", "es", "America/New_York"),
        ("europe/paris", "fr", "Europe/Paris"),
    ],
)
def test_a_zone_is_found_as_people_call_it(typed: str, language: str, zone: str) -> None:
    assert found(typed, language)[0].key == zone


def test_nothing_is_found_for_nothing() -> None:
    assert [*found("", "en"), *found("´", "en"), *found("zzzz", "en")] == []
