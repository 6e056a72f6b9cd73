"""Links, and how a meeting is held"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

VENUE = {"directions": "", "arrival_notes": "", "caller": "host", "phone": ""}


def upgrade() -> None:
    for table in ("rounds", "interviews"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, default in VENUE.items():
                batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=default))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("room", sa.String(), nullable=False, server_default=""))

    op.create_table(
        "links",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_due_at"), ["due_at"], unique=False)

    op.create_table(
        "link_notices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("invitee", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("rescheduled", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_notices")),
    )
    with op.batch_alter_table("link_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_notices_connection_id"), ["connection_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("link_notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_link_notices_connection_id"))

    op.drop_table("link_notices")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_due_at"))

    op.drop_table("links")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("room")

    for table in ("interviews", "rounds"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in VENUE:
                batch_op.drop_column(name)
