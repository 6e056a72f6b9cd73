"""What a line typed in a chat is taken for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.terminal.feed import Somebody
from bot.terminal.typed import Hint, Switch, Typed, Wish, Words, read_line

ZONE = ZoneInfo("Europe/Lisbon")
PEOPLE = {
    "rita": Somebody("rita", "Rita Lopes", "recruiter", ZONE),
    "carl": Somebody("carl", "Carl Olsen", "client", ZONE),
    "ana": Somebody("ana", "Ana Silva", "candidate", ZONE),
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Tuesday works", Words("Tuesday works")),
        ("carl: Tuesday 10-12", Words("Tuesday 10-12", "carl")),
        ("Carl Olsen: Tuesday 10-12", Words("Tuesday 10-12", "carl")),
        ("as ana: the second one", Words("the second one", "ana")),
        ("  ANA :  10:30 works ", Words("10:30 works", "ana")),
        ("as ana", Switch("ana")),
        ("as ana:", Switch("ana")),
        ("/as Ana Silva", Switch("ana")),
        ("ana:", Switch("ana")),
        ("/wait 2d", Wish("wait", "2d")),
        ("/WAIT   2d 3h ", Wish("wait", "2d 3h")),
        ("/arsan status Ana", Words("/arsan status Ana")),
        # Ordinary words that only look like something else.
        ("as soon as possible", Words("as soon as possible")),
        ("as late as you can: really", Words("as late as you can: really")),
        ("note: I am late", Words("note: I am late")),
        ("say Ana: see you there", Words("say Ana: see you there")),
        ("10:30 works", Words("10:30 works")),
        ("rita: say Ana: see you there", Words("say Ana: see you there", "rita")),
        # Nothing at all.
        ("", None),
        ("   ", None),
        ("# a note", None),
        # Slips.
        ("crl: Tuesday", Hint("Nobody here is called crl; did you mean carl?")),
        ("as bob: hi", Hint("Nobody here is called bob; there is rita, carl, ana.")),
        ("/as bob", Hint("Nobody here is called bob; there is rita, carl, ana.")),
        ("/wat 2d", Hint("/wat is not known here; did you mean /wait?")),
        ("/xyz", Hint("/xyz is not known here; /help shows what is.")),
    ],
)
def test_a_line_is_taken_for(line: str, expected: Typed | None) -> None:
    assert read_line(line, PEOPLE, ["as", "wait", "help"]) == expected
