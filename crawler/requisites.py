"""What a page needs to be shown, and the files that belong to it: URLs on any host. Pure.

These URLs are what a replay will ask for, so they are kept as written: resolved by the WHATWG
rules, without fragment, session id and tracking parameters, and otherwise untouched (order of
parameters, family parameters, http or https). What a script makes up on its own is not found.

`Site.assets` decides how much: "images" are the images of article pages; "all" adds style sheets,
scripts, fonts and attached files, and front pages and listings.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import ada_url

from core.records import PageKind, Quality, Reading, Requisite, RequisiteKind
from crawler.fields.files import attachment_of
from crawler.layout import Site, UrlRules
from crawler.page import Page
from crawler.styles import MAX_STYLE_CHARS, urls_of_style
from crawler.urls import MAX_HREF_LENGTH, canonical

NONE, IMAGES, ALL = "none", "images", "all"  # what `Site.assets` may be
MAX_REQUISITES = 300  # of one page
MAX_NODES = 5_000  # looked at for them
MAX_SRCSET_CHARS = 20_000

_KINDS = (PageKind.ARTICLE, PageKind.FRONT, PageKind.LISTING)
_ORDER = tuple(RequisiteKind(each) for each in ("file", "style", "font", "script", "image"))
_NO_RULES = UrlRules(article=None)
_BARE = "http://x/"
_ALWAYS = ("login", "action")  # reasons to refuse that hold for a file's name too
_STATIC = re.compile(
    r"\.(?:css|m?js|png|jpe?g|jfif|gif|webp|avif|svg|ico|bmp|woff2?|ttf|otf|eot)$", re.IGNORECASE
)
_PICTURES = "img, picture source, input[type=image i], video[poster], [background]"
_SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "poster", "background")
_SETS = ("srcset", "data-srcset")
_PRELOADED = {
    "style": RequisiteKind.STYLE,
    "script": RequisiteKind.SCRIPT,
    "font": RequisiteKind.FONT,
    "image": RequisiteKind.IMAGE,
}
_CANDIDATE = re.compile(r"[\s,]*(?P<url>[^\s,]\S*)(?P<about>[^,]*)")
_SIZE = re.compile(r"(?<![-.0-9])([0-9]{1,7}(?:\.[0-9]{1,3})?)[wx]")

Found = Iterator[tuple[str, RequisiteKind]]


def with_requisites(reading: Reading, page: Page) -> Reading:
    """`reading` with what its page needs, each URL once, at most MAX_REQUISITES.

    Files come first, then style sheets, fonts, scripts and images, in page order each. Unchanged
    when the site keeps none, the page is no good one, or is of a kind that is not replayed.
    """
    wanted = page.site.assets
    if wanted == NONE or reading.quality is not Quality.OK or reading.kind not in _KINDS:
        return reading
    if wanted == IMAGES and reading.kind is not PageKind.ARTICLE:
        return reading
    base = _base_of(page, reading.url)
    written = list(_images(page))
    in_styles = list(islice(_in_styles(page), MAX_NODES))
    if wanted == ALL:
        written += [*_files(reading, page), *_parts(page), *in_styles]
    else:
        written += [each for each in in_styles if each[1] is RequisiteKind.IMAGE]
    found: dict[str, RequisiteKind] = {}
    for href, kind in sorted(dict.fromkeys(written), key=lambda each: _ORDER.index(each[1])):
        url = requisite_url(href, base, page.site)
        if url is not None:
            found.setdefault(url, kind)
        if len(found) == MAX_REQUISITES:
            break
    return replace(
        reading, requisites=tuple(Requisite(url=url, kind=kind) for url, kind in found.items())
    )


def requisite_url(href: str, base: str, site: Site) -> str | None:
    """The URL to ask for `href` on the page or style sheet `base`; None when it is not asked for.

    Any host, http and https only, no credentials. On the portal's own hosts what its URL rules
    call a login or an action stays out whatever its name; their other reasons do not hold for
    files that are static by their name (`/_layouts/15/styles/core.css`).
    """
    href = href.strip()
    if not href or href[0] == "#" or len(href) > MAX_HREF_LENGTH:
        return None
    try:
        url = ada_url.URL(ada_url.join_url(base, href))
    except ValueError:
        return None
    if url.protocol not in ("http:", "https:") or not url.hostname or url.username or url.password:
        return None
    path, query = _without_sessions(url.pathname), _without_tracking(url.search[1:])
    if url.hostname in site.hosts and _is_refused(path, query, site):
        return None
    found = f"{url.protocol}//{url.host}{path}{'?' if query else ''}{query}"
    return found if len(found) <= MAX_HREF_LENGTH else None


def style_requisites(text: str, url: str, site: Site) -> tuple[Requisite, ...]:
    """What the style sheet at `url` needs, each URL once, in its order, at most 300.

    Relative URLs are relative to it, not to the page that uses it.
    """
    found: dict[str, RequisiteKind] = {}
    for href, kind in urls_of_style(text[:MAX_STYLE_CHARS]):
        asked = requisite_url(href, url, site)
        if asked is not None and asked != url:
            found.setdefault(asked, kind)
        if len(found) == MAX_REQUISITES:
            break
    return tuple(Requisite(url=each, kind=kind) for each, kind in found.items())


def _is_refused(path: str, query: str, site: Site) -> bool:
    asked = f"{path}?{query}" if query else path
    is_static = _STATIC.search(path) is not None or _STATIC.search(query) is not None
    for reason, pattern in site.family.urls.never:
        if (reason in _ALWAYS or not is_static) and pattern.search(asked):
            return True
    return any(pattern.search(asked) for _, pattern in site.never)


def _without_sessions(path: str) -> str:
    """A path without the parameters and segments in which `canonical` sees a session."""
    if ";" not in path and "(" not in path and "%28" not in path:
        return path
    segments = []
    for segment in path.split("/"):
        head, *parameters = segment.split(";")
        kept = [each for each in parameters if not _is_noise(f"/a;{each}", "/a")]
        if not parameters and segment and _is_noise(f"/a/{segment}/b", "/a/b"):
            continue
        segments.append(";".join((head, *kept)))
    return "/".join(segments)


def _without_tracking(query: str) -> str:
    """A query without the parameters that `canonical` drops, the others as they stood."""
    parts = query.split("&")
    kept = [part for part in parts if not part or not _is_noise(f"/a?{part}", "/a")]
    return query if len(kept) == len(parts) else "&".join(kept)


@lru_cache(maxsize=8_192)
def _is_noise(asked: str, without: str) -> bool:
    """Whether `canonical` drops what the one has and the other has not."""
    return canonical(asked, _BARE, _NO_RULES) == canonical(without, _BARE, _NO_RULES)


def _base_of(page: Page, url: str) -> str:
    """What relative URLs are relative to: the page's `<base>`, or its own URL."""
    node = page.tree.css_first("base[href]")
    try:
        return ada_url.join_url(url, (node.attributes.get("href") or "")) if node else url
    except ValueError:
        return url


