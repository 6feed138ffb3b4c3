"""Pages nobody would wish for, crawled: each kept with a name for what is wrong, none a version."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from core.clock import DrivenClock
from core.config import parse
from cycle import crawl
from demo.pages import page_at
from demo.town import HOST, VISITS, Town
from storage import queries
from storage.archive import Archive
from storage.tables import articles, captures, versions, warc_files
from storage.warc import read_capture
from tally import Tally
from tests.serving import serve_files
from tests.storage.recording import place_of

STATE = Town().at(VISITS[0])
STORY = STATE.stories[0]
GOOD = page_at(STATE, STORY.path, dice=Random(1), base=f"http://{HOST}").html
NOT_FOUND = page_at(STATE, "/khong-co-trang-nay", dice=Random(1), base=f"http://{HOST}").html


def with_id(native_id: int) -> str:
    """The good page as the article of another id."""
    return GOOD.replace(f"_101_{STORY.native_id}", f"_101_{native_id}")


def inside(what: str, native_id: int) -> bytes:
    """The good page with something in its body."""
    return with_id(native_id).replace("</body>", f"{what}</body>").encode()


PAGES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "truncated": (GOOD.encode()[: len(GOOD) // 2], "truncated"),
    "large": (GOOD.encode() + b" " * 20_000_000, "too_large"),
    "nested": (inside("<div>" * 200_000, 5), "too_complex"),
    "attributes": (inside("<p " + " ".join(f"a{n}" for n in range(100_000)) + ">", 6),
                   "too_complex"),
    "binary": (bytes(range(256)) * 400, "undecodable"),
    "not-found": (NOT_FOUND.encode(), "soft_404"),
}  # fmt: skip
URLS = {name: f"/tin-tuc/-/view_content/{n}-{name}.html" for n, name in enumerate(PAGES, start=1)}
READ = "/tin-tuc/-/view_content/99-bang-ma-khac.html"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "a"
    asyncio.run(crawl_all(folder))
    return folder


async def crawl_all(folder: Path) -> None:
    files = {URLS[name]: body for name, (body, _) in PAGES.items()}
    declared = with_id(99).replace("charset=UTF-8", "charset=utf-16")
    files[READ] = b"\xff\xfe" + declared.encode("utf-16-le")
    clock = DrivenClock(VISITS[0])
    async with serve_files(files) as (address, _):
        settings = {"host": HOST, "scheme": "http", "connect_to": address, "follow": False}
        config = parse({"portals": {"p": settings | {"targets": sorted(files)}}})
        tally = Tally()
        with Archive(folder, clock, user_agent="test") as archive:
            async for event in crawl(config, archive, clock, ["p"]):
                tally.add(event)


def rows(folder: Path, statement: object) -> list:
    with queries.reading(folder) as connection:
        return list(connection.execute(statement).all())


@pytest.mark.parametrize("name", PAGES)
def test_a_bad_page_is_a_capture_with_a_named_quality(crawled: Path, name: str) -> None:
    """The name says what is wrong, and the bytes that prove it can be read back."""
    url = f"http://{HOST}{URLS[name]}"
    found = select(captures, warc_files.c.name).join(warc_files).where(captures.c.url == url)
    (row,) = rows(crawled, found)
    assert row.quality == PAGES[name][1]
    assert row.reason
    kept = read_capture(crawled / "warc", place_of(row))
    assert kept.payload is not None
    assert PAGES[name][0].startswith(kept.payload)


def test_another_charset_is_simply_read_and_nothing_else_is_a_version(crawled: Path) -> None:
    """The one page that can be decoded is the one article with a version."""
    (version,) = rows(crawled, versions.select())
    (article,) = rows(crawled, articles.select().where(articles.c.id == version.article_id))
    assert (article.native_id, article.state) == ("99", "live")
    assert version.title == STORY.title
    assert {row.state for row in rows(crawled, articles.select())} == {"live"}
