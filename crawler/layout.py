"""What a portal file may say, and what a site is to those who read it.

A layout is data: selectors and patterns, ordered by trust. A contradictory one cannot be made:
the checks are in the constructors. Knows nothing of any portal in particular.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

ARTICLE_FIELDS = frozenset(
    {"native_id", "title", "lead", "published", "view_count", "authors", "section"}
)
REQUIRED_FIELDS = frozenset({"title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One place where a field may stand: a CSS selector, then an attribute, then a pattern."""

    selector: str
    attribute: str | None = None  # None: the text of the node
    pattern: re.Pattern[str] | None = None  # its first group is the value

    def __post_init__(self) -> None:
        if not self.selector.strip():
            raise ValueError("a candidate needs a selector")
        if self.pattern is not None and self.pattern.groups != 1:
            raise ValueError(f"the pattern of {self.selector!r} needs exactly one group")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRules:
    """How the items of a listing are marked up; selectors are relative to `item`."""

    item: str
    title: str
    link: str
    timer: str
    summary: str
    image: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherRules:
    """How a weather block is marked up: one row per place."""

    row: str
    place: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Evidence in a page: a selector, and words its text must hold when they are given."""

    selector: str
    words: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the pages of a family look between two dates."""

    id: str
    article_signs: tuple[str, ...]  # all must match for an article page
    fields: Mapping[str, tuple[Candidate, ...]]
    body: tuple[str, ...]  # candidates for the node that holds the body
    body_skip: tuple[str, ...] = ()  # inside the body, never content
    listing: ListingRules | None = None
    next_page: tuple[Candidate, ...] = ()
    menu: str | None = None  # links to sections
    weather: tuple[WeatherRules, ...] = ()
    missing_signs: tuple[Sign, ...] = ()  # "not found" with status 200
    login_signs: tuple[Sign, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        unknown = set(self.fields) - ARTICLE_FIELDS
        if unknown:
            raise ValueError(f"layout {self.id}: no such field: {', '.join(sorted(unknown))}")
        empty = REQUIRED_FIELDS - {name for name, found in self.fields.items() if found}
        if empty or not self.body or not self.article_signs:
            raise ValueError(f"layout {self.id}: title, body and article_signs need candidates")
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError(f"layout {self.id}: valid_from is not before valid_until")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UrlRules:
    """What the URLs of a family mean. Patterns see path and query of a canonical URL.

    Equal to itself alone, so that what is remembered for a family is found quickly.
    """

    article: re.Pattern[str]  # group "id" is the native id
    never: tuple[tuple[str, re.Pattern[str]], ...] = ()  # reason, pattern
    drop_params: frozenset[str] = frozenset()
    suffix_trap: re.Pattern[str] | None = None  # taken off the end of path and of query

    def __post_init__(self) -> None:
        if "id" not in self.article.groupindex:
            raise ValueError("the article pattern needs a group named id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A CMS family. `signs` tell that a page is of it; any one is enough."""

    id: str
    signs: tuple[str, ...]
    urls: UrlRules
    layouts: tuple[Layout, ...]

    def __post_init__(self) -> None:
        ids = [layout.id for layout in self.layouts]
        if not ids or len(set(ids)) != len(ids) or not self.signs:
            raise ValueError(f"family {self.id}: needs signs and layouts with different ids")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A portal as those who fetch and read it need to know it; equal to itself alone."""

    portal: str
    home: str  # canonical URL of the front page
    hosts: frozenset[str]
    zone: ZoneInfo
    family: Family
    never: tuple[tuple[str, re.Pattern[str]], ...] = field(default=())  # of this site alone
