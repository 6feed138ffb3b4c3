"""Claims by seeks, a queue for politeness keys, backfills, files' texts, exempted certificates.

The lease is the key's alone, so targets lose theirs.
"""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add, and rebuild the index that claims go by."""
    op.create_table(
        "url_counts",
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("urls_count", sa.Integer(), nullable=False),
        sa.Column("reported_at", types.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name="fk_url_counts_portal"),
        sa.PrimaryKeyConstraint("portal", "shape", name="pk_url_counts"),
    )
    op.create_table(
        "documents",
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("pages_count", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("body_sha256", name="pk_documents"),
    )
    for table, name, kind in (
        ("portals", "walk_at", types.Instant()),
        ("portals", "walked_at", types.Instant()),
        ("portals", "backfill_at", types.Instant()),
        ("portals", "waits_until", types.Instant()),
        ("portals", "waits_reason", sa.Text()),
        ("politeness_keys", "wanted_by", sa.Text()),
        ("politeness_keys", "wanted_at", types.Instant()),
        ("politeness_keys", "asked_at", types.Instant()),
        ("frontier", "shown_hash", sa.Text()),
        ("captures", "tls_error", sa.Text()),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.add_column(
        "visits", sa.Column("requests_count", sa.Integer(), nullable=False, server_default="0")
    )
    op.drop_index("ix_frontier_due", table_name="frontier")
    op.drop_column("frontier", "lease_owner")
    op.drop_column("frontier", "lease_until")
    op.create_index("ix_frontier_due", "frontier", ["portal", "key", "priority", "due_at", "id"])
