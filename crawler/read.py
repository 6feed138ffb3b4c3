"""A capture becomes records: picks the layout, runs its fields, grades the result. Pure.

Any bytes end in a reading with a named quality, never in an exception: portal rules run inside the
one broad `except` of this room. Knows portals only as data (`Site`).
"""

import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from core.errors import LayoutCrashed
from core.records import Capture, PageKind, Quality, Reading, Refusal
from crawler.article import read_article
from crawler.beside import read_link_blocks, read_polls, read_visitor_block, read_weather
from crawler.decode import decode_text, scan_complexity
from crawler.detect import detect, of_family
from crawler.discover import links_of
from crawler.fields.fonts import mend_fonts
from crawler.grade import (
    grade_page,
    is_article,
    is_challenge,
    is_written,
    rests_on_shape,
    said_instead,
    sent_on,
    shows_content,
)
from crawler.layout import Family, Layout, Site
from crawler.listing import read_placements
from crawler.others import is_page, read_other
from crawler.page import Page
from crawler.prose import find_headline
from crawler.requisites import with_requisites
from crawler.urls import is_article_url, page_url, refusal

_HERE = Path(__file__).parent
_RULES = (
    "read.py", "article.py", "listing.py", "beside.py", "page.py",
    "metadata.py", "layout.py", "others.py", "sniff.py", "markup.py", "feeds.py", "sitemaps.py",
    "requisites.py", "styles.py",
)  # fmt: skip
_RULE_FOLDERS = ("decode", "fields", "grade", "prose")
_PORTALS = _HERE / "portals"
_TAKEN = re.compile(r"^from crawler\.portals\.(\w+) import ", re.MULTILINE)
_FRONT = re.compile(  # where portals keep their front page, beside `/`
    r"/(?:(?:vi|en|vn)/?|(?:(?:vi|en)/)?(?:web/[^/]+/)?(?:trang-?chu|home|homepage|index|default)"
    r"(?:\.[a-z]{3,5})?/?)?",
    re.IGNORECASE,
)
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PLAIN = _REDIRECTS | {200, 304, 404, 410}  # answers as they should be
_CHALLENGE_BYTES = 1 << 16  # of a refusal, looked at
_LEAST_WORDS = 5  # of a headline; names of sections are shorter
_LEAST_ITEMS = 3  # of a list told by its shape; fewer headings with a link stand on any page


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
    `wrong_page`. Answers other than 200 carry no records; their quality says what they are. What
    is no page (feeds, sitemaps, assets, documents) is for `others.py`.
    """
    blank = refused(capture, site, Quality.OK, "")
    quality, reason = _grade_answer(capture, site)
    if quality is not Quality.OK or capture.status != 200:
        return replace(blank, quality=quality, reason=reason)
    try:
        if (other := read_other(blank, capture, site, expected)) is not None:
            return other
        decoded = decode_text(capture.body, header(capture, b"content-type"))
        if decoded.quality is not Quality.OK:
            return replace(blank, quality=decoded.quality, reason=decoded.reason)
        if not decoded.text.strip():
            return replace(blank, quality=Quality.EMPTY, reason="the page is blank")
        utf8 = decoded.utf8
        too_complex = scan_complexity(utf8)
        if too_complex:
            return replace(blank, quality=Quality.TOO_COMPLEX, reason=too_complex)
        page, blank = _opened(blank, decoded.text, utf8, site)
        return with_requisites(_read_page(blank, page, decoded.text, expected), page)
    except Exception as error:  # noqa: BLE001  a portal's rules may fail in any way, on any page
        crash = LayoutCrashed(f"the rules of {blank.family} raised {type(error).__name__}")
        return replace(blank, quality=Quality.LAYOUT_CHANGED, reason=f"{crash}: {error}"[:500])


def _opened(blank: Reading, text: str, utf8: bytes, site: Site) -> tuple[Page, Reading]:
    """The parsed page; when nobody named the portal's family, the page's own evidence does.

    Without events: what a `<select>` would copy of its options is nothing that was written, and
    lexbor looks through all of a `<select>` again at each option.
    """
    tree = LexborHTMLParser(utf8, options=LexborDocumentOptions.WO_EVENTS)
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
    if (
        not is_page(capture, PageKind.OTHER)
        or decoded.quality is not Quality.OK
        or not decoded.text.strip()
    ):
        return None
    utf8 = decoded.utf8
    return None if scan_complexity(utf8) else _opened(blank, decoded.text, utf8, site)[0]


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


def _grade_answer(capture: Capture, site: Site) -> tuple[Quality, str]:
    status = capture.status
    if status == 401:
        return Quality.LOGIN_WALL, "the server asks for a login (401)"
    if status in _REDIRECTS and refusal(_location(capture, site), site) == "login":
        return Quality.LOGIN_WALL, f"the server sends on to a login ({status})"
    if status > 200 and status not in _PLAIN and _is_challenged(capture):
        return Quality.BOT_WALL, f"a bot check stands before the page ({status})"
    if status == 403:
        return Quality.BOT_WALL, "the server refuses us (403)"
    if status == 429 or status >= 500:
        return Quality.SERVER_ERROR, f"the server answered {status}"
    if capture.quality is not Quality.OK:
        return capture.quality, f"the bytes are {capture.quality.value.replace('_', ' ')}"
    if status == 200 and not capture.body.strip():
        return Quality.EMPTY, "the page has no bytes"
    return Quality.OK, ""


def _location(capture: Capture, site: Site) -> str:
    """Where a redirect leads, canonical; the page's own URL when it does not say."""
    there = page_url(header(capture, b"location") or "", capture.url, site)
    return there or capture.url


