"""Who may be asked, and what: portals, politeness keys, robots files, the frontier."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.columns import id_column, metadata, portal_column
from storage.types import Instant, Json

portals = Table(
    "portals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("cycle_started_at", Instant),
    Column("cycle_ended_at", Instant),
    Column("walk_at", Instant),  # begin of a walk to the usual depth that has not ended
    Column("walked_at", Instant),  # begin of the last one that has
    Column("backfill_at", Instant),  # since when everything old is dug out; None: it is done
    Column("waits_until", Instant),  # the last cycle could not go on before
    Column("waits_reason", Text),
)

portal_hosts = Table(
    "portal_hosts",
    metadata,
    Column("portal", Text, ForeignKey("portals.id"), primary_key=True),
    Column("host", Text, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)

politeness_keys = Table(
    "politeness_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("next_slot_at", Instant, nullable=False),
    Column("delay_s", Float, nullable=False),
    Column("blocked_until", Instant),
    Column("refusals_count", Integer, nullable=False, default=0),
    Column("answered_at", Instant),
    Column("asked_at", Instant),  # the last request
    Column("reason", Text, nullable=False, default=""),
    Column("lease_owner", Text),
    Column("lease_until", Instant),
    Column("wanted_by", Text),  # who waits for the lease, and is next
    Column("wanted_at", Instant),
)

robots_files = Table(
    "robots_files",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("fetched_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("record", Json, nullable=False),
)

frontier = Table(
    "frontier",
    metadata,
    id_column(),
    portal_column(),
    Column("key", Text, ForeignKey("politeness_keys.key"), nullable=False),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", Instant),
    Column("page_no", Integer, nullable=False, default=1),
    Column("attempts_count", Integer, nullable=False, default=0),
    Column("failures_count", Integer, nullable=False, default=0),
    Column("found_at", Instant, nullable=False),
    Column("found_on", Text),
    Column("visited_at", Instant),
    Column("visited_cycle_at", Instant),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("set_aside", Text),
    Column("shown_hash", Text),  # what a list showed; None: it was never read
    UniqueConstraint("portal", "url"),
    Index("ix_frontier_due", "portal", "key", "priority", "due_at", "id"),
)

url_counts = Table(
    "url_counts",  # how many URLs of a shape that may be endless were taken
    metadata,
    Column("portal", Text, ForeignKey("portals.id"), primary_key=True),
    Column("shape", Text, primary_key=True),
    Column("urls_count", Integer, nullable=False),
    Column("reported_at", Instant),
    Column("reason", Text),
)
