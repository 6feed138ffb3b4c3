"""Every question a reader asks of an archive. Read-only; answers are plain dictionaries.

Lists are keyset-paged: `before` is the last row's key of the page before. Instants in answers are
aware UTC; names are those of the schema and of `core/jsonform.py`.
"""

from sqlalchemy import Connection

from storage.queries.answers import Answer, reading
from storage.queries.articles import (
    article,
    articles_listed,
    capture,
    find,
    series_of,
    version_pair,
    versions_of,
)
from storage.queries.changes import changes_seen
from storage.queries.log import crawl_state, visits_logged
from storage.queries.overview import known_portal, status, warc_bytes, zones
from storage.queries.runs import poll_runs_of, visitor_runs_of, weather_runs_of

__all__ = [
    "Answer",
    "Connection",
    "article",
    "articles_listed",
    "capture",
    "changes_seen",
    "crawl_state",
    "find",
    "known_portal",
    "poll_runs_of",
    "reading",
    "series_of",
    "status",
    "version_pair",
    "versions_of",
    "visitor_runs_of",
    "visits_logged",
    "warc_bytes",
    "weather_runs_of",
    "zones",
]
