"""Writes what a monitor hears of: one row per change of an article."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from storage.keep import Kept
from storage.statements import add
from storage.tables import changes


def add_change(
    connection: Connection, kept: Kept, article_id: int, kind: str, more: Mapping[str, Any]
) -> None:
    """Insert a change seen by this visit. `more` holds the columns that this kind has."""
    assert kept.visit.last is not None
    row: dict[str, Any] = {
        "portal": kept.visit.target.portal,
        "article_id": article_id,
        "kind": kind,
        "seen_at": kept.visit.last.captured_at,
        "fields": [],
        "added_chars": 0,
        "removed_chars": 0,
        "cause": "site",
        "detail": {},
        "visit_id": kept.visit.id,
        "recorded_at": kept.now,
    }
    add(connection, changes, row | dict(more))
