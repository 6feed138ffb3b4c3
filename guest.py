"""A visitor without an archive: asks a portal politely, keeps nothing.

For commands that only look. robots.txt comes first, one request is in flight, and the portal's
delay lies between any two. Across commands nothing is remembered: an archive does that.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from core.clock import Clock
from core.config import Config
from core.errors import ConfigError, FetchError
from core.records import Capture, PageKind, Target, Visit
from crawler.fetch import Fetcher
from crawler.layout import Site
from crawler.politeness import Robots, delay_of
from crawler.urls import origin, refusal
from manners import PRODUCT
from portal import fetch_settings


@dataclass(kw_only=True)
class Guest:
    """One visitor of one portal."""

    portal: str
    site: Site
    delay_s: float
    fetcher: Fetcher
    clock: Clock
    robots: dict[str, Robots] = field(default_factory=dict)  # by origin
    requests_count: int = 0

    async def ask(self, url: str) -> Capture:
        """The answer to one URL, redirects followed where they may be.

        Raises `ConfigError` for a URL that is never asked for, `FetchError` when robots.txt forbids
        it or nothing answers.
        """
        if reason := refusal(url, self.site):
            hosts = ", ".join(sorted(self.site.hosts))
            raise ConfigError(
                f"{url} is never asked for: {reason}; allowed are pages of {hosts} "
                "(connect_to in the portal's section sends its traffic to another address)"
            )
        robots = await self.robots_of(url)
        delay_s = delay_of(self.delay_s, robots, 0.5)
        visit = await self._visit(url, delay_s)
        if visit.last is None:
            reason = visit.failure.message if visit.failure else "no answer"
            raise FetchError(f"{url}: {reason}", url=url)
        return visit.last

    async def robots_of(self, url: str) -> Robots:
        """What the origin's robots.txt says, asked for once. `FetchError` when it cannot be had."""
        where = origin(url)
        if where not in self.robots:
            visit = await self._visit(f"{where}/robots.txt", self.delay_s, is_robots=True)
            robots = Robots.from_answer(visit, PRODUCT, self.clock.now())
            if robots.is_forbidden_all:
                said = visit.failure.message if visit.failure else "robots.txt cannot be had"
                raise FetchError(f"{url} may not be asked for: {said}", url=url)
            self.robots[where] = robots
        return self.robots[where]

    async def _visit(self, url: str, delay_s: float, *, is_robots: bool = False) -> Visit:
        if self.requests_count:
            await self.clock.sleep(delay_s)
        kind = PageKind.ROBOTS if is_robots else PageKind.OTHER
        target = Target(portal=self.portal, url=url, kind=kind, cycle_at=self.clock.now())
        permits = (lambda _: "") if is_robots else self._permits
        visit = await self.fetcher.fetch(target, permits=permits, delay_s=delay_s)
        self.requests_count += max(1, len(visit.captures))
        return visit

    def _permits(self, hop: str) -> str:
        robots = self.robots.get(origin(hop))
        if robots is None:
            return refusal(hop, self.site) or "its robots.txt was not read yet"
        return refusal(hop, self.site) or ("" if robots.allows(hop) else "robots.txt forbids it")


@asynccontextmanager
async def guest_of(
    config: Config, portal_id: str, site: Site, clock: Clock
) -> AsyncIterator[Guest]:
    """A guest of a portal of this config; its connections end with it."""
    async with Fetcher(fetch_settings(config, portal_id), clock) as fetcher:
        delay_s = config.portals[portal_id].delay.total_seconds()
        yield Guest(portal=portal_id, site=site, delay_s=delay_s, fetcher=fetcher, clock=clock)
