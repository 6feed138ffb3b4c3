"""The replica portal on a thread of its own, and Khotin as a process that crawls it."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select

from demo.server import ReplicaPortal
from demo.town import HOST, VISITS, Town
from storage import queries
from storage.tables import politeness_keys, visits, warc_files
from storage.warc import scan, visits_in
from tests.storage.recording import every_capture_reads_back, rows

ROOT = Path(__file__).resolve().parents[1]
START_S = 60.0  # a machine too busy for that has other troubles


# Many short processes: let them keep what they compile, wherever the caller's would not.
ENVIRONMENT = {
    **os.environ,
    "PYTHONDONTWRITEBYTECODE": "",
    "COLUMNS": "160",  # wherever the tests run, tables are as wide
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"khotin-pycache-{os.getuid()}"),
}


class LivingReplica:
    """The town as it stood at its first visit, for as long as the context lasts.

    `slow_s` is added to every answer. After `silent_after` requests nothing is answered any more,
    until `speak`.
    """

    def __init__(self, *, slow_s: float = 0.0, silent_after: int = 10**9) -> None:
        self.slow_s, self.silent_after = slow_s, silent_after
        self.asked_count = 0
        self.address = ""
        self._speaks = threading.Event()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_up.wait(START_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.speak()
        assert self._loop is not None
        assert self._over is not None
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(START_S)

    def speak(self) -> None:
        """Answer again, from now on."""
        self._speaks.set()

    def wait_for(self, asked_count: int, *, or_end_of: "subprocess.Popen[str]") -> None:
        """Wait until so many requests came, or until the process has ended."""
        until = time.monotonic() + START_S
        while self.asked_count < asked_count and or_end_of.poll() is None:
            assert time.monotonic() < until, f"{self.asked_count} requests in {START_S} s"
            time.sleep(0.002)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with ReplicaPortal(Town(), self._now) as portal:
            self.address = portal.address
            self._is_up.set()
            await self._over.wait()

    def _now(self) -> datetime:
        """Asked once per request: standing still here is what a hanging server does."""
        self.asked_count += 1
        if self.asked_count > self.silent_after:
            self._speaks.wait()
        time.sleep(self.slow_s)
        return VISITS[0]


def write_config(folder: Path, address: str, *, more: str = "", crawl: str = "") -> Path:
    """A config in the folder for the replica at that address, its archive beside it."""
    path = folder / "config.toml"
    path.write_text(
        f"""
[crawl]
{crawl}
[archive]
path = "{folder / "archive"}"
[portals.songmay]
family = "hanoi-liferay"
host = "{HOST}"
scheme = "http"
connect_to = "{address}"
delay = "0s"
{more}
"""
    )
    return path


def khotin(config: Path, *arguments: str, wrapped: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    """A command as a process of its own; its log lines and errors are on stderr."""
    return subprocess.Popen(
        [*wrapped, sys.executable, "-m", "cli", *arguments, "--config", str(config)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_interrupts,
    )


def _hear_interrupts() -> None:
    """A shell's background jobs ignore SIGINT and pass that on; a person's command does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def acknowledged(said: str) -> Counter[str]:
    """The URLs that log lines say are kept, and how often; a torn line says nothing."""
    whole = said[: said.rfind("\n") + 1].splitlines()
    return Counter(line.rsplit(" ", 1)[-1] for line in whole if " INFO songmay " in line)


def state_of(archive: Path) -> set[tuple[Any, ...]]:
    """What an archive knows of its articles, apart from times and row numbers."""
    with queries.reading(archive) as connection:
        return {
            (
                found["native_id"],
                found["title"],
                found["state"],
                found["versions_count"],
                found["view_count"],
                tuple(found["sections"]),
            )
            for found in queries.articles_listed(connection, limit=10_000)
        }


@cache
def undisturbed() -> set[tuple[Any, ...]]:
    """What a crawl that nobody disturbs knows in the end."""
    with tempfile.TemporaryDirectory() as name, LivingReplica() as portal:
        folder = Path(name)
        process = khotin(write_config(folder, portal.address), "crawl")
        _, said = process.communicate(timeout=START_S)
        assert process.returncode == 0, said
        nothing_is_held(folder / "archive")
        bytes_and_rows_agree(folder / "archive")
        known = state_of(folder / "archive")
    assert len(known) > 20
    return known


def nothing_is_held(archive: Path) -> None:
    """No lease, no lock, no open WARC file is left."""
    held = select(politeness_keys.c.lease_owner).where(politeness_keys.c.lease_owner.is_not(None))
    assert rows(archive, held) == []
    assert list((archive / "locks").iterdir()) == []
    for file in rows(archive, warc_files.select()):
        assert file.state == "sealed", file.name
        assert file.known_bytes == file.size_bytes, file.name
        assert file.size_bytes == (archive / "warc" / file.name).stat().st_size


def bytes_and_rows_agree(archive: Path) -> None:
    """Each finished visit in the WARC files has its row, each row its visit, each once."""
    stored = [
        visit.id
        for path in sorted((archive / "warc").iterdir())
        for visit in visits_in(scan(path))
        if visit.id is not None
    ]
    kept = [row.id for row in rows(archive, select(visits.c.id))]
    assert sorted(stored) == sorted(kept)
    assert len(kept) == len(set(kept))
    every_capture_reads_back(archive)
