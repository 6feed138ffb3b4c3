"""A first look at a portal, for `khotin add`: what it is, what it has, how well it is read.

Asks politely for robots.txt, the front page, a feed, a sitemap, a section and a handful of
articles, and makes the section of the config that a person would write. Nothing is stored.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import ada_url

from core.clock import Clock
from core.config import AUTO, Config, PortalConfig, parse
from core.errors import ConfigError, FetchError
from core.records import Capture, PageKind, Quality, Reading
from core.text import fold, tidy
from crawler.detect import detect, of_family
from crawler.layout import Site
from crawler.learn import Learned, learn
from crawler.page import Page
from crawler.portals import GENERIC
from crawler.read import open_page, read
from crawler.urls import origin, page_url, refusal
from guest import Guest, guest_of
from portal import site_of

MAX_SECTIONS = 30  # written into the config
LISTINGS_ASKED = 3  # when the front page names too few articles
_HOME = re.compile(r"^(?:trang chủ|trang nhất|home ?page|home)\s+[-–—|»:]\s+", re.IGNORECASE)
_ENTRY = {"feed": re.compile(rb"<(?:item|entry)[\s>]"), "sitemap": re.compile(rb"<(?:loc)[\s>]")}
_ID_NOISE = re.compile(
    r"^(?:www|portal|cong|congthongtin|m)\.|\.(?:gov|edu|com|org|net)(?:\.|$)|\.vn$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed or a sitemap that the portal names, and whether it answers."""

    kind: str  # "feed" or "sitemap"
    url: str
    entries_count: int | None  # None: it does not answer
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Survey:
    """What a first look found."""

    portal_id: str
    portal: PortalConfig
    site: Site
    title: str = ""  # of the front page
    evidence: str = ""  # the mark that told the family; "" for the generic one
    robots: str = ""
    front: Reading | None = None
    sections: tuple[str, ...] = ()  # paths
    found: list[Found] = field(default_factory=list)
    articles: list[Reading] = field(default_factory=list)
    learned: Learned | None = None
    notes: list[str] = field(default_factory=list)


Progress = Callable[[int, int], None]  # requests made, requests expected


async def survey(
    config: Config, portal_id: str, portal: PortalConfig, articles_count: int, *,
    clock: Clock, progress: Progress,
) -> Survey:  # fmt: skip
    """Look at a portal that the config does not name yet.

    Raises `FetchError` when its front page cannot be had, `ConfigError` when nobody says who asks.
    """
    config = config.model_copy(update={"portals": {**config.portals, portal_id: portal}})
    site = site_of(portal_id, portal)
    done = Survey(portal_id=portal_id, portal=portal, site=site)
    async with guest_of(config, portal_id, site, clock) as guest:
        look = _Look(done, guest, articles_count, progress)
        await look.front_page()
        await look.machine_lists()
        pages = await look.article_pages()
    if done.site.family is GENERIC and len(pages) > 1:
        done.learned = learn(pages)
    return done


