"""Whether a page is too tangled to be given to the parser: one linear look at its tags.

lexbor builds its tree in C, where no timeout reaches, and is quadratic or worse in these: the
attributes of a tag, elements open at once, walks up the open elements, formatting that is reopened
after every block or moved into blocks, and options of one select. This file counts them by the HTML
Standard's rules, in doubt too high, and knows nothing of what a page says.

A few counts show that nearly every page is plain. The others are judged tag by tag, and `opened.py`
follows the open elements of those that are left.
"""

import re
from collections.abc import Iterator

from crawler.decode.elements import OPAQUE, Tag, most_attributes
from crawler.decode.opened import MAX_WALKS, Opened

MAX_ATTRIBUTES = 1_000  # on one tag; 28 s for 100,000
MAX_STARTS_UNFOLLOWED = 2_500  # so few tags cannot nest deeper than is allowed
MAX_TANGLE_UNFOLLOWED = 5_000_000  # see `_tangle`; up to a second
MAX_COPIES_UNFOLLOWED = 2_000_000_000  # bytes, if every `<` made the parser copy the page; 0.2 s
MAX_NAMES = 30_000  # different names of attributes and tags; 9 s for 150,000
MAX_STARTS = 200_000  # in all, and as many end tags; following them takes 5 us each
PLAIN_BYTES = 1_000_000
PLAIN_NAMES = 25_000  # 50 ms; a page four times as long has not more
PLAIN_COPIES = 400_000_000  # an eighth of the bytes stays in memory

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
_COMMENT = rb"!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
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
_RAW = rb"(?P<raw>(?i:style|textarea|title|xmp|iframe|noembed|noframes))" + (
    _END + _REST_OF_TAG % b"over_raw" + rb"(?P<text>" + _RAW_TEXT + rb")"
)
_TAG = rb"(?P<slash>/?)(?P<name>[A-Za-z][^" + _WS + rb"/>]*+)" + _REST_OF_TAG % b"over"
_REST = rb"(?P<cdata>!\[CDATA\[[^>]*+>?)|[!?/][^>]*+>?"
_MARKUP = re.compile(
    rb"<(?=[A-Za-z/!?])(?:" + b"|".join((_SCRIPT, _RAW, _TAG, _COMMENT, _REST)) + rb")"
)
_NAMES = re.compile(_ATTRIBUTE.replace(rb"/>=]*+", rb"/>=]*+)", 1).replace(rb"[^", rb"([^", 1))
_TAG_LIKE = re.compile(rb"<[A-Za-z!/?]")

_WINDOW = 2 * MAX_ATTRIBUTES  # bytes; an attribute takes two
_DOUBTS = 50  # `>` that a quoted value may hide; a page with more is not plain
_FEW_ATTRIBUTES = 10  # on a tag whose element may be copied many times
_FEW = rb"(?=(?:[%b/]*+%b){0,%d}+[%b/]*+(?:>|\Z))" % (_WS, _ATTRIBUTE, _FEW_ATTRIBUTES, _WS)
# The names of formatting elements, and html, body, svg, math, as sets of letters: (?i) takes twice
# as long. It admits a few names that no element has.
_LONGER = (
    rb"[bcefhmnstBCEFHMNST][aimotvAIMOTV](?:[gG]|[dD][eEyY]|[nN][tT]|[bB][rR]|[aA][lL][lL]|[mM][lL]|"
    rb"[tT][hH]|[rR](?:[oO][nN][gG]|[iI][kK][eE]))?+"
)
_ANY = rb"(?:[abisuABISU]|" + _LONGER + rb")"
# Finds an end tag or an <a> without its name; another start tag by its name, with a byte if it has
# not few attributes, unless its element holds nothing but text and is closed.
_CLOSED = rb"[^<>]*+>[^<]*+</\1" + _END
_START = rb"(" + _ANY + rb")" + _END + rb"(?!" + _CLOSED + rb")(?:" + _FEW + rb"|(?s:(.)))"
_FORMATTING = re.compile(
    rb"<(?:/" + (_ANY + _END) + rb"|[aA]" + (_END + _FEW) + rb"|" + _START + rb")"
)


def scan_complexity(body: bytes) -> str:
    """The reason why `body` must not be parsed, as one sentence; "" when it may be.

    Takes any bytes, in time linear in their number, and sees tags only where `<` is the byte 3C: it
    is to be given what the parser gets, so the decoded text encoded as UTF-8, and never UTF-16.
    """
    return "" if _is_plain(body) else _reason_against(body)


def _is_plain(body: bytes) -> bool:
    """Whether a few counts prove that `body` is parsed in a second and refused by nothing below.

    They hold wherever the tags really are: a tag begins at a `<`, also in a script or a comment.
    """
    marks_count = body.count(b"<")
    return (
        len(body) <= PLAIN_BYTES
        and marks_count <= MAX_STARTS_UNFOLLOWED
        and len(body) * marks_count <= PLAIN_COPIES
        and (len(body) <= 4 * PLAIN_NAMES or most_attributes(body) + marks_count <= PLAIN_NAMES)
        and _are_tags_short(body)
        and _tangle(body, marks_count) <= MAX_TANGLE_UNFOLLOWED
    )


