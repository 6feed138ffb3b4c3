"""The first schema: portals, frontier, captures, and what is derived from them."""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "clusters",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sa.UniqueConstraint("text_hash", name=op.f("uq_clusters_text_hash")),
    )
    op.create_table(
        "decisions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", types.Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", types.Instant(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("undone_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_table(
        "politeness_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("next_slot_at", types.Instant(), nullable=False),
        sa.Column("delay_s", sa.Float(), nullable=False),
        sa.Column("blocked_until", types.Instant(), nullable=True),
        sa.Column("refusals_count", sa.Integer(), nullable=False),
        sa.Column("answered_at", types.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_politeness_keys")),
    )
    op.create_table(
        "portals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("cycle_started_at", types.Instant(), nullable=True),
        sa.Column("cycle_ended_at", types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portals")),
    )
    op.create_table(
        "robots_files",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fetched_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("record", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots_files")),
    )
    op.create_table(
        "warc_files",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("sealed_at", types.Instant(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("known_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warc_files")),
        sa.UniqueConstraint("name", name=op.f("uq_warc_files_name")),
    )
    op.create_table(
        "articles",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", types.Instant(), nullable=True),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=True),
        sa.Column(
            "merged_into", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "cluster_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_articles_cluster_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["articles.id"], name=op.f("fk_articles_merged_into")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_articles_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("portal", "native_id", name=op.f("uq_articles_portal_native_id")),
    )
    op.create_index(op.f("ix_articles_cluster_id"), "articles", ["cluster_id"], unique=False)
    op.create_index(
        "ix_articles_portal_published", "articles", ["portal", "published_at"], unique=False
    )
    op.create_table(
        "frontier",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", types.Instant(), nullable=True),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.Column("attempts_count", sa.Integer(), nullable=False),
        sa.Column("failures_count", sa.Integer(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("found_at", types.Instant(), nullable=False),
        sa.Column("found_on", sa.Text(), nullable=True),
        sa.Column("visited_at", types.Instant(), nullable=True),
        sa.Column("visited_cycle_at", types.Instant(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("set_aside", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["key"], ["politeness_keys.key"], name=op.f("fk_frontier_key")),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_frontier_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frontier")),
        sa.UniqueConstraint("portal", "url", name=op.f("uq_frontier_portal_url")),
    )
    op.create_index("ix_frontier_due", "frontier", ["portal", "priority", "due_at"], unique=False)
    op.create_table(
        "portal_hosts",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_portal_hosts_portal")),
        sa.PrimaryKeyConstraint("portal", "host", name=op.f("pk_portal_hosts")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cycle_at", types.Instant(), nullable=False),
        sa.Column("started_at", types.Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column(
            "warc_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("warc_offset", sa.BigInteger(), nullable=False),
        sa.Column("warc_length", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_visits_portal")),
        sa.ForeignKeyConstraint(
            ["warc_file_id"], ["warc_files.id"], name=op.f("fk_visits_warc_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index("ix_visits_portal_started_at", "visits", ["portal", "started_at"], unique=False)
    op.create_table(
        "article_urls",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("checked_cycle_at", types.Instant(), nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_urls_article_id")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_article_urls_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_urls")),
    )
    op.create_index(
        op.f("ix_article_urls_article_id"), "article_urls", ["article_id"], unique=False
    )
    op.create_index("ix_article_urls_url", "article_urls", ["portal", "url"], unique=False)
    op.create_table(
        "captures",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("hop_no", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("captured_at", types.Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("headers", types.Json(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("payload_bytes", sa.BigInteger(), nullable=False),
        sa.Column("body_bytes", sa.BigInteger(), nullable=False),
        sa.Column("payload_sha1", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column(
            "warc_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("warc_offset", sa.BigInteger(), nullable=False),
        sa.Column("warc_length", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_captures_visit_id")),
        sa.ForeignKeyConstraint(
            ["warc_file_id"], ["warc_files.id"], name=op.f("fk_captures_warc_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("record_id", name=op.f("uq_captures_record_id")),
        sa.UniqueConstraint("visit_id", "hop_no", name=op.f("uq_captures_visit_id_hop_no")),
    )
    op.create_index(op.f("ix_captures_payload_sha1"), "captures", ["payload_sha1"], unique=False)
    op.create_index("ix_captures_url", "captures", ["url", "captured_at"], unique=False)
    op.create_index(op.f("ix_captures_visit_id"), "captures", ["visit_id"], unique=False)
    op.create_table(
        "presence",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("checks_count", sa.Integer(), nullable=False),
        sa.Column("spaced_count", sa.Integer(), nullable=False),
        sa.Column("counted_at", types.Instant(), nullable=False),
        sa.Column("first_visit_id", sa.Text(), nullable=False),
        sa.Column("last_visit_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_presence_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_visit_id"], ["visits.id"], name=op.f("fk_presence_first_visit_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_visit_id"], ["visits.id"], name=op.f("fk_presence_last_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_article_id"), "presence", ["article_id"], unique=False)
    op.create_index(
        "ix_presence_article_url", "presence", ["article_id", "url", "last_seen_at"], unique=False
    )
    op.create_table(
        "article_sections",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("entered_at", types.Instant(), nullable=False),
        sa.Column("left_at", types.Instant(), nullable=True),
        sa.Column(
            "first_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_sections_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_capture_id"], ["captures.id"], name=op.f("fk_article_sections_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_article_sections_last_capture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_sections")),
    )
    op.create_index(
        op.f("ix_article_sections_article_id"), "article_sections", ["article_id"], unique=False
    )
    op.create_table(
        "placement_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("list_hash", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("observations_count", sa.Integer(), nullable=False),
        sa.Column("last_cycle_at", types.Instant(), nullable=False),
        sa.Column(
            "first_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["first_capture_id"], ["captures.id"], name=op.f("fk_placement_runs_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_placement_runs_last_capture_id")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_placement_runs_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_runs")),
    )
    op.create_index(
        "ix_placement_runs_url", "placement_runs", ["portal", "url", "last_seen_at"], unique=False
    )
    op.create_table(
        "readings",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("provenance", types.Json(), nullable=True),
        sa.Column("refusals", types.Json(), nullable=True),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_readings_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["captures.id"], name=op.f("fk_readings_capture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index(op.f("ix_readings_article_id"), "readings", ["article_id"], unique=False)
    op.create_index(op.f("ix_readings_capture_id"), "readings", ["capture_id"], unique=False)
    op.create_table(
        "series_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("observations_count", sa.Integer(), nullable=False),
        sa.Column("last_cycle_at", types.Instant(), nullable=False),
        sa.Column(
            "first_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_series_runs_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_capture_id"], ["captures.id"], name=op.f("fk_series_runs_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_series_runs_last_capture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_runs")),
    )
    op.create_index(
        "ix_series_runs_subject",
        "series_runs",
        ["article_id", "counter", "source", "last_seen_at"],
        unique=False,
    )
    op.create_table(
        "versions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("returns_to", sa.Integer(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column(
            "first_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", types.Json(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_versions_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["first_capture_id"], ["captures.id"], name=op.f("fk_versions_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_versions_last_capture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
    )
    op.create_index(op.f("ix_versions_article_id"), "versions", ["article_id"], unique=False)
    op.create_index(op.f("ix_versions_text_hash"), "versions", ["text_hash"], unique=False)
    op.create_table(
        "weather_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("is_filled", sa.Boolean(), nullable=False),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("low_c", sa.Float(), nullable=True),
        sa.Column("high_c", sa.Float(), nullable=True),
        sa.Column("humidity_pct", sa.Float(), nullable=True),
        sa.Column("wind_kmh", sa.Float(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("valid_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_at", types.Instant(), nullable=False),
        sa.Column("observations_count", sa.Integer(), nullable=False),
        sa.Column("last_cycle_at", types.Instant(), nullable=False),
        sa.Column(
            "first_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_capture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["first_capture_id"], ["captures.id"], name=op.f("fk_weather_runs_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_weather_runs_last_capture_id")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_weather_runs_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weather_runs")),
    )
    op.create_index(
        "ix_weather_runs_subject",
        "weather_runs",
        ["portal", "place", "is_filled", "last_seen_at"],
        unique=False,
    )
    op.create_table(
        "changes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("last_seen_before_at", types.Instant(), nullable=True),
        sa.Column(
            "from_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "to_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("fields", types.Json(), nullable=False),
        sa.Column("added_chars", sa.Integer(), nullable=False),
        sa.Column("removed_chars", sa.Integer(), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("detail", types.Json(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.Column("superseded_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_changes_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["versions.id"], name=op.f("fk_changes_from_version_id")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_changes_portal")),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["versions.id"], name=op.f("fk_changes_to_version_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_changes_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_article_id"), "changes", ["article_id"], unique=False)
    op.create_index("ix_changes_portal_seen_at", "changes", ["portal", "seen_at"], unique=False)
    op.create_table(
        "placements",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("published_at", types.Instant(), nullable=True),
        sa.Column("published_precision", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_placements_article_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["placement_runs.id"], name=op.f("fk_placements_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_placements")),
    )
    op.create_index(op.f("ix_placements_article_id"), "placements", ["article_id"], unique=False)
