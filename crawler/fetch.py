"""The only socket to a portal: asks for a URL, follows redirects, keeps what came.

Raises inside, gives a `Visit` outside: every answer, also a 404 or half a page, is a capture, and
what brought no answer is a failure. Cancelling passes through. It asks nothing that `permits` does
not allow, but knows neither scope nor robots.txt; it does not read pages.
"""

import errno
import ipaddress
import os
import socket
import ssl
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

import ada_url
import aiohttp  # noqa: TID251  # this file is the door the rule speaks of
import tenacity
from aiohttp import abc, http_exceptions  # noqa: TID251  # as above
from multidict import CIMultiDict
from yarl import URL

from core.clock import Clock, monotonic_s
from core.errors import Disallowed, FetchError, TimedOut, TooLarge, Unreachable
from core.records import Capture, Failure, Quality, Target, Visit
from crawler.decode import inflate

REDIRECTS = frozenset((301, 302, 303, 307, 308))
_BODY_WANTED = frozenset(range(200, 300)) - {204, 205}
CONNECTION_TRIES = 3  # the first and two more
CONNECTION_TRIES_S = 10.0
MAX_FIELD_BYTES = 1 << 16  # of one header line; aiohttp's own 8,190 refuse real portals' cookies
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

_TRANSLATED: tuple[tuple[type[BaseException], type[FetchError]], ...] = (
    # The first that fits counts. `Unreachable` is tried again, `FetchError` is not.
    (aiohttp.InvalidURL, Disallowed),
    (aiohttp.NonHttpUrlClientError, Disallowed),
    (aiohttp.RedirectClientError, Disallowed),
    (TimeoutError, TimedOut),  # with aiohttp's ServerTimeoutError
    (aiohttp.ClientResponseError, FetchError),  # the answer is not HTTP as anyone knows it
    (aiohttp.ClientPayloadError, Unreachable),
    (aiohttp.UploadAbortedError, Unreachable),
    (aiohttp.ClientConnectionError, Unreachable),  # refused, reset, DNS, TLS, disconnected
    (OSError, Unreachable),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How one portal is asked. Limits of time hold for each single request."""

    user_agent: str
    connect_s: float = 10.0  # name, connection and TLS
    idle_s: float = 20.0  # between two pieces of an answer
    total_s: float = 60.0  # from the request to the last byte
    max_wire_bytes: int = 8 << 20
    max_body_bytes: int = 16 << 20
    max_ratio: float = 100.0  # inflated to sent; judged above 1 MiB
    max_hops: int = 10  # redirects followed in one visit
    connect_to: tuple[str, int] | None = None  # address and port in place of every host's own
    headers: tuple[tuple[str, str], ...] = ()  # sent besides, in place of ours of that name
    secret_headers: frozenset[str] = frozenset()  # lower-case names whose values are kept as ***

    def __post_init__(self) -> None:
        if self.connect_to is not None:
            ipaddress.ip_address(self.connect_to[0])  # ValueError for a name


class Fetcher:
    """Asks one portal. An async context manager: connections live and end with it."""

    def __init__(self, settings: FetchSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        settings = self._settings
        connect_to = settings.connect_to
        connector = aiohttp.TCPConnector(
            limit=0,  # how many ask at once is decided by politeness
            resolver=_Fixed(connect_to) if connect_to else None,
            socket_factory=_Only(connect_to) if connect_to else None,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=_Answer,
            auto_decompress=False,
            max_field_size=MAX_FIELD_BYTES,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            timeout=aiohttp.ClientTimeout(
                total=settings.total_s,
                connect=settings.connect_s,
                sock_connect=settings.connect_s,
                sock_read=settings.idle_s,
            ),
        )
        # aiohttp asks once more by itself, at once: two requests where politeness knows of one.
        self._session._retry_connection = False
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(
        self, target: Target, *, permits: Callable[[str], str], delay_s: float
    ) -> Visit:
        """Visit `target`; an answer and a failure are values, only cancelling raises.

        `permits` gives "" for a URL that may be asked for, else the reason why not. It is asked
        for the first URL, where a reason makes a failure, and for every redirect, where it ends
        the visit with the redirect as its last capture. Each further hop waits `delay_s`.
        """
        visit = Visit(id=uuid.uuid4().hex, target=target, started_at=self._clock.now(), captures=())
        captures: list[Capture] = []
        try:
            if reason := permits(target.url):
                raise Disallowed(reason, url=target.url)
            async for capture in self._hops(target, permits, delay_s):
                captures.append(capture)
        except FetchError as error:
            failure = Failure(
                error=type(error).__name__, message=str(error), is_retryable=error.retryable
            )
            return replace(visit, captures=tuple(captures), failure=failure)
        return replace(visit, captures=tuple(captures))

    async def _hops(
        self, target: Target, permits: Callable[[str], str], delay_s: float
    ) -> AsyncIterator[Capture]:
        """The answers on the way, one by one, each next request sent when the last was taken."""
        url = target.url
        headers = self._headers(target)
        seen = {url}
        while True:
            capture = await self._ask_patiently(url, headers)
            yield capture
            if capture.status not in REDIRECTS:
                return
            following = _location(capture)
            if not following or permits(following):
                return
            if following in seen:
                raise Disallowed(f"a redirect leads in a circle, to {following}", url=following)
            if len(seen) > self._settings.max_hops:
                message = f"more than {self._settings.max_hops} redirects, the last to {following}"
                raise Disallowed(message, url=following)
            await self._clock.sleep(delay_s)
            if not _is_same_origin(url, following):
                headers = self._without_secrets(headers)
            for validator in ("If-None-Match", "If-Modified-Since"):
                headers.popall(validator, None)
            seen.add(following)
            url = following

    async def _ask_patiently(self, url: str, headers: CIMultiDict[str]) -> Capture:
        """One answer, asking up to twice more when the connection fails before its head."""
        retrying = tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            stop=tenacity.stop_after_attempt(CONNECTION_TRIES)
            | tenacity.stop_before_delay(CONNECTION_TRIES_S),
            wait=tenacity.wait_exponential_jitter(multiplier=0.5, max=4.0, jitter=0.5),
            retry=tenacity.retry_if_exception(_is_connection_fault),
            reraise=True,
        )
        return await retrying(self._ask, url, headers)

    async def _ask(self, url: str, headers: CIMultiDict[str]) -> Capture:
        """Send one request and keep its answer; a FetchError when no head arrived."""
        assert self._session is not None, "a Fetcher is used inside `async with`"
        started_s = monotonic_s()
        async with self._answering(url, headers) as answer:
            captured_at = self._clock.now()
            payload, truncated = await _payload(answer, self._settings.max_wire_bytes)
            capture = Capture(
                url=url,
                captured_at=captured_at,
                status=answer.status,
                reason=_clean(answer.reason or ""),
                http_version="1.0" if answer.version == aiohttp.HttpVersion10 else "1.1",
                headers=tuple(answer.raw_headers),
                request_headers=self._sent(answer),
                payload=payload,
                body=b"",
                quality=Quality.OK,
                truncated=truncated,
                ip=answer.peer,
                duration_ms=round((monotonic_s() - started_s) * 1_000),
            )
            coding = ", ".join(answer.headers.getall("Content-Encoding", ()))
        return self._graded(capture, coding)

    @asynccontextmanager
    async def _answering(self, url: str, headers: CIMultiDict[str]) -> AsyncIterator["_Answer"]:
        """The answer once its head is there; what goes wrong before is translated."""
        assert self._session is not None
        try:
            answer = await self._session.get(
                URL(url, encoded=True), headers=headers, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _translated(error, url) from error
        assert isinstance(answer, _Answer)
        try:
            yield answer
        finally:
            answer.close() if not answer.content.is_eof() else answer.release()

    def _graded(self, capture: Capture, coding: str) -> Capture:
        """The capture with its body, and what is wrong with its bytes."""
        settings = self._settings
        most, ratio = settings.max_body_bytes, settings.max_ratio
        inflated = inflate(capture.payload, coding, max_bytes=most, max_ratio=ratio)
        quality = inflated.quality
        if capture.truncated == "length":
            quality = Quality.TOO_LARGE
        elif capture.truncated and quality is not Quality.TOO_LARGE:
            quality = Quality.TRUNCATED
        elif quality is Quality.OK and not inflated.body and capture.status in _BODY_WANTED:
            quality = Quality.EMPTY
        return replace(capture, body=inflated.body, quality=quality)

    def _headers(self, target: Target) -> CIMultiDict[str]:
        """The headers of a first request: If-None-Match comes before If-Modified-Since."""
        headers = CIMultiDict(
            {
                "User-Agent": self._settings.user_agent,
                "Accept": _ACCEPT,
                "Accept-Language": "vi,en;q=0.5",
                "Accept-Encoding": "gzip, br",  # no zstd: pywb cannot replay it
            }
        )
        if target.etag:
            headers["If-None-Match"] = target.etag
        if target.last_modified:
            headers["If-Modified-Since"] = target.last_modified
        for name, value in self._settings.headers:
            headers[name] = value
        return headers

    def _without_secrets(self, headers: CIMultiDict[str]) -> CIMultiDict[str]:
        """For another host: what was given for this one stays with it."""
        secret = self._settings.secret_headers | {"authorization", "cookie"}
        return CIMultiDict(item for item in headers.items() if item[0].lower() not in secret)

    def _sent(self, answer: aiohttp.ClientResponse) -> tuple[tuple[bytes, bytes], ...]:
        secret = self._settings.secret_headers
        return tuple(
            (
                name.encode("utf-8", "surrogateescape"),
                b"***" if name.lower() in secret else value.encode("utf-8", "surrogateescape"),
            )
            for name, value in answer.request_info.headers.items()
        )


class _Answer(aiohttp.ClientResponse):
    """An answer that remembers who gave it; a small one has lost its connection when read."""

    peer: str | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        transport = connection.transport
        name = transport.get_extra_info("peername") if transport is not None else None
        self.peer = _address(str(name[0])) if name else None
        return await super().start(connection)


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


class _Only:
    """Makes sockets to one address alone: a literal address in a URL never asks the resolver."""

    def __init__(self, connect_to: tuple[str, int]) -> None:
        self._connect_to = connect_to

    def __call__(self, info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if tuple(address[:2]) != self._connect_to:
            raise OSError(
                errno.EACCES, f"connect_to allows no other address than {self._connect_to}"
            )
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


async def _payload(answer: aiohttp.ClientResponse, limit: int) -> tuple[bytes, str | None]:
    """What came of the body, at most `limit` bytes, and why not all of it: WARC-Truncated."""
    pieces: list[bytes] = []
    size = 0
    truncated = None
    try:
        async for piece in answer.content.iter_any():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                truncated = "length"
                break
    except TimeoutError:
        truncated = "time"
    except (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError):
        truncated = "disconnect"
    if truncated in ("time", "disconnect"):
        # Pieces that arrived together with the fault; the reader gives none once it has failed.
        pieces.extend(answer.content._buffer)
    return b"".join(pieces)[:limit], truncated


def _translated(error: BaseException, url: str) -> FetchError:
    """The foreign error, or what caused it, as one of ours with one line for a person."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__) is not None and cause not in causes:
        causes.append(cause)
    message = f"{url}: {_told(error)}"
    if any(isinstance(cause, http_exceptions.LineTooLong) for cause in causes):
        return TooLarge(message, url=url)
    for foreign, ours in _TRANSLATED:
        if isinstance(error, foreign):
            return ours(message, url=url)
    return Disallowed(message, url=url)  # a ValueError: no such URL can be asked for


def _told(error: BaseException) -> str:
    """What happened, in a few words on one line."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"the certificate is refused: {inner.verify_message}"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"the answer is not valid HTTP: {' '.join(error.message.split())[:200]}"
    text = " ".join(str(error).split())[:300]
    if isinstance(error, OSError) and error.errno and "Connect call failed" in text:
        return os.strerror(error.errno)
    return _clean(text) or type(error).__name__


def _is_connection_fault(error: BaseException) -> bool:
    """Whether asking again within seconds may help; silence is not asked again so soon."""
    return isinstance(error, FetchError) and error.retryable and not isinstance(error, TimedOut)


def _location(capture: Capture) -> str:
    """Where a redirect leads, resolved by the WHATWG rules, without fragment; "" for nowhere."""
    values = [value for name, value in capture.headers if name.lower() == b"location"]
    if not values:
        return ""
    text = values[0].decode("utf-8", "replace")  # portals write raw UTF-8 there
    try:
        url = ada_url.URL(text, capture.url)
    except ValueError:
        return ""
    if url.protocol not in ("http:", "https:"):
        return ""
    url.hash = ""
    return str(url.href)


def _is_same_origin(url: str, following: str) -> bool:
    """Whether secrets may go along: the same host and port, and not out of TLS into the clear."""
    scheme, _, rest = url.partition("://")
    following_scheme, _, following_rest = following.partition("://")
    is_same_host = rest.partition("/")[0] == following_rest.partition("/")[0]
    return is_same_host and following_scheme in (scheme, "https")


def _address(text: str) -> str:
    """An IP address as people write it: IPv4 mapped into IPv6 unwrapped, no zone."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _clean(text: str) -> str:
    """Text without the lone surrogates that stand for bytes outside UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
