"""How often something was seen, said or chosen, as a page prints it.

Decides which number of a line is a counter, whose counter it is, and what its separators mean:
groups of three digits, whatever the sign between them. Refuses to guess: a number without a label
is a counter only when the caller says so.
"""

import re
from typing import Literal

from core.errors import BadValue
from core.records import Count
from core.text import tidy

What = Literal["views", "comments", "votes", "online", "today", "total"]

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000
_LARGEST = 10**10

_NUMBER = r"[0-9][0-9.,]*+(?: [0-9]{3}(?![0-9]))*+"
_UNIT = r"(?: ?(?P<unit>k|m|n|tr|nghìn|ngàn|triệu|tỷ|tỉ)(?![^\W_]))?"
_PRINTED = rf"(?P<text>(?P<minus>-)?(?P<number>{_NUMBER}){_UNIT})"
# A label inside a phrase ("công trực tuyến", "đang truy cập") is another label's end.
_ALONE = r"(?<![^\W\d_] )"
_OWN = rf"(?:{_ALONE}|(?-i:(?=[A-ZĐ])))"  # or a heading runs into a label that has a capital

# What stands before its number ("Lượt xem: 75"), and after it ("75 lượt xem").
_BEFORE: dict[What, str] = {
    "views": (
        r"(?:page ?)?view(?:s| ?count|ed)?|hits|read(?:s| ?count)?"
        r"|(?:tổng )?(?:số )?(?:lượt|lần|người) (?:xem|đọc|truy cập|view)|(?:đã|số) (?:xem|đọc)"
        r"|xem|đọc|luot (?:xem|doc|truy cap)|da xem"
    ),
    "comments": (
        rf"{_OWN}(?:(?:tổng )?(?:số )?(?:lượt )?(?:bình luận|phản hồi|nhận xét|thảo luận)"
        r"|(?:số )?ý kiến(?: bạn đọc| phản hồi)?|comment(?:s| ?count)?|replies|binh luan)"
    ),
    "votes": (
        rf"{_OWN}(?:(?:tổng(?: cộng)?(?: số)? ?|số )(?:lượt |phiếu )?"
        r"(?:bình chọn|bầu chọn|bầu|bỏ phiếu|biểu quyết|tham gia|ý kiến|phiếu)"
        r"|tổng(?: cộng| số)?(?: phiếu| lượt)?|(?:lượt |phiếu )?(?:bình chọn|bầu chọn|bầu)"
        r"|(?:số )?phiếu|total(?: votes?)?|votes?(?: ?count)?|tong(?: so)?(?: phieu)?)"
    ),
    "online": (
        rf"{_OWN}(?<!thành viên )(?<!members )(?:(?:tổng )?(?:số )?"
        r"(?:lượt |người |khách |bạn đọc |độc giả )?(?:hiện )?"
        r"(?:(?:đang )?(?:online|trực tuyến)|đang (?:truy cập|xem|ghé thăm))"
        r"|(?:(?:visitors?|users?|guests?|now|currently) )?online(?: now| users| visitors)?"
        r"|dang (?:truy cap|online)|truc tuyen)"
    ),
    "today": (
        rf"{_OWN}(?:(?:tổng )?(?:số )?(?:lượt |lượng |khách )?(?:truy cập |xem )?"
        r"(?:trong ngày|(?:ngày )?hôm nay)|today(?:['’]s)?(?: visits| visitors| views| hits)?"
        r"|(?:visits|visitors|views|hits) today|hom nay|trong ngay)"
    ),
    "total": (
        rf"(?:{_OWN}(?:tổng(?: cộng)?(?: số)?(?: lượt| lần| lượng| người| khách)?(?: đã)?"
        r"(?: truy cập| truy nhập| viếng thăm| ghé thăm| xem)?|tất cả"
        r"|(?:số |thống kê )(?:lượt |lần |lượng |người )?(?:đã )?(?:truy cập|truy nhập)"
        r"|(?:lượt|lượng|lần) (?:truy cập|truy nhập)"
        r"|total(?: visits| visitors| hits| views)?|(?:visits|visitors)"
        rf"|tong(?: so)?(?: luot)?(?: truy cap)?)|{_ALONE}truy cập)"
    ),
}
_AFTER: dict[What, str] = _BEFORE | {
    "views": (
        r"views?|hits|reads?|(?:lượt|lần) (?:xem|đọc|truy cập|view)|người (?:đã )?(?:xem|đọc)"
        r"|luot xem|xem$"
    ),
    "comments": (
        r"bình luận|ý kiến|phản hồi|nhận xét|thảo luận|trả lời|comments?|repl(?:y|ies)"
        r"|responses?|binh luan"
    ),
    "votes": (
        r"votes?|phiếu(?: bầu| bình chọn)?|(?:lượt |người )?(?:đã )?"
        r"(?:bình chọn|bầu chọn|bầu|bỏ phiếu|vote|tham gia)"
    ),
    "online": (
        r"(?:lượt |người |khách |bạn đọc )?(?:đang )?(?:online|trực tuyến)"
        r"|(?:lượt |người |khách )?đang (?:truy cập|xem)|(?:visitors?|users?|guests?) online"
    ),
}  # fmt: skip

