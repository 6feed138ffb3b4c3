"""What of a caption is the picture and what is who made it.

Decides where a caption ends and its credit begins. Refuses to take a word inside a sentence for a
label (`bức ảnh: đẹp`), and to call a description a name: when in doubt the caption stays whole.
"""

import re

from core.text import tidy
from crawler.fields.authors import is_office, is_outlet

_TAIL = 300  # a credit stands at the end
_CREDITS_LIMIT = 3  # one after the other: `Ảnh: A. Nguồn: B`
_CHARS_LIMIT = 100
_WORDS_LIMIT = 16
_SHORT_WORDS = 4

_PICTURE = r"(?:hình ảnh|hình|ảnh)"
# At the beginning, after a sentence, a dash or a bracket; after a mere space with a capital.
_START = (
    r"(?:^|(?<=[.!?…;|•(\[/”\"–—-])|(?<=[.!?…;|•(\[/”\"–—-] )"
    r"|(?<=[ ,])(?<!bức )(?<!tấm )(?<!bộ )(?<!chùm )(?-i:(?=[A-ZĐẢ])))"
)
_LABEL = re.compile(
    rf"{_START}(?:(?:(?:(?:tin|bài) ?(?:,|và|&|-|/|) ?){{1,2}}ảnh"
    rf"|(?:nguồn )?{_PICTURE}(?: minh (?:họa|hoạ)| tư liệu)?|nguồn|minh (?:họa|hoạ)|đồ (?:họa|hoạ)"
    r"|infographics?|graphics?|videos?|clip"
    r"|(?:photo|image|picture)s?(?: credits?)?|credits?|cre|sources?) ?:(?!//)"
    r"|(?:photo|image|picture)s? (?:by|courtesy of) |©) ?",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    rf"{_START}{_PICTURE} (?:minh (?:họa|hoạ)|tư liệu|sưu tầm|internet|NVCC|chụp màn hình"
    r"|(?:chụp|cắt) từ [^.:;()]{1,60}|[^.:;()]{1,60} cung cấp)$",
    re.IGNORECASE,
)
_AGENCY = re.compile(rf"{_START}{_PICTURE} (?P<name>[^.:;()]{{1,40}})$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}[.!?…] ")
_NO_NAME = re.compile(
    r"(?:do )?.{1,60} cung cấp|internet|sưu tầm|tư liệu|(?:chụp|cắt) (?:từ )?.{1,60}",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(
    r"(?:ông|bà|đồng chí|đ/c|các|những|một|toàn cảnh|quang cảnh|hội nghị|lễ) ", re.IGNORECASE
)
_AROUND = " -–—|,;:([•/"


def split_credit(caption: str) -> tuple[str | None, str | None]:
    """A caption without its credit, and the credit without its label; None for what is not there.

    `Lễ khai mạc. Ảnh: Minh Đức` → `Lễ khai mạc.`, `Minh Đức`; brackets and dashes between the two
    go. Who gave the picture is told as printed: `Ảnh do nhân vật cung cấp`, `Ảnh minh họa`. Several
    credits in a row are joined by `; `. A label with nothing before it needs a name behind it:
    `Ảnh: Toàn cảnh hội nghị` is a caption.
    """
    left = tidy(caption)
    named: list[str] = []
    while len(named) < _CREDITS_LIMIT and (found := _last_credit(left)):
        left, credit = found
        named.insert(0, credit)
    return left or None, "; ".join(named) or None


def _last_credit(text: str) -> tuple[str, str] | None:
    """What stands before the last credit, and that credit."""
    body = text.rstrip(" .")
    is_bracketed = body.endswith((")", "]"))
    if is_bracketed:
        body = body[:-1]
    begin = max(0, len(body) - _TAIL)
    label = next(reversed([*_LABEL.finditer(body, begin)]), None)
    phrase = _PHRASE.search(body, begin) or _agency(body, begin)
    if phrase and (label is None or phrase.start() >= label.end()):
        start, credit = phrase.start(), phrase[phrase.lastgroup or 0]
    elif label:
        start, credit = label.start(), body[label.end() :]
    else:
        return None
    before = body[:start].rstrip(" ")
    is_aside = is_bracketed and before.endswith(("(", "["))
    if is_bracketed and not is_aside:  # `Ảnh: Lê An (TTXVN)`
        credit += text.rstrip(" .")[-1]
    before = before.rstrip(_AROUND)
    if is_aside and text.endswith("."):
        before += "." if before else ""
    credit = credit.strip(" .,;-–—|")
    return (before, credit) if _is_credit(credit, is_alone=not before and not phrase) else None


def _agency(body: str, begin: int) -> re.Match[str] | None:
    """`Ảnh TTXVN`, `(ảnh Minh Đức)`: a name without a colon."""
    found = _AGENCY.search(body, begin)
    if not found:
        return None
    is_aside = body[: found.start()].endswith("(")
    words = found["name"].split()
    is_name = is_aside and len(words) > 1 and all(word[:1].isupper() for word in words)
    return found if is_outlet(found["name"]) or is_name else None


def _is_credit(text: str, *, is_alone: bool) -> bool:
    words = text.split()
    if (
        not any(sign.isalpha() for sign in text)
        or len(text) > _CHARS_LIMIT
        or len(words) > _WORDS_LIMIT
        or ": " in text
        or text.count("(") != text.count(")")
        or _SENTENCE_END.search(text)
    ):
        return False
    if len(words) == 1 or is_outlet(text) or is_office(text) or _NO_NAME.fullmatch(text):
        return True
    if _DESCRIBED.match(text):
        return False
    capitals_count = sum(word[:1].isupper() for word in words)
    if is_alone:
        return len(words) <= _SHORT_WORDS and capitals_count > len(words) / 2
    return len(words) <= _SHORT_WORDS or capitals_count >= len(words) / 4
