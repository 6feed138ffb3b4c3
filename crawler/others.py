"""Answers that are no HTML page: feeds, sitemaps, style sheets and other assets, documents. Pure.

Decides what an answer is: by its bytes first, by `Content-Type` second, by what was hoped for
third. An HTML page that stands where something else was hoped for (an error page, mostly) is a page
like any other, and `read.py` reads it.
"""

from codecs import BOM_UTF8
from dataclasses import replace
from typing import Final

from core.records import Capture, PageKind, Quality, Reading
from crawler.decode import decode_text, inflate
from crawler.feeds import read_feed, read_json_feed
from crawler.layout import Site
from crawler.requisites import ALL, style_requisites
from crawler.sitemaps import is_text_sitemap, read_sitemap, read_text_sitemap
from crawler.sniff import JUDGED_BYTES, Looks, looks_of

MAX_INFLATED_BYTES = 52_428_800  # of a sitemap, by the protocol
MAX_RATIO = 200.0
HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_JSON_TYPES = ("application/feed+json", "application/json")
_ASSET_TYPES = (
    "text/css", "text/javascript", "application/javascript", "application/x-javascript",
    "application/font-woff", "application/font-woff2", "application/vnd.ms-fontobject",
    "application/x-font-ttf", "application/x-font-woff",
)  # fmt: skip
_PAGES = (PageKind.ARTICLE, PageKind.LISTING, PageKind.FRONT)
_NOT_THERE = {
    PageKind.FEED: "neither RSS, Atom nor JSON Feed where a feed was hoped for",
    PageKind.SITEMAP: "no sitemap where one was hoped for",
}


def read_other(blank: Reading, capture: Capture, site: Site, expected: PageKind) -> Reading | None:
    """What stands in an answer that is no HTML page; None when it is one.

    `blank` is a reading without records; the capture's status is 200, its bytes are whole and some.
    A feed or a sitemap at the URL of an article is `wrong_page`; what is neither where one was
    hoped for is so too.
    """
    declared, looks = _media_type_of(capture), looks_of(capture.body)
    if _is_page(looks, declared, capture.body, expected):
        return None
    if looks is Looks.GZIP:
        return _read_packed(blank, capture, site, expected)
    reading = _read_as(looks, declared, blank, capture, site, expected)
    is_list = reading.kind in (PageKind.FEED, PageKind.SITEMAP)
    if is_list and expected is PageKind.ARTICLE and reading.quality is Quality.OK:
        reason = f"a {reading.kind.value} at an article's URL"
        return replace(reading, quality=Quality.WRONG_PAGE, reason=reason)
    return reading


def is_page(capture: Capture, expected: PageKind) -> bool:
    """Whether the answer is to be read as HTML."""
    return _is_page(looks_of(capture.body), _media_type_of(capture), capture.body, expected)


def _media_type_of(capture: Capture) -> str:
    """The `Content-Type` without its parameters, lower case; "" when there is none."""
    for key, value in capture.headers:
        if key.lower() == b"content-type":
            return value.decode("latin-1").partition(";")[0].strip().lower()
    return ""


def _is_page(looks: Looks, declared: str, body: bytes, expected: PageKind) -> bool:
    """Bytes first, then what is declared.

    Binary bytes that call themselves HTML at a page's URL are a page too: one that is undecodable.
    What is declared to be plain text is no page, but in place of a feed, a sitemap or an asset; in
    place of a feed or a sitemap what does not begin with a tag is none either.
    """
    is_hoped_away = expected in _NOT_THERE or expected is PageKind.ASSET
    if looks is Looks.HTML:
        return declared != "text/plain" or is_hoped_away
    if declared not in HTML_TYPES or looks in (Looks.FEED, Looks.JSON_FEED, Looks.SITEMAP):
        return False
    if looks is Looks.UNKNOWN and expected in _NOT_THERE:
        return body[:JUDGED_BYTES].removeprefix(BOM_UTF8).lstrip()[:1] == b"<"
    return expected in _PAGES or looks in (Looks.UNKNOWN, Looks.XML)


