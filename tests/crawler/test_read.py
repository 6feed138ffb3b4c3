"""Bad pages, walls and other answers: each has its name, none is an exception, none a version."""

import re
import time
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records import PageKind, Quality
from demo.pages import page_at
from tests.crawler.sites import (
    ARTICLE_URL,
    LISTING_URL,
    STATES,
    STORY,
    page,
    read_body,
    read_path,
)
from tests.serving import HANOI, needs_hanoi_pages

ARTICLE = page(STORY.path)
TONES = "\u0300\u0301\u0303\u0309\u0323"
HEAD = b'<!DOCTYPE html><html class="aui"><head><title>x</title></head><body>'
TAIL = b"</body></html>"
PATIENCE_S = 10  # where a naive reader takes minutes


def without(pattern, body=ARTICLE):
    """The body less what the pattern finds, which has to be there."""
    rest, count = re.subn(pattern, b"", body, flags=re.DOTALL)
    assert count
    return rest


def status_page(path="/khong-co"):
    """Liferay's Status page, as it goes with a 404."""
    return page_at(STATES[0], path, dice=Random(1)).html.encode()


def assert_refused(reading, quality):
    assert reading.quality is quality
    assert reading.reason
    assert reading.article is None
    assert reading.view_count is None


# --- bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b" \n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n ", b"\xff\xfe"])
def test_a_page_of_nothing_is_empty(body):
    """No bytes, white space, a byte order mark alone."""
    assert_refused(read_body(body), Quality.EMPTY)


@pytest.mark.parametrize(
    "body", [b"<html></html>", b"<!DOCTYPE html><html><head></head><body></body></html>", b"<p>"]
)
def test_html_without_the_familys_signs_is_another_layout(body):
    """Blank HTML is no page of the portal."""
    assert_refused(read_body(body), Quality.LAYOUT_CHANGED)


@given(st.floats(0, 1))
def test_a_page_cut_off_is_never_good(share):
    """Wherever it ends before its closing tags; even with the whole article in it."""
    cut = ARTICLE[: int(share * ARTICLE.index(b"</body>"))]
    reading = read_body(cut)
    assert reading.quality in (Quality.TRUNCATED, Quality.LAYOUT_CHANGED, Quality.EMPTY)
    assert reading.article is None


def test_an_article_without_closing_tags_is_truncated():
    """The bytes after them are gone, and who knows what else."""
    assert_refused(read_body(without(b"</body>.*")), Quality.TRUNCATED)


@pytest.mark.parametrize("quality", [Quality.TOO_LARGE, Quality.TRUNCATED, Quality.UNDECODABLE])
def test_what_fetching_found_wrong_with_the_bytes_stays(quality):
    """20 MB cut by the limit, a connection that broke, a coding that could not be undone."""
    body = ARTICLE + b" " * (20 << 20 if quality is Quality.TOO_LARGE else 0)
    assert_refused(read_body(body, quality=quality, truncated="length"), quality)


@pytest.mark.parametrize(
    "tangle",
    [
        b"<div>" * 200_000,
        b"<b>" * 200_000,
        b"<table><tr><td>" * 70_000,
        b"<div " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">",
        b"<svg>" * 200_000,
        b"<select>" + b"<option>" * 200_000,
    ],
    ids=["div", "b", "table", "attributes", "svg", "options"],
)
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_tangle_is_too_complex_before_it_reaches_the_parser(tangle, coding):
    """200,000 nested tags or 100,000 attributes, in any charset, end at once."""
    began = time.monotonic()
    body = (HEAD + tangle + TAIL).decode().encode(coding)
    assert_refused(read_body(body), Quality.TOO_COMPLEX)
    assert time.monotonic() - began < PATIENCE_S


LONG = "đá ".encode() * 150_000
ITEM = (
    b'<div class="asset-abstract"><h3 class="asset-title"><a href="/-/view_content/1-a">t</a></h3>'
)
FULL = (
    b'<div class="portlet-asset-publisher"><div class="asset-full-content-title">T</div>'
    b'<div class="asset-full-content"><div class="journal-content-article">a</div></div></div>'
)


