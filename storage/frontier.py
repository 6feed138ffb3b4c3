"""What is due, under which politeness key, under whose lease.

A claim takes a slice of one key: the key's lease says who may ask now, the rows' leases say what.
Everything is a row, so a restart forgets nothing. Age classes say when a known article is due
again; pure where no connection is given.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.records import KeyState, PageKind, Target
from storage.statements import change, find_first
from storage.tables import frontier, politeness_keys, portals

PRIORITIES = {PageKind.FRONT: 0, PageKind.LISTING: 1, PageKind.ARTICLE: 2, PageKind.OTHER: 2}
KNOWN_PRIORITY = 3  # pages that were read before
SLICE = 50  # rows of one claim
KEY_LEASE = timedelta(hours=1)
MAX_ENDED_PROCESSES = 2  # claims without a recorded visit before a target is set aside

# Age of an article → how long until it is due again (design §4). Younger than a day: every cycle.
AGE_CLASSES = (
    (timedelta(days=1), timedelta(0)),
    (timedelta(days=7), timedelta(days=1)),
    (timedelta(days=30), timedelta(days=7)),
)
OLDEST_CLASS = timedelta(days=30)

_KNOWN_URLS = select(frontier.c.url).where(
    frontier.c.portal == bindparam("at_portal"),
    frontier.c.url.in_(bindparam("at_urls", expanding=True)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Targets of one key, ours to visit until `lease_until`."""

    key: str
    state: KeyState
    targets: tuple[Target, ...]
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something is due, but its key may not be asked before `until`."""

    until: datetime
    reason: str
    is_leased: bool = False  # another cycle or process holds the key; it may end any time


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Nothing of this portal is due in this cycle."""


def due_again(age: timedelta, at: datetime) -> datetime:
    """When an article of that age, visited `at`, is due again."""
    for limit, wait in AGE_CLASSES:
        if age < limit:
            return at + wait
    return at + OLDEST_CLASS


# --- rows ----------------------------------------------------------------------------------------


def insert_for(connection: Connection, table: Any) -> Any:
    """An `INSERT` that knows `ON CONFLICT`, for this connection's engine."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def add_key(connection: Connection, key: str, delay_s: float, now: datetime) -> None:
    """Make sure the politeness key has a row; `delay_s` is kept between two requests."""
    row = {"key": key, "next_slot_at": now, "delay_s": delay_s, "refusals_count": 0, "reason": ""}
    connection.execute(
        insert_for(connection, politeness_keys)
        .values(row)
        .on_conflict_do_update(index_elements=["key"], set_={"delay_s": delay_s})
    )


def move_to_key(connection: Connection, portal: str, key: str) -> None:
    """A portal that has another address now is paced under that one, its known URLs too."""
    if key_of(connection, portal) in (None, key):
        return
    connection.execute(
        update(frontier).where(frontier.c.portal == portal, frontier.c.key != key).values(key=key)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A URL worth visiting and where it was found."""

    url: str
    kind: PageKind
    page_no: int = 1


def add_targets(
    connection: Connection,
    findings: Iterable[Finding],
    *,
    of: Target,
    key: str,
    now: datetime,
) -> int:
    """Put found URLs into the frontier, due in the cycle they were found in; known ones stay.

    Returns how many were new.
    """
    by_url = {finding.url: finding for finding in findings}
    if not by_url:
        return 0
    wanted = {"at_portal": of.portal, "at_urls": list(by_url)}
    known = set(connection.execute(_KNOWN_URLS, wanted).scalars())
    rows = [
        {
            "portal": of.portal,
            "key": key,
            "url": finding.url,
            "kind": finding.kind.value,
            "priority": PRIORITIES[finding.kind],
            "due_at": of.cycle_at,
            "page_no": finding.page_no,
            "attempts_count": 0,
            "failures_count": 0,
            "found_at": now,
            "found_on": of.url or None,
        }
        for finding in by_url.values()
        if finding.url not in known
    ]
    if rows:
        connection.execute(insert_for(connection, frontier).on_conflict_do_nothing(), rows)
    return len(rows)


