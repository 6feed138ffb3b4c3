"""A portal's cycles: what becomes due when one begins, and when a known article is due again.

Age classes say how long an article may wait; pure where no connection is given.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, update

from core.records import PageKind
from storage.frontier.keys import keys_of
from storage.frontier.targets import PRIORITIES, PRIORITY_COUNT
from storage.statements import change, find_first
from storage.tables import frontier, portals, visits

# Age of an article → how long until it is due again (design §4). Younger than a day: every cycle.
AGE_CLASSES = (
    (timedelta(days=1), timedelta(0)),
    (timedelta(days=7), timedelta(days=1)),
    (timedelta(days=30), timedelta(days=7)),
)
OLDEST_CLASS = timedelta(days=30)
COUNTED_AT_MOST = 100_000  # of what is due; counting a million would take longer than a claim
_EVERY_CYCLE = (PageKind.FRONT.value, PageKind.LISTING.value, PageKind.FEED.value)
_EVERY_CYCLE_PRIORITIES = (PRIORITIES[PageKind.FRONT], PRIORITIES[PageKind.LISTING])


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far this cycle follows listings."""

    deep_at: datetime | None = None  # to the usual depth, news or not; since when
    backfill_at: datetime | None = None  # to the end; since when

    @property
    def since(self) -> datetime | None:
        """A listing's page that was not visited since then is asked for again."""
        return max((at for at in (self.deep_at, self.backfill_at) if at is not None), default=None)


def due_again(age: timedelta, at: datetime) -> datetime:
    """When an article of that age, visited `at`, is due again."""
    for limit, wait in AGE_CLASSES:
        if age < limit:
            return at + wait
    return at + OLDEST_CLASS


def start_cycle(
    connection: Connection,
    portal: str,
    at: datetime,
    *,
    is_all: bool = False,
    is_backfill: bool = False,
    deep_every: timedelta | None = None,
) -> Walk:
    """Make front page, listings and feeds due; with `is_all` every known URL not set aside.

    A backfill makes due what was only remembered so far. Every `deep_every` listings are walked to
    the usual depth, and what was retired is tried once more. Both last until `end_walk`, over as
    many cycles as they need.
    """
    of_portal = frontier.c.portal == portal
    row = find_first(connection, portals, {"id": portal})
    assert row is not None
    is_over = row.walked_at is None or (deep_every and at - row.walked_at >= deep_every)
    is_begun = deep_every is not None and row.walk_at is None and is_over
    if is_begun and row.walked_at is not None:
        retired = (of_portal, frontier.c.set_aside.startswith("retired", autoescape=True))
        connection.execute(update(frontier).where(*retired).values(set_aside=None, due_at=at))
    which = [of_portal, frontier.c.set_aside.is_(None)]
    if is_all:
        which.append(frontier.c.kind != PageKind.ASSET.value)
        which.append(or_(frontier.c.visited_at.is_not(None), frontier.c.due_at.is_not(None)))
    else:
        which.append(frontier.c.priority.in_(_EVERY_CYCLE_PRIORITIES))
        which.append(frontier.c.key.in_(keys_of(connection, portal)))  # seeks, no scan
        which += [frontier.c.kind.in_(_EVERY_CYCLE), frontier.c.page_no == 1]
    connection.execute(update(frontier).where(*which).values(due_at=at))
    values = {"cycle_started_at": at}
    if is_begun:
        values["walk_at"] = at
    if is_backfill and row.backfill_at is None:
        values["backfill_at"] = at
    change(connection, portals, {"id": portal}, values)
    if is_backfill:
        remembered = (
            of_portal,
            frontier.c.due_at.is_(None),
            frontier.c.visited_at.is_(None),
            frontier.c.set_aside.is_(None),
        )
        connection.execute(update(frontier).where(*remembered).values(due_at=at))
    return Walk(
        deep_at=row.walk_at or (at if is_begun else None),
        backfill_at=row.backfill_at or (at if is_backfill else None),
    )


def end_cycle(connection: Connection, portal: str, at: datetime) -> None:
    """Note that the portal's cycle came to its end."""
    change(connection, portals, {"id": portal}, {"cycle_ended_at": at})


def note_wait(
    connection: Connection, portal: str, until: datetime | None, reason: str | None
) -> None:
    """Why the portal's cycle does not go on, and until when; None: it does."""
    change(connection, portals, {"id": portal}, {"waits_until": until, "waits_reason": reason})


def end_walk(connection: Connection, portal: str, walk: Walk) -> None:
    """Nothing is left of what the cycle walked for."""
    values: dict[str, datetime | None] = {"backfill_at": None, "walk_at": None}
    if walk.deep_at is not None:
        values["walked_at"] = walk.deep_at
    change(connection, portals, {"id": portal}, values)


def due_count(connection: Connection, portal: str, cycle_at: datetime) -> int:
    """How many targets of the portal this cycle has to visit, counted up to `COUNTED_AT_MOST`."""
    due = (
        select(frontier.c.id)
        .where(
            frontier.c.portal == portal,
            frontier.c.key.in_(keys_of(connection, portal)),  # with the priorities: seeks, no scan
            frontier.c.priority.in_(range(PRIORITY_COUNT)),
            frontier.c.due_at <= cycle_at,
        )
        .limit(COUNTED_AT_MOST)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(due)).scalar_one()


def requests_count(connection: Connection, portal: str, since: datetime) -> int:
    """How many requests the portal was sent since that instant."""
    sent = select(func.coalesce(func.sum(visits.c.requests_count), 0)).where(
        visits.c.portal == portal, visits.c.started_at >= since
    )
    return int(connection.execute(sent).scalar_one())
