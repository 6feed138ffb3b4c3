"""What goes by itself beside the articles: weather, polls, counters of visitors, as runs."""

from typing import Any

from sqlalchemy import Connection, Table, select

from storage.queries.answers import Answer, rows_of
from storage.tables import poll_runs, visitor_runs, weather_runs

_ENDS = ("first_seen_at", "last_seen_at", "observations_count")
_MEASURES = (
    "temperature_c", "low_c", "high_c", "humidity_pct", "wind_kmh", "condition", "valid_on",
)  # fmt: skip


def weather_runs_of(
    connection: Connection, *, portal: str | None = None, limit: int = 50
) -> list[Answer]:
    """Weather, newest first: each run of equal values of a place."""
    names = ("place", "is_filled", *_MEASURES, "text")
    return _newest(connection, weather_runs, names, portal, limit, weather_runs.c.place)


def poll_runs_of(
    connection: Connection, *, portal: str | None = None, limit: int = 50
) -> list[Answer]:
    """Polls, newest first: each run of equal votes, forms without votes apart."""
    names = ("poll", "question", "options", "total_count", "is_open", "has_votes")
    return _newest(connection, poll_runs, names, portal, limit, poll_runs.c.poll)


def visitor_runs_of(
    connection: Connection, *, portal: str | None = None, limit: int = 50
) -> list[Answer]:
    """The portals' counters of visitors, newest first, one look a cycle."""
    names = ("online_count", "today_count", "total_count")
    return _newest(connection, visitor_runs, names, portal, limit, visitor_runs.c.portal)


def _newest(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    portal: str | None,
    limit: int,
    subject: Any,
) -> list[Answer]:
    query = (
        select(*(table.c[name] for name in ("portal", *names, *_ENDS)))
        .where(table.c.superseded_at.is_(None))
        .order_by(table.c.last_seen_at.desc(), subject, table.c.id.desc())
        .limit(limit)
    )
    return rows_of(connection, query if portal is None else query.where(table.c.portal == portal))
