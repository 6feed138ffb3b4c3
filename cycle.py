"""One pass over a portal: its front page and listings, then what is new, then what is due again.

The loop is a thin caller of the frontier: claim a slice of one politeness key, visit it page by
page, claim again until nothing is due. Decides who may be asked now; when a pass begins is
`scheduler.py`'s, what happens to one page is `pipeline.py`'s.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core.clock import Clock
from core.config import Config, PortalConfig
from core.errors import KhotinError
from core.records import KeyState, PageKind, Target
from crawler.detect import of_family
from crawler.fetch import Fetcher
from crawler.politeness import Robots
from crawler.portals import FAMILIES, GENERIC
from crawler.urls import origin, page_url, refusal
from pipeline import (
    Portal,
    fetch_settings,
    log,
    log_line,
    robots_for,
    site_of,
    visit_page,
    wait_for_turn,
)
from storage import frontier
from storage.archive import Archive
from storage.decide import Report
from storage.frontier import Done, Finding, Slice, Wait
from storage.portals import add_portal, family_seen, save_family
from tally import Event, Planned, Refused, Waiting

PATIENCE = timedelta(minutes=5)  # a cycle does not wait longer for one key; the next one will
LEASE_MARGIN = timedelta(minutes=25)  # ten redirects, a minute apart, each a minute long
POLL_S = 5.0  # how often a key held by another process is tried again


# --- one cycle of one portal ----------------------------------------------------------------------


async def crawl(
    config: Config, archive: Archive, clock: Clock, portal_ids: Iterable[str], *, is_all: bool
) -> AsyncIterator[Event]:
    """One cycle of each portal, side by side; yields what happens as it is recorded.

    The first `StorageError` ends all of them. Cancelling stops fetching at once; what was fetched
    is still recorded, and every lease is given back.
    """
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    async def run_all() -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for portal_id in portal_ids:
                    cycle = run_cycle(config, archive, clock, portal_id, is_all, events)
                    group.create_task(cycle, name=f"cycle {portal_id}")
        finally:
            events.put_nowait(None)

    task = asyncio.create_task(run_all(), name="crawl")
    try:
        while (event := await events.get()) is not None:
            yield event
        await task
    except* KhotinError as errors:
        raise first_error(errors) from errors
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


def first_error(errors: BaseExceptionGroup[Any]) -> BaseException:
    """The first plain error inside a group of groups."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def run_cycle(
    config: Config,
    archive: Archive,
    clock: Clock,
    portal_id: str,
    is_all: bool,
    events: "asyncio.Queue[Event | None]",
) -> None:
    """Visit what a portal has due: front page and listings, new articles, known ones."""
    portal_config = config.portal(portal_id)
    settings = fetch_settings(config, portal_id)
    key = await politeness_key(portal_config)
    seen = await asyncio.wrap_future(archive.run(lambda c: family_seen(c, portal_id)))
    async with Fetcher(settings, clock) as fetcher:
        portal = Portal(
            id=portal_id,
            config=portal_config,
            site=site_of(portal_id, portal_config, seen),
            fetcher=fetcher,
            archive=archive,
            clock=clock,
        )
        cycle = _Cycle(portal, key, clock.now(), events)
        try:
            await cycle.begin(is_all=is_all)
            while await cycle.step():
                pass
        finally:
            await asyncio.shield(cycle.end())


