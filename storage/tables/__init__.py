"""The schema: what an archive remembers, table by table.

Three layers. *Given*: visits and captures, one row per answer, never changed. *Derived*: readings,
versions, presence, series, placements, changes, clusters; they can be made again from the captures
and carry `recorded_at` and `superseded_at`. *Working*: portals, frontier, politeness keys, robots
files. Instants are `Instant`; free-form parts are `Json`. PostgreSQL takes the same tables.
"""

from storage.tables.derived import (
    article_sections,
    article_urls,
    articles,
    changes,
    clusters,
    decisions,
    placement_runs,
    placements,
    poll_runs,
    presence,
    readings,
    series_runs,
    versions,
    visitor_runs,
    weather_runs,
)
from storage.tables.given import captures, documents, visits, warc_files
from storage.tables.working import (
    frontier,
    politeness_keys,
    portal_hosts,
    portals,
    robots_files,
    url_counts,
)

__all__ = [
    "article_sections",
    "article_urls",
    "articles",
    "captures",
    "changes",
    "clusters",
    "decisions",
    "documents",
    "frontier",
    "placement_runs",
    "placements",
    "politeness_keys",
    "poll_runs",
    "portal_hosts",
    "portals",
    "presence",
    "readings",
    "robots_files",
    "series_runs",
    "url_counts",
    "versions",
    "visitor_runs",
    "visits",
    "warc_files",
    "weather_runs",
]
