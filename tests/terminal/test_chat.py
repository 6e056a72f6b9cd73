"""`askarsan chat`: over a pipe, and at a real terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

from tests.terminal.conftest import STORY, Ask
from tests.terminal.test_commands import HOUSE, start

NEGOTIATED = """\
schedule Ana Silva for Data Engineer at Acme
carl: Tuesday 10-12 or Wednesday after 3pm
as ana: the second one works
"""


def test_a_negotiation_over_a_pipe(ask: Ask) -> None:
    told = ask("chat", given=NEGOTIATED)
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith("Mon 2 Mar 09:00 Madrid  Rita Lopes → askARSAN  slack\n    schedule Ana")
    assert "askARSAN → Ana Silva  whatsapp\n    You are booked, Ana: Wednesday 4 March, 14:00" in told.stdout
    assert "›" not in told.stdout
    assert ask("chat", given=NEGOTIATED).stdout == told.stdout


# What changes nothing: all of it can be asked for in one chat.
LOOKS = {
    "/timers": "Tue 3 Mar 15:00 Madrid   remind both, 1d before",
    "/invites": "Ana Silva    REQUEST   0          Wed 4 Mar 14:00–14:45 Lisbon",
    "/tracker": "Ana Silva   Data Engineer   Acme      Confirmed   2026-03-04 15:00",
    "/why": "because: invites and confirmations are out",
    "/why carl": "carl is no candidate here",
    "/why Ana": "read as: means names times of their own; can Tue 3 Mar 10:00–12:00, Wed 4 Mar 15:00–24:00",
    "/who": "carl   Carl Olsen   client      Berlin   Mon 2 Mar 09:03",
    "/help": "/counter Thursday 15:00   … with another time",
    "/as carl": "You write as Carl Olsen, client.",
    # hints
    "/wiat 2d": "/wiat is not known here; did you mean /wait?",
    "/wait long": "'long' is no length of time; write 30m, 24h or 2d",
    "/until 2026-03-01T09:00": "is past: here it is Mon 2 Mar 09:03",
    "/until blue": "'blue' is no time ahead; for example: Thursday 14:00",
    "/press": "Which button? For example: /press 2",
    "crl: hello": "Nobody here is called crl; did you mean carl?",
    "/as ben\n/accept": "ben has got no invite to answer",
    "/press 9": "has no buttons to press. What you mean is written, like: 9",
}


def test_everything_can_be_looked_at_and_a_slip_is_answered_with_a_hint(ask: Ask) -> None:
    told = ask("chat", given=NEGOTIATED + "\n".join(LOOKS))
    assert (told.exit_code, told.stderr) == (0, "")
    found = [told.stdout.find(answer) for answer in LOOKS.values()]
    assert -1 not in found, list(LOOKS)[found.index(-1)]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/wait 2d", "later: Wednesday 4 March 2026, 09:03 in Madrid"),
        ("/until Wednesday 12:00", "later: Wednesday 4 March 2026, 13:00 in Madrid"),  # noon where Ana is
        ("/until 2026-03-04T12:00+01:00", "later: Wednesday 4 March 2026, 12:00 in Madrid"),
        ("/accept", "Ana Silva → askARSAN  email\n    (answers the invite: accepted)"),
        ("/counter Thursday 15:00", "(answers the invite: another time)"),
        ("/crash\n/decline", "(answers the invite: declined)"),
    ],
)
def test_time_passes_and_invites_are_answered(ask: Ask, line: str, answer: str) -> None:
    told = ask("chat", given=f"{NEGOTIATED}{line}\n")
    assert (told.exit_code, told.stderr) == (0, "")
    assert answer in told.stdout


def test_a_button_is_pressed_by_its_number(ask: Ask) -> None:
    told = ask("chat", given=NEGOTIATED.replace("as ana: the second one works", "/as ana\n/press 2"))
    assert "You are booked, Ana: Wednesday 4 March, 14:00" in told.stdout


def test_before_anything_happened(ask: Ask) -> None:
    told = ask("chat", given="/timers\n/invites\n/tracker\n/why\n/why ana\n")
    assert told.exit_code == 0
    assert len(re.findall(r"\b(?:Nothing|No invite|Nobody)\b", told.stdout)) == 5


@pytest.mark.parametrize("given", ["/quit\n/help", "/EXIT now\n/help", ""])
def test_the_end(ask: Ask, given: str) -> None:
    told = ask("chat", given=given)
    assert (told.exit_code, told.stdout) == (0, "")


def test_a_cast_of_ones_own(ask: Ask, story: Path) -> None:
    told = ask("chat", "--cast", story, "--keep", "kept", given=NEGOTIATED)
    assert told.exit_code == 0
    assert sorted(path.name for path in Path("kept").iterdir()) == [
        "01-ana-request.ics",
        "02-carl-request.ics",
        "rehearsal.db",
    ]


def test_a_cast_that_is_not_valid(ask: Ask, story: Path) -> None:
    story.write_text(STORY.replace("role: client", "role: customer"))
    told = ask("chat", "--cast", story, given="hello")
    assert told.exit_code == 2
    assert told.stderr.startswith(f"{story}: line 5: 'customer' is no role")
    story.write_text("now: 2026-03-02T09:00:00+01:00\n")
    assert ask("chat", "--cast", story).stderr == f"{story}: there is nobody under people.\n"


def test_a_cast_needs_somebody_to_schedule_and_no_clock_of_its_own(ask: Ask, story: Path) -> None:
    told = ask("chat", "--cast", HOUSE / "docs/examples/team.yaml")
    assert told.exit_code == 2
    assert told.stderr.endswith("team.yaml: there is no candidate under people, so nothing can be scheduled.\n")
    story.write_text(STORY.replace("now: 2026-03-02T09:00:00+01:00\n", ""))
    assert "Mon 2 Mar 09:00 Madrid  Rita Lopes" in ask("chat", "--cast", story, given=NEGOTIATED).stdout


def test_bytes_that_are_no_text_end_nothing() -> None:
    done = start("chat", given=b"\xff\xfe hello\n/tracker\n")
    assert done.returncode == 0
    assert "Nobody is in the tracker" in done.stdout


class Terminal:
    """A real terminal with somebody at it, for `with`."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.ours, theirs = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ASKARSAN_")}
        self.process = subprocess.Popen(
            [sys.executable, str(HOUSE / "app.py"), *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**kept, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
        )
        os.close(theirs)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)

    @property
    def seen(self) -> str:
        return self._read.decode(errors="replace")

    def type(self, line: str) -> None:
        os.write(self.ours, line.encode())

    def read_until(self, wanted: str, patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while wanted not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.ours], [], [], 0.2)[0]:
                try:
                    self._read += os.read(self.ours, 65536)
                except OSError:  # Linux says so when the other side is closed
                    assert wanted in self.seen, self.seen

    def press_ctrl_c(self) -> None:
        """Once; and again where it fell between the prompt and the waiting, when no program would hear it."""
        for _ in range(10):
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
                return

    def exit_code(self) -> int:
        return self.process.wait(timeout=60)


def test_at_a_terminal_there_is_a_prompt_and_colour() -> None:
    with Terminal("chat") as terminal:
        terminal.read_until("Rita Lopes (Mon 2 Mar 09:00 Madrid) › ")
        assert "\x1b[" in terminal.seen
        terminal.type("carl: hello\n")
        terminal.read_until("Carl Olsen (Mon 2 Mar 09:01 Berlin) › ")
        assert "Carl Olsen → askARSAN" not in terminal.seen, "whoever types has seen it already"
        terminal.type("\x04")
        assert terminal.exit_code() == 0


def test_ctrl_c_at_the_prompt_is_an_end_like_any_other() -> None:
    with Terminal("chat", NO_COLOR="1") as terminal:
        terminal.read_until("› ")
        terminal.press_ctrl_c()
        assert terminal.exit_code() == 0
    assert not re.search(r"\x1b\[[\d;]*3\dm", terminal.seen), "NO_COLOR was set"
    assert "Traceback" not in terminal.seen


def test_a_pipe_has_no_colour_and_no_prompt() -> None:
    done = start("chat", given=b"/who\n", TERM="xterm-256color")
    assert "\x1b" not in done.stdout
    assert "›" not in done.stdout
