"""The body of an article as blocks: paragraphs, headings, lists, tables, quotes, images, files.

Decides where one block ends, which paragraph is an image's caption, and which links are files.
Refuses to know whose page it is: the caller names the body, what to skip, and how a URL resolves.
One walk over the tree without recursion; no node is changed. Only visible text counts, so another
mark-up of the same text gives the same blocks.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from selectolax.lexbor import LexborNode

from core.records import Attachment, Block, BlockKind, Image
from core.text import tidy
from crawler.fields.credits import split_credit
from crawler.fields.files import Attributes, Resolve, attachment_of

BETWEEN_CELLS = " | "
BETWEEN_ROWS = " / "
BETWEEN_ITEMS = " • "

_CAPTION_LIMIT = 200
_MARKED_CAPTION_LIMIT = 2_000  # of several paragraphs in one <figcaption>
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table"
    " tbody td tfoot th thead tr ul caption"
)
_BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
_SILENT_NAMES = (
    "audio button canvas embed head iframe input link math meta noscript object script select style"
    " svg template textarea title video xml"
)
_SILENT_TAGS = frozenset(_SILENT_NAMES.split())
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ITALIC_TAGS = frozenset(("em", "i", "cite"))
_STYLING_TAGS = _HEADINGS | _ITALIC_TAGS | {"blockquote", "center", "figcaption"}
_KEPT_STYLE_CHARS = 200  # of a style that is remembered
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ITALIC_STYLE = re.compile(r"font-style\s*:\s*(italic|normal)", re.IGNORECASE)
_ALIGN_STYLE = re.compile(r"text-align\s*:\s*(\w+)", re.IGNORECASE)
_CAPTION_CLASS = re.compile(r"(?<![a-z])caption", re.IGNORECASE)
_TINY = re.compile(r"[01](?:\.[0-9]{1,9})? ?(?:px)?", re.IGNORECASE)
_TINY_STYLE = re.compile(r"(?<![\w-])(?:width|height)\s*:\s*[01](?:\.0{1,9})?\s*px", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:[0-9]{1,3}|[IVXLC]{1,6}|[a-z])[.)] |[-–—+•*] ")
_SENTENCE_END = re.compile(r"[.:!?…;。：！？；][\s\"'”’»」』]{0,3}$")  # `…nói.”` ends one too
_SOURCES = ("data-src", "data-original", "data-lazy-src", "src")  # src holds a place until then


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An article's body."""

    blocks: tuple[Block, ...]  # in page order
    images: tuple[Image, ...]  # each URL once
    attachments: tuple[Attachment, ...]  # each URL once


def read_blocks(
    body: LexborNode, *, resolve: Resolve, skipped: Collection[int] = frozenset()
) -> Body:
    """Everything visible inside `body`, except the nodes whose `mem_id` is in `skipped`.

    A paragraph ends at any block element and at two `<br>` in a row (one alone is a space). Empty
    paragraphs vanish. A list is one block, its items (nested ones too) joined by " • "; a table is
    one block, cells joined by " | " and rows by " / ", but a table of one column or around another
    table is only layout and read like its content. A paragraph that is nothing but a file's link is
    a FILE block. Block text is one tidy line.

    An image's caption is the next paragraph when it is marked as one (`figcaption`, a class
    `caption…`), or has at most 200 characters and is all italic, or centred, or ends without
    `.`, `:`, `!`, `?` (or one in a closing quote) and begins without a number or dash. It becomes
    the image block's text; the image itself holds caption and credit apart.

    `resolve` gets href and src as written and gives the canonical URL, or None to drop the link.
    `data:` images and 1×1 spacers are dropped.
    """
    tables = _layout_tables(body) if body.css_first("table") is not None else set()
    walk = _Walk(resolve, tables)
    open_nodes: list[tuple[LexborNode, _Style]] = [(body, _Style())]
    node = body.first_child
    while open_nodes:
        if node is None:
            left, style = open_nodes.pop()
            if open_nodes:
                walk.leave(left.tag or "", style)
                node = left.next
        elif node.is_text_node:
            walk.text(node.text_content or "", open_nodes[-1][1])
            node = node.next
        elif node.mem_id not in skipped and _is_shown(node, attributes := node.attributes):
            open_nodes.append((node, walk.enter(node, attributes, open_nodes[-1][1])))
            node = node.first_child
        else:
            node = node.next
    return walk.body()


@dataclass(frozen=True, slots=True)
class _Style:
    """How the text inside an element looks and what it is part of."""

    kind: BlockKind = BlockKind.PARAGRAPH
    is_italic: bool = False
    is_centred: bool = False
    is_caption: bool = False
    is_collector: bool = False  # this very element is the list or table being gathered


