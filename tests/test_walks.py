"""Lists over several cycles: walks that last, lists that fail, sitemaps with old lines."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from cycle import Plan
from storage.tables import frontier, portals
from tests.small_site import (
    HOST,
    HTML,
    START,
    SmallSite,
    article_page,
    article_path,
    crawled,
    rows,
    serving_site,
)
from tests.test_discovery import BACKFILL, index, known, later, urlset

OLD, FRESH = "2019-01-01", "2026-05-03T10:00:00+07:00"
XML = "text/xml"


class HidingSite(SmallSite):
    """Its sections show no article: what it has is found elsewhere, or not at all."""

    def __init__(self, *numbers: int) -> None:
        super().__init__()
        self.sections = {"an": list(numbers)}

    def listing_page(self, section: str, page_no: int) -> str:
        """A menu and nothing else."""
        return self._frame("")


def undated(*paths: str) -> str:
    """A sitemap of paths that tells no dates."""
    return urlset(*((path, "") for path in paths)).replace("<lastmod></lastmod>", "")


def old_lines(*numbers: int) -> str:
    """A sitemap of articles whose lines are years old."""
    return urlset(*((article_path(number, "an"), OLD) for number in numbers))


def teaser(number: int, section: str = "an") -> str:
    """An article as a listing shows it."""
    return (
        "<div class=asset-abstract><h3 class=asset-title>"
        f"<a href='{article_path(number, section)}'>Bài số {number} về công trình</a></h3></div>"
    )


def answering(site: SmallSite, change: Callable[[str], tuple[int, bytes, str] | None]) -> None:
    """Let `change` answer first; where it gives None the site answers as before."""
    before = site.answer
    site.answer = lambda path: change(path) or before(path)  # type: ignore[method-assign]


def is_backfilled(folder: Path) -> bool:
    """Whether no backfill is under way."""
    return rows(folder, select(portals.c.backfill_at)) == [(None,)]


@asynccontextmanager
async def serving_with_tags(site: SmallSite) -> AsyncIterator[list[str]]:
    """Serve it with an `ETag` on every page; yields the paths that were answered with a 304."""
    unchanged: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        site.asked.append(request.path_qs)
        status, body, kind = site.answer(request.path_qs)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and request.headers.get("If-None-Match") == tag:
            unchanged.append(request.path_qs)
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(status=status, body=body, headers={"Content-Type": kind, "ETag": tag})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.address = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield unchanged
    finally:
        await runner.cleanup()


# --- what was only remembered --------------------------------------------------------------------


async def test_a_listing_shows_what_an_undated_sitemap_only_remembered(tmp_path: Path) -> None:
    """A sitemap without dates names every article, and hides none from the listings."""
    async with serving_site(SmallSite()) as site:
        site.robots += f"Sitemap: http://{HOST}/s.xml\n"
        site.sections["tin-tuc"] = list(range(12, 0, -1))
        site.put("/s.xml", undated(*(article_path(number) for number in range(1, 13))), XML)
        await crawled(tmp_path, site)
        assert site.visits_to("/s.xml") == ["/s.xml"]
    assert known(tmp_path) == set(range(1, 13))


async def test_a_link_on_the_front_page_wakes_an_old_line_of_a_sitemap(tmp_path: Path) -> None:
    """What waited for a backfill is read in the cycle that finds it linked."""
    async with serving_site(HidingSite(1, 2)) as site:
        site.put("/s.xml", old_lines(1, 2), XML)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
        assert known(tmp_path) == set()
        site.put("/", site._frame(teaser(1)))
        later(site, hours=1)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
    assert known(tmp_path) == {1}


async def test_a_new_date_wakes_an_old_line_of_a_sitemap(tmp_path: Path) -> None:
    """The line was remembered; that it is dated yesterday now makes its article due."""
    async with serving_site(HidingSite(1, 2, 3)) as site:
        lines = {1: OLD, 2: OLD, 3: FRESH}
        site.put("/s.xml", urlset(*((article_path(n, "an"), at) for n, at in lines.items())), XML)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
        assert known(tmp_path) == {3}
        lines[1] = "2026-05-05T09:00:00Z"
        site.put("/s.xml", urlset(*((article_path(n, "an"), at) for n, at in lines.items())), XML)
        later(site, days=1, hours=12)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
    assert 1 in known(tmp_path)


# --- pagers whose links redirect -----------------------------------------------------------------


async def test_pager_links_that_redirect_are_walked_to_the_end(tmp_path: Path) -> None:
    """Each next page answers with a 301 to its written-out form, which the walk follows."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(40, 0, -1))
        pages = site.answer

        def redirects(path: str) -> tuple[int, bytes, str]:
            if "_101_cur=" in path and "&full" not in path:
                return 301, f"{path}&full=1".encode(), HTML
            return pages(path.replace("&full=1", ""))

        site.answer = redirects  # type: ignore[method-assign]
        await crawled(tmp_path, site)
    assert known(tmp_path) == set(range(1, 41))


