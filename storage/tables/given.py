"""What was asked and answered: one row per answer, never changed; and the text of files."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.columns import id_column, metadata, portal_column, ref
from storage.types import Instant, Json

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
    Column("requests_count", Integer, nullable=False, server_default="0"),
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
    Column("tls_error", Text),  # how its certificate failed, where the portal is exempted
    Index("ix_captures_url", "url", "captured_at"),
    UniqueConstraint("visit_id", "hop_no"),
)

documents = Table(
    "documents",  # the text of files that are no pages, once for equal bytes
    metadata,
    Column("body_sha256", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("pages_count", Integer),
    Column("text", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
