"""Whether a page is too tangled to be given to the parser: one linear look at its tags.

lexbor builds its tree in C, where no timeout reaches, and is quadratic in five things: attributes
of one tag, elements open at once, walks up the open elements, formatting elements reopened after
every block, and options of one select. This file counts them by the HTML Standard's rules, in
doubt too high, and knows nothing of what a page says.

Most pages are judged by the tags alone; `opened.py` follows the open elements of the rest.
"""

import re
from collections.abc import Iterator

from crawler.decode.elements import OPAQUE, Tag
from crawler.decode.opened import Opened

MAX_ATTRIBUTES = 1_000  # on one tag; 28 s for 100,000
MAX_STARTS_UNFOLLOWED = 2_500  # so few tags cannot nest deeper than is allowed
MAX_NAMES = 30_000  # different names of attributes and tags; 9 s for 150,000
MAX_STARTS = 200_000  # in all; following them takes 5 us each

_TOO_MANY_ATTRIBUTES = f"a tag has more than {MAX_ATTRIBUTES:,} attributes"
_WS = rb"\t\n\f\r "
_ATTRIBUTE = (  # HTML Standard 13.2.5.32–38; a value's quote that never closes runs to the end
    rb"[^" + _WS + rb"/>][^" + _WS + rb"/>=]*+"
    rb"(?:[" + _WS + rb"]*+=[" + _WS + rb"]*+"
    rb"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^" + _WS + rb">]++)?+)?+"
)
# Everything up to `>`, to the end of the page, or to the attribute that is one too many.
_REST_OF_TAG = (
    rb"(?:[" + _WS + rb"/]*+" + _ATTRIBUTE + rb"){0," + str(MAX_ATTRIBUTES).encode() + rb"}+"
    rb"[" + _WS + rb"/]*+(?:>|\Z|(?P<%s>(?s:.)))"
)
_END = rb"(?=[" + _WS + rb"/>])"
_COMMENT = rb"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
# 13.2.5.4–31: inside `<!--` a script may hold a `<script>` whose end tag does not end it.
_DOUBLY_ESCAPED = (
    rb"<(?i:script)" + _END + rb"(?:[^-<]++|-(?!->)|<(?!/(?i:script)" + _END + rb"))*+"
    rb"(?:</(?i:script)|(?=-->)|\Z)"
)
_ESCAPED = (
    rb"<!--(?:-?>|(?:[^-<]++|-(?!->)|<(?!/?(?i:script)" + _END + rb")|" + _DOUBLY_ESCAPED + rb")*+"
    rb"(?:-->|(?=</(?i:script))|\Z))"
)
_SCRIPT_TEXT = rb"(?:[^<]++|" + _ESCAPED + rb"|<(?!/(?i:script)" + _END + rb"|!--))*+"
_RAW_TEXT = rb"(?:[^<]++|<(?!/(?i:(?P=raw))" + _END + rb"))*+"
_SCRIPT = (
    rb"(?i:script)" + _END + _REST_OF_TAG % b"over_script" + rb"(?P<script>" + _SCRIPT_TEXT + rb")"
)
_RAW = (
    rb"(?P<raw>(?i:style|textarea|title|xmp|iframe|noembed|noframes))"
    + _END
    + _REST_OF_TAG % b"over_raw"
    + rb"(?P<text>"
    + _RAW_TEXT
    + rb")"
)
_TAG = rb"(?P<slash>/?)(?P<name>[A-Za-z][^" + _WS + rb"/>]*+)" + _REST_OF_TAG % b"over"
_MARKUP = re.compile(
    rb"<(?=[A-Za-z/!?])(?:"
    + _SCRIPT
    + rb"|"
    + _RAW
    + rb"|"
    + _TAG
    + rb"|"
    + _COMMENT[1:]
    + rb"|(?P<cdata>!\[CDATA\[[^>]*+>?)|[!?/][^>]*+>?)"
)
_ATTRIBUTES = 1_000  # on one tag; 28 s for 100,000
MAX_STARTS_UNFOLLOWED = 2_500  # so few tags cannot nest deeper than is allowed
MAX_NAMES = 30_000  # different names of attributes and tags; 9 s for 150,000
MAX_STARTS = 200_000  # in all; following them takes 5 us each

