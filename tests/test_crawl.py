"""Whole crawls of the living replica portal: what is found, how politely, and what stays silent."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.clock import DrivenClock
from core.config import parse
from cycle import Plan, crawl
from demo.server import ReplicaPortal
from demo.town import EVENTS, HOST, VISITS, Town
from storage import queries
from storage.archive import Archive
from storage.tables import (
    article_sections,
    articles,
    captures,
    changes,
    frontier,
    series_runs,
    versions,
)
from tally import Tally

KINDS = {"appears": "new", "edited": "edited", "retitled": "edited", "moved": "moved",
         "removed": "gone"}  # fmt: skip


async def visit(
    folder: Path, portal: ReplicaPortal, clock: DrivenClock, *, is_all: bool = True, **more: Any
) -> Tally:
    """One cycle of the replica with an archive of its own opening."""
    settings = {"host": HOST, "scheme": "http", "connect_to": portal.address, **more}
    config = parse({"portals": {"songmay": settings}})
    tally = Tally()
    with Archive(folder, clock, user_agent="test") as archive:
        async for event in crawl(config, archive, clock, ["songmay"], Plan(is_all=is_all)):
            tally.add(event)
    return tally


def rows(folder: Path, statement: Any) -> list[Any]:
    with queries.reading(folder) as connection:
        return list(connection.execute(statement).all())


async def test_three_crawls_find_exactly_what_the_portal_did(tmp_path: Path) -> None:
    """Each event of the town is one change of the right kind, and nothing else is."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        for at in VISITS:
            clock.move_to(at)
            await visit(tmp_path, portal, clock)
    seen = rows(
        tmp_path,
        select(changes.c.kind, articles.c.native_id)
        .join(articles, articles.c.id == changes.c.article_id)
        .where(changes.c.seen_at >= VISITS[1]),
    )
    found = Counter((row.kind, row.native_id) for row in seen)
    assert found == Counter((KINDS[event.kind], str(event.native_id)) for event in EVENTS)


async def test_an_unchanged_portal_makes_no_version_and_no_change(tmp_path: Path) -> None:
    """Only series go on: one more observation for each counter whose page answered."""
    clock = DrivenClock(VISITS[0])
    looks = select(
        series_runs.c.article_id,
        series_runs.c.source,
        func.sum(series_runs.c.observations_count),
    ).group_by(series_runs.c.article_id, series_runs.c.source)
    async with ReplicaPortal(Town(), clock.now) as portal:
        await visit(tmp_path, portal, clock)
        before = {(r[0], r[1]): r[2] for r in rows(tmp_path, looks)}
        versions_before = rows(tmp_path, select(func.count()).select_from(versions))
        tally = await visit(tmp_path, portal, clock)
    after = {(r[0], r[1]): r[2] for r in rows(tmp_path, looks)}
    assert tally.changes == {}
    assert rows(tmp_path, select(func.count()).select_from(versions)) == versions_before
    assert before
    assert after == {series: count + 1 for series, count in before.items()}


async def test_a_known_article_is_visited_by_its_age_class(tmp_path: Path) -> None:
    """Half an hour later only listings, front page and articles of the first day are asked for."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        await visit(tmp_path, portal, clock)
        first = len(portal.requests)
        clock.move_to(VISITS[0] + timedelta(minutes=30))
        await visit(tmp_path, portal, clock, is_all=False)
        asked = [request.path_qs for request in portal.requests[first:]]
    young = {
        row.url.partition(HOST)[2]
        for row in rows(tmp_path, articles.select())
        if row.published_at is not None and VISITS[0] - row.published_at < timedelta(days=1)
    }
    assert young
    assert {path for path in asked if "/-/view_content/" in path} == young
    assert {"/", "/kinh-te", "/tin-tuc-su-kien"} <= set(asked)
    assert "/robots.txt" not in asked  # its answer holds for a day, kept in the archive


async def test_the_portal_is_asked_politely(tmp_path: Path) -> None:
    """robots.txt first, two seconds between requests, our name on each, nothing forbidden."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        await visit(tmp_path, portal, clock)
    paths = [request.path_qs for request in portal.requests]
    times = [request.at for request in portal.requests]
    assert paths[0] == "/robots.txt"
    assert paths.count("/robots.txt") == 1
    assert all(
        later - sooner >= timedelta(seconds=2) for sooner, later in itertools.pairwise(times)
    )
    assert all(request.user_agent.startswith("Khotin/") for request in portal.requests)
    assert {request.host for request in portal.requests} == {HOST}
    assert not [p for p in paths if "dang-nhap" in p or p.startswith("/c/") or "lifecycle=1" in p]
    assert not [p for p in paths if p.endswith(("/vi", "/en"))]
    assert max(Counter(paths).values()) == 1


