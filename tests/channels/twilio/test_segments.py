"""How SMS are counted, and who may write how fast."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.twilio.segments import Alphabet, Count, count, fits_gsm, sparing
from integrations.channels.twilio.senders import Senders, country, pace, senders, takes

SERVICE = "MG" + "a" * 32


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "segments"),
    [
        ("", Alphabet.GSM7, 0, 1),
        ("x" * 160, Alphabet.GSM7, 160, 1),
        ("x" * 161, Alphabet.GSM7, 161, 2),
        ("x" * 306, Alphabet.GSM7, 306, 2),
        ("x" * 307, Alphabet.GSM7, 307, 3),
        ("€" * 80, Alphabet.GSM7, 160, 1),  # of the extension table: two places each
        ("€" * 81, Alphabet.GSM7, 162, 2),
        ("x" * 152 + "€" + "x" * 152, Alphabet.GSM7, 306, 3),  # the pair goes into the next segment
        ("x" * 159 + "’", Alphabet.UCS2, 160, 3),  # one curly quote
        ("á" * 70, Alphabet.UCS2, 70, 1),
        ("á" * 71, Alphabet.UCS2, 71, 2),
        ("á" * 134, Alphabet.UCS2, 134, 2),
        ("á" * 135, Alphabet.UCS2, 135, 3),
        ("🎉" * 35, Alphabet.UCS2, 70, 1),
        ("🎉" * 36, Alphabet.UCS2, 72, 2),
        ("🎉" * 67, Alphabet.UCS2, 134, 3),  # 33 a segment: no half of one stays behind
    ],
)
def test_segments_are_counted_as_carriers_do(text: str, alphabet: Alphabet, places: int, segments: int) -> None:
    assert count(text) == Count(alphabet, places, segments)


@given(st.text(max_size=700))
def test_a_longer_text_never_takes_fewer_segments(text: str) -> None:
    counted = count(text)
    alone, each = (160, 153) if counted.alphabet is Alphabet.GSM7 else (70, 67)
    assert counted.segments >= (1 if counted.places <= alone else -(-counted.places // each))
    assert (counted.segments == 1) is (counted.places <= alone)


@given(st.text())
def test_plain_typography_is_chosen_only_where_it_saves_something(text: str) -> None:
    spared = sparing(text)
    assert spared == text or fits_gsm(spared)
    assert count(spared).segments <= count(text).segments


def test_a_text_that_needs_its_own_letters_keeps_its_typography() -> None:
    assert sparing("Olá – está “bem”?") == "Olá – está “bem”?"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("+15550100100", Senders("+15550100100")),
        (f" {SERVICE} ", Senders(SERVICE)),
        (
            "+15550100100, DE=+4915199900000,gb = 12345",
            Senders("+15550100100", {"DE": "+4915199900000", "GB": "12345"}),
        ),
    ],
)
def test_senders_are_read_as_they_are_written(words: str, expected: Senders) -> None:
    assert senders(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "",
        "DE=+4915199900000",
        "+15550100100, +15550100101",
        "+15550100100, XX=+49151999",
        "+15550100100, DE=, ",
        "+15550100100, DE=+4915199900000, DE=+4915199900001",
    ],
)
def test_senders_that_leave_a_doubt_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"sender|fit"):
        senders(words)


@pytest.mark.parametrize("words", ["ACME", "ACME Jobs", "+15550100100, GB=ACME", "MG123", "15550100100"])
def test_a_name_that_nobody_can_answer_is_no_sender_for_a_conversation(words: str) -> None:
    with pytest.raises(ValueError, match="Nobody can answer to a name"):
        senders(words)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("+4915112345678", "DE"), ("+351912345678", "PT"), ("+16135550123", "CA"), ("US.1234", "US"), ("12345", None)],
)
def test_a_readers_country_is_told_by_the_number(address: str, expected: str | None) -> None:
    assert country(address) == expected


@pytest.mark.parametrize(
    ("channel", "sender", "text", "units", "per_second"),
    [
        ("sms", "+15550100100", "x", 1, 1),
        ("sms", "+15550100100", "x" * 400, 3, 1),
        ("sms", "+18005550100", "x" * 400, 3, 3),
        ("sms", SERVICE, "x", 1, 1),
        ("whatsapp", "+15550100200", "x" * 1_600, 1, 80),
    ],
)
def test_a_text_takes_its_segments_of_an_sms_senders_pace_and_one_of_whatsapps(
    channel: str, sender: str, text: str, units: int, per_second: int
) -> None:
    assert (takes(channel, sender, text), pace(channel, sender).per_second) == (units, per_second)


def test_what_waits_longer_than_the_queue_holds_is_lost() -> None:
    assert pace("sms", "+15550100100").queue * pace("sms", "+15550100100").per_second == timedelta(hours=10)
    assert pace("whatsapp", SERVICE).queue == timedelta(hours=4)
