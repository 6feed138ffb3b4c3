"""A sitemap's entries: pages of the portal, or further sitemaps. Pure.

Reads what sitemaps.org describes (`urlset`, `sitemapindex`, one URL a line) and Google's news
extension, and takes no notice of images, videos and alternates. Portals cut sitemaps, forget to
escape `&` and name any namespace: so this is a look for entries, in time linear in the length, and
no XML parser; no entity is ever expanded, and a file that declares some is refused. Whether an
entry is an article is for others to judge.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.records import Quality, Reading, Refusal, SitemapEntry
from core.text import tidy
from crawler.layout import Site
from crawler.markup import declares_entities, undo_entities, without_asides
from crawler.urls import MAX_HREF_LENGTH, page_url, refusal

MAX_ENTRIES = 50_000  # of one file, by the protocol
MAX_TITLE_CHARS = 1_000
TOLERANCE = timedelta(days=1)  # a `lastmod` later than capture and this is nonsense
_MAX_REASONS = 20

_PREFIX = r"(?:[\w.-]{1,40}:)?"
_ENTRY = re.compile(rf"<(?P<prefix>{_PREFIX})(?P<name>url|sitemap)(?=[\s/>])", re.IGNORECASE)
_NEWS = re.compile(rf"<(?P<prefix>{_PREFIX})news[\s>]", re.IGNORECASE)
_CHILD = re.compile(  # a text that no tag ends was cut, and is none
    rf"<({_PREFIX})(loc|lastmod|title|publication_date)(?:\s[^<>]*)?>([^<]*)(?=<)", re.IGNORECASE
)
_END = re.compile(rf"</{_PREFIX}(?:urlset|sitemapindex)\s*>", re.IGNORECASE)
_END_WITHIN_CHARS = 4_096
_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_W3C = re.compile(  # https://www.w3.org/TR/NOTE-datetime, and a blank for the T
    r"(?P<y>\d{4})(?:-(?P<mon>\d\d?)(?:-(?P<d>\d\d?)(?:[T ](?P<h>\d\d?):(?P<min>\d\d)"
    r"(?::(?P<s>\d\d)(?:[.,]\d{1,9})?)? ?(?P<zone>Z|(?P<sign>[+-])(?P<oh>\d\d):?(?P<om>\d\d)?)?)?"
    r")?)?",
    re.ASCII | re.IGNORECASE,
)


class _Raw(NamedTuple):
    """An entry as written, entities undone."""

    loc: str
    modified: str
    title: str
    is_sitemap: bool


def read_sitemap(blank: Reading, text: str, site: Site) -> Reading:
    """`blank` with the entries of an XML sitemap or an index, each URL once, in their order.

    Entries are canonical and may be asked for; what else stood there is counted in a refusal
    (`field` is `sitemap`), as are a missing end and entries past the 50,000th. Nothing at all
    before the cut is `truncated`; declared entities are `too_complex`.
    """
    if declares_entities(text):
        reason = "the sitemap declares entities, which may expand without end"
        return replace(blank, quality=Quality.TOO_COMPLEX, reason=reason)
    text = without_asides(text)
    reading = _with_entries(blank, _entries(text), site)
    if _END.search(text[-_END_WITHIN_CHARS:]):
        return reading
    if not reading.sitemap and not reading.refusals:
        return replace(
            blank, quality=Quality.TRUNCATED, reason="the sitemap is cut before its first entry"
        )
    cut = Refusal(
        field="sitemap", text=tidy(text[-200:]), reason="the sitemap is cut: its end is missing"
    )
    return replace(reading, refusals=(*reading.refusals, cut))


def is_text_sitemap(text: str) -> bool:
    """Whether the first line that says anything is a URL and nothing else."""
    first = next((line.strip() for line in text[:100_000].splitlines() if line.strip()), "")
    return _LINE.fullmatch(first) is not None


def read_text_sitemap(blank: Reading, text: str, site: Site) -> Reading:
    """`blank` with the pages of a text sitemap, one URL a line; other lines are passed over."""
    lines = (line.strip() for line in text.splitlines())
    found = (_Raw(line, "", "", False) for line in lines if _LINE.fullmatch(line))
    return _with_entries(blank, found, site)


def _with_entries(blank: Reading, found: Iterator[_Raw], site: Site) -> Reading:
    entries: dict[str, SitemapEntry] = {}
    refused: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for number, raw in enumerate(found):
        if number == MAX_ENTRIES:
            reason = f"more than {MAX_ENTRIES:,} entries: the rest is left out"
            refused[reason], examples[reason] = 1, raw.loc
            break
        url = page_url(raw.loc, blank.url, site) if len(raw.loc) <= MAX_HREF_LENGTH else None
        reason = "not a page of the web" if url is None else refusal(url, site)
        if url is None or reason:
            refused[reason] += 1
            examples.setdefault(reason, raw.loc)
        elif url != blank.canonical_url:
            entries.setdefault(url, _entry(url, raw, blank, site.zone))
    refusals = tuple(
        Refusal(
            field="sitemap",
            text=tidy(examples[reason][:200]),
            reason=f"{reason} ({count:,} of them)" if count > 1 else reason,
        )
        for reason, count in refused.most_common(_MAX_REASONS)
    )
    return replace(blank, sitemap=tuple(entries.values()), refusals=(*blank.refusals, *refusals))


def _entry(url: str, raw: _Raw, blank: Reading, zone: ZoneInfo) -> SitemapEntry:
    modified_at = modified(raw.modified, zone) if raw.modified else None
    if modified_at is not None and modified_at > blank.captured_at + TOLERANCE:
        modified_at = None
    return SitemapEntry(
        url=url, is_sitemap=raw.is_sitemap, modified_at=modified_at, title=raw.title or None
    )


def _entries(text: str) -> Iterator[_Raw]:
    """The entries in order. One reaches from its start tag to the next one's."""
    entry = _ENTRY.search(text)
    while entry is not None:
        following = _ENTRY.search(text, entry.end())
        chunk = text[entry.end() : following.start() if following else len(text)]
        children = _CHILD.findall(chunk)
        prefix = entry["prefix"]
        loc = _first(children, prefix, "loc")
        if loc:
            title = published = ""
            if "news" in chunk and (news := _NEWS.search(chunk)):
                title = _first(children, news["prefix"], "title")
                published = _first(children, news["prefix"], "publication_date")
            yield _Raw(
                undo_entities(loc),
                _first(children, prefix, "lastmod") or published,
                tidy(undo_entities(title[:MAX_TITLE_CHARS])),
                entry["name"].lower() == "sitemap",
            )
        entry = following


def _first(children: list[tuple[str, str, str]], prefix: str, name: str) -> str:
    """The text of the first such element with that very prefix: `image:loc` is no `loc`."""
    for its_prefix, its_name, text in children:
        if its_prefix == prefix and its_name.lower() == name:
            return text.strip()
    return ""


@lru_cache(maxsize=4_096)
def modified(text: str, zone: ZoneInfo) -> datetime | None:
    """A W3C date or time as an instant: what it leaves out is the first, and it is in `zone`.

    None for anything else, and for what is no day or time.
    """
    found = _W3C.fullmatch(text.strip()[:40])
    if found is None:
        return None
    parts = {name: int(found[name] or 0) for name in ("h", "min", "s", "oh", "om")}
    offset: timezone | ZoneInfo = zone
    if found["zone"]:
        minutes = parts["oh"] * 60 + parts["om"]
        if minutes > 14 * 60:
            return None
        offset = timezone(timedelta(minutes=-minutes if found["sign"] == "-" else minutes))
    try:
        at = datetime(
            int(found["y"]),
            int(found["mon"] or 1),
            int(found["d"] or 1),
            parts["h"],
            parts["min"],
            min(parts["s"], 59),
            tzinfo=offset,
        )
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
