"""Where a page leads: its links as targets worth visiting. Pure.

Only links a person could click are followed, never `hreflang` alternates or `rel=canonical`:
on the Hanoi platform they name endless twins of one page.
"""

from collections.abc import Iterable
from itertools import islice

from selectolax.lexbor import LexborNode

from core.records import Links, Placement
from crawler.layout import Layout
from crawler.page import Page
from crawler.urls import is_article_url, page_url, refusal

MAX_LINKS = 2_000  # of one page
MAX_ANCHORS = 10_000  # looked at for them
_FEEDS = ", ".join(
    f"link[rel~=alternate][type*='{kind}']" for kind in ("rss+xml", "atom+xml", "feed+json")
)
_CANONICAL = "link[rel~=canonical][href]"


def links_of(page: Page, layout: Layout | None, placements: tuple[Placement, ...] = ()) -> Links:
    """The links of a page in scope and canonical, in page order, each once, itself left out.

    An article is what its URL says is one, and what stands as an item on a listing.
    """
    rules = page.site.family.urls
    anchors = _in_scope(page.tree.css("a[href]"), page)
    placed = dict.fromkeys(item.url for item in placements if item.url != page.url)
    articles = [link for link in anchors if link in placed or is_article_url(link, rules)]
    articles += [url for url in placed if url not in set(articles)]
    feeds = _in_scope(page.tree.css(_FEEDS), page)
    if layout is None:
        return Links(articles=tuple(articles), feeds=tuple(feeds), canonical=_canonical(page))
    menu = _in_scope(page.tree.css(layout.menu), page) if layout.menu else []
    related = _in_scope(page.tree.css(_anchors_in(layout.related)), page) if layout.related else []
    known = set(articles)
    return Links(
        articles=tuple(articles),
        listings=tuple(link for link in menu if link not in known and link != page.home),
        feeds=tuple(feeds),
        related=tuple(link for link in related if link in known),
        next=_next_page(page, layout),
        canonical=_canonical(page),
    )


def _anchors_in(selector: str) -> str:
    return ", ".join(f"{part.strip()} a[href]" for part in selector.split(","))


def _in_scope(nodes: Iterable[LexborNode], page: Page) -> list[str]:
    found: dict[str, None] = {}
    for node in islice(nodes, MAX_ANCHORS):
        link = page.resolve(node.attributes.get("href") or "")
        if link is None or link == page.url or link in found or refusal(link, page.site):
            continue
        found[link] = None
        if len(found) >= MAX_LINKS:
            break
    return list(found)


def _next_page(page: Page, layout: Layout) -> str | None:
    for candidate in layout.next_page:
        node = page.node(candidate.selector)
        links = _in_scope([node], page) if node is not None else []
        if links:
            return links[0]
    return None


def _canonical(page: Page) -> str | None:
    """What the page declares to be its one URL, resolved; no more than its word."""
    node = page.tree.css_first(_CANONICAL)
    return page_url(node.attributes.get("href") or "", page.url, page.site) if node else None
