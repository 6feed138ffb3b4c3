"""The schema: what an archive remembers, table by table.

Three layers. *Given*: visits and captures, one row per answer, never changed. *Derived*: readings,
versions, presence, series, placements, changes, clusters; they can be made again from the captures
and carry `recorded_at` and `superseded_at`. *Working*: frontier, politeness keys, robots files.
Instants are `Instant`; free-form parts are `Json`. PostgreSQL takes the same tables.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import ID, id_column, metadata, portal_column, recorded, ref, run_columns
from storage.types import Instant, Json

# --- portals -------------------------------------------------------------------------------------

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
)

portal_hosts = Table(
    "portal_hosts",
    metadata,
    Column("portal", Text, ForeignKey("portals.id"), primary_key=True),
    Column("host", Text, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)

# --- working: who may be asked, and what ---------------------------------------------------------

politeness_keys = Table(
    "politeness_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("next_slot_at", Instant, nullable=False),
    Column("delay_s", Float, nullable=False),
    Column("blocked_until", Instant),
    Column("refusals_count", Integer, nullable=False, default=0),
    Column("answered_at", Instant),
    Column("reason", Text, nullable=False, default=""),
    Column("lease_owner", Text),
    Column("lease_until", Instant),
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
    Column("lease_owner", Text),
    Column("lease_until", Instant),
    Column("found_at", Instant, nullable=False),
    Column("found_on", Text),
    Column("visited_at", Instant),
    Column("visited_cycle_at", Instant),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("set_aside", Text),
    UniqueConstraint("portal", "url"),
    Index("ix_frontier_due", "portal", "priority", "due_at"),
)

# --- given: what was asked and answered ----------------------------------------------------------

warc_files = Table(
    "warc_files",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),
    Column("writer", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sealed_at", Instant),
    Column("size_bytes", BigInteger, nullable=False, default=0),
    Column("known_bytes", BigInteger, nullable=False, default=0),  # every record before has rows
    Column("sha256", Text),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Text, primary_key=True),
    portal_column(),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cycle_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error", Text),
    Column("message", Text),
    ref("warc_file_id", "warc_files"),
    Column("warc_offset", BigInteger, nullable=False),
    Column("warc_length", BigInteger, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index("ix_visits_portal_started_at", "portal", "started_at"),
)

captures = Table(
    "captures",
    metadata,
    id_column(),
    Column("visit_id", Text, ForeignKey("visits.id"), nullable=False, index=True),
    Column("hop_no", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("captured_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("quality", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("media_type", Text),
    Column("ip", Text),
    Column("payload_bytes", BigInteger, nullable=False),
    Column("body_bytes", BigInteger, nullable=False),
    Column("payload_sha1", Text, nullable=False, index=True),
    Column("body_sha256", Text, nullable=False),
    Column("record_id", Text, nullable=False, unique=True),
    Column("record_type", Text, nullable=False),
    ref("warc_file_id", "warc_files"),
    Column("warc_offset", BigInteger, nullable=False),
    Column("warc_length", BigInteger, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Index("ix_captures_url", "url", "captured_at"),
    UniqueConstraint("visit_id", "hop_no"),
)

# --- derived: what we make of it -----------------------------------------------------------------

clusters = Table(
    "clusters",
    metadata,
    id_column(),
    Column("text_hash", Text, nullable=False, unique=True),
    Column("recorded_at", Instant, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    id_column(),
    portal_column(),
    Column("native_id", Text),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("published_at", Instant),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant),
    Column("merged_into", ID, ForeignKey("articles.id")),
    ref("cluster_id", "clusters", nullable=True, index=True),
    UniqueConstraint("portal", "native_id"),
    Index("ix_articles_portal_published", "portal", "published_at"),
)

article_urls = Table(
    "article_urls",
    metadata,
    id_column(),
    ref("article_id", "articles", index=True),
    portal_column(),
    Column("url", Text, nullable=False),
    Column("section", Text),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("checked_cycle_at", Instant),
    *recorded(),
    Index("ix_article_urls_url", "portal", "url"),
)

article_sections = Table(
    "article_sections",
    metadata,
    id_column(),
    ref("article_id", "articles", index=True),
    Column("section", Text, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("left_at", Instant),
    ref("first_capture_id", "captures"),
    ref("last_capture_id", "captures", nullable=True),
    *recorded(),
)

readings = Table(
    "readings",
    metadata,
    id_column(),
    ref("capture_id", "captures", index=True),
    ref("article_id", "articles", nullable=True, index=True),
    Column("kind", Text, nullable=False),
    Column("quality", Text, nullable=False),
    Column("layout", Text),
    Column("rules", Text, nullable=False),
    Column("content_hash", Text),
    Column("provenance", Json),
    Column("refusals", Json),
    *recorded(),
)

versions = Table(
    "versions",
    metadata,
    id_column(),
    ref("article_id", "articles", index=True),
    Column("version_no", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("text_hash", Text, nullable=False, index=True),
    Column("returns_to", Integer),
    Column("cause", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    ref("first_capture_id", "captures"),
    ref("last_capture_id", "captures"),
    Column("rules", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lead", Text),
    Column("text", Text, nullable=False),
    Column("content", Json, nullable=False),
    *recorded(),
)

presence = Table(
    "presence",
    metadata,
    id_column(),
    ref("article_id", "articles", index=True),
    Column("url", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("checks_count", Integer, nullable=False),
    Column("spaced_count", Integer, nullable=False),
    Column("counted_at", Instant, nullable=False),
    Column("first_visit_id", Text, ForeignKey("visits.id"), nullable=False),
    Column("last_visit_id", Text, ForeignKey("visits.id"), nullable=False),
    *recorded(),
    Index("ix_presence_article_url", "article_id", "url", "last_seen_at"),
)

series_runs = Table(
    "series_runs",
    metadata,
    id_column(),
    ref("article_id", "articles"),
    Column("counter", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    *run_columns(),
    *recorded(),
    Index("ix_series_runs_subject", "article_id", "counter", "source", "last_seen_at"),
)

weather_runs = Table(
    "weather_runs",
    metadata,
    id_column(),
    portal_column(),
    Column("place", Text, nullable=False),
    Column("is_filled", Boolean, nullable=False),
    Column("temperature_c", Float),
    Column("low_c", Float),
    Column("high_c", Float),
    Column("humidity_pct", Float),
    Column("wind_kmh", Float),
    Column("condition", Text),
    Column("valid_on", Date),
    Column("text", Text, nullable=False),
    *run_columns(),
    *recorded(),
    Index("ix_weather_runs_subject", "portal", "place", "is_filled", "last_seen_at"),
)

visitor_runs = Table(
    "visitor_runs",
    metadata,
    id_column(),
    portal_column(),
    Column("online_count", BigInteger),
    Column("today_count", BigInteger),
    Column("total_count", BigInteger),
    *run_columns(),
    *recorded(),
    Index("ix_visitor_runs_portal", "portal", "last_seen_at"),
)

poll_runs = Table(
    "poll_runs",
    metadata,
    id_column(),
    portal_column(),
    Column("poll", Text, nullable=False),  # the portal's own id, else the folded question
    Column("has_votes", Boolean, nullable=False),
    Column("question", Text, nullable=False),
    Column("options", Json, nullable=False),
    Column("total_count", BigInteger),
    Column("is_open", Boolean),  # null: the page does not say
    *run_columns(),
    *recorded(),
    Index("ix_poll_runs_subject", "portal", "poll", "has_votes", "last_seen_at"),
)

placement_runs = Table(
    "placement_runs",
    metadata,
    id_column(),
    portal_column(),
    Column("url", Text, nullable=False),
    Column("list_hash", Text, nullable=False),
    *run_columns(),
    *recorded(),
    Index("ix_placement_runs_url", "portal", "url", "last_seen_at"),
)

placements = Table(
    "placements",
    metadata,
    Column("run_id", ID, ForeignKey("placement_runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    ref("article_id", "articles", index=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("image_url", Text),
    Column("published_at", Instant),
    Column("published_precision", Text),
)

changes = Table(
    "changes",
    metadata,
    id_column(),
    portal_column(),
    ref("article_id", "articles", index=True),
    Column("kind", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("last_seen_before_at", Instant),
    Column("from_version_id", ID, ForeignKey("versions.id")),
    Column("to_version_id", ID, ForeignKey("versions.id")),
    Column("fields", Json, nullable=False),
    Column("added_chars", Integer, nullable=False, default=0),
    Column("removed_chars", Integer, nullable=False, default=0),
    Column("is_quiet", Boolean),
    Column("cause", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("visit_id", Text, ForeignKey("visits.id"), nullable=False),
    *recorded(),
    Index("ix_changes_portal_seen_at", "portal", "seen_at"),
)

decisions = Table(
    "decisions",
    metadata,
    id_column(),
    Column("kind", Text, nullable=False),
    Column("subject", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("undone_at", Instant),
)
