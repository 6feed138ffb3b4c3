"""Reads what may take long in a process of its own, which is killed at its limit.

The parsers of pages and of PDFs work in C, where no time limit reaches; on hostile input they can
take minutes, or end their process. The scan in `decode/` refuses the shapes we know; this holds for
those we do not. What comes back from a child is data: nothing but our records is unpickled.
"""

import asyncio
import importlib
import io
import pickle
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from core import records
from core.records import Capture, PageKind, Quality, Reading
from crawler.layout import Site
from crawler.read import read, refused

LARGE_BYTES = 1_000_000  # bodies above are read apart
LIMIT_S = 2.0  # for a page, from the moment the process is ready
LIST_LIMIT_S = 10.0  # for a feed or a sitemap: they may honestly hold 50,000 URLs
START_S = 30.0  # a machine too busy to start a process in that time has other troubles
MEMORY_BYTES = 2 << 30
READY = b"ready\n"

T = TypeVar("T")

_GZIP = b"\x1f\x8b\x08"
_TAKEN_BACK = {"datetime": ("datetime", "date", "timezone", "timedelta")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may use up."""

    time_s: float  # from the moment it is ready
    memory_bytes: int = MEMORY_BYTES


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a child brought nothing: one sentence."""

    why: str


def is_heavy(capture: Capture) -> bool:
    """Whether a capture is to be read apart: it is large, or packed and may become so."""
    return len(capture.body) > LARGE_BYTES or capture.body.startswith(_GZIP)


async def read_apart(capture: Capture, site: Site, expected: PageKind) -> Reading:
    """`read` in a child process; a child killed at its limit gives `too_complex`."""
    is_list = expected in (PageKind.SITEMAP, PageKind.FEED)
    limits = Limits(time_s=LIST_LIMIT_S if is_list else LIMIT_S)
    reading = await in_child(read, (replace(capture, payload=b""), site, expected), limits)
    if isinstance(reading, Stopped):
        return refused(capture, site, Quality.TOO_COMPLEX, reading.why)
    return reading


async def in_child(
    function: Callable[..., T], work: tuple[Any, ...], limits: Limits
) -> T | Stopped:
    """`function(*work)` in a process of its own; `Stopped` when that took too much or failed.

    The function stands in a module by its own name; it gives records, texts, numbers or tuples of
    them. Cancelling kills the child.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "crawler.isolate",
        function.__module__,
        function.__name__,
        str(limits.memory_bytes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        await asyncio.wait_for(child.stdout.readexactly(len(READY)), START_S)
        answer, _ = await asyncio.wait_for(child.communicate(pickle.dumps(work)), limits.time_s)
        found: T = _Records(io.BytesIO(answer)).load()
        return found
    except TimeoutError:
        return Stopped(f"reading took longer than {limits.time_s:g} s and was stopped")
    except (EOFError, asyncio.IncompleteReadError, pickle.UnpicklingError, BrokenPipeError):
        return Stopped("reading ended its process")
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


class _Records(pickle.Unpickler):
    """Takes back our records and plain values: what a hostile file made of a child runs nothing."""

    def find_class(self, module: str, name: str) -> Any:
        if module == records.__name__:
            found = getattr(records, name, None)
            if isinstance(found, type) and found.__module__ == module:
                return found
        if name in _TAKEN_BACK.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"a child answered with {module}.{name}")


def main() -> None:
    """The child: pickled work in, what the function made of it out, pickled."""
    module, name, memory_bytes = sys.argv[1:]
    function = getattr(importlib.import_module(module), name)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write but its answer
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    work = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  our parent's
    sys.stdout.buffer.write(pickle.dumps(function(*work)))


if __name__ == "__main__":
    main()
