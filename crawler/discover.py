"""Where a page leads: its links as targets worth visiting. Pure.

Only links a person could click are followed, never `hreflang` alternates or `rel=canonical`:
on the Hanoi platform they name endless twins of one page.
"""

from collections.abc import Iterable
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.records import Links
from crawler.layout import Layout, Site
from crawler.urls import native_id, page_url, refusal

MAX_LINKS = 2_000  # of one page
MAX_ANCHORS = 10_000  # looked at for them


def links_of(tree: LexborHTMLParser, url: str, site: Site, layout: Layout | None) -> Links:
    """The links of a page in scope and canonical, in page order, each once, itself left out."""
    articles = [
        link
        for link in _in_scope(tree.css("a[href]"), url, site)
        if native_id(link, site.family.urls) is not None
    ]
    if layout is None:
        return Links(articles=tuple(articles))
    menu = _in_scope(tree.css(layout.menu), url, site) if layout.menu else []
    listings = [link for link in menu if link not in articles and link != site.home]
    return Links(
        articles=tuple(articles),
        listings=tuple(listings),
        next=_next_page(tree, url, site, layout),
    )


def _in_scope(nodes: Iterable[LexborNode], url: str, site: Site) -> list[str]:
    found: dict[str, None] = {}
    for node in islice(nodes, MAX_ANCHORS):
        link = page_url(node.attributes.get("href") or "", url, site)
        if link is None or link == url or link in found or refusal(link, site):
            continue
        found[link] = None
        if len(found) >= MAX_LINKS:
            break
    return list(found)


def _next_page(tree: LexborHTMLParser, url: str, site: Site, layout: Layout) -> str | None:
    for candidate in layout.next_page:
        node = tree.css_first(candidate.selector)
        links = _in_scope([node], url, site) if node is not None else []
        if links:
            return links[0]
    return None
