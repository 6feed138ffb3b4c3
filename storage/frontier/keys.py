"""Politeness keys as rows: their pace, why they wait, who holds their lease."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, update

from core.records import KeyState
from storage.statements import Prepared, change, find_first, insert_for
from storage.tables import frontier, politeness_keys


def add_key(connection: Connection, key: str, delay_s: float, now: datetime) -> None:
    """Make sure the politeness key has a row; `delay_s` is kept between two requests."""
    row = {"key": key, "next_slot_at": now, "delay_s": delay_s, "refusals_count": 0, "reason": ""}
    connection.execute(
        insert_for(connection, politeness_keys)
        .values(row)
        .on_conflict_do_update(index_elements=["key"], set_={"delay_s": delay_s})
    )


def move_to_key(connection: Connection, portal: str, host_url: str, key: str) -> None:
    """A host that has another address now is paced under that one, its known URLs too.

    `host_url` is scheme and host, as in `https://sontay.hanoi.gov.vn`.
    """
    of_host = (
        frontier.c.portal == portal,
        frontier.c.url >= f"{host_url}/",
        frontier.c.url < f"{host_url}0",  # the sign after `/`
    )
    for other in keys_of(connection, portal):
        if other != key:
            connection.execute(
                update(frontier).where(*of_host, frontier.c.key == other).values(key=key)
            )


def key_of(connection: Connection, portal: str) -> str | None:
    """The politeness key the portal was asked under last; None when it never was."""
    row = find_first(connection, frontier, {"portal": portal}, ("priority", "due_at"))
    return None if row is None else row.key


def keys_of(connection: Connection, portal: str) -> list[str]:
    """The keys the portal has targets under: one step through the index for each."""
    return [row.key for row in _distinct_keys().rows(connection, {"at_portal": portal})]


@cache
def _distinct_keys() -> Prepared:
    of_portal = frontier.c.portal == bindparam("at_portal")
    first = select(func.min(frontier.c.key).label("key")).where(of_portal)
    found = first.cte("found", recursive=True)
    following = (
        select(func.min(frontier.c.key))
        .where(of_portal, frontier.c.key > found.c.key)
        .scalar_subquery()
    )
    found = found.union_all(select(following).where(found.c.key.is_not(None)))
    return Prepared(select(found.c.key).where(found.c.key.is_not(None)))


def state_of(connection: Connection, key: str) -> KeyState | None:
    """When the key may be asked next, and why not sooner; None for one that has no row."""
    row = find_first(connection, politeness_keys, {"key": key})
    if row is None:
        return None
    return KeyState(
        next_slot_at=row.next_slot_at,
        blocked_until=row.blocked_until,
        refusals_count=row.refusals_count,
        answered_at=row.answered_at,
        asked_at=row.asked_at,
        reason=row.reason,
    )


def save_key(connection: Connection, key: str, state: KeyState) -> None:
    """Write back when the key may be asked next, and why."""
    values = {
        "next_slot_at": state.next_slot_at,
        "blocked_until": state.blocked_until,
        "refusals_count": state.refusals_count,
        "answered_at": state.answered_at,
        "asked_at": state.asked_at,
        "reason": state.reason,
    }
    change(connection, politeness_keys, {"key": key}, values)


def release(connection: Connection, owners: Iterable[str]) -> None:
    """Give back the keys these owners hold, and their place in the queue: they are done, or dead.

    An owner is `process` or `process/portal`; a process stands for all its portals.
    """
    keys = politeness_keys.c
    for owner in owners:
        for held, values in (
            (keys.lease_owner, {"lease_owner": None, "lease_until": None}),
            (keys.wanted_by, {"wanted_by": None, "wanted_at": None}),
        ):
            connection.execute(update(politeness_keys).where(_is_of(held, owner)).values(values))


def pause_keys(connection: Connection, owner: str, now: datetime) -> None:
    """The keys this owner holds may have a request in flight that nobody waits for any more."""
    held = select(politeness_keys).where(_is_of(politeness_keys.c.lease_owner, owner))
    for row in connection.execute(held).all():
        slot_at = max(row.next_slot_at, now + timedelta(seconds=row.delay_s))
        change(connection, politeness_keys, {"key": row.key}, {"next_slot_at": slot_at})


def _is_of(held: ColumnElement[str | None], owner: str) -> ColumnElement[bool]:
    """Held by this owner; a process stands for all its portals."""
    return or_(held == owner, held.startswith(f"{owner}/", autoescape=True))
