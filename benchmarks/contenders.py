"""What is compared, each in a process of its own: a raw loop, a bare loop, Scrapy, and Khotin.

    python -m benchmarks.contenders raw|bare|scrapy|scrapy-links|khotin FOLDER HOST:PORT ARCHIVE

All ask for the same pages with as many requests in flight as there are portals (Scrapy, in
`scrapy_peer.py`, with more). The clock
runs from the first request's preparation to the last thing closed; starting Python, imports and
making an empty archive stand outside it. Prints one line of JSON; a wrong result is an error exit.
"""

import asyncio
import json
import logging
import selectors
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from selectolax.lexbor import LexborHTMLParser

from benchmarks.measured import Measured, WrongResult, demand, measuring
from benchmarks.pages import Material, load_material

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


# --- the others: their imports are not these two's memory ----------------------------------------


def _scrapy(
    pages: Path, address: tuple[str, int], folder: Path, *, has_every_link: bool
) -> Measured:
    from benchmarks.scrapy_peer import scrapy_crawl

    return scrapy_crawl(pages, address, folder, has_every_link=has_every_link)


def _khotin(pages: Path, address: tuple[str, int], folder: Path) -> Measured:
    from benchmarks.khotin import khotin_crawl

    return khotin_crawl(pages, address, folder)


def main() -> None:
    """Run the contender named on the command line."""
    logging.basicConfig(level=logging.WARNING)
    name, folder, address, archive = sys.argv[1:]
    pages, (host, _, port) = Path(folder), address.rpartition(":")
    where = (host, int(port))
    contenders: dict[str, Callable[[], Measured]] = {
        "raw": lambda: raw(load_material(pages), where),
        "bare": lambda: bare(load_material(pages), where),
        "scrapy": lambda: _scrapy(pages, where, Path(archive), has_every_link=False),
        "scrapy-links": lambda: _scrapy(pages, where, Path(archive), has_every_link=True),
        "khotin": lambda: _khotin(pages, where, Path(archive)),
    }
    try:
        print(json.dumps(asdict(contenders[name]())))
    except WrongResult as error:
        sys.exit(f"{name}: {error}")


if __name__ == "__main__":
    main()
