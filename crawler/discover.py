"""Where a page leads: its links as targets worth visiting. Pure.

Only links a person could click are followed, never `hreflang` alternates or `rel=canonical`:
on the Hanoi platform they name endless twins of one page. What stands elsewhere than in `href` is
worked out in `pagers.py`.
"""

from collections.abc import Iterable
from itertools import islice

from selectolax.lexbor import LexborNode

from core.records import Links, Placement
from crawler.layout import Layout
from crawler.page import Page, inside, links_in
from crawler.pagers import next_page, poll_results
from crawler.urls import Link, page_url

MAX_LINKS = 2_000  # of one page
MAX_ANCHORS = 10_000  # looked at for them
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def links_of(
    page: Page,
    layout: Layout | None,
    placements: tuple[Placement, ...] = (),
    *,
    is_article: bool = False,
) -> Links:
    """The links of a page in scope and canonical, in page order, each once, itself left out.

    An article is what its URL says is one, and what stands on a listing or in a list of related
    ones. An article has no next page: what looks like one is the next article.
    """
    declared, canonical = _declared(page)
    anchors = _in_scope(page.tree.css("a[href]"), page)
    placed = dict.fromkeys(item.url for item in placements if item.url != page.url)
    related = []
    if layout and layout.related:
        related = _pages(_in_scope(inside(page.tree.css(layout.related), "a[href]"), page))
    known = placed.keys() | {link.url for link in related}
    feeds = dict.fromkeys(link.url for link in _in_scope(declared, page))
    feeds.update(dict.fromkeys(link.url for link in anchors if link.is_feed))
    found = [link.url for link in anchors if link.is_article or link.url in known]
    articles = dict.fromkeys(url for url in (*found, *placed) if url not in feeds)
    menu = []
    if layout and layout.menu:
        menu = _pages(_in_scope(links_in(page.tree, layout.menu), page))
    return Links(
        articles=tuple(articles),
        listings=tuple(
            link.url for link in menu if link.url not in articles and link.url != page.home
        ),
        feeds=tuple(feeds),
        related=tuple(link.url for link in related),
        polls=poll_results(page, layout) if layout else (),
        next=next_page(page, layout) if layout and not is_article else None,
        canonical=canonical,
    )


def _pages(links: list[Link]) -> list[Link]:
    return [link for link in links if not link.is_feed]


def _in_scope(nodes: Iterable[LexborNode], page: Page) -> list[Link]:
    found: dict[str, Link] = {}
    link_at, own_url = page.link, page.url
    for node in islice(nodes, MAX_ANCHORS):
        link = link_at(node.attrs.get("href") or "")
        if link is None or link.url == own_url or link.url in found:
            continue
        found[link.url] = link
        if len(found) >= MAX_LINKS:
            break
    return list(found.values())


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
