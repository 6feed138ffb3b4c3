"""The frozen records that cross borders between rooms.

Decides what a thing is called and what it holds. Knows nothing of where records come from or go
to. Instants are aware UTC; `None` means "the page does not say", never 0 or "".
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class PageKind(StrEnum):
    """What a page is; for a target, what we expect it to be."""

    ARTICLE = "article"
    LISTING = "listing"
    FRONT = "front"
    FEED = "feed"
    SITEMAP = "sitemap"
    DOCUMENT = "document"
    ROBOTS = "robots"
    ASSET = "asset"  # what a page needs to be shown: image, style sheet, script, font
    OTHER = "other"


class Quality(StrEnum):
    """How far a capture can be trusted. Only `OK` ever becomes a version."""

    OK = "ok"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    UNDECODABLE = "undecodable"
    SERVER_ERROR = "server_error"
    BOT_WALL = "bot_wall"
    LOGIN_WALL = "login_wall"
    SOFT_404 = "soft_404"
    WRONG_PAGE = "wrong_page"
    LAYOUT_CHANGED = "layout_changed"
    UNSTORABLE = "unstorable"


class Precision(StrEnum):
    """How exactly a page states a time."""

    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL we mean to visit."""

    portal: str  # the portal's lasting id, as in config.toml
    url: str  # canonical
    kind: PageKind  # what we expect there
    cycle_at: datetime  # start of the cycle this visit belongs to
    id: int = 0  # row in the frontier; 0 when it has none (robots.txt, `khotin read`)
    page_no: int = 1  # a listing's page, from 1
    attempts_count: int = 1  # attempts since the last answer, this one included
    etag: str | None = None  # validators of the last whole answer
    last_modified: str | None = None
    is_backlog: bool = False  # what a backfill digs out; the news go before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A pattern of URLs that may be endless: so many different ones of it are taken."""

    key: str  # what they have in common
    limit: int
    reason: str  # one sentence for people, when the limit is reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP answer, kept for ever."""

    url: str  # asked for, as sent
    captured_at: datetime  # when the answer's head arrived
    status: int
    reason: str  # reason phrase; may be ""
    http_version: str  # "1.0" or "1.1"
    headers: tuple[tuple[bytes, bytes], ...]  # as received, in order
    request_headers: tuple[tuple[bytes, bytes], ...]  # as sent, secrets as ***
    payload: bytes  # the content-coded body as sent, without chunking
    body: bytes  # `payload` without content coding; b"" when that failed
    quality: Quality  # OK, or what is wrong with the bytes alone
    truncated: str | None = None  # "length", "time" or "disconnect" (WARC-Truncated)
    ip: str | None = None  # address that answered
    duration_ms: int = 0  # request sent to last byte
    tls_error: str | None = None  # how its certificate failed, where the portal is exempted


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an attempt brought no whole answer."""

    error: str  # class name in core.errors
    message: str
    is_retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One attempt at a target: a capture per answer (each redirect hop), or a failure, or both."""

    id: str  # 32 hex digits
    target: Target
    started_at: datetime
    captures: tuple[Capture, ...]
    failure: Failure | None = None
    requests_count: int = 0  # sent, redirects and further tries of a connection included

    @property
    def last(self) -> Capture | None:
        """The capture that ended the visit; None when nothing answered."""
        return self.captures[-1] if self.captures else None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A time as a page states it."""

    at: datetime  # UTC; midnight in the portal's zone when `precision` is day
    precision: Precision
    text: str  # as printed
    on: date  # the date as printed, in the portal's zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A counter as a page shows it: views, comments, visitors."""

    count: int
    text: str  # as printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """A portal's own counters of visitors. None: the page does not show it."""

    online_count: int | None = None
    today_count: int | None = None
    total_count: int | None = None
    text: str = ""  # as printed


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherObservation:
    """One place of a weather block. `is_filled` is False when the block names the place only."""

    place: str
    is_filled: bool
    text: str  # as printed, the place included
    temperature_c: float | None = None
    low_c: float | None = None
    high_c: float | None = None
    humidity_pct: float | None = None
    wind_kmh: float | None = None
    condition: str | None = None
    valid_on: date | None = None  # set when it is a forecast