@pytest.mark.parametrize(
    "shape",
    [
        (ITEM + b'<div class="asset-summary">') * 600 + LONG,
        b'<div class="weather_wrapper"><table class="weather_data"><tr><td>' * 100 + LONG,
        b'<div id="portlet_status">' + b'<h3 class="alert-error"><div>' * 1_000 + LONG,
        b'<div class="assetPublishDate block_timer"></div>' * 40_000 + FULL,
        b"".join(b'<a href="/c/%d"></a>' % n for n in range(40_000)),
    ],
    ids=["items in items", "tables in tables", "alerts in alerts", "timers", "links"],
)
def test_selectors_that_find_too_much_do_not_hold_the_reader(shape):
    """Shapes the parser bears, and a rule that looks at each piece of text many times does not."""
    began = time.monotonic()
    assert read_body(HEAD + shape + TAIL).quality in Quality
    assert time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
        b"%PDF-1.7\n" + ARTICLE,
        b"PK\x03\x04" + ARTICLE,
        bytes(range(256)) * 40,
        ARTICLE.replace(b" ", b"\0"),
    ],
    ids=["png", "pdf", "zip", "noise", "nul"],
)
def test_a_binary_that_calls_itself_html_is_undecodable(body):
    """An image, a document, noise."""
    assert_refused(read_body(body), Quality.UNDECODABLE)


def in_1258(text):
    """Text in windows-1258, where a tone is a sign of its own."""
    pieces = []
    for sign in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", sign)
        tone = "".join(mark for mark in marks if mark in TONES)
        base = "".join(mark for mark in marks if mark not in TONES)
        pieces.append(unicodedata.normalize("NFC", base) + tone)
    return "".join(pieces).encode("cp1258", "xmlcharrefreplace")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xef\xbb\xbf" + ARTICLE, b"text/html"),
        (ARTICLE.decode().encode("utf-16"), b"text/html"),
        (ARTICLE.decode().encode("utf-16-be"), b"text/html; charset=UTF-16BE"),
        (in_1258(ARTICLE.decode()), b"text/html; charset=windows-1258"),
        (in_1258(ARTICLE.decode()), b"TEXT/HTML"),
        (ARTICLE.decode().encode("ascii", "xmlcharrefreplace"), b"text/html"),
        (unicodedata.normalize("NFD", ARTICLE.decode()).encode(), b"application/xhtml+xml"),
        (ARTICLE, None),
    ],
    ids=["bom", "utf-16", "utf-16be", "1258", "1258 unsaid", "entities", "nfd", "no type"],
)
def test_a_charset_is_no_fault(body, content_type):
    """However the text is written down, it is the same article."""
    reading = read_body(body, content_type=content_type)
    assert (reading.quality, reading.reason) == (Quality.OK, "")
    assert reading.article == read_body(ARTICLE).article


# --- walls and other pages -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/khong-co", "/en/khong-co"])
@pytest.mark.parametrize("url", [ARTICLE_URL, LISTING_URL])
def test_a_status_page_with_status_200_is_a_soft_404(path, url):
    """Liferay says in words that there is nothing, in either language."""
    assert_refused(read_body(status_page(path), url), Quality.SOFT_404)


@needs_hanoi_pages
def test_the_real_status_page_is_a_soft_404():
    """As a mirroring tool saved it."""
    body = (HANOI / "ctmtqg.html").read_bytes()
    assert_refused(read_body(body), Quality.SOFT_404)


@pytest.mark.parametrize("url", [ARTICLE_URL, LISTING_URL])
def test_a_login_form_in_place_of_the_page_is_a_login_wall(url):
    """Neither article nor list, only the form."""
    assert_refused(read_body(page("/dang-nhap"), url), Quality.LOGIN_WALL)


LOGIN = (
    b'<form action="/x?p_p_id=58&amp;p_p_lifecycle=1"><input type="password" name="p"></form>'
    b'<form id="captcha"></form>'
)


