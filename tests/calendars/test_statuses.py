"""What an HTTP status means is decided in one place, the same for every vendor."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import integrations
from integrations.statuses import Meaning, meaning


@pytest.mark.parametrize(
    ("statuses", "meant"),
    [
        ((200, 201, 204, 207), Meaning.WELL),
        ((301, 302, 304, 307), Meaning.ASTRAY),
        ((408, 425, 429, 500, 502, 503, 504, 507, 529), Meaning.COME_AGAIN),
        ((401,), Meaning.NOT_LET_IN),
        ((403,), Meaning.FORBIDDEN),
        ((404, 410), Meaning.NOT_THERE),
        ((409, 412), Meaning.CLASH),
        ((400, 402, 405, 413, 415, 422, 501, 505), Meaning.REFUSED),
    ],
)
def test_what_a_status_means(statuses: tuple[int, ...], meant: Meaning) -> None:
    assert {meaning(each) for each in statuses} == {meant}


def test_no_calendar_meeting_or_link_sorts_them_by_itself() -> None:
    sorting = re.compile(r"\b(408|425)\b|status(_code)? >= 500")
    folder = Path(integrations.__path__[0])
    files = [path for room in ("calendars", "meetings", "links") for path in (folder / room).rglob("*.py")]
    assert len(files) > 30
    assert [path.name for path in files if sorting.search(path.read_text("utf-8"))] == []
