"""One pass over one portal: claims, visits, and the records still on their way.

A thin caller of the frontier: claim a slice of one politeness key, visit it page by page, claim
again until nothing is due. Decides who may be asked now.
"""

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.records import KeyState, PageKind, Target
from crawler.detect import of_family
from crawler.politeness import Robots
from crawler.portals import FAMILIES, GENERIC
from crawler.urls import host_of, origin, page_url, refusal
from manners import robots_for, wait_for_turn
from pipeline import log, log_line, visit_page
from portal import Portal
from starts import backfill_targets, start_targets
from storage import frontier
from storage.frontier import Done, Finding, PassedOver, Slice, Wait, Walk
from storage.portals import save_family
from storage.record import Report
from tally import Event, Planned, Refused, Waiting

PATIENCE = timedelta(minutes=5)  # a cycle does not wait longer for one key; the next one will
LEASE_MARGIN = timedelta(minutes=25)  # ten redirects, a minute apart, each a minute long
POLL_S = 5.0  # how often a key held by another process is tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a cycle is to visit, beyond what is due anyway."""

    is_all: bool = False  # every known article, due or not
    is_backfill: bool = False  # everything old: listings to the end, sitemaps, archive pages
    backlog_until: datetime | None = None  # after it what a backfill digs out waits


PLAN = Plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forbidden:
    """An origin whose robots.txt cannot be had."""

    until: datetime
    why: str
    key: str


