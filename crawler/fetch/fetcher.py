"""One visit, hop by hop: what is sent, what of it is kept, and when it is sent once more.

Decides what follows from an answer on the way to the last one. A visit is one request at a time.
"""

import contextlib
import ipaddress
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Final, Self

import ada_url
import aiohttp
import tenacity
from multidict import CIMultiDict
from tenacity.stop import stop_base
from yarl import URL

from core.clock import Clock, monotonic_s
from core.errors import Disallowed, FetchError
from core.records import Capture, Failure, Quality, Target, Visit
from crawler.decode import inflate
from crawler.fetch.answer import Answer, payload_of
from crawler.fetch.guard import advice, refused_as
from crawler.fetch.redirects import REDIRECTS, is_same_origin, location
from crawler.fetch.session import relaxed_context, session_of
from crawler.fetch.settings import FetchSettings, Proxy
from crawler.fetch.translate import certificate_fault, clean, is_connection_fault, translated

CONNECTION_TRIES = 3  # the first and two more
CONNECTION_TRIES_S = 10.0
STARS: Final = b"***"
_ALWAYS_SECRET = frozenset(("authorization", "cookie", "proxy-authorization"))
_BODY_WANTED = frozenset(range(200, 300)) - {204, 205}
_CONDITIONS = (b"if-none-match", b"if-modified-since")
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Fetcher:
    """Asks one portal. An async context manager: connections, cookies and what is known of its
    certificates live and end with it.
    """

    def __init__(self, settings: FetchSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._proxy = Proxy.parse(settings.proxy) if settings.proxy is not None else None
        self._secret = settings.secret_headers | _ALWAYS_SECRET
        self._session: aiohttp.ClientSession | None = None
        self._requests_count = 0  # sent, or tried
        self._exempted: dict[str, str] = {}  # host and port, and how its certificate failed
        self._relaxed = relaxed_context()

    async def __aenter__(self) -> Self:
        self._session = session_of(self._settings, self._proxy)
        return self

    async def __aexit__(self, *exception: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        self._exempted.clear()

    async def fetch(
        self, target: Target, *, permits: Callable[[str], str], delay_s: float
    ) -> Visit:
        """Visit `target`; an answer and a failure are values, only cancelling raises.

        `permits` gives "" for a URL that may be asked for, else the reason why not. It is asked
        for the first URL, where a reason makes a failure, and for every redirect, where it ends
        the visit with the redirect as its last capture. Each further hop, and each further try
        after a connection fault, waits at least `delay_s`.
        """
        visit = Visit(id=uuid.uuid4().hex, target=target, started_at=self._clock.now(), captures=())
        sent_before = self._requests_count
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
            visit = replace(visit, failure=failure)
        sent_count = self._requests_count - sent_before
        return replace(visit, captures=tuple(captures), requests_count=sent_count)

    async def _hops(
        self, target: Target, permits: Callable[[str], str], delay_s: float
    ) -> AsyncIterator[Capture]:
        """The answers on the way, one by one, each next request sent when the last was taken."""
        url = target.url
        headers = self._headers(target)
        seen = {self._asked(url)}
        while True:
            capture = await self._ask_patiently(url, headers, delay_s)
            yield capture
            if capture.status not in REDIRECTS:
                return
            following = location(capture)
            if not following or permits(following):
                return
            if self._asked(following) in seen:
                raise Disallowed(f"a redirect leads in a circle, to {following}", url=following)
            if len(seen) > self._settings.max_hops:
                message = f"more than {self._settings.max_hops} redirects, the last to {following}"
                raise Disallowed(message, url=following)
            await self._clock.sleep(delay_s)
            if not is_same_origin(url, following):
                headers = self._without_secrets(headers)
            for validator in ("If-None-Match", "If-Modified-Since"):
                headers.popall(validator, None)
            seen.add(self._asked(following))
            url = following

    def _asked(self, url: str) -> tuple[str, str]:
        """What would be asked now: the same URL with another cookie is another question."""
        assert self._session is not None, "a Fetcher is used inside `async with`"
        if not self._settings.keeps_cookies:
            return url, ""
        try:
            cookies = self._session.cookie_jar.filter_cookies(URL(url, encoded=True))
        except ValueError:
            return url, ""  # no URL; asking says so
        return url, cookies.output(header="", sep=";")

    async def _ask_patiently(self, url: str, headers: CIMultiDict[str], delay_s: float) -> Capture:
        """One answer, asking up to twice more when the connection fails before its head.

        The tries lie `delay_s` apart like any two requests, and all within ten seconds: a portal
        with a longer delay is asked again at a due time only.
        """
        backing_off = tenacity.wait_exponential_jitter(multiplier=0.5, max=4.0, jitter=0.5)
        retrying = tenacity.AsyncRetrying(
            sleep=self._clock.sleep,
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(CONNECTION_TRIES),
                tenacity.stop_before_delay(CONNECTION_TRIES_S),  # of real time
                _WaitedEnough(),
            ),
            wait=lambda state: max(backing_off(state), delay_s),
            retry=tenacity.retry_if_exception(is_connection_fault),
            reraise=True,
        )
        return await retrying(self._ask, url, headers)

    async def _ask(self, url: str, headers: CIMultiDict[str]) -> Capture:
        """One answer; a FetchError when no head arrived.

        Where the portal is exempted a certificate that fails is noted, and the question is sent
        all the same: until then nothing was sent.
        """
        place = self._fit_place(url)
        if place in self._exempted:
            return await self._exchange(url, headers, tls_error=self._exempted[place])
        try:
            return await self._exchange(url, headers)
        except FetchError as error:
            fault = certificate_fault(error)
            if not fault or self._settings.tls != "record":
                raise
        self._exempted[place] = fault
        return await self._exchange(url, headers, tls_error=fault)

    def _fit_place(self, url: str) -> str:
        """Scheme, host and port of a URL that may be asked for; else `Disallowed`."""
        try:
            parsed = ada_url.URL(url)
        except ValueError:
            raise Disallowed(f"{url}: not a URL", url=url) from None
        if parsed.username or parsed.password:
            parsed.username = parsed.password = ""
            raise Disallowed(f"{parsed.href}: URLs with credentials are not asked for", url=url)
        if parsed.protocol not in ("http:", "https:"):
            raise Disallowed(f"{url}: neither http nor https", url=url)
        if self._proxy is not None and (reason := self._unfit_by_proxy(url, parsed.hostname)):
            raise Disallowed(f"{url}: {reason}", url=url)
        return str(parsed.origin)

    def _unfit_by_proxy(self, url: str, host: str) -> str:
        """Why a proxy is not asked for that host; "" when it is.

        The proxy resolves names, so only what the URL itself says can be judged here, and both
        readers of the URL must see the same host.
        """
        with contextlib.suppress(ValueError):
            if (URL(url, encoded=True).raw_host or "") != host.strip("[]"):
                return "its host can be read in two ways"
        if host == "localhost" or host.endswith((".localhost", "localhost.")):
            return "localhost is a loopback address"
        try:
            literal = str(ipaddress.ip_address(host.strip("[]")))
        except ValueError:
            return ""
        kind = refused_as(literal, self._settings.allowed_networks)
        return advice(literal, kind) if kind else ""

    async def _exchange(
        self, url: str, headers: CIMultiDict[str], tls_error: str | None = None
    ) -> Capture:
        """Send one request and keep its answer. `tls_error` tells how the certificate failed."""
        started_s = monotonic_s()
        self._requests_count += 1
        async with self._answering(url, headers, is_relaxed=tls_error is not None) as answer:
            captured_at = self._clock.now()
            payload, truncated = await payload_of(answer, self._settings.max_wire_bytes)
            capture = Capture(
                url=url,
                captured_at=captured_at,
                status=answer.status,
                reason=clean(answer.reason or ""),
                http_version="1.0" if answer.version == aiohttp.HttpVersion10 else "1.1",
                headers=self._received(answer),
                request_headers=self._sent(answer),
                payload=payload,
                body=b"",
                quality=Quality.OK,
                truncated=truncated,
                ip=answer.peer if self._proxy is None else None,
                duration_ms=round((monotonic_s() - started_s) * 1_000),
                tls_error=tls_error,
            )
            coding = ", ".join(answer.headers.getall("Content-Encoding", ()))
        return self._graded(capture, coding)

    @asynccontextmanager
    async def _answering(
        self, url: str, headers: CIMultiDict[str], *, is_relaxed: bool
    ) -> AsyncIterator[Answer]:
        """The answer once its head is there; what goes wrong before is translated."""
        assert self._session is not None, "a Fetcher is used inside `async with`"
        ask = partial(self._session.get, allow_redirects=False)
        if is_relaxed:
            ask = partial(ask, ssl=self._relaxed)
        if self._proxy is not None:
            ask = partial(ask, proxy=self._proxy.url)
            if self._proxy.authorization is not None:
                # On a tunnel it is for the proxy alone, in the clear it goes with the request.
                credentials = {"Proxy-Authorization": self._proxy.authorization}
                if url.startswith("https:"):
                    ask = partial(ask, proxy_headers=credentials)
                else:
                    headers = CIMultiDict([*headers.items(), *credentials.items()])
        try:
            answer = await ask(URL(url, encoded=True), headers=headers)
            if answer.status == 407 and self._proxy is not None:
                answer.close()
                said = answer.reason or ""
                raise aiohttp.ClientHttpProxyError(
                    answer.request_info, (), status=407, message=said
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise translated(error, url) from error
        assert isinstance(answer, Answer)
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
        elif quality is Quality.OK and not inflated.body and _is_body_wanted(capture):
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
        """For another origin: what is secret stays with the one it was given for.

        Other headers of the portal's section go along; they say how we ask, not who we are.
        """
        return CIMultiDict(item for item in headers.items() if item[0].lower() not in self._secret)

    def _sent(self, answer: aiohttp.ClientResponse) -> tuple[tuple[bytes, bytes], ...]:
        """The request's headers as they are kept; what is meant for the proxy is not among them."""
        return tuple(
            (
                name.encode("utf-8", "surrogateescape"),
                STARS if name.lower() in self._secret else value.encode("utf-8", "surrogateescape"),
            )
            for name, value in answer.request_info.headers.items()
            if self._proxy is None or not name.lower().startswith("proxy-")
        )

    def _received(self, answer: aiohttp.ClientResponse) -> tuple[tuple[bytes, bytes], ...]:
        """The answer's headers as they are kept: cookies that we send back are ours to hide."""
        if not self._settings.keeps_cookies:
            return tuple(answer.raw_headers)
        return tuple(
            (name, STARS if name.lower() in (b"set-cookie", b"set-cookie2") else value)
            for name, value in answer.raw_headers
        )


def _is_body_wanted(capture: Capture) -> bool:
    """Whether an answer without a body is none: a 304 is one only to who named what he knows."""
    if capture.status != 304:
        return capture.status in _BODY_WANTED
    return not any(name.lower() in _CONDITIONS for name, _ in capture.request_headers)


class _WaitedEnough(stop_base):
    """Whether the next wait would end after ten seconds of the injected clock."""

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        return state.idle_for + state.upcoming_sleep > CONNECTION_TRIES_S
