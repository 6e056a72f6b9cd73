"""SQLite inside the event loop: what it answers from memory is asked here and now, only the disk is waited for.

A statement takes it some microseconds, a hop to a thread and back ten times as many. So statements run in the loop's
own thread. Where SQLite may really have to wait, for another process to finish writing and for the disk, a thread does.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import await_only

registry.register("sqlite.here", __name__, "Here")

PATIENCE = 30  # seconds, for another process that writes


class Here(SQLiteDialect_pysqlite):
    """The standard library's driver, as SQLAlchemy's asyncio wants it. `begin` says how a transaction begins."""

    driver = "here"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    def __init__(self, begin: str = "BEGIN", **options: Any) -> None:
        super().__init__(**options)
        self._begin = begin
        self._writes = begin == "BEGIN IMMEDIATE"
        # One, for all of its life: what waits there is one after the other by SQLite's own rule.
        self._waiting = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")

    @classmethod
    def get_pool_class(cls, _url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool

    def connect(self, *args: Any, **options: Any) -> Any:
        """One that is ready to be used."""
        connection = super().connect(*args, **options)
        connection.execute("PRAGMA journal_mode=WAL")
        # NORMAL would lose acknowledged turns when the power goes.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # Before it is in a transaction it may have to wait, and then not here; in it, nobody stands in its way.
        connection.execute(f"PRAGMA busy_timeout={0 if self._writes else 1000 * PATIENCE}")
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:
        try:
            dbapi_connection.execute(self._begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            self._wait(partial(_begin_patiently, dbapi_connection, self._begin))

    def do_commit(self, dbapi_connection: Any) -> None:
        # Not .commit(): that is content where there is no transaction, and SQLite rolls back by itself on a full disk.
        try:
            self._wait(partial(dbapi_connection.execute, "COMMIT"))
        except BaseException:
            dbapi_connection.rollback()  # SQLite may leave it open, and SQLAlchemy takes it for gone
            raise

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        cursor.execute(statement, parameters)
        await_only(_NOTHING)  # SQLAlchemy takes a driver for a wrong one where nothing is ever waited for

    # As SQLAlchemy has them, without the way through its compiler: every unit of work goes through the first two.
    def do_savepoint(self, connection: Any, name: str) -> None:
        connection.connection.execute(f"SAVEPOINT {name}")

    def do_release_savepoint(self, connection: Any, name: str) -> None:
        connection.connection.execute(f"RELEASE SAVEPOINT {name}")

    def do_rollback_to_savepoint(self, connection: Any, name: str) -> None:
        connection.connection.execute(f"ROLLBACK TO SAVEPOINT {name}")

    def _wait(self, what: Callable[[], object]) -> None:
        await_only(asyncio.get_running_loop().run_in_executor(self._waiting, what))


def _begin_patiently(connection: sqlite3.Connection, begin: str) -> None:
    connection.execute(f"PRAGMA busy_timeout={1000 * PATIENCE}")
    try:
        connection.execute(begin)
    finally:
        connection.execute("PRAGMA busy_timeout=0")


class _Nothing:
    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_NOTHING = _Nothing()


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """SQLAlchemy closes a result it has read to the end; here that needs no waiting."""


class Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


def engine(url: URL, *, begin: str, pool_size: int) -> AsyncEngine:
    """`pool_size` connections, none more."""
    options = {
        "factory": Connection,
        # The driver's own idea of when to begin loses the write lock to others half-way; we say when.
        "isolation_level": None,
        "cached_statements": 512,
        "timeout": PATIENCE,
    }
    return create_async_engine(
        url.set(drivername="sqlite+here"),
        begin=begin,
        connect_args=options,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=2 * PATIENCE,
        hide_parameters=True,  # an error's text goes into the log, and people's words must not
    )


@dataclass(frozen=True)
class Group:
    connection: AsyncConnection
    kept: asyncio.Task[None]  # done when everything lies on the disk


class Together:
    """Units of work that wait at the same moment share one commit, so that many turns cost one wait for the disk.

    They run one after the other, as SQLite will have it, each in a savepoint: one that fails takes back only what it
    did itself. The commit stands in the same queue, behind those who were there when the first unit began, and nobody
    is told anything before it: one that failed neither, for it may have read what another one had just written.
    """

    def __init__(self, writer: AsyncEngine) -> None:
        self._writer = writer
        self._turnstile = asyncio.Lock()  # lets one after the other in, in the order in which they came
        self._open: Group | None = None

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[AsyncSession]:
        group: Group | None = None
        try:
            async with self._turnstile:
                group = self._open = self._open or await self._begin()
                savepoint = AsyncSession(
                    group.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
                )
                async with savepoint as session, session.begin():
                    yield session
        finally:
            if group is not None:
                await asyncio.shield(group.kept)

    async def _begin(self) -> Group:
        connection = await self._writer.connect()
        try:
            await connection.begin()
        except BaseException:
            await connection.close()
            raise
        return Group(connection, asyncio.create_task(self._commit(connection)))

    async def _commit(self, connection: AsyncConnection) -> None:
        async with self._turnstile:
            self._open = None
            try:
                await connection.commit()
            finally:
                await connection.close()
