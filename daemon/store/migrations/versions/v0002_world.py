"""Pulled rows, what people say about incidents, sources that fail, what cycles did, and regular tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INSTANT = sa.String(32)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and drop two that nothing ever read."""
    op.drop_table("series")
    op.drop_table("problems")
    op.create_table(
        "pulls",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("pulled_at", _INSTANT, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("notices", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulls"),
    )
    op.create_index("ix_pulls_check_name_id", "pulls", ["check_name", "id"])
    op.create_table(
        "failures",
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("last_seen", _INSTANT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("told_at", _INSTANT),
        sa.PrimaryKeyConstraint("check_name", name="pk_failures"),
    )
    op.create_table(
        "replies",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("until", _INSTANT),
        sa.Column("who", sa.String(255)),
        sa.Column("comment", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )
    op.create_index("ix_replies_incident_id", "replies", ["incident_id"])
    op.create_table(
        "activity",
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("series", sa.Integer, nullable=False),
        sa.Column("alerts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("at", "check_name", name="pk_activity"),
    )
    op.create_index("ix_activity_check_name_at", "activity", ["check_name", "at"])
    op.create_table(
        "chores",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chores"),
    )
