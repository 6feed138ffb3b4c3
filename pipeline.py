"""The way of one page: fetch, read, record. The order of the steps, and nothing else.

    fetch    crawler/fetch/       a Visit: captures, or a failure, as values
    read     crawler/read.py      records with quality and provenance
    record   storage/archive.py   bytes, then rows, then the word "kept"

Nothing calls back up. `adopt.py` enters at *read*, with captures out of the WARC of a process that
died before it could write their rows.
"""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from core.config import PortalConfig
from core.records import KeyState, Links, PageKind, Quality, Reading, Target, Visit
from core.text import tidy
from crawler.politeness import Robots, retry_due_at
from crawler.urls import host_of, origin
from crawler.whole import is_risky, read_whole
from follow import PARTS, Met, Path, hosts_named, leads_of
from manners import after, fetch, portal_delay
from portal import Portal
from storage.frontier import begin_attempt
from storage.leads import NO_LEADS, Leads
from storage.presence import GoneRule
from storage.record import Report, VisitRecord

LONG_SITEMAP = 2_000  # lines; judging more of them in one go would keep other portals waiting
log = logging.getLogger("khotin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A visit on its way into the archive."""

    recorded: "Future[Report]"  # its result means that the visit is kept
    state: KeyState  # when the politeness key may be asked next
    family: str | None  # whose rules the page was read by; None when it was not read


async def visit_page(
    portal: Portal, target: Target, robots: Mapping[str, Robots], key: str, state: KeyState
) -> "Visited":
    """One target: fetch, read, hand to the writer."""
    delay_s = portal_delay(portal, robots[origin(target.url)])
    if portal.walk.since is not None and target.kind is PageKind.LISTING:
        target = replace(target, etag=None, last_modified=None)  # a 304 names no next page
    visit = await fetch(portal, target, lambda url: portal.permits(url, target, robots), delay_s)
    state = after(portal, state, visit, delay_s)
    finishing = asyncio.ensure_future(_finish(portal, visit, key, state))
    portal.finishing.add(finishing)
    finishing.add_done_callback(portal.finishing.discard)
    return await asyncio.shield(finishing)


async def _finish(portal: Portal, visit: Visit, key: str, state: KeyState) -> Visited:
    """Read what was fetched and hand it to the writer; who stops the crawl waits for that."""
    target = visit.target
    reading = await read_visit(portal, visit)
    leads = NO_LEADS
    if portal.config.follow:
        await portal.machines.learn(hosts_named(portal.site, visit, reading))
        keys = portal.machines.keys
        path = Path(
            site=portal.site,
            config=portal.config,
            walk=portal.walk,
            keys=keys,
            met=portal.met,
        )
        is_long = reading is not None and len(reading.sitemap) > LONG_SITEMAP
        follow = partial(leads_of, path, visit, reading)
        leads = await asyncio.to_thread(follow) if is_long else follow()
    record = VisitRecord(
        visit=visit,
        reading=reading,
        key=key,
        key_state=state,
        gone_rule=gone_rule(portal.config),
        retry_at=retry_due_at(visit, target.attempts_count, portal.clock.now()),
        leads=leads,
    )
    family = reading.family if reading is not None and reading.layout is not None else None
    recorded = portal.archive.record(record)
    recorded.add_done_callback(lambda done: _note_met(portal.met, leads, done))
    return Visited(recorded=recorded, state=state, family=family)


def _note_met(met: Met, leads: Leads, done: "Future[Report]") -> None:
    if done.exception() is None and done.result().quality is not Quality.UNSTORABLE:
        met.note(finding.url for finding in leads.targets if finding.is_wanted)


async def read_visit(portal: Portal, visit: Visit) -> Reading | None:
    """Read the capture that ended a visit; what may end a process counts as an attempt first."""
    last = visit.last
    if last is None or visit.failure is not None or last.status == 304:
        return None
    if visit.target.kind is PageKind.ROBOTS:
        return None
    if is_risky(last) and visit.target.id:
        job = portal.archive.run(lambda connection: begin_attempt(connection, visit.target.id))
        await asyncio.wrap_future(job)
    reading = await read_whole(last, portal.site, visit.target.kind)
    is_outside = host_of(last.url) not in portal.site.hosts
    if visit.target.kind is PageKind.ASSET or (is_outside and visit.target.kind in PARTS):
        return as_part(reading, visit.target.kind)
    return reading


def as_part(reading: Reading, kind: PageKind) -> Reading:
    """What of a reading counts where a part of a page was asked for: never an article."""
    return replace(
        reading,
        kind=kind,
        article=None,
        view_count=None,
        comment_count=None,
        weather=(),
        polls=(),
        visitors=None,
        link_blocks=(),
        placements=(),
        sitemap=(),
        links=Links(),
    )


def gone_rule(config: PortalConfig) -> GoneRule:
    """When an article of this portal counts as gone."""
    return GoneRule(checks=config.gone_checks, apart=config.gone_apart)


def log_line(report: Report) -> str:
    """What happened to one page, as one line; page text cannot break it."""
    parts = [report.portal, report.outcome]
    if report.quality is not None and report.quality is not Quality.OK:
        parts.append(report.quality.value)
    if report.kind is not None:
        parts.append(report.kind.value)
    parts += [f"+{change}" for change in report.changes]
    parts.append(f"{report.payload_bytes} B")
    return tidy(" ".join([*parts, report.url]))
