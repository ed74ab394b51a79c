"""Silences that people made by command."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_INSTANT = sa.String(32)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "silences",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("begun", _INSTANT, nullable=False),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("ended_by", sa.String(255)),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_index("ix_silences_until", "silences", ["until"])
