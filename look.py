"""`khotin read`: one page fetched or taken from a file, read, and not stored."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ada_url

from core.clock import SystemClock
from core.config import Config, PortalConfig, parse
from core.errors import ConfigError
from core.records import Capture, PageKind, Quality, Reading
from core.times import instant_of
from crawler.explain import Try, explain
from crawler.layout import Site
from crawler.read import open_page
from crawler.urls import is_article_url
from crawler.whole import read_whole
from guest import guest_of
from portal import site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was read, and where it came from."""

    url: str  # as asked for
    site: Site
    status: int | None  # None: a file has none
    reading: Reading
    tries: tuple[Try, ...] = ()  # what each rule finds, when asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One page of the web or out of a file, with the portal it counts as."""

    capture: Capture
    portal: PortalConfig
    site: Site
    is_file: bool


async def look_at(
    config: Config, source: str, *, url: str | None, at: str | None, is_explained: bool = False
) -> Look:
    """Read a page of the web, or a file that came from `url` at the time `at`.

    As `take`; the page is then read by the rules of its portal.
    """
    taken = await take(config, source, url=url, at=at)
    reading = await _read(taken.capture, taken.site)
    status = None if taken.is_file else taken.capture.status
    page = open_page(taken.capture, taken.site) if is_explained else None
    tries = tuple(explain(page)) if page is not None else ()
    return Look(url=url or source, site=taken.site, status=status, reading=reading, tries=tries)


async def take(config: Config, source: str, *, url: str | None, at: str | None) -> Taken:
    """The bytes of a page of the web, or of a file that came from `url` at the time `at`.

    `at` without an offset counts in the portal's zone; None is now. A host that the config does
    not name is a portal of its own, its family open. Raises `ConfigError` and `FetchError`.
    """
    is_file = not source.startswith(("http://", "https://"))
    if is_file and url is None:
        raise ConfigError(f"{source}: a file needs --url to say where it came from")
    if not is_file and (url is not None or at is not None):
        raise ConfigError("--url and --at are for files; a URL is fetched now")
    where = url if is_file and url is not None else source
    config, portal_id = _portal_for(config, where)
    portal = config.portals[portal_id]
    site = site_of(portal_id, portal)
    clock = SystemClock()
    if is_file:
        when = instant_of(at, site.zone, "--at") if at else clock.now()
        capture = _from_file(Path(source), where, when)
    else:
        async with guest_of(config, portal_id, site, clock) as guest:
            capture = await guest.ask(where)
    return Taken(capture=capture, portal=portal, site=site, is_file=is_file)


async def _read(capture: Capture, site: Site) -> Reading:
    is_article = is_article_url(capture.url, site.family.urls)
    expected = PageKind.ARTICLE if is_article else PageKind.OTHER
    return await read_whole(capture, site, expected)


def _from_file(path: Path, url: str, at: datetime) -> Capture:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return Capture(
        url=url,
        captured_at=at,
        status=200,
        reason="OK",
        http_version="1.1",
        headers=((b"Content-Type", b"text/html"),),
        request_headers=(),
        payload=body,
        body=body,
        quality=Quality.OK,
    )


def _portal_for(config: Config, url: str) -> tuple[Config, str]:
    """The portal whose host it is; else a portal made for this look alone, named by the host."""
    try:
        parsed = ada_url.URL(url)
    except ValueError as error:
        raise ConfigError(f"{url!r} is no URL; allowed is http:// or https://") from error
    for portal_id, portal in config.portals.items():
        if parsed.hostname in portal.hosts:
            return config, portal_id
    host = parsed.hostname
    section = {"host": host, "scheme": parsed.protocol.rstrip(":")}
    made = parse({"portals": {"x": section}}).portals["x"]
    return config.model_copy(update={"portals": {**config.portals, host: made}}), host
