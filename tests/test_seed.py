"""The page this project began with: an article of thị xã Sơn Tây, one test per field.

The fixture has the Hanoi platform's markup around the page's text; the expected values are those
of the item-by-item table that came with the text.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.config import PortalConfig
from core.records import Article, BlockKind, Capture, PageKind, Precision, Quality, Reading
from crawler.read import read
from portal import site_of
from tests.serving import SEED_TEXT

PAGE = Path(__file__).parent / "fixtures" / "hanoi" / "seed.html"
URL = (
    "https://sontay.hanoi.gov.vn/dang-oan-the/-/view_content/"
    "5079123-toa-am-tong-ket-10-nam-thuc-hien-nghi-quyet-so-29-nq-tw.html"
)


@pytest.fixture(scope="module")
def reading() -> Reading:
    body = PAGE.read_bytes()
    capture = Capture(
        url=URL,
        captured_at=datetime(2023, 5, 17, 3, 0, tzinfo=UTC),
        status=200,
        reason="OK",
        http_version="1.1",
        headers=((b"Content-Type", b"text/html;charset=UTF-8"),),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )
    site = site_of("sontay", PortalConfig(host="sontay.hanoi.gov.vn", family="hanoi-liferay"))
    return read(capture, site, PageKind.ARTICLE)


@pytest.fixture(scope="module")
def article(reading: Reading) -> Article:
    assert reading.article is not None, reading.reason
    return reading.article


def test_quality_and_kind(reading: Reading) -> None:
    """It is a good article page of the Hanoi layout."""
    assert (reading.quality, reading.kind) == (Quality.OK, PageKind.ARTICLE)
    assert reading.layout == "hanoi-liferay/2022"
    assert reading.refusals == ()


def test_title(article: Article) -> None:
    """The first long line."""
    assert article.title == (
        "Tọa đàm tổng kết 10 năm thực hiện Nghị quyết số 29-NQ/TW ngày 04/11/2013 của "
        "Ban Chấp hành Trung ương Đảng"
    )


def test_section(article: Article) -> None:
    """The breadcrumb."""
    assert article.section == "Đảng - đoàn thể"


def test_lead(article: Article) -> None:
    """The paragraph after the date line, whole."""
    assert article.lead is not None
    assert article.lead.startswith("Chiều ngày 16/5, Thị ủy tổ chức hội nghị tọa đàm")
    assert article.lead.endswith("Lê Đại Thăng - Ủy viên BTV – Phó Chủ tịch UBND thị xã tới dự.")


def test_text(article: Article) -> None:
    """Three paragraphs and two captions; lead, byline, related blocks and poll stay out."""
    paragraphs = [b.text for b in article.blocks if b.kind is BlockKind.PARAGRAPH]
    assert [paragraph[:24] for paragraph in paragraphs] == [
        "Qua 10 năm thực hiện Ngh",
        "Tại hội nghị, đã có 12 t",
        "Thông qua tọa đàm nhằm đ",
    ]
    assert "PHẠM HẢO" not in article.text
    assert "Phần mềm tác nghiệp" not in article.text
    assert "giao diện mới" not in article.text


def test_captions_stand_with_their_images(article: Article) -> None:
    """Both bare paragraphs are captions of the images before them."""
    assert [image.caption for image in article.images] == [
        "Thị xã đầu tư cơ sở vật chất, xây dựng mới các trường học",
        "Toàn cảnh buổi tọa đàm",
    ]
    assert all(image.url.startswith("https://sontay.hanoi.gov.vn/") for image in article.images)
    assert len({image.url for image in article.images}) == 2


def test_authors(article: Article) -> None:
    """Two people in one byline."""
    assert article.authors == ("PHẠM HẢO", "THÀNH CHUNG")


def test_publish_time(article: Article) -> None:
    """24-hour local time, exact to the minute."""
    assert article.published is not None
    assert article.published.at == datetime(2023, 5, 16, 8, 20, tzinfo=UTC)
    assert article.published.precision is Precision.MINUTE
    assert article.published.on == date(2023, 5, 16)
    assert article.published.text == "16/05/2023 | 15:20"


def test_view_count(reading: Reading) -> None:
    """The counter of the same line, at fetch time."""
    assert reading.view_count is not None
    assert reading.view_count.count == 75


def test_native_id(article: Article) -> None:
    """The id of the URL, which the page confirms."""
    assert article.native_id == "5079123"


def test_language(article: Article) -> None:
    """Judged from the text."""
    assert article.language == "vi"


def test_weather(reading: Reading) -> None:
    """Three places without values: a script would fill them."""
    assert [(place.place, place.is_filled) for place in reading.weather] == [
        ("Hà Nội", False),
        ("Đà Nẵng", False),
        ("TP Hồ Chí Minh", False),
    ]
    assert {place.temperature_c for place in reading.weather} == {None}


@pytest.mark.parametrize(
    "field",
    ["title", "lead", "section", "authors", "published_at", "native_id", "text"],
)
def test_provenance(reading: Reading, field: str) -> None:
    """Every field says which candidate of the layout found it."""
    found = dict(reading.provenance)[f"article.{field}"]
    assert found.candidate == 1
    assert found.selector


@pytest.mark.skipif(
    not SEED_TEXT.is_file(), reason="shared/pages/sontay-article.seed.txt is not beside the project"
)
def test_the_fixture_says_what_the_seed_says(article: Article) -> None:
    """Every long line of the seed stands in the record, so the fixture proves what it should."""
    spoken = " ".join([article.title, article.lead or "", article.text, *article.authors])
    lines = [" ".join(line.split()) for line in SEED_TEXT.read_text("utf-8").splitlines()]
    for line in (line for line in lines if len(line) > 60):
        assert line in " ".join(spoken.split()), line[:60]