class _Walk:
    """What has been seen so far."""

    def __init__(self, resolve: Resolve, layout_tables: set[int]) -> None:
        self._resolve = resolve
        self._layout_tables = layout_tables
        self._blocks: list[Block] = []
        self._files: dict[str, Attachment] = {}
        self._pieces: list[str] = []  # of the paragraph, cell or item being read
        self._breaks_count = 0  # `<br>` since the last visible sign
        self._is_italic = True  # no upright text in the paragraph so far
        self._last_style = _Style()
        self._gathering: BlockKind | None = None  # LIST or TABLE while inside one
        self._rows: list[list[str]] = []  # of it; a list's item is a row
        self._held_images: list[Block] = []
        self._link: tuple[Attributes, list[str]] | None = None
        self._paragraph_link: Attachment | None = None

    def enter(self, node: LexborNode, attributes: Attributes, outer: _Style) -> _Style:
        """Begin an element; the style of what is inside it."""
        tag = node.tag or ""
        style = _styled(tag, attributes, outer)
        if tag == "br":
            self._break(outer)
        elif tag == "img":
            self._image(attributes, outer)
        elif tag == "a":
            self._link = (attributes, [])
        elif tag in _BLOCK_TAGS:
            self._boundary(tag, outer)
            is_list = tag in ("ul", "ol")
            is_data = tag == "table" and node.mem_id not in self._layout_tables
            if self._gathering is None and (is_list or is_data):
                self._gathering = BlockKind.LIST if is_list else BlockKind.TABLE
                style = replace(style, is_collector=True)
        return style

    def leave(self, tag: str, style: _Style) -> None:
        """End an element."""
        if style.is_collector:
            self._close_collector()
        elif tag == "a":
            self._close_link()
        elif tag in _BLOCK_TAGS:
            self._boundary(tag, style, is_end=True)

    def text(self, text: str, style: _Style) -> None:
        """Add a text node."""
        self._pieces.append(text)
        if self._link:
            self._link[1].append(text)
        if text and not text.isspace():
            self._breaks_count = 0
            self._is_italic &= style.is_italic
            self._last_style = style

    def body(self) -> Body:
        """Everything, once the walk is over."""
        self._end_paragraph()
        images: dict[str, Image] = {}
        for block in self._blocks:
            if block.kind is BlockKind.IMAGE and block.url:
                seen = images.get(block.url)
                if seen is None or (seen.caption is None and block.text):
                    caption, credit = split_credit(block.text)
                    credit = credit or (seen.credit if seen else None)
                    images[block.url] = Image(url=block.url, caption=caption, credit=credit)
        return Body(
            blocks=tuple(self._blocks),
            images=tuple(images.values()),
            attachments=tuple(self._files.values()),
        )

    def _break(self, style: _Style) -> None:
        self._pieces.append(" ")
        if self._link:
            self._link[1].append(" ")
        self._breaks_count += 1
        if self._breaks_count > 1 and self._gathering is None:
            self._end_paragraph()

    def _boundary(self, tag: str, style: _Style, *, is_end: bool = False) -> None:
        """Text on both sides of a block element's edge is never one word."""
        if self._gathering is None:
            self._end_paragraph()
        elif tag == ("li" if self._gathering is BlockKind.LIST else "tr"):
            self._end_cell()
            self._rows.append([])
        elif self._gathering is BlockKind.TABLE and tag in ("td", "th") and is_end:
            self._end_cell(is_kept=True)
        self._pieces.append(" ")
        if self._link:
            self._link[1].append(" ")

    def _end_cell(self, *, is_kept: bool = False) -> None:
        text = self._take_text()
        if text or is_kept:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append(text)

    def _close_collector(self) -> None:
        self._end_cell()
        kind, self._gathering = self._gathering or BlockKind.LIST, None
        rows = [row for row in self._rows if any(row)]
        self._rows = []
        self._start_paragraph()
        between = BETWEEN_ITEMS if kind is BlockKind.LIST else BETWEEN_ROWS
        if rows:
            text = tidy(between.join(BETWEEN_CELLS.join(row) for row in rows))
            self._blocks.append(Block(kind=kind, text=text))
        self._blocks += self._held_images
        self._held_images.clear()

    def _take_text(self) -> str:
        text = tidy("".join(self._pieces))
        self._pieces.clear()
        self._breaks_count = 0
        return text

    def _start_paragraph(self) -> None:
        self._last_style, self._is_italic, self._paragraph_link = _Style(), True, None

    def _end_paragraph(self) -> None:
        text, style, is_italic = self._take_text(), self._last_style, self._is_italic
        link = self._paragraph_link
        self._start_paragraph()
        if not text:
            return
        last = self._blocks[-1] if self._blocks else None
        if last and last.kind is BlockKind.IMAGE and _is_caption(last, text, style, is_italic):
            self._blocks[-1] = replace(last, text=f"{last.text} {text}".strip())
        elif link and link.name == text and style.kind is BlockKind.PARAGRAPH:
            self._blocks.append(Block(kind=BlockKind.FILE, text=text, url=link.url))
        else:
            self._blocks.append(Block(kind=style.kind, text=text))

    def _image(self, attributes: Attributes, style: _Style) -> None:
        url = _image_source(attributes)
        resolved = self._resolve(url) if url else None
        if resolved is None:
            return
        image = Block(kind=BlockKind.IMAGE, text="", url=resolved)
        if self._gathering is None:
            self._end_paragraph()
            self._blocks.append(image)
        else:
            self._held_images.append(image)

    def _close_link(self) -> None:
        if self._link is None:
            return
        (attributes, pieces), self._link = self._link, None
        found = attachment_of(attributes, "".join(pieces), self._resolve)
        if found is not None:
            self._files.setdefault(found.url, found)
            self._paragraph_link = found


