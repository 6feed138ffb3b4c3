"""Old Vietnamese fonts become Unicode."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawler.fields.fonts import MAX_RULES, coding_of, decode_font, mend_fonts

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
SMALL = "đ" + "".join(unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES)
CAPITALS = SMALL.upper()
PLAIN_SIGNS = "bcdghklmnpqrstvx 0123456789.,:;!?()-/%\n"

# By letter, tones in the order à ả ã á ạ.
TCVN3_LETTERS = (
    "àảãáạ ăằẳẵắặ âầẩẫấậ đ èẻẽéẹ êềểễếệ ìỉĩíị òỏõóọ ôồổỗốộ ơờởỡớợ ùủũúụ ưừửữứự ỳỷỹýỵ ĂÂĐÊÔƠƯ"
)
TCVN3_CODES = (
    "b5b6b7b8b9 a8bbbcbdbec6 a9c7c8c9cacb ae cccecfd0d1 aad2d3d4d5d6 d7d8dcddde dfe1e2e3e4"
    " abe5e6e7e8e9 aceaebecedee eff1f2f3f4 adf5f6f7f8f9 fafbfcfdfe a1a2a7a3a4a5a6"
)
TCVN3 = dict(
    zip(
        TCVN3_LETTERS.replace(" ", ""),
        bytes.fromhex(TCVN3_CODES).decode("latin-1"),
        strict=True,
    )
)
# By what stands over and under a vowel: ^ ( and the five tones.
VNI_SIGNS = {
    "\u0300": "\xf8", "\u0309": "\xfb", "\u0303": "\xf5", "\u0301": "\xf9", "\u0323": "\xef",
    "\u0302": "\xe2", "\u0300\u0302": "\xe0", "\u0302\u0309": "\xe5", "\u0302\u0303": "\xe3",
    "\u0301\u0302": "\xe1", "\u0302\u0323": "\xe4", "\u0306": "\xea", "\u0300\u0306": "\xe8",
    "\u0306\u0309": "\xfa", "\u0303\u0306": "\xfc", "\u0301\u0306": "\xe9", "\u0306\u0323": "\xeb",
}  # fmt: skip
VNI_ALONE = {
    "đ": "\xf1", "ì": "\xec", "í": "\xed", "ỉ": "\xe6", "ĩ": "\xf3", "ị": "\xf2", "ỵ": "\xee",
}  # fmt: skip
HORN = "\u031b"

STATE = "Cộng hòa xã hội chủ nghĩa Việt Nam"
STATE_TCVN3 = "C\xe9ng h\xdfa x\xb7 h\xe9i ch\xf1 ngh\xdca Vi\xd6t Nam"
STATE_VNI = "Co\xe4ng ho\xf8a xa\xf5 ho\xe4i chu\xfb ngh\xf3a Vie\xe4t Nam"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
MOTTO_TCVN3 = "\xa7\xe9c l\xcbp - T\xf9 do - H\xb9nh ph\xf3c"
MOTTO_VNI = "\xd1o\xe4c la\xe4p - T\xf6\xef do - Ha\xefnh phu\xf9c"
WARD = "Ủy ban nhân dân phường Đống Đa"
WARD_VNI = "U\xfby ban nha\xe2n da\xe2n ph\xf6\xf4\xf8ng \xd1o\xe1ng \xd1a"


def in_tcvn3(text):
    return "".join(TCVN3.get(letter, letter) for letter in text)


def in_vni(text):
    return "".join(map(vni_letter, text))


def vni_letter(letter):
    small = letter.lower()
    code = VNI_ALONE.get(small)
    if code is None:
        base, *marks = unicodedata.normalize("NFD", small)
        if HORN in marks:
            marks.remove(HORN)
            base = {"o": "\xf4", "u": "\xf6"}[base]
        code = base + VNI_SIGNS.get("".join(sorted(marks)), "")
    return code if small == letter else code.upper()


def mended(markup, *, before=""):
    """The text of a page after mending."""
    html = f"<html><head>{before}</head><body>{markup}</body></html>"
    tree = LexborHTMLParser(html)
    mend_fonts(tree, html)
    return tree.body.text()


@pytest.mark.parametrize(
    ("font", "coding"),
    [
        (".VnTime", "tcvn3"),
        ("'.VnArial'", "tcvn3"),
        ('".vntime", "Times New Roman", serif', "tcvn3"),
        (" .VNTIME ", "tcvn3"),
        (r"\.VnTime", "tcvn3"),
        (".VnTimeH", "tcvn3-capitals"),
        ('".VnArial NarrowH", Arial', "tcvn3-capitals"),
        (".vnarialh", "tcvn3-capitals"),
        ("VNI-Times", "vni"),
        ("'vni-helve',sans-serif", "vni"),
        (".VnTimeH !important", "tcvn3-capitals"),
        (", .VnTime", "tcvn3"),
        ("serif, VNI-Times", "vni"),
        ("Arial, .VnTime", None),
        ("Times New Roman, VNI-Times", None),
        (".Vn", None),
        ("vni", None),
        ("MyVNI-Times", None),
        ("hanoi.vntime", None),
        ("", None),
        (",,;'\"", None),
    ],
)
def test_the_first_concrete_family_tells_the_coding(font, coding):
    """Quotes, case and what follows do not matter; an old font behind another is never shown."""
    assert coding_of(font) == coding


@pytest.mark.parametrize(
    ("written", "coding", "text"),
    [
        (STATE_TCVN3, "tcvn3", STATE),
        (MOTTO_TCVN3, "tcvn3", MOTTO),
        (STATE_VNI, "vni", STATE),
        (MOTTO_VNI, "vni", MOTTO),
        (WARD_VNI, "vni", WARD),
        ("C\xe9ng h\xdfa x\xb7 h\xe9i", "tcvn3-capitals", "CỘNG HÒA XÃ HỘI"),
        ("BA\xd9O CA\xd9O", "vni", "BÁO CÁO"),
        ("O\xe2ng Tra\xe0n", "vni", "Ông Trần"),
        ("g\xeco ba\xfan t\xednh", "vni", "gìo bẳn tính"),
    ],
)
def test_what_offices_wrote_reads_as_it_looked(written, coding, text):
    """The head of every Vietnamese document, in both codings; VNI's Uûy is Ủy as UÛy is."""
    assert decode_font(written, coding) == text


