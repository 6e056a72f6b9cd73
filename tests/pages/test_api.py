"""Availability by API: what a client's own program sends is heard like what they paint."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.pages.firm import Staged, firm

Http = httpx2.AsyncClient
WEDNESDAY = {"start": "2026-03-04T10:00:00+00:00", "end": "2026-03-04T12:00:00+00:00"}
SHORT = {"start": "2026-03-04T10:00:00+00:00", "end": "2026-03-04T10:30:00+00:00"}


@pytest.fixture
async def acme(sqlite_url: str) -> AsyncIterator[Staged]:
    async with firm(sqlite_url) as staged:
        yield staged


async def give(acme: Staged, http: Http, windows: Any, token: str | None = None) -> httpx2.Response:
    token = acme.link("carl").rpartition("/")[2] if token is None else token
    headers = {"Authorization": f"Bearer {token}"}
    return await http.post(f"{acme.url}/api/availability", json={"windows": windows}, headers=headers)


async def test_times_a_program_gives_are_offered(acme: Staged, http: Http) -> None:
    answer = await give(acme, http, [WEDNESDAY])
    assert (answer.status_code, answer.json()) == (200, {"kept": True, "stands": "wait"})
    assert "1. Wed 4 Mar, 10:00" in acme.mails("ana")[-1]


async def test_what_cannot_be_taken_is_refused_and_says_why(acme: Staged, http: Http) -> None:
    naive = {"start": "2026-03-04T10:00:00", "end": "2026-03-04T12:00:00"}
    backwards = {"start": WEDNESDAY["end"], "end": WEDNESDAY["start"]}
    beyond = {"start": WEDNESDAY["start"], "end": "9999-12-31T23:59:59-12:00"}
    for windows in ([], [naive], [backwards], [beyond], [{**WEDNESDAY, "room": "3"}], "soon"):
        answer = await give(acme, http, windows)
        assert answer.status_code == 422, windows
        assert answer.json()["error"] == "this is no availability"
    assert (await give(acme, http, [SHORT])).json() == {"error": "no window ahead is 45 minutes long"}
    assert (await give(acme, http, [WEDNESDAY], token="x" * 32)).status_code == 401
    assert (await give(acme, http, [WEDNESDAY] * 2_000)).status_code == 413
    assert acme.mails("ana") == []


async def test_no_times_are_taken_for_what_is_over(acme: Staged, http: Http) -> None:
    await acme.hear("rita", "cancel Ana")
    answer = await give(acme, http, [WEDNESDAY])
    assert (answer.status_code, answer.json()["error"]) == (409, "no times can be given for this interview now")
