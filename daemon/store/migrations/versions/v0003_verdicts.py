"""What each cycle thought of each total, for `why-not`."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INSTANT = sa.String(32)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "verdicts",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
    )
    op.create_index("ix_verdicts_check_name_until", "verdicts", ["check_name", "until"])
    op.create_index("ix_verdicts_at", "verdicts", ["at"])
