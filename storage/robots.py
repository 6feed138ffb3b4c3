"""The cache of robots.txt answers, kept in the archive: what each origin last said."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.statements import insert_for
from storage.tables import robots_files


def robots_of(connection: Connection, origin: str, now: datetime) -> dict[str, Any] | None:
    """What the origin said, as it was saved; None when there is nothing that still holds."""
    row = connection.execute(
        select(robots_files).where(robots_files.c.origin == origin, robots_files.c.expires_at > now)
    ).first()
    return None if row is None else row.record


def save_robots(
    connection: Connection,
    origin: str,
    record: dict[str, Any],
    *,
    fetched_at: datetime,
    expires_at: datetime,
) -> None:
    """Put in what the origin said now, for as long as it may be believed."""
    values = {"fetched_at": fetched_at, "expires_at": expires_at, "record": record}
    connection.execute(
        insert_for(connection, robots_files)
        .values(origin=origin, **values)
        .on_conflict_do_update(index_elements=["origin"], set_=values)
    )
