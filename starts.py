"""Where a cycle begins: what a portal's section names, and where old pages may stand. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from core.config import PortalConfig
from core.records import PageKind
from crawler.layout import Site
from crawler.urls import page_url, refusal
from storage.frontier import Finding

ARCHIVE_PAGES = 2_000  # of one pattern: eight years of days


def start_targets(config: PortalConfig, site: Site) -> tuple[list[Finding], list[tuple[str, str]]]:
    """What the config names: URLs to visit, and those that may never be asked for, with reasons."""
    named = [(PageKind.FRONT, path) for path in (config.front,) if path is not None]
    named += [(PageKind.LISTING, path) for path in config.listings]
    named += [(PageKind.FEED, path) for path in config.feeds]
    named += [(PageKind.SITEMAP, path) for path in config.sitemaps]
    named += [(PageKind.OTHER, path) for path in config.targets]
    findings: list[Finding] = []
    refused: list[tuple[str, str]] = []
    for kind, path in named:
        url = page_url(path, config.home, site)
        reason = "not a URL" if url is None else refusal(url, site)
        if url is None or reason:
            refused.append((path, reason))
        else:
            findings.append(Finding(url=url, kind=kind))
    return findings, refused


def backfill_targets(config: PortalConfig, site: Site, now: datetime) -> list[Finding]:
    """Where old articles may be found: archive pages by date, and the usual sitemap."""
    paths = [path for pattern in config.archives for path in _pages(pattern, config, now)]
    found = [(PageKind.LISTING, path) for path in paths]
    if config.follow and not config.sitemaps:
        found.append((PageKind.SITEMAP, "/sitemap.xml"))
    urls = [(kind, page_url(path, config.home, site)) for kind, path in found]
    return [
        Finding(url=url, kind=kind, is_backlog=True)
        for kind, url in urls
        if url is not None and not refusal(url, site)
    ]


def _pages(pattern: str, config: PortalConfig, now: datetime) -> list[str]:
    """The pattern for each of its days, months or years, newest first."""
    made: dict[str, None] = {}
    for day in _days(config.archives_since or now.date(), now.date()):
        made[pattern.format(year=day.year, month=day.month, day=day.day)] = None
        if len(made) == ARCHIVE_PAGES:
            break
    return list(made)


def _days(first: date, last: date) -> Iterator[date]:
    day = last
    while day >= first:
        yield day
        day -= timedelta(days=1)
