"""Which charset wins: bytes of a page to text.

In order: a byte order mark, valid UTF-8 with more than ASCII in it, the header, the XML or meta
declaration, then what the bytes look like. Only charsets of the WHATWG Encoding Standard can be
reached, whatever a page declares. Old Vietnamese font encodings (TCVN3, VNI) are text that looks
wrong, not charsets; `fields/` knows them.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

from core.records import Quality

DECLARED_WITHIN_BYTES = 4_096
MAX_BROKEN_COUNT = 20
MAX_BROKEN_SHARE = 0.001
_BINARY_JUDGED_BYTES = 1 << 16
_BINARY_SHARE = 0.005

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_MAGICS = (
    b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b\x08",
    b"RIFF", b"\xd0\xcf\x11\xe0\xa1\xb1", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"wOFF", b"wOF2",
)  # fmt: skip
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\f\r\x1b")

# Encoding Standard 4.2: name, Python's codec, labels.
_CHARSETS = (
    ("utf-8", "utf_8", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"),
    ("ibm866", "cp866", "866 cp866 csibm866 ibm866"),
    ("iso-8859-2", "iso8859_2", "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 "
     "iso_8859-2:1987 l2 latin2"),
    ("iso-8859-3", "iso8859_3", "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 "
     "iso_8859-3:1988 l3 latin3"),
    ("iso-8859-4", "iso8859_4", "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 "
     "iso_8859-4:1988 l4 latin4"),
    ("iso-8859-5", "iso8859_5", "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 "
     "iso88595 iso_8859-5 iso_8859-5:1988"),
    ("iso-8859-6", "iso8859_6", "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 "
     "iso-8859-6 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 "
     "iso_8859-6:1987"),
    ("iso-8859-7", "iso8859_7", "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 "
     "iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek"),
    ("iso-8859-8", "iso8859_8", "csiso88598e csiso88598i csisolatinhebrew hebrew iso-8859-8 "
     "iso-8859-8-e iso-8859-8-i iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 logical "
     "visual"),
    ("iso-8859-10", "iso8859_10", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 "
     "latin6"),
    ("iso-8859-13", "iso8859_13", "iso-8859-13 iso8859-13 iso885913"),
    ("iso-8859-14", "iso8859_14", "iso-8859-14 iso8859-14 iso885914"),
    ("iso-8859-15", "iso8859_15", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9"),
    ("iso-8859-16", "iso8859_16", "iso-8859-16"),
    ("koi8-r", "koi8_r", "cskoi8r koi koi8 koi8-r koi8_r"),
    ("koi8-u", "koi8_u", "koi8-ru koi8-u"),
    ("macintosh", "mac_roman", "csmacintosh mac macintosh x-mac-roman"),
    ("windows-874", "cp874", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874"),
    ("windows-1250", "cp1250", "cp1250 windows-1250 x-cp1250"),
    ("windows-1251", "cp1251", "cp1251 windows-1251 x-cp1251"),
    ("windows-1252", "cp1252", "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 "
     "iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 "
     "x-cp1252"),
    ("windows-1253", "cp1253", "cp1253 windows-1253 x-cp1253"),
    ("windows-1254", "cp1254", "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 "
     "iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 x-cp1254"),
    ("windows-1255", "cp1255", "cp1255 windows-1255 x-cp1255"),
    ("windows-1256", "cp1256", "cp1256 windows-1256 x-cp1256"),
    ("windows-1257", "cp1257", "cp1257 windows-1257 x-cp1257"),
    ("windows-1258", "cp1258", "cp1258 windows-1258 x-cp1258"),
    ("x-mac-cyrillic", "mac_cyrillic", "x-mac-cyrillic x-mac-ukrainian"),
    ("gbk", "gb18030", "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 "
     "x-gbk"),
    ("gb18030", "gb18030", "gb18030"),
    ("big5", "big5hkscs", "big5 big5-hkscs cn-big5 csbig5 x-x-big5"),
    ("euc-jp", "euc_jp", "cseucpkdfmtjapanese euc-jp x-euc-jp"),
    ("iso-2022-jp", "iso2022_jp", "csiso2022jp iso-2022-jp"),
    ("shift_jis", "cp932", "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"),
    ("euc-kr", "cp949", "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 "
     "ks_c_5601-1989 ksc5601 ksc_5601 windows-949"),
    ("utf-16be", "utf_16_be", "unicodefffe utf-16be"),
    ("utf-16le", "utf_16_le", "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 "
     "utf-16le"),
)  # fmt: skip
_CODECS = {name: codec for name, codec, _ in _CHARSETS}
_NAMES = {label: name for name, _, labels in _CHARSETS for label in labels.split()}
_MANY_BYTES = frozenset(
    (
        "gbk",
        "gb18030",
        "big5",
        "euc-jp",
        "iso-2022-jp",
        "shift_jis",
        "euc-kr",
        "utf-16be",
        "utf-16le",
    )
)

_HEADER_CHARSET = re.compile(r"charset[ \t]{0,9}=[ \t]{0,9}[\"']?([A-Za-z0-9_.:\-]{1,40})", re.I)
_XML_CHARSET = re.compile(
    rb"\s{0,9}<\?xml\b[^>]{1,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_.:\-]{1,40})"
)
_META = re.compile(rb"<meta[\s/]([^<>]{1,500})", re.I)
_META_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:\-]{1,40})", re.I)
_COMMENT = re.compile(rb"<!--(?:(?!-->).)*+(?:-->)?", re.S)
# windows-1258: the five tone marks, each after a vowel, and the letters đ ơ ư
_TONE = re.compile(rb"[\xcc\xd2\xde\xec\xf2]")
_TONE_ON_VOWEL = re.compile(
    rb"[aeiouyAEIOUY\xc2\xe2\xc3\xe3\xca\xea\xd4\xf4\xd5\xf5\xdd\xfd][\xcc\xd2\xde\xec\xf2]"
)
_HORNED = re.compile(rb"[\xd0\xf0\xd5\xf5\xdd\xfd]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A page as text, without lone surrogates."""

    text: str  # "" when UNDECODABLE; NFC only from windows-1258, whose tones stand apart
    charset: str  # name by the Encoding Standard; "" when UNDECODABLE
    quality: Quality  # OK or UNDECODABLE
    reason: str = ""  # one sentence when quality is not OK, or characters were replaced
    as_utf8: bytes | None = field(default=None, compare=False, repr=False)  # as it came, if so

    @property
    def utf8(self) -> bytes:
        """The text in UTF-8: what a parser gets."""
        return self.text.encode("utf-8", "replace") if self.as_utf8 is None else self.as_utf8


