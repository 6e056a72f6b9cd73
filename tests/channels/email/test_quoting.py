"""Only what somebody wrote themselves is read: our own offers in a quote never become a choice."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.channels.base import Inbound
from integrations.channels.email.incoming import read_mail
from integrations.channels.email.plaintext import as_text
from integrations.channels.email.quoting import LONGEST, habits, own_words
from integrations.channels.email.words import _texts
from tests.channels.email.shapes import FIRM, OFFER, Case, answer, cases, filled, quoted_text

LANGUAGES = sorted(_texts()["answer_above"])


def read(plain: str | None, html: str | None) -> Inbound:
    told = read_mail(answer(plain, html), FIRM)
    assert isinstance(told, Inbound)
    return told


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_answer_is_what_its_writer_wrote(case: Case) -> None:
    plain = None if case.plain is None else filled(case.plain, quoted_text())
    html = None if case.html is None else filled(case.html, quoted_text(), html=True)
    assert read(plain, html).text == case.own


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_above_which_people_answer_is_known_in_every_language(language: str) -> None:
    assert own_words(f"Yes, the first.\n\n{quoted_text(language)}") == "Yes, the first."


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"], exclude_characters="❮❯"), max_size=60
)
LINES = st.lists(WORDS, min_size=1, max_size=8).map("\n".join)
SHAPES = [case for case in cases() if "offer❯" in (case.plain or "") + (case.html or "")]


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(SHAPES), LINES)
def test_whatever_is_quoted_never_reaches_the_text(case: Case, words: str) -> None:
    # Words nobody else has, so that they are found wherever they come out.
    quoted = "\n".join([quoted_text().splitlines()[0], *(f"qqq {line} qqq" for line in words.splitlines())])
    plain = None if case.plain is None else filled(case.plain, quoted)
    html = None if case.html is None else filled(case.html, quoted, html=True)
    text = read(plain, html).text
    assert "qqq" not in text
    assert text == case.own


@settings(deadline=None, max_examples=80)
@given(LINES, LINES)
def test_whatever_is_quoted_with_marks_never_reaches_the_text(above: str, quoted: str) -> None:
    marked = "\n".join(f"> qqq {line}" for line in quoted.splitlines())
    assert "qqq" not in own_words(f"{above}\n\n{marked}\n\n{above}")


@given(st.text(max_size=2_000))
def test_any_text_and_any_html_is_read_without_a_crash(text: str) -> None:
    own_words(text, text[:20])
    own_words(as_text(text))


@pytest.mark.parametrize(
    "words",
    [
        "Yes, Tuesday at 10.",
        "On Tuesday at 10: fine.\nOn Wednesday: not before 3.",
        "From Monday to Wednesday.\nTo be sure: 10:00.",
        "1. yes\n2. no\n3. no",
        "Lieber Dienstag.\n\nOder Mittwoch ab 15:00, von 9 bis 12 geht es nicht.",
        "Best would be Tuesday.\nThanks!",
        "Please confirm: 10:00?",
        "Date: Tuesday 10 March\nFrom: 10:00\nTo: 12:00",
        "Von: 10 Uhr\nAn: jedem Tag",
        "Fine 👍🏽 for the 👨\u200d👩\u200d👧",
        "Legal is with us on Tuesday. Warning: I may be late.",
    ],
)
def test_nothing_of_an_honest_answer_is_lost(words: str) -> None:
    assert own_words(words, "Ana Silva") == words


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "nl"])
def test_the_habits_of_every_language_we_speak_are_known(language: str) -> None:
    subject = {
        "en": "Automatic reply: Your interview",
        "de": "Automatische Antwort: Ihr Gespräch",
        "fr": "Réponse automatique : Votre entretien",
        "es": "Respuesta automática: Su entrevista",
        "it": "Risposta automatica: Il suo colloquio",
        "pt": "Resposta automática: A sua entrevista",
        "nl": "Automatisch antwoord: Uw gesprek",
    }[language]
    assert habits().away.match(subject)


@pytest.mark.parametrize(
    "evil",
    [
        "On " * 20_000,
        "On a\n" * 10_000,
        "\n" * 50_000,
        " " * 50_000 + "wrote:",
        ">" * 50_000,
        "-" * 50_000,
        "From: x\n" * 5_000,
        "CAUTION: " * 5_000,
        "On 10:00 a@b " + "x " * 20_000 + "wrote:",
        "Thanks,\n" * 5_000,
        "a@" * 20_000 + ":",
        "Le a écrit" * 4_000,
    ],
    ids=range(12),
)
def test_a_mail_made_to_keep_us_busy_is_read_in_no_time(evil: str) -> None:
    started = time.process_time()
    own_words(evil, "x")
    as_text(f"<p>{evil}</p>")
    assert time.process_time() - started < 4


@pytest.mark.parametrize("evil", ["<div>" * 100_000, "<b" * 100_000, "<blockquote><p>" * 30_000, "&" * 200_000])
def test_html_made_to_keep_us_busy_is_read_in_no_time(evil: str) -> None:
    started = time.process_time()
    own_words(as_text(evil))
    assert time.process_time() - started < 8


def test_of_an_endless_mail_only_the_beginning_is_read() -> None:
    assert len(own_words("Tuesday. " * 100_000)) <= LONGEST
    assert OFFER.text not in own_words("word " * 100_000 + OFFER.text)
