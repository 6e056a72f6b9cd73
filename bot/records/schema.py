"""The tables as Alembic makes them; every record imported here is part of them."""

from __future__ import annotations

import asyncio
from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from bot.records import (
    connections,
    entries,
    hours,
    interviews,
    invites,
    jobs,
    links,
    messages,
    models,
    negotiations,
    pages,
    people,
    questions,
    raw_events,
    refused_keys,
    senders,
    story,
    tasks,
    templates,
    wishes,
    work,
)
from bot.records.base import Records, Table

ROOMS = (
    people,
    jobs,
    interviews,
    negotiations,
    messages,
    invites,
    work,
    story,
    tasks,
    senders,
    raw_events,
    models,
    links,
    pages,
    connections,
    hours,
    entries,
    wishes,
    templates,
    questions,
    refused_keys,
)


def metadata() -> MetaData:
    """All our tables."""
    return Table.metadata


async def migrate(records: Records) -> None:
    """Brings the database to the newest version; one that is there already is left alone."""
    async with records.connect() as connection:
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrate_url(url: str) -> None:
    """The same, for who has no loop running."""

    async def run() -> None:
        records = Records(url)
        try:
            await migrate(records)
        finally:
            await records.close()

    asyncio.run(run())