class _Look:
    """The requests of one survey, in order."""

    def __init__(self, done: Survey, guest: Guest, articles_count: int, progress: Progress) -> None:
        self.done, self.guest, self.wanted, self.progress = done, guest, articles_count, progress

    async def front_page(self) -> None:
        """robots.txt and the front page: the family, the sections, the first articles."""
        done, guest = self.done, self.guest
        capture = await self._ask(done.site.home)
        if capture.status != 200:
            raise FetchError(
                f"{done.site.home} answered {capture.status}; name the URL of its front page",
                url=done.site.home,
            )
        robots = guest.robots[origin(done.site.home)]
        done.robots = "there is none: everything is allowed" if robots.is_allowed_all else "read"
        if robots.crawl_delay_s:
            done.robots += f"; it asks for {robots.crawl_delay_s:g} s between requests"
        page = open_page(capture, done.site)
        if page is None:
            raise FetchError(f"{done.site.home} is no HTML page that can be read", url=capture.url)
        self._settle_family(page)
        title = page.tree.css_first("title")
        done.title = _HOME.sub("", tidy(title.text()[:1_000])) if title is not None else ""
        done.front = read(capture, done.site, PageKind.FRONT)
        links = done.front.links
        done.sections = tuple(dict.fromkeys(map(_path, links.listings)))[:MAX_SECTIONS]

    def _settle_family(self, page: Page) -> None:
        done = self.done
        found = detect(page)
        if found is None or not done.site.is_family_open:
            return
        family, done.evidence = found
        done.portal = done.portal.model_copy(update={"family": family.id})
        done.site = self.guest.site = replace(of_family(done.site, family), is_family_open=False)

    async def machine_lists(self) -> None:
        """The first feed and the first sitemap: do they answer, with how many entries?"""
        assert self.done.front is not None
        robots = self.guest.robots[origin(self.done.site.home)]
        resolve = _resolver(self.done.site)
        feeds = list(self.done.front.links.feeds)
        sitemaps = [url for written in robots.sitemaps if (url := resolve(written))]
        usual = resolve("/sitemap.xml")
        if not sitemaps and usual is not None:
            guess = await self._machine_list("sitemap", usual)
            if guess.entries_count is not None:  # a guess that fails is no news
                self.done.found.append(guess)
        for kind, urls in (("feed", feeds), ("sitemap", sitemaps)):
            for url in urls[:1]:
                self.done.found.append(await self._machine_list(kind, url))
            for url in urls[1:]:
                self.done.found.append(
                    Found(kind=kind, url=url, entries_count=None, why="not asked for")
                )

    async def _machine_list(self, kind: str, url: str) -> Found:
        try:
            capture = await self._ask(url)
        except (FetchError, ConfigError) as error:
            return Found(kind=kind, url=url, entries_count=None, why=str(error))
        count = len(_ENTRY[kind].findall(capture.body))
        if capture.status != 200 or not count:
            why = f"answered {capture.status}" if capture.status != 200 else "has no entries"
            return Found(kind=kind, url=url, entries_count=None, why=why)
        return Found(kind=kind, url=url, entries_count=count)

    async def article_pages(self) -> list[tuple[Page, Reading]]:
        """A handful of articles that the front page or a section names."""
        assert self.done.front is not None
        links = list(self.done.front.links.articles)
        for url in self.done.front.links.listings[:LISTINGS_ASKED]:
            if len(links) >= self.wanted:
                break
            capture = await self._try(url)
            if capture is not None:
                links += read(capture, self.done.site, PageKind.LISTING).links.articles
        pages: list[tuple[Page, Reading]] = []
        for url in list(dict.fromkeys(links))[: self.wanted]:
            capture = await self._try(url)
            if capture is None:
                continue
            reading = read(capture, self.done.site, PageKind.ARTICLE)
            self.done.articles.append(reading)
            page = open_page(capture, self.done.site)
            if page is not None and reading.quality is Quality.OK:
                pages.append((page, reading))
        return pages

    async def _try(self, url: str) -> Capture | None:
        try:
            capture = await self._ask(url)
        except (FetchError, ConfigError) as error:
            self.done.notes.append(str(error))
            return None
        if capture.status != 200:
            self.done.notes.append(f"{url} answered {capture.status}")
            return None
        return capture

    async def _ask(self, url: str) -> Capture:
        capture = await self.guest.ask(url)
        count = self.guest.requests_count
        self.progress(count, max(count, 4 + self.wanted))
        return capture


# --- what is new in the config --------------------------------------------------------------------


def portal_for(
    config: Config, url: str, given_id: str | None, **settings: object
) -> tuple[str, PortalConfig]:
    """The id and the section of a portal to be added. Raises `ConfigError` when it is there."""
    try:
        parsed = ada_url.URL(url if "://" in url else f"https://{url}")
    except ValueError as error:
        raise ConfigError(f"{url!r} is no URL; allowed is http:// or https://") from error
    if parsed.protocol not in ("http:", "https:"):
        raise ConfigError(f"{url!r}: allowed is http:// or https://")
    for name, each in config.portals.items():
        if parsed.hostname in each.hosts:
            raise ConfigError(f"{parsed.hostname} is already portal {name!r} of the config")
    portal_id = given_id or id_of(parsed.hostname)
    if portal_id in config.portals:
        raise ConfigError(f"there is a portal {portal_id!r} already; name another with --id")
    section = {
        "host": parsed.hostname,
        "scheme": parsed.protocol.rstrip(":"),
        "family": AUTO,
        "front": parsed.pathname,
    } | {key: value for key, value in settings.items() if value is not None}
    tables = {"portals": {portal_id: section}}
    return portal_id, parse(tables).portals[portal_id]


def id_of(host: str) -> str:
    """A portal's lasting id out of its host: `sontay` of sontay.hanoi.gov.vn."""
    short = host
    for _ in range(4):
        short = _ID_NOISE.sub(".", short).strip(".")
    first = short.partition(".")[0]
    return re.sub(r"[^a-z0-9-]+", "-", fold(first)).strip("-")[:40] or "portal"


def _path(url: str) -> str:
    parsed = ada_url.URL(url)
    return str(parsed.pathname + parsed.search)


def _resolver(site: Site) -> Callable[[str], str | None]:
    def resolve(href: str) -> str | None:
        url = page_url(href, site.home, site)
        return url if url is not None and not refusal(url, site) else None

    return resolve
