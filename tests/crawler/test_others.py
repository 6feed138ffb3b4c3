"""What an answer is that is no page: by its bytes, its header, then by what was hoped for."""

import gzip
import pickle

import pytest

from core.records import Capture, PageKind, Quality
from crawler.isolate import LARGE_BYTES, Limits, Stopped, in_child, is_heavy, read_apart
from crawler.read import read
from crawler.sniff import Looks, looks_of
from tests.crawler.sites import ARTICLE_URL, BASE, SITE, STORY, captured, page, read_body

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
PDF = b"%PDF-1.7\n%\xe2\xe3\n"
RSS = b"<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>"
MAP = b"<?xml version='1.0'?><urlset></urlset>"
HTML = b"<!DOCTYPE html><html><body><p>a</p></body></html>"
ASSET, DOCUMENT, FEED, SITEMAP = (
    PageKind.ASSET, PageKind.DOCUMENT, PageKind.FEED, PageKind.SITEMAP,
)  # fmt: skip


@pytest.mark.parametrize(
    ("body", "looks"),
    [
        (PNG, Looks.ASSET),
        (b"\xff\xd8\xff\xe0", Looks.ASSET),
        (b"GIF89a", Looks.ASSET),
        (b"RIFF\0\0\0\0WEBPVP8 ", Looks.ASSET),
        (b"RIFF\0\0\0\0WAVEfmt ", Looks.FILE),
        (b"\0\0\0\x20ftypavif", Looks.ASSET),
        (b"\0\0\0\x20ftypisom", Looks.FILE),
        (b"wOF2\0\1\0\0", Looks.ASSET),
        (b"<svg xmlns='x'>", Looks.ASSET),
        (b"<?xml version='1.0'?><!-- x --><svg>", Looks.ASSET),
        (b"BM\0\0\0\0\0\0\0\0", Looks.ASSET),
        (b"BMW mua xe", Looks.UNKNOWN),
        (PDF, Looks.PDF),
        (b"\n\n junk " + PDF, Looks.PDF),
        (b"PK\x03\x04", Looks.FILE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Looks.FILE),
        (b"\x1f\x8b\x08\0", Looks.GZIP),
        (RSS, Looks.FEED),
        (b"\xef\xbb\xbf\n" + RSS, Looks.FEED),
        (RSS.decode().encode("utf-16"), Looks.FEED),
        (b"<!DOCTYPE rss [<!ELEMENT a (b)>]>\n<rss>", Looks.FEED),
        (b"<rdf:RDF xmlns:rdf='x'>", Looks.FEED),
        (b"<a:feed xmlns:a='x'>", Looks.FEED),
        (b"Warning: x <br />\n" + RSS, Looks.FEED),
        (b'{"version": "https:\\/\\/jsonfeed.org\\/version\\/1"', Looks.JSON_FEED),
        (b'{"version": "2"}', Looks.UNKNOWN),
        (MAP, Looks.SITEMAP),
        (b"<sitemapindex>", Looks.SITEMAP),
        (b"<s:urlset xmlns:s='x'>", Looks.SITEMAP),
        (b"<?xml version='1.0'?><html xmlns='x'>", Looks.HTML),
        (b"<!-- saved -->\n<!doctype HTML public>", Looks.HTML),
        (HTML, Looks.HTML),
        (b"<?xml version='1.0'?><opml>", Looks.XML),
        (b"<p>%PDF-1.4 is a sign</p>", Looks.UNKNOWN),
        (b"", Looks.UNKNOWN),
        (b"\xff\xfe", Looks.UNKNOWN),
        (b"<!--" * 20_000, Looks.UNKNOWN),
        (b"<!DOCTYPE a [" * 6_000, Looks.UNKNOWN),
        (b"<?" * 40_000, Looks.UNKNOWN),
        (b"<a>" * 25_000 + b"<?xml ", Looks.UNKNOWN),
    ],
)
def test_bytes_are_told_by_how_they_begin(body, looks):
    """Magic numbers, root elements past any prolog, and texts that only look like them."""
    assert looks_of(body) is looks


