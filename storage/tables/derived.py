"""What we make of it, and can make again: `recorded_at` and `superseded_at` say when we held it."""

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
