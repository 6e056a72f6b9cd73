"""Every language says all that English says, to the same readers, with the same names in it, and in its own words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.effects.rendering import PIECES
from dialogs.scheduling.intervals import Interval
from dialogs.understanding import Act, Context, datafiles, understand
from dialogs.wording import ANYONE, Phrasebook, Wording

BOOK = Phrasebook.load()
FILES = Path(__file__).parents[2] / "prompts/messages"
LANGUAGES = ["de", "es", "fr", "it", "nl", "pt"]
LOCALES = [*LANGUAGES, "pt-BR"]
BERLIN, LISBON = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Lisbon")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
START = datetime(2026, 3, 4, 13, tzinfo=UTC)

# Names that stand in no sentence of ours: where English has one, so has every other language.
NAMES = {
    "candidate": "Ana Quill",
    "candidate_first": "Qana",
    "host": "Carl Zorn",
    "host_first": "Zcarl",
    "recruiter": "Rita Yew",
    "recruiter_first": "Yrita",
    "other": "Odo Wex",
    "other_first": "Wodo",
    "first_name": "Fxina",
    "firm": "Xfirma",
    "company": "Qacme",
    "job": "Wjob",
    "round_name": "Zround",
    "place": "Xplatz 1",
    "directions": "Qtram 4",
    "arrival_notes": "Zbell 2",
    "phone": "Xphone 30",
    "number": "Qnumber 35",
}
SAID = {
    "who": "Vwho",
    "said": "Vsaid",
    "error": "Verror",
    "to": "Vto",
    "because": "Vbecause",
    "verb": "Vverb",
    "number": "Vnumber",
}
ROWS = [
    {
        "candidate": f"Rcand{i}",
        "job": f"Rjob{i}",
        "company": f"Rcomp{i}",
        "round": f"Rround{i}",
        "name": f"Rname{i}",
        "verb": "cancel",
        "said": f"Rsaid{i}",
        "status": status,
        "waiting_for": f"Rwait{i}" if i else "",
        "start": START + timedelta(days=i),
        "label": f"Rlabel{i}",
    }
    for i, status in enumerate(("collecting", "confirmed"))
]


@dataclass(frozen=True)
class Situation:
    """What may be different each time a text is said."""

    name: str
    times: int = 3
    mode: str = "video"
    url: str = "https://meet.example/q"
    minutes_late: str = "10"
    status: str = "collecting"
    waiting_for: str = ""
    rows: int = 2
    given: bool = True  # is there anything in the words, an invite, another zone, a number
    caller: str = "host"

    def fields(self) -> dict[str, object]:
        words = {**SAID, "minutes": self.minutes_late, "times": "1" if self.minutes_late == "1" else "3"}
        return {
            **NAMES,
            "now": NOW,
            "start": START,
            "end": START + timedelta(minutes=45),
            "minutes": 45,
            "round": 1,
            "mode": self.mode,
            "url": self.url,
            "caller": self.caller,
            **({} if self.given else {"phone": "", "number": "", "place": ""}),
            "invited": self.given,
            "elsewhere": self.given,
            "meeting_people": ["Pone", "Ptwo"],
            "stages": [{"start": START, "name": "Pone", "people": ["Ptwo"]}] if self.given else [],
            "status": self.status,
            "waiting_for": self.waiting_for,
            "nudges": 1,
            "link": "https://firm.example/p/q",
            "times": [START + timedelta(days=day) for day in range(self.times)],
            "words": defaultdict(
                str, words if self.given else {**words, "who": NAMES["candidate"], "to": "", "because": ""}
            ),
            "rows": ROWS[: self.rows],
        }


SITUATIONS = [
    Situation("three times, by video"),
    Situation("one time, by phone", times=1, mode="phone", url="", minutes_late="1", rows=1),
    Situation("the candidate rings", mode="phone", url="", caller="candidate"),
    Situation("on site", mode="onsite", url="", status="confirmed"),
    Situation("on site, somewhere", mode="onsite", url="", given=False),
    Situation("by phone, no number", mode="phone", url="", given=False),
    Situation("the candidate rings, no number", mode="phone", url="", caller="candidate", given=False),
    Situation("no link yet", url="", waiting_for=NAMES["candidate"], minutes_late=""),
    Situation("little known", url="", waiting_for=NAMES["host"], given=False, rows=1),
]


@cache
def said(key: str, reader: str, locale: str, situation: Situation) -> Wording:
    fields = pieces(reader, locale, situation)
    return BOOK.say(key, reader, fields, zone=BERLIN, locale=locale)


@cache
def pieces(reader: str, locale: str, situation: Situation) -> dict[str, object]:
    fields = situation.fields()
    for piece in PIECES:
        fields[piece] = BOOK.say(piece, reader, fields, zone=BERLIN, locale=locale).text
    return fields


def english() -> dict[str, dict[str, object]]:
    content: dict[str, dict[str, object]] = yaml.safe_load((FILES / "en.yaml").read_text("utf-8"))
    content.pop("phrases", None)
    return content


TEXTS = [(key, reader) for key, readers in english().items() for reader in readers]
FOR_OUTSIDERS = [(key, reader) for key, reader in TEXTS if reader != "recruiter"]


def read_by(reader: str) -> str:
    return "candidate" if reader == ANYONE else reader


def everything(locale: str, texts: list[tuple[str, str]] = TEXTS) -> Iterator[tuple[str, Wording, Wording]]:
    """Where, what English says and what is said in this language."""
    for key, reader in texts:
        for situation in SITUATIONS:
            here = f"{key} for {reader}, {situation.name}"
            ours, theirs = (said(key, read_by(reader), tag, situation) for tag in ("en", locale))
            yield here, ours, theirs


def parts(wording: Wording) -> list[str]:
    return [wording.text, wording.subject or "", *wording.buttons]


def names_in(text: str) -> set[str]:
    names = [*NAMES.values(), *SAID.values(), "Pone", "Ptwo", *(str(value) for row in ROWS for value in row.values())]
    return {name for name in names if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", text)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_keys_and_readers_of_english_and_no_others(language: str) -> None:
    content = yaml.safe_load((FILES / f"{language}.yaml").read_text("utf-8"))
    content.pop("phrases")
    shape = {
        key: {reader: isinstance(text, dict) for reader, text in readers.items()} for key, readers in content.items()
    }
    assert shape == {
        key: {reader: isinstance(text, dict) for reader, text in readers.items()} for key, readers in english().items()
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_each_text_names_whom_and_what_the_english_one_names(locale: str) -> None:
    for here, ours, theirs in everything(locale):
        # Where a company has no article that fits, a sentence may do without it; a person is never left out.
        assert names_in(theirs.text) == names_in(ours.text), here
        assert names_in(theirs.subject or "") == names_in(ours.subject or ""), here
        assert bool(theirs.subject) == bool(ours.subject), here
        assert len(theirs.buttons) == len(ours.buttons), here
        assert re.findall(r"https?://\S+", theirs.text) == re.findall(r"https?://\S+", ours.text), here
        assert len(re.findall(r"^\d\. ", theirs.text, re.MULTILINE)) == len(
            re.findall(r"^\d\. ", ours.text, re.MULTILINE)
        ), here


ENGLISH_ONLY = re.compile(r"\b(the|you|your|which|with|will|would|time|times|thank|please|sorry|and|my|for you)\b")


@pytest.mark.parametrize("locale", LOCALES)
def test_no_english_is_left(locale: str) -> None:
    for here, ours, theirs in everything(locale, FOR_OUTSIDERS):
        if not {"human_words", "there"} & {here.split(" for ")[0]}:
            assert theirs.text != ours.text or not re.sub(r"\W", "", re.sub("|".join(NAMES.values()), "", ours.text)), (
                here
            )
        for part in parts(theirs):
            assert not ENGLISH_ONLY.search(part.lower().replace("meet.example", "").replace("firm.example/p/q", "")), (
                f"{here}: {part}"
            )


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_shows_how_it_was_made(locale: str) -> None:
    for here, _, theirs in everything(locale):
        for part in parts(theirs):
            assert not re.search(r"[{}]|\bNone\b|\(\)|\( | \)| ,| \.(?!\w)|,,|\.\.|  |\bTrue\b|\bFalse\b", part), (
                f"{here}: {part}"
            )


# Familiar words to somebody we do not know, by language; every one of them would stand out.
FAMILIAR = {
    "de": "du dich dir dein deine deinen deiner euch euer",
    "es": "tú tu tus te ti contigo vosotros os vuestra dime puedes",
    "fr": "tu te toi ton ta tes",
    "it": "tu ti te tuo tua tuoi dimmi puoi",
    "nl": "je jij jou jouw jullie",
    "pt": "tu te ti teu tua contigo podes diz",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_people_are_addressed_formally_and_whatever_their_gender(locale: str) -> None:
    familiar = set(FAMILIAR[locale[:2]].split())
    for here, _, theirs in everything(locale):
        for part in parts(theirs):
            assert not familiar & set(re.findall(r"\w+", part.lower())), f"{here}: {part}"
            assert not re.search(r"\w\((?:a|e|o|in|ne)\)|\w/(?:a|e|o|in)\b|\w[·*:](?:e|in|innen)\b", part), (
                f"{here}: {part}"
            )


@pytest.mark.parametrize("locale", LOCALES)
def test_texts_are_about_as_long_as_in_english(locale: str) -> None:
    for here, ours, theirs in everything(locale, FOR_OUTSIDERS):
        assert len(theirs.text) <= 1.5 * len(ours.text) + 60, f"{here}: {theirs.text}"
        assert len(theirs.text) <= 600, f"{here}: {theirs.text}"  # four parts of an SMS
        assert len(theirs.subject or "") <= 90, f"{here}: {theirs.subject}"
        assert all(len(button) <= 24 for button in theirs.buttons), f"{here}: {theirs.buttons}"


@pytest.mark.parametrize("locale", LOCALES)
def test_one_is_one_and_several_are_several(locale: str) -> None:
    for key, reader in TEXTS:
        if key.startswith(("offer", "concession", "nudge_offer", "late_recruiter", "escalation_no_reply")):
            several, one = (said(key, read_by(reader), locale, each).text for each in SITUATIONS[:2])
            plain = [re.sub(r"^\d\. .*\n?", "", text, flags=re.MULTILINE) for text in (several, one)]
            also_in_english = [said(key, read_by(reader), "en", each).text for each in SITUATIONS[:2]]
            same_in_english = (
                len({re.sub(r"^\d\. .*\n?", "", text, flags=re.MULTILINE) for text in also_in_english}) == 1
            )
            assert plain[0] != plain[1] or same_in_english, f"{key} for {reader}"


@pytest.mark.parametrize("locale", [tag for tag in LOCALES if tag[:2] in datafiles.codes()])
def test_what_we_give_as_an_example_we_can_read(locale: str) -> None:
    given = {
        example
        for key in ("availability_request", "availability_request_again", "not_understood")
        for reader in ("candidate", "host")
        for example in re.findall(r'"([^"]+)"', said(key, reader, locale, SITUATIONS[0]).text)
    }
    assert len(given) >= 2
    for example in given:
        meaning = understand(example, Context(NOW, BERLIN, locale))
        assert meaning.language == locale[:2], example
        assert meaning.acts[0] is Act.PROPOSE, example
        days = {window.start.astimezone(BERLIN).weekday() for window in meaning.windows}
        assert len(days) == 2, f"{example}: {meaning.windows}"
        assert meaning.ambiguous == (), example


Shown = Callable[[str, object, str], str]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """How a value is written in Lisbon, by a way to write it and a language, with the phrases we ship."""
    folder = tmp_path_factory.mktemp("messages")
    ways = {way: {ANYONE: f"{{{{ value | {way} }}}}"} for way in ("when", "window", "zone")}
    for path in FILES.glob("*.yaml"):
        phrases = yaml.safe_load(path.read_text("utf-8")).get("phrases", {})
        (folder / path.name).write_text(yaml.safe_dump({"phrases": phrases, **ways}), "utf-8")
    book = Phrasebook.load(folder)
    return lambda way, value, locale: (
        book.say(way, "host", {"value": value, "now": NOW}, zone=LISBON, locale=locale).text
    )


# The night of the clock change in Europe, 29 March and 25 October 2026.

SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30 in Berlin, half an hour before it
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, the first of two


@pytest.mark.parametrize(
    ("locale", "before", "after"),
    [
        ("de", "Sonntag, 29. März um 01:30 Uhr", "Sonntag, 29. März um 03:30 Uhr"),
        ("es", "domingo 29 de marzo a las 1:30", "domingo 29 de marzo a las 3:30"),
        ("fr", "dimanche 29 mars à 1h30", "dimanche 29 mars à 3h30"),
        ("it", "domenica 29 marzo alle 01:30", "domenica 29 marzo alle 03:30"),
        ("nl", "zondag 29 maart om 01:30 uur", "zondag 29 maart om 03:30 uur"),
        ("pt", "domingo, 29 de março, às 01:30", "domingo, 29 de março, às 03:30"),
        ("pt-BR", "domingo, 29 de março, às 01:30", "domingo, 29 de março, às 03:30"),
    ],
)
def test_an_hour_that_does_not_happen_is_not_written(locale: str, before: str, after: str) -> None:
    fields = SITUATIONS[0].fields()
    written = [
        BOOK.say("there", "candidate", {**fields, "start": SPRING + timedelta(hours=hours)}, zone=BERLIN, locale=locale)
        for hours in range(2)
    ]
    assert [each.text for each in written] == [before, after]


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("de", "So. 25. Okt., 02:30"),
        ("es", "dom 25 oct, 2:30"),
        ("fr", "dim. 25 oct., 2h30"),
        ("it", "dom 25 ott, 02:30"),
        ("nl", "zo 25 okt, 02:30"),
        ("pt", "dom. 25 out., 02:30"),
        ("pt-BR", "dom. 25 out., 02:30"),
    ],
)
def test_an_hour_that_happens_twice_reads_the_same_twice(locale: str, written: str) -> None:
    times = [AUTUMN, AUTUMN + timedelta(hours=1), AUTUMN + timedelta(hours=2)]
    offer = BOOK.say("clarify", "candidate", {**SITUATIONS[0].fields(), "times": times}, zone=BERLIN, locale=locale)
    assert offer.buttons[0] == offer.buttons[1] == written
    assert offer.buttons[2] == re.sub(r"0?2([:h])30", lambda found: found[0].replace("2", "3", 1), written)


@pytest.mark.parametrize(
    ("locale", "morning", "from_three", "zone"),
    [
        ("de", "Montag, 30. März, 09:00–12:00", "Montag, 30. März ab 15:00 Uhr", "Ortszeit Lissabon"),
        ("es", "lunes 30 de marzo, 9:00–12:00", "lunes 30 de marzo a partir de las 15:00", "hora de Lisboa"),
        ("fr", "lundi 30 mars, 9h00–12h00", "lundi 30 mars à partir de 15h00", "heure de Lisbonne"),
        ("it", "lunedì 30 marzo, 09:00–12:00", "lunedì 30 marzo dalle 15:00", "ora di Lisbona"),
        ("nl", "maandag 30 maart, 09:00–12:00", "maandag 30 maart vanaf 15:00 uur", "lokale tijd Lissabon"),
        (
            "pt",
            "segunda-feira, 30 de março, 09:00–12:00",
            "segunda-feira, 30 de março a partir das 15:00",
            "hora de Lisboa",
        ),
    ],
)
def test_stretches_and_zones(shown: Shown, locale: str, morning: str, from_three: str, zone: str) -> None:
    day = datetime(2026, 3, 30, tzinfo=LISBON)
    assert shown("window", Interval(day.replace(hour=9), day.replace(hour=12)), locale) == morning
    assert shown("window", Interval(day.replace(hour=15), day + timedelta(days=1)), locale) == from_three
    assert shown("zone", LISBON, locale) == zone


@pytest.mark.parametrize(
    ("locale", "zone", "name"),
    [
        ("fr", "Europe/Oslo", "heure d'Oslo"),
        ("fr", "Africa/Cairo", "heure du Caire"),
        ("it", "Africa/Cairo", "ora del Cairo"),
        ("pt", "America/New_York", "hora de Nova Iorque"),
        ("pt-BR", "America/New_York", "hora de Nova York"),
        ("de", "UTC", "UTC"),
    ],
)
def test_names_of_zones_run_together_where_the_language_wants_it(
    shown: Shown, locale: str, zone: str, name: str
) -> None:
    assert shown("zone", ZoneInfo(zone), locale) == name


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("de", "Mittwoch, 1. April um 14:00 Uhr"),
        ("fr", "mercredi 1er avril à 14h00"),
        ("pt", "quarta-feira, 1 de abril, às 14:00"),
        ("pt-BR", "quarta-feira, 1º de abril, às 14:00"),
    ],
)
def test_the_first_of_a_month(shown: Shown, locale: str, written: str) -> None:
    assert shown("when", datetime(2026, 4, 1, 13, tzinfo=UTC), locale) == written


def test_a_region_that_has_its_own_words_for_some_things_says_the_rest_as_its_language_does() -> None:
    lisbon, rio = (said("human_coming", "candidate", tag, SITUATIONS[0]).text for tag in ("pt", "pt-BR"))
    assert "contacto" in lisbon
    assert "contato" in rio
    assert said("answer_duration", "candidate", "pt-BR", SITUATIONS[0]).text == "Dura 45 minutos."
