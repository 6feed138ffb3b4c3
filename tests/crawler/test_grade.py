"""What is wrong with a page: saved examples, each in the folder of the quality it must get.

An example is `<quality>/<name>.html`, written by hand after what the software named in its file
name sends. A `.toml` beside it says what differs from a page fetched with status 200 from an
article's URL of a portal whose family nobody named: `url` (where the answer came from), `family`,
`expected`, `status`, `headers`, `front`, and `captured` (what fetching found wrong with the bytes).
"""

import time
import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import PortalConfig
from core.records import Capture, PageKind, Quality
from crawler.grade import is_challenge
from crawler.grade.ends import why_cut
from crawler.grade.words import is_error_text, said_by_text, said_by_title
from crawler.read import read
from portal import site_of

FOLDER = Path(__file__).parent / "qualities"
EXAMPLES = sorted(FOLDER.glob("*/*.html"))
HOST = "tin.songmay.example.vn"
URL = f"https://{HOST}/xa-hoi/khoi-cong-cau-moi-qua-song-may-104512.html"
PATIENCE_S = 10
COMMON = ("bot_wall", "login_wall", "soft_404", "server_error", "truncated", "empty", "wrong_page",
          "ok")  # fmt: skip


def example(file):
    """The page as it was captured, its site, and what the visit hoped for."""
    facts = file.with_suffix(".toml")
    said = tomllib.loads(facts.read_text("utf-8")) if facts.exists() else {}
    unknown = set(said) - {"url", "family", "expected", "status", "headers", "front", "captured",
                           "note"}  # fmt: skip
    assert not unknown, unknown
    headers = said.get("headers", [["Content-Type", "text/html; charset=UTF-8"]])
    capture = captured(
        file.read_bytes(),
        url=said.get("url", URL),
        status=said.get("status", 200),
        headers=tuple((name.encode(), value.encode()) for name, value in headers),
        quality=Quality(said.get("captured", "ok")),
    )
    config = PortalConfig(
        host=HOST, family=said.get("family", "auto"), front=said.get("front", "/")
    )
    return capture, site_of("songmay", config), PageKind(said.get("expected", "article"))


def captured(body, **fields):
    """A capture of this body."""
    return Capture(**{
        "url": URL,
        "captured_at": datetime(2026, 5, 6, 1, 0, tzinfo=UTC),
        "status": 200,
        "reason": "",
        "http_version": "1.1",
        "headers": ((b"Content-Type", b"text/html; charset=UTF-8"),),
        "request_headers": (),
        "payload": body,
        "body": body,
        "quality": Quality.OK,
        **fields,
    })  # fmt: skip


def graded(body, family="auto"):
    """The quality of a page at an article's URL."""
    site = site_of("songmay", PortalConfig(host=HOST, family=family))
    return read(captured(body), site, PageKind.ARTICLE).quality


@pytest.mark.parametrize("file", EXAMPLES, ids=[f"{f.parent.name}/{f.stem}" for f in EXAMPLES])
def test_a_saved_example_gets_the_quality_its_folder_names(file):
    """And a reason of one sentence, unless it is good."""
    reading = read(*example(file))
    assert (reading.quality.value, reading.reason) == (file.parent.name, reading.reason)
    assert bool(reading.reason) == (reading.quality is not Quality.OK)
    assert reading.reason.isprintable()
    assert len(reading.reason) <= 200
    assert (reading.article is not None) <= (reading.quality is Quality.OK)


@pytest.mark.parametrize("quality", COMMON)
def test_every_common_quality_has_examples_enough(quality):
    """Five at least; a folder that is no quality would test nothing."""
    assert {folder.name for folder in FOLDER.iterdir()} <= {each.value for each in Quality}
    assert len(list((FOLDER / quality).glob("*.html"))) >= 5


