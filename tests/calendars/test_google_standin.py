"""The stand-in is as strict as Google: what would be refused there must not pass here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from integrations.standins.google.sign_in import APP, APP_SECRET
from tests.calendars.at_google import BEN, IDA, Office, Opens, at, office, served, times

__all__ = ["office", "served"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = f"calendars/{IDA}/events"
EVENT: dict[str, Any] = {"summary": "One", **times(at(10))}
WEEK = {"timeMin": "2026-03-02T00:00:00Z", "timeMax": "2026-03-09T00:00:00Z"}
ROOM = {"createRequest": {"requestId": "one", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}


async def asked(
    there: Office, method: str, path: str, *, headers: Mapping[str, str] | None = None, **what: Any
) -> httpx2.Response:
    """As anybody might ask, who has Ida's token."""
    grant = {"grant_type": "refresh_token", "refresh_token": there.google.consent(IDA)}
    token = there.google.sign_in.token({**grant, "client_id": APP, "client_secret": APP_SECRET})["access_token"]
    headers = {"Authorization": f"Bearer {token}"} if headers is None else headers
    async with httpx2.AsyncClient(verify=False) as anybody:
        return await anybody.request(method, f"{there.url}/calendar/v3/{path}", headers=headers, **what)


def reason(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


@pytest.mark.parametrize(
    ("method", "path", "what", "refused"),
    [
        ("POST", EVENTS, {"json": {**EVENT, "titel": "One"}}, (400, "badRequest")),
        ("POST", EVENTS, {"json": {**EVENT, "status": "maybe"}}, (400, "badRequest")),
        ("POST", EVENTS, {"json": {**EVENT, "id": "wxyz-upper-CASE"}}, (400, "invalid")),
        ("POST", EVENTS, {"json": {"summary": "One"}}, (400, "required")),
        ("POST", EVENTS, {"json": {**EVENT, "end": {"date": "2026-03-03"}}}, (400, "invalid")),
        ("POST", EVENTS, {"json": {**EVENT, "end": EVENT["start"], "start": EVENT["end"]}}, (400, "timeRangeEmpty")),
        ("POST", EVENTS, {"json": EVENT, "params": {"sendUpdates": "some"}}, (400, "invalidParameter")),
        ("GET", EVENTS, {"params": {"time_min": "2026-03-02T00:00:00Z"}}, (400, "badRequest")),
        ("GET", EVENTS, {"params": {"timeMin": "2026-03-02T00:00:00"}}, (400, "badRequest")),
        ("GET", EVENTS, {"params": {"syncToken": "sync-0", **WEEK}}, (400, "badRequest")),
        ("GET", EVENTS, {"params": {"fields": "items(title)"}}, (400, "invalidParameter")),
        ("GET", f"{EVENTS}/nobody", {}, (404, "notFound")),
        ("GET", "calendars/nobody@acme.example/events", {}, (404, "notFound")),
        ("GET", f"calendars/{BEN}/events", {}, (404, "notFound")),
        ("POST", "freeBusy", {"json": {**WEEK, "items": [], "calendarExpansionMax": 51}}, (400, "badRequest")),
        ("POST", "channels/stop", {"json": {"id": "a", "resourceId": "b"}}, (404, "notFound")),
    ],
)
async def test_what_google_refuses_is_refused(
    office: Opens, method: str, path: str, what: Mapping[str, Any], refused: tuple[int, str]
) -> None:
    async with office() as there:
        assert reason(await asked(there, method, path, **what)) == refused


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer made up"}, {"Authorization": "Basic aWRh"}])
async def test_nobody_gets_in_without_a_token(office: Opens, headers: Mapping[str, str]) -> None:
    async with office() as there:
        assert reason(await asked(there, "GET", EVENTS, headers=headers)) == (401, "authError")


async def test_a_path_that_is_not_there_is_not_there(office: Opens) -> None:
    async with office() as there:
        assert (await asked(there, "GET", "calendar/events")).status_code == 404


async def test_an_id_is_given_out_once_for_ever(office: Opens) -> None:
    async with office() as there:
        named = {**EVENT, "id": "askarsan0123"}
        assert (await asked(there, "POST", EVENTS, json=named)).status_code == 200
        assert (await asked(there, "DELETE", f"{EVENTS}/askarsan0123")).status_code == 204
        assert reason(await asked(there, "DELETE", f"{EVENTS}/askarsan0123")) == (410, "deleted")
        assert reason(await asked(there, "POST", EVENTS, json=named)) == (409, "duplicate")
        assert reason(await asked(there, "PATCH", f"{EVENTS}/askarsan0123", json=EVENT)) == (410, "deleted")
        assert (await asked(there, "PUT", f"{EVENTS}/askarsan0123", json=named)).json()["status"] == "confirmed"


async def test_a_room_is_made_only_where_the_version_goes_along(office: Opens) -> None:
    async with office() as there:
        without = await asked(there, "POST", EVENTS, json={**EVENT, "conferenceData": ROOM})
        version = {"conferenceDataVersion": 1}
        with_it = await asked(there, "POST", EVENTS, json={**EVENT, "conferenceData": ROOM}, params=version)
        assert "conferenceData" not in without.json()
        assert with_it.json()["hangoutLink"].startswith("https://meet.google.com/")
