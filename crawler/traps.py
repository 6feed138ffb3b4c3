"""Which patterns of URLs may be endless, so that only so many of one are taken. Pure.

Calendars that step on for ever, filters and sort orders, searches, parameters with ever new names
or values, one article under ever new addresses, paths that grow or repeat. A pattern is a *shape*:
a key that its URLs share and a limit of different URLs. Who keeps the frontier counts them, drops
what is over the limit and says so once. Most links, an article's plain URL above all, have no shape
at all. Knows nothing of what was counted.

The next page of a listing is no trap by itself, though its URLs step on: how far a listing is
followed is decided where it is followed, so whoever asks for such a URL says `is_pager`.
"""

import hashlib
import re
from functools import lru_cache

from core.records import PageKind, Shape
from crawler.layout import Site
from crawler.urls import TOKEN, is_article_url, native_id

USUAL_DEPTH = 12  # path segments; portals on Liferay come to ten
CONTENT_FACTOR = 100  # a portal that keeps its articles behind `?id=` has more of them than filters
_KEY_LENGTH = 160  # characters; a longer key is cut and ended by its hash

_CONTENT = frozenset((PageKind.ARTICLE, PageKind.DOCUMENT, PageKind.ASSET))
_NUMBERS = re.compile(r"[0-9]+")
_DATE = (  # 2026/11/24, 24-11-2026, 2026-11, 11/2026, 20261124
    r"(?:(?:19|20|21)[0-9]{2}(?:[/._-][01]?[0-9](?:[/._-][0-3]?[0-9])?|[01][0-9][0-3][0-9])"
    r"|(?:[0-3]?[0-9][/._-])?[01]?[0-9][/._-](?:19|20|21)[0-9]{2})"
)
# At the end, or before what names a view or a time of day: a slug after it is an article's.
_DATE_AT_END = re.compile(
    rf"[/_.-]{_DATE}(?:T[0-9:]+)?(?:[/_-](?:[0-9:]{{1,8}}|day|week|month|year|list|ngay|tuan|thang"
    r"|nam|index))*(?:\.[a-z]{3,5})?/?$",
    re.IGNORECASE,
)
_DATE_ANYWHERE = re.compile(rf"/{_DATE}(?=/)")
_CALENDAR_WORD = re.compile(
    r"/(?:lich(?:-(?:cong-tac|tuan|lam-viec|hop|tiep-dan|su-kien))?|(?:event-?)?calendar|agenda)"
    r"(?=[/.]|$)",
    re.IGNORECASE,
)
_VALUE_IS_DATE = re.compile(rf"(?:{_DATE})(?:T[0-9:]+)?")
_DATE_NAME = re.compile(
    r"(?:.*_)?(?:date|day|week|month|year|ngay|tuan|thang|nam|calendar\w*|from_?date|to_?date"
    r"|tu_?ngay|den_?ngay)(?:_?(?:from|to|start|end|no))?",
    re.IGNORECASE,
)
_SEARCH_PATH = re.compile(r"/(?:search|tim-?kiem)(?:\.[a-z]{3,5})?(?:/|$)", re.IGNORECASE)
_SEARCH_NAME = re.compile(
    r"(?:.*_)?(?:q|s|query|search|keywords?|kw|tu-?khoa|txtsearch|search(?:text|word|key))",
    re.IGNORECASE,
)
_FACET_NAME = re.compile(
    r"(?:.*_)?(?:sort(?:_?(?:by|dir|order|field))?|order(?:_?by(?:col|type)?)?|dir|filter\w*|view"
    r"|layout|display|mode|limit|per_?page|page_?size|delta|f|facets?|sapxep|loc)(?:\[.*|%5B.*)?",
    re.IGNORECASE,
)


def shapes(url: str, site: Site, kind: PageKind, *, is_pager: bool = False) -> tuple[Shape, ...]:
    """The shapes of a canonical URL that was found; () for most, and for the next page of a list.

    `kind` is what is expected there. Of one shape at most `limit` different URLs are to be taken;
    each limit follows from the site's `trap_limit`. A URL is taken when no shape of it is full.
    """
    return () if is_pager else _shapes(url, site, kind in _CONTENT)


@lru_cache(maxsize=16_384)
def _shapes(url: str, site: Site, is_content: bool) -> tuple[Shape, ...]:
    path, _, query = url[url.find("/", len("https://")) :].partition("?")
    segments = [segment for segment in path.split("/") if segment]
    found = [*_of_path(path, segments, site.trap_limit)]
    rules = site.family.urls
    is_article = is_article_url(url, rules)
    if is_article:
        own = native_id(url, rules)
        if own is not None and (query or _has_token(segments)):
            found.append(_session_loop(own, site.trap_limit))
    if _is_calendar(path, query, is_article=is_article):
        found.append(_calendar(path, site.trap_limit * (CONTENT_FACTOR if is_content else 1)))
    if not (is_content or is_article):
        found += _of_lists(path, query, site.trap_limit)
    if query and not (is_article and native_id(url, rules)):
        found += _of_query(path, query, site.trap_limit, is_content=is_content or is_article)
    return tuple(found)