# --- sentences -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "quality"),
    [
        ("Just a moment...", "bot_wall"),
        ("Please Wait... | Cloudflare", None),
        ("Access to this page has been denied.", "bot_wall"),
        ("XÁC MINH BẠN KHÔNG PHẢI LÀ NGƯỜI MÁY", "bot_wall"),
        ("Truy cập bị từ chối", "bot_wall"),
        ("502 Bad Gateway", "server_error"),
        ("Lỗi hệ thống - Cổng thông tin điện tử", "server_error"),
        ("Trang web đang được nâng cấp", "server_error"),
        ("Hệ thống hiện đang tạm ngừng để bảo trì", "server_error"),
        ("We are currently undergoing scheduled maintenance", "server_error"),
        ("404", "soft_404"),
        ("Error 404 (Not Found)!", "soft_404"),
        ("Không tìm thấy nội dung | Báo Sông Mây", "soft_404"),
        ("Trang bạn yêu cầu không tồn tại - UBND xã Mây Thượng", "soft_404"),
        ("Oops! That page can’t be found.", "soft_404"),
        ("The requested page could not be found", "soft_404"),
        ("Đăng nhập hệ thống", "login_wall"),
        ("Log In ‹ Báo Sông Mây — WordPress", "login_wall"),
    ],
)
def test_a_title_is_told_from_the_page_it_names(title, quality):
    """Alone, or as one part of several, with any accents, case and signs."""
    assert said_by_title(title) == quality


@pytest.mark.parametrize(
    "title",
    [
        "404 Not Found nghĩa là gì?",
        "Vì sao máy tính báo lỗi 404 và cách sửa",
        "Không tìm thấy người mất tích sau lũ",
        "Không tìm thấy thông tin chủ xe sau vụ va chạm ở ngã tư chợ Mây",
        "Không tồn tại nhóm lợi ích trong dự án cầu Mây",
        "Trang Facebook giả mạo công an không còn tồn tại",
        "Bài toán thoát nước đã bị bỏ quên hai mươi năm",
        "Tin đồn vỡ đập bị bác bỏ",
        "Đăng nhập dịch vụ công: hướng dẫn từng bước",
        "Cầu Mây đang bảo trì, cấm xe tải",
        "500 hộ dân Sông Mây có nước sạch",
        "503 thí sinh dự kỳ thi học sinh giỏi",
        "Lỗi nghiêm trọng trong hồ sơ thầu",
        "Tài khoản của cán bộ thôn bị khóa vì lừa đảo",
        "Xác minh người đăng tin sai về lũ",
        "Kiểm tra an ninh tại bến xe dịp lễ",
        "Truy cập mạng miễn phí ở nhà văn hóa",
        "Site clearance for the new bridge is under way",
        "File sharing: what the law says",
        "Police not found guilty",
    ],
)
def test_a_headline_about_such_a_thing_is_none(title):
    """News speaks of errors, logins and what was not found, too."""
    assert said_by_title(title) is None
    assert said_by_text(title) is None


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        ("Xin lỗi, bài viết này không còn tồn tại hoặc đã bị gỡ.", "soft_404"),
        ("Không tìm thấy bài viết phù hợp", "soft_404"),
        ("Thông báo: Tin bạn cần xem đã bị xóa!", "soft_404"),
        ("Sorry, the page you are looking for no longer exists.", "soft_404"),
        ("Quý vị vui lòng đăng nhập để tiếp tục xem nội dung.", "login_wall"),
        ("You must be logged in to view this content", "login_wall"),
        ("Vui lòng đăng nhập để bình luận", None),
        ("Please log in to leave a comment", None),
        ("Yêu cầu của quý vị đã bị từ chối bởi tường lửa", "bot_wall"),
        ("Hãy bật cookie và JavaScript", None),
        ("Website đang bảo trì, mời quý vị quay lại sau", "server_error"),
        ("Ông Hòa nói: “Trang này tôi đọc mỗi ngày”", None),
        ("Anh Tú tìm mãi không thấy trang sổ cũ của cha", None),
        ("", None),
    ],
)
def test_a_paragraph_is_judged_sentence_by_sentence(text, quality):
    """A whole sentence says it, not a word inside one."""
    assert said_by_text(text) == quality


# --- the end of a page ---------------------------------------------------------------------------

GOOD = (FOLDER / "ok" / "with-a-login-box.html").read_bytes()
WHOLE = read(captured(GOOD), site_of("songmay", PortalConfig(host=HOST)), PageKind.ARTICLE)


