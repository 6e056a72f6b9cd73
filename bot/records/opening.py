"""A database made ready to be worked with, or a sentence about why it is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.mask import masked
from bot.reasons import why
from bot.records.base import Records
from bot.records.schema import migrate


class NoDatabase(Exception):
    """The database cannot be used; the message says which and why, for whoever set it."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Records]:
    """The database at its newest version; a SQLite file that is not there yet is made. Raises NoDatabase."""
    records = Records(url)
    try:
        await ready(records)
        yield records
    finally:
        await records.close()


async def ready(records: Records) -> None:
    """Brings it to its newest version, and makes a SQLite file that is not there. Raises NoDatabase."""
    where = make_url(records.url)
    try:
        if records.is_sqlite and where.database:
            Path(where.database).parent.mkdir(parents=True, exist_ok=True)
        await migrate(records)
    except (OSError, SQLAlchemyError, CommandError) as error:
        name = where.database if records.is_sqlite else masked(where.render_as_string(hide_password=False))
        raise NoDatabase(f"The database {name} cannot be used: {_why(error)}.") from error


def _why(error: Exception) -> str:
    if isinstance(error, CommandError):
        return f"another version of askARSAN made it ({error})"
    if isinstance(error, OSError):
        return why(error)
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = str(cause).strip().splitlines() or [type(cause).__name__]
    return said[0].rstrip(".")
