"""A link that opens a chat with the bot says who comes, and nobody can make one for somebody else."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.telegram.starting import LASTS, start_link, started_by
from tests.channels.telegram.at_telegram import MONDAY, SECRET

PERSON = "person_AbCdEf-h_jKlMnOp"
UNTIL = MONDAY + LASTS


def payload(person: str = PERSON, secret: str = SECRET) -> str:
    return parse_qs(urlsplit(start_link("askarsan_bot", person, secret, UNTIL)).query)["start"][0]


def test_the_link_leads_to_the_bot_and_names_the_person() -> None:
    assert start_link("askarsan_bot", PERSON, SECRET, UNTIL).startswith("https://t.me/askarsan_bot?start=")
    assert started_by(payload(), SECRET, MONDAY) == PERSON


@given(st.text("abcXYZ019_-", min_size=1, max_size=42))
def test_whoever_it_is_telegram_passes_the_whole_of_it_on(person: str) -> None:
    told = payload(person)
    assert len(told) <= 64
    assert started_by(told, SECRET, MONDAY) == person


@pytest.mark.parametrize("person", ["", "x" * 43, "Ana Silva", "ána", "a/b"])
def test_an_id_that_does_not_fit_into_a_link_is_said_so(person: str) -> None:
    with pytest.raises(ValueError, match="person"):
        payload(person)


@pytest.mark.parametrize("name", ["", "@askarsan_bot", "a bot", "bot/../x"])
def test_a_bot_without_a_proper_name_has_no_link(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        start_link(name, PERSON, SECRET, UNTIL)


def test_a_link_ends() -> None:
    assert started_by(payload(), SECRET, UNTIL) == PERSON
    assert started_by(payload(), SECRET, UNTIL + timedelta(seconds=1)) is None


@given(st.data())
def test_one_changed_sign_and_it_is_nobodys_link(data: st.DataObject) -> None:
    told = payload()
    at = data.draw(st.integers(0, len(told) - 1))
    other = data.draw(st.sampled_from("aZ09_-").filter(lambda sign: sign != told[at]))
    assert started_by(told[:at] + other + told[at + 1 :], SECRET, MONDAY) is None


def test_another_firms_link_is_none_of_ours() -> None:
    assert started_by(payload(secret="another"), SECRET, MONDAY) is None
    assert started_by(payload(secret=""), "", MONDAY) is None


@given(st.text() | st.text("abcXYZ019_-=", min_size=20, max_size=70))
def test_garbage_is_nobodys_link_and_never_a_crash(told: str) -> None:
    assert started_by(told, SECRET, MONDAY) is None
