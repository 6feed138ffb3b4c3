"""What is compared, each in a process of its own: a raw loop, a bare loop, and Khotin.

    python -m benchmarks.contenders raw|bare|khotin FOLDER HOST:PORT ARCHIVE

All three ask for the same pages with as many requests in flight as there are portals. The clock
runs from the first request's preparation to the last thing closed; starting Python, imports and
making an empty archive stand outside it. Prints one line of JSON; a wrong result is an error exit.
"""

import asyncio
import json
import logging
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import func, select

from benchmarks.pages import Material, load_material
from core.clock import SystemClock
from core.config import Config, parse
from cycle import crawl
from demo.server import ROBOTS
from storage import queries
from storage.archive import Archive
from storage.tables import captures, versions
from tally import Tally

SELECTORS = (  # what a reader of these pages asks for
    "html.aui",
    "title",
    "div.asset-full-content-title",
    "div.asset-full-content p.sapo",
    "div.asset-full-content div.asset-content[id^='_101_']",
    "div.asset-full-content-title + div.assetPublishDate.block_timer",
    "div.asset-full-content p.view-content-author",
    "div.dd_chuyenmuc span.tintuc",
    "div.journal-content-article p",
    "div.journal-content-article img",
    "div.asset-abstract",
    "h3.asset-title a",
    "ul.lfr-pagination-buttons li:nth-last-child(2):not(.disabled) a",
    "div.weather_wrapper table.weather_data tr",
    "a[href]",
)


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one contender needed. Seconds and bytes."""

    pages_count: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0  # user and system, this process alone
    peak_bytes: int = 0  # resident, of the whole life of the process
    written_bytes: int = 0  # WARC files and database at the end


class WrongResult(Exception):
    """What came out is not what stands on the server."""


@contextmanager
def measuring(measured: Measured) -> Iterator[None]:
    """Let the clocks run."""
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


# --- the raw loop: how fast the server is --------------------------------------------------------


def raw(material: Material, address: tuple[str, int]) -> Measured:
    """Ask for every page over plain sockets and throw the bytes away."""
    measured = Measured(pages_count=material.pages_count)
    requests = iter([_request(url) for url in material.urls])
    received = 0
    with measuring(measured), selectors.DefaultSelector() as selector:
        for _ in material.portals:
            opened = socket.create_connection(address)
            selector.register(opened, selectors.EVENT_READ, _Answer())
            opened.sendall(next(requests))
        while selector.get_map():
            for key, _ in selector.select():
                line, answer = key.fileobj, key.data
                assert isinstance(line, socket.socket)
                if not answer.take(line):
                    continue
                received += answer.body_bytes
                following = next(requests, None)
                if following is None:
                    selector.unregister(line)
                    line.close()
                else:
                    answer.begin()
                    line.sendall(following)
    demand("bytes of pages", received, material.pages_bytes)
    return measured


def _request(url: str) -> bytes:
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"GET {target} HTTP/1.1\r\nHost: {parts.hostname}\r\n\r\n".encode()


class _Answer:
    """One answer on its way in: its head, then so many bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray(1 << 18)
        self.begin()

    def begin(self) -> None:
        """Wait for a new answer."""
        self._head = b""
        self._missing = -1
        self.body_bytes = 0

    def take(self, line: socket.socket) -> bool:
        """Read what is there; True when the answer is whole."""
        count = line.recv_into(self._buffer)
        if count == 0:
            raise WrongResult("the server closed the connection")
        if self._missing >= 0:
            self._missing -= count
            return self._missing <= 0
        self._head += self._buffer[:count]
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._head[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            raise WrongResult(head.split(b"\r\n")[0].decode())
        length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
        self.body_bytes = int(length)
        self._missing = self.body_bytes - (len(self._head) - end - 4)
        return self._missing <= 0


# --- the bare loop: the peer ---------------------------------------------------------------------


def bare(material: Material, address: tuple[str, int]) -> Measured:
    """Fetch with aiohttp, parse with lexbor, run the selectors; keep nothing."""
    measured = Measured(pages_count=material.pages_count)
    titles_count = asyncio.run(_bare(material, address, measured))
    demand("articles with a title", titles_count, material.articles_count)
    return measured


async def _bare(material: Material, address: tuple[str, int], measured: Measured) -> int:
    base = f"http://{address[0]}:{address[1]}"
    waiting = iter(material.urls)
    titles_count = 0

    async def ask(session: aiohttp.ClientSession) -> None:
        nonlocal titles_count
        for url in waiting:
            parts = urlsplit(url)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            async with session.get(base + target, headers={"Host": parts.netloc}) as answer:
                demand(f"status of {url}", answer.status, 200)
                tree = LexborHTMLParser(await answer.read())
            found = {selector: tree.css(selector) for selector in SELECTORS}
            titles_count += bool(found["div.asset-full-content-title"][:1])

    with measuring(measured):
        connector = aiohttp.TCPConnector(limit=0)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            asyncio.TaskGroup() as group,
        ):
            for _ in material.portals:
                group.create_task(ask(session))
    return titles_count