@pytest.mark.parametrize(
    ("body", "content_type", "expected", "kind"),
    [
        (PNG, b"image/png", PageKind.OTHER, ASSET),
        (PNG, b"text/html", ASSET, ASSET),
        (PNG, b"application/octet-stream", DOCUMENT, DOCUMENT),
        (b"\0\1\2", b"image/x-icon", PageKind.OTHER, ASSET),
        (b"a { color: red }", b"text/css; charset=utf-8", PageKind.OTHER, ASSET),
        (b"let a = 1", b"application/javascript", PageKind.OTHER, ASSET),
        (b"\0\1\2", b"font/woff", PageKind.OTHER, ASSET),
        (b"anything", b"application/octet-stream", ASSET, ASSET),
        (PDF, b"application/octet-stream", PageKind.OTHER, DOCUMENT),
        (PDF, b"text/html", DOCUMENT, DOCUMENT),
        (PDF, b"text/html", PageKind.OTHER, DOCUMENT),
        (b"PK\x03\x04", b"application/zip", PageKind.LISTING, DOCUMENT),
        (b"{}", b"application/json", PageKind.OTHER, DOCUMENT),
        (b"<opml/>", b"text/xml", PageKind.OTHER, DOCUMENT),
        (RSS, b"text/plain", PageKind.OTHER, FEED),
        (RSS, b"text/html", PageKind.LISTING, FEED),
        (RSS, b"application/xml", SITEMAP, FEED),
        (MAP, b"text/html", FEED, SITEMAP),
        (MAP, b"application/octet-stream", DOCUMENT, SITEMAP),
        (b"no feed", b"text/plain", PageKind.OTHER, DOCUMENT),
        (b"http://songmay.example.vn/1\n", b"text/html", SITEMAP, SITEMAP),
        (b'\xef\xbb\xbf {"items": []}', b"text/html", FEED, FEED),
        (b"no feed", b"application/atom+xml", PageKind.OTHER, FEED),
    ],
)
def test_a_kind_is_told_by_bytes_then_header_then_hope(body, content_type, expected, kind):
    """Of files that say nothing themselves, what was hoped for decides."""
    reading = read_body(body, f"{BASE}/x", content_type=content_type, expected=expected)
    assert reading.kind is kind
    assert bool(reading.reason) == (reading.quality is not Quality.OK)


@pytest.mark.parametrize("expected", [FEED, SITEMAP, ASSET, DOCUMENT, PageKind.OTHER])
@pytest.mark.parametrize("content_type", [b"text/html", b"application/rss+xml", None])
def test_a_page_is_a_page_whatever_was_hoped_for(expected, content_type):
    """An article at a feed's or an image's URL is read as the article it is."""
    reading = read_body(page(STORY.path), content_type=content_type, expected=expected)
    assert (reading.quality, reading.kind) == (Quality.OK, PageKind.ARTICLE)


def test_a_heavy_capture_is_large_or_packed():
    """A packed file of 100 KB may hold 20 MB: it is read apart too."""
    assert is_heavy(captured(b"x" * (LARGE_BYTES + 1)))
    assert is_heavy(captured(gzip.compress(MAP)))
    assert not is_heavy(captured(MAP))


async def test_a_large_sitemap_read_apart_is_as_it_is_here():
    """Every record comes back whole: instants, titles, refusals."""
    inner = "".join(
        f"<url><loc>{BASE}/t/{number}</loc><lastmod>2023-05-16</lastmod></url>"
        for number in range(20_000)
    )
    body = f"<urlset>{inner}<url><loc>https://evil.example/</loc></url>".encode()
    capture = captured(body, f"{BASE}/sitemap.xml", content_type=b"text/xml")
    reading = await read_apart(capture, SITE, SITEMAP)
    assert len(reading.sitemap) == 20_000
    assert len(reading.refusals) == 2
    assert reading == read(capture, SITE, SITEMAP)


LIMITS = Limits(time_s=20)


class Trap:
    """What a child that is no longer ours might answer with."""

    def __reduce__(self):
        return print, ("opened",)


def answer_with_code(url):
    """Stands in for a child that a hostile file took over."""
    del url
    return Trap()


async def test_a_child_brings_back_records_and_nothing_that_runs(capfd):
    """The answer of a child is data: code in it is refused, and the page is too complex."""
    found = await in_child(answer_with_code, (ARTICLE_URL,), LIMITS)
    assert found == Stopped("reading ended its process")
    assert "opened" not in capfd.readouterr().out
    assert isinstance(pickle.loads(pickle.dumps(captured(b"x"))), Capture)