def make_due(connection: Connection, portal: str, urls: Iterable[str], at: datetime) -> None:
    """Let these known URLs be visited in the cycle that started `at`, if they are not already."""
    connection.execute(
        update(frontier)
        .where(
            frontier.c.portal == portal,
            frontier.c.url.in_(list(urls)),
            frontier.c.set_aside.is_(None),
            or_(frontier.c.due_at.is_(None), frontier.c.due_at > at),
        )
        .values(due_at=at)
    )


def start_cycle(connection: Connection, portal: str, at: datetime, *, is_all: bool) -> None:
    """Make front page and listings due; with `is_all` every known URL that was not set aside."""
    listed = (PageKind.FRONT.value, PageKind.LISTING.value)
    which = [frontier.c.portal == portal, frontier.c.set_aside.is_(None)]
    if not is_all:
        which += [frontier.c.kind.in_(listed), frontier.c.page_no == 1]
    connection.execute(update(frontier).where(*which).values(due_at=at))
    connection.execute(update(portals).where(portals.c.id == portal).values(cycle_started_at=at))


def end_cycle(connection: Connection, portal: str, at: datetime) -> None:
    """Note that the portal's cycle came to its end."""
    connection.execute(update(portals).where(portals.c.id == portal).values(cycle_ended_at=at))


# --- claims --------------------------------------------------------------------------------------


def claim(
    connection: Connection, portal: str, *, owner: str, cycle_at: datetime, now: datetime
) -> Slice | Wait | Done:
    """Take a slice of what the portal has due in this cycle: front, listings, new, known.

    The key is leased to `owner` alone. A target whose claims ended `MAX_ENDED_PROCESSES` times
    without a recorded visit is set aside with a reason.
    """
    first = connection.execute(_due(portal, cycle_at).limit(1)).first()
    if first is None:
        return Done()
    state = _lease_key(connection, first.key, owner, now)
    if isinstance(state, Wait):
        return state
    rows = connection.execute(
        _due(portal, cycle_at)
        .where(
            frontier.c.key == first.key,
            or_(frontier.c.lease_until.is_(None), frontier.c.lease_until <= now),
        )
        .limit(SLICE)
    ).all()
    lease_until = now + KEY_LEASE
    aside = [row.id for row in rows if row.attempts_count >= MAX_ENDED_PROCESSES]
    if aside:
        connection.execute(
            update(frontier)
            .where(frontier.c.id.in_(aside))
            .values(set_aside="reading it ended the process twice", due_at=None)
        )
    taken = [row for row in rows if row.id not in aside]
    connection.execute(
        update(frontier)
        .where(frontier.c.id.in_([row.id for row in taken]))
        .values(lease_owner=owner, lease_until=lease_until)
    )
    targets = tuple(_target(row, cycle_at) for row in taken)
    return Slice(key=first.key, state=state, targets=targets, lease_until=lease_until)


def begin_attempt(connection: Connection, target_id: int) -> None:
    """Count an attempt before a page is read that may end the process."""
    connection.execute(
        update(frontier)
        .where(frontier.c.id == target_id)
        .values(attempts_count=frontier.c.attempts_count + 1)
    )


def _due(portal: str, cycle_at: datetime) -> Any:
    return (
        select(frontier)
        .where(
            frontier.c.portal == portal,
            frontier.c.due_at <= cycle_at,
            frontier.c.set_aside.is_(None),
            or_(
                frontier.c.visited_cycle_at.is_(None),
                frontier.c.visited_cycle_at < cycle_at,
            ),
        )
        .order_by(frontier.c.priority, frontier.c.due_at, frontier.c.id)
    )


