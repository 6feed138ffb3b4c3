"""What each rule of a family finds on a page: for whoever writes or mends the rules. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborNode

from core.text import tidy
from crawler.layout import LIST_FIELDS, Candidate, Layout, PollRules, Sign
from crawler.page import TEXT, Page
from crawler.pagers import NEXT, next_by_shape
from crawler.read import choose_layout

_SHOWN_CHARS = 200
_VALUES_SHOWN = 3
_SIGN_CHARS = 1_000  # of a node, as grading looks at it
_NODES = 1_000  # of one rule
_LINK, _IMAGE = ("href",), ("data-src", "data-original", "src")


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One rule tried on a page."""

    layout: str
    rule: str  # as in a portal's section: `fields.title`, `article_signs`, `listing.0.title`
    selector: str
    matches_count: int  # nodes of the page, items that have one inside, values of JSON-LD
    value: str  # the beginning of what it gives; "" for nothing


def explain(page: Page) -> Iterator[Try]:
    """Every rule of every layout of the page's family, candidates in the order of trust.

    What the page's own layout takes out of it (`unread`) no other rule sees, as in reading: the
    page is changed.
    """
    layouts = page.site.family.layouts
    unread = [
        [_Tried(page, layout.id).nodes("unread", selector) for selector in layout.unread]
        for layout in layouts
    ]
    chosen = choose_layout(page)
    page.prune(chosen.unread if chosen is not None else ())
    for layout, taken_out in zip(layouts, unread, strict=True):
        tried = _Tried(page, layout.id)
        yield from taken_out
        yield from _of_article(tried, layout)
        yield from _of_listings(tried, layout)
        yield from _of_blocks(tried, layout)
        for name in ("missing_signs", "login_signs"):
            for number, sign in enumerate(getattr(layout, name)):
                yield tried.sign(f"{name}.{number}", sign)


def _of_article(tried: "_Tried", layout: Layout) -> Iterator[Try]:
    for selector in layout.article_signs:
        yield tried.evidence("article_signs", selector)
    for selector in layout.body:
        yield tried.nodes("body", selector, limit=1)
    for selector in layout.body_skip:
        yield tried.nodes("body_skip", selector)
    for field, candidates in layout.fields.items():
        for candidate in candidates:
            yield tried.values(f"fields.{field}", candidate, is_list=field in LIST_FIELDS)
    for rule in ("related", "images", "attachments", "menu", "visitors"):
        selector = getattr(layout, rule)
        if selector is not None:
            yield tried.nodes(rule, selector)


def _of_listings(tried: "_Tried", layout: Layout) -> Iterator[Try]:
    for number, rules in enumerate(layout.listing):
        at = f"listing.{number}"
        items = tried.page.nodes(rules.item)
        yield tried.nodes(f"{at}.item", rules.item)
        yield tried.inside(f"{at}.title", rules.title, items)
        yield tried.inside(f"{at}.link", rules.link, items, _LINK)
        for name in ("timer", "view_count", "summary"):
            yield from tried.perhaps(f"{at}.{name}", getattr(rules, name), items)
        if rules.image:
            yield tried.inside(f"{at}.image", rules.image, items, _IMAGE)
    for rule, candidates in (
        ("next_page", layout.next_page),
        ("poll_results", layout.poll_results),
    ):
        for candidate in candidates:
            yield tried.link(rule, candidate)


def _of_blocks(tried: "_Tried", layout: Layout) -> Iterator[Try]:
    for number, weather in enumerate(layout.weather):
        at, rows = f"weather.{number}", tried.page.nodes(weather.row)
        yield tried.nodes(f"{at}.row", weather.row)
        yield tried.inside(f"{at}.place", weather.place, rows)
        yield tried.inside(f"{at}.value", weather.value, rows)
    for number, poll in enumerate(layout.polls):
        yield from _of_poll(tried, f"polls.{number}", poll)
    for number, links in enumerate(layout.link_blocks):
        at, blocks = f"link_blocks.{number}", tried.page.nodes(links.block)
        yield tried.nodes(f"{at}.block", links.block)
        yield from tried.perhaps(f"{at}.title", links.title, blocks)
        yield tried.inside(f"{at}.link", links.link, blocks)


