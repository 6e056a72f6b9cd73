"""What a recruiter says of their own hours is read as it is meant; what is about somebody else is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.scheduling.intervals import Interval
from dialogs.understanding import Context
from dialogs.understanding.own_hours import OwnHours, read_own_hours

LISBON = ZoneInfo("Europe/Lisbon")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
THURSDAY = "Thu 00:00 – Fri 00:00"
WEEK = (0, 1, 2, 3, 4, 5, 6)


def read(said: str, language: str = "en", now: datetime = MONDAY) -> OwnHours | None:
    return read_own_hours(said, Context(now, LISBON, language))


def stretch(when: Interval) -> str:
    start, end = when.start.astimezone(LISBON), when.end.astimezone(LISBON)
    return f"{start:%a %H:%M} – {end:%a %H:%M}"


def away(said: str, language: str = "en") -> list[str]:
    found = read(said, language)
    return [stretch(each) for each in found.away] if found else []


def weekly(said: str, language: str = "en") -> list[tuple[tuple[int, ...], time, time]]:
    found = read(said, language)
    return [(tuple(sorted(each.days)), each.start, each.end) for each in found.weekly] if found else []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I'm away Thursday"),
        ("en", "Please keep Thursday free"),
        ("en", "I can't do Thursday"),
        ("en", "i won't be in on Thursday"),
        ("en", "out of the office on thursday."),
        ("de", "Donnerstag bin ich weg"),
        ("de", "Ich bin Donnerstag nicht da"),
        ("fr", "je suis absent jeudi"),
        ("es", "el jueves no estoy"),
        ("it", "giovedì non ci sono"),
        ("nl", "donderdag ben ik weg"),
        ("pt", "na quinta não estou"),
    ],
)
def test_a_day_away_is_that_day(language: str, said: str) -> None:
    assert away(said, language) == [THURSDAY]


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("not available tomorrow morning", ["Tue 08:00 – Tue 12:00"]),
        ("I'm busy on 5 March from 14 to 16", ["Thu 14:00 – Thu 16:00"]),
        ("block Thursday afternoon", ["Thu 12:00 – Thu 18:00"]),
        ("out of office until Wednesday", ["Mon 09:00 – Wed 00:00"]),
        ("I'm off next week", ["Mon 00:00 – Mon 00:00"]),
        ("I am away Thursday and Friday", ["Thu 00:00 – Sat 00:00"]),
    ],
)
def test_a_stretch_is_that_stretch(said: str, then: list[str]) -> None:
    assert away(said) == then


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "no meetings before 10"),
        ("en", "I don't take meetings before 10"),
        ("de", "keine Termine vor 10"),
        ("fr", "pas de réunion avant 10h"),
        ("fr", "pas d'entretien avant 10h"),
        ("es", "nada antes de las 10"),
        ("it", "non voglio riunioni prima delle 10"),
        ("nl", "geen vergadering voor 10 uur"),
        ("pt", "não quero reuniões antes das 10h"),
        ("it", "niente prima delle 10"),
        ("nl", "niets voor 10 uur"),
        ("pt", "nada antes das 10"),
    ],
)
def test_hours_without_a_day_hold_every_day(language: str, said: str) -> None:
    assert weekly(said, language) == [(WEEK, time(0), time(10))]


@pytest.mark.parametrize("usual", ["en", "de", "fr"])
@pytest.mark.parametrize(
    "said",
    [
        "no meetings before 10",
        "keine Termine vor 10 Uhr",
        "pas de réunion avant 10h",
        "sin reuniones antes de las 10",
        "nessuna riunione prima delle 10",
        "geen vergaderingen voor 10 uur",
        "sem reuniões antes das 10h",
    ],
)
def test_before_ten_is_before_ten_whatever_they_usually_write(said: str, usual: str | None) -> None:
    found = read_own_hours(said, Context(MONDAY, LISBON, usual))
    assert found
    assert [(each.days, each.start, each.end) for each in found.weekly] == [(frozenset(WEEK), time(0), time(10))]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "lunch 12-13"),
        ("en", "lunch 12–13"),
        ("de", "Mittagspause 12-13"),
        ("fr", "déjeuner 12h-13h"),
        ("es", "comida 12-13"),
        ("it", "pranzo 12-13"),
        ("nl", "lunch 12-13"),
        ("pt", "almoço 12-13"),
    ],
)
def test_lunch_is_every_day(language: str, said: str) -> None:
    assert weekly(said, language) == [(WEEK, time(12), time(13))]


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("no meetings on Fridays", [((4,), time(0), time(0))]),
        ("no meetings on Friday afternoons", [((4,), time(12), time(18))]),
        ("school run 15-16 on weekdays", [((0, 1, 2, 3, 4), time(15), time(16))]),
    ],
)
def test_some_days_of_every_week(said: str, then: list[tuple[tuple[int, ...], time, time]]) -> None:
    assert weekly(said) == then


def test_what_has_an_end_is_no_rule() -> None:
    assert weekly("no meetings before 10 in April") == []
    assert len(away("no meetings before 10 in April")) == 30
    assert len(away("nothing after 17:00 this week")) == 7


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "back on Wednesday"),
        ("en", "I'm back on Wednesday"),
        ("de", "Mittwoch wieder da"),
        ("fr", "de retour mercredi"),
        ("es", "de vuelta el miércoles"),
        ("it", "torno mercoledì"),
        ("nl", "woensdag weer terug"),
        ("pt", "de volta na quarta"),
    ],
)
def test_back_is_the_beginning_of_that_day(language: str, said: str) -> None:
    found = read(said, language)
    assert found == OwnHours(back=datetime(2026, 3, 4, tzinfo=LISBON))


def test_back_without_a_day_is_now() -> None:
    assert read("I'm back!") == OwnHours(back=MONDAY)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I'm back on Monday, not Thursday"),
        ("en", "back on Monday at 15:00"),
        ("de", "Ich bin am Montag wieder da, nicht am Donnerstag"),
        ("fr", "je suis de retour lundi, pas jeudi"),
        ("es", "vuelvo el lunes, no el jueves"),
        ("it", "torno lunedì, non giovedì"),
        ("nl", "ik ben maandag terug, niet donderdag"),
        ("pt", "volto na segunda, não na quinta"),
    ],
)
def test_back_on_monday_said_on_a_monday_is_asked_about(language: str, said: str) -> None:
    assert read(said, language) is None


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("I'm back today", MONDAY),
        ("back today at 15:00", datetime(2026, 3, 2, 15, tzinfo=LISBON)),
        ("back at 15:00", datetime(2026, 3, 2, 15, tzinfo=LISBON)),
        ("back on 2 March", MONDAY),
        ("back on Monday", datetime(2026, 3, 9, tzinfo=LISBON)),
        ("back next Monday", datetime(2026, 3, 9, tzinfo=LISBON)),
        ("I'm back on Thursday, not Monday", datetime(2026, 3, 5, tzinfo=LISBON)),
    ],
)
def test_back_on_a_day_that_can_be_no_other_is_that_day(said: str, back: datetime) -> None:
    assert read(said) == OwnHours(back=back)


def test_the_week_in_which_the_clocks_go_forward_is_a_week() -> None:
    the_monday_before = datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert read("I'm back on Monday, not Thursday", now=the_monday_before) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I won't be away Thursday"),
        ("en", "I'm not away Thursday after all"),
        ("en", "I'm no longer on holiday Thursday"),
        ("de", "Ich bin am Donnerstag nicht weg"),
        ("fr", "je ne suis pas absente jeudi"),
        ("es", "No estoy fuera el jueves"),
        ("it", "non sono via giovedì"),
        ("nl", "ik ben donderdag niet weg"),
        ("pt", "não estou fora quinta-feira"),
    ],
)
def test_whoever_is_not_away_is_not_kept_away(language: str, said: str) -> None:
    assert read(said, language) is None
    assert read(said, "en") is None, "in whatever language they usually write"


@pytest.mark.parametrize("said", ["I'm free Thursday", "I work from home Thursday", "I also work Thursday"])
def test_a_whole_day_worked_besides_has_no_night(said: str) -> None:
    found = read(said)
    assert found
    assert [stretch(each) for each in found.extra] == ["Thu 08:00 – Thu 20:00"]


@pytest.mark.parametrize("said", ["I also work Saturday 10-14", "I work Saturday 10-14 too", "Saturday 10-14 too"])
def test_what_is_worked_besides(said: str) -> None:
    found = read(said)
    assert found
    assert [stretch(each) for each in found.extra] == ["Sat 10:00 – Sat 14:00"]
    assert not found.away
    assert not found.weekly


@pytest.mark.parametrize(
    "said",
    [
        "Ana is away Thursday",
        "no meetings with Ana on Thursday",
        "nothing from Ana yet",
        "keep Ana informed",
        "Tuesday 10-12",
        "hello",
        "thanks a lot",
        "back Ana",
        "I am not sure what Ana wants",
        "busy",
        "",
    ],
)
def test_what_is_no_word_of_their_own_hours_is_left_alone(said: str) -> None:
    assert read(said) is None


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Ana is away Thursday"),
        ("en", "Ana said: I'm away Thursday"),
        ("en", "Ana says she's away Thursday"),
        ("en", "if I'm away Thursday, move Ana"),
        ("en", "Hi Arsan, if I'm away Thursday, move Ana"),
        ("en", "Ana: I'm away Thursday"),
        ("en", 'Ana wrote "I\'m away Thursday"'),
        ("en", "Ana works Saturday 10-14 too"),
        ("en", "Ana is back on Wednesday"),
        ("en", "on Thursday Ana is free"),
        ("en", "I'm away Thursday if it rains"),
        ("en", "unless I'm away Thursday"),
        ("en", "my client told me: I'm away Thursday"),
        ("en", "what if I am off on Thursday"),
        ("en", "I'm away Thursday, wrote Ana"),
        ("en", "According to Ana, I'm away Thursday"),
        ("de", "Ana ist Donnerstag weg"),
        ("de", "Ana ist am Donnerstag nicht da"),
        ("de", "Ana sagte: Ich bin Donnerstag weg"),
        ("de", "Ana sagt, dass sie Donnerstag weg ist"),
        ("de", "Wenn ich Donnerstag weg bin, verschieb Ana"),
        ("de", "Falls ich am Donnerstag nicht da bin"),
        ("de", "Ana: ich bin Donnerstag weg"),
        ("de", "Ana schreibt „Donnerstag bin ich weg“"),
        ("de", "Ana arbeitet Samstag 10-14 auch"),
        ("de", "Ana ist Mittwoch wieder da"),
        ("de", "Mittwoch ist Ana wieder da"),
        ("de", "Donnerstag ist Ana weg"),
        ("de", "Ana hat geschrieben, Donnerstag bin ich weg"),
        ("fr", "Ana est absente jeudi"),
        ("fr", "Ana a dit : je suis absente jeudi"),
        ("fr", "Si je suis absent jeudi, déplace Ana"),
        ("fr", "Ana : je suis absente jeudi"),
        ("fr", "Ana travaille samedi 10h-14h aussi"),
        ("fr", "Ana est de retour mercredi"),
        ("fr", "Ana dit qu'elle est absente jeudi"),
        ("fr", "Ana a écrit « je suis absente jeudi »"),
        ("fr", "au cas où je suis absent jeudi"),
        ("es", "Ana no está el jueves"),
        ("es", "Ana dijo: el jueves no estoy"),
        ("es", "Si no estoy el jueves, mueve a Ana"),
        ("es", "Ana: el jueves no estoy"),
        ("es", "Ana trabaja el sábado 10-14 también"),
        ("es", "Ana está de vuelta el miércoles"),
        ("es", "Ana dice que no está el jueves"),
        ("it", "Ana non c'è giovedì"),
        ("it", "Ana ha detto: giovedì non ci sono"),
        ("it", "Se giovedì non ci sono, sposta Ana"),
        ("it", "Ana: giovedì non ci sono"),
        ("it", "Ana lavora sabato 10-14 anche"),
        ("it", "Ana torna mercoledì"),
        ("nl", "Ana is donderdag weg"),
        ("nl", "Ana zei: donderdag ben ik weg"),
        ("nl", "Als ik donderdag weg ben, verplaats Ana"),
        ("nl", "Ana: donderdag ben ik weg"),
        ("nl", "Ana werkt zaterdag 10-14 ook"),
        ("nl", "Ana is woensdag weer terug"),
        ("nl", "donderdag is Ana weg"),
        ("nl", "Ana is donderdag vrij"),
        ("pt", "Ana não está na quinta"),
        ("pt", "A Ana disse: na quinta não estou"),
        ("pt", "Se não estou na quinta, muda a Ana"),
        ("pt", "Ana: na quinta não estou"),
        ("pt", "A Ana trabalha sábado 10-14 também"),
        ("pt", "A Ana está de volta na quarta"),
        ("pt", "A Ana diz que está fora na quinta"),
    ],
)
def test_what_somebody_else_is_or_says_and_what_only_might_be_is_not_the_writers(language: str, said: str) -> None:
    assert read(said, language) is None
    assert read(said, "en") is None, "in whatever language they usually write"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "im away thursday"),
        ("en", "i wont be in on thursday"),
        ("en", "ill be out thursday"),
        ("en", "i cant do thursday"),
        ("fr", "jsuis absent jeudi"),
        ("es", "no estare el jueves"),
        ("it", "saro via giovedì"),
        ("pt", "nao estou na quinta"),
    ],
)
def test_signs_that_nobody_types_on_a_phone_may_be_left_out(language: str, said: str) -> None:
    assert away(said, language) == [THURSDAY]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "I'm away Thursday, ask Tom if anything comes up"),
        ("en", "As I said, I'm away Thursday"),
        ("en", "I told Ana I'm away Thursday"),
        ("en", "Quick note: I'm away Thursday"),
        ("en", '"I\'m away Thursday"'),
        ("en", "Thursday: I'm away"),
        ("de", "Donnerstag weg"),
        ("de", "Wie gesagt, Donnerstag bin ich weg"),
        ("nl", "donderdag vrij"),
    ],
)
def test_what_is_said_besides_takes_nothing_from_it(language: str, said: str) -> None:
    assert away(said, language) == [THURSDAY]


@given(st.text(max_size=80))
def test_no_text_breaks_it(said: str) -> None:
    read(said)