def test_all_134_letters_have_a_code():
    """Small and capital letters of VNI, small ones and the seven capitals of TCVN3, each its own.

    A TCVN3 font of capitals shows all the others.
    """
    small = [letter for letter in SMALL if not letter.isascii()]
    assert len({*small, *CAPITALS} - set("aeiouyAEIOUY")) == 134
    for letter in small:
        assert decode_font(vni_letter(letter), "vni") == letter
        assert decode_font(vni_letter(letter.upper()), "vni") == letter.upper()
        assert decode_font(TCVN3[letter], "tcvn3") == letter
        assert decode_font(TCVN3[letter], "tcvn3-capitals") == letter.upper()
    for letter in "ĂÂĐÊÔƠƯ":
        assert decode_font(TCVN3[letter], "tcvn3") == letter
        assert decode_font(TCVN3[letter], "tcvn3-capitals") == letter


@given(st.text(SMALL + "ĂÂĐÊÔƠƯABCDE" + PLAIN_SIGNS))
def test_tcvn3_gives_back_what_was_written(text):
    """Encoding and decoding is no change; with a font of capitals it is capitals."""
    assert decode_font(in_tcvn3(text), "tcvn3") == text
    assert decode_font(in_tcvn3(text), "tcvn3-capitals") == text.upper()


@given(st.text(SMALL + CAPITALS + PLAIN_SIGNS))
def test_vni_gives_back_what_was_written(text):
    """Encoding and decoding is no change, whatever letters meet."""
    assert decode_font(in_vni(text), "vni") == text


@pytest.mark.parametrize("coding", ["tcvn3", "tcvn3-capitals", "vni"])
@given(st.text())
@example("a\u0301 \u0390")
def test_any_text_becomes_nfc(coding, text):
    """Decoding never raises and always ends in NFC."""
    assert unicodedata.is_normalized("NFC", decode_font(text, coding))


@pytest.mark.parametrize("charset", ["windows-1252", "latin-1"])
@pytest.mark.parametrize(("coding", "written"), [("tcvn3", "Vi\xd6t"), ("vni", "Vie\xe4t")])
def test_quotes_are_the_same_from_either_charset(charset, coding, written):
    """0x93 is a quote in windows-1252 and a control character in latin-1; both mean the quote."""
    page = b"\x93" + written.encode("latin-1") + b"\x94 \x96 \x85"
    assert decode_font(page.decode(charset), coding) == "“Việt” – …"


