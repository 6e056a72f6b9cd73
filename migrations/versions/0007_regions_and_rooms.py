"""Regions, lunch and travel of people, and rooms to meet in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("lunch", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("travel", sa.Integer(), nullable=True))

    for table in ("rounds", "interviews"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("rooms", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("interviews", schema=None) as batch_op:
        batch_op.add_column(sa.Column("room_id", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("interviews", schema=None) as batch_op:
        batch_op.drop_column("room_id")

    for table in ("interviews", "rounds"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("rooms")

    with op.batch_alter_table("people", schema=None) as batch_op:
        for name in ("travel", "lunch", "region"):
            batch_op.drop_column(name)
