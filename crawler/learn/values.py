"""What a field's value is on a page, where it stands, and whether a selector gives it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from core.errors import BadValue
from core.records import Precision, Reading
from core.text import same_form
from crawler.fields.authors import read_authors
from crawler.fields.counts import read_count
from crawler.fields.dates import read_when
from crawler.layout import LIST_FIELDS, Candidate
from crawler.learn.outline import Outline, Spot
from crawler.page import Page, raw_of

FIELDS = ("title", "lead", "published", "view_count", "authors", "section")
_MOST_TRIED = 2_000  # places of one page whose text is read as a time or a count
_MOST_LINE = 200  # characters of a dateline or a counter
_MOST_BYLINE = 120  # characters
_NEAR, _FAR = 60, 300  # elements from headline or text
_DATED = re.compile(r"(?:19|20)[0-9]{2}|[0-9] ?(?:giờ|phút|ngày|hours?|days?|minutes?)|hôm|today")
_AUTHOR = re.compile(
    r"author|tac-?_?gia|by-?_?line|writer|but-?_?danh|nguoi-?_?viet", re.IGNORECASE
)
_MOST_MATCHES = 50
_MOST_NAMES = 500  # characters of class and id
_COUNTED = re.compile(r"[0-9]")


class Verdict(IntEnum):
    """What a selector gives on one page."""

    WRONG = 0
    NOTHING = 1
    UNKNOWN = 2  # something; what is right is not known
    NEARLY = 3  # the day, though the minute is known
    RIGHT = 4


@dataclass(slots=True, kw_only=True, eq=False)
class Sample:
    """One article's page, what is known of it, and where its parts stand."""

    page: Page
    reading: Reading
    outline: Outline
    lines: tuple[str, ...]  # of the text
    title: int = -1  # the number of the headline's element; -1: not known
    text: tuple[int, int] = (-1, -1)  # of the text's first element, and of the one after its last
    known: dict[str, Any] = field(default_factory=dict)
    likely: dict[str, frozenset[int]] = field(default_factory=dict)  # elements, once asked for

    def place(self, spot: Spot) -> "Place":
        """Where a spot stands, seen from headline and text."""
        first, end = self.text
        top = self.title if self.title >= 0 else first
        if top <= spot.number <= first:
            return Place.BETWEEN
        if first < spot.number < end:
            return Place.INSIDE
        distance = top - spot.number if spot.number < top else spot.number - end
        if distance > _FAR:
            return Place.ELSEWHERE
        return Place.NEAR if distance <= _NEAR else Place.FAR


class Place(IntEnum):
    """Where something stands, seen from headline and text, the likeliest first."""

    BETWEEN = 0
    NEAR = 1
    INSIDE = 2  # inside the text
    FAR = 3
    ELSEWHERE = 4


def known_of(reading: Reading) -> dict[str, Any]:
    """What the reading says, field by field; absent is what it does not say."""
    article = reading.article
    assert article is not None
    said = {
        "title": same_form(article.title),
        "lead": same_form(article.lead or ""),
        "published": article.published,
        "view_count": reading.view_count.count if reading.view_count is not None else None,
        "authors": frozenset(article.authors),
        "section": same_form(article.section or ""),
    }
    return {name: value for name, value in said.items() if value or value == 0}


def values_of(sample: Sample, candidate: Candidate, name: str) -> list[str]:
    """The texts that the candidate finds, as the reader sees them."""
    return list(sample.page.values(candidate, is_list=name in LIST_FIELDS))


def verdict_on(sample: Sample, candidate: Candidate, name: str) -> Verdict:
    """What the candidate gives on this page."""
    texts = values_of(sample, candidate, name)
    value = _read(sample.page, name, texts)
    known = sample.known.get(name)
    if value is None:
        return Verdict.NOTHING if known is None or not texts else Verdict.WRONG
    if known is None:  # a paragraph is no lead, unless it may have been taken for the first one
        is_text = name == "lead" and value in sample.lines[1:]
        return Verdict.WRONG if is_text else Verdict.UNKNOWN
    return _agreement(name, value, known)


def says_something(sample: Sample, candidate: Candidate, name: str) -> Verdict:
    """The same where nothing is known: what stands in a likely place is right."""
    if name not in sample.likely:
        spots = likely_spots_of(sample, name)
        sample.likely[name] = frozenset(spot.number for spot in spots)
    nodes = sample.page.nodes(candidate.selector)[: _MOST_MATCHES if name in LIST_FIELDS else 1]
    numbers = {sample.outline.number_of(node) for node in nodes}
    if not numbers:
        return Verdict.NOTHING
    return Verdict.RIGHT if numbers <= sample.likely[name] else Verdict.WRONG