@pytest.mark.parametrize("coding", ["tcvn3", "vni"])
def test_what_is_in_no_table_stays(coding):
    """Digits, degrees, the non-breaking space, other scripts, letters of neither coding."""
    text = "36,5\xb0 m\xb2\xa0Ω 中 \x81"
    assert decode_font(text, coding) == text


def test_two_signs_that_are_no_pair_are_read_one_by_one():
    """VNI has no â on u: the sign stays, the letters around are read."""
    assert decode_font("u\xe2 \xf4\xe2 u\xe2\xf1", "vni") == "uâ ơâ uâđ"


@pytest.mark.parametrize(
    "opening",
    [
        "<font face='.VnTime'>",
        '<font face=".vntime, Arial" size=2>',
        "<span style='font-family:\".VnTime\"'>",
        '<span style="font-size:12pt; FONT-FAMILY: .VnTime, serif">',
        "<span style='font:bold 10.0pt/115% \".VnTime\",serif'>",
        "<span style='font: x-large .VnTime'>",
        "<span style='font: 12px / 1.5 .VnTime'>",
        "<span style='font-family:Arial;font-family:\".VnTime\"'>",
        "<span style='mso-fareast-font-family:Arial;font-family:\".VnTime\" !important'>",
        "<font face=Arial style='font-family: .VnTime'>",
    ],
)
def test_a_font_is_declared_in_many_ways(opening):
    """Attribute, style and shorthand; the style is stronger than the attribute, the last wins."""
    assert mended(f"<p>{opening}{STATE_TCVN3}") == STATE


@pytest.mark.parametrize(
    "opening",
    [
        "<font face=Arial>",
        "<font size=3>",
        "<p face='.VnTime'>",
        "<span style='mso-ascii-font-family:\".VnTime\"'>",
        "<span style='font-family:Arial, .VnTime'>",
        "<font face='.VnTime' style='font-family:Arial'>",
        "<span style='font-family:\".VnTime\";font:10pt Arial'>",
    ],
)
def test_a_font_that_is_not_shown_changes_nothing(opening):
    """Only the font that the browser would have used counts."""
    assert mended(f"{opening}{STATE_TCVN3}<!-- .VnTime -->") == STATE_TCVN3


@pytest.mark.parametrize(
    ("rules", "opening"),
    [
        ('p {font-family: ".VnTime"}', "<p>"),
        (".cu {font-family: .VnTime, Arial}", "<p class='moi cu'>"),
        ("p.Cu, li.Cu, div.Cu {margin:0; font:12pt '.VnTime'}", "<p class=Cu>"),
        ('@font-face {font-family:".VnTime"} p {font-family:Arial} .cu {font-family:.VnTime}',
         "<p class=cu>"),
        (".cu {font-family:Arial} p.cu {font-family:.VnTime} .cu {font-family:Arial}",
         "<p class=cu>"),
        (".a {font-family:Arial} .b {font-family:.VnTime}", "<p class='b a'>"),
        ("<!-- /* Font Definitions } */ body {font-family:.VnTime} -->", "<p>"),
        ("@media screen { p {font-family:.VnTime} }", "<p>"),
        ("html {font-family:.VnTime}", "<p>"),
    ],
)  # fmt: skip
def test_a_style_sheet_declares_fonts(rules, opening):
    """By tag, class or both, in lists; the closer selector wins, then the later rule."""
    before = f"<style>{rules}</style>"
    assert mended(f"{opening}<b>{STATE_TCVN3}</b>", before=before) == STATE


@pytest.mark.parametrize(
    "rules",
    [
        "#cu {font-family:.VnTime}",
        "div p {font-family:.VnTime}",
        "p:first-child {font-family:.VnTime}",
        '@font-face {font-family:".VnTime"}',
        "/* p {font-family:.VnTime} */",
        "p {font-family:.VnTime} p {font-family:Arial}",
    ],
)
def test_other_rules_are_passed_over(rules):
    """What would need a whole browser is not guessed at."""
    assert mended(f"<p id=cu>{STATE_TCVN3}", before=f"<style>{rules}</style>") == STATE_TCVN3


