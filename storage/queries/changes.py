"""What happened, and what goes by itself: changes and weather."""

from datetime import datetime

from sqlalchemy import Connection, select

from storage.queries.answers import Answer, rows_of
from storage.tables import (
    articles,
    changes,
    weather_runs,
)


def changes_seen(
    connection: Connection,
    *,
    portal: str | None = None,
    kinds: tuple[str, ...] = (),
    since: datetime | None = None,
    limit: int = 50,
    before: int | None = None,
) -> list[Answer]:
    """Changes, newest first. `before` is a change id; `since` bounds when they were seen."""
    query = (
        select(changes, articles.c.title, articles.c.native_id, articles.c.url)
        .join(articles, articles.c.id == changes.c.article_id)
        .where(changes.c.superseded_at.is_(None))
        .order_by(changes.c.id.desc())
        .limit(limit)
    )
    if portal is not None:
        query = query.where(changes.c.portal == portal)
    if kinds:
        query = query.where(changes.c.kind.in_(kinds))
    if since is not None:
        query = query.where(changes.c.seen_at >= since)
    if before is not None:
        query = query.where(changes.c.id < before)
    return [
        {
            "id": row.id,
            "portal": row.portal,
            "article": row.article_id,
            "native_id": row.native_id,
            "url": row.url,
            "title": row.title,
            "kind": row.kind,
            "seen_at": row.seen_at,
            "last_seen_before_at": row.last_seen_before_at,
            "fields": row.fields,
            "added_chars": row.added_chars,
            "removed_chars": row.removed_chars,
            "is_quiet": row.is_quiet,
            "cause": row.cause,
            "detail": row.detail,
        }
        for row in connection.execute(query).all()
    ]


def weather_runs_of(
    connection: Connection, *, portal: str | None = None, limit: int = 50
) -> list[Answer]:
    """Weather, newest first: each run of equal values of a place."""
    run = weather_runs.c
    query = (
        select(
            run.portal, run.place, run.is_filled, run.temperature_c, run.low_c, run.high_c,
            run.humidity_pct, run.wind_kmh, run.condition, run.valid_on, run.text,
            run.first_seen_at, run.last_seen_at, run.observations_count,
        )
        .where(run.superseded_at.is_(None))
        .order_by(run.last_seen_at.desc(), run.place, run.id.desc())
        .limit(limit)
    )  # fmt: skip
    return rows_of(connection, query if portal is None else query.where(run.portal == portal))
