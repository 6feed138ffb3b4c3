"""The only socket to a portal, against a server that misbehaves on purpose."""

import asyncio

import aiohttp  # its errors are what is translated
import pytest
from aiohttp import client_exceptions  # as above

from core import errors
from core.clock import DrivenClock
from core.records import Quality
from crawler.decode import decode_text
from crawler.fetch import Fetcher, FetchSettings
from crawler.fetch.translate import TRANSLATED
from tests.crawler.visitor import HURRIED, START, Visitor, everything, serving, target
from tests.faults import FAULTS, PAGE, FaultServer, closed_port
from tests.faults.leaks import sockets


@pytest.fixture
async def server():
    """A fault server, and nothing left open after it."""
    async with serving() as running:
        yield running


@pytest.mark.parametrize(
    "path", [path for path in FAULTS if path.startswith("/ok") and path != "/ok-chunked"]
)
async def test_a_page_is_kept_as_sent_and_as_meant(server, path):
    """Whatever its coding: payload as on the wire, body decoded."""
    visit = await Visitor(server).visit(path)
    assert visit.failure is None
    assert (visit.last.quality, visit.last.truncated) == (Quality.OK, None)
    assert visit.last.body == PAGE
    assert visit.last.http_version == ("1.0" if path.endswith("1.0") else "1.1")
    sent = FAULTS[path]
    assert not isinstance(sent, bytes) or sent.endswith(b"\r\n\r\n" + visit.last.payload)


async def test_a_capture_says_when_from_where_and_how(server):
    """URL as sent, headers in order and case, address, status line, instant."""
    visit = await Visitor(server).visit("/ok")
    capture = visit.last
    assert (capture.url, capture.status, capture.reason) == (server.url("/ok"), 200, "OK")
    assert capture.headers[0] == (b"Content-Length", str(len(PAGE)).encode())
    assert (capture.ip, capture.captured_at, visit.started_at) == ("127.0.0.1", START, START)
    assert capture.duration_ms >= 0
    assert len(visit.id) == 32


async def test_what_is_kept_of_the_request_is_what_was_sent(server):
    """Name for name; Vietnamese is asked for, zstd is not, no cookie is sent."""
    visit = await Visitor(server).visit("/ok")
    received = server.requests[0].headers
    kept = tuple((name.decode(), value.decode()) for name, value in visit.last.request_headers)
    assert kept == received
    assert server.requests[0].header("Accept-Encoding") == "gzip, br"
    assert server.requests[0].header("Accept-Language").startswith("vi")
    assert server.requests[0].header("User-Agent") == HURRIED["user_agent"]
    assert server.requests[0].header("Cookie") is None


async def test_secret_headers_are_sent_and_kept_as_stars(server):
    """The archive is for everybody."""
    visitor = Visitor(
        server,
        headers=(("X-Key", "s3cret"), ("accept-language", "en")),
        secret_headers=frozenset(("x-key",)),
    )
    visit = await visitor.visit("/ok")
    assert server.requests[0].header("X-Key") == "s3cret"
    assert server.requests[0].header("Accept-Language") == "en"
    assert (b"X-Key", b"***") in visit.last.request_headers
    assert b"s3cret" not in repr(visit).encode()


async def test_the_url_is_sent_as_it_stands(server):
    """No library quotes it anew."""
    await Visitor(server).visit("/ok?q=%2F%7e+a;b=c%20d&x[]=%E1%BA%A1")
    assert server.requests[0].path == "/ok?q=%2F%7e+a;b=c%20d&x[]=%E1%BA%A1"


@pytest.mark.parametrize(
    ("path", "quality", "truncated", "body"),
    [
        ("/empty", Quality.EMPTY, None, b""),
        ("/unknown-coding", Quality.UNDECODABLE, None, b""),
        ("/not-gzip", Quality.UNDECODABLE, None, b""),
        ("/truncated", Quality.TRUNCATED, "disconnect", PAGE[:300]),
        ("/cut-chunked", Quality.TRUNCATED, "disconnect", PAGE[:300]),
        ("/reset-body", Quality.TRUNCATED, "disconnect", PAGE[:300]),
        ("/silence-in-body", Quality.TRUNCATED, "time", PAGE[:300]),
        ("/ok-chunked", Quality.OK, None, PAGE[:300]),
        ("/bomb-gzip", Quality.TOO_LARGE, None, b""),
        ("/huge", Quality.TOO_LARGE, "length", b"x" * (1 << 20)),
        ("/binary", Quality.OK, None, None),
    ],
)
async def test_a_bad_body_is_kept_as_far_as_it_came(server, path, quality, truncated, body):
    """An answer whose head arrived is a capture, never a failure; it is asked for once."""
    visit = await Visitor(server).visit(path)
    assert visit.failure is None
    assert (visit.last.quality, visit.last.truncated) == (quality, truncated)
    if body is not None:
        assert visit.last.body == body
    assert len(server.requests) == 1


