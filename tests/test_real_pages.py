"""The saved pages of sotttt.hanoi.gov.vn, served under their own host and crawled like the web."""

import asyncio
import html
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import DrivenClock
from core.config import parse
from cycle import crawl
from storage import queries
from storage.archive import Archive
from storage.tables import articles, placement_runs, placements, presence, weather_runs
from tally import Tally
from tests.serving import HANOI, Asked, needs_hanoi_pages, serve_files

pytestmark = needs_hanoi_pages
HOST = "sotttt.hanoi.gov.vn"
NOW = datetime(2022, 8, 27, 5, 0, tzinfo=UTC)
LISTS = (
    "chien-luoc-quy-hoach.html",
    "cong-khai-ngan-sach.html",
    "cong-khai-ngan-sach3046.html",
    "cong-khai-ngan-sache517.html",
    "dsttdt.html",
    "lay-y-kien-van-ban-du-thao.html",
    "luatthudo.html",
    "pctn.html",
    "pctn511b.html",
    "shtd.html",
    "web_sotttt-eng_culture.html",
)
ITEM = re.compile(
    r'<h3 class="asset-title">\s*<a href="([^"]*)">(.*?)</a>.*?block_timer">(.*?)</div>'
    r'\s*<div class="asset-summary">(.*?)</div>',
    re.DOTALL,
)


class Crawled:
    """What one crawl of all saved pages left."""

    def __init__(self, folder: Path, asked: Asked, tally: Tally) -> None:
        self.folder, self.asked, self.tally = folder, asked, tally

    def rows(self, statement: Any) -> list[Any]:
        """Rows of the archive."""
        with queries.reading(self.folder) as connection:
            return list(connection.execute(statement).all())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return asyncio.run(crawl_all(tmp_path_factory.mktemp("real") / "a"))


async def crawl_all(folder: Path) -> Crawled:
    files = {f"/{path.name}": path.read_bytes() for path in HANOI.glob("*.html")}
    clock = DrivenClock(NOW)
    async with serve_files(files) as (address, asked):
        portal = {
            "host": HOST,
            "scheme": "http",
            "connect_to": address,
            "front": "/index.html",
            "targets": sorted(files),
        }
        config = parse({"portals": {"sotttt": portal}})
        tally = Tally()
        with Archive(folder, clock, user_agent="test") as archive:
            async for event in crawl(config, archive, clock, ["sotttt"]):
                tally.add(event)
    return Crawled(folder, asked, tally)


def shown_in(name: str) -> list[tuple[str, str, str]]:
    """Title, timer line and summary of each list item, taken from the page by a pattern."""
    page = re.sub(r"<!--.*?-->", "", (HANOI / name).read_text("utf-8"), flags=re.DOTALL)
    return [(plain(title), plain(timer), plain(summary)) for _, title, timer, summary
            in ITEM.findall(page)]  # fmt: skip


def plain(markup: str) -> str:
    text = html.unescape(re.sub(r"<[^>]*>", " ", markup))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def test_every_list_item_is_read_with_title_time_views_summary_and_id(
    crawled: Crawled,
) -> None:
    """Each item a pattern sees in the page stands in the archive as it is printed."""
    total = 0
    for name in LISTS:
        url = f"http://{HOST}/{name}"
        items = crawled.rows(
            placements.select()
            .join(placement_runs)
            .where(placement_runs.c.url == url)
            .order_by(placements.c.position)
        )
        expected = shown_in(name)
        assert [(item.title, item.summary or "") for item in items] == [
            (title, summary) for title, _, summary in expected
        ], name
        for item, (_, timer, _) in zip(items, expected, strict=True):
            check_timer(crawled, item, timer)
        total += len(items)
    assert total == sum(
        (HANOI / name).read_text("utf-8").count('class="asset-abstract ') for name in LISTS
    )


