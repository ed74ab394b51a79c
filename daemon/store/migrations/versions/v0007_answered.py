"""Links and clicks by which people answered, so that none acts twice."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INSTANT = sa.String(32)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "answered",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("reply", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_answered"),
    )
    op.create_index("ix_answered_until", "answered", ["until"])
