"""How the HTML Standard groups elements by what opens and closes them (13.1.2, 13.2.4.2, 13.2.6).

Each group was compared with what lexbor does, by parsing small pages.
"""

import re
from typing import NamedTuple

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
)
INTEGRATION = {  # foreign elements with HTML inside; annotation-xml by its attributes
    b"svg": frozenset((b"foreignobject", b"desc", b"title")),
    b"math": frozenset((b"mi", b"mo", b"mn", b"ms", b"mtext")),
}
MATH_IN_TEXT = frozenset((b"mglyph", b"malignmark"))
BREAKS_OUT = (
    (FORMATTING - {b"a", b"font"})
    | HEADINGS
    | frozenset(
        b"blockquote body br center dd div dl dt embed head hr img li listing menu meta ol p pre "
        b"ruby span sub sup table ul var".split()
    )
)  # HTML that ends foreign content (13.2.6.5)
FONT_BREAKS_OUT = re.compile(rb"(?i)[\s/\"'](?:color|face|size)[\s/=>]")
HTML_ANNOTATION = re.compile(rb"(?i)[\s/\"']encoding\s*=\s*[\"']?[^\s\"'>]*(?:html|&)")


class Tag(NamedTuple):
    """A tag as written. `name` is lower-case, and "" for a CDATA section."""

    name: bytes
    text: bytes  # the whole tag
    is_end: bool
    is_doubtful: bool  # a raw element or CDATA section whose inside looks like tags
    has_text_before: bool