def _images(page: Page) -> Found:
    """The images of a page's elements, lazy ones too; of a `srcset` the largest."""
    for node in page.tree.css(_PICTURES)[:MAX_NODES]:
        attributes = node.attributes
        names = _SOURCES if node.tag in ("img", "input") else ("poster", "background")
        for href in (*map(attributes.get, names), *_largest(attributes)):
            if href:
                yield href, RequisiteKind.IMAGE


def _largest(attributes: dict[str, str | None]) -> Iterator[str]:
    for name in _SETS:
        written = (attributes.get(name) or "")[:MAX_SRCSET_CHARS]
        if written:
            yield largest_of(written)


def largest_of(srcset: str) -> str:
    """The URL of the widest or densest candidate of a `srcset`; "" when it has none.

    `a.jpg 480w, b.jpg 1080w` is `b.jpg`. HTML Standard 4.8.4.2.1: commas may stand inside a URL.
    """
    best, best_size, at = "", -1.0, 0
    while (found := _CANDIDATE.match(srcset, at)) is not None:
        url, about = found["url"], found["about"]
        at = found.end()
        if url.endswith(","):  # no size follows, the next candidate does
            at, url, about = found.end("url"), url.rstrip(","), ""
        said = _SIZE.search(about)
        size = float(said[1]) if said else 1.0
        if size > best_size and not url.startswith("data:"):
            best, best_size = url, size
    return best


def _files(reading: Reading, page: Page) -> Found:
    """The article's attachments, by the links as written, and documents shown in a frame."""
    if reading.article is None:
        return
    known = {file.url for file in reading.article.attachments}
    for node in page.tree.css("a[href]")[:MAX_NODES] if known else ():
        href = node.attributes.get("href") or ""
        resolved = page.resolve(href)
        if resolved in known:
            known.discard(resolved)
            yield href, RequisiteKind.FILE
    for url in sorted(known):
        yield url, RequisiteKind.FILE
    for node in page.tree.css("iframe[src], embed[src], object[data]")[:MAX_NODES]:
        href = node.attributes.get("src") or node.attributes.get("data") or ""
        if attachment_of({"href": href}, "", page.resolve) is not None:
            yield href, RequisiteKind.FILE


def _parts(page: Page) -> Found:
    """Style sheets, scripts, fonts and icons."""
    for node in page.tree.css("link[rel][href], script[src]")[:MAX_NODES]:
        attributes = node.attributes
        href = attributes.get("href") or attributes.get("src") or ""
        rel = (attributes.get("rel") or "").lower().split()
        if node.tag == "script":
            yield href, RequisiteKind.SCRIPT
        elif "stylesheet" in rel:
            yield href, RequisiteKind.STYLE
        elif "icon" in rel:
            yield href, RequisiteKind.IMAGE
        elif "preload" in rel and (attributes.get("as") or "").lower() in _PRELOADED:
            yield href, _PRELOADED[(attributes.get("as") or "").lower()]


def _in_styles(page: Page) -> Found:
    """What `style` attributes and elements name; an attribute names images alone."""
    for node in page.tree.css("[style*='url' i]")[:MAX_NODES]:
        for href, _ in urls_of_style((node.attributes.get("style") or "")[:MAX_STYLE_CHARS]):
            yield href, RequisiteKind.IMAGE
    for node in page.tree.css("style")[:MAX_NODES]:
        yield from urls_of_style(node.text()[:MAX_STYLE_CHARS])
