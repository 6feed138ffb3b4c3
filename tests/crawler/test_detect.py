"""Which family a page is of: by its own marks, and for a portal, once its pages have shown it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import cases
from core.clock import DrivenClock
from core.config import FAMILIES as NAMES
from core.config import PortalConfig, parse
from core.records import PageKind
from crawler.detect import detect, of_family
from crawler.page import Page
from crawler.portals import FAMILIES, GENERIC
from crawler.read import open_page, read, rules_of
from cycle import Plan, crawl
from portal import site_of
from storage import queries
from storage.archive import Archive
from storage.tables import captures, portals, readings
from tests.crawler.sites import captured
from tests.serving import Asked, serve_files

FOLDERS = [
    folder
    for folder in cases.cases_in(Path(__file__).parents[1] / "cases")
    if folder.parent.name in NAMES
]
IDS = [f"{folder.parent.name}/{folder.name}" for folder in FOLDERS]
ORDER = list(FAMILIES)
STOCK = "liferay-6"  # what others are built on: its marks are on their pages too


def opened(folder: Path, family: str) -> Page:
    """The page of a case, on a site of this family."""
    case = cases.load_case(folder)
    site = site_of("case", case.portal.model_copy(update={"family": family}))
    page = open_page(case.capture, site)
    assert page is not None
    return page


def marks_of(page: Page) -> set[str]:
    """The families of which the page shows a mark."""
    return {
        family.id
        for family in FAMILIES.values()
        if any(page.matches(mark) for mark in family.marks)
        or (family.url_mark is not None and family.url_mark.search(page.url))
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_a_page_is_of_its_family_and_of_no_other(folder: Path) -> None:
    """A mark that another family has too is one of a family that is asked later."""
    mine, page = folder.parent.name, opened(folder, GENERIC.id)
    found = detect(page)
    shown = marks_of(page)
    assert (found[0].id if found else GENERIC.id) == mine
    assert not [name for name in shown if ORDER.index(name) < ORDER.index(mine)]
    assert shown <= {mine, STOCK}


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_a_page_read_on_an_open_site_names_its_family_and_its_rules(folder: Path) -> None:
    """The record says whose rules read it."""
    case = cases.load_case(folder)
    site = site_of("case", case.portal.model_copy(update={"family": "auto"}))
    reading = read(case.capture, site, case.hoped_for)
    family = FAMILIES[folder.parent.name]
    assert (reading.family, reading.rules) == (family.id, rules_of(family))
    assert reading.layout is None or reading.layout in {each.id for each in family.layouts}


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_a_family_that_the_config_names_is_never_put_in_doubt(folder: Path) -> None:
    """Whatever a page shows: who wrote the section knows the portal."""
    other = "wordpress" if folder.parent.name != "wordpress" else "sharepoint"
    assert opened(folder, other).site.family is FAMILIES[other]


@pytest.mark.parametrize("name", [name for name in NAMES if name != GENERIC.id])
def test_a_page_without_marks_stays_with_the_family_of_its_site(name: str) -> None:
    """Error pages and pop-ups show nothing; the portal is what it was."""
    site = replace(
        of_family(site_of("p", PortalConfig(host="a.vn")), FAMILIES[name]), is_family_open=True
    )
    capture = captured(BARE, "https://a.vn/trang")
    page = open_page(capture, site)
    assert page is not None
    assert detect(page) is None
    assert page.site is site
    assert read(capture, site, PageKind.OTHER).family == name


def test_of_a_site_and_a_family_there_is_one_object() -> None:
    """What is remembered for a site is found again."""
    site = site_of("p", PortalConfig(host="a.vn"))
    assert site.is_family_open
    assert site.family is GENERIC
    for family in FAMILIES.values():
        assert of_family(site, family) is of_family(site, family)
        assert of_family(site, family).is_family_open


def test_every_family_but_the_generic_one_has_marks() -> None:
    """Without any it would never be found; the generic one is what is left."""
    for family in FAMILIES.values():
        assert bool(family.marks or family.url_mark) == (family is not GENERIC)
    assert ORDER[-1] == GENERIC.id


# --- a portal that names no family ----------------------------------------------------------------

HOST = "xabac.example.vn"
AT = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
FRONT = """<html class="aui"><head><title>Cổng xã Bắc</title></head><body>
<div class="portlet-boundary"><div class="dd_chuyenmuc"></div>
<ul class="navi"><li><a href="/tin-tuc">Tin tức</a></li></ul>
<div class="asset-abstract"><h3 class="asset-title">
<a href="/tin-tuc/-/view_content/11-hoi.html?t=9">Hội làng</a></h3>
<div class="assetPublishDate block_timer">Ngày đăng 03/05/2026 | 15:20</div></div></div>
</body></html>""".encode()
ARTICLE = """<html class="aui"><head><title>Hội làng - Tin tức - Cổng xã Bắc</title></head><body>
<div class="portlet-boundary"><div class="asset-full-content-title">Hội làng</div>
<div class="assetPublishDate block_timer">Ngày đăng 03/05/2026 | 15:20</div>
<div class="asset-full-content"><div class="asset-content" id="_101_11">
<div class="journal-content-article"><p>Dân làng Bắc mở hội sáng nay.</p></div></div></div></div>
</body></html>""".encode()
BARE = "<html><head><title>Sơ đồ</title></head><body><p>Đang cập nhật</p></body></html>".encode()
PAGES = {
    "/": FRONT,
    "/tin-tuc": FRONT,
    "/so-do": BARE,
    "/tin-tuc/-/view_content/11-hoi.html": ARTICLE,
}


async def cycle(folder: Path, pages: dict[str, bytes], clock: DrivenClock, **portal: Any) -> Asked:
    """One cycle of a portal that serves these pages; what it was asked for."""
    async with serve_files(pages) as (address, asked):
        section = {"host": HOST, "scheme": "http", "connect_to": address, "targets": ["/so-do"]}
        config = parse({"portals": {"xabac": section | portal}})
        with Archive(folder, clock, user_agent="test") as archive:
            async for _ in crawl(config, archive, clock, ["xabac"], Plan(is_all=True)):
                pass
    return asked


def kept(folder: Path) -> tuple[str, dict[str, tuple[str | None, str]]]:
    """The family that the archive knows, and each page's last layout and rules."""
    with queries.reading(folder) as connection:
        family = connection.execute(select(portals.c.family)).scalar_one()
        rows = connection.execute(
            select(captures.c.url, readings.c.layout, readings.c.rules)
            .join(captures, captures.c.id == readings.c.capture_id)
            .order_by(captures.c.id)
        )
        return family, {row.url.partition(HOST)[2]: (row.layout, row.rules) for row in rows}


