"""Khotin as a contender: every portal from its front page into a durable archive.

Fetch, read, WARC, decide, record; an fsync of the WARC and a commit for each group. What came out
is held against what stands on the server: the bytes, the states and what each article says.
"""

import asyncio
import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from benchmarks.measured import Measured, demand, demand_truth, measuring
from benchmarks.pages import Material, TrueArticle, load_material, load_truth
from cli.crawling import calm_collector
from core.clock import SystemClock
from core.config import Config, parse
from cycle import Plan, crawl
from demo.server import ROBOTS
from storage import queries
from storage.archive import Archive
from storage.tables import captures, series_runs, versions
from tally import Tally

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def khotin_crawl(pages: Path, address: tuple[str, int], folder: Path) -> Measured:
    """Crawl every portal from its front page into an archive on disk."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    material = load_material(pages)
    measured = Measured(pages_count=material.pages_count)
    config = config_for(material, address)
    tally = asyncio.run(_crawl(config, folder, measured))
    demand("notes and portals given up", tally.notes + tally.given_up, [])
    demand("changes", tally.changes, {"new": material.articles_count})
    measured.written_bytes = sum(it.stat().st_size for it in folder.rglob("*") if it.is_file())
    check_archive(material, folder)
    check_articles(load_truth(pages), folder)
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


async def _crawl(config: Config, folder: Path, measured: Measured) -> Tally:
    clock, tally = SystemClock(), Tally()
    user_agent = config.user_agent(next(iter(config.portals)))
    archive = Archive(folder, clock, user_agent=user_agent)
    archive.__enter__()  # the empty archive is made before the clocks run
    calm_collector()  # as the command does
    with measuring(measured):
        try:
            async for event in crawl(config, archive, clock, config.portals, Plan(is_all=True)):
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


def check_articles(truth: dict[str, TrueArticle], folder: Path) -> None:
    """Each article's version says what its page says, and so does its view counter."""
    runs = select(func.max(series_runs.c.value)).where(
        series_runs.c.article_id == versions.c.article_id, series_runs.c.counter == "views"
    )
    with queries.reading(folder) as connection:
        rows = connection.execute(
            select(versions.c.content, runs.scalar_subquery().label("views_count"))
        ).all()
    demand_truth({row.content["url"]: _said(row.content, row.views_count) for row in rows}, truth)


def _said(content: dict[str, Any], views_count: int) -> TrueArticle:
    published = datetime.fromisoformat(content["published_at"]).astimezone(_ZONE)
    return TrueArticle(
        title=content["title"],
        lead=content["lead"],
        authors=tuple(content["authors"]),
        section=content["section"],
        published_at=published.replace(tzinfo=None).isoformat(),
        views_count=views_count,
    )