async def test_half_a_gzip_stream_is_read_as_far_as_it_goes(server):
    """A complete answer of an incomplete body."""
    visit = await Visitor(server).visit("/truncated-gzip")
    assert (visit.last.quality, visit.last.truncated) == (Quality.TRUNCATED, None)
    assert visit.last.body
    assert PAGE.startswith(visit.last.body)


async def test_a_body_that_drips_ends_with_the_total_time(server):
    """Never idle, and yet too slow: what came is kept."""
    visit = await Visitor(server).visit("/drip")
    assert (visit.last.quality, visit.last.truncated) == (Quality.TRUNCATED, "time")
    assert PAGE.startswith(visit.last.body)
    assert len(visit.last.body) > 10


@pytest.mark.parametrize("path", ["/404", "/410", "/429", "/429-retry-after", "/500", "/503"])
async def test_an_answer_we_do_not_like_is_an_answer(server, path):
    """With its body; what it means is decided elsewhere."""
    visit = await Visitor(server).visit(path)
    assert visit.failure is None
    assert (visit.last.status, visit.last.quality) == (int(path[1:4]), Quality.OK)
    assert visit.last.body


@pytest.mark.parametrize(
    ("path", "text"), [("/latin1", "<p>café"), ("/windows-1258", None), ("/binary", "")]
)
async def test_pages_in_old_charsets_are_bytes_here(server, path, text):
    """decode_text reads them."""
    capture = (await Visitor(server).visit(path)).last
    content_type = dict(capture.headers).get(b"Content-Type", b"").decode()
    found = decode_text(capture.body, content_type)
    assert text is None or found.text == text
    assert "\ufffd" not in found.text


async def test_validators_are_sent_in_order_and_a_304_is_an_answer(server):
    """If-None-Match before If-Modified-Since; no body is missed."""
    date = "Wed, 01 Jan 2025 00:00:00 GMT"
    visit = await Visitor(server).visit("/304", etag='"v1"', last_modified=date)
    assert (visit.last.status, visit.last.quality, visit.last.body) == (304, Quality.OK, b"")
    names = [name for name, _ in server.requests[0].headers]
    assert names.index("If-None-Match") < names.index("If-Modified-Since")
    assert server.requests[0].header("If-Modified-Since") == date


@pytest.mark.parametrize("path", ["/304-without-cause", "/304-with-body"])
async def test_a_304_that_nobody_asked_for_proves_nothing(server, path):
    """Without a validator sent there is nothing that could be unchanged: an empty answer."""
    visit = await Visitor(server).visit(path)
    assert (visit.last.status, visit.last.quality) == (304, Quality.EMPTY)
    visit = await Visitor(server).visit(path, etag='"v1"')
    assert (visit.last.status, visit.last.quality) == (304, Quality.OK)


async def test_without_validators_the_page_comes_whole(server):
    """The same URL."""
    visit = await Visitor(server).visit("/304")
    assert (visit.last.status, visit.last.body) == (200, PAGE)


@pytest.mark.parametrize(
    ("path", "error", "tries_count"),
    [
        ("/reset-before", "Unreachable", 3),
        ("/reset-headers", "Unreachable", 3),
        ("/close-before", "Unreachable", 3),
        ("/silence", "TimedOut", 1),
        ("/drip-head", "TimedOut", 1),
        ("/duplicate-length", "Malformed", 1),
        ("/length-and-chunked", "Malformed", 1),
        ("/bad-header-name", "Malformed", 1),
        ("/not-http", "Malformed", 1),
        ("/giant-header", "TooLarge", 1),
    ],
)
async def test_what_brings_no_head_is_a_failure(server, path, error, tries_count):
    """Named by the error tree, told in one line; only connection faults are tried again."""
    visit = await Visitor(server).visit(path)
    assert visit.captures == ()
    assert visit.last is None
    assert visit.failure.error == error
    assert visit.failure.is_retryable is getattr(errors, error).retryable
    assert server.url(path) in visit.failure.message
    assert "\n" not in visit.failure.message
    assert len(server.requests) == tries_count


@pytest.mark.parametrize(
    ("path", "body", "quality"),
    [
        ("/too-long", PAGE[:100], Quality.OK),
        ("/too-long-later", PAGE[:100], Quality.OK),
        ("/bad-chunk", PAGE[:300], Quality.TRUNCATED),
        ("/bad-chunk-later", PAGE[:300], Quality.TRUNCATED),
        ("/chunk-too-short", PAGE[:5], Quality.TRUNCATED),
    ],
)
async def test_a_lie_about_the_length_takes_nothing_along(server, path, body, quality):
    """The head and what the length announced are kept, however the network cuts the bytes."""
    visit = await Visitor(server).visit(path)
    assert visit.failure is None
    assert (visit.last.body, visit.last.quality) == (body, quality)


