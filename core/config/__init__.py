"""`config.toml` and the environment become one validated Config. The only defaults live here.

Knows nothing of what the settings are used for. A mistake becomes one `ConfigError` that names
the file, the key, the value and what is allowed.
"""

import os
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    model_validator,
)

from core.config.layouts import LayoutConfig, UrlsConfig
from core.config.mistakes import sentence
from core.config.reach import Headers, Hours, Networks, Secret
from core.config.section import Section
from core.errors import ConfigError
from core.tomlfile import tables_of

VERSION = "0.1.0"
AUTO = "auto"  # each page's own evidence names the family
FAMILIES = (
    "hanoi-liferay",
    "vportal",
    "liferay-7",
    "liferay-6",
    "vnexpress",
    "nukeviet",
    "wordpress",
    "vccorp",
    "epi",
    "onecms",
    "sharepoint",
    "generic",
)
MAX_DELAY = timedelta(minutes=10)
_DURATION = re.compile(r"([0-9]{1,9})\s*(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_CRON = re.compile(r"[0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4}")
_ARCHIVE = (
    'allowed is a path with {year} and, if need be, {month} and {day}, such as "/{year}/{month:02}"'
)
_FIELD = re.compile(r"\{[^{}]*\}")
_YEARS = frozenset({"{year}", "{year:04}"})
_DATE_FIELDS = _YEARS | {"{month}", "{month:02}", "{day}", "{day:02}"}
_PORTAL_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


def duration(value: object) -> timedelta:
    """`"90s"`, `"30m"`, `"6h"`, `"2d"` as a timedelta above zero."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError('allowed is a number above 0 with s, m, h or d, such as "30m"')
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])


def address(value: object) -> tuple[str, int]:
    """`"127.0.0.1:8080"` or `"[::1]:8080"` as host and port."""
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError('allowed is "HOST:PORT", such as "127.0.0.1:8080"')
    return host.strip("[]"), int(port)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('allowed is an IANA zone name, such as "Asia/Ho_Chi_Minh"') from error
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError('allowed is a host name in lower case, such as "sontay.hanoi.gov.vn"')
    return value


def _path(value: str) -> str:
    if not value.startswith(("/", "http://", "https://")):
        raise ValueError('allowed is a path on the portal, such as "/tin-tuc", or a whole URL')
    return value


def _archive(value: str) -> str:
    try:
        made = value.format(year=2026, month=1, day=1)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise ValueError(_ARCHIVE) from error
    fields = set(_FIELD.findall(value))
    if not fields & _YEARS or not fields <= _DATE_FIELDS or len(value) > 1_000:
        raise ValueError(_ARCHIVE)
    return _path(made) and value


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else date.fromisoformat("")
    except ValueError as error:
        raise ValueError('allowed is a day, such as "2010-01-01"') from error


def _cron(value: str) -> str:
    if not _CRON.fullmatch(value):
        raise ValueError('allowed are five fields, such as "0 6,12,18 * * *"')
    return value


def _family(value: str) -> str:
    if value not in (AUTO, *FAMILIES):
        raise ValueError(f"allowed is one of: {', '.join((AUTO, *FAMILIES))}")
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("allowed is one line of printable text")
    return value


Duration = Annotated[timedelta, BeforeValidator(duration)]
Host = Annotated[str, AfterValidator(_host)]
Path_ = Annotated[str, AfterValidator(_path)]
Line = Annotated[str, AfterValidator(_one_line)]


class PortalConfig(Section):
    """One portal: where it is, how it is read, when and how politely it is asked."""

    name: Line = ""
    host: Host
    other_hosts: tuple[Host, ...] = Field(default=(), strict=False)
    scheme: Literal["http", "https"] = "https"
    family: Annotated[str, AfterValidator(_family)] = AUTO
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Ho_Chi_Minh"
    front: Path_ | None = "/"
    listings: tuple[Path_, ...] = Field(default=(), strict=False)
    targets: tuple[Path_, ...] = Field(default=(), strict=False)
    follow: bool = True
    listing_pages: int = Field(default=10, ge=1, le=10_000)
    deep_every: Duration = timedelta(days=7)
    feeds: tuple[Path_, ...] = Field(default=(), strict=False)
    sitemaps: tuple[Path_, ...] = Field(default=(), strict=False)
    archives: tuple[Annotated[str, AfterValidator(_archive)], ...] = Field(default=(), strict=False)
    archives_since: Annotated[date, BeforeValidator(_day)] | None = None
    assets: Literal["none", "images", "all"] = "none"
    trap_limit: int = Field(default=1_000, ge=10, le=1_000_000)
    every: Duration | None = None
    cron: Annotated[str, AfterValidator(_cron)] | None = None
    delay: Annotated[timedelta, BeforeValidator(lambda v: _delay(v))] = timedelta(seconds=2)
    daily_requests: int | None = Field(default=None, ge=1, le=10_000_000)
    quiet_hours: Hours = ()
    politeness_key: Annotated[Line, Field(min_length=1)] | None = None
    connect_to: Annotated[tuple[str, int], BeforeValidator(address)] | None = None
    allow_addresses: Networks = ()
    tls: Literal["verify", "record"] = "verify"
    proxy: Secret | None = None
    headers: Headers = Field(default_factory=dict)
    cookies: bool = False
    contact: Line | None = None
    gone_checks: int = Field(default=2, ge=1, le=100)
    gone_apart: Duration = timedelta(hours=6)
    urls: UrlsConfig = UrlsConfig()
    layouts: tuple[LayoutConfig, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _no_contradiction(self) -> "PortalConfig":
        if self.every is not None and self.cron is not None:
            raise ValueError("`every` and `cron` exclude each other; keep one")
        if self.proxy is not None and self.connect_to is not None:
            raise ValueError("`proxy` and `connect_to` exclude each other; keep one")
        if self.archives and self.archives_since is None:
            raise ValueError('`archives` needs `archives_since`, such as "2010-01-01"')
        return self

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that is this portal, the main one first."""
        return (self.host, *self.other_hosts)

    @property
    def home(self) -> str:
        """The URL that paths are resolved against."""
        return f"{self.scheme}://{self.host}/"


class CrawlConfig(Section):
    """What holds for every portal."""

    contact: Line = ""
    user_agent: Line = "Khotin/{version} (+{contact})"
    connect_timeout: Duration = timedelta(seconds=10)
    idle_timeout: Duration = timedelta(seconds=20)
    total_timeout: Duration = timedelta(seconds=60)
    max_wire_mb: int = Field(default=8, ge=1, le=1024)
    max_body_mb: int = Field(default=16, ge=1, le=1024)
    max_ratio: int = Field(default=100, ge=2, le=100_000)


class ArchiveConfig(Section):
    """Where the archive lies."""

    path: Line = "archive"
    warc_mb: int = Field(default=1024, ge=1, le=100_000)


class Config(Section):
    """All settings. `portals` is keyed by the portal's lasting id."""

    crawl: CrawlConfig = CrawlConfig()
    archive: ArchiveConfig = ArchiveConfig()
    portals: dict[str, PortalConfig] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _hosts_differ(self) -> "Config":
        owners: dict[str, str] = {}
        for portal_id, portal in self.portals.items():
            for host in portal.hosts:
                if owners.setdefault(host, portal_id) != portal_id:
                    raise ValueError(f"{owners[host]} and {portal_id} are both {host}; keep one")
        return self

    def portal(self, portal_id: str) -> PortalConfig:
        """The portal of that id; `ConfigError` names the known ones."""
        if portal_id not in self.portals:
            known = ", ".join(sorted(self.portals)) or "none yet"
            raise ConfigError(f"no portal {portal_id!r} in the config; known: {known}")
        return self.portals[portal_id]

    def user_agent(self, portal_id: str) -> str:
        """The User-Agent for a portal: our name and a contact.

        Raises `ConfigError` when a real host would be asked without a contact; traffic that
        `connect_to` sends to this machine needs none.
        """
        portal = self.portal(portal_id)
        contact = portal.contact or self.crawl.contact
        is_local = portal.connect_to is not None and portal.connect_to[0] in ("127.0.0.1", "::1")
        if not contact and not is_local:
            raise ConfigError(
                f"[crawl] contact is empty: say who is asking {portal.host}, for example "
                'contact = "https://example.org/khotin" or an e-mail address'
            )
        return self.crawl.user_agent.format(version=VERSION, contact=contact or "local test")


def config_path(path: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The config file that is meant: the option's, `KHOTIN_CONFIG`'s, else `config.toml`."""
    return path or Path(environ.get("KHOTIN_CONFIG") or "config.toml")


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the config file; `KHOTIN_CONFIG` names it when `path` is None, else `config.toml`."""
    path = config_path(path, environ)
    try:
        tables = tables_of(path)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: no such file; name one with --config or KHOTIN_CONFIG, or go to the folder "
            "that holds config.toml"
        ) from error
    try:
        return parse(tables)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def parse(tables: dict[str, Any]) -> Config:
    """Tables of TOML as a Config; the first mistake becomes a `ConfigError`."""
    portals = tables.get("portals", {})
    for portal_id in portals if isinstance(portals, dict) else ():
        if not _PORTAL_ID.fullmatch(portal_id):
            raise ConfigError(
                f"[portals.{portal_id}]: a portal id has small letters, digits and hyphens"
            )
    try:
        config = Config.model_validate(tables)
    except ValidationError as error:
        raise ConfigError(sentence(error, Config)) from error
    try:
        config.crawl.user_agent.format(version="", contact="")
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigError(
            f"crawl.user_agent = {config.crawl.user_agent!r}: allowed in braces are {{version}} "
            "and {contact}"
        ) from error
    return config


def archive_folder(
    option: Path | None, config_path: str | None = None, environ: Mapping[str, str] = os.environ
) -> Path:
    """The archive's folder: the option, `KHOTIN_ARCHIVE`, the config's, else `archive`."""
    return option or Path(environ.get("KHOTIN_ARCHIVE") or config_path or "archive")


def _delay(value: object) -> timedelta:
    if value == "0s":  # for a server of one's own; real portals keep the default
        return timedelta(0)
    delay = duration(value)
    if delay > MAX_DELAY:  # a claim's lease is an hour; a slower pace is a budget
        raise ValueError('allowed is up to "10m"; `daily_requests` asks for a slower pace')
    return delay