# Dates and times are no counters, wherever they stand; "Xem 5 ảnh" counts pictures.
_NO_DATE = r"(?!-?[0-9]{1,2}(?P<dot>[./-])[0-9]{1,2}(?P=dot)[0-9]{4}(?![0-9]))"
_NO_TIME = r"(?![/:-][0-9]|h[0-9]| ?(?-i:%|°|độ|tháng|giờ|phút|giây|h)(?![^\W_]))"
_THINGS = r" (?-i:bài|tin|ảnh|hình|video|trang)(?![^\W_])"
_PHONE = re.compile(
    r"(?<![0-9.,])\(?(?:0|\+84[ .-]?)[1-9](?:\)?[ .-]?[0-9]){7,9}(?![0-9])"
    r"|(?<![0-9.,])1[89]00[ .-](?:[0-9]{4}|[0-9]{2,3}[ .-][0-9]{2,3})(?![0-9]| ?[/:])"
)
_BARE = re.compile(rf"(?:[^0-9:]*: ?)?\(?{_PRINTED}\)?", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}([., ])[0-9]{3}(?:\1[0-9]{3})*")
_SHORT = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
_FACTOR = {
    "k": 10**3, "n": 10**3, "nghìn": 10**3, "ngàn": 10**3,
    "m": 10**6, "tr": 10**6, "triệu": 10**6,
    "tỷ": 10**9, "tỉ": 10**9,
}  # fmt: skip


def _label_first(what: What) -> re.Pattern[str]:
    """Bound by a colon or bracket, or free: then the number may be the next label's."""
    others = [_AFTER[each] for each in ("views", "comments", "votes") if each != what]
    claimed = rf" (?:{'|'.join(others)})(?![^\W_])(?! ?[:=–-]? ?\(?[0-9])"
    return re.compile(
        rf"(?<![^\W\d_])(?:{_BEFORE[what]})(?P<bound> ?[:=] ?\(?| ?\()?(?(bound)| ?[–-]? ?)"
        rf"{_NO_DATE}\+?{_PRINTED}{_NO_TIME}(?(bound)|(?!{claimed}|{_THINGS}))",
        re.IGNORECASE,
    )


def _label_last(what: What) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\W_])(?<![.,:/+-])(?P<text>(?P<minus>(?!))?(?P<number>{_NUMBER}){_UNIT})"
        rf" (?:{_AFTER[what]})(?![^\W_])(?! ?[:=])",
        re.IGNORECASE,
    )


_LABELLED: dict[What, tuple[re.Pattern[str], re.Pattern[str]]] = {
    what: (_label_first(what), _label_last(what)) for what in _BEFORE
}


def read_count(text: str, *, labelled: bool = True, what: What = "views") -> Count | None:
    """A counter in a line, or None when it shows none.

    By default only a number with a label of `what` counts (`View count: 75`, `75 views`, `Lượt
    xem: 55.789`; for comments `Bình luận (12)`, `3 comments`), so dates, times and other counters
    beside it do not matter. With `labelled=False` the whole text has to be one number, after an
    optional `label:` of any wording (`4.798.809`, `Tổng bình chọn: 48.768`). `4,5K`, `1,2 nghìn`
    and `1 triệu` are multiplied out. `Count.text` is the number and its unit as printed, without
    the label. Only the first 500 characters are read.

    Raises BadValue for what stands in a counter's place and is none: a telephone number, a negative
    or a broken number (`55.78`), anything above 10^10.
    """
    line = _beginning(text)
    if labelled:
        first, last = _LABELLED[what]
        found = first.search(line) or last.search(line)
    else:
        found = _BARE.fullmatch(line)
    if not found:
        return None
    printed = found["text"].rstrip(" .,")
    if found["minus"]:
        raise BadValue(f"{printed!r} is negative")
    for phone in _PHONE.finditer(line):
        if phone.start() <= found.start("number") < phone.end():
            raise BadValue(f"{phone[0]!r} looks like a telephone number")
    count = _count_of(found["number"].rstrip(" .,"), (found["unit"] or "").lower())
    return Count(count=count, text=printed)


def _beginning(text: str) -> str:
    """As much as is read; a word at the cut is left out, it may be half a number."""
    line = tidy(text[:_RAW_LIMIT])
    if len(text) <= _RAW_LIMIT and len(line) <= _CHARS_LIMIT:
        return line
    return line[:_CHARS_LIMIT].rpartition(" ")[0]


def _count_of(number: str, unit: str) -> int:
    if unit and _SHORT.fullmatch(number):
        whole, _, decimals = number.replace(",", ".").partition(".")
        count = int(whole + decimals.ljust(2, "0")) * _FACTOR[unit] // 100
    elif not unit and (number.isdigit() or _GROUPED.fullmatch(number)):
        count = int(re.sub("[^0-9]", "", number))
    else:
        raise BadValue(f"{(number + ' ' + unit).strip()!r} is no whole number")
    if count > _LARGEST:
        raise BadValue(f"{number!r} is more than any counter shows")
    return count
