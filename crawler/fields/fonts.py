"""Old Vietnamese fonts become Unicode: text in TCVN3 (`.VnTime`) and VNI (`VNI-Times`).

Such text is stored as letters of windows-1252 and only its font makes Vietnamese of it. Decides
which font a text stands in (the nearest `<font face>`, inline style or simple rule of the page's
own style sheet), whether the text is really in that font's coding (editors convert pages and keep
the font's name), and what it says in Unicode. Refuses to know charsets, portals and fields: it
mends the tree before anything is read from it, without recursion, in time linear in the page.

The small letters of TCVN3 are those of glibc's TCVN5712-1, VNI is UniKey's VNI-WIN.
"""

import re
from collections import Counter
from typing import Literal, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.text import nfc

FontCoding = Literal["tcvn3", "tcvn3-capitals", "vni"]

MAX_RULES = 200  # of all style sheets of a page

# Letters in the order of their codes. TCVN3 has seven capitals; toned ones are the small letters
# in a font that shows capitals.
_TCVN3_CODES = (
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè"),
    (0xCE, "ẻẽéẹềểễếệìỉ"),
    (0xDC, "ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
)
# VNI: a letter of its own, or a base and the sign after it. Capitals are the same, 0x20 lower.
_VNI_LETTERS = ("ñôöìíæóòî", "đơưìíỉĩịỵ")
_VNI_PAIRS = (
    ("a", "ùøûõïâáàåãäêéèúüë", "áàảãạâấầẩẫậăắằẳẵặ"),
    ("e", "ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    ("o", "ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    ("ô", "ùøûõï", "ớờởỡợ"),
    ("u", "ùøûõï", "úùủũụ"),
    ("ö", "ùøûõï", "ứừửữự"),
    ("y", "ùøûõ", "ýỳỷỹ"),
)
# A page read as latin-1 has control characters where windows-1252 has quotes and dashes.
_PUNCTUATION = {
    code: sign for code in range(0x80, 0xA0) if (sign := bytes([code]).decode("cp1252", "ignore"))
}


def _tcvn3_table() -> dict[int, str]:
    letters = {
        first + place: letter for first, run in _TCVN3_CODES for place, letter in enumerate(run)
    }
    return _PUNCTUATION | letters


def _vni_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for code, letter in zip(*_VNI_LETTERS, strict=True):
        table |= {code: letter, code.upper(): letter.upper()}
    for base, signs, letters in _VNI_PAIRS:
        for sign, letter in zip(signs, letters, strict=True):
            for either in (sign, sign.upper()):  # Uûy is as usual as UÛy
                table |= {base + either: letter, base.upper() + either: letter.upper()}
    return table


_TCVN3 = _tcvn3_table()
_VNI = _vni_table()
_BASES = "".join(base for base, _, _ in _VNI_PAIRS)
_SIGNS = "".join(sorted({sign for _, signs, _ in _VNI_PAIRS for sign in signs}))
_VNI_SIGN = re.compile(
    rf"[{_BASES}{_BASES.upper()}][{_SIGNS}{_SIGNS.upper()}]"
    rf"|[{_VNI_LETTERS[0]}{_VNI_LETTERS[0].upper()}]"
)

# Two searches, each for one letter first: a pattern without case takes ten times as long.
_HINTS = (
    re.compile(r"V[Nn](?:(?<=[^\w-]\.V.)[A-Za-z]|(?<=[^\w-]V.)[Ii]-)"),
    re.compile(r"v[Nn](?:(?<=[^\w-]\.v.)[A-Za-z]|(?<=[^\w-]v.)[Ii]-)"),
)
_FAMILY = re.compile(r"\.vn[a-z]|vni-")
_GENERIC = frozenset(("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui"))
_FROM_OUTSIDE = frozenset(("inherit", "unset", "revert", "revert-layer"))
_SHORTHAND_CHARS = 500
_AFTER_SIZE = re.compile(
    r"(?:[0-9](?:px|pt|pc|r?em|ex|in|cm|mm|%)|\b(?:small|medium|large|smaller|larger))"
    r"(?:\s*/\s*[\w.%]++)?\s++(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_CSS_COMMENT = re.compile(r"/\*(?:(?!\*/).)*+(?:\*/)?|<!--|-->", re.DOTALL)
_SELECTOR = re.compile(r"[a-z][a-z0-9]*+(?:\.[\w-]++)?|\.[\w-]++")
_SILENT_TAGS = frozenset(("head", "iframe", "script", "style", "template", "textarea"))
_BLOCK_NAMES = "body blockquote center dd div dt h1 h2 h3 h4 h5 h6 li p pre table td th tr ul"
_BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())

# What only one side writes. à, ó, ô and their like may be either; so may "oà" (hoà, or VNI's hồ).
_UNICODE_LETTER = re.compile("[ăđĩũơư\u0300\u0301\u0303\u0309\u0323\u1ea0-\u1ef9]", re.IGNORECASE)
_TCVN3_LETTER = re.compile(
    "[ÆÇËÎÏÐÑÖØÜÞßäåæçëîïñöøûüþ]|(?<=[a-z])[À-Þ]|(?<=[a-zA-Z])[¡-¬®µ-¹»-¾÷]|[¡-¬®µ-¹»-¾×÷](?=[a-z])"
)
_VNI_LETTER = re.compile("[ñöæîøûïåäëü]|a[ùõâáàãêéèú]|e[ùõâáàã]|o[ùõâ]|[ôuy][ùõ]", re.IGNORECASE)


def coding_of(font: str) -> FontCoding | None:
    """The coding of a font list as CSS or `<font face>` writes it; None when it is plain Unicode.

    The first concrete family counts alone: `.VnTime, Arial` is TCVN3, `Arial, .VnTime` is not.
    TCVN3 fonts whose name ends in H show capitals.
    """
    family = _first_family(font)
    if not _FAMILY.match(family):
        return None
    if family.startswith("vni-"):
        return "vni"
    return "tcvn3-capitals" if family.endswith("h") else "tcvn3"


def decode_font(text: str, coding: FontCoding) -> str:
    """Text of that coding in Unicode, NFC.

    `text` was read as windows-1252 or latin-1. Characters outside the table stay as they are.
    """
    if coding == "vni":
        return nfc(_VNI_SIGN.sub(_vni_letter, text.translate(_PUNCTUATION)))
    decoded = text.translate(_TCVN3)
    return nfc(decoded.upper() if coding == "tcvn3-capitals" else decoded)


def mend_fonts(tree: LexborHTMLParser, html: str) -> bool:
    """Put Unicode in place of all text in an old font; True when any text changed.

    `html` is the text `tree` was parsed from; a page that names no old font is not walked. Text
    with Vietnamese letters of Unicode is left alone. Where its own letters tell nothing, those of
    its paragraph do, then those of the page, then the font's name.
    """
    if not any(hint.search(html) for hint in _HINTS):
        return False
    texts = _old_texts(tree)
    paragraphs: Counter[int] = Counter()
    for each in texts:
        paragraphs[each.paragraph] += each.leaning
    page_leaning = sum(each.leaning for each in texts)
    is_changed = False
    for each in texts:
        leaning = each.leaning or paragraphs[each.paragraph] or page_leaning
        mended = decode_font(each.text, each.coding) if leaning >= 0 else each.text
        if mended != each.text:
            each.node.replace_with(mended)
            is_changed = True
    return is_changed


class _OldText(NamedTuple):
    """A text node under an old font."""

    node: LexborNode
    text: str
    coding: FontCoding
    paragraph: int  # number of the block element around it
    leaning: int  # 1: it is in the old coding, -1: in Unicode, 0: it may be either


class _Font(NamedTuple):
    """A declared font."""

    coding: FontCoding | None  # None for one that is plain Unicode


_Sheet = dict[str, tuple[int, _Font]]  # by selector: place among the rules, font
_PLAIN = _Font(None)


def _vni_letter(found: re.Match[str]) -> str:
    """One letter, or two signs that are no pair: uâ is u and what â is alone."""
    signs = found[0]
    return _VNI.get(signs) or "".join(_VNI.get(sign, sign) for sign in signs)


def _old_texts(tree: LexborHTMLParser) -> list[_OldText]:
    """The text nodes under an old font, in page order. Nothing is changed."""
    texts: list[_OldText] = []
    if tree.root is None:
        return texts
    sheet = _sheet(tree)
    paragraph = 0
    outermost = _declared(tree.root, sheet) or _PLAIN
    open_nodes: list[tuple[LexborNode, _Font, int]] = [(tree.root, outermost, paragraph)]
    node = tree.root.first_child
    while open_nodes:
        _, font, number = open_nodes[-1]
        if node is None:
            left = open_nodes.pop()[0]
            node = left.next if open_nodes else None
        elif node.is_text_node:
            if font.coding and (found := _old_text(node, font.coding, number)):
                texts.append(found)
            node = node.next
        elif node.is_element_node and node.tag not in _SILENT_TAGS:
            if node.tag in _BLOCK_TAGS:
                paragraph = number = paragraph + 1
            open_nodes.append((node, _declared(node, sheet) or font, number))
            node = node.first_child
        else:
            node = node.next
    return texts


def _old_text(node: LexborNode, coding: FontCoding, paragraph: int) -> _OldText | None:
    """None when there is nothing to mend."""
    text = node.text_content or ""
    if not text or text.isspace() or (coding != "tcvn3-capitals" and text.isascii()):
        return None
    return _OldText(node, text, coding, paragraph, _leaning(text, coding))


def _leaning(text: str, coding: FontCoding) -> int:
    if _UNICODE_LETTER.search(text):
        return -1
    letter = _VNI_LETTER if coding == "vni" else _TCVN3_LETTER
    return 1 if letter.search(text) else 0


def _declared(node: LexborNode, sheet: _Sheet) -> _Font | None:
    """The font that an element declares for what is inside it, strongest declaration first."""
    attributes = node.attributes
    if (style := attributes.get("style")) and (font := _style_font(style)):
        return font
    if sheet and (font := _sheet_font(node.tag or "", attributes.get("class") or "", sheet)):
        return font
    face = attributes.get("face") if node.tag == "font" else None
    return _font(face) if face else None


def _sheet_font(tag: str, classes: str, sheet: _Sheet) -> _Font | None:
    names = classes.lower().split()
    for prefix in (tag, ""):
        found = [rule for name in names if (rule := sheet.get(f"{prefix}.{name}"))]
        if found:
            return max(found, key=lambda rule: rule[0])[1]
    rule = sheet.get(tag)
    return rule[1] if rule else None


def _sheet(tree: LexborHTMLParser) -> _Sheet:
    """The fonts that the page's own simple rules declare; other rules are passed over."""
    sheet: _Sheet = {}
    rules_count = 0
    for element in tree.css("style"):
        css = _CSS_COMMENT.sub(" ", element.text())
        rest_count = MAX_RULES - rules_count
        for rule in css.split("}", rest_count)[:rest_count]:
            head, brace, style = rule.rpartition("{")
            rules_count += bool(brace)
            font = _style_font(style) if brace else None
            if font is None:
                continue
            for written in head.rpartition("{")[2].split(","):
                selector = written.strip().lower()
                if _SELECTOR.fullmatch(selector):
                    sheet[selector] = (rules_count, font)
    return sheet


def _style_font(style: str) -> _Font | None:
    """The font that CSS declarations end up with; None when they name none."""
    if "font" not in style and "font" not in style.lower():
        return None
    last: _Font | None = None
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        if name == "font-family":
            last = _font(value) or last
        elif name == "font" and (found := _AFTER_SIZE.search(value[:_SHORTHAND_CHARS])):
            last = _font(found[1]) or last
    return last


def _font(families: str) -> _Font | None:
    """The declared font; None for an empty list and for what only repeats the font outside."""
    family = _first_family(families)
    return None if not family or family in _FROM_OUTSIDE else _Font(coding_of(family))


def _first_family(families: str) -> str:
    """In lower case, without quotes and escapes; generic ones are passed over, "" for none."""
    for written in families.lower().split(","):
        family = written.replace("!important", "").replace("\\", "").strip(" \t\r\n\f'\"")
        if family and family not in _GENERIC:
            return family
    return ""