@given(st.integers(0, len(GOOD)))
def test_a_page_cut_off_anywhere_is_never_another_article(place):
    """It is good only when all of its text is there; it never counts as gone."""
    reading = read(
        captured(GOOD[:place]), site_of("songmay", PortalConfig(host=HOST)), PageKind.ARTICLE
    )
    if reading.quality is Quality.OK:
        assert reading.article == WHOLE.article
    assert reading.quality is not Quality.SOFT_404


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("<p>a<p>b", True),
        ("<ul><li>a</ul><p>b", True),
        ("<b>a", True),
        ("<table><tr><td>a</table>", True),
        ("<!-- a --><p>b", True),
        ("<div>a</div></BODY ></HTML>", True),
        ("<div><div>a</div>", False),
        ("<table><tr><td>a", False),
        ("<p>a<a href='", False),
        ("<p>a</p><!-- a", False),
        ("<p>a</p><script>if(a<b)", False),
        ("<title>a", False),
        ("<p>a\ufffd", False),
    ],
)
def test_what_may_stay_open_at_the_end_is_no_cut(text, is_whole):
    """HTML lets end tags be left out, but not every one."""
    assert bool(why_cut(text, writes_end_tags=False)) is not is_whole


def test_a_template_that_writes_its_end_tags_is_cut_without_them():
    """Even between two elements; what follows the end is no matter."""
    assert why_cut("<div>a</div>", writes_end_tags=True)
    assert not why_cut("<div>a</div></body></html>" + "<!-- cache -->", writes_end_tags=True)


# --- worst cases ---------------------------------------------------------------------------------

MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    "page",
    [
        "<title>" + "a" * MEGABYTE + "</title>",
        "<title>" + "trang " * (MEGABYTE // 6) + "</title>",
        "<title>" + "404 - " * (MEGABYTE // 6) + "</title>",
        "<title>\u1ea1\u0301\u0302 </title>" * 40_000,
        "<h1>" + "không tìm thấy trang nay " * (MEGABYTE // 30) + "</h1>",
        "<h1><a href=/>a</a></h1>" * 10_000,
        "<p>" + "dang nhap a b c d " * (MEGABYTE // 18) + "</p>",
        "<p>" + ("xac minh " * 20 + "</p><p>") * 4_000,
        "<script>" + "document.cookie=" * 60_000 + "</script>",
        "<script>" + "alert('" * 400 + "location=" * 100 + "</script>",
        "<meta http-equiv=refresh content='0;" + " " * MEGABYTE + "'>",
        "<meta http-equiv=refresh content='0;url=/'>" * 20_000,
        "<noscript>" * 2_000 + "javascript" + "<script></script>",
        "uncaught " + "\\" * MEGABYTE,
        "<!--" * (MEGABYTE // 4),
    ],
    ids=[
        "long title", "words", "parts", "marks", "long heading", "linked headings", "login words",
        "runs", "cookies", "alerts", "blank refresh", "refreshes", "noscript", "names", "comments",
    ],
)  # fmt: skip
@pytest.mark.parametrize("family", ["generic", "hanoi-liferay"])
def test_no_page_holds_the_judge(page, family):
    """Each pattern looks at short texts only, and at each of them once."""
    began = time.monotonic()
    assert graded(page.encode(), family) is not Quality.OK
    assert time.monotonic() - began < PATIENCE_S


@given(st.text())
def test_any_text_is_judged(text):
    """Whatever stands in a title or a paragraph, or where a page ends."""
    assert said_by_title(text) in (None, *Quality)
    assert said_by_text(text) in (None, *Quality)
    assert is_error_text(text) in (True, False)
    assert is_challenge(text) in (True, False)
    assert isinstance(why_cut(text, writes_end_tags=False), str)


@given(st.sampled_from([f for f in EXAMPLES if f.stat().st_size < 20_000]), st.data())
def test_a_mutilated_example_never_breaks_the_rules(file, data):
    """Pieces of real markup in any order end in a quality, not in an exception."""
    body = file.read_bytes()
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), min_size=2, max_size=4)))
    pieces = [body[a:b] for a, b in pairwise(places)]
    reading = read(
        captured(b"".join(data.draw(st.permutations(pieces)))),
        site_of("songmay", PortalConfig(host=HOST)),
        PageKind.ARTICLE,
    )
    assert " raised " not in reading.reason
