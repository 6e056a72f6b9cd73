"""One firm with all its doors open, for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conftest import Database
from tests.doors.firm import Firm, opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firm(tmp_path_factory: pytest.TempPathFactory, sqlite: Database) -> AsyncIterator[Firm]:
    with sqlite(None) as url:
        async with opened(tmp_path_factory.mktemp("firm"), url) as here:
            yield here


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is drawn by chance is drawn once; with `--thorough` a hundred times as often."""
    if "again" in metafunc.fixturenames:
        metafunc.parametrize("again", range(100 if metafunc.config.getoption("thorough") else 1))