def _lease_key(connection: Connection, key: str, owner: str, now: datetime) -> KeyState | Wait:
    keys = politeness_keys.c
    row = connection.execute(select(politeness_keys).where(keys.key == key)).one()
    is_free = row.lease_owner in (None, owner) or row.lease_until <= now
    if not is_free:
        return Wait(
            until=row.lease_until,
            reason="another crawl asks the same machine; this one goes on after it",
            is_leased=True,
        )
    if row.blocked_until is not None and row.blocked_until > now:
        return Wait(until=row.blocked_until, reason=row.reason or "blocked")
    connection.execute(
        update(politeness_keys)
        .where(keys.key == key)
        .values(lease_owner=owner, lease_until=now + KEY_LEASE)
    )
    return KeyState(
        next_slot_at=row.next_slot_at,
        blocked_until=row.blocked_until,
        refusals_count=row.refusals_count,
        answered_at=row.answered_at,
        reason=row.reason,
    )


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
    )


def release(connection: Connection, owners: Iterable[str]) -> None:
    """Give back whatever these owners hold: they are done, or dead.

    An owner is `process` or `process/portal`; a process stands for all its portals.
    """
    for owner in owners:
        for table in (frontier, politeness_keys):
            connection.execute(
                update(table).where(_is_of(table, owner)).values(lease_owner=None, lease_until=None)
            )


def save_key(connection: Connection, key: str, state: KeyState) -> None:
    """Write back when the key may be asked next, and why."""
    values = {
        "next_slot_at": state.next_slot_at,
        "blocked_until": state.blocked_until,
        "refusals_count": state.refusals_count,
        "answered_at": state.answered_at,
        "reason": state.reason,
    }
    change(connection, politeness_keys, {"key": key}, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterVisit:
    """What a recorded visit leaves in its target's row."""

    due_at: datetime | None
    is_failure: bool
    kind: PageKind | None  # what the page turned out to be; None: as expected before
    etag: str | None
    last_modified: str | None


def settle(connection: Connection, target: Target, after: AfterVisit, now: datetime) -> None:
    """The visit is recorded: free the target and say when it is due again."""
    values: dict[str, Any] = {
        "due_at": after.due_at,
        "attempts_count": 0,
        "failures_count": target.attempts_count if after.is_failure else 0,
        "lease_owner": None,
        "lease_until": None,
        "visited_at": now,
        "visited_cycle_at": target.cycle_at,
        "etag": after.etag,
        "last_modified": after.last_modified,
    }
    if after.kind is not None:
        values["kind"] = after.kind.value
        if after.kind not in (PageKind.FRONT, PageKind.LISTING):
            values["priority"] = KNOWN_PRIORITY
    change(connection, frontier, {"id": target.id}, values)


def postpone_origin(connection: Connection, portal: str, origin: str, until: datetime) -> None:
    """Nothing of this origin is due before `until`: its robots.txt cannot be had."""
    connection.execute(
        update(frontier)
        .where(
            frontier.c.portal == portal,
            frontier.c.url.startswith(f"{origin}/", autoescape=True),
            frontier.c.due_at < until,
        )
        .values(due_at=until)
    )


def pause_keys(connection: Connection, owner: str, now: datetime) -> None:
    """The keys this owner holds may have a request in flight that nobody waits for any more."""
    for row in connection.execute(select(politeness_keys).where(_is_of(politeness_keys, owner))):
        slot_at = max(row.next_slot_at, now + timedelta(seconds=row.delay_s))
        change(connection, politeness_keys, {"key": row.key}, {"next_slot_at": slot_at})


def _is_of(table: Table, owner: str) -> ColumnElement[bool]:
    """Held by this owner; a process stands for all its portals."""
    held = table.c.lease_owner
    return or_(held == owner, held.startswith(f"{owner}/", autoescape=True))


def key_of(connection: Connection, portal: str) -> str | None:
    """The politeness key the portal was asked under last; None when it never was."""
    row = find_first(connection, frontier, {"portal": portal}, ("priority", "due_at"))
    return None if row is None else row.key


def due_count(connection: Connection, portal: str, cycle_at: datetime) -> int:
    """How many targets of the portal this cycle still has to visit."""
    due = _due(portal, cycle_at).order_by(None).subquery()
    return connection.execute(select(func.count()).select_from(due)).scalar_one()