def verdict_on_opening(sample: Sample, candidate: Candidate, name: str) -> Verdict:
    """The same of a lead that on some pages was taken for the text's first paragraph.

    The candidate must not find another paragraph: then it is a place in the text, no lead's own.
    """
    verdict = verdict_on(sample, candidate, name)
    others = frozenset(sample.lines[1:]) - {sample.known.get(name)}
    nodes = sample.page.nodes(candidate.selector)[:_MOST_MATCHES]
    texts = [same_form(raw_of(node, candidate)) for node in nodes]
    if ":" in candidate.selector or any(text in others for text in texts):
        return Verdict.WRONG
    is_opening = verdict is Verdict.UNKNOWN and texts[0] in sample.lines[:1]
    return Verdict.NEARLY if is_opening else verdict


def opening_spots_of(sample: Sample, name: str) -> Iterator[Spot]:
    """The places of the lead; where none is known, of the text's first paragraph."""
    if name in sample.known:
        yield from spots_of(sample, name)
        return
    for spot in sample.outline.spots:
        if spot.attribute is None and same_form(spot.text) in sample.lines[:1]:
            yield spot


def spots_of(sample: Sample, name: str) -> Iterator[Spot]:
    """The places whose own text is the value that is known."""
    known = sample.known.get(name)
    if known is None:
        return
    for spot in _readable(sample, name):
        value = _read_one(sample.page, name, spot.text)
        if value is not None and _is_part(name, value, known):
            yield spot


def likely_spots_of(sample: Sample, name: str) -> Iterator[Spot]:
    """The places near headline and text that can be the field's.

    Of counts those with a label, of names those in an element that is called an author's.
    """
    for spot in _readable(sample, name):
        place = sample.place(spot)
        is_placed = place < Place.INSIDE or (name != "published" and place < Place.ELSEWHERE)
        if spot.is_away or not is_placed or spot.attribute is not None:
            continue
        if name == "view_count":
            is_likely = _count(spot.text, labelled=True) is not None
        elif name == "authors":
            is_likely = _is_byline(spot)
        else:
            is_likely = _read_one(sample.page, name, spot.text) is not None
        if is_likely:
            yield spot


def _is_byline(spot: Spot) -> bool:
    attributes = spot.node.attributes
    names = (attributes.get(each) or "" for each in ("class", "id", "itemprop", "rel"))
    if not _AUTHOR.search(" ".join(names)[:_MOST_NAMES]):
        return False
    found = read_authors(spot.text)
    return bool(found.names) and not found.refused


def read_value(sample: Sample, candidate: Candidate, name: str) -> Any:
    """The value that the candidate gives; None for nothing that can be read."""
    return _read(sample.page, name, values_of(sample, candidate, name))


def _readable(sample: Sample, name: str) -> list[Spot]:
    """The places that are worth reading: by length and signs; at most _MOST_TRIED of them."""
    spots = sample.outline.spots
    if name in ("title", "lead", "section"):
        known = sample.known.get(name, "")
        return [
            spot for spot in spots if spot.attribute is None and len(spot.text) <= len(known) + 20
        ]
    if name == "authors":
        names = sample.known.get(name, ("",))
        fitting = [
            spot
            for spot in spots
            if spot.attribute is None
            and len(spot.text) <= _MOST_BYLINE
            and any(each in spot.text for each in names)
        ]
    else:
        pattern = _DATED if name == "published" else _COUNTED
        fitting = [
            spot
            for spot in spots
            if len(spot.text) <= _MOST_LINE
            and pattern.search(spot.text)
            and (spot.attribute is None or name == "published")
        ]
    if len(fitting) > _MOST_TRIED:
        middle = max(sample.title, 0)
        fitting.sort(key=lambda spot: abs(spot.number - middle))
    return fitting[:_MOST_TRIED]


def _read(page: Page, name: str, texts: list[str]) -> Any:
    if name == "authors":
        names = [each for text in texts for each in read_authors(text).names]
        return frozenset(names) or None
    values = (_read_one(page, name, text) for text in texts)
    return next((value for value in values if value is not None), None)


def _read_one(page: Page, name: str, text: str) -> Any:
    if name == "authors":
        return frozenset(read_authors(text).names) or None
    if name == "view_count":
        return _count(text)
    if name != "published":
        return same_form(text) or None
    try:
        return read_when(text, zone=page.site.zone, captured_at=page.captured_at)
    except BadValue:
        return None


def _count(text: str, *, labelled: bool = False) -> int | None:
    try:
        found = read_count(text)
        if found is None and not labelled:
            found = read_count(text, labelled=False)
    except BadValue:
        return None
    return found.count if found is not None else None


def _is_part(name: str, value: Any, known: Any) -> bool:
    """Whether it is the known value, or of a list some of its items."""
    if name in LIST_FIELDS:
        return bool(value <= known)
    return _agreement(name, value, known) >= Verdict.NEARLY


def _agreement(name: str, value: Any, known: Any) -> Verdict:
    if name != "published":
        return Verdict.RIGHT if value == known else Verdict.WRONG
    if value.on == known.on and known.precision is Precision.DAY:
        return Verdict.RIGHT
    if value.precision is Precision.MINUTE and _minute(value.at) == _minute(known.at):
        return Verdict.RIGHT
    return Verdict.NEARLY if value.on == known.on else Verdict.WRONG


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
