"""How targets stand, and what people were told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "paces",
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("newest", sa.Text, nullable=False),
        sa.Column("told", sa.Text),
        sa.PrimaryKeyConstraint("target", name="pk_paces"),
    )