class Cycle:
    """One pass over a portal: claims, visits, and the records still on their way."""

    def __init__(
        self,
        portal: Portal,
        started_at: datetime,
        plan: Plan,
        events: "asyncio.Queue[Event | None]",
    ) -> None:
        self._portal, self._started_at, self._plan = portal, started_at, plan
        self._events = events
        self._owner = portal.owner
        self._robots: dict[str, Robots] = {}
        self._pending: list[Future[Report]] = []
        self._has_answer = False
        self._is_done = False
        self._noted: tuple[datetime | None, str | None] = (None, "")  # what the archive says
        self._sitemaps: set[str] = set()
        self._forbidden: dict[str, _Forbidden] = {}  # origins without a robots.txt

    async def begin(self) -> None:
        """Make sure the start pages are known, and make them due."""
        portal, at, plan = self._portal, self._started_at, self._plan
        findings, refused = start_targets(portal.config, portal.site)
        dug = backfill_targets(portal.config, portal.site, at) if plan.is_backfill else []
        findings += dug
        start = Target(portal=portal.id, url="", kind=PageKind.FRONT, cycle_at=at)
        keys = portal.machines.keys
        keyed = [replace(each, key=keys[host_of(each.url)]) for each in findings]

        def prepare(connection: Any) -> tuple[Walk, int]:
            key = keys[portal.config.host]
            frontier.add_targets(connection, keyed, of=start, key=key, now=at)
            walk = frontier.start_cycle(
                connection,
                portal.id,
                at,
                is_all=plan.is_all,
                is_backfill=plan.is_backfill,
                deep_every=portal.config.deep_every,
            )
            if plan.is_backfill and walk.backfill_at == at:  # a new one: from the beginning
                frontier.make_due(connection, portal.id, [each.url for each in dug], at)
            return walk, frontier.due_count(connection, portal.id, at)

        walk, due_count = await asyncio.wrap_future(portal.archive.run(prepare))
        self._portal = replace(portal, walk=walk)
        await portal.allowance.learn(portal.archive, at)
        self._events.put_nowait(Planned(portal=portal.id, due_count=due_count))
        for url, reason in refused:
            self._events.put_nowait(Refused(portal=portal.id, url=url, reason=reason))

    async def step(self) -> bool:
        """Claim one slice and visit it; False when the cycle is over."""
        portal, now = self._portal, self._portal.clock.now()
        await portal.allowance.learn(portal.archive, now)
        but = self._passed_over(now)
        rest = portal.allowance.rest(now)
        if rest is not None:
            return await self._wait(Wait(until=rest[0], reason=rest[1]), now, is_ours=True)
        claimed = await asyncio.wrap_future(
            portal.archive.run(
                lambda connection: frontier.claim(
                    connection,
                    portal.id,
                    owner=self._owner,
                    cycle_at=self._started_at,
                    now=now,
                    but=but,
                )
            )
        )
        match claimed:
            case Done():
                self._is_done = not but.has_backlog and not self._own_forbidden()
                return False
            case Wait():
                return await self._wait(claimed, now)
            case Slice():
                await self._visit(claimed)
                return True

    def _passed_over(self, now: datetime) -> PassedOver:
        until = self._plan.backlog_until
        return PassedOver(
            origins=frozenset(
                (it.key, where) for where, it in self._forbidden.items() if it.until > now
            ),
            has_backlog=until is not None and now >= until,
        )

    def _own_forbidden(self) -> "list[_Forbidden]":
        """The portal's own origins that may not be asked; those of pictures are another matter."""
        own = self._portal.site.hosts
        return [it for where, it in self._forbidden.items() if host_of(where) in own]

    async def _wait(self, wait: Wait, now: datetime, *, is_ours: bool = False) -> bool:
        is_over = not wait.is_leased and wait.until - now > PATIENCE
        event = Waiting(
            portal=self._portal.id,
            until=None if wait.is_leased else wait.until,
            reason=wait.reason,
            is_over=is_over,
            is_silent=is_over and not (self._has_answer or is_ours),
        )
        self._events.put_nowait(event)
        if not wait.is_leased:
            await self._note_wait(wait.until, wait.reason)
        if is_over:
            return False
        wait_s = (wait.until - now).total_seconds()
        await self._portal.clock.sleep(min(wait_s, POLL_S) if wait.is_leased else wait_s)
        return True

    async def _note_wait(self, until: datetime | None, reason: str | None) -> None:
        """Say in the archive what the cycle waits for; `khotin log` shows it."""
        if (until, reason) != self._noted:
            self._noted = (until, reason)
            portal = self._portal
            job = portal.archive.run(lambda c: frontier.note_wait(c, portal.id, until, reason))
            await asyncio.wrap_future(job)

    async def _visit(self, claimed: Slice) -> None:
        """Visit the targets of a slice in order, one request in flight."""
        await self._note_wait(None, None)
        await self._portal.allowance.learn(self._portal.archive, self._portal.clock.now())
        state: KeyState = claimed.state
        for target in claimed.targets:
            now = self._portal.clock.now()
            if now >= claimed.lease_until - LEASE_MARGIN:
                break  # somebody else may take the key soon; claim it anew
            if target.is_backlog and self._passed_over(now).has_backlog:
                break
            state = await self._learn_robots(target.url, claimed.key, state)
            is_known = origin(target.url) in self._robots
            if origin(target.url) in self._forbidden or not is_known or self._is_blocked(state):
                break  # what is left of the slice is claimed anew
            await wait_for_turn(self._portal, state)
            if self._portal.allowance.rest(self._portal.clock.now()) is not None:
                break
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
            if known is None:  # nothing may be asked now
                return state
            self._robots[where] = known
        if known is not None and known.is_forbidden_all:
            until, said = known.expires_at, state.reason.partition(": ")[2]
            why = said or f"{where}/robots.txt cannot be had; nothing is allowed until it is"
            self._forbidden[where] = _Forbidden(until=until, why=why, key=key)
        elif known is not None:
            self._forbidden.pop(where, None)
            await self._learn_sitemaps(known, key)
        return state

    async def _learn_sitemaps(self, robots: Robots, key: str) -> None:
        """The sitemaps that robots.txt names, once in a cycle."""
        portal = self._portal
        named = [page_url(url, portal.config.home, portal.site) for url in robots.sitemaps]
        new = {url for url in named if url and url not in self._sitemaps}
        self._sitemaps |= new
        findings = [
            Finding(url=url, kind=PageKind.SITEMAP, key=portal.machines.keys.get(host_of(url)))
            for url in sorted(new)
            if not refusal(url, portal.site)
        ]
        if not findings or not portal.config.follow:
            return
        of = Target(portal=portal.id, url="", kind=PageKind.ROBOTS, cycle_at=self._started_at)
        now = portal.clock.now()
        job = portal.archive.run(
            lambda c: frontier.add_targets(c, findings, of=of, key=key, now=now)
        )
        await asyncio.wrap_future(job)

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
        await asyncio.gather(*self._portal.finishing, return_exceptions=True)
        results = await asyncio.gather(
            *(asyncio.wrap_future(recorded) for recorded in self._pending),
            return_exceptions=True,
        )
        portal, now = self._portal, self._portal.clock.now()
        for it in self._forbidden.values():
            waiting = Waiting(
                portal=portal.id,
                until=it.until,
                reason=it.why,
                is_over=True,
                is_silent=not self._has_answer,
            )
            self._events.put_nowait(waiting)
        if own := self._own_forbidden():
            await self._note_wait(own[-1].until, own[-1].why)
        owner = self._owner
        await asyncio.wrap_future(portal.archive.run(lambda c: frontier.pause_keys(c, owner, now)))
        await self._give_back()
        job = portal.archive.run(lambda c: frontier.end_cycle(c, portal.id, now))
        await asyncio.wrap_future(job)
        if self._is_done and portal.walk.since is not None:
            job = portal.archive.run(lambda c: frontier.end_walk(c, portal.id, portal.walk))
            await asyncio.wrap_future(job)
        for result in results:
            if isinstance(result, BaseException):
                raise result
