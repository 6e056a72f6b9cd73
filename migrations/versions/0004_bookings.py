"""What stands in calendars, who waits for a slot, and rounds with one of several people"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PANELS = ("rounds", "interviews")


def upgrade() -> None:
    op.create_table(
        "calendar_entries",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("negotiation_id", sa.String(), nullable=False),
        sa.Column("offer", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calendar_entries_person_id_people")),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiations.id"], name=op.f("fk_calendar_entries_negotiation_id_negotiations")
        ),
        sa.PrimaryKeyConstraint("uid", "person_id", name=op.f("pk_calendar_entries")),
    )
    with op.batch_alter_table("calendar_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_entries_negotiation_id"), ["negotiation_id"], unique=False)
        batch_op.create_index(
            "ix_calendar_entries_standing",
            ["person_id", "end"],
            unique=False,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "wishes",
        sa.Column("negotiation_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["negotiation_id"], ["negotiations.id"], name=op.f("fk_wishes_negotiation_id_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation_id", name=op.f("pk_wishes")),
    )
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    for table in PANELS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("optional", sa.JSON(), nullable=False, server_default="[]"))
            batch_op.add_column(sa.Column("one_of", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    for table in PANELS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("one_of")
            batch_op.drop_column("optional")
    for table in ("holds", "offers"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("until")
    op.drop_table("wishes")
    with op.batch_alter_table("calendar_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_calendar_entries_standing",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_calendar_entries_negotiation_id"))
    op.drop_table("calendar_entries")
