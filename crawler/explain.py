"""What each rule of a family finds on a page: for whoever writes or mends the rules. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.text import tidy
from crawler.layout import LIST_FIELDS, Layout
from crawler.page import Page

_SHOWN_CHARS = 200
_VALUES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One rule tried on a page."""

    layout: str
    rule: str  # as in a portal's section: `fields.title`, `article_signs`, `body`, `listing.item`
    selector: str
    matches_count: int  # nodes of the page, or values of JSON-LD
    value: str  # the beginning of what it gives; "" for nothing


def explain(page: Page) -> Iterator[Try]:
    """Every rule of every layout of the page's family, in the order in which they are asked."""
    for layout in page.site.family.layouts:
        yield from _of_layout(page, layout)


def _of_layout(page: Page, layout: Layout) -> Iterator[Try]:
    for rule in ("article_signs", "body", "body_skip"):
        for selector in getattr(layout, rule):
            yield _try(page, layout, rule, selector)
    for field, candidates in layout.fields.items():
        for candidate in candidates:
            is_list = field in LIST_FIELDS
            values = list(page.values(candidate, is_list=is_list))
            yield Try(
                layout=layout.id,
                rule=f"fields.{field}",
                selector=candidate.selector,
                matches_count=len(values) if is_list else _count(page, candidate.selector),
                value=" | ".join(values[:_VALUES_SHOWN])[:_SHOWN_CHARS],
            )
    for rule in ("related", "attachments", "menu", "visitors"):
        selector = getattr(layout, rule)
        if selector is not None:
            yield _try(page, layout, rule, selector)
    for number, listing in enumerate(layout.listing):
        yield _try(page, layout, f"listing.{number}.item", listing.item)
    for number, weather in enumerate(layout.weather):
        yield _try(page, layout, f"weather.{number}.row", weather.row)
    for number, poll in enumerate(layout.polls):
        yield _try(page, layout, f"polls.{number}.block", poll.block)
    for number, links in enumerate(layout.link_blocks):
        yield _try(page, layout, f"link_blocks.{number}.block", links.block)
    for candidate in layout.next_page:
        yield _try(page, layout, "next_page", candidate.selector)


def _try(page: Page, layout: Layout, rule: str, selector: str) -> Try:
    node = page.node(selector) if not selector.startswith("::json-ld") else None
    return Try(
        layout=layout.id,
        rule=rule,
        selector=selector,
        matches_count=_count(page, selector),
        value=tidy(node.text()[: 10 * _SHOWN_CHARS])[:_SHOWN_CHARS] if node is not None else "",
    )


def _count(page: Page, selector: str) -> int:
    return int(page.matches(selector)) if selector.startswith("::") else len(page.nodes(selector))
