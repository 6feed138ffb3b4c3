"""A page as blocks and the runs of text in them: one walk without recursion. Pure.

A run is a paragraph whatever its markup: text between two edges of blocks, or between two `<br>`
in a row.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from crawler.prose.words import (
    DATE_LABEL,
    FILE,
    HEADINGS,
    HIDDEN_STYLE,
    LEGAL,
    PICTURE,
    SENTENCE,
    STAMP,
    Place,
    named,
    place_of,
)

MOST_NODES = 400_000  # walked; what follows is not seen
_LEAST_RUN = 40  # characters of a run that can be running text
_LONG_RUN = 80  # of one without any sign of a sentence
_LONG_HEADING = 100  # of a paragraph in the dress of a heading
_LONGEST_LINE = 160  # characters of a dateline
_LONGEST_LEGAL = 1_500  # characters of a note at the foot of a page
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SILENT = frozenset(
    (
        "audio", "button", "canvas", "embed", "head", "iframe", "input", "link", "math", "meta",
        "noscript", "object", "option", "script", "select", "style", "svg", "template", "textarea",
        "title", "video", "xml", "-comment", "",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main", "menu", "nav", "ol",
        "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
        "ul",
    )
)  # fmt: skip
_DATA = frozenset(("blockquote", "dd", "dt", "li", "pre", "td", "th"))


@dataclass(slots=True)
class Element:
    """A block, with the runs of text inside: those from `first` to before `end`."""

    node: LexborNode
    tag: str
    parent: int  # -1: none
    place: Place  # what it is by its own names
    is_caption: bool
    is_heading: bool
    is_lead: bool  # its names say so
    is_data: bool  # of a list, a table or a quote
    names: str  # class without numbers
    first: int
    end: int = 0
    after: int = 0  # number of the first block after it that does not stand inside


@dataclass(slots=True)
class Run:
    """A run of text. Sizes are characters, of scripts without spaces twice as many."""

    element: int  # the innermost block it stands in
    text: str
    size: int
    link_size: int
    weight: int  # size of its running text; 0 when it is none
    has_file: bool
    is_led_away: bool  # to a place of this page, or to another
    is_caption: bool
    is_heading: bool
    is_away: bool = False  # no part of the text
    is_teaser: bool = False

    @property
    def is_link(self) -> bool:
        """It leads elsewhere: nearly all of it, or a good part of a heading."""
        share = 2 if self.is_heading else 4
        return self.link_size * 5 >= self.size * share and not self.has_file


@dataclass(slots=True)
class Outline:
    """Blocks and runs in page order."""

    elements: list[Element] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)  # `mem_id` of what only its class hides
    headline: int = -1  # the block of the headline; -1: there is none


def outline_of(body: LexborNode, headline: LexborNode | None) -> Outline:
    """The outline of a page's body; what is hidden or says nothing is left out."""
    return _Walk(headline).outline(body)


