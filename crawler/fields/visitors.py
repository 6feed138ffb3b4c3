"""How many visit a portal, as its own block of counters says.

Decides which number of the block belongs to which label, labels before or after their numbers, and
when single digits apart are one number. Refuses to know how a number is written: that is
`counts.py`'s, whose labels and refusals hold here too. Yesterday, weeks, months, members and search
engines have no place in the record and are passed over.
"""

import re

from core.records import Count, Visitors
from core.text import tidy
from crawler.fields.counts import What, read_count

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000

# Digits in boxes of their own: 0 0 1 2 3 4 5.
_DIGITS = re.compile(r"(?<![\w.,/+-])[0-9](?: [0-9])+(?![\w.,:/%])(?! [0-9])")
_COUNTER = re.compile(r"[0-9](?: [0-9]){2,}")
_SIGNS = " ,;|•·()–—-"
_NEXT_LABEL = re.compile(
    rf"(?<=[0-9])[{_SIGNS}]*(?=[A-ZĐ][^\W\d_])(?!Tr(?![^\W_]))|[|;•]"
    r"|(?<=[0-9]{2}) (?=[0-9](?: [0-9]){2,}(?![\w.,]))"
)
_NEXT_NUMBER = re.compile(rf"(?<=[^\W\d_])[{_SIGNS}]*(?=[0-9])|[|;•]")


def read_visitors(text: str) -> Visitors | None:
    """The counters a block shows; None when it shows none, such as one a script would fill.

    Who is there now, who came today, and all there ever were: `Đang truy cập: 27`, `Hôm nay:
    1.234`, `Tổng: 4.798.809`, in any order, in lines or in one line, glued (`Đang truy cập6`), or
    numbers first (`27 Đang truy cập`). Three or more single digits apart (`0 0 1 2 3 4 5`) are one
    number, and the total when no label claims them. Only the first 500 characters are read.

    Raises BadValue as `read_count` does: for a telephone number, a negative or a broken number.
    """
    printed = tidy(text[:_RAW_LIMIT])
    line = printed[:_CHARS_LIMIT]
    if len(printed) > _CHARS_LIMIT or len(text) > _RAW_LIMIT:
        line = line.rpartition(" ")[0]  # half a number is none
    are_numbers_first = line[:1].isdigit() and line[-1:].isalpha() and ":" not in line
    cut = _NEXT_NUMBER if are_numbers_first else _NEXT_LABEL
    pieces = [piece.strip(_SIGNS) for piece in cut.split(line)]
    joined = [_DIGITS.sub(_number, piece) for piece in pieces]
    online, today = _first(joined, "online"), _first(joined, "today")
    total = _first(joined, "total") or _unlabelled(pieces)
    if online is None and today is None and total is None:
        return None
    return Visitors(
        online_count=online.count if online else None,
        today_count=today.count if today else None,
        total_count=total.count if total else None,
        text=line,
    )


def _number(digits: re.Match[str]) -> str:
    """Digits apart as one number; its leading zeros are boxes, no telephone number's."""
    return digits[0].replace(" ", "").lstrip("0") or "0"


def _first(pieces: list[str], what: What) -> Count | None:
    counts = (read_count(piece, what=what) for piece in pieces)
    return next((count for count in counts if count is not None), None)


def _unlabelled(pieces: list[str]) -> Count | None:
    found = next((digits for piece in pieces if (digits := _COUNTER.fullmatch(piece))), None)
    return read_count(_number(found), labelled=False) if found else None
