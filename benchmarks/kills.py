"""The process is killed fifty times in the middle of twelve negotiations: what is said then, beside what is said."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.rows import Row, below, step
from tests.service.test_kill import play

KILLS = 50
CANDIDATES = 12


async def measure() -> list[Row]:
    with TemporaryDirectory(prefix="askarsan-kills-") as name:
        step("nobody is killed")
        undisturbed = await play(Path(name) / "undisturbed", 0, CANDIDATES)
        step(f"{KILLS} kills")
        disturbed = await play(Path(name) / "disturbed", KILLS, CANDIDATES)
    lost, doubled = undisturbed - disturbed, disturbed - undisturbed
    return [
        Row(f"said by {CANDIDATES} negotiations, {KILLS} kills", disturbed.total(), "messages"),
        below("of them lost", lost.total(), "messages", 0),
        below("of them said twice, or otherwise", doubled.total(), "messages", 0),
    ]