async def test_a_pager_over_another_name_of_the_portal_is_walked_to_the_end(tmp_path: Path) -> None:
    """The pager names the www host, which leads back to the bare one by a 301."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(40, 0, -1))
        pages = site.answer

        def redirects(path: str) -> tuple[int, bytes, str]:
            if site.hosts[-1] == f"www.{HOST}" and path != "/robots.txt":
                return 301, f"http://{HOST}{path}".encode(), HTML
            status, body, kind = pages(path)
            there = f"href='http://www.{HOST}/tin-tuc?_101".encode()
            return status, body.replace(b"href='/tin-tuc?_101", there), kind

        site.answer = redirects  # type: ignore[method-assign]
        await crawled(tmp_path, site, other_hosts=[f"www.{HOST}"])
        assert f"www.{HOST}" in site.hosts
    assert known(tmp_path) == set(range(1, 41))


# --- backfills that last -------------------------------------------------------------------------


async def test_news_that_are_pushed_down_during_a_backfill_are_read(tmp_path: Path) -> None:
    """Twelve articles come while a backfill waits: they stand where it has been already."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(60, 0, -1))
        early = Plan(is_backfill=True, backlog_until=START)
        await crawled(tmp_path, site, early, listing_pages=4)
        assert not is_backfilled(tmp_path)
        later(site, hours=1)
        site.sections["tin-tuc"] = list(range(72, 0, -1))
        await crawled(tmp_path, site, Plan(backlog_until=site.clock.now()), listing_pages=4)
        assert not is_backfilled(tmp_path)
    assert known(tmp_path) >= set(range(61, 73))


