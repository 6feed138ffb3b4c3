"""How often something was seen, as a page prints it.

Decides which number of a line is a view counter and what its separators mean: groups of three
digits, whatever the sign between them. Refuses to guess: a number without a label is a counter only
when the caller says so.
"""

import re

from core.errors import BadValue
from core.records import Count
from core.text import tidy

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000
_LARGEST = 10**10

_NUMBER = r"[0-9][0-9.,]*+(?: [0-9]{3}(?![0-9]))*+"
_UNIT = r"(?: ?(?P<unit>k|m|tr|nghìn|ngàn|triệu|tỷ|tỉ)(?![^\W_]))?"
_BEFORE = (
    r"(?:(?:page ?)?view(?:s| ?count|ed)?|hits|read(?:s| ?count)?"
    r"|(?:tổng )?(?:số )?(?:lượt|lần) (?:xem|đọc|truy cập)|(?:đã|số) (?:xem|đọc)|xem|đọc"
    r"|luot xem|da xem)"
)
_AFTER = r"(?:views?|hits|reads?|(?:lượt|lần) (?:xem|đọc|truy cập)|người (?:xem|đọc)|luot xem)"
_LABEL_FIRST = re.compile(
    rf"(?<![^\W_]){_BEFORE} ?[:=–-]? ?\(?(?P<text>(?P<minus>-)?(?P<number>{_NUMBER}){_UNIT})"
    r"(?![/:-][0-9])",  # a date or a time is no counter
    re.IGNORECASE,
)
_LABEL_LAST = re.compile(
    rf"(?<![^\W_])(?<![.,:/+-])(?P<text>(?P<minus>(?!))?(?P<number>{_NUMBER}){_UNIT})"
    rf" {_AFTER}(?![^\W_])",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?:[^0-9:]*: ?)?\(?(?P<text>(?P<minus>-)?(?P<number>{_NUMBER}){_UNIT})\)?", re.IGNORECASE
)
_GROUPED = re.compile(r"[0-9]{1,3}([., ])[0-9]{3}(?:\1[0-9]{3})*")
_SHORT = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
_FACTOR = {
    "k": 10**3, "nghìn": 10**3, "ngàn": 10**3,
    "m": 10**6, "tr": 10**6, "triệu": 10**6,
    "tỷ": 10**9, "tỉ": 10**9,
}  # fmt: skip


def read_count(text: str, *, labelled: bool = True) -> Count | None:
    """The view counter in a line, or None when it shows none.

    By default only a labelled number counts (`View count: 75`, `75 views`, `Lượt xem: 55.789`), so
    dates and times beside it do not matter. With `labelled=False` the whole text has to be one
    number, after an optional `label:` of any wording (`4.798.809`, `Tổng bình chọn: 48.768`).
    `4,5K`, `1,2 nghìn` and `1 triệu` are multiplied out. `Count.text` is the number and its unit as
    printed, without the label.

    Raises BadValue for what stands in a counter's place and is none: a telephone number, a negative
    or a broken number (`55.78`), anything above 10^10.
    """
    line = tidy(text[:_RAW_LIMIT])[:_CHARS_LIMIT]
    if labelled:
        found = _LABEL_FIRST.search(line) or _LABEL_LAST.search(line)
    else:
        found = _BARE.fullmatch(line)
    if not found:
        return None
    printed = found["text"].rstrip(" .,")
    if found["minus"]:
        raise BadValue(f"{printed!r} is negative")
    count = _count_of(found["number"].rstrip(" .,"), (found["unit"] or "").lower())
    return Count(count=count, text=printed)


def _count_of(number: str, unit: str) -> int:
    digits = re.sub("[^0-9]", "", number)
    if len(digits) >= 9 and digits.startswith("0"):
        raise BadValue(f"{number!r} looks like a telephone number")
    if unit and _SHORT.fullmatch(number):
        whole, _, decimals = number.replace(",", ".").partition(".")
        count = int(whole + decimals.ljust(2, "0")) * _FACTOR[unit] // 100
    elif not unit and (number.isdigit() or _GROUPED.fullmatch(number)):
        count = int(digits)
    else:
        raise BadValue(f"{(number + ' ' + unit).strip()!r} is no whole number")
    if count > _LARGEST:
        raise BadValue(f"{number!r} is more than any counter shows")
    return count
