"""A fetcher over a fault server, as the tests of `crawler/fetch/` use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network

from core.clock import DrivenClock
from core.records import PageKind, Target
from crawler.fetch import Fetcher, FetchSettings
from tests.faults import FaultServer
from tests.faults.leaks import nothing_leaks

START = datetime(2025, 1, 1, 7, 0, tzinfo=UTC)
HURRIED = {
    "user_agent": "Khotin/test (+https://khotin.example)",
    "connect_s": 2.0,
    "idle_s": 0.4,
    "total_s": 1.0,
    "max_wire_bytes": 1 << 20,
    "max_body_bytes": 2 << 20,
    "allowed_networks": (ip_network("127.0.0.1/32"),),  # where the fault server is
}


def target(url, **fields):
    return Target(portal="sontay", url=url, kind=PageKind.ARTICLE, cycle_at=START, **fields)


def everything(url):
    return ""


class Visitor:
    """A server, a fetcher and a clock that never waits."""

    def __init__(self, server, **settings):
        self.server = server
        self.clock = DrivenClock(START)
        self.fetcher = Fetcher(FetchSettings(**{**HURRIED, **settings}), self.clock)

    async def visit(self, path, permits=everything, delay_s=5.0, **fields):
        url = path if "://" in path else self.server.url(path)
        return await self.visit_url(url, permits, delay_s, **fields)

    async def visit_url(self, url, permits=everything, delay_s=5.0, **fields):
        async with self.fetcher:
            return await self.fetcher.fetch(target(url, **fields), permits=permits, delay_s=delay_s)


@asynccontextmanager
async def serving() -> AsyncIterator[FaultServer]:
    """A fault server; when it is gone no task and no socket is left, and nothing unclosed."""
    async with nothing_leaks(), FaultServer() as running:
        yield running