async def test_a_dead_host_of_pictures_does_not_keep_a_backfill_alive(tmp_path: Path) -> None:
    """Everything of the portal was dug out; what others fail to serve is another matter."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [2, 1]
        picture = "<p><img src='http://dead.example.org/a.jpg'></p>"
        site.put(article_path(1), article_page(1).replace("<p>", f"{picture}<p>", 1))
        dead = "dead.example.org"
        answering(site, lambda _: (503, b"", HTML) if site.hosts[-1] == dead else None)
        await crawled(tmp_path, site, BACKFILL, assets="all")
        assert dead in site.hosts
        assert known(tmp_path) == {1, 2}
    assert is_backfilled(tmp_path)


async def test_a_second_backfill_reads_archive_pages_again(tmp_path: Path) -> None:
    """Between two backfills an article was put among those of a past month."""
    more = {"archives": ["/luu/{year}/{month:02}"], "archives_since": "2026-04-01"}
    async with serving_site(HidingSite(1, 2)) as site:
        site.put("/luu/2026/04", site._frame(teaser(1)))
        site.put("/luu/2026/05", site._frame(""))
        await crawled(tmp_path, site, BACKFILL, **more)
        assert known(tmp_path) == {1}
        site.put("/luu/2026/04", site._frame(teaser(2) + teaser(1)))
        later(site, days=20)
        await crawled(tmp_path, site, BACKFILL, **more)
        assert site.visits_to("/luu/2026/04") == ["/luu/2026/04"]
    assert known(tmp_path) == {1, 2}


async def test_listings_with_tags_do_not_end_a_backfill(tmp_path: Path) -> None:
    """The known pages have not changed, and still lead to the pages behind them."""
    site = SmallSite()
    site.sections["tin-tuc"] = list(range(60, 0, -1))
    async with serving_with_tags(site):
        await crawled(tmp_path, site, listing_pages=3)
        assert known(tmp_path) == set(range(46, 61))
        with closing(sqlite3.connect(tmp_path / "archive.db")) as archive, archive:
            # Older archives remembered no page beyond the usual depth.
            forget = "delete from frontier where due_at is null and visited_at is null"
            assert archive.execute(forget).rowcount == 1
        later(site, hours=1)
        await crawled(tmp_path, site, BACKFILL, listing_pages=3)
    assert known(tmp_path) == set(range(1, 61))


# --- deep walks ----------------------------------------------------------------------------------


async def test_listings_with_tags_do_not_end_a_deep_walk(tmp_path: Path) -> None:
    """An article at the bottom is found though no page above it changed."""
    site = SmallSite()
    site.sections["tin-tuc"] = list(range(30, 0, -1))
    async with serving_with_tags(site) as unchanged:
        await crawled(tmp_path, site)
        site.sections["tin-tuc"].append(99)
        later(site, hours=1)
        await crawled(tmp_path, site)
        assert "/tin-tuc" in unchanged
        assert 99 not in known(tmp_path)
        later(site, days=8)
        await crawled(tmp_path, site)
    assert 99 in known(tmp_path)


@pytest.mark.parametrize("budget", [4, 36])
async def test_a_deep_walk_that_was_cut_goes_on_in_the_next_cycle(
    tmp_path: Path, budget: int
) -> None:
    """The day's budget ends before page five, at the walk's begin or midway; later days go on."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(30, 0, -1))
        await crawled(tmp_path, site)
        site.sections["tin-tuc"].insert(22, 99)
        later(site, days=8)
        await crawled(tmp_path, site, daily_requests=budget)
        assert len(site.asked) == budget
        assert "/tin-tuc?_101_cur=5" not in site.asked
        later(site, days=1)
        await crawled(tmp_path, site)
    assert 99 in known(tmp_path)


# --- lists that fail -----------------------------------------------------------------------------