class _Cycle:
    """One pass over a portal: claims, visits, and the records still on their way."""

    def __init__(
        self,
        portal: Portal,
        key: str,
        started_at: datetime,
        events: "asyncio.Queue[Event | None]",
    ) -> None:
        self._portal, self._key, self._started_at = portal, key, started_at
        self._events = events
        self._owner = f"{portal.archive.owner}/{portal.id}"
        self._robots: dict[str, Robots] = {}
        self._pending: list[Future[Report]] = []
        self._has_answer = False
        self._forbidden: dict[str, tuple[datetime, str]] = {}  # origins without a robots.txt

    async def begin(self, *, is_all: bool) -> None:
        """Make sure the portal and its start pages are known, and make them due."""
        portal, at = self._portal, self._started_at
        findings, refused = start_targets(portal)
        start = Target(portal=portal.id, url="", kind=PageKind.FRONT, cycle_at=at)

        def prepare(connection: Any) -> int:
            add_portal(connection, portal.id, portal.config, at)
            frontier.add_key(connection, self._key, portal.config.delay.total_seconds(), at)
            frontier.move_to_key(connection, portal.id, self._key)
            frontier.add_targets(connection, findings, of=start, key=self._key, now=at)
            frontier.start_cycle(connection, portal.id, at, is_all=is_all)
            return frontier.due_count(connection, portal.id, at)

        due_count = await asyncio.wrap_future(portal.archive.run(prepare))
        self._events.put_nowait(Planned(portal=portal.id, due_count=due_count))
        for url, reason in refused:
            self._events.put_nowait(Refused(portal=portal.id, url=url, reason=reason))

    async def step(self) -> bool:
        """Claim one slice and visit it; False when the cycle is over."""
        portal, now = self._portal, self._portal.clock.now()
        claimed = await asyncio.wrap_future(
            portal.archive.run(
                lambda connection: frontier.claim(
                    connection, portal.id, owner=self._owner, cycle_at=self._started_at, now=now
                )
            )
        )
        match claimed:
            case Done():
                return False
            case Wait():
                return await self._wait(claimed, now)
            case Slice():
                await self._visit(claimed)
                return True

    async def _wait(self, wait: Wait, now: datetime) -> bool:
        is_over = not wait.is_leased and wait.until - now > PATIENCE
        event = Waiting(
            portal=self._portal.id,
            until=None if wait.is_leased else wait.until,
            reason=wait.reason,
            is_over=is_over,
            is_silent=is_over and not self._has_answer,
        )
        self._events.put_nowait(event)
        if is_over:
            return False
        wait_s = (wait.until - now).total_seconds()
        await self._portal.clock.sleep(min(wait_s, POLL_S) if wait.is_leased else wait_s)
        return True

    async def _visit(self, claimed: Slice) -> None:
        """Visit the targets of a slice in order, one request in flight."""
        state: KeyState = claimed.state
        for target in claimed.targets:
            if self._portal.clock.now() >= claimed.lease_until - LEASE_MARGIN:
                break  # somebody else may take the key soon; claim it anew
            state = await self._learn_robots(target.url, claimed.key, state)
            if origin(target.url) in self._forbidden or self._is_blocked(state):
                break  # what is left of the slice is claimed anew
            await wait_for_turn(self._portal, state)
            visited = await visit_page(self._portal, target, self._robots, claimed.key, state)
            state = visited.state
            self._pending.append(visited.recorded)
            visited.recorded.add_done_callback(self._announcer(asyncio.get_running_loop()))
            await self._learn_family(visited.family)
            self._has_answer = self._has_answer or not self._is_blocked(state)
            await self._take_recorded()
            if self._is_blocked(state):
                break  # the rest of the slice goes back
        await self._give_back()

    async def _learn_robots(self, url: str, key: str, state: KeyState) -> KeyState:
        """Know the robots.txt of the URL's origin; one that cannot be had postpones its targets."""
        where, now = origin(url), self._portal.clock.now()
        known = self._robots.get(where)
        if (known is None or known.expires_at <= now) and not self._is_blocked(state):
            known, state = await robots_for(self._portal, url, key, state)
            self._robots[where] = known
        if known is not None and known.is_forbidden_all:
            until, said = known.expires_at, state.reason.partition(": ")[2]
            why = said or f"{where}/robots.txt cannot be had; nothing is allowed until it is"
            self._forbidden[where] = (until, why)
            portal = self._portal
            job = portal.archive.run(
                lambda connection: frontier.postpone_origin(connection, portal.id, where, until)
            )
            await asyncio.wrap_future(job)
        return state

    async def _learn_family(self, family: str | None) -> None:
        """The first page with a mark of a family decides: its URL rules hold from now on."""
        site, portal = self._portal.site, self._portal
        if not site.is_family_open or site.family is not GENERIC or family in (None, GENERIC.id):
            return
        assert family is not None
        self._portal = replace(portal, site=of_family(site, FAMILIES[family]))
        job = portal.archive.run(lambda c: save_family(c, portal.id, family))
        await asyncio.wrap_future(job)

    def _is_blocked(self, state: KeyState) -> bool:
        return state.blocked_until is not None and state.blocked_until > self._portal.clock.now()

    def _announcer(self, loop: asyncio.AbstractEventLoop) -> Any:
        def announce(recorded: "Future[Report]") -> None:
            if recorded.cancelled() or recorded.exception() is not None:
                return
            report = recorded.result()
            if log.isEnabledFor(logging.INFO):
                log.info("%s", log_line(report))
            loop.call_soon_threadsafe(self._events.put_nowait, report)

        return announce

    async def _take_recorded(self) -> None:
        """Raise what the writer could not keep; wait while too much waits to be written."""
        while self._pending and (self._pending[0].done() or self._portal.archive.is_full):
            await asyncio.wrap_future(self._pending.pop(0))

    async def _give_back(self) -> None:
        owner = self._owner
        job = self._portal.archive.run(lambda c: frontier.release(c, [owner]))
        await asyncio.wrap_future(job)

    async def end(self) -> None:
        """Wait for the records on their way, then give back what is held."""
        results = await asyncio.gather(
            *(asyncio.wrap_future(recorded) for recorded in self._pending),
            return_exceptions=True,
        )
        portal, now = self._portal, self._portal.clock.now()
        for until, why in self._forbidden.values():
            silent = not self._has_answer
            self._events.put_nowait(
                Waiting(portal=portal.id, until=until, reason=why, is_over=True, is_silent=silent)
            )
        owner = self._owner
        await asyncio.wrap_future(portal.archive.run(lambda c: frontier.pause_keys(c, owner, now)))
        await self._give_back()
        job = portal.archive.run(lambda c: frontier.end_cycle(c, portal.id, now))
        await asyncio.wrap_future(job)
        for result in results:
            if isinstance(result, BaseException):
                raise result


def start_targets(portal: Portal) -> tuple[list[Finding], list[tuple[str, str]]]:
    """What the config names: URLs to visit, and those that may never be asked for, with reasons."""
    config, site = portal.config, portal.site
    named = [(PageKind.FRONT, path) for path in (config.front,) if path is not None]
    named += [(PageKind.LISTING, path) for path in config.listings]
    named += [(PageKind.OTHER, path) for path in config.targets]
    findings: list[Finding] = []
    refused: list[tuple[str, str]] = []
    for kind, path in named:
        url = page_url(path, config.home, site)
        reason = "not a URL" if url is None else refusal(url, site)
        if url is None or reason:
            refused.append((path, reason))
        else:
            findings.append(Finding(url=url, kind=kind))
    return findings, refused


async def politeness_key(config: PortalConfig) -> str:
    """Who must not be asked twice at once: the config's word, the address, else the host.

    Dozens of hosts may share one machine, so by default it is the address the host resolves to.
    """
    if config.politeness_key not in (None, "address", "host"):
        return f"named:{config.politeness_key}"
    if config.politeness_key == "host" or config.connect_to is not None:
        return f"host:{config.host}"
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            config.host, None, type=socket.SOCK_STREAM
        )
    except OSError:
        return f"host:{config.host}"
    return f"address:{min(str(entry[4][0]) for entry in found)}"
