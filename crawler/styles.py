"""What a style sheet needs: images, fonts and further style sheets. Pure.

One pass over the tokens that matter (comments, strings, `url(`, `@import`, `@font-face`), in time
linear in the length; a parser of CSS would build a tree of which we ask three things.
"""

import re
from collections.abc import Iterator

from core.records import RequisiteKind

MAX_STYLE_CHARS = 2_000_000
MAX_STYLE_URLS = 1_000  # of one style sheet

_STRING = r"\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?"
_TOKEN = re.compile(
    r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
    rf"|@import\s*+(?:url\(\s*+)?(?P<sheet>{_STRING}|[^\s\"'();]++)"
    r"|@font-face(?P<face>)"
    rf"|\burl\(\s*+(?P<url>{_STRING}|(?:[^\s\"'()\\]++|\\(?:[0-9a-fA-F]{{1,6}}\s?|.))++)"
    rf"|(?:{_STRING})"
    r"|(?P<end>\})",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\n)|(.))", re.DOTALL)
_FONT = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:[?#]|$)", re.IGNORECASE)


def urls_of_style(text: str) -> Iterator[tuple[str, RequisiteKind]]:
    """The URLs that CSS names, escapes undone, in its order; `data:` and bare fragments left out.

    What `@import` names is a style sheet; what stands in `@font-face` or is named like a font is
    one; the rest are images. At most MAX_STYLE_URLS, each URL once.
    """
    is_face = False
    seen: set[str] = set()
    for token in _TOKEN.finditer(text):
        written = token["sheet"] or token["url"]
        if written is None:
            is_face = token["face"] is not None or (is_face and token["end"] is None)
            continue
        href = _ESCAPE.sub(_sign, written.strip("\"'")).strip()
        if not href or href[0] == "#" or href[:5].lower() == "data:" or href in seen:
            continue
        if len(seen) == MAX_STYLE_URLS:
            return
        seen.add(href)
        if token["sheet"]:
            yield href, RequisiteKind.STYLE
        elif is_face or _FONT.search(href):
            yield href, RequisiteKind.FONT
        else:
            yield href, RequisiteKind.IMAGE


def _sign(escape: re.Match[str]) -> str:
    if escape[1]:
        code = int(escape[1], 16)
        return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
    return "" if escape[2] else escape[3]
