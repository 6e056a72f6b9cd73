"""Which language a message is read in: its own, and one word never switches it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dialogs.understanding import Act, Context, Stage, Understanding, understand

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday
OFFERS = tuple(datetime(2026, 3, day, 15, tzinfo=UTC) for day in (10, 11, 12))


def read(text: str, locale: str | None = None, offers: tuple[datetime, ...] = ()) -> Understanding:
    stage = Stage.OFFERED if offers else Stage.COLLECTING
    return understand(text, Context(NOW, ZoneInfo("UTC"), locale, offers, 45, stage))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I can do Tuesday after three", "en"),
        ("Dienstag ab drei würde mir gut passen", "de"),
        ("mardi après 15h ça me va très bien", "fr"),
        ("el martes después de las tres me viene bien", "es"),
        ("martedì dopo le tre va benissimo", "it"),
        ("terça depois das três está ótimo", "pt"),
        ("dinsdag na drie uur komt mij goed uit", "nl"),
    ],
)
@pytest.mark.parametrize("known", [None, "en-GB", "de", "pt-BR"])
def test_a_sentence_is_in_its_own_language_whatever_we_thought(text: str, language: str, known: str | None) -> None:
    got = read(text, known)
    assert got.language == language
    assert [window.start.date().isoformat() for window in got.windows] == ["2026-03-10"]
    assert got.windows[0].start.hour == 15


@pytest.mark.parametrize("text", ["ok", "danke", "15:00", "👍", "Tuesday", "merci", "2", ""])
@pytest.mark.parametrize("known", ["de", "fr", "en-GB", "nl"])
def test_one_word_switches_nothing(text: str, known: str) -> None:
    assert read(text, known).language == known[:2]


@pytest.mark.parametrize(
    ("text", "known", "act"),
    [("danke!", "en", Act.CHITCHAT), ("thanks!", "de", Act.CHITCHAT), ("gracias", "fr", Act.CHITCHAT)],
)
def test_a_word_of_another_language_is_understood_all_the_same(text: str, known: str, act: Act) -> None:
    got = read(text, known)
    assert got.acts == (act,)
    assert got.language == known


@pytest.mark.parametrize(
    ("text", "known"),
    [("Tuesday passt mir gut", "de"), ("Tuesday me parece bien", "es"), ("Tuesday ça me va", "fr")],
)
def test_a_day_said_in_english_is_that_day(text: str, known: str) -> None:
    got = read(text, known, OFFERS)
    assert got.choice == (0,)
    assert got.language == known


def test_two_sentences_may_be_in_two_languages() -> None:
    got = read("Thank you for the invitation. Mir passt der Dienstag ab drei am besten.", "en")
    assert [window.start.isoformat()[:16] for window in got.windows] == ["2026-03-10T15:00"]


@pytest.mark.parametrize("locale", ["", "sv", "xx-YY", "zh-Hant-TW", "e", "EN_gb"])
def test_a_locale_nobody_knows_is_no_hint(locale: str) -> None:
    assert read("Tuesday after three", locale).windows
