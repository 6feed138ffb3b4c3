"""The way of one page: fetch, read, record. The order of the steps, and nothing else.

    fetch    crawler/fetch/     a Visit: captures, or a failure, as values
    read     crawler/read.py      records with quality and provenance
    record   storage/archive.py   bytes, then rows, then the word "kept"

Nothing calls back up. `adopt.py` enters at *read*, with captures out of the WARC of a process that
died before it could write their rows.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from allowance import Allowance
from core.clock import Clock
from core.config import AUTO, Config, PortalConfig
from core.config.reach import is_shown, revealed
from core.errors import ConfigError
from core.records import KeyState, PageKind, Quality, Reading, Target, Visit
from core.text import tidy
from crawler.custom import family_of
from crawler.fetch import Fetcher, FetchSettings
from crawler.layout import Site
from crawler.politeness import Robots, after_answer, delay_of, retry_due_at
from crawler.portals import FAMILIES, GENERIC
from crawler.urls import canonical, host_of, origin, page_url, refusal
from crawler.whole import is_risky, read_whole
from follow import Met, Path, hosts_named, leads_of
from machines import Machines
from storage.archive import Archive
from storage.frontier import Walk, begin_attempt
from storage.leads import NO_LEADS, Leads
from storage.presence import GoneRule
from storage.record import Report, VisitRecord
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
    machines: Machines
    allowance: Allowance
    walk: Walk
    met: Met = field(default_factory=Met)
    dice: Random = field(default_factory=Random)  # for jitter

    def permits(self, url: str, target: Target, robots: Mapping[str, Robots]) -> str:
        """Why the URL may not be asked for on a visit to `target`; "" when it may.

        `robots` has the rules of the origins that were read; http and https of one host share
        theirs. Where they are not known, or another machine answers, a redirect ends: it becomes a
        target of its own.
        """
        reason = may_visit(self.site, target.kind, url)
        if reason:
            return reason
        host, asked = host_of(url), host_of(target.url)
        rules = robots.get(origin(url))
        if rules is None and host == asked:
            rules = robots.get(origin(target.url))
        if rules is None:
            return "its robots.txt was not read yet"
        keys = self.machines.keys
        if host != asked and keys.get(host) != keys.get(asked):
            return "another machine, whose turn it is not"
        return "" if rules.allows(url) else "robots.txt forbids it"


def may_visit(site: Site, kind: PageKind, url: str) -> str:
    """Why a URL is never asked for; "" when it may be. Parts of a page may lie on other hosts."""
    is_part = kind in (PageKind.ASSET, PageKind.DOCUMENT)
    if is_part and host_of(url) not in site.hosts:
        return "" if url.startswith(("http://", "https://")) else "not a page of the web"
    form = page_url(url, site.home, site)
    return "not a page of the web" if form is None else refusal(form, site)


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
        assets=config.assets,
        trap_limit=config.trap_limit,
    )


def fetch_settings(config: Config, portal_id: str) -> FetchSettings:
    """How a portal is asked; `ConfigError` without a contact, or for a wrong proxy or header."""
    crawl, portal = config.crawl, config.portal(portal_id)
    where = f"portals.{portal_id}"
    headers = {
        name: revealed(value, f"{where}.headers.{name}") for name, value in portal.headers.items()
    }
    proxy = None if portal.proxy is None else revealed(portal.proxy, f"{where}.proxy")
    settings = partial(
        FetchSettings,
        user_agent=config.user_agent(portal_id),
        connect_s=crawl.connect_timeout.total_seconds(),
        idle_s=crawl.idle_timeout.total_seconds(),
        total_s=crawl.total_timeout.total_seconds(),
        max_wire_bytes=crawl.max_wire_mb << 20,
        max_body_bytes=crawl.max_body_mb << 20,
        max_ratio=crawl.max_ratio,
        connect_to=portal.connect_to,
        allowed_networks=portal.allow_addresses,
        tls=portal.tls,
        keeps_cookies=portal.cookies,
        headers=tuple(headers.items()),
        secret_headers=frozenset(name.lower() for name in headers if not is_shown(name)),
    )
    try:
        return settings(proxy=proxy)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error


# --- one page ------------------------------------------------------------------------------------


async def visit_page(
    portal: Portal, target: Target, robots: Mapping[str, Robots], key: str, state: KeyState
) -> "Visited":
    """One target: fetch, read, hand to the writer."""
    delay_s = portal_delay(portal, robots[origin(target.url)])
    visit = await fetch(portal, target, lambda url: portal.permits(url, target, robots), delay_s)
    state = after_answer(
        state, visit, delay_s=delay_s, now=portal.clock.now(), jitter=portal.dice.random()
    )
    reading = await read_visit(portal, visit)
    leads = NO_LEADS
    if portal.config.follow:
        await portal.machines.learn(hosts_named(reading))
        keys = portal.machines.keys
        path = Path(
            site=portal.site,
            config=portal.config,
            walk=portal.walk,
            keys=keys,
            met=portal.met,
        )
        leads = leads_of(path, visit, reading)
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
        met.note(finding.url for finding in leads.targets)


async def fetch(
    portal: Portal, target: Target, permits: Callable[[str], str], delay_s: float
) -> Visit:
    """The visit; a redirect that would be asked for in quiet hours or over the budget ends it."""
    hops: list[str] = []
    pause = timedelta(seconds=delay_s)  # before a hop

    def permitted(url: str) -> str:
        at = portal.clock.now() + pause
        rest = portal.allowance.rest(at, len(hops)) if hops else None
        hops.append(url)
        return rest[1] if rest is not None else permits(url)

    visit = await portal.fetcher.fetch(target, permits=permitted, delay_s=delay_s)
    portal.allowance.spend(visit)
    return visit


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
    return await read_whole(last, portal.site, visit.target.kind)


def portal_delay(portal: Portal, robots: Robots) -> float:
    """Seconds between two requests: the config's, or more when robots.txt asks for more."""
    return delay_of(portal.config.delay.total_seconds(), robots, portal.dice.random())


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
    visit = await fetch(portal, target, lambda _: "", delay_s)
    robots = Robots.from_answer(visit, PRODUCT, portal.clock.now())
    delay_s = portal_delay(portal, robots)
    state = after_answer(
        state, visit, delay_s=delay_s, now=portal.clock.now(), jitter=portal.dice.random()
    )
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
