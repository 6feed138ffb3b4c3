"""Nothing that a portal publishes is missed: pagers, sitemaps, feeds, archives, new sections."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.clock import DrivenClock
from cycle import Plan
from storage.tables import articles, frontier, portals
from tests.small_site import (
    HOST,
    START,
    SmallSite,
    article_path,
    crawled,
    rows,
    serving_site,
)

BACKFILL = Plan(is_backfill=True)


def known(folder: Path) -> set[int]:
    """The numbers of the articles that were read."""
    found = rows(folder, select(articles.c.native_id).where(articles.c.state == "live"))
    return {int(row.native_id) for row in found}


def later(site: SmallSite, **time: float) -> None:
    """Let time pass, and count what is asked for anew."""
    assert isinstance(site.clock, DrivenClock)
    site.clock.move_to(site.clock.now() + timedelta(**time))
    site.forget()


async def test_a_listing_is_followed_to_the_usual_depth_and_in_a_backfill_to_its_end(
    tmp_path: Path,
) -> None:
    """What lies deeper is remembered, and dug out when a backfill asks for it."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(60, 0, -1))
        await crawled(tmp_path, site, listing_pages=3)
        assert known(tmp_path) == set(range(46, 61))
        later(site, hours=1)
        await crawled(tmp_path, site, BACKFILL, listing_pages=3)
        assert known(tmp_path) == set(range(1, 61))
        assert len(site.visits_to("_101_cur=12")) == 1
        assert not site.visits_to("_101_cur=13")
    assert rows(tmp_path, select(portals.c.backfill_at)) == [(None,)]


async def test_an_incremental_cycle_stops_at_what_is_known(tmp_path: Path) -> None:
    """One new article costs the first page, and the second that shows nothing new."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(30, 0, -1))
        await crawled(tmp_path, site)
        site.sections["tin-tuc"].insert(0, 31)
        later(site, hours=1)
        await crawled(tmp_path, site)
        assert known(tmp_path) == set(range(1, 32))
        assert site.visits_to("_101_cur") == ["/tin-tuc?_101_cur=2"]
        later(site, hours=1)
        await crawled(tmp_path, site)
        assert site.visits_to("_101_cur") == []


async def test_many_new_articles_at_once_are_followed_down_to_the_known_ones(
    tmp_path: Path,
) -> None:
    """A portal that publishes three pages between two cycles loses none of them."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(30, 0, -1))
        await crawled(tmp_path, site)
        site.sections["tin-tuc"] = list(range(47, 0, -1))
        later(site, hours=1)
        await crawled(tmp_path, site)
    assert known(tmp_path) == set(range(1, 48))


async def test_what_was_slipped_in_deep_is_found_by_the_next_deep_walk(tmp_path: Path) -> None:
    """A back-dated article on page three, with nothing new before it."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(30, 0, -1))
        await crawled(tmp_path, site)
        site.sections["tin-tuc"].insert(13, 99)
        later(site, hours=1)
        await crawled(tmp_path, site)
        assert 99 not in known(tmp_path)
        later(site, days=7)
        await crawled(tmp_path, site)
    assert 99 in known(tmp_path)


async def test_a_pager_without_an_end_is_left_where_it_repeats_itself(tmp_path: Path) -> None:
    """The last page is shown for every number beyond it, each with a next one."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(20, 0, -1))
        site.is_pager_endless = True
        await crawled(tmp_path, site, BACKFILL)
        assert site.visits_to("_101_cur") == [f"/tin-tuc?_101_cur={n}" for n in (2, 3, 4, 5)]
    assert known(tmp_path) == set(range(1, 21))


