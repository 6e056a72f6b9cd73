"""What leaves the house of a message: no name, no contact; and every word that may name a time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.understanding.masking import MASKS, masked

KNOWN = ("Ana Silva", "José Núñez", "Carl Olsen", "Acme", "May Lee", "Will Hart")


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday at 3",
        "Does Tuesday work?",
        "2026-03-05 10:30 or 3.3.2026 at 9.30, 5/3 also",
        "10-12 14-16, any time between 10am-12pm, 1400-1600",
        "Monday, Tuesday and Friday Morning",
        "Wednesday Or Thursday After Three",
        "I can. I will. I am free on March 5",
        "Dienstag um 10 Uhr oder Mittwoch",
        "the 2nd, or number 3",
        "will it be may or june?",
        "WEDNESDAY AT 3 PM",
    ],
)
def test_times_stay_as_they_are(text: str) -> None:
    assert masked(text, KNOWN) == text


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("Ana is fine with it, so is ana silva, so is SILVA", "Ana ana Silva silva SILVA"),
        ("Jose, José, nuñez and Nunez", "Jose José nuñez Nunez"),
        ("Olsen's team at Acme", "Olsen Acme"),
        ("May said yes, Will too", "May Will"),
        ("Hi Priya, Tuesday works. Best, Tomasz", "Priya Tomasz"),
        ("I spoke with Priya Raman on Monday", "Priya Raman"),
        ("my name is Peter van der Berg and Tuesday is fine", "Peter Berg"),
        ("Hallo Frau Müller, Dienstag passt", "Müller"),
        ("Bonjour Madame Lefèvre, mardi me va", "Lefèvre"),
        ("Gracias Señora Gómez", "Gómez"),
        ("O'Brien Connor here, Friday", "Brien Connor"),
        ("Tuesday at 3 with Bob from Initech", "Bob Initech"),
        ("call +351 912 345 678 or 0151 2345678 or (555) 123-4567 or 555-123-4567", "912 345 2345678 123 4567"),
        ("0049 30 1234567, 00351912345678", "1234567 912345678"),
        ("ana.silva+jobs@mail.example, ana (at) mail.example", "ana silva mail.example"),
        (
            "https://zoom.example/j/123?pwd=abc www.acme.example/x acme.com linkedin.com/in/ana",
            "zoom pwd acme linkedin",
        ),
        ("DE89 3704 0044 0532 0130 00 and 4111 1111 1111 1111 and passport X1234567", "3704 0532 1111 1234567"),
        ("@rita_lopes can you?", "rita lopes"),
    ],
)
def test_names_and_contacts_do_not(text: str, secrets: str) -> None:
    shown = masked(text, KNOWN)
    left = [secret for secret in secrets.split() if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", shown)]
    assert left == [], shown


@given(st.text(alphabet="aZé@.+-() 019/:,\n", max_size=200))
def test_what_is_left_is_left_as_it_was(text: str) -> None:
    """Each piece between two masks stands in the message, letter by letter and in order."""
    at = 0
    for piece in re.split("|".join(map(re.escape, MASKS)), masked(text)):
        found = text.find(piece, at)
        assert found >= 0
        at = found + len(piece)


def test_no_text_takes_long() -> None:
    for text in ("a@" * 2_000, "1 " * 2_000, "A " * 2_000, "http://" * 500, "+1-" * 1_500, "Aa'" * 1_500, "w." * 2_000):
        masked(text[:4_000], KNOWN)
