"""Who wrote it, as the byline says.

Decides where one name ends and the next begins, and what is no name: accounts of the CMS, menu
words, addresses, sentences. Refuses to correct a name: it stays as printed.
"""

import re
from dataclasses import dataclass

from core.text import fold, tidy

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000
_NAME_LIMIT = 60
_WORDS_LIMIT = 8

_AUTHOR_LABEL = re.compile(
    r"(?:tác giả|người viết|người đăng|thực hiện|bài viết|phóng viên|author|written by|by"
    r"|(?:tin|bài)(?: ?(?:,|và|&|-|/) ?(?:bài|ảnh|clip|video))*)\s*(?::\s*|(?<=by)\s+)",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"\(?\s*(?:theo(?:\s+|:)|(?:nguồn|source)\s*:)", re.IGNORECASE)
_PICTURES = re.compile(
    r"\(?\s*(?:ảnh|video|clip|đồ họa|minh họa|photo|photos)(?: minh họa)?\s*:", re.IGNORECASE
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_BETWEEN = re.compile(r"\s+[-–—]+\s+|\s*[,;|•·\n]\s*|\s+(?:và|&|and|/)\s+", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?:(?:(?:super|site|web|portal|omni)[ ._-]*)?admin(?:istrator)?[0-9]*[ ._-]*)+"
    r"|(?:nguoi )?quan tri(?: vien| he thong| website)?|webmaster|root|guest|system"
    r"|(?:test|user)(?:[ ._-]*(?:test|user))*[0-9]*"
)
_MENU = frozenset(
    (
        "trang chu", "lien he", "gioi thieu", "tin tuc", "dang nhap", "dang xuat", "dang ky",
        "so do trang", "so do cong", "so do website", "tim kiem", "thu vien anh", "thu vien video",
        "van ban", "hoi dap", "thong bao", "su kien", "in trang", "in bai viet", "chia se",
        "quay lai", "ve dau trang", "xem them", "binh luan", "gui email", "ban in", "tac gia",
        "home", "contact", "about", "login", "logout", "search", "print", "share", "back", "rss",
        "sitemap", "news", "facebook", "twitter", "zalo", "email", "author",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Who a byline names, in order, each once, and what was refused as a name."""

    names: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # as printed


def read_authors(text: str) -> Authors:
    """The authors a byline names.

    Names are parted by a dash with spaces around it, a comma, a semicolon, a bar, `và`, `and` or
    `&`; `Ngọc-Anh` stays whole. `Tác giả:` and its like are dropped. What follows `Theo` or
    `Nguồn:` is a source and what follows `Ảnh:` a photographer: neither is an author, nor refused.
    """
    line = _without_label(tidy(text[:_RAW_LIMIT])[:_CHARS_LIMIT])
    line = _BRACKETS.sub(_without_source, line)
    names: list[str] = []
    refused: list[str] = []
    for part in _BETWEEN.split(line):
        if _SOURCE.match(part) or _PICTURES.match(part):
            break  # whoever follows is of the same kind
        name = _without_label(part).strip(" .:;,-–—*\"'“”()[]")
        if name:
            (names if _is_name(name) else refused).append(name)
    return Authors(names=tuple(dict.fromkeys(names)), refused=tuple(dict.fromkeys(refused)))


def _without_label(text: str) -> str:
    label = _AUTHOR_LABEL.match(text)
    return text[label.end() :] if label else text


def _without_source(bracket: re.Match[str]) -> str:
    is_other = _SOURCE.match(bracket[1]) or _PICTURES.match(bracket[1])
    return " " if is_other else bracket[0]


def _is_name(part: str) -> bool:
    key = fold(part)
    return (
        len(part) <= _NAME_LIMIT
        and len(part.split()) <= _WORDS_LIMIT
        and any(sign.isalpha() for sign in part)
        and not any(sign.isdigit() or sign in "@/\\<>:" for sign in part)
        and key not in _MENU
        and not _ACCOUNT.fullmatch(key)
    )