_TOO_MANY_ATTRIBUTES = f"a tag has more than {MAX_ATTRIBUTES:,} attributes"
_WS = rb"\t\n\f\r "
_ATTRIBUTE = (  # HTML Standard 13.2.5.32–38; a value's quote that never closes runs to the end
    rb"[^" + _WS + rb"/>][^" + _WS + rb"/>=]*+"
    rb"(?:[" + _WS + rb"]*+=[" + _WS + rb"]*+"
    rb"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^" + _WS + rb">]++)?+)?+"
)
# Everything up to `>`, to the end of the page, or to the attribute that is one too many.
_REST_OF_TAG = (
    rb"(?:[" + _WS + rb"/]*+" + _ATTRIBUTE + rb"){0," + str(MAX_ATTRIBUTES).encode() + rb"}+"
    rb"[" + _WS + rb"/]*+(?:>|\Z|(?P<%s>(?s:.)))"
)
_END = rb"(?=[" + _WS + rb"/>])"
_COMMENT = rb"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
# 13.2.5.4–31: inside `<!--` a script may hold a `<script>` whose end tag does not end it.
_DOUBLY_ESCAPED = (
    rb"<script" + _END + rb"(?:[^-<]++|-(?!->)|<(?!/script" + _END + rb"))*+"
    rb"(?:</script|(?=-->)|\Z)"
)
_ESCAPED = (
    rb"<!--(?:-?>|(?:[^-<]++|-(?!->)|<(?!/?script" + _END + rb")|" + _DOUBLY_ESCAPED + rb")*+"
    rb"(?:-->|(?=</script)|\Z))"
)
_SCRIPT_TEXT = rb"(?:[^<]++|" + _ESCAPED + rb"|<(?!/script" + _END + rb"|!--))*+"
_RAW_TEXT = rb"(?:[^<]++|<(?!/(?P=raw)" + _END + rb"))*+"
_MARKUP = re.compile(
    rb"(?i:<script" + _END + _REST_OF_TAG % b"over_script" + rb"(?P<script>" + _SCRIPT_TEXT + rb")"
    rb"|<(?P<raw>style|textarea|title|xmp|iframe|noembed|noframes)"
    + (_END + _REST_OF_TAG % b"over_raw" + rb"(?P<text>" + _RAW_TEXT + rb"))")
    + rb"|<(?P<slash>/?)(?P<name>[A-Za-z][^"
    + _WS
    + rb"/>]*+)"
    + _REST_OF_TAG % b"over"
    + rb"|"
    + _COMMENT
    + rb"|(?P<cdata><!\[CDATA\[[^>]*+>?)|<[!?/][^>]*+>?"
)
_RAW_NAMES = (b"style", b"textarea", b"title", b"xmp", b"iframe", b"noembed", b"noframes")
_FEW = _REST_OF_TAG.replace(rb"(?P<%s>(?s:.))", rb"(?!)")  # a tag that has not too many attributes
# A whole page of markup without such a tag. One pattern and no group: the engine runs through it.
_PLAIN = re.compile(
    rb"(?:[^<]++|<(?:(?=[A-Za-z/!?])(?:(?=[sStTxXiInN])(?:(?i:script)"
    + (_END + _FEW + _SCRIPT_TEXT + rb"|")
    + b"|".join(
        rb"(?i:"
        + name
        + rb")"
        + _END
        + _FEW
        + rb"(?:[^<]++|<(?!/(?i:"
        + name
        + rb")"
        + _END
        + rb"))*+"
        for name in _RAW_NAMES
    )
    + rb")|/?[A-Za-z][^"
    + (_WS + rb"/>]*+" + _FEW + rb"|" + _COMMENT[1:])
    + rb"|(?:[!?]|/(?![A-Za-z]))[^>]*+>?)|(?![A-Za-z/!?])))*+"
)
_NAMES = re.compile(_ATTRIBUTE.replace(rb"/>=]*+", rb"/>=]*+)", 1).replace(rb"[^", rb"([^", 1))
_TAG_LIKE = re.compile(rb"<[A-Za-z!/?]")


def scan_complexity(body: bytes) -> str:
    """The reason why `body` must not be parsed, as one sentence; "" when it may be.

    Takes any bytes, in time linear in their number, and sees tags only where `<` is the byte 3C: it
    is to be given what the parser gets, so the decoded text encoded as UTF-8, and never UTF-16.
    """
    return "" if _is_plain(body) else _reason_against(body)


