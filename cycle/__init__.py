"""A crawl: one pass over each portal, side by side, and what happens as it is recorded.

A pass visits front page and listings, then what is new, then what is due again (`cycle/one.py`).
When it begins is `scheduler.py`'s, what happens to one page is `pipeline.py`'s.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

from allowance import Allowance
from core.clock import Clock
from core.config import Config
from core.errors import KhotinError
from crawler.fetch import Fetcher
from cycle.one import PLAN, Cycle, Plan
from machines import Machines
from portal import Portal, fetch_settings, site_of
from storage.archive import Archive
from storage.frontier import Walk
from storage.portals import add_portal, family_seen
from tally import Event

__all__ = ["Plan", "crawl"]


async def crawl(
    config: Config,
    archive: Archive,
    clock: Clock,
    portal_ids: Iterable[str],
    plan: Plan = PLAN,
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
                    cycle = run_cycle(config, archive, clock, portal_id, plan, events)
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
    plan: Plan,
    events: "asyncio.Queue[Event | None]",
) -> None:
    """Visit what a portal has due: front page and listings, new articles, known ones, the rest."""
    portal_config = config.portal(portal_id)
    settings = fetch_settings(config, portal_id)
    machines = Machines(portal_id, portal_config, archive, clock)
    started_at = clock.now()
    job = archive.run(lambda c: add_portal(c, portal_id, portal_config, started_at))
    await asyncio.wrap_future(job)
    await machines.learn(portal_config.hosts)
    seen = await asyncio.wrap_future(archive.run(lambda c: family_seen(c, portal_id)))
    async with Fetcher(settings, clock) as fetcher:
        portal = Portal(
            id=portal_id,
            config=portal_config,
            site=site_of(portal_id, portal_config, seen),
            fetcher=fetcher,
            archive=archive,
            clock=clock,
            machines=machines,
            allowance=Allowance(portal_id, portal_config),
            walk=Walk(),
        )
        cycle = Cycle(portal, started_at, plan, events)
        try:
            await cycle.begin()
            while await cycle.step():
                pass
        finally:
            await asyncio.shield(cycle.end())
