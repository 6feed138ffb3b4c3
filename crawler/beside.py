"""What stands beside the content by the rules of a layout: weather, polls, visitors, links. Pure.

Each reader gives what the page shows and what it refused. A block that is there but empty (a
weather block whose values a script would fill in, a poll without votes) is an observation too.
"""

from selectolax.lexbor import LexborNode

from core.errors import BadValue
from core.records import (
    Count,
    Link,
    LinkBlock,
    Poll,
    PollOption,
    Refusal,
    Visitors,
    WeatherObservation,
)
from core.text import tidy
from crawler.fields.polls import read_option, read_share, read_votes
from crawler.fields.visitors import read_visitors
from crawler.fields.weather import read_place
from crawler.layout import LinkBlockRules, PollRules, WeatherRules
from crawler.page import Page, nodes_in, value_at

MAX_PLACES = 100
MAX_POLLS = 20  # of one page, and options of one poll
MAX_OPTIONS = 100
MAX_BLOCKS = 50
MAX_LINKS = 200  # of one block
MAX_CHARS = 5_000  # of one cell, template white space included

Refusals = list[Refusal]


def read_weather(
    page: Page, rules_of_all: tuple[WeatherRules, ...], refusals: Refusals
) -> tuple[WeatherObservation, ...]:
    """One observation per place, in page order; a place named without values is one too."""
    found: list[WeatherObservation] = []
    for rules in rules_of_all:
        for row in page.nodes(rules.row)[:MAX_PLACES]:
            name, text = text_in(row, rules.place), text_in(row, rules.value)
            if not name:
                continue
            try:
                found.append(read_place(name, text))
            except BadValue as error:
                refusals.append(_refusal("weather", text, error))
    return tuple(found)


def read_polls(
    page: Page, rules_of_all: tuple[PollRules, ...], refusals: Refusals
) -> tuple[Poll, ...]:
    """The polls of a page, forms and results alike; votes only where the page shows them."""
    found: list[Poll] = []
    for rules in rules_of_all:
        for block in page.nodes(rules.block)[:MAX_POLLS]:
            poll = _poll(block, rules, refusals)
            if poll is not None:
                found.append(poll)
    return tuple(found)


def read_visitor_block(page: Page, selector: str | None, refusals: Refusals) -> Visitors | None:
    """The counters of visitors that a page shows; None when it shows none.

    They may stand in several nodes, one counter each.
    """
    nodes = page.nodes(selector)[:MAX_BLOCKS] if selector else []
    text = "\n".join(node.text(separator="\n") for node in nodes)[:MAX_CHARS]
    try:
        return read_visitors(text) if text else None
    except BadValue as error:
        refusals.append(_refusal("visitors", text, error))
        return None


def read_link_blocks(page: Page, rules_of_all: tuple[LinkBlockRules, ...]) -> tuple[LinkBlock, ...]:
    """The blocks of links to elsewhere, with their titles; empty ones are left out."""
    found: list[LinkBlock] = []
    for rules in rules_of_all:
        for block in page.nodes(rules.block)[:MAX_BLOCKS]:
            links = tuple(_links(page, block, rules))
            title = text_in(block, rules.title) if rules.title is not None else ""
            if links:
                found.append(LinkBlock(title=title or None, links=links))
    return tuple(found)


def text_in(node: LexborNode, selector: str) -> str:
    """The text of the first match inside a node, tidied; "" as selector is the node itself."""
    found = node.css_first(selector) if selector else node
    return tidy(found.text()[:MAX_CHARS]) if found is not None else ""


def _poll(block: LexborNode, rules: PollRules, refusals: Refusals) -> Poll | None:
    question = _own_text(block, rules.question)
    options = [
        option
        for node in nodes_in(block, rules.option)[:MAX_OPTIONS]
        if (option := _option(node, rules, refusals)) is not None
    ]
    if not question:
        return None
    native_id = None
    if rules.native_id is not None:
        node = block.css_first(rules.native_id.selector)
        native_id = value_at(node, rules.native_id) if node is not None else None
    total = _votes(text_in(block, rules.total), refusals) if rules.total is not None else None
    return Poll(
        question=question,
        options=tuple(options),
        native_id=native_id or None,
        title=(text_in(block, rules.title) or None) if rules.title is not None else None,
        total_count=total.count if total else None,
        is_open=_is_open(block, rules),
    )


def _is_open(block: LexborNode, rules: PollRules) -> bool | None:
    """True where a vote could be given, False where the page says that it is over."""
    if rules.open_sign is not None and block.css_matches(rules.open_sign):
        return True
    is_over = rules.closed_sign is not None and block.css_matches(rules.closed_sign)
    return False if is_over else None


def _option(node: LexborNode, rules: PollRules, refusals: Refusals) -> PollOption | None:
    text = read_option(text_in(node, rules.text))
    votes = _votes(text_in(node, rules.votes), refusals) if rules.votes is not None else None
    if not text or (rules.votes is not None and votes is None):
        return None
    share = None
    if rules.share is not None:
        printed = text_in(node, rules.share)
        try:
            share = read_share(printed)
        except BadValue as error:
            refusals.append(_refusal("polls.share_pct", printed, error))
    return PollOption(text=text, votes_count=votes.count if votes else None, share_pct=share)


def _votes(printed: str, refusals: Refusals) -> Count | None:
    try:
        return read_votes(printed)
    except BadValue as error:
        refusals.append(_refusal("polls.votes_count", printed, error))
        return None


def _own_text(block: LexborNode, selector: str) -> str:
    """The bare text of a node, else all of its text."""
    node = block.css_first(selector) if selector else block
    if node is None:
        return ""
    return tidy(node.text(deep=False)[:MAX_CHARS]) or tidy(node.text()[:MAX_CHARS])


def _links(page: Page, block: LexborNode, rules: LinkBlockRules) -> list[Link]:
    links: dict[Link, None] = {}
    for node in block.css(rules.link)[:MAX_LINKS]:
        attributes = node.attributes
        href = attributes.get("href") or attributes.get("value") or ""
        url = page.resolve(href) if href.strip("#") else None
        text = tidy(node.text()[:MAX_CHARS]) or tidy(_image_text(node))
        if url is not None:
            links[Link(text=text or None, url=url)] = None
    return list(links)


def _image_text(node: LexborNode) -> str:
    image = node.css_first("img[alt], img[title]")
    if image is None:
        return node.attributes.get("title") or ""
    return image.attributes.get("alt") or image.attributes.get("title") or ""


def _refusal(field: str, text: str, error: BadValue) -> Refusal:
    return Refusal(field=field, text=tidy(text[:1_000])[:200], reason=str(error))
