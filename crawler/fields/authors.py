"""Who made it, as the byline says: who wrote it, and who had another part in it.

Decides where one name ends and the next begins, whose part each name had, and what is no name:
accounts of the CMS, menu words, addresses, sentences. Refuses to correct a name: it stays as
printed, titles and desks (`PV Lê An`, `ThS. Lê An`, `PV Thời sự`) with it, for nothing tells a desk
from a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from core.records import Credit
from core.text import fold, tidy

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000
_NAME_LIMIT = 60
_WORDS_LIMIT = 8
_OFFICE_LIMIT = 80  # authorities have long names, and begin sentences too
_OFFICE_WORDS_LIMIT = 12
_CREDIT_LIMIT = 120
_CREDIT_WORDS_LIMIT = 16

_ROLES = {
    "author": (
        r"tác giả(?: bài viết)?|tac gia|người (?:viết|đăng)|thực hiện|bài viết|nội dung|bài|tin"
        r"|(?:nhóm )?(?:phóng viên|pv|ctv)|cộng tác viên|authors?|text"
    ),
    "photo": (
        r"(?:nguồn )?(?:hình )?ảnh(?: minh (?:họa|hoạ)| tư liệu| bìa)?|hình"
        r"|photos?|photographs?|pictures?|images?"
    ),
    "source": r"nguồn(?: tin| bài)?|nguon(?: tin)?|theo|sources?",
    "translation": r"(?:biên |lược |người )?dịch(?: giả)?|chuyển ngữ|translat(?:ion|or)",
    "editing": r"(?:(?:tổng|ban|người|thư ký) )?biên tập(?: viên)?|btv|edit(?:ing|or)",
    "video": r"videos?|clips?",
    "graphics": (
        r"đồ (?:họa|hoạ)|infographics?|graphics?|minh (?:họa|hoạ)|thiết kế|trình bày"
    ),
}  # fmt: skip
_ROLE = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(f"(?P<{role}>{words})" for role, words in _ROLES.items())
    + r")(?![^\W_])",
    re.IGNORECASE,
)
_WORD = rf"(?:{'|'.join(_ROLES.values())})"
_WORDS = rf"{_WORD}(?:(?: ?[,&/+–-] ?| và | ){_WORD}){{0,4}}"
# `Lê An Ảnh: Vũ Bình` has two labels, `Thông tin: …` none: inside a line a capital begins one.
_LABEL = re.compile(
    rf"(?<![^\W_])(?:(?<![^\W_] )|(?<!thông )(?-i:(?=[A-ZĐẢ]))){_WORDS} ?:\s*"
    r"|(?:^|(?<=[-–|;,.(] ))(?:photos? (?:by|courtesy of)|(?:translated|edited) by"
    r"|(?:(?:written|posted|text|story) )?by)(?: ?:)?\s+",
    re.IGNORECASE,
)
_BY = {"photo": "photo", "translated": "translation", "edited": "editing"}
_SOURCE = re.compile(r"(?:tổng hợp )?theo\s+|tổng hợp từ\s+", re.IGNORECASE)
_NOTE = re.compile(rf"\s*(?:{_WORDS})\s*", re.IGNORECASE)
_COMPILED = re.compile(r"\s*(?:tổng hợp|t/h|ghi|lược ghi|sưu tầm|thực hiện)\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)")

_DASH = re.compile(r"\s+[-–—]+\s+|\s*[;|•·]\s*|\s+/\s+")
_COMMA = re.compile(r"\s*,\s*|\s+(?:và|&|and)\s+", re.IGNORECASE)
_AND = re.compile(r"\s(?:và|&)\s", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:(?P<short>(?:tổng |chi )?cục|sở|phòng|ban|bộ|vụ|viện|đài|cổng)"
    r"|văn phòng|trung tâm|(?:ủy|uỷ) ban|ubnd|hđnd|hội đồng|công an|liên đoàn|mặt trận)(?![^\W_])",
    re.IGNORECASE,
)
_OUTLET = re.compile(
    r"(?:báo|tạp chí|hãng tin|thông tấn xã) .+"
    r"|(?:ttxvn|vov|vtv|vtc|afp|bbc|cnn)[0-9]{0,2}(?:[-./+ ].*)?"
    r"|[\w-]+(?:\.[\w-]+)*\.(?:vn|com|net|org)"
    r"|vietnam\+|vietnamplus|vnexpress|vietnamnet|dân trí|(?:tuổi trẻ|thanh niên)(?: online)?"
    r"|tiền phong|(?:người )?lao động|nhân dân|hà ?nội ?mới|kinh tế (?:&|và )?đô thị|an ninh thủ đô"
    r"|(?:công an|quân đội) nhân dân|sài gòn giải phóng|đại đoàn kết|zing(?: news)?|znews"
    r"|reuters|ap|xinhua|tân hoa xã|getty(?: images)?|internet",
    re.IGNORECASE,
)
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
        "tin", "bai", "bai viet", "noi dung", "tong hop", "suu tam",
    )
)  # fmt: skip

_AUTHOR = ("author",)
_SIGNING = ("author", "translation", "editing")  # a photo's agency is no source of the text
_Roles = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """Who a byline names, in order, each once, and what was refused as a name."""

    names: tuple[str, ...] = ()  # of those who wrote
    refused: tuple[str, ...] = ()  # as printed
    credits: tuple[Credit, ...] = ()  # of those who had another part


@lru_cache(maxsize=512)  # a portal has but a few who write
def read_authors(text: str) -> Authors:
    """The people and organisations a byline names, each in the part it had.

    Names are parted by a dash with spaces around it, a comma, a semicolon, a bar, `và`, `and` or
    `&`; `Ngọc-Anh` and `Phòng Văn hóa và Thông tin` stay whole. `Tác giả:` and its like are
    dropped. A label holds until the next one: `Ảnh:`, `Biên dịch:`, `Biên tập:`, `Video:`,
    `Đồ họa:`, `Nguồn:`, `Theo …`, also in brackets (`Lê An (biên dịch)`, `(Theo AFP)`); such names
    are credits and no authors. A label of several parts gives each person all of them: `Bài, ảnh:
    Lê An` is an author and a photo credit. A newspaper, agency or site without a label is a source
    (`HÀ NỘI MỚI`, `Lê An/VOV.VN`), for a text signed by one was taken from it.
    """
    line = tidy(text[:_RAW_LIMIT])[:_CHARS_LIMIT]
    found = _Found()
    roles: _Roles = _AUTHOR
    position = 0
    for bracket in _BRACKETS.finditer(line):
        note = _note(bracket[1])
        if note is None and not (_LABEL.match(bracket[1]) or _SOURCE.match(bracket[1])):
            continue  # part of a name
        roles = found.read(line[position : bracket.start()], roles, note)
        if note is None:
            found.read(bracket[1], roles)
        position = bracket.end()
    found.read(line[position:], roles)
    return Authors(
        names=tuple(dict.fromkeys(found.names)),
        refused=tuple(dict.fromkeys(found.refused)),
        credits=tuple(dict.fromkeys(found.credits)),
    )


def is_outlet(name: str) -> bool:
    """Whether a name is a newspaper's, an agency's or a site's, which no person bears."""
    return _OUTLET.fullmatch(name) is not None


