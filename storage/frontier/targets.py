"""Targets as rows: what was found, what is due, what a visit leaves behind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from core.records import PageKind, Shape, Target
from storage.statements import Prepared, add, change, find_first, insert_for
from storage.tables import frontier, url_counts

PRIORITIES = {
    PageKind.FRONT: 0,
    PageKind.LISTING: 1,
    PageKind.FEED: 1,
    PageKind.SITEMAP: 1,
    PageKind.ARTICLE: 2,
    PageKind.OTHER: 2,
    PageKind.DOCUMENT: 4,
    PageKind.ASSET: 4,
}
KNOWN_PRIORITY = 3  # pages that were read before
BACKLOG_PRIORITY = 5  # what a backfill digs out: news go before it
PRIORITY_COUNT = 6
_LEADING = (PageKind.FRONT, PageKind.LISTING, PageKind.FEED, PageKind.SITEMAP)
_KEPT_PRIORITY = (*_LEADING, PageKind.DOCUMENT, PageKind.ASSET)
_CHUNK = 500  # URLs of one question
_WIDTHS = (8, 32, 128, _CHUNK)  # questions are asked of so many URLs, some of them twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A URL worth visiting and where it was found."""

    url: str
    kind: PageKind
    page_no: int = 1
    key: str | None = None  # politeness key; None: that of the page it was found on
    is_wanted: bool = True  # False: remembered, due only in a backfill
    is_waking: bool = True  # where it is wanted: also if it was remembered before
    is_backlog: bool = False  # behind everything else
    is_pager: bool = False  # the next page of a list, which has an end
    modified_at: datetime | None = None  # what a sitemap says of it
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of findings."""

    new: tuple[Finding, ...] = ()
    woken: tuple[Finding, ...] = ()  # were remembered only, and are to be visited now
    traps: tuple[str, ...] = ()  # reasons of the shapes that reached their limit just now

    @property
    def due_count(self) -> int:
        """How many more are to be visited."""
        return sum(finding.is_wanted for finding in self.new) + len(self.woken)


def add_targets(
    connection: Connection,
    findings: Iterable[Finding],
    *,
    of: Target,
    key: str,
    now: datetime,
) -> Added:
    """Put found URLs into the frontier, due in the cycle they were found in; known ones stay.

    One that was only remembered so far is due now if it is wanted here. A finding whose shape has
    reached its limit is dropped, and the first such drop is told.
    """
    by_url = {finding.url: finding for finding in findings}
    known = _known(connection, of.portal, list(by_url))
    fresh = [finding for url, finding in by_url.items() if url not in known]
    woken = [
        each
        for each in by_url.values()
        if each.is_wanted and each.is_waking and known.get(each.url)
    ]
    for finding in woken:
        _wake(connection, finding, of)
    traps: list[str] = []
    new = [each for each in fresh if _is_within(connection, of.portal, each, traps, now)]
    rows = [_row(finding, of, key, now) for finding in new]
    for chunk in _chunks(rows):
        connection.execute(insert_for(connection, frontier).on_conflict_do_nothing(), list(chunk))
    return Added(new=tuple(new), woken=tuple(woken), traps=tuple(traps))


def _wake(connection: Connection, finding: Finding, of: Target) -> None:
    """A remembered target is wanted: as what it was found now, not as what it was taken for."""
    values = {
        "kind": finding.kind.value,
        "priority": BACKLOG_PRIORITY if finding.is_backlog else PRIORITIES[finding.kind],
        "due_at": of.cycle_at,
        "page_no": finding.page_no,
    }
    change(connection, frontier, {"portal": of.portal, "url": finding.url}, values)


def _row(finding: Finding, of: Target, key: str, now: datetime) -> dict[str, Any]:
    is_later = finding.is_backlog or not finding.is_wanted
    return {
        "portal": of.portal,
        "key": finding.key or key,
        "url": finding.url,
        "kind": finding.kind.value,
        "priority": BACKLOG_PRIORITY if is_later else PRIORITIES[finding.kind],
        "due_at": of.cycle_at if finding.is_wanted else None,
        "page_no": finding.page_no,
        "attempts_count": 0,
        "failures_count": 0,
        "found_at": now,
        "found_on": of.url or None,
    }


def _known(connection: Connection, portal: str, urls: list[str]) -> dict[str, bool]:
    """The URLs that have a row, and whether they are only remembered there."""
    known: dict[str, bool] = {}
    for chunk in _chunks(urls):
        width = next(each for each in _WIDTHS if each >= len(chunk))
        wanted = {f"url_{n}": chunk[min(n, len(chunk) - 1)] for n in range(width)}
        for row in _known_urls(width).rows(connection, wanted | {"at_portal": portal}):
            is_idle = row.due_at is None and row.visited_at is None
            known[row.url] = is_idle and row.set_aside is None
    return known


@cache
def _known_urls(width: int) -> Prepared:
    return Prepared(
        select(
            frontier.c.url, frontier.c.due_at, frontier.c.visited_at, frontier.c.set_aside
        ).where(
            frontier.c.portal == bindparam("at_portal"),
            frontier.c.url.in_([bindparam(f"url_{n}") for n in range(width)]),
        )
    )


def _is_within(
    connection: Connection, portal: str, finding: Finding, traps: list[str], now: datetime
) -> bool:
    """Count the finding under its shapes; False when one of them has had enough."""
    counted = []
    for shape in finding.shapes:
        where = {"portal": portal, "shape": shape.key}
        row = find_first(connection, url_counts, where)
        if row is not None and row.urls_count >= shape.limit:
            if row.reported_at is None:
                change(connection, url_counts, where, {"reported_at": now, "reason": shape.reason})
                traps.append(shape.reason)
            return False
        counted.append((where, row.urls_count + 1 if row is not None else 1))
    for where, urls_count in counted:
        if urls_count == 1:
            add(connection, url_counts, where | {"urls_count": 1})
        else:
            change(connection, url_counts, where, {"urls_count": urls_count})
    return True


def make_due(
    connection: Connection,
    portal: str,
    urls: Iterable[str],
    at: datetime,
    *,
    priority: int | None = None,
) -> None:
    """Let these known URLs be visited in the cycle that started `at`, if they are not already.

    `priority` is theirs from now on; None: the one they have.
    """
    values: dict[str, Any] = {"due_at": at}
    if priority is not None:
        values["priority"] = priority
    connection.execute(
        update(frontier)
        .where(
            frontier.c.portal == portal,
            frontier.c.url.in_(list(urls)),
            frontier.c.set_aside.is_(None),
            or_(frontier.c.due_at.is_(None), frontier.c.due_at > at),
        )
        .values(values)
    )


def refresh(connection: Connection, portal: str, findings: Sequence[Finding], at: datetime) -> int:
    """Let known URLs be visited that changed after our last visit, as a sitemap says; how many."""
    dated = {each.url: each.modified_at for each in findings if each.modified_at is not None}
    count = 0
    for chunk in _chunks(list(dated)):
        query = select(frontier.c.url, frontier.c.visited_at).where(
            frontier.c.portal == portal, frontier.c.url.in_(list(chunk))
        )
        changed = [
            row.url
            for row in connection.execute(query)
            if row.visited_at is not None and row.visited_at < dated[row.url]
        ]
        if changed:
            make_due(connection, portal, changed, at)
        count += len(changed)
    return count


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterVisit:
    """What a recorded visit leaves in its target's row."""

    due_at: datetime | None
    is_failure: bool
    kind: PageKind | None  # what the page turned out to be; None: as expected before
    etag: str | None
    last_modified: str | None
    set_aside: str | None = None  # why it is not to be visited again
    shown_hash: str | None = None  # of a list that was read; None: keep what is there


def settle(connection: Connection, target: Target, after: AfterVisit, now: datetime) -> None:
    """The visit is recorded: say when the target is due again."""
    values: dict[str, Any] = {
        "due_at": after.due_at,
        "attempts_count": 0,
        "failures_count": target.attempts_count if after.is_failure else 0,
        "visited_at": now,
        "visited_cycle_at": target.cycle_at,
        "etag": after.etag,
        "last_modified": after.last_modified,
        "set_aside": after.set_aside,
    }
    if after.shown_hash is not None:
        values["shown_hash"] = after.shown_hash
    if after.kind is not None:
        values["kind"] = after.kind.value
        if after.kind not in _KEPT_PRIORITY:
            values["priority"] = KNOWN_PRIORITY
        elif target.kind not in _KEPT_PRIORITY:  # it leads on: one of those every cycle asks for
            values["priority"] = PRIORITIES[after.kind]
    change(connection, frontier, {"id": target.id}, values)
