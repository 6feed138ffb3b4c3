"""What one contender needed: its clocks, its memory, and the words for a wrong result."""

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # its stubs are a package of their own

from benchmarks.pages import TrueArticle


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one contender needed. Seconds and bytes."""

    pages_count: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0  # user and system, this process alone
    start_bytes: int = 0  # resident when the clocks began to run, imports in it
    peak_bytes: int = 0  # resident, of the whole life of the process
    written_bytes: int = 0  # WARC files and database at the end


class WrongResult(Exception):
    """What came out is not what stands on the server."""


@contextmanager
def measuring(measured: Measured) -> Iterator[None]:
    """Let the clocks run."""
    measured.start_bytes = psutil.Process().memory_info().rss
    wall_s, cpu_s = time.perf_counter(), _cpu_s()
    yield
    measured.wall_s = time.perf_counter() - wall_s
    measured.cpu_s = _cpu_s() - cpu_s
    measured.peak_bytes = _peak_bytes()


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_bytes() -> int:
    """Linux hands `ru_maxrss` down from the process that started this one: ask /proc first."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak << 10


def demand(name: str, found: object, expected: object) -> None:
    """Raises `WrongResult` when they differ."""
    if found != expected:
        raise WrongResult(f"{name}: {found} found, {expected} expected")


def demand_truth(found: Mapping[str, TrueArticle], truth: Mapping[str, TrueArticle]) -> None:
    """Raises `WrongResult` when an article is missing, too many, or says something else."""
    demand("URLs of articles", sorted(found), sorted(truth))
    for url, it in truth.items():
        demand(f"article {url}", found[url], it)
