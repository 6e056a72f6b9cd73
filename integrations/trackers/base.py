"""A tracker: who stands where, with a column for each interview."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Row = Mapping[str, str]

FIRST = ("Candidate", "Job", "Company", "Status")
_INTERVIEW = re.compile(r"Interview #(\d+)")


def interview_column(number: int) -> str:
    return f"Interview #{number}"


def columns(rows: Iterable[Row]) -> list[str]:
    """Who and where first, then every interview up to the highest number, then whatever else the rows hold."""
    present = dict.fromkeys(name for row in rows for name in row)
    numbers = [int(found[1]) for name in present if (found := _INTERVIEW.fullmatch(name))]
    interviews = [interview_column(number) for number in range(1, max(numbers, default=1) + 1)]
    known = {*FIRST, *interviews}
    return [*FIRST, *interviews, *(name for name in present if name not in known)]
