"""What every test may ask for: the two databases."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest

from bot.records.schema import migrate_url
from tests.databases import Postgres, in_memory

# Thirteen thousand tests are kept in memory: as in app.py, they are not looked through for garbage all the time.
gc.set_threshold(20_000, 50, 50)

# Takes the URL of an empty database and makes of it what is to be copied; leaves no connection open.
Build = Callable[[str], None]
# A database of one's own for the length of a `with`: empty, or a copy of what `build` made of an empty one.
Database = Callable[[Build | None], AbstractContextManager[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="every story on both databases: `make thorough`")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Makes databases, each gone after its `with`; for what has nothing to do with which kind it is."""
    with in_memory(tmp_path_factory.mktemp("sqlite")) as folder:
        yield _sqlite(folder)


@pytest.fixture(scope="session")
def postgresql(postgres: Postgres) -> Database:
    """The same, for what PostgreSQL does in another way."""
    return _postgresql(postgres)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The one kind and then the other."""
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def database_url(database: Database) -> Iterator[str]:
    """An empty database for SQLAlchemy's async engine; the test runs once on SQLite and once on PostgreSQL."""
    with database(None) as url:
        yield url


@pytest.fixture
def with_tables(database: Database) -> Iterator[str]:
    """The same with our tables in it. Whoever opens it by `reopened` has to close it."""
    with database(migrate_url) as url:
        yield url


def _sqlite(folder: Path) -> Database:
    numbers, built, free = count(1), dict[Build, Path](), list[Path]()

    @contextmanager
    def make(build: Build | None) -> Iterator[str]:
        mine = free.pop() if free else folder / f"{next(numbers)}.db"
        if build and build not in built:
            first = folder / f"{next(numbers)}.db"
            build(f"sqlite+aiosqlite:///{first}")
            built[build] = first
        if build:
            copyfile(built[build], mine)
        yield f"sqlite+aiosqlite:///{mine}"
        for each in folder.glob(f"{mine.name}*"):  # -wal and -shm beside it
            each.unlink()
        free.append(mine)

    return make


def _postgresql(server: Postgres) -> Database:
    built, free = dict[Build, str](), list[str]()

    @contextmanager
    def make(build: Build | None) -> Iterator[str]:
        if build and build not in built:
            first = server.create()
            build(server.url(first))
            built[build] = first
        # An empty one has a new name each time: a queue may have put a database of its own beside it.
        mine = server.create(built[build], free.pop() if free else None) if build else server.create()
        try:
            yield server.url(mine)
        finally:
            server.drop(mine)
            if build:
                free.append(mine)

    return make
