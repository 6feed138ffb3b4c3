"""The connections to one portal: whose names are resolved, by which sockets, with which cookies.

Decides who checks an address (`guard`) and that nothing of one host is shown to another. No
variable of the environment changes where a connection goes.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from typing import Any

import aiohttp
from aiohttp import abc
from yarl import URL

from crawler.fetch.answer import Answer, HeadFirst
from crawler.fetch.guard import Guard, Only, RefusedAddressError, refused_as
from crawler.fetch.settings import FetchSettings, Network, Proxy

MAX_FIELD_BYTES = 1 << 16  # of one header line; aiohttp's own 8,190 refuse real portals' cookies
MAX_HEADERS_COUNT = 128


def session_of(settings: FetchSettings, proxy: Proxy | None) -> aiohttp.ClientSession:
    """A session for one portal, inside a running event loop; its owner closes it."""
    connector = aiohttp.TCPConnector(
        limit=0,  # how many ask at once is decided by politeness
        resolver=_resolver(settings, proxy),
        socket_factory=_sockets(settings, proxy),
        ssl=strict_context(),
    )
    making: Any = functools.partial(HeadFirst, loop=asyncio.get_running_loop())
    connector._factory = making
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=_HostJar() if settings.keeps_cookies else aiohttp.DummyCookieJar(),
        response_class=Answer,
        auto_decompress=False,
        max_field_size=MAX_FIELD_BYTES,
        max_headers=MAX_HEADERS_COUNT,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        timeout=aiohttp.ClientTimeout(
            total=settings.total_s,
            connect=settings.connect_s,
            sock_connect=settings.connect_s,
            sock_read=settings.idle_s,
        ),
    )
    # aiohttp asks once more by itself, at once: two requests where politeness knows of one.
    session._retry_connection = False
    return session


def strict_context() -> ssl.SSLContext:
    """Certificates are verified, against the system's and those of `SSL_CERT_FILE`."""
    return _verifying(ssl.get_default_verify_paths())


@functools.lru_cache(maxsize=4)
def _verifying(_paths: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    """Made once for a process: reading the system's authorities holds the event loop up."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context


def relaxed_context() -> ssl.SSLContext:
    """Encrypted, but with whomever: for a host whose certificate failed already."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(("http/1.1",))
    return context


def _resolver(settings: FetchSettings, proxy: Proxy | None) -> abc.AbstractResolver:
    if settings.connect_to is not None:
        return _Fixed(settings.connect_to)
    if proxy is not None:
        return _OfProxy(proxy)
    return _Permitted(settings.allowed_networks)


def _sockets(settings: FetchSettings, proxy: Proxy | None) -> Any:
    """The socket factory: the one place that no connection can go round."""
    if settings.connect_to is not None:
        return Only(*settings.connect_to)
    return Guard(settings.allowed_networks) if proxy is None else _ToProxy(proxy)


class _Fixed(abc.AbstractResolver):
    """Answers with one address and port, whatever the host; the URL stays, so do Host and SNI."""

    def __init__(self, connect_to: tuple[str, int]) -> None:
        self._connect_to = connect_to

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[abc.ResolveResult]:
        address, port = self._connect_to
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            abc.ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
        ]

    async def close(self) -> None:
        """Nothing is open."""


class _Permitted(aiohttp.ThreadedResolver):
    """Of a host's addresses those that may be asked; all of them when none may.

    Sockets are refused elsewhere. This one only sees to it that a host with a good address and a
    refused one fails, when it does, for what is wrong with the good one.
    """

    def __init__(self, allowed: tuple[Network, ...]) -> None:
        super().__init__()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[abc.ResolveResult]:
        found = await super().resolve(host, port, family)
        return [each for each in found if not refused_as(each["host"], self._allowed)] or found


class _OfProxy(aiohttp.ThreadedResolver):
    """Resolves the proxy's name and no other: the proxy resolves the rest."""

    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self._proxy = proxy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[abc.ResolveResult]:
        if host.lower().rstrip(".") != self._proxy.host.rstrip("."):
            raise RefusedAddressError("every connection of this portal goes through its proxy")
        return await super().resolve(host, port, family)


class _ToProxy:
    """Makes sockets to the proxy's port; its address is the operator's word and is not judged."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    def __call__(self, info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if address[1] != self._proxy.port or not self._is_there(str(address[0])):
            raise RefusedAddressError("every connection of this portal goes through its proxy")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    def _is_there(self, address: str) -> bool:
        """Whether a literal proxy is meant; the addresses of a named one come from `_OfProxy`."""
        try:
            return ipaddress.ip_address(self._proxy.host) == ipaddress.ip_address(address)
        except ValueError:
            return True


class _HostJar(aiohttp.CookieJar):
    """Cookies go back to the very host that set them: no `Domain=gov.vn` carries one on.

    Portals may be at a bare address, and a value goes back as it came.
    """

    def __init__(self) -> None:
        super().__init__(unsafe=True, quote_cookie=False)

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        """Take what `Set-Cookie` headers say, but for the domain."""
        abc.AbstractCookieJar.update_cookies_from_headers(self, headers, response_url)

    def update_cookies(self, cookies: Any, response_url: URL | None = None) -> None:
        """Take parsed cookies, each as its host's own."""
        kept = [(name, cookie.copy()) for name, cookie in cookies]
        for _, cookie in kept:
            cookie["domain"] = ""
            as_sent = {"key": cookie.key, "value": cookie.coded_value}
            cookie.__setstate__(as_sent | {"coded_value": cookie.coded_value})
        super().update_cookies(kept, response_url or URL())
