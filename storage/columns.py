"""The columns that several tables share, and how constraints are named."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Text

from storage.types import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
ID = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    """A key that the database counts up."""
    return Column("id", ID, primary_key=True, autoincrement=True)


def ref(name: str, to: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    """A reference to a row of another table."""
    return Column(name, ID, ForeignKey(f"{to}.id"), nullable=nullable, index=index)


def portal_column() -> Column[str]:
    """Which portal the row is of."""
    return Column("portal", Text, ForeignKey("portals.id"), nullable=False)


def recorded() -> tuple[Column[Any], Column[Any]]:
    """When we wrote the row, and when a later fold of history replaced it."""
    return Column("recorded_at", Instant, nullable=False), Column("superseded_at", Instant)


def run_columns() -> tuple[Column[Any], ...]:
    """A run of equal observations: both ends, how many, and the captures that prove them."""
    return (
        Column("first_seen_at", Instant, nullable=False),
        Column("last_seen_at", Instant, nullable=False),
        Column("observations_count", Integer, nullable=False),
        Column("last_cycle_at", Instant, nullable=False),
        ref("first_capture_id", "captures"),
        ref("last_capture_id", "captures"),
    )
