"""Is it still there? One answer is a step of a URL's presence, then of its article's.

Runs in the writer's transaction; the steps themselves are pure and stand in `versions.py`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from core.jsonform import instant
from storage.changes import add_change
from storage.keep import Kept
from storage.tables import article_urls, articles, presence
from storage.versions import (
    ABSENCES,
    PROOFS,
    Presence,
    State,
    article_state,
    next_presence,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneRule:
    """When an article counts as gone: so many checks, so far apart."""

    checks: int
    apart: timedelta


def record_presence(
    connection: Connection, kept: Kept, article_id: int, url: str, state: State, rule: GoneRule
) -> list[str]:
    """Add what this visit found at one URL of an article; returns the kinds of change made."""
    _step_url(connection, kept, article_id, url, state, rule)
    if state not in PROOFS:
        return []
    connection.execute(
        update(article_urls)
        .where(
            article_urls.c.article_id == article_id,
            article_urls.c.url == url,
            article_urls.c.superseded_at.is_(None),
        )
        .values(checked_cycle_at=kept.visit.target.cycle_at)
    )
    if state is State.LIVE:
        _settle_main_url(connection, article_id, url)
    return _step_article(connection, kept, article_id, rule)


def last_proofs(connection: Connection, article_id: int) -> dict[str, Presence | None]:
    """The last proof of each URL that belongs to the article; None where there is none yet."""
    urls = connection.execute(
        select(article_urls.c.url).where(
            article_urls.c.article_id == article_id, article_urls.c.superseded_at.is_(None)
        )
    ).scalars()
    proofs: dict[str, Presence | None] = dict.fromkeys(urls)
    rows = connection.execute(
        select(presence)
        .where(
            presence.c.article_id == article_id,
            presence.c.state.in_([state.value for state in PROOFS]),
            presence.c.superseded_at.is_(None),
        )
        .order_by(presence.c.last_seen_at, presence.c.id)
    )
    for row in rows:
        proofs[row.url] = _run(row)
    return proofs


def _step_url(
    connection: Connection, kept: Kept, article_id: int, url: str, state: State, rule: GoneRule
) -> None:
    kinds = [proof.value for proof in PROOFS] if state in PROOFS else [s.value for s in State]
    row = connection.execute(
        select(presence)
        .where(
            presence.c.article_id == article_id,
            presence.c.url == url,
            presence.c.state.in_(kinds),
            presence.c.superseded_at.is_(None),
        )
        .order_by(presence.c.last_seen_at.desc(), presence.c.id.desc())
        .limit(1)
    ).first()
    at = kept.visit.last.captured_at if kept.visit.last else kept.visit.started_at
    run = next_presence(_run(row) if row else None, state, at, rule.apart)
    values: dict[str, Any] = {
        "last_seen_at": run.last_seen_at,
        "checks_count": run.checks_count,
        "spaced_count": run.spaced_count,
        "counted_at": run.counted_at,
        "last_visit_id": kept.visit.id,
    }
    if row is not None and run.checks_count > 1:
        connection.execute(update(presence).where(presence.c.id == row.id).values(**values))
        return
    connection.execute(
        insert(presence).values(
            article_id=article_id,
            url=url,
            state=state.value,
            first_seen_at=run.first_seen_at,
            first_visit_id=kept.visit.id,
            recorded_at=kept.now,
            **values,
        )
    )


def _settle_main_url(connection: Connection, article_id: int, url: str) -> None:
    """The URL an article is visited at: it changes when the old one does not answer with it."""
    main = connection.execute(
        select(articles.c.url).where(articles.c.id == article_id)
    ).scalar_one()
    proof = last_proofs(connection, article_id).get(main) if main != url else None
    if main != url and (proof is None or proof.state is not State.LIVE):
        connection.execute(update(articles).where(articles.c.id == article_id).values(url=url))


def _step_article(connection: Connection, kept: Kept, article_id: int, rule: GoneRule) -> list[str]:
    row = connection.execute(select(articles).where(articles.c.id == article_id)).one()
    before = State(row.state)
    proofs = last_proofs(connection, article_id)
    known = [proof for proof in proofs.values() if proof is not None]
    after = article_state(before, known, rule.checks)
    if after in ABSENCES and len(known) < len(proofs):
        after = before  # a URL that was never asked may still hold it
    if after is before:
        return []
    connection.execute(
        update(articles).where(articles.c.id == article_id).values(state=after.value)
    )
    if before is State.LISTED:
        return []  # its first version tells that it is new
    if before in ABSENCES and after in ABSENCES:
        return []  # another way of being gone is no news
    kind = "returned" if after is State.LIVE else "gone"
    add_change(
        connection,
        kept,
        article_id,
        kind,
        {
            "last_seen_before_at": row.last_seen_at,
            "detail": {"state": after.value} | _interval(known, row),
        },
    )
    return [kind]


def _interval(proofs: list[Presence], article: Row[Any]) -> dict[str, Any]:
    """A disappearance is an interval: last seen, first missing, number of checks."""
    absent = [proof for proof in proofs if proof.state in ABSENCES]
    return {
        "last_seen_at": instant(article.last_seen_at),
        "first_missing_at": instant(min((p.first_seen_at for p in absent), default=None)),
        "checks_count": sum(proof.checks_count for proof in absent),
    }


def _run(row: Row[Any]) -> Presence:
    return Presence(
        state=State(row.state),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        checks_count=row.checks_count,
        spaced_count=row.spaced_count,
        counted_at=row.counted_at,
    )
