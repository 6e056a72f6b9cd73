"""In whose calendar an event of ours stands, and where one was left behind"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("calendar_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("connection_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("left_in", sa.String(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_calendar_entries_connection_id_connections"), "connections", ["connection_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("calendar_entries", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_calendar_entries_connection_id_connections"), type_="foreignkey")
        batch_op.drop_column("left_in")
        batch_op.drop_column("connection_id")