class BlockKind(StrEnum):
    """What a block of an article's body is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    TABLE = "table"
    QUOTE = "quote"
    IMAGE = "image"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a body, in page order. For an image `text` is its caption."""

    kind: BlockKind
    text: str
    url: str | None = None  # image or file


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of an article."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file an article links to."""

    url: str
    name: str
    media_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Who had another part in an article than its text; an author may have one too."""

    role: str  # "photo", "source", "translation", "editing", "video", "graphics"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as one capture shows it."""

    native_id: str | None  # the id the portal itself gives it
    url: str  # canonical
    title: str
    lead: str | None
    blocks: tuple[Block, ...]
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    authors: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    section: str | None = None
    breadcrumb: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str | None = None  # judged from the text: "vi", "en"
    published: When | None = None
    updated: When | None = None

    @property
    def text(self) -> str:
        """Plain text of the body: blocks parted by one newline, captions included."""
        return "\n".join(block.text for block in self.blocks if block.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    """One answer that a poll offers."""

    text: str
    votes_count: int | None = None  # None: a form does not say
    share_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A poll as one capture shows it: its form, or its result."""

    question: str
    options: tuple[PollOption, ...]
    native_id: str | None = None  # the portal's own id of the question
    title: str | None = None  # of the block it stands in
    total_count: int | None = None
    is_open: bool | None = None  # a vote could be given; None: the page does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as shown."""

    text: str | None  # None: a picture that says nothing
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBlock:
    """A block of links beside the content: partners, services."""

    title: str | None
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One item of a listing, as shown there."""

    position: int  # from 1
    url: str
    title: str
    native_id: str | None = None
    summary: str | None = None
    image_url: str | None = None
    published: When | None = None
    view_count: Count | None = None


class RequisiteKind(StrEnum):
    """What a page needs besides its own bytes."""

    IMAGE = "image"
    STYLE = "style"
    SCRIPT = "script"
    FONT = "font"
    FILE = "file"  # an attachment: PDF, DOC, XLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Requisite:
    """A URL that a page needs to be shown, or a file that belongs to it; on any host."""

    url: str
    kind: RequisiteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapEntry:
    """One line of a sitemap: a page of the portal, or another sitemap."""

    url: str
    is_sitemap: bool = False
    modified_at: datetime | None = None  # `lastmod`, no more than the portal's word
    title: str | None = None  # of a news sitemap


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The text of a file that is no page, such as a PDF."""

    media_type: str
    pages_count: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a page leads, in scope and canonical, in page order, each once."""

    articles: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()  # RSS, Atom and JSON feeds the page names
    related: tuple[str, ...] = ()  # of `articles`: those of a list of related ones
    polls: tuple[str, ...] = ()  # results of polls that the page shows as a form
    next: str | None = None  # next page of this listing
    canonical: str | None = None  # what the page itself declares; portals lie here


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Which candidate of a layout found a field."""

    candidate: int  # from 1, in the layout's order
    selector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A text that stood where a value belongs and was refused."""

    field: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one set of rules saw in one capture."""

    url: str
    captured_at: datetime
    quality: Quality
    reason: str  # one sentence when quality is not ok, else ""
    kind: PageKind
    family: str  # the CMS family whose rules were applied
    layout: str | None  # layout id; None when no rules were applied
    rules: str  # hash of the rules
    canonical_url: str | None = None  # this page's own URL by the rules; never a bare rel=canonical
    article: Article | None = None
    view_count: Count | None = None
    comment_count: Count | None = None
    weather: tuple[WeatherObservation, ...] = ()
    polls: tuple[Poll, ...] = ()
    visitors: Visitors | None = None
    link_blocks: tuple[LinkBlock, ...] = ()
    requisites: tuple[Requisite, ...] = ()  # what it needs to be shown, files included
    sitemap: tuple[SitemapEntry, ...] = ()
    document: Document | None = None
    placements: tuple[Placement, ...] = ()
    links: Links = field(default_factory=Links)
    provenance: tuple[tuple[str, Provenance], ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """When a politeness key may be asked next, and why not sooner."""

    next_slot_at: datetime
    blocked_until: datetime | None = None
    refusals_count: int = 0  # refusals and failed connections in a row
    answered_at: datetime | None = None  # first normal answer after the last refusal
    asked_at: datetime | None = None  # the last request
    reason: str = ""  # one sentence for people; "" when nothing blocks
