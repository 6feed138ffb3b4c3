"""A capture becomes records: picks the layout, runs its fields, grades the result. Pure.

Any bytes end in a reading with a named quality, never in an exception: portal rules run inside the
one broad `except` of this room. Knows portals only as data (`Site`).
"""

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from core.errors import LayoutCrashed
from core.records import Capture, PageKind, Quality, Reading
from core.text import tidy
from crawler.article import read_article
from crawler.decode import decode_text, scan_complexity
from crawler.discover import links_of
from crawler.layout import Layout, Site
from crawler.listing import read_placements
from crawler.urls import native_id, page_url
from crawler.weather import read_weather

_HERE = Path(__file__).parent
_RULES = ("read.py", "article.py", "listing.py", "weather.py", "layout.py")
_RULE_FOLDERS = ("decode", "fields")
_HTML = ("text/html", "application/xhtml+xml")
_WALL_SIGNS = ("#challenge-form", "#cf-wrapper", "form#captcha", "div.g-recaptcha.challenge")
_WALL_TITLES = ("just a moment", "attention required", "access denied", "ddos protection")
_TAIL_BYTES = 4_096
_SIGNS_LIMIT = 10  # nodes judged per sign, and the beginning of each
_SIGN_CHARS = 1_000


@cache
def rules_of(family: str) -> str:
    """The hash of the rules a family's pages are read with: 16 hex digits.

    It covers the portal file, `fields/`, `decode/` and the reading modules, nothing else.
    """
    files = [_HERE / name for name in _RULES]
    files += [file for name in _RULE_FOLDERS for file in sorted((_HERE / name).glob("*.py"))]
    files.append(_HERE / "portals" / f"{family.replace('-', '_')}.py")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def read(capture: Capture, site: Site, expected: PageKind) -> Reading:
    """What the rules of today see in one capture.

    `expected` is what the visit hoped for: an article's URL that answers with a list is
    `wrong_page`. Answers other than 200 carry no records; their quality says what they are.
    """
    blank = refused(capture, site, Quality.OK, "")
    quality, reason = _grade_answer(capture)
    if quality is not Quality.OK or capture.status != 200:
        return replace(blank, quality=quality, reason=reason)
    if not _is_html(capture):
        return replace(blank, kind=PageKind.DOCUMENT)
    decoded = decode_text(capture.body, header(capture, b"content-type"))
    if decoded.quality is not Quality.OK:
        return replace(blank, quality=decoded.quality, reason=decoded.reason)
    if not decoded.text.strip():
        return replace(blank, quality=Quality.EMPTY, reason="the page is blank")
    too_complex = scan_complexity(decoded.text.encode("utf-8", "replace"))
    if too_complex:
        return replace(blank, quality=Quality.TOO_COMPLEX, reason=too_complex)
    try:
        return _read_page(blank, decoded.text, site, expected)
    except Exception as error:  # noqa: BLE001  a portal's rules may fail in any way, on any page
        crash = LayoutCrashed(f"the rules of {site.family.id} raised {type(error).__name__}")
        return replace(blank, quality=Quality.LAYOUT_CHANGED, reason=f"{crash}: {error}"[:500])


def refused(capture: Capture, site: Site, quality: Quality, reason: str) -> Reading:
    """A reading without records: the capture has this quality for this reason."""
    return Reading(
        url=capture.url,
        captured_at=capture.captured_at,
        quality=quality,
        reason=reason,
        kind=PageKind.OTHER,
        layout=None,
        rules=rules_of(site.family.id),
        canonical_url=page_url(capture.url, site.home, site) or capture.url,
    )


def header(capture: Capture, name: bytes) -> str | None:
    """The first header of that lower-case name as text; None when there is none."""
    for key, value in capture.headers:
        if key.lower() == name:
            return value.decode("latin-1")
    return None


def _grade_answer(capture: Capture) -> tuple[Quality, str]:
    if capture.status == 401:
        return Quality.LOGIN_WALL, "the server asks for a login (401)"
    if capture.status == 403:
        return Quality.BOT_WALL, "the server refuses us (403)"
    if capture.status == 429 or capture.status >= 500:
        return Quality.SERVER_ERROR, f"the server answered {capture.status}"
    if capture.quality is not Quality.OK:
        return capture.quality, f"the bytes are {capture.quality.value.replace('_', ' ')}"
    if capture.status == 200 and not capture.body.strip():
        return Quality.EMPTY, "the page has no bytes"
    return Quality.OK, ""


