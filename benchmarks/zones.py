"""Are hours right on every day? Every zone there is, every day from 2025 to 2037, five ways to work, against the wall.

The other side reads the zone files itself and walks minute by minute over changes: tests/scheduling/walls.py.
"""

from __future__ import annotations

import time

from rich.progress import track

from benchmarks.rows import Row, below, step
from tests.scheduling.walls import Wall
from tests.scheduling.zones import FIRST, LAST, TEMPLATES, differences, every_zone

DAYS = (LAST - FIRST).days + 1


async def measure() -> list[Row]:
    names = every_zone()
    step(f"{len(names)} zones, {DAYS} days, {len(TEMPLATES)} templates of hours")
    begun = time.process_time()
    walls = {name: Wall.of(name) for name in names}
    wrong = {name: differences(name, walls[name], FIRST, LAST) for name in track(names, "zones", transient=True)}
    took = time.process_time() - begun
    change_days = sum(len(wall.change_days(FIRST, LAST)) for wall in walls.values())
    compared = len(names) * DAYS * len(TEMPLATES)
    for name in (each for each in names if wrong[each]):
        print(f"   {name}: {wrong[name]}")
    return [
        below("days on which hours are wrong", sum(wrong.values()), "", 0),
        Row("zones", len(names), ""),
        Row("histories of clocks, each different", len({wall.history for wall in walls.values()}), ""),
        Row("days compared, of all zones and templates", compared, ""),
        Row("of these around a change of clocks", change_days * len(TEMPLATES), ""),
        Row("days compared a second", compared / took, "/s"),
    ]
