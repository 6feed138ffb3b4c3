"""The items of a listing by the rules of its layout. Pure."""

from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.errors import BadValue
from core.records import Count, Placement, Refusal, When
from core.text import tidy
from crawler.fields.counts import read_count
from crawler.fields.dates import read_when
from crawler.layout import Layout, ListingRules, Site
from crawler.urls import native_id, page_url, refusal

MAX_ITEMS = 1_000
MAX_CHARS = 10_000  # of one text, template white space included


def read_placements(
    tree: LexborHTMLParser, url: str, site: Site, layout: Layout, captured_at: datetime
) -> tuple[tuple[Placement, ...], tuple[Refusal, ...]]:
    """The items in page order, positions from 1, and the values that made no sense."""
    rules = layout.listing
    if rules is None:
        return (), ()
    placements: list[Placement] = []
    refusals: list[Refusal] = []
    for node in _outermost(tree.css(rules.item)[:MAX_ITEMS]):
        title, link = node.css_first(rules.title), node.css_first(rules.link)
        if title is None or link is None:
            continue
        item_url = page_url(link.attributes.get("href") or "", url, site)
        if item_url is None or refusal(item_url, site):
            continue
        timer = _text(node, rules.timer)
        placements.append(
            Placement(
                position=len(placements) + 1,
                url=item_url,
                title=tidy(title.text()[:MAX_CHARS]),
                native_id=native_id(item_url, site.family.urls),
                summary=_text(node, rules.summary) or None,
                image_url=_image(node, url, site, rules),
                published=_when(timer, site, captured_at, refusals),
                view_count=_count(timer, refusals),
            )
        )
    return tuple(placements), tuple(refusals)


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Those that stand in no other: an item inside an item would tell the same text twice."""
    seen: set[int] = set()
    outermost: list[LexborNode] = []
    for node in nodes:
        around = node.parent
        while around is not None and around.mem_id not in seen:
            around = around.parent
        seen.add(node.mem_id)
        if around is None:
            outermost.append(node)
    return outermost


def _text(node: LexborNode, selector: str) -> str:
    found = node.css_first(selector)
    return tidy(found.text()[:MAX_CHARS]) if found is not None else ""


def _image(node: LexborNode, url: str, site: Site, rules: ListingRules) -> str | None:
    found = node.css_first(rules.image)
    return page_url(found.attributes.get("src") or "", url, site) if found else None


def _when(text: str, site: Site, captured_at: datetime, refusals: list[Refusal]) -> When | None:
    try:
        return read_when(text, zone=site.zone, captured_at=captured_at)
    except BadValue as error:
        refusals.append(
            Refusal(field="placements.published_at", text=text[:200], reason=str(error))
        )
        return None


def _count(text: str, refusals: list[Refusal]) -> Count | None:
    try:
        return read_count(text)
    except BadValue as error:
        refusals.append(Refusal(field="placements.view_count", text=text[:200], reason=str(error)))
        return None
