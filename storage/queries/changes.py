"""What happened."""

from datetime import datetime

from sqlalchemy import Connection, select

from storage.queries.answers import Answer
from storage.tables import articles, changes


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
