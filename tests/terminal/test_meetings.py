"""`askarsan meetings` says where the next video interview would be held."""

from __future__ import annotations

from tests.terminal.conftest import Ask


def test_without_a_room_the_recruiter_sends_the_link(ask: Ask) -> None:
    told = ask("meetings")
    assert (told.exit_code, told.stdout) == (0, "There is no room: recruiters send the link themselves.\n")


def test_the_one_room_is_named(ask: Ask) -> None:
    told = ask("meetings", ASKARSAN_MEETING_URL="https://meet.firm.example/interviews")
    assert told.stdout == "Every video interview is held in https://meet.firm.example/interviews\n"


def test_zoom_without_its_keys_is_told_which_are_missing(ask: Ask) -> None:
    told = ask("meetings", ASKARSAN_MEETINGS="zoom", ASKARSAN_ZOOM_USER="rooms@firm.org")
    assert told.exit_code == 2
    assert "ASKARSAN_ZOOM_ACCOUNT_ID, ASKARSAN_ZOOM_CLIENT_ID, ASKARSAN_ZOOM_CLIENT_SECRET" in told.stderr
    assert "ASKARSAN_ZOOM_USER too" not in told.stderr