def _is_challenged(capture: Capture) -> bool:
    if header(capture, b"cf-mitigated") == "challenge":
        return True
    return is_challenge(capture.body[:_CHALLENGE_BYTES].decode("latin-1"))


def _read_page(blank: Reading, page: Page, text: str, expected: PageKind) -> Reading:
    layout = choose_layout(page)
    found = replace(blank, layout=layout.id if layout else None)
    quality, reason = grade_page(page, text, layout)
    if layout is None and quality is Quality.LAYOUT_CHANGED and (sent_to := sent_on(page)):
        return _sent_on(replace(found, links=links_of(page, None)), page, sent_to)
    if quality is not Quality.OK or layout is None:
        return replace(found, quality=quality, reason=reason, links=links_of(page, layout))
    page.prune(layout.unread)
    refusals: list[Refusal] = []
    has_article = is_article(page, layout)
    placements = () if has_article else read_placements(page, layout, refusals)
    links = links_of(page, layout, placements, is_article=has_article)
    found = replace(
        found,
        links=links,
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
    if not placements and (sent_to := sent_on(page)):
        return _sent_on(found, page, sent_to)
    if is_wanted:
        return _not_there(found, page, layout)
    if page.url == page.home:
        return replace(found, kind=PageKind.FRONT)
    return replace(found, kind=PageKind.LISTING if placements else PageKind.OTHER)


def _not_there(found: Reading, page: Page, layout: Layout) -> Reading:
    """An article was expected and is not there: what stands in its place.

    Only what is surely another page lets an article count as gone. Where both are told by their
    shape, a page that calls itself an article is one whose text was not found.
    """
    least = _LEAST_ITEMS if rests_on_shape(layout) else 1
    is_list = sum(item.url != page.home for item in found.placements) >= least
    if _is_front(page.url, page):
        quality, reason = Quality.SOFT_404, "the front page at an article's URL"
    elif instead := said_instead(page):
        quality, reason = instead
    elif is_list and not (rests_on_shape(layout) and _is_headed(page)):
        quality, reason = Quality.WRONG_PAGE, "a listing at an article's URL"
    else:
        quality, reason = Quality.LAYOUT_CHANGED, "no article at an article's URL"
    return replace(found, quality=quality, reason=reason)


def _is_headed(page: Page) -> bool:
    """Whether the page calls itself an article: for machines, or by a headline at its own URL."""
    if is_written(page):
        return True
    headline = find_headline(page.tree) if is_article_url(page.url, page.site.family.urls) else ""
    return len(headline.split()) >= _LEAST_WORDS


def _sent_on(found: Reading, page: Page, sent_to: str) -> Reading:
    """A page that only sends its reader on; to the front page means that it is gone."""
    quality, there = Quality.WRONG_PAGE, sent_to
    links, reason = found.links, refusal(sent_to, page.site)
    if _is_front(sent_to, page) and not _is_front(page.url, page):
        quality, there = Quality.SOFT_404, "the front page"
    elif reason == "login":
        quality, there = Quality.LOGIN_WALL, "a login"
    elif sent_to.partition("?")[0] == page.url.partition("?")[0]:
        quality, there = Quality.BOT_WALL, "itself"
    elif not reason:
        links = replace(links, listings=(*links.listings, sent_to))
    return replace(found, links=links, quality=quality, reason=f"the page only sends on to {there}")


def _is_front(url: str, page: Page) -> bool:
    """Whether a URL is the front page's, by the config or by its name."""
    if url == page.home:
        return True
    site, _, path = url.removeprefix("https://").removeprefix("http://").partition("/")
    return site in page.site.hosts and _FRONT.fullmatch(f"/{path}") is not None


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
