"""How the HTML Standard groups elements by what opens and closes them (13.1.2, 13.2.4.2, 13.2.6).

Each group was compared with what lexbor does, by parsing small pages.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

WHITE_SPACE = b" \t\n\f\r"
OPAQUE = frozenset((b"svg", b"math", b"frameset", b"template"))
"""Elements in which a raw element's start tag may not switch the tokenizer."""

RAW = frozenset(b"script style textarea title xmp iframe noembed noframes".split())
VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param "
    b"source track wbr html body head".split()
)
FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
HEADINGS = frozenset(b"h1 h2 h3 h4 h5 h6".split())
ENDS_IN_SCOPE = frozenset(
    b"address applet article aside blockquote button center dd details dialog dir div dl dt "
    b"fieldset figcaption figure footer header hgroup li listing main marquee menu nav object ol "
    b"pre search section select summary ul".split()
)  # their end tags close whatever is open inside; other end tags stop at a special element
CLOSES_P = (
    (ENDS_IN_SCOPE - frozenset(b"applet button marquee object select".split()))
    | HEADINGS
    | frozenset((b"form", b"hr", b"p", b"plaintext", b"xmp"))
)
TABLE_PARTS = frozenset(b"caption colgroup tbody thead tfoot tr td th".split())
TABLE_GROUPS = (b"tbody", b"thead", b"tfoot")
FOSTERS = frozenset((b"table", b"tr", *TABLE_GROUPS))  # their text goes before the table
SCOPE = frozenset(b"applet caption table td th marquee object template select".split())
MARKERS = frozenset(b"applet marquee object td th caption template".split())
SPECIAL = (
    (CLOSES_P - {b"dialog"})
    | TABLE_PARTS
    | SCOPE
    | frozenset(b"button frameset iframe noscript".split())
)
IMPLIED_ENDS = frozenset(b"dd dt li optgroup option p rb rp rt rtc".split())
REOPENS_NOTHING = (
    CLOSES_P
    | TABLE_PARTS
    | frozenset(b"table template script style title noscript link meta base html body head".split())
    | {b""}  # a comment
)
_INTEGRATION = {  # foreign elements with HTML inside; annotation-xml by its attributes
    b"svg": frozenset((b"foreignobject", b"desc", b"title")),
    b"math": frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext")),
}
MATH_IN_TEXT = frozenset((b"mglyph", b"malignmark"))
_BREAKS_OUT = (
    (FORMATTING - {b"a", b"font"})
    | HEADINGS
    | frozenset(
        b"blockquote body br center dd div dl dt embed head hr img li listing menu meta ol p pre "
        b"ruby span sub sup table ul var".split()
    )
)  # HTML that ends foreign content (13.2.6.5)
_FONT_BREAKS_OUT = re.compile(rb"(?i)[\s/\"'](?:color|face|size)[\s/=>]")
_HTML_ANNOTATION = re.compile(rb"(?i)[\s/\"']encoding\s*=\s*[\"']?[^\s\"'>]*(?:html|&)")


class Tag(NamedTuple):
    """A tag as written. `name` is lower-case, and "" for a CDATA section."""

    name: bytes
    text: bytes  # the whole tag
    is_end: bool
    is_doubtful: bool  # a raw element or CDATA section whose inside looks like tags
    text_before: bytes


@dataclass(slots=True)
class Formatting:
    """An entry of the list of active formatting elements (13.2.4.3)."""

    tag: Tag
    marks_count: int  # markers before it in the list
    attributes_count: int  # at most
    is_open: bool = True  # else the next text opens it anew

    @property
    def weight(self) -> int:
        """What a copy of it costs, a copy without attributes being 1."""
        return 1 + self.attributes_count // 6


def breaks_out(tag: Tag) -> bool:
    """Whether a start tag ends svg and math."""
    if tag.name == b"font":
        return _FONT_BREAKS_OUT.search(tag.text) is not None
    return tag.name in _BREAKS_OUT


def is_integration_point(tag: Tag, kind: bytes) -> bool:
    """Whether an element of that kind, b"svg" or b"math", may hold HTML."""
    if kind == b"math" and tag.name == b"annotation-xml":
        return _HTML_ANNOTATION.search(tag.text) is not None
    return tag.name in _INTEGRATION.get(kind, ())


def most_attributes(markup: bytes) -> int:
    """No fewer than the attributes in a piece of markup that begins with a tag's `<`.

    Each follows white space, a slash or the quote that ends a value (13.2.5.32-39).
    """
    quotes_count = markup.count(b'"') + markup.count(b"'")
    return len(markup.split()) + markup.count(b"/") + quotes_count // 2
