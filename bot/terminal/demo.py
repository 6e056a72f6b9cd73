"""`askarsan demo`: one whole negotiation, the way people will see it."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.rehearsal.play import Rehearsal
from bot.rehearsal.scenario import load
from bot.terminal.feed import cast
from bot.terminal.keeping import keep_invites, prepared
from bot.terminal.rehearse import Showing
from bot.terminal.screen import heading, standard_output
from bot.terminal.sheets import tracker_table
from bot.terminal.threads import COLOURS, Bubbles
from bot.terminal.trouble import Trouble

DEMO = Path(str(files("prompts"))) / "demo"
SCENARIO = DEMO / "demo.yaml"
KEPT = Path("var/demo")
PAUSE = 0.75  # seconds to read a message in; the whole stays under a minute


def demo(keep: Path | None = None, pause: float | None = None) -> None:
    """`keep`: where the invites go; nobody asked, they go where they can, and where somebody did, only there.

    `pause`: for each message; by default a little on a terminal, and none in a pipe.
    """
    console = standard_output()
    if pause is None:
        pause = PAUSE if console.is_terminal else 0
    asyncio.run(_demo(console, prepared(keep) if keep else _anywhere(), pause))


def _anywhere() -> Path:
    try:
        return prepared(KEPT)
    except Trouble:
        return Path(tempfile.mkdtemp(prefix="askarsan-demo-"))


async def _demo(console: Console, keep: Path, pause: float) -> None:
    scenario = load(SCENARIO)
    people = list(cast(scenario.people).values())
    _introduce(console)
    with tempfile.TemporaryDirectory(prefix="askarsan-") as folder:
        rehearsal = Rehearsal(scenario, f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}")
        try:
            await rehearsal.prepare()
            await Showing(rehearsal, console, Bubbles(console, people), pause).run()
            invites = await keep_invites(rehearsal, keep)
            report = await rehearsal.report()
        finally:
            await rehearsal.stage.close()
    heading(console, "The tracker, kept by itself")
    console.print(tracker_table(report.data["tracker"]))
    heading(console, "The invites that went out")
    console.print("\n".join(map(str, invites)), soft_wrap=True)
    _what_next(console)


def _introduce(console: Console) -> None:
    console.print("askARSAN finds the time for an interview, in plain words.\n", style="bold")
    for role, who in (
        ("recruiter", "Rita, the recruiter in Madrid, writes one line in Slack."),
        ("client", "Carl, the client in Berlin, answers by mail."),
        ("candidate", "Ana, the candidate in Lisbon, has WhatsApp."),
    ):
        console.print(Text.assemble(("● ", COLOURS[role]), who))
    console.print("\nNeither sees the other's thread. The clock jumps; everything else is the real thing.\n")


def _what_next(console: Console) -> None:
    heading(console, "Now you")
    for command, what in (
        ("chat", "write as Ana, Carl or Rita yourself"),
        (f"rehearse {shlex.quote(str(_shown(SCENARIO)))}", "the same as a script, to copy and change"),
        ("understand 'Tuesday after 3'", "what a message means"),
        ("--help", "everything else; docs/quickstart.md leads on"),
    ):
        console.print(f"  {_askarsan()} {command}", style="cyan", soft_wrap=True)
        console.print(f"      {what}", style="dim")


def _askarsan() -> str:
    """How one would start it here."""
    beside = Path(sys.executable).with_name("askarsan")
    found = shutil.which("askarsan")
    if beside.exists() and (found is None or Path(found) != beside):
        return shlex.quote(str(_shown(beside)))
    return "askarsan"


def _shown(path: Path) -> Path:
    """As one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