def test_only_the_first_rules_are_looked_at():
    """Of all style sheets together, so that a page cannot make the work long."""
    rule, font = "<style>a {color:red}</style>", "<style>p {font-family:.VnTime}</style>"
    assert mended(f"<p>{STATE_TCVN3}", before=rule * (MAX_RULES - 1) + font) == STATE
    assert mended(f"<p>{STATE_TCVN3}", before=rule * MAX_RULES + font) == STATE_TCVN3


def test_the_nearest_font_wins():
    """A Unicode span inside an old paragraph is Unicode, and the paragraph goes on behind it."""
    text = mended(
        f"<div style='font-family:VNI-Times'>{MOTTO_VNI}"
        f"<p style='font-family:.VnTime'>{MOTTO_TCVN3}"
        f"<span style='font-family:Arial'>caf\xe9 \xb5</span>{MOTTO_TCVN3}</p>"
        f"{MOTTO_VNI}</div>caf\xe9"
    )
    assert text == f"{MOTTO}{MOTTO}caf\xe9 \xb5{MOTTO}{MOTTO}caf\xe9"


def test_an_inherited_font_is_the_one_outside():
    """`inherit` and an empty list declare nothing."""
    inner = "<i style='font-family:inherit'><font face=''>"
    assert mended(f"<font face='.VnTime'>{inner}{STATE_TCVN3}") == STATE


def test_capitals_are_shown_as_capitals():
    """A font of capitals makes them of plain letters too; a plain old font leaves those alone."""
    assert mended("<font face='.VnTimeH'>Th\xabng b\xb8o 12 a</font>") == "THÔNG BÁO 12 A"
    assert mended("<font face='.VnTimeH'>tin moi</font>") == "TIN MOI"
    assert mended("<font face='.VnTime'>tin moi</font>") == "tin moi"


def test_unicode_under_an_old_font_is_left_alone():
    """An editor converted the text and kept the font's name."""
    for font in (".VnTime", ".VnTimeH", "VNI-Times"):
        for text in (STATE, MOTTO, unicodedata.normalize("NFD", STATE)):
            assert mended(f"<font face='{font}'>{text}</font>") == text


@pytest.mark.parametrize("font", [".VnTime", ".VnTimeH", "VNI-Times"])
def test_a_paragraph_tells_what_its_pieces_do_not(font):
    """Công có is ambiguous, the words beside it are not; a page tells the same of a paragraph."""
    old = f"<span style='font-family:{font}'>"
    for markup in (
        f"<p>{old}Công</span>{old} có </span>{old}tỉnh Bắc Giang</span></p>",
        f"<p>{old}Công có </p><p>{old}tỉnh Bắc Giang</p>",
    ):
        assert mended(markup) == "Công có tỉnh Bắc Giang"


def test_each_paragraph_is_judged_by_its_own_letters():
    """A page half converted: ó is ó in one paragraph, ú in the other."""
    old = "<span style='font-family:.VnTime'>"
    text = mended(f"<p>{old}{STATE}</span>{old} có</p><p>{old}{STATE_TCVN3}</span>{old} ph\xf3</p>")
    assert text == f"{STATE} có{STATE} phú"


def test_text_never_turns_into_markup():
    """What was escaped stays text, and is escaped again when the page is written."""
    html = "<font face='.VnTime'>&lt;b&gt;Vi&Ouml;t&lt;/b&gt; &amp;amp; &#184;</font>"
    tree = LexborHTMLParser(html)
    assert mend_fonts(tree, html)
    assert tree.css("b") == []
    assert tree.body.text() == "<b>Việt</b> &amp; á"
    assert "&lt;b&gt;Việt&lt;/b&gt; &amp;amp; á" in tree.html


def test_scripts_styles_and_attributes_are_not_text():
    """They stay as they are under an old font."""
    inner = f"<script>'{MOTTO_TCVN3}'</script><style>/*{MOTTO_TCVN3}*/</style>"
    html = f"<body style='font-family:.VnTime'>{inner}<a title='{MOTTO_TCVN3}'>x</a>{MOTTO_TCVN3}"
    tree = LexborHTMLParser(html)
    assert mend_fonts(tree, html)
    assert tree.body.html.count(MOTTO_TCVN3) == 3
    assert tree.body.html.count(MOTTO) == 1