class _Walk:
    """What has been seen so far."""

    def __init__(self, headline: LexborNode | None) -> None:
        self._made = Outline()
        self._headline = headline.mem_id if headline is not None else 0
        self._kept = _around(headline)  # blocks that hold the headline are never away
        self._open = [-1]  # numbers of the blocks around
        self._pieces: list[str] = []
        self._link_pieces: list[str] = []
        self._links_count = 0  # links around
        self._breaks_count = 0
        self._has_file = False
        self._has_jump = False
        self._is_unspaced = False  # somewhere on the page

    def outline(self, body: LexborNode) -> Outline:
        self._is_unspaced = _UNSPACED.search(body.text()) is not None
        self._enter_block(body, "body", {})
        open_nodes: list[tuple[LexborNode, bool, bool]] = [(body, True, False)]
        node, left_count = body.first_child, MOST_NODES
        while open_nodes:
            left_count -= 1
            if node is None or left_count < 0:
                left, is_block, is_link = open_nodes.pop()
                if is_block or is_link:
                    self._leave(is_block=is_block, is_link=is_link)
                node = left.next if open_nodes else None
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
                node = node.next
            elif tag in _SILENT:
                node = node.next
            elif tag == "br":
                self._break()
                node = node.next
            elif self._is_shown(node, tag, attributes := node.attributes):
                is_block = tag in _BLOCKS or node.mem_id == self._headline
                if is_block:
                    self._enter_block(node, tag, attributes)
                is_link = tag == "a" and self._enter_link(attributes)
                open_nodes.append((node, is_block, is_link))
                node = node.first_child
            else:
                node = node.next
        return self._made

    def _is_shown(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> bool:
        style = attributes.get("style")
        if "hidden" in attributes or (style and HIDDEN_STYLE.search(style)):
            return False
        if tag in _BLOCKS or "class" not in attributes or not named(attributes).is_hidden:
            return True
        self._made.hidden.append(node.mem_id)
        return False

    def _enter_block(self, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
        self._end_run()
        made, parent = self._made, self._open[-1]
        outer = made.elements[parent] if parent >= 0 else None
        is_kept = tag in ("body", "main") or node.mem_id in self._kept
        said = named(attributes)
        is_lead = tag in ("header", "hgroup") or (said.is_lead and not is_kept)
        number = len(made.elements)
        made.elements.append(
            Element(
                node=node,
                tag=tag,
                parent=parent,
                place=Place.OPEN if is_kept else place_of(tag, attributes.get("role"), said),
                is_caption=said.is_caption
                or tag == "figcaption"
                or (outer is not None and outer.is_caption),
                is_heading=tag in HEADINGS or (outer is not None and outer.is_heading),
                is_lead=is_lead or (outer is not None and outer.is_lead),
                is_data=tag in _DATA or (outer is not None and outer.is_data),
                names=said.names,
                first=len(made.runs),
            )
        )
        if node.mem_id == self._headline:
            made.headline = number
        self._open.append(number)

    def _enter_link(self, attributes: dict[str, str | None]) -> bool:
        """Whether the link leads to another page."""
        href = (attributes.get("href") or "").lstrip()
        if not href or href.startswith("#"):
            self._has_jump = self._has_jump or bool(href)
            return False
        self._links_count += 1
        self._has_file = self._has_file or FILE.search(href) is not None
        return True

    def _leave(self, *, is_block: bool, is_link: bool) -> None:
        if is_block:
            self._end_run()
            element = self._made.elements[self._open.pop()]
            element.end, element.after = len(self._made.runs), len(self._made.elements)
        if is_link:
            self._links_count -= 1

    def _text(self, text: str) -> None:
        if text.isspace():
            if self._pieces:
                self._pieces.append(" ")
            return
        self._pieces.append(text)
        self._breaks_count = 0
        if self._links_count:
            self._link_pieces.append(text)

    def _break(self) -> None:
        if self._pieces:
            self._pieces.append(" ")
        self._breaks_count += 1
        if self._breaks_count > 1:
            self._end_run()

    def _end_run(self) -> None:
        if not self._pieces:
            return
        text = " ".join("".join(self._pieces).split())
        if text:
            element = self._made.elements[self._open[-1]]
            linked = " ".join(" ".join(self._link_pieces).split())
            size, link_size = self._size(text), self._size(linked)
            self._made.runs.append(
                Run(
                    element=self._open[-1],
                    text=text,
                    size=size,
                    link_size=min(size, link_size),
                    weight=_weight(text, size, size - link_size, element),
                    has_file=self._has_file,
                    is_led_away=self._has_jump or link_size > 0,
                    is_caption=element.is_caption or PICTURE.match(text) is not None,
                    is_heading=element.is_heading,
                )
            )
        self._pieces.clear()
        self._link_pieces.clear()
        self._breaks_count = 0
        self._has_file = self._has_jump = False

    def _size(self, text: str) -> int:
        return len(text) + len(_UNSPACED.findall(text)) if self._is_unspaced else len(text)


def _weight(text: str, size: int, plain: int, element: Element) -> int:
    """The size of running text; a caption's counts half, and so does what has no sentence."""
    is_bare_heading = element.is_heading and not element.is_lead and size < _LONG_HEADING
    if is_bare_heading or plain < _LEAST_RUN or plain * 2 < size or _is_data(text):
        return 0
    if SENTENCE.search(text) is None:
        return plain // 2 if plain >= _LONG_RUN or element.is_caption else 0
    return plain // 2 if element.is_caption else plain


def _is_data(text: str) -> bool:
    """Whether a short text is no sentence: numbers more than words, a dateline, a legal notice."""
    if len(text) <= _LONG_RUN and 5 * sum(map(str.isdigit, text)) > len(text):
        return True
    if len(text) <= _LONGEST_LINE and STAMP.search(text):
        return DATE_LABEL.search(text) is not None or not text.endswith((".", "!", "?", "…", "”"))
    return len(text) <= _LONGEST_LEGAL and LEGAL.search(text.lower()) is not None


def _around(headline: LexborNode | None) -> frozenset[int]:
    found: set[int] = set()
    node = headline
    while node is not None:
        found.add(node.mem_id)
        node = node.parent
    return frozenset(found)
