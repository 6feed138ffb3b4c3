"""What one visit means, step by step, inside the writer's transaction.

The order: keep the rows of the answer, take the steps of the article and its presence, add
observations, put found links into the frontier, say when the target is due again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from core.records import KeyState, PageKind, Quality, Reading, Visit
from storage import frontier
from storage.frontier import AfterVisit, Finding
from storage.history import prove_unchanged, record_article
from storage.identity import add_listed, find_article, others_at, touch_url
from storage.keep import Kept, keep_reading, keep_visit, outcome_of
from storage.listings import brings_news
from storage.presence import GoneRule, record_presence
from storage.sections import settle_sections
from storage.series import (
    COMMENTS,
    observe_count,
    observe_placements,
    observe_polls,
    observe_visitors,
    observe_weather,
)
from storage.statements import find_first
from storage.tables import articles
from storage.versions import State
from storage.warc import Place

_SOFT_GONE = (Quality.SOFT_404, Quality.WRONG_PAGE)
_OTHER_AGAIN = timedelta(days=30)  # pages that are neither article nor listing
_BLOCKED_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """A visit on its way into the archive, with what its portal wants."""

    visit: Visit
    reading: Reading | None  # of the last capture; None when there is none or it is no page
    key: str  # politeness key
    key_state: KeyState  # when it may be asked next
    gone_rule: GoneRule
    retry_at: datetime | None  # due again after a failure; None: by the usual schedule
    listing_pages: int = 10  # how deep a listing is followed
    is_following: bool = True  # put found links into the frontier
    leads_to: str | None = None  # a redirect that was not followed; a target of its own

    @property
    def size_bytes(self) -> int:
        """Memory held while waiting to be written."""
        return sum(len(c.payload) + len(c.body) for c in self.visit.captures) + 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What recording a visit did: for the log line and the progress view."""

    visit_id: str
    portal: str
    url: str
    outcome: str
    quality: Quality | None
    kind: PageKind | None
    article_id: int | None = None
    changes: tuple[str, ...] = ()
    payload_bytes: int = 0
    found_count: int = 0  # new URLs
    due_at: datetime | None = None


def decide(
    connection: Connection, record: VisitRecord, places: tuple[Place, ...], now: datetime
) -> Report:
    """Write everything that follows from one visit."""
    visit, reading = record.visit, record.reading
    kept = keep_visit(connection, visit, reading, places, now)
    article_id, happened = _decide_article(connection, kept, record)
    found_count = 0
    if reading is not None and reading.quality is Quality.OK:
        observe_weather(connection, kept, reading.weather)
        observe_visitors(connection, kept, reading.visitors)
        observe_polls(connection, kept, reading.polls)
        fresh = _decide_listing(connection, kept, reading)
        if record.is_following:
            found_count = _follow(connection, kept, record, has_news=fresh)
    if record.leads_to is not None and record.is_following:
        there = [Finding(url=record.leads_to, kind=visit.target.kind)]
        found_count += frontier.add_targets(
            connection, there, of=visit.target, key=record.key, now=now
        )
    due_at = _due_at(connection, record, article_id)
    frontier.settle(connection, visit.target, _after(record, due_at), now)
    frontier.save_key(connection, record.key, record.key_state)
    return Report(
        visit_id=visit.id,
        portal=visit.target.portal,
        url=visit.target.url,
        outcome=outcome_of(visit),
        quality=reading.quality if reading else (visit.last.quality if visit.last else None),
        kind=reading.kind if reading else None,
        article_id=article_id,
        changes=tuple(happened),
        payload_bytes=sum(len(capture.payload) for capture in visit.captures),
        found_count=found_count,
        due_at=due_at,
    )


# --- articles ------------------------------------------------------------------------------------


def _decide_article(
    connection: Connection, kept: Kept, record: VisitRecord
) -> tuple[int | None, list[str]]:
    visit, reading, rule = record.visit, record.reading, record.gone_rule
    asked = visit.target.url
    if reading is not None and reading.article is not None and reading.quality is Quality.OK:
        article_id, happened = record_article(connection, kept, reading)
        observe_count(connection, kept, article_id, reading.view_count)
        observe_count(connection, kept, article_id, reading.comment_count, counter=COMMENTS)
        here = reading.article.url
        others = others_at(connection, visit.target.portal, asked, article_id)
        if here != asked and others:  # the URL of one article leads to another one
            happened += _leads_away(connection, kept, others, asked, rule)
        elif here != asked:
            touch_url(connection, kept, article_id, asked, section=None)
            record_presence(connection, kept, article_id, asked, State.MOVED, rule)
        happened += record_presence(connection, kept, article_id, here, State.LIVE, rule)
        others = others_at(connection, visit.target.portal, here, article_id)
        happened += _leads_away(connection, kept, others, here, rule)
        happened += settle_sections(connection, kept, article_id, rule.checks)
        return article_id, happened
    if reading is not None:
        keep_reading(connection, kept, reading, article_id=None, content_hash=None)
    row = find_article(connection, visit.target.portal, None, asked)
    state = _state_found(record)
    if row is None or state is None:
        return None, []
    if state is State.LIVE:
        prove_unchanged(connection, kept, row.id)
    happened = record_presence(connection, kept, row.id, asked, state, rule)
    if visit.last is not None:
        happened += settle_sections(connection, kept, row.id, rule.checks)
    return row.id, happened


