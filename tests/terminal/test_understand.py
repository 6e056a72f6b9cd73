"""`askarsan understand`: the contract for machines, and a page for a person."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from bot.terminal.readings import ACTS
from dialogs.understanding.meaning import Act
from tests.terminal.conftest import Ask
from tests.terminal.test_commands import start

MONDAY = {"now": "2026-03-02T09:00:00+00:00", "timezone": "Europe/Lisbon"}
ANSWER = "id acts choice windows blocked preferred ambiguous remind_at topic language confidence".split()


def lines(ask: Ask, *asked: dict[str, Any] | str) -> list[dict[str, Any]]:
    given = "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in asked)
    told = ask("understand", "--jsonl", "--rules-only", given=given)
    assert told.stderr == ""
    assert told.exit_code == (1 if any('"error"' in line for line in told.stdout.splitlines()) else 0)
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_every_line_has_its_answer_in_order(ask: Ask) -> None:
    texts = ["Tuesday after 3", "the second one", "", "👍\n> quoted"]
    answers = lines(
        ask, *({"id": str(n), "text": text, "state": "collecting"} | MONDAY for n, text in enumerate(texts))
    )
    assert [answer["id"] for answer in answers] == ["0", "1", "2", "3"]
    assert all(list(answer) == ANSWER for answer in answers)
    assert answers[0]["acts"] == ["propose"]
    assert answers[0]["windows"] == [{"start": "2026-03-03T15:00:00+00:00", "end": "2026-03-04T00:00:00+00:00"}]


def test_instants_carry_the_offset_of_the_writers_zone(ask: Ask) -> None:
    asked = {
        "id": "a",
        "text": "Tuesday 10-12 or next Friday",
        "now": "2026-07-06T08:00:00Z",
        "timezone": "Asia/Kolkata",
    }
    (answer,) = lines(ask, asked)
    told = [each["start"] for each in answer["windows"]] + answer["ambiguous"][0]["readings"]
    assert all(each.endswith("+05:30") for each in told)
    readings = answer["ambiguous"][0]["readings"]
    assert readings == sorted(readings, key=datetime.fromisoformat)


def test_offers_are_chosen_by_their_number(ask: Ask) -> None:
    offers = ["2026-03-03T10:00:00+00:00", "2026-03-04T15:00:00+00:00"]
    (answer,) = lines(ask, {"id": "a", "text": "the second one", "offers": offers, "state": "offered"} | MONDAY)
    assert (answer["acts"], answer["choice"]) == (["select"], [1])


@pytest.mark.parametrize(
    ("line", "about", "why"),
    [
        ("not json", None, "Invalid JSON"),
        ("[1, 2]", None, "should be an object"),
        ('{"id": "a"', None, "Invalid JSON"),
        (json.dumps({"id": "a", "text": "hi"}), "a", "now: is missing; timezone: is missing"),
        (json.dumps({"id": "a", "text": "hi"} | MONDAY | {"timezone": "Mars/Base"}), "a", "unknown time zone"),
        (
            json.dumps({"id": "a", "text": "hi"} | MONDAY | {"now": "2026-03-02T09:00:00"}),
            "a",
            "now: should have timezone",
        ),
        (json.dumps({"id": "a", "text": 5} | MONDAY), "a", "text: should be a valid string"),
        (json.dumps({"id": "a", "text": "hi", "state": "waiting"} | MONDAY), "a", "state: should be 'collecting'"),
        (json.dumps({"id": "a", "text": "hi", "minutes": 0} | MONDAY), "a", "minutes: should be greater"),
        (
            json.dumps({"id": "a", "text": "hi", "offers": ["soon"]} | MONDAY),
            "a",
            "offers.0: should be a valid datetime",
        ),
        ("[" * 10_000, None, "Invalid JSON"),
    ],
)
def test_a_line_that_is_not_valid_is_answered_and_the_rest_goes_on(
    ask: Ask, line: str, about: str | None, why: str
) -> None:
    wrong, right = lines(ask, line, {"id": "b", "text": "Tuesday"} | MONDAY)
    assert set(wrong) == {"id", "error"}
    assert wrong["id"] == about
    assert why in wrong["error"]
    assert list(right) == ANSWER


def test_a_reader_that_fails_fails_one_line(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def understand(text: str, _: object) -> object:
        raise KeyError(text)

    monkeypatch.setattr("bot.terminal.understand.understand", understand)
    (answer,) = lines(ask, {"id": "a", "text": "hi"} | MONDAY)
    assert answer == {"id": "a", "error": "this could not be read (KeyError)"}


def test_bytes_that_are_no_text_and_lines_inside_of_text() -> None:
    asked = [{"id": "a", "text": "Tuesday\u2028or\u0085Wednesday"} | MONDAY, {"id": "b", "text": "olá"} | MONDAY]
    whole = [json.dumps(each, ensure_ascii=False).encode() for each in asked]
    given = b"\xef\xbb\xbf" + whole[0] + b"\r\n\n" + b'{"id": "\xff"}\n' + whole[1]
    done = start("understand", "--jsonl", given=given, PYTHONIOENCODING="latin-1")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, "b"]
    assert (done.returncode, done.stderr) == (1, "")


def test_nothing_in_nothing_out(ask: Ask) -> None:
    assert lines(ask) == []


def test_one_is_shown_for_a_person(ask: Ask) -> None:
    told = ask(*("understand", "Tuesday after 3", "--now", "2026-03-02T09:00", "--timezone", "europe/lisbon"))
    assert told.exit_code == 0
    assert told.stdout.startswith("“Tuesday after 3”\nwritten Monday 2 March 2026, 09:00 in Lisbon\n\n")
    assert "means  names times of their own\ncan    Tue 3 Mar 15:00–24:00" in told.stdout


def test_a_time_that_is_past_is_said_to_be(ask: Ask) -> None:
    words = ("understand", "--now", "2026-03-02T09:00", "--timezone", "Europe/Lisbon")
    assert "but    that time is past" in ask(*words, "yesterday at 3").stdout
    assert "past" not in ask(*words, "tomorrow at 3").stdout


def test_what_is_on_the_table_is_shown_with_its_time(ask: Ask) -> None:
    offers = ("--offer", "2026-03-03T10:00", "--offer", "2026-03-04T15:00+01:00")
    words = ("understand", "the second one", "--now", "2026-03-02T09:00", "--timezone", "Europe/Lisbon", *offers)
    assert "takes  number 2, Wed 4 Mar 14:00" in ask(*words).stdout
    assert json.loads(ask(*words, "--json").stdout)["choice"] == [1]


def test_the_firms_zone_is_the_one_nobody_names(ask: Ask) -> None:
    told = ask("understand", "tomorrow", "--now", "2026-03-02T09:00", ASKARSAN_FIRM_TIMEZONE="Asia/Tokyo")
    assert "09:00 in Tokyo" in told.stdout
    assert "can    Tue 3 Mar" in told.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "give it one text, or --jsonl"),
        ("hi --jsonl", "give it one text, or --jsonl"),
        (
            "hi --timezone Europe/Lisbonne",
            "--timezone: unknown time zone 'Europe/Lisbonne'; did you mean Europe/Lisbon",
        ),
        ("hi --now soon", "--now is 'soon'; write an instant like 2026-03-02T09:00:00+01:00."),
        ("hi --offer soon", "--offer is 'soon'"),
        ("hi --state waiting", "--state is 'waiting'; it must be one of collecting, offered, confirmed."),
        ("hi --minutes 0", "--minutes"),
    ],
)
def test_what_cannot_be_is_told(ask: Ask, words: str, why: str) -> None:
    told = ask("understand", *words.split())
    assert told.exit_code == 2
    assert why in told.stderr
    assert told.stdout == ""


def test_a_reading_can_be_explained_word_by_word(ask: Ask) -> None:
    told = ask("understand", "Tues after half 3, not Friday", "--timezone", "UTC", "--explain")
    assert told.exit_code == 0
    for part in ("English", "weekday", "half (past|after)? <hour> <half>?", "after half 3", "Friday", "no (not)"):
        assert part in told.stdout, part


def test_an_explanation_is_data_for_a_machine(ask: Ask) -> None:
    told = ask("understand", "the second, danke", "--timezone", "UTC", "--explain", "--json")
    explained = json.loads(told.stdout)["explained"]
    assert [word["said"] for word in explained["words"]] == ["the", "second", ",", "danke"]
    assert explained["evidence"]["words"] == 3


def test_every_act_has_words() -> None:
    assert set(ACTS) == set(Act)