def decode_text(body: bytes, content_type: str | None) -> Decoded:
    """Read `body` as text; `content_type` is the header's value, None when there was none.

    A few broken characters of UTF-8 (under 20 and 0.1 %) become U+FFFD, as does one cut off by the
    end; otherwise a charset that does not fit is passed over for the next.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _read(body[len(mark) :], name, errors="replace")
    declared = _declared(body, content_type)
    if not any(name.startswith("utf-16") for name in declared) and (why := _why_binary(body)):
        return Decoded(text="", charset="", quality=Quality.UNDECODABLE, reason=why)
    is_ascii = body.isascii()  # and then any charset may be meant, iso-2022-jp too
    if not (is_ascii and declared) and (found := _utf8(body, is_declared="utf-8" in declared)):
        return found
    for name in declared:
        try:
            return _read(body, name, errors="strict")
        except UnicodeDecodeError:
            continue
    return _read(body, "windows-1258" if _is_vietnamese_1258(body) else "windows-1252")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The charsets a page declares, strongest first; unknown labels are passed over."""
    labels: list[str] = []
    if found := _HEADER_CHARSET.search((content_type or "")[:1_000]):
        labels.append(found[1])
    head = body[:DECLARED_WITHIN_BYTES]
    within: list[str] = []
    if xml := _XML_CHARSET.match(head):
        within.append(xml[1].decode("ascii"))
    for meta in _META.finditer(_COMMENT.sub(b"", head)):
        if charset := _META_CHARSET.search(meta[1]):
            within.append(charset[1].decode("ascii"))
            break
    names = [_NAMES[label.lower()] for label in labels if label.lower() in _NAMES]
    for label in within:
        name = _NAMES.get(label.lower())
        if name:  # what could be read as ASCII is not UTF-16 (HTML Standard 13.2.3.2)
            names.append("utf-8" if name.startswith("utf-16") else name)
    return list(dict.fromkeys(names))


def _why_binary(body: bytes) -> str:
    """The reason why these bytes are no text, "" when they may be."""
    if body.startswith(_MAGICS):
        return "the bytes are an image, an archive or another binary file"
    head = body[:_BINARY_JUDGED_BYTES]
    controls_count = len(head) - len(head.translate(None, _CONTROLS))
    if controls_count > max(1, len(head) * _BINARY_SHARE):
        return f"{controls_count:,} of the first {len(head):,} bytes are control characters"
    return ""


def _utf8(body: bytes, *, is_declared: bool) -> Decoded | None:
    """`body` as UTF-8, whole or with a few characters replaced; None when it is something else."""
    try:
        return Decoded(text=body.decode(), charset="utf-8", quality=Quality.OK, as_utf8=body)
    except UnicodeDecodeError as error:
        is_cut_off = error.reason == "unexpected end of data"
    text = body.decode(errors="replace")
    broken_count = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
    good_count = len(body) - len(text.encode("ascii", "ignore")) - broken_count
    is_fair = broken_count < MAX_BROKEN_COUNT and broken_count < len(body) * MAX_BROKEN_SHARE
    if (is_cut_off and (is_declared or good_count > 2)) or (
        is_fair and (is_declared or good_count > 10 * broken_count)
    ):
        reason = f"{broken_count} broken characters were replaced"
        return Decoded(text=text, charset="utf-8", quality=Quality.OK, reason=reason)
    return None


def _read(body: bytes, name: str, *, errors: str = "strict") -> Decoded:
    """`body` in that charset; a UnicodeDecodeError only from one of many bytes, when strict."""
    if name == "utf-8" or name in _MANY_BYTES:
        text = body.decode(_CODECS[name], errors)
        text = text.encode("utf-8", "replace").decode("utf-8")  # some codecs let surrogates out
    else:
        text = codecs.charmap_decode(body, "strict", _table(name))[0]
    if name == "windows-1258":
        text = unicodedata.normalize("NFC", text)
    return Decoded(text=text, charset=name, quality=Quality.OK)


@cache
def _table(name: str) -> str:
    """256 characters of a one-byte charset; where Python has none, the standard has a control."""
    return "".join(
        bytes((byte,)).decode(_CODECS[name], "ignore")
        or (chr(byte) if 0x80 <= byte < 0xA0 else "\ufffd")
        for byte in range(256)
    )


def _is_vietnamese_1258(body: bytes) -> bool:
    """Whether undeclared bytes look like Vietnamese in windows-1258, not like French or Italian."""
    tones_count = len(_TONE.findall(body))
    if tones_count < 3 or len(_TONE_ON_VOWEL.findall(body)) < 0.8 * tones_count:
        return False
    return len(_HORNED.findall(body)) * 5 >= tones_count
