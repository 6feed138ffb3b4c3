"""Reads a large page in a process of its own, which is killed when it takes too long.

The parser works in C, where no time limit reaches; on hostile input it can take minutes. The scan
in `decode.py` refuses the shapes we know; this holds for those we do not.
"""

import asyncio
import pickle
import resource
import sys
from contextlib import suppress
from dataclasses import replace

from core.records import Capture, PageKind, Quality, Reading
from crawler.layout import Site
from crawler.read import read, refused

LARGE_BYTES = 1_000_000  # bodies above are read apart
LIMIT_S = 2.0  # from the moment the process is ready
START_S = 30.0  # a machine too busy to start a process in that time has other troubles
MEMORY_BYTES = 2 << 30
READY = b"ready\n"


async def read_apart(capture: Capture, site: Site, expected: PageKind) -> Reading:
    """`read` in a child process; a child killed after `LIMIT_S` gives `too_complex`."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "crawler.isolate",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        await asyncio.wait_for(child.stdout.readexactly(len(READY)), START_S)
        work = pickle.dumps((replace(capture, payload=b""), site, expected))
        answer, _ = await asyncio.wait_for(child.communicate(work), LIMIT_S)
        reading = pickle.loads(answer)  # noqa: S301  our own child wrote it
        assert isinstance(reading, Reading)
        return reading
    except TimeoutError:
        why = f"reading took longer than {LIMIT_S:g} s and was stopped"
    except (EOFError, asyncio.IncompleteReadError, pickle.UnpicklingError, BrokenPipeError):
        why = "reading ended its process"
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    return refused(capture, site, Quality.TOO_COMPLEX, why)


def main() -> None:
    """The child: one pickled capture in, one pickled reading out."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    capture, site, expected = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  our parent's
    sys.stdout.buffer.write(pickle.dumps(read(capture, site, expected)))


if __name__ == "__main__":
    main()