def _of_poll(tried: "_Tried", at: str, poll: PollRules) -> Iterator[Try]:
    blocks = tried.page.nodes(poll.block)
    options = list(islice((node for each in blocks for node in each.css(poll.option)), _NODES))
    yield tried.nodes(f"{at}.block", poll.block)
    yield from tried.perhaps(f"{at}.title", poll.title, blocks)
    yield tried.inside(f"{at}.question", poll.question, blocks)
    yield tried.told(f"{at}.option", poll.option, len(options), _texts(options))
    yield tried.inside(f"{at}.text", poll.text, options)
    for name in ("votes", "share"):
        yield from tried.perhaps(f"{at}.{name}", getattr(poll, name), options)
    for name in ("total", "open_sign", "closed_sign"):
        yield from tried.perhaps(f"{at}.{name}", getattr(poll, name), blocks)
    if poll.native_id is not None:
        attributes = (poll.native_id.attribute,) if poll.native_id.attribute else ()
        yield tried.inside(f"{at}.native_id", poll.native_id.selector, blocks, attributes)


class _Tried:
    """The rules of one layout on one page."""

    def __init__(self, page: Page, layout_id: str) -> None:
        self.page, self._layout_id = page, layout_id

    def evidence(self, rule: str, selector: str) -> Try:
        """A rule that only asks whether the page has it."""
        if not selector.startswith("::") or selector == TEXT:
            tried = self.nodes(rule, selector, limit=1)
            values: Iterable[str] = (tried.value,)
            count = tried.matches_count
        else:
            values, count = self.page.values(Candidate(selector=selector)), 1
        return self.told(rule, selector, count if self.page.matches(selector) else 0, values)

    def nodes(
        self,
        rule: str,
        selector: str,
        *,
        limit: int = _VALUES_SHOWN,
        attributes: tuple[str, ...] = (),
    ) -> Try:
        """A rule that points at nodes; `limit`: so many of them count."""
        if selector.startswith("::"):
            node = self.page.node(selector)
            found = [node] if node is not None else []
        else:
            found = self.page.nodes(selector)
        return self.told(rule, selector, len(found), _texts(found[:limit], attributes))

    def values(self, rule: str, candidate: Candidate, *, is_list: bool) -> Try:
        """A candidate of a field; what its pattern leaves out is a match without a value."""
        values = list(self.page.values(candidate, is_list=is_list))
        is_of_nodes = not candidate.selector.startswith("::")
        count = len(self.page.nodes(candidate.selector)) if is_of_nodes else len(values)
        return self.told(rule, candidate.selector, count, values)

    def inside(
        self,
        rule: str,
        selector: str,
        around: list[LexborNode],
        attributes: tuple[str, ...] = (),
    ) -> Try:
        """A rule that points at the first node inside each of these; "" is the node itself."""
        found = (each.css_first(selector) if selector else each for each in around)
        nodes = [node for node in found if node is not None]
        return self.told(rule, selector, len(nodes), _texts(nodes, attributes))

    def link(self, rule: str, candidate: Candidate) -> Try:
        """A candidate of a link: what it says where it stands, or where a pager's shape leads."""
        if candidate.selector == NEXT:
            url = next_by_shape(self.page)
            return self.told(rule, NEXT, int(url is not None), (url or "",))
        attributes = (candidate.attribute,) if candidate.attribute else _LINK
        return self.nodes(rule, candidate.selector, limit=1, attributes=attributes)

    def perhaps(self, rule: str, selector: str | None, around: list[LexborNode]) -> Iterator[Try]:
        """`inside`, when there is such a rule."""
        if selector is not None:
            yield self.inside(rule, selector, around)

    def sign(self, rule: str, sign: Sign) -> Try:
        """Evidence; when it asks for words, its value is the text that holds them."""
        nodes, words = self.page.nodes(sign.selector), sign.words
        if words is not None:
            texts = (node.text()[:_SIGN_CHARS] for node in nodes)
            holding = (tidy(text) for text in texts if words.search(text))
            return self.told(rule, sign.selector, len(nodes), holding)
        return self.told(rule, sign.selector, len(nodes), _texts(nodes[:1]))

    def told(self, rule: str, selector: str, count: int, values: Iterable[str]) -> Try:
        """The first values that are not empty."""
        shown = islice((value[:_SHOWN_CHARS] for value in values if value), _VALUES_SHOWN)
        return Try(
            layout=self._layout_id,
            rule=rule,
            selector=selector,
            matches_count=count,
            value=" | ".join(shown)[:_SHOWN_CHARS],
        )


def _texts(nodes: Iterable[LexborNode], attributes: tuple[str, ...] = ()) -> Iterator[str]:
    """The text of each node, or the first of these attributes that it has."""
    for node in nodes:
        if attributes:
            written = next(
                (node.attributes[name] for name in attributes if node.attributes.get(name)), ""
            )
        else:
            written = node.text()
        yield tidy((written or "")[: 10 * _SHOWN_CHARS])
