"""What was asked of a portal lately and what came of it, and what it waits for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from core.records import PageKind
from storage.frontier import requests_count
from storage.queries.answers import Answer, rows_of
from storage.tables import (
    captures,
    frontier,
    politeness_keys,
    portals,
    robots_files,
    url_counts,
    visits,
)

SET_ASIDE_SHOWN = 20
NEW_SECTIONS_SHOWN = 10


def visits_logged(
    connection: Connection, portal: str, *, limit: int = 50, before: datetime | None = None
) -> list[Answer]:
    """The visits to a portal, newest first: what was asked, what came, when it is due again."""
    last_hop = select(func.max(captures.c.hop_no)).where(captures.c.visit_id == visits.c.id)
    query = (
        select(
            visits.c.id,
            visits.c.started_at,
            visits.c.url,
            visits.c.kind,
            visits.c.outcome,
            visits.c.error,
            visits.c.message,
            captures.c.status,
            captures.c.quality,
            captures.c.reason,
            captures.c.payload_bytes,
            captures.c.duration_ms,
            captures.c.tls_error,
            captures.c.hop_no.label("answers_count"),
            frontier.c.due_at,
            frontier.c.set_aside,
        )
        .select_from(visits)
        .outerjoin(
            captures,
            (captures.c.visit_id == visits.c.id)
            & (captures.c.hop_no == last_hop.correlate(visits).scalar_subquery()),
        )
        .outerjoin(
            frontier, (frontier.c.portal == visits.c.portal) & (frontier.c.url == visits.c.url)
        )
        .where(visits.c.portal == portal)
        .order_by(visits.c.started_at.desc(), visits.c.id)
        .limit(limit)
    )
    if before is not None:
        query = query.where(visits.c.started_at < before)
    return rows_of(connection, query)


def crawl_state(connection: Connection, portal: str, now: datetime, day_begin: datetime) -> Answer:
    """Where the portal's crawl stands: what it waits for, its keys, its queue, its traps."""
    row = connection.execute(select(portals).where(portals.c.id == portal)).one()
    return {
        "portal": portal,
        "cycle_started_at": row.cycle_started_at,
        "cycle_ended_at": row.cycle_ended_at,
        "backfill_at": row.backfill_at,
        "waits_until": row.waits_until if _is_waiting(row.waits_until, now) else None,
        "waits_reason": row.waits_reason if _is_waiting(row.waits_until, now) else None,
        "keys": _keys(connection, portal),
        "robots": _robots(connection, portal),
        "queue": _queue(connection, portal, now),
        "next_due_at": _next_due(connection, portal, now),
        "requests_today_count": requests_count(connection, portal, day_begin),
        "traps": [each.reason for each in connection.execute(_traps(portal))],
        "set_aside": rows_of(connection, _set_aside(portal)),
        "sections": _sections(connection, portal),
    }


def _is_waiting(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


def _keys(connection: Connection, portal: str) -> list[Answer]:
    mine = select(frontier.c.key).where(frontier.c.portal == portal).distinct()
    return rows_of(
        connection,
        select(
            politeness_keys.c.key,
            politeness_keys.c.delay_s,
            politeness_keys.c.next_slot_at,
            politeness_keys.c.blocked_until,
            politeness_keys.c.refusals_count,
            politeness_keys.c.reason,
            politeness_keys.c.lease_owner,
        )
        .where(politeness_keys.c.key.in_(mine))
        .order_by(politeness_keys.c.key),
    )


def _robots(connection: Connection, portal: str) -> list[Answer]:
    """What the robots.txt files say that this portal's visits asked for."""
    asked = (
        select(visits.c.url)
        .where(visits.c.portal == portal, visits.c.kind == PageKind.ROBOTS.value)
        .distinct()
    )
    found = []
    for url in connection.execute(asked).scalars():
        row = connection.execute(
            select(robots_files).where(robots_files.c.origin == url.removesuffix("/robots.txt"))
        ).first()
        if row is None:
            continue
        record = row.record
        allows = "what its rules say"
        if record.get("is_forbidden_all"):
            allows = "nothing: it could not be had"
        elif record.get("is_allowed_all"):
            allows = "everything: there is none"
        found.append(
            {
                "origin": row.origin,
                "fetched_at": row.fetched_at,
                "expires_at": row.expires_at,
                "allows": allows,
                "crawl_delay_s": record.get("crawl_delay_s"),
            }
        )
    return found


def _queue(connection: Connection, portal: str, now: datetime) -> list[Answer]:
    """How many targets of each kind are due, due later, remembered for a backfill, put away."""
    count = func.count
    is_due = frontier.c.due_at <= now
    return rows_of(
        connection,
        select(
            frontier.c.kind,
            count().filter(is_due).label("due_count"),
            count().filter(frontier.c.due_at > now).label("later_count"),
            count()
            .filter(
                frontier.c.due_at.is_(None),
                frontier.c.visited_at.is_(None),
                frontier.c.set_aside.is_(None),
            )
            .label("remembered_count"),
            count().filter(frontier.c.set_aside.is_not(None)).label("set_aside_count"),
            count().filter(frontier.c.visited_at.is_not(None)).label("visited_count"),
        )
        .where(frontier.c.portal == portal)
        .group_by(frontier.c.kind)
        .order_by(func.min(frontier.c.priority), frontier.c.kind),
    )


def _next_due(connection: Connection, portal: str, now: datetime) -> datetime | None:
    query = select(func.min(frontier.c.due_at)).where(
        frontier.c.portal == portal, frontier.c.due_at > now
    )
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def _traps(portal: str) -> Select[Any]:
    return (
        select(url_counts.c.reason)
        .where(url_counts.c.portal == portal, url_counts.c.reported_at.is_not(None))
        .order_by(url_counts.c.reported_at)
    )


def _set_aside(portal: str) -> Select[Any]:
    return (
        select(frontier.c.url, frontier.c.kind, frontier.c.set_aside.label("reason"))
        .where(frontier.c.portal == portal, frontier.c.set_aside.is_not(None))
        .order_by(frontier.c.id.desc())
        .limit(SET_ASIDE_SHOWN)
    )


def _sections(connection: Connection, portal: str) -> list[Answer]:
    """Listings that the portal did not have when it was met, newest first."""
    of_portal = visits.c.portal == portal
    first = select(func.min(visits.c.cycle_at)).where(of_portal).scalar_subquery()
    second = select(func.min(visits.c.cycle_at)).where(of_portal, visits.c.cycle_at > first)
    query = (
        select(frontier.c.url, frontier.c.found_at, frontier.c.found_on)
        .where(
            frontier.c.portal == portal,
            frontier.c.kind == PageKind.LISTING.value,
            frontier.c.page_no == 1,
            frontier.c.found_on.is_not(None),
            frontier.c.found_at >= second.scalar_subquery(),
        )
        .order_by(frontier.c.found_at.desc())
        .limit(NEW_SECTIONS_SHOWN)
    )
    return rows_of(connection, query)
