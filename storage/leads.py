"""Found links become rows: what a visit leads to, put into the frontier.

Runs in the writer's transaction, so that a link is a row before the page that named it is
acknowledged.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from core.records import PageKind, Target
from storage import frontier
from storage.frontier import Added, Finding
from storage.keep import Kept
from storage.statements import find_first
from storage.tables import frontier as targets
from storage.tables import portals


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Where a visit leads: targets to put into the frontier."""

    targets: tuple[Finding, ...] = ()
    next: Finding | None = None  # next page of a listing, asked for while it brings news
    since: datetime | None = None  # a walk began then: a next page not visited since is asked for
    sitemap: tuple[Finding, ...] = ()  # lines of a sitemap
    shown_hash: str | None = None  # of what a list shows, "" for nothing; None: it is no list


NO_LEADS = Leads()


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of a visit's leads."""

    due_count: int = 0
    traps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


def follow(
    connection: Connection, kept: Kept, leads: Leads, *, key: str, has_news: bool
) -> Followed:
    """Put the leads of a visit into the frontier; a listing goes on while it brings news."""
    of = kept.visit.target
    lines = _as_read_before(connection, of, leads.sitemap)
    findings = [*leads.targets, *lines]
    following = leads.next
    if following is not None and _is_past_its_end(connection, of, leads.shown_hash):
        following = None
    if following is not None:
        findings.append(following)
    if not findings:
        return Followed()
    added = frontier.add_targets(connection, findings, of=of, key=key, now=kept.now)
    if following is not None and following not in (*added.new, *added.woken):
        _go_on(connection, of, leads, following, has_news=has_news)
    if lines:
        frontier.refresh(connection, of.portal, lines, of.cycle_at)
        undated = [each for each in lines if each.kind is PageKind.SITEMAP and each.is_wanted]
        urls = [each.url for each in undated if each.modified_at is None]
        frontier.make_due(connection, of.portal, urls, of.cycle_at)
    return Followed(
        due_count=added.due_count, traps=added.traps, sections=_sections(connection, of, added)
    )


def _as_read_before(
    connection: Connection, of: Target, lines: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """What a sitemap did not name the last time is new, whatever date it carries."""
    if not lines:
        return ()
    row = find_first(connection, targets, {"id": of.id})
    if row is None or row.shown_hash is None:
        return lines
    return tuple(
        line
        if line.kind is PageKind.SITEMAP or line.is_wanted
        else replace(line, is_wanted=True, is_waking=False)  # what was remembered was there before
        for line in lines
    )


def _is_past_its_end(connection: Connection, of: Target, shown_hash: str | None) -> bool:
    """Whether a pager leads nowhere: a page shows nothing, or what the page that named it shows."""
    if of.page_no == 1:
        return False
    if not shown_hash:
        return True
    row = find_first(connection, targets, {"id": of.id})
    if row is None or row.found_on is None:
        return False
    before = find_first(connection, targets, {"portal": of.portal, "url": row.found_on})
    return before is not None and before.shown_hash == shown_hash


def _go_on(
    connection: Connection, of: Target, leads: Leads, following: Finding, *, has_news: bool
) -> None:
    """Ask a known next page again: for news at once, on a walk behind everything else."""
    if not following.is_wanted:
        return
    at = of.cycle_at
    if has_news:
        priority = frontier.PRIORITIES[PageKind.LISTING]
        frontier.make_due(connection, of.portal, [following.url], at, priority=priority)
        return
    row = find_first(connection, targets, {"portal": of.portal, "url": following.url})
    if leads.since is None or row is None or (row.visited_at and row.visited_at >= leads.since):
        return
    priority = frontier.BACKLOG_PRIORITY
    frontier.make_due(connection, of.portal, [following.url], at, priority=priority)


def _sections(connection: Connection, of: Target, added: Added) -> tuple[str, ...]:
    """New listings of a portal that is known already."""
    new = [each.url for each in added.new if each.kind is PageKind.LISTING and each.page_no == 1]
    if not new or of.kind not in (PageKind.FRONT, PageKind.LISTING):
        return ()
    first_seen = select(portals.c.first_seen_at).where(portals.c.id == of.portal)
    is_first_cycle = connection.execute(first_seen).scalar_one() >= of.cycle_at
    return () if is_first_cycle else tuple(new)