def is_office(name: str) -> bool:
    """Whether a name begins as an authority's: `Sở Y tế`, `UBND xã`; not `bộ đội`, `ban ngày`."""
    office = _OFFICE.match(name)
    return bool(office and (not office["short"] or name[office.end() :].lstrip()[:1].isupper()))


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    names: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)

    def read(self, text: str, roles: _Roles, last: _Roles | None = None) -> _Roles:
        """Add all names of a text; the roles that hold at its end.

        `roles` hold until the first label; `last` is the part of the last name alone.
        """
        added: list[tuple[str, _Roles]] = []
        position = 0
        for label in (*_LABEL.finditer(text), None):
            end = label.start() if label else len(text)
            for part in _parts(text[position:end]):
                source = _source(part)
                roles = ("source",) if source else roles
                added.append((part[source.end() :] if source else part, roles))
            if label:
                roles, position = _roles_of(label[0]), label.end()
        if added and last:
            added[-1] = (added[-1][0], last)
        for part, part_roles in added:
            self._add(_bare(part), part_roles)
        return roles

    def _add(self, name: str, roles: _Roles) -> None:
        person, outlet = (_bare(part) for part in name.rpartition("/")[::2])
        is_signed = roles[0] in _SIGNING and _is_name(person) and not is_outlet(person)
        if is_signed and is_outlet(outlet):
            self._add(person, roles)
            name, roles = outlet, ("source",)
        for role in roles if name else ():
            if role == "author" and is_outlet(name):
                role = "source"
            if role != "author" and _is_credit(name):
                self.credits.append(Credit(role=role, name=name))
            elif role == "author" and _is_name(name):
                self.names.append(name)
            else:
                self.refused.append(name)


