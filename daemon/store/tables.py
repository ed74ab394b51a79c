"""The tables. Names of people, figures and words live in documents; columns are what is searched by."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text

from daemon.store.columns import Document, Instant

# SQLite counts up by itself only in a column that is exactly INTEGER.
_Serial = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("document", Document, nullable=False),
    Index(None, "status"),
    Index(None, "started_at"),
    Index(None, "updated_at"),
)

# Every transition, and every cycle that kept silent, with its reason. Only what changed keeps a snapshot.
history = Table(
    "history",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("incident_id", String(64), ForeignKey("incidents.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("change", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("snapshot", Document),
    Index(None, "incident_id"),
)

judged = Table(
    "judged",
    metadata,
    Column("check_name", String(255), primary_key=True),
    Column("period_end", Instant, nullable=False),
)

# One row: the instant of the latest cycle.
cycles = Table(
    "cycles",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_now", Instant, nullable=False),
)

# Series x period whose value had not come when its check was judged.
pending = Table(
    "pending",
    metadata,
    Column("check_name", String(255), primary_key=True),
    Column("series", Text, primary_key=True),
    Column("period", Instant, primary_key=True),
)

# Incidents may be forgotten before their deliveries, so incident_id is no foreign key.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("incident_id", String(64), nullable=False),
    Column("change", String(16), nullable=False),
    Column("destination", String(255), nullable=False),
    Column("idem_key", String(64), nullable=False, unique=True),
    Column("payload", Document, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("waits_for", String(255)),  # what not_before was for, as people read it
    Column("give_up_at", Instant),
    Column("lease_owner", String(255)),
    Column("lease_until", Instant),
    Column("last_class", String(16)),
    Column("last_error", Text),
    Column("external_id", String(255)),
    Column("created", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Index(None, "destination", "state", "id"),
    Index(None, "state", "updated"),
    Index(None, "incident_id", "destination", "state"),
)

# A destination that asked to be left alone, or failed several times in a row: nothing is sent to it before `until`.
holds = Table(
    "holds",
    metadata,
    Column("destination", String(255), primary_key=True),
    Column("until", Instant),
    Column("failures", Integer, nullable=False),
    Column("reason", Text),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("received_at", Instant, nullable=False),
    Column("incident_id", String(64), nullable=False),
    Column("change", String(16), nullable=False),
    Column("alert", Document, nullable=False),
    Column("chart", LargeBinary),  # PNG
    Index(None, "incident_id"),
)

# What a database or API answered: only rows that are new or differ from what was seen before, as gzipped CSV.
pulls = Table(
    "pulls",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("check_name", String(255), nullable=False),
    Column("asked", String(64), nullable=False),  # a mark of the question: answers to another one are of no use
    Column("pulled_at", Instant, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("content", LargeBinary),
    Column("notices", Document, nullable=False),
    Index(None, "check_name", "id"),
)

# Checks whose source cannot be read, and since when.
failures = Table(
    "failures",
    metadata,
    Column("check_name", String(255), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("told_at", Instant),
)

# What people said about an incident: acknowledged, muted until, resolved, feedback with a verdict. Never changed.
replies = Table(
    "replies",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("incident_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("verdict", String(16)),
    Column("until", Instant),
    Column("who", String(255)),
    Column("comment", Text),
    Index(None, "incident_id"),
)

# Links and clicks by which people answered, and the reply that each left.
answered = Table(
    "answered",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reply", BigInteger, nullable=False),
    Column("told", Document, nullable=False),
    Index(None, "until"),
)

# What each cycle of the last weeks judged: what the note of a quiet week is made of.
activity = Table(
    "activity",
    metadata,
    Column("at", Instant, primary_key=True),
    Column("check_name", String(255), primary_key=True),  # "" for the cycle as a whole
    Column("series", Integer, nullable=False),
    Column("alerts", Integer, nullable=False),
    Index(None, "check_name", "at"),
)

# What each cycle of the last months thought of each total at each period: one row a check and cycle, packed.
verdicts = Table(
    "verdicts",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("check_name", String(255), nullable=False),
    Column("at", Instant, nullable=False),
    Column("since", Instant, nullable=False),  # start of the first period in it
    Column("until", Instant, nullable=False),  # start of the last
    Column("content", LargeBinary, nullable=False),
    Index(None, "check_name", "until"),
    Index(None, "at"),
)

# How each target stands, and how it stood when people were last told of it.
paces = Table(
    "paces",
    metadata,
    Column("target", String(255), primary_key=True),
    Column("newest", Document, nullable=False),
    Column("told", Document),
)

# What people silenced by command. What ended early has its end as `until`.
silences = Table(
    "silences",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("begun", Instant, nullable=False),
    Column("author", String(255), nullable=False),
    Column("ended_by", String(255)),
    Column("document", Document, nullable=False),
    Index(None, "until"),
)

# When each of the regular tasks was last done.
chores = Table(
    "chores",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
)

# Where each beginning of an incident was told, or why it was held back for the digest; settled: it was told, or stood in one.
beginnings = Table(
    "beginnings",
    metadata,
    Column("id", _Serial, primary_key=True),
    Column("incident_id", String(64), nullable=False),
    Column("destination", String(255), nullable=False),
    Column("at", Instant, nullable=False),
    Column("change", String(16), nullable=False),
    Column("held", Text),
    Column("settled", Instant),
    Index(None, "at"),
    Index(None, "incident_id"),
)

# When each destination got its newest digest.
digests = Table(
    "digests",
    metadata,
    Column("destination", String(255), primary_key=True),
    Column("at", Instant, nullable=False),
)
