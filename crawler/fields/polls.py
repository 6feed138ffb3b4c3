"""What the texts of a poll say: a share, an option, votes.

Decides what is a share of the votes, and which signs before an option only number it. Refuses to
know where a poll stands and whether its shares add up; how a count is written is `counts.py`'s.
"""

import re
from functools import lru_cache

from core.errors import BadValue
from core.records import Count
from core.text import tidy
from crawler.fields.counts import read_count

_CHARS_LIMIT = 500
_RAW_LIMIT = 5_000

_SHARE = re.compile(r"(?<![0-9.,])(?P<minus>[-−–])?(?P<number>[0-9]{1,4}(?:[.,][0-9]{1,20})?) ?%")
_ASIDE = re.compile(rf"\(?{_SHARE.pattern}\)?")
# `a.`, `(b)`, `1)`, `2/`, `iv.`, `C -`; no number of the text itself: 1.500 người, 2/3 số hộ.
_ENUMERATOR = re.compile(
    r"(?:[-–—•*+○●▪►][ ]+)?"
    r"(?:\(?(?:[0-9]{1,2}|[a-zđ]|[ivx]{1,4})(?:\)|[./:](?![0-9])|\.\)| [-–](?= ))(?: +|$|(?=\w)))?",
    re.IGNORECASE,
)


def read_share(text: str) -> float | None:
    """The share of the votes, 0…100 per cent, decimals after comma or point; None without a `%`.

    Raises BadValue for a negative share and for one above 100.
    """
    found = _SHARE.search(tidy(text[:_RAW_LIMIT])[:_CHARS_LIMIT])
    if not found:
        return None
    share = float(found["number"].replace(",", "."))
    if found["minus"] or share > 100:
        raise BadValue(f"{found[0]!r} is no share of the votes")
    return share


@lru_cache(maxsize=512)  # the same poll stands on every page of a portal
def read_option(text: str) -> str:
    """An answer as printed, tidied, without the bullet, letter or number before it; "" for none."""
    option = tidy(text)
    mark = _ENUMERATOR.match(option)
    return option[mark.end() :] if mark else option


def read_votes(text: str) -> Count | None:
    """How many votes a cell or a total line shows; None when it shows no count.

    `29.382` and `29,382` are one number; `Tổng số phiếu: 48.768`, `Total votes: 48,768` and
    `48768 votes` are read alike; a share beside the count is passed over. Raises BadValue as
    `read_count` does.
    """
    cell = _ASIDE.sub(" ", tidy(text[:_RAW_LIMIT])[:_CHARS_LIMIT]).strip(" |")
    return read_count(cell, what="votes") or read_count(cell, labelled=False)