def _is_html(capture: Capture) -> bool:
    declared = (header(capture, b"content-type") or "").partition(";")[0].strip().lower()
    if declared in _HTML:
        return True
    start = capture.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return not declared and start.startswith((b"<!doctype", b"<html"))


def _read_page(blank: Reading, text: str, site: Site, expected: PageKind) -> Reading:
    tree = LexborHTMLParser(text)
    url = blank.canonical_url or blank.url
    layout = choose_layout(tree, site, blank)
    links = links_of(tree, url, site, layout)
    quality, reason = _grade_page(tree, text, layout)
    found = replace(blank, links=links, layout=layout.id if layout else None)
    if quality is not Quality.OK or layout is None:
        return replace(found, quality=quality, reason=reason)
    weather, refusals = read_weather(tree, layout)
    placements, refused = read_placements(tree, url, site, layout, blank.captured_at)
    refusals += refused
    found = replace(found, weather=weather, placements=placements, refusals=refusals)
    if all(tree.css_matches(sign) for sign in layout.article_signs):
        return read_article(found, tree, site, layout)
    if native_id(url, site.family.urls) is not None or expected is PageKind.ARTICLE:
        shown = "a listing" if placements else "no article"
        quality = Quality.WRONG_PAGE if placements else Quality.LAYOUT_CHANGED
        return replace(found, quality=quality, reason=f"{shown} at an article's URL")
    if url == site.home:
        return replace(found, kind=PageKind.FRONT)
    return replace(found, kind=PageKind.LISTING if placements else PageKind.OTHER)


def choose_layout(tree: LexborHTMLParser, site: Site, blank: Reading) -> Layout | None:
    """The layout whose signs the page shows; the date of capture decides between two."""
    if not any(tree.css_matches(sign) for sign in site.family.signs):
        return None
    captured_on = blank.captured_at.astimezone(site.zone).date()
    fitting = [
        layout
        for layout in site.family.layouts
        if all(tree.css_matches(sign) for sign in layout.article_signs)
    ] or list(site.family.layouts)
    for layout in fitting:
        if (layout.valid_from is None or layout.valid_from <= captured_on) and (
            layout.valid_until is None or captured_on < layout.valid_until
        ):
            return layout
    return fitting[0]


def _grade_page(tree: LexborHTMLParser, text: str, layout: Layout | None) -> tuple[Quality, str]:
    title_node = tree.css_first("title")
    title = tidy(title_node.text()[:_SIGN_CHARS]) if title_node is not None else ""
    has_content = layout is not None and _shows_content(tree, layout)
    is_wall = any(tree.css_matches(sign) for sign in _WALL_SIGNS)
    if not has_content and (is_wall or title.lower().startswith(_WALL_TITLES)):
        return Quality.BOT_WALL, f"a bot check stands before the page: {title[:80]}"
    if layout is None:
        return Quality.LAYOUT_CHANGED, "the page shows no sign of the portal's family"
    for sign in layout.missing_signs:
        for node in tree.css(sign.selector)[:_SIGNS_LIMIT]:
            if sign.words is None or sign.words.search(node.text()[:_SIGN_CHARS]):
                return Quality.SOFT_404, "the page says that it was not found"
    is_login = any(tree.css_matches(sign.selector) for sign in layout.login_signs)
    if is_login and not has_content:
        return Quality.LOGIN_WALL, "the page is a login form"
    tail = text[-_TAIL_BYTES:].lower()
    if "</html" not in tail and "</body" not in tail:
        return Quality.TRUNCATED, "the page ends before its closing tags"
    return Quality.OK, ""


def _shows_content(tree: LexborHTMLParser, layout: Layout) -> bool:
    """An article or a list stands there: a login or a captcha beside it is no wall."""
    if layout.listing is not None and tree.css_matches(layout.listing.item):
        return True
    return all(tree.css_matches(sign) for sign in layout.article_signs)
