"""A page as the places that can hold a short value: one walk without recursion. Pure.

At most MOST_NODES nodes are walked; of the places the MOST_SPOTS nearest to the text are kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode

from core.text import tidy
from crawler.page import Page
from crawler.prose.words import Place, named, place_of

MOST_NODES = 300_000
MOST_SPOTS = 20_000
_MOST_RAW = 5_000  # characters of a short value, template white space included
_MOST_CHARS = 1_500  # of it, tidied: a long lead
_MOST_INSIDE = 80  # elements in its place
_MOST_ATTRIBUTE = 80  # characters of a time for machines
_MOST_NAMES = 500  # characters of class and id
_TIMES = ("datetime", "content", "title", "data-date", "data-time")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_CRUMBS = re.compile(r"crumb|duong-?dan", re.IGNORECASE)
_SILENT = frozenset(
    ("head", "math", "noscript", "script", "select", "style", "svg", "template", "textarea")
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place and what stands there."""

    node: LexborNode
    number: int  # of the element, in page order
    text: str  # tidied; of the attribute when there is one
    is_away: bool  # inside a menu, a related list, comments, a box beside the text
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The places of one page."""

    spots: tuple[Spot, ...]
    numbers: dict[int, int]  # `mem_id` of an element → its number
    ends: list[int]  # element → the number of the first one after it
    sizes: list[int]  # element → characters of text in it, as written

    def number_of(self, node: LexborNode | None) -> int | None:
        """The element's number; None when it was not walked."""
        return self.numbers.get(node.mem_id) if node is not None else None

    def holds(self, outer: int, node: LexborNode) -> bool:
        """Whether the node stands inside the element of that number."""
        number = self.numbers.get(node.mem_id, -1)
        return outer < number < self.ends[outer]


def outline_of(page: Page, text: LexborNode | None) -> Outline:
    """The places of a page. What holds `text`, the main text, is neither menu nor sidebar."""
    body = page.tree.body
    walk = _Walk(_around(text))
    if body is not None:
        walk.run(body)
    middle = walk.numbers.get(text.mem_id, 0) if text is not None else 0
    return Outline(tuple(walk.spots(middle)), walk.numbers, walk.ends, walk.sizes)


def _around(node: LexborNode | None) -> frozenset[int]:
    found = set()
    while node is not None:
        found.add(node.mem_id)
        node = node.parent
    return frozenset(found)


@dataclass(slots=True)
class _Open:
    """An element whose end was not reached."""

    node: LexborNode
    number: int
    is_away: bool  # by what is around it
    is_away_inside: bool  # or by its own names
    is_in_crumbs: bool = False


class _Walk:
    """What has been seen so far."""

    def __init__(self, around: frozenset[int]) -> None:
        self.around = around
        self.numbers: dict[int, int] = {}
        self.ends: list[int] = []
        self.sizes: list[int] = []
        self.found: list[Spot] = []

    def run(self, body: LexborNode) -> None:
        opened = [self._enter(body, None)]
        node = body.first_child
        for _ in range(MOST_NODES):
            if node is None:
                node = self._leave(opened)
                if not opened:
                    return
            elif node.is_element_node and node.tag not in _SILENT:
                opened.append(self._enter(node, opened[-1]))
                node = node.first_child
            else:
                if not node.is_comment_node:
                    text = node.text_content if node.is_text_node else node.text()
                    self.sizes[opened[-1].number] += len(text or "")
                node = node.next
        while opened:
            self._leave(opened)

    def spots(self, middle: int) -> Iterator[Spot]:
        """Those nearest to the element of that number, in page order, with their texts."""
        near = sorted(self.found, key=lambda spot: abs(spot.number - middle))[:MOST_SPOTS]
        for spot in sorted(near, key=lambda spot: spot.number):
            text = spot.text or tidy(spot.node.text())
            if text and len(text) <= _MOST_CHARS:
                yield replace(spot, text=text)

    def _enter(self, node: LexborNode, outer: _Open | None) -> _Open:
        number = len(self.ends)
        self.numbers[node.mem_id] = number
        self.ends.append(number + 1)
        self.sizes.append(0)
        if outer is None:
            return _Open(node, number, False, False)
        attributes = node.attributes
        is_away = outer.is_away_inside
        for name in _TIMES:
            said = attributes.get(name) or ""
            if len(said) <= _MOST_ATTRIBUTE and _YEAR.search(said):
                self.found.append(Spot(node, number, tidy(said), is_away, name))
        if is_away or node.mem_id in self.around:
            return _Open(node, number, is_away, is_away)
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_MOST_NAMES]
        is_in_crumbs = outer.is_in_crumbs or _CRUMBS.search(names) is not None
        place = place_of(node.tag or "", attributes.get("role"), named(attributes))
        is_inside = not is_in_crumbs and place > Place.OPEN
        return _Open(node, number, is_away, is_inside, is_in_crumbs)

    def _leave(self, opened: list[_Open]) -> LexborNode | None:
        """End the innermost open element, and keep it when it is short; what follows it."""
        left = opened.pop()
        number = left.number
        self.ends[number] = len(self.ends)
        if not opened:
            return None
        size = self.sizes[number]
        self.sizes[opened[-1].number] += size
        is_small = self.ends[number] - number <= _MOST_INSIDE
        if 0 < size <= _MOST_RAW and is_small:
            self.found.append(Spot(left.node, number, "", left.is_away))
        return left.node.next
