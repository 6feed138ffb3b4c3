"""A small portal in the platform's markup that a test can change between two crawls."""

import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from core.clock import Clock, DrivenClock
from core.config import parse
from cycle import Plan, crawl
from storage import queries
from storage.archive import Archive
from tally import Tally

HOST = "thixa.example.vn"
START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


def article_page(number: int, text: str = "") -> str:
    """An article's page; its words are its own."""
    body = text or f"Ngày hôm nay thị xã khánh thành công trình số {number}. " * 4
    return (
        "<!doctype html><html class=aui lang=vi-VN><head><title>Bài</title></head><body>"
        "<div class=portlet-boundary><div class=asset-full-content-title>"
        f"Bài số {number} về công trình</div>"
        "<div class='assetPublishDate block_timer'>Ngày đăng 02/05/2026 | 08:00</div>"
        "<div class=asset-full-content>"
        f"<div class=asset-content id=_101_{number}><div class=journal-content-article>"
        f"<p>{body}</p></div></div></div></div></body></html>"
    )


def article_path(number: int, section: str = "tin-tuc") -> str:
    """Where that article stands."""
    return f"/{section}/-/view_content/{number}-bai.html"


class SmallSite:
    """What the portal serves: sections with articles, newest first, and whatever `extra` says."""

    def __init__(self, per_page: int = 5) -> None:
        self.per_page = per_page
        self.sections: dict[str, list[int]] = {"tin-tuc": []}
        self.texts: dict[int, str] = {}
        self.extra: dict[str, tuple[int, bytes, str]] = {}  # by path and query
        self.robots = "User-agent: *\nAllow: /\n"
        self.is_pager_endless = False
        self.asked: list[str] = []
        self.times: list[datetime] = []
        self.hosts: list[str] = []
        self.clock: Clock = DrivenClock(START)
        self.address = ""
        self.before_answer: Callable[[str], None] = lambda _: None

    def put(self, path: str, body: str | bytes, kind: str = HTML, status: int = 200) -> None:
        """Serve this at a path and query."""
        data = body.encode() if isinstance(body, str) else body
        self.extra[path] = (status, data, kind)

    def listing_page(self, section: str, page_no: int) -> str:
        """A page of a section, with its pager and the portal's menu."""
        numbers = self.sections[section]
        last = max(1, math.ceil(len(numbers) / self.per_page))
        shown = min(page_no, last) if self.is_pager_endless else page_no
        here = numbers[(shown - 1) * self.per_page : shown * self.per_page]
        items = "".join(
            "<div class=asset-abstract><h3 class=asset-title>"
            f"<a href='{article_path(n, section)}'>Bài số {n} về công trình</a></h3></div>"
            for n in here
        )
        has_next = self.is_pager_endless or page_no < last
        disabled = "" if has_next else " class=disabled"
        pager = (
            "<ul class='pagination lfr-pagination-buttons'><li class=first><a href=#>Đầu</a></li>"
            "<li><a href=#>Trước</a></li>"
            f"<li{disabled}><a href='/{section}?_101_cur={page_no + 1}'>Sau</a></li>"
            "<li class=last><a href=#>Cuối</a></li></ul>"
        )
        return self._frame(items + pager)

    def _frame(self, inside: str) -> str:
        menu = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in self.sections)
        return (
            "<!doctype html><html class=aui lang=vi-VN><body><div class=portlet-boundary>"
            f"<ul class=navi>{menu}</ul>{inside}</div></body></html>"
        )

    def answer(self, path: str) -> tuple[int, bytes, str]:
        """Status, body and type of the answer to a path and query."""
        if path in self.extra:
            return self.extra[path]
        if path == "/robots.txt":
            return 200, self.robots.encode(), "text/plain"
        if path == "/":
            return 200, self._frame("<p>Trang chủ").encode(), HTML
        name, _, query = path.strip("/").partition("?")
        if name in self.sections:
            page_no = int(query.partition("_101_cur=")[2] or 1)
            return 200, self.listing_page(name, page_no).encode(), HTML
        section, _, rest = path.strip("/").partition("/-/view_content/")
        number = int(rest.partition("-")[0] or 0) if rest else 0
        if section in self.sections and number in self.sections[section]:
            return 200, article_page(number, self.texts.get(number, "")).encode(), HTML
        return 404, b"<p>404", HTML

    def visits_to(self, part: str) -> list[str]:
        """What was asked for with that in it, in order."""
        return [path for path in self.asked if part in path]

    def forget(self) -> None:
        """Begin a new count of what is asked for."""
        self.asked.clear()
        self.times.clear()
        self.hosts.clear()


@asynccontextmanager
async def serving_site(site: SmallSite) -> AsyncIterator[SmallSite]:
    """Serve it from loopback, for whatever host."""

    async def handle(request: web.Request) -> web.StreamResponse:
        site.asked.append(request.path_qs)
        site.times.append(site.clock.now())
        site.hosts.append(request.host)
        site.before_answer(request.path_qs)
        status, body, kind = site.answer(request.path_qs)
        location = {"Location": body.decode()} if 300 <= status < 400 else {}
        return web.Response(status=status, body=body, headers={"Content-Type": kind} | location)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.address = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


async def crawled(folder: Path, site: SmallSite, plan: Plan | None = None, **more: Any) -> Tally:
    """One cycle of the site into the archive in that folder."""
    settings = {
        "host": HOST,
        "scheme": "http",
        "family": "hanoi-liferay",
        "connect_to": site.address,
        "delay": "0s",
    }
    section = {key: value for key, value in (settings | more).items() if value is not None}
    config = parse({"portals": {"p": section}})
    tally = Tally()
    with Archive(folder, site.clock, user_agent="test") as archive:
        async for event in crawl(config, archive, site.clock, ["p"], plan or Plan()):
            tally.add(event)
    return tally


def rows(folder: Path, statement: Any) -> list[Any]:
    """What a reader of the archive sees."""
    with queries.reading(folder) as connection:
        return list(connection.execute(statement).all())