async def test_a_backfill_that_was_stopped_goes_on_in_any_later_cycle(tmp_path: Path) -> None:
    """It is a state of the portal: an ordinary cycle digs on, and asks for no page twice."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = list(range(60, 0, -1))
        early = Plan(is_backfill=True, backlog_until=START)
        await crawled(tmp_path, site, early, listing_pages=2)
        assert known(tmp_path) == set(range(51, 61))
        assert rows(tmp_path, select(portals.c.backfill_at)) == [(START,)]
        first = set(site.visits_to("_101_cur"))
        later(site, hours=1)
        await crawled(tmp_path, site, listing_pages=2)
        assert known(tmp_path) == set(range(1, 61))
        assert not first & set(site.visits_to("_101_cur"))
    assert rows(tmp_path, select(portals.c.backfill_at)) == [(None,)]


async def test_news_go_before_what_a_backfill_digs_out(tmp_path: Path) -> None:
    """The first pages and their articles are asked for before the third page of anything."""
    async with serving_site(SmallSite()) as site:
        site.sections |= {"tin-tuc": list(range(30, 0, -1)), "kinh-te": list(range(130, 100, -1))}
        await crawled(tmp_path, site, BACKFILL, listing_pages=2)
        deep = site.asked.index("/tin-tuc?_101_cur=3")
        for number in (*range(21, 31), *range(121, 131)):
            path = next(p for p in site.asked if f"/view_content/{number}-" in p)
            assert site.asked.index(path) < deep


async def test_archive_pages_of_years_and_months_are_walked_in_a_backfill(tmp_path: Path) -> None:
    """A pattern of the config, from today back to the day it names; never in a usual cycle."""
    more = {"archives": ["/luu-tru/{year}/{month:02}"], "archives_since": "2026-02-10"}
    async with serving_site(SmallSite()) as site:
        site.sections["cu"] = [901]
        item = (
            f"<div class=asset-abstract><h3 class=asset-title><a href='{article_path(901, 'cu')}'>"
        )
        site.put(
            "/luu-tru/2026/03", site._frame(f"{item}Bài cũ số 901 của tháng ba</a></h3></div>")
        )
        await crawled(tmp_path, site, **more)
        assert not site.visits_to("luu-tru")
        later(site, hours=1)
        await crawled(tmp_path, site, BACKFILL, **more)
        months = [f"/luu-tru/2026/{month:02}" for month in (5, 4, 3, 2)]
        assert sorted(site.visits_to("luu-tru")) == sorted(months)
        later(site, hours=1)
        await crawled(tmp_path, site, **more)
        assert not site.visits_to("luu-tru")
    assert 901 in known(tmp_path)


async def test_a_new_section_is_told_once_and_read_at_once(tmp_path: Path) -> None:
    """The menu has an entry that it did not have; the first crawl tells of none."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        tally = await crawled(tmp_path, site)
        assert not [note for note in tally.notes if "section" in note]
        site.sections["chuyen-doi-so"] = [2]
        later(site, hours=1)
        tally = await crawled(tmp_path, site)
        told = [note for note in tally.notes if "section" in note]
        assert told == [f"p: a new section: http://{HOST}/chuyen-doi-so"]
        assert known(tmp_path) == {1, 2}
        later(site, hours=1)
        tally = await crawled(tmp_path, site)
        assert not [note for note in tally.notes if "section" in note]


# --- sitemaps ------------------------------------------------------------------------------------


def urlset(*lines: tuple[str, str]) -> str:
    """A sitemap of paths with their dates."""
    inside = "".join(
        f"<url><loc>http://{HOST}{path}</loc><lastmod>{date}</lastmod></url>"
        for path, date in lines
    )
    return f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inside}</urlset>"


def index(*lines: tuple[str, str]) -> str:
    """A sitemap of sitemaps."""
    inside = "".join(
        f"<sitemap><loc>http://{HOST}{path}</loc><lastmod>{date}</lastmod></sitemap>"
        for path, date in lines
    )
    return f"<?xml version='1.0'?><sitemapindex>{inside}</sitemapindex>"


async def test_sitemaps_of_robots_txt_bring_fresh_articles_and_remember_old_ones(
    tmp_path: Path,
) -> None:
    """Through an index and a compressed one; what is older than a week waits for a backfill."""
    async with serving_site(SmallSite()) as site:
        site.robots += f"Sitemap: http://{HOST}/sitemap-index.xml\n"
        site.sections["an"] = [1, 2, 3]  # in no listing that shows them
        site.per_page = 0
        site.listing_page = lambda *_: site._frame("")  # type: ignore[method-assign]
        site.put("/sitemap-index.xml", index(("/sm-1.xml.gz", "2026-05-03")), "application/xml")
        old, fresh = "2019-01-01", "2026-05-03T10:00:00+07:00"
        lines = [(article_path(n, "an"), fresh if n == 1 else old) for n in (1, 2, 3)]
        site.put("/sm-1.xml.gz", gzip.compress(urlset(*lines).encode()), "application/gzip")
        await crawled(tmp_path, site)
        assert known(tmp_path) == {1}
        assert site.visits_to(".xml") == ["/sitemap-index.xml", "/sm-1.xml.gz"]
        later(site, hours=1)
        await crawled(tmp_path, site)
        assert site.visits_to(".xml") == []  # once a day is enough
        later(site, hours=1)
        await crawled(tmp_path, site, BACKFILL)
    assert known(tmp_path) == {1, 2, 3}


