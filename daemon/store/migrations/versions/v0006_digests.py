"""Who was told of the beginning of what, what waits for a digest, when digests came, and what a message waits for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_INSTANT = sa.String(32)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and add the column."""
    op.create_table(
        "beginnings",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("destination", sa.String(255), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("held", sa.Text),
        sa.Column("settled", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_beginnings"),
    )
    op.create_index("ix_beginnings_at", "beginnings", ["at"])
    op.create_index("ix_beginnings_incident_id", "beginnings", ["incident_id"])
    op.create_table(
        "digests",
        sa.Column("destination", sa.String(255), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("destination", name="pk_digests"),
    )
    op.add_column("outbox", sa.Column("waits_for", sa.String(255)))