def _of_path(path: str, segments: list[str], limit: int) -> list[Shape]:
    found = []
    if len(segments) > USUAL_DEPTH:
        reason = f"ever deeper paths: over {limit:,} pages below {USUAL_DEPTH} levels"
        found.append(Shape(key="depth", limit=limit, reason=reason))
    if _is_repeating(segments):
        least = _part(limit, 10)
        reason = f"paths that repeat themselves: over {least:,} pages such as {_short(path)}"
        found.append(Shape(key="repeats", limit=least, reason=reason))
    return found


def _is_repeating(segments: list[str]) -> bool:
    """Two names too many: `/a/a/a`, `/a/b/a/b`. A section called as its parent is one too many."""
    names = [segment for segment in segments if not segment.isdigit()]
    return len(names) - len(set(names)) >= 2


def _has_token(segments: list[str]) -> bool:
    """Whether a segment before the last is of a machine's making, or one carries a parameter."""
    return any(TOKEN.search(each) for each in segments[:-1]) or any(";" in s for s in segments)


def _session_loop(own: str, limit: int) -> Shape:
    least = _part(limit, 33)
    return Shape(
        key=f"id:{own}"[:_KEY_LENGTH],
        limit=least,
        reason=f"a session in its URLs: over {least:,} addresses of article {own}",
    )


# --- calendars -----------------------------------------------------------------------------------


def _is_calendar(path: str, query: str, *, is_article: bool) -> bool:
    is_dated = _DATE_AT_END.search(path) is not None
    if _CALENDAR_WORD.search(path) and (is_dated or _DATE_ANYWHERE.search(path)):
        return True  # its days may be called by a slug, and look like articles
    if not is_dated and query:
        is_dated = any(
            _DATE_NAME.fullmatch(name)
            or _VALUE_IS_DATE.fullmatch(value.replace("%2F", "/").replace("%3A", ":"))
            for name, _, value in (part.partition("=") for part in query.split("&"))
        )
    return is_dated and not is_article


def _calendar(path: str, limit: int) -> Shape:
    place = _NUMBERS.sub("#", path)
    return Shape(
        key=_key("calendar", place),
        limit=limit,
        reason=f"a calendar: over {limit:,} pages under {_short(place)}",
    )


# --- queries -------------------------------------------------------------------------------------


def _of_query(path: str, query: str, limit: int, *, is_content: bool) -> list[Shape]:
    """One page under ever new sessions, and at last all of one path.

    An article's own parameters choose it, whatever they are called: there the last alone counts,
    and the session only beside what does not look like an id.
    """
    place = _NUMBERS.sub("#", path)
    found = []
    parts = query.split("&")
    tokens = [part for part in parts if _is_token(part, is_content=is_content)]
    rest = "&".join(part for part in parts if part not in tokens)
    if tokens and (rest or not is_content):
        least = _part(limit, 33)
        name = tokens[0].partition("=")[0]
        reason = f"a session in its URLs: over {least:,} values of {name} at {_short(path)}"
        found.append(Shape(key=_key("session", f"{path}?{rest}"), limit=least, reason=reason))
    most = limit * CONTENT_FACTOR if is_content else limit
    reason = f"endless parameters: over {most:,} pages at {_short(place)}"
    kind = "articles" if is_content else "query"
    found.append(Shape(key=_key(kind, place), limit=most, reason=reason))
    return found


def _of_lists(path: str, query: str, limit: int) -> list[Shape]:
    """Searches, filters and sort orders."""
    names = [part.partition("=")[0] for part in query.split("&") if part]
    place = _NUMBERS.sub("#", path)
    least = _part(limit, 10)
    found = []
    if any(_SEARCH_NAME.fullmatch(name) for name in names) or _SEARCH_PATH.search(path):
        reason = f"search results: over {least:,} pages of them"
        found.append(Shape(key="search", limit=least, reason=reason))
    if any(_FACET_NAME.fullmatch(name) for name in names):
        reason = f"filters and sort orders: over {least:,} pages of one list, {_short(place)}"
        found.append(Shape(key=_key("filters", place), limit=least, reason=reason))
        reason = f"filters and sort orders: over {limit:,} pages"
        found.append(Shape(key="filters", limit=limit, reason=reason))
    return found


def _is_token(part: str, *, is_content: bool) -> bool:
    name, _, value = part.partition("=")
    if is_content and name.lower().endswith(("id", "item")):
        return False
    return TOKEN.fullmatch(value.removeprefix("%7B").removesuffix("%7D")) is not None


def _part(limit: int, share: int) -> int:
    return max(10, limit // share)


def _key(kind: str, place: str) -> str:
    key = f"{kind}:{place}"
    if len(key) <= _KEY_LENGTH:
        return key
    return f"{key[: _KEY_LENGTH - 17]}~{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _short(place: str) -> str:
    return place if len(place) <= 80 else f"{place[:79]}…"