def test_it_says_whether_anything_changed():
    """True only when a text did."""
    for html, is_changed in (
        (f"<font face='.VnTime'>{MOTTO_TCVN3}</font>", True),
        (f"<font face='VNI-Times'>{MOTTO_VNI}</font>", True),
        (f"<font face='.VnTime'>{MOTTO}</font>", False),
        (f"<font face=Arial>{MOTTO_TCVN3}</font>", False),
        ("<font face='.VnTime'>OK</font>", False),
        ("", False),
    ):
        assert mend_fonts(LexborHTMLParser(html), html) is is_changed


@pytest.mark.parametrize(
    "html", ["", "<a href='http://tintuc.vnn.vn/'>", "-vnI Hanoi.VnX www.vnx davni-"]
)
def test_a_page_that_names_no_old_font_is_not_walked(html):
    """Addresses in .vn are on every page and are no sign of a font."""
    tree = LexborHTMLParser(f"<font face='.VnTime'>{MOTTO_TCVN3}")
    assert not mend_fonts(tree, html)
    assert tree.body.text() == MOTTO_TCVN3


@pytest.mark.parametrize("font", [".VnTime", ".vntime", ".VNTIME", ".vNTime"])
def test_a_font_is_found_in_any_case(font):
    """In all four spellings of its first letters."""
    assert mended(f"<font face={font}>{MOTTO_TCVN3}") == MOTTO


@pytest.mark.parametrize("font", ["VNI-Times", "vni-times", "Vni-Times", "vNI-Times", "VnI-Times"])
def test_a_vni_font_is_found_in_any_case(font):
    """The same for VNI."""
    assert mended(f"<font face={font}>{MOTTO_VNI}") == MOTTO


MARKUP = (
    "<font face='.VnTimeH'>", "<font face=VNI-Times>", "</font>", "<table>", "<template>", "<svg>",
    "<p style='font:1px .VnTime", "'>", "<p class=a>", "</p>", "<frameset>", "</html>", "<!--",
    "<style>", "</style>", "p.a{font-family:.VnTime}", "{", "}", "/*", "font-family:", ";", "&lt;",
    "&#xd800;", "&#0;", "\xd6", "a\xf9",
)  # fmt: skip
PIECES = st.one_of(
    st.text(max_size=20),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
    st.sampled_from(MARKUP),
)


@given(st.lists(PIECES, max_size=25))
def test_any_page_is_mended_without_failing(pieces):
    """No page raises, and elements are never added or lost."""
    html = "".join(pieces) + "<!-- .VnTime -->"
    tree = LexborHTMLParser(html)
    before = [node.tag for node in tree.css("*")]
    mend_fonts(tree, html)
    assert [node.tag for node in tree.css("*")] == before


HOSTILE = {
    "20,000 fonts": "<font face='.VnTime'>Vi\xd6t &lt;</font>" * 20_000,
    "20,000 styles": "<p><span style='font-family:\".VnTime\"'>Vi\xd6t</span>" * 20_000,
    "deep": "<div style='font-family:.VnTime'>Vi\xd6t" * 5_000,
    "rules": "<style>" + "p{font-family:.VnTime}" * 50_000 + "</style>Vi\xd6t",
    "sheets": "<style>p{font-family:.VnTime}</style>" * 30_000,
    "selectors": "<style>" + "p," * 500_000 + "p{font-family:.VnTime}</style>",
    "comments": "<style>.VnTime" + "/*" * 500_000,
    "braces": "<style>.VnTime" + "{" * 1_000_000,
    "families": "<font face='" + "," * 1_000_000 + ".VnTime'>Vi\xd6t",
    "classes": "<style>.a{font-family:.VnTime}</style><p class='" + "a " * 500_000 + "'>Vi\xd6t",
    "declarations": "<p style='" + ";font-family:" * 90_000 + ".VnTime'>Vi\xd6t",
    "sizes": "<p style='font:" + "1px " * 250_000 + ".VnTime'>Vi\xd6t",
    "spaces": "<p style='font:1px" + " " * 1_000_000 + ";font-family:.VnTime'>Vi\xd6t",
    "signs": "<font face=VNI-Times>" + "a\xf9" * 500_000,
    "marks": "<font face=VNI-Times>a\xf9" + "\u0333" * 1_000_000,
    "hints": "V.vVnvn-" * 130_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_takes_linear_time(name):
    """A quadratic walk would take minutes; the limit leaves slack for a busy machine."""
    tree = LexborHTMLParser(HOSTILE[name])
    began = time.perf_counter()
    mend_fonts(tree, HOSTILE[name])
    assert time.perf_counter() - began < 5
