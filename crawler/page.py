"""A parsed page and the ways to point into it: CSS, and the words that CSS has not. Pure.

    ::json-ld PATH   a value of the page's JSON-LD: `::json-ld author.name`
    ::headline       the heading that the page's own title repeats
    ::text           the node that holds the main text, found by its shape
    ::heading        the heading next above the main text, when its title repeats none
    ::lead           the paragraph between heading and text, or named a lead
    ::line           lines beside heading and text that may hold a date or a counter
    ::byline         lines there that may say who wrote it
    ::url            the page's own canonical URL

What needs more than one look (JSON-LD, the main text) is worked out once, when first asked for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import tidy
from crawler.layout import Candidate, Site
from crawler.metadata import JsonObject, article_of, json_ld_of, values_at
from crawler.prose import Prose, find_headline, find_prose
from crawler.urls import Link, link_of, page_url

JSON_LD = "::json-ld"
HEADLINE = "::headline"
TEXT = "::text"
HEADING = "::heading"
LEAD = "::lead"
LINE = "::line"
BYLINE = "::byline"
URL = "::url"
_WORDS = frozenset((HEADLINE, TEXT, HEADING, LEAD, LINE, BYLINE, URL))
MAX_NODES = 1_000  # of one selector
_LINK = "a[href]"
_PLACE = re.compile(r"[\w.#-]+(?: [\w.#-]+)*")  # by names, classes and ids alone
MAX_CHARS = 10_000  # of one node's text, template white space included


@dataclass(kw_only=True)
class Page:
    """One parsed page of a site, at one URL and instant."""

    tree: LexborHTMLParser
    url: str  # canonical
    site: Site
    captured_at: datetime

    _links: dict[str, Link | None] = field(init=False, repr=False, default_factory=dict)

    @property
    def home(self) -> str:
        """The canonical URL of the site's front page."""
        return self.site.home

    def matches(self, selector: str) -> bool:
        """Whether the page has what the selector names."""
        if not selector.startswith("::"):
            return self.tree.css_matches(selector)
        if selector == TEXT:
            return self.prose is not None and self.prose.is_article
        if selector == JSON_LD:
            return article_of(self.json_ld) is not None
        return bool(next(self._special(selector), ""))

    def node(self, selector: str) -> LexborNode | None:
        """The first node that matches; `::text` is one too, other words of ours have none."""
        if selector == TEXT:
            return self.prose.node if self.prose is not None else None
        return None if selector.startswith("::") else self.tree.css_first(selector)

    def nodes(self, selector: str, *, within: LexborNode | None = None) -> list[LexborNode]:
        """The nodes that match, each once, in page order, at most MAX_NODES.

        `within` bounds the search to a node and what is in it; what the selector says of the
        elements around may lie outside.
        """
        return nodes_in(self.tree if within is None else within, selector)[:MAX_NODES]

    def values(self, candidate: Candidate, *, is_list: bool = False) -> Iterator[str]:
        """The texts a candidate finds, tidied, empty ones left out.

        Of CSS the first node alone, unless `is_list`.
        """
        if candidate.selector.startswith("::"):
            found = self._special(candidate.selector)
        elif is_list:
            found = (raw_of(node, candidate) for node in self.nodes(candidate.selector))
        else:
            node = self.tree.css_first(candidate.selector)
            found = iter((raw_of(node, candidate),)) if node is not None else iter(())
        for raw in found:
            text = _value(raw, candidate)
            if text:
                yield text

    def resolve(self, href: str) -> str | None:
        """The canonical URL that a link on this page names; None when it names none."""
        return page_url(href, self.url, self.site)

    def link(self, href: str) -> Link | None:
        """The link that a href of this page is; None when it may not be followed.

        Menus repeat their links, and several rules look at one: each is worked out once.
        """
        links = self._links
        if href not in links:
            links[href] = link_of(href, self.url, self.site)
        return links[href]

    def prune(self, selectors: Iterable[str]) -> None:
        """Take out nodes whose text is nobody's: "read more", words for screen readers."""
        for selector in selectors:
            for node in self.tree.css(selector):
                node.decompose()

    @cached_property
    def json_ld(self) -> tuple[JsonObject, ...]:
        """The objects of the page's JSON-LD."""
        return json_ld_of(self.tree)

    @cached_property
    def prose(self) -> Prose | None:
        """The main text by its shape; None when the page has none."""
        return find_prose(self.tree)

    def _special(self, selector: str) -> Iterator[str]:
        word, _, path = selector.partition(" ")
        if word == JSON_LD:
            yield from values_at(self.json_ld, path.strip())
        elif word == HEADLINE:
            yield find_headline(self.tree)
        elif word == URL:
            yield self.url
        elif word == HEADING and self.prose is not None:
            yield self.prose.heading
        elif word == LEAD and self.prose is not None:
            yield self.prose.lead
        elif word == LINE and self.prose is not None:
            yield from self.prose.lines
        elif word == BYLINE and self.prose is not None:
            yield from self.prose.bylines


def links_in(tree: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """The links that match, each once; places that are named before `a[href]` are found first.

    From each link of a page up to its root is a longer way.
    """
    places = _places_of_links(selector)
    if places is None:
        return nodes_in(tree, selector)
    return inside(nodes_in(tree, places), _LINK)


def inside(nodes: Iterable[LexborNode], selector: str) -> list[LexborNode]:
    """What matches inside these nodes, each once, in page order if they are; they do not count."""
    found: dict[int, LexborNode] = {}
    for node in nodes:
        itself = node.mem_id
        found |= {each.mem_id: each for each in node.css(selector) if each.mem_id != itself}
    return list(found.values())


@lru_cache(maxsize=1_024)
def _places_of_links(selector: str) -> str | None:
    places = [arm.removesuffix(f" {_LINK}") for arm in selector.split(", ")]
    is_plain = selector.count(f" {_LINK}") == len(places) and all(map(_PLACE.fullmatch, places))
    return ", ".join(places) if is_plain else None


def nodes_in(tree: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """The nodes that match, each once: of a list of selectors lexbor gives a node for each."""
    found = tree.css(selector)
    return list({node.mem_id: node for node in found}.values()) if "," in selector else found


def is_selector_of_ours(selector: str) -> bool:
    """Whether it is one of the words beside CSS that this file knows."""
    word, _, path = selector.partition(" ")
    return word == JSON_LD or (word in _WORDS and not path)


def value_at(node: LexborNode, candidate: Candidate) -> str:
    """What a candidate finds at this node; "" for nothing."""
    return _value(raw_of(node, candidate), candidate)


def _value(raw: str, candidate: Candidate) -> str:
    text = tidy(raw)
    if candidate.pattern is None:
        return text
    match = candidate.pattern.search(text)
    return (match[1] or "").strip() if match else ""


def raw_of(node: LexborNode, candidate: Candidate) -> str:
    """The text of a node, or its attribute, as written."""
    if candidate.attribute is not None:
        return (node.attributes.get(candidate.attribute) or "")[:MAX_CHARS]
    return node.text()[:MAX_CHARS]
