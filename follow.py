"""Where a page leads us: which of the URLs it names become targets, and which are only remembered.

Pure: what was read goes in, findings come out. How far a listing is followed depends on the cycle:
to what is known, to the usual depth, or in a backfill to the end.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.config import PortalConfig
from core.records import PageKind, Quality, Reading, RequisiteKind, SitemapEntry, Target, Visit
from crawler.layout import Site
from crawler.read import header
from crawler.requisites import requisite_url
from crawler.traps import shapes
from crawler.urls import host_of, is_article_url, page_url, refusal
from storage.frontier import Finding, Walk
from storage.leads import Leads

MAX_LISTING_PAGES = 10_000  # of one listing, also in a backfill
MAX_STEPS = 3  # from a page to what its style sheets' style sheets need
MET_AT_MOST = 50_000  # URLs remembered
PARTS = frozenset((PageKind.ASSET, PageKind.DOCUMENT))
_LISTS = frozenset((PageKind.FRONT, PageKind.LISTING, PageKind.FEED, PageKind.SITEMAP))
FRESH = timedelta(days=7)  # a line of a sitemap that is younger is news


class Met:
    """URLs that are rows of the frontier for certain: most links of a page stand on every page.

    Bounded, so that a portal of a million pages takes no more memory than one of a thousand; what
    is forgotten is asked of the frontier again.
    """

    def __init__(self) -> None:
        self._urls: set[str] = set()

    def __contains__(self, url: str) -> bool:
        return url in self._urls

    def note(self, urls: Iterable[str]) -> None:
        """These are rows now."""
        if len(self._urls) > MET_AT_MOST:
            self._urls.clear()
        self._urls.update(urls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What decides how far a page is followed."""

    site: Site
    config: PortalConfig
    walk: Walk
    keys: Mapping[str, str]  # politeness key by host
    met: Met


def hosts_named(site: Site, visit: Visit, reading: Reading | None) -> set[str]:
    """The hosts a page takes things from or leads to, its own links left out."""
    named = {host_of(each.url) for each in reading.requisites} if reading is not None else set()
    there = redirected_to(site, visit)
    return named if there is None else named | {host_of(there)}


def leads_of(path: Path, visit: Visit, reading: Reading | None) -> Leads:
    """Everything that a visit leads to."""
    target = visit.target
    if reading is not None and reading.quality is not Quality.OK:
        reading = None
    found = [] if reading is None else list(_targets(path, target, reading))
    if (there := redirected_to(path.site, visit)) is not None:
        found.append(Finding(url=there, kind=target.kind, page_no=target.page_no))
    if reading is None:
        return Leads(targets=tuple(_placed(path, target, found)))
    return Leads(
        targets=tuple(_placed(path, target, found)),
        next=next(_placed(path, target, _next_page(path, target, reading)), None),
        since=path.walk.since,
        sitemap=tuple(_placed(path, target, _lines(path, target, reading.sitemap))),
        shown_hash=_shown(reading) if target.kind in _LISTS else None,
    )


def _shown(reading: Reading) -> str:
    """What a list names, as a hash, in whatever order; "" for nothing."""
    lines = (line.url for line in reading.sitemap)
    named = {item.url for item in reading.placements} or set(reading.links.articles) | set(lines)
    if not named:
        return ""
    return hashlib.sha256("\n".join(sorted(named)).encode("utf-8", "replace")).hexdigest()


def redirected_to(site: Site, visit: Visit) -> str | None:
    """Where a redirect leads that was not followed, when it may be asked for by itself."""
    last = visit.last
    if last is None or not 300 <= last.status < 400 or last.status == 304:
        return None
    there = header(last, b"location") or ""
    if visit.target.kind in PARTS:
        url = requisite_url(there, last.url, site)
    else:
        url = page_url(there, last.url, site)
        url = None if url is None or refusal(url, site) else url
    return None if url == visit.target.url or visit.target.kind is PageKind.ROBOTS else url


def _targets(path: Path, target: Target, reading: Reading) -> Iterator[Finding]:
    links, met = reading.links, path.met
    for kind, urls in (
        (PageKind.ARTICLE, links.articles),
        (PageKind.LISTING, links.listings),
        (PageKind.OTHER, links.polls),
        (PageKind.FEED, links.feeds),
    ):
        is_backlog = target.is_backlog and kind is PageKind.ARTICLE
        for url in urls:
            if url not in met:
                yield Finding(url=url, kind=kind, is_backlog=is_backlog)
    steps = target.page_no + 1 if target.kind is PageKind.ASSET else 1
    if steps <= MAX_STEPS:
        for need in reading.requisites:
            is_file = need.kind is RequisiteKind.FILE
            kind = PageKind.DOCUMENT if is_file else PageKind.ASSET
            if need.url not in met:
                yield Finding(url=need.url, kind=kind, page_no=steps)


def _next_page(path: Path, target: Target, reading: Reading) -> Iterator[Finding]:
    """The next page of a listing; beyond the usual depth it is remembered for a backfill."""
    url, page_no = reading.links.next, target.page_no + 1
    if url is None or page_no > MAX_LISTING_PAGES:
        return
    is_beyond = page_no > path.config.listing_pages
    yield Finding(
        url=url,
        kind=PageKind.LISTING,
        page_no=page_no,
        is_pager=True,
        is_backlog=is_beyond or target.is_backlog,
        is_wanted=not is_beyond or path.walk.backfill_at is not None,
    )


def _lines(path: Path, target: Target, entries: Iterable[SitemapEntry]) -> Iterator[Finding]:
    """The lines of a sitemap: fresh ones are news, the others are dug out by a backfill."""
    since, is_backfill = target.cycle_at - FRESH, path.walk.backfill_at is not None
    for entry in entries:
        if entry.is_sitemap:
            yield Finding(
                url=entry.url,
                kind=PageKind.SITEMAP,
                page_no=target.page_no + 1,
                modified_at=entry.modified_at,
                is_wanted=target.page_no < MAX_STEPS,
            )
            continue
        is_fresh = entry.modified_at is not None and entry.modified_at >= since
        is_article = is_article_url(entry.url, path.site.family.urls)
        yield Finding(
            url=entry.url,
            kind=PageKind.ARTICLE if is_article else PageKind.OTHER,
            is_wanted=is_fresh or is_backfill,
            is_backlog=not is_fresh,
            modified_at=_said(entry.modified_at, target.cycle_at),
        )


def _said(modified_at: datetime | None, now: datetime) -> datetime | None:
    """A day in the future is no date of a change."""
    return modified_at if modified_at is not None and modified_at <= now else None


def _placed(path: Path, of: Target, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each with the politeness key of its host, and with the shapes that may make it a trap."""
    own, keys = _place(of.url), path.keys
    for finding in findings:
        host = _place(finding.url)
        key = None if host == own else keys.get(host) or keys.get(host_of(finding.url))
        counted = shapes(finding.url, path.site, finding.kind, is_pager=finding.is_pager)
        if key is not None or counted:
            finding = replace(finding, key=key, shapes=counted)
        yield finding


def _place(url: str) -> str:
    """Host and port as they stand in a canonical URL."""
    return url.partition("://")[2].partition("/")[0]