def _read_as(
    looks: Looks,
    declared: str,
    blank: Reading,
    capture: Capture,
    site: Site,
    expected: PageKind,
) -> Reading:
    """One kind of answer, told by its bytes, its header, then by what was hoped for."""
    kind = _kind_of(looks, declared, expected)
    if kind is PageKind.ASSET:
        return _read_asset(replace(blank, kind=kind), declared, capture, site)
    if kind not in _NOT_THERE:
        return replace(blank, kind=PageKind.DOCUMENT)
    blank = replace(blank, kind=kind)
    decoded = decode_text(capture.body, _content_type(capture, looks))
    if decoded.quality is not Quality.OK:
        return replace(blank, quality=decoded.quality, reason=decoded.reason)
    if looks is Looks.JSON_FEED or (kind is PageKind.FEED and decoded.text.lstrip()[:1] == "{"):
        return read_json_feed(blank, decoded.text, site)
    if looks is Looks.FEED:
        return read_feed(blank, decoded.text, site)
    if looks is Looks.SITEMAP:
        return read_sitemap(blank, decoded.text, site)
    if kind is PageKind.SITEMAP and is_text_sitemap(decoded.text):
        return read_text_sitemap(blank, decoded.text, site)
    return replace(blank, quality=Quality.WRONG_PAGE, reason=_NOT_THERE[kind])


def _kind_of(looks: Looks, declared: str, expected: PageKind) -> PageKind:
    """FEED, SITEMAP, ASSET or DOCUMENT. Of files alone what was hoped for decides first."""
    by_looks = {
        Looks.FEED: PageKind.FEED,
        Looks.JSON_FEED: PageKind.FEED,
        Looks.SITEMAP: PageKind.SITEMAP,
    }
    if looks in by_looks:
        return by_looks[looks]
    if expected in (PageKind.ASSET, PageKind.DOCUMENT):
        return expected  # a scanned page is an image, and a document
    if looks in (Looks.PDF, Looks.FILE):
        return PageKind.DOCUMENT
    if looks is Looks.ASSET or declared in _ASSET_TYPES or declared.startswith(("image/", "font/")):
        return PageKind.ASSET
    if expected in _NOT_THERE:
        return expected
    if declared in _FEED_TYPES or declared == _JSON_TYPES[0]:
        return PageKind.FEED
    return PageKind.DOCUMENT


def _content_type(capture: Capture, looks: Looks) -> str | None:
    """The header as it counts for the charset.

    JSON is UTF-8 (RFC 8259 8.1) whatever is said.
    """
    if looks is Looks.JSON_FEED:
        return "application/json; charset=utf-8"
    for key, value in capture.headers:
        if key.lower() == b"content-type":
            return value.decode("latin-1")
    return None


def _read_asset(blank: Reading, declared: str, capture: Capture, site: Site) -> Reading:
    """A style sheet names what it needs; other assets are kept, and say nothing."""
    is_style = declared == "text/css" or (
        capture.url.partition("?")[0].lower().endswith(".css") and declared not in _ASSET_TYPES
    )
    if not is_style or site.assets != ALL:
        return blank
    decoded = decode_text(capture.body, _content_type(capture, Looks.UNKNOWN))
    if decoded.quality is not Quality.OK:
        return blank
    return replace(blank, requisites=style_requisites(decoded.text, capture.url, site))


def _read_packed(blank: Reading, capture: Capture, site: Site, expected: PageKind) -> Reading:
    """A `.xml.gz`: what is inside, when that is a sitemap or a feed; else a file like any other."""
    inflated = inflate(capture.body, "gzip", max_bytes=MAX_INFLATED_BYTES, max_ratio=MAX_RATIO)
    is_hoped_for = expected in _NOT_THERE
    if inflated.quality in (Quality.TOO_LARGE, Quality.UNDECODABLE):
        if not is_hoped_for:
            return replace(blank, kind=PageKind.DOCUMENT)
        return replace(blank, kind=expected, quality=inflated.quality, reason=inflated.reason)
    looks = looks_of(inflated.body)
    if looks not in (Looks.FEED, Looks.JSON_FEED, Looks.SITEMAP) and not is_hoped_for:
        return replace(blank, kind=PageKind.DOCUMENT)
    if looks in (Looks.GZIP, Looks.HTML) or not inflated.body.strip():
        kind = expected if is_hoped_for else PageKind.DOCUMENT
        reason = _NOT_THERE.get(kind, "")
        quality = Quality.WRONG_PAGE if reason else Quality.OK
        return replace(blank, kind=kind, quality=quality, reason=reason)
    inside = replace(capture, body=inflated.body, headers=())
    return _read_as(looks, "", blank, inside, site, expected)
