"""Every text that WhatsApp is asked to approve stands in all languages, and keeps WhatsApp's rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.effects.approved import draft_of
from bot.effects.rendering import FIELDS
from dialogs.approved import BESIDES, MOST_TIMES, NAME_OF, STANDS_FOR, Templatebook
from dialogs.understanding import understand
from dialogs.understanding.meaning import Act, Context, Stage
from dialogs.wording import Phrasebook, WordingError

BOOK = Templatebook.load()
LANGUAGES = ["de", "en", "es", "fr", "it", "nl", "pt", "pt-BR"]
LISBON = ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_every_language_has_every_text_for_the_same_readers_with_places_that_can_be_filled() -> None:
    assert sorted(BOOK.languages) == LANGUAGES
    assert BOOK.problems(FIELDS) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatsapp_has_no_reason_to_turn_a_text_down(language: str) -> None:
    drafts = [draft_of(BOOK, text) for text in BOOK.all(language)]
    assert {draft.name: draft.faults() for draft in drafts if draft.faults()} == {}
    assert len({draft.name for draft in drafts}) == len(drafts)
    assert all(draft.filled(draft.samples) for draft in drafts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_same_places_as_english(language: str) -> None:
    english = {text.name: set(text.sources) for text in BOOK.all("en")}
    here = {text.name: set(text.sources) for text in BOOK.all(language)}
    assert {name: here[name] ^ english[name] for name in english if here[name] != english[name]} == {}


def test_what_a_text_stands_for_is_a_message_that_is_said() -> None:
    said = {key for _, key, _, _ in Phrasebook.load()._all()}  # noqa: SLF001 – whatever any language has
    assert (NAME_OF.keys() | BESIDES) - said == set()
    assert sum(len(messages.split()) for messages in STANDS_FOR.values()) == len(NAME_OF)


@pytest.mark.parametrize(
    ("messages", "times", "name"),
    [
        (["offer"], 2, "offer.candidate.2"),
        (["offer_freed", "page_choose"], 1, "offer.candidate.1"),
        (["reminder"], 0, "reminder.candidate"),
        (["late_other"], 0, "late_other.anyone"),
        (["offer"], MOST_TIMES + 1, None),  # some of the times would be left out
        (["offer", "asking_for_more"], 2, None),  # the second half would be left out
        (["not_understood"], 0, None),
        (["feedback_request"], 0, None),  # that is for the host
        (["page_choose"], 0, None),
        (["reminder"], 2, None),
        (["offer"], 0, None),
    ],
)
def test_a_text_stands_in_only_for_the_whole_of_a_message(messages: list[str], times: int, name: str | None) -> None:
    found = BOOK.find(messages, "candidate", times, "en")
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("theirs", "firm", "languages"),
    [
        ("pt-BR", "en", ("pt-BR", "pt")),
        ("pt", "pt-BR", ("pt", "pt-BR")),  # the firm's own, which they read as well
        ("de-AT", "fr", ("de",)),
        ("de", "pt-BR", ("de",)),  # never the firm's language where it is not theirs
        ("sv", "de", ("en",)),  # in English, as in all our messages to them
    ],
)
def test_nobody_is_written_to_in_a_language_they_do_not_read(
    theirs: str, firm: str, languages: tuple[str, ...]
) -> None:
    assert BOOK.tongues(theirs, firm) == languages


def test_the_values_are_made_of_facts_each_in_one_line() -> None:
    offer = BOOK.find(["offer"], "candidate", 2, "de")
    assert offer is not None
    start = datetime(2026, 3, 4, 13, tzinfo=UTC)
    fields = {
        **dict.fromkeys(FIELDS, ""),
        "first_name": "Ana",
        "of_firm": "von Lopes",
        "company": "Acme\n& Söhne",
        "job": "Data Engineer",
        "minutes": 45,
        "how": "per Video",
        "now": NOW,
        "times": (start, start + timedelta(days=1)),
        "words": defaultdict(str),
    }
    values = BOOK.values(offer, fields, LISBON)
    assert list(values) == [str(number) for number in range(1, 10)]
    assert values["4"] == "Acme & Söhne"
    assert [values["8"], values["9"]] == ["Mi. 4. März, 13:00", "Do. 5. März, 13:00"]
    with pytest.raises(WordingError, match="when it is now"):
        BOOK.values(offer, {**fields, "now": None}, LISBON)


def test_each_choice_of_each_offer_comes_back_under_an_id_of_its_own() -> None:
    offer = BOOK.find(["offer"], "candidate", 2, "en")
    assert offer is not None
    draft = draft_of(BOOK, offer)
    assert [button.label for button in draft.buttons] == ["1", "2", "Other times"]
    assert [button.id for button in draft.buttons] == ["{{10}}", "{{11}}", "{{12}}"]
    assert draft.version != replace(draft, body=draft.body + " Bye.").version


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("message", "times", "stage", "meant"),
    [("offer", 3, Stage.OFFERED, Act.REJECT), ("reminder", 0, Stage.CONFIRMED, Act.RESCHEDULE)],
)
def test_a_label_that_comes_back_without_its_id_is_understood_all_the_same(
    language: str, message: str, times: int, stage: Stage, meant: Act
) -> None:
    text = BOOK.find([message], "candidate", times, language)
    assert text is not None
    starts = tuple(NOW + timedelta(days=1, hours=hour) for hour in range(times or 1))
    context = Context(now=NOW, timezone=LISBON, locale=language, offers=starts, minutes=45, stage=stage)
    *numbers, other = [understand(label, context) for label in text.labels]
    assert other.acts == (meant,)
    assert [meaning.choice for meaning in numbers] == [(index,) for index in range(times)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello:\n  anyone: Hello there.", "hello is missing, or stands for nothing"),
        ("nudge:\n  anyone: '{% if job %}Hello{% endif %} you there.'", "no if and no for"),
        ("nudge:\n  anyone: 'Hello {{ jobb }}, are you there?'", "there is no field jobb"),
        ("nudge:\n  anyone: 'Hello {{ job | }}, are you there?'", "is no place"),
        ("nudge:\n  nobody: Hello there.", "there is no such reader"),
        ("nudge:\n  anyone: Please answer STOP if you like.", "opting out"),
    ],
)
def test_a_fault_in_a_file_is_found_before_anybody_reads_it(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "en.yaml").write_text(f'samples:\n  start: "2026-03-04T10:00:00+00:00"\n{text}\n', "utf-8")
    assert any(problem in each for each in Templatebook.load(tmp_path).problems(FIELDS))
