"""The database: how it is opened, what a transaction is, and how instants and plain data are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, Index, MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import JSON, TypeDecorator

from bot.records import sqlite
from bot.records.discretion import discreet

# Names that Alembic can find again on both databases.
CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC. SQLite has no zones and gives back what it was given, so UTC is put on again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"an instant without a zone cannot be kept: {value}")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# So that no other room has to know what speaks SQL.
Session = AsyncSession
Conflict = StaleDataError  # somebody else saved a newer version meanwhile

COLUMNS: dict[Any, Any] = {datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON}


class Table(DeclarativeBase):
    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMNS


def some(name: str, *columns: str, only: str) -> Index:
    """An index of the rows for which `only` holds; a query that says the same, word for word, finds it."""
    return Index(name, *columns, sqlite_where=text(only), postgresql_where=text(only))


@dataclass(frozen=True, slots=True)
class Engines:
    """What speaks to a database. Each statement is learnt once, and known still when it is opened again."""

    writer: AsyncEngine
    reader: AsyncEngine

    @classmethod
    def of(cls, url: str) -> Engines:
        where = make_url(url)
        if where.get_backend_name() == "sqlite":
            # One writer at a time is SQLite's rule; one connection for it makes waiting a queue, not an error.
            writer = sqlite.engine(where, begin="BEGIN IMMEDIATE", pool_size=1)
            return cls(writer, sqlite.engine(where, begin="BEGIN", pool_size=4))
        # An error goes into the log with its statement, and never with what people wrote.
        pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True, "hide_parameters": True}
        # Every question sees what is committed at its moment, with a BEGIN and a ROLLBACK around it or without.
        reader = create_async_engine(url, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True, **pool)
        return cls(discreet(create_async_engine(url, **pool)), discreet(reader))


Gate = Callable[[], AbstractAsyncContextManager[None]]


class Records:
    """An open database. `write()` is one transaction, committed in one place: when the block ends well.

    `engines`: of a database at the same URL that is closed by now.
    """

    def __init__(self, url: str, engines: Engines | None = None) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        speaks = engines or Engines.of(url)
        self._writer, self._reader = speaks.writer, speaks.reader
        self._together = sqlite.Together(self._writer) if self.is_sqlite else None
        self._gate: Gate | None = None

    def behind(self, gate: Gate) -> Records:
        """The same, for those who wait at this gate before they write."""
        gated = copy(self)
        gated._gate = gate  # noqa: SLF001 – its own
        return gated

    def write(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self._gated(self._gate) if self._gate else self._written()

    def _written(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self._together.unit() if self._together else self._unit()

    @asynccontextmanager
    async def _gated(self, gate: Gate) -> AsyncIterator[AsyncSession]:
        async with gate(), self._written() as session:
            yield session

    @asynccontextmanager
    async def _unit(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection in a transaction of its own, for migrations."""
        async with self._writer.begin() as connection:
            yield connection

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()
