"""The saved real page of VnExpress is read as its truth file says, field by field."""

import json
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from core.config import PortalConfig
from core.records import Article, BlockKind, Capture, PageKind, Quality, Reading
from crawler.read import read
from portal import site_of
from tests.serving import SHARED

FOLDER = SHARED / "pages" / "vnexpress"
PAGE = FOLDER / "VnExpress_2025_10_22.html"
TRUTH = FOLDER / "VnExpress.json"
NATIVE_ID = "4954454"
URL = f"https://vnexpress.net/bai-viet-{NATIVE_ID}.html"  # the slug is none of the identity

pytestmark = pytest.mark.skipif(
    not PAGE.is_file(),
    reason="shared/pages/vnexpress is not beside the project: real pages have no licence and are "
    "never committed",
)


@cache
def reading() -> Reading:
    """The page as an open portal reads it, the day after it was published."""
    body = PAGE.read_bytes()
    capture = Capture(
        url=URL,
        captured_at=datetime.fromisoformat("2025-10-23T08:00:00+07:00"),
        status=200,
        reason="OK",
        http_version="1.1",
        headers=((b"Content-Type", b"text/html; charset=utf-8"),),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )
    return read(capture, site_of("vnexpress", PortalConfig(host="vnexpress.net")), PageKind.ARTICLE)


def article() -> Article:
    found = reading().article
    assert found is not None
    return found


@cache
def truth() -> Any:
    return json.loads(TRUTH.read_text("utf-8"))["V1"]


def test_the_family_is_known_by_the_page_alone() -> None:
    """Nobody named it; the quality is right and nothing is refused."""
    assert reading().family == "vnexpress"
    assert reading().layout == "vnexpress/2019"
    assert reading().kind is PageKind.ARTICLE
    assert reading().quality is Quality.OK
    assert reading().refusals == ()


def test_the_title_is_right() -> None:
    """As the truth has it."""
    assert article().title == truth()["title"]


def test_the_authors_are_right() -> None:
    """The line at the end, right-aligned; not the organisation in the metadata."""
    assert list(article().authors) == truth()["authors"]


def test_the_lead_is_right() -> None:
    """The truth calls it the summary."""
    assert [article().lead] == truth()["body"]["summary"]


def test_the_text_is_right() -> None:
    """Every paragraph in its order, the caption among them, and no other: no byline, no box."""
    sections = truth()["body"]["sections"]
    expected = [text for each in sections for text in (*each["headline"], *each["paragraphs"])]
    assert article().text.split("\n") == expected


def test_the_time_of_publishing_is_right() -> None:
    """To the minute, which is what the page shows; the truth has the seconds of the metadata."""
    published = article().published
    assert published is not None
    expected = datetime.fromisoformat(truth()["publishing_date"])
    assert published.at == expected.replace(second=0)
    assert published.on == expected.date()


def test_the_tags_are_right() -> None:
    """The truth calls them topics."""
    assert list(article().tags) == truth()["topics"]


def test_the_images_are_right() -> None:
    """One of the addresses that the truth lists; our URLs order the parameters by name."""
    expected = [[parts(each["url"]) for each in image["versions"]] for image in truth()["images"]]
    assert len(article().images) == len(expected)
    for image, versions in zip(article().images, expected, strict=True):
        assert parts(image.url) in versions


def test_captions_and_credits_are_right() -> None:
    """`Ảnh:` parts one from the other."""
    expected = [(image["caption"], image["authors"]) for image in truth()["images"]]
    assert [(image.caption, [image.credit]) for image in article().images] == expected


def test_the_image_stands_where_the_page_shows_it() -> None:
    """Between the second paragraph and the third."""
    kinds = [block.kind for block in article().blocks]
    assert kinds.index(BlockKind.IMAGE) == 2
    assert kinds.count(BlockKind.PARAGRAPH) == len(kinds) - 1


def test_what_a_script_would_fill_in_is_absent() -> None:
    """Comments and related articles are not in the page: absent, not 0."""
    assert reading().comment_count is None
    assert reading().view_count is None
    assert reading().links.related == ()


def test_the_native_id_is_that_of_the_url_and_the_page() -> None:
    """Both name it, and they agree."""
    assert article().native_id == NATIVE_ID


def parts(url: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    split = urlsplit(url)
    return split.netloc, split.path, tuple(sorted(parse_qsl(split.query)))