def test_a_login_or_a_captcha_beside_the_content_is_no_wall():
    """Small portals show a login in the side column of every page."""
    article = read_body(ARTICLE.replace(b"</body>", LOGIN + b"</body>"))
    assert article.quality is Quality.OK
    assert article.article == read_body(ARTICLE).article
    listing = page("/tin-tuc-su-kien").replace(b"</body>", LOGIN + b"</body>")
    assert read_body(listing, LISTING_URL, expected=PageKind.LISTING).quality is Quality.OK


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Just a moment...</title></head><body>Checking</body></html>",
        b"<html><head><title> Attention  Required! | Cloudflare</title></head></html>",
        b'<html><body><form id="challenge-form"></form></body></html>',
        b'<html class="aui"><body><form id="captcha"></form></body></html>',
        b"<html><head><title>Access Denied</title></head><body></body></html>",
    ],
)
def test_a_check_for_robots_is_a_bot_wall(body):
    """By its title or its form, with status 200."""
    assert_refused(read_body(body), Quality.BOT_WALL)


def test_a_list_at_an_articles_address_is_a_wrong_page():
    """The trap, or an article whose page fell back to its section."""
    assert_refused(read_path(STORY.path + "/vi"), Quality.WRONG_PAGE)
    assert_refused(read_body(page("/tin-tuc-su-kien")), Quality.WRONG_PAGE)


def test_a_page_without_article_at_an_articles_address_is_another_layout():
    """A page of the portal, in its dress, and neither article nor list in it."""
    assert_refused(read_body(page("/")), Quality.LAYOUT_CHANGED)


@pytest.mark.parametrize(
    "body",
    [
        ARTICLE.replace(f"_101_{STORY.native_id}".encode(), b"_101_999"),
        re.sub(rb'(full-content-title">)[^<]*', rb"\1 ", ARTICLE),
        without(rb'<div class="asset-full-content-title">[^<]*</div>'),
        without(rb'<div class="asset-full-content .*?(?=<div class="asset-control)'),
        re.sub(
            rb'(<p class="sapo">).*?(<div class="journal-content-article">).*?</div>',
            rb"\1</p></div>\2</div>",
            ARTICLE,
            flags=re.DOTALL,
        ),
    ],
    ids=["another id", "blank title", "no title", "no content", "neither lead nor body"],
)
def test_an_article_page_without_what_makes_an_article_is_another_layout(body):
    """A title, a text and the id that the address names: without one of them, no version."""
    assert body != ARTICLE
    assert_refused(read_body(body), Quality.LAYOUT_CHANGED)


@pytest.mark.parametrize("what", [rb'<p class="sapo">.*?</p>', rb'class="assetPublishDate[^"]*"'])
def test_an_article_without_lead_or_time_is_good(what):
    """Those may be absent."""
    reading = read_body(without(what))
    assert reading.quality is Quality.OK
    assert reading.article.title == STORY.title


# --- other answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "quality"),
    [
        (301, Quality.OK),
        (302, Quality.OK),
        (304, Quality.OK),
        (401, Quality.LOGIN_WALL),
        (403, Quality.BOT_WALL),
        (404, Quality.OK),
        (410, Quality.OK),
        (429, Quality.SERVER_ERROR),
        (500, Quality.SERVER_ERROR),
        (503, Quality.SERVER_ERROR),
    ],
)
@pytest.mark.parametrize("body", [b"", ARTICLE, b"\0\xff"], ids=["empty", "article", "noise"])
def test_an_answer_other_than_200_has_no_records(status, quality, body):
    """Whatever its body shows; a 304 and a 404 are good answers, a refusal and a fault are not."""
    reading = read_body(body, status=status)
    assert reading.quality is quality
    assert bool(reading.reason) == (quality is not Quality.OK)
    assert reading.article is reading.view_count is None
    assert not reading.placements + reading.weather


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"image/jpeg", b"\xff\xd8\xff\xe0"),
        (b"application/pdf", b"%PDF-1.4"),
        (b"application/json; charset=utf-8", b'{"a": 1}'),
        (b"application/octet-stream", b"\0\1\2"),
        (b"text/plain", b"<html>"),
        (None, b"%PDF-1.4"),
    ],
)
def test_a_file_is_a_document(content_type, body):
    """Kept, and read by nobody."""
    reading = read_body(body, content_type=content_type, expected=PageKind.DOCUMENT)
    assert (reading.quality, reading.kind) == (Quality.OK, PageKind.DOCUMENT)
    assert reading.article is None
