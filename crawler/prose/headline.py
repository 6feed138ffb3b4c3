"""The heading that the page's own title repeats. Pure."""

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import fold, tidy

_TITLES = "meta[property='og:title'], meta[name='twitter:title'], head title"
_SITE_NAME = "meta[property='og:site_name'], meta[name='application-name']"
_HEADINGS = ("h1", "h2, h3, h4, [itemprop=headline]")
_LESSER = (
    "[class*=title i], [class*=headline i], [class*=tieude i], [class*=tieu-de i], [id*=title i],"
    " [id*=tieude i], td b, td strong, td font, p b, p strong"
)
_MOST_PLACES = 300
_LEAST_CHARS, _MOST_CHARS = 8, 400  # of a heading
_LEAST_CUT = 30  # of a title that is cut off
_LIKE = 0.7  # share of words in common of a heading reworded for the title
_SURE = 0.9
_LINK_LEVELS, _MOST_LEVELS = 3, 12  # looked at around a heading
_FOOT = re.compile(r"(?<![a-z])(?:foot|footer[a-z]*|foot(?:left|right))(?![a-z])", re.IGNORECASE)
_SPARE = re.compile(
    r"(?<![a-z])(?:nav|bread-?crumbs?|sr-only|visually-?hidden|screen-reader-text"
    r"|hide-accessible)(?![a-z])",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r" (?:[-–—|•»«:·]|::|\|\|) |\|| » ")


def find_headline(tree: LexborHTMLParser) -> str:
    """The heading that the page's own title repeats; "" when none does."""
    node = headline_node(tree)
    return tidy(node.text()[:2_000]) if node is not None else ""


def headline_node(tree: LexborHTMLParser) -> LexborNode | None:
    """The node of that heading; a heading proper before what only a class calls a title.

    The site's own name, which the title repeats too, is none: the longest repeated one counts.
    """
    titles, site_names = _titles_of(tree), _site_names_of(tree)
    if not titles:
        return None
    best: LexborNode | None = None
    spare: LexborNode | None = None  # in the path above, or unseen: the same words elsewhere
    most = most_spare = 0.0
    for selector in (*_HEADINGS, _LESSER):
        for node in tree.css(selector)[:_MOST_PLACES]:
            text = fold(tidy(node.text()[:1_000]))
            if not _LEAST_CHARS <= len(text) <= _MOST_CHARS or text in site_names:
                continue
            likeness = max(_likeness(text, title) for title in titles)
            if likeness <= min(most, most_spare) or _is_elsewhere(node):
                continue
            if likeness > most and not _is_in(node, _SPARE):
                best, most = node, likeness
            elif likeness > most_spare:
                spare, most_spare = node, likeness
        if most >= _SURE:
            break
    return best or spare


def _titles_of(tree: LexborHTMLParser) -> tuple[str, ...]:
    """What the page says its title is, as search keys."""
    found: dict[str, None] = {}
    for node in tree.css(_TITLES)[:10]:
        raw = node.text() if node.tag == "title" else node.attributes.get("content") or ""
        text = fold(tidy(raw[:1_000]))
        if len(text) >= _LEAST_CHARS:
            found[text] = None
    return tuple(found)


def _site_names_of(tree: LexborHTMLParser) -> frozenset[str]:
    names = (node.attributes.get("content") or "" for node in tree.css(_SITE_NAME)[:5])
    return frozenset(fold(tidy(name[:300])) for name in names)


def _likeness(heading: str, title: str) -> float:
    """1 when it is the title; less for a part of it set off by a sign, by its share; 0 for none.

    What stands first in a title is more often the article's than what stands last.
    """
    if heading == title:
        return 1
    if title.startswith(heading) and _is_set_off(heading[-1:], title[len(heading) :]):
        return 0.7 + 0.29 * len(heading) / len(title)
    if title.endswith(heading) and not title[: -len(heading)].rstrip()[-1:].isalnum():
        return 0.6 + 0.3 * len(heading) / len(title)
    bare = title.rstrip(".… ")
    if len(bare) >= _LEAST_CUT and heading.startswith(bare):
        return 0.95
    own = set(heading.split())
    best = 0.0
    for part in (title, *_SEPARATOR.split(title)):
        other = set(part.split())
        if len(own) >= 4 and len(other) >= 4:
            best = max(best, len(own & other) / max(len(own), len(other)))
    return best * 0.9 if best >= _LIKE else 0


def _is_set_off(last: str, rest: str) -> bool:
    """Whether a sign stands between a heading and the rest of the title."""
    return not rest.lstrip()[:1].isalnum() or (not last.isalnum() and rest[:1].isspace())


def _is_elsewhere(node: LexborNode) -> bool:
    """Whether it names another page or the site: it stands in a link or at the foot of the page, or
    is the logo that leads home.
    """
    link = node.css_first("a[href]")
    if link is not None:
        href = (link.attributes.get("href") or "").strip()[:300]
        try:
            if urlsplit(href).path in ("", "/") and not href.startswith("#") and href:
                return "?" not in href
        except ValueError:
            return False
    around = node.parent
    for _ in range(_LINK_LEVELS):
        if around is None:
            break
        if around.tag == "a":
            return True
        around = around.parent
    return _is_in(node, _FOOT)


def _is_in(node: LexborNode, names: re.Pattern[str]) -> bool:
    """Whether it stands in a block whose tag, class or id has one of these names."""
    around: LexborNode | None = node
    for _ in range(_MOST_LEVELS):
        if around is None or around.tag == "body":
            return False
        attributes = around.attributes
        said = f"{around.tag} {attributes.get('class') or ''} {attributes.get('id') or ''}"
        if names.search(said):
            return True
        around = around.parent
    return False
