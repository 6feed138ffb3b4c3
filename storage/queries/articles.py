"""Articles: lists of them, and all that is known of one."""

from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from core.errors import ConfigError
from storage.queries.answers import Answer, rows_of
from storage.tables import (
    article_sections,
    article_urls,
    articles,
    captures,
    presence,
    readings,
    series_runs,
    versions,
    warc_files,
)


def articles_listed(
    connection: Connection,
    *,
    portal: str | None = None,
    state: str | None = None,
    limit: int = 50,
    before: int | None = None,
) -> list[Answer]:
    """Articles, newest publish time first; those without one last. `before` is an article id."""
    when = func.coalesce(articles.c.published_at, articles.c.first_seen_at)
    query = select(articles, when.label("sorted_at")).order_by(when.desc(), articles.c.id.desc())
    if portal is not None:
        query = query.where(articles.c.portal == portal)
    if state is not None:
        query = query.where(articles.c.state == state)
    if before is not None:
        edge = select(when).where(articles.c.id == before).scalar_subquery()
        query = query.where(or_(when < edge, and_(when == edge, articles.c.id < before)))
    return [_article(connection, row) for row in connection.execute(query.limit(limit)).all()]


def _article(connection: Connection, row: Row[Any]) -> Answer:
    views = connection.execute(
        select(series_runs.c.value)
        .where(series_runs.c.article_id == row.id, series_runs.c.superseded_at.is_(None))
        .order_by(series_runs.c.last_seen_at.desc(), series_runs.c.id.desc())
        .limit(1)
    ).scalar()
    count = connection.execute(
        select(func.count())
        .select_from(versions)
        .where(versions.c.article_id == row.id, versions.c.superseded_at.is_(None))
    ).scalar_one()
    return {
        "id": row.id,
        "portal": row.portal,
        "native_id": row.native_id,
        "url": row.url,
        "title": row.title,
        "state": row.state,
        "published_at": row.published_at,
        "first_seen_at": row.first_seen_at,
        "last_seen_at": row.last_seen_at,
        "sections": _sections_now(connection, row.id),
        "versions_count": count,
        "view_count": views,
        "cluster": row.cluster_id,
    }


def _sections_now(connection: Connection, article_id: int) -> list[str]:
    return list(
        connection.execute(
            select(article_sections.c.section)
            .where(
                article_sections.c.article_id == article_id,
                article_sections.c.left_at.is_(None),
                article_sections.c.superseded_at.is_(None),
            )
            .order_by(article_sections.c.section)
        ).scalars()
    )


def find(connection: Connection, reference: str) -> int:
    """The id of the article a person names: `12`, `sontay/5079123` or a URL.

    Raises `ConfigError` when there is none.
    """
    query = None
    if reference.isascii() and reference.isdigit() and len(reference) < 18:
        query = select(articles.c.id).where(articles.c.id == int(reference))
    elif reference.startswith(("http://", "https://")):
        query = (
            select(article_urls.c.article_id)
            .where(article_urls.c.url == reference)
            .order_by(article_urls.c.last_seen_at.desc())
            .limit(1)
        )
    elif "/" in reference:
        portal, _, native_id = reference.partition("/")
        query = select(articles.c.id).where(
            articles.c.portal == portal, articles.c.native_id == native_id
        )
    found = connection.execute(query).scalar() if query is not None else None
    if found is None:
        raise ConfigError(
            f"no article {reference!r}; name one by its number in `khotin articles`, as "
            "PORTAL/NATIVE-ID, or by its URL"
        )
    return int(found)