async def test_errors_of_one_listing_do_not_retire_it(tmp_path: Path) -> None:
    """It answers 500 for an hour, the rest of the portal as ever; then it is read again."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [2, 1]
        await crawled(tmp_path, site)
        site.put("/tin-tuc", "error", status=500)
        for _ in range(3):
            later(site, minutes=20)
            await crawled(tmp_path, site)
            assert site.visits_to("/tin-tuc") == ["/tin-tuc"]
        del site.extra["/tin-tuc"]
        site.sections["tin-tuc"] = [3, 2, 1]
        later(site, hours=12)
        await crawled(tmp_path, site)
    assert 3 in known(tmp_path)


@pytest.mark.parametrize("status", [500, 503])
async def test_an_outage_of_a_portal_retires_none_of_its_lists(tmp_path: Path, status: int) -> None:
    """Every page fails for a day of cycles; afterwards all sections are read as before."""
    async with serving_site(SmallSite()) as site:
        site.sections = {"tin-tuc": [1], "kinh-te": [2], "van-hoa": [3]}
        await crawled(tmp_path, site)
        pages = site.answer
        answering(site, lambda path: None if path == "/robots.txt" else (status, b"busy", HTML))
        for _ in range(8):
            later(site, hours=3)
            await crawled(tmp_path, site)
        site.answer = pages  # type: ignore[method-assign]
        site.sections = {"tin-tuc": [11, 1], "kinh-te": [12, 2], "van-hoa": [13, 3]}
        later(site, days=1, hours=12)  # longer than any pause after failures
        await crawled(tmp_path, site)
    assert {11, 12, 13} <= known(tmp_path)


# --- sitemaps over many days ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body"), [(500, "busy"), (404, "<p>404"), (200, ""), (200, "<p>Trang đang bảo trì")]
)
async def test_a_sitemap_that_failed_at_first_was_not_read(
    tmp_path: Path, status: int, body: str
) -> None:
    """Its first lines are old ones, not new ones, though it was asked for before."""
    async with serving_site(HidingSite(*range(1, 9))) as site:
        site.put("/s.xml", body, status=status)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
        site.put("/s.xml", old_lines(*range(1, 9)), XML)
        later(site, days=1, hours=1)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
        assert site.visits_to("/s.xml") == ["/s.xml"]
    assert known(tmp_path) == set()


async def test_the_only_sitemap_of_a_portal_is_read_daily_however_old_its_lines(
    tmp_path: Path,
) -> None:
    """A portal that publishes seldom names its next article there."""
    async with serving_site(HidingSite(1, 2)) as site:
        site.put("/s.xml", old_lines(1), XML)
        for _ in range(3):
            await crawled(tmp_path, site, sitemaps=["/s.xml"])
            assert site.visits_to("/s.xml") == ["/s.xml"]
            later(site, days=1, hours=1)
        site.put("/s.xml", old_lines(1, 2), XML)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
    assert 2 in known(tmp_path)


async def test_a_sitemap_of_old_lines_rests_until_its_date_in_the_index_moves(
    tmp_path: Path,
) -> None:
    """The sitemaps of past years cost nothing day after day, and are not forgotten."""
    async with serving_site(HidingSite(1, 2)) as site:
        site.put("/i.xml", index(("/c.xml", "2026-05-01")), XML)
        site.put("/c.xml", old_lines(1), XML)
        await crawled(tmp_path, site, sitemaps=["/i.xml"])
        later(site, days=1, hours=1)
        await crawled(tmp_path, site, sitemaps=["/i.xml"])
        assert site.visits_to(".xml") == ["/i.xml"]
        site.put("/i.xml", index(("/c.xml", "2026-05-06T00:00:00Z")), XML)
        site.put("/c.xml", old_lines(1, 2), XML)
        later(site, days=1, hours=1)
        await crawled(tmp_path, site, sitemaps=["/i.xml"])
        assert site.visits_to("/c.xml") == ["/c.xml"]
    assert 2 in known(tmp_path)


async def test_an_undated_sitemap_of_an_index_is_read_with_the_index(tmp_path: Path) -> None:
    """Nothing says whether it changed, so it is looked at, old lines or not."""
    async with serving_site(HidingSite(1, 2)) as site:
        site.put("/i.xml", index(("/c.xml", "")).replace("<lastmod></lastmod>", ""), XML)
        site.put("/c.xml", old_lines(1), XML)
        await crawled(tmp_path, site, sitemaps=["/i.xml"])
        site.put("/c.xml", urlset((article_path(2, "an"), "2026-05-05")), XML)
        later(site, days=1, hours=1)
        await crawled(tmp_path, site, sitemaps=["/i.xml"])
        assert site.visits_to("/c.xml") == ["/c.xml"]
    assert 2 in known(tmp_path)


async def test_an_endless_index_gets_no_deeper_day_by_day(tmp_path: Path) -> None:
    """Each index names a further one; reading them again leads no step further."""
    async with serving_site(SmallSite()) as site:

        def leads_on(path: str) -> tuple[int, bytes, str] | None:
            if not path.startswith("/i"):
                return None
            number = int(path.removeprefix("/i").removesuffix(".xml"))
            return 200, index((f"/i{number + 1}.xml", "2026-05-03")).encode(), XML

        answering(site, leads_on)
        await crawled(tmp_path, site, sitemaps=["/i0.xml"])
        assert 1 < len(first := site.visits_to(".xml")) < 6
        for _ in range(6):
            later(site, days=1, hours=1)
            await crawled(tmp_path, site, sitemaps=["/i0.xml"])
            assert set(site.visits_to(".xml")) <= set(first)
    found = select(frontier.c.url).where(frontier.c.kind == "sitemap")
    assert len(rows(tmp_path, found)) <= len(first) + 1
