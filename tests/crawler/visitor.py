"""A fetcher over a fault server, as the tests of `crawler/fetch.py` use it."""

import asyncio
import gc
import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from core.clock import DrivenClock
from core.records import PageKind, Target
from crawler.fetch import Fetcher, FetchSettings
from tests.faults import FaultServer

START = datetime(2025, 1, 1, 7, 0, tzinfo=UTC)
HURRIED = {
    "user_agent": "Khotin/test (+https://khotin.example)",
    "connect_s": 2.0,
    "idle_s": 0.4,
    "total_s": 1.0,
    "max_wire_bytes": 1 << 20,
    "max_body_bytes": 2 << 20,
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
        async with self.fetcher:
            return await self.fetcher.fetch(target(url, **fields), permits=permits, delay_s=delay_s)


@asynccontextmanager
async def serving() -> AsyncIterator[FaultServer]:
    """A fault server; when it is gone no task and no socket is left, and nothing unclosed."""
    gc.collect()
    before = sockets()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        async with FaultServer() as running:
            yield running
        for _ in range(20):
            if sockets() <= before:
                break
            await asyncio.sleep(0.01)
        gc.collect()
    assert sockets() <= before
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "pytest" not in repr(task)]


def sockets():
    """How many sockets this process has open."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
        except OSError:
            continue
    return count