def _are_tags_short(body: bytes) -> bool:
    """Whether no tag has more than MAX_ATTRIBUTES attributes: it is ended before, or has no room.

    A `>` ends every tag that is open, but where it stands in a quoted value; then the last quote
    before it, of either kind, has opened that value and follows `=`.
    """
    doubts_count = start = 0
    while start < len(body) - _WINDOW:
        end = body.rfind(b">", start, start + _WINDOW)
        if end < 0 or _may_be_in_value(body, end):
            end = body.find(b">", start + _WINDOW)
            while end >= 0 and _may_be_in_value(body, end):
                doubts_count += 1
                if doubts_count > _DOUBTS:
                    return False
                end = body.find(b">", end + 1)
            if end < 0:
                end = len(body)
            tag_start = body.find(b"<", start, end)
            if 0 <= tag_start < end - _WINDOW and (
                most_attributes(body[tag_start:end]) > MAX_ATTRIBUTES
            ):
                return False
        start = end + 1
    return True


def _may_be_in_value(body: bytes, place: int) -> bool:
    for quote in (b'"', b"'"):
        opening = body.rfind(quote, 0, place)
        if opening > 0 and body[opening - 1] in b"= \t\n\f\r":
            before = body[max(0, opening - 50) : opening].rstrip()
            if not before or before.endswith(b"="):
                return True
    return False


def _tangle(body: bytes, marks_count: int) -> int:
    """How much formatting may be reopened and moved, in steps of 50 ns that the parser may take.

    Each end tag of formatting and each <a> may move eight blocks, with all that is in them and the
    formatting that was reopened there. An <a> closes the one before, so few of them are open.
    """
    found = _FORMATTING.findall(body)
    others_count = roots_count = 0
    has_foreign = False
    for name, is_rich in found:
        if name:
            name = name.lower()
            if name in (b"svg", b"math"):
                has_foreign = True
            elif is_rich:
                return MAX_TANGLE_UNFOLLOWED + 1
            elif name in (b"html", b"body"):
                roots_count += 1
            else:
                others_count += 1
    if roots_count * _FEW_ATTRIBUTES > MAX_ATTRIBUTES or (
        has_foreign and _has_selected_option(body)
    ):
        return MAX_TANGLE_UNFOLLOWED + 1
    return len(found) * (others_count + 1) * marks_count


def _has_selected_option(body: bytes) -> bool:
    """Whether there may be an <option selected>, of which there must be none in svg and math."""
    lower = body.lower()
    return b"<option" in lower and b"selected" in lower


def _reason_against(body: bytes) -> str:
    """The reason to refuse, from the tags one by one; "" for none."""
    starts_count = ends_count = markup_bytes = 0
    is_followed = has_opaque = False
    roots: list[bytes] = []
    for found in _MARKUP.finditer(body):
        kind = found.lastgroup
        if kind == "name":
            markup_bytes += found.end() - found.start()
            if found["slash"]:
                ends_count += 1
                if ends_count > MAX_STARTS:
                    return f"the page has more than {MAX_STARTS:,} end tags"
            else:
                starts_count += 1
                if starts_count > MAX_STARTS:
                    return f"the page has more than {MAX_STARTS:,} tags"
                name = found["name"]
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
    if is_followed or starts_count > MAX_STARTS_UNFOLLOWED or _may_be_slow(body, starts_count):
        return _follow(body)
    return ""


def _may_be_slow(body: bytes, starts_count: int) -> bool:
    """Whether walks up the open elements or formatting may take long, with this many start tags."""
    marks_count = body.count(b"<")
    return (
        starts_count * marks_count > MAX_WALKS
        or len(body) * marks_count > MAX_COPIES_UNFOLLOWED
        or _tangle(body, marks_count) > MAX_TANGLE_UNFOLLOWED
    )


def _follow(body: bytes) -> str:
    """The reason to refuse, from the elements that are open after each tag; "" for none."""
    opened = Opened(len(body))
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
        text = body[end : found.start()]
        end = found.end()
        if kind == "name":
            yield Tag(found["name"].lower(), found[0], bool(found["slash"]), False, text)
        elif kind in ("text", "script"):
            name = b"script" if kind == "script" else found["raw"].lower()
            yield Tag(name, b"", False, _hides_markup(found[kind]), text)
        else:
            yield Tag(b"", b"", False, kind == "cdata" and not found[0].endswith(b"]]>"), text)


def _hides_markup(text: bytes) -> bool:
    """Whether the text of a raw element would be tags if the element were not raw."""
    return _TAG_LIKE.search(text) is not None


def _has_too_many_names(body: bytes) -> bool:
    if most_attributes(body) + body.count(b"<") <= MAX_NAMES:
        return False
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
