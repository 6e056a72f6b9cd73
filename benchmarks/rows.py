"""What was measured, as rows: a table for people, a file for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Row:
    """One number. Its name begins with the benchmark that found it."""

    name: str
    value: float
    unit: str
    against: str = ""  # what it is compared with, and that number
    ratio: float | None = None  # value over the other
    aim: str = ""
    held: bool | None = None  # None: there is no aim


def at_least(name: str, value: float, unit: str, against: str, other: float, aim: float) -> Row:
    """A ratio that should not be lower."""
    ratio = value / other
    return Row(name, value, unit, f"{against}: {_short(other)}", ratio, f"≥ {aim:g}×", ratio >= aim)


def at_most(name: str, value: float, unit: str, against: str, other: float, aim: float) -> Row:
    """A ratio that should not be higher."""
    ratio = value / other
    return Row(name, value, unit, f"{against}: {_short(other)}", ratio, f"≤ {aim:g}×", ratio <= aim)


def below(name: str, value: float, unit: str, aim: float) -> Row:
    return Row(name, value, unit, aim=f"≤ {aim:g} {unit}", held=value <= aim)


def compared(name: str, value: float, unit: str, against: str, other: float) -> Row:
    return Row(name, value, unit, f"{against}: {_short(other)}", value / other)


def step(what: str) -> None:
    """A line of progress."""
    print(f"── {what}", flush=True)


def keep(benchmark: str, rows: Sequence[Row]) -> None:
    """Puts the rows in the place of those this benchmark found before; the others' stay."""
    before: list[dict[str, Any]] = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else []
    others = [row for row in before if not row["name"].startswith(f"{benchmark}: ")]
    mine = [_rounded(row) for row in rows]
    RESULTS.write_text(json.dumps([*others, *mine], ensure_ascii=False, indent=1) + "\n", "utf-8")


def show(rows: Iterable[Row]) -> None:
    table = Table("", "value", "against", "ratio", "aim", "held", box=None, header_style="dim", pad_edge=False)
    for row in rows:
        held = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[row.held]
        ratio = f"{row.ratio:.2f}×" if row.ratio is not None else ""
        table.add_row(row.name, f"{_short(row.value)} {row.unit}", row.against, ratio, row.aim, held)
    Console(width=None if Console().is_terminal else 150).print(table)


def _rounded(row: Row) -> dict[str, Any]:
    ratio = None if row.ratio is None else float(f"{row.ratio:.3g}")
    return asdict(row) | {"value": float(f"{row.value:.4g}"), "ratio": ratio}


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
