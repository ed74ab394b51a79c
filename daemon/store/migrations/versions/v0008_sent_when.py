"""Messages by state and time: what was sent in the last hour, and what is old enough to be dropped."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_outbox_state_updated", "outbox", ["state", "updated"])
