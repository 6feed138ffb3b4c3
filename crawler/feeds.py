"""A feed's items: RSS 0.9 to 2.0, RDF, Atom and JSON Feed become placements. Pure.

feedparser knows the dialects; what reaches it was looked at first. It gets bytes only (a string it
might open or fetch), without the elements we do not ask for (its pattern for authors takes minutes
on hostile text), without declared entities, and never more signs and items than it can read in a
second. Dates are read by `fields/dates.py`: feedparser guesses where ours refuses.
"""

import email.utils
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import feedparser  # type: ignore[import-untyped]  # has no stubs

from core.errors import BadValue
from core.records import (
    Links,
    PageKind,
    Placement,
    Precision,
    Quality,
    Reading,
    Refusal,
    When,
)
from core.text import tidy
from crawler.fields.dates import read_when
from crawler.layout import Site
from crawler.markup import declares_entities, escape_bare, plain, without_asides
from crawler.urls import native_id, page_url, refusal

MAX_ITEMS = 1_000
MAX_TAGS = 60_000  # given to feedparser; each takes it some 30 us
MAX_ENTITIES = 150_000  # each takes it some 10 us
MAX_TITLE_CHARS = 1_000
MAX_SUMMARY_CHARS = 5_000
MAX_DATE_CHARS = 200
_LEAST_TO_DOUBT = 5  # dated items, before their minutes are doubted
_GIVEN_UP = (ValueError, LookupError, TypeError, AttributeError)  # on URLs and base64 mostly
_TOLERANCE = timedelta(days=1)
_MINUTE = Precision.MINUTE

