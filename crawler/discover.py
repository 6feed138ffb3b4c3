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
from crawler.urls import Link, page_url

MAX_LINKS = 2_000  # of one page
MAX_ANCHORS = 10_000  # looked at for them
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def links_of(page: Page, layout: Layout | None, placements: tuple[Placement, ...] = ()) -> Links:
    """The links of a page in scope and canonical, in page order, each once, itself left out.

    An article is what its URL says is one, and what stands on a listing or in a list of related
    ones.
    """
    feeds, canonical = _declared(page)
    anchors = _in_scope(page.tree.css("a[href]"), page)
    placed = dict.fromkeys(item.url for item in placements if item.url != page.url)
    related = []
    if layout and layout.related:
        related = _in_scope(page.tree.css(_anchors_in(layout.related)), page)
    known = placed.keys() | {link.url for link in related}
    found = [link.url for link in anchors if link.is_article or link.url in known]
    articles = dict.fromkeys((*found, *placed))
    menu = _in_scope(page.tree.css(layout.menu), page) if layout and layout.menu else []
    return Links(
        articles=tuple(articles),
        listings=tuple(
            link.url for link in menu if link.url not in articles and link.url != page.home
        ),
        feeds=tuple(link.url for link in _in_scope(feeds, page)),
        related=tuple(link.url for link in related),
        next=_next_page(page, layout) if layout else None,
        canonical=canonical,
    )


def _anchors_in(selector: str) -> str:
    return f"*:is({selector}) a[href]"  # a bare `:is(…)` before a blank matches nothing in lexbor


def _in_scope(nodes: Iterable[LexborNode], page: Page) -> list[Link]:
    found: dict[str, Link] = {}
    for node in islice(nodes, MAX_ANCHORS):
        link = page.link(node.attrs.get("href") or "")
        if link is None or link.url == page.url or link.url in found:
            continue
        found[link.url] = link
        if len(found) >= MAX_LINKS:
            break
    return list(found.values())


def _next_page(page: Page, layout: Layout) -> str | None:
    for candidate in layout.next_page:
        node = page.node(candidate.selector)
        links = _in_scope([node], page) if node is not None else []
        if links:
            return links[0].url
    return None


def _declared(page: Page) -> tuple[list[LexborNode], str | None]:
    """The `<link>`s to feeds, and what the page declares to be its URL: no more than its word."""
    feeds: list[LexborNode] = []
    canonical = None
    for node in page.tree.css("link[rel]")[:MAX_LINKS]:
        attributes = node.attributes
        rel = (attributes.get("rel") or "").lower().split()
        if "alternate" in rel and (attributes.get("type") or "").lower() in _FEED_TYPES:
            feeds.append(node)
        elif "canonical" in rel and canonical is None:
            canonical = page_url(attributes.get("href") or "", page.url, page.site)
    return feeds, canonical