async def test_the_first_page_decides_and_the_archive_keeps_it(tmp_path: Path) -> None:
    """URL rules of the family hold from its first page on; pages without marks are of it too."""
    clock = DrivenClock(AT)
    asked = await cycle(tmp_path, PAGES, clock)
    family, pages = kept(tmp_path)
    rules = rules_of(FAMILIES["hanoi-liferay"])
    assert family == "hanoi-liferay"
    assert pages["/"] == ("hanoi-liferay/2022", rules)
    assert pages["/tin-tuc/-/view_content/11-hoi.html"] == ("hanoi-liferay/2022", rules)
    assert pages["/so-do"][1] == rules
    assert "/tin-tuc/-/view_content/11-hoi.html?t=9" not in asked.paths
    with queries.reading(tmp_path) as connection:
        (article,) = queries.articles_listed(connection, limit=10)
    assert article["native_id"] == "11"


async def test_the_next_cycle_begins_with_what_was_seen(tmp_path: Path) -> None:
    """Its first page may show nothing: the portal is rebuilding its front."""
    clock = DrivenClock(AT)
    await cycle(tmp_path, PAGES, clock)
    clock.move_to(datetime(2026, 5, 5, 1, 0, tzinfo=UTC))
    await cycle(tmp_path, PAGES | {"/": BARE, "/so-do": BARE + b" "}, clock)
    family, pages = kept(tmp_path)
    assert family == "hanoi-liferay"
    assert {page[1] for page in pages.values()} == {rules_of(FAMILIES["hanoi-liferay"])}


async def test_a_portal_without_marks_is_read_by_shape_until_it_shows_one(tmp_path: Path) -> None:
    """The generic family is no discovery: nothing is kept of it."""
    clock = DrivenClock(AT)
    await cycle(tmp_path, {"/": BARE, "/so-do": BARE}, clock)
    family, pages = kept(tmp_path)
    assert family == "auto"
    assert {page[1] for page in pages.values()} == {rules_of(GENERIC)}
    clock.move_to(datetime(2026, 5, 5, 1, 0, tzinfo=UTC))
    await cycle(tmp_path, PAGES, clock)
    assert kept(tmp_path)[0] == "hanoi-liferay"


async def test_a_family_that_the_config_names_is_not_learned_away(tmp_path: Path) -> None:
    """Pages of another one change nothing; taken out of the config, it is what was seen last."""
    clock = DrivenClock(AT)
    await cycle(tmp_path, PAGES, clock, family="liferay-6")
    family, pages = kept(tmp_path)
    assert family == "liferay-6"
    assert {page[1] for page in pages.values()} == {rules_of(FAMILIES["liferay-6"])}