async def test_a_line_that_a_sitemap_did_not_have_is_new_whatever_its_date(tmp_path: Path) -> None:
    """Portals write wrong dates; that the line was not there before is certain."""
    async with serving_site(SmallSite()) as site:
        site.sections["an"] = [1, 2]
        site.listing_page = lambda *_: site._frame("")  # type: ignore[method-assign]
        site.put("/s.xml", urlset((article_path(1, "an"), "2019-01-01")), "text/xml")
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
        assert known(tmp_path) == set()
        lines = [(article_path(n, "an"), "2019-01-01") for n in (1, 2)]
        site.put("/s.xml", urlset(*lines), "text/xml")
        later(site, days=40)
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
    assert known(tmp_path) == {2}  # and what was remembered before stays so


async def test_a_sitemap_that_says_an_article_changed_makes_it_due(tmp_path: Path) -> None:
    """An old article, due in weeks, is asked for because its line has a new date."""
    async with serving_site(SmallSite()) as site:
        site.sections["tin-tuc"] = [1]
        site.put("/s.xml", urlset((article_path(1), "2026-05-03")), "text/xml")
        await crawled(tmp_path, site, sitemaps=["/s.xml"])
        site.texts[1] = "Nội dung đã được sửa lại hoàn toàn vào hôm sau. " * 4
        site.put("/s.xml", urlset((article_path(1), "2026-05-05T09:00:00Z")), "text/xml")
        later(site, days=1, hours=12)
        tally = await crawled(tmp_path, site, sitemaps=["/s.xml"])
    assert tally.changes.get("edited") == 1


@pytest.mark.parametrize("kind", ["sitemaps", "feeds", "listings"])
async def test_a_dead_list_is_retired_and_tried_again_by_a_deep_walk(
    tmp_path: Path, kind: str
) -> None:
    """Three visits in a row find nothing; after that it costs a request a week."""
    more = {kind: ["/chet"]}
    async with serving_site(SmallSite()) as site:
        notes = []
        for _ in range(4):
            notes += (await crawled(tmp_path, site, **more)).notes
            later(site, days=1, hours=2)
        assert [note for note in notes if "is dead" in note] == [
            f"p: retired: the {kind[:-1]} http://{HOST}/chet is dead (it answered 404)"
        ]
        await crawled(tmp_path, site, **more)
        assert not site.visits_to("/chet")
        later(site, days=3)
        await crawled(tmp_path, site, **more)
        assert site.visits_to("/chet") == ["/chet"]
    (row,) = rows(tmp_path, select(frontier).where(frontier.c.url == f"http://{HOST}/chet"))
    assert row.set_aside


async def test_a_feed_brings_what_no_listing_shows(tmp_path: Path) -> None:
    """A feed named by the front page is read in every cycle; its items become articles."""
    feed = (
        "<?xml version='1.0'?><rss version='2.0'><channel><title>Tin</title>"
        "<item><title>Bài số {n} về công trình</title><link>http://{host}{path}</link>"
        "<pubDate>Mon, 04 May 2026 07:00:00 +0700</pubDate></item></channel></rss>"
    )
    async with serving_site(SmallSite()) as site:
        site.sections["an"] = [7, 8]
        site.listing_page = lambda *_: site._frame("")  # type: ignore[method-assign]
        for number in (7, 8):
            path = article_path(number, "an")
            site.put("/rss", feed.format(n=number, host=HOST, path=path), "application/rss+xml")
            await crawled(tmp_path, site, feeds=["/rss"])
            assert number in known(tmp_path)
            assert site.visits_to("/rss") == ["/rss"]
            later(site, hours=1)
