"""What the archive holds, portal by portal."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from core.errors import ConfigError
from storage.queries.answers import Answer
from storage.tables import (
    articles,
    captures,
    frontier,
    politeness_keys,
    portals,
    versions,
    visits,
    warc_files,
)


def status(connection: Connection, now: datetime) -> list[Answer]:
    """One answer per portal: what it holds, when it was crawled, what is due, what it waits for."""
    answers = []
    for portal in connection.execute(select(portals).order_by(portals.c.id)).all():
        states = connection.execute(
            select(articles.c.state, func.count())
            .where(articles.c.portal == portal.id)
            .group_by(articles.c.state)
        ).all()
        kept = connection.execute(
            select(func.count(), func.coalesce(func.sum(captures.c.payload_bytes), 0))
            .select_from(captures)
            .join(visits, visits.c.id == captures.c.visit_id)
            .where(visits.c.portal == portal.id)
        ).one()
        answers.append(
            {
                "portal": portal.id,
                "name": portal.name,
                "articles": dict(row._tuple() for row in states),
                "versions_count": _count_versions(connection, portal.id),
                "captures_count": kept[0],
                "payload_bytes": int(kept[1]),
                "cycle_started_at": portal.cycle_started_at,
                "cycle_ended_at": portal.cycle_ended_at,
                "due_count": connection.execute(
                    select(func.count())
                    .select_from(frontier)
                    .where(frontier.c.portal == portal.id, frontier.c.due_at <= now)
                ).scalar_one(),
                "waits": _waits(connection, portal.id, now),
            }
        )
    return answers


def _count_versions(connection: Connection, portal: str) -> int:
    return connection.execute(
        select(func.count())
        .select_from(versions)
        .join(articles, articles.c.id == versions.c.article_id)
        .where(articles.c.portal == portal, versions.c.superseded_at.is_(None))
    ).scalar_one()


def _waits(connection: Connection, portal: str, now: datetime) -> list[Answer]:
    keys = select(frontier.c.key).where(frontier.c.portal == portal).distinct()
    rows = connection.execute(
        select(politeness_keys).where(
            politeness_keys.c.key.in_(keys), politeness_keys.c.blocked_until > now
        )
    )
    return [{"key": r.key, "until": r.blocked_until, "reason": r.reason} for r in rows]


def warc_bytes(connection: Connection) -> tuple[int, int]:
    """Number and size of the WARC files."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(warc_files.c.size_bytes), 0))
    ).one()
    return row[0], int(row[1])


def zones(connection: Connection) -> dict[str, str]:
    """Each portal's zone by name."""
    rows = connection.execute(select(portals.c.id, portals.c.zone).order_by(portals.c.id))
    return {row.id: row.zone for row in rows}


def known_portal(connection: Connection, portal: str | None) -> None:
    """Raises `ConfigError` for a portal that the archive has nothing of; None is all of them."""
    known = zones(connection)
    if portal is not None and portal not in known:
        raise ConfigError(
            f"--portal {portal!r}: the archive knows {', '.join(known) or 'no portal yet'}"
        )
