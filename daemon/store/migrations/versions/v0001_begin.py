"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.String(32)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_status", "incidents", ["status"])
    op.create_index("ix_incidents_started_at", "incidents", ["started_at"])
    op.create_index("ix_incidents_updated_at", "incidents", ["updated_at"])
    op.create_table(
        "history",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_history_incident_id"),
    )
    op.create_index("ix_history_incident_id", "history", ["incident_id"])
    op.create_table(
        "judged",
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("period_end", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("check_name", name="pk_judged"),
    )
    op.create_table(
        "cycles",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last_now", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cycles"),
    )
    op.create_table(
        "series",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("first_period", _INSTANT, nullable=False),
        sa.Column("first_seen", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_series"),
    )
    op.create_index("ix_series_check_name", "series", ["check_name"])
    op.create_table(
        "pending",
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("period", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("check_name", "series", "period", name="pk_pending"),
    )
    op.create_table(
        "problems",
        sa.Column("check_name", sa.String(255), nullable=False),
        sa.Column("channel", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("period", sa.String(64), nullable=False),
        sa.Column("first_seen", _INSTANT, nullable=False),
        sa.Column("last_seen", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("check_name", "channel", "kind", "period", name="pk_problems"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("destination", sa.String(255), nullable=False),
        sa.Column("idem_key", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", _INSTANT, nullable=False),
        sa.Column("give_up_at", _INSTANT),
        sa.Column("lease_owner", sa.String(255)),
        sa.Column("lease_until", _INSTANT),
        sa.Column("last_class", sa.String(16)),
        sa.Column("last_error", sa.Text),
        sa.Column("external_id", sa.String(255)),
        sa.Column("created", _INSTANT, nullable=False),
        sa.Column("updated", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("idem_key", name="uq_outbox_idem_key"),
    )
    op.create_index("ix_outbox_destination_state_id", "outbox", ["destination", "state", "id"])
    op.create_index("ix_outbox_incident_id_destination_state", "outbox", ["incident_id", "destination", "state"])
    op.create_table(
        "holds",
        sa.Column("destination", sa.String(255), nullable=False),
        sa.Column("until", _INSTANT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("destination", name="pk_holds"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("incident_id", sa.String(64), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("alert", sa.Text, nullable=False),
        sa.Column("chart", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("key", name="uq_inbox_key"),
    )
    op.create_index("ix_inbox_incident_id", "inbox", ["incident_id"])
