"""People read sentences in their language, in their zone, in their way to write times; and never an error."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.reader import Reader, locale_of
from dialogs.scheduling.intervals import Interval
from dialogs.wording import Phrasebook, Wording, WordingError

LISBON, BERLIN, NEW_YORK = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
BOOK = Phrasebook.load(Path(__file__).parent / "messages")
NOW = datetime(2026, 3, 2, 9, tzinfo=LISBON)
AFTERNOON = datetime(2026, 3, 4, 14, tzinfo=LISBON)
OFFER = {"name": "Ana", "company": "Acme", "slots": [AFTERNOON, AFTERNOON + timedelta(days=1)], "now": NOW}
LOCALES = [
    *("ar", "de", "en-US", "es", "fa", "fr", "he", "hi", "it", "ja", "ko"),
    *("nl", "pl", "pt", "pt-BR", "ru", "sv", "th", "tr", "uk", "zh-Hant"),
]
KNOWN = {
    "offer": {"name", "company", "slots", "note"},
    "said": {"at"},
    "windows": {"given"},
    "stop": set[str](),
}


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{words}").replace(tzinfo=LISBON)


def window(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


def reads(value: object, locale: str = "en", zone: ZoneInfo = LISBON, now: datetime = NOW) -> list[str]:
    return BOOK.say("said", "host", {"at": value, "now": now}, zone=zone, locale=locale).text.split(" | ")


def book(tmp_path: Path, **languages: str) -> Phrasebook:
    for language, content in languages.items():
        (tmp_path / f"{language}.yaml").write_text(content, encoding="utf-8")
    return Phrasebook.load(tmp_path)


# How times are written


@pytest.mark.parametrize("locale", ["en", "en-GB", "en_GB", "en-PT", "en-XX", "", "xx", "nonsense!"])
def test_english_without_a_region_we_know_is_british_with_24_hours(locale: str) -> None:
    assert reads(AFTERNOON, locale) == ["Wednesday 4 March", "14:00", "Wednesday 4 March, 14:00"]


def test_americans_read_the_month_first_and_12_hours() -> None:
    assert reads(AFTERNOON, "en-US") == ["Wednesday, March 4", "2:00 PM", "Wednesday, March 4 at 2:00 PM"]


def test_the_readers_own_zone_counts_for_the_day_too() -> None:
    late = datetime(2026, 3, 4, 23, 30, tzinfo=LISBON)
    assert reads(late, zone=BERLIN)[2] == "Thursday 5 March, 00:30"
    assert reads(late, "en-US", NEW_YORK)[2] == "Wednesday, March 4 at 6:30 PM"


def test_a_year_is_written_only_where_it_is_not_this_one() -> None:
    next_year = datetime(2027, 3, 4, 14, tzinfo=LISBON)
    assert reads(next_year)[2] == "Thursday 4 March 2027, 14:00"
    assert reads(next_year, "en-US")[2] == "Thursday, March 4, 2027 at 2:00 PM"
    assert reads(next_year, now=next_year)[2] == "Thursday 4 March, 14:00"


def test_this_year_is_the_readers_own() -> None:
    new_year_in_lisbon = datetime(2027, 1, 1, 1, tzinfo=LISBON)
    assert (
        reads(new_year_in_lisbon, zone=NEW_YORK, now=datetime(2026, 12, 31, 12, tzinfo=UTC))[0]
        == "Thursday 31 December"
    )


@pytest.mark.parametrize(
    ("given_", "british", "american"),
    [
        (window("03 10:00", "03 12:00"), "Tuesday 3 March 10:00–12:00", "Tuesday, March 3, 10:00 AM–12:00 PM"),
        (window("03 15:00", "04 00:00"), "Tuesday 3 March from 15:00", "Tuesday, March 3 from 3:00 PM"),
        (window("03 00:00", "03 12:00"), "Tuesday 3 March until 12:00", "Tuesday, March 3 until 12:00 PM"),
        (window("03 00:00", "04 00:00"), "Tuesday 3 March", "Tuesday, March 3"),
        (
            window("03 00:00", "05 00:00"),
            "Tuesday 3 March – Wednesday 4 March",
            "Tuesday, March 3 – Wednesday, March 4",
        ),
        (
            window("03 15:00", "05 12:00"),
            "Tuesday 3 March 15:00 – Thursday 5 March 12:00",
            "Tuesday, March 3, 3:00 PM – Thursday, March 5, 12:00 PM",
        ),
        (
            window("03 15:00", "05 00:00"),
            "Tuesday 3 March 15:00 – Wednesday 4 March",
            "Tuesday, March 3, 3:00 PM – Wednesday, March 4",
        ),
    ],
)
def test_a_window_reads_as_people_would_say_it(given_: Interval, british: str, american: str) -> None:
    fields = {"given": [given_], "now": NOW}
    assert BOOK.say("windows", "host", fields, zone=LISBON, locale="en").text == british
    assert BOOK.say("windows", "host", fields, zone=LISBON, locale="en-US").text == american


def test_a_whole_day_is_whole_only_where_it_is() -> None:
    tuesday_in_lisbon = window("03 00:00", "04 00:00")
    fields = {"given": [tuesday_in_lisbon], "now": NOW}
    assert BOOK.say("windows", "host", fields, zone=BERLIN, locale="en").text == (
        "Tuesday 3 March 01:00 – Wednesday 4 March 01:00"
    )


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Lisbon", "Lisbon time"),
        ("America/New_York", "New York time"),
        ("Asia/Kolkata", "Kolkata time"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, name: str) -> None:
    assert Reader(LISBON, locale_of("en")).zone_name(ZoneInfo(zone)) == name


def test_a_list_ends_as_the_language_ends_lists() -> None:
    items = ["a", "b", "c"]
    assert Reader(LISBON, locale_of("en")).listing(items) == "a, b and c"
    assert Reader(LISBON, locale_of("en-US")).listing(items, "or") == "a, b, or c"
    assert Reader(LISBON, locale_of("de")).listing(items, "or") == "a, b oder c"


def test_a_plain_date_or_time_is_taken_as_it_stands() -> None:
    reader = Reader(NEW_YORK, locale_of("en"), NOW)
    assert reader.day(date(2026, 3, 4)) == "Wednesday 4 March"
    assert reader.clock(AFTERNOON.time()) == "14:00"


@given(
    st.sampled_from(LOCALES),
    st.integers(0, 400),
)
@settings(deadline=None, max_examples=60)
def test_in_every_language_a_year_left_out_leaves_no_trace(locale: str, days: int) -> None:
    day = date(2026, 1, 1) + timedelta(days=days)
    this_year = Reader(LISBON, locale_of(locale), datetime(day.year, 1, 1, 12, tzinfo=UTC)).day(day)
    other_year = Reader(LISBON, locale_of(locale), datetime(2020, 1, 1, 12, tzinfo=UTC)).day(day)
    assert str(day.year) in other_year
    assert str(day.year) not in this_year
    assert this_year == this_year.strip(" ,.،'")
    assert "  " not in this_year


# What is said, and to whom


def test_each_reader_has_their_own_text_or_that_for_anyone() -> None:
    to_candidate = BOOK.say("offer", "candidate", OFFER, zone=LISBON, locale="en")
    assert to_candidate == Wording(
        subject="Acme: when shall we talk?",
        text=(
            "Hi Ana, Acme can do:\n1. Wednesday 4 March, 14:00\n2. Thursday 5 March, 14:00\n\n"
            "All times are Lisbon time."
        ),
        buttons=("Wednesday 4 March, 14:00", "Thursday 5 March, 14:00", "None of these"),
    )
    to_host = BOOK.say("offer", "host", OFFER, zone=LISBON, locale="en")
    assert to_host == Wording("Ana was offered Wednesday 4 March, 14:00 or Thursday 5 March, 14:00.")


def test_a_region_says_it_its_own_way_then_its_language_then_english() -> None:
    def says(key: str, locale: str) -> str:
        return BOOK.say(key, "candidate", {**OFFER, "at": AFTERNOON}, zone=BERLIN, locale=locale).text

    assert says("offer", "de-AT").startswith("Servus Ana, Acme kann Mittwoch, 4. März, 15:00 oder")
    assert says("offer", "de-CH").startswith("Hallo Ana")
    assert says("offer", "de").endswith("(Zeit in Berlin).")
    assert says("said", "de-AT").startswith("Wednesday 4 March | 15:00")  # an English text says its days in English


def test_each_language_has_its_own_words_for_open_ends() -> None:
    fields = {"given": [window("03 15:00", "04 00:00")], "now": NOW}
    assert BOOK.say("windows", "host", fields, zone=LISBON, locale="de").text == "Dienstag, 3. März ab 15:00 Uhr"


def test_no_thin_space_makes_a_cheap_sms_dear() -> None:
    text = BOOK.say("said", "host", {"at": AFTERNOON, "now": NOW}, zone=LISBON, locale="en-US").text
    assert text.isascii()


# What fails, fails a developer


@pytest.mark.parametrize(
    ("key", "fields", "complaint"),
    [
        ("unheard", {}, "no message unheard for host"),
        ("said", {}, "'at' is undefined"),
        ("said", {"at": datetime(2026, 3, 4, 10)}, "no instant"),  # noqa: DTZ001 – the very thing refused
        ("said", {"at": "Tuesday"}, "no instant"),
        ("said", {"at": AFTERNOON, "now": datetime(2026, 3, 4, 10)}, "now needs a zone"),  # noqa: DTZ001
        ("windows", {"given": 3}, "not iterable"),
    ],
)
def test_what_cannot_be_said_is_a_wording_error(key: str, fields: dict[str, object], complaint: str) -> None:
    with pytest.raises(WordingError, match=complaint):
        BOOK.say(key, "host", fields, zone=LISBON, locale="en")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 2 ** 99999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a' | center(999999999) }}",
        "{{ name.__class__.__mro__ }}",
        "{{ slots.append(1) }}",
        "{{ range(9) }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include 'offer' %}",
    ],
)
def test_a_template_can_do_nothing_but_write(tmp_path: Path, attack: str) -> None:
    fields = {"name": "Ana", "slots": [AFTERNOON], "now": NOW}
    hostile = book(tmp_path, en=f'attack: {{anyone: "{attack}"}}')
    with pytest.raises(WordingError):
        hostile.say("attack", "host", fields, zone=LISBON, locale="en")
    assert fields["slots"] == [AFTERNOON]


def test_what_a_person_wrote_is_never_a_template() -> None:
    text = BOOK.say("offer", "host", {**OFFER, "name": "{{ company }}{% raw %}"}, zone=LISBON, locale="en").text
    assert text.startswith("{{ company }}{% raw %} was offered")


# What is found before it fails


def test_our_few_sentences_lack_only_what_the_german_ones_lack() -> None:
    assert BOOK.problems(KNOWN) == [
        "de: offer for anyone is missing",
        "de: said is missing",
        "de: stop is missing",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("other: {anyone: Hi}", "en: greeting is missing"),
        ("greeting: {anyone: Hi}\nother: {anyone: Hi}", "en: other for anyone: nobody says this"),
        ("greeting: {candidat: Hi}", "en: greeting for candidat: there is no such reader"),
        ("greeting: {candidate: Hi}", "en: greeting for host is missing"),
        ("greeting: {anyone: 'Hi {{ nam }}'}", "en: greeting for anyone: there is no field nam"),
        ("greeting: {anyone: {text: Hi, subject: '{{ nam }}'}}", "there is no field nam"),
        ("greeting: {anyone: {text: Hi, buttons: ['{{ nam }}']}}", "there is no field nam"),
        ("greeting: {anyone: 'Hi {{ name'}", "en: greeting for anyone: this is no template: line 1"),
        ("greeting: {anyone: 'Hi {{ name | shout }}'}", "this is no template"),
        ("greeting: {anyone: ''}", "en: greeting for anyone: there is no text"),
        ("greeting: {anyone: Hi}\nphrases: {from: '{day} as of {time}'}", "en: from under phrases must be like"),
    ],
)
def test_what_would_fail_one_day_is_found_today(tmp_path: Path, content: str, problem: str) -> None:
    problems = book(tmp_path, en=content).problems({"greeting": {"name"}}, {"greeting": {"host"}})
    assert any(problem in each for each in problems), problems


def test_a_language_that_is_not_whole_is_found(tmp_path: Path) -> None:
    content = "greeting: {candidate: Hi, host: Hello}"
    problems = book(tmp_path, en=content, de="greeting: {candidate: Hallo}").problems({"greeting": set()})
    assert problems == [
        "de: from under phrases must be like '{day} from {clock}'",
        "de: greeting for host is missing",
        "de: until under phrases must be like '{day} until {clock}'",
        "de: zone under phrases must be like '{city} time'",
    ]


@pytest.mark.parametrize(
    "trap",
    [
        "Reply YES to confirm.",
        "Please answer with STOP.",
        "Just say yes and it is booked.",
        "Text CANCEL if you cannot come.",
        "Send us “END” when you are done.",
        "Answer *quit* to leave",
        "Reply Start",
    ],
)
def test_nobody_is_told_to_answer_with_a_word_that_opts_out_or_in(tmp_path: Path, trap: str) -> None:
    problems = book(tmp_path, en=f"greeting: {{anyone: '{trap}'}}").problems({"greeting": set()})
    assert any("carriers" in each for each in problems), problems


@pytest.mark.parametrize(
    ("language", "trap"),
    [
        ("de", "Zum Abmelden antworten Sie mit STOPP."),
        ("de", "Schreiben Sie uns einfach JA, wenn es passt."),
        ("fr", "Répondez ARRET pour ne plus rien recevoir."),
        ("fr", "Écrivez-nous simplement OUI."),
        ("es", "Responda BAJA para no recibir más mensajes."),
        ("es", "Envíe un SÍ si le viene bien."),
        ("it", "Risponda STOP per non ricevere altro."),
        ("it", "Ci scriva solo BASTA"),
        ("pt", "Responda SAIR para não receber mais."),
        ("pt-BR", "É só responder SIM."),
        ("nl", "Antwoord met JA als het past."),
        ("nl", "Stuur AFMELDEN om niets meer te krijgen."),
    ],
)
def test_nor_in_any_other_language(tmp_path: Path, language: str, trap: str) -> None:
    problems = book(tmp_path, en="greeting: {anyone: Hi}", **{language: f'greeting: {{anyone: "{trap}"}}'}).problems(
        {"greeting": set()}
    )
    assert any("carriers" in each and each.startswith(language.lower()) for each in problems), problems


@pytest.mark.parametrize(
    ("language", "fine"),
    [
        ("de", "Schreiben Sie einfach, ob etwas abgesagt werden soll."),
        ("fr", "Dites-moi si vous préférez la fin de semaine."),
        ("es", "Escriba cuándo podría; si no, lo vemos el lunes."),
        ("it", "Mi scriva se la fine della settimana va bene."),
        ("pt", "Escreva se prefere o fim do dia."),
        ("nl", "Schrijf of het einde van de week past."),
    ],
)
def test_such_a_word_within_a_sentence_is_left_alone(tmp_path: Path, language: str, fine: str) -> None:
    problems = book(tmp_path, en="greeting: {anyone: Hi}", **{language: f'greeting: {{anyone: "{fine}"}}'}).problems(
        {"greeting": set()}
    )
    assert not any("carriers" in each for each in problems), problems


@pytest.mark.parametrize("button", ["Yes", "CANCEL", "stop"])
def test_no_button_sends_such_a_word(tmp_path: Path, button: str) -> None:
    trapped = book(tmp_path, en=f"greeting: {{anyone: {{text: Hi, buttons: ['{button}']}}}}")
    assert any("carriers" in each for each in trapped.problems({"greeting": set()}))


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        ("{from: '{day}', until: '{day} a {clock}', zone: '{city}'}", "de: from under phrases must be like"),
        ("{until: '{day} {clock}', zone: '{city}'}", "de: from under phrases must be like"),
        (
            "{from: '{day} {clock}', until: '{day} {clock}', zone: '{city}', wen: x}",
            "de: there is no wen among phrases",
        ),
        (
            "{from: '{day} {clock}', until: '{day} {clock}', zone: '{city}', when: '{day}'}",
            "de: when under phrases must have {day} and {clock}",
        ),
    ],
)
def test_a_phrase_that_is_wrong_is_found(tmp_path: Path, phrases: str, problem: str) -> None:
    found = book(tmp_path, en="greeting: {anyone: Hi}", de=f"phrases: {phrases}\ngreeting: {{anyone: Hallo}}")
    assert any(each.startswith(problem) for each in found.problems({"greeting": set()}))


@pytest.mark.parametrize(
    "fine",
    [
        "Tell me if you want to cancel the interview.",
        "Write when you start.",
        "Send end times, please.",
        "Reply with the number of the time that suits.",
        "Just say when.",
        "Yes, that works.",
    ],
)
def test_ordinary_words_are_left_alone(tmp_path: Path, fine: str) -> None:
    assert book(tmp_path, en=f"greeting: {{anyone: '{fine}'}}").problems({"greeting": set()}) == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("greeting: [1", "en.yaml is not valid YAML"),
        ("- greeting", "en.yaml holds no messages"),
        ("phrases: [from]", "en.yaml: phrases are from, until, zone"),
        ("greeting: Hi", "en.yaml: greeting needs a key per reader"),
        ("greeting: {host: 3}", "en.yaml: greeting for host is neither a text nor"),
        ("greeting: {host: {txt: Hi}}", "en.yaml: greeting for host is neither a text nor"),
        ("greeting: {host: {text: Hi, colour: red}}", "en.yaml: greeting for host is neither a text nor"),
    ],
)
def test_a_file_that_is_no_phrasebook_says_where_and_why(tmp_path: Path, content: str, complaint: str) -> None:
    with pytest.raises(WordingError, match=complaint):
        book(tmp_path, en=content)


def test_english_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"no en\.yaml"):
        book(tmp_path, de="greeting: {host: Hallo}")