def _reason_against(body: bytes) -> str:
    """The same by a look at every tag."""
    starts_count = markup_bytes = 0
    is_followed = has_opaque = False
    roots: list[bytes] = []
    for found in _MARKUP.finditer(body):
        kind = found.lastgroup
        if kind == "name":
            name = found["name"]
            markup_bytes += found.end() - found.start()
            if not found["slash"]:
                starts_count += 1
                if starts_count > MAX_STARTS:
                    return f"the page has more than {MAX_STARTS:,} tags"
                if len(name) < 9:
                    name = name.lower()
                    has_opaque = has_opaque or name in OPAQUE
                    if name in (b"html", b"body"):
                        roots.append(found[0])
        elif kind in ("text", "script"):
            if found["over_script"] or found["over_raw"]:
                return _TOO_MANY_ATTRIBUTES
            markup_bytes += found.start(kind) - found.start()
            is_followed = is_followed or (has_opaque and _hides_markup(found[kind]))
        elif kind == "cdata":
            is_followed = is_followed or has_opaque
        elif kind is not None:
            return _TOO_MANY_ATTRIBUTES
    if _are_roots_crowded(roots):
        return f"the root elements have more than {MAX_ATTRIBUTES:,} attributes together"
    if markup_bytes > 4 * MAX_NAMES and _has_too_many_names(body):
        return f"the tags have more than {MAX_NAMES:,} different names and attributes"
    if starts_count > MAX_STARTS_UNFOLLOWED or is_followed:
        return _follow(body)
    return ""


def _is_plain(body: bytes) -> bool:
    """Whether a few counts prove what the long look below would find: nothing. Most pages are.

    So few `<` that neither elements nor names can be too many, wherever they stand; nothing in
    which raw text is markup; one <html>, one <body>; and no tag with too many attributes.
    """
    if len(body) > 4 * MAX_NAMES or body.count(b"<") > MAX_STARTS_UNFOLLOWED:
        return False
    lower = body.lower()
    if any(b"<" + name in lower for name in OPAQUE):
        return False
    if lower.count(b"<html") > 1 or lower.count(b"<body") > 1:
        return False
    return _PLAIN.fullmatch(body) is not None


def _follow(body: bytes) -> str:
    """The reason to refuse, from the elements that are open after each tag; "" for none."""
    opened = Opened()
    for tag in _tags(body):
        opened.take(tag)
        if opened.reason:
            return opened.reason
    return ""


def _tags(body: bytes) -> Iterator[Tag]:
    """The tags of a page in order; a raw element's end tag comes as a tag of its own."""
    end = 0
    for found in _MARKUP.finditer(body):
        kind = found.lastgroup
        has_text = found.start() > end
        end = found.end()
        if kind == "name":
            is_end = bool(found["slash"])
            yield Tag(found["name"].lower(), found[0], is_end, False, has_text)
        elif kind in ("text", "script"):
            name = b"script" if kind == "script" else found["raw"].lower()
            yield Tag(name, b"", False, _hides_markup(found[kind]), has_text)
        elif kind == "cdata" or has_text:
            is_doubtful = kind == "cdata" and not found[0].endswith(b"]]>")
            yield Tag(b"", b"", False, is_doubtful, has_text)


def _hides_markup(text: bytes) -> bool:
    """Whether the text of a raw element would be tags if the element were not raw."""
    return _TAG_LIKE.search(text) is not None


def _has_too_many_names(body: bytes) -> bool:
    names: set[bytes] = set()
    for found in _MARKUP.finditer(body):
        kind = found.lastgroup
        if kind == "name" or kind in ("text", "script"):
            end = found.end() if kind == "name" else found.start(kind)
            names.update(_NAMES.findall(body, found.start() + 1, end))
            if len(names) > MAX_NAMES:
                return True
    return False


def _are_roots_crowded(roots: list[bytes]) -> bool:
    """Whether the tags <html> and <body>, whose attributes all join two elements, have too many."""
    if len(roots) < 3:
        return False
    count = 0
    for tag in roots:
        count += len(_NAMES.findall(tag, 5))
        if count > MAX_ATTRIBUTES:
            return True
    return False
