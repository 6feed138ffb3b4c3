"""The peer that many would take: Scrapy with a resumable queue, its articles in SQLite.

A spider as its manual teaches it, with the settings that make it fast. From a portal's front page
it takes the menu, from a section the articles and the next page; what it reads of an article are
the fields that Khotin keeps. All of it is in Scrapy's favour where there was a choice:

- pages are not kept, only their SHA-256; no listing, weather, poll or visitor is read;
- 64 articles a commit (most pipelines commit each), and the queue on disk is not synced at all, so
  a killed process may lose up to 63 articles, which it does not ask for again;
- no link of an article is followed (a second run of it follows them with `LinkExtractor`, so that
  nothing is missed that no listing shows); the selectors are the shortest that are right;
- twice as many requests in flight as there are portals, at least 16.

The names of the hosts lead nowhere: the server stands in as their proxy (`http_proxy`), which
spares Scrapy the resolver. A first crawl of nothing lets it import what it imports late.
"""

import asyncio
import hashlib
import json
import logging
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import scrapy
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.linkextractors import LinkExtractor
from scrapy.utils.reactor import install_reactor

from benchmarks.measured import Measured, demand, demand_truth, measuring
from benchmarks.pages import Material, TrueArticle, load_material, load_truth

COMMIT_ITEMS = 64
LEAST_REQUESTS = 16  # in flight: Scrapy's own default
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"  # Scrapy's own default
DATABASE, JOBS = "articles.sqlite", "jobs"

_ANSWERS = "downloader/response_status_count/"
_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_WHEN = re.compile(r"(\d\d)/(\d\d)/(\d{4}) \| (\d\d):(\d\d)")
_VIEWS = re.compile(r"View count: (\d+)")
_NATIVE_ID = re.compile(r"_101_(\d+)")
_CREATE = """
create table articles (
  portal text not null, native_id text not null, url text not null, title text not null,
  lead text, text text not null, authors text not null, section text, breadcrumb text not null,
  images text not null, attachments text not null, language text, published_at text,
  published_text text, view_count integer, captured_at text not null, body_sha256 text not null,
  primary key (portal, native_id)
)
"""


