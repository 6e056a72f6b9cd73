"""How Alembic reaches our database: through the connection it is given."""

from __future__ import annotations

from typing import Literal

from alembic import context

from bot.records.base import Instant
from bot.records.schema import metadata


def _written(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A migration must not change its meaning when our code does: our own types are written as what they are."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("migrations are run by `askarsan migrate`, which knows the database")
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        # SQLite cannot alter a table: Alembic copies it.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_written,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
