"""One good reading becomes one step of its article's history.

Carries the pure steps of `versions.py` into rows: loads the state before, takes the step, writes
the state after. Runs in the writer's transaction.
"""

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from core.jsonform import article_to_json
from core.records import Reading
from storage import versions as fold
from storage.changes import add_change
from storage.identity import meet, touch_url
from storage.keep import Kept, keep_reading
from storage.statements import Prepared, add_for_id, change, find_first, insert_for
from storage.tables import articles, captures, clusters, readings, versions
from storage.versions import Begun, Cause, Seen

_HASHES = Prepared(
    select(versions.c.id, versions.c.version_no, versions.c.content_hash)
    .where(versions.c.article_id == bindparam("at_article"), versions.c.superseded_at.is_(None))
    .order_by(versions.c.version_no)
)
_BODY_BEFORE = Prepared(
    select(captures.c.body_sha256)
    .join(readings, readings.c.capture_id == captures.c.id)
    .where(
        readings.c.article_id == bindparam("at_article"),
        readings.c.capture_id != bindparam("at_capture"),
    )
    .order_by(readings.c.id.desc())
    .limit(1)
)
_TWINS = Prepared(
    select(versions.c.article_id).where(
        versions.c.text_hash == bindparam("at_text"),
        versions.c.article_id != bindparam("at_article"),
    )
)


def record_article(connection: Connection, kept: Kept, reading: Reading) -> tuple[int, list[str]]:
    """Take one step of an article's history with a reading of quality ok.

    Returns the article's id and the kinds of change that the step made.
    """
    found = reading.article
    assert found is not None
    assert kept.visit.last is not None
    row = meet(connection, kept, found)
    article_id: int = row.id
    touch_url(connection, kept, article_id, found.url, found.section)
    content = article_to_json(found)
    seen = Seen(
        at=kept.visit.last.captured_at,
        content=content,
        content_hash=fold.content_hash(content),
        rules=reading.rules,
        body_sha256=kept.body_sha256,
    )
    keep_reading(connection, kept, reading, article_id=article_id, content_hash=seen.content_hash)
    happened = _record_version(connection, kept, article_id, seen)
    values: dict[str, Any] = {
        "title": found.title,
        "last_seen_at": seen.at,
        "published_at": found.published.at if found.published else None,
    }
    if row.native_id is None and found.native_id is not None:
        values["native_id"] = found.native_id
    change(connection, articles, {"id": article_id}, values)
    return article_id, happened


def prove_unchanged(connection: Connection, kept: Kept, article_id: int) -> None:
    """A 304: the open version was seen again; nothing is known of counters."""
    assert kept.visit.last is not None
    seen_at = kept.visit.last.captured_at
    newest = (
        select(versions.c.id)
        .where(versions.c.article_id == article_id, versions.c.superseded_at.is_(None))
        .order_by(versions.c.version_no.desc())
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(
        update(versions)
        .where(versions.c.id == newest)
        .values(last_seen_at=seen_at, last_capture_id=kept.capture_id)
    )
    connection.execute(
        update(articles).where(articles.c.id == article_id).values(last_seen_at=seen_at)
    )


def _record_version(connection: Connection, kept: Kept, article_id: int, seen: Seen) -> list[str]:
    row, current = _current(connection, article_id, kept.capture_id)
    step = fold.next_version(current, seen)
    if not isinstance(step, Begun):
        again = {
            "last_seen_at": seen.at,
            "last_capture_id": kept.capture_id,
            "rules": seen.rules,
        }
        change(connection, versions, {"id": row.id}, again)
        return []
    text_hash = fold.text_hash(seen.content)
    begun = {"article_id": article_id, "text_hash": text_hash} | _version_row(kept, seen, step)
    version_id = add_for_id(connection, versions, begun)
    _join_cluster(connection, kept, article_id, text_hash)
    if step.cause is Cause.RULES:
        return []  # a change of ours, not of the site: no event
    kind = "new" if step.cause is Cause.FIRST else "edited"
    add_change(
        connection,
        kept,
        article_id,
        kind,
        {
            "last_seen_before_at": row.last_seen_at if row else None,
            "from_version_id": row.id if row else None,
            "to_version_id": version_id,
            "fields": list(step.fields),
            "added_chars": step.added_chars,
            "removed_chars": step.removed_chars,
            "is_quiet": step.is_quiet,
            "cause": step.cause.value,
            "detail": {"version_no": step.version_no, "returns_to": step.returns_to},
        },
    )
    return [kind]


def _current(
    connection: Connection, article_id: int, capture_id: int | None
) -> tuple[Any, fold.Current | None]:
    rows = _HASHES.rows(connection, {"at_article": article_id})
    if not rows:
        return None, None
    row = find_first(connection, versions, {"id": rows[-1].id})
    assert row is not None
    earlier: dict[str, int] = {}
    for _, version_no, content_hash in rows[:-1]:
        earlier.setdefault(content_hash, version_no)
    return row, fold.Current(
        version_no=row.version_no,
        content=row.content,
        content_hash=row.content_hash,
        rules=row.rules,
        body_sha256=_bytes_read_before(connection, article_id, capture_id),
        earlier=earlier,
    )


def _bytes_read_before(connection: Connection, article_id: int, capture_id: int | None) -> str:
    """The digest of the body that was read last before this capture; a 304 has none of its own."""
    wanted = {"at_article": article_id, "at_capture": capture_id}
    found = _BODY_BEFORE.rows(connection, wanted)
    return found[0].body_sha256 if found else ""


def _version_row(kept: Kept, seen: Seen, step: Begun) -> dict[str, Any]:
    return {
        "version_no": step.version_no,
        "content_hash": seen.content_hash,
        "returns_to": step.returns_to,
        "cause": step.cause.value,
        "first_seen_at": seen.at,
        "last_seen_at": seen.at,
        "first_capture_id": kept.capture_id,
        "last_capture_id": kept.capture_id,
        "rules": seen.rules,
        "title": seen.content["title"],
        "lead": seen.content["lead"],
        "text": seen.content["text"],
        "content": seen.content,
        "recorded_at": kept.now,
    }


def _join_cluster(connection: Connection, kept: Kept, article_id: int, text_hash: str) -> None:
    """Articles with the same running text, under whatever ids, are one cluster."""
    if not text_hash:
        return
    wanted = {"at_text": text_hash, "at_article": article_id}
    twin_ids = {row.article_id for row in _TWINS.rows(connection, wanted)}
    if not twin_ids:
        return
    connection.execute(
        insert_for(connection, clusters)
        .values(text_hash=text_hash, recorded_at=kept.now)
        .on_conflict_do_nothing()
    )
    cluster_id = connection.execute(
        select(clusters.c.id).where(clusters.c.text_hash == text_hash)
    ).scalar_one()
    connection.execute(
        update(articles)
        .where(articles.c.id.in_([*twin_ids, article_id]))
        .values(cluster_id=cluster_id)
    )