# --- Khotin --------------------------------------------------------------------------------------


def khotin(material: Material, address: tuple[str, int], folder: Path) -> Measured:
    """Crawl every portal from its front page into an archive on disk."""
    measured = Measured(pages_count=material.pages_count)
    config = config_for(material, address)
    tally = asyncio.run(_khotin(config, folder, measured))
    demand("notes and portals given up", tally.notes + tally.given_up, [])
    demand("changes", tally.changes, {"new": material.articles_count})
    measured.written_bytes = sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())
    check_archive(material, folder)
    return measured


def config_for(material: Material, address: tuple[str, int]) -> Config:
    """One portal per host; each is its own politeness key, so each has one request in flight."""
    portals = {
        f"portal-{number}": {
            "host": portal.host,
            "scheme": "http",
            "connect_to": f"{address[0]}:{address[1]}",
            "politeness_key": "host",
            "delay": "0s",
            "listing_pages": 10_000,
        }
        for number, portal in enumerate(material.portals)
    }
    return parse({"portals": portals})


async def _khotin(config: Config, folder: Path, measured: Measured) -> Tally:
    clock, tally = SystemClock(), Tally()
    user_agent = config.user_agent(next(iter(config.portals)))
    archive = Archive(folder, clock, user_agent=user_agent)
    archive.__enter__()  # the empty archive is made before the clocks run
    with measuring(measured):
        try:
            async for event in crawl(config, archive, clock, config.portals, is_all=True):
                tally.add(event)
        finally:
            archive.__exit__(*sys.exc_info())
    return tally


def check_archive(material: Material, folder: Path) -> None:
    """Every page is kept once, whole and good; every article is live with one version."""
    portals_count = len(material.portals)
    all_bytes = material.pages_bytes + portals_count * len(ROBOTS.encode())
    with queries.reading(folder) as connection:
        graded = connection.execute(
            select(captures.c.status, captures.c.quality, func.count()).group_by(
                captures.c.status, captures.c.quality
            )
        ).all()
        kept = connection.execute(
            select(
                func.count(captures.c.url.distinct()),
                func.sum(captures.c.payload_bytes),
            )
        ).one()
        versions_count = connection.execute(select(func.count()).select_from(versions)).scalar_one()
        states = {
            it["portal"]: it["articles"] for it in queries.status(connection, SystemClock().now())
        }
    expected_count = material.pages_count + portals_count  # with each robots.txt
    demand(
        "captures by status and quality",
        [tuple(it) for it in graded],
        [(200, "ok", expected_count)],
    )
    demand("URLs and bytes kept", tuple(kept), (expected_count, all_bytes))
    demand("versions", versions_count, material.articles_count)
    live = {f"portal-{n}": {"live": it.articles_count} for n, it in enumerate(material.portals)}
    demand("articles by portal and state", states, live)


def main() -> None:
    """Run the contender named on the command line."""
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    name, folder, address, archive = sys.argv[1:]
    host, _, port = address.rpartition(":")
    where = (host, int(port))
    material = load_material(Path(folder))
    contenders: dict[str, Callable[[], Measured]] = {
        "raw": lambda: raw(material, where),
        "bare": lambda: bare(material, where),
        "khotin": lambda: khotin(material, where, Path(archive)),
    }
    try:
        print(json.dumps(asdict(contenders[name]())))
    except WrongResult as error:
        sys.exit(f"{name}: {error}")


if __name__ == "__main__":
    main()
