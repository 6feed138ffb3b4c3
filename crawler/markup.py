"""Text out of XML and HTML markup that nobody parses: asides gone, entities undone once. Pure.

For files that call themselves XML and often are none. Every function takes any text, in time linear
in its length, and expands nothing: an entity that is not one of XML's own stays as it is written.
"""

import html
import re

from core.text import tidy

_ASIDE = re.compile(
    r"<!--(?:[^-]++|-(?!->))*+(?:-->)?"
    r"|<!\[CDATA\[(?P<text>(?:[^\]]++|\](?!\]>))*+)(?:\]\]>)?"
    r"|<\?(?:[^?]++|\?(?!>))*+(?:\?>)?"
)
_NUMBERED = re.compile(r"&(?:()#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6}));")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_BARE = re.compile(
    "&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_BREAK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|dd|dt|tr|td|th|table|h[1-6]|hr|blockquote)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_HIDDEN = re.compile(
    r"<(?:script(?=[\s>])(?:[^<]++|<(?!/script))*+|style(?=[\s>])(?:[^<]++|<(?!/style))*+)",
    re.IGNORECASE,
)


def without_asides(text: str) -> str:
    """The markup without comments and instructions; CDATA becomes text with its signs escaped."""
    if "<!" not in text and "<?" not in text:
        return text
    return _ASIDE.sub(_escaped, text)


def _escaped(aside: re.Match[str]) -> str:
    inside: str | None = aside["text"]
    return "" if inside is None else html.escape(inside, quote=False)


def declares_entities(text: str) -> bool:
    """Whether entities are declared (`<!DOCTYPE x [<!ENTITY …`): they may expand without end."""
    return "<!" in text and "<!entity" in without_asides(text).lower()


def escape_bare(text: str) -> str:
    """XML with each `&` escaped that begins none of XML's entities, and without control signs.

    Numbers that are no character become U+FFFD. Is to be used after `without_asides`: in CDATA a
    bare `&` is right.
    """
    text = _BARE.sub(lambda sign: "&amp;" if sign[0] == "&" else "\ufffd", text)
    return _NUMBERED.sub(lambda entity: entity[0] if _sign(entity) != "\ufffd" else "\ufffd", text)


def undo_entities(text: str) -> str:
    """XML's five entities and the numbered ones undone, once; a bare `&copy` is none and stays.

    So a URL with unescaped parameters (`?a=1&copy=2`) comes through whole.
    """
    return _ENTITY.sub(_sign, text) if "&" in text else text


def _sign(entity: re.Match[str]) -> str:
    if entity[1]:
        return _NAMED[entity[1]]
    code = int(entity[2]) if entity[2] else int(entity[3], 16)
    is_sign = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xDFFF < code <= 0x10FFFF
    return chr(code) if is_sign else "\ufffd"


def plain(markup: str, limit: int) -> str:
    """The text of a piece of HTML as one clean line, at most `limit` characters of it.

    Tags, scripts and style sheets are gone, entities undone once: `&amp;lt;` is shown as `&lt;`.
    """
    markup = _HIDDEN.sub(" ", markup[: limit * 10])
    markup = _TAG.sub("", _BREAK.sub(" ", markup))
    return tidy(html.unescape(markup))[:limit].rstrip()
