"""Polls and counters of visitors become series of their portal."""

import sqlalchemy as sa
from alembic import op

from storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "poll_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("poll", sa.Text(), nullable=False),
        sa.Column("has_votes", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("options", types.Json(), nullable=False),
        sa.Column("total_count", sa.BigInteger(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=True),
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
            ["first_capture_id"], ["captures.id"], name=op.f("fk_poll_runs_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_poll_runs_last_capture_id")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_poll_runs_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_runs")),
    )
    op.create_index(
        "ix_poll_runs_subject",
        "poll_runs",
        ["portal", "poll", "has_votes", "last_seen_at"],
        unique=False,
    )
    op.create_table(
        "visitor_runs",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("online_count", sa.BigInteger(), nullable=True),
        sa.Column("today_count", sa.BigInteger(), nullable=True),
        sa.Column("total_count", sa.BigInteger(), nullable=True),
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
            ["first_capture_id"], ["captures.id"], name=op.f("fk_visitor_runs_first_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_capture_id"], ["captures.id"], name=op.f("fk_visitor_runs_last_capture_id")
        ),
        sa.ForeignKeyConstraint(["portal"], ["portals.id"], name=op.f("fk_visitor_runs_portal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_runs")),
    )
    op.create_index(
        "ix_visitor_runs_portal", "visitor_runs", ["portal", "last_seen_at"], unique=False
    )
