"""A capture becomes records: picks the layout, runs its fields, grades the result. Pure.

Any bytes end in a reading with a named quality, never in an exception: portal rules run inside the
one broad `except` of this room. Knows portals only as data (`Site`).
"""

import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from core.errors import LayoutCrashed
from core.records import Capture, PageKind, Quality, Reading, Refusal
from crawler.article import read_article
from crawler.beside import read_link_blocks, read_polls, read_visitor_block, read_weather
from crawler.decode import decode_text, scan_complexity
from crawler.detect import detect, of_family
from crawler.discover import links_of
from crawler.fields.fonts import mend_fonts
from crawler.grade import grade_page, is_article, sent_on, shows_content
from crawler.layout import Family, Layout, Site
from crawler.listing import read_placements
from crawler.page import Page
from crawler.urls import is_article_url, page_url, refusal

_HERE = Path(__file__).parent
_RULES = (
    "read.py", "article.py", "listing.py", "beside.py", "page.py",
    "metadata.py", "layout.py",
)  # fmt: skip
_RULE_FOLDERS = ("decode", "fields", "grade", "prose")
_PORTALS = _HERE / "portals"
_TAKEN = re.compile(r"^from crawler\.portals\.(\w+) import ", re.MULTILINE)
_HTML = ("text/html", "application/xhtml+xml")


@cache
def rules_of(family: Family) -> str:
    """The hash of the rules a family's pages are read with: 16 hex digits.

    It covers the portal file and those it takes data from, what a site's own section changes,
    `fields/`, `decode/` and the reading modules, nothing else.
    """
    files = [_HERE / name for name in _RULES]
    files += [file for name in _RULE_FOLDERS for file in sorted((_HERE / name).glob("*.py"))]
    files += _portal_files(family.id.replace("-", "_"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    digest.update(family.overrides.encode())
    return digest.hexdigest()[:16]


def _portal_files(name: str) -> list[Path]:
    """The portal file of that name, then those whose data it takes, directly or not."""
    names = [name]
    for each in names:  # grows on the way
        taken: list[str] = _TAKEN.findall((_PORTALS / f"{each}.py").read_text("utf-8"))
        names += [other for other in dict.fromkeys(taken) if other not in names]
    return [_PORTALS / f"{each}.py" for each in names]


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
        page, blank = _opened(blank, decoded.text, site)
        return _read_page(blank, page, decoded.text, expected)
    except Exception as error:  # noqa: BLE001  a portal's rules may fail in any way, on any page
        crash = LayoutCrashed(f"the rules of {blank.family} raised {type(error).__name__}")
        return replace(blank, quality=Quality.LAYOUT_CHANGED, reason=f"{crash}: {error}"[:500])


def _opened(blank: Reading, text: str, site: Site) -> tuple[Page, Reading]:
    """The parsed page; when nobody named the portal's family, the page's own evidence does."""
    tree = LexborHTMLParser(text)
    mend_fonts(tree, text)
    url = blank.canonical_url or blank.url
    page = Page(tree=tree, url=url, site=site, captured_at=blank.captured_at)
    if not site.is_family_open:
        return page, blank
    found = detect(page)
    if found is None or found[0] is site.family:
        return page, blank
    site = page.site = of_family(site, found[0])
    page.url = page_url(blank.url, site.home, site) or blank.url
    return page, replace(
        blank, family=site.family.id, rules=rules_of(site.family), canonical_url=page.url
    )


def open_page(capture: Capture, site: Site) -> Page | None:
    """The parsed page of a capture as `read` sees it; None when it does not come to parsing."""
    blank = refused(capture, site, Quality.OK, "")
    decoded = decode_text(capture.body, header(capture, b"content-type"))
    if not _is_html(capture) or decoded.quality is not Quality.OK or not decoded.text.strip():
        return None
    if scan_complexity(decoded.text.encode("utf-8", "replace")):
        return None
    return _opened(blank, decoded.text, site)[0]


def refused(capture: Capture, site: Site, quality: Quality, reason: str) -> Reading:
    """A reading without records: the capture has this quality for this reason."""
    return Reading(
        url=capture.url,
        captured_at=capture.captured_at,
        quality=quality,
        reason=reason,
        kind=PageKind.OTHER,
        layout=None,
        family=site.family.id,
        rules=rules_of(site.family),
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


def _read_page(blank: Reading, page: Page, text: str, expected: PageKind) -> Reading:
    layout = choose_layout(page)
    sent_to = sent_on(page)
    found = replace(blank, layout=layout.id if layout else None)
    quality, reason = grade_page(page, text, layout)
    if quality is not Quality.OK or layout is None:
        return replace(found, quality=quality, reason=reason, links=links_of(page, layout))
    page.prune(layout.unread)
    refusals: list[Refusal] = []
    has_article = is_article(page, layout)
    placements = () if has_article else read_placements(page, layout, refusals)
    links = links_of(page, layout, placements)
    found = replace(
        found,
        links=replace(links, next=None) if has_article else links,  # the next article is no page 2
        weather=read_weather(page, layout.weather, refusals),
        polls=read_polls(page, layout.polls, refusals),
        visitors=read_visitor_block(page, layout.visitors, refusals),
        link_blocks=read_link_blocks(page, layout.link_blocks),
        placements=placements,
        refusals=tuple(refusals),
    )
    if has_article:
        return read_article(found, page, layout)
    is_wanted = is_article_url(page.url, page.site.family.urls) or expected is PageKind.ARTICLE
    if sent_to is not None and not placements:
        return _sent_on(found, page, sent_to)
    if is_wanted:
        return _not_there(found, page)
    if page.url == page.home:
        return replace(found, kind=PageKind.FRONT)
    return replace(found, kind=PageKind.LISTING if placements else PageKind.OTHER)


def _not_there(found: Reading, page: Page) -> Reading:
    """An article was expected and is not there: what stands in its place."""
    if page.url == page.home:
        quality, shown = Quality.SOFT_404, "the front page"
    elif found.placements:
        quality, shown = Quality.WRONG_PAGE, "a listing"
    else:
        quality, shown = Quality.LAYOUT_CHANGED, "no article"
    return replace(found, quality=quality, reason=f"{shown} at an article's URL")


def _sent_on(found: Reading, page: Page, sent_to: str) -> Reading:
    """A page that only sends its reader on; to the front page means that it is gone."""
    if sent_to == page.home and page.url != page.home:
        return replace(
            found, quality=Quality.SOFT_404, reason="the page only sends on to the front page"
        )
    links = found.links
    if not refusal(sent_to, page.site) and sent_to != page.url:
        links = replace(links, listings=(*links.listings, sent_to))
    return replace(
        found,
        links=links,
        quality=Quality.WRONG_PAGE,
        reason=f"the page only sends on to {sent_to}",
    )


def choose_layout(page: Page) -> Layout | None:
    """The layout whose signs the page shows; the date of capture decides between two."""
    family = page.site.family
    if not any(page.matches(sign) for sign in family.signs):
        return None
    captured_on = page.captured_at.astimezone(page.site.zone).date()
    fitting = (
        [layout for layout in family.layouts if is_article(page, layout)]
        or [layout for layout in family.layouts if shows_content(page, layout)]
        or list(family.layouts)
    )
    return next((each for each in fitting if each.is_valid_on(captured_on)), fitting[0])