def _styled(tag: str, attributes: Attributes, outer: _Style) -> _Style:
    slant, alignment = _looks(attributes.get("style") or "")
    alignment = alignment or attributes.get("align") or ("center" if tag == "center" else "")
    css_class = attributes.get("class")
    if not (slant or alignment or css_class or tag in _STYLING_TAGS or outer.is_collector):
        return outer  # as nearly all are
    kind = outer.kind
    if tag in _HEADINGS and not outer.is_caption:
        kind = BlockKind.HEADING
    elif tag == "blockquote":
        kind = BlockKind.QUOTE
    return _Style(
        kind=kind,
        is_italic=slant == "italic" if slant else outer.is_italic or tag in _ITALIC_TAGS,
        is_centred=alignment.lower() == "center" if alignment else outer.is_centred,
        is_caption=outer.is_caption
        or tag == "figcaption"
        or bool(_CAPTION_CLASS.search(css_class or "")),
    )


def _looks(css: str) -> tuple[str, str]:
    """The slant and the alignment of an inline style, "" where it names none."""
    if not css:
        return "", ""
    return _kept_looks(css) if len(css) <= _KEPT_STYLE_CHARS else _read_looks(css)


def _read_looks(css: str) -> tuple[str, str]:
    slant, align = _ITALIC_STYLE.search(css), _ALIGN_STYLE.search(css)
    return slant[1].lower() if slant else "", align[1] if align else ""


_kept_looks = lru_cache(maxsize=1_024)(_read_looks)  # editors write the same few


def _is_shown(node: LexborNode, attributes: Attributes) -> bool:
    if not node.is_element_node or node.tag in _SILENT_TAGS or "hidden" in attributes:
        return False
    css = attributes.get("style")
    return not css or not _HIDDEN_STYLE.search(css)


def _is_caption(image: Block, text: str, style: _Style, is_italic: bool) -> bool:
    if style.kind not in (BlockKind.PARAGRAPH, BlockKind.QUOTE):
        return False
    if style.is_caption:
        return len(image.text) <= _MARKED_CAPTION_LIMIT
    if image.text or len(text) > _CAPTION_LIMIT:
        return False
    is_bare = not _SENTENCE_END.search(text) and not _NUMBERED.match(text)
    return is_italic or style.is_centred or is_bare


def _image_source(attributes: Attributes) -> str | None:
    """The source as written; None for spacers and images inside the page itself."""
    sizes = (attributes.get("width") or "", attributes.get("height") or "")
    if any(_TINY.fullmatch(size.strip()) for size in sizes) or _TINY_STYLE.search(
        attributes.get("style") or ""
    ):
        return None
    written = ((attributes.get(name) or "").strip() for name in _SOURCES)
    return next((url for url in written if url and url[:5].lower() != "data:"), None)


def _layout_tables(body: LexborNode) -> set[int]:
    """Tables that only place things: one column wide, or with a table inside."""
    widest: dict[int, int] = {}
    nesting: set[int] = set()
    open_tables: list[int] = []
    cells_count: list[int] = []
    open_nodes = [body]
    node = body.first_child
    while open_nodes:
        if node is None:
            left = open_nodes.pop()
            if left.tag == "table" and open_nodes:
                open_tables.pop()
                cells_count.pop()
            node = left.next if open_nodes else None
            continue
        if node.tag == "table":
            nesting.update(open_tables[-1:])
            open_tables.append(node.mem_id)
            cells_count.append(0)
            widest[node.mem_id] = 0
        elif open_tables and node.tag == "tr":
            cells_count[-1] = 0
        elif open_tables and node.tag in ("td", "th"):
            cells_count[-1] += 1
            widest[open_tables[-1]] = max(widest[open_tables[-1]], cells_count[-1])
        open_nodes.append(node)
        node = node.first_child
    return nesting | {table for table, width in widest.items() if width <= 1}
