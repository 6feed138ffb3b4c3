"""Whether something is left open: sockets of this process, tasks of this loop."""

import asyncio
import gc
import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

YOUNG = 1  # generations of objects that a test can have made; a full search takes 0.1 s


def sockets() -> int:
    """How many connections and listeners this process has open."""
    return len(psutil.Process(os.getpid()).net_connections(kind="inet"))


def tasks() -> list[asyncio.Task[object]]:
    """The tasks that run beside the current one and are not the test runner's."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    return [task for task in others if "pytest" not in repr(task)]


@asynccontextmanager
async def nothing_leaks() -> AsyncIterator[None]:
    """At the end no socket and no task more than at the start, and nothing unclosed."""
    gc.collect(YOUNG)
    before, running = sockets(), len(tasks())
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        yield
        for _ in range(50):
            if sockets() <= before and len(tasks()) <= running:
                break
            await asyncio.sleep(0.01)
        gc.collect(YOUNG)
        if sockets() > before:
            gc.collect()  # held by nothing but a circle of old objects?
    assert sockets() <= before
    assert len(tasks()) <= running, tasks()
