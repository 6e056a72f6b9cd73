"""Whatever address is called, in whatever way: never a crash, and never more than the one who calls should know."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from urllib.parse import urlencode

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok

from tests.conftest import Database
from tests.doors.callers import Knocked
from tests.doors.firm import Firm, answered, opened
from tests.doors.test_what_is_proven import ALL

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTS = (
    "[",
    "[::1",
    "]",
    "a b",
    "firm.example:99999",
    "firm.example:x",
    "@",
    "\xff",
    "",
    "a" * 5_000,
    "[::1]:80",
    "//x",
)


async def test_a_host_that_is_none_is_no_crash(tmp_path: Path, sqlite: Database) -> None:
    """Where no public address is set, what was called is what may have been signed."""
    with sqlite(None) as url:
        async with opened(tmp_path, url, public_url="") as firm:
            for host, name in product(HOSTS, ALL):
                told = firm.callers[name].knocks(firm.callers[name].says(1), firm.house.clock.now())
                headers = {**told.headers, "Host": host}
                assert (await answered(firm.app, Knocked(told.target, headers, told.body))).status < 500
                assert (await answered(firm.app, Knocked("/hooks/nothing", headers, b""))).status < 500


@settings(suppress_health_check=list(HealthCheck), max_examples=15, deadline=None)
@given(data=st.data())
async def test_no_address_that_the_schema_allows_crashes(firm: Firm, again: int, data: st.DataObject) -> None:
    """As schemathesis thinks them up, with odd things behind them, and nothing that proves anything."""
    assert isinstance(firm.app, FastAPI)
    schema = schemathesis.openapi.from_dict(firm.app.openapi())
    operation = data.draw(st.sampled_from([each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]))
    case = data.draw(operation.as_strategy())
    odd = data.draw(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=2))
    query = urlencode({**(case.query or {}), **odd}, errors="replace")
    headers = {str(name): str(value) for name, value in (case.headers or {}).items()}
    told = Knocked(f"{case.formatted_path}?{query}", headers, data.draw(st.binary(max_size=50)))
    kept = await firm.kept()
    found = await answered(firm.app, told, method=case.method)
    assert found.status < 500
    assert b"Traceback" not in found.body
    assert await firm.kept() == kept
