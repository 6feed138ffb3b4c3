"""What a visit says of its target: is the article there, and when is the page due again?

Runs in the writer's transaction; pure where no connection is given.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from core.records import PageKind, Quality, Reading, Visit
from storage.frontier import OLDEST_CLASS, AfterVisit, due_again
from storage.keep import outcome_of
from storage.record import VisitRecord
from storage.statements import find_first
from storage.tables import articles
from storage.versions import State

_SOFT_GONE = (Quality.SOFT_404, Quality.WRONG_PAGE)
_OTHER_AGAIN = timedelta(days=30)  # pages that are neither article nor listing
_DAY = timedelta(days=1)
_OLD_SITEMAP = timedelta(days=30)  # whose newest line is older; such a one is read as seldom
_LISTS = (PageKind.LISTING, PageKind.FEED, PageKind.SITEMAP)
PART_TRIES = 5  # of a picture or a file; after that it is tried once a month
RETIRED_AFTER = 3  # visits in a row that found no list


def state_found(record: VisitRecord) -> State | None:
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


def after_visit(connection: Connection, record: VisitRecord, article_id: int | None) -> AfterVisit:
    """What the visit leaves in its target's row."""
    visit, reading = record.visit, record.reading
    etag, modified = visit.target.etag, visit.target.last_modified
    is_read = reading is not None and reading.quality is Quality.OK and _is_page(visit)
    if is_read and visit.last is not None:
        headers = {
            name.lower(): value.decode("latin-1").replace("\0", "")
            for name, value in visit.last.headers
        }
        is_direct = len(visit.captures) == 1
        etag = headers.get(b"etag") if is_direct else None
        modified = headers.get(b"last-modified") if is_direct else None
    is_failure = outcome_of(visit) in ("failed", "refused") or _is_list_missing(record)
    why = _retired(record)
    return AfterVisit(
        due_at=None if why else _due_at(connection, record, article_id),
        is_failure=is_failure,
        kind=_kind_found(record) if is_read else None,
        etag=etag,
        last_modified=modified,
        set_aside=why,
        shown_hash=record.leads.shown_hash if is_read else None,
    )


def _is_page(visit: Visit) -> bool:
    """Whether the answer shows what the URL is; an error page does not."""
    return visit.last is not None and visit.last.status == 200


def _is_list_missing(record: VisitRecord) -> bool:
    """Whether something else came where a listing, a feed or a sitemap was."""
    visit, reading = record.visit, record.reading
    if visit.target.kind not in _LISTS:
        return False
    if outcome_of(visit) != "answered" or reading is None:
        return outcome_of(visit) == "missing"
    if reading.quality is not Quality.OK:
        return reading.quality in _SOFT_GONE
    return visit.target.kind is not PageKind.LISTING and reading.kind is not visit.target.kind


def _retired(record: VisitRecord) -> str | None:
    """Why a list is not asked for any more; a deep walk tries it once again."""
    visit, reading = record.visit, record.reading
    if not _is_list_missing(record) or visit.target.attempts_count < RETIRED_AFTER:
        return None
    said = f"it answered {visit.last.status}" if visit.last is not None else "no answer"
    if visit.last is not None and visit.last.status == 200 and reading is not None:
        said = reading.reason or f"it is {reading.kind.value}"
    return f"retired: the {visit.target.kind.value} {visit.target.url} is dead ({said})"


def _due_at(connection: Connection, record: VisitRecord, article_id: int | None) -> datetime | None:
    """When the target is due again; None: when the next cycle starts, or never."""
    visit, reading, target = record.visit, record.reading, record.visit.target
    at = visit.last.captured_at if visit.last else visit.started_at
    is_part = target.kind in (PageKind.ASSET, PageKind.DOCUMENT)
    if record.retry_at is not None:
        is_given_up = is_part and target.attempts_count >= PART_TRIES
        return at + _OTHER_AGAIN if is_given_up else record.retry_at
    if reading is not None and reading.quality is Quality.TOO_LARGE:
        return at + _OTHER_AGAIN
    if target.kind is PageKind.ASSET:
        return None  # once is enough: another picture has another URL
    if target.kind is PageKind.SITEMAP:
        return at + (_OLD_SITEMAP if _is_old(record, at) else _DAY)
    if outcome_of(visit) == "failed" or (outcome_of(visit) == "missing" and article_id is None):
        return at + _OTHER_AGAIN
    if article_id is not None:
        return _article_due(connection, record, article_id, at)
    if _kind_found(record) in (PageKind.FRONT, PageKind.LISTING, PageKind.FEED):
        return None
    if reading is not None and (reading.quality is not Quality.OK or _has_votes(reading)):
        return at + _DAY
    return at + _OTHER_AGAIN


def _has_votes(reading: Reading) -> bool:
    """Whether it is a page of a poll's result, which changes every day."""
    options = (option for poll in reading.polls for option in poll.options)
    return any(option.votes_count is not None for option in options)


def _is_old(record: VisitRecord, at: datetime) -> bool:
    """Whether a sitemap's newest line is old: of those in an index, the sitemaps of past years."""
    lines = record.leads.sitemap if record.visit.target.page_no > 1 else ()
    dates = [line.modified_at for line in lines if line.modified_at is not None]
    return len(dates) == len(lines) > 0 and max(dates) < at - _OLD_SITEMAP


def _article_due(
    connection: Connection, record: VisitRecord, article_id: int, at: datetime
) -> datetime:
    row = find_first(connection, articles, {"id": article_id})
    assert row is not None
    state = state_found(record)
    is_read = record.reading is not None and record.reading.article is not None
    if not is_read and state in (State.GONE, State.SOFT_GONE):
        is_settled = row.state in (State.GONE.value, State.SOFT_GONE.value)
        return at + (_OTHER_AGAIN if is_settled else record.gone_rule.apart)
    if not is_read and state is State.BLOCKED:
        return at + _DAY
    if row.url != record.visit.target.url:
        return at + OLDEST_CLASS  # a second URL of an article that is read elsewhere
    return due_again(at - (row.published_at or row.first_seen_at), at)


def _kind_found(record: VisitRecord) -> PageKind:
    """What the target turned out to be; where a redirect leads says nothing of it."""
    visit, reading = record.visit, record.reading
    is_direct = len(visit.captures) == 1
    if reading is None or reading.quality is not Quality.OK:
        return visit.target.kind
    if visit.target.kind in (PageKind.ASSET, PageKind.FEED, PageKind.SITEMAP):
        return visit.target.kind
    is_article = reading.kind is PageKind.ARTICLE
    return reading.kind if is_direct or is_article else visit.target.kind