class PortalSpider(scrapy.Spider):  # type: ignore[misc,unused-ignore]  # untyped where not installed
    """Front page, sections page by page, articles. `hosts` may be empty."""

    name = "portals"
    hosts: tuple[str, ...] = ()
    has_every_link = False  # else the links of listings alone
    links = LinkExtractor(allow=r"/-/view_content/\d+", deny=r"/(?:vi|en)$")

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each front page."""
        for host in self.hosts:
            yield scrapy.Request(f"http://{host}/", callback=self.parse_listing)

    def parse_listing(self, response: Any) -> Iterator[Any]:
        """Follow the menu, the articles and the next page."""
        yield from self._more(response)
        yield from response.follow_all(css="ul.navi a", callback=self.parse_listing)
        yield from response.follow_all(css="h3.asset-title a", callback=self.parse_article)
        yield from response.follow_all(
            css="ul.lfr-pagination-buttons > li:nth-last-child(2):not(.disabled) > a",
            callback=self.parse_listing,
        )

    def _more(self, response: Any) -> Iterator[Any]:
        if self.has_every_link:
            found = self.links.extract_links(response)
            yield from response.follow_all(found, callback=self.parse_article)

    def parse_article(self, response: Any) -> Iterator[Any]:
        """One item: the fields of an article."""
        yield from self._more(response)
        whole = response.css("div.asset-full-content")
        timer = response.css("div.asset-full-content-title + div.assetPublishDate::text").get("")
        timer = " ".join(timer.split())
        body = whole.css("div.journal-content-article")
        paragraphs = (each.xpath("normalize-space()").get() for each in body.css("p"))
        author = whole.css("p.view-content-author").xpath("normalize-space()").get("")
        views = _VIEWS.search(timer)
        yield {
            "portal": response.url.split("/", 3)[2],
            "native_id": whole.css("div.asset-content::attr(id)").re_first(_NATIVE_ID),
            "url": response.url,
            "title": response.css("div.asset-full-content-title::text").get("").strip(),
            "lead": whole.css("p.sapo").xpath("normalize-space()").get(),
            "text": "\n".join(each for each in paragraphs if each and each != author),
            "authors": [each.strip() for each in author.split(" - ") if each.strip()],
            "section": response.css("div.dd_chuyenmuc span.tintuc p::text").get(),
            "breadcrumb": response.css("div.dd_chuyenmuc span ::text").getall(),
            "images": [response.urljoin(it) for it in body.css("img::attr(src)").getall()],
            "attachments": [
                response.urljoin(it)
                for it in body.css("a[href*='/documents/']::attr(href)").getall()
            ],
            "language": response.css("html::attr(lang)").get(),
            "published_at": _instant(timer),
            "published_text": timer,
            "view_count": int(views[1]) if views else None,
            "captured_at": datetime.now(UTC).isoformat(),
            "body_sha256": hashlib.sha256(response.body).hexdigest(),
        }


def _instant(text: str) -> str | None:
    found = _WHEN.search(text)
    if found is None:
        return None
    day, month, year, hour, minute = map(int, found.groups())
    return datetime(year, month, day, hour, minute, tzinfo=_ZONE).astimezone(UTC).isoformat()


class SqlitePipeline:
    """Articles into one table, `COMMIT_ITEMS` a commit, as durable as Khotin's own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._waiting: list[dict[str, Any]] = []

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """What Scrapy calls to make it."""
        return cls(crawler.settings["ARTICLES_DATABASE"])

    def open_spider(self) -> None:
        """Open the database, which has its table."""
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute("pragma synchronous = full")

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Keep the item until there are enough for a commit."""
        lists = ("authors", "breadcrumb", "images", "attachments")
        said = {name: json.dumps(item[name], ensure_ascii=False) for name in lists}
        self._waiting.append(item | said)
        if len(self._waiting) >= COMMIT_ITEMS:
            self._commit()
        return item

    def close_spider(self) -> None:
        """Commit the rest and close."""
        self._commit()
        self._connection.close()

    def _commit(self) -> None:
        if not self._waiting:
            return
        names = list(self._waiting[0])
        marks = ", ".join(f":{name}" for name in names)
        self._connection.execute("begin immediate")
        self._connection.executemany(
            f"insert into articles ({', '.join(names)}) values ({marks})", self._waiting
        )
        self._connection.execute("commit")
        self._waiting.clear()


def settings_for(material: Material, folder: Path) -> dict[str, Any]:
    """What a person sets who wants it fast, resumable and polite to robots.txt."""
    requests_count = max(LEAST_REQUESTS, 2 * len(material.portals))
    return {
        "JOBDIR": str(folder / JOBS),
        "ITEM_PIPELINES": {SqlitePipeline: 300},
        "ARTICLES_DATABASE": str(folder / DATABASE),
        "CONCURRENT_REQUESTS": requests_count,
        # also how many connections to the one server are kept open
        "CONCURRENT_REQUESTS_PER_DOMAIN": requests_count,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "ROBOTSTXT_OBEY": True,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "TWISTED_REACTOR": REACTOR,
    }


def scrapy_crawl(
    pages: Path, address: tuple[str, int], folder: Path, *, has_every_link: bool
) -> Measured:
    """Crawl every portal from its front page into a job folder and a database on disk.

    With `has_every_link` the links of article pages are followed too, as Khotin does.
    """
    material = load_material(pages)
    os.environ["http_proxy"] = f"http://{address[0]}:{address[1]}"
    os.environ.pop("no_proxy", None)
    os.environ.pop("NO_PROXY", None)
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    with sqlite3.connect(folder / DATABASE) as connection:  # made before the clocks run
        connection.execute("pragma journal_mode = wal")
        connection.execute(_CREATE)
    connection.close()
    measured = Measured(pages_count=material.pages_count)
    install_reactor(REACTOR)
    from twisted.internet import reactor as installed  # there is one only after the line above

    reactor: Any = installed
    failures: list[BaseException] = []
    tasks: list[asyncio.Task[None]] = []

    async def run() -> None:
        settings = settings_for(material, folder)
        await AsyncCrawlerRunner(settings | {"JOBDIR": None}).crawl(PortalSpider)
        crawler = Crawler(PortalSpider, settings)
        hosts = tuple(portal.host for portal in material.portals)
        with measuring(measured):
            await AsyncCrawlerRunner(settings).crawl(
                crawler, hosts=hosts, has_every_link=has_every_link
            )
        assert crawler.stats is not None
        said = crawler.stats.get_stats()
        demand("spider ended", said.get("finish_reason"), "finished")
        demand(
            "answers",
            {name: it for name, it in said.items() if name.startswith(_ANSWERS)},
            {f"{_ANSWERS}200": material.pages_count + len(hosts)},
        )

    async def run_and_stop() -> None:
        try:
            await run()
        except BaseException as error:  # noqa: BLE001  told below, when the reactor has stopped
            failures.append(error)
        reactor.stop()

    reactor.callWhenRunning(lambda: tasks.append(asyncio.ensure_future(run_and_stop())))
    reactor.run()
    for failure in failures:
        raise failure
    measured.written_bytes = sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())
    check_articles(load_truth(pages), folder / DATABASE)
    return measured


def check_articles(truth: dict[str, TrueArticle], path: Path) -> None:
    """Every article stands there once, under its URL, and each field says what its page says."""
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("select * from articles").fetchall()
    connection.close()
    found = {row["url"]: _said(row) for row in rows}
    demand("articles", len(rows), len(truth))
    demand_truth(found, truth)
    texts_count = sum(f"Số hồ sơ: {row['native_id']}/" in row["text"] for row in rows)
    demand("articles with their own text", texts_count, len(truth))


def _said(row: sqlite3.Row) -> TrueArticle:
    published = datetime.fromisoformat(row["published_at"]).astimezone(_ZONE)
    return TrueArticle(
        title=row["title"],
        lead=row["lead"],
        authors=tuple(json.loads(row["authors"])),
        section=row["section"],
        published_at=published.replace(tzinfo=None).isoformat(),
        views_count=row["view_count"],
    )
