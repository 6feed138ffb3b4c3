"""What a portal file may say, and what a site is to those who read it.

A layout is data: selectors and patterns, ordered by trust. A contradictory one cannot be made:
the checks are in the constructors. Knows nothing of any portal in particular.

A *selector* is CSS, or one of the words of `page.py` that CSS has not: `::json-ld PATH` (a value of
the page's JSON-LD article), `::headline` (the heading that the page's title repeats), `::text` (the
node that holds the main text).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

TEXT_FIELDS = frozenset({"native_id", "title", "lead", "section"})
TIME_FIELDS = frozenset({"published", "updated"})
COUNT_FIELDS = frozenset({"view_count", "comment_count"})
LIST_FIELDS = frozenset({"authors", "breadcrumb", "tags"})  # every node that matches counts
ARTICLE_FIELDS = TEXT_FIELDS | TIME_FIELDS | COUNT_FIELDS | LIST_FIELDS
ABLE_TO_BE_REQUIRED = ARTICLE_FIELDS - {"native_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One place where a field may stand: a selector, then an attribute, then a pattern.

    Of a link (`next_page`, `poll_results`) the attribute is `href` unless another is named. In a
    handler such as `onclick` the pattern says which part is the URL; without one it is the first
    quoted text that looks like one.
    """

    selector: str
    attribute: str | None = None  # None: the text of the node
    pattern: re.Pattern[str] | None = None  # its only group is the value
    template: str | None = None  # of a link: see `check_template`

    def __post_init__(self) -> None:
        if not self.selector.strip():
            raise ValueError("a candidate needs a selector")
        if self.pattern is not None and self.pattern.groups != 1:
            raise ValueError(f"the pattern of {self.selector!r} needs exactly one group")
        if self.template is not None:
            check_template(self.template)


def check_template(template: str) -> None:
    """Raise `ValueError` unless this is a URL with one `{}`, where the value goes.

    It is relative to the page; of a mere `?name={}` the page's own URL keeps the rest.
    """
    if template.count("{}") != 1 or any(sign in template.replace("{}", "") for sign in "{} #"):
        raise ValueError(f"the template {template!r} needs exactly one {{}}, for the value")


def css(*selectors: str, attribute: str | None = None) -> tuple[Candidate, ...]:
    """Candidates out of bare selectors, in order of trust."""
    return tuple(Candidate(selector=each, attribute=attribute) for each in selectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRules:
    """How the items of a listing are marked up.

    Selectors but `item` are relative to the item; "" is the item itself; None: nothing is shown.
    """

    item: str
    title: str
    link: str
    timer: str | None = None  # date, and views when `view_count` is None
    view_count: str | None = None
    summary: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherRules:
    """How a weather block is marked up: one row per place. "" is the row itself."""

    row: str
    place: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRules:
    """How a poll is marked up, its form or its result. Selectors but `block` are relative to it.

    `text`, `votes` and `share` are relative to an option; "" is the option itself. A question that
    stands as bare text in its node is told from what stands in child elements.
    """

    block: str
    question: str
    option: str
    text: str = ""
    votes: str | None = None
    share: str | None = None
    title: str | None = None
    total: str | None = None
    native_id: Candidate | None = None
    open_sign: str | None = None  # who sees it can vote
    closed_sign: str | None = None  # who sees it cannot any more


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBlockRules:
    """How a block of links (partners, services) is marked up; relative to the block.

    `link` matches `a[href]` or `option[value]`.
    """

    block: str
    title: str | None
    link: str


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
    required: frozenset[str] = frozenset({"title"})  # missing: the layout has changed
    unread: tuple[str, ...] = ()  # nodes whose text belongs to no field: "read more"
    related: str | None = None  # links to other articles, never content
    images: str | None = None  # nodes with images beside the body
    attachments: str | None = None  # links to files beside the body
    listing: tuple[ListingRules, ...] = ()  # the first that finds items counts
    next_page: tuple[Candidate, ...] = ()  # links; `::next` finds a pager by its shape
    poll_results: tuple[Candidate, ...] = ()  # links to the result of a poll that shows a form
    menu: str | None = None  # links to sections
    weather: tuple[WeatherRules, ...] = ()
    polls: tuple[PollRules, ...] = ()
    visitors: str | None = None  # the block whose text holds the counters
    link_blocks: tuple[LinkBlockRules, ...] = ()
    missing_signs: tuple[Sign, ...] = ()  # "not found" with status 200
    login_signs: tuple[Sign, ...] = ()
    date_formats: tuple[str, ...] = ()  # as in strptime; tried before the usual grammar
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        unknown = (set(self.fields) - ARTICLE_FIELDS) | (self.required - ABLE_TO_BE_REQUIRED)
        if unknown:
            raise ValueError(f"layout {self.id}: no such field: {', '.join(sorted(unknown))}")
        if any(each.template for some in self.fields.values() for each in some):
            raise ValueError(f"layout {self.id}: a template is of links, not of fields")
        empty = {name for name in self.required | {"title"} if not self.fields.get(name)}
        if empty or not self.body or not self.article_signs:
            names = ", ".join(sorted(empty | {"body", "article_signs"}))
            raise ValueError(f"layout {self.id}: {names} need candidates")
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError(f"layout {self.id}: valid_from is not before valid_until")

    def is_valid_on(self, day: date) -> bool:
        """Whether the layout's dates hold this day; the last one is outside."""
        has_begun = self.valid_from is None or self.valid_from <= day
        return has_begun and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UrlRules:
    """What the URLs of a family mean. Patterns see path and query of a canonical URL.

    Equal to itself alone, so that what is remembered for a family is found quickly.
    """

    article: re.Pattern[str] | None  # of the path; its group "id", if any, is the native id
    never: tuple[tuple[str, re.Pattern[str]], ...] = ()  # reason, pattern
    drop_params: frozenset[str] = frozenset()
    drop_named: re.Pattern[str] | None = None  # parameters whose whole name it matches, too
    suffix_trap: re.Pattern[str] | None = None  # taken off the end of path and of query
    has_query_articles: bool = False  # `article` sees path and query: `?id=12` names an article


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """A CMS family.

    `signs` tell that a page is of it when the portal is known to be; `marks` tell it among all
    families. Of either any one is enough.
    """

    id: str
    signs: tuple[str, ...]
    urls: UrlRules
    layouts: tuple[Layout, ...]
    marks: tuple[str, ...] = ()
    url_mark: re.Pattern[str] | None = None  # of a page's URL; as good as a mark
    overrides: str = ""  # what a site's own section changed, as text; part of the rules' hash

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
    is_family_open: bool = False  # nobody named the family: each page's own evidence does
    never: tuple[tuple[str, re.Pattern[str]], ...] = field(default=())  # of this site alone
    assets: str = "none"  # of its pages kept too: "none", "images", "all"
    trap_limit: int = 1_000  # different URLs of one calendar, one set of filters
