"""Where commands write: what was asked for on standard output, what went wrong on standard error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# A pipe has no window to fit into: nothing is cut, and the same is written wherever it is run.
PIPE_WIDTH = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def standard_output() -> Console:
    return _console(stderr=False)


def standard_error() -> Console:
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    """In colour on a terminal, unless NO_COLOR is set; what people wrote is never taken for markup."""
    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=PIPE_WIDTH, color_system=None)


def clean(words: str) -> str:
    """Without what a terminal would obey: nobody paints our screen from inside a message."""
    return _CONTROL.sub("·", words.replace("\r\n", "\n"))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> Table:
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    if title:
        made.title, made.title_style, made.title_justify = title, "bold", "left"
    for name in columns:
        made.add_column(name)
    for row in rows:
        made.add_row(*(Text(clean(cell)) for cell in row))
    return made


def heading(console: Console, words: str) -> None:
    console.print(f"\n{words}", style="bold")