def check_timer(crawled: Crawled, item: Any, timer: str) -> None:
    """The printed line against the stored instant, precision, view count and native id."""
    day, month, year, hour, minute, half = re.search(
        r"(\d\d)/(\d\d)/(\d{4}) \| (\d\d):(\d\d) (AM|PM)", timer
    ).groups()  # type: ignore[union-attr]
    is_unknown = (hour, minute, half) == ("12", "00", "AM")
    local_hour = int(hour) % 12 + (12 if half == "PM" else 0)
    at = datetime.fromisoformat(f"{year}-{month}-{day}T{local_hour:02}:{minute}+07:00")
    assert item.published_at == at, timer
    assert item.published_precision == ("day" if is_unknown else "minute"), timer
    row = crawled.rows(articles.select().where(articles.c.id == item.article_id))[0]
    assert row.native_id is not None
    assert f"/-/view_content/{row.native_id}-" in item.url
    counted = re.search(r"View count: (\d+)", timer)
    with queries.reading(crawled.folder) as connection:
        seen = [run["value"] for run in queries.series_of(connection, item.article_id)
                if run["source"] == "listing"]  # fmt: skip
    assert (int(counted[1]) in seen) if counted else True, timer


def test_the_one_article_page_is_read_with_all_its_fields(crawled: Crawled) -> None:
    """Its id comes from the page, since its URL says nothing."""
    with queries.reading(crawled.folder) as connection:
        found = queries.article(connection, queries.find(connection, "sotttt/708168"))
    page = found["versions"][0]["article"]
    assert found["state"] == "live"
    assert page["url"] == f"http://{HOST}/chien-luoc-quy-hoach84a0.html"
    assert page["title"].startswith("Hướng dẫn xây dựng Kế hoạch ứng dụng CNTT")
    assert page["published_at"] == "2012-12-20T17:00:00Z"
    assert (page["published_on"], page["published_precision"]) == ("2012-12-21", "day")
    assert page["published_text"] == "21/12/2012 | 12:00 AM"
    assert page["section"] == "Chiến lược quy hoạch"
    assert page["lead"] is None
    assert page["authors"] == []  # "admin admin" is an account, not a person
    assert page["language"] == "vi"
    assert page["text"].startswith("Hướng dẫn xây dựng Kế hoạch")
    assert "Điện thoại: 043.7366620" in page["text"]
    assert "Chiến lược phát triển lĩnh vực thông tin cơ sở" not in page["text"]
    assert [file["name"] for file in page["attachments"]] == ["Phần 1", "Phần 2"]
    assert [file["url"].rpartition(".")[2] for file in page["attachments"]] == ["doc", "xls"]
    assert found["provenance"]["fields"]["article.native_id"]["candidate"] == 1


def test_the_weather_block_is_three_unfilled_places(crawled: Crawled) -> None:
    """The fourth row stands in a comment and is not there; three pages are one observation."""
    rows = crawled.rows(weather_runs.select().order_by(weather_runs.c.id))
    assert [(row.place, row.is_filled, row.observations_count) for row in rows] == [
        ("Hà Nội", False, 1),
        ("Đà Nẵng", False, 1),
        ("TP Hồ Chí Minh", False, 1),
    ]
    assert all(row.temperature_c is None for row in rows)


def test_articles_whose_pages_are_not_there_stay_listed(crawled: Crawled) -> None:
    """A 404 at a page never read proves no disappearance."""
    rows = crawled.rows(articles.select())
    assert {row.state for row in rows if row.native_id != "708168"} == {"listed"}
    assert len(rows) > 90
    missing = crawled.rows(presence.select().where(presence.c.state == "gone"))
    assert missing
    assert "gone" not in crawled.tally.changes


def test_no_login_action_or_trap_url_is_asked_for(crawled: Crawled) -> None:
    """Not even the login page that the targets name; the crawl says so."""
    asked = crawled.asked.paths
    assert len(asked) == len(set(asked))
    assert not [path for path in asked if re.search(r"dang-nhap|login|p_p_id=58", path)]
    assert not [path for path in asked if "p_p_lifecycle=1" in path]
    assert not [path for path in asked if re.search(r"/(vi|en)/?$", path)]
    assert any("dang-nhap" in note for note in crawled.tally.notes)
    assert {host for _, _, host in crawled.asked.requests} == {HOST}


def test_a_status_page_with_200_is_no_article(crawled: Crawled) -> None:
    """The Liferay status page saved among them is a soft 404, and it is kept."""
    assert crawled.tally.qualities == {"soft_404": 1}
