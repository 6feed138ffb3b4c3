"""Is it still there? One answer is a step of a URL's presence, then of its article's.

Runs in the writer's transaction; the steps themselves are pure and stand in `versions.py`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from core.jsonform import instant
from storage.changes import add_change
from storage.keep import Kept
from storage.statements import Row, add, change, find_all, find_first
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
    here = {"article_id": article_id, "url": url, "superseded_at": None}
    change(connection, article_urls, here, {"checked_cycle_at": kept.visit.target.cycle_at})
    return _step_article(connection, kept, article_id, url, rule)


def last_proofs(connection: Connection, article_id: int) -> dict[str, Presence | None]:
    """The last proof of each URL that belongs to the article; None where there is none yet."""
    where = {"article_id": article_id, "superseded_at": None}
    urls = [row.url for row in find_all(connection, article_urls, where)]
    proofs: dict[str, Presence | None] = dict.fromkeys(urls)
    for row in find_all(connection, presence, where, ("last_seen_at", "id")):
        if row.state in PROOFS:
            proofs[row.url] = _run(row)
    return proofs


def _step_url(
    connection: Connection, kept: Kept, article_id: int, url: str, state: State, rule: GoneRule
) -> None:
    where = {"article_id": article_id, "url": url, "superseded_at": None}
    runs = find_all(connection, presence, where, ("-last_seen_at", "-id"))
    can_go_on = PROOFS if state in PROOFS else frozenset(State)
    row = next((run for run in runs if run.state in can_go_on), None)
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
        change(connection, presence, {"id": row.id}, values)
        return
    values |= {
        "article_id": article_id,
        "url": url,
        "state": state.value,
        "first_seen_at": run.first_seen_at,
        "first_visit_id": kept.visit.id,
        "recorded_at": kept.now,
    }
    add(connection, presence, values)


def _step_article(
    connection: Connection, kept: Kept, article_id: int, url: str, rule: GoneRule
) -> list[str]:
    row = find_first(connection, articles, {"id": article_id})
    assert row is not None
    before = State(row.state)
    proofs = last_proofs(connection, article_id)
    _settle_main_url(connection, row, url, proofs)
    known = [proof for proof in proofs.values() if proof is not None]
    after = article_state(before, known, rule.checks)
    if after in ABSENCES and len(known) < len(proofs):
        after = before  # a URL that was never asked may still hold it
    if after is before:
        return []
    change(connection, articles, {"id": article_id}, {"state": after.value})
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


def _settle_main_url(
    connection: Connection, article: Row, url: str, proofs: dict[str, Presence | None]
) -> None:
    """The URL an article is visited at: it changes when the old one does not answer with it."""
    here, main = proofs.get(url), proofs.get(article.url)
    is_live_here = here is not None and here.state is State.LIVE
    if url != article.url and is_live_here and (main is None or main.state is not State.LIVE):
        change(connection, articles, {"id": article.id}, {"url": url})


def _interval(proofs: list[Presence], article: Row) -> dict[str, Any]:
    """A disappearance is an interval: last seen, first missing, number of checks."""
    absent = [proof for proof in proofs if proof.state in ABSENCES]
    return {
        "last_seen_at": instant(article.last_seen_at),
        "first_missing_at": instant(min((p.first_seen_at for p in absent), default=None)),
        "checks_count": sum(proof.checks_count for proof in absent),
    }


def _run(row: Row) -> Presence:
    return Presence(
        state=State(row.state),
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        checks_count=row.checks_count,
        spaced_count=row.spaced_count,
        counted_at=row.counted_at,
    )
