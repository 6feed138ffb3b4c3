"""One portal as its visits need it: what its section says, made ready.

Decides which URLs a visit may ask for. How a page is fetched and read stands in `pipeline.py`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from allowance import Allowance
from core.clock import Clock
from core.config import AUTO, Config, PortalConfig
from core.config.reach import is_shown, revealed
from core.errors import ConfigError
from core.records import PageKind, Target
from crawler.custom import family_of
from crawler.fetch import Fetcher, FetchSettings
from crawler.layout import Site
from crawler.politeness import Robots
from crawler.portals import FAMILIES, GENERIC
from crawler.requisites import requisite_url
from crawler.urls import canonical, host_of, origin, page_url, refusal
from follow import PARTS, Met
from machines import Machines
from storage.archive import Archive
from storage.frontier import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """One portal with what its visits need."""

    id: str
    config: PortalConfig
    site: Site
    fetcher: Fetcher
    archive: Archive
    clock: Clock
    machines: Machines
    allowance: Allowance
    walk: Walk
    met: Met = field(default_factory=Met)
    finishing: set["asyncio.Future[Any]"] = field(default_factory=set)  # read and recorded now
    dice: Random = field(default_factory=Random)  # for jitter

    @property
    def owner(self) -> str:
        """Whose leases are this portal's in this process."""
        return f"{self.archive.owner}/{self.id}"

    def permits(self, url: str, target: Target, robots: Mapping[str, Robots]) -> str:
        """Why the URL may not be asked for on a visit to `target`; "" when it may.

        `robots` has the rules of the origins that were read; http and https of one host share
        theirs. Where they are not known, or another machine answers, a redirect ends: it becomes a
        target of its own.
        """
        reason = may_visit(self.site, target.kind, url)
        if reason:
            return reason
        host, asked = host_of(url), host_of(target.url)
        rules = robots.get(origin(url))
        if rules is None and host == asked:
            rules = robots.get(origin(target.url))
        if rules is None:
            return "its robots.txt was not read yet"
        keys = self.machines.keys
        if host != asked and keys.get(host) != keys.get(asked):
            return "another machine, whose turn it is not"
        return "" if rules.allows(url) else "robots.txt forbids it"


def may_visit(site: Site, kind: PageKind, url: str) -> str:
    """Why a URL is never asked for; "" when it may be. Parts of a page may lie on other hosts."""
    if kind in PARTS:
        return "" if requisite_url(url, url, site) is not None else "no part of a page"
    form = page_url(url, site.home, site)
    return "not a page of the web" if form is None else refusal(form, site)


def site_of(portal_id: str, config: PortalConfig, seen: str | None = None) -> Site:
    """The portal as its pages' readers know it. Raises `ConfigError` for rules that make no sense.

    `seen` is the family its pages showed before: it holds where the config leaves it open, until
    a page shows another.
    """
    is_open = config.family == AUTO
    base = FAMILIES[(seen if seen in FAMILIES else GENERIC.id) if is_open else config.family]
    family = family_of(base, portal_id, config)
    home = canonical(config.front or "/", config.home, family.urls)
    assert home is not None
    return Site(
        portal=portal_id,
        home=home,
        hosts=frozenset(config.hosts),
        zone=ZoneInfo(config.zone),
        family=family,
        is_family_open=is_open and family is base,
        assets=config.assets,
        trap_limit=config.trap_limit,
    )


def fetch_settings(config: Config, portal_id: str) -> FetchSettings:
    """How a portal is asked; `ConfigError` without a contact, or for a wrong proxy or header."""
    crawl, portal = config.crawl, config.portal(portal_id)
    where = f"portals.{portal_id}"
    headers = {
        name: revealed(value, f"{where}.headers.{name}") for name, value in portal.headers.items()
    }
    proxy = None if portal.proxy is None else revealed(portal.proxy, f"{where}.proxy")
    settings = partial(
        FetchSettings,
        user_agent=config.user_agent(portal_id),
        connect_s=crawl.connect_timeout.total_seconds(),
        idle_s=crawl.idle_timeout.total_seconds(),
        total_s=crawl.total_timeout.total_seconds(),
        max_wire_bytes=crawl.max_wire_mb << 20,
        max_body_bytes=crawl.max_body_mb << 20,
        max_ratio=crawl.max_ratio,
        connect_to=portal.connect_to,
        allowed_networks=portal.allow_addresses,
        tls=portal.tls,
        keeps_cookies=portal.cookies,
        headers=tuple(headers.items()),
        secret_headers=frozenset(name.lower() for name in headers if not is_shown(name)),
    )
    try:
        return settings(proxy=proxy)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from error
