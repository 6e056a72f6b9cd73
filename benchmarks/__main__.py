"""Measures: all there is, or the one that is named. Prints a table and keeps the numbers in results.json."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace

from benchmarks import doors, fuzz, kills, slots, turns, understanding, zones
from benchmarks.rows import Row, keep, show

BENCHMARKS: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "understanding": understanding.measure,
    "fuzz": fuzz.measure,
    "turns": turns.measure,
    "kills": kills.measure,
    "slots": slots.measure,
    "zones": zones.measure,
    "doors": doors.measure,
}


def main(only: list[str]) -> None:
    if unknown := set(only) - set(BENCHMARKS):
        sys.exit(f"there is no benchmark {', '.join(sorted(unknown))}; there is {', '.join(BENCHMARKS)}")
    found: list[Row] = []
    for name in only or BENCHMARKS:
        rows = [replace(row, name=f"{name}: {row.name}") for row in asyncio.run(_measured(BENCHMARKS[name]))]
        keep(name, rows)
        found += rows
    show(found)


async def _measured(benchmark: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    return await benchmark()


if __name__ == "__main__":
    main(sys.argv[1:])
