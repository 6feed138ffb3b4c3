"""What stands beside the content of the saved pages of sotttt.hanoi.gov.vn, counted by hand.

Polls, visitors, blocks of links, related lists and pagers, and the family by the pages' own marks.
"""

from datetime import UTC, datetime
from functools import cache

import pytest

from core.config import PortalConfig
from core.records import Capture, PageKind, Quality, Reading
from crawler.read import read
from portal import site_of
from tests.serving import HANOI, needs_hanoi_pages

pytestmark = needs_hanoi_pages
HOST = "sotttt.hanoi.gov.vn"
PAGES = sorted(path.name for path in HANOI.glob("*.html"))

POLL_ID, QUESTION = "675935", "Lấy ý kiến bình chọn về nội dung trên trang ?"
ANSWERS = ("Rất Đầy đủ", "Đầy đủ", "Chưa đầy đủ")
LINKS = (
    ("Mặt trận tổ quốc việt nam", "http://www.mattran.org.vn/"),
    ("Bộ Văn hóa TT&DL", "http://www.bvhttdl.gov.vn/"),
    ("Quận Thanh Xuân", "http://thanhxuan.gov.vn/portal/Home/default.aspx"),
    ("Quận Long Biên", "http://longbien.gov.vn/longbien/web/default.html"),
    ("Sở thông tin truyền thông", "http://www.ict-hanoi.gov.vn/"),
    ("Sở công thương", "http://congthuonghn.gov.vn:8080/web/guest/homepage"),
    (
        "Cổng thông tin điện tử Chính phủ",
        "http://chinhphu.vn/portal/page/portal/chinhphu/trangchu",
    ),
    ("Báo Việt Nam Net", "http://tintuc.vnn.vn/"),
)
BLOCK_TITLES = {
    "chien-luoc-quy-hoach.html": "Liên kết website",
    "chien-luoc-quy-hoach84a0.html": "Liên kết website",
    "cong-khai-ngan-sach.html": "LIÊN KẾT WEBSITE",
    "cong-khai-ngan-sach3046.html": "LIÊN KẾT WEBSITE",
    "cong-khai-ngan-sache517.html": "LIÊN KẾT WEBSITE",
    "dsttdt.html": "liên kết website",
    "index.html": "Liên kết website",
    "lay-y-kien-van-ban-du-thao.html": "Liên kết website",
    "luatthudo.html": "liên kết website",
    "pctn.html": "liên kết website",
    "pctn511b.html": "liên kết website",
    "shtd.html": "liên kết website",
}
FORMS = (
    "chien-luoc-quy-hoach.html",
    "chien-luoc-quy-hoach84a0.html",
    "lay-y-kien-van-ban-du-thao.html",
)
RESULT = "chien-luoc-quy-hoachba6a.html"
HAS_NEXT = {
    "cong-khai-ngan-sach.html",
    "cong-khai-ngan-sache517.html",
    "luatthudo.html",
    "pctn.html",
    "shtd.html",
}


@cache
def reading(name: str, family: str = "hanoi-liferay") -> Reading:
    """The saved page as the rules of today read it."""
    body = (HANOI / name).read_bytes()
    capture = Capture(
        url=f"http://{HOST}/{name}",
        captured_at=datetime(2022, 8, 27, 5, 0, tzinfo=UTC),
        status=200,
        reason="OK",
        http_version="1.1",
        headers=((b"Content-Type", b"text/html;charset=UTF-8"),),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )
    site = site_of("sotttt", PortalConfig(host=HOST, scheme="http", family=family))
    return read(capture, site, PageKind.OTHER)


@pytest.mark.parametrize("name", FORMS)
def test_a_poll_form_is_an_open_poll_without_votes(name: str) -> None:
    """The portal's own id, the bare question, three answers without their letters."""
    (poll,) = reading(name).polls
    assert (poll.native_id, poll.title, poll.question) == (POLL_ID, "THĂM DÒ Ý KIẾN", QUESTION)
    assert tuple(option.text for option in poll.options) == ANSWERS
    assert {(option.votes_count, option.share_pct) for option in poll.options} == {(None, None)}
    assert poll.total_count is None
    assert poll.is_open is True


def test_the_result_of_the_poll_is_read_from_its_pop_up() -> None:
    """English grouping of thousands; every row has a tbody of its own that nothing closes."""
    (poll,) = reading(RESULT).polls
    assert (poll.native_id, poll.question) == (POLL_ID, QUESTION)
    assert tuple(option.text for option in poll.options) == ANSWERS
    assert [option.votes_count for option in poll.options] == [29_382, 9_484, 9_902]
    assert [option.share_pct for option in poll.options] == [60, 19, 20]
    assert poll.total_count == 48_768
    assert not poll.is_open


def test_no_other_page_shows_a_poll() -> None:
    """Three forms and one result."""
    assert {name for name in PAGES if reading(name).polls} == {*FORMS, RESULT}


def test_the_counters_of_visitors_are_on_the_front_page_alone() -> None:
    """27 were there, 4,798,809 had been; how many came that day it does not say."""
    visitors = reading("index.html").visitors
    assert visitors is not None
    assert (visitors.online_count, visitors.total_count) == (27, 4_798_809)
    assert visitors.today_count is None
    assert {name for name in PAGES if reading(name).visitors} == {"index.html"}


@pytest.mark.parametrize("name", PAGES)
def test_blocks_of_links_have_their_titles_and_every_link(name: str) -> None:
    """A select of eight addresses, on the front page in a group; its first entry leads nowhere."""
    blocks = reading(name).link_blocks
    title = BLOCK_TITLES.get(name)
    assert [block.title for block in blocks] == ([title] if title else [])
    for block in blocks:
        assert tuple((link.text, link.url) for link in block.links) == LINKS


def test_the_related_list_is_told_from_the_text() -> None:
    """Six other articles under `Other News`, none of them content."""
    found = reading("chien-luoc-quy-hoach84a0.html")
    assert found.article is not None
    ids = [url.partition("/-/view_content/")[2].partition("-")[0] for url in found.links.related]
    assert ids == ["4416594", "4409592", "4378912", "4378903", "4378879", "4378364"]
    assert "Kiện toàn Tổ công tác" not in found.article.text


def test_a_list_names_its_next_page_unless_it_is_the_last() -> None:
    """The third of four buttons, if it is not disabled."""
    assert {name for name in PAGES if reading(name).links.next} == HAS_NEXT


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_whose_family_it_is(name: str) -> None:
    """Articles and lists, and the login, the status page and the pop-up without any content."""
    assert reading(name, "auto").family == "hanoi-liferay"
