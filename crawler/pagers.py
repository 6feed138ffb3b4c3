"""Where a listing goes on and where a poll shows its result: links that are not always links. Pure.

A pager may stand in `href`, in a handler (`onclick="location.href='…'"`), in an attribute of a
button, or be known only by its shape: numbers in a row whose URLs differ in one number. What posts
a form back to the server (`__doPostBack`) names no URL and leads nowhere.
"""

import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

from core.text import tidy
from crawler.grade import is_article
from crawler.layout import Candidate, Layout
from crawler.page import Page, raw_of

NEXT = "::next"
MAX_ANCHORS = 5_000  # looked at for a pager's shape
MAX_RESULTS = 20  # of the polls of one page
_LONGEST_LABEL = 20  # of a pager's link, with its white space tidied
_MOST_PAGE = 100_000  # a larger number is no page's
# A quoted text without white space within; with a slash or a question mark it is a URL.
_QUOTED = re.compile(r"""'\s*([^'"\s<>()]+)\s*'|"\s*([^'"\s<>()]+)\s*\"""")
_JS_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([/'\"]))")
_NEXT_WORDS = re.compile(
    r"(?:trang (?:sau|tiếp(?: theo)?|kế(?: tiếp)?)|(?:tiếp(?: theo| tục)?|kế tiếp|sau)"
    r"|next(?: page)?|older(?: posts| entries)?|(?:tin|bài)(?: viết)? cũ hơn|cũ hơn)? ?[»›>→]{0,2}",
    re.IGNORECASE,
)
_FIRST_SIGNS = frozenset("0123456789TtKkSsNnOoBbCc«»‹›<>→")  # of a label that leads on
_MORE_WORDS = re.compile(r"(?:xem|tải|hiển thị) (?:thêm|tiếp)|load more|show more", re.IGNORECASE)
_MORE_NAMES = ("data-url", "data-href", "data-next-url", "data-next", "data-link")
_MORE = ":is(a, button, div, span, li)" + f":is({', '.join(f'[{name}]' for name in _MORE_NAMES)})"
_PAGER = re.compile(  # the part of a URL that names the page; one of its groups is the number
    r"[?&](?:[a-z0-9_.$-]*_)?(?:page(?:num|_?no|number|_?index)?|paged|trang|pg|p|cur|currentpage)"
    r"=(?P<named>[0-9]{1,6})(?=&|$)"
    r"|[?&](?:start|offset|from)=(?P<offset>[0-9]{1,6})(?=&|$)"
    r"|/(?:page|trang|p)[/-]?(?P<part>[0-9]{1,6})(?=/?(?:\.[a-z]{3,5})?/?(?:\?|$))"
    r"|[-_.](?:page|trang|p)-?(?P<ending>[0-9]{1,6})(?=(?:\.[a-z]{3,5})?/?(?:\?|$))",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.(?:html?|aspx|php|chn|vnp|jsp)$")


def next_page(page: Page, layout: Layout) -> str | None:
    """The canonical URL of the listing's next page, by the first candidate that names one."""
    for candidate in layout.next_page:
        if candidate.selector == NEXT:  # below an article a number leads to its next part, or worse
            url = None if is_article(page, layout) else next_by_shape(page)
        else:
            node = page.node(candidate.selector)
            url = _link_at(node, candidate, page) if node is not None else None
        if url is not None:
            return url
    return None


def poll_results(page: Page, layout: Layout) -> tuple[str, ...]:
    """The canonical URLs of the results of polls that the page shows as forms, each once."""
    found: dict[str, None] = {}
    for candidate in layout.poll_results:
        for node in page.nodes(candidate.selector)[:MAX_RESULTS]:
            url = _link_at(node, candidate, page)
            if url is not None:
                found[url] = None
    return tuple(found)


def _link_at(node: LexborNode, candidate: Candidate, page: Page) -> str | None:
    """The URL that a candidate finds at this node; None when there is none that may be followed."""
    attribute = candidate.attribute or "href"
    said = tidy(raw_of(node, Candidate(selector=candidate.selector, attribute=attribute)))
    if candidate.pattern is not None:
        match = candidate.pattern.search(said)
        said = (match[1] or "").strip() if match else ""
    elif attribute.startswith("on") or said[:11].lower() == "javascript:":
        said = quoted_url(said)
    if not said:
        return None
    return _followed(_filled(_unescaped(said), candidate.template, page), page)


def _followed(href: str, page: Page) -> str | None:
    link = page.link(href)
    return link.url if link is not None and link.url != page.url else None


def quoted_url(script: str) -> str:
    """The first quoted text of a script that looks like a URL; "" when there is none."""
    texts = (match[1] or match[2] for match in _QUOTED.finditer(_unescaped(script)))
    return next((text for text in texts if "/" in text or "?" in text), "")


def _unescaped(text: str) -> str:
    r"""A string of JavaScript as it is meant: `\u0026`, `\x26`, `\/`."""
    if "\\" not in text:
        return text
    return _JS_ESCAPE.sub(lambda sign: sign[3] or chr(int(sign[1] or sign[2], 16)), text)


def _filled(value: str, template: str | None, page: Page) -> str:
    if template is None:
        return value
    said = template.replace("{}", value)
    if not template.startswith("?"):
        return said
    names = {part.partition("=")[0] for part in said[1:].split("&")}
    path, _, query = page.url.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] not in names]
    return f"{path}?{'&'.join((*kept, said[1:]))}"


# --- by shape ------------------------------------------------------------------------------------


def next_by_shape(page: Page) -> str | None:
    """The next page of a pager that no rule describes; None when there is none.

    Its URL differs from this page's in the page's number alone; its text is the next number or
    says "next".
    """
    own = _PAGER.search(page.url)
    number = _number(own) if own else None
    place = _without_pager(page.url)
    for href, label in islice(_labelled(page), MAX_ANCHORS):
        url = _followed(href, page)
        match = _PAGER.search(url) if url is not None else None
        if url is None or match is None or _without_pager(url) != place:
            continue
        if _is_next(match, label, own, number):
            return url
    return None


def _is_next(
    match: re.Match[str], label: str, own: re.Match[str] | None, number: int | None
) -> bool:
    there = _number(match)
    if there > _MOST_PAGE and match["offset"] is None:
        return False
    if number is None or own is None:  # this is the first page; some count from 0
        return label == "2" or (_says_next(label) and there > 0)
    if match["offset"] is not None or own["offset"] is not None:
        return there > number and _says_next(label)
    return there == number + 1 and (_says_next(label) or label in (str(there), str(there + 1)))


def _says_next(label: str) -> bool:
    return bool(label) and _NEXT_WORDS.fullmatch(label) is not None


def _labelled(page: Page) -> Iterator[tuple[str, str]]:
    """Short links with what they say: their text, else their title; then buttons for more."""
    for node in islice(page.tree.css("a[href]"), MAX_ANCHORS):
        label = node.text()[: 10 * _LONGEST_LABEL].strip()
        if len(label) > 2 * _LONGEST_LABEL or (label and label[0] not in _FIRST_SIGNS):
            continue  # most links; the rest is looked at with more care
        label = tidy(label)
        if not label.strip("«»‹›<>→"):  # an arrow, or a picture of one
            attributes = node.attributes
            label = tidy(attributes.get("aria-label") or attributes.get("title") or "") or label
        if not (label.isdecimal() or _says_next(label)):
            continue
        href = node.attributes.get("href") or ""
        if href.startswith("#") or href[:11].lower() == "javascript:":
            href = quoted_url(node.attributes.get("onclick") or href)
        if href:
            yield href, label
    for node in page.nodes(_MORE):
        if _MORE_WORDS.search(tidy(node.text()[: 10 * _LONGEST_LABEL])):
            attributes = node.attributes
            yield next(filter(None, map(attributes.get, _MORE_NAMES)), ""), "next"


def _number(match: re.Match[str]) -> int:
    return int(next(group for group in match.groups() if group is not None))


def _without_pager(url: str) -> str:
    """Host and path less what names the page: `/tin-tuc/trang-2.html` is of `/tin-tuc.html`."""
    path = _PAGER.sub("", url.partition("?")[0])
    return _EXTENSION.sub("", path.rstrip("/")).rstrip("/")