def article(connection: Connection, article_id: int) -> Answer:
    """All that is known of one article: fields, versions, counters, where each came from."""
    row = connection.execute(select(articles).where(articles.c.id == article_id)).one()
    return _article(connection, row) | {
        "urls": rows_of(
            connection,
            select(
                article_urls.c.url,
                article_urls.c.section,
                article_urls.c.first_seen_at,
                article_urls.c.last_seen_at,
            )
            .where(article_urls.c.article_id == article_id, article_urls.c.superseded_at.is_(None))
            .order_by(article_urls.c.first_seen_at),
        ),
        "section_history": rows_of(
            connection,
            select(
                article_sections.c.section,
                article_sections.c.entered_at,
                article_sections.c.left_at,
            )
            .where(article_sections.c.article_id == article_id)
            .order_by(article_sections.c.entered_at),
        ),
        "versions": versions_of(connection, article_id),
        "presence": rows_of(
            connection,
            select(
                presence.c.url,
                presence.c.state,
                presence.c.first_seen_at,
                presence.c.last_seen_at,
                presence.c.checks_count,
            )
            .where(presence.c.article_id == article_id, presence.c.superseded_at.is_(None))
            .order_by(presence.c.first_seen_at, presence.c.id),
        ),
        "series": series_of(connection, article_id),
        "provenance": _provenance(connection, article_id),
    }


def versions_of(connection: Connection, article_id: int) -> list[Answer]:
    """The versions in order, each with its content and the captures that prove both ends."""
    rows = connection.execute(
        select(versions)
        .where(versions.c.article_id == article_id, versions.c.superseded_at.is_(None))
        .order_by(versions.c.version_no)
    ).all()
    return [
        {
            "version_no": row.version_no,
            "first_seen_at": row.first_seen_at,
            "last_seen_at": row.last_seen_at,
            "cause": row.cause,
            "returns_to": row.returns_to,
            "content_hash": row.content_hash,
            "first_capture": capture(connection, row.first_capture_id),
            "last_capture": capture(connection, row.last_capture_id),
            "article": row.content,
        }
        for row in rows
    ]


def version_pair(
    connection: Connection, article_id: int, older: int | None, newer: int | None
) -> tuple[Answer, Answer]:
    """Two versions by number; without numbers the last two, with one that and the newest.

    Raises `ConfigError` when there are none such.
    """
    found = {version["version_no"]: version for version in versions_of(connection, article_id)}
    if len(found) < 2:
        raise ConfigError(
            f"article {article_id} has {len(found) or 'no'} version{'s' * (len(found) != 1)}: "
            "there is nothing to compare"
        )
    numbers = sorted(found)
    pair = (
        numbers[-2] if older is None else older,
        numbers[-1] if newer is None else newer,
    )
    for number in pair:
        if number not in found:
            raise ConfigError(f"article {article_id} has versions {numbers[0]} to {numbers[-1]}")
    return found[pair[0]], found[pair[1]]


def capture(connection: Connection, capture_id: int) -> Answer:
    """One capture: what was asked, when, and where its bytes lie."""
    row = connection.execute(
        select(captures, warc_files.c.name)
        .join(warc_files, warc_files.c.id == captures.c.warc_file_id)
        .where(captures.c.id == capture_id)
    ).one()
    return {
        "id": row.id,
        "url": row.url,
        "captured_at": row.captured_at,
        "status": row.status,
        "quality": row.quality,
        "payload_sha1": row.payload_sha1,
        "payload_bytes": row.payload_bytes,
        "warc_file": row.name,
        "warc_offset": row.warc_offset,
        "warc_record_id": row.record_id,
    }


def series_of(connection: Connection, article_id: int) -> list[Answer]:
    """The counter runs of an article in order of time, per counter and source."""
    return rows_of(
        connection,
        select(
            series_runs.c.counter,
            series_runs.c.source,
            series_runs.c.value,
            series_runs.c.first_seen_at,
            series_runs.c.last_seen_at,
            series_runs.c.observations_count,
        )
        .where(series_runs.c.article_id == article_id, series_runs.c.superseded_at.is_(None))
        .order_by(series_runs.c.counter, series_runs.c.source, series_runs.c.first_seen_at),
    )


def _provenance(connection: Connection, article_id: int) -> Answer | None:
    """Where the newest reading found each field."""
    row = connection.execute(
        select(readings)
        .where(readings.c.article_id == article_id, readings.c.superseded_at.is_(None))
        .order_by(readings.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    found = {
        field: {"candidate": candidate, "selector": selector}
        for field, (candidate, selector) in (row.provenance or {}).items()
    }
    return {"layout": row.layout, "rules": row.rules, "fields": found}