def _leads_away(
    connection: Connection, kept: Kept, others: list[int], url: str, rule: GoneRule
) -> list[str]:
    """The URL answers with another article now: evidence that these are not there any more."""
    happened: list[str] = []
    for other_id in others:
        happened += record_presence(connection, kept, other_id, url, State.SOFT_GONE, rule)
        happened += settle_sections(connection, kept, other_id, rule.checks)
    return happened


def _state_found(record: VisitRecord) -> State | None:
    """What a visit without a good article reading says of the article at its URL."""
    quality = record.reading.quality if record.reading else None
    match outcome_of(record.visit):
        case "not_modified":
            return State.LIVE
        case "missing":
            return State.GONE
        case "failed":
            return State.UNREACHABLE
        case "answered" if quality in _SOFT_GONE:
            return State.SOFT_GONE
        case "answered" if quality is Quality.OK:
            return State.SOFT_GONE  # it leads to a page that is no article
        case _:
            return State.BLOCKED


# --- listings and links --------------------------------------------------------------------------


def _decide_listing(connection: Connection, kept: Kept, reading: Reading) -> bool:
    """Record what a listing shows; True when it brings news."""
    if not reading.placements:
        return False
    article_ids: dict[str, int] = {}
    for item in reading.placements:
        article_ids[item.url] = add_listed(connection, kept, item)
        observe_count(connection, kept, article_ids[item.url], item.view_count, source="listing")
    url, target = reading.canonical_url or reading.url, kept.visit.target
    has_news = brings_news(connection, target, url, set(article_ids.values()))
    observe_placements(connection, kept, reading, article_ids)
    return has_news


def _follow(connection: Connection, kept: Kept, record: VisitRecord, *, has_news: bool) -> int:
    """Put the links of a page into the frontier; a listing goes on while it brings news."""
    target, reading = record.visit.target, record.reading
    assert reading is not None
    links = reading.links
    findings = [Finding(url=url, kind=PageKind.ARTICLE) for url in links.articles]
    findings += [Finding(url=url, kind=PageKind.LISTING) for url in links.listings]
    found = frontier.add_targets(connection, findings, of=target, key=record.key, now=kept.now)
    page_no = target.page_no + 1
    if links.next is None or page_no > record.listing_pages:
        return found
    following = Finding(url=links.next, kind=PageKind.LISTING, page_no=page_no)
    new_pages = frontier.add_targets(
        connection, [following], of=target, key=record.key, now=kept.now
    )
    if has_news and not new_pages:
        frontier.make_due(connection, target.portal, [links.next], target.cycle_at)
    return found + new_pages


# --- when again ----------------------------------------------------------------------------------


def _due_at(connection: Connection, record: VisitRecord, article_id: int | None) -> datetime | None:
    """When the target is due again; None: when the next cycle starts."""
    visit, reading = record.visit, record.reading
    at = visit.last.captured_at if visit.last else visit.started_at
    if record.retry_at is not None:
        return record.retry_at
    if outcome_of(visit) == "failed" or (outcome_of(visit) == "missing" and article_id is None):
        return at + _OTHER_AGAIN
    if article_id is not None:
        return _article_due(connection, record, article_id, at)
    if _kind_found(record) in (PageKind.FRONT, PageKind.LISTING):
        return None
    if reading is not None and reading.quality is not Quality.OK:
        return at + _BLOCKED_AGAIN
    return at + _OTHER_AGAIN


def _article_due(
    connection: Connection, record: VisitRecord, article_id: int, at: datetime
) -> datetime:
    row = find_first(connection, articles, {"id": article_id})
    assert row is not None
    state = _state_found(record)
    is_read = record.reading is not None and record.reading.article is not None
    if not is_read and state in (State.GONE, State.SOFT_GONE):
        is_settled = row.state in (State.GONE.value, State.SOFT_GONE.value)
        return at + (_OTHER_AGAIN if is_settled else record.gone_rule.apart)
    if not is_read and state is State.BLOCKED:
        return at + _BLOCKED_AGAIN
    if row.url != record.visit.target.url:
        return at + frontier.OLDEST_CLASS  # a second URL of an article that is read elsewhere
    return frontier.due_again(at - (row.published_at or row.first_seen_at), at)


def _kind_found(record: VisitRecord) -> PageKind:
    """What the target turned out to be; where a redirect leads says nothing of it."""
    visit, reading = record.visit, record.reading
    is_direct = len(visit.captures) == 1
    if reading is None or reading.quality is not Quality.OK:
        return visit.target.kind
    is_article = reading.kind is PageKind.ARTICLE
    return reading.kind if is_direct or is_article else visit.target.kind


def _after(record: VisitRecord, due_at: datetime | None) -> AfterVisit:
    visit, reading = record.visit, record.reading
    etag, modified = visit.target.etag, visit.target.last_modified
    is_read = reading is not None and reading.quality is Quality.OK
    if is_read and visit.last is not None and visit.last.status == 200:
        headers = {
            name.lower(): value.decode("latin-1").replace("\0", "")
            for name, value in visit.last.headers
        }
        is_direct = len(visit.captures) == 1
        etag = headers.get(b"etag") if is_direct else None
        modified = headers.get(b"last-modified") if is_direct else None
    return AfterVisit(
        due_at=due_at,
        is_failure=outcome_of(visit) in ("failed", "refused"),
        kind=_kind_found(record) if is_read else None,
        etag=etag,
        last_modified=modified,
    )
