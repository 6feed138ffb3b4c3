"""The way of one page: fetch, read, record. The order of the steps, and nothing else.

    fetch    crawler/fetch.py     a Visit: captures, or a failure, as values
    read     crawler/read.py      records with quality and provenance
    record   storage/archive.py   bytes, then rows, then the word "kept"

Nothing calls back up. `adopt.py` enters at *read*, with captures out of the WARC of a process that
died before it could write their rows.
"""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.config import AUTO, Config, PortalConfig
from core.records import KeyState, PageKind, Quality, Reading, Target, Visit
from core.text import tidy
from crawler.custom import family_of
from crawler.fetch import Fetcher, FetchSettings
from crawler.isolate import LARGE_BYTES, read_apart
from crawler.layout import Site
from crawler.politeness import Robots, after_answer, delay_of, retry_due_at
from crawler.portals import FAMILIES, GENERIC
from crawler.read import header, read
from crawler.urls import canonical, host_of, origin, page_url, refusal
from storage.archive import Archive
from storage.decide import Report, VisitRecord
from storage.frontier import begin_attempt
from storage.presence import GoneRule
from storage.robots import robots_of, save_robots

PRODUCT = "Khotin"  # the token robots.txt files know us by

log = logging.getLogger("khotin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """One portal with what its visits need."""

    id: str
    config: PortalConfig
    site: Site
    fetcher: Fetcher
    archive: Archive
    clock: Clock

    def permits(self, url: str, asked: str, robots: Mapping[str, Robots]) -> str:
        """Why the URL may not be asked for on a visit to `asked`; "" when it may.

        `robots` has the rules of the origins that were read; http and https of one host share
        theirs. Where they are not known a redirect ends: it becomes a target of its own.
        """
        form = page_url(url, self.site.home, self.site)
        if form is None:
            return "not a page of the web"
        rules = robots.get(origin(url))
        if rules is None and host_of(url) == host_of(asked):
            rules = robots.get(origin(asked))
        if rules is None:
            return "its robots.txt was not read yet"
        return refusal(form, self.site) or ("" if rules.allows(url) else "robots.txt forbids it")

    def leads_to(self, visit: Visit) -> str | None:
        """Where a redirect leads that was not followed, when it may be asked for by itself."""
        last = visit.last
        if last is None or not 300 <= last.status < 400 or last.status == 304:
            return None
        url = page_url(header(last, b"location") or "", last.url, self.site)
        if url is None or url == visit.target.url or refusal(url, self.site):
            return None
        return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A visit on its way into the archive."""

    recorded: "Future[Report]"  # its result means that the visit is kept
    state: KeyState  # when the politeness key may be asked next
    family: str | None  # whose rules the page was read by; None when it was not read


def site_of(portal_id: str, config: PortalConfig, seen: str | None = None) -> Site:
    """The portal as its pages' readers know it. Raises `ConfigError` for rules that make no sense.

    `seen` is the family its pages showed before: it holds where the config leaves it open, until
    a page shows another.
    """
    is_open = config.family == AUTO
    base = FAMILIES[(seen if seen in FAMILIES else GENERIC.id) if is_open else config.family]
    family = family_of(base, portal_id, config)
    home = canonical(config.front or "/", config.home, family.urls)
    assert home is not None
    return Site(
        portal=portal_id,
        home=home,
        hosts=frozenset(config.hosts),
        zone=ZoneInfo(config.zone),
        family=family,
        is_family_open=is_open and family is base,
    )


def fetch_settings(config: Config, portal_id: str) -> FetchSettings:
    """Limits and identity for a portal's requests; `ConfigError` without a contact."""
    crawl = config.crawl
    return FetchSettings(
        user_agent=config.user_agent(portal_id),
        connect_s=crawl.connect_timeout.total_seconds(),
        idle_s=crawl.idle_timeout.total_seconds(),
        total_s=crawl.total_timeout.total_seconds(),
        max_wire_bytes=crawl.max_wire_mb << 20,
        max_body_bytes=crawl.max_body_mb << 20,
        connect_to=config.portal(portal_id).connect_to,
    )


# --- one page ------------------------------------------------------------------------------------


async def visit_page(
    portal: Portal, target: Target, robots: Mapping[str, Robots], key: str, state: KeyState
) -> "Visited":
    """One target: fetch, read, hand to the writer."""
    delay_s = portal_delay(portal, robots[origin(target.url)])
    visit = await portal.fetcher.fetch(
        target, permits=lambda url: portal.permits(url, target.url, robots), delay_s=delay_s
    )
    state = after_answer(state, visit, delay_s=delay_s, now=portal.clock.now(), jitter=0.5)
    reading = await read_visit(portal, visit)
    record = VisitRecord(
        visit=visit,
        reading=reading,
        key=key,
        key_state=state,
        gone_rule=gone_rule(portal.config),
        retry_at=retry_due_at(visit, target.attempts_count, portal.clock.now()),
        listing_pages=portal.config.listing_pages,
        is_following=portal.config.follow,
        leads_to=portal.leads_to(visit),
    )
    family = reading.family if reading is not None and reading.layout is not None else None
    return Visited(recorded=portal.archive.record(record), state=state, family=family)


async def read_visit(portal: Portal, visit: Visit) -> Reading | None:
    """Read the capture that ended a visit; a large page is read in a process of its own."""
    last = visit.last
    if last is None or visit.failure is not None or last.status == 304:
        return None
    if visit.target.kind is PageKind.ROBOTS:
        return None
    if last.status == 200 and len(last.body) > LARGE_BYTES:
        if visit.target.id:
            portal.archive.run(lambda connection: begin_attempt(connection, visit.target.id))
        return await read_apart(last, portal.site, visit.target.kind)
    return read(last, portal.site, visit.target.kind)


def portal_delay(portal: Portal, robots: Robots) -> float:
    """Seconds between two requests: the config's, or more when robots.txt asks for more."""
    return delay_of(portal.config.delay.total_seconds(), robots, 0.5)


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


# --- robots.txt ----------------------------------------------------------------------------------


async def robots_for(
    portal: Portal, url: str, key: str, state: KeyState
) -> tuple[Robots, KeyState]:
    """What the origin's robots.txt says: from the archive while it holds, else asked for now.

    The answer is a capture like any other. Waits for the key's turn before asking.
    """
    where = origin(url)
    now = portal.clock.now()
    asked = portal.archive.run(lambda connection: robots_of(connection, where, now))
    saved = await asyncio.wrap_future(asked)
    if saved is not None:
        return Robots.from_record(saved), state
    await wait_for_turn(portal, state)
    target = Target(portal=portal.id, url=f"{where}/robots.txt", kind=PageKind.ROBOTS, cycle_at=now)
    delay_s = portal.config.delay.total_seconds()
    visit = await portal.fetcher.fetch(target, permits=lambda _: "", delay_s=delay_s)
    robots = Robots.from_answer(visit, PRODUCT, portal.clock.now())
    delay_s = portal_delay(portal, robots)
    state = after_answer(state, visit, delay_s=delay_s, now=portal.clock.now(), jitter=0.5)
    record = VisitRecord(
        visit=visit,
        reading=None,
        key=key,
        key_state=state,
        gone_rule=gone_rule(portal.config),
        retry_at=None,
    )
    portal.archive.record(record)
    portal.archive.run(
        lambda connection: save_robots(
            connection,
            where,
            robots.to_record(),
            fetched_at=robots.fetched_at,
            expires_at=robots.expires_at,
        )
    )
    return robots, state


async def wait_for_turn(portal: Portal, state: KeyState) -> None:
    """Wait until the politeness key may be asked."""
    wait_s = (state.next_slot_at - portal.clock.now()).total_seconds()
    if wait_s > 0:
        await portal.clock.sleep(wait_s)