async def test_the_order_is_front_page_listings_then_articles(tmp_path: Path) -> None:
    """What tells of news is asked before the news."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        await visit(tmp_path, portal, clock)
    paths = [request.path_qs for request in portal.requests]
    assert paths[1] == "/"
    first_article = next(i for i, path in enumerate(paths) if "/-/view_content/" in path)
    sections = [i for i, path in enumerate(paths) if path.count("/") == 1 and "?" not in path]
    assert max(i for i in sections if paths[i] != "/robots.txt") < first_article


async def test_a_moved_article_leaves_one_section_and_enters_another(tmp_path: Path) -> None:
    """The section history is dated on both sides, and the redirect is a capture."""
    clock = DrivenClock(VISITS[0])
    moved = next(event for event in EVENTS if event.kind == "moved")
    async with ReplicaPortal(Town(), clock.now) as portal:
        for at in VISITS[:2]:
            clock.move_to(at)
            await visit(tmp_path, portal, clock)
    history = rows(
        tmp_path,
        article_sections.select()
        .join(articles)
        .where(articles.c.native_id == str(moved.native_id))
        .order_by(article_sections.c.id),
    )
    assert [(row.left_at is None) for row in history] == [False, True]
    assert history[0].left_at == history[1].entered_at
    assert rows(tmp_path, captures.select().where(captures.c.status == 302))


@pytest.mark.parametrize("kind", ["new", "moved", "gone"])
async def test_the_first_crawl_alarms_nobody_about_moves_or_losses(
    tmp_path: Path, kind: str
) -> None:
    """Meeting a portal for the first time is all news and nothing else."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        tally = await visit(tmp_path, portal, clock)
    assert (tally.changes.get(kind, 0) > 0) == (kind == "new")


async def test_an_unreachable_portal_is_left_alone_and_nothing_is_lost(tmp_path: Path) -> None:
    """A closed port is a failed visit that is kept; the key says when it may be tried again."""
    clock = DrivenClock(datetime(2026, 5, 4, tzinfo=UTC))
    config = parse(
        {"portals": {"p": {"host": HOST, "scheme": "http", "connect_to": "127.0.0.1:9"}}}
    )
    tally = Tally()
    with Archive(tmp_path, clock, user_agent="test") as archive:
        async for event in crawl(config, archive, clock, ["p"]):
            tally.add(event)
    (note,) = tally.given_up
    assert f"http://{HOST}/robots.txt: Connection refused" in note
    assert rows(tmp_path, select(func.count()).select_from(articles)) == [(0,)]


async def test_a_portal_that_moves_is_paced_under_its_new_key(tmp_path: Path) -> None:
    """Its known URLs are asked under the key of today, not of the day they were found."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        await visit(tmp_path, portal, clock, politeness_key="old")
        await visit(tmp_path, portal, clock, politeness_key="new")
    assert {row.key for row in rows(tmp_path, frontier.select())} == {"named:new"}


async def test_a_long_slice_is_given_back_before_its_lease_ends(tmp_path: Path) -> None:
    """With a minute between two requests the key is claimed anew, and every page is asked once."""
    clock = DrivenClock(VISITS[0])
    async with ReplicaPortal(Town(), clock.now) as portal:
        tally = await visit(tmp_path, portal, clock, delay="60s")
        paths = Counter(request.path_qs for request in portal.requests)
    assert clock.now() - VISITS[0] > timedelta(minutes=30)
    assert set(paths.values()) == {1}
    assert tally.changes["new"] == 28
