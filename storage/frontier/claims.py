"""A claim: a slice of what one politeness key has due, under the key's lease.

Each look is a seek in an index, whatever the number of rows: one per priority, so that rows which
are not due stand in nobody's way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    literal_column,
    not_,
    or_,
    select,
    union_all,
    update,
)

from core.records import KeyState, PageKind, Target
from storage.frontier.keys import keys_of, state_of
from storage.frontier.targets import BACKLOG_PRIORITY, PRIORITY_COUNT
from storage.statements import Prepared, Row, change, find_first
from storage.tables import frontier, politeness_keys

SLICE = 50  # rows of one claim
KEY_LEASE = timedelta(hours=1)
WANTED_LIFE = timedelta(seconds=20)  # who wants a key asks for it more often
MAX_ORIGINS = 200  # of one key, passed over by name; SQLite's conditions may be no longer
MAX_ENDED_PROCESSES = 2  # attempts without a recorded visit before a target is set aside

_COLUMNS = tuple(
    frontier.c[name]
    for name in (
        "id", "portal", "url", "kind", "priority", "due_at", "page_no",
        "attempts_count", "failures_count", "etag", "last_modified",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Targets of one key, ours to visit until `lease_until`."""

    key: str
    state: KeyState
    targets: tuple[Target, ...]
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something is due, but no key that it is due under may be asked before `until`."""

    until: datetime
    reason: str
    is_leased: bool = False  # another cycle or process holds the key; it may end any time


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """What a claim leaves alone though it is due."""

    origins: frozenset[tuple[str, str]] = frozenset()  # key and origin without a robots.txt
    has_backlog: bool = False  # a backfill waits until the next cycle's news were asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Nothing of this portal is due in this cycle."""


PASSED_OVER = PassedOver()  # nothing


def claim(
    connection: Connection,
    portal: str,
    *,
    owner: str,
    cycle_at: datetime,
    now: datetime,
    but: PassedOver = PASSED_OVER,
) -> Slice | Wait | Done:
    """Take a slice of what the portal has due in this cycle: front, listings, new, known, backlog.

    The key is leased to `owner` alone; of several the one whose first target comes first, and those
    that may not be asked now keep nobody waiting. A target whose attempts ended
    `MAX_ENDED_PROCESSES` times without a recorded visit is set aside with a reason.
    """
    wanted = {"at_portal": portal, "at_cycle": cycle_at}
    waits: list[Wait] = []
    due = [
        (rows[0].priority, rows[0].due_at, key, rows)
        for key in keys_of(connection, portal)
        if (rows := _due(connection, wanted | {"at_key": key}, but))
    ]
    for _, _, key, rows in sorted(due, key=lambda each: each[:3]):
        state = take_key(connection, key, owner, now)
        if isinstance(state, Wait):
            waits.append(state)
            continue
        taken = _set_aside(connection, rows)
        return Slice(
            key=key,
            state=state,
            targets=tuple(_target(row, cycle_at) for row in taken),
            lease_until=now + KEY_LEASE,
        )
    return min(waits, key=lambda wait: (not wait.is_leased, wait.until)) if waits else Done()


def begin_attempt(connection: Connection, target_id: int) -> None:
    """Count an attempt before a page is read that may end the process."""
    connection.execute(
        update(frontier)
        .where(frontier.c.id == target_id)
        .values(attempts_count=frontier.c.attempts_count + 1)
    )


def _due(connection: Connection, wanted: dict[str, Any], but: PassedOver) -> list[Row]:
    """The first of what a key has due, in order."""
    origins = sorted(origin for key, origin in but.origins if key == wanted["at_key"])
    if len(origins) > MAX_ORIGINS:
        return []  # one machine with hundreds of dead hosts: the next cycle looks again
    bounds = {f"from_{n}": f"{origin}/" for n, origin in enumerate(origins)}
    bounds |= {f"to_{n}": f"{origin}0" for n, origin in enumerate(origins)}
    statement = _due_statement(len(origins), but.has_backlog)
    rows = statement.rows(connection, wanted | bounds)
    return sorted(rows, key=lambda row: (row.priority, row.due_at, row.id))[:SLICE]


@cache
def _due_statement(origins_count: int, is_without_backlog: bool) -> Prepared:
    last = BACKLOG_PRIORITY if is_without_backlog else PRIORITY_COUNT
    return Prepared(union_all(*_arms(range(last), origins_count)))


def _arms(priorities: range, origins_count: int) -> Iterator[Any]:
    passed_over = [
        not_(
            and_(
                frontier.c.url >= bindparam(f"from_{n}"),
                frontier.c.url < bindparam(f"to_{n}"),
            )
        )
        for n in range(origins_count)
    ]
    for priority in priorities:
        arm = (
            select(*_COLUMNS)
            .where(
                frontier.c.portal == bindparam("at_portal"),
                frontier.c.key == bindparam("at_key"),
                frontier.c.priority == literal_column(str(priority)),
                frontier.c.due_at <= bindparam("at_cycle", type_=frontier.c.due_at.type),
                or_(
                    frontier.c.visited_cycle_at.is_(None),
                    frontier.c.visited_cycle_at
                    < bindparam("at_cycle", type_=frontier.c.due_at.type),
                ),
                *passed_over,
            )
            .order_by(frontier.c.due_at, frontier.c.id)
            .limit(SLICE)
        )
        yield select(arm.subquery())


def take_key(connection: Connection, key: str, owner: str, now: datetime) -> KeyState | Wait:
    """The key for this owner. Who had to wait for it is next: nobody takes it twice in a row."""
    row = find_first(connection, politeness_keys, {"key": key})
    assert row is not None
    is_free = row.lease_owner in (None, owner) or row.lease_until <= now
    is_wanted = row.wanted_by is not None and now - row.wanted_at < WANTED_LIFE
    if not is_free or (is_wanted and row.wanted_by != owner):
        if not is_wanted or row.wanted_by == owner:
            change(
                connection, politeness_keys, {"key": key}, {"wanted_by": owner, "wanted_at": now}
            )
        return Wait(
            until=now + WANTED_LIFE if is_free else row.lease_until,
            reason="another crawl asks the same machine; they take turns",
            is_leased=True,
        )
    if row.blocked_until is not None and row.blocked_until > now:
        return Wait(until=row.blocked_until, reason=row.reason or "blocked")
    lease = {"lease_owner": owner, "lease_until": now + KEY_LEASE}
    change(
        connection, politeness_keys, {"key": key}, lease | {"wanted_by": None, "wanted_at": None}
    )
    state = state_of(connection, key)
    assert state is not None
    return state


def _set_aside(connection: Connection, rows: list[Row]) -> list[Row]:
    """Put away what ended the process too often; the others."""
    aside = [row.id for row in rows if row.attempts_count >= MAX_ENDED_PROCESSES]
    if aside:
        connection.execute(
            update(frontier)
            .where(frontier.c.id.in_(aside))
            .values(set_aside="reading it ended the process twice", due_at=None)
        )
    return [row for row in rows if row.id not in aside]


def _target(row: Any, cycle_at: datetime) -> Target:
    return Target(
        id=row.id,
        portal=row.portal,
        url=row.url,
        kind=PageKind(row.kind),
        cycle_at=cycle_at,
        page_no=row.page_no,
        attempts_count=row.failures_count + 1,
        etag=row.etag,
        last_modified=row.last_modified,
        is_backlog=row.priority == BACKLOG_PRIORITY,
    )