_KNOWN = (  # local names of elements that say what we ask for
    "rss|rdf|channel|feed|item|entry|title|link|guid|id|description|summary|subtitle|tagline"
    "|encoded|content|pubdate|published|issued|date|updated|modified|created"
    "|thumbnail|enclosure|div|p|a|img|br"
)
_OTHER_TAG = re.compile(
    rf"<(/?)(?!(?:[\w.-]{{1,40}}:)?(?:{_KNOWN})[\s/>])[A-Za-z_][^\s/<>]*", re.IGNORECASE
)
_ITEM = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|rdf|feed)\s*>", re.IGNORECASE)
_END_WITHIN_CHARS = 4_096
_IMAGE = re.compile(r"<img\s[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_NAMED_ZONE = re.compile(r"\b(?:UT|[ECMP][SD]T)$")


class _Item(NamedTuple):
    """An item as the feed has it."""

    link: str
    title: str  # plain
    summary: str  # plain
    printed: str  # when it was published
    image: str


def read_feed(blank: Reading, text: str, site: Site) -> Reading:
    """`blank` with the items of an RSS, RDF or Atom feed and what stands on its next page.

    A feed without an item is a good one. Of one that is cut the items before the cut are kept;
    without any it is `truncated`. `too_complex`: it declares entities, or has more markup than two
    seconds are enough for.
    """
    blank = replace(blank, kind=PageKind.FEED)
    if declares_entities(text):
        reason = "the feed declares entities, which may expand without end"
        return replace(blank, quality=Quality.TOO_COMPLEX, reason=reason)
    text, is_shortened = _first_items(escape_bare(without_asides(text)))
    if text.count("<") > MAX_TAGS or text.count("&") > MAX_ENTITIES:
        reason = f"the feed has more than {MAX_TAGS:,} tags or {MAX_ENTITIES:,} entities"
        return replace(blank, quality=Quality.TOO_COMPLEX, reason=reason)
    try:
        parsed = _parsed(text)
    except _GIVEN_UP as error:
        reason = f"feedparser gave up: {type(error).__name__}"
        return replace(blank, quality=Quality.UNDECODABLE, reason=reason)
    is_atom = str(parsed.get("version", "")).startswith("atom")
    items = [_item(entry, is_atom=is_atom) for entry in parsed.entries]
    links = parsed.feed.get("links", ())
    following = next((each.get("href", "") for each in links if each.get("rel") == "next"), "")
    reading = _with_items(blank, items, following, site, is_shortened=is_shortened)
    if _END.search(text[-_END_WITHIN_CHARS:]):
        return reading
    if not items:
        reason = "the feed is cut before its first item"
        return replace(reading, quality=Quality.TRUNCATED, reason=reason)
    cut = _refused("placements", text[-200:], "the feed is cut: its end is missing")
    return replace(reading, refusals=(*reading.refusals, cut))


def _parsed(text: str) -> Any:
    """What feedparser makes of it. It gets bytes: a string it might open or fetch."""
    return feedparser.parse(
        io.BytesIO(_OTHER_TAG.sub(r"<\1x", text).encode()),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,
    )


def read_json_feed(blank: Reading, text: str, site: Site) -> Reading:
    """`blank` with the items of a JSON Feed (https://www.jsonfeed.org/version/1.1/).

    `wrong_page`: it is no JSON, or has no list of items; `too_complex`: nested without end.
    """
    blank = replace(blank, kind=PageKind.FEED)
    try:
        data = json.loads(text)
    except ValueError:
        return replace(blank, quality=Quality.WRONG_PAGE, reason="no JSON in place of a feed")
    except RecursionError:
        return replace(blank, quality=Quality.TOO_COMPLEX, reason="the feed is nested too deep")
    found = data.get("items") if isinstance(data, dict) else None
    if not isinstance(found, list):
        return replace(blank, quality=Quality.WRONG_PAGE, reason="JSON without a list of items")
    items = [_json_item(each) for each in found[: MAX_ITEMS + 1] if isinstance(each, dict)]
    is_shortened = len(found) > MAX_ITEMS
    return _with_items(blank, items, _text(data, "next_url"), site, is_shortened=is_shortened)


def _first_items(text: str) -> tuple[str, bool]:
    """The feed with its first MAX_ITEMS items, and whether there were more."""
    for number, item in enumerate(_ITEM.finditer(text), start=1):
        if number > MAX_ITEMS:
            ends = [end.end() for end in _ITEM_END.finditer(text, item.start())]
            return text[: item.start()] + (text[ends[-1] :] if ends else ""), True
    return text, False


def _item(entry: Any, *, is_atom: bool) -> _Item:
    """What feedparser found in an item. Atom's `updated` is when it was edited, no publishing."""
    detail = entry.get("title_detail") or {}
    is_html = not is_atom or detail.get("type") != "text/plain"
    title = str(entry.get("title") or "")
    bodies = [str(each.get("value") or "") for each in entry.get("content") or ()]
    summary = str(entry.get("summary") or "") or "".join(bodies[:1])
    pictures = [each.get("url") for each in entry.get("media_thumbnail") or ()]
    pictures += [
        each.get("href")
        for each in entry.get("enclosures") or ()
        if str(each.get("type") or "").startswith("image/")
    ]
    pictures += [found[1] for body in (summary, *bodies) if (found := _IMAGE.search(body))]
    printed = entry.get("published") or entry.get("created")
    if not printed and not is_atom and "updated" in entry:
        printed = entry["updated"]  # so feedparser calls Dublin Core's date
    return _Item(
        link=str(entry.get("link") or ""),
        title=plain(title, MAX_TITLE_CHARS) if is_html else tidy(title[:MAX_TITLE_CHARS]),
        summary=plain(summary, MAX_SUMMARY_CHARS),
        printed=str(printed or "")[:MAX_DATE_CHARS].strip(),
        image=str(next((each for each in pictures if each), "")),
    )


def _json_item(item: dict[str, Any]) -> _Item:
    html = _text(item, "content_html")
    picture = _text(item, "image") or _text(item, "banner_image")
    if not picture and (found := _IMAGE.search(html)):
        picture = found[1]
    said = _text(item, "summary") or _text(item, "content_text")
    return _Item(
        link=_text(item, "url") or _text(item, "external_url"),
        title=tidy(_text(item, "title")[:MAX_TITLE_CHARS]),
        summary=tidy(said[:MAX_SUMMARY_CHARS]) or plain(html, MAX_SUMMARY_CHARS),
        printed=_text(item, "date_published")[:MAX_DATE_CHARS].strip(),
        image=picture,
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _with_items(
    blank: Reading, items: list[_Item], following: str, site: Site, *, is_shortened: bool
) -> Reading:
    """Items in scope become placements, each URL once; what is wrong with one is a refusal."""
    refusals: list[Refusal] = []
    found: dict[str, Placement] = {}
    for item in items[:MAX_ITEMS]:
        placement = _placement(item, len(found) + 1, blank, site, refusals)
        if placement is not None and placement.url != blank.canonical_url:
            found.setdefault(placement.url, placement)
    placements = tuple(found.values())
    if _are_minutes_months(placements, site):
        reason = "the minutes of every item are its month: only the day is believed"
        refusals.append(_refused("placements.published_at", items[0].printed, reason))
        placements = tuple(_without_time(each, site) for each in placements)
    if is_shortened:
        reason = f"more than {MAX_ITEMS:,} items: the rest is left out"
        refusals.append(_refused("placements", "", reason))
    after = page_url(following, blank.url, site) if following else None
    is_after = after is not None and after != blank.canonical_url and not refusal(after, site)
    return replace(
        blank,
        placements=placements,
        links=Links(articles=tuple(found), next=after if is_after else None),
        refusals=(*blank.refusals, *refusals),
    )


def _placement(
    item: _Item, position: int, blank: Reading, site: Site, refusals: list[Refusal]
) -> Placement | None:
    """An item in scope; what is wrong with it is a refusal."""
    url = page_url(item.link, blank.url, site)
    reason = "not a page of the web" if url is None else refusal(url, site)
    if url is None or reason:
        refusals.append(_refused("placements.url", item.link, reason))
        return None
    if not item.title:
        refusals.append(_refused("placements.title", item.link, "the item has no title"))
        return None
    return Placement(
        position=position,
        url=url,
        title=item.title,
        native_id=native_id(url, site.family.urls),
        summary=item.summary or None,
        image_url=page_url(item.image, blank.url, site) if item.image else None,
        published=_published(item.printed, blank, site, refusals),
    )


def _published(printed: str, blank: Reading, site: Site, refusals: list[Refusal]) -> When | None:
    """The time an item states; one that makes no sense or is still to come is refused."""
    if not printed:
        return None
    try:
        when = None
        if not _NAMED_ZONE.search(printed):
            when = read_when(printed, zone=site.zone, captured_at=blank.captured_at)
        when = when or _by_mail_rules(printed, blank.captured_at, site)
    except BadValue as error:
        refusals.append(_refused("placements.published_at", printed, str(error)))
        return None
    return when


def _by_mail_rules(printed: str, captured_at: datetime, site: Site) -> When:
    """RFC 822's own forms: years of two digits, zones with a name. Raises `BadValue`."""
    try:
        at = email.utils.parsedate_to_datetime(printed)
        at = (at if at.tzinfo else at.replace(tzinfo=site.zone)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        raise BadValue(f"{printed[:100]!r} is no date") from None
    if at > captured_at + _TOLERANCE:
        raise BadValue(f"{printed[:100]!r} is later than the capture")
    if at.year < 1900:
        raise BadValue(f"{printed[:100]!r} is before 1900")
    return When(at=at, precision=Precision.MINUTE, text=printed, on=at.astimezone(site.zone).date())


def _are_minutes_months(placements: tuple[Placement, ...], site: Site) -> bool:
    """Whether the minutes of every item hold its month, as `MM` for `mm` in a format makes them."""
    printed = [each.published for each in placements if each.published is not None]
    times = {when.at.astimezone(site.zone) for when in printed if when.precision is _MINUTE}
    return len(times) >= _LEAST_TO_DOUBT and all(at.minute == at.month for at in times)


def _without_time(placement: Placement, site: Site) -> Placement:
    """The same, published on a day."""
    when = placement.published
    if when is None:
        return placement
    midnight = datetime(when.on.year, when.on.month, when.on.day, tzinfo=site.zone)
    day = replace(when, at=midnight.astimezone(UTC), precision=Precision.DAY)
    return replace(placement, published=day)


def _refused(field: str, text: str, reason: str) -> Refusal:
    return Refusal(field=field, text=tidy(text[:200]), reason=reason)
