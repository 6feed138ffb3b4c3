"""What two Vietnamese texts have in common: one Unicode form, one search key, one word cut.

Decides when two strings are the same text (`same_form`), the same search key (`fold`) and which
words a text has. Refuses to know where a text came from. Every function here is pure, takes any
string (lone surrogates and NUL included) and runs in time linear in its length.
"""

import re
import unicodedata

_MARKS_IN_A_ROW = 30  # as in Unicode's stream-safe form; more is no language, and sorts slowly
_NOT_ASCII_RUN = re.compile(rf"[^\x00-\x7f]{{{_MARKS_IN_A_ROW + 1},}}")
_LATIN = re.compile("[\x00-\u024f\u1e00-\u1eff\u2000-\u206f\u20ab]*")  # no mark is among them
_DIACRITICS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_UNSTORABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")

# Regex source. SIGN: a letter or digit, or a mark NFC could not compose. NUMBER: a chain that
# begins with a digit: 29-NQ/TW, 50.000đ, 04/11/2013, 15:20.
SIGN = r"(?:[^\W_]|[\u0300-\u036f])"
NUMBER = rf"[0-9]{SIGN}*(?:[-/]{SIGN}+|[.,:][0-9]{SIGN}*)*"
_WORD = re.compile(rf"{NUMBER}|[A-Za-z]++-[0-9]+(?!{SIGN})|{SIGN}+")

# Old tone placement on an open rime oa, oe, uy. The onset is spelt out so that only whole
# Vietnamese syllables move: hòa, òa, thúy; not hoàn, ngoài, quý.
_OLD_RIME = re.compile(  # begins with one class of signs: the engine skips to the next of them
    "([òóỏõọÒÓỎÕỌùúủũụÙÚỦŨỤ])([aeyAEY])" r"(?![^\W\d_]|[\u0300-\u036f])"
)
_ONSET = re.compile(r"(?<![^\W\d_])[bcdđghklmnpqrstvx]{0,3}\Z", re.IGNORECASE)
_LONGEST_ONSET = 3
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng

# Letters hardly any other language has; à, é, ô and their like are left out, French has them too.
_MARKED = "ăđơưảạằẳẵắặầẩẫấậẻẽẹềểễếệỉĩịỏọồổỗốộờởỡớợủũụừửữứựỳỷỹỵ"
_VIETNAMESE = re.compile(f"[{_MARKED}{_MARKED.upper()}]")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by for from has have in is it its of on that the this to was were "
        "which will with",
    )
)
_LETTERS_TO_JUDGE = 20
_CHARS_TO_JUDGE = 5_000


def nfc(text: str) -> str:
    """The text in Unicode form NFC.

    Of more than 30 non-starting marks in a row only the first 30 are kept: sorting such a run takes
    quadratic time, and no language writes one.
    """
    if text.isascii() or _LATIN.fullmatch(text):
        return (
            text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
        )
    return unicodedata.normalize("NFC", _NOT_ASCII_RUN.sub(_capped_marks, text))


def _capped_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks_count = 0
    for sign in run[0]:
        marks_count = marks_count + 1 if unicodedata.combining(sign) else 0
        if marks_count <= _MARKS_IN_A_ROW:
            kept.append(sign)
    return "".join(kept)


def tidy(text: str) -> str:
    """One clean line: NFC, white space runs (U+00A0 too) as one space, ends trimmed.

    Zero-width signs, soft hyphens and direction marks are dropped. What no database, XML or UTF-8
    file takes (NUL and other control characters, lone surrogates, non-characters) becomes U+FFFD.
    """
    if not text.isprintable():
        line = " ".join(text.split())
        if line.isprintable() and "\u034f" not in line:  # of the invisible the only printable one
            return nfc(line)
        text = _UNSTORABLE.sub("\ufffd", _INVISIBLE.sub("", text))
    return " ".join(nfc(text).split())


def tidy_lines(text: str) -> str:
    """The same for a text of several lines: each line tidied, empty ones dropped, joined by \\n."""
    lines = (tidy(line) for line in _LINE_BREAK.split(text))
    return "\n".join(line for line in lines if line)


def fold(text: str) -> str:
    """The search key of a text: NFC, casefold, đ→d, diacritics off; white space is kept.

    `fold("Đảng ủy") == "dang uy"`. Used on text and query alike, on every engine. Marks of other
    scripts (Thai vowels, for one) stay, they are letters there.
    """
    if text.isascii():
        return text.lower()
    if _LATIN.fullmatch(text):  # the same in fewer steps: what is left of it composes with nothing
        decomposed = unicodedata.normalize("NFD", text.casefold())
        return _DIACRITICS.sub("", decomposed).replace("đ", "d")
    lowered = unicodedata.normalize("NFD", nfc(text)).casefold()
    decomposed = unicodedata.normalize("NFD", lowered)
    return nfc(_DIACRITICS.sub("", decomposed).replace("đ", "d"))


def same_form(text: str) -> str:
    """The form in which two texts are compared for change: `tidy` and one tone placement.

    hòa = hoà, khỏe = khoẻ, ủy = uỷ, THÚY = THUÝ. Case, quotes and dashes still tell texts apart.
    """
    return _OLD_RIME.sub(_new_tone, tidy(text))


def _new_tone(rime: re.Match[str]) -> str:
    start, (toned, last) = rime.start(), rime.groups()
    decomposed = unicodedata.normalize("NFD", toned)
    glide, tone = decomposed[0], decomposed[1]
    is_rime = (last in "yY") == (glide in "uU")
    if not is_rime or not _ONSET.search(rime.string, max(0, start - _LONGEST_ONSET - 1), start):
        return rime[0]
    assert tone in _TONES
    return glide + unicodedata.normalize("NFC", last + tone)


def words(text: str) -> list[str]:
    """The words of a text in order, in NFC, case kept: Vietnamese syllables, numbers, codes.

    A chain that begins with a digit stays whole (`29-NQ/TW`, `50.000đ`, `04/11/2013`, `15:20`), and
    so does `covid-19`; letters joined by signs are parted (`Ngọc-Anh` is two words).
    """
    return _WORD.findall(nfc(text))


def language_of(text: str) -> str | None:
    """ "vi" or "en", judged from the letters and the small words of the text's beginning.

    None when there are fewer than 20 letters or it looks like neither. Vietnamese written without
    any accents is not recognised.
    """
    sample = nfc(text[:_CHARS_TO_JUDGE])
    letters_count = sum(map(len, _LETTERS.findall(sample)))
    if letters_count < _LETTERS_TO_JUDGE:
        return None
    # Vietnamese prose has 15-25 % of them, Romanian 4 %, French none.
    if len(_VIETNAMESE.findall(sample)) >= 0.08 * letters_count:
        return "vi"
    latin = _LATIN_WORD.findall(sample)
    ascii_count = sum(map(len, latin))
    english_count = sum(word.lower() in _ENGLISH for word in latin)
    if ascii_count >= 0.97 * letters_count and english_count >= 0.1 * len(latin):
        return "en"
    return None
