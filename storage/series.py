"""What changes by itself: counters, polls, weather and the order of listings, kept as runs.

A run is one value with both ends and the number of observations. Within one cycle an equal value
is one observation, however many pages show it. None of this ever makes a version or a change.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, insert

from core.jsonform import poll_to_json
from core.records import Count, Placement, Poll, Reading, Visitors, WeatherObservation
from core.text import fold
from storage.keep import Kept
from storage.statements import add_for_id, change, find_all, find_first
from storage.tables import (
    placement_runs,
    placements,
    poll_runs,
    series_runs,
    visitor_runs,
    weather_runs,
)

VIEWS = "views"
COMMENTS = "comments"
_VISITORS = ("online_count", "today_count", "total_count")
_SUBJECT = ("place", "is_filled", "valid_on")  # a forecast is never a run of now
_MEASURES = (
    "temperature_c",
    "low_c",
    "high_c",
    "humidity_pct",
    "wind_kmh",
    "condition",
    "text",
)
_NEWEST = ("-last_seen_at", "-id")


def observe(
    connection: Connection,
    table: Table,
    kept: Kept,
    subject: Mapping[str, Any],
    value: Mapping[str, Any],
) -> tuple[int, bool]:
    """Add one observation to the subject's last run, or begin another when the value differs.

    Returns the run's id and whether it is new.
    """
    assert kept.visit.last is not None
    seen_at, cycle_at = kept.visit.last.captured_at, kept.visit.target.cycle_at
    last = find_first(connection, table, {**subject, "superseded_at": None}, _NEWEST)
    if last is not None and all(getattr(last, name) == part for name, part in value.items()):
        seen_again = {
            "last_seen_at": max(last.last_seen_at, seen_at),
            "last_capture_id": kept.capture_id,
            "last_cycle_at": cycle_at,
            "observations_count": last.observations_count + (last.last_cycle_at != cycle_at),
        }
        change(connection, table, {"id": last.id}, seen_again)
        return last.id, False
    run = {
        "first_seen_at": seen_at,
        "last_seen_at": seen_at,
        "observations_count": 1,
        "last_cycle_at": cycle_at,
        "first_capture_id": kept.capture_id,
        "last_capture_id": kept.capture_id,
        "recorded_at": kept.now,
    }
    return add_for_id(connection, table, {**subject, **value, **run}), True


def observe_count(
    connection: Connection,
    kept: Kept,
    article_id: int,
    count: Count | None,
    *,
    counter: str = VIEWS,
    source: str = "article",
) -> None:
    """One look at an article's counter; `source` is `article` or `listing`. None: not shown."""
    if count is not None:
        subject = {"article_id": article_id, "counter": counter, "source": source}
        observe(connection, series_runs, kept, subject, {"value": count.count})


def observe_weather(
    connection: Connection, kept: Kept, places: tuple[WeatherObservation, ...]
) -> None:
    """One look at the portal's weather block; filled and unfilled are runs apart.

    It stands on nearly every page: what this cycle saw already is not written again.
    """
    if not places:
        return
    portal, cycle_at = kept.visit.target.portal, kept.visit.target.cycle_at
    known = find_all(
        connection,
        weather_runs,
        {"portal": portal, "last_cycle_at": cycle_at, "superseded_at": None},
        ("last_seen_at", "id"),
    )
    newest = {tuple(getattr(run, name) for name in _SUBJECT): run for run in known}
    for weather in places:
        run = newest.get(tuple(getattr(weather, name) for name in _SUBJECT))
        value = {name: getattr(weather, name) for name in _MEASURES}
        if run is None or any(getattr(run, name) != value[name] for name in _MEASURES):
            subject = {name: getattr(weather, name) for name in _SUBJECT}
            observe(connection, weather_runs, kept, {"portal": portal, **subject}, value)


def observe_visitors(connection: Connection, kept: Kept, visitors: Visitors | None) -> None:
    """The portal's counters of visitors, once in a cycle.

    They stand on nearly every page and count the very look: a row per page would say nothing.
    """
    if visitors is None:
        return
    portal, cycle_at = kept.visit.target.portal, kept.visit.target.cycle_at
    here = {"portal": portal, "last_cycle_at": cycle_at, "superseded_at": None}
    if find_first(connection, visitor_runs, here) is None:
        value = {name: getattr(visitors, name) for name in _VISITORS}
        observe(connection, visitor_runs, kept, {"portal": portal}, value)


def observe_polls(connection: Connection, kept: Kept, polls: tuple[Poll, ...]) -> None:
    """One look at each poll of a page. A form without votes is no count: it is a run apart."""
    for poll in polls:
        options = poll_to_json(poll)["options"]
        subject = {
            "portal": kept.visit.target.portal,
            "poll": poll.native_id or fold(poll.question),
            "has_votes": any(option.votes_count is not None for option in poll.options),
        }
        value = {
            "question": poll.question,
            "options": options,
            "total_count": poll.total_count,
            "is_open": poll.is_open,
        }
        observe(connection, poll_runs, kept, subject, value)


def observe_placements(
    connection: Connection, kept: Kept, reading: Reading, article_ids: Mapping[str, int]
) -> None:
    """One look at a listing: what stood where. `article_ids` maps the items' URLs."""
    shown = "\n".join(f"{item.url}\t{item.title}" for item in reading.placements)
    list_hash = hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
    subject = {"portal": kept.visit.target.portal, "url": reading.canonical_url}
    run_id, is_new = observe(connection, placement_runs, kept, subject, {"list_hash": list_hash})
    if is_new:
        rows = [_placement_row(item, run_id, article_ids) for item in reading.placements]
        connection.execute(insert(placements), rows)


def _placement_row(item: Placement, run_id: int, article_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "position": item.position,
        "article_id": article_ids[item.url],
        "url": item.url,
        "title": item.title,
        "summary": item.summary,
        "image_url": item.image_url,
        "published_at": item.published.at if item.published else None,
        "published_precision": item.published.precision.value if item.published else None,
    }