async def test_the_waiting_between_tries_is_the_clocks_and_ends_within_ten_seconds(server):
    """Injected: no test waits for it."""
    visitor = Visitor(server)
    await visitor.visit("/reset-before")
    assert 0.5 <= (visitor.clock.now() - START).total_seconds() <= 10.0


async def test_a_fault_that_passes_is_no_failure():
    """The second try is answered."""
    tries = []

    async def once_bad(connection):
        tries.append(1)
        if len(tries) == 1:
            connection.reset()
        else:
            await connection.send(FAULTS["/ok"])

    async with FaultServer({"/once-bad": once_bad}) as server:
        visit = await Visitor(server).visit("/once-bad")
    assert (visit.failure, visit.last.body, len(tries)) == (None, PAGE, 2)


async def test_a_refused_connection_is_a_failure(server):
    """Nobody listens."""
    visit = await Visitor(server).visit(f"http://127.0.0.1:{closed_port()}/")
    assert (visit.failure.error, visit.failure.is_retryable) == ("Unreachable", True)


async def test_an_unknown_host_is_a_failure(server):
    """RFC 6761: `.invalid` never resolves."""
    visit = await Visitor(server).visit("http://portal.invalid/")
    assert visit.failure.error == "Unreachable"


@pytest.mark.parametrize("url", ["ftp://a.vn/", "http:///x", "http://a.vn:99999/", "http://127.1/"])
async def test_a_url_that_cannot_be_asked_for_is_disallowed(server, url):
    """No request is sent, and none is worth trying again."""
    visit = await Visitor(server).visit(url)
    assert (visit.failure.error, visit.failure.is_retryable) == ("Disallowed", False)


async def test_a_first_url_that_is_not_permitted_is_not_asked_for(server):
    """The reason is the failure's message."""
    visit = await Visitor(server).visit("/ok", permits=lambda url: "robots.txt forbids it")
    assert (visit.failure.error, visit.failure.message) == ("Disallowed", "robots.txt forbids it")
    assert (visit.captures, server.requests) == ((), [])


async def test_connections_are_kept_for_the_next_page(server):
    """One handshake for two visits of one fetcher."""
    clock = DrivenClock(START)
    before = sockets()
    async with Fetcher(FetchSettings(**HURRIED), clock) as fetcher:
        for _ in range(3):
            page = target(server.url("/ok-keep-alive"))
            visit = await fetcher.fetch(page, permits=everything, delay_s=0.0)
            assert (visit.last.body, visit.last.ip) == (PAGE, "127.0.0.1")
        assert sockets() - before == 2  # both ends of one connection


async def test_cancelling_passes_through(server):
    """And leaves nothing open, as the fixture shows."""
    async with Fetcher(
        FetchSettings(**{**HURRIED, "idle_s": 30.0, "total_s": 30.0}), DrivenClock(START)
    ) as fetcher:
        for path in ("/silence", "/silence-in-body"):
            page = target(server.url(path))
            task = asyncio.create_task(fetcher.fetch(page, permits=everything, delay_s=0.0))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_a_reason_phrase_of_odd_bytes_can_be_stored(server):
    """No lone surrogate."""
    visit = await Visitor(server).visit("/odd-reason")
    visit.last.reason.encode("utf-8")


async def test_a_header_of_thirty_thousand_bytes_is_still_read(server):
    """Cookies of real portals."""
    assert (await Visitor(server).visit("/big-header")).last.body == PAGE


@pytest.mark.parametrize("path", [*FAULTS, "/chain/1", "/no-such-fault"])
async def test_every_fault_ends_in_a_value(server, path):
    """In time, with a failure or a capture."""
    async with asyncio.timeout(20):
        visit = await Visitor(server).visit(path)
    assert visit.failure is not None or visit.last is not None


@pytest.mark.parametrize(
    "foreign",
    [
        value
        for value in vars(client_exceptions).values()
        if isinstance(value, type) and issubclass(value, aiohttp.ClientError)
    ],
)
def test_every_client_error_of_aiohttp_is_translated(foreign):
    """A new one in a new version fails here, not in the night."""
    if foreign is aiohttp.ClientError:
        return
    mapped = [ours for known, ours in TRANSLATED if issubclass(foreign, known)]
    assert mapped
    assert issubclass(mapped[0], errors.FetchError)