def _note(inside: str) -> _Roles | None:
    """The part that a bracket after a name tells: `(biên dịch)`, `(tổng hợp)`."""
    if _COMPILED.fullmatch(inside):
        return _AUTHOR
    return _roles_of(inside) if _NOTE.fullmatch(inside) else None


def _roles_of(label: str) -> _Roles:
    by = re.match(r"photo|translated|edited", label, re.IGNORECASE)
    if by and re.search(r"(?:by|of)(?: ?:)?\s*$", label, re.IGNORECASE):
        return (_BY[by[0].lower()],)
    roles = (word.lastgroup for word in _ROLE.finditer(label))
    return tuple(dict.fromkeys(role for role in roles if role)) or _AUTHOR


def _source(part: str) -> re.Match[str] | None:
    """`Theo` before a name; before a small letter it begins a sentence: `Theo quy định mới`."""
    source = _SOURCE.match(part)
    if source is None:
        return None
    name = part[source.end() :]
    return source if is_outlet(name) or not name[:1].islower() else None


def _parts(text: str) -> Iterator[str]:
    """The names of a text; what joins the words of an authority's name parts nothing."""
    for group in _DASH.split(text):
        rest = group.strip()
        while rest:
            is_whole = is_office(rest) and _AND.search(rest)
            cut = None if is_whole else _COMMA.search(rest)
            yield rest[: cut.start()] if cut else rest
            rest = rest[cut.end() :] if cut else ""


def _bare(part: str) -> str:
    """A name without signs and half brackets around it."""
    name = part.strip(" .:;,-–—*\"'“”[]")
    if name.count("(") != name.count(")") or (name[:1] == "(" and name[-1:] == ")"):
        name = name.strip(" ().:;,")
    return name


def _is_name(part: str) -> bool:
    key, words_count = fold(part), len(part.split())
    is_short = len(part) <= _NAME_LIMIT and words_count <= _WORDS_LIMIT
    is_long_office = len(part) <= _OFFICE_LIMIT and words_count <= _OFFICE_WORDS_LIMIT
    return (
        (is_short or (is_long_office and is_office(part)))
        and any(sign.isalpha() for sign in part)
        and not any(sign.isdigit() or sign in "@/\\<>:" for sign in part)
        and key not in _MENU
        and not key.startswith("theo ")
        and not _ACCOUNT.fullmatch(key)
        and not (_NOTE.fullmatch(part) and not {"author", "editing"} & {*_roles_of(part)})
    )


def _is_credit(name: str) -> bool:
    return (
        len(name) <= _CREDIT_LIMIT
        and len(name.split()) <= _CREDIT_WORDS_LIMIT
        and any(sign.isalpha() for sign in name)
        and ": " not in name
        and not _ACCOUNT.fullmatch(fold(name))
    )
